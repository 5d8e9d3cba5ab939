"""Edits of the front matter change what was asked for, and no other byte."""

from __future__ import annotations

import string

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mkdocs_decisions import edit, frontmatter
from mkdocs_decisions.problems import DecisionsError
from mkdocs_decisions.record import KEYS

RECORD = """\
---
# Decided at the summer meeting.
status:   accepted   # by all
date: 2026-01-10
source: 'Issue 4: totals'

answer: "Prices are integers of cents, because binary fractions cannot hold a tenth, which is a sentence that is far longer than any line that a tool would leave alone."
tags: [ prices,storage ]   # two
supersedes:
    - '0001'   # the first
    # and the other one
    - "0002"
governs:
- symbol: shop.prices.total
  note: >-
    rounds
    once
- shop.prices.Basket  # all of it
proofs:
  - test: tests/test_prices.py::test_total
    shows: |
      a half is rounded up

    breaks-when: []
---

# 0003. Prices

status: accepted
---
tags: [a]
"""  # noqa: E501


def made(text: str, splices: list[edit.Splice]) -> str:
    return edit.spliced(text, splices)


def values(text: str) -> dict[str, object]:
    parts = frontmatter.split(text)
    assert parts is not None
    return frontmatter.parse(parts[0]).values


def changed_lines(old: str, new: str) -> list[tuple[str, str]]:
    import difflib

    before, after = old.splitlines(), new.splitlines()
    return [
        ("\n".join(before[a:b]), "\n".join(after[c:d]))
        for tag, a, b, c, d in difflib.SequenceMatcher(None, before, after, False).get_opcodes()
        if tag != "equal"
    ]


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        ("status", "deprecated", "status:   deprecated   # by all"),
        ("date", "2026-02-01", "date: 2026-02-01"),
        ("source", "It's Ada", "source: 'It''s Ada'"),
        ("answer", 'a "b" c', 'answer: "a \\"b\\" c"'),
        ("supersedes/0", "0004", "    - '0004'   # the first"),
        ("governs/0/symbol", "shop.money.total", "- symbol: shop.money.total"),
        ("governs/1", "shop.money.Basket", "- shop.money.Basket  # all of it"),
        ("tags/1", "money", "tags: [ prices,money ]   # two"),
        ("tags/1", "a, b", 'tags: [ prices,"a, b" ]   # two'),
        ("status", "yes", 'status:   "yes"   # by all'),
        ("status", "a: b # c", 'status:   "a: b # c"   # by all'),
    ],
)
def test_a_value_is_replaced_where_it_stands(key: str, value: str, line: str) -> None:
    new = made(RECORD, edit.set_value(RECORD, key, value))

    ((_, after),) = changed_lines(RECORD, new)
    assert after == line


def test_a_block_of_text_gives_way_to_one_line() -> None:
    new = made(RECORD, edit.set_value(RECORD, "governs/0/note", "once"))

    assert changed_lines(RECORD, new) == [
        ("  note: >-\n    rounds\n    once", "  note: once"),
    ]


@pytest.mark.parametrize(
    ("key", "value", "line", "after"),
    [
        ("review-by", "2027-01-01", "review-by: 2027-01-01", "    breaks-when: []"),
        ("process", True, "process: true", "- shop.prices.Basket  # all of it"),
        ("consulted", "x", "consulted: x", "tags: [ prices,storage ]   # two"),
    ],
)
def test_a_new_key_goes_to_its_place(key: str, value: str, line: str, after: str) -> None:
    new = made(RECORD, edit.set_value(RECORD, key, value))

    assert changed_lines(RECORD, new) == [("", line)]
    lines = new.splitlines()
    assert lines[lines.index(line) - 1] == after


def test_a_new_key_that_belongs_first_goes_first() -> None:
    text = "---\n# on the day\ndate: 2026-01-01\n---\n"

    assert made(text, edit.set_value(text, "status", "proposed")) == (
        "---\nstatus: proposed\n# on the day\ndate: 2026-01-01\n---\n"
    )


def test_a_key_without_a_value_gets_one_before_its_comment() -> None:
    text = "---\nstatus:\ndate: # when?\nsource: ~\n---\n"
    for key in ("status", "date", "source"):
        text = made(text, edit.set_value(text, key, "x"))

    assert text == "---\nstatus: x\ndate: x # when?\nsource: x\n---\n"


@pytest.mark.parametrize(
    ("key", "value", "change"),
    [
        (
            "tags",
            "new",
            ("tags: [ prices,storage ]   # two", "tags: [ prices,storage, new ]   # two"),
        ),
        ("supersedes", "0009", ("", '    - "0009"')),
        ("governs", "shop.store", ("", "- shop.store")),
        ("superseded-by", "0009", ("", 'superseded-by: ["0009"]')),
        ("consulted", "Bob", ("", "consulted: [Bob]")),
    ],
)
def test_an_item_is_written_as_its_list_is(key: str, value: str, change: tuple[str, str]) -> None:
    assert changed_lines(RECORD, made(RECORD, edit.append(RECORD, key, value))) == [change]


