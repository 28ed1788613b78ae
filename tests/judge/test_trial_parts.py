"""The parts of a trial: arms, scores, what inner folds choose, folds by groups and time, and the learning curve."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier

from equipoise.data import Column, Table
from equipoise.errors import InputError
from equipoise.judge import trial as trial_of
from equipoise.judge import trial_curve
from equipoise.judge.sample import Sample
from equipoise.judge.trial_arms import ARMS, Given, arms_of, balanced_weights
from equipoise.judge.trial_inner import inner_parts
from equipoise.judge.trial_learners import LEARNERS, learners_of
from equipoise.judge.trial_metrics import decide, prior_corrected, scores

from .cases import table


@pytest.mark.parametrize("name", ["jitter", "mixup", "smote", "oversample", "duplicates"])
def test_arms_keep_kinds_and_classes(name):
    if name == "smote":
        pytest.importorskip("imblearn")
    rows = table("binary", n=90)
    flag = Column("flag", "boolean", (np.arange(90) % 2).astype(np.int32), ("false", "true"))
    rows = Table((*rows.columns, flag, Column("whole", "integer", np.arange(90.0))))
    sample = Sample(rows, "y", "binary", rows["y"].levels)
    made = ARMS[name](Given(sample, sample.take(np.arange(0)), 0)).sample
    assert made.table.kinds == rows.kinds
    new = made.table.take(np.arange(90, len(made)))
    for column in new.columns:
        known = rows[column.name]
        if column.coded:
            assert set(column.values) <= set(known.values)
        else:
            assert column.kind == "number" or np.all(column.values % 1 == 0)
            assert np.nanmax(np.abs(column.values)) < 2 * np.nanmax(np.abs(known.values))
    counts = np.bincount(made.y)
    if name in ("smote", "oversample"):
        assert counts[0] == counts[1]
    else:
        np.testing.assert_array_equal(counts, 2 * np.bincount(sample.y))


def test_weights_of_classes_balance_them():
    rows = table("multiclass")
    sample = Sample(rows, "y", "multiclass", rows["y"].levels)
    weight = balanced_weights(sample)
    totals = np.bincount(sample.y, weight)
    np.testing.assert_allclose(totals, totals[0])
    assert weight.mean() == pytest.approx(1.0)


def test_scores_of_a_trial_agree_with_scikit_learn():
    from sklearn import metrics

    rng = np.random.default_rng(0)
    y = rng.integers(2, size=60)
    p = np.clip(0.3 * y + 0.6 * rng.random(60), 0.01, 0.99)
    found = scores(y, np.column_stack([1 - p, p]))
    assert found["brier"] == pytest.approx(metrics.brier_score_loss(y, p))
    assert found["pr_auc"] == pytest.approx(metrics.average_precision_score(y, p))
    assert found["balanced_accuracy"] == pytest.approx(metrics.balanced_accuracy_score(y, p > 0.5))
    assert found["f1"] == pytest.approx(metrics.f1_score(y, p > 0.5))
    cuts = decide(y, p)
    for name, of in (("balanced_accuracy", metrics.balanced_accuracy_score), ("f1", metrics.f1_score)):
        best = max(of(y, p >= cut) for cut in np.unique(p))
        assert of(y, p >= getattr(cuts, name)) == pytest.approx(best)
        assert scores(y, np.column_stack([1 - p, p]), cuts)[name] == pytest.approx(best)
    numbers = scores(np.array([1.0, 2.0, 4.0]), np.array([1.0, 1.0, 2.0]))
    assert numbers["rmse"] == pytest.approx(np.sqrt(5 / 3))
    assert numbers["absolute_error"] == pytest.approx(1.0)
    assert numbers["pinball"] == pytest.approx(metrics.mean_pinball_loss([1.0, 2.0, 4.0], [1.0, 1.0, 2.0], alpha=0.5))


@pytest.mark.parametrize("slope", [0.5, 1.0, 2.0])
def test_the_slope_of_calibration_is_found(slope):
    rng = np.random.default_rng(0)
    odds = rng.normal(size=40_000)
    y = (rng.random(40_000) < 1 / (1 + np.exp(-slope * odds))).astype(int)
    p = 1 / (1 + np.exp(-odds))
    assert scores(y, np.column_stack([1 - p, p]))["calibration_slope"] == pytest.approx(slope, rel=0.05)


def test_a_slope_that_is_not_defined_is_none():
    even = np.full((4, 2), 0.5)
    assert np.isnan(scores(np.array([0, 1, 0, 1]), even)["calibration_slope"])
    assert np.isnan(
        scores(np.zeros(4, int), np.array([[0.1, 0.9], [0.5, 0.5], [0.4, 0.6], [1, 0]]))["calibration_slope"]
    )


def test_shares_are_put_right():
    # a model of balanced classes under a true share of a tenth: Bayes' rule by hand
    fixed = prior_corrected(np.array([[0.25, 0.75]]), np.array([0.5, 0.5]), np.array([0.9, 0.1]))
    assert fixed[0, 1] == pytest.approx(0.75 * 0.2 / (0.75 * 0.2 + 0.25 * 1.8))


def planted_alpha(n=60):
    """Four columns that matter and eight that do not, and noise: an alpha well inside the grid."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 12))
    y = X[:, :4].sum(axis=1) + 2.0 * rng.normal(size=n)
    columns = [Column(f"x{j}", "number", X[:, j]) for j in range(12)]
    return Table((*columns, Column("y", "number", y)))


