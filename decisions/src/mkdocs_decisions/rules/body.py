"""The body of a record: ADR2xx."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mkdocs_decisions.problems import Edit, Problem, Severity
from mkdocs_decisions.reader import shown
from mkdocs_decisions.record import Record, Status
from mkdocs_decisions.rules import rule
from mkdocs_decisions.settings import SECTIONS, Settings

if TYPE_CHECKING:
    from mkdocs_decisions.body import Body, Section
    from mkdocs_decisions.project import Project

_TOP = tuple(name for name in SECTIONS if name not in ("Consequences", "Confirmation"))
_WITHIN_OUTCOME = ("Consequences", "Confirmation")
_OTHER_NAMES = {"Pros and Cons": "Pros and Cons of the Options", "Context": SECTIONS[0]}
_CHOSEN = re.compile(
    r"chosen option:?\s*(?:(?P<mark>[\"'*_]{1,2})(?P<option>.+?)(?P=mark)(?!\w)"
    r"|[\u201c\u2018](?P<curly>.+?)[\u201d\u2019](?!\w)|\[(?P<link>.+?)\]\([^)]*\))"
    r"\s*[,:;.\u2014-]?\s*(?P<because>because\s+\S)?",
    re.IGNORECASE | re.DOTALL,
)
_TEMPLATE = re.compile(
    r"^\s*(?:[-*]\s+)?(?:\{[^{}\n]{3,}\}|\[(?:describe|option|example|argument|driver|title)[^\]\n]*\]"
    r"(?!\())\s*\.?\s*$"
    r"|\blorem ipsum\b"
    r"|\{(?:title of option|example|argument|decision driver|justification)[^}\n]*\}",
    re.IGNORECASE | re.MULTILINE,
)
_LEFT_TO_DO = re.compile(r"\b(?:TODO|FIXME|TBD|XXX)\b")
_DECIDED = (Status.ACCEPTED, Status.DEPRECATED, Status.SUPERSEDED)


@rule("ADR201", "section-missing", scope="record")
def section_missing(record: Record, body: Body, settings: Settings) -> Iterator[Problem]:
    """The title or a section that every record needs is missing.

    A reader of any record finds the question, the options, the choice and what follows from it in
    the same places. Which sections are needed stands in `[tool.decisions]`, `required-sections`.

    To mend: add the heading, and say below it what there is to say.

    Fails:

    ```markdown
    # 0003. Outputs are read-only

    ## Decision Outcome
    ```

    Passes:

    ```markdown
    # 0003. Outputs are read-only

    ## Context and Problem Statement

    ## Considered Options

    ## Decision Outcome

    ### Consequences
    ```
    """
    if body.title is None:
        what, mend = "it has no title", f"begin with `# {record.id}. Title`"
        yield Problem(record.path, _top(record, body), 1, what, mend)
    for name in settings.required_sections:
        if body.section(name) is None:
            mark = "###" if name in _WITHIN_OUTCOME else "##"
            what = f"the section {name!r} is missing"
            yield Problem(record.path, _top(record, body), 1, what, f"add `{mark} {name}`")


def _top(record: Record, body: Body) -> int:
    """The line of the title, or of what stands first instead."""
    first = body.title or next(iter(body.headings), None)
    return first.line if first else record.body_line


@rule("ADR202", "section-out-of-place", scope="record")
def section_out_of_place(record: Record, body: Body, settings: Settings) -> Iterator[Problem]:
    """A section is out of order, there twice, at another level, or none that a record has.

    The sections have an order in which they can be read: question, options, choice, consequences.
    What fits nowhere is a page of the documentation that the record can link to.

    To mend: put the section where it belongs, as `##`; Consequences and Confirmation are `###`
    within the Decision Outcome. Sections of your own go below one of these, as `###`.

    Fails:

    ```markdown
    ## Decision Outcome

    ## Considered Options

    ## Meeting notes
    ```

    Passes:

    ```markdown
    ## Considered Options

    ## Decision Outcome
    ```
    """
    titles = [each for each in body.headings if each.level == 1]
    for extra in titles[1:]:
        what = f"a second title: '{shown(extra.text)}'"
        yield Problem(record.path, extra.line, 1, what, "a record has one; make it `##`")
    reached = -1
    for each in body.sections:
        known = each.name in SECTIONS
        if each.level == 2 and not known:
            other = _OTHER_NAMES.get(each.name)
            mend = f"call it {other!r}" if other else "move it below another section, or to a page"
            what = f"'{shown(each.name)}' is no section of a record"
            yield Problem(record.path, each.line, 1, what, mend)
        level = 3 if each.name in _WITHIN_OUTCOME else 2
        if known and each.level not in (1, level):
            what = f"the section {each.name!r} stands at level {each.level}"
            yield Problem(record.path, each.line, 1, what, f"make it `{'#' * level} {each.name}`")
        if not known or each.level == 1 or (each.level > 2 and each.name in _TOP):
            continue
        place = SECTIONS.index(each.name)
        if place <= reached:
            twice = "again" if place == reached else "out of order"
            before = " · ".join(SECTIONS)
            what = f"the section {each.name!r} stands here {twice}"
            yield Problem(record.path, each.line, 1, what, f"the order is {before}")
        reached = max(reached, place)


@rule("ADR203", "section-empty", scope="record")
def section_empty(record: Record, body: Body, settings: Settings) -> Iterator[Problem]:
    """A section is empty, or still holds the text of a template.

    An empty section looks as though there were nothing to say. In a proposed record this is a
    warning, because it is still being written; from then on it is an error.

    To mend: write the section, or delete its heading if records need not have it.

    Fails:

    ```markdown
    ## Decision Drivers

    - {decision driver 1, e.g., a force, facing concern}
    ```

    Passes:

    ```markdown
    ## Decision Drivers

    - A total is right.
    ```
    """
    severity = Severity.WARNING if record.status is Status.PROPOSED else None
    for key in ("source", "answer"):
        if re.fullmatch(r"\{.*\}", getattr(record.meta, key) or "", re.DOTALL):
            what = f"the {key} still is the text of a template"
            yield record.problem(what, "write what is the case", key, severity=severity)
    fenced = {each.content for each in body.fences}
    for each in body.sections:
        if each.level == 1:
            continue
        if not _said(each):
            what = f"the section '{shown(each.name)}' is empty"
            mend = "write it, or delete its heading"
            yield Problem(record.path, each.line, 1, what, mend, severity=severity)
    for match in _TEMPLATE.finditer(body.text):
        if not any(match[0].strip() in content for content in fenced):
            line = body.text.count("\n", 0, match.start() + len(match[0]) - len(match[0].lstrip()))
            what = f"it still has the text of a template: '{shown(match[0].strip())}'"
            mend = "write what is the case"
            yield Problem(record.path, line + body.first_line, 1, what, mend, severity=severity)


def _said(section: Section) -> bool:
    """Whether a section says something: a table of amendments may have no rows yet."""
    text = re.sub(r"<!--.*?(?:-->|\Z)", "", section.text, flags=re.DOTALL)
    return bool(re.search(r"[^\s#*_>-]", text))


@rule("ADR204", "too-few-options", scope="record")
def too_few_options(record: Record, body: Body, settings: Settings) -> Iterator[Problem]:
    """Fewer than two options were considered.

    With one option there was nothing to decide. "Leave it as it is" is an option too, and often the
    one that a later reader asks about.

    To mend: list the options as items, each with a name that the outcome can repeat.

    Fails:

    ```markdown
    ## Considered Options

    - Integers of cents
    ```

    Passes:

    ```markdown
    ## Considered Options

    - Integers of cents
    - Binary fractions
    ```
    """
    section = body.section("Considered Options")
    if section is not None and _said(section) and len(body.options) < 2:
        what = f"it considers {len(body.options) or 'no'} option{'s'[len(body.options) :]}"
        mend = "list two or more, each as an item"
        yield Problem(record.path, section.line, 1, what, mend)


@rule("ADR205", "choice-unclear", scope="record")
def choice_unclear(record: Record, body: Body, settings: Settings) -> Iterator[Problem]:
    """The outcome names none of the considered options, or gives no reason.

    The choice and its reason are what a record is for. If its words differ from those of the
    list, a reader has to guess which option was meant. In a proposed record nothing has to be
    chosen yet.

    To mend: begin the outcome with `Chosen option: "the option", because …`, in the words of the
    list.

    Fails:

    ```markdown
    Chosen option: "Cents".
    ```

    Passes:

    ```markdown
    Chosen option: "Integers of cents", because binary fractions cannot hold a tenth.
    ```
    """
    from mkdocs_decisions.body import plain

    section = body.section("Decision Outcome")
    if section is None or not _said(section) or record.status is Status.PROPOSED:
        return
    match = _CHOSEN.search(section.text)
    options = [each.text for each in body.options]
    if match is None:
        what = "the outcome names no option"
        mend = 'begin it with: Chosen option: "an option", because ...'
        yield Problem(record.path, section.line, 1, what, mend)
        return
    chosen = " ".join(plain(match["option"] or match["curly"] or match["link"]).split()).rstrip(
        ",."
    )
    if chosen.casefold() not in {each.casefold().rstrip(",.") for each in options}:
        what = f"the chosen option, '{shown(chosen)}', is none of those considered"
        yield Problem(record.path, section.line, 1, what, "use the words of the list")
    if match["because"] is None:
        what = "the choice gives no reason"
        yield Problem(record.path, section.line, 1, what, "go on with: because ...")


@rule("ADR206", "only-good-consequences", scope="record")
def only_good_consequences(record: Record, body: Body, settings: Settings) -> Iterator[Problem]:
    """No consequence is bad.

    Every choice costs something. What it costs is what the next reader needs to know when the
    circumstances change.

    To mend: add an item `- Bad, because …` to the consequences.

    Fails:

    ```markdown
    ### Consequences

    - Good, because a total is right.
    ```

    Passes:

    ```markdown
    ### Consequences

    - Good, because a total is right.
    - Bad, because a price in euros has to be multiplied.
    ```
    """
    section = body.section("Consequences")
    if section is None or not _said(section) or record.status is Status.REJECTED:
        return
    kinds = {each.text.partition(",")[0].strip("*_ ").casefold() for each in body.items(section)}
    if "bad" not in kinds:
        what = "it names no bad consequence"
        yield Problem(record.path, section.line, 1, what, "add `- Bad, because ...`")


@rule("ADR207", "no-confirmation", scope="record")
def no_confirmation(record: Record, body: Body, settings: Settings) -> Iterator[Problem]:
    """An accepted record does not say how it is confirmed.

    A decision that nobody can see kept or broken is a wish. The confirmation names the tests, the
    checks or the people that hold it.

    To mend: add `### Confirmation` below the outcome, and name in it each test of `proofs`.

    Fails:

    ```markdown
    ## Decision Outcome

    ### Consequences
    ```

    Passes:

    ```markdown
    ## Decision Outcome

    ### Consequences

    ### Confirmation

    - `tests/test_prices.py::test_a_total_is_rounded_to_whole_cents`
    ```
    """
    if record.status is not Status.ACCEPTED:
        return
    section = body.section("Confirmation")
    if section is None:
        what = "it is accepted and does not say how it is confirmed"
        mend = "add `### Confirmation`, and name the tests in it"
        yield Problem(record.path, _top(record, body), 1, what, mend)
        return
    for proof in record.meta.proofs:
        name = proof.test.partition("[")[0]
        if name not in section.text:
            what = f"the confirmation does not name the proof {shown(name)}"
            yield Problem(record.path, section.line, 1, what, "add it as an item")


@rule("ADR208", "left-to-do", scope="record")
def left_to_do(record: Record, body: Body, settings: Settings) -> Iterator[Problem]:
    """Something is left to do in a record that is decided, or a comment that only its source shows.

    What is still open belongs in an issue. A comment is read by nobody on the site, but by the
    next author, who cannot tell whether it still holds. The markers of quoted figures and
    suppressions are no comments in this sense.

    To mend: settle it, move it to an issue, or write it as text.

    Fails:

    ```markdown
    TODO: measure this again.
    ```

    Passes:

    ```markdown
    Measured on CPython 3.11.
    ```
    """
    if record.status not in _DECIDED:
        return
    for comment in body.comments:
        if not comment.text.startswith(("=", "decisions:")):
            what = f"a comment is left in it: '{shown(comment.text)}'"
            yield Problem(record.path, comment.line, 1, what, "write it as text, or delete it")
    for token in body.tokens:
        if token.type == "inline":
            line = token.map[0] + body.first_line
            for child in token.children or ():
                line += child.type in ("softbreak", "hardbreak")
                if child.type == "text" and (match := _LEFT_TO_DO.search(child.content)):
                    what = f"something is left to do: {match[0]}"
                    yield Problem(record.path, line, 1, what, "settle it, or open an issue")


@rule("ADR209", "mention-is-no-link", fixable=True)
def mention_is_no_link(project: Project) -> Iterator[Problem]:
    """Another record is named and not linked to.

    A reader has to look for it, and when it is renumbered or superseded, nothing notices.

    To mend: make it a link. `--fix` does, where the record is there.

    Fails:

    ```markdown
    As decided in ADR-0001, prices are whole cents.
    ```

    Passes:

    ```markdown
    As decided in [ADR-0001](0001-prices-are-whole-cents.md), prices are whole cents.
    ```
    """
    for record in project.readable:
        for each in record.mentions:
            if each.id == record.id:
                continue
            other = project.by_id.get(each.id)
            fix: tuple[Edit, ...] = ()
            mend = "name a record that is there"
            if other is not None:
                link = f"[{each.text}]({PurePosixPath(other.path).name})"
                mend = f"write {link}"
                if each.sure:
                    fix = (Edit("text", record.path, each.line, old=each.text, new=link),)
            what = f"{each.text} is named and not linked to"
            yield Problem(record.path, each.line, each.column, what, mend, fix)
