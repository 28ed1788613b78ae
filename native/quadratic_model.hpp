// Coordinate descent on the penalised quadratic model of a loss around the current linear predictor:
//   min_(b, d)  g'(Xd + b) + (Xd + b)' diag(h) (Xd + b) / 2 + penalty(w + d)
// over a working set of features. The intercept is eliminated: with h-weighted centred columns the best b follows
// from d, and a single number carries it, so that sparse columns stay sparse.
#pragma once
#include "arithmetic.hpp"

namespace equipoise {

template <class Design>
class QuadraticModel {
 public:
  QuadraticModel(const Design& X, bool intercept)
      : X(X), intercept(intercept), z(X.n), first(X.p, 0.0), curvature(X.p, 0.0), known(X.p, 0) {}

  // New curvatures: the moments of every column have to be computed again. For a quadratic loss call it once.
  void reset(const double* h_) {
    h = h_;
    total = intercept ? sum(h, X.n) : 0.0;
    ++version;
  }

  // Minimises over `work`; `w` is moved, `shift` is the change of the intercept. Returns the decrease per pass / 2.
  template <class Penalty>
  double minimise(const std::vector<Index>& work, const double* g, const Penalty& penalty, double* w, double& shift,
                  double precision, double ratio, int max_passes) {
    std::copy(g, g + X.n, z.begin());
    shift = total > 0.0 ? -sum(g, X.n) / total : 0.0;
    for (const Index j : work) learn(j);
    double largest = 0.0, decrease = 0.0;
    for (int k = 0; k < max_passes; ++k) {
      decrease = pass(work, penalty, w, shift, false);
      largest = std::max(largest, decrease);
      if (decrease <= std::max(precision, ratio * largest)) break;
      while (++k < max_passes) {  // the features in use settle before the whole set is looked at again
        const double d = pass(work, penalty, w, shift, true);
        if (d <= std::max(precision, ratio * largest)) break;
      }
    }
    return decrease;
  }

 private:
  const Design& X;
  bool intercept;
  std::vector<double> z, first, curvature;
  std::vector<std::uint32_t> known;
  std::uint32_t version = 0;
  const double* h = nullptr;
  double total = 0.0;

  void learn(Index j) {
    if (known[j] == version) return;
    known[j] = version;
    X.moments(j, h, first[j], curvature[j]);
    const double spread = curvature[j];
    if (total > 0.0) curvature[j] -= first[j] * first[j] / total;
    if (curvature[j] < 1e-14 * spread) curvature[j] = 0.0;  // a constant column, but for rounding
  }

  template <class Penalty>
  double pass(const std::vector<Index>& work, const Penalty& penalty, double* w, double& shift, bool nonzero_only) {
    double decrease = 0.0;
    for (const Index j : work) {
      if (nonzero_only && w[j] == 0.0) continue;
      const double a = curvature[j];
      const double gradient = X.dot(j, z.data()) + shift * first[j];
      const double next = penalty.minimise(j, a * w[j] - gradient, a);
      const double d = next - w[j];
      if (d == 0.0) continue;
      w[j] = next;
      X.add_weighted(j, d, h, z.data());
      if (total > 0.0) shift -= d * first[j] / total;
      decrease += a * d * d;
    }
    return decrease;
  }
};

}  // namespace equipoise
