// The penalised quadratic model of a loss around the current linear predictor,
//   min_(b, d)  g'(Xd + b) + (Xd + b)' diag(h) (Xd + b) / 2 + penalty(w + d),
// over a working set of features. Coordinate descent finds the support and the signs; once those are right, one
// Newton step on the support is exact. The intercept is eliminated: with h-weighted centred columns the best b follows
// from d, and a single number carries it, so that sparse columns stay sparse.
#pragma once
#include "arithmetic.hpp"
#include "cholesky.hpp"

namespace equipoise {

template <class Design>
class QuadraticModel {
 public:
  QuadraticModel(const Design& X, bool intercept)
      : X(X), intercept(intercept), z(X.n), column(X.n), first(X.p, 0.0), curvature(X.p, 0.0), known(X.p, 0),
        slot(X.p, -1) {}

  // New curvatures: the moments of every column have to be computed again. For a quadratic loss call it once.
  void reset(const double* h_) {
    h = h_;
    total = intercept ? sum(h, X.n) : 0.0;
    ++version;
    for (const Index j : slots) slot[j] = -1;
    slots.clear();
  }

  // Minimises over `work` until a pass lowers the objective by less than `precision`, or than `ratio` times the first
  // pass. `w` is moved, `shift` is the change of the intercept.
  template <class Penalty>
  void minimise(const std::vector<Index>& work, const double* g, const Penalty& penalty, double* w, double& shift,
                double precision, double ratio, int max_passes) {
    std::copy(g, g + X.n, z.begin());
    shift = total > 0.0 ? -sum(g, X.n) / total : 0.0;
    for (const Index j : work) learn(j);
    if (newton_pays(work, w)) newton(work, penalty, w, shift);
    double enough = precision;
    for (int k = 0; k < max_passes; ++k) {
      const double decrease = pass(work, penalty, w, shift, false);
      if (k == 0) enough = std::max(precision, ratio * decrease);
      if (decrease <= enough) return;
      if (newton_pays(work, w) && newton(work, penalty, w, shift)) continue;
      while (++k < max_passes)  // the features in use settle before the whole set is looked at again
        if (pass(work, penalty, w, shift, true) <= enough) break;
    }
  }

 private:
  static constexpr Index newton_limit = 256;

  const Design& X;
  bool intercept;
  std::vector<double> z, column, first, curvature;
  std::vector<std::uint32_t> known;
  std::uint32_t version = 0;
  const double* h = nullptr;
  double total = 0.0;
  std::vector<Index> slot, slots, support;  // features whose products with each other are known
  std::vector<double> products, system, step;

  void learn(Index j) {
    if (known[j] == version) return;
    known[j] = version;
    X.moments(j, h, first[j], curvature[j]);
    const double spread = curvature[j];
    if (total > 0.0) curvature[j] -= first[j] * first[j] / total;
    if (curvature[j] < 1e-14 * spread) curvature[j] = 0.0;  // a constant column, but for rounding
  }

  double gradient(Index j) const { return X.dot(j, z.data()) + shift_now * first[j]; }
  double shift_now = 0.0;

  template <class Penalty>
  double pass(const std::vector<Index>& work, const Penalty& penalty, double* w, double& shift, bool nonzero_only) {
    double decrease = 0.0;
    for (const Index j : work) {
      if (nonzero_only && w[j] == 0.0) continue;
      const double a = curvature[j];
      shift_now = shift;
      const double next = penalty.minimise(j, a * w[j] - gradient(j), a);
      const double d = next - w[j];
      if (d == 0.0) continue;
      move(j, d, w, shift);
      decrease += a * d * d;
    }
    return decrease;
  }

  void move(Index j, double d, double* w, double& shift) {
    w[j] += d;
    X.add_weighted(j, d, h, z.data());
    if (total > 0.0) shift -= d * first[j] / total;
  }

  bool newton_pays(const std::vector<Index>& work, const double* w) {
    support.clear();
    for (const Index j : work)
      if (w[j] != 0.0 && curvature[j] > 0.0) support.push_back(j);
    return Index(support.size()) > 1 && Index(support.size()) <= newton_limit;
  }

  // Products x_j' diag(h) x_k of the support, centred; each pair is computed once between two resets.
  void multiply() {
    for (const Index j : support) {
      if (slot[j] >= 0) continue;
      const Index at = Index(slots.size());
      if (at >= 2 * newton_limit) {  // full: start over with the support at hand
        for (const Index k : slots) slot[k] = -1;
        slots.clear();
        return multiply();
      }
      slot[j] = at;
      slots.push_back(j);
      products.resize(std::size_t(2 * newton_limit) * 2 * newton_limit);
      std::fill(column.begin(), column.end(), 0.0);
      X.add_weighted(j, 1.0, h, column.data());
      for (Index k = 0; k <= at; ++k) {
        double product = X.dot(slots[k], column.data());
        if (total > 0.0) product -= first[j] * first[slots[k]] / total;
        products[at * 2 * newton_limit + k] = products[k * 2 * newton_limit + at] = product;
      }
    }
  }

  // More features in use than rows can tell apart: with a small ridge the step follows the flat direction until a
  // coefficient reaches zero, which is how the path gets rid of the surplus.
  template <class Penalty>
  bool factor_singular(Index m, const Penalty& penalty) {
    double trace = 0.0;
    for (Index i = 0; i < m; ++i) {
      for (Index k = 0; k <= i; ++k) system[i * m + k] = products[slot[support[i]] * 2 * newton_limit + slot[support[k]]];
      trace += system[i * m + i];
    }
    for (Index i = 0; i < m; ++i) system[i * m + i] += penalty.bend(support[i]) + 1e-8 * trace / double(m);
    return factor(system.data(), m, m);
  }

  // One step to the minimum with the signs held, as far as the first coefficient that reaches zero.
  template <class Penalty>
  bool newton(const std::vector<Index>& work, const Penalty& penalty, double* w, double& shift) {
    if constexpr (!Penalty::convex) return false;
    else {
      if (penalty.bounded()) return false;
      for (int rounds = 0; rounds < 4; ++rounds) {
        const Index m = Index(support.size());
        if (m == 0) return true;
        multiply();
        system.resize(std::size_t(m) * m);
        step.resize(m);
        shift_now = shift;
        for (Index i = 0; i < m; ++i) {
          const Index j = support[i];
          for (Index k = 0; k <= i; ++k) system[i * m + k] = products[slot[j] * 2 * newton_limit + slot[support[k]]];
          system[i * m + i] += penalty.bend(j);
          step[i] = -(gradient(j) + penalty.slope(j, w[j]));
        }
        if (!factor(system.data(), m, m) && !factor_singular(m, penalty)) return false;
        solve(system.data(), m, m, step.data());
        double t = 1.0;
        for (Index i = 0; i < m; ++i)
          if ((w[support[i]] + step[i]) * w[support[i]] <= 0.0) t = std::min(t, -w[support[i]] / step[i]);
        for (Index i = 0; i < m; ++i) {
          const Index j = support[i];
          const bool crosses = t < 1.0 && std::abs(w[j] + t * step[i]) <= 1e-12 * std::abs(w[j]);
          move(j, crosses ? -w[j] : t * step[i], w, shift);
          if (crosses) w[j] = 0.0;
        }
        if (t == 1.0) return true;
        newton_pays(work, w);
      }
      return true;
    }
  }
};

}  // namespace equipoise
