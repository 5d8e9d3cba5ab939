"""Measures what decision records weigh: `python decisions/benchmarks/choices.py NAME`.

Prints JSON. `readers`: YAML front matter, by each way of reading it. `symbols`: what a package
defines, by each way of finding it out.
"""

from __future__ import annotations

import gc
import json
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import griffe
import yaml
from ruamel.yaml import YAML

from mkdocs_decisions import frontmatter
from mkdocs_decisions.cache import Cache
from mkdocs_decisions.symbols import Symbols
from mkdocs_decisions.tree import Folder

ROOT = Path(__file__).parents[2]
ROUNDS = 7


def best(call: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The least CPU time of a call in seconds, with the garbage collector off."""
    times = []
    for _ in range(rounds):
        gc.collect()
        gc.disable()
        try:
            start = time.process_time()
            call()
            times.append(time.process_time() - start)
        finally:
            gc.enable()
    return min(times)


def readers() -> dict[str, Any]:
    """Microseconds for the front matter of a record, over those of this project."""
    parts = [
        frontmatter.split(path.read_text(encoding="utf-8"))
        for path in sorted((ROOT / "adr").glob("[0-9]*.md"))
    ]
    texts = [part[0] for part in parts if part is not None]
    round_trip = YAML()
    ways: dict[str, Callable[[str], object]] = {
        "events": frontmatter.parse,
        "safe_load of PyYAML in C": lambda text: yaml.load(text, yaml.CSafeLoader),
        "safe_load of PyYAML in Python": yaml.safe_load,
        "ruamel.yaml": round_trip.load,
    }
    times = {
        name: best(lambda way=way: [way(text) for text in texts]) for name, way in ways.items()
    }
    return {
        name: {
            "us": round(seconds / len(texts) * 1e6),
            "ratio": round(seconds / times["events"], 1),
        }
        for name, seconds in times.items()
    }


def symbols() -> dict[str, Any]:
    """Milliseconds for all that the engine's package defines."""
    tree = Folder(ROOT)
    files = [path for path in tree.paths("chainweaver") if path.endswith(".py")]
    sources = [tree.read(path) for path in files]
    times = {
        "ast, what is defined": best(
            lambda: Symbols(tree, {"chainweaver": "."}, Cache()).build_all()
        ),
        "griffe": best(lambda: griffe.load("chainweaver", search_paths=[str(ROOT)]), rounds=3),
    }
    ours = times["ast, what is defined"]
    return {
        "lines": sum(source.count(b"\n") for source in sources),
        "ways": {
            name: {"ms": round(seconds * 1e3, 1), "ratio": round(seconds / ours, 1)}
            for name, seconds in times.items()
        },
    }


if __name__ == "__main__":
    measured = {"readers": readers, "symbols": symbols}[sys.argv[1]]()
    print(json.dumps({"python": platform.python_version(), **measured}, indent=2))
