#include "bind_path.hpp"
#include "cox.hpp"
#include "curved_path.hpp"
#include "softmax.hpp"

namespace equipoise {
namespace {

template <class Design, class Loss>
void solve_one(const Design& X, const Task& t, Loss loss) {
  ElasticNet penalty{0.0, 0.0, t.penalty.factor.data(), data_or_null(t.penalty.low), data_or_null(t.penalty.high)};
  follow(CurvedPath(X, t.y.data(), t.s.data(), data_or_null(t.offset), std::move(loss), penalty, t.tolerance,
                    t.max_steps),
         t);
}

std::vector<double> repeated(const double* values, Index size, Index times) {
  std::vector<double> result;
  for (Index k = 0; values && k < times; ++k) result.insert(result.end(), values, values + size);
  return result;
}

template <class Design>
void solve_classes(const Design& X, const Task& t) {
  const Index K = Index(t.y.size()) / X.n;
  const auto *offset = data_or_null(t.offset), *low = data_or_null(t.penalty.low), *high = data_or_null(t.penalty.high);
  const auto s = repeated(t.s.data(), X.n, K), offsets = repeated(offset, X.n, K);
  const auto factor = repeated(t.penalty.factor.data(), X.p, K), lows = repeated(low, X.p, K),
             highs = repeated(high, X.p, K);
  const ElasticNet penalty{0.0, 0.0, factor.data(), low ? lows.data() : nullptr, high ? highs.data() : nullptr};
  const Stacked<Design> stacked{X, K};
  follow(CurvedPath(stacked, t.y.data(), s.data(), offset ? offsets.data() : nullptr, Softmax(X.n, K, t.intercept),
                    penalty, t.tolerance, t.max_steps),
         t);
}

}  // namespace

void bind_curved(nb::module_& m) {
  bind_path(m, "curved_path_dense", "curved_path_sparse", [](const auto& X, const Task& t) {
    if (t.penalty.name != "elastic_net") throw std::invalid_argument("curved path: no kernel for " + t.penalty.name);
    if (t.loss == "cox") return solve_one(X, t, Cox(t.y.data(), X.n, t.parameter == 1.0));
    if (t.loss == "multinomial") return solve_classes(X, t);
    const auto loss = make_loss(t.loss, t.parameter);
    solve_one(X, t, Pointwise(*loss, X.n, t.intercept));
  });
}

}  // namespace equipoise
