#include "bind.hpp"
#include "newton_cg.hpp"

namespace equipoise {

void bind_newton(nb::module_& m) {
  using Rows = Vector<const double>;
  m.def(
      "newton_cg_path",
      [](Matrix<const double> Z, Matrix<const double> y, Rows s, std::optional<Rows> offset, bool intercept,
         const std::string& loss, double parameter, double null, Matrix<const double> start, Rows alphas,
         double tolerance, int max_steps, Vector<double> thetas, Vector<double> gaps,
         std::optional<Vector<double>> degrees) {
        nb::gil_scoped_release free;
        const Index n = Index(Z.shape(0)), d = Index(Z.shape(1)), outputs = Index(y.shape(0));
        auto run = [&](auto terms) {
          NewtonCG newton(terms, Z.data(), n, d, data_or_null(offset), intercept, null);
          newton_cg_path(newton, start.data(), alphas.data(), Index(alphas.size()), outputs * (d + 1), tolerance,
                         max_steps, thetas.data(), gaps.data(), degrees ? degrees->data() : nullptr);
        };
        if (loss == "multinomial") return run(Softmax(y.data(), s.data(), n, outputs));
        const auto rows = make_loss(loss, parameter);
        run(OnePredictor(*rows, y.data(), s.data(), n));
      },
      nb::arg("Z"), nb::arg("y"), nb::arg("s"), nb::arg("offset").none(), nb::arg("intercept"), nb::arg("loss"),
      nb::arg("parameter"), nb::arg("null"), nb::arg("start"), nb::arg("alphas"), nb::arg("tolerance"),
      nb::arg("max_steps"), nb::arg("thetas"), nb::arg("gaps"), nb::arg("degrees").none());
}

}  // namespace equipoise
