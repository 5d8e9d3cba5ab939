"""What the notes of a run mean: whether a test passed, failed by itself, or proves nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest
from typing import Any

from mkdocs_decisions.prove.processes import Ran


class Outcome(StrEnum):
    """How something that was proved, or not, ended."""

    PASSED = "passed"
    SEEN_FAILING = "seen failing"
    RAN = "ran"
    CURRENT = "seen before"
    NOT_COLLECTED = "not collected"
    SKIPPED = "skipped"
    EXPECTED_TO_FAIL = "expected to fail"
    FAILS_ANYWAY = "fails on the clean code"
    SURVIVED = "passes all the same"
    VACUOUS = "asserts nothing"
    DOES_NOT_APPLY = "does not apply"
    COLLECTION_ERROR = "collection error"
    SET_UP_ERROR = "error in set-up or teardown"
    FOREIGN_ERROR = "fails by another error"
    PACKAGE_ASSERTION = "fails by an assertion of the package"
    TIMED_OUT = "timed out"
    DIED = "the process died"
    NOT_THE_COPY = "the copy was not what was imported"
    SAMPLE_RAISES = "raises"
    SAMPLE_DIFFERS = "prints something else"

    @property
    def is_good(self) -> bool:
        """Whether it is as it should be."""
        return self in _GOOD

    @property
    def code(self) -> str:
        """Code of the rule that it breaks; empty if it is good."""
        return "" if self.is_good else _CODES.get(self, "ADR604")


_GOOD = {Outcome.PASSED, Outcome.SEEN_FAILING, Outcome.RAN, Outcome.CURRENT}
_CODES = {
    Outcome.NOT_COLLECTED: "ADR601",
    Outcome.SKIPPED: "ADR602",
    Outcome.EXPECTED_TO_FAIL: "ADR602",
    Outcome.DOES_NOT_APPLY: "ADR605",
    Outcome.SAMPLE_RAISES: "ADR609",
    Outcome.SAMPLE_DIFFERS: "ADR609",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """An outcome, what it was told from, and the exception if there is one."""

    outcome: Outcome
    detail: str = ""
    error: str = ""


def on_clean_code(ran: Ran, test: str) -> Verdict | None:
    """How a test ended on the code as it is; None if it was not its turn."""
    if unusable := _unusable(ran, test):
        return unusable
    items = _items(ran, test)
    failed = [each for each in _not_passed(ran, items) if each["outcome"] == "failed"]
    if failed:
        when = "" if failed[0]["when"] == "call" else f" in its {failed[0]['when']}"
        return Verdict(Outcome.FAILS_ANYWAY, f"{failed[0]['text']}{when}", failed[0]["name"])
    if interrupted := _interrupted(ran, items):
        return interrupted
    if not items <= {each["item"] for each in ran.of("ended")}:
        return None
    return _passed_over(ran, items) or Verdict(Outcome.PASSED)


def on_mutant(ran: Ran, test: str) -> Verdict:
    """Whether a test failed by itself when the code was broken."""
    if unusable := _unusable(ran, test):
        return unusable
    items = _items(ran, test)
    failed = [each for each in _not_passed(ran, items) if each["outcome"] == "failed"]
    if own := next((each for each in failed if each["own"]), None):
        return Verdict(Outcome.SEEN_FAILING, own["text"], own["name"])
    if failed:
        return _foreign(failed[0])
    if interrupted := _interrupted(ran, items):
        return interrupted
    return _passed_over(ran, items) or Verdict(Outcome.SURVIVED)


def _foreign(failed: dict[str, Any]) -> Verdict:
    name, told = failed["name"], failed["text"]
    if failed["when"] != "call":
        return Verdict(Outcome.SET_UP_ERROR, f"{told} in its {failed['when']}", name)
    if name == "AssertionError":
        return Verdict(Outcome.PACKAGE_ASSERTION, told, name)
    return Verdict(Outcome.FOREIGN_ERROR, told, name)


def on_sample(ran: Ran, code: str) -> Verdict:
    """Whether an example ran and printed what it says."""
    if elsewhere := _elsewhere(ran):
        return elsewhere
    if raised := ran.of("raised"):
        line = f", on its line {raised[0]['line']}" if raised[0]["line"] else ""
        return Verdict(Outcome.SAMPLE_RAISES, f"{raised[0]['text']}{line}")
    if not (printed := ran.of("printed")):
        return _died(ran)
    expected, got = expected_output(code), _lines(printed[0]["text"])
    if not expected or expected == got:
        return Verdict(Outcome.RAN)
    pairs = zip_longest(expected, got)
    texts = next(pair for pair in pairs if pair[0] != pair[1])
    wanted, found = ("nothing" if each is None else repr(each) for each in texts)
    return Verdict(Outcome.SAMPLE_DIFFERS, f"it prints {found} where {wanted} stands")


def expected_output(code: str) -> list[str]:
    """The lines that an example says it prints, those behind `#>`."""
    return [
        line.strip().removeprefix("#>").removeprefix(" ").rstrip()
        for line in code.splitlines()
        if line.strip().startswith("#>")
    ]


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines()]


def _items(ran: Ran, test: str) -> set[str]:
    return {each["item"] for each in ran.of("collected") if each["test"] == test}


def _not_passed(ran: Ran, items: set[str]) -> list[dict[str, Any]]:
    return [each for each in ran.of("not passed") if each["item"] in items]


def _unusable(ran: Ran, test: str) -> Verdict | None:
    """Why nothing can be said of a test: it was not collected, or not from the copy."""
    if elsewhere := _elsewhere(ran):
        return elsewhere
    if _items(ran, test):
        return None
    file = test.partition("::")[0]
    for each in ran.of("skipped"):
        if _around(each["path"], file):
            return Verdict(Outcome.SKIPPED, each["text"])
    for each in ran.of("not collected"):
        if _around(each["path"], file):
            return Verdict(Outcome.COLLECTION_ERROR, each["text"])
    if ran.of("finished") and ran.of("finished")[0]["code"] in (0, 1, 5):
        return Verdict(Outcome.NOT_COLLECTED)
    if ran.of("began"):
        return None
    return _died(ran) if not ran.finished else Verdict(Outcome.COLLECTION_ERROR, ran.last_line)


def _around(path: str, file: str) -> bool:
    """Whether what is called `path` is the file, a part of it, or a folder around it."""
    return path in ("", ".") or f"{file}/".startswith(f"{path}/") or path.startswith(f"{file}::")


def _elsewhere(ran: Ran) -> Verdict | None:
    for each in ran.of("elsewhere"):
        if each["modules"]:
            return Verdict(Outcome.NOT_THE_COPY, each["modules"][0])
    return None


def _interrupted(ran: Ran, items: set[str]) -> Verdict | None:
    """What ended the process in the middle of a test."""
    ended = {each["item"] for each in ran.of("ended")}
    begun = {each["item"] for each in ran.of("began")} & items
    return _died(ran) if begun - ended and not ran.finished else None


def _died(ran: Ran) -> Verdict:
    return Verdict(Outcome.TIMED_OUT) if ran.hung else Verdict(Outcome.DIED, ran.last_line)


def _passed_over(ran: Ran, items: set[str]) -> Verdict | None:
    """Why a test was not run to its end, if that is true of all its parameters."""
    passed_over = {each["item"]: each for each in _not_passed(ran, items)}
    if items - passed_over.keys():
        return None
    each = next(iter(passed_over.values()))
    expected = each["outcome"] == "xfailed"
    return Verdict(Outcome.EXPECTED_TO_FAIL if expected else Outcome.SKIPPED, each["text"])
