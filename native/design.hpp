// The design matrix as the solvers see it: columns that can be multiplied and added, never copied.
//
// A column may carry a scale (standardisation on the fly); centring is implicit in the solvers, so that a sparse
// matrix stays sparse.
#pragma once
#include "arithmetic.hpp"

namespace equipoise {

template <class T>
struct Dense {
  const T* data;  // column-major
  Index n, p;
  const double* scale;  // 1 / standard deviation of each column

  const T* column(Index j) const { return data + j * n; }

  // x_j' v
  double dot(Index j, const double* v) const { return scale[j] * equipoise::dot(column(j), v, n); }

  // out = X'v; four columns share each load of v, and their four sums hide the latency of the additions
  void transpose_times(const double* v, double* out) const {
    Index j = 0;
    for (; j + 4 <= p; j += 4) {
      const T *a = column(j), *b = a + n, *c = b + n, *d = c + n;
      double A = 0.0, B = 0.0, C = 0.0, D = 0.0;
      for (Index i = 0; i < n; ++i) {
        A += double(a[i]) * v[i];
        B += double(b[i]) * v[i];
        C += double(c[i]) * v[i];
        D += double(d[i]) * v[i];
      }
      out[j] = scale[j] * A, out[j + 1] = scale[j + 1] * B;
      out[j + 2] = scale[j + 2] * C, out[j + 3] = scale[j + 3] * D;
    }
    for (; j < p; ++j) out[j] = dot(j, v);
  }

  // x_j'v and x_k'v for four vectors v that follow each other; each load serves twice or four times
  void dot_four(Index j, Index k, const double* v, double* out) const {
    const T *x = column(j), *z = column(k);
    const double *a = v, *b = a + n, *c = b + n, *d = c + n;
    double A = 0.0, B = 0.0, C = 0.0, D = 0.0, E = 0.0, F = 0.0, G = 0.0, H = 0.0;
    for (Index i = 0; i < n; ++i) {
      const double p = double(x[i]), q = double(z[i]);
      A += p * a[i], B += p * b[i], C += p * c[i], D += p * d[i];
      E += q * a[i], F += q * b[i], G += q * c[i], H += q * d[i];
    }
    out[0] = scale[j] * A, out[1] = scale[j] * B, out[2] = scale[j] * C, out[3] = scale[j] * D;
    out[4] = scale[k] * E, out[5] = scale[k] * F, out[6] = scale[k] * G, out[7] = scale[k] * H;
  }

  // x_j'v for four vectors v that lie `stride` apart
  void dot_four(Index j, const double* v, Index stride, double* out) const {
    const T* x = column(j);
    const double *a = v, *b = a + stride, *c = b + stride, *d = c + stride;
    double A = 0.0, B = 0.0, C = 0.0, D = 0.0;
    for (Index i = 0; i < n; ++i) {
      const double p = double(x[i]);
      A += p * a[i], B += p * b[i], C += p * c[i], D += p * d[i];
    }
    out[0] = scale[j] * A, out[1] = scale[j] * B, out[2] = scale[j] * C, out[3] = scale[j] * D;
  }

  // x_j' diag(h) x_j and x_j' h
  void moments(Index j, const double* h, double& first, double& second) const {
    const T* x = column(j);
    double a = 0.0, b = 0.0;
    for (Index i = 0; i < n; ++i) {
      const double hx = h[i] * double(x[i]);
      a += hx;
      b += hx * double(x[i]);
    }
    first = scale[j] * a;
    second = scale[j] * scale[j] * b;
  }

  // out += step x_j
  void add(Index j, double step, double* out) const { axpy(step * scale[j], column(j), out, n); }

  // out += four columns at once, each times its step
  void add_four(const Index* j, const double* step, double* out) const {
    const T *a = column(j[0]), *b = column(j[1]), *c = column(j[2]), *d = column(j[3]);
    const double p = step[0] * scale[j[0]], q = step[1] * scale[j[1]], r = step[2] * scale[j[2]],
                 t = step[3] * scale[j[3]];
    for (Index i = 0; i < n; ++i)
      out[i] += p * double(a[i]) + q * double(b[i]) + (r * double(c[i]) + t * double(d[i]));
  }

