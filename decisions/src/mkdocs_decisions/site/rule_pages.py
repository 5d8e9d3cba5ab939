"""The pages of the rules, made from the catalogue that `decisions check` runs."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from mkdocs_decisions.rules import Rule, catalogue
from mkdocs_decisions.site.text import inline, page, table

if TYPE_CHECKING:
    from mkdocs_decisions.site.model import Site


def rules_page(site: Site) -> str:
    """The list of all rules, by family."""
    own = site.path("rules/index.md")
    parts = [
        "# Rules",
        "What `decisions check` and `decisions review` look for. `decisions explain CODE` prints "
        "the page of a rule.",
    ]
    for family, rules in groupby(catalogue().values(), key=lambda rule: rule.family):
        rows = [
            (
                f"[{rule.code}]({rule.code}.md)",
                inline(rule.summary),
                rule.severity.value,
                "yes" if rule.fixable else "",
            )
            for rule in rules
        ]
        shown = table(("Code", "What is wrong", "Severity", "`--fix`"), rows)
        parts += [f"## {family}", site.box("decisions-rules", shown, own)]
    return page(*parts)


def rule_page(rule: Rule) -> str:
    """The page of one rule."""
    facts = f"{rule.family} · {rule.severity.value} · `{rule.name}`"
    fix = "`decisions check --fix` mends it where there is one answer." if rule.fixable else ""
    return page(
        f"# {rule.code}: {inline(rule.summary)}",
        facts,
        _details(rule.text),
        fix,
        "[All rules](index.md)",
    )


def _details(text: str) -> str:
    """What follows the first line."""
    return text.partition("\n")[2].strip("\n")
