"""Compute every figure of the page "From the formula to the library" and write it there.

    python examples/formula/figures.py            all parts, about two minutes of one core
    python examples/formula/figures.py alpha      one part: zeros, correlated, alpha, ring, rows, paths

The numbers are kept in figures.json beside this file; the page shows them between markers, and the code of this folder
between others. `render` does both, so that a test can tell whether the page says what was computed.
"""

import json
import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
NUMBERS = HERE / "figures.json"
DOCS = HERE.parents[1] / "docs"
PAGE = DOCS / "from-the-formula-to-the-library.md"
MARKER = re.compile(r"(<!-- (code|figures): (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)


def compute(part):
    """Return the numbers of one part, ready for JSON; draws its picture if it has one."""
    if part == "zeros":
        import l1_and_l2

        return l1_and_l2.zeros()
    if part == "correlated":
        import l1_and_l2

        return l1_and_l2.correlated()
    if part == "alpha":
        import choosing_alpha

        return choosing_alpha.study()
    if part == "rows":
        import more_rows

        return more_rows.study()
    if part == "paths":
        import l1_and_l2

        return l1_and_l2.plot_paths(DOCS / "images" / "paths.svg")
    import gan_and_vae

    numbers, shown = gan_and_vae.study()
    gan_and_vae.plot_samples(shown, DOCS / "images" / "ring.png")
    return numbers


def table(head, rows):
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def zeros_table(numbers):
    rows = [[model, fit, f"{zero} of {size}"] for model, fits in numbers.items() for fit, (zero, size) in fits.items()]
    return table(["model", "penalty", "weights that are exactly 0"], rows)


def correlated_table(numbers):
    columns, least = numbers
    rows = [
        [name, *(cell for fit in ("L1", "L2") for cell in (f"{fits[fit][0]:.0%}", _spread(*fits[fit][1:])))]
        for name, fits in columns.items()
    ]
    head = ["column", "L1: kept in", "coefficient", "L2: kept in", "coefficient"]
    return f"Smallest correlation of two of the columns: {least:.3f}.\n\n" + table(head, rows)


def alpha_table(numbers):
    rows = [
        [name, f"{error:.3f}", _spread(worse, se) if se else "the reference", f"{kept:.1f}"]
        for name, (error, worse, se, kept) in numbers.items()
    ]
    return table(["how alpha was set", "squared error on new rows", "difference", "features kept, of 65"], rows)


def ring_table(numbers):
    rows = [
        [name, ", ".join(map(str, modes)), f"{share:.0%}", "none" if bound is None else f"{bound:.2f}"]
        for name, (modes, share, bound) in numbers.items()
    ]
    return table(["model", "modes found, of 8 (per seed)", "samples on a mode", "log-likelihood, nats a row"], rows)


def rows_table(numbers):
    rows = [
        [name, f"{loss:.3f}", _spread(worse, se) if se else "the reference", f"{alone:.3f}"]
        for name, (loss, worse, se, alone) in numbers.items()
    ]
    return table(["rows added", "log loss on new rows", "difference", "log loss without the 100 rows"], rows)


def _spread(value, deviation):
    return f"{value:.3f} ± {deviation:.3f}"


TABLES = {
    "zeros": zeros_table,
    "correlated": correlated_table,
    "alpha": alpha_table,
    "ring": ring_table,
    "rows": rows_table,
}


def render(page, numbers):
    """The page with the code of this folder and the tables of `numbers` between their markers."""

    def fill(match):
        head, kind, name, end = match.groups()
        body = TABLES[name](numbers[name]) if kind == "figures" else f"```python\n{(HERE / name).read_text()}```"
        return f"{head}{body}\n{end}"

    return MARKER.sub(fill, page)


def main(parts):
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "equipoise"  # the same bytes every time
    numbers = json.loads(NUMBERS.read_text()) if NUMBERS.exists() else {}
    for part in parts:
        if (found := compute(part)) is not None:
            numbers[part] = found
        print(part, "done", file=sys.stderr)
    NUMBERS.write_text(json.dumps(numbers, indent=1, default=float) + "\n")
    PAGE.write_text(render(PAGE.read_text(), json.loads(NUMBERS.read_text())))


if __name__ == "__main__":
    main(sys.argv[1:] or [*TABLES, "paths"])
