"""The configuration, `[tool.decisions]` of pyproject.toml, and the class its schema is made of."""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from mkdocs_decisions.cache import Cache, sha256
from mkdocs_decisions.problems import DecisionsError
from mkdocs_decisions.tree import Tree, is_inside

FILE = "pyproject.toml"
SECTIONS = (
    "Context and Problem Statement",
    "Decision Drivers",
    "Considered Options",
    "Decision Outcome",
    "Consequences",
    "Confirmation",
    "Pros and Cons of the Options",
    "Amendments",
)
"""The sections of a record, in their order (MADR 4, and the amendments)."""


@dataclass(slots=True)
class Settings:
    """How records are kept in a project."""

    __pydantic_config__ = {  # noqa: RUF012
        "alias_generator": lambda name: name.replace("_", "-"),
        "extra": "forbid",
        "use_attribute_docstrings": True,
    }

    records: str = "adr"
    """Folder of the records."""
    packages: dict[str, str] = field(default_factory=dict)
    """Import name of each package that records govern, with the folder that it lies in."""
    tests: list[str] = field(default_factory=lambda: ["tests"])
    """Folders of the tests."""
    tags: list[str] = field(default_factory=list)
    """The words that `tags` may hold; any word if the list is empty."""
    required_sections: list[str] = field(
        default_factory=lambda: [SECTIONS[0], SECTIONS[2], SECTIONS[3], SECTIONS[4]]
    )
    """Sections that every record must have."""
    citations: list[str] = field(default_factory=lambda: ["docs", "README.md", "CONTRIBUTING.md"])
    """Files and folders, beside records, packages and tests, that may name a record."""
    severity: dict[str, Literal["error", "warning", "off"]] = field(default_factory=dict)
    """Severity of a rule by its code, where it is not the usual one."""
    evidence: str = ""
    """Folder of the results of evidence; `evidence` beside the records if it is not given."""
    receipts: str = ""
    """File of the receipts of proofs; `.proofs.json` beside the records if it is not given."""
    base: str = "origin/main"
    """Revision that a change is compared with where none is named, if it is there."""
    review_grace: int = 30
    """Days after `review-by` from which on a record that was not reviewed is an error."""
    max_amendments: int = 5
    """Number of amendments from which on a record should be superseded."""
    typo_words: int = 3
    """Number of misspelt words that may be mended in an accepted record."""
    proof_timeout: float = 120.0
    """Seconds that a test may take on a mutant."""
    evidence_timeout: float = 900.0
    """Seconds that an evidence command may take."""
    repository: str = ""
    """Address of the project on its forge, for links in reports and feeds."""

    @property
    def evidence_folder(self) -> str:
        """Folder of the results of evidence."""
        return self.evidence or f"{self.records}/evidence"

    @property
    def receipts_file(self) -> str:
        """File of the receipts of proofs."""
        return self.receipts or f"{self.records}/.proofs.json"

    def stamp(self) -> str:
        """A text that differs where any setting differs."""
        return json.dumps({each.name: getattr(self, each.name) for each in fields(self)})


def read_settings(tree: Tree, cache: Cache | None = None, *, begins: bool = False) -> Settings:
    """The settings of a project; the usual ones if pyproject.toml has none.

    Args:
        tree: Where the file is read from.
        cache: Remembers which tables were found valid, because finding that out takes a while.
        begins: Whether the folder of the records may be missing, because the first is to be made.

    Raises:
        DecisionsError: ADR001, the file or a value in it can't be read; ADR002, a folder is
            outside of the project or missing.
    """
    try:
        whole = tomllib.loads(tree.read(FILE).decode("utf-8"))
    except FileNotFoundError:
        whole = {}
    except (OSError, ValueError, RecursionError) as error:
        raise DecisionsError("ADR001", f"{FILE} can't be read: {error}", "mend it") from error
    if table := _table(whole):
        key = sha256(json.dumps(table, sort_keys=True, default=str))
        values = (cache or Cache()).memo("settings", key, lambda: asdict(_validated(table)))
        settings = Settings(**values)
    else:
        settings = Settings()
    _check_folders(settings)
    if not begins and not tree.exists(settings.records):
        raise _no_folder(settings, tree)
    return settings


def _table(whole: dict[str, Any]) -> dict[str, Any]:
    tool = whole.get("tool", {})
    table = tool.get("decisions", {}) if isinstance(tool, dict) else tool
    if not isinstance(table, dict):
        mend = "put the keys below a line [tool.decisions]"
        raise DecisionsError("ADR001", f"{FILE}: [tool.decisions] is no table", mend)
    return table


def _validated(table: dict[str, Any]) -> Settings:
    from pydantic import TypeAdapter, ValidationError

    try:
        settings: Settings = TypeAdapter(Settings).validate_python(table, strict=False)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(map(str, first["loc"]))
        known = [each.name.replace("_", "-") for each in fields(Settings)]
        near = difflib.get_close_matches(key, known, 1)
        unknown = first["type"] == "unexpected_keyword_argument"
        mend = f"write {near[0]!r}" if near and unknown else "see `decisions schema --config`"
        why = "there is no such key" if unknown else first["msg"].lower()
        raise DecisionsError("ADR001", f"{FILE}: [tool.decisions] {key}: {why}", mend) from None
    _check_sections(settings.required_sections)
    _check_numbers(settings)
    return settings


def _check_numbers(settings: Settings) -> None:
    for name in ("proof_timeout", "evidence_timeout"):
        if not getattr(settings, name) > 0:
            raise _wrong_number(settings, name, "more than 0")
    for name in ("review_grace", "max_amendments", "typo_words"):
        if getattr(settings, name) < 0:
            raise _wrong_number(settings, name, "0 or more")


def _wrong_number(settings: Settings, name: str, allowed: str) -> DecisionsError:
    what = f"{FILE}: [tool.decisions] {name.replace('_', '-')}: {getattr(settings, name):g}"
    return DecisionsError("ADR001", what, f"write a number that is {allowed}")


def _check_sections(names: Sequence[str]) -> None:
    for name in names:
        if name not in SECTIONS:
            near = difflib.get_close_matches(name, SECTIONS, 1) or SECTIONS
            raise DecisionsError(
                "ADR001",
                f"{FILE}: [tool.decisions] required-sections: there is no section {name!r}",
                f"write {near[0]!r}",
            )


def _check_folders(settings: Settings) -> None:
    named = {"records": settings.records, "evidence": settings.evidence_folder}
    named["receipts"] = settings.receipts_file
    named |= {f"packages.{name}": folder for name, folder in settings.packages.items()}
    named |= {f"tests[{place}]": folder for place, folder in enumerate(settings.tests)}
    for key, folder in named.items():
        if not is_inside(folder):
            raise DecisionsError(
                "ADR002",
                f"{FILE}: [tool.decisions] {key}: {folder!r} is outside of the project",
                "name a folder inside of it, relative to its root",
            )


def _no_folder(settings: Settings, tree: Tree) -> DecisionsError:
    return DecisionsError(
        "ADR002",
        f"there is no folder {settings.records!r} in {tree.name}",
        f"make it with `decisions new TITLE`, or name it in {FILE}: [tool.decisions] records",
    )
