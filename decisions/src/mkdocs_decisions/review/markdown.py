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
_MARKUP = re.compile(r"[!-/:-@\[-`{-~]")
_HARMLESS = " .,;()'/-+=?%"
_ICONS = {Level.ERROR: "🔴", Level.WARNING: "🟡", Level.NOTE: "⚪"}
_MORE = "Run `decisions review` for all of it."


def summary(review: Review) -> str:
    """The review as Markdown, cut to what a comment holds, the least binding first."""
    head = f"{MARKER}\n## Decisions\n\n{_verdict(review)}\n"
    blocks = [_block(fact) for fact in review.facts] + [_note_block(review.notes)]
    room = MAX_CHARACTERS - _RESERVED - len(head)
    shown, room = _fitting(review, [short for short, _ in blocks], room)
    longer, room = _longer(blocks, shown, room)
    body = "".join(_titled(review, longer[:shown]))
    return head + body + _cut(review, blocks, longer, shown)


def _verdict(review: Review) -> str:
    icon = "🔴" if review.failed else "🟡" if review.count(Level.WARNING) else "🟢"
    return f"{icon} {text(summed_up(review))}"


def _titled(review: Review, blocks: list[str]) -> Iterator[str]:
    title = None
    for at, block in enumerate(blocks):
        kind = _title(review, at)
        if block and kind != title:
            title = kind
            yield f"\n### {title}\n\n"
        yield block


def _title(review: Review, at: int) -> str:
    return review.facts[at].kind.heading if at < len(review.facts) else "Not looked at"


def _fitting(review: Review, blocks: list[str], room: int) -> tuple[int, int]:
    """How many blocks there is room for, in their order, and the room that is left."""
    for at, block in enumerate(blocks):
        size = len(block) + len(f"\n### {_title(review, at)}\n\n")
        if size > room:
            return at, room
        room -= size
    return len(blocks), room


def _longer(blocks: list[tuple[str, str]], shown: int, room: int) -> tuple[list[str], int]:
    """The blocks, with the rendered change of a record where there is room for it."""
    made = []
    for at, (short, change) in enumerate(blocks):
        if at < shown and len(change) <= room:
            room -= len(change)
            made.append(short + change)
        else:
            made.append(short)
    return made, room


def _cut(review: Review, blocks: list[tuple[str, str]], longer: list[str], shown: int) -> str:
    """What was cut, if anything was."""
    facts = max(0, len(review.facts) - shown)
    changes = sum(bool(change) for _, change in blocks) - sum(
        bool(change) and made != short for (short, change), made in zip(blocks, longer, strict=True)
    )
    told = []
    if facts:
        told.append(counted_words(facts, "less binding fact"))
    if changes:
        told.append(counted_words(changes, "rendered change"))
    if review.notes and shown < len(blocks):
        told.append("what was not looked at")
    if not told:
        return ""
    what = ", ".join(told)
    return f"\n---\n\nCut to {MAX_CHARACTERS:,} characters: {what} left out. {_MORE}\n"


def _block(fact: Fact) -> tuple[str, str]:
    """A fact as an item of a list, and the rendered change of a record as a part of it."""
    code_ = f" {fact.code}" if fact.code else ""
    lines = [f"- {_ICONS[fact.level]}{code_} {text(fact.what)} ({place(fact.path, fact.line)})"]
    lines += [f"  - {text(detail)}" for detail in fact.details]
    lines += [f"  - {_decision(each)}" for each in fact.decisions]
    if fact.tests:
        lines.append(f"  - run {' '.join(code(test) for test in fact.tests)}")
    if fact.mend:
        lines.append(f"  - to mend: {text(fact.mend)}")
    return "".join(f"{line}\n" for line in lines), _change(fact)


def _change(fact: Fact) -> str:
    html = rendered_change(fact.before, fact.after) if fact.before or fact.after else ""
    if not html:
        return ""
    return (
        f"\n  <details><summary>before and after</summary>\n  <div>{html}</div>\n  </details>\n\n"
    )


def _decision(each: Decision) -> str:
    answer = f": {text(each.answer)}" if each.answer else ""
    return f"{text(each.label)} ({text(each.status)}) <b>{text(each.title)}</b>{answer}"


def _note_block(notes: list[Note]) -> tuple[str, str]:
    lines = [
        f"- {text(each.what)}: {text(each.why)} ({place(each.path, each.line)})" for each in notes
    ]
    return "".join(f"{line}\n" for line in lines), ""


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
