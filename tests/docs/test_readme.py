"""The README's examples run, its table of scales is right, and its links lead somewhere."""

from __future__ import annotations

import ast
import inspect
import re

import numpy as np
import pytest
from sklearn import linear_model as peers
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.preprocessing import scale

import equipoise as eq
from equipoise.judge import Study, study

PAGES = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "docs/index.md", "docs/api.md",
         "docs/estimators.md", "docs/command-line.md", "docs/from-the-formula-to-the-library.md"]  # fmt: skip
# drawn from a run of the command, not by the tests
RENDERED = {"docs/images/report.png"}


def test_the_examples_run(root, run_page):
    result = run_page(root / "README.md")
    assert result.attempted >= 8
    assert result.failed == 0


def test_the_study_example_fits_the_signature(root):
    """It takes too long to run here; its names have to exist all the same."""
    code = re.search(r"```python\n(study = .*?)```", (root / "README.md").read_text(), re.DOTALL)[1]
    call = ast.parse(code).body[0].value
    inspect.signature(study).bind(*call.args, **{word.arg: word.value for word in call.keywords})
    used = {node.attr for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Attribute)} - {"study"}
    assert used
    assert used <= set(dir(Study))


def test_study_is_a_function():
    assert callable(eq.study)


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(root, page):
    path = root / page
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", path.read_text()) if not link.startswith("http")]
    for link in links:
        target = (path.parent / link).resolve()
        assert target.exists() or str(target.relative_to(root.resolve())) in RENDERED, f"{page}: {link}"


def test_make_has_the_commands(root):
    makefile = (root / "Makefile").read_text()
    for target in re.findall(r"^make (\S+)", (root / "README.md").read_text(), re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_folders_of_the_layout_exist_and_none_is_left_out(root):
    section = (root / "README.md").read_text().split("## What lives where")[1].split("\n##")[0]
    named = set(re.findall(r"`(\w+)`", "".join(line.split("|")[1] for line in section.splitlines() if "|" in line)))
    rooms = {path.parent.name for path in (root / "src" / "equipoise").glob("*/__init__.py")}
    assert rooms <= named
    assert named - rooms <= {"src"}


def _scales(root) -> list[tuple[str, str]]:
    """The rows of the table of scales: our call and scikit-learn's."""
    section = (root / "README.md").read_text().split("## One scale of alpha")[1].split("\n##")[0]
    return re.findall(r"^\| `(eq\..*?)` \| `(.*?)` \|", section, re.MULTILINE)


def test_the_table_of_scales_is_right(root):
    rows = _scales(root)
    assert len(rows) == 4
    for ours, theirs in rows:
        classes = "Logistic" in ours
        X, y = (load_breast_cancer if classes else load_diabetes)(return_X_y=True)
        X, names = scale(X), {"n": len(y), "alpha": 0.02 if classes else 0.7, "r": 0.3}
        mine = eval(ours, {"eq": eq}, names)
        peer = eval(theirs, vars(peers), names).set_params(tol=1e-9, max_iter=5000)
        np.testing.assert_allclose(mine.fit(X, y).coef_, peer.fit(X, y).coef_, atol=1e-3, err_msg=theirs)


def test_alpha_zero_is_no_penalty():
    X, y = load_diabetes(return_X_y=True)
    X = scale(X)
    np.testing.assert_allclose(eq.Ridge(0.0).fit(X, y).coef_, peers.LinearRegression().fit(X, y).coef_, rtol=1e-6)
