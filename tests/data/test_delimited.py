"""Delimited files that are legal but odd."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.data import Table, inspect, read_table
from equipoise.data.strings import MISSING

ROW = "39, State-gov, 77516, <=50K"


def _read(folder: Path, content: str | bytes, name: str = "x.csv", **options: object) -> Table:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table(path, **options)


@pytest.mark.parametrize(
    "content",
    [
        "a,b\n1,x\n2,y\n",
        "a,b\n1,x\n2,y",
        "a,b\r\n1,x\r\n2,y\r\n",
        "a,b\r\n1,x\n2,y\r\n",
        "a,b\r1,x\r2,y\r",
        "\n\na,b\n\n1,x\n2,y\n\n",
        "\ufeffa,b\n1,x\n2,y\n",
        ' a ," b"\n 1 , x\n2, y \n',
        'a,b\n"1","x"\n"2","y"\n',
        "a;b\n1;x\n2;y\n",
        "a\tb\n1\tx\n2\ty\n",
    ],
)
def test_the_same_table_in_many_spellings(content: str, tmp_path: Path) -> None:
    table = _read(tmp_path, content)
    assert table.names == ("a", "b")
    assert table["a"].values.tolist() == [1.0, 2.0]
    assert table["b"].labels().tolist() == ["x", "y"]


def test_a_tab_separated_file_may_hold_commas(tmp_path: Path) -> None:
    table = _read(tmp_path, "a\tb\n1,5\tx\n2,5\ty\n", "x.tsv")
    assert table["a"].levels == ("1,5", "2,5")


def test_without_a_header_columns_are_numbered(tmp_path: Path) -> None:
    table = _read(tmp_path, f"{ROW}\n{ROW}\n", header=False)
    assert (table.names, len(table)) == (("0", "1", "2", "3"), 2)
    assert table["3"].levels == ("<=50K",)


def test_an_unnamed_column_gets_its_position(tmp_path: Path) -> None:
    assert _read(tmp_path, ",b\n1,2\n").names == ("0", "b")


def test_quoted_line_breaks_and_delimiters(tmp_path: Path) -> None:
    table = _read(tmp_path, 'a,"b\nc"\n"1,5","x\ny"\n"2,5","say ""hi"""\n')
    assert table.names == ("a", "b\nc")
    assert table["b\nc"].labels().tolist() == ["x\ny", 'say "hi"']


def test_quoted_line_breaks_may_straddle_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("equipoise.data.delimited._BLOCK", 40)
    words = [f'"x\n,{row}"' for row in range(50)]
    table = _read(tmp_path, "a,b\n" + "".join(f"{row},{word}\n" for row, word in enumerate(words)))
    assert table["b"].labels().tolist() == [word.strip('"') for word in words]


def test_unicode_names_and_levels(tmp_path: Path) -> None:
    table = _read(tmp_path, "größe,色\n1,赤\n2,青\n")
    assert table.names == ("größe", "色")
    assert table["色"].levels == ("赤", "青")


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("comment", ["|1x3 Cross validator", "# made by hand", "% from somewhere"])
def test_a_comment_in_the_first_line_is_skipped_and_reported(comment: str, mark: str, tmp_path: Path) -> None:
    table = _read(tmp_path, f"{mark}{comment}\n{ROW}\n{ROW}\n", header=False)
    assert len(table) == 2
    (finding,) = [finding for finding in inspect(table) if finding.code == "comment-line"]
    assert repr(comment) in finding.message


def test_a_first_line_with_delimiters_is_no_comment(tmp_path: Path) -> None:
    assert _read(tmp_path, "#id,b\n1,2\n").names == ("#id", "b")


def test_a_header_of_numbers_is_reported(tmp_path: Path) -> None:
    codes = [finding.code for finding in inspect(_read(tmp_path, "39,77516,x\n50,83311,y\n38,215646,x\n"))]
    assert "header" in codes
    positions = _read(tmp_path, "0,1,2\n50,83311,y\n38,215646,x\n")
    assert "header" not in [finding.code for finding in inspect(positions)]


def test_a_header_taken_as_data_is_reported(tmp_path: Path) -> None:
    table = _read(tmp_path, "age,b\n1,2\n2,3\n3,4\n", header=False)
    found = [finding for finding in inspect(table) if finding.code == "mixed-types"]
    assert "'age' in row 0" in found[0].message
    assert "header?" in found[0].message


def test_one_row_and_one_column(tmp_path: Path) -> None:
    assert _read(tmp_path, "a\n1\n")["a"].values.tolist() == [1.0]


def test_a_long_record_does_not_outgrow_a_block(tmp_path: Path) -> None:
    long = "x" * 3_000_000
    assert _read(tmp_path, f"a,b\n1,{long}\n2,y\n")["b"].levels == (long, "y")


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=8).map(str.strip)
LABELS = WORDS.filter(lambda word: word and word not in MISSING and not word.startswith(("#", "|", "%", "'")))
NUMBERS = st.one_of(st.floats(allow_nan=False), st.integers(-(2**53), 2**53).map(float), st.none())


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    """A frame of numbers, labels, truth values and dates, with missing values, under odd names."""
    rows = draw(st.integers(1, 8))
    names = draw(st.lists(LABELS, min_size=4, max_size=4, unique=True))
    column = lambda values: draw(st.lists(values, min_size=rows, max_size=rows))  # noqa: E731
    dates = st.datetimes(pd.Timestamp(1700, 1, 1), pd.Timestamp(2200, 1, 1))
    return pd.DataFrame(
        {
            names[0]: pd.Series(column(NUMBERS), dtype="float64"),
            names[1]: pd.Series(column(st.none() | LABELS), dtype="str"),
            names[2]: pd.Series(column(st.booleans()), dtype="bool"),
            names[3]: pd.Series(column(dates), dtype="datetime64[us]"),
        }
    )


@given(frame=frames())
def test_what_was_written_is_read(frame: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("written") / "x.csv"
    first = read_table(frame, kinds={frame.columns[1]: "text"})
    first.to_frame().to_csv(path, index=False)
    second = read_table(path, kinds=first.kinds)
    assert second.names == first.names
    for old, new in zip(first.columns, second.columns, strict=True):
        assert old.labels().tolist() == new.labels().tolist()


@given(frame=frames())
def test_reading_its_own_output_changes_nothing(frame: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("twice")
    frame.to_csv(folder / "x.csv", index=False)
    first = read_table(folder / "x.csv")
    first.to_frame().to_csv(folder / "y.csv", index=False)
    second = read_table(folder / "y.csv")
    assert (first.kinds, [c.levels for c in first.columns]) == (second.kinds, [c.levels for c in second.columns])
    for old, new in zip(first.columns, second.columns, strict=True):
        assert old.labels().tolist() == new.labels().tolist()
