// Losses of one sample as functions of the linear predictor `eta`: value (0 at the saturated model), gradient,
// curvature, and convex conjugate f*(u) = sup_eta u eta - f(eta), for the duality gap.
#pragma once
#include "arithmetic.hpp"

namespace equipoise {

inline double log1p_exp(double x) { return x > 0.0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); }
inline double x_log_x(double x) { return x > 0.0 ? x * std::log(x) : 0.0; }

// (y - eta)^2 / 2
struct Squared {
  static constexpr bool quadratic = true;
  double value(double y, double eta) const { return 0.5 * (y - eta) * (y - eta); }
  void derivatives(double y, double eta, double& g, double& h) const { g = eta - y, h = 1.0; }
  double conjugate(double y, double u) const { return 0.5 * u * u + u * y; }
};

// log(1 + exp(eta)) - y eta, y in [0, 1]
struct Logistic {
  static constexpr bool quadratic = false;
  double value(double y, double eta) const { return log1p_exp(eta) - y * eta; }
  void derivatives(double y, double eta, double& g, double& h) const {
    const double e = std::exp(-std::abs(eta));
    const double p = (eta >= 0.0 ? 1.0 : e) / (1.0 + e);
    g = p - y;
    h = e / ((1.0 + e) * (1.0 + e));
  }
  double conjugate(double y, double u) const {
    const double q = std::clamp(u + y, 0.0, 1.0);
    return x_log_x(q) + x_log_x(1.0 - q);
  }
};

// Half the Poisson deviance with the log link: exp(eta) - y eta + y log y - y
struct Poisson {
  static constexpr bool quadratic = false, log_link = true;
  // In terms of log(mean / y), so that nothing is lost where the two nearly agree; so too below.
  double value(double y, double eta) const {
    if (y == 0.0) return std::exp(eta);
    const double d = eta - std::log(y);
    return y * ((std::abs(d) < 0.1 ? std::expm1(d) : std::exp(d) - 1.0) - d);
  }
  void derivatives(double y, double eta, double& g, double& h) const {
    h = std::exp(eta);
    g = h - y;
  }
  double conjugate(double y, double u) const {
    const double m = std::max(u + y, 0.0);
    if (y == 0.0 || m == 0.0) return x_log_x(m) - m - x_log_x(y) + y;
    return m * std::log1p(u / y) - u + u * std::log(y);
  }
};

// Half the gamma deviance with the log link: y exp(-eta) + eta - log y - 1
struct Gamma {
  static constexpr bool quadratic = false, log_link = true;
  double value(double y, double eta) const {
    const double d = std::log(y) - eta;
    return std::expm1(d) - d;
  }
  void derivatives(double y, double eta, double& g, double& h) const {
    h = y * std::exp(-eta);
    g = 1.0 - h;
  }
  double conjugate(double y, double u) const {  // finite for u < 1
    const double v = 1.0 - u;
    return v > 0.0 ? v * std::log1p(-u) + u + u * std::log(y) : (v == 0.0 ? 1.0 + std::log(y) : infinity);
  }
};

// Half the Tweedie deviance with the log link, 1 < power < 2; with a = power - 1 and b = 2 - power
// y exp(-a eta) / a + exp(b eta) / b - y^b / (a b)
struct Tweedie {
  static constexpr bool quadratic = false, log_link = true;
  double power;
  double value(double y, double eta) const {
    const double a = power - 1.0, b = 2.0 - power;
    if (y == 0.0) return std::exp(b * eta) / b;
    const double d = eta - std::log(y);  // 1/a + 1/b = 1/(a b): nothing is lost where y and the mean nearly agree
    return std::pow(y, b) * (std::expm1(-a * d) / a + std::expm1(b * d) / b);
  }
  void derivatives(double y, double eta, double& g, double& h) const {
    const double a = power - 1.0, b = 2.0 - power;
    const double up = std::exp(b * eta), down = y > 0.0 ? y * std::exp(-a * eta) : 0.0;
    g = up - down;
    h = b * up + a * down;
  }
  // u eta - f(eta) where the gradient is u: Newton on b eta - log(u + y exp(-a eta)), concave, from the left; for u < 0
  // on its mirror image, convex, from the right
  double conjugate(double y, double u) const {
    const double a = power - 1.0, b = 2.0 - power;
    if (y == 0.0 && u <= 0.0) return u >= -1e-12 ? 0.0 : infinity;
    const double size = std::abs(u);
    double eta = u >= 0.0 ? std::max(std::log(y), std::log(size) / b)
                          : std::min(std::log(y), (std::log(y) - std::log(size)) / a);
    for (int k = 0; k < 100; ++k) {
      const double part = u >= 0.0 ? (y > 0.0 ? y * std::exp(-a * eta) : 0.0) : std::exp(b * eta);
      const double level = std::log(part + size), share = part / (part + size);
      const double step = u >= 0.0 ? (b * eta - level) / (b + a * share)
                                   : (level + a * eta - std::log(y)) / (a + b * share);
      eta -= step;
      if (std::abs(step) <= 1e-15 * (1.0 + std::abs(eta))) break;
    }
    return u * eta - value(y, eta);
  }
};

