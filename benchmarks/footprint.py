"""What ChainWeaver takes beside time in a run: memory of results, and time to import."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from benchmarks import flows, workloads

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent
IMPORTS = {
    "pydantic": "import pydantic",
    "chainweaver": "import chainweaver",
    "first_model": "from pydantic import BaseModel\nclass Model(BaseModel):\n    value: int",
    "first_names": "from chainweaver import Flow, FlowExecutor, FlowRegistry, FlowStep, Tool",
}
"""Both packages load their parts when a name is asked for, so the bare imports are compared, and
what everyone does next: define a model; take the names that a flow needs."""

TIMED_IMPORT = """\
from time import process_time
began = process_time()
{statement}
print(process_time() - began)
"""


def retained_results(*, steps: int, results: int) -> dict[str, Any]:
    """Measure what a retained result weighs, in kB (1,000 bytes) of Python's allocators.

    Args:
        steps: Steps of each run.
        results: How many results are retained; the weight is their average.

    Returns:
        The weight of a hand-written loop's final context, of a result, and of a result whose
        log was read.
    """
    chain = workloads.linear(steps)
    run = flows.linear_run(chain)

    def read() -> Any:
        result = run()
        assert len(result.execution_log) == steps
        return result

    return {
        "steps": steps,
        "results": results,
        "plain_kb": round(_kb_each(workloads.plain_linear(chain), results), 1),
        "result_kb": round(_kb_each(run, results), 1),
        "result_log_read_kb": round(_kb_each(read, results), 1),
    }


def import_times(*, rounds: int) -> dict[str, Any]:
    """Measure imports, each in a fresh interpreter, in turn.

    Args:
        rounds: How often each is imported; one more comes first, to write the bytecode.

    Returns:
        Medians in milliseconds of CPU time, and the medians of the ratios within a round: of
        the bare imports, and of what everyone does next.
    """
    taken: dict[str, list[float]] = {name: [] for name in IMPORTS}
    with TemporaryDirectory() as bytecode:
        for _ in range(rounds + 1):
            for name, statement in IMPORTS.items():
                taken[name].append(_import_seconds(statement, bytecode) * 1000)
    taken = {name: times[1:] for name, times in taken.items()}
    return {
        **{f"{name}_ms": round(median(times), 1) for name, times in taken.items()},
        "ratio": _ratio(taken["chainweaver"], taken["pydantic"]),
        "first_names_ratio": _ratio(taken["first_names"], taken["first_model"]),
        "rounds": rounds,
    }


def _ratio(own: list[float], base: list[float]) -> float:
    return round(median(each / other for each, other in zip(own, base, strict=True)), 3)


def _kb_each(run: Callable[[], Any], count: int) -> float:
    run()
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    retained = [run() for _ in range(count)]
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (after - before) / len(retained) / 1000


def _import_seconds(statement: str, bytecode: str) -> float:
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": bytecode}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    finished = subprocess.run(
        [sys.executable, "-c", TIMED_IMPORT.format(statement=statement)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(finished.stdout)
