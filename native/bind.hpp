// What the bindings share: array types, and the choice of template by the ids that Python passes.
#pragma once
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "design.hpp"
#include "losses.hpp"
#include "penalties.hpp"

namespace nb = nanobind;

namespace equipoise {

template <class T>
using Vector = nb::ndarray<T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
template <class T>
using Matrix = nb::ndarray<T, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
template <class T>
using Columns = nb::ndarray<const T, nb::ndim<2>, nb::f_contig, nb::device::cpu>;

inline const double* data_or_null(const std::optional<Vector<const double>>& v) { return v ? v->data() : nullptr; }

// The settings of a separable penalty, as Python passes them.
struct PenaltySpec {
  std::string name;
  double l1_ratio, gamma;
  Vector<const double> factor;
  std::optional<Vector<const double>> low, high;
};

template <class F>
auto with_penalty(const PenaltySpec& s, F&& f) {
  if (s.name == "elastic_net")
    return f(ElasticNet{0.0, 0.0, s.factor.data(), data_or_null(s.low), data_or_null(s.high)});
  if (s.name == "mcp") return f(MCP{0.0, s.gamma, s.factor.data()});
  if (s.name == "scad") return f(SCAD{0.0, s.gamma, s.factor.data()});
  throw std::invalid_argument("no compiled kernel for the penalty " + s.name);
}

inline std::unique_ptr<WeightedLoss> make_loss(const std::string& name, double parameter) {
  if (name == "squared") return std::make_unique<Weighted<Squared>>(Squared{});
  if (name == "logistic") return std::make_unique<Weighted<Logistic>>(Logistic{});
  if (name == "poisson") return std::make_unique<Weighted<Poisson>>(Poisson{});
  if (name == "gamma") return std::make_unique<Weighted<Gamma>>(Gamma{});
  if (name == "squared_hinge") return std::make_unique<Weighted<SquaredHinge>>(SquaredHinge{});
  if (name == "tweedie") return std::make_unique<Weighted<Tweedie>>(Tweedie{parameter});
  if (name == "huber") return std::make_unique<Weighted<Huber>>(Huber{parameter});
  throw std::invalid_argument("no compiled kernel for the loss " + name);
}

}  // namespace equipoise
