// Losses over all rows, for the solvers that step in Python: threads leave the interpreter while the rows are summed.
#include "bind.hpp"
#include "cox.hpp"

namespace equipoise {

void bind_weighted(nb::module_& m) {
  using Rows = Vector<const double>;
  nb::class_<WeightedLoss>(m, "WeightedLoss")
      .def("value",
           [](const WeightedLoss& self, Rows y, Rows eta, Rows s) {
             nb::gil_scoped_release free;
             return self.value(y.data(), eta.data(), s.data(), Index(y.size()));
           })
      .def("derivatives",
           [](const WeightedLoss& self, Rows y, Rows eta, Rows s, Vector<double> g, Vector<double> h) {
             nb::gil_scoped_release free;
             self.derivatives(y.data(), eta.data(), s.data(), Index(y.size()), g.data(), h.data());
           })
      .def("gap",
           [](const WeightedLoss& self, Rows y, Rows eta, Rows s, std::optional<Rows> offset, Rows g, double scale) {
             nb::gil_scoped_release free;
             return self.gap(y.data(), eta.data(), s.data(), data_or_null(offset), Index(y.size()), g.data(), scale);
           },
           nb::arg("y"), nb::arg("eta"), nb::arg("s"), nb::arg("offset").none(), nb::arg("g"), nb::arg("scale"));
  m.def("weighted_loss", [](const std::string& name, double parameter) { return make_loss(name, parameter).release(); },
        nb::arg("name"), nb::arg("parameter"), nb::rv_policy::take_ownership);
  m.def("cox_loss", [](Rows y, bool efron) -> WeightedLoss* { return new Cox(y.data(), Index(y.size()), efron); },
        nb::arg("y"), nb::arg("efron"), nb::rv_policy::take_ownership);
}

}  // namespace equipoise
