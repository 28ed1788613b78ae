// Path of a smooth loss + elastic net, on the columns of X, by proximal Newton in second moments.
//
// Over a working set (sequential strong rule, checked against all features by the duality gap) the second moments
// X'HX, H the Hessian of the loss, are a Gram matrix as in least squares, in which coordinate descent is cheap. It is kept,
// along the path too, as long as its steps reduce the gap well: between two alphas curvatures hardly change. The loss
// only has to multiply a column with H in O(n): a diagonal with the intercept eliminated, or sums along time for Cox.
#pragma once
#include "cholesky.hpp"
#include "penalties.hpp"
#include "pointwise.hpp"

namespace equipoise {

template <class Penalty, class Design, class Loss>
class CurvedPath {
 public:
  std::vector<double> w;
  double b = 0.0;
  int steps = 0;

  CurvedPath(const Design& X, const double* y, const double* s, const double* offset, Loss of, Penalty penalty,
             double tolerance, int max_steps)
      : w(X.p, 0.0), X(X), y(y), s(s), offset(offset), loss(std::move(of)), penalty(penalty), tolerance(tolerance),
        max_steps(max_steps), eta(X.n, 0.0), g(X.n), h(X.n), gradient(X.p), column(X.n), bent(4 * X.n), direction(X.n),
        candidate(X.n), slot(X.p, -1), in_work(X.p, 0), taken(X.p, 0),
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
    screen(alpha, previous, l1_ratio);
    penalty.set_alpha(alpha, l1_ratio);
    if (l1_ratio < 1.0) valid = 0;
    double gap = infinity, inner = 0.9;
    while (steps < max_steps) {
      descend(inner * tolerance);
      if (Index(work.size()) <= X.p / 3) complete_gradient();
      gap = certificate(all());
      if (gap <= tolerance) break;
      if (!admit()) inner *= 0.1;
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
  int max_steps;
  double null = 0.0, value = 0.0;  // of the loss: at the start, and now
  std::vector<double> eta, g, h, gradient, column, bent, direction, candidate;
  std::vector<double> moves;
  std::vector<Index> moved, slot, slots, work, every, support;
  std::vector<char> in_work, taken;
  std::vector<double> gram, pull, trial, system, step;  // gram: second moments of `slots`, leading dimension `room`
  Index newton_limit;
  Index room = 0, valid = 0;  // rows of the factor that hold for the support
  bool fresh = false, have = false;

  // Slopes at the best intercept for the coefficients at hand: the dual point needs sum(g) = 0.
  void settle() {
    loss.derivatives(y, eta.data(), s, X.n, g.data(), h.data());
    for (int k = 0; loss.intercept && k < 50; ++k) {
      const double slope = sum(g.data(), X.n), bend = sum(h.data(), X.n);
      double size = 0.0;
      for (const double a : g) size += std::abs(a);
      if (bend <= 0.0 || std::abs(slope) <= std::max(1e-15, 1e-4 * tolerance) * size) return;
      double move = -slope / bend, next = value;
      for (int halvings = 0; halvings < 60; ++halvings, move *= 0.5) {
        for (Index i = 0; i < X.n; ++i) candidate[i] = eta[i] + move;
        next = loss.value(y, candidate.data(), s, X.n);
        if (next <= value + 1e-15 * std::abs(value)) break;
      }
      if (!(next <= value + 1e-15 * std::abs(value))) return;
      std::swap(eta, candidate);
      value = next, b += move;
      loss.derivatives(y, eta.data(), s, X.n, g.data(), h.data());
      if (std::abs(move) <= 1e-10 * (1.0 + std::abs(b))) return;
    }
  }

  void complete_gradient() { X.transpose_times(g.data(), gradient.data()); }

  void partial_gradient() {
    if (Index(work.size()) > X.p / 3) return complete_gradient();
    for (const Index j : work) gradient[j] = X.dot(j, g.data());
  }

  const std::vector<Index>& all() {
    if (every.empty())
      for (Index j = 0; j < X.p; ++j) every.push_back(j);
    return every;
  }

  void enter(Index j) {
    if (!in_work[j]) in_work[j] = 1, work.push_back(j);
  }

  void screen(double alpha, double previous, double l1_ratio) {
    for (const Index j : work) in_work[j] = 0;
    work.clear();
    for (Index j = 0; j < X.p; ++j)
      if (w[j] != 0.0) enter(j);
    penalty.set_alpha(previous > alpha ? std::max(2.0 * alpha - previous, 0.5 * alpha) : alpha, l1_ratio);
    admit();
  }

  // The worst violators outside the working set join it, at most as many as it holds (and no fewer than 64).
  bool admit() {
    std::vector<std::pair<double, Index>> violators;
    for (Index j = 0; j < X.p; ++j) {
      if (in_work[j]) continue;
      const double d = penalty.distance(j, w[j], gradient[j]);
      if (d > 1e-3 * tolerance * (std::abs(gradient[j]) + 1e-300)) violators.emplace_back(-d, j);
    }
    const std::size_t most = std::max<std::size_t>(64, work.size());
    if (violators.size() > most) {
      std::nth_element(violators.begin(), violators.begin() + most, violators.end());
      violators.resize(most);
    }
    for (const auto& v : violators) enter(v.second);
    return !violators.empty();
  }

  // Steps until the gap of the working set alone is at most `goal`.
  void descend(double goal) {
    double before = infinity;
    fresh = false;
    partial_gradient();
    while (steps < max_steps) {
      const double gap = certificate(work);
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
    if (Index(slots.size() + work.size()) > room) {
      Index missing = 0;
      for (const Index j : work) missing += slot[j] < 0;
      if (Index(slots.size()) + missing > room) grow(Index(slots.size()) + missing);
    }
    std::vector<Index> fresh_ones;
    for (const Index j : work)
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
      if (!forget || in_work[j]) kept.push_back(j);
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
      std::fill(column.begin(), column.end(), -X.dot(j, s));  // H sees no constant: centred columns round less
      X.add(j, 1.0, column.data());
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
    for (const Index j : work) {
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
      if (slot[j] >= 0 && in_work[j] && trial[slot[j]] != 0.0) {
        if (same == next.size() && support[same] == j) ++same;
        next.push_back(j), taken[j] = 1;
      }
    for (const Index j : work)
      if (!taken[j] && trial[slot[j]] != 0.0 && gram[slot[j] * (room + 1)] > 0.0) next.push_back(j);
    for (const Index j : support) taken[j] = 0;
    valid = std::min(valid, Index(same));
    support = std::move(next);
    return Index(support.size()) > 1 && Index(support.size()) <= newton_limit;
  }

  // Cholesky factor of the second moments of the support, row by row from the first that is not valid.
  bool factorise() {
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
      if (!(pivot > 1e-12 * whole)) return false;
      row[i] = std::sqrt(pivot);
    }
    return true;
  }

  // One step to the minimum with the signs held, as far as the first coefficient that reaches zero.
  void newton() {
    if constexpr (!Penalty::convex) return;
    if (penalty.bounded()) return;
    for (int rounds = 0; rounds < 4; ++rounds) {
      if (!gather() || !factorise()) return;
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
    for (const Index j : work) {
      const double d = trial[slot[j]] - w[j];
      now += penalty.value(j, w[j]);
      if (d == 0.0) continue;
      moved.push_back(j), moves.push_back(d);
      promised += gradient[j] * d + penalty.value(j, trial[slot[j]]) - penalty.value(j, w[j]);
    }
    std::size_t k = 0;
    for (; k + 4 <= moved.size(); k += 4) X.add_four(moved.data() + k, moves.data() + k, direction.data());
    for (; k < moved.size(); ++k) X.add(moved[k], moves[k], direction.data());
    const double shift = loss.intercept ? loss.shift(direction.data()) : 0.0;
    if (shift != 0.0)
      for (double& d : direction) d += shift;
    double t = 1.0;
    for (int halvings = 0; halvings < 50; ++halvings, t *= 0.5) {
      for (Index i = 0; i < X.n; ++i) candidate[i] = eta[i] + t * direction[i];
      double next = value = loss.value(y, candidate.data(), s, X.n);
      for (const Index j : work) next += penalty.value(j, w[j] + t * (trial[slot[j]] - w[j]));
      if (next <= now + 1e-4 * t * promised + 1e-14 * std::abs(now)) break;
    }
    if (t < 1e-12 || promised == 0.0) {
      value = loss.value(y, eta.data(), s, X.n);
      return false;
    }
    std::swap(eta, candidate);
    b += t * shift;
    for (const Index j : work) w[j] = t == 1.0 ? trial[slot[j]] : w[j] + t * (trial[slot[j]] - w[j]);
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
