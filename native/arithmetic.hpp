// Dot products and updates in double precision over columns of any floating type.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace equipoise {

using Index = std::ptrdiff_t;

constexpr double infinity = std::numeric_limits<double>::infinity();

// Sixteen partial sums: four independent vector accumulators hide the latency of the additions.
template <class A, class B>
inline double dot(const A* a, const B* b, Index n) {
  constexpr Index lanes = 16;
  double sums[lanes] = {};
  Index i = 0;
  for (; i + lanes <= n; i += lanes)
    for (Index k = 0; k < lanes; ++k) sums[k] += double(a[i + k]) * double(b[i + k]);
  double total = 0.0;
  for (Index k = 0; k < lanes; ++k) total += sums[k];
  for (; i < n; ++i) total += double(a[i]) * double(b[i]);
  return total;
}

template <class A>
inline void axpy(double scale, const A* a, double* out, Index n) {
  for (Index i = 0; i < n; ++i) out[i] += scale * double(a[i]);
}

inline double sum(const double* a, Index n) {
  double total = 0.0;
  for (Index i = 0; i < n; ++i) total += a[i];
  return total;
}

inline double soft_threshold(double u, double t) {
  return u > t ? u - t : (u < -t ? u + t : 0.0);
}

}  // namespace equipoise