def test_alpha_is_that_of_the_inner_folds():
    """Against cross-validation written out: each arm's rows on the inner training part, real rows decide."""
    from equipoise.judge.fitting import estimator
    from equipoise.penalties import L2

    whole = Sample(planted_alpha(), "y", "regression", ())
    given = Given(whole, whole.take(np.empty(0, int)), 7)
    parts = inner_parts(ARMS["jitter"], given, 3, 5)
    assert sorted(np.concatenate([part.rest.y for part in parts])) == sorted(whole.y)
    learner = LEARNERS["logistic"](whole, 0)
    alpha = learner.chosen(parts).template.alpha
    losses = {}
    for tried in (alpha / 4, alpha, alpha * 4):
        errors = []
        for part in parts:
            assert len(part.training.sample) == 2 * (len(whole) - len(part.rest))
            model = estimator("regression", L2(), tried)
            model.fit(learner.encoder.transform(part.training.sample.features), part.training.sample.y)
            errors.append((model.predict(learner.encoder.transform(part.rest.features)) - part.rest.y) ** 2)
        losses[tried] = np.mean(np.concatenate(errors))
    assert min(losses, key=losses.get) == alpha


def test_copies_do_not_loosen_the_penalty():
    """A copy in both parts would make any fit look good; here all of a row are on one side."""
    whole = Sample(planted_alpha(), "y", "regression", ())
    given = Given(whole, whole.take(np.empty(0, int)), 7)
    alphas = {
        arm: LEARNERS["logistic"](whole, 0).chosen(inner_parts(ARMS[arm], given, 3, 5)).template.alpha
        for arm in ("real", "duplicates")
    }
    assert alphas["duplicates"] == pytest.approx(alphas["real"], rel=1e-6)


def test_rows_that_belong_together_stay_together():
    rows = planted_alpha()
    people = np.repeat(np.arange(20), 3)
    marked = Table((*rows.columns, Column("who", "integer", people.astype(float))))
    found = trial_of(marked, "y", learners="logistic", arms=["real", "jitter"], groups="who", folds=4, repeats=2)
    assert (found.folds, found.repeats) == (4, 2)
    whole = Sample(rows, "y", "regression", (), people)
    for part in inner_parts(ARMS["real"], Given(whole, whole, 0), 3, 0):
        assert not set(part.training.sample.groups) & set(part.rest.groups)
    with pytest.raises(InputError, match="20 groups, and 21 folds"):
        trial_of(marked, "y", arms=["real", "jitter"], groups="who", folds=21)


def test_later_rows_are_tested_on():
    rows = planted_alpha()
    moment = np.random.default_rng(1).permutation(60).astype(float)
    late = Table((*rows.columns, Column("when", "number", moment)))
    seen = []

    class Spy(Ridge):
        def fit(self, X, y, sample_weight=None):
            seen.append(y)
            return super().fit(X, y)

    found = trial_of(late, "y", learners=Spy(), arms=["real", "mixup"], time="when", folds=3, repeats=5)
    assert found.repeats == 1
    in_order = rows["y"].values[np.argsort(moment)]
    assert {len(y) for y in seen if np.array_equal(y, in_order[: len(y)])} == {15, 30, 45}
    holes = np.where(moment < 2, np.nan, moment)
    with pytest.raises(InputError, match="'when' is missing in 2 rows"):
        trial_of(Table((*rows.columns, Column("when", "number", holes))), "y", time="when")


def test_the_threshold_is_no_comparison_of_probabilities():
    rows = table("binary")
    found = trial_of(rows, "y", learners="knn", arms=["real", "threshold", "jitter"], folds=3, repeats=1)
    assert [row.candidate for row in found.rows] == ["jitter"]
    by_arm = {each.arm: each for each in found.arms}
    assert by_arm["threshold"].losses == by_arm["real"].losses


