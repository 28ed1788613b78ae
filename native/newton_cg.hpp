// Newton's method for a smooth loss with an L2 penalty in few dimensions, each step by conjugate gradients:
//
//   minimise over (theta, b):  sum_i s_i f(y_i, z_i'theta + b + offset_i)  +  alpha / 2 |theta|^2
//
// for one linear predictor, or K of them (softmax). Products with the Hessian cost two passes over Z (n x d, by rows)
// and never form it; its diagonal preconditions, which is nearly all of it where the columns of Z are orthogonal.
// Truncated Newton: Dembo and Steihaug (1983), "Truncated-Newton algorithms for large-scale unconstrained optimization".
#pragma once
#include "cholesky.hpp"
#include "losses.hpp"

namespace equipoise {

// A loss of one linear predictor.
class OnePredictor {
 public:
  static constexpr Index outputs = 1;
  OnePredictor(const WeightedLoss& loss, const double* y, const double* s, Index n)
      : loss(loss), y(y), s(s), n(n), bends(n) {}

  double value(const double* eta) const { return loss.value(y, eta, s, n); }
  void bend(const double* eta, double* slope) { loss.derivatives(y, eta, s, n, slope, bends.data()); }
  double curvature(Index i, Index) const { return bends[i]; }
  void intercept_curvature(double* out) const { out[0] = sum(bends.data(), n); }
  void bend_times(const double* x, double* out) const {
    for (Index i = 0; i < n; ++i) out[i] = bends[i] * x[i];
  }

 private:
  const WeightedLoss& loss;
  const double *y, *s;
  Index n;
  std::vector<double> bends;
};

// log sum_k exp(eta_k) - sum_k y_k eta_k; arrays are K x n.
class Softmax {
 public:
  const Index outputs;
  Softmax(const double* y, const double* s, Index n, Index outputs)
      : outputs(outputs), y(y), s(s), n(n), share(outputs * n) {}

  double value(const double* eta) const {
    double total = 0.0;
    for (Index i = 0; i < n; ++i) {
      const double top = largest(eta, i);
      double norm = 0.0, own = 0.0;
      for (Index k = 0; k < outputs; ++k) {
        norm += std::exp(eta[k * n + i] - top);
        own += y[k * n + i] * (eta[k * n + i] - top);
      }
      total += s[i] * (std::log(norm) - own);
    }
    return total;
  }

  void bend(const double* eta, double* slope) {
    for (Index i = 0; i < n; ++i) {
      const double top = largest(eta, i);
      double norm = 0.0;
      for (Index k = 0; k < outputs; ++k) norm += share[k * n + i] = std::exp(eta[k * n + i] - top);
      for (Index k = 0; k < outputs; ++k) {
        share[k * n + i] /= norm;
        slope[k * n + i] = s[i] * (share[k * n + i] - y[k * n + i]);
      }
    }
  }

  double curvature(Index i, Index k) const { return s[i] * share[k * n + i] * (1.0 - share[k * n + i]); }

  // K x K; a shift of all intercepts, which no softmax sees, is held where it is.
  void intercept_curvature(double* out) const {
    for (Index k = 0; k < outputs; ++k)
      for (Index l = 0; l < outputs; ++l) {
        double total = 1.0 / double(outputs);
        for (Index i = 0; i < n; ++i) total += s[i] * share[k * n + i] * ((k == l ? 1.0 : 0.0) - share[l * n + i]);
        out[k * outputs + l] = total;
      }
  }

  void bend_times(const double* x, double* out) const {
    for (Index i = 0; i < n; ++i) {
      double mean = 0.0;
      for (Index k = 0; k < outputs; ++k) mean += share[k * n + i] * x[k * n + i];
      for (Index k = 0; k < outputs; ++k) out[k * n + i] = s[i] * share[k * n + i] * (x[k * n + i] - mean);
    }
  }

 private:
  const double *y, *s;
  Index n;
  std::vector<double> share;

  double largest(const double* eta, Index i) const {
    double top = eta[i];
    for (Index k = 1; k < outputs; ++k) top = std::max(top, eta[k * n + i]);
    return top;
  }
};

template <class Loss>
class NewtonCG {
 public:
  // theta: K rows of d coefficients and the intercept, where the path starts and goes on from.
  NewtonCG(Loss& loss, const double* Z, Index n, Index d, const double* offset, bool intercept, double null)
      : loss(loss), Z(Z), offset(offset), n(n), d(d), K(loss.outputs), width(d + 1), intercept(intercept), null(null),
        eta(K * n), trial(K * n), along(K * n), slope(K * n), bent(K * n), image(K * n), gradient(K * width),
        diagonal(K * width), step(K * width), residual(K * width), search(K * width), product(K * width), bends(K * K), by(K) {}

