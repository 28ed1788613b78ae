// The partial likelihood of Cox (1972) with the ties of Breslow (1974) or Efron (1977), as a loss of all rows at once:
//
//   F(eta) = sum_j c_j log S_j(eta) - sum_(events i) s_i eta_i - saturated,    S_j = sum_(i at risk) a_ji s_i exp(eta_i)
//
// Breslow has one term j for each time with events, c_j their weight and a_ji = 1; Efron as many terms as events, each of
// their mean weight, and a_ji = 1 - l/m for the l-th term of m tied events. All sums run along time: O(n).
//
// The curvature handed out is sum_j c_j p_ji with p_ji = a_ji s_i exp(eta_i) / S_j. The exact Hessian in X is the sum of
// the covariances of X under each p_j; the covariance under their mixture, which a quadratic model with these curvatures
// and a free intercept is, bounds it from above, the rest being the spread of the means. F does not see the intercept.
#pragma once
#include "losses.hpp"

namespace equipoise {

class Cox final : public WeightedLoss {
 public:
  static constexpr bool intercept = false, sees_no_constant = true;
  static constexpr Index outputs = 1;

  // |y|: rank of the time; its sign: positive for an event, negative for a censored row.
  Cox(const double* y, Index n, bool efron) : WeightedLoss(false), efron(efron), order(n), hazard(n) {
    for (Index i = 0; i < n; ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [y](Index a, Index b) { return std::abs(y[a]) < std::abs(y[b]); });
    for (Index k = 0; k < n; ++k)
      if (k == 0 || std::abs(y[order[k]]) != std::abs(y[order[k - 1]])) first.push_back(k);
    first.push_back(n);
  }

  double value(const double* y, const double* eta, const double* s, Index n) const override {
    double total = 0.0;
    sweep(y, eta, s, n, [&](const Time& t) {
      total -= t.weight * std::log(t.weight);
      for_terms(t, [&](double c, double a, double S) { total += c * std::log(S / a); });
    });
    return total - event_sum(y, eta, s, n);
  }

  void derivatives(const double* y, const double* eta, const double* s, Index n, double* g, double* h) const override {
    const Index times = Index(first.size()) - 1;
    rise.assign(times, 0.0);
    fall.assign(times, 0.0);
    sweep(y, eta, s, n, [&](const Time& t) {
      for_terms(t, [&](double c, double a, double S) { rise[t.index] += c / S, fall[t.index] += c * (1.0 - a) / S; });
    });
    double cumulated = 0.0;
    for (Index k = 0; k < times; ++k) {
      cumulated += rise[k];
      for (Index at = first[k]; at < first[k + 1]; ++at) {
        const Index i = order[at];
        const bool event = y[i] > 0.0;
        h[i] = s[i] > 0.0 ? hazard[i] * (event ? cumulated - fall[k] : cumulated) : 0.0;
        g[i] = h[i] - (event ? s[i] : 0.0);
      }
    }
  }

  // Keeps the Hessian of F at eta; `bend_times` then multiplies vectors with it, in O(n).
  void bend(const double* y, const double* eta, const double* s, Index n) {
    const Index times = Index(first.size()) - 1;
    rise.resize(times), fall.resize(times);
    kept.assign(n, 0.0), diagonal.assign(n, 0.0), slope.assign(n, 0.0);
    terms.clear();
    counts.assign(times, 0);
    sweep(y, eta, s, n, [&](const Time& t) {  // the last time first, and so its terms
      for_terms(t, [&](double c, double a, double S) { terms.push_back({c, 1.0 - a, 1.0 / S}), ++counts[t.index]; });
    });
    std::copy(hazard.begin(), hazard.end(), kept.begin());
    derivatives(y, eta, s, n, slope.data(), diagonal.data());
  }

  bool intercept_step(const double*, const double*, const double*, double*) const { return false; }
  void shift(const double*, double*) const {}
  const double* bends() const { return diagonal.data(); }

