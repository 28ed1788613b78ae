#include "bind_path.hpp"
#include "cox.hpp"
#include "loss_path.hpp"
#include "multinomial_path.hpp"

namespace equipoise {

void bind_loss(nb::module_& m) {
  bind_path(m, "loss_path_dense", "loss_path_sparse", [](const auto& X, const Task& t) {
    if (t.loss == "multinomial") {
      ElasticNet penalty{0.0, 0.0, t.penalty.factor.data(), data_or_null(t.penalty.low), data_or_null(t.penalty.high)};
      return follow(MultinomialPath(X, t.y.data(), Index(t.y.size()) / X.n, t.s.data(), t.intercept, penalty,
                                    t.tolerance, t.max_steps),
                    t);
    }
    const std::unique_ptr<WeightedLoss> loss =  // the partial likelihood has to know the order of the times
        t.loss == "cox" ? std::make_unique<Cox>(t.y.data(), X.n, t.parameter == 1.0) : make_loss(t.loss, t.parameter);
    with_penalty(t.penalty, [&](auto penalty) {
      follow(LossPath(X, t.y.data(), t.s.data(), data_or_null(t.offset), t.intercept, *loss, penalty, t.tolerance,
                      t.max_steps),
             t);
    });
  });
}

}  // namespace equipoise
