#include "bind.hpp"
#include "group_quadratic.hpp"

namespace equipoise {

void bind_group(nb::module_& m) {
  m.def(
      "group_quadratic",
      [](Matrix<const double> H, Vector<const double> c, Vector<const std::int64_t> starts, Vector<const double> single,
         Vector<const double> weight, Vector<double> w, double precision, int max_passes) {
        nb::gil_scoped_release free;
        GroupQuadratic model(H.data(), Index(H.shape(1)), Index(c.size()), c.data(), starts.data(),
                             Index(weight.size()), single.data(), weight.data());
        return model.minimise(w.data(), precision, max_passes);
      },
      nb::arg("H"), nb::arg("c"), nb::arg("starts"), nb::arg("single"), nb::arg("weight"), nb::arg("w"),
      nb::arg("precision"), nb::arg("max_passes"));
}

}  // namespace equipoise
