#include "bind.hpp"

namespace equipoise {
void bind_curved(nb::module_& m);
void bind_dual(nb::module_& m);
void bind_gram(nb::module_& m);
void bind_group(nb::module_& m);
void bind_loss(nb::module_& m);
void bind_nets(nb::module_& m);
void bind_newton(nb::module_& m);
void bind_weighted(nb::module_& m);
}  // namespace equipoise

NB_MODULE(_native, m) {
  using namespace equipoise;
  m.doc() = "Compiled kernels of the minimisers; equipoise.solvers is the only caller.";
  nb::class_<PenaltySpec>(m, "PenaltySpec")
      .def("__init__",
           [](PenaltySpec* self, std::string name, double l1_ratio, double gamma, Vector<const double> factor,
              std::optional<Vector<const double>> low, std::optional<Vector<const double>> high) {
             new (self) PenaltySpec{std::move(name), l1_ratio, gamma, std::move(factor), std::move(low), std::move(high)};
           },
           nb::arg("name"), nb::arg("l1_ratio"), nb::arg("gamma"), nb::arg("factor"), nb::arg("low").none() = nb::none(),
           nb::arg("high").none() = nb::none());
  bind_curved(m);
  bind_dual(m);
  bind_gram(m);
  bind_group(m);
  bind_loss(m);
  bind_nets(m);
  bind_newton(m);
  bind_weighted(m);
}
