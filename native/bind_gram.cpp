
#include "bind.hpp"
#include "gram_path.hpp"

namespace equipoise {

void bind_gram(nb::module_& m) {
  m.def(
      "gram_path",
      [](Matrix<double> gram, Vector<const double> c, double yy, Vector<const double> alphas, const PenaltySpec& spec,
         double tolerance, int max_passes, Matrix<double> coefs, Vector<double> gaps, Vector<std::int64_t> passes) {
        nb::gil_scoped_release free;
        with_penalty(spec, [&](auto penalty) {
          GramPath path(gram.data(), c.data(), yy, Index(c.size()), penalty, tolerance, max_passes);
          for (std::size_t k = 0; k < alphas.size(); ++k) {
            int used = 0;
            gaps.data()[k] = path.solve(alphas.data()[k], spec.l1_ratio, coefs.data() + k * c.size(), used);
            passes.data()[k] = used;
          }
        });
      },
      nb::arg("gram"), nb::arg("c"), nb::arg("yy"), nb::arg("alphas"), nb::arg("penalty"), nb::arg("tolerance"),
      nb::arg("max_passes"), nb::arg("coefs"), nb::arg("gaps"), nb::arg("passes"));
}

}  // namespace equipoise