def test_a_list_that_is_missing_is_begun_as_such_lists_are_written() -> None:
    text = "---\nstatus: proposed\n---\n"

    assert made(text, edit.append(text, "governs", "shop.x")) == (
        "---\nstatus: proposed\ngoverns:\n  - shop.x\n---\n"
    )


@pytest.mark.parametrize("written", ["[]", "", " ", "null", "[ ]  # none"])
def test_an_empty_list_gets_its_first_item(written: str) -> None:
    text = f"---\nsupersedes: {written}\ntags: [a]\n---\n"
    new = made(text, edit.append(text, "supersedes", "0001"))

    assert values(new) == {"supersedes": ["0001"], "tags": ["a"]}
    assert '["0001"]' in new
    assert ("# none" in new) == ("# none" in text)


def test_quotes_of_an_item_are_those_of_the_item_before() -> None:
    text = "---\nsupersedes: ['0001']\n---\n"

    assert "['0001', '0002']" in made(text, edit.append(text, "supersedes", "0002"))


def test_a_list_over_several_lines_keeps_them() -> None:
    text = "---\ntags: [\n  a, # first\n  b # last\n]\n---\n"
    new = made(text, edit.append(text, "tags", "c"))

    assert values(new) == {"tags": ["a", "b", "c"]}
    assert changed_lines(text, new) == [("  b # last", "  b, c # last")]


@pytest.mark.parametrize("value", ["0?", "a?", "a:", "-", "a #b", "a,b", "yes", "1.5", "null"])
def test_what_is_written_is_the_same_text_for_other_parsers(value: str) -> None:
    text = "---\ntags: []\nx: y\n---\n"
    new = made(text, edit.append(text, "tags", value))
    new = made(new, edit.set_value(new, "x", value))

    front = new.split("---\n")[1]
    for loader in (yaml.SafeLoader, yaml.CSafeLoader):
        assert yaml.load(front, Loader=loader) == {"tags": [value], "x": value}


def test_a_block_keeps_its_last_empty_lines_when_the_next_key_goes() -> None:
    text = "---\nanswer: |+\n  yes\n\ndate: 2026-01-01\n\nstatus: proposed\n---\n"
    new = made(text, edit.remove_key(text, "date"))

    assert new == "---\nanswer: |+\n  yes\n\nstatus: proposed\n---\n"


def test_a_key_is_renamed_in_place() -> None:
    new = made(RECORD, edit.rename_key(RECORD, "status", "superseded-by"))

    assert changed_lines(RECORD, new) == [
        ("status:   accepted   # by all", "superseded-by:   accepted   # by all")
    ]


def test_a_key_is_removed_with_all_of_its_lines() -> None:
    text = RECORD
    for key in ("governs", "tags", "supersedes"):
        text = made(text, edit.remove_key(text, key))

    removed = "\n".join(before for before, _ in changed_lines(RECORD, text))
    assert "tags: [ prices" in removed
    assert "# and the other one" in removed
    assert "- shop.prices.Basket  # all of it" in removed
    assert set(values(RECORD)) - set(values(text)) == {"governs", "tags", "supersedes"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("no front matter", "no front matter"),
        ("---\n{status: accepted}\n---\n", "between braces"),
        ("---\nstatus: &a x\n---\n", "anchors"),
        ("---\na: [\n---\n", "line"),
        ("---\nstatus: x\nstatus: y\n", "no front matter"),
    ],
)
def test_what_cannot_be_edited_is_refused_by_name(text: str, why: str) -> None:
    with pytest.raises(DecisionsError, match=why) as caught:
        edit.set_value(text, "status", "accepted")

    assert caught.value.code == "ADR021"
    assert "'status'" in caught.value.message


def test_edits_that_would_lose_something_are_refused() -> None:
    with pytest.raises(DecisionsError, match="already"):
        edit.rename_key(RECORD, "status", "date")
    with pytest.raises(DecisionsError, match="no list"):
        edit.append(RECORD, "status", "x")
    with pytest.raises(DecisionsError, match="no such key"):
        edit.remove_key(RECORD, "consulted")
    with pytest.raises(DecisionsError, match="nothing at this place"):
        edit.set_value(RECORD, "governs/7/note", "x")
    with pytest.raises(DecisionsError, match="several lines"):
        edit.set_value(RECORD, "governs", "x")
    with pytest.raises(DecisionsError, match="only this"):
        edit.remove_key("---\na: 1\na: 2\nb: 3\n---\n", "a")


