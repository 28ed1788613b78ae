"""The door: it sees what a synthesizer gets wrong, lets right rows pass, and keeps out nothing it cannot tell."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import equipoise as eq
from equipoise.data import Column, Table
from equipoise.errors import InputError
from equipoise.tables import Refined, TableMarginals, TableTrees, boosted

from .tables_for_tests import make_mixed, same


def correlation(table):
    return np.corrcoef(table["x"].values, table["y"].values)[0, 1]


def pair(n, seed, link=0.8):
    random = np.random.default_rng(seed)
    x = random.normal(size=n)
    return Table((Column("x", "number", x), Column("y", "number", link * x + 0.6 * random.normal(size=n))))


class Shuffled:
    """Two methods: independent columns, as frames."""

    def fit(self, table):
        self.table = table

    def sample(self, n, seed=0):
        random = np.random.default_rng(seed)
        return self.table.apply(lambda column: random.choice(column, n))


class Copying(Shuffled):
    """A tenth of the rows are training rows."""

    def sample(self, n, seed=0):
        copies = self.table.iloc[np.random.default_rng(seed).integers(len(self.table), size=n // 10)]
        return pd.concat([copies, super().sample(n - n // 10, seed)], ignore_index=True)


def test_rounds_end_where_copies_would_pass():
    random = np.random.default_rng(0)
    common = random.normal(size=(2000, 1))
    frame = pd.DataFrame(common + 0.5 * random.normal(size=(2000, 5)), columns=list("abcde"))

    def trees(synthesizer, rounds):
        return len(Refined(synthesizer, rounds=rounds).fit(frame)._fitted.arrays["nodes"])

    assert trees(Shuffled(), 3) == 3 * trees(Shuffled(), 1)
    assert trees(Copying(), 3) == trees(Copying(), 1)


def test_a_door_restores_dependence():
    table = pair(3000, 0)
    refined = Refined(TableMarginals()).fit(table)
    assert abs(correlation(TableMarginals().fit(table).sample(3000))) < 0.1
    assert 0.62 < correlation(refined.sample(3000)) < 0.85
    assert 0.05 < refined.acceptance_ < 0.9


def test_a_synthesizer_of_ones_own():
    frame = pair(2000, 0).to_frame()
    refined = Refined(Shuffled()).fit(frame)
    drawn = refined.sample(500, seed=3)
    assert type(drawn) is type(frame)
    assert np.corrcoef(drawn["x"], drawn["y"])[0, 1] > 0.6
    assert (refined.sample(50, where={"x": (1.0, None)})["x"] >= 1.0).all()
    with pytest.raises(InputError, match="cannot be saved"):
        refined.save("nowhere")


def test_two_hundred_rows_that_are_right_pass():
    random = np.random.default_rng(0)
    table = Table(tuple(Column(f"x{j}", "number", random.normal(size=200)) for j in range(4)))
    assert Refined(TableMarginals()).fit(table).acceptance_ > 0.5


def test_margins_are_those_of_scikit_learn(monkeypatch):
    from sklearn.ensemble import HistGradientBoostingClassifier

    kept = []
    fit = HistGradientBoostingClassifier.fit
    monkeypatch.setattr(HistGradientBoostingClassifier, "fit", lambda self, X, y: kept.append(self) or fit(self, X, y))
    random = np.random.default_rng(0)
    X = random.normal(size=(1000, 3))
    X[random.random(X.shape) < 0.1] = np.nan
    real = np.nan_to_num(X[:, 0]) + random.normal(size=1000) > 0
    trees = boosted.boost(X, real, 0, 40, 3, 0.1)
    staged = list(kept[0].staged_predict_proba(X))[len(trees) - 1][:, 1]
    truth = np.log(staged / (1 - staged)) - kept[0]._baseline_prediction[0, 0]
    np.testing.assert_allclose(boosted.margins(X, trees), truth, atol=1e-9)
    assert all(boosted.is_sound(tree, 3) for tree in trees)
    for field, value in (("left", 0), ("right", 999), ("feature_idx", 3), ("is_leaf", 7)):
        assert not boosted.is_sound(trees[0] | {field: np.r_[np.int32(value), trees[0][field][1:]]}, 3)


def test_whether_a_value_is_missing_may_be_all_that_tells():
    random = np.random.default_rng(0)
    X = random.normal(size=(1000, 2))
    X[::2, 1] = np.nan
    trees = boosted.boost(X, np.arange(1000) % 2 == 0, 0, 5, 3, 0.1)
    assert all(np.isfinite(tree["num_threshold"]).all() for tree in trees)
    odds = boosted.margins(X, trees)
    assert odds[::2].min() > odds[1::2].max()


def test_doors_and_what_is_behind_them_come_back(tmp_path):
    refined = Refined(Refined(TableTrees(bins=16), rounds=1), rounds=2).fit(make_mixed(600))
    refined.save(tmp_path / "m.eq")
    loaded = eq.load(tmp_path / "m.eq")
    assert same(refined.sample(100, seed=2), loaded.sample(100, seed=2))
    assert loaded.sample(5)["id"].labels().tolist() == refined.sample(5)["id"].labels().tolist()
    assert loaded.acceptance_ == refined.acceptance_
    loaded.save(tmp_path / "again.eq")
    assert (tmp_path / "again.eq").read_bytes() == (tmp_path / "m.eq").read_bytes()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Refined(TableMarginals(), rounds=0), "rounds=0"),
        (lambda: Refined("gan"), "no method fit"),
    ],
)
def test_bad_settings(make, words):
    with pytest.raises(InputError, match=words):
        make().fit(pair(50, 0))
