// The features that a path solver looks at: those in use and those that violate optimality most. Along a path the
// sequential strong rule (Tibshirani et al. 2012) tells which ones may come in; the duality gap over all features is the
// check.
#pragma once
#include "arithmetic.hpp"

namespace equipoise {

class WorkingSet {
 public:
  explicit WorkingSet(Index p) : inside(p, 0) {}

  const std::vector<Index>& features() const { return chosen; }  // ascending
  Index size() const { return Index(chosen.size()); }
  bool has(Index j) const { return inside[j] != 0; }

  // Starts over with the features in use and their company.
  template <class Used, class Violation>
  void restart(Used used, Violation violation) {
    for (const Index j : chosen) inside[j] = 0;
    chosen.clear();
    for (Index j = 0; j < Index(inside.size()); ++j)
      if (used(j)) enter(j);
    admit(violation);
  }

  // The worst violators outside join, at most as many as it holds (and no fewer than 64); `violation` is 0 for none.
  template <class Violation>
  bool admit(Violation violation) {
    violators.clear();
    for (Index j = 0; j < Index(inside.size()); ++j) {
      if (inside[j]) continue;
      const double d = violation(j);
      if (d > 0.0) violators.emplace_back(-d, j);
    }
    const std::size_t most = std::max<std::size_t>(64, chosen.size());
    if (violators.size() > most) {
      std::nth_element(violators.begin(), violators.begin() + most, violators.end());
      violators.resize(most);
    }
    for (const auto& v : violators) enter(v.second);
    std::sort(chosen.begin(), chosen.end());
    return !violators.empty();
  }

 private:
  std::vector<char> inside;
  std::vector<Index> chosen;
  std::vector<std::pair<double, Index>> violators;

  void enter(Index j) {
    if (!inside[j]) inside[j] = 1, chosen.push_back(j);
  }
};

// The alpha whose violators at the solution for `previous` are the features that may be in use at `alpha`.
inline double strong_alpha(double alpha, double previous) {
  return previous > alpha ? std::max(2.0 * alpha - previous, 0.5 * alpha) : alpha;
}

// How far a coefficient is from optimal, 0 within what rounding of its gradient can tell.
template <class Penalty>
double violation(const Penalty& penalty, Index j, double w, double gradient, double tolerance) {
  const double d = penalty.distance(j, w, gradient);
  return d > 1e-3 * tolerance * (std::abs(gradient) + 1e-300) ? d : 0.0;
}

}  // namespace equipoise
