"""The figures, drawn from the results: `python -m benchmarks.plot OUT.svg`.

The drawing is deterministic: the same results give the same bytes. Text stays text, so that it
can be read aloud and searched.
"""

from __future__ import annotations

import argparse
import json
import sys
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter

from benchmarks import report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

RESULTS = Path(__file__).with_name("results.json")

THEMES = {
    False: {"text": "#1f2328", "grid": "#d0d7de", "own": "#3f51b5", "others": "#9aa4b2"},
    True: {"text": "#e6e8eb", "grid": "#444c56", "own": "#9fa8ff", "others": "#7d8896"},
}
"""Colours by whether the page is dark; the background is the page's own."""

SCALING = {
    "scaling_linear": ("steps in a row", "o"),
    "scaling_dag": ("width of a DAG level", "s"),
    "scaling_nesting": ("depth of nested flows", "^"),
}


def draw(results: dict[str, Any], path: Path, *, dark: bool = False) -> None:
    """Draw the results as an SVG.

    Above: what a step costs in each workload, as a ratio to plain Python, for every library
    in the results. Below: how that cost changes with the size of a flow.

    Args:
        results: The results, as in `results.json`.
        path: Where the drawing is written.
        dark: Whether it will be seen on a dark page.
    """
    theme = THEMES[dark]
    style: dict[Any, Any] = {
        "svg.hashsalt": "chainweaver-benchmarks",
        "svg.fonttype": "none",
        "font.family": "sans-serif",
        "font.size": 10,
        "text.color": theme["text"],
        "axes.labelcolor": theme["text"],
        "axes.edgecolor": theme["grid"],
        "axes.facecolor": "none",
        "xtick.color": theme["text"],
        "ytick.color": theme["text"],
        "grid.color": theme["grid"],
    }
    contestants = _contestants(results)
    bars_height = 0.19 * len(report.WORKLOADS) * (len(contestants) + 1) + 0.8
    with mpl.rc_context(style):
        figure = Figure(figsize=(5.6, bars_height + 3.2), layout="constrained")
        above, below = figure.subplots(2, 1, height_ratios=[bars_height, 3])
        _draw_ratios(above, contestants, theme)
        _draw_scaling(below, results, theme)
        figure.savefig(
            path,
            format="svg",
            transparent=True,
            metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
        )
    path.write_text(_with_title(path.read_text("utf-8"), alt_text(results)), "utf-8")


def alt_text(results: dict[str, Any]) -> str:
    """Return what the drawing shows, in words.

    Args:
        results: The results, as in `results.json`.
    """
    sentences = []
    for title, ratios in _contestants(results).items():
        each = ", ".join(
            f"{report.WORKLOADS[name]} {report.ratio_text(ratio)}" for name, ratio in ratios.items()
        )
        sentences.append(f"{title}: {each}.")
    grown = [
        f"{title} {report.growth(results[name]):.2f}"
        for name, (title, _) in SCALING.items()
        if name in results
    ]
    ratios_text = f"Cost of a step as a multiple of plain Python. {' '.join(sentences)}"
    return f"{ratios_text} Greatest growth of the cost with size: {', '.join(grown)}."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: The arguments; those of the process if None.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plot", description=__doc__)
    parser.add_argument("out", type=Path, metavar="OUT.svg", help="where the drawing is written")
    parser.add_argument("--results", type=Path, default=RESULTS, help="the results to draw")
    parser.add_argument("--dark", action="store_true", help="draw for a dark page")
    options = parser.parse_args(arguments)
    draw(json.loads(options.results.read_text("utf-8")), options.out, dark=options.dark)
    return 0


def _contestants(results: dict[str, Any]) -> dict[str, dict[str, float]]:
    """Return each library's ratios to plain Python by workload; this one first."""
    measured = [name for name in report.WORKLOADS if name in results]
    own = {name: results[name]["chainweaver"]["ratio"] for name in measured}
    peers = {
        f"{title} {peer['version']}": {name: peer[name]["ratio"] for name in measured}
        for title, peer in results.get("peers", {}).items()
        if "missing" not in peer
    }
    return {"chainweaver": own, **peers}


def _draw_ratios(
    axes: Axes, contestants: dict[str, dict[str, float]], theme: dict[str, str]
) -> None:
    group = len(contestants) + 1  # one place more, for the workload's name
    for rank, ratios in enumerate(contestants.values(), start=1):
        places = [index * group + rank for index in range(len(ratios))]
        values = list(ratios.values())
        # Bars begin at 1, plain Python: to the left is faster, to the right slower.
        axes.barh(
            places,
            [value - 1 for value in values],
            left=1,
            height=0.75,
            color=theme["own"] if rank == 1 else theme["others"],
        )
        for place, value in zip(places, values, strict=True):
            axes.annotate(
                f"{report.ratio_text(value)}×",
                (max(value, 1), place),
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
                size=8,
            )
    measured = next(iter(contestants.values()))
    labels = [label for name in measured for label in (report.WORKLOADS[name], *contestants)]
    axes.set_yticks(range(len(labels)), labels, size=8)
    for label in axes.get_yticklabels()[::group]:
        label.set_fontweight("bold")
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.set_xscale("log")
    low = min(0.5, *(min(ratios.values()) for ratios in contestants.values()))
    high = max(2.0, *(max(ratios.values()) for ratios in contestants.values()))
    axes.set_xlim(low * 0.9, high * 1.6)
    axes.axvline(1, color=theme["text"], linewidth=1)
    axes.xaxis.set_major_locator(FixedLocator([0.5, 1, 2, 5, 10, 20, 50, 100]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}×"))
    axes.minorticks_off()
    axes.grid(axis="x", linewidth=0.5)
    axes.set_axisbelow(True)
    axes.set_title("Cost of a step; the loop by hand is 1×", size=10, loc="left")
    axes.spines[["top", "right"]].set_visible(False)


def _draw_scaling(axes: Axes, results: dict[str, Any], theme: dict[str, str]) -> None:
    styles = iter(("-", "--", ":"))
    for name, (title, marker) in SCALING.items():
        if name not in results:
            continue
        axes.plot(
            [each["size"] for each in results[name]],
            [each["chainweaver_us"] for each in results[name]],
            color=theme["own"],
            linestyle=next(styles),
            marker=marker,
            markersize=4,
            label=title,
        )
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.set_ylim(bottom=0)
    axes.set_ylabel("µs a step (a sub-flow)")
    axes.grid(linewidth=0.5)
    axes.set_axisbelow(True)
    axes.set_title("Cost of a step by size of the flow", size=10, loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    if axes.lines:
        axes.legend(frameon=False, fontsize=8)


def _with_title(svg: str, title: str) -> str:
    """Return the drawing with a title that is read aloud."""
    head, opening, rest = svg.partition("<svg ")
    attributes, end, body = rest.partition(">")
    label = f'role="img" aria-labelledby="benchmarks-title" {attributes}'
    return (
        f'{head}{opening}{label}{end}\n <title id="benchmarks-title">{escape(title)}</title>{body}'
    )


if __name__ == "__main__":
    sys.exit(main())
