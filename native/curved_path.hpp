// Path of a smooth loss + elastic net, on the columns of X, by proximal Newton in second moments.
//
// Over a working set (sequential strong rule, checked against all features by the duality gap) the second moments
// X'HX, H the Hessian of the loss, are a Gram matrix as in least squares, in which coordinate descent is cheap. It is kept,
// along the path too, as long as its steps reduce the gap well: between two alphas curvatures hardly change. The loss
// only has to multiply a column with H in O(n): a diagonal with the intercept eliminated, sums along time for Cox, or the
// coupling of classes for the softmax, whose linear predictors stand one below the other.
#pragma once
#include "cholesky.hpp"
#include "design.hpp"
#include "penalties.hpp"
#include "pointwise.hpp"
#include "working_set.hpp"

namespace equipoise {

template <class Penalty, class Design, class Loss>
class CurvedPath {
 public:
  std::vector<double> w, b;  // b: of each linear predictor

  CurvedPath(const Design& X, const double* y, const double* s, const double* offset, Loss of, Penalty penalty,
             double tolerance, int max_steps)
      : w(X.p, 0.0), b(of.outputs, 0.0), X(X), y(y), s(s), offset(offset), loss(std::move(of)), penalty(penalty), tolerance(tolerance),
        max_steps(max_steps), eta(X.n, 0.0), g(X.n), h(X.n), gradient(X.p), column(X.n), bent(4 * X.n), direction(X.n),
        candidate(X.n), shift(of.outputs), slot(X.p, -1), work(X.p), taken(X.p, 0),
        newton_limit(std::min<Index>(1024, std::min(X.n, X.p))) {
    if (offset) std::copy(offset, offset + X.n, eta.begin());
    value = loss.value(y, eta.data(), s, X.n);
    settle();
    null = value;
    complete_gradient();
  }

  // Solves for one alpha, warm from the last; returns the relative gap.
  double solve(double alpha, double previous, double l1_ratio) {
    steps = 0;
    if (null <= 0.0) return 0.0;
    penalty.set_alpha(strong_alpha(alpha, previous), l1_ratio);
    work.restart([&](Index j) { return w[j] != 0.0; }, violations());
    penalty.set_alpha(alpha, l1_ratio);
    if (l1_ratio < 1.0) valid = 0;
    double gap = infinity, inner = 0.9;
    while (steps < max_steps) {
      descend(inner * tolerance);
      if (work.size() <= X.p / 3) complete_gradient();
      gap = certificate(all());
      if (gap <= tolerance) break;
      if (!work.admit(violations())) inner *= 0.1;
      if (inner < 1e-12) break;
    }
    return gap;
  }

 private:
  const Design& X;
  const double* y;
  const double* s;
  const double* offset;
  Loss loss;
  Penalty penalty;
  double tolerance;
  int max_steps, steps = 0;
  double null = 0.0, value = 0.0;  // of the loss: at the start, and now
  std::vector<double> eta, g, h, gradient, column, bent, direction, candidate, shift;
  std::vector<double> moves;
  std::vector<Index> moved, slot, slots, every, support;
  WorkingSet work;
  std::vector<char> taken;
  std::vector<double> gram, pull, trial, system, step;  // gram: second moments of `slots`, leading dimension `room`
  Index newton_limit;
  Index room = 0, valid = 0;  // rows of the factor that hold for the support
  bool fresh = false, have = false;

  // to = from + t shift, the shift of each linear predictor in its rows
  void add_shift(const std::vector<double>& from, double t, std::vector<double>& to) const {
    const Index rows = X.n / loss.outputs;
    for (Index k = 0; k < loss.outputs; ++k)
      for (Index i = k * rows; i < (k + 1) * rows; ++i) to[i] = from[i] + t * shift[k];
  }