def test_without_thresholds_losses_are_the_same_and_nobody_fits_for_them():
    seen = []

    class Spy(KNeighborsClassifier):
        def fit(self, X, y):
            seen.append(len(y))
            return super().fit(X, y)

    options = {"learners": {"spy": Spy()}, "arms": ["real", "oversample"], "folds": 3, "repeats": 1}
    found = [trial_of(table("binary"), "y", thresholds=tuned, **options) for tuned in (True, False)]
    assert len(seen) == (2 + 3) * 3 + 2 * 3  # one fit an arm and fold; three more where "oversample" tunes
    with_them, without = ({each.arm: each for each in one.arms} for one in found)
    assert [with_them[arm].losses for arm in with_them] == [without[arm].losses for arm in without]
    assert with_them["oversample"].scores["f1"] != without["oversample"].scores["f1"]
    assert found[0].rows == found[1].rows


def test_names_are_resolved():
    assert list(arms_of(["jitter", "real"], "real", "binary")) == ["real", "jitter"]
    assert list(learners_of({"a": LogisticRegression()}, "binary")) == ["a"]
    with pytest.raises(InputError, match="is no regressor"):
        learners_of(LogisticRegression(), "regression")


def test_a_curve_is_made_of_trials(tmp_path):
    options = {"learners": ["logistic", "knn"], "arms": ["real", "class_weight", "jitter"], "folds": 2, "repeats": 1}
    curve = trial_curve(table("binary"), "y", rows=[12, 40], keep=tmp_path, inner=0, **options)
    for count, point in zip(curve.rows, curve.trials, strict=True):
        alone = trial_of(table("binary"), "y", rows=count, inner=0, **options)
        assert point.to_json() == alone.to_json()
        assert (tmp_path / str(count) / "done.jsonl").exists()
    primary = [each.scores["log_loss"] for point in curve.trials for each in point.arms if each.arm == "jitter"]
    assert curve.losses("logistic", "jitter") == primary[::2]
    assert curve.losses("knn", "class_weight") == [None, None]
    assert curve.verdicts("logistic", "real") == ["", ""]
    assert max(map(len, str(curve).splitlines())) <= 80
    assert json.loads(curve.to_json())["rows"] == [12, 40]
    lines = {line.get_label(): line.get_ydata().tolist() for line in curve.plot("logistic").lines}
    assert lines["jitter"] == curve.losses("logistic", "jitter")
    with pytest.raises(InputError, match="'svm' was not tried"):
        curve.plot("svm")


@pytest.mark.parametrize("rows", [[], [40, 40], [40, 12]])
def test_a_curve_goes_from_few_rows_to_many(rows):
    with pytest.raises(InputError, match="do not grow"):
        trial_curve(table("binary"), "y", rows=rows)


def test_a_curve_by_the_smallest_class_keeps_the_shares():
    codes = np.zeros(120, np.int32)
    codes[:20] = 1
    x = np.random.default_rng(0).normal(size=120) + codes
    rare = Table((Column("x", "number", x), Column("y", "category", codes, ("no", "yes"))))
    seen = []

    class Spy(LogisticRegression):
        def fit(self, X, y, sample_weight=None):
            seen.append((len(y), int(np.sum(y))))
            return super().fit(X, y)

    options = {"learners": {"spy": Spy()}, "arms": ["real", "duplicates"], "folds": 2, "repeats": 1, "inner": 0}
    curve = trial_curve(rare, "y", minority=[2, 8], **options)
    assert (curve.minority, curve.rows) == ((2, 8), (12, 48))
    assert {fit for fit in seen if fit[0] in (12, 48)} == {(12, 2), (48, 8)}
    assert json.loads(curve.to_json())["minority"] == [2, 8]
    assert "of the smallest class" in str(curve)
    for given in ({}, {"rows": [5], "minority": [2]}):
        with pytest.raises(InputError, match="rows or by minority"):
            trial_curve(rare, "y", **given)
    with pytest.raises(InputError, match="minority=\\[0, 3\\] begins below 1"):
        trial_curve(rare, "y", minority=[0, 3])
    with pytest.raises(InputError, match="has no smallest class"):
        trial_curve(planted_alpha(), "y", minority=[3])


def counts_of(name, sizes=(60, 30)):
    codes = np.repeat([0, 1], sizes).astype(np.int32)
    x = np.random.default_rng(0).normal(size=len(codes)) + 3.0 * codes
    rows = Table((Column("x", "number", x), Column("y", "category", codes, ("no", "yes"))))
    sample = Sample(rows, "y", "binary", ("no", "yes"))
    made = arms_of(["real", name], "real", "binary")[name](Given(sample, sample.take(np.arange(0)), 3)).sample
    return np.bincount(made.y.astype(int), minlength=2), made.table


