"""A review as Markdown, for one comment on a pull request that is written anew each time."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mkdocs_decisions.output.escaping import visible
from mkdocs_decisions.output.text import counted_words
from mkdocs_decisions.problems import Note
from mkdocs_decisions.review.model import Decision, Fact, Level, Review
from mkdocs_decisions.review.rendered import rendered_change
from mkdocs_decisions.review.text import summed_up

MARKER = "<!-- decisions-review -->"
"""By this the comment is found again. It is the first line."""
MAX_CHARACTERS = 65_536
"""Length of a comment that GitHub takes."""

_RESERVED = 600
"""Room that is kept for the lines that sum up and say what was cut."""
_LEAST = 200
"""Room below which no rendered change is tried."""
_MARKUP = re.compile(r"[!-/:-@\[-`{-~]")
_HARMLESS = " .,;()'/-+=?%"
_ICONS = {Level.ERROR: "🔴", Level.WARNING: "🟡", Level.NOTE: "⚪"}
_MORE = "Run `decisions review` for all of it."


def summary(review: Review) -> str:
    """The review as Markdown, cut to what a comment holds, the least binding first."""
    head = f"{MARKER}\n## Decisions\n\n{_verdict(review)}\n"
    blocks = list(_headed(review))
    room = MAX_CHARACTERS - _RESERVED - len(head)
    shown = 0
    for block in blocks:
        if len(block) > room:
            break
        room -= len(block)
        shown += 1
    changes, left_out = _changes(review.facts[:shown], room)
    parts = [block + changes.get(at, "") for at, block in enumerate(blocks[:shown])]
    return head + "".join(parts) + _cut(review, shown, left_out)


def _changes(facts: list[Fact], room: int) -> tuple[dict[int, str], int]:
    """The rendered changes that there is room for, by the place of the fact, and how many not."""
    found: dict[int, str] = {}
    left_out = 0
    for at, fact in enumerate(facts):
        if not fact.before and not fact.after:
            continue
        change = _change(fact) if room > _LEAST else ""
        if change and len(change) <= room:
            found[at] = change
            room -= len(change)
        elif change or room <= _LEAST:
            left_out += 1
    return found, left_out


def _verdict(review: Review) -> str:
    icon = "🔴" if review.failed else "🟡" if review.count(Level.WARNING) else "🟢"
    return f"{icon} {text(summed_up(review))}"


def _headed(review: Review) -> Iterator[str]:
    """A block for each fact and one for the notes; the first of a kind with a heading."""
    heading = ""
    for fact in review.facts:
        first = fact.kind.heading != heading
        heading = fact.kind.heading
        yield f"\n### {heading}\n\n{_block(fact)}" if first else _block(fact)
    if review.notes:
        yield f"\n### Not looked at\n\n{_note_block(review.notes)}"


def _cut(review: Review, shown: int, left_out: int) -> str:
    """What was cut, if anything was."""
    told = []
    if facts := max(0, len(review.facts) - shown):
        told.append(counted_words(facts, "less binding fact"))
    if left_out:
        told.append(counted_words(left_out, "rendered change"))
    if review.notes and shown <= len(review.facts):
        told.append("what was not looked at")
    if not told:
        return ""
    what = ", ".join(told)
    return f"\n---\n\nCut to {MAX_CHARACTERS:,} characters: {what} left out. {_MORE}\n"


def _block(fact: Fact) -> str:
    """A fact as an item of a list."""
    code_ = f" {fact.code}" if fact.code else ""
    lines = [f"- {_ICONS[fact.level]}{code_} {text(fact.what)} ({place(fact.path, fact.line)})"]
    lines += [f"  - {text(detail)}" for detail in fact.details]
    lines += [f"  - {_decision(each)}" for each in fact.decisions]
    if fact.tests:
        lines.append(f"  - run {' '.join(code(test) for test in fact.tests)}")
    if fact.mend:
        lines.append(f"  - to mend: {text(fact.mend)}")
    return "".join(f"{line}\n" for line in lines)


def _change(fact: Fact) -> str:
    """The rendered change of a record, as a part of the item."""
    html = rendered_change(fact.before, fact.after) if fact.before or fact.after else ""
    if not html:
        return ""
    return (
        f"\n  <details><summary>before and after</summary>\n  <div>{html}</div>\n  </details>\n\n"
    )


def _decision(each: Decision) -> str:
    answer = f": {text(each.answer)}" if each.answer else ""
    return f"{text(each.label)} ({text(each.status)}) <b>{text(each.title)}</b>{answer}"


def _note_block(notes: list[Note]) -> str:
    told = [(f"{each.what}: {each.why}", place(each.path, each.line)) for each in notes]
    return "".join(f"- {text(what)} ({where})\n" for what, where in told)


def text(shown: str) -> str:
    """A text on one line that holds no markup and calls nobody.

    Entities stand for all that a Markdown dialect may take for markup; behind `@` and `#` follows a
    space of no width, because a forge looks for mentions after it has read the Markdown.
    """
    return _MARKUP.sub(_entity, visible(shown))


def _entity(match: re.Match[str]) -> str:
    sign = match[0]
    if sign in _HARMLESS:
        return sign
    return f"&#{ord(sign)};" + ("&#8203;" if sign in "@#" else "")


def code(shown: str) -> str:
    """A text as code."""
    return f"<code>{text(shown)}</code>"


def place(path: str, line: int) -> str:
    """A file and a line as code."""
    return code(f"{path}:{line}")
