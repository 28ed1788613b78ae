"""Blocks give the numbers of all rows in memory, wherever they begin and in whatever order they add up."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest
from sklearn.model_selection import PredefinedSplit

import equipoise as eq
from equipoise.linear.blocks import BlockStatistics, block_folds

ROWS, FEATURES, FOLDS = 503, 9, 4
MODELS = (eq.Ridge, eq.Lasso, eq.ElasticNet)


@functools.cache
def data() -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(ROWS, FEATURES)) * rng.uniform(0.3, 3.0, FEATURES) + rng.normal(size=FEATURES)
    y = X @ (rng.normal(size=FEATURES) * (np.arange(FEATURES) % 2)) + 20.0 + 2.0 * rng.normal(size=ROWS)
    weight = rng.uniform(0.0, 2.0, ROWS)
    weight[::17] = 0.0
    return X, y, weight


def cut(size: int, *arrays: Any) -> list[tuple[Any, ...]]:
    return [tuple(a[start : start + size] for a in arrays) for start in range(0, len(arrays[0]), size)]


def same_folds(**settings: Any) -> tuple[Any, Any]:
    """The strategy for rows in memory, and the one for blocks."""
    by_row = PredefinedSplit(block_folds(ROWS, FOLDS))
    return eq.CrossValidation(cv=by_row, **settings), eq.CrossValidation(cv=FOLDS, **settings)


def difference(a: Any, b: Any) -> float:
    """Largest difference of all that a fit is asked for, relative where numbers are large."""
    pairs = [(a.coef_, b.coef_), (a.intercept_, b.intercept_), (a.alpha_, b.alpha_)]
    pairs += [(a.path_.alphas, b.path_.alphas), (a.path_.coefs, b.path_.coefs), (a.path_.dfs, b.path_.dfs)]
    if a.selection_ is not None:
        names = ("alphas", "scores", "mean", "se", "index", "best", "one_se")
        pairs += [(getattr(a.selection_, name), getattr(b.selection_, name)) for name in names]
    else:
        assert b.selection_ is None
    return max(float(np.max(np.abs(np.subtract(x, y)) / np.maximum(1.0, np.abs(x)))) for x, y in pairs)


STRATEGIES = {
    "number": (0.05, 0.05),
    "no penalty": (0.0, 0.0),
    "folds": same_folds(),
    "one standard error": same_folds(rule="1se"),
    "given grid": same_folds(alphas=[1.0, 0.1, 0.01], refine=4),
    "gcv": (eq.GCV(), eq.GCV()),
    "bic": (eq.InformationCriterion("bic"), eq.InformationCriterion("bic")),
}


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("fit_intercept", [False, True])
@pytest.mark.parametrize("cls", MODELS)
def test_blocks_give_the_numbers_of_rows_in_memory(
    cls: Any, fit_intercept: bool, standardize: bool, strategy: str
) -> None:
    in_memory, in_blocks = STRATEGIES[strategy]
    settings = {"fit_intercept": fit_intercept, "standardize": standardize}
    whole = cls(alpha=in_memory, **settings).fit(*data())
    found = cls(alpha=in_blocks, **settings).fit_blocks(cut(100, *data()))
    assert difference(whole, found) < 1e-10
    assert found.gap_ <= found.tol
    assert found.n_features_in_ == FEATURES
    np.testing.assert_allclose(found.predict(data()[0]), whole.predict(data()[0]), rtol=1e-10)


def test_l1_ratios_are_chosen_on_the_same_folds() -> None:
    in_memory, in_blocks = same_folds(l1_ratios=[0.2, 0.9])
    whole, found = (eq.ElasticNet(alpha=in_memory).fit(*data()), eq.ElasticNet(alpha=in_blocks))
    found.fit_blocks(cut(77, *data()))
    assert found.selection_.l1_ratio == whole.selection_.l1_ratio
    assert len(found.selection_.tried) == 2
    assert difference(whole, found) < 1e-10


@pytest.mark.parametrize(
    "penalty",
    [
        eq.penalties.GroupLasso(groups=np.arange(FEATURES) // 3),
        eq.penalties.L1(factor=np.arange(FEATURES) % 3.0),
        eq.penalties.Box(low=0.0, high=0.5),
    ],
    ids=lambda penalty: penalty.name,
)
def test_other_convex_penalties(penalty: Any) -> None:
    in_memory, in_blocks = same_folds(alphas=[0.3, 0.1, 0.03])
    whole = eq.Lasso(alpha=in_memory, penalty=penalty).fit(*data())
    assert difference(whole, eq.Lasso(alpha=in_blocks, penalty=penalty).fit_blocks(cut(100, *data()))) < 1e-10


def test_features_without_penalty_start_the_grid_where_rows_in_memory_do() -> None:
    penalty = eq.penalties.L1(factor=np.arange(FEATURES) % 3.0)
    in_memory, in_blocks = same_folds(alphas=20)
    whole = eq.Lasso(alpha=in_memory, penalty=penalty).fit(*data())
    found = eq.Lasso(alpha=in_blocks, penalty=penalty).fit_blocks(cut(100, *data()))
    np.testing.assert_allclose(found.path_.alphas, whole.path_.alphas, rtol=1e-9)  # in memory by Newton, to 1e-10


@pytest.mark.parametrize("size", [1, 7, 128, ROWS])
def test_where_blocks_begin_makes_no_difference(size: int) -> None:
    model = eq.Lasso(alpha=eq.CrossValidation(cv=FOLDS), standardize=True)
    expected = model.fit_blocks(cut(50, *data()))
    found = eq.Lasso(alpha=eq.CrossValidation(cv=FOLDS), standardize=True).fit_blocks(iter(cut(size, *data())))
    assert difference(expected, found) < 1e-10


@pytest.mark.parametrize("seed", range(3))
def test_statistics_add_up_in_any_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    expected = eq.Ridge(alpha=eq.CrossValidation(cv=FOLDS)).fit_blocks(cut(50, *data()))
    starts = range(0, ROWS, 40)
    parts = [BlockStatistics.of(*block, folds=FOLDS, first_row=s)
             for s, block in zip(starts, cut(40, *data()), strict=True)]  # fmt: skip
    while len(parts) > 1:  # any two at a time, as they happen to be ready on a cluster
        a, b = rng.choice(len(parts), 2, replace=False)
        joined = parts[a] + parts[b]
        parts = [part for k, part in enumerate(parts) if k not in (a, b)] + [joined]
    assert parts[0].rows == ROWS
    found = eq.Ridge(alpha=eq.CrossValidation(cv=FOLDS)).fit_blocks(parts[0])
    assert difference(expected, found) < 1e-10


def test_means_far_from_zero_lose_no_digits() -> None:
    """Numbers with few bits stay the same numbers when 2^30 is added, and so must the fit."""
    X, y, weight = data()
    X, y = np.round(X * 256.0) / 256.0, np.round(y * 256.0) / 256.0
    drift = (np.arange(ROWS) // 100 * 64.0)[:, None]  # the blocks have other means than the whole
    near = eq.Ridge(alpha=0.1).fit_blocks(cut(100, X + drift, y, weight))
    far = eq.Ridge(alpha=0.1).fit_blocks(cut(100, X + drift + 2.0**30, y - 2.0**30, weight))
    np.testing.assert_allclose(far.coef_, near.coef_, rtol=1e-10)


def test_a_fold_of_far_larger_values_leaves_the_others_their_digits() -> None:
    X, y, _ = data()
    folds = block_folds(ROWS, FOLDS)
    X, y = X.copy(), y.copy()
    X[np.flatnonzero(folds == 1)[0]] *= 1e7
    strategy = same_folds(alphas=[0.1])[1]
    found = eq.Ridge(alpha=strategy).fit_blocks(cut(100, X, y)).selection_
    clean = eq.Ridge(alpha=0.1).fit(X[folds != 1], y[folds != 1])
    error = np.mean((y - clean.predict(X))[folds == 1] ** 2)
    np.testing.assert_allclose(found.scores[1], error, rtol=1e-9)


def test_sparse_blocks_and_data_frames() -> None:
    from scipy import sparse

    pandas = pytest.importorskip("pandas")
    X, y, _ = data()
    expected = eq.Lasso(alpha=0.1).fit_blocks(cut(100, X, y))
    found = eq.Lasso(alpha=0.1).fit_blocks([(sparse.csr_array(A), b) for A, b in cut(100, X, y)])
    assert difference(expected, found) < 1e-10
    names = [f"x{j}" for j in range(FEATURES)]
    found = eq.Lasso(alpha=0.1).fit_blocks([(pandas.DataFrame(A, columns=names), b) for A, b in cut(100, X, y)])
    assert difference(expected, found) < 1e-10
    assert found.feature_names_in_.tolist() == names
    blocks = [(pandas.DataFrame(X[:9], columns=order), y[:9]) for order in (names, names[::-1])]
    with pytest.raises(eq.InputError, match=r"block 1: a block has columns 'x8', .* those before it 'x0'"):
        eq.Lasso(alpha=0.1).fit_blocks(blocks)


@pytest.mark.parametrize(("folds", "rows"), [(2, 100), (5, 1003), (24, 24000)])
def test_folds_are_balanced_and_follow_no_period(folds: int, rows: int) -> None:
    found = block_folds(rows, folds)
    counts = np.bincount(found, minlength=folds)
    assert counts.max() - counts.min() <= 1
    for start in (0, 1, 37):
        np.testing.assert_array_equal(block_folds(rows - start, folds, start), found[start:])
    period = np.array([np.bincount(found[k::folds], minlength=folds) for k in range(folds)])
    assert period.max() < 0.8 * rows / folds, "rows of one phase are not all in one fold"


# streams ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cls", MODELS)
@pytest.mark.parametrize("alpha", [0.1, eq.CrossValidation(cv=FOLDS, alphas=10)], ids=["number", "folds"])
def test_a_stream_gives_the_numbers_of_its_rows_so_far(cls: Any, alpha: Any) -> None:
    X, y, weight = data()
    model = cls(alpha=alpha)
    for end, block in zip((200, 400, ROWS), cut(200, X, y, weight), strict=True):
        model.partial_fit(*block)
        expected = cls(alpha=alpha).fit_blocks([(X[:end], y[:end], weight[:end])])
        assert difference(expected, model) < 1e-10


def test_fit_forgets_the_stream_and_fit_blocks_begins_one() -> None:
    X, y, _ = data()
    model = eq.Ridge(alpha=0.1).partial_fit(X[:50] * 100.0, y[:50]).fit(X[:300], y[:300])
    model.partial_fit(X[300:], y[300:])
    assert difference(eq.Ridge(alpha=0.1).fit_blocks([(X[300:], y[300:])]), model) < 1e-10
    model = eq.Ridge(alpha=0.1).fit_blocks([(X[:300], y[:300])]).partial_fit(X[300:], y[300:])
    assert difference(eq.Ridge(alpha=0.1).fit(X, y), model) < 1e-10


def test_a_block_that_is_refused_leaves_the_stream_as_it_was() -> None:
    X, y, _ = data()
    model = eq.Ridge(alpha=0.1).partial_fit(X[:300], y[:300])
    with pytest.raises(ValueError, match="NaN"):
        model.partial_fit(np.full((3, FEATURES), np.nan), y[:3])
    with pytest.raises(ValueError, match="features"):
        model.partial_fit(X[:3, :2], y[:3])
    model.partial_fit(X[300:], y[300:])
    assert difference(eq.Ridge(alpha=0.1).fit(X, y), model) < 1e-10


# what cannot be used ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("alpha", "message"),
    [
        (-1.0, "alpha=-1.0 is not a number >= 0"),
        ("best", "alpha='best' is neither a number"),
        (eq.LeaveOneOut(), r"LeaveOneOut needs all rows in memory; blocks take a number, CrossValidation\(cv="),
        (eq.HoldOut(0.2), "HoldOut needs all rows in memory"),
        (eq.CrossValidation(cv=PredefinedSplit([0, 1])), "give cv a number of folds"),
        (eq.CrossValidation(cv=1), "at least 2 folds"),
        (eq.CrossValidation(scoring="r2"), "scoring='r2' needs single rows"),
        (eq.CrossValidation(relax=[0.5]), "needs all rows in memory; blocks are fitted with relax=None"),
        (eq.CrossValidation(rule="worst"), "rule 'worst' is not known"),
        (eq.CrossValidation(cv=300), "fold .* of 300 has no row of positive weight; use fewer folds"),
        (eq.CrossValidation(alphas=[-1.0]), "are not numbers >= 0"),
        (eq.CrossValidation(alphas=0), "at least one point"),
    ],
    ids=str,
)
def test_a_choice_of_alpha_that_needs_rows_is_refused(alpha: Any, message: str) -> None:
    X, y, _ = data()
    with pytest.raises(eq.InputError, match=message):
        eq.Lasso(alpha=alpha).fit_blocks(cut(50, X[:200], y[:200]))


@pytest.mark.parametrize(
    ("blocks", "message"),
    [
        ([], "there are no blocks"),
        ([np.ones((3, 2))], r"block 0 is ndarray, not \(X, y\)"),
        (np.ones((3, 2)), r"ndarray is no iterable of \(X, y\).*target="),
        ("people.parquet", r"str is no iterable of \(X, y\).*target="),
        ([(np.ones((3, 2)), np.ones(3)), (np.ones((3, 4)), np.ones(3))], "block 1: a block has 4 columns, .* have 2"),
        ([(np.ones((3, 2)), np.ones(4))], "block 0: X has 3 rows, but y has 4"),
        ([(np.full((3, 2), np.nan), np.ones(3))], "block 0: Input X contains NaN"),
        ([(np.ones((3, 2)), np.ones(3), -np.ones(3))], "block 0: .*[Nn]egative"),
        ([(np.ones((3, 2)), np.ones(3), np.zeros(3))], "all sample weights are 0"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_blocks_that_cannot_be_used_are_named(blocks: Any, message: str) -> None:
    with pytest.raises(eq.InputError, match=message):
        eq.Ridge(alpha=0.1).fit_blocks(blocks)


def test_statistics_that_do_not_fit_together_are_refused() -> None:
    X, y, _ = data()
    two, three = (BlockStatistics.of(X, y, folds=k) for k in (2, 3))
    with pytest.raises(eq.InputError, match="of 2 and of 3 folds cannot be added"):
        two + three
    with pytest.raises(eq.InputError, match="cv=3, but the statistics were collected for 2 folds"):
        eq.Ridge(alpha=eq.CrossValidation(cv=3)).fit_blocks(two)
    with pytest.raises(eq.InputError, match="leave out target"):
        eq.Ridge(alpha=0.1).fit_blocks(two, target="y")
    with pytest.raises(eq.InputError, match="first_row=-1"):
        BlockStatistics.of(X, y, first_row=-1)
    with pytest.raises(eq.InputError, match="folds=0"):
        BlockStatistics.of(X, y, folds=0)
    assert sum([two, two]).rows == 2 * ROWS


def test_a_penalty_without_normal_equations_is_refused() -> None:
    X, y, _ = data()
    with pytest.raises(eq.InputError, match=r"MCP cannot be fitted from sums over blocks.*use L1"):
        eq.Lasso(alpha=0.1, penalty=eq.penalties.MCP()).fit_blocks([(X, y)])
