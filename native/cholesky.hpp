// Cholesky factor and solve of a small dense system, lower triangle, row-major.
#pragma once
#include "arithmetic.hpp"

namespace equipoise {

// a (m x m, leading dimension ld) <- its factor; false if it is not positive definite.
inline bool factor(double* a, Index m, Index ld) {
  for (Index i = 0; i < m; ++i) {
    double* row = a + i * ld;
    for (Index k = 0; k < i; ++k) row[k] = (row[k] - dot(row, a + k * ld, k)) / a[k * ld + k];
    const double pivot = row[i] - dot(row, row, i);
    if (!(pivot > 1e-12 * row[i]) || !(pivot > 0.0)) return false;
    row[i] = std::sqrt(pivot);
  }
  return true;
}

inline void solve(const double* a, Index m, Index ld, double* x) {
  for (Index i = 0; i < m; ++i) x[i] = (x[i] - dot(a + i * ld, x, i)) / a[i * ld + i];
  for (Index i = m - 1; i >= 0; --i) {
    x[i] /= a[i * ld + i];
    axpy(-x[i], a + i * ld, x, i);
  }
}

}  // namespace equipoise
