// Minimum of w'Hw / 2 - c'w + sum_j single_j |w_j| + sum_g weight_g |w_g| by block coordinate descent over the groups:
// what remains of a group or sparse-group lasso once the loss is quadratic.
//
// A block is solved to the end before the next one is visited: a proximal gradient step settles which coefficients are
// zero, Newton on the others converges quadratically (Yang and Hastie 2024, section 2, for the group lasso; Simon,
// Friedman, Hastie and Tibshirani 2013 for the conditions of the sparse-group lasso).
#pragma once
#include "cholesky.hpp"

namespace equipoise {

class GroupQuadratic {
 public:
  GroupQuadratic(const double* H, Index ld, Index m, const double* c, const std::int64_t* starts, Index groups,
                 const double* single, const double* weight)
      : H(H), ld(ld), m(m), groups(groups), c(c), starts(starts), single(single), weight(weight), q(m), bound(groups) {
    for (Index k = 0; k < groups; ++k) bound[k] = largest(k);
  }

  // Passes until one gains no more than `precision`; w goes in as the start. Returns the number of passes.
  int minimise(double* w, double precision, int max_passes) {
    for (Index i = 0; i < m; ++i) q[i] = dot(H + i * ld, w, m);
    int passes = 0;
    while (passes < max_passes) {
      ++passes;
      double gain = 0.0;
      for (Index k = 0; k < groups; ++k) gain += visit(k, w, precision);
      if (gain <= precision) break;
    }
    return passes;
  }

 private:
  const double* H;
  Index ld, m, groups;
  const double* c;
  const std::int64_t* starts;
  const double *single, *weight;
  std::vector<double> q, bound;  // q = H w; bound of the curvature of each block
  std::vector<double> u, x, next, slope, system;
  std::vector<Index> support;

  double largest(Index k) const {  // largest row sum of a block
    double most = 0.0;
    for (Index i = starts[k]; i < starts[k + 1]; ++i) {
      double total = 0.0;
      for (Index j = starts[k]; j < starts[k + 1]; ++j) total += std::abs(H[i * ld + j]);
      most = std::max(most, total);
    }
    return most;
  }

  static double norm(const std::vector<double>& v) {
    double total = 0.0;
    for (const double a : v) total += a * a;
    return std::sqrt(total);
  }

  double visit(Index k, double* w, double precision) {
    const Index a = starts[k], size = starts[k + 1] - a;
    u.resize(size), x.resize(size), next.resize(size), slope.resize(size);
    bool zero = true;
    for (Index i = 0; i < size; ++i) x[i] = w[a + i], zero = zero && x[i] == 0.0;
    for (Index i = 0; i < size; ++i) {
      u[i] = c[a + i] - q[a + i];
      if (!zero) u[i] += dot(H + (a + i) * ld + a, x.data(), size);
      next[i] = soft_threshold(u[i], single[a + i]);
    }
    if (norm(next) <= weight[k]) {
      if (zero) return 0.0;
      std::fill(x.begin(), x.end(), 0.0);
    } else {
      solve_block(k, precision);
    }
    double gain = 0.0;
    for (Index i = 0; i < size; ++i) {
      const double d = x[i] - w[a + i];
      if (d == 0.0) continue;
      const double before = q[a + i];
      axpy(d, H + (a + i) * ld, q.data(), m);
      gain += d * (q[a + i] - before);
      w[a + i] = x[i];
    }
    return gain;
  }

  void solve_block(Index k, double precision) {
    if (bound[k] <= 0.0) return;
    for (int round = 0; round < 50; ++round) {
      if (proximal_step(k) <= 1e-3 * precision) return;
      for (int steps = 0; steps < 20 && newton_step(k, precision); ++steps) {}
    }
  }

  void block_slope(Index k) {
    const Index a = starts[k], size = Index(x.size());
    for (Index i = 0; i < size; ++i) slope[i] = dot(H + (a + i) * ld + a, x.data(), size) - u[i];
  }

  // x <- prox(x - slope / bound); returns bound * |step|^2, of the order of the gain
  double proximal_step(Index k) {
    const Index a = starts[k], size = Index(x.size());
    block_slope(k);
    const double t = 1.0 / bound[k];
    for (Index i = 0; i < size; ++i) next[i] = soft_threshold(x[i] - t * slope[i], t * single[a + i]);
    const double length = norm(next), keep = length > 0.0 ? std::max(0.0, 1.0 - t * weight[k] / length) : 0.0;
    double moved = 0.0;
    for (Index i = 0; i < size; ++i) {
      const double d = keep * next[i] - x[i];
      moved += d * d;
      x[i] += d;
    }
    return bound[k] * moved;
  }

  double value(Index k, const std::vector<double>& at) const {
    const Index a = starts[k], size = Index(at.size());
    double total = weight[k] * norm(at);
    for (Index i = 0; i < size; ++i)
      total += at[i] * (0.5 * dot(H + (a + i) * ld + a, at.data(), size) - u[i]) + single[a + i] * std::abs(at[i]);
    return total;
  }

  // Newton on the coefficients that are not zero, their signs held; false if it does not help or is done.
  bool newton_step(Index k, double precision) {
    const Index a = starts[k], size = Index(x.size());
    const double length = norm(x);
    if (length == 0.0) return false;
    support.clear();
    for (Index i = 0; i < size; ++i)
      if (x[i] != 0.0) support.push_back(i);
    const Index s = Index(support.size());
    block_slope(k);
    system.resize(std::size_t(s) * s);
    std::vector<double>& step = next;
    step.resize(s);
    const double bend = weight[k] / length;
    double steepness = 0.0;
    for (Index i = 0; i < s; ++i) {
      const Index j = support[i];
      for (Index l = 0; l <= i; ++l)
        system[i * s + l] = H[(a + j) * ld + a + support[l]] - bend * x[j] * x[support[l]] / (length * length);
      system[i * s + i] += bend;
      slope[i] = slope[j] + (x[j] > 0.0 ? single[a + j] : -single[a + j]) + bend * x[j];
      step[i] = -slope[i];
    }
    bool helps = factor(system.data(), s, s);
    if (helps) {
      solve(system.data(), s, s, step.data());
      for (Index i = 0; i < s; ++i) steepness += slope[i] * step[i];
      helps = advance(k, steepness);
    }
    next.resize(size);
    return helps && -steepness > 1e-3 * precision;
  }

  // x <- x + step on the support if no sign changes where it matters and the value falls
  bool advance(Index k, double steepness) {
    std::vector<double>& trial = slope;
    trial = x;
    for (Index i = 0; i < Index(support.size()); ++i) {
      const Index j = support[i];
      trial[j] = x[j] + next[i];
      if (single[starts[k] + j] > 0.0 && trial[j] * x[j] <= 0.0) return false;
    }
    const double now = value(k, x);
    if (!(value(k, trial) <= now + 0.1 * steepness + 1e-14 * std::abs(now))) return false;
    x.swap(trial);
    return true;
  }
};

}  // namespace equipoise
