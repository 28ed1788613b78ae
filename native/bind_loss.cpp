
#include "bind.hpp"
#include "cox.hpp"
#include "loss_path.hpp"
#include "multinomial_path.hpp"

namespace equipoise {
namespace {

struct Task {
  Vector<const double> y, s;
  std::optional<Vector<const double>> offset;
  bool intercept;
  std::string loss;
  double parameter;  // of the loss
  const PenaltySpec& penalty;
  Vector<const double> alphas;
  double tolerance;
  int max_steps;
  Matrix<double> coefs;
  Vector<double> intercepts, gaps;
  Vector<std::int64_t> steps;
  std::optional<Matrix<double>> etas;
};

template <class Design>
void run(const Design& X, const Task& t) {
  nb::gil_scoped_release free;
  const auto* offset = data_or_null(t.offset);
  const std::unique_ptr<WeightedLoss> loss =  // the partial likelihood has to know the order of the times
      t.loss == "cox" ? std::make_unique<Cox>(t.y.data(), X.n, t.parameter == 1.0) : make_loss(t.loss, t.parameter);
  with_penalty(t.penalty, [&](auto penalty) {
    LossPath path(X, t.y.data(), t.s.data(), offset, t.intercept, *loss, penalty, t.tolerance, t.max_steps);
    double previous = 0.0;
    for (std::size_t k = 0; k < t.alphas.size(); ++k) {
      const double alpha = t.alphas.data()[k];
      t.gaps.data()[k] = path.solve(alpha, previous, t.penalty.l1_ratio);
      previous = alpha;
      std::copy(path.w.begin(), path.w.end(), t.coefs.data() + k * X.p);
      t.intercepts.data()[k] = path.b;
      t.steps.data()[k] = path.steps;
      if (t.etas) std::copy(path.eta.begin(), path.eta.end(), t.etas->data() + k * X.n);
    }
  });
}

template <class Design>
void run_multinomial(const Design& X, Matrix<const double> y, const Task& t) {
  nb::gil_scoped_release free;
  const Index K = Index(y.shape(0));
  if (t.penalty.name != "elastic_net") throw std::invalid_argument("multinomial: no kernel for " + t.penalty.name);
  ElasticNet penalty{0.0, 0.0, t.penalty.factor.data(), data_or_null(t.penalty.low), data_or_null(t.penalty.high)};
  MultinomialPath path(X, y.data(), K, t.s.data(), t.intercept, penalty, t.tolerance, t.max_steps);
  double previous = 0.0;
  for (std::size_t k = 0; k < t.alphas.size(); ++k) {
    const double alpha = t.alphas.data()[k];
    t.gaps.data()[k] = path.solve(alpha, previous, t.penalty.l1_ratio);
    previous = alpha;
    std::copy(path.w.begin(), path.w.end(), t.coefs.data() + k * K * X.p);
    std::copy(path.b.begin(), path.b.end(), t.intercepts.data() + k * K);
    t.steps.data()[k] = path.steps;
    if (t.etas) std::copy(path.eta.begin(), path.eta.end(), t.etas->data() + k * K * X.n);
  }
}

template <class T>
void bind_dense(nb::module_& m) {
  m.def("loss_path_dense",
        [](Columns<T> x, Vector<const double> scale, Vector<const double> y, Vector<const double> s,
           std::optional<Vector<const double>> offset, bool intercept, std::string loss, double parameter,
           const PenaltySpec& penalty, Vector<const double> alphas, double tolerance, int max_steps,
           Matrix<double> coefs, Vector<double> intercepts, Vector<double> gaps, Vector<std::int64_t> steps,
           std::optional<Matrix<double>> etas) {
          Dense<T> X{x.data(), Index(x.shape(0)), Index(x.shape(1)), scale.data()};
          run(X, Task{y, s, offset, intercept, loss, parameter, penalty, alphas, tolerance, max_steps, coefs,
                      intercepts, gaps, steps, etas});
        },
        nb::arg("x"), nb::arg("scale"), nb::arg("y"), nb::arg("s"), nb::arg("offset").none(), nb::arg("intercept"),
        nb::arg("loss"), nb::arg("parameter"), nb::arg("penalty"), nb::arg("alphas"), nb::arg("tolerance"),
        nb::arg("max_steps"), nb::arg("coefs"), nb::arg("intercepts"), nb::arg("gaps"), nb::arg("steps"),
        nb::arg("etas").none());
  m.def("multinomial_path_dense",
        [](Columns<T> x, Vector<const double> scale, Matrix<const double> y, Vector<const double> s, bool intercept,
           const PenaltySpec& penalty, Vector<const double> alphas, double tolerance, int max_steps,
           Matrix<double> coefs, Vector<double> intercepts, Vector<double> gaps, Vector<std::int64_t> steps,
           std::optional<Matrix<double>> etas) {
          Dense<T> X{x.data(), Index(x.shape(0)), Index(x.shape(1)), scale.data()};
          run_multinomial(X, y, Task{s, s, std::nullopt, intercept, "", 0.0, penalty, alphas, tolerance, max_steps,
                                     coefs, intercepts, gaps, steps, etas});
        },
        nb::arg("x"), nb::arg("scale"), nb::arg("y"), nb::arg("s"), nb::arg("intercept"), nb::arg("penalty"),
        nb::arg("alphas"), nb::arg("tolerance"), nb::arg("max_steps"), nb::arg("coefs"), nb::arg("intercepts"),
        nb::arg("gaps"), nb::arg("steps"), nb::arg("etas").none());
}

template <class T, class I>
void bind_sparse(nb::module_& m) {
  m.def("loss_path_sparse",
        [](Vector<const T> data, Vector<const I> rows, Vector<const I> starts, std::int64_t n,
           Vector<const double> scale, Vector<const double> y, Vector<const double> s,
           std::optional<Vector<const double>> offset, bool intercept, std::string loss, double parameter,
           const PenaltySpec& penalty, Vector<const double> alphas, double tolerance, int max_steps,
           Matrix<double> coefs, Vector<double> intercepts, Vector<double> gaps, Vector<std::int64_t> steps,
           std::optional<Matrix<double>> etas) {
          Sparse<T, I> X{data.data(), rows.data(), starts.data(), Index(n), Index(starts.size()) - 1, scale.data()};
          run(X, Task{y, s, offset, intercept, loss, parameter, penalty, alphas, tolerance, max_steps, coefs,
                      intercepts, gaps, steps, etas});
        },
        nb::arg("data"), nb::arg("rows"), nb::arg("starts"), nb::arg("n"), nb::arg("scale"), nb::arg("y"),
        nb::arg("s"), nb::arg("offset").none(), nb::arg("intercept"), nb::arg("loss"), nb::arg("parameter"),
        nb::arg("penalty"), nb::arg("alphas"), nb::arg("tolerance"), nb::arg("max_steps"), nb::arg("coefs"),
        nb::arg("intercepts"), nb::arg("gaps"), nb::arg("steps"), nb::arg("etas").none());
  m.def("multinomial_path_sparse",
        [](Vector<const T> data, Vector<const I> rows, Vector<const I> starts, std::int64_t n,
           Vector<const double> scale, Matrix<const double> y, Vector<const double> s, bool intercept,
           const PenaltySpec& penalty, Vector<const double> alphas, double tolerance, int max_steps,
           Matrix<double> coefs, Vector<double> intercepts, Vector<double> gaps, Vector<std::int64_t> steps,
           std::optional<Matrix<double>> etas) {
          Sparse<T, I> X{data.data(), rows.data(), starts.data(), Index(n), Index(starts.size()) - 1, scale.data()};
          run_multinomial(X, y, Task{s, s, std::nullopt, intercept, "", 0.0, penalty, alphas, tolerance, max_steps,
                                     coefs, intercepts, gaps, steps, etas});
        },
        nb::arg("data"), nb::arg("rows"), nb::arg("starts"), nb::arg("n"), nb::arg("scale"), nb::arg("y"),
        nb::arg("s"), nb::arg("intercept"), nb::arg("penalty"), nb::arg("alphas"), nb::arg("tolerance"),
        nb::arg("max_steps"), nb::arg("coefs"), nb::arg("intercepts"), nb::arg("gaps"), nb::arg("steps"),
        nb::arg("etas").none());
}

}  // namespace

void bind_loss(nb::module_& m) {
  bind_dense<double>(m);
  bind_dense<float>(m);
  bind_sparse<double, std::int32_t>(m);
  bind_sparse<float, std::int32_t>(m);
}

}  // namespace equipoise
