// Path of squared loss + separable penalty from second moments alone: G = X'SX, c = X'Sy, yy = y'Sy (centred when
// there is an intercept, S = diag(sample weights), sum 1). Cost does not depend on the number of rows.
//
// Coordinate descent (Friedman, Hastie and Tibshirani 2010, section 2.2, "covariance updates") on the features that
// were ever active. Those are swapped to the front of G, in place, so that every update runs over one contiguous
// block. The path being piecewise linear in alpha, a secant through the last two solutions starts the next one.
#pragma once
#include "arithmetic.hpp"

namespace equipoise {

template <class Penalty>
class GramPath {
 public:
  GramPath(double* gram, const double* c, double yy, Index p, Penalty penalty, double tolerance, int max_passes)
      : G(gram), yy(yy), p(p), penalty(penalty), tolerance(tolerance), max_passes(max_passes),
        c(c, c + p), w(p, 0.0), older(p, 0.0), q(p, 0.0), order(p) {
    for (Index i = 0; i < p; ++i) order[i] = i;
  }

  // Solves for one alpha, warm from the last; returns the relative gap (or, without convexity, the distance).
  double solve(double alpha, double l1_ratio, double* out, int& passes) {
    penalty.set_alpha(alpha, l1_ratio);
    extrapolate(alpha);
    admit(0.0);
    const double null = 0.5 * yy;
    double precision = 0.1 * tolerance * null, gap = infinity;
    for (passes = 0; passes < max_passes;) {
      descend(precision, passes);
      complete_gradient();
      gap = certificate();
      if (null == 0.0) gap = 0.0;  // a constant target: nothing is left to explain
      if (gap <= tolerance) break;
      if (!admit(1e-3 * tolerance)) precision *= 0.1;
      if (precision < 1e-22 * null) break;
    }
    for (Index i = 0; i < p; ++i) out[order[i]] = w[i];
    return gap;
  }

 private:
  double* G;
  double yy;
  Index p, active = 0;
  Penalty penalty;
  double tolerance;
  int max_passes;
  std::vector<double> c, w, older, q;  // in the order of `order`; q = G w
  std::vector<Index> order;
  double alpha_now = 0.0, alpha_older = 0.0;
  int solved = 0;

  double gradient(Index i) const { return q[i] - c[i]; }

  void swap(Index i, Index k) {
    if (i == k) return;
    std::swap_ranges(G + i * p, G + (i + 1) * p, G + k * p);
    for (Index r = 0; r < p; ++r) std::swap(G[r * p + i], G[r * p + k]);
    for (auto* v : {&c, &w, &older, &q}) std::swap((*v)[i], (*v)[k]);
    std::swap(order[i], order[k]);
  }

  // w <- w + t (w - older) with t from the steps of alpha
  void extrapolate(double alpha) {
    const double before = alpha_older, now = alpha_now;
    alpha_older = now, alpha_now = alpha;
    const bool secant = Penalty::convex && solved++ >= 2 && before > now && now > alpha;
    const double t = secant ? (alpha - now) / (now - before) : 0.0;
    for (Index i = 0; i < active; ++i) {
      const double current = w[i];
      const double next = current + t * (current - older[i]);
      w[i] = next * current > 0.0 ? next : (current == 0.0 ? 0.0 : current);
      older[i] = current;
    }
    if (secant) complete_gradient();
  }

  // Moves the features that violate optimality into the active block; says whether there were any.
  bool admit(double slack) {
    const Index before = active;
    for (Index i = active; i < p; ++i)
      if (penalty.distance(order[i], 0.0, gradient(i)) > slack * std::sqrt(yy)) swap(i, active++);
    return active > before;
  }

  double pass() {
    double decrease = 0.0;
    for (Index i = 0; i < active; ++i) {
      const double* row = G + i * p;
      const double a = row[i];
      const double next = penalty.minimise(order[i], c[i] - q[i] + a * w[i], a);
      const double d = next - w[i];
      if (d == 0.0) continue;
      w[i] = next;
      axpy(d, row, q.data(), active);
      decrease += a * d * d;
    }
    return decrease;
  }

  void descend(double precision, int& passes) {
    while (passes < max_passes) {
      ++passes;
      if (pass() <= precision) return;
    }
  }

  void complete_gradient() {  // from scratch, so that rounding does not pile up along the path
    for (Index i = 0; i < p; ++i) q[i] = dot(G + i * p, w.data(), active);
  }

  double certificate() const {
    double cw = 0.0, wq = 0.0;
    for (Index i = 0; i < active; ++i) cw += c[i] * w[i], wq += w[i] * q[i];
    if constexpr (!Penalty::convex) {
      double worst = 0.0;
      for (Index i = 0; i < p; ++i) worst = std::max(worst, penalty.distance(order[i], w[i], gradient(i)));
      return worst / std::sqrt(0.5 * yy);
    } else {
      const double residual = std::max(0.0, yy - 2.0 * cw + wq);
      double scale = 1.0, primal = 0.5 * residual;
      for (Index i = 0; i < p; ++i) {
        scale = std::min(scale, penalty.shrink(order[i], -gradient(i)));
        if (w[i] != 0.0) primal += penalty.value(order[i], w[i]);
      }
      if (scale < 1.0 && residual > 0.0) scale = std::min(scale, (yy - cw) / residual);
      double dual = -(0.5 * scale * scale * residual + scale * (cw - yy));
      for (Index i = 0; i < p; ++i) dual -= penalty.conjugate(order[i], -scale * gradient(i), w[i]);
      return std::max(0.0, primal - dual) / (0.5 * yy);
    }
  }
};

}  // namespace equipoise
