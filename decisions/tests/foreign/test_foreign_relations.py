"""Relations to other records, by their kind, their target as told, and their line."""

import pytest

from mkdocs_decisions.foreign import read_text


def relations(text, path="0009-t.md"):
    return [(one.kind, one.target) for one in read_text(text, path).relations]


STATUS_WORDS = {
    "Superseded by [ADR-0005](0005-x.md)": [("superseded-by", "0005-x.md")],
    "Superseded by [5. Foo](./0005-foo.md#decision)": [("superseded-by", "0005-foo.md")],
    "Superseded by [x](../other/0005-x.md)": [("superseded-by", "../other/0005-x.md")],
    "Superseded by ADR-0005": [("superseded-by", "ADR-0005")],
    "Superseded by ADR 5": [("superseded-by", "ADR 5")],
    "Superseded by decision 12": [("superseded-by", "12")],
    "Superseded by #12": [("superseded-by", "12")],
    "Superseded by 0005-x.md": [("superseded-by", "0005-x.md")],
    "superseded by 20210101-use-y": [("superseded-by", "20210101-use-y")],
    "Superseded by [ADR-7] and ADR-8": [("superseded-by", "ADR-7"), ("superseded-by", "ADR-8")],
    "Superseded by [ADR-7](https://example.org/wiki/7)": [("superseded-by", "ADR-7")],
    "Superseded by [x](https://example.org/adr/0007-x.md)": [("superseded-by", "0007-x.md")],
    "Superseded by [the wiki](https://example.org/wiki)": [
        ("superseded-by", "https://example.org/wiki")
    ],
    "Superseded on 2022-03-04 by ADR-7": [("superseded-by", "ADR-7")],
    "Superseded (2022-03-04) by [ADR-7](0007-x.md)": [("superseded-by", "0007-x.md")],
    "Replaced by ADR-7": [("superseded-by", "ADR-7")],
    "Deprecated in favour of [ADR 5](0005-x.md)": [("superseded-by", "0005-x.md")],
    "Partially superseded by ADR-12": [("amended-by", "ADR-12")],
    "Accepted, superseded in part by ADR-12": [("amended-by", "ADR-12")],
    "Accepted. Supersedes 3": [("supersedes", "3")],
    "Accepted\n\nSupersedes [2. A](0002-a.md)\n\nAmends [1. B](0001-b.md)": [
        ("supersedes", "0002-a.md"),
        ("amends", "0001-b.md"),
    ],
    "Accepted, supersedes ADR-1 and amended by ADR-9": [
        ("supersedes", "ADR-1"),
        ("amended-by", "ADR-9"),
    ],
    "Accepted; depends on ADR-4": [("depends-on", "ADR-4")],
    "Accepted\n\nClarified by [4](0004-d.md)": [("relates-to", "0004-d.md")],
    "Ersetzt durch ADR-5": [("superseded-by", "ADR-5")],
    "Accepted, will be superseded by ADR 5": [],
    "Accepted. The storage part is superseded by [5](0005-x.md)": [("amended-by", "0005-x.md")],
    "Accepted. Amended by Ada in 2020": [],
    "Accepted, requires 2 approvals": [],
    "Accepted, requires Python 3": [],
    "Accepted, requires 10% of all": [],
    "Accepted, depends on PROJ-12.": [("depends-on", "PROJ-12")],
    "Superseded by 12 on 2020-01-02": [("superseded-by", "12")],
    "Accepted. Updated by 2020-01-02": [],
    "Accepted. Amended by PR #12": [],
    "Accepted. Amended by [#12](https://example.org/x/pull/12)": [],
    "Superseded by [ADR-0005](0005-example.md)": [],
    "Superseded by ADR-XXX": [],
    "[proposed | superseded by [ADR-0005](0005-x.md)]": [],
    "~~Superseded by ADR-5~~ Accepted": [],
}


