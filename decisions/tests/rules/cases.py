"""What a case of a rule is: a way to break the sound project, and where the rule must say so.

Each family has its cases in `cases_<family>.py`, as a list `CASES`. For each code there is at least
one that fails and one that passes (something near it that is sound and must not be found).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scratch import Scratch

Break = Callable[[Scratch], object]


@dataclass(frozen=True)
class Fails:
    """A rule finds this.

    Attributes:
        code: The rule.
        id: What is wrong, in a few words.
        break_: Changes the sound project. For rules that compare with a base, the project before
            the change is the base (a git commit on `main`).
        path: The file that is named.
        at: A text on the line that is named (in the changed file); None for line 1.
        says: Words of the message.
        fixed: Whether `--fix` mends it: then a second check finds nothing of the code.
    """

    code: str
    id: str
    break_: Break
    path: str
    at: str | None
    says: str
    fixed: bool = False


@dataclass(frozen=True)
class Passes:
    """A rule must not find this, although it is near."""

    code: str
    id: str
    change: Break
