"""Planted values end up where a reader looks for them, on axes of the caller's choice."""

from __future__ import annotations

import io
import sys

import numpy as np
import pytest
from matplotlib.figure import Figure

from equipoise.errors import InputError
from equipoise.report import (
    coefficient_path,
    dependence,
    dependence_matrix,
    generalisation_gap,
    learning_curves,
    marginal,
    marginals,
    validation_curve,
    verdict_intervals,
)
from equipoise.report.plots import _style

ALPHAS = [1.0, 0.1, 0.01]


def texts(ax):
    return [text.get_text() for text in ax.texts]


def lines(ax, marker):
    return [np.asarray(line.get_xydata()) for line in ax.lines if line.get_marker() == marker and len(line.get_xdata())]


def test_path_draws_each_coefficient_and_marks_both_alphas():
    ax = coefficient_path(ALPHAS, [[0.0, 1.0, 2.0], [0.0, 0.0, -3.0]], ["up", "down"], marks={"best": 0.1, "1se": 1.0})
    drawn = [tuple(line.get_ydata()) for line in ax.lines]
    assert (0.0, 1.0, 2.0) in drawn
    assert (0.0, 0.0, -3.0) in drawn
    assert texts(ax) == ["best", "1-SE", "down", "up"]  # then by size at the weak end
    left, right = ax.get_xlim()
    assert left > right > 0


def test_path_names_only_the_largest():
    coefs = np.outer(np.arange(30.0), [0.0, 0.5, 1.0])
    assert texts(coefficient_path(ALPHAS, coefs)) == [str(i) for i in range(29, 20, -1)]


def test_path_sorts_alphas_and_leaves_zero_out():
    ax = coefficient_path([0.0, 0.01, 1.0, 0.1], [[9.0, 2.0, 0.0, 1.0]])
    first = next(line for line in ax.lines if len(line.get_xdata()) == 3)
    assert list(first.get_xdata()) == [1.0, 0.1, 0.01]
    assert list(first.get_ydata()) == [0.0, 1.0, 2.0]


def test_curve_marks_best_and_one_se_at_their_height():
    ax = validation_curve(ALPHAS, [0.9, 0.5, 0.6], [0.1, 0.2, 0.1], best=0.1, one_se=1.0, nonzero=[0, 3, 7], label="x")
    assert lines(ax, "o")[0].tolist() == [[0.1, 0.5]]
    assert lines(ax, "s")[0].tolist() == [[1.0, 0.9]]
    assert any(list(line.get_ydata()) == [0.7, 0.7] for line in ax.lines)  # mean + se of the best
    top = ax.child_axes[0].xaxis
    assert top.get_major_formatter().seq == ["0", "3", "7"]
    assert top.get_major_locator().locs.tolist() == ALPHAS


def test_curve_lets_an_exploding_loss_leave_the_frame():
    ax = validation_curve([1, 0.1, 0.01, 0.001], [1.0, 0.5, 0.6, 1e6], [0, 0, 0, 0], best=0.1, one_se=None)
    assert ax.get_ylim()[1] > 1.0
    ax = validation_curve([1, 0.1, 0.01, 0.001], [1.0, 0.5, 0.6, 2.0], [0, 0, 0, 0], best=0.1, one_se=None)
    assert 1.0 < ax.get_ylim()[1] < 2.0


def test_gap_has_a_row_an_arm():
    ax = generalisation_gap(
        ["a", "b"], [0.1, 0.2], [0.4, 0.3], [0.5, np.nan], se=[0.1, 0.1], low=[0.4, 0.2], high=[0.6, 0.4], best="b"
    )
    assert texts(ax) == ["a", "b"]
    assert [text.get_fontweight() for text in ax.texts] == ["normal", "bold"]
    assert [line[0, 0] for line in lines(ax, "|")] == [0.1, 0.2]
    assert [line[0, 0] for line in lines(ax, "o")] == [0.4, 0.3]
    np.testing.assert_array_equal([line[0, 0] for line in lines(ax, "D")], [0.5, np.nan])


def test_gap_writes_the_value_of_an_arm_beyond_the_frame():
    ax = generalisation_gap(list("abcd"), [0.1] * 4, [0.2, 0.2, 0.2, 50.0], [0.2, 0.2, 0.2, 60.0])
    assert ax.get_xlim()[1] < 1.0
    assert {"50", "60"} <= set(texts(ax))


def test_learning_curves_leave_gaps_and_tell_arms_apart():
    arms = {f"arm {position}": [0.5, None, 0.3 + position] for position in range(9)}
    axes = learning_curves([20, 50, 200], arms, label="log loss")
    assert np.isnan(axes.lines[1].get_ydata()[1])
    looks = {(line.get_color(), line.get_linestyle()) for line in axes.lines}
    assert len(looks) == 9
    with pytest.raises(InputError, match="real"):
        learning_curves([20, 50], {"real": [0.5]})


def test_intervals_choose_the_marker_by_the_verdict():
    ax = verdict_intervals(["up", "flat", "down"], [0.3, 0.0, -0.3], [0.1, -0.2, -0.5], [0.5, 0.2, -0.1])
    assert [len(lines(ax, marker)) for marker in "^ov"] == [1, 1, 1]
    assert lines(ax, "v")[0].tolist() == [[-0.3, -2.0]]
    given = verdict_intervals(["up"], [0.3], [0.1], [0.5], verdicts=["no evidence"])
    assert len(lines(given, "o")) == 1


def test_marginal_draws_real_as_area_and_synthetic_as_line():
    ax = marginal([0, 1, 2, 3], [0.2, 0.5, 0.3], [0.1, 0.1, 0.8])
    real, synthetic = ax.patches
    assert real.get_fill()
    assert not synthetic.get_fill()
    assert list(real.get_data().values) == [0.2, 0.5, 0.3]
    assert list(synthetic.get_data().values) == [0.1, 0.1, 0.8]


