"""Statistics of blocks, summed on a real cluster of two processes, give the numbers of all rows in one."""

from __future__ import annotations

import itertools
import operator
from typing import Any

import numpy as np
import pytest

import equipoise as eq
from equipoise.linear.blocks import BlockStatistics

distributed = pytest.importorskip("distributed")


@pytest.mark.timeout(120)
def test_two_workers_give_the_numbers_of_one_process() -> None:
    rng = np.random.default_rng(7)
    X = rng.normal(size=(3000, 8)) + np.arange(8) * 100.0
    y, weight = X[:, 0] - X[:, 3] + rng.normal(size=3000), rng.uniform(0.5, 2.0, 3000)
    cluster = distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None)
    with cluster, distributed.Client(cluster) as client:
        workers = list(client.scheduler_info()["workers"])
        assert len(workers) == 2
        parts: list[Any] = []
        for k, start in enumerate(range(0, 3000, 500)):
            rows = slice(start, start + 500)
            block = {"folds": 5, "first_row": start, "workers": [workers[k % 2]], "pure": False}
            parts.append(client.submit(BlockStatistics.of, X[rows], y[rows], weight[rows], **block))
        at_once = client.submit(sum, parts)
        while len(parts) > 1:
            sums = [client.submit(operator.add, *pair) for pair in zip(parts[::2], parts[1::2], strict=False)]
            parts = sums + parts[len(sums) * 2 :]
        totals = [future.result(timeout=60) for future in (at_once, parts[0])]
    assert [total.rows for total in totals] == [3000, 3000]
    for cls, statistics in itertools.product((eq.Ridge, eq.Lasso, eq.ElasticNet), totals):
        expected = cls(alpha=eq.CrossValidation(cv=5), standardize=True).fit_blocks([(X, y, weight)])
        found = cls(alpha=eq.CrossValidation(cv=5), standardize=True).fit_blocks(statistics)
        assert found.selection_.index == expected.selection_.index
        np.testing.assert_allclose(found.path_.coefs, expected.path_.coefs, rtol=0, atol=1e-10)
        np.testing.assert_allclose(found.selection_.scores, expected.selection_.scores, rtol=1e-10)
        np.testing.assert_allclose(found.intercept_, expected.intercept_, rtol=1e-10)
