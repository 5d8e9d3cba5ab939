"""A change on a branch of the small sound project, and what a review tells of it. No tests here."""

from __future__ import annotations

from pathlib import Path

from scratch import Scratch

from mkdocs_decisions.review import Fact, Review, run_review

TESTS = "tests/test_prices.py"
ROUNDED = f"{TESTS}::test_a_total_is_rounded_to_whole_cents"
NEVER = f"{TESTS}::test_a_price_is_never_negative"


def on_a_branch(root: Path) -> Scratch:
    """The project, committed to `main`, with the branch `change` checked out."""
    root.mkdir()
    made = Scratch(root).init()
    made.git("checkout", "--quiet", "-b", "change")
    return made


def reviewed(scratch: Scratch) -> Review:
    """The review of what was changed, the same before and after it is committed."""
    before = run_review(scratch.root, "main")
    scratch.commit("A change")
    after = run_review(scratch.root, "main", "change")
    assert (before.facts, before.notes) == (after.facts, after.notes)
    assert (before.changed, before.read) == (after.changed, after.read)
    return after


def told(found: Review) -> list[str]:
    """Level, code and words of each fact."""
    return [" ".join(f"{each.level} {each.code} {each.what}".split()) for each in found.facts]


def facts(scratch: Scratch) -> list[str]:
    """All that a review tells of the change."""
    return told(reviewed(scratch))


def fact(scratch: Scratch) -> Fact:
    """The only fact that a review tells of the change."""
    [found] = reviewed(scratch).facts
    return found
