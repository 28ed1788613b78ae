"""The page: whole, escaped, self-contained, and the same for the same record."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

from equipoise.errors import InputError
from equipoise.report import study_page

from .example_record import HOSTILE, example_record

TASKS = ("binary", "multiclass", "regression")


class Elements(HTMLParser):
    """All elements of a page, its text, and its ids."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def values(self, *names: str) -> list[str]:
        return [value or "" for name, value in self.attributes if name in names]


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return {task: study_page(example_record(task, synthesizers=1)) for task in TASKS}


def embedded(page: str) -> Any:
    return json.loads(re.search(r'id="study-record">(.*?)</script>', page, re.S)[1])


@pytest.mark.parametrize("task", TASKS)
def test_page_needs_no_other_file(pages: dict[str, str], task: str) -> None:
    elements = Elements(pages[task])
    links = elements.values("href", "xlink:href", "src", "srcset", "action", "data")
    assert links
    assert all(link.startswith(("#", "data:image/png;base64,")) for link in links)
    assert not {"link", "iframe", "object", "embed", "base", "form", "img"} & set(elements.tags)
    assert elements.tags.count("script") == 1
    assert not re.search(r"https?://|@import|url\((?!#)", pages[task])


@pytest.mark.parametrize("task", TASKS)
def test_all_figures_are_there_with_a_text_for_those_who_cannot_see(pages: dict[str, str], task: str) -> None:
    page = pages[task]
    for title in ("From fitted to unseen", "Path of coefficients, L1", "Choice of alpha, L1", "every comparison"):
        assert title in page
    figures = re.findall(r"<svg[^>]*>", page)
    assert len(figures) == 3 + 3 + 1 + 2 + 8 + 3  # intervals, forests, gap, alpha, each generator's panels
    assert all('role="img"' in figure and re.search(r'aria-label="[^"]{10}', figure) for figure in figures)


def test_ids_are_unique_and_references_resolve(pages: dict[str, str]) -> None:
    elements = Elements(pages["binary"])
    ids = elements.values("id")
    assert len(ids) == len(set(ids)) > 20
    used = {link[1:] for link in elements.values("href") if link.startswith("#")}
    used |= set(re.findall(r"url\(#([^)]+)\)", pages["binary"]))
    assert used <= set(ids)


def test_figures_take_their_colours_from_the_page(pages: dict[str, str]) -> None:
    figures = re.findall(r"<svg viewBox.*?</svg>", pages["binary"], re.S)
    declared = re.findall(r"(--[a-z]+): #[0-9a-f]+", pages["binary"])
    assert not any(re.search(r"(?<!, )#(?:000000|ffffff)\b", figure) for figure in figures)  # nothing white in the dark
    assert {name for figure in figures for name in re.findall(r"var\((--[a-z]+)", figure)} <= set(declared)


def test_same_record_same_bytes(pages: dict[str, str]) -> None:
    assert study_page(example_record("binary", synthesizers=1)) == pages["binary"]


def test_readers_own_matplotlib_settings_change_nothing(pages: dict[str, str]) -> None:
    import matplotlib as mpl

    with mpl.rc_context({"font.size": 30, "svg.fonttype": "path", "axes.labelsize": 30, "axes.xmargin": 0.4}):
        assert study_page(example_record("binary", synthesizers=1)) == pages["binary"]


def test_verdicts_come_first_and_in_plain_words(pages: dict[str, str]) -> None:
    page = pages["binary"]
    words = " ".join(" ".join(Elements(page.partition("</style>")[2]).text).split())
    top = words[: words.index("The data")]
    assert top.index("Constraining the model") < top.index("helps") < top.index("Generating more data")
    assert "no evidence" in top[top.index("Generating more data") :]
    assert re.search(r"Log loss 0\.\d+ lower 0\.\d+ to 0\.\d+ saved, 95 % interval .*? against No penalty", top)


