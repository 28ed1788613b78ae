#include "bind.hpp"
#include "cox.hpp"
#include "curved_path.hpp"

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
};

template <class Design, class Loss>
void follow(const Design& X, const Task& t, Loss loss) {
  ElasticNet penalty{0.0, 0.0, t.penalty.factor.data(), data_or_null(t.penalty.low), data_or_null(t.penalty.high)};
  CurvedPath path(X, t.y.data(), t.s.data(), data_or_null(t.offset), std::move(loss), penalty, t.tolerance,
                  t.max_steps);
  double previous = 0.0;
  for (std::size_t k = 0; k < t.alphas.size(); ++k) {
    const double alpha = t.alphas.data()[k];
    t.gaps.data()[k] = path.solve(alpha, previous, t.penalty.l1_ratio);
    previous = alpha;
    std::copy(path.w.begin(), path.w.end(), t.coefs.data() + k * X.p);
    t.intercepts.data()[k] = path.b;
  }
}

template <class Design>
void run(const Design& X, const Task& t) {
  if (t.penalty.name != "elastic_net") throw std::invalid_argument("curved path: no kernel for " + t.penalty.name);
  nb::gil_scoped_release free;
  if (t.loss == "cox") return follow(X, t, Cox(t.y.data(), X.n, t.parameter == 1.0));
  const auto loss = make_loss(t.loss, t.parameter);
  follow(X, t, Pointwise(*loss, X.n, t.intercept));
}

template <class T>
void bind_dense(nb::module_& m) {
  m.def("curved_path_dense",
        [](Columns<T> x, Vector<const double> scale, Vector<const double> y, Vector<const double> s,
           std::optional<Vector<const double>> offset, bool intercept, std::string loss, double parameter,
           const PenaltySpec& penalty, Vector<const double> alphas, double tolerance, int max_steps,
           Matrix<double> coefs, Vector<double> intercepts, Vector<double> gaps) {
          Dense<T> X{x.data(), Index(x.shape(0)), Index(x.shape(1)), scale.data()};
          run(X, Task{y, s, offset, intercept, loss, parameter, penalty, alphas, tolerance, max_steps, coefs,
                      intercepts, gaps});
        },
        nb::arg("x"), nb::arg("scale"), nb::arg("y"), nb::arg("s"), nb::arg("offset").none(), nb::arg("intercept"),
        nb::arg("loss"), nb::arg("parameter"), nb::arg("penalty"), nb::arg("alphas"), nb::arg("tolerance"),
        nb::arg("max_steps"), nb::arg("coefs"), nb::arg("intercepts"), nb::arg("gaps"));
}

template <class T, class I>
void bind_sparse(nb::module_& m) {
  m.def("curved_path_sparse",
        [](Vector<const T> data, Vector<const I> rows, Vector<const I> starts, std::int64_t n,
           Vector<const double> scale, Vector<const double> y, Vector<const double> s,
           std::optional<Vector<const double>> offset, bool intercept, std::string loss, double parameter,
           const PenaltySpec& penalty, Vector<const double> alphas, double tolerance, int max_steps,
           Matrix<double> coefs, Vector<double> intercepts, Vector<double> gaps) {
          Sparse<T, I> X{data.data(), rows.data(), starts.data(), Index(n), Index(starts.size()) - 1, scale.data()};
          run(X, Task{y, s, offset, intercept, loss, parameter, penalty, alphas, tolerance, max_steps, coefs,
                      intercepts, gaps});
        },
        nb::arg("data"), nb::arg("rows"), nb::arg("starts"), nb::arg("n"), nb::arg("scale"), nb::arg("y"),
        nb::arg("s"), nb::arg("offset").none(), nb::arg("intercept"), nb::arg("loss"), nb::arg("parameter"),
        nb::arg("penalty"), nb::arg("alphas"), nb::arg("tolerance"), nb::arg("max_steps"), nb::arg("coefs"),
        nb::arg("intercepts"), nb::arg("gaps"));
}

}  // namespace

void bind_curved(nb::module_& m) {
  bind_dense<double>(m);
  bind_dense<float>(m);
  bind_sparse<double, std::int32_t>(m);
  bind_sparse<float, std::int32_t>(m);
}

}  // namespace equipoise
