"""Runs the rules over a project, and decides which findings count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from mkdocs_decisions.collector import collector_off
from mkdocs_decisions.problems import DecisionsError, Finding, Problem, Report, Severity
from mkdocs_decisions.project import Project
from mkdocs_decisions.record import Record
from mkdocs_decisions.rules import Rule, catalogue

SUPPRESSIONS = "ADR706"
"""The rule about suppressions, which is run by what suppresses: only that knows what is used."""


def check(
    project: Project, *, only: Iterable[str] | None = None, codes: Iterable[str] | None = None
) -> Report:
    """Check the records of a project.

    Args:
        project: The project; with a `base`, the rules of the life cycle are run too.
        only: Files and folders to report on, `.` for all; everything is read all the same, because
            records hang together.
        codes: Codes of the rules to run; all of them if None.

    Raises:
        DecisionsError: ADR003, a code in `codes` or in the configuration is none.
    """
    severities = _severities(project, codes)
    with collector_off():
        findings = list(run(project, severities))
    told = {each.path for each in project.records}
    if only is not None:
        asked = tuple(only)
        findings = [each for each in findings if _is_within(each.problem.path, asked)]
        told = {each for each in told if _is_within(each, asked)}
    findings.sort(key=_order)
    if project.base is None and (skipped := _wanted(severities, "base")):
        what = f"what changed since a base ({', '.join(each.code for each in skipped)})"
        project.note(project.settings.records, 1, what, "no base is named, or it is not there")
    project.cache.save(keep=codes is not None)
    return Report(findings, list(project.notes), len(told))


def _is_within(path: str, asked: tuple[str, ...]) -> bool:
    return any(each in (path, ".") or path.startswith(f"{each}/") for each in asked)


def run(project: Project, severities: dict[str, Severity]) -> Iterator[Finding]:
    """What the rules find, less what is suppressed, and what is wrong with the suppressions."""
    rules = catalogue()
    problems: list[tuple[Rule, Problem]] = []
    records = []
    local = {each.code: each for each in _wanted(severities, "record")}
    for record in project.each_record():
        records.append(record)
        here = _local_problems(project, record) if local else []
        problems += [(local[each.code], each) for each in here if each.code in local]
    project.records = records
    for each in _wanted(severities, "project", *(["base"] if project.base is not None else [])):
        problems += [(each, problem) for problem in each.check(project)]
    judged = Judged(project, [(each.code, problem) for each, problem in problems], set(severities))
    for place, (each, problem) in enumerate(problems):
        if place not in judged.suppressed:
            yield Finding(each.code, each.name, _severity(project, each, problem), problem)
    if severities.get(SUPPRESSIONS, Severity.OFF) is not Severity.OFF:
        for problem in judged.problems():
            yield Finding(SUPPRESSIONS, rules[SUPPRESSIONS].name, severities[SUPPRESSIONS], problem)


def _wanted(severities: dict[str, Severity], *scopes: str) -> list[Rule]:
    rules = (catalogue()[code] for code, each in severities.items() if each is not Severity.OFF)
    return [each for each in rules if each.scope in scopes]


def _severity(project: Project, each: Rule, problem: Problem) -> Severity:
    configured = project.settings.severity.get(each.code)
    return Severity(configured) if configured else problem.severity or each.severity


class Judged:
    """Which of some problems are suppressed, and which suppressions are at fault.

    Args:
        project: The project that they were found in.
        problems: Each with the code of its rule.
        ran: Codes of the rules that were run: what is about another one may be used elsewhere.
    """

    def __init__(
        self, project: Project, problems: list[tuple[str, Problem]], ran: set[str]
    ) -> None:
        self.suppressed: set[int] = set()
        self._faults: list[Problem] = []
        for path, held in project.suppressions.items():
            here = [
                (at, code, each) for at, (code, each) in enumerate(problems) if each.path == path
            ]
            for each in held:
                lines = {each.line, each.covers}
                for code in each.codes:
                    matched = {at for at, one, found in here if one == code and found.line in lines}
                    if each.reason:
                        self.suppressed |= matched
                    if (code in ran and not matched) or code not in catalogue():
                        self._fault(
                            path, each.line, f"the suppression of {code} is not used", "delete it"
                        )
                if not each.codes:
                    mend = "write `decisions: ignore[ADR209] the reason`, or delete it"
                    self._fault(path, each.line, "the suppression names no rule", mend)
                elif not each.reason:
                    what = f"the suppression of {', '.join(each.codes)} gives no reason"
                    self._fault(path, each.line, what, "write why after the bracket")

    def _fault(self, path: str, line: int, what: str, mend: str) -> None:
        self._faults.append(Problem(path, line, 1, what, mend, code=SUPPRESSIONS))

    def problems(self) -> list[Problem]:
        """Suppressions without a rule, a reason or a use."""
        return self._faults


def _local_problems(project: Project, record: Record) -> list[Problem]:
    if not record.readable:
        return record.problems

    def compute() -> list[dict[str, object]]:
        from mkdocs_decisions.body import read_body

        body = read_body(project.text(record.path), record)
        return [
            replace(problem, code=each.code).to_json()
            for each in catalogue().values()
            if each.scope == "record"
            for problem in each.check(record, body, project.settings)
        ]

    found = project.cache.memo("local", record.key, compute)
    return [Problem.from_json(each) for each in found]


def _severities(project: Project, codes: Iterable[str] | None) -> dict[str, Severity]:
    rules = catalogue()
    asked = [code.upper() for code in codes] if codes is not None else list(rules)
    for code in (*asked, *project.settings.severity):
        if code not in rules:
            raise DecisionsError(
                "ADR003", f"there is no rule {code!r}", "`decisions explain` lists the rules"
            )
    return {
        code: Severity(project.settings.severity.get(code, rules[code].severity))
        for code in sorted(set(asked))
        if rules[code].scope != "review" or code == SUPPRESSIONS
    }


def _order(each: Finding) -> tuple[str, int, int, str, str]:
    found = each.problem
    return found.path, found.line, found.column, each.code, found.message