  // Slopes at the best intercept for the coefficients at hand: the dual point needs sum(g) = 0.
  void settle() {
    const Index rows = X.n / loss.outputs;
    std::vector<double> slope(loss.outputs);
    loss.derivatives(y, eta.data(), s, X.n, g.data(), h.data());
    for (int round = 0; loss.intercept && round < 50; ++round) {
      double size = 0.0, steepest = 0.0, longest = 0.0;
      for (const double a : g) size += std::abs(a);
      for (Index k = 0; k < loss.outputs; ++k) {
        slope[k] = sum(g.data() + k * rows, rows);
        steepest = std::max(steepest, std::abs(slope[k]));
      }
      if (steepest <= std::max(1e-15, 1e-4 * tolerance) * size) return;
      if (!loss.intercept_step(s, slope.data(), h.data(), shift.data())) return;
      double t = 1.0, next = value;
      for (int halvings = 0; halvings < 60; ++halvings, t *= 0.5) {
        add_shift(eta, t, candidate);
        next = loss.value(y, candidate.data(), s, X.n);
        if (next <= value + 1e-15 * std::abs(value)) break;
      }
      if (!(next <= value + 1e-15 * std::abs(value))) return;
      std::swap(eta, candidate);
      value = next;
      for (Index k = 0; k < loss.outputs; ++k) {
        b[k] += t * shift[k];
        longest = std::max(longest, t * std::abs(shift[k]) / (1.0 + std::abs(b[k])));
      }
      loss.derivatives(y, eta.data(), s, X.n, g.data(), h.data());
      if (longest <= 1e-10) return;
    }
  }

  void complete_gradient() { X.transpose_times(g.data(), gradient.data()); }

  void partial_gradient() {
    if (work.size() > X.p / 3) return complete_gradient();
    for (const Index j : work.features()) gradient[j] = X.dot(j, g.data());
  }

  const std::vector<Index>& all() {
    if (every.empty())
      for (Index j = 0; j < X.p; ++j) every.push_back(j);
    return every;
  }

  auto violations() const {
    return [this](Index j) { return violation(penalty, j, w[j], gradient[j], tolerance); };
  }

  // Steps until the gap of the working set alone is at most `goal`.
  void descend(double goal) {
    double before = infinity;
    fresh = false;
    partial_gradient();
    while (steps < max_steps) {
      const double gap = certificate(work.features());
      if (gap <= goal) return;
      // New moments cost as much as about size/8 steps, so that a large set makes do with slower ones.
      const double poor = std::clamp(double(work.size()) / 800.0, 0.15, 0.5);
      if (!have || (gap > poor * before && !fresh)) bend();
      else fresh = false;
      know_work();
      before = gap;
      ++steps;
      minimise(0.01 * goal * null);
      if (!advance() && fresh) return;
      partial_gradient();
    }
  }

  // The Hessian at the present linear predictor; all second moments have to be computed again.
  void bend() {
    loss.bend(y, eta.data(), s, X.n);
    for (const Index j : slots) slot[j] = -1;
    slots.clear();
    valid = 0;
    fresh = have = true;
  }

  void know_work() {
    if (Index(slots.size()) + work.size() > room) {
      Index missing = 0;
      for (const Index j : work.features()) missing += slot[j] < 0;
      if (Index(slots.size()) + missing > room) grow(Index(slots.size()) + missing);
    }
    std::vector<Index> fresh_ones;
    for (const Index j : work.features())
      if (slot[j] < 0) fresh_ones.push_back(j);
    for (std::size_t k = 0; k < fresh_ones.size(); k += 4)
      learn(fresh_ones.data() + k, std::min<Index>(4, Index(fresh_ones.size() - k)));
  }

  // Room for `needed` features; once there are many, those that left the working set are forgotten.
  void grow(Index needed) {
    const Index larger = std::min<Index>(X.p, std::max<Index>(needed + needed / 2, 64));
    std::vector<double> next(std::size_t(larger) * larger);
    std::vector<Index> kept;
    const bool forget = needed > 1024;
    for (const Index j : slots)
      if (!forget || work.has(j)) kept.push_back(j);
    for (std::size_t a = 0; a < kept.size(); ++a)
      for (std::size_t b = 0; b < kept.size(); ++b)
        next[a * larger + b] = gram[std::size_t(slot[kept[a]]) * room + slot[kept[b]]];
    for (const Index j : slots) slot[j] = -1;
    slots = std::move(kept);
    for (std::size_t a = 0; a < slots.size(); ++a) slot[slots[a]] = Index(a);
    gram = std::move(next);
    room = larger;
  }

