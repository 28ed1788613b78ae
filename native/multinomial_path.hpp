// Path of the multinomial (softmax) loss + separable penalty, on the columns of a sparse X: their second moments would be
// too many to keep.
//
// With the other classes held fixed, the loss of one class is a logistic loss with an offset: block coordinate
// descent over the classes, each block one proximal Newton step with backtracking. The certificate is that of the
// joint problem.
#pragma once
#include "losses.hpp"
#include "quadratic_model.hpp"
#include "working_set.hpp"

namespace equipoise {

template <class Penalty, class Design>
class MultinomialPath {
 public:
  std::vector<double> w, b;  // class-major: w[k * p + j]

  // y is n indicators of each class, class-major
  MultinomialPath(const Design& X, const double* y, Index classes, const double* s, bool intercept, Penalty penalty,
                  double tolerance, int max_steps)
      : w(classes * X.p, 0.0), b(classes, 0.0), X(X), y(y), K(classes), s(s),
        intercept(intercept), penalty(penalty), tolerance(tolerance), max_steps(max_steps), model(X, intercept),
        eta(classes * X.n, 0.0), probability(classes * X.n), g(X.n), h(X.n), rest(X.n), gradient(classes * X.p), direction(X.n), trial(X.p),
        work(X.p) {
    settle_intercepts();
    null = objective();
    complete_gradient();
  }

  double solve(double alpha, double previous, double l1_ratio) {
    penalty.set_alpha(strong_alpha(alpha, previous), l1_ratio);
    work.restart([this](Index j) { return in_use(j); }, violations());
    penalty.set_alpha(alpha, l1_ratio);
    double precision = 0.1 * tolerance * null, gap = infinity;
    for (steps = 0; steps < max_steps;) {
      descend(precision);
      settle_intercepts();
      complete_gradient();
      gap = certificate();
      if (null <= 0.0) gap = 0.0;
      if (gap <= tolerance) break;
      if (!work.admit(violations())) precision *= 0.1;
      if (precision < 1e-20 * null) break;
    }
    return gap;
  }

 private:
  const Design& X;
  const double* y;
  Index K;
  const double* s;
  bool intercept;
  Penalty penalty;
  double tolerance;
  int max_steps, steps = 0;
  QuadraticModel<Design> model;
  std::vector<double> eta, probability, g, h, rest, gradient, direction, trial;
  WorkingSet work;
  double null = 0.0;

  // log of the sum over classes of exp(eta), of all but class `skip` (-1: of all)
  double log_sum(Index i, Index skip) const {
    double top = -infinity, total = 0.0;
    for (Index k = 0; k < K; ++k)
      if (k != skip) top = std::max(top, eta[k * X.n + i]);
    for (Index k = 0; k < K; ++k)
      if (k != skip) total += std::exp(eta[k * X.n + i] - top);
    return top + std::log(total);
  }

  double objective() const {
    double total = 0.0;
    for (Index i = 0; i < X.n; ++i) {
      if (s[i] == 0.0) continue;
      double value = log_sum(i, -1);
      for (Index k = 0; k < K; ++k) value -= y[k * X.n + i] * eta[k * X.n + i];
      total += s[i] * value;
    }
    return total;
  }

  // Gradient and curvature of class k; `rest` keeps the log-sum of the others.
  void derivatives(Index k) {
    for (Index i = 0; i < X.n; ++i) {
      g[i] = h[i] = rest[i] = 0.0;
      if (s[i] == 0.0) continue;
      rest[i] = log_sum(i, k);
      Logistic{}.derivatives(y[k * X.n + i], eta[k * X.n + i] - rest[i], g[i], h[i]);
      g[i] *= s[i];
      h[i] = s[i] * std::max(h[i], 1e-6);
    }
  }

  double class_objective(Index k, double t) const {
    double total = 0.0;
    for (Index i = 0; i < X.n; ++i)
      if (s[i] > 0.0) {
        const double at = eta[k * X.n + i] + t * direction[i];
        total += s[i] * (log1p_exp(at - rest[i]) - y[k * X.n + i] * at);
      }
    return total;
  }

