// The softmax (multinomial) loss of K linear predictors, as `CurvedPath` takes it:
//
//   sum_i s_i (log sum_k exp(eta_ik) - sum_k y_ik eta_ik)
//
// Vectors are class-major: row i of class k stands at k n + i. The Hessian of a row is diag(p) - p p'; its blocks for all
// pairs of classes are kept, not only those of each class with itself, so that one step settles all classes.
#pragma once
#include "cholesky.hpp"
#include "losses.hpp"

namespace equipoise {

class Softmax {
 public:
  const Index outputs;
  const bool intercept, sees_no_constant;

  Softmax(Index n, Index outputs, bool intercept)
      : outputs(outputs), intercept(intercept), sees_no_constant(intercept), n(n), top(n), total(n), kept(outputs * n), diagonal(outputs * n),
        bent(outputs * n), weight(n), system(outputs * outputs), sums(outputs) {}

  double value(const double* y, const double* eta, const double* s, Index) const {
    normalise(eta);
    double result = 0.0;
    for (Index i = 0; i < n; ++i)
      if (s[i] > 0.0) result += s[i] * (top[i] + std::log(total[i]));
    for (Index k = 0; k < outputs; ++k)
      for (Index i = 0; i < n; ++i)
        if (s[i] > 0.0) result -= s[i] * y[k * n + i] * eta[k * n + i];
    return result;
  }

  // h: the probabilities
  void derivatives(const double* y, const double* eta, const double* s, Index, double* g, double* h) const {
    normalise(eta, h);
    for (Index k = 0; k < outputs; ++k)
      for (Index i = 0; i < n; ++i) {
        h[k * n + i] /= total[i];
        g[k * n + i] = s[i] > 0.0 ? s[i] * (h[k * n + i] - y[k * n + i]) : 0.0;
      }
  }

  // The conjugate at u = q - y, q in the simplex, is the negative entropy of q.
  double gap(const double* y, const double* eta, const double* s, const double* offset, Index, const double* g,
             double scale) const {
    double result = value(y, eta, s, n);
    for (Index k = 0; k < outputs; ++k)
      for (Index i = 0; i < n; ++i) {
        if (s[i] == 0.0) continue;
        const Index at = k * n + i;
        result += s[i] * x_log_x(y[at] + scale * g[at] / s[i]) - (offset ? scale * g[at] * offset[at] : 0.0);
      }
    return result;
  }

  // Newton's step of the intercepts; false if there is none.
  bool intercept_step(const double* s, const double* slope, const double* h, double* step) {
    std::copy(slope, slope + outputs, step);
    if (!among_intercepts(s, h)) return false;
    solve(system.data(), outputs, outputs, step);
    for (Index k = 0; k < outputs; ++k) step[k] = -step[k];
    return true;
  }

  void bend(const double* y, const double* eta, const double* s, Index) {
    derivatives(y, eta, s, n, bent.data(), kept.data());
    std::copy(s, s + n, weight.begin());
    for (Index k = 0; k < outputs; ++k)
      for (Index i = 0; i < n; ++i)
        diagonal[k * n + i] = s[i] * (kept[k * n + i] * (1.0 - kept[k * n + i]) + floor);
    known = intercept && among_intercepts(s, kept.data());
  }
  const double* bends() const { return diagonal.data(); }

  // What the best intercepts do against a change x of the linear predictors.
  void shift(const double* x, double* out) {
    times(x, bent.data());
    against(bent.data(), out);
  }

  void bend_times(const double*, const double* x, double* out) {
    times(x, out);
    against(out, sums.data());
    for (Index i = 0; i < n; ++i) {
      double mean = 0.0;
      for (Index k = 0; k < outputs; ++k) mean += kept[k * n + i] * sums[k];
      for (Index k = 0; k < outputs; ++k)
        out[k * n + i] += weight[i] * (kept[k * n + i] * (sums[k] - mean) + floor * sums[k]);
    }
  }

 private:
  // Without it nothing would hold a shift of all classes, nor rows that are fitted to the last digit.
  static constexpr double floor = 1e-8;

  Index n;
  mutable std::vector<double> top, total;
  std::vector<double> kept, diagonal, bent, weight, system, sums;
  bool known = false;

  // Largest predictor of each row, and the sum of exponentials of what they are below it (which go to `out`).
  void normalise(const double* eta, double* out = nullptr) const {
    std::copy(eta, eta + n, top.begin());
    for (Index k = 1; k < outputs; ++k)
      for (Index i = 0; i < n; ++i) top[i] = std::max(top[i], eta[k * n + i]);
    std::fill(total.begin(), total.end(), 0.0);
    for (Index k = 0; k < outputs; ++k)
      for (Index i = 0; i < n; ++i) {
        const double e = std::exp(eta[k * n + i] - top[i]);
        total[i] += e;
        if (out) out[k * n + i] = e;
      }
  }

  // Factor of the second moments of the intercepts.
  bool among_intercepts(const double* s, const double* h) {
    for (Index k = 0; k < outputs; ++k)
      for (Index l = 0; l <= k; ++l) {
        double moment = 0.0;
        for (Index i = 0; i < n; ++i)
          moment += s[i] * h[k * n + i] * ((k == l ? 1.0 : 0.0) - h[l * n + i]) + (k == l ? s[i] * floor : 0.0);
        system[k * outputs + l] = moment;
      }
    return factor(system.data(), outputs, outputs);
  }

  // out = H x, the intercepts left alone
  void times(const double* x, double* out) const {
    for (Index i = 0; i < n; ++i) {
      double mean = 0.0;
      for (Index k = 0; k < outputs; ++k) mean += kept[k * n + i] * x[k * n + i];
      for (Index k = 0; k < outputs; ++k)
        out[k * n + i] = weight[i] * (kept[k * n + i] * (x[k * n + i] - mean) + floor * x[k * n + i]);
    }
  }

  void against(const double* pushed, double* out) const {
    for (Index k = 0; k < outputs; ++k) out[k] = known ? -sum(pushed + k * n, n) : 0.0;
    if (known) solve(system.data(), outputs, outputs, out);
  }
};

}  // namespace equipoise