  // Second moments of up to four features with all known ones and each other; each column is read once for the four.
  void learn(const Index* features, Index count) {
    const Index before = Index(slots.size());
    std::fill(bent.begin(), bent.end(), 0.0);
    double spread[4] = {};
    for (Index q = 0; q < count; ++q) {
      const Index j = features[q];
      slot[j] = before + q;
      slots.push_back(j);
      std::fill(column.begin(), column.end(), 0.0);
      X.add(j, 1.0, column.data());
      if (loss.sees_no_constant) centre(X, j, s, column.data());  // rounds less
      loss.bend_times(y, column.data(), bent.data() + q * X.n);
      for (Index i = 0; i < X.n; ++i) spread[q] += loss.bends()[i] * column[i] * column[i];
    }
    const Index known = Index(slots.size());
    double products[8];
    for (Index k = 0; k < known; k += 2) {
      const Index next = std::min(k + 1, known - 1);
      X.dot_four(slots[k], slots[next], bent.data(), products);
      for (Index q = 0; q < count; ++q) {
        gram[k * room + before + q] = gram[(before + q) * room + k] = products[q];
        gram[next * room + before + q] = gram[(before + q) * room + next] = products[4 + q];
      }
    }
    for (Index q = 0; q < count; ++q) {
      double& own = gram[(before + q) * (room + 1)];
      if (own < 1e-13 * spread[q]) own = 0.0;  // a constant column, but for rounding
    }
  }

  // Minimises the model gradient'd + d'Gd/2 + penalty(w + d) over the working set; the result is in `trial`.
  void minimise(double precision) {
    const Index m = Index(slots.size());
    pull.resize(m);
    trial.resize(m);
    for (Index k = 0; k < m; ++k) pull[k] = gradient[slots[k]], trial[k] = w[slots[k]];
    double first = 0.0;
    newton();
    for (int k = 0; k < 1000; ++k) {
      const double decrease = pass(false);
      if (k == 0) first = decrease;
      const double enough = std::max(precision, 1e-4 * first);
      if (decrease <= enough) return;
      for (int q = 0; q < 10; ++q)
        if (pass(true) <= 0.1 * enough) break;
      newton();
    }
  }

  double pass(bool nonzero_only) {
    double decrease = 0.0;
    for (const Index j : work.features()) {
      const Index at = slot[j];
      if (nonzero_only && trial[at] == 0.0) continue;
      const double a = gram[at * room + at];
      const double d = penalty.minimise(j, a * trial[at] - pull[at], a) - trial[at];
      if (d == 0.0) continue;
      move(at, d);
      decrease += (a + penalty.bend(j)) * d * d;
    }
    return decrease;
  }

  void move(Index at, double d) {
    trial[at] += d;
    axpy(d, gram.data() + at * room, pull.data(), Index(pull.size()));
  }

  // The features in use, those of the last factor first and in its order: its rows up to the first that left stay valid.
  bool gather() {
    std::vector<Index> next;
    std::size_t same = 0;
    for (const Index j : support)
      if (slot[j] >= 0 && work.has(j) && trial[slot[j]] != 0.0) {
        if (same == next.size() && support[same] == j) ++same;
        next.push_back(j), taken[j] = 1;
      }
    for (const Index j : work.features())
      if (!taken[j] && trial[slot[j]] != 0.0 && gram[slot[j] * (room + 1)] > 0.0) next.push_back(j);
    for (const Index j : support) taken[j] = 0;
    valid = std::min(valid, Index(same));
    support = std::move(next);
    return Index(support.size()) > 1 && Index(support.size()) <= newton_limit;
  }

  // Cholesky factor of the second moments of the support, row by row from the first that is not valid. A feature that the
  // others all but determine gets a small ridge: along such a flat direction the step goes on until a coefficient is zero.
  void factorise() {
    system.resize(std::size_t(newton_limit) * newton_limit);
    for (Index i = valid; i < Index(support.size()); ++i, ++valid) {
      double* row = system.data() + i * newton_limit;
      const double* moments = gram.data() + slot[support[i]] * room;
      for (Index k = 0; k <= i; ++k) row[k] = moments[slot[support[k]]];
      row[i] += penalty.bend(support[i]);
      const double whole = row[i];
      for (Index k = 0; k < i; ++k)
        row[k] = (row[k] - dot(row, system.data() + k * newton_limit, k)) / system[k * (newton_limit + 1)];
      const double pivot = whole - dot(row, row, i);
      row[i] = std::sqrt(pivot > 1e-12 * whole ? pivot : 1e-8 * whole);
    }
  }

