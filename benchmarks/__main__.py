"""`python -m benchmarks`: measure, print a table, and write the results as JSON."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import contextvars, footprint, measure, peers, report
from benchmarks.timing import Effort
from benchmarks.workloads import CONCURRENT_RUNS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Section = Callable[[], Any]


def sections(*, quick: bool) -> dict[str, Section]:
    """Return what can be measured, by name.

    Args:
        quick: Measure little, to see that it works; the figures then mean nothing.
    """
    if quick:
        effort = Effort(rounds=2, slice_seconds=0.0001)
        return {
            "linear": lambda: measure.linear(effort),
            "dag": lambda: measure.dag(effort),
            "async": lambda: measure.async_linear(effort),
            "concurrent": lambda: measure.concurrent(effort, runs=20),
            "scaling_linear": lambda: measure.scaling_linear(effort, (10, 50)),
            "scaling_dag": lambda: measure.scaling_dag(effort, (1, 10)),
            "scaling_nesting": lambda: measure.scaling_nesting(effort, (1, 2)),
            "memory": lambda: footprint.retained_results(steps=100, results=5),
            "import": lambda: footprint.import_times(rounds=1),
            "contextvars": lambda: contextvars.evidence(variables=100, owners=100, loops=100),
        }
    effort, some, few = (Effort(rounds=rounds, slice_seconds=0.02) for rounds in (41, 21, 9))
    return {
        "linear": lambda: measure.linear(effort),
        "dag": lambda: measure.dag(effort),
        "async": lambda: measure.async_linear(effort),
        "concurrent": lambda: measure.concurrent(some, runs=CONCURRENT_RUNS),
        "scaling_linear": lambda: measure.scaling_linear(few, measure.LINEAR_SIZES),
        "scaling_dag": lambda: measure.scaling_dag(few, measure.DAG_WIDTHS),
        "scaling_nesting": lambda: measure.scaling_nesting(few, measure.NESTING_DEPTHS),
        "memory": lambda: footprint.retained_results(steps=100, results=50),
        "import": lambda: footprint.import_times(rounds=15),
        "contextvars": contextvars.evidence,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: The arguments; those of the process if None.

    Returns:
        1 if `--check` was given and a figure is above its bound, else 0.
    """
    options = _parser().parse_args(arguments)
    measured = {
        name: section
        for name, section in sections(quick=options.quick).items()
        if not options.only or name in options.only
    }
    results: dict[str, Any] = {"taken": _taken(options)}
    for name, section in measured.items():
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        results[name] = section()
    if options.peers:
        print("measuring peers …", file=sys.stderr, flush=True)
        results["peers"] = peers.measure_with(options.peers, quick=options.quick)
    text = json.dumps(results, indent=2, ensure_ascii=False)
    if options.json == "-":
        print(text)
    else:
        print(report.text_table(results))
    if options.json and options.json != "-":
        Path(options.json).write_text(text + "\n", "utf-8")
    missed = [row for row in report.rows(results) if not row.holds]
    return int(options.check and bool(missed))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only see that it works")
    parser.add_argument("--json", metavar="PATH", help="write the results there; - for stdout")
    parser.add_argument(
        "--only", nargs="+", metavar="NAME", choices=list(sections(quick=True)), help="only these"
    )
    parser.add_argument(
        "--peers", metavar="PYTHON", help="compare with the libraries installed for that Python"
    )
    parser.add_argument("--check", action="store_true", help="exit 1 if a bound is missed")
    return parser


def _taken(options: argparse.Namespace) -> dict[str, Any]:
    """Return when, how and on what the figures are taken; no paths and no names of machines."""
    command = "python -m benchmarks"
    if options.quick:
        command += " --quick"
    if options.only:
        command += f" --only {' '.join(options.only)}"
    if options.peers:
        command += " --peers PYTHON"
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "command": command,
        "implementation": platform.python_implementation(),
        "python": platform.python_version(),
        "pydantic": metadata.version("pydantic"),
        "pydantic_core": metadata.version("pydantic_core"),
        "system": f"{platform.system()} {platform.machine()}",
        "cpus": os.cpu_count(),
        "clock": "CPU time of the process",
        "garbage_collection": "the collector on for all, and run once before each slice",
    }


if __name__ == "__main__":
    sys.exit(main())
