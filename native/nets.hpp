// Some epochs of a multilayer perceptron by Adam, one net at a time and in single precision.
//
//   h_0 = (x - mean) * inverse,   h_l = bend(h_(l-1) W_l + b_l),   output = h_(L-1) W_L + b_L
//   gradient of the weighted mean loss of a batch  (+ alpha w),   Adam,   (decoupled decay)
//
// A net with its moments and the rows of a batch stay in the cache of a core; all members of a sweep are independent,
// so that any number of threads gives the same bytes. The widths of layers are filled up to whole vectors with zeros,
// which stay zeros. The last layer, of few outputs, is kept transposed.
#pragma once
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "single_precision.hpp"

namespace equipoise::nets {

// Rows of a batch that are gone through together: what layers of some 64 units make of them stays in the nearest cache.
constexpr Index at_a_time = 48;

// Of one step: the rate and what undoes the start of the second moments at 0, the penalty, the decay.
struct Adam {
  static constexpr float b1 = 0.9f, b2 = 0.999f, epsilon = 1e-8f;
  float first, second, l2, decay;
};

// One step of n weights.
template <bool decays, bool cautious>
EQUIPOISE_APART void descend(const Adam adam, const float* __restrict g, float* __restrict w, float* __restrict m,
                             float* __restrict v, Index n) {
  for (Index i = 0; i < n; ++i) {
    const float old = w[i], slope = g[i] + adam.l2 * old;
    const float mean = Adam::b1 * m[i] + (1.0f - Adam::b1) * slope;
    const float square = Adam::b2 * v[i] + (1.0f - Adam::b2) * slope * slope;
    const float by = -adam.first * mean / (std::sqrt(square * adam.second) + Adam::epsilon);
    const float decay = cautious && by * old > 0.0f ? 0.0f : adam.decay;
    m[i] = mean, v[i] = square, w[i] = old + by - (decays ? decay * old : 0.0f);
  }
}

enum class Bend { identity, logistic, relu, tanh };
enum class Task { regression, binary, multiclass };

// What all members share.
struct Program {
  std::vector<Index> sizes;
  Bend bend;
  Task task;
  Index batch;
  bool decoupled, cautious, biases, cosine, stopping;
};

struct Rows {
  const float *X, *target, *weight;
  Index n;
};

// What a member brings along.
struct Lane {
  float alpha, rate, share;
  Index steps;
  const float *mean, *inverse, *shift, *spread;
};

class Net {
 public:
  explicit Net(const Program& program) : program_(program), layers_(Index(program.sizes.size()) - 1) {
    Index total = 0;
    for (Index l = 0; l < layers_; ++l) {
      const Index in = program.sizes[l], out = program.sizes[l + 1];
      starts_.push_back(total);
      total += last(l) ? out * whole(in) : in * whole(out);
      starts_.push_back(total);
      total += whole(out);
      h_.emplace_back(at_a_time * whole(in));
    }
    starts_.push_back(total);
    for (auto* part : {&w_, &m_, &v_, &g_}) part->assign(total, 0.0f);
    Index widest = 0;
    for (Index l = 0; l < layers_; ++l) widest = std::max(widest, whole(program.sizes[l]));
    for (auto* part : {&d_, &e_}) part->resize(at_a_time * widest);
    turned_.resize(widest * widest);
    const Index outputs = program.sizes.back();
    for (auto* part : {&out_, &target_}) part->resize(at_a_time * outputs);
    weight_.resize(at_a_time);
  }

  // Weights as Python has them, layer after layer (inputs, outputs) and biases, to and from this one's places.
  void take(const float* weights, const float* first, const float* second) {
    visit([&](Index own, Index given) { w_[own] = weights[given], m_[own] = first[given], v_[own] = second[given]; });
  }
  void give(float* weights, float* first, float* second) const {
    visit([&](Index own, Index given) { weights[given] = w_[own], first[given] = m_[own], second[given] = v_[own]; });
  }
  void give(float* weights) const {
    visit([&](Index own, Index given) { weights[given] = w_[own]; });
  }

  // One epoch; the mean loss of its steps.
  float epoch(const Rows& rows, const Lane& lane, const std::int32_t* order, Index number, Index total, Index& taken) {
    float sum = 0.0f;
    for (Index s = 0; s < lane.steps; ++s) {
      float rate = lane.rate;
      if (program_.cosine)
        rate *= 0.5f * (1.0f + std::cos(3.14159265f * (float(number * lane.steps + s) / float(total * lane.steps))));
      sum += step(rows, lane, order + s * program_.batch, rate, ++taken);
    }
    return sum / float(lane.steps);
  }

  // Mean weighted loss of some rows as they are.
  float loss(const Rows& rows, const Lane& lane, const std::int32_t* order, Index count) {
    double sum = 0.0, weights = 0.0;
    for (Index first = 0; first < count; first += at_a_time) {
      const Index n = look_up(rows, lane, order + first, std::min(at_a_time, count - first));
      if (n == 0) continue;
      forward(n);
      for (Index b = 0; b < n; ++b) {
        sum += double(weight_[b]) * row_loss(b, nullptr);
        weights += weight_[b];
      }
    }
    return float(sum / std::max(weights, 1e-30));
  }

