"""How long the symbol map of 30,000 lines takes, cold. Prints one line of JSON.

`python benchmarks/symbols.py` writes a package to a temporary folder and maps it in several new
processes; the best one counts, since the others were only disturbed more.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

LINES = 30_000
MODULES = 100
PROCESSES = 5
LIMIT = 0.4
SOURCES = Path(__file__).parents[1] / "src"

CLASS = '''\
class Store{n}(Base):
    """Keeps things under their names, the {n}th of its kind."""

    limit: int = {n}
    names: dict[str, int] = {{}}

    def __init__(self, path: str, *, size: int = {n}) -> None:
        """Open it.

        Args:
            path: Where it lies.
            size: How much goes in.
        """
        self.path = path
        self.size = size
        self._things: dict[str, list[int]] = {{}}

    @property
    def full(self) -> bool:
        """Whether nothing more goes in."""
        return len(self._things) >= self.size

    def put(self, name: str, *things: int) -> int:
        # What is there already stays in front.
        if self.full and name not in self._things:
            raise OverflowError(f"{{name}} does not go into {{self.path}}: {{self.size}} are in it")
        held = self._things.setdefault(name, [])
        for thing in things:
            if thing > {n} or thing in held:
                held.append(thing * 2 + self.limit)
            else:
                held.insert(0, thing)
        return sum(held) // max(1, len(held))


def total{n}(stores: list[Store{n}], names: set[str]) -> dict[str, int]:
    """What lies under some names in all of some stores."""
    found = {{name: 0 for name in names}}
    for store in stores:
        for name, things in store._things.items():
            if name in names:
                found[name] += sum(thing for thing in things if thing % 2 == {n} % 2)
    return dict(sorted(found.items(), key=lambda each: (each[1], each[0])))


'''

MEASURED = """
import time
start = time.perf_counter()
from pathlib import Path
from mkdocs_decisions.cache import Cache
from mkdocs_decisions.symbols import Symbols
from mkdocs_decisions.tree import Folder
ready = time.perf_counter()
names = Symbols(Folder(Path(".")), {"stores": "."}, Cache()).build_all()
print(time.perf_counter() - ready, ready - start, names)
"""


def write_package(folder: Path) -> int:
    """Write the package and return how many lines it has."""
    package = folder / "stores"
    package.mkdir()
    (package / "__init__.py").write_text('"""Stores."""\n', encoding="utf-8")
    written = 1
    for module in range(MODULES):
        text = f'"""Module {module}."""\n\nfrom stores.base import Base\n\n'
        count = 0
        while text.count("\n") < LINES / MODULES:
            text += CLASS.format(n=module * 100 + count)
            count += 1
        written += text.count("\n")
        (package / f"module{module}.py").write_text(text, encoding="utf-8")
    return written


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        lines = write_package(Path(folder))
        environment = {**os.environ, "PYTHONPATH": str(SOURCES)}
        runs = []
        for _ in range(PROCESSES):
            command = [sys.executable, "-c", MEASURED]
            shown = subprocess.run(
                command, cwd=folder, env=environment, capture_output=True, text=True, check=True
            )
            runs.append([float(each) for each in shown.stdout.split()])
    seconds, imports, names = min(runs)
    result = {
        "what": "symbol map, cold",
        "lines": lines,
        "names": int(names),
        "seconds": round(seconds, 3),
        "seconds_to_import": round(imports, 3),
        "limit": LIMIT,
        "python": platform.python_version(),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
