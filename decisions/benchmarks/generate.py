"""A project to measure on: a package, its tests, and decision records that hang together.

    python benchmarks/generate.py FOLDER [--records 1000] [--modules 60] [--git]

The same arguments make the same files. Nothing is measured here.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import random
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

FUNCTIONS = 50
"""Functions of a module; each has ten lines."""
BATCHES = 20
"""Commits that the records came with."""
FIRST_DAY = datetime.date(2024, 1, 1)

_SUBJECTS = ("prices", "baskets", "orders", "parcels", "invoices", "refunds", "stock", "returns")
_WAYS = (
    "are kept in memory",
    "are written once",
    "are numbered without gaps",
    "are read from one table",
    "are rounded at the end",
    "are checked when they enter",
    "are sent in one message",
    "have one owner",
)
_REASONS = (
    "a reader finds all of it in one place",
    "nothing is lost when the process ends",
    "two writers can never disagree",
    "the common case costs one look-up",
    "whoever changes it sees the test that holds it",
)
_TAGS = ("prices", "storage", "network", "tests")


@dataclass
class Planned:
    """A record before it is written."""

    number: int
    slug: str
    title: str
    status: str
    day: datetime.date
    relations: dict[str, list[str]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Its number with four digits."""
        return f"{self.number:04}"

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.id}-{self.slug}.md"


