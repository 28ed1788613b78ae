// What the bindings of the path solvers on columns share: the arguments, and the loop over alphas.
#pragma once
#include "bind.hpp"

namespace equipoise {

struct Task {
  Vector<const double> y, s;  // y: of several outputs one below the other
  std::optional<Vector<const double>> offset;
  bool intercept;
  std::string loss;
  double parameter;  // of the loss
  const PenaltySpec& penalty;
  Vector<const double> alphas;
  double tolerance;
  int max_steps;
  Matrix<double> coefs, intercepts;
  Vector<double> gaps;
};

// Solves for one alpha after the other, each warm from the last.
template <class Path>
void follow(Path&& path, const Task& t) {
  double previous = 0.0;
  for (std::size_t k = 0; k < t.alphas.size(); ++k) {
    const double alpha = t.alphas.data()[k];
    t.gaps.data()[k] = path.solve(alpha, previous, t.penalty.l1_ratio);
    previous = alpha;
    std::copy(path.w.begin(), path.w.end(), t.coefs.data() + k * path.w.size());
    std::copy(path.b.begin(), path.b.end(), t.intercepts.data() + k * path.b.size());
  }
}

template <class T, class Run>
void bind_path_dense(nb::module_& m, const char* name, Run run) {
  m.def(name,
        [run](Columns<T> x, Vector<const double> scale, Vector<const double> y, Vector<const double> s,
              std::optional<Vector<const double>> offset, bool intercept, std::string loss, double parameter,
              const PenaltySpec& penalty, Vector<const double> alphas, double tolerance, int max_steps,
              Matrix<double> coefs, Matrix<double> intercepts, Vector<double> gaps) {
          Dense<T> X{x.data(), Index(x.shape(0)), Index(x.shape(1)), scale.data()};
          const Task task{y, s, offset, intercept, loss, parameter, penalty, alphas, tolerance, max_steps, coefs,
                          intercepts, gaps};
          nb::gil_scoped_release free;
          run(X, task);
        },
        nb::arg("x"), nb::arg("scale"), nb::arg("y"), nb::arg("s"), nb::arg("offset").none(), nb::arg("intercept"),
        nb::arg("loss"), nb::arg("parameter"), nb::arg("penalty"), nb::arg("alphas"), nb::arg("tolerance"),
        nb::arg("max_steps"), nb::arg("coefs"), nb::arg("intercepts"), nb::arg("gaps"));
}

template <class T, class Run>
void bind_path_sparse(nb::module_& m, const char* name, Run run) {
  using I = std::int32_t;
  m.def(name,
        [run](Vector<const T> data, Vector<const I> rows, Vector<const I> starts, std::int64_t n,
              Vector<const double> scale, Vector<const double> y, Vector<const double> s,
              std::optional<Vector<const double>> offset, bool intercept, std::string loss, double parameter,
              const PenaltySpec& penalty, Vector<const double> alphas, double tolerance, int max_steps,
              Matrix<double> coefs, Matrix<double> intercepts, Vector<double> gaps) {
          Sparse<T, I> X{data.data(), rows.data(), starts.data(), Index(n), Index(starts.size()) - 1, scale.data()};
          const Task task{y, s, offset, intercept, loss, parameter, penalty, alphas, tolerance, max_steps, coefs,
                          intercepts, gaps};
          nb::gil_scoped_release free;
          run(X, task);
        },
        nb::arg("data"), nb::arg("rows"), nb::arg("starts"), nb::arg("n"), nb::arg("scale"), nb::arg("y"),
        nb::arg("s"), nb::arg("offset").none(), nb::arg("intercept"), nb::arg("loss"), nb::arg("parameter"),
        nb::arg("penalty"), nb::arg("alphas"), nb::arg("tolerance"), nb::arg("max_steps"), nb::arg("coefs"),
        nb::arg("intercepts"), nb::arg("gaps"));
}

// Both designs in both precisions; `run` takes a design and the task.
template <class Run>
void bind_path(nb::module_& m, const char* dense, const char* sparse, Run run) {
  bind_path_dense<double>(m, dense, run);
  bind_path_dense<float>(m, dense, run);
  bind_path_sparse<double>(m, sparse, run);
  bind_path_sparse<float>(m, sparse, run);
}

}  // namespace equipoise
