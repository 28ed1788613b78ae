// Dual coordinate descent for losses of straight lines with an L2 penalty, on the rows of a sparse matrix:
//
//   minimise over u   sum_i s_i f_i*(u_i / s_i) + |A'u|^2 / (2 alpha) + (sum u)^2 / (2 rho) - centre sum u
//
// with w = -A'u / alpha and b = centre - sum u / rho kept up to date (Hsieh et al. 2008, "A dual coordinate descent
// method for large-scale linear SVM"). Rows that lie at a bound and pull against it are set aside until the others are
// settled (their shrinking). The intercept is a proximal one: moving `centre` to b and going on leaves it free.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include "arithmetic.hpp"

namespace equipoise {

template <class I>
struct DualDescent {
  const double* data;  // compressed rows
  const I* columns;
  const I* starts;
  Index n;
  const double *squares, *least, *most, *low, *high;  // |row|^2, bounds of u, ends of the interval without loss

  // At most `passes` over the rows that are left; returns the passes made. Stops where no projected gradient is larger
  // than `tolerance`.
  int run(double alpha, double rho, double centre, double* w, double& b, double* u, double tolerance, int passes,
          std::uint64_t seed) {
    std::vector<Index> order(n);
    std::iota(order.begin(), order.end(), Index(0));
    Index left = n;
    double bar = infinity;  // what counts as a pull against the bound, from the last pass
    state = seed * 2685821657736338717ULL + 88172645463325252ULL;
    for (int pass = 1; pass <= passes; ++pass) {
      double worst = 0.0;
      for (Index k = 0; k < left; ++k) {
        std::swap(order[k], order[k + Index(draw() % std::uint64_t(left - k))]);
        const Index i = order[k];
        double eta = b;
        for (I q = starts[i]; q < starts[i + 1]; ++q) eta += data[q] * w[columns[q]];
        const double below = low[i] - eta, above = high[i] - eta;  // slopes of the dual for u < 0 and u > 0
        const double now = u[i];
        // at 0 the dual has a kink: its slopes reach from below to above
        const double pull = now < 0.0 ? below : now > 0.0 ? above : above < 0.0 ? above : below > 0.0 ? below : 0.0;
        if (now == 0.0 && pull == 0.0) {
          if (std::min(-below, above) > bar) std::swap(order[k--], order[--left]);
          continue;
        }
        if (now <= least[i] && pull >= 0.0) {
          if (pull > bar) std::swap(order[k--], order[--left]);
          continue;
        }
        if (now >= most[i] && pull <= 0.0) {
          if (-pull > bar) std::swap(order[k--], order[--left]);
          continue;
        }
        worst = std::max(worst, std::abs(pull));
        const double bend = squares[i] / alpha + (rho > 0.0 ? 1.0 / rho : 0.0);
        if (bend <= 0.0) continue;
        double next = now - below / bend;
        if (next > 0.0) next = std::max(0.0, now - above / bend);
        next = std::clamp(next, least[i], most[i]);
        const double step = next - now;
        if (step == 0.0) continue;
        u[i] = next;
        for (I q = starts[i]; q < starts[i + 1]; ++q) w[columns[q]] -= step / alpha * data[q];
        if (rho > 0.0) b -= step / rho;
      }
      if (worst <= tolerance) {
        if (left == n) return pass;
        left = n, bar = infinity;
        continue;
      }
      bar = worst;
    }
    return passes;
  }

  std::uint64_t state = 1;
  std::uint64_t draw() {  // xorshift64*
    state ^= state >> 12, state ^= state << 25, state ^= state >> 27;
    return (state * 2685821657736338717ULL) >> 16;
  }
};

}  // namespace equipoise
