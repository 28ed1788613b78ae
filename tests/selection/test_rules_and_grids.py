"""Rules, scorers, grids that grow, several l1_ratios, and splits that overlap."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.linear_model import ElasticNetCV
from sklearn.metrics import mean_absolute_error, roc_auc_score
from sklearn.model_selection import KFold, RepeatedKFold, ShuffleSplit, StratifiedKFold, TimeSeriesSplit

import equipoise as eq
from equipoise.errors import InputError
from equipoise.penalties import L1, L2
from equipoise.selection import Context, CrossValidation, Selection
from equipoise.selection.folds import rounds
from equipoise.solvers import Problem, solve_path

SCORES = np.array([[9.0, 4.2, 4.1, 4.0, 5.0]])
ALPHAS = np.array([8.0, 4.0, 2.0, 1.0, 0.5])


def diabetes(n=120):
    X, y = load_diabetes(return_X_y=True)
    return X[:n] * 20, y[:n] / 77


def cancer(n=200):
    X, y = load_breast_cancer(return_X_y=True)
    return (X[:n, :8] - X.mean(axis=0)[:8]) / X.std(axis=0)[:8], y[:n]


# -- rules -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rule", "alpha"), [(0.0, 1.0), (0.03, 2.0), (0.05, 4.0), (0.9, 4.0)])
def test_within_a_share_of_the_lowest_score(rule, alpha):
    found = Selection.of(ALPHAS, SCORES, np.ones(1), "loss", rule)
    assert found.alpha == alpha
    assert f"within {100 * rule:.3g} %" in found.why


def test_the_share_of_a_negative_score_is_of_its_size():
    found = Selection.of(ALPHAS, -1.0 / SCORES, np.ones(1), "minus auc", 0.0)
    assert found.alpha == 8.0 or found.index == found.best
    assert Selection.of(ALPHAS, SCORES - 10.0, np.ones(1), "minus auc", 0.04).alpha == 4.0  # -5.8 <= -6 + 0.24


def test_a_choice_at_the_end_of_the_grid_is_told():
    for scores, told in ((SCORES, None), (SCORES[:, :4], "lower"), (SCORES[:, 3:], "upper")):
        found = Selection.of(ALPHAS[: scores.shape[1]], scores, np.ones(1), "loss", "best")
        assert ("end of the grid" in found.why) == (told is not None)
        assert told is None or f"at the {told} end" in found.why


@pytest.mark.parametrize("rule", ["2se", -0.1, 1.0, True, None, float("nan")])
def test_other_rules_are_refused(rule):
    with pytest.raises(InputError, match="rule"):
        eq.Lasso(CrossValidation(rule=rule)).fit(*diabetes())


# -- scorers -----------------------------------------------------------------------------------------------------------


def test_a_scorer_sees_the_labels_and_the_predictions_of_each_alpha():
    X, y = cancer()
    words = np.where(y == 1, "yes", "no")
    folds = StratifiedKFold(4)
    model = eq.LogisticRegression(CrossValidation(folds, [0.1, 0.01], scoring="roc_auc"), penalty=L1()).fit(X, words)
    assert model.selection_.score_name == "minus roc_auc"
    for k, (train, test) in enumerate(folds.split(X, y)):
        for a, alpha in enumerate([0.1, 0.01]):
            alone = eq.LogisticRegression(alpha, penalty=L1()).fit(X[train], words[train])
            auc = roc_auc_score(words[test], alone.decision_function(X[test]))
            assert model.selection_.scores[k, a] == pytest.approx(-auc, abs=2e-3)


def test_a_name_that_begins_with_neg_loses_it():
    X, y = diabetes()
    folds = KFold(3)
    found = eq.Ridge(CrossValidation(folds, [0.1], scoring="neg_mean_absolute_error")).fit(X, y).selection_
    errors = [mean_absolute_error(y[b], eq.Ridge(0.1).fit(X[a], y[a]).predict(X[b])) for a, b in folds.split(X)]
    assert found.score_name == "mean absolute error"
    np.testing.assert_allclose(found.scores[:, 0], errors, rtol=1e-8)


def test_a_callable_scorer_chooses_the_alpha_it_likes():
    def likes_few(model, X, y):
        return -np.count_nonzero(model.coef_)

    model = eq.Lasso(CrossValidation(3, scoring=likes_few)).fit(*diabetes())
    assert np.all(np.abs(model.coef_) < 1e-12)
    assert model.selection_.score_name == "minus likes_few"


def test_scorers_work_on_sparse_data_and_on_frames_with_names():
    sparse = pytest.importorskip("scipy.sparse")
    pandas = pytest.importorskip("pandas")
    X, y = diabetes()
    strategy = CrossValidation(3, [0.1, 0.01], scoring="r2")
    plain = eq.Lasso(strategy).fit(X, y)
    for other in (sparse.csr_array(X), pandas.DataFrame(X, columns=[f"c{j}" for j in range(X.shape[1])])):
        np.testing.assert_allclose(
            eq.Lasso(strategy).fit(other, y).selection_.scores, plain.selection_.scores, atol=1e-5
        )


def test_sample_weights_reach_the_scorer():
    X, y = diabetes(60)
    weight = np.where(np.arange(60) % 3 == 0, 0.0, 1.0 + np.arange(60) % 2)
    folds = KFold(3)
    strategy = CrossValidation(folds, [0.1], scoring="neg_mean_absolute_error")
    found = eq.Ridge(strategy).fit(X, y, sample_weight=weight).selection_
    for k, (a, b) in enumerate(folds.split(X)):
        alone = eq.Ridge(0.1).fit(X[a], y[a], sample_weight=weight[a])
        expected = mean_absolute_error(y[b], alone.predict(X[b]), sample_weight=weight[b])
        assert found.scores[k, 0] == pytest.approx(expected, rel=1e-8)
    with pytest.raises(InputError, match="takes no sample weights"):
        eq.Ridge(CrossValidation(folds, [0.1], scoring=lambda model, X, y: 0.0)).fit(
            X, y, sample_weight=weight + 1.0 * (y > 1)
        )


@pytest.mark.parametrize("scoring", ["no_such", 3, lambda model, X, y: "good", lambda model, X, y: float("nan")])
def test_bad_scorers_are_named(scoring):
    with pytest.raises(InputError, match=r"scoring|not a number"):
        eq.Lasso(CrossValidation(3, [0.1], scoring=scoring)).fit(*diabetes())


def test_a_scorer_would_not_see_an_offset():
    X, y = diabetes()
    model = eq.PoissonRegressor(CrossValidation(3, [0.1], scoring="r2"))
    with pytest.raises(InputError, match="offset"):
        model.fit(X, y, offset=np.ones(len(y)))


# -- splits ------------------------------------------------------------------------------------------------------------


def test_predictions_of_repeated_folds_are_averaged():
    X, y = diabetes()
    folds = RepeatedKFold(n_splits=3, n_repeats=2, random_state=0)
    found = eq.Ridge(CrossValidation(folds, [0.1])).fit(X, y).selection_
    total = np.zeros(len(y))
    for a, b in folds.split(X):
        total[b] += eq.Ridge(0.1).fit(X[a], y[a]).predict(X[b]) / 2.0
    np.testing.assert_allclose(found.predictions, total, rtol=1e-8)


def test_repeating_the_same_folds_changes_neither_mean_nor_standard_error():
    """The second round knows nothing new: deviation over sqrt(folds), up to the one degree of freedom of the mean."""
    X, y = diabetes()
    once = list(KFold(5).split(X))
    one = eq.Ridge(CrossValidation(once, [0.1])).fit(X, y).selection_
    many = eq.Ridge(CrossValidation(once * 4, [0.1])).fit(X, y).selection_
    np.testing.assert_allclose(many.mean, one.mean)
    np.testing.assert_allclose(many.se, one.se * np.sqrt(4 / 5 * 20 / 19))
    assert rounds([b for _, b in once * 4], len(y)) == 4.0


@pytest.mark.parametrize("splitter", [TimeSeriesSplit(4), ShuffleSplit(5, test_size=0.3, random_state=0)])
@pytest.mark.parametrize("penalty", [L1(), L2()], ids=str)
def test_overlapping_and_partial_folds_score_what_refits_score(splitter, penalty):
    X, y = diabetes(80)
    found = (
        eq.LinearModel(penalty=penalty, alpha=CrossValidation(splitter, [0.1, 0.01]), tol=1e-10).fit(X, y).selection_
    )
    held = np.zeros(80, dtype=bool)
    for k, (a, b) in enumerate(splitter.split(X)):
        held[b] = True
        for m, alpha in enumerate([0.1, 0.01]):
            eta = eq.LinearModel(penalty=penalty, alpha=alpha, tol=1e-10).fit(X[a], y[a]).predict(X[b])
            assert found.scores[k, m] == pytest.approx(np.mean((y[b] - eta) ** 2), rel=1e-4)
    np.testing.assert_array_equal(np.isfinite(found.predictions), held)


# -- grids -------------------------------------------------------------------------------------------------------------


def narrow(seed=0, n=300, noise=1e-4):
    """Next to no noise: the best lasso is far below a thousandth of the alpha at which the first feature enters."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 5))
    return X, X @ [3.0, -2.0, 1.0, 0.5, 0.2] + noise * rng.normal(size=n)


