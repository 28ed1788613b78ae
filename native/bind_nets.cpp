#include <nanobind/stl/vector.h>

#include "bind.hpp"
#include "nets.hpp"

namespace equipoise {

void bind_nets(nb::module_& m) {
  using Floats = Vector<const float>;
  using Table = Matrix<const float>;
  using Orders = nb::ndarray<const std::int32_t, nb::ndim<3>, nb::c_contig, nb::device::cpu>;
  m.def(
      "train_nets",
      [](std::vector<Index> sizes, int bend, int task, Index batch, bool decoupled, bool cautious, bool biases,
         bool cosine, bool stopping, Table X, Table target, Floats weight, Orders orders,
         Matrix<const std::int32_t> held, Vector<const std::int32_t> deck, Vector<const std::int32_t> steps,
         Floats alpha, Floats rate, Floats share, Table mean, Table inverse, Table shift, Table spread, Index first,
         Index total, Matrix<float> weights, Matrix<float> moments, Matrix<float> squares, Vector<std::int32_t> taken,
         Matrix<float> best, Vector<float> lowest, Matrix<float> curve) {
        nb::gil_scoped_release free;
        const nets::NoSubnormals guard;
        const nets::Program program{std::move(sizes), nets::Bend(bend), nets::Task(task), batch, decoupled, cautious,
                                    biases, cosine, stopping};
        const nets::Rows rows{X.data(), target.data(), weight.data(), Index(X.shape(0))};
        nets::Net net(program);
        const Index p = Index(X.shape(1)), outputs = Index(target.shape(1)), wide = Index(weights.shape(1));
        const Index epochs = Index(curve.shape(1)), length = Index(orders.shape(2)), look = Index(held.shape(1));
        for (Index c = 0; c < Index(weights.shape(0)); ++c) {
          const Index d = deck.data()[c];
          const nets::Lane lane{alpha.data()[c], rate.data()[c], share.data()[c], steps.data()[c],
                                mean.data() + c * p, inverse.data() + c * p, shift.data() + c * outputs,
                                spread.data() + c * outputs};
          net.take(weights.data() + c * wide, moments.data() + c * wide, squares.data() + c * wide);
          Index done = taken.data()[c];
          for (Index k = 0; k < epochs; ++k) {
            const std::int32_t* order = orders.data() + (d * Index(orders.shape(1)) + k) * length;
            curve.data()[c * epochs + k] = net.epoch(rows, lane, order, first + k, total, done);
            if (!stopping) continue;
            const float loss = net.loss(rows, lane, held.data() + d * look, look);
            if (loss < lowest.data()[c]) {
              lowest.data()[c] = loss;
              net.give(best.data() + c * wide);
            }
          }
          taken.data()[c] = std::int32_t(done);
          net.give(weights.data() + c * wide, moments.data() + c * wide, squares.data() + c * wide);
        }
      },
      nb::arg("sizes"), nb::arg("bend"), nb::arg("task"), nb::arg("batch"), nb::arg("decoupled"), nb::arg("cautious"),
      nb::arg("biases"), nb::arg("cosine"), nb::arg("stopping"), nb::arg("X"), nb::arg("target"), nb::arg("weight"),
      nb::arg("orders"), nb::arg("held"), nb::arg("deck"), nb::arg("steps"), nb::arg("alpha"), nb::arg("rate"),
      nb::arg("share"), nb::arg("mean"), nb::arg("inverse"), nb::arg("shift"), nb::arg("spread"), nb::arg("first"),
      nb::arg("total"), nb::arg("weights"), nb::arg("moments"), nb::arg("squares"), nb::arg("taken"), nb::arg("best"),
      nb::arg("lowest"), nb::arg("curve"));
}

}  // namespace equipoise