 private:
  bool last(Index l) const { return l + 1 == layers_; }
  Index input(Index l) const { return whole(program_.sizes[l]); }
  float* weight(Index l) { return w_.data() + starts_[2 * l]; }
  float* bias(Index l) { return w_.data() + starts_[2 * l + 1]; }
  float* weight_slope(Index l) { return g_.data() + starts_[2 * l]; }
  float* bias_slope(Index l) { return g_.data() + starts_[2 * l + 1]; }

  template <class F>
  void visit(F&& f) const {
    Index given = 0;
    for (Index l = 0; l < layers_; ++l) {
      const Index in = program_.sizes[l], out = program_.sizes[l + 1];
      for (Index i = 0; i < in; ++i)
        for (Index j = 0; j < out; ++j)
          f(starts_[2 * l] + (last(l) ? j * whole(in) + i : i * whole(out) + j), given++);
      for (Index j = 0; j < out; ++j) f(starts_[2 * l + 1] + j, given++);
    }
  }

  // Columns, targets and weights of the rows that count; how many.
  EQUIPOISE_APART Index look_up(const Rows& rows, const Lane& lane, const std::int32_t* order, Index most) {
    const Index p = program_.sizes[0], outputs = program_.sizes.back(), ld = input(0);
    Index n = 0;
    for (Index b = 0; b < most; ++b) {
      if (order[b] >= rows.n) continue;
      const float *x = rows.X + Index(order[b]) * p, *t = rows.target + Index(order[b]) * outputs;
      standardise(x, lane.mean, lane.inverse, h_[0].data() + n * ld, p);
      for (Index k = 0; k < outputs; ++k) target_[n * outputs + k] = (t[k] - lane.shift[k]) * lane.spread[k];
      weight_[n++] = rows.weight[order[b]] * lane.share;
    }
    return n;
  }

  EQUIPOISE_APART void forward(Index n) {
    for (Index l = 0; l + 1 < layers_; ++l) {
      const Index in = program_.sizes[l], out = program_.sizes[l + 1], ld = whole(out);
      float* h = h_[l + 1].data();
      product(h_[l].data(), input(l), 1, weight(l), ld, h, ld, n, ld, in, {bias(l)});
      bend(h, n * ld);
      if (program_.bend == Bend::logistic)  // of 0 it is one half
        for (Index b = 0; b < n; ++b) std::fill(h + b * ld + out, h + (b + 1) * ld, 0.0f);
    }
    const Index l = layers_ - 1, ld = input(l), outputs = program_.sizes.back();
    for (Index b = 0; b < n; ++b)
      for (Index k = 0; k < outputs; ++k) {
        const float *h = h_[l].data() + b * ld, *w = weight(l) + k * ld;
        float sum = 0.0f;
        for (Index j = 0; j < ld; ++j) sum += h[j] * w[j];
        out_[b * outputs + k] = sum + bias(l)[k];
      }
  }

  EQUIPOISE_APART void bend(float* h, Index count) const {
    switch (program_.bend) {
      case Bend::identity: return;
      case Bend::relu:
        for (Index j = 0; j < count; ++j) h[j] = h[j] < 0.0f ? 0.0f : h[j];
        return;
      case Bend::logistic:
        for (Index j = 0; j < count; ++j) h[j] = 1.0f / (1.0f + exponential(-h[j]));
        return;
      case Bend::tanh:
        for (Index j = 0; j < count; ++j) h[j] = 1.0f - 2.0f / (1.0f + exponential(2.0f * h[j]));
    }
  }

  // d times the slope of the bend, by what it gave.
  EQUIPOISE_APART void bend_back(const float* __restrict h, float* __restrict d, Index count) const {
    switch (program_.bend) {
      case Bend::identity: return;
      case Bend::relu:
        for (Index j = 0; j < count; ++j) d[j] = h[j] > 0.0f ? d[j] : 0.0f;
        return;
      case Bend::logistic:
        for (Index j = 0; j < count; ++j) d[j] *= h[j] * (1.0f - h[j]);
        return;
      case Bend::tanh:
        for (Index j = 0; j < count; ++j) d[j] *= 1.0f - h[j] * h[j];
    }
  }