  // out += step h * x_j
  void add_weighted(Index j, double step, const double* h, double* out) const {
    const T* x = column(j);
    const double s = step * scale[j];
    for (Index i = 0; i < n; ++i) out[i] += s * h[i] * double(x[i]);
  }
};

template <class T, class I>
struct Sparse {
  const T* data;  // compressed columns
  const I* rows;
  const I* starts;
  Index n, p;
  const double* scale;

  double dot(Index j, const double* v) const {
    double total = 0.0;
    for (I k = starts[j]; k < starts[j + 1]; ++k) total += double(data[k]) * v[rows[k]];
    return scale[j] * total;
  }

  void transpose_times(const double* v, double* out) const {
    for (Index j = 0; j < p; ++j) out[j] = dot(j, v);
  }

  void dot_four(Index j, Index k, const double* v, double* out) const {
    for (Index q = 0; q < 4; ++q) out[q] = dot(j, v + q * n), out[4 + q] = dot(k, v + q * n);
  }

  void dot_four(Index j, const double* v, Index stride, double* out) const {
    for (Index q = 0; q < 4; ++q) out[q] = dot(j, v + q * stride);
  }

  void moments(Index j, const double* h, double& first, double& second) const {
    double a = 0.0, b = 0.0;
    for (I k = starts[j]; k < starts[j + 1]; ++k) {
      const double hx = h[rows[k]] * double(data[k]);
      a += hx;
      b += hx * double(data[k]);
    }
    first = scale[j] * a;
    second = scale[j] * scale[j] * b;
  }

  void add(Index j, double step, double* out) const {
    const double s = step * scale[j];
    for (I k = starts[j]; k < starts[j + 1]; ++k) out[rows[k]] += s * double(data[k]);
  }

  void add_four(const Index* j, const double* step, double* out) const {
    for (Index q = 0; q < 4; ++q) add(j[q], step[q], out);
  }

  void add_weighted(Index j, double step, const double* h, double* out) const {
    const double s = step * scale[j];
    for (I k = starts[j]; k < starts[j + 1]; ++k) out[rows[k]] += s * h[rows[k]] * double(data[k]);
  }
};

// One copy of a design for each of several linear predictors, one below the other: column k p + j holds column j in the
// rows of predictor k and zeros elsewhere.
template <class Design>
struct Stacked {
  const Design& X;
  Index outputs;
  Index n = outputs * X.n, p = outputs * X.p;

  Index feature(Index c) const { return c % X.p; }
  Index start(Index c) const { return c / X.p * X.n; }

  double dot(Index c, const double* v) const { return X.dot(feature(c), v + start(c)); }

  void transpose_times(const double* v, double* out) const {
    double four[4];
    for (Index j = 0; j < X.p; ++j) {
      Index k = 0;
      for (; k + 4 <= outputs; k += 4) {
        X.dot_four(j, v + k * X.n, X.n, four);
        for (Index q = 0; q < 4; ++q) out[(k + q) * X.p + j] = four[q];
      }
      for (; k < outputs; ++k) out[k * X.p + j] = X.dot(j, v + k * X.n);
    }
  }

  void dot_four(Index c, Index d, const double* v, double* out) const {
    X.dot_four(feature(c), v + start(c), n, out);
    X.dot_four(feature(d), v + start(d), n, out + 4);
  }

  void moments(Index c, const double* h, double& first, double& second) const {
    X.moments(feature(c), h + start(c), first, second);
  }

  void add(Index c, double step, double* out) const { X.add(feature(c), step, out + start(c)); }

  void add_four(const Index* c, const double* step, double* out) const {
    for (Index q = 0; q < 4; ++q) add(c[q], step[q], out);
  }
};

// Subtracts the mean of column j under the weights s, where the column stands.
template <class Design>
void centre(const Design& X, Index j, const double* s, double* out) {
  const double mean = X.dot(j, s);
  for (Index i = 0; i < X.n; ++i) out[i] -= mean;
}

template <class Design>
void centre(const Stacked<Design>& X, Index c, const double* s, double* out) {
  centre(X.X, X.feature(c), s + X.start(c), out + X.start(c));
}

}  // namespace equipoise