@pytest.mark.parametrize(
    ("name", "expected"),
    [("trees:minority", [60, 60]), ("copula:minority:0.5", [60, 45]), ("mixture:2", 270), ("mixture", 180),
     ("marginals:only:0.5", 45)],
)  # fmt: skip
def test_synthesizers_are_arms_by_name(name, expected):
    counts, _ = counts_of(name)
    assert counts.tolist() == expected if isinstance(expected, list) else counts.sum() == expected


def test_a_named_synthesizer_is_the_one_it_names():
    from equipoise.tables import TableMixture

    named = counts_of("mixture")[1]
    codes = np.repeat([0, 1], (60, 30)).astype(np.int32)
    sample = Sample(named.take(np.arange(90)), "y", "binary", ("no", "yes"))
    given = Given(sample, sample.take(np.arange(0)), 3)
    own = arms_of(["real", {"own": TableMixture()}], "real", "binary")["own"](given).sample.table
    assert np.array_equal(named["x"].values, own["x"].values)
    assert np.array_equal(named["y"].values[:90], codes)


@pytest.mark.parametrize(
    ("name", "message"),
    [("svm", "a synthesizer .auto, copula, gan"), ("gan:twice", "'twice' is neither 'minority'"),
     ("gan:0", "multiple=0.0 is not a number above 0"), ("trees:minority:only", "no training set")],
)  # fmt: skip
def test_arms_that_are_none_are_named(name, message):
    with pytest.raises(InputError, match=message):
        arms_of(["real", name], "real", "binary")


def test_arms_that_balance_are_left_out_of_a_regression():
    kept = arms_of(["real", "trees:minority", "trees:2", "smote"], "real", "regression")
    assert list(kept) == ["real", "trees:2"]


def test_arms_are_compared_by_every_score():
    options = {"learners": "logistic", "folds": 4, "repeats": 2, "inner": 0}
    found = trial_of(table("binary", n=90), "y", arms=["real", "oversample", "marginals"], **options)
    by_arm = {each.arm: each for each in found.arms}
    for name, sign in (("roc_auc", 1.0), ("brier", -1.0), ("f1", 1.0)):
        rows = {row.candidate: row for row in found.compare(name)}
        assert list(rows) == ["oversample", "marginals"]
        for arm, row in rows.items():
            assert row.effect == pytest.approx(sign * (by_arm[arm].scores[name] - by_arm["real"].scores[name]))
            assert row.low < row.effect < row.high
    slopes = np.array([by_arm[arm].folds["calibration_slope"] for arm in ("real", "marginals")])
    nearer = np.diff(-np.abs(slopes - 1.0), axis=0).mean()
    assert {row.candidate: row.effect for row in found.compare("calibration_slope")}["marginals"] == pytest.approx(
        nearer
    )
    assert found.compare("log_loss") == found.rows
    assert found.to_dict()["by_score"]["roc_auc"][0]["effect"] == found.compare("roc_auc")[0].effect
    with pytest.raises(InputError, match="score 'recall' is not known; choose one of log_loss"):
        found.compare("recall")


def test_a_score_that_tells_arms_apart_is_marked_in_table_and_page(tmp_path):
    codes = (np.arange(400) % 10 == 0).astype(np.int32)  # balanced classes: worse loss, better decisions
    x = np.random.default_rng(0).normal(size=400) + 2.0 * codes
    rare = Table((Column("x", "number", x), Column("y", "category", codes, ("no", "yes"))))
    options = {"learners": "logistic", "arms": ["real", "oversample"], "inner": 0, "repeats": 2}
    found = trial_of(rare, "y", **options)
    assert found.verdict == "hurts"
    (row,) = found.compare("balanced_accuracy")
    assert row.verdict == "helps"
    line = str(found).splitlines()[-3]
    assert line.startswith("logistic   oversample")
    assert f"{found.arms[1].scores['balanced_accuracy']:.3f}+" in line
    assert max(map(len, str(found).splitlines())) <= 80
    page = found.to_html(tmp_path / "page.html").read_text()
    assert f"{found.arms[1].scores['balanced_accuracy']:.3g}"[:4] in page
    assert "▲</td>" in page


def test_folds_where_a_score_is_not_defined_are_left_out():
    from dataclasses import replace as changed

    found = trial_of(table("binary", n=90), "y", learners="logistic", arms=["real", "jitter"], repeats=1, inner=0)
    real, jitter = found.arms
    holes = changed(jitter, folds=jitter.folds | {"roc_auc": (None, *jitter.folds["roc_auc"][1:])})
    (row,) = changed(found, arms=(real, holes)).compare("roc_auc")
    assert row.effect == pytest.approx(np.mean(np.subtract(jitter.folds["roc_auc"], real.folds["roc_auc"])[1:]))
    none = changed(jitter, folds=jitter.folds | {"roc_auc": (None,) * 5})
    assert changed(found, arms=(real, none)).compare("roc_auc") == ()