@pytest.mark.parametrize(("verdict", "effect", "says"), [("hurts", -0.25, "higher"), ("helps", 0.25, "lower")])
def test_a_saving_is_told_as_lower_and_a_loss_as_higher(verdict: str, effect: float, says: str) -> None:
    entry = {"question": "constrain", "verdict": verdict, "effect": effect, "low": effect - 0.1, "high": effect + 0.1}
    page = study_page({"metric": {"primary": "log_loss", "label": "log loss"}, "verdicts": [entry]})
    assert f"Log loss 0.250 {says}" in page
    assert f'class="answer {verdict}"' in page


def test_arms_are_sorted_and_the_best_is_marked() -> None:
    record = example_record("binary", synthesizers=0)
    record["best"] = "l1-1se"
    page = study_page(record)
    rows = re.findall(
        r"<tr( class=\"best\")?>\s*<th scope=\"row\"><span class=\"name\">(.*?)</span>.*?<b>([\d.]+)</b>", page, re.S
    )
    scores = [float(score) for _, _, score in rows[: len(record["arms"])]]
    assert scores == sorted(scores)
    assert [label for best, label, _ in rows if best] == ["L1, one-standard-error rule"]


def test_hostile_names_stay_text() -> None:
    page = study_page(example_record("binary", columns=12, hostile=True, synthesizers=1))
    elements = Elements(page)
    assert elements.tags.count("script") == 1
    assert elements.tags.count("style") == 1
    assert "<script>alert" not in page
    assert "49" not in re.findall(r"<h1>.*?</h1>", page, re.S)[0]
    assert embedded(page)["data"]["target"] == HOSTILE


@pytest.mark.parametrize("name", ["", " \n\t ", "a\x00b", "\ud800", "列名", "$x_1$", "x" * 5000, "]]>", "\u202eabc"])
def test_strange_names_do_not_break_the_page(name: str) -> None:
    record = example_record("binary", columns=3, arms=3, synthesizers=1)
    for column in record["data"]["kinds"] + record["synthetic"][0]["columns"]:
        column["name"] = name
    record["path"]["names"] = [name] * len(record["path"]["names"])
    for arm in record["arms"]:
        arm["label"] = name
    page = study_page(record)
    assert page.encode("utf-8").endswith(b"</html>")
    assert "\x00" not in page


def test_large_study_stays_small() -> None:
    page = study_page(example_record("binary", columns=200, arms=30))
    assert len(page.encode("utf-8")) < 1_500_000
    assert "synthetic.dependence" in embedded(page)["left_out"]
    assert page.count('<tr class="best">') == 1


def _with_nulls(value: Any, rng: np.random.Generator) -> Any:
    if rng.random() < 0.08:
        return None
    if isinstance(value, dict):
        return {key: _with_nulls(item, rng) for key, item in value.items()}
    return [_with_nulls(item, rng) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("seed", range(16))
def test_anything_may_be_null(seed: int) -> None:
    record = example_record(TASKS[seed % 3], columns=4, arms=10, seed=seed, synthesizers=1)
    rng = np.random.default_rng(seed)
    page = study_page({key: _with_nulls(value, rng) for key, value in record.items() if key != "format"})
    assert page.endswith("</html>")
    assert not re.search(r">\s*(nan|inf)\s*<", page)


@pytest.mark.parametrize("key", [key for key in example_record(columns=3) if key != "format"])
def test_any_part_may_be_absent(key: str) -> None:
    record = example_record("binary", columns=3, arms=4, synthesizers=1)
    del record[key]
    assert study_page(record).endswith("</html>")


def test_record_travels_inside_the_page() -> None:
    record = example_record("regression", columns=3, arms=3, synthesizers=1)
    assert embedded(study_page(record)) == record


@pytest.mark.parametrize("record", [None, [], "study.json", {"format": "equipoise.study/9"}])
def test_what_is_no_study_is_refused(record: Any) -> None:
    with pytest.raises(InputError, match=r"study"):
        study_page(record)
