"""Frames with categories, strings, booleans, dates and gaps go into every linear estimator."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline

import equipoise as eq
from equipoise.errors import FindingWarning

RNG = np.random.default_rng(0)
N = 120


def mixed() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "number": np.where(rng.random(N) < 0.2, np.nan, rng.normal(size=N)),
            "job": pd.Series(rng.choice(["clerk", "nurse", "smith", None], N), dtype="str"),
            "grade": pd.Categorical(rng.choice(["high", "low"], N)),
            "member": rng.random(N) < 0.5,
            "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 999, N), "D"),
        }
    )


FRAME = mixed()
SIGNAL = FRAME["number"].fillna(0.0) + 2.0 * (FRAME["job"] == "nurse") - (FRAME["grade"] == "low")
NUMBER = (SIGNAL + 0.3 * RNG.normal(size=N)).to_numpy()
LABEL = np.where(np.median(NUMBER) < NUMBER, "yes", "no")
AMOUNT = np.exp(NUMBER / 3.0)
SURVIVAL = np.column_stack([np.exp(-NUMBER), np.arange(N) % 3 > 0])
NAMES = [
    "number",
    "number=missing",
    "job=clerk",
    "job=nurse",
    "job=smith",
    "job=missing",
    "grade=low",
    "member=True",
    "since",
]
MAKES = {
    "pandas": lambda frame: frame,
    "polars": pl.from_pandas,
    "pyarrow": lambda frame: pl.from_pandas(frame).to_arrow(),
}

ESTIMATORS = [
    (eq.Ridge(), NUMBER),
    (eq.Lasso(), NUMBER),
    (eq.ElasticNet(), NUMBER),
    (eq.HuberRegressor(0.01), NUMBER),
    (eq.QuantileRegressor(0.01), NUMBER),
    (eq.LinearSVR(0.01), NUMBER),
    (eq.PoissonRegressor(0.01), AMOUNT),
    (eq.GammaRegressor(0.01), AMOUNT),
    (eq.TweedieRegressor(0.01), AMOUNT),
    (eq.LogisticRegression(), LABEL),
    (eq.LinearSVC(0.01), LABEL),
    (eq.LinearModel(eq.losses.Logistic(), eq.penalties.L1(), alpha=0.01), LABEL),
    (eq.LinearModel(penalty=eq.penalties.MCP(gamma=3.0), alpha=0.1), NUMBER),
    (eq.CoxRegressor(0.01), SURVIVAL),
]
each = pytest.mark.parametrize(("estimator", "y"), ESTIMATORS, ids=lambda value: type(value).__name__)


@each
def test_a_frame_is_fitted_as_its_encoded_columns(estimator: Any, y: np.ndarray) -> None:
    matrix = eq.DesignEncoder().fit_transform(FRAME)
    model, plain = clone(estimator).fit(FRAME, y), clone(estimator).fit(matrix, y)
    np.testing.assert_array_equal(model.coef_, plain.coef_)
    np.testing.assert_array_equal(model.predict(FRAME), plain.predict(matrix))
    assert model.coef_names_.tolist() == NAMES
    assert model.n_features_in_ == 5
    assert model.feature_names_in_.tolist() == list(FRAME.columns)
    assert model.score(FRAME, y) == plain.score(matrix, y)
    assert plain.encoder_ is None


@each
def test_it_survives_pickling_and_predicts_at_any_alpha(estimator: Any, y: np.ndarray) -> None:
    model = clone(estimator).fit(FRAME, y)
    again = pickle.loads(pickle.dumps(model))
    alpha = float(model.path_.alphas[0])
    np.testing.assert_array_equal(again.predict(FRAME, alpha=alpha), model.predict(FRAME, alpha=alpha))


@pytest.mark.parametrize("make", MAKES.values(), ids=MAKES)
def test_every_library_gives_the_same_fit(make: Any) -> None:
    frame = make(FRAME)
    y = pl.Series(LABEL) if isinstance(frame, pl.DataFrame) else LABEL
    model = eq.LogisticRegression(0.01).fit(frame, y)
    np.testing.assert_array_equal(model.coef_, eq.LogisticRegression(0.01).fit(FRAME, LABEL).coef_)
    np.testing.assert_array_equal(model.predict(frame), model.predict(FRAME))
    numbers = make(FRAME[["number"]].fillna(0.5))
    assert eq.Lasso(0.01).fit(numbers, NUMBER).coef_names_.tolist() == ["number"]


@pytest.mark.parametrize("make", MAKES.values(), ids=MAKES)
def test_numbers_without_gaps_go_straight_through(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pd.DataFrame({"a": RNG.normal(size=N), "b": np.arange(N) % 2 == 0, "c": np.arange(N), "one": 1})
    monkeypatch.setattr("equipoise.data.DesignEncoder.fit", lambda *_: pytest.fail("encoded"))
    monkeypatch.setattr("equipoise.data.DesignEncoder.transform", lambda *_: pytest.fail("encoded"))
    model = eq.Ridge().fit(make(frame), NUMBER)
    array = frame.to_numpy(dtype=float)
    np.testing.assert_array_equal(model.coef_, eq.Ridge().fit(array, NUMBER).coef_)
    # a matrix product rounds by where its operands lie in memory
    np.testing.assert_allclose(model.predict(make(frame)), eq.Ridge().fit(array, NUMBER).predict(array), rtol=1e-13)
    assert model.coef_names_.tolist() == ["a", "b", "c", "one"]


def test_a_sparse_frame_stays_sparse() -> None:
    X = sparse.random_array((N, 6), density=0.3, rng=RNG, format="csc")
    frame = pd.DataFrame.sparse.from_spmatrix(sparse.csc_matrix(X), columns=list("abcdef"))
    np.testing.assert_array_equal(eq.Lasso(0.01).fit(frame, NUMBER).coef_, eq.Lasso(0.01).fit(X, NUMBER).coef_)


def test_names_of_an_array() -> None:
    assert eq.Ridge(0.1).fit(np.eye(3), [1.0, 2.0, 3.0]).coef_names_.tolist() == ["x0", "x1", "x2"]


@pytest.mark.parametrize("make", MAKES.values(), ids=MAKES)
def test_a_first_gap_after_the_fit_is_the_weighted_mean(make: Any) -> None:
    frame, weight = pd.DataFrame({"a": RNG.normal(size=N), "b": RNG.normal(size=N)}), RNG.random(N)
    model = eq.Ridge(0.01).fit(make(frame), NUMBER, sample_weight=weight)
    rows = pd.DataFrame({"a": [1.0, None], "b": [None, 2.0]})
    filled = rows.fillna({"a": np.average(frame["a"], weights=weight), "b": np.average(frame["b"], weights=weight)})
    np.testing.assert_allclose(model.predict(make(rows)), model.predict(make(filled)), rtol=1e-12)


def test_cross_validation_of_a_column_with_one_gap() -> None:
    frame = pd.DataFrame({"a": RNG.normal(size=N), "b": RNG.normal(size=N)})
    frame.loc[7, "a"] = np.nan
    assert np.isfinite(cross_val_score(eq.Ridge(0.01), frame, NUMBER)).all()


def test_an_array_with_gaps_is_refused_and_the_way_out_named() -> None:
    array = np.array([[1.0], [np.nan], [3.0]])
    for X in (array, array.tolist(), sparse.csr_array(array)):
        with pytest.raises(eq.InputError, match=r"contains NaN\. Lasso takes .* data frame.*DesignEncoder"):
            eq.Lasso(0.1).fit(X, [1.0, 2.0, 3.0])
    model = eq.Lasso(0.1).fit([[1.0], [2.0], [3.0]], [1.0, 2.0, 3.0])
    with pytest.raises(eq.InputError, match=r"contains NaN\. Lasso"):
        model.predict(array)
    pipeline = make_pipeline(eq.DesignEncoder(), eq.Lasso(0.1)).fit(array, [1.0, 2.0, 3.0])
    assert np.isfinite(pipeline.predict(array)).all()


def test_other_faults_keep_their_message() -> None:
    with pytest.raises(ValueError, match="infinity"):
        eq.Lasso(0.1).fit(pd.DataFrame({"a": [1.0, np.inf, 2.0]}), [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="'a' is infinite in row 1"):
        eq.Lasso(0.1).fit(pd.DataFrame({"a": [1.0, np.inf, 2.0], "b": list("xyz")}), [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="Input y contains NaN"):
        eq.Lasso(0.1).fit(FRAME, np.where(np.arange(N) == 3, np.nan, NUMBER))
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        eq.Lasso(0.1).fit(FRAME, NUMBER[:-1])
    with pytest.raises(ValueError, match="collected"):
        eq.Lasso(0.1).fit(pl.LazyFrame({"a": [1.0, 2.0, 3.0]}), [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="n_samples=0"):
        eq.Lasso(0.1).fit(FRAME.head(0), [])


def test_columns_that_are_absent_new_or_in_another_order() -> None:
    model = eq.Lasso(0.01).fit(FRAME, NUMBER)
    with pytest.raises(ValueError, match=r"missing:\n- job"):
        model.predict(FRAME.drop(columns="job"))
    with pytest.raises(ValueError, match=r"unseen at fit time:\n- shoe"):
        model.predict(FRAME.assign(shoe=42))
    with pytest.raises(ValueError, match="same order"):
        model.predict(FRAME[FRAME.columns[::-1]])


@pytest.mark.parametrize(
    ("column", "values"),
    [("number", "many"), ("job", 3), ("member", 1), ("since", 17.0), ("grade", pd.Timestamp("2024-01-01"))],
)
def test_a_column_of_another_type_is_named(column: str, values: Any) -> None:
    model = eq.Lasso(0.01).fit(FRAME, NUMBER)
    with pytest.raises(eq.InputError, match=f"column '{column}'"):
        model.predict(FRAME.assign(**{column: values}))
    plain = eq.Lasso(0.01).fit(FRAME[["number"]].fillna(0.0), NUMBER)
    with pytest.raises(eq.InputError, match="column 'number'"):
        plain.predict(pd.DataFrame({"number": ["many"]}))


def test_unknown_levels_and_gaps_of_new_rows_add_nothing() -> None:
    model = eq.Ridge(0.01).fit(FRAME.dropna(), NUMBER[FRAME.notna().all(axis=1)])
    coef = dict(zip(model.coef_names_, model.coef_, strict=True))
    row = FRAME.dropna().head(1).assign(job="nurse")
    for unseen in ("pilot", None):
        change = model.predict(row.assign(job=unseen)) - model.predict(row)
        np.testing.assert_allclose(change, -coef["job=nurse"], atol=1e-12)


def test_a_fitted_frame_predicts_on_arrays_by_position() -> None:
    model = eq.Lasso(0.01).fit(FRAME[["number", "job"]], NUMBER)
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        found = model.predict(FRAME[["number", "job"]].to_numpy(dtype=object))
    np.testing.assert_array_equal(found, model.predict(FRAME[["number", "job"]]))


def test_what_is_left_out_or_pooled_is_said() -> None:
    frame = pd.DataFrame(
        {
            "city": [f"c{row // 3}" for row in range(30_000)],
            "note": [f"n{row}" for row in range(30_000)],
            "one": 1,
            "void": None,
        }
    )
    with pytest.warns(FindingWarning, match="'city' has 10000 levels: the 50 most.*'note'.*'one'.*'void'") as caught:
        model = eq.Ridge(0.01).fit(frame, np.arange(30_000.0))
    assert len(caught) == 1
    assert model.coef_.shape == (51,)
    assert model.coef_names_[-1] == "city=other levels"


def test_numbers_named_like_identifiers_are_numbers() -> None:
    model = eq.Ridge(0.01).fit(pd.DataFrame({"id": np.arange(N), "job": FRAME["job"]}), NUMBER)
    assert model.coef_names_[0] == "id"


def test_weights_repeat_rows_in_the_encoder_too() -> None:
    weight = np.arange(N) % 3
    weighted = eq.Ridge(0.01).fit(FRAME, NUMBER, sample_weight=weight)
    rows = np.repeat(np.arange(N), weight)
    repeated = eq.Ridge(0.01).fit(FRAME.iloc[rows], NUMBER[rows])
    np.testing.assert_allclose(weighted.coef_, repeated.coef_, rtol=1e-9, atol=1e-12)
    encoder = eq.DesignEncoder(max_levels=1)
    frame = pd.DataFrame({"c": ["a", "a", "b", "d", "e"]})
    assert encoder.fit(frame, sample_weight=[1, 1, 3, 1, 0]).feature_names_out_ == ("c=b", "c=other levels")


def test_a_scorer_and_strategies_see_the_encoded_columns() -> None:
    strategy = eq.CrossValidation(cv=3, alphas=5, scoring="roc_auc")
    model = eq.LogisticRegression(strategy).fit(FRAME, LABEL)
    assert model.selection_.mean.min() < -0.9
    assert eq.Ridge(eq.LeaveOneOut()).fit(FRAME, NUMBER).coef_.shape == (9,)


@pytest.mark.parametrize("make", MAKES.values(), ids=MAKES)
def test_nested_scores_encode_inside_the_folds(make: Any) -> None:
    frame = FRAME.assign(rare=["only once"] + ["often", "sometimes"] * ((N - 1) // 2) + ["often"])
    folds = [(np.arange(40, N), np.arange(40)), (np.arange(80), np.arange(80, N))]
    result = eq.nested_score(eq.Ridge(0.01), make(frame), NUMBER, cv=folds)
    for (train, test), model, score in zip(folds, result.models, result.scores, strict=True):
        alone = eq.Ridge(0.01).fit(frame.iloc[train], NUMBER[train])
        np.testing.assert_array_equal(model.coef_, alone.coef_)
        expected = alone.predict(frame.iloc[test])
        np.testing.assert_allclose(result.predictions[test], expected, rtol=1e-12)
        assert score == pytest.approx(np.mean((NUMBER[test] - expected) ** 2))
    assert len({len(model.coef_) for model in result.models}) == 2
    gap = frame[["number"]].fillna(0.0)
    gap.loc[3] = np.nan
    assert np.isfinite(eq.nested_score(eq.Ridge(0.01), make(gap), NUMBER, cv=folds).scores).all()


def test_blocks_after_a_frame_are_numbers_again() -> None:
    model = eq.Ridge(0.01).fit(FRAME, NUMBER)
    X = RNG.normal(size=(N, 2))
    model.fit_blocks([(X, NUMBER)])
    np.testing.assert_allclose(model.predict(X), eq.Ridge(0.01).fit(X, NUMBER).predict(X))
    model = eq.Ridge(0.01).fit(FRAME, NUMBER).partial_fit(X, NUMBER)
    np.testing.assert_allclose(model.predict(X), eq.Ridge(0.01).fit(X, NUMBER).predict(X))


@pytest.mark.parametrize("make", MAKES.values(), ids=MAKES)
def test_blocks_of_labels_are_refused(make: Any) -> None:
    frame = make(FRAME[["job", "member"]])
    for fit in (eq.Ridge(0.1).partial_fit, lambda X, y: eq.Ridge(0.1).fit_blocks([(X, y)])):
        with pytest.raises(eq.InputError, match=r"column 'job' holds no numbers.*DesignEncoder"):
            fit(frame, NUMBER)
    eq.Ridge(0.1).partial_fit(make(FRAME[["member"]]), NUMBER)