def generate(root: Path, *, records: int = 1000, modules: int = 60, git: bool = False) -> None:
    """Write the project into a folder.

    Args:
        root: The folder; it is made.
        records: Number of records.
        modules: Number of modules, of 500 lines each.
        git: Whether to commit the records, in batches.
    """
    _write(root / "pyproject.toml", _SETTINGS)
    _write(root / "docs/index.md", "# Shop\n\nThe decisions are kept beside the code.\n")
    _write(root / "adr/README.md", "# Decisions\n")
    _write(root / "src/shop/__init__.py", '"""A shop."""\n')
    for number in range(modules):
        _write(root / f"src/shop/part{number}.py", _module(number))
        _write(root / f"tests/test_part{number}.py", _tests(number))
    chance = random.Random(7)
    planned = _plan(records, chance)
    if git:
        _git(root, "init", "--quiet", "--initial-branch", "main")
        _commit(root, "The shop", FIRST_DAY)
    size = max(1, -(-records // BATCHES))
    for start in range(0, records, size):
        batch = planned[start : start + size]
        for record in batch:
            _write(root / "adr" / record.file, _text(record, planned, modules, chance, root))
        if git:
            _commit(root, f"Decide on {batch[0].title.lower()}", batch[-1].day)


_SETTINGS = """\
[tool.decisions]
records = "adr"
packages = { shop = "src" }
tests = ["tests"]
tags = ["prices", "storage", "network", "tests"]

[tool.pytest.ini_options]
pythonpath = ["src"]
"""

_FUNCTION = '''

def step_{number}(amount: int, by: int = {by}) -> int:
    """Bring an amount to what part {module} needs in step {number}."""
    if by == 0:
        raise ValueError("nothing can be divided by 0")
    whole, rest = divmod(amount, by)
    if rest * 2 >= by:
        whole += 1
    return whole + {number}
'''


def _module(number: int) -> str:
    functions = [
        _FUNCTION.format(number=each, module=number, by=each % 9 + 1) for each in range(FUNCTIONS)
    ]
    return f'"""Part {number} of the shop."""\n' + "".join(functions)


def _tests(number: int) -> str:
    tests = [
        f"\n\ndef test_step_{each}():\n    assert step_{each}(0) == {each}\n"
        for each in range(FUNCTIONS)
    ]
    names = ", ".join(f"step_{each}" for each in range(FUNCTIONS))
    return f"from shop.part{number} import {names}\n" + "".join(tests)


def _plan(count: int, chance: random.Random) -> list[Planned]:
    planned: list[Planned] = []
    for number in range(1, count + 1):
        subject, way = chance.choice(_SUBJECTS), chance.choice(_WAYS)
        title = f"{subject.capitalize()} of part {number % 97} {way}"
        day = FIRST_DAY + datetime.timedelta(days=number * 700 // max(count, 1))
        record = Planned(number, "-".join(title.lower().split()), title, "accepted", day)
        if number % 11 == 0:
            record.status = "proposed"
        if number > 10 and number % 7 == 0 and record.status == "accepted":
            _relate(record, planned[number - 8], "supersedes", "superseded-by")
        elif number > 3 and number % 3 == 0:
            _relate(record, planned[number - 3], "relates-to", "relates-to")
        planned.append(record)
    return planned


def _relate(one: Planned, other: Planned, key: str, inverse: str) -> None:
    if key == "supersedes":
        if other.status != "accepted":
            return
        other.status = "superseded"
    one.relations.setdefault(key, []).append(other.id)
    other.relations.setdefault(inverse, []).append(one.id)


def _text(
    record: Planned, planned: list[Planned], modules: int, chance: random.Random, root: Path
) -> str:
    reason = chance.choice(_REASONS)
    governed = sorted(
        {
            (chance.randrange(modules), chance.randrange(FUNCTIONS))
            for _ in range(chance.randint(1, 3))
        }
    )
    lines = [
        "---",
        f"status: {record.status}",
        f"date: {record.day}",
        f'source: "Issue {record.number * 3}: {record.title.lower()}"',
        f"answer: {record.title}, because {reason}.",
        f"tags: [{chance.choice(_TAGS)}]",
        *(
            f"{key}: [{', '.join(json.dumps(each) for each in ids)}]"
            for key, ids in record.relations.items()
        ),
        "governs:",
        *(f"  - shop.part{module}.step_{step}" for module, step in governed),
        "proofs:",
    ]
    for module, step in governed[:2]:
        lines += [
            f"  - test: tests/test_part{module}.py::test_step_{step}",
            f"    shows: step {step} of part {module} adds its own number",
            "    breaks-when:",
            f"      - in: shop.part{module}.step_{step}",
            f"        replace: return whole + {step}",
            f"        with: return whole + {step + 1}",
        ]
    figure = ""
    if record.number % 5 == 0:
        lines += ["evidence:", f"  - id: {record.id}-times", "    command: python -m shop.times"]
        stored = {
            "id": f"{record.id}-times",
            "command": "python -m shop.times",
            "interpreter": "CPython 3.11.7",
            "inputs": {},
            "result": {"us": record.number / 10},
        }
        path = root / f"adr/evidence/{record.id}-times.json"
        _write(path, json.dumps(stored, indent=1) + "\n")
        figure = f"One takes {record.number / 10} <!--= {record.id}-times/us ~25% --> µs."
    near = planned[max(0, record.number - 2)]
    body = _BODY.format(
        id=record.id,
        title=record.title,
        reason=reason,
        figure=figure,
        near=f"[{near.id}]({near.file})",
        tests="\n".join(
            f"- `tests/test_part{module}.py::test_step_{step}`" for module, step in governed[:2]
        ),
    )
    return "\n".join([*lines, "---", "", body])


_BODY = """\
# {id}. {title}

## Context and Problem Statement

The matter came up while the parts were put together, beside {near}. What is read in one place was
written in another, and whoever changed one did not know of the other. Several ways were tried in
small programs before this was written. {figure} Which way is taken from now on?

## Decision Drivers

- Whoever reads the code finds what holds, and where.
- A change in one place does not break another one unseen.
- It costs no more than what it replaces.

## Considered Options

- One place for all
- A place for each part
- No rule at all

## Decision Outcome

Chosen option: "One place for all", because {reason}.

The parts ask for it by name and keep nothing of their own. What was kept by them so far is read
once and then dropped; the old form is read for as long as there is something in it.

### Consequences

- Good, because {reason}.
- Good, because there is one thing to test.
- Bad, because a part can no longer be understood on its own.
- Bad, because the one place is changed by everybody.

### Confirmation

{tests}

## Pros and Cons of the Options

| | one place | a place for each | no rule |
| --- | --- | --- | --- |
| found by a reader | yes | by luck | no |
| cost of a look-up | one | one | several |

### One place for all

- Good, because it can be found.
- Bad, because it grows.

### A place for each part

- Good, because a part stands alone:

```python
def own(part):
    return {{name: value for name, value in part.items() if value}}
```

- Bad, because two parts may disagree.

### No rule at all

- Good, because nobody has to know it.
- Bad, because everybody finds another way.

## Amendments

| Date | Change |
| --- | --- |
"""


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _commit(root: Path, message: str, day: datetime.date) -> None:
    _git(root, "add", "--all")
    _git(root, "commit", "--quiet", "--message", message, day=day)


def _git(root: Path, *arguments: str, day: datetime.date = FIRST_DAY) -> None:
    person = {"NAME": "Ada", "EMAIL": "ada@example.org", "DATE": f"{day}T12:00:00 +0000"}
    who = {
        f"GIT_{role}_{key}": value
        for role in ("AUTHOR", "COMMITTER")
        for key, value in person.items()
    }
    subprocess.run(["git", *arguments], cwd=root, env=os.environ | who, check=True)


def main() -> None:
    """Write the project that the command line asks for."""
    parser = argparse.ArgumentParser(description="Write a project to measure on.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--records", type=int, default=1000)
    parser.add_argument("--modules", type=int, default=60)
    parser.add_argument("--git", action="store_true", help="commit the records in batches")
    given = parser.parse_args()
    generate(given.folder, records=given.records, modules=given.modules, git=given.git)
    files = [
        path for path in given.folder.rglob("*") if path.is_file() and ".git" not in path.parts
    ]
    print(json.dumps({"files": len(files), "records": given.records}))


if __name__ == "__main__":
    main()