  // out = H x = diagonal * x - sum_j c_j p_j (p_j'x)
  void bend_times(const double* y, const double* x, double* out) const {
    const Index times = Index(first.size()) - 1;
    double at_risk = 0.0;
    std::size_t term = 0;
    for (Index k = times - 1; k >= 0; --k) {
      double events = 0.0;
      for (Index at = first[k]; at < first[k + 1]; ++at) {
        const Index i = order[at];
        const double ex = kept[i] * x[i];
        at_risk += ex;
        if (y[i] > 0.0) events += ex;
      }
      double up = 0.0, down = 0.0;
      const std::size_t end = term + counts[k];
      for (; term < end; ++term) {
        const Term& t = terms[term];
        const double share = t.c * (at_risk - t.tied * events) * t.inverse * t.inverse;
        up += share, down += share * t.tied;
      }
      rise[k] = up, fall[k] = down;
    }
    double cumulated = 0.0;
    for (Index k = 0; k < times; ++k) {
      cumulated += rise[k];
      for (Index at = first[k]; at < first[k + 1]; ++at) {
        const Index i = order[at];
        out[i] = diagonal[i] * x[i] - kept[i] * (y[i] > 0.0 ? cumulated - fall[k] : cumulated);
      }
    }
  }

  // With u = scale g the sum F + F*(u) is at most scale g'eta + sum_j c_j log(1 + (1 - scale)^2 chi_j): q_j = scale p_j +
  // (1 - scale) e_j, e_j the weights of the events of j over their sum, is feasible for the conjugate of each log-sum, and
  // the relative entropy to p_j is at most the log of 1 + the chi-squared distance. By convexity it is also at most
  // scale g'eta + (1 - scale) F.
  double gap(const double* y, const double* eta, const double* s, const double* offset, Index n, const double* g,
             double scale) const override {
    double linear = 0.0;
    for (Index i = 0; i < n; ++i)
      if (s[i] > 0.0) linear += g[i] * (eta[i] - (offset ? offset[i] : 0.0));
    linear *= scale;
    const double rest = 1.0 - scale;
    if (rest <= 0.0) return linear;
    double bound = 0.0, value = 0.0;
    sweep(y, eta, s, n, [&](const Time& t) {
      value -= t.weight * std::log(t.weight);
      for_terms(t, [&](double c, double a, double S) {
        const double chi = t.inverse * (S / a) / (t.weight * t.weight) - 1.0;
        bound += c * std::log1p(rest * rest * std::max(0.0, chi));
        value += c * std::log(S / a);
      });
    });
    value -= event_sum(y, eta, s, n);
    return linear + (bound < rest * value ? bound : rest * value);
  }

 private:
  struct Time {
    Index index;
    double at_risk, events;  // sums of s exp(eta)
    double weight;           // of the events
    double inverse;          // sum of s exp(-eta) over the events
    Index count;
  };

  struct Term {
    double c, tied, inverse;  // weight, share that the tied events lack, 1 / S
  };

  bool efron;
  std::vector<Index> order, first;
  std::vector<Term> terms;  // of the Hessian kept, the last time first
  std::vector<std::size_t> counts;
  std::vector<double> kept, diagonal, slope;
  mutable std::vector<double> hazard, rise, fall;  // s exp(eta - top); by time
  mutable double top = 0.0;

  double event_sum(const double* y, const double* eta, const double* s, Index n) const {
    double total = 0.0;
    for (Index i = 0; i < n; ++i)
      if (s[i] > 0.0 && y[i] > 0.0) total += s[i] * (eta[i] - top);
    return total;
  }

  // Calls f for every time with events, the last one first.
  template <class F>
  void sweep(const double* y, const double* eta, const double* s, Index n, F&& f) const {
    top = -infinity;
    for (Index i = 0; i < n; ++i)
      if (s[i] > 0.0 && eta[i] > top) top = eta[i];
    for (Index i = 0; i < n; ++i) hazard[i] = s[i] > 0.0 ? s[i] * std::exp(eta[i] - top) : 0.0;
    double at_risk = 0.0;
    for (Index k = Index(first.size()) - 2; k >= 0; --k) {
      Time t{k, 0.0, 0.0, 0.0, 0.0, 0};
      for (Index at = first[k]; at < first[k + 1]; ++at) {
        const Index i = order[at];
        at_risk += hazard[i];
        if (!(y[i] > 0.0) || s[i] == 0.0) continue;
        t.events += hazard[i];
        t.weight += s[i];
        t.inverse += s[i] * s[i] / hazard[i];
        ++t.count;
      }
      t.at_risk = at_risk;
      if (t.count) f(t);
    }
  }

  template <class F>
  void for_terms(const Time& t, F&& f) const {
    if (!efron || t.count == 1) return f(t.weight, 1.0, t.at_risk);
    const double c = t.weight / double(t.count), others = std::max(0.0, t.at_risk - t.events);
    for (Index l = 0; l < t.count; ++l) {
      const double a = 1.0 - double(l) / double(t.count);
      f(c, a, others + a * t.events);
    }
  }
};

}  // namespace equipoise
