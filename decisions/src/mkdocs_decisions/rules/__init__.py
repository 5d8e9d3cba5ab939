"""The catalogue of rules. A rule is a function that yields problems; its docstring is its page.

A docstring says in its first line what is wrong, then why that matters, then `To mend:`, and shows
what fails and what passes in fenced examples. `decisions explain` prints it, the site shows it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any, Literal

from mkdocs_decisions.problems import Problem, Severity

Scope = Literal["record", "project", "base", "review"]
"""What a rule is given.

`record`: a `Record`, its `Body` and the `Settings`; what it finds hangs on that file and on the
settings alone, so it is remembered. `project`: the `Project`. `base`: the `Project`, whose `base`
is not None. `review`: not run by `decisions check`, but by `decisions review`.
"""

FAMILIES = {
    "1": ("metadata", "File and metadata"),
    "2": ("body", "Body"),
    "3": ("relations", "Relations"),
    "4": ("lifecycle", "Life cycle"),
    "5": ("code", "Code"),
    "6": ("proofs", "Proofs and evidence"),
    "7": ("review", "Review"),
}
"""Module and title of each family of rules, by the first digit of its codes."""

Check = Callable[..., Iterator[Problem]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the catalogue.

    Attributes:
        code: `ADR305`.
        name: Its name in words joined by hyphens, `relation-not-reciprocal`.
        severity: Its usual severity.
        scope: What it is given.
        fixable: Whether `--fix` mends what it finds, at least where there is one answer.
        check: The function.
    """

    code: str
    name: str
    severity: Severity
    scope: Scope
    fixable: bool
    check: Check

    @property
    def text(self) -> str:
        """Its page in Markdown, without a heading."""
        return inspect.cleandoc(self.check.__doc__ or "")

    @property
    def summary(self) -> str:
        """What is wrong where it finds something, in one line."""
        return self.text.partition("\n")[0]

    @property
    def family(self) -> str:
        """Title of its family."""
        return FAMILIES[self.code[3]][1]


_RULES: dict[str, Rule] = {}


def rule(
    code: str,
    name: str,
    *,
    scope: Scope = "project",
    severity: Severity = Severity.ERROR,
    fixable: bool = False,
) -> Callable[[Check], Check]:
    """Enter a function into the catalogue."""

    def enter(check: Check) -> Check:
        if code in _RULES:
            raise ValueError(f"the rule {code} is there twice")
        _RULES[code] = Rule(code, name, severity, scope, fixable, check)
        return check

    return enter


@lru_cache(maxsize=1)
def catalogue() -> dict[str, Rule]:
    """Every rule by its code, in the order of the codes."""
    for module, _ in FAMILIES.values():
        import_module(f"mkdocs_decisions.rules.{module}")
    return dict(sorted(_RULES.items()))


def explain(code: str) -> Rule | None:
    """The rule of a code, written in any case, or of a name."""
    rules: dict[str, Any] = dict(catalogue())
    return rules.get(code.upper()) or next(
        (each for each in rules.values() if each.name == code.lower()), None
    )
