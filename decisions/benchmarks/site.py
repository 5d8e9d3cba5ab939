"""What the records add to a site: seconds and megabytes, with the plugin against without it.

    python benchmarks/site.py [--records 1000] [--theme material] [--rounds 3]

Prints JSON. Builds are those of `mkdocs build` in a process of its own, on a temporary project.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from generate import generate

SETTINGS = """\
site_name: Shop
site_url: https://shop.example/
repo_url: https://forge.example/shop
edit_uri: edit/main/docs/
strict: true
theme: {{name: {theme}}}
plugins: [search{plugin}]
"""


def measure(root: Path, theme: str, rounds: int) -> dict[str, object]:
    """Build a project's site with and without its records."""
    found: dict[str, dict[str, float]] = {}
    for name, plugin in (("without", ""), ("with", ", decisions")):
        (root / "mkdocs.yml").write_text(SETTINGS.format(theme=theme, plugin=plugin), "utf-8")
        seconds = [_build(root) for _ in range(rounds)]
        files = [path for path in (root / "site").rglob("*") if path.is_file()]
        size = sum(path.stat().st_size for path in files)
        found[name] = {
            "seconds": round(statistics.median(seconds), 2),
            "first_seconds": round(seconds[0], 2),
            "megabytes": round(size / 1e6, 1),
            "files": len(files),
        }
    return {
        **found,
        "more_seconds": round(found["with"]["seconds"] - found["without"]["seconds"], 2),
        "more_megabytes": round(found["with"]["megabytes"] - found["without"]["megabytes"], 1),
    }


def _build(root: Path) -> float:
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--clean"],
        cwd=root,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "true"},
        check=True,
    )
    return time.perf_counter() - start


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description="Measure the site of many records.")
    parser.add_argument("--records", type=int, default=1000)
    parser.add_argument("--theme", default="material")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        generate(root, records=given.records, git=True)
        found = measure(root, given.theme, given.rounds)
    print(json.dumps({"records": given.records, "theme": given.theme, **found}, indent=1))


if __name__ == "__main__":
    main()
