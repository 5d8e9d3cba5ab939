"""The bounds that the figures must hold, and the figures as tables for people.

Bounds are data. A figure is found in the results by its path; `rows` is the one list that the
terminal, the documentation and `--check` are made from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Results = dict[str, Any]


@dataclass(frozen=True)
class Figure:
    """A figure and what it must hold.

    Attributes:
        title: What was measured, for people.
        path: Where it stands in the results.
        unit: Its unit; `×` for a ratio.
        base: Where the figure that it is in ratio to stands, or None.
        own: Where the figure in ratio to the base stands, or None.
        must: It must not be above this.
        aim: It should not be above this.
    """

    title: str
    path: str
    unit: str = "×"
    base: str | None = None
    own: str | None = None
    must: float | None = None
    aim: float | None = None


@dataclass(frozen=True)
class Row:
    """A figure with its value."""

    figure: Figure
    value: float
    base: float | None
    own: float | None

    @property
    def holds(self) -> bool:
        """Whether it is within its bound; True where there is none."""
        return self.figure.must is None or self.value <= self.figure.must

    @property
    def verdict(self) -> str:
        """In a word, how the figure stands to its bound."""
        figure = self.figure
        if not self.holds:
            return "MISSED"
        if figure.aim is not None and self.value > figure.aim:
            return "aim missed" if figure.must is None else "holds, aim missed"
        return "" if figure.must is None and figure.aim is None else "holds"


def _workload(title: str, name: str, must: float, aim: float | None = None) -> Figure:
    return Figure(
        title,
        f"{name}.chainweaver.ratio",
        base=f"{name}.plain_us",
        own=f"{name}.chainweaver.us",
        must=must,
        aim=aim,
    )


FLAT = 1.25
"""Cost per step may grow by this factor over that of any smaller size, and still be flat."""

FIGURES = (
    _workload("linear, 10 steps", "linear", 1.2, 0.8),
    Figure(
        "linear, 10 steps, log read",
        "linear.log_read.ratio",
        base="linear.plain_us",
        own="linear.log_read.us",
    ),
    _workload("DAG, 1-8-1 steps", "dag", 1.2, 0.8),
    _workload("async linear, 10 steps", "async", 1.2, 0.8),
    _workload("1,000 async runs at once, 10 steps", "concurrent", 1.5),
    Figure("growth of a step's cost, 10 to 10,000 steps", "scaling_linear", must=FLAT),
    Figure("growth of a step's cost, DAG width 1 to 1,000", "scaling_dag", must=FLAT),
    Figure("growth of a sub-flow's cost, nesting 1 to 9", "scaling_nesting", must=FLAT),
    Figure("retained result, 100 steps", "memory.result_kb", unit="kB", must=60),
    Figure("retained result, 100 steps, log read", "memory.result_log_read_kb", unit="kB"),
    Figure("import chainweaver, to import pydantic", "import.ratio", must=1.3),
    Figure("import Flow, FlowExecutor …, to a first model", "import.first_names_ratio", aim=1.3),
)


def growth(sizes: list[dict[str, Any]]) -> float:
    """Return by how much the cost of a unit grew, at the most, over that of a smaller size.

    Args:
        sizes: A scaling section of the results, in ascending order of size.
    """
    cheapest = sizes[0]["to_smallest"]
    most = 1.0
    for each in sizes:
        most = max(most, each["to_smallest"] / cheapest)
        cheapest = min(cheapest, each["to_smallest"])
    return most


def ratio_text(ratio: float) -> str:
    """Return a ratio with as many digits as it is worth."""
    return f"{ratio:.2f}" if ratio < 9.995 else f"{ratio:.0f}"


def rows(results: Results) -> list[Row]:
    """Return the figures that are in the results, in the order of `FIGURES`."""
    return [
        Row(figure, value, _find(results, figure.base), _find(results, figure.own))
        for figure in FIGURES
        if (value := _find(results, figure.path)) is not None
    ]


def text_table(results: Results) -> str:
    """Return the figures as an aligned table for the terminal."""
    header = ["", "plain µs", "own µs", "figure", "bound", "aim", ""]
    figures = [header, *([row.figure.title, *_cells(row)] for row in rows(results))]
    tables = [_aligned(figures)]
    if results.get("peers"):
        tables.append(_aligned([_PEERS_HEADER, *_peer_rows(results)]))
    return "\n\n".join(tables)


def markdown_table(results: Results) -> str:
    """Return the figures as a Markdown table."""
    header = ["", "plain Python, µs a step", "ChainWeaver, µs a step", "figure", "must", "aim", ""]
    lines = [[row.figure.title, *_cells(row)] for row in rows(results)]
    return _markdown(header, lines)


def markdown_peers_table(results: Results) -> str:
    """Return all libraries' ratios to plain Python as a Markdown table.

    Empty if the results have no peers.
    """
    return _markdown(_PEERS_HEADER, _peer_rows(results)) if results.get("peers") else ""


def markdown_taken(results: Results) -> str:
    """Return in a sentence where and how the figures were taken."""
    taken = results["taken"]
    return (
        f"Measured on {taken['date']} by `{taken['command']}`: {taken['implementation']} "
        f"{taken['python']}, pydantic {taken['pydantic']}, {taken['system']}, "
        f"{taken['cpus']} CPUs. {taken['clock']}, medians of interleaved rounds, "
        f"{taken['garbage_collection']}."
    )


WORKLOADS = {
    "linear": "linear 10",
    "dag": "DAG 1-8-1",
    "async": "async linear 10",
    "concurrent": "1,000 concurrent × 10",
}
"""The workloads that peers do too, and their short titles."""

_PEERS_HEADER = ["× plain Python", *WORKLOADS.values(), "keeps records"]


def _find(results: Results, path: str | None) -> float | None:
    if path is None:
        return None
    value: Any = results
    for key in path.split("."):
        if key not in value:
            return None
        value = value[key]
    return growth(value) if isinstance(value, list) else float(value)


def _cells(row: Row) -> list[str]:
    figure = row.figure
    return [
        "" if row.base is None else f"{row.base:.2f}",
        "" if row.own is None else f"{row.own:.2f}",
        _amount(row.value, figure.unit),
        "" if figure.must is None else f"≤ {_amount(figure.must, figure.unit)}",
        "" if figure.aim is None else f"≤ {_amount(figure.aim, figure.unit)}",
        row.verdict,
    ]


def _amount(value: float, unit: str) -> str:
    return f"{ratio_text(value)}×" if unit == "×" else f"{value:.0f} {unit}"


def _peer_rows(results: Results) -> list[list[str]]:
    own = ["chainweaver (this)"]
    for name in WORKLOADS:
        ratio = _find(results, f"{name}.chainweaver.ratio")
        own.append("" if ratio is None else ratio_text(ratio))
    lines = [[*own, "yes"]]
    for title, peer in results["peers"].items():
        if "missing" in peer:
            lines.append([f"{title}: {peer['missing']}", *[""] * len(WORKLOADS), ""])
            continue
        ratios = [ratio_text(peer[name]["ratio"]) for name in WORKLOADS]
        lines.append([f"{title} {peer['version']}", *ratios, "yes" if peer["records"] else "no"])
    return lines


def _aligned(lines: list[list[str]]) -> str:
    """Return lines of cells under each other, the first and the last column to the left."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    last = len(widths) - 1
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column in (0, last) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def _markdown(header: list[str], lines: list[list[str]]) -> str:
    rule = ["---", *["--:"] * (len(header) - 2), "---"]
    return "\n".join(f"| {' | '.join(line)} |" for line in [header, rule, *lines]) + "\n"