def test_a_grid_goes_on_below_its_best_end():
    X, y = narrow()
    model = eq.Lasso(CrossValidation(3, 20)).fit(X, y)
    selection = model.selection_
    assert selection.alphas[-1] < 0.9e-3 * selection.alphas[0]
    assert selection.alphas[-1] > 0.9e-6 * selection.alphas[0]  # three decades at most
    assert np.all(np.diff(selection.alphas) < 0)
    assert np.all(model.path_.gaps <= 1e-6)
    np.testing.assert_allclose(np.diff(np.log(selection.alphas)), np.log(1e-3) / 19)
    np.testing.assert_array_equal(model.path_.alphas, selection.alphas)
    given = eq.Lasso(CrossValidation(3, selection.alphas)).fit(X, y)
    np.testing.assert_allclose(given.selection_.mean, selection.mean, rtol=1e-2)
    assert given.selection_.alphas.size == selection.alphas.size  # a grid that was given stays as it is


def test_a_level_end_is_not_followed():
    """At the lower end of this ridge nothing changes any more, so that nothing is to be gained beyond it."""
    X, y = narrow(noise=3.0)
    assert len(eq.Ridge(CrossValidation(3, 20)).fit(X, y).selection_.alphas) == 20


def test_a_best_point_inside_costs_nothing(monkeypatch):
    from equipoise.selection import cross_validation

    calls, whole = [], cross_validation.fold_paths
    monkeypatch.setattr(cross_validation, "fold_paths", lambda *a: calls.append(1) or whole(*a))
    monkeypatch.setattr(cross_validation, "alpha_max", lambda problem: pytest.fail("not needed"))
    found = eq.Lasso(CrossValidation(5, 30)).fit(*diabetes(400)).selection_
    assert 0 < found.best < 29
    assert len(calls) == 1