def test_marginal_of_quantile_bins_is_drawn_equally_wide():
    ax = marginal([0, 1, 10, 10_000], [0.3, 0.3, 0.4], [0.3, 0.3, 0.4])
    assert list(ax.patches[0].get_data().edges) == [0, 1, 2, 3]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["0", "1e+04"]


def test_marginal_fills_open_bins():
    ax = marginal([None, 1, 2, None], [0.2, 0.5, 0.3], [0.2, 0.5, 0.3])
    assert list(ax.patches[0].get_data().edges) == [0, 1, 2, 3]


def test_marginal_adds_up_rare_levels():
    ax = marginal([None, *"abcdefgh"], [0.2] + [0.1] * 8, [0.2] + [0.1] * 8)
    names = [tick.get_text() for tick in ax.get_yticklabels()]
    assert (names[0], names[-1]) == ("missing", "4 others")
    assert ax.patches[-1].get_width() == pytest.approx(0.4)


def test_marginals_makes_a_panel_a_column():
    column = {"name": "$a", "bins": [0, 1], "real": [1.0], "synthetic": [1.0]}
    panels = marginals([column] * 5, across=3)
    assert [ax.get_title(loc="left") for ax in panels] == ["$a"] * 5
    assert len(panels[0].figure.axes) == 6


def test_matrix_keeps_sign_and_strength():
    image = dependence_matrix(["a", "b"], [[1.0, -0.25], [np.nan, 0.5]]).images[0].get_array()
    assert image[..., 3].tolist() == [[1.0, 0.25], [0.0, 0.5]]
    assert image[0, 1, 0] > image[0, 1, 2]  # vermilion
    assert image[0, 0, 2] > image[0, 0, 0]  # blue


def test_difference_is_synthetic_minus_real():
    names = [str(i) for i in range(9)]
    synthetic = np.eye(9)
    synthetic[0, 1], synthetic[2, 3], synthetic[4, 5] = 0.4, -0.4, 0.05
    ax = dependence(names, np.eye(9), synthetic)[2]
    assert lines(ax, "+")[0].tolist() == [[1, 0]]
    assert lines(ax, "_")[0].tolist() == [[3, 2]]


@pytest.mark.parametrize(
    ("plot", "sentence"),
    [
        (lambda: coefficient_path(ALPHAS, np.ones((3, 2))), r"coefs has shape \(3, 2\)"),
        (lambda: coefficient_path(ALPHAS, np.ones((2, 3)), ["a"]), "names has 1 entries; give 2"),
        (lambda: validation_curve(ALPHAS, [1.0], [1.0], best=None, one_se=None), r"mean has shape \(1,\); give 3"),
        (lambda: generalisation_gap(["a"], [1.0], [1.0, 2.0], [1.0]), r"validated has shape \(2,\); give 1"),
        (lambda: verdict_intervals(["a"], [1.0], [1.0], []), r"high has shape \(0,\)"),
        (lambda: marginal([1], [0.5, 0.5], [0.5, 0.5]), "give 2 levels or 3 edges"),
        (lambda: marginals([{}, {}], axes=[]), "axes has 0 entries; give 2"),
        (lambda: dependence_matrix(["a"], np.eye(2)), r"values has shape \(2, 2\); give \(1, 1\)"),
        (lambda: dependence(["a"], np.eye(1), np.eye(2)), "two of one shape"),
    ],
)
def test_wrong_shapes_are_named(plot, sentence):
    with pytest.raises(InputError, match=sentence):
        plot()


@pytest.mark.parametrize(
    "plot",
    [
        lambda ax: coefficient_path(ALPHAS, [[0, 1, 2]], ax=ax),
        lambda ax: validation_curve(ALPHAS, [3, 1, 2], [1, 1, 1], best=None, one_se=None, ax=ax),
        lambda ax: generalisation_gap(["a"], [1], [2], [3], ax=ax),
        lambda ax: verdict_intervals(["a"], [1], [0], [2], ax=ax),
        lambda ax: learning_curves([1, 2], {"a": [1, 2]}, ax=ax),
        lambda ax: marginal(["a"], [1], [1], ax=ax),
        lambda ax: dependence_matrix(["a"], [[1]], ax=ax),
    ],
)
def test_plots_draw_where_they_are_told(plot):
    ax = Figure().add_subplot()
    assert plot(ax) is ax
    assert ax.has_data()


def test_names_are_no_formulas():
    for ax in (
        coefficient_path(ALPHAS, [[0, 1, 2]], [r"$\frac{$"]),
        generalisation_gap([r"$\frac{$"], [1], [2], [3], label=r"$\frac{$"),
        marginal([r"$\frac{$"], [1], [1]),
    ):
        ax.figure.savefig(io.BytesIO(), format="svg")  # mathtext would refuse to parse it


def test_plots_keep_off_pyplot(run_python):
    draw = "import sys, equipoise.report as r; r.coefficient_path([1, .1], [[0, 1]])"
    assert run_python(f"{draw}; print('matplotlib.pyplot' in sys.modules)") == "False"


def test_the_room_loads_without_matplotlib(run_python):
    assert (
        run_python("import sys, equipoise.report; print('matplotlib' in sys.modules, 'jinja2' in sys.modules)")
        == "False False"
    )


@pytest.fixture
def run_python():
    import subprocess

    return lambda code: subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


def test_spread_keeps_order_and_distance():
    moved = _style.spread([0.3, 0.0, 0.1, 9.0, 0.2], gap=1.0)
    assert moved[[1, 2, 4, 0]].tolist() == pytest.approx([-1.35, -0.35, 0.65, 1.65])
    assert moved[3] == 9.0
