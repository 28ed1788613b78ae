"""Cross-validation, hold-out and leave-one-out do what their names say."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_iris
from sklearn.model_selection import GroupKFold, KFold, RepeatedKFold, TimeSeriesSplit

from equipoise.errors import InputError
from equipoise.losses import Logistic, Multinomial, Squared
from equipoise.penalties import L1, L2, Penalty
from equipoise.selection import Context, CrossValidation, HoldOut, LeaveOneOut
from equipoise.solvers import Problem, solve_path

ALPHAS = [1.0, 0.1, 0.01]


def problem(task: str = "regression", penalty: Penalty | None = None, n: int = 60) -> Problem:
    if task == "regression":
        X, y = load_diabetes(return_X_y=True)
        X, y, loss = X[:n] * 20, y[:n] / 77, Squared()
    else:
        X, codes = load_iris(return_X_y=True)
        rows = np.random.default_rng(0).permutation(100 if task == "binary" else 150)[:n]
        X, codes = X[rows][:, :2], codes[rows]
        y = np.eye(3)[codes] if task == "multiclass" else codes.astype(float)
        loss = Multinomial() if task == "multiclass" else Logistic()
    return Problem(np.asfortranarray(X), y, loss, penalty or L2(), np.full(n, 1 / n))


def labels(q: Problem) -> np.ndarray | None:
    if q.loss.task == "regression":
        return None
    return q.y.argmax(axis=1) if q.y.ndim == 2 else q.y.astype(int)


@pytest.mark.parametrize("penalty", [L1(), L2()], ids=lambda p: p.name)
@pytest.mark.parametrize("task", ["regression", "binary", "multiclass"])
def test_out_of_fold_predictions_and_scores_are_those_of_refits(task: str, penalty: Penalty) -> None:
    q = problem(task, penalty)
    splitter = KFold(4, shuffle=True, random_state=3)
    selection = CrossValidation(splitter, ALPHAS).select(q, Context(tol=1e-12, n_jobs=1))
    for k, (train, test) in enumerate(splitter.split(q.X)):
        alone = Problem(
            np.asfortranarray(q.X[train]), q.y[train], q.loss, q.penalty, np.full(len(train), 1 / len(train))
        )
        eta = solve_path(alone, np.array(ALPHAS), 1e-12).predict(q.X[test])
        for a in range(3):
            assert selection.scores[k, a] == pytest.approx(q.loss.score(q.y[test], eta[a]), rel=1e-4)
        np.testing.assert_allclose(selection.predictions[test], eta[selection.index], atol=1e-4)


def test_repeated_splits_keep_every_fold() -> None:
    selection = CrossValidation(RepeatedKFold(n_splits=3, n_repeats=2, random_state=0), ALPHAS).select(
        problem(), Context()
    )
    assert selection.scores.shape == (6, 3)


def test_time_series_splits_leave_the_first_rows_without_prediction() -> None:
    selection = CrossValidation(TimeSeriesSplit(4), ALPHAS).select(problem(), Context())
    assert np.all(np.isnan(selection.predictions[:12]))
    assert np.all(np.isfinite(selection.predictions[12:]))
    assert np.all(np.isfinite(selection.mean))


def test_a_list_of_splits_is_taken_as_it_is() -> None:
    splits = [(np.arange(30), np.arange(30, 60)), (np.arange(30, 60), np.arange(30))]
    selection = CrossValidation(splits, ALPHAS).select(problem(), Context())
    assert selection.scores.shape == (2, 3)


def test_folds_are_the_same_every_time_and_disjoint() -> None:
    one, two = (CrossValidation(5, ALPHAS).select(problem(), Context()) for _ in range(2))
    assert one.scores.tobytes() == two.scores.tobytes()
    assert np.all(np.isfinite(one.predictions))


class Recorder:
    """A splitter that remembers what it gave."""

    def __init__(self, splitter: object) -> None:
        self.splitter, self.groups = splitter, None

    def split(self, X: object, y: object, groups: object = None) -> object:
        self.groups = groups
        return self.splitter.split(X, y, groups)


def test_groups_reach_the_splitter() -> None:
    groups = np.repeat(np.arange(12), 5)
    recorder = Recorder(GroupKFold(3))
    CrossValidation(recorder, ALPHAS).select(problem(), Context(groups=groups))
    np.testing.assert_array_equal(recorder.groups, groups)


@pytest.mark.parametrize("task", ["regression", "binary", "multiclass"])
def test_groups_stay_together(task: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from equipoise.selection import cross_validation

    seen = []
    whole = cross_validation.fold_paths
    monkeypatch.setattr(
        cross_validation, "fold_paths", lambda q, a, folds, *rest: seen.extend(folds) or whole(q, a, folds, *rest)
    )
    q = problem(task)
    groups = np.arange(60) % 20
    CrossValidation(4, ALPHAS).select(q, Context(labels=labels(q), groups=groups))
    HoldOut(0.25, ALPHAS).select(q, Context(labels=labels(q), groups=groups))
    assert len(seen) == 5
    for train in seen:
        out = np.setdiff1d(np.arange(60), train)
        assert len(out) > 0
        assert not set(groups[train]) & set(groups[out])


def test_classes_are_stratified() -> None:
    q = problem("multiclass")
    selection = CrossValidation(5, ALPHAS).select(q, Context(labels=labels(q)))
    assert selection.scores.shape == (5, 3)
    rare = Problem(q.X, q.y, q.loss, q.penalty, q.weight)
    codes = labels(q).copy()
    codes[:] = 0
    codes[:3] = 1
    assert CrossValidation(5, ALPHAS).select(rare, Context(labels=codes)).scores.shape == (3, 3)  # 3 rows: 3 folds


@pytest.mark.parametrize("task", ["regression", "binary", "multiclass"])
def test_hold_out_never_sees_the_rows_it_scores(task: str) -> None:
    """What the fit predicts at one alpha is the same whatever the target of the held-out rows."""
    q, one = problem(task), ALPHAS[1:2]
    first = HoldOut(0.3, one).select(q, Context(labels=labels(q)))
    held = np.flatnonzero(np.isfinite(first.predictions.reshape(60, -1)[:, 0]))
    assert len(held) == 18
    y = q.y.copy()
    y[held] = np.roll(y[held], 5, axis=0)
    other = HoldOut(0.3, one).select(Problem(q.X, y, q.loss, q.penalty, q.weight), Context(labels=labels(q)))
    np.testing.assert_allclose(other.predictions[held], first.predictions[held], rtol=1e-9)
    assert np.any(other.scores != first.scores)
    assert np.any(HoldOut(0.3, one, seed=1).select(q, Context(labels=labels(q))).scores != first.scores)


def test_leave_one_out_scores_are_squared_errors_of_refits() -> None:
    q = problem(n=20)
    selection = LeaveOneOut(ALPHAS).select(q, Context())
    for i in range(20):
        refit = solve_path(q.on_rows(np.delete(np.arange(20), i)), np.array(ALPHAS))
        expected = (q.y[i] - refit.predict(q.X[[i]])[:, 0]) ** 2
        np.testing.assert_allclose(selection.scores[i], expected, rtol=1e-8)
    np.testing.assert_allclose(selection.mean, selection.scores.mean(axis=0))


def test_leave_one_out_equals_cross_validation_with_as_many_folds_as_rows() -> None:
    q = problem(n=20)
    one = LeaveOneOut(ALPHAS, rule="1se").select(q, Context())
    two = CrossValidation(KFold(20), ALPHAS, rule="1se").select(q, Context())
    np.testing.assert_allclose(one.mean, two.mean, rtol=1e-8)
    np.testing.assert_allclose(one.se, two.se, rtol=1e-8)
    assert one.alpha == two.alpha


@pytest.mark.parametrize(
    ("strategy", "message"),
    [
        (CrossValidation(1), "at least 2"),
        (CrossValidation(61), "61"),
        (CrossValidation(3.0), "cv="),
        (CrossValidation([]), "no folds"),
        (CrossValidation(rule="median"), "median"),
        (CrossValidation(alphas=0), "alphas=0"),
        (CrossValidation(alphas=[-1.0]), "-1"),
        (HoldOut(0.0), "share"),
        (HoldOut(1.0), "share"),
        (HoldOut(-0.5), "share"),
        (HoldOut(float("nan")), "share"),
        (LeaveOneOut(rule="worst"), "worst"),
        (LeaveOneOut(alphas=[np.nan]), "nan"),
    ],
    ids=str,
)
def test_bad_settings_are_refused(strategy: CrossValidation, message: str) -> None:
    with pytest.raises(InputError, match=message):
        strategy.select(problem(), Context())


def test_leave_one_out_is_for_one_linear_predictor_with_an_l2_penalty() -> None:
    for q in (problem(penalty=L1()), problem("binary", penalty=L1()), problem("multiclass")):
        with pytest.raises(InputError, match="CrossValidation"):
            LeaveOneOut(ALPHAS).select(q, Context())


def test_a_fold_without_weight_is_refused() -> None:
    q = problem()
    weight = np.where(np.arange(60) < 30, 1 / 30, 0.0)
    half = Problem(q.X, q.y, q.loss, q.penalty, weight)
    with pytest.raises(InputError, match="fold 0 has no training row"):
        CrossValidation([(np.arange(30, 60), np.arange(30))], ALPHAS).select(half, Context())


def test_a_test_part_without_weight_does_not_count() -> None:
    q = problem()
    weight = np.where(np.arange(60) < 40, 1 / 40, 0.0)
    splits = [
        (np.arange(20), np.arange(20, 60)),
        (np.arange(20, 60), np.arange(20)),
        (np.arange(40), np.arange(40, 60)),
    ]
    with_it = CrossValidation(splits, ALPHAS).select(Problem(q.X, q.y, q.loss, q.penalty, weight), Context(tol=1e-10))
    without = CrossValidation(splits[:2], ALPHAS).select(
        Problem(q.X, q.y, q.loss, q.penalty, weight), Context(tol=1e-10)
    )
    np.testing.assert_allclose(with_it.mean, without.mean)


def test_a_class_of_one_row_is_refused() -> None:
    q = problem("binary")
    codes = np.zeros(60, dtype=int)
    codes[0] = 1
    with pytest.raises(InputError, match="one row"):
        CrossValidation(5, ALPHAS).select(q, Context(labels=codes))