  // Moves theta to the solution at alpha; returns the relative duality gap there.
  double solve(double* theta, double alpha, double tolerance, int max_steps) {
    times(theta, eta.data());
    if (offset)
      for (Index k = 0; k < K; ++k) axpy(1.0, offset, eta.data() + k * n, n);
    double now = objective(theta, eta.data(), alpha), gap = infinity;
    for (int taken = 0;; ++taken) {
      loss.bend(eta.data(), slope.data());
      if (settle(theta)) now = objective(theta, eta.data(), alpha);
      transposed(slope.data(), gradient.data());
      penalise(theta, alpha, gradient.data());
      gap = promise(theta, gradient.data(), alpha);
      if (gap <= tolerance || taken == max_steps) break;
      propose(theta, alpha, tolerance);
      if (!move(theta, alpha, now)) break;
    }
    return gap;
  }

  // Trace of (H + alpha)^-1 H without the intercept's share, class by class: d - alpha * trace of the inverse's part of
  // the penalised; nan if the factor loses its digits. At the point solved last.
  double degrees(double alpha) {
    const Index m = intercept ? d + 1 : d;
    std::vector<double> H(m * m), x(m);
    double total = 0.0;
    for (Index k = 0; k < K; ++k) {
      std::fill(H.begin(), H.end(), 0.0);
      for (Index i = 0; i < n; ++i) {
        const double h = loss.curvature(i, k);
        for (Index j = 0; j < d; ++j) axpy(h * Z[i * d + j], Z + i * d, H.data() + j * m, j + 1);
        if (intercept) axpy(h, Z + i * d, H.data() + d * m, d), H[d * m + d] += h;
      }
      for (Index j = 0; j < d; ++j) H[j * m + j] += alpha;
      if (!factor(H.data(), m, m)) return std::numeric_limits<double>::quiet_NaN();
      total += double(d);
      for (Index j = 0; j < d; ++j) {  // column j of the inverse factor: its square is the inverse's diagonal
        x[j] = 1.0 / H[j * m + j];
        for (Index i = j + 1; i < m; ++i) x[i] = -dot(H.data() + i * m + j, x.data() + j, i - j) / H[i * m + i];
        total -= alpha * dot(x.data() + j, x.data() + j, m - j);
      }
    }
    return total;
  }

  // Sum of losses and penalty at any point, from its linear predictor.
  double objective_at(const double* theta, double alpha) {
    times(theta, trial.data());
    if (offset)
      for (Index k = 0; k < K; ++k) axpy(1.0, offset, trial.data() + k * n, n);
    return objective(theta, trial.data(), alpha);
  }

 private:
  Loss& loss;
  const double *Z, *offset;
  const Index n, d, K, width;
  const bool intercept;
  const double null;
  std::vector<double> eta, trial, along, slope, bent, image, gradient, diagonal, step, residual, search, product, bends, by;

  // The best intercepts, so that the slopes have a mean of 0; whether they moved.
  bool settle(double* theta) {
    bool moved = false;
    for (int round = 0; intercept && round < 20; ++round) {
      loss.intercept_curvature(bends.data());
      for (Index k = 0; k < K; ++k) by[k] = -sum(slope.data() + k * n, n);
      if (!factor(bends.data(), K, K)) break;
      equipoise::solve(bends.data(), K, K, by.data());
      double most = 0.0;
      for (Index k = 0; k < K; ++k) {
        by[k] = std::clamp(by[k], -2.0, 2.0);
        most = std::max(most, std::abs(by[k]) / (1.0 + std::abs(theta[k * width + d])));
      }
      if (!(most > 1e-13)) break;
      for (Index k = 0; k < K; ++k) {
        for (Index i = 0; i < n; ++i) eta[k * n + i] += by[k];
        theta[k * width + d] += by[k];
      }
      loss.bend(eta.data(), slope.data());
      moved = true;
    }
    return moved;
  }

  void times(const double* theta, double* out) const {
    for (Index i = 0; i < n; ++i)
      for (Index k = 0; k < K; ++k)
        out[k * n + i] = dot(Z + i * d, theta + k * width, d) + (intercept ? theta[k * width + d] : 0.0);
  }

  void transposed(const double* rows, double* out) const {
    std::fill(out, out + K * width, 0.0);
    for (Index i = 0; i < n; ++i)
      for (Index k = 0; k < K; ++k) axpy(rows[k * n + i], Z + i * d, out + k * width, d);
    for (Index k = 0; intercept && k < K; ++k) out[k * width + d] = sum(rows + k * n, n);
  }

  void penalise(const double* theta, double alpha, double* out) const {
    for (Index k = 0; k < K; ++k) axpy(alpha, theta + k * width, out + k * width, d);
  }

  double objective(const double* theta, const double* eta, double alpha) const {
    double squares = 0.0;
    for (Index k = 0; k < K; ++k) squares += dot(theta + k * width, theta + k * width, d);
    return loss.value(eta) + 0.5 * alpha * squares;
  }

