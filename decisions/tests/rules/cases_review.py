"""Cases of ADR7xx that a check can show; what a review finds is tested in `test_review_*.py`."""

from __future__ import annotations

from cases import Fails, Passes
from scratch import PRICES, THREE

_LIMIT = "LIMIT = 1_000_000"

CASES = [
    Fails(
        "ADR706",
        "no reason in code",
        lambda it: it.edit(PRICES, _LIMIT, f"{_LIMIT}  # decisions: ignore[ADR510]"),
        PRICES,
        "decisions: ignore",
        "gives no reason",
    ),
    Fails(
        "ADR706",
        "no reason in a record",
        lambda it: it.edit(
            THREE, "Files are slow", "<!-- decisions: ignore[ADR209] -->\nFiles are slow"
        ),
        THREE,
        "decisions: ignore",
        "gives no reason",
    ),
    Fails(
        "ADR706",
        "no such rule",
        lambda it: it.edit(PRICES, _LIMIT, f"{_LIMIT}  # decisions: ignore[ADR999] a slip"),
        PRICES,
        "decisions: ignore",
        "the suppression of ADR999 is not used",
    ),
    Fails(
        "ADR706",
        "no rule in brackets",
        lambda it: it.edit(PRICES, _LIMIT, f"{_LIMIT}  # decisions: ignore ADR510 a slip"),
        PRICES,
        "decisions: ignore",
        "the suppression names no rule",
    ),
    Passes(
        "ADR706",
        "another comment about decisions",
        lambda it: it.edit(PRICES, _LIMIT, f"{_LIMIT}  # decisions: see the records"),
    ),
    Passes(
        "ADR706",
        "a rule of reviews, which a check does not run",
        lambda it: it.edit(PRICES, _LIMIT, f"{_LIMIT}  # decisions: ignore[ADR702] never public"),
    ),
]