# -- for any front matter ------------------------------------------------------------------------

TEXTS = st.text(
    st.sampled_from(string.ascii_letters + string.digits + " :#-'\"[]{},&*!|>%@`~?.\\éß☃\t"),
    max_size=12,
)
KINDS = st.sampled_from(["plain", "'", '"', "|", ">", "empty"])


@st.composite
def front_matters(draw: st.DrawFn) -> str:
    """A front matter as people write it: every style, comments, blank lines, both line ends."""
    lines = []
    for key in draw(st.permutations(["status", "date", "source", "answer", "tags", "amends", "x"])):
        if draw(st.booleans()):
            lines.append("# " + draw(st.sampled_from(["why", "status: no", "", "- x"])))
        if draw(st.integers(0, 3)) == 0:
            lines.append("")
        comment = draw(st.sampled_from(["", "  # said", " #"]))
        if key in ("tags", "amends"):
            items = [draw(_scalar(flow=True)) for _ in range(draw(st.integers(0, 3)))]
            indent = draw(st.sampled_from(["", "  ", "    "]))
            if not items or draw(st.booleans()):
                comma = draw(st.sampled_from([", ", ",", " , "]))
                lines.append(f"{key}: [{comma.join(items)}]{comment}")
            else:
                lines += [f"{key}:{comment}", *(f"{indent}- {item}{comment}" for item in items)]
        else:
            space = draw(st.sampled_from([" ", "   "]))
            text = draw(_scalar(flow=False))
            lines.append(f"{key}:{space}{text}{'' if text[:1] in '|>' else comment}")
    end = draw(st.sampled_from(["\n", "\r\n"]))
    front = "\n".join(["---", *lines, "---", "", "# Title", "", "text  ", "---", ""])
    return front.replace("\n", end)


@st.composite
def _scalar(draw: st.DrawFn, flow: bool) -> str:
    kind = draw(KINDS if not flow else st.sampled_from(["plain", "'", '"']))
    if kind == "plain":
        return draw(st.sampled_from(["a", "0003", "2026-01-10", "a b c", "x/y", "true", "1e3"]))
    if kind in ("'", '"'):
        text = draw(TEXTS).replace("\t", " ")
        return yaml.dump(text, default_style=kind, allow_unicode=True, width=10**6).rstrip("\n")
    if kind in ("|", ">"):
        chomp = draw(st.sampled_from(["", "-", "+"]))
        words = draw(st.lists(st.sampled_from(["  one", "  two words", "", "  # no comment"])))
        return f"{kind}{chomp}\n" + "\n".join(["  first", *words])
    return ""


def _same_but(old: str, new: str, wanted: dict[str, object]) -> None:
    assert values(new) == wanted
    before, after = frontmatter.split(old), frontmatter.split(new)
    assert before is not None
    assert after is not None
    assert after[1] == before[1]
    assert ("\r\n" in new) == ("\r\n" in old)
    assert new.count("\r") == (new.count("\n") if "\r" in new else 0)
    comments = [line for line in old.splitlines() if line.startswith("# ")]
    assert [line for line in new.splitlines() if line.startswith("# ")] == comments


@given(front_matters(), st.sampled_from([*KEYS[:4], "x", "review-by"]), TEXTS)
def test_setting_a_value_changes_this_value_alone(text: str, key: str, value: str) -> None:
    old = values(text)
    new = made(text, edit.set_value(text, key, value))

    _same_but(text, new, {**old, key: value})
    assert edit.set_value(new, key, value) == []


@given(front_matters(), st.sampled_from(["tags", "amends", "supersedes", "governs"]), TEXTS)
def test_appending_adds_this_item_alone(text: str, key: str, value: str) -> None:
    old = values(text)
    held = old.get(key) or []
    new = made(text, edit.append(text, key, value))

    _same_but(text, new, {**old, key: held if value in held else [*held, value]})
    assert edit.append(new, key, value) == []


@given(front_matters(), st.sampled_from(["status", "tags", "amends", "x", "answer"]))
def test_renaming_and_removing_touch_this_key_alone(text: str, key: str) -> None:
    old = values(text)
    renamed = made(text, edit.rename_key(text, key, "informed"))
    removed = made(text, edit.remove_key(text, key))

    _same_but(text, renamed, {"informed" if k == key else k: v for k, v in old.items()})
    _same_but(text, removed, {k: v for k, v in old.items() if k != key})


@given(front_matters(), st.sampled_from(["status", "date", "source", "answer", "x"]))
def test_an_edit_to_the_same_value_is_none(text: str, key: str) -> None:
    value = values(text)[key]
    if isinstance(value, str):
        assert edit.set_value(text, key, value) == []
