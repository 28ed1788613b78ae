// Small matrices in single precision: products, and loops over their numbers.
//
// Columns come in whole vectors. A product keeps a tile of sums in registers, and reads each number of its factors once
// for it; the factors are taken to be in the nearest cache.
#pragma once
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "arithmetic.hpp"

namespace equipoise::nets {

#if defined(__AVX512F__)
constexpr Index width = 16, most_vectors = 4;
#elif defined(__AVX__)
constexpr Index width = 8, most_vectors = 2;
#else
constexpr Index width = 4, most_vectors = 2;
#endif
constexpr Index most_rows = 6;  // most_rows * most_vectors sums stay in registers

// Compiled on its own. Written into the one function that Python calls, loops were not vectorised, and most of the time
// went to Adam and to the bends of the layers.
#if defined(__GNUC__)
#define EQUIPOISE_APART __attribute__((noinline))
#else
#define EQUIPOISE_APART
#endif

inline Index whole(Index n) { return (n + width - 1) / width * width; }

// What a product is added to: nothing, one row for all (stride 0), or as many rows as it has.
struct Base {
  const float* first = nullptr;
  Index stride = 0;
  Base at(Index i, Index j) const { return {first ? first + i * stride + j : nullptr, stride}; }
};

// C = base + A B for MR rows and NV vectors of columns; A has any strides, so that it may be transposed.
template <Index MR, Index NV>
inline void tile(const float* A, Index row, Index column, const float* B, Index ldb, float* C, Index ldc, Index depth,
                 Base base) {
#if defined(__GNUC__)
  using Lane = float __attribute__((vector_size(width * sizeof(float)), aligned(4), may_alias));
  using Sum = float __attribute__((vector_size(width * sizeof(float))));
  Sum sums[MR][NV];
#pragma GCC unroll 8
  for (Index i = 0; i < MR; ++i)
#pragma GCC unroll 8
    for (Index j = 0; j < NV; ++j)
      sums[i][j] = base.first ? *reinterpret_cast<const Lane*>(base.first + i * base.stride + j * width) : Sum{};
  for (Index k = 0; k < depth; ++k) {
    Sum b[NV];
#pragma GCC unroll 8
    for (Index j = 0; j < NV; ++j) b[j] = *reinterpret_cast<const Lane*>(B + k * ldb + j * width);
#pragma GCC unroll 8
    for (Index i = 0; i < MR; ++i) {
      const float a = A[i * row + k * column];
#pragma GCC unroll 8
      for (Index j = 0; j < NV; ++j) sums[i][j] += a * b[j];
    }
  }
#pragma GCC unroll 8
  for (Index i = 0; i < MR; ++i)
#pragma GCC unroll 8
    for (Index j = 0; j < NV; ++j) *reinterpret_cast<Lane*>(C + i * ldc + j * width) = sums[i][j];
#else
  for (Index i = 0; i < MR; ++i) {
    float sums[NV * width];
    for (Index j = 0; j < NV * width; ++j) sums[j] = base.first ? base.first[i * base.stride + j] : 0.0f;
    for (Index k = 0; k < depth; ++k)
      for (Index j = 0; j < NV * width; ++j) sums[j] += A[i * row + k * column] * B[k * ldb + j];
    std::copy(sums, sums + NV * width, C + i * ldc);
  }
#endif
}

template <Index NV>
inline void panel(const float* A, Index row, Index column, const float* B, Index ldb, float* C, Index ldc, Index rows,
                  Index depth, Base base) {
  Index i = 0;
  for (; i + most_rows <= rows; i += most_rows)
    tile<most_rows, NV>(A + i * row, row, column, B, ldb, C + i * ldc, ldc, depth, base.at(i, 0));
  const float* a = A + i * row;
  float* c = C + i * ldc;
  base = base.at(i, 0);
  switch (rows - i) {
    case 5: return tile<5, NV>(a, row, column, B, ldb, c, ldc, depth, base);
    case 4: return tile<4, NV>(a, row, column, B, ldb, c, ldc, depth, base);
    case 3: return tile<3, NV>(a, row, column, B, ldb, c, ldc, depth, base);
    case 2: return tile<2, NV>(a, row, column, B, ldb, c, ldc, depth, base);
    case 1: return tile<1, NV>(a, row, column, B, ldb, c, ldc, depth, base);
    default: return;
  }
}

// C = base + A B; the columns of B and C are whole vectors.
inline void product(const float* A, Index row, Index column, const float* B, Index ldb, float* C, Index ldc, Index rows,
                    Index columns, Index depth, Base base = {}) {
  Index j = 0;
  for (; j + most_vectors * width <= columns; j += most_vectors * width)
    panel<most_vectors>(A, row, column, B + j, ldb, C + j, ldc, rows, depth, base.at(0, j));
  for (; j < columns; j += width) panel<1>(A, row, column, B + j, ldb, C + j, ldc, rows, depth, base.at(0, j));
}

inline void add(float by, const float* __restrict a, float* __restrict out, Index n) {
  for (Index j = 0; j < n; ++j) out[j] += by * a[j];
}

inline void scale(float by, const float* __restrict a, float* __restrict out, Index n) {
  for (Index j = 0; j < n; ++j) out[j] = by * a[j];
}

EQUIPOISE_APART inline void standardise(const float* __restrict x, const float* __restrict mean,
                                        const float* __restrict inverse, float* __restrict out, Index n) {
  for (Index j = 0; j < n; ++j) out[j] = (x[j] - mean[j]) * inverse[j];
}

// T = A' for A of shape (rows, columns); what fills up the rows of T is 0.
inline void turn(const float* A, Index rows, Index columns, Index lda, float* T, Index ldt) {
  Index first = 0;
#if defined(__SSE__)
  for (; first + 4 <= rows; first += 4)
    for (Index j = 0; j < columns; j += 4) {  // the columns of A are whole vectors, and T has room for them
      __m128 a[4];
      for (Index i = 0; i < 4; ++i) a[i] = _mm_loadu_ps(A + (first + i) * lda + j);
      _MM_TRANSPOSE4_PS(a[0], a[1], a[2], a[3]);
      for (Index i = 0; i < 4; ++i) _mm_storeu_ps(T + (j + i) * ldt + first, a[i]);
    }
#endif
  for (Index j = 0; j < columns; ++j) {
    for (Index i = first; i < rows; ++i) T[j * ldt + i] = A[i * lda + j];
    std::fill(T + j * ldt + rows, T + (j + 1) * ldt, 0.0f);
  }
}

// e^x by its exponent and a polynomial, to a rounding error or two; a loop of it vectorises, as one of std::exp does not.
inline float exponential(float x) {
  x = x < -87.0f ? -87.0f : x > 88.0f ? 88.0f : x;  // NaN stays
  const float whole_part = std::floor(x * 1.44269504f + 0.5f);
  const float r = (x - whole_part * 0.693359375f) + whole_part * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  for (const float c : {1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f, 1.6666665459e-1f, 5.0000001201e-1f})
    p = p * r + c;
  const std::int32_t bits = (std::int32_t(whole_part) + 127) << 23;
  float scale;
  std::memcpy(&scale, &bits, sizeof scale);
  return (p * r * r + r + 1.0f) * scale;
}

}  // namespace equipoise::nets