  // One step to the minimum with the signs held, as far as the first coefficient that reaches zero.
  void newton() {
    if constexpr (!Penalty::convex) return;
    if (penalty.bounded()) return;
    for (int rounds = 0; rounds < 4; ++rounds) {
      if (!gather()) return;
      factorise();
      const Index m = Index(support.size());
      step.resize(m);
      for (Index i = 0; i < m; ++i)
        step[i] = -(pull[slot[support[i]]] + penalty.slope(support[i], trial[slot[support[i]]]));
      equipoise::solve(system.data(), m, newton_limit, step.data());
      double t = 1.0;
      for (Index i = 0; i < m; ++i) {
        const double now = trial[slot[support[i]]];
        if ((now + step[i]) * now <= 0.0) t = std::min(t, -now / step[i]);
      }
      for (Index i = 0; i < m; ++i) {
        const Index at = slot[support[i]];
        const bool crosses = t < 1.0 && std::abs(trial[at] + t * step[i]) <= 1e-12 * std::abs(trial[at]);
        move(at, crosses ? -trial[at] : t * step[i]);
        if (crosses) trial[at] = 0.0;
      }
      if (t == 1.0) return;
    }
  }

  // Moves towards `trial` with backtracking; false if nothing is gained.
  bool advance() {
    std::fill(direction.begin(), direction.end(), 0.0);
    double promised = 0.0, now = value;
    moved.clear(), moves.clear();
    for (const Index j : work.features()) {
      const double d = trial[slot[j]] - w[j];
      now += penalty.value(j, w[j]);
      if (d == 0.0) continue;
      moved.push_back(j), moves.push_back(d);
      promised += gradient[j] * d + penalty.value(j, trial[slot[j]]) - penalty.value(j, w[j]);
    }
    std::size_t k = 0;
    for (; k + 4 <= moved.size(); k += 4) X.add_four(moved.data() + k, moves.data() + k, direction.data());
    for (; k < moved.size(); ++k) X.add(moved[k], moves[k], direction.data());
    if (loss.intercept) {
      loss.shift(direction.data(), shift.data());
      add_shift(direction, 1.0, direction);
    }
    double t = 1.0;
    for (int halvings = 0; halvings < 50; ++halvings, t *= 0.5) {
      for (Index i = 0; i < X.n; ++i) candidate[i] = eta[i] + t * direction[i];
      double next = value = loss.value(y, candidate.data(), s, X.n);
      for (const Index j : work.features()) next += penalty.value(j, w[j] + t * (trial[slot[j]] - w[j]));
      if (next <= now + 1e-4 * t * promised + 1e-14 * std::abs(now)) break;
    }
    if (t < 1e-12 || promised == 0.0) {
      value = loss.value(y, eta.data(), s, X.n);
      return false;
    }
    std::swap(eta, candidate);
    if (loss.intercept) axpy(t, shift.data(), b.data(), loss.outputs);
    for (const Index j : work.features()) w[j] = t == 1.0 ? trial[slot[j]] : w[j] + t * (trial[slot[j]] - w[j]);
    settle();
    return true;
  }

  // Nothing holds the feature back: no dual point is feasible but one without its gradient.
  bool free(Index j) const { return !penalty.bounded() && penalty.threshold(j) == 0.0 && penalty.bend(j) == 0.0; }

  // A coefficient that moves the linear predictor by the size of the loss: how far a free one is taken to go.
  double reach(Index j) const {
    double first = 0.0, second = 0.0;
    X.moments(j, s, first, second);
    const double variance = second - first * first;
    return variance > 1e-15 * second ? std::sqrt(null / variance) : 0.0;
  }

  // Relative duality gap, with the features of `set` taken for all there are.
  double certificate(const std::vector<Index>& set) const {
    double scale = 1.0;
    for (const Index j : set) scale = std::min(scale, penalty.shrink(j, -gradient[j]));
    double gap = loss.gap(y, eta.data(), s, offset, X.n, g.data(), scale);
    for (const Index j : set) {
      if (w[j] != 0.0) gap += penalty.value(j, w[j]);
      gap += free(j) ? std::abs(gradient[j]) * (2.0 * std::abs(w[j]) + reach(j))
                     : penalty.conjugate(j, -scale * gradient[j], w[j]);
    }
    return std::max(0.0, gap) / null;
  }
};

}  // namespace equipoise