// Squared hinge, y in {0, 1} read as sign t = 2 y - 1: max(0, 1 - t eta)^2 / 2
struct SquaredHinge {
  static constexpr bool quadratic = false;
  double value(double y, double eta) const {
    const double m = std::max(0.0, 1.0 - (2.0 * y - 1.0) * eta);
    return 0.5 * m * m;
  }
  void derivatives(double y, double eta, double& g, double& h) const {
    const double t = 2.0 * y - 1.0, m = 1.0 - t * eta;
    g = m > 0.0 ? -t * m : 0.0;
    h = m > 0.0 ? 1.0 : 0.0;
  }
  double conjugate(double y, double u) const {  // finite for t u <= 0
    const double t = 2.0 * y - 1.0;
    return t * u <= 0.0 ? 0.5 * u * u + t * u : infinity;
  }
};

// Huber with threshold delta: r^2 / 2 inside, delta |r| - delta^2 / 2 outside
struct Huber {
  static constexpr bool quadratic = false;
  double delta;
  double value(double y, double eta) const {
    const double r = std::abs(y - eta);
    return r <= delta ? 0.5 * r * r : delta * (r - 0.5 * delta);
  }
  void derivatives(double y, double eta, double& g, double& h) const {
    const double r = eta - y;
    g = std::clamp(r, -delta, delta);
    // Outside a hundredth of the parabola that touches from above: without any curvature there would be no step.
    h = std::abs(r) <= delta ? 1.0 : 0.01 * delta / std::abs(r);
  }
  double conjugate(double y, double u) const { return std::abs(u) <= delta * (1.0 + 1e-12) ? 0.5 * u * u + u * y : infinity; }
};

// A loss over all rows, weighted by s; rows of weight zero take no part. The path solvers see losses through this table
// of four functions, so that they are compiled once and not once per loss.
struct WeightedLoss {
  bool quadratic;
  explicit WeightedLoss(bool quadratic) : quadratic(quadratic) {}
  virtual ~WeightedLoss() = default;
  virtual double value(const double* y, const double* eta, const double* s, Index n) const = 0;
  virtual void derivatives(const double* y, const double* eta, const double* s, Index n, double* g,
                           double* h) const = 0;
  // sum_i s_i (f(y_i, eta_i) + f*(y_i, scale g_i / s_i) - scale g_i / s_i offset_i): the loss's part of the gap
  virtual double gap(const double* y, const double* eta, const double* s, const double* offset, Index n,
                     const double* g, double scale) const = 0;
};

template <class Loss>
struct Weighted final : WeightedLoss {
  Loss loss;
  // Under the log link there are none, but a mean of 1e-9 has this curvature too.
  static constexpr double least = requires { Loss::log_link; } ? 1e-100 : 1e-6;
  explicit Weighted(Loss loss) : WeightedLoss(Loss::quadratic), loss(loss) {}

  double value(const double* y, const double* eta, const double* s, Index n) const override {
    double total = 0.0;
    for (Index i = 0; i < n; ++i)
      if (s[i] > 0.0) total += s[i] * loss.value(y[i], eta[i]);
    return total;
  }

  void derivatives(const double* y, const double* eta, const double* s, Index n, double* g, double* h) const override {
    for (Index i = 0; i < n; ++i) {
      g[i] = h[i] = 0.0;
      if (s[i] == 0.0) continue;
      loss.derivatives(y[i], eta[i], g[i], h[i]);
      g[i] *= s[i];
      h[i] = s[i] * std::max(h[i], least);  // flat stretches of a loss must not make the model singular
    }
  }

  double gap(const double* y, const double* eta, const double* s, const double* offset, Index n, const double* g,
             double scale) const override {
    double total = 0.0;
    for (Index i = 0; i < n; ++i) {
      if (s[i] == 0.0) continue;
      const double u = scale * g[i] / s[i];
      total += s[i] * (loss.value(y[i], eta[i]) + loss.conjugate(y[i], u) - (offset ? u * offset[i] : 0.0));
    }
    return total;
  }
};

}  // namespace equipoise