  // Loss of a row of the batch, and its slope in the outputs.
  float row_loss(Index b, float* slope) const {
    const Index outputs = program_.sizes.back();
    const float *z = out_.data() + b * outputs, *t = target_.data() + b * outputs;
    float loss = 0.0f;
    if (program_.task == Task::regression) {
      for (Index k = 0; k < outputs; ++k) {
        loss += 0.5f * (z[k] - t[k]) * (z[k] - t[k]);
        if (slope) slope[k] = z[k] - t[k];
      }
    } else if (program_.task == Task::binary) {
      const float small = std::exp(-std::fabs(z[0]));
      loss = std::max(z[0], 0.0f) + std::log1p(small) - t[0] * z[0];
      if (std::isnan(z[0])) loss = z[0];
      if (slope) slope[0] = (z[0] >= 0.0f ? 1.0f : small) / (1.0f + small) - t[0];
    } else {
      float top = z[0], sum = 0.0f, met = 0.0f;
      for (Index k = 1; k < outputs; ++k) top = z[k] > top ? z[k] : top;
      for (Index k = 0; k < outputs; ++k) sum += std::exp(z[k] - top), met += t[k] * z[k];
      loss = top + std::log(sum) - met;
      if (slope)
        for (Index k = 0; k < outputs; ++k) slope[k] = std::exp(z[k] - top) / sum - t[k];
    }
    return loss;
  }

  float step(const Rows& rows, const Lane& lane, const std::int32_t* order, float rate, Index taken) {
    const Index outputs = program_.sizes.back(), batch = program_.batch;
    const Index counted = std::count_if(order, order + batch, [&](std::int32_t row) { return row < rows.n; });
    const float each = 1.0f / float(std::max<Index>(counted, 1));
    std::fill(g_.begin(), g_.end(), 0.0f);
    float sum = 0.0f;
    for (Index first = 0; first < batch; first += at_a_time) {
      const Index n = look_up(rows, lane, order + first, std::min(at_a_time, batch - first));
      forward(n);
      for (Index b = 0; b < n; ++b) {  // the slopes take the places of the outputs
        float* slope = out_.data() + b * outputs;
        sum += weight_[b] * row_loss(b, slope);
        for (Index k = 0; k < outputs; ++k) slope[k] *= weight_[b] * each;
      }
      backward(n);
    }
    move(lane, rate, taken);
    return sum * each;
  }

  // Adds the slopes of some rows to those of the batch.
  EQUIPOISE_APART void backward(Index n) {
    Index l = layers_ - 1;
    const Index ld = input(l), outputs = program_.sizes.back();
    for (Index b = 0; b < n; ++b) {
      const float* h = h_[l].data() + b * ld;
      for (Index k = 0; k < outputs; ++k) {
        const float slope = out_[b * outputs + k];
        add(slope, h, weight_slope(l) + k * ld, ld);
        bias_slope(l)[k] += slope;
      }
      if (l == 0) continue;
      float* d = d_.data() + b * ld;
      scale(out_[b * outputs], weight(l), d, ld);
      for (Index k = 1; k < outputs; ++k) add(out_[b * outputs + k], weight(l) + k * ld, d, ld);
    }
    float *d = d_.data(), *before = e_.data();
    while (l-- > 0) {
      const Index in = program_.sizes[l], out = program_.sizes[l + 1], wide = whole(out);
      bend_back(h_[l + 1].data(), d, n * wide);
      for (Index b = 0; b < n; ++b) add(1.0f, d + b * wide, bias_slope(l), wide);
      product(h_[l].data(), 1, input(l), d, wide, weight_slope(l), wide, in, wide, n, {weight_slope(l), wide});
      if (l == 0) return;
      turn(weight(l), in, out, wide, turned_.data(), input(l));
      product(d, wide, 1, turned_.data(), input(l), before, input(l), n, input(l), out);
      std::swap(d, before);
    }
  }

  void move(const Lane& lane, float rate, Index taken) {
    Adam adam;
    adam.first = rate / (1.0f - std::pow(Adam::b1, float(taken)));
    adam.second = 1.0f / (1.0f - std::pow(Adam::b2, float(taken)));
    const float share = std::min(lane.alpha / float(lane.steps), 1.0f) * rate / lane.rate;
    for (Index part = 0; part + 1 < Index(starts_.size()); ++part) {
      const bool counts = part % 2 == 0 || program_.biases;
      const Index start = starts_[part], n = starts_[part + 1] - start;
      adam.l2 = counts && !program_.decoupled ? lane.alpha : 0.0f;
      adam.decay = counts && program_.decoupled ? share : 0.0f;
      float *w = w_.data() + start, *m = m_.data() + start, *v = v_.data() + start;
      if (adam.decay == 0.0f)
        descend<false, false>(adam, g_.data() + start, w, m, v, n);
      else if (program_.cautious)
        descend<true, true>(adam, g_.data() + start, w, m, v, n);
      else
        descend<true, false>(adam, g_.data() + start, w, m, v, n);
    }
  }

  const Program& program_;
  Index layers_;
  std::vector<Index> starts_;                                // of weights and biases of each layer
  std::vector<float> w_, m_, v_, g_, d_, e_, turned_, out_, target_, weight_;
  std::vector<std::vector<float>> h_;
};

// Numbers too small for their exponent count as 0 while this lives: moments of dead units would else slow each step.
class NoSubnormals {
 public:
#if defined(__SSE__)
  NoSubnormals() : before_(_mm_getcsr()) { _mm_setcsr(before_ | 0x8040); }
  ~NoSubnormals() { _mm_setcsr(before_); }

 private:
  unsigned before_;
#endif
};

}  // namespace equipoise::nets