  // At the dual point of the slope the gap is |gradient|^2 / (2 alpha), and what intercepts may still do.
  double promise(const double* theta, const double* g, double alpha) const {
    if (null <= 0.0) return 0.0;
    double squares = 0.0, loose = 0.0;
    for (Index k = 0; k < K; ++k) {
      squares += dot(g + k * width, g + k * width, d);
      loose += std::abs(g[k * width + d] * theta[k * width + d]);
    }
    return (squares / (2.0 * alpha) + loose) / null;
  }

  void curve(double alpha) {
    std::fill(diagonal.begin(), diagonal.end(), 0.0);
    for (Index i = 0; i < n; ++i)
      for (Index k = 0; k < K; ++k) {
        const double h = loss.curvature(i, k);
        double* out = diagonal.data() + k * width;
        for (Index j = 0; j < d; ++j) out[j] += h * Z[i * d + j] * Z[i * d + j];
        out[d] += h;
      }
    for (Index k = 0; k < K; ++k) {
      for (Index j = 0; j < d; ++j) diagonal[k * width + j] += alpha;
      diagonal[k * width + d] = intercept ? std::max(diagonal[k * width + d], 1e-300) : 1.0;
    }
  }

  // Conjugate gradients for Hessian * step = -gradient, as far as the tolerance of the gap asks for.
  void propose(const double* theta, double alpha, double tolerance) {
    curve(alpha);
    const Index size = K * width;
    std::fill(step.begin(), step.end(), 0.0);
    std::fill(along.begin(), along.end(), 0.0);
    for (Index j = 0; j < size; ++j) {
      residual[j] = -gradient[j];
      search[j] = residual[j] / diagonal[j];
    }
    double size_now = dot(residual.data(), search.data(), size);
    const double first = size_now;
    for (Index round = 0; round < 2 * size && size_now > 0.0; ++round) {
      times(search.data(), image.data());
      loss.bend_times(image.data(), bent.data());
      transposed(bent.data(), product.data());
      penalise(search.data(), alpha, product.data());
      const double bend = dot(search.data(), product.data(), size);
      if (!(bend > 0.0)) break;
      const double t = size_now / bend;
      axpy(t, search.data(), step.data(), size);
      axpy(t, image.data(), along.data(), K * n);
      axpy(-t, product.data(), residual.data(), size);
      double next = 0.0;
      for (Index j = 0; j < size; ++j) next += residual[j] * residual[j] / diagonal[j];
      if (next <= forcing * first || promise(theta, residual.data(), alpha) <= 0.1 * tolerance) break;
      const double keep = next / size_now;
      for (Index j = 0; j < size; ++j) search[j] = residual[j] / diagonal[j] + keep * search[j];
      size_now = next;
    }
  }

  // Along the step, halved until the objective falls enough.
  bool move(double* theta, double alpha, double& now) {
    const Index size = K * width;
    const double descent = dot(gradient.data(), step.data(), size);
    for (double t = 1.0; t > 1e-8; t *= 0.5) {
      for (Index j = 0; j < size; ++j) product[j] = theta[j] + t * step[j];
      for (Index i = 0; i < K * n; ++i) trial[i] = eta[i] + t * along[i];
      const double value = objective(product.data(), trial.data(), alpha);
      if (value <= now + 1e-4 * t * descent + 1e-14 * std::abs(now)) {
        std::copy(product.begin(), product.end(), theta);
        eta.swap(trial);
        now = value;
        return true;
      }
    }
    return false;
  }

  static constexpr double forcing = 1e-3;  // of the squared residual: a Newton step as good as the model is true
};

// All alphas, decreasing; degrees of freedom if there is room for them. Each starts from the last, or further along the path in log alpha where that is lower.
template <class Loss>
void newton_cg_path(NewtonCG<Loss>& newton, const double* start, const double* alphas, Index m, Index size,
                    double tolerance, int max_steps, double* thetas, double* gaps, double* degrees) {
  std::vector<double> ahead(size);
  for (Index k = 0; k < m; ++k) {
    double* theta = thetas + k * size;
    std::copy_n(k ? theta - size : start, size, theta);
    if (k > 1) {
      const double far = std::log(alphas[k] / alphas[k - 1]) / std::log(alphas[k - 1] / alphas[k - 2]);
      for (Index j = 0; j < size; ++j) ahead[j] = theta[j] + far * (theta[j] - theta[j - 2 * size]);
      if (newton.objective_at(ahead.data(), alphas[k]) < newton.objective_at(theta, alphas[k]))
        std::copy(ahead.begin(), ahead.end(), theta);
    }
    gaps[k] = newton.solve(theta, alphas[k], tolerance, max_steps);
    if (degrees) degrees[k] = newton.degrees(alphas[k]);
  }
}

}  // namespace equipoise