def test_an_l2_grid_goes_on_above_and_an_l1_grid_does_not(monkeypatch):
    """A scorer that asks for small coefficients drives the choice upwards."""

    def small(model, X, y):
        return -float(np.sum(np.abs(model.coef_))) - 1e-12

    X, y = diabetes()
    ridge = eq.Ridge(CrossValidation(3, 12, scoring=small)).fit(X, y).selection_
    plain = eq.Ridge(CrossValidation(3, 12)).fit(X, y).selection_
    assert 100 < ridge.alphas[0] / plain.alphas[0] < 1e4
    lasso = eq.Lasso(CrossValidation(3, 12, scoring=small)).fit(X, y).selection_
    assert len(lasso.alphas) == 12


def test_refining_adds_points_around_the_best():
    X, y = diabetes(400)
    rough = eq.Lasso(CrossValidation(5, 12)).fit(X, y).selection_
    model = eq.Lasso(CrossValidation(5, 12, refine=9)).fit(X, y)
    fine = model.selection_
    added = np.setdiff1d(fine.alphas, rough.alphas)
    assert len(added) == 9
    assert rough.alphas[rough.best + 1] < added.min()
    assert added.max() < rough.alphas[rough.best - 1]
    assert fine.mean.min() <= rough.mean.min()
    k = int(np.flatnonzero(fine.alphas == added[3])[0])
    alone = solve_path(
        Problem(np.asfortranarray(X), y, eq.losses.Squared(), L1(), np.full(400, 1 / 400)), added[3:4], 1e-12
    )
    np.testing.assert_allclose(model.path_.coefs[k], alone.coefs[0], atol=1e-3)
    with pytest.raises(InputError, match="refine"):
        eq.Lasso(CrossValidation(refine=-1)).fit(X, y)