@pytest.mark.parametrize("words", STATUS_WORDS)
def test_the_words_of_a_status_tell_relations(words):
    assert relations(f"# 9. T\n\n## Status\n\n{words}\n") == STATUS_WORDS[words]


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("Supersedes", "supersedes"),
        ("Replaces", "supersedes"),
        ("Superseded by", "superseded-by"),
        ("Superseded-By", "superseded-by"),
        ("Replaced by", "superseded-by"),
        ("Amends", "amends"),
        ("Amended by", "amended-by"),
        ("Depends on", "depends-on"),
        ("Related", "relates-to"),
        ("See also", "relates-to"),
    ],
)
def test_labels_tell_relations(label, kind):
    assert relations(f"# T\n\n* {label}: [4](0004-x.md), [5](0005-y.md)\n") == [
        (kind, "0004-x.md"),
        (kind, "0005-y.md"),
    ]
    assert relations(f"# T\n\n- **{label}:** ADR-4, ADR-5\n") == [(kind, "ADR-4"), (kind, "ADR-5")]
    assert relations(f"# T\n\n| {label} | 4 |\n|--|--|\n| Date | x |\n") == [(kind, "4")]
    assert relations(f"# T\n\n* {label}: N/A\n") == []
    assert relations(f"# T\n\n* {label}: none\n") == []


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("supersedes", "supersedes"),
        ("superseded-by", "superseded-by"),
        ("superseded_by", "superseded-by"),
        ("supersededBy", "superseded-by"),
        ("replaces", "supersedes"),
        ("amends", "amends"),
        ("depends-on", "depends-on"),
        ("related", "relates-to"),
    ],
)
def test_keys_of_the_front_matter_tell_relations(key, kind):
    text = f'---\ntitle: T\n{key}: ["0004", "ADR-5"]\n---\n# T\n'
    assert relations(text) == [(kind, "0004"), (kind, "ADR-5")]
    assert [one.line for one in read_text(text, "0009-t.md").relations] == [3, 3]
    assert relations(f"---\n{key}:\n  - 0004-x.md\n---\n# T\n") == [(kind, "0004-x.md")]
    assert relations(f"---\n{key}:\n---\n# T\n") == []
    assert relations(f"---\n{key}: []\n---\n# T\n") == []


def test_lists_of_links_tell_relations_to_records_only():
    text = """# T

## Links

* Refined by [ADR-0005](0005-x.md)
* Supersedes [ADR-0003](0003-x.md)
* [Manual](https://example.org)
* [ADR-0007](0007-x.md) "for more"

## References

* [Some book](https://example.org/book)
* [ADR-0008](0008-x.md)
* Amends [ADR-0009](0009-x.md)
* Supersedes [the old book](https://example.org/old)
"""
    assert relations(text) == [
        ("relates-to", "0005-x.md"),
        ("supersedes", "0003-x.md"),
        ("relates-to", "0007-x.md"),
        ("amends", "0009-x.md"),
    ]


def test_prose_elsewhere_tells_no_relation():
    assert (
        relations("# T\n\n## Context\n\nThis supersedes ADR-4 and amends [5](0005-x.md).\n") == []
    )


def test_a_relation_has_the_line_that_tells_it_and_is_told_once():
    text = "# T\n\n* Supersedes: ADR-4\n\n## Status\n\nAccepted\n\nSupersedes ADR-4\n"
    [one] = read_text(text, "0009-t.md").relations
    assert (one.kind, one.target, one.line) == ("supersedes", "ADR-4", 3)


def test_superseded_by_nothing_is_said():
    record = read_text("# T\n\n## Status\n\nSuperseded\n", "0009-t.md")
    assert [u.line for u in record.unknowns if u.field == "relations"] == [5]


@pytest.mark.parametrize(
    "text",
    [
        "---\nstatus: accepted\nsuperseded-by: [12]\n---\n# T\n",
        "# T\n\nStatus: Accepted\nSuperseded by: ADR-12\n",
        "# T\n\n* Status: accepted\n\n## Links\n\n* Superseded by [ADR-12](0012-x.md)\n",
    ],
)
def test_accepted_with_a_successor_elsewhere_is_unknown(text):
    record = read_text(text, "0009-t.md")
    assert record.status is None
    assert any("supersedes it" in unknown.reason for unknown in record.unknowns)
