// Path of any smooth loss of one linear predictor + separable penalty, on the columns of X.
//
// Proximal Newton (Lee, Sun and Saunders 2014) over a working set chosen by the sequential strong rule (Tibshirani
// et al. 2012), checked against all features by the duality gap. Rows of weight zero take no part in the fit but get
// their linear predictor: they are the held-out rows of a fold, and X is never copied.
#pragma once
#include "losses.hpp"
#include "quadratic_model.hpp"
#include "working_set.hpp"

namespace equipoise {

template <class Penalty, class Design>
class LossPath {
 public:
  std::vector<double> w, b;

  LossPath(const Design& X, const double* y, const double* s, const double* offset, bool intercept,
           const WeightedLoss& loss, Penalty penalty, double tolerance, int max_steps)
      : w(X.p, 0.0), b(1, 0.0), X(X), y(y), s(s), offset(offset), intercept(intercept), loss(loss),
        penalty(penalty), tolerance(tolerance), max_steps(max_steps), model(X, intercept), eta(X.n, 0.0), g(X.n),
        h(X.n), gradient(X.p), work(X.p) {
    if (offset) std::copy(offset, offset + X.n, eta.begin());
    settle_intercept();
    null = objective(eta.data());
    complete_gradient();
    if (loss.quadratic) model.reset(s);
  }

  // Solves for one alpha, warm from the last; returns the relative gap (or, without convexity, the distance).
  double solve(double alpha, double previous, double l1_ratio) {
    penalty.set_alpha(strong_alpha(alpha, previous), l1_ratio);
    work.restart([&](Index j) { return w[j] != 0.0; }, violations());
    penalty.set_alpha(alpha, l1_ratio);
    double precision = 0.1 * tolerance * null, gap = infinity;
    for (steps = 0; steps < max_steps;) {
      descend(precision);
      settle_intercept();
      complete_gradient();
      gap = certificate();
      if (null <= 0.0) gap = 0.0;  // a constant target: nothing is left to explain
      if (gap <= tolerance) break;
      if (!work.admit(violations())) precision *= 0.1;
      if (precision < 1e-20 * null) break;
    }
    return gap;
  }

 private:
  const Design& X;
  const double* y;
  const double* s;
  const double* offset;
  bool intercept;
  const WeightedLoss& loss;
  Penalty penalty;
  double tolerance;
  int max_steps, steps = 0;
  QuadraticModel<Design> model;
  std::vector<double> eta, g, h, gradient, trial, direction, candidate;
  WorkingSet work;
  double null = 0.0;

  double objective(const double* at) const { return loss.value(y, at, s, X.n); }

  void derivatives() { loss.derivatives(y, eta.data(), s, X.n, g.data(), h.data()); }

  // The best intercept for the coefficients at hand, to machine precision: the dual point needs sum(g) = 0.
  void settle_intercept() {
    derivatives();
    if (!intercept) return;
    double value = objective(eta.data());
    for (int k = 0; k < 50; ++k) {
      const double slope = sum(g.data(), X.n), bend = sum(h.data(), X.n);
      if (bend <= 0.0 || std::abs(slope) <= 1e-15) return;
      double step = -slope / bend;
      // what is left to gain drowns in the rounding of the value: only the slope can tell, and the step is a small one
      const bool drowned = slope * slope <= 1e-12 * bend * std::abs(value);
      for (int halvings = 0;; ++halvings, step *= 0.5) {
        for (double& e : eta) e += step;
        const double next = objective(eta.data());
        if (drowned || next <= value + 1e-15 * std::abs(value) || halvings > 40) {
          value = next;
          break;
        }
        for (double& e : eta) e -= step;
      }
      b[0] += step;
      derivatives();
      if (loss.quadratic) return;
      if (std::abs(step) <= 1e-14 * (1.0 + std::abs(b[0]))) return;
    }
  }

  void complete_gradient() {
    X.transpose_times(g.data(), gradient.data());
  }

  auto violations() const {
    return [this](Index j) { return violation(penalty, j, w[j], gradient[j], tolerance); };
  }

  void descend(double precision) {
    trial.resize(X.p);
    direction.resize(X.n);
    while (steps++ < max_steps) {
      if (!loss.quadratic) model.reset(h.data());
      for (const Index j : work.features()) trial[j] = w[j];
      double shift = 0.0;
      const double ratio = loss.quadratic ? 0.0 : 1e-2;
      model.minimise(work.features(), g.data(), penalty, trial.data(), shift,
                     loss.quadratic ? precision : 0.3 * precision, ratio, loss.quadratic ? 1000 : 100);
      if (advance(shift) <= precision) return;
    }
  }

  // Moves along trial - w with backtracking; returns the decrease that the model promised.
  double advance(double shift) {
    std::fill(direction.begin(), direction.end(), shift);
    double promised = shift * sum(g.data(), X.n);
    for (const Index j : work.features()) {
      const double d = trial[j] - w[j];
      if (d == 0.0) continue;
      X.add(j, d, direction.data());
      promised += penalty.value(j, trial[j]) - penalty.value(j, w[j]);
    }
    for (Index i = 0; i < X.n; ++i) promised += g[i] * (direction[i] - shift);
    double t = 1.0;
    if (!loss.quadratic) t = backtrack(promised);
    for (Index i = 0; i < X.n; ++i) eta[i] += t * direction[i];
    b[0] += t * shift;
    for (const Index j : work.features()) w[j] += t * (trial[j] - w[j]);
    derivatives();
    return loss.quadratic ? 0.0 : -promised;
  }

  double backtrack(double promised) {
    double penalties = 0.0;
    for (const Index j : work.features()) penalties += penalty.value(j, w[j]);
    const double now = objective(eta.data()) + penalties;
    candidate.resize(X.n);
    double t = 1.0;
    for (int halvings = 0; halvings < 50; ++halvings, t *= 0.5) {
      for (Index i = 0; i < X.n; ++i) candidate[i] = eta[i] + t * direction[i];
      double next = objective(candidate.data());
      for (const Index j : work.features()) next += penalty.value(j, w[j] + t * (trial[j] - w[j]));
      if (next <= now + 1e-4 * t * promised + 1e-14 * std::abs(now)) return t;
    }
    return 0.0;
  }

  double certificate() const {
    if constexpr (!Penalty::convex) {
      double worst = 0.0;
      for (Index j = 0; j < X.p; ++j) worst = std::max(worst, penalty.distance(j, w[j], gradient[j]));
      return worst / std::sqrt(null);
    } else {
      double scale = 1.0, gap = 0.0;
      for (Index j = 0; j < X.p; ++j) scale = std::min(scale, penalty.shrink(j, -gradient[j]));
      gap = loss.gap(y, eta.data(), s, offset, X.n, g.data(), scale);
      for (Index j = 0; j < X.p; ++j) {
        if (w[j] != 0.0) gap += penalty.value(j, w[j]);
        gap += penalty.conjugate(j, -scale * gradient[j], w[j]);
      }
      return std::max(0.0, gap) / null;
    }
  }
};

}  // namespace equipoise
