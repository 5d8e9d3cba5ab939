"""Whole records in the forms in which public projects keep them, and what a careful reader tells.

Each file of `published` holds records: `@@@ path`, `=> status || title || date || relations`, and
the text. A status is told by its first letter; `?` is what nobody can tell and `*` what is not
asked. `%N1%` stands for a body of `bodies.txt`, full of words that mislead.
"""

import re
from pathlib import Path

import pytest

from mkdocs_decisions.foreign import read_folder, read_text

PUBLISHED = Path(__file__).parent / "published"
FAMILIES = {
    "A": "accepted",
    "P": "proposed",
    "R": "rejected",
    "D": "deprecated",
    "S": "superseded",
    "?": None,
}


def chunks(path):
    for chunk in re.split(r"(?m)^@@@ ", path.read_text(encoding="utf-8"))[1:]:
        head, _, rest = chunk.partition("\n")
        yield head.strip(), rest


BODIES = dict(chunks(PUBLISHED / "bodies.txt"))


def with_bodies(text):
    return re.sub(r"(?m)^%(\w+)%$", lambda found: BODIES[found[1]], text)


def cases():
    for path in sorted(PUBLISHED.glob("*.txt")):
        if path.stem in ("bodies", "words"):
            continue
        for name, rest in chunks(path):
            told, _, text = rest.partition("\n")
            yield pytest.param(
                name, parted(told.removeprefix("=> ")), with_bodies(text), id=f"{path.stem}:{name}"
            )


def parted(told):
    parts = [part.strip() for part in told.split(" || ")]
    return [*parts, *[""] * (4 - len(parts))]


def plain(relation):
    """A relation whose target is told by its number alone."""
    return re.sub(r"^([\w-]+) (?:ADR|RFC|KEP)?[- #]*0*(\d+)$", r"\1 \2", relation)


def assert_tells(record, status, title, date, relations):
    if status != "*":
        assert record.status == FAMILIES[status], record.unknowns
    assert record.title == (None if title == "?" else title), record.unknowns
    if date != "*":
        assert record.date == (None if date in "?-" else date), record.unknowns
    if relations != "*":
        wanted = {plain(one.strip()) for one in relations.split(";") if one.strip()}
        assert {plain(f"{one.kind} {one.target}") for one in record.relations} == wanted
    untold = {name for name in ("status", "title", "date") if getattr(record, name) is None}
    assert untold <= {unknown.field for unknown in record.unknowns}


@pytest.mark.parametrize(("name", "told", "text"), list(cases()))
def test_a_record_of_a_public_project_tells_what_a_careful_reader_would(tmp_path, name, told, text):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    records = read_folder(tmp_path).records
    if told[0] == "SKIP":
        assert records == []
    else:
        [record] = records
        assert_tells(record, *told)


@pytest.mark.parametrize("form", ["## Status\n\n{}\n\n{}", "- Status: {}\n- Deciders: Ada\n\n{}"])
@pytest.mark.parametrize("line", (PUBLISHED / "words.txt").read_text("utf-8").splitlines())
def test_the_words_of_a_status_tell_it_among_other_words(form, line):
    words, status, date, relations = parted(line)
    text = "# 999. Use a queue\n\n" + form.format(words, BODIES["N2"])
    record = read_text(text, "0999-use-a-queue.md")
    assert_tells(record, status, "Use a queue", date, relations)