  void settle_intercepts() {
    if (!intercept) return;
    for (int sweep = 0; sweep < 200; ++sweep) {
      double worst = 0.0;
      for (Index k = 0; k < K; ++k) {
        derivatives(k);
        const double slope = sum(g.data(), X.n), bend = sum(h.data(), X.n);
        worst = std::max(worst, std::abs(slope));
        if (bend <= 0.0) continue;
        const double step = std::clamp(-slope / bend, -2.0, 2.0);
        b[k] += step;
        for (Index i = 0; i < X.n; ++i) eta[k * X.n + i] += step;
      }
      if (worst <= 1e-13) break;
    }
  }

  void complete_gradient() {
    std::vector<double> normaliser(X.n, 0.0), residual(X.n);
    for (Index i = 0; i < X.n; ++i)
      if (s[i] > 0.0) normaliser[i] = log_sum(i, -1);
    for (Index k = 0; k < K; ++k) {
      for (Index i = 0; i < X.n; ++i) {
        const double p = s[i] > 0.0 ? std::exp(eta[k * X.n + i] - normaliser[i]) : 0.0;
        probability[k * X.n + i] = p;
        residual[i] = s[i] > 0.0 ? s[i] * (p - y[k * X.n + i]) : 0.0;
      }
      X.transpose_times(residual.data(), gradient.data() + k * X.p);
    }
  }

  bool in_use(Index j) const {
    for (Index k = 0; k < K; ++k)
      if (w[k * X.p + j] != 0.0) return true;
    return false;
  }

  // The largest over the classes
  auto violations() const {
    return [this](Index j) {
      double d = 0.0;
      for (Index k = 0; k < K; ++k) d = std::max(d, penalty.distance(j, w[k * X.p + j], gradient[k * X.p + j]));
      return d > 1e-3 * tolerance * null ? d : 0.0;
    };
  }

  void descend(double precision) {
    while (steps++ < max_steps) {
      double promised = 0.0;
      for (Index k = 0; k < K; ++k) promised += step(k, precision);
      if (promised <= precision) return;
    }
  }

  double step(Index k, double precision) {
    double* wk = w.data() + k * X.p;
    derivatives(k);
    model.reset(h.data());
    for (const Index j : work.features()) trial[j] = wk[j];
    double shift = 0.0;
    model.minimise(work.features(), g.data(), penalty, trial.data(), shift, 0.1 * precision, 1e-2, 100);
    std::fill(direction.begin(), direction.end(), shift);
    double promised = 0.0, penalties = 0.0;
    for (const Index j : work.features()) {
      penalties += penalty.value(j, wk[j]);
      if (trial[j] == wk[j]) continue;
      X.add(j, trial[j] - wk[j], direction.data());
      promised += penalty.value(j, trial[j]) - penalty.value(j, wk[j]);
    }
    promised += dot(g.data(), direction.data(), X.n);
    const double now = class_objective(k, 0.0) + penalties;
    double t = 1.0;
    for (int halvings = 0;; ++halvings, t *= 0.5) {
      if (halvings > 50) return 0.0;
      double next = class_objective(k, t);
      for (const Index j : work.features()) next += penalty.value(j, wk[j] + t * (trial[j] - wk[j]));
      if (next <= now + 1e-4 * t * promised + 1e-14 * std::abs(now)) break;
    }
    for (Index i = 0; i < X.n; ++i) eta[k * X.n + i] += t * direction[i];
    b[k] += t * shift;
    for (const Index j : work.features()) wk[j] += t * (trial[j] - wk[j]);
    return -promised;
  }

  // The conjugate at u = q - y, q in the simplex, is the negative entropy of q.
  double certificate() const {
    double scale = 1.0, gap = objective();
    for (Index k = 0; k < K; ++k)
      for (Index j = 0; j < X.p; ++j) scale = std::min(scale, penalty.shrink(j, -gradient[k * X.p + j]));
    for (Index k = 0; k < K; ++k) {
      for (Index i = 0; i < X.n; ++i)
        if (s[i] > 0.0)
          gap += s[i] * x_log_x(scale * probability[k * X.n + i] + (1.0 - scale) * y[k * X.n + i]);
      for (Index j = 0; j < X.p; ++j) {
        const Index at = k * X.p + j;
        if (w[at] != 0.0) gap += penalty.value(j, w[at]);
        gap += penalty.conjugate(j, -scale * gradient[at], w[at]);
      }
    }
    return std::max(0.0, gap) / null;
  }
};

}  // namespace equipoise
