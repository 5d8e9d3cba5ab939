"""Rules that hold for any text: no traceback, one answer, and no status out of nothing."""

import dataclasses
import json
import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from mkdocs_decisions.foreign import ForeignRecord, read_text

FAMILIES = {None, "proposed", "accepted", "rejected", "deprecated", "superseded"}
PIECES = st.sampled_from(
    """---|+++|# T|## Status|## Context|Status:|* Status: |- **Status:** |status: |date: |[x] |[ ] |
    accepted|Accepted|approved|done|proposed|draft|rejected|deprecated|superseded|superseded by|
    partially|not|not yet|will be|no longer|and|but|now|or|,|.|;|(|)|[|]|{|}|~~|**|`|->|→|/|
    ADR-5|[ADR-5](0005-x.md)|5|2020-01-02|03/04/2020|Date: |<!--|-->|<table>|<tr><td>|</td>|<del>|
    ![status](https://x.org/badge/status-accepted-green)|| Status | accepted ||--|--||:|：|
    this ADR has been|implemented|pending|\t|    |> |\u200b|✅|已接受|ſ|İ|K""".replace(
        "\n    ", ""
    ).split("|")
)
ENDS = st.sampled_from(["", " ", "\n", "\n\n", "\r\n"])
DOCUMENTS = st.lists(st.tuples(PIECES, ENDS), max_size=25).map(
    lambda pieces: "".join(piece + end for piece, end in pieces)
)
TEXTS = st.one_of(st.text(), DOCUMENTS)
PATHS = st.sampled_from(["0001-t.md", "t.md", "20200102-t.md", "2020-01-02-t/README.md", ".md"])
ACCEPTING = re.compile(
    "accept|approv|adopt|ratif|endors|effect|force|agree|active|done|final|decided|complet|confirm|"
    "in use|valid|implement|已接受|gelten",
    re.IGNORECASE,
)


@settings(max_examples=600, deadline=None)
@given(TEXTS, PATHS)
@example("---\nstatus: &a [*a]\n---\n", "t.md")
@example("---\n" + "{" * 5000 + "\n---\n", "t.md")
@example("+++\na=" + "[" * 5000 + "\n+++\n", "t.md")
@example("> " * 500 + "Status: accepted", "t.md")
@example("[" * 3000, "t.md")
@example("| Status |\n|--|\n" * 200, "t.md")
def test_any_text_is_read_and_every_missing_thing_has_a_reason(text, path):
    record = read_text(text, path)
    assert isinstance(record, ForeignRecord)
    assert record.status in FAMILIES
    json.dumps(dataclasses.asdict(record))
    unknown = [one.field for one in record.unknowns]
    for field in ("title", "status", "date"):
        assert unknown.count(field) == (getattr(record, field) is None)
    assert ("id" in unknown) >= (record.id is None)
    lines = text.count("\n") + text.count("\r") + 1
    for one in [*record.unknowns, *record.relations]:
        assert one.line is None or 1 <= one.line <= lines


@settings(max_examples=200, deadline=None)
@given(TEXTS, PATHS)
def test_the_same_text_is_always_read_alike(text, path):
    assert read_text(text, path) == read_text(text, path)


@settings(max_examples=600, deadline=None)
@given(TEXTS)
def test_nothing_is_accepted_without_a_word_that_accepts(text):
    record = read_text(text, "0001-t.md")
    if record.status == "accepted":
        assert ACCEPTING.search(record.status_text or "")


STRANGE = st.text(st.characters(categories=["Ll", "Lu", "Zs"]), max_size=40)


@settings(max_examples=300, deadline=None)
@given(STRANGE)
def test_words_that_no_vocabulary_knows_tell_no_status(words):
    known = re.compile("accept|draft|done|open|rfc|wip|active|final", re.IGNORECASE)
    record = read_text(f"# T\n\n## Status\n\nqx {words}\n", "0001-t.md")
    assert known.search(words) or record.status is None


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["not", "never", "hardly", "almost", "un", "nearly", "hopefully", "if"]))
def test_a_word_before_accepted_that_weakens_it_is_never_overheard(word):
    for text in (
        f"{word} accepted",
        f"This is {word} accepted",
        f"{word}accepted",
        f"{word}-accepted",
    ):
        record = read_text(f"# T\n\n## Status\n\n{text}\n", "0001-t.md")
        assert record.status != "accepted"


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["Accepted", "Draft", "Rejected", "Deprecated", "Superseded by ADR-5"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["", "\ufeff"]),
    st.sampled_from(["", " ", "\t"]),
)
def test_line_ends_marks_and_spaces_change_nothing(words, end, mark, space):
    lines = ["# T", "", "## Status", "", words + space, "", "## Context", ""]
    plain = read_text("\n".join(lines), "0001-t.md")
    assert plain.status is not None
    assert read_text(mark + end.join(lines), "0001-t.md") == plain
