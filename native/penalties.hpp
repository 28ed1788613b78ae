// Penalties that are sums over coefficients. `minimise` solves the one-dimensional problem of coordinate descent,
//   argmin_w  a/2 w^2 - u w + penalty(w),   a >= 0,
// `distance` is that of -gradient to the subdifferential, and for convex penalties `conjugate` serves the gap.
#pragma once
#include "arithmetic.hpp"

namespace equipoise {

// alpha (l1_ratio |w| + (1 - l1_ratio)/2 w^2), times a factor per coefficient, inside the box [low, high]
struct ElasticNet {
  static constexpr bool convex = true;
  double l1, l2;
  const double* factor;
  const double* low;   // null: no box
  const double* high;

  void set_alpha(double alpha, double l1_ratio) { l1 = alpha * l1_ratio, l2 = alpha * (1.0 - l1_ratio); }
  double threshold(Index j) const { return l1 * factor[j]; }

  double value(Index j, double w) const { return factor[j] * (l1 * std::abs(w) + 0.5 * l2 * w * w); }

  double minimise(Index j, double u, double a) const {
    const double curvature = a + l2 * factor[j];
    if (curvature <= 0.0) return 0.0;
    const double w = soft_threshold(u, l1 * factor[j]) / curvature;
    return low ? std::clamp(w, low[j], high[j]) : w;
  }

  double distance(Index j, double w, double gradient) const {
    const double t = l1 * factor[j];
    const double g = gradient + l2 * factor[j] * w;
    if (low && low[j] == high[j]) return 0.0;
    if (low && w <= low[j]) return std::max(0.0, -(g + (w > 0.0 ? t : (w < 0.0 ? -t : t))));
    if (low && w >= high[j]) return std::max(0.0, g + (w > 0.0 ? t : (w < 0.0 ? -t : -t)));
    if (w != 0.0) return std::abs(g + (w > 0.0 ? t : -t));
    return std::max(0.0, std::abs(g) - t);
  }

  // Derivatives away from zero, without the box
  bool bounded() const { return low != nullptr; }
  double slope(Index j, double w) const { return factor[j] * ((w > 0.0 ? l1 : -l1) + l2 * w); }
  double bend(Index j) const { return factor[j] * l2; }

  // The largest scale <= 1 that brings v into the domain of the conjugate. A coefficient that is not penalised at
  // all has the domain {0}; it does not bind here, see `conjugate`.
  double shrink(Index j, double v) const {
    const double t = l1 * factor[j];
    if (l2 * factor[j] > 0.0 || t == 0.0 || std::abs(v) <= t) return 1.0;
    if (low && (v > 0.0 ? high[j] : -low[j]) < infinity) return 1.0;
    return t / std::abs(v);
  }

  // sup_x v x - penalty(x). For a coefficient without penalty the supremum is taken over |x| <= 2 |w|.
  double conjugate(Index j, double v, double w) const {
    const double t = l1 * factor[j], q = l2 * factor[j];
    const double excess = std::abs(v) - t;
    if (excess <= 0.0 && !(low && (low[j] > 0.0 || high[j] < 0.0))) return 0.0;
    if (q == 0.0 && t == 0.0 && !low) return 2.0 * std::abs(v * w);
    double x = q > 0.0 ? soft_threshold(v, t) / q : (excess > 1e-12 * std::abs(v) ? std::copysign(infinity, v) : 0.0);
    if (low) x = std::clamp(x, low[j], high[j]);
    if (std::isinf(x)) return t == 0.0 ? 2.0 * std::abs(v * w) : infinity;
    return v * x - value(j, x);
  }
};

// Minimax concave penalty (Zhang 2010): alpha |w| - w^2 / (2 gamma) up to |w| = gamma alpha, constant beyond
struct MCP {
  static constexpr bool convex = false;
  double alpha, gamma;
  const double* factor;

  void set_alpha(double a, double) { alpha = a; }
  double threshold(Index j) const { return alpha * factor[j]; }

  double value(Index j, double w) const {
    const double t = threshold(j), m = std::abs(w);
    return m <= gamma * t ? t * m - 0.5 * m * m / gamma : 0.5 * gamma * t * t;
  }

  double minimise(Index j, double u, double a) const {
    const double t = threshold(j), m = std::abs(u);
    if (a <= 0.0) return 0.0;
    if (a * gamma <= 1.0)  // concave up to the knee: either 0 or the unpenalised minimum
      return 0.5 * m * m / a > 0.5 * gamma * t * t && m >= gamma * t * a ? u / a : 0.0;
    if (m >= gamma * t * a) return u / a;
    return soft_threshold(u, t) / (a - 1.0 / gamma);
  }

  double distance(Index j, double w, double gradient) const {
    const double t = threshold(j), m = std::abs(w);
    if (m == 0.0) return std::max(0.0, std::abs(gradient) - t);
    const double slope = std::max(0.0, t - m / gamma);
    return std::abs(gradient + (w > 0.0 ? slope : -slope));
  }
};

// Smoothly clipped absolute deviation (Fan and Li 2001, equation 2.7), gamma > 2
struct SCAD {
  static constexpr bool convex = false;
  double alpha, gamma;
  const double* factor;

  void set_alpha(double a, double) { alpha = a; }
  double threshold(Index j) const { return alpha * factor[j]; }

  double value(Index j, double w) const {
    const double t = threshold(j), m = std::abs(w);
    if (m <= t) return t * m;
    if (m <= gamma * t) return (2.0 * gamma * t * m - m * m - t * t) / (2.0 * (gamma - 1.0));
    return 0.5 * t * t * (gamma + 1.0);
  }

  double minimise(Index j, double u, double a) const {
    if (a <= 0.0) return 0.0;
    const double t = threshold(j);
    // The stationary point of each of the three pieces, clipped to its piece: the lowest one wins.
    const double s = u > 0.0 ? 1.0 : -1.0, m = std::abs(u);
    const double inner = std::clamp((m - t) / a, 0.0, t);
    const double middle_curvature = a - 1.0 / (gamma - 1.0);
    const double middle = middle_curvature > 0.0
        ? std::clamp((m - gamma * t / (gamma - 1.0)) / middle_curvature, t, gamma * t) : gamma * t;
    const double outer = std::max(m / a, gamma * t);
    double best = 0.0, lowest = 0.0;
    for (const double w : {inner, middle, outer}) {
      const double objective = 0.5 * a * w * w - m * w + value(j, w);
      if (objective < lowest) lowest = objective, best = w;
    }
    return s * best;
  }

  double distance(Index j, double w, double gradient) const {
    const double t = threshold(j), m = std::abs(w);
    if (m == 0.0) return std::max(0.0, std::abs(gradient) - t);
    const double slope = m <= t ? t : std::max(0.0, gamma * t - m) / (gamma - 1.0);
    return std::abs(gradient + (w > 0.0 ? slope : -slope));
  }
};

}  // namespace equipoise