# -- l1_ratios ---------------------------------------------------------------------------------------------------------


def test_ratio_and_alpha_are_those_of_scikit_learn():
    X, y = diabetes(200)
    ratios, folds = [0.1, 0.5, 0.9, 1.0], list(KFold(4).split(X))
    peer = ElasticNetCV(l1_ratio=ratios, alphas=50, cv=folds, tol=1e-8, max_iter=100_000).fit(X, y)
    model = eq.ElasticNet(CrossValidation(folds, 50, l1_ratios=ratios), tol=1e-9).fit(X, y)
    chosen = model.selection_
    assert chosen.l1_ratio == peer.l1_ratio_
    assert model.alpha_ == pytest.approx(peer.alpha_, rel=1e-6)
    np.testing.assert_allclose(model.coef_, peer.coef_, atol=1e-4)
    assert [len(one.scores) for one in chosen.tried] == [4] * 4
    assert chosen.mean.min() == min(one.mean.min() for one in chosen.tried)
    assert f"l1_ratio {chosen.l1_ratio:g}" in chosen.why


@pytest.mark.parametrize(
    "model",
    [
        eq.LogisticRegression(penalty=L1()),
        eq.PoissonRegressor(penalty=eq.penalties.ElasticNet(l1_ratio=0.3)),
        eq.HuberRegressor(),
        eq.LinearModel(penalty=eq.penalties.Box(low=0.0)),
        eq.LinearModel(penalty=eq.penalties.SparseGroupLasso([0, 0, 0, 0, 1, 1, 1, 1])),
    ],
    ids=lambda model: type(model).__name__,
)
def test_any_estimator_with_an_elastic_net_chooses_its_ratio(model):
    X, y = cancer(120)
    model.set_params(alpha=CrossValidation(3, 8, l1_ratios=[0.2, 0.8])).fit(X, y)
    assert model.selection_.l1_ratio in (0.2, 0.8)
    assert model.gap_ <= 1e-6


def test_bad_ratios_and_penalties_without_a_ratio_are_named():
    X, y = diabetes()
    for bad in ([], [1.5], ["x"], [np.nan]):
        with pytest.raises(InputError, match="l1_ratios"):
            eq.ElasticNet(CrossValidation(l1_ratios=bad)).fit(X, y)
    with pytest.raises(InputError, match="MCP"):
        eq.LinearModel(penalty=eq.penalties.MCP(), alpha=CrossValidation(l1_ratios=[0.5])).fit(X, y)


def test_a_problem_alone_has_no_scorer():
    X, y = diabetes()
    q = Problem(np.asfortranarray(X), y, eq.losses.Squared(), L1(), np.full(len(y), 1 / len(y)))
    with pytest.raises(InputError, match="needs an estimator"):
        CrossValidation(scoring="r2").select(q, Context())
