#include "bind.hpp"
#include "dual_descent.hpp"

namespace equipoise {

void bind_dual(nb::module_& m) {
  m.def(
      "dual_descent",
      [](Vector<const double> data, Vector<const std::int32_t> columns, Vector<const std::int32_t> starts,
         Vector<const double> squares, Vector<const double> least, Vector<const double> most, Vector<const double> low,
         Vector<const double> high, double alpha, double rho, double centre, Vector<double> w, double b,
         Vector<double> u, double tolerance, int passes, std::uint64_t seed) {
        nb::gil_scoped_release free;
        DualDescent<std::int32_t> run{data.data(), columns.data(), starts.data(), Index(u.size()), squares.data(),
                                      least.data(), most.data(), low.data(), high.data()};
        run.run(alpha, rho, centre, w.data(), b, u.data(), tolerance, passes, seed);
        return b;
      },
      nb::arg("data"), nb::arg("columns"), nb::arg("starts"), nb::arg("squares"), nb::arg("least"), nb::arg("most"),
      nb::arg("low"), nb::arg("high"), nb::arg("alpha"), nb::arg("rho"), nb::arg("centre"), nb::arg("w"), nb::arg("b"),
      nb::arg("u"), nb::arg("tolerance"), nb::arg("passes"), nb::arg("seed"));
}

}  // namespace equipoise
