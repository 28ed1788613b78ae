// Losses that are sums over rows, as `CurvedPath` takes them: with a Hessian that multiplies columns.
#pragma once
#include "losses.hpp"

namespace equipoise {

// A loss that is a sum over rows, and its Hessian with the intercept, if there is one, at its best.
class Pointwise {
 public:
  static constexpr Index outputs = 1;
  const bool intercept, sees_no_constant;
  Pointwise(const WeightedLoss& loss, Index n, bool intercept)
      : intercept(intercept), sees_no_constant(intercept), loss(loss), slope(n), kept(n) {}

  double value(const double* y, const double* eta, const double* s, Index n) const { return loss.value(y, eta, s, n); }
  void derivatives(const double* y, const double* eta, const double* s, Index n, double* g, double* h) const {
    loss.derivatives(y, eta, s, n, g, h);
  }
  double gap(const double* y, const double* eta, const double* s, const double* offset, Index n, const double* g,
             double scale) const {
    return loss.gap(y, eta, s, offset, n, g, scale);
  }

  void bend(const double* y, const double* eta, const double* s, Index n) {
    loss.derivatives(y, eta, s, n, slope.data(), kept.data());
    total = intercept ? sum(kept.data(), n) : 0.0;
  }
  const double* bends() const { return kept.data(); }

  // Newton's step of the intercept; false if there is none.
  bool intercept_step(const double*, const double* slope, const double* h, double* step) const {
    const double bend = sum(h, Index(kept.size()));
    *step = -*slope / bend;
    return bend > 0.0;
  }

  // What the best intercept does against a change x of the linear predictor.
  void shift(const double* x, double* out) const {
    *out = total > 0.0 ? -dot(kept.data(), x, Index(kept.size())) / total : 0.0;
  }

  void bend_times(const double*, const double* x, double* out) const {
    double b = 0.0;
    shift(x, &b);
    for (std::size_t i = 0; i < kept.size(); ++i) out[i] = kept[i] * (x[i] + b);
  }

 private:
  const WeightedLoss& loss;
  std::vector<double> slope, kept;
  double total = 0.0;
};

}  // namespace equipoise
