"""Titles and ids, from headings, front matter and file names."""

import pytest

from mkdocs_decisions.foreign import read_text

TITLES = [
    ("# 3. Use a queue", "Use a queue"),
    ("# 0003. Use a queue", "Use a queue"),
    ("# 3 - Use a queue", "Use a queue"),
    ("# 3: Use a queue", "Use a queue"),
    ("# 0003 Use a queue", "Use a queue"),
    ("# ADR 3: Use a queue", "Use a queue"),
    ("# ADR-003 — Use a queue", "Use a queue"),
    ("# ADR-0003: Use a queue", "Use a queue"),
    ("# ADR003: Use a queue", "Use a queue"),
    ("# ADR #3 Use a queue", "Use a queue"),
    ("# ADR 3 - Use a queue", "Use a queue"),
    ("# [ADR-003] Use a queue", "Use a queue"),
    ("# Architecture Decision Record 3: Use a queue", "Use a queue"),
    ("# Architecture Decision Record: Use a queue", "Use a queue"),
    ("# Team RFC 0003: Use a queue", "Use a queue"),
    ("# RFC: Use a queue", "Use a queue"),
    ("# KEP-3: Use a queue", "Use a queue"),
    ("# PROJ-3: Use a queue", "Use a queue"),
    ("# Use a queue", "Use a queue"),
    ("# Use a `queue` **now**", "Use a queue now"),
    ("# Use a queue {#adr-3}", "Use a queue"),
    ("# Use a [queue](x.md)", "Use a queue"),
    ("# 3. Use a queue [Accepted]", "Use a queue"),
    ("Use a queue\n===========", "Use a queue"),
    ("ADR 3: Use a queue\n==================", "Use a queue"),
    ("<h1 align='center'>3. Use a queue</h1>", "Use a queue"),
    ("## 3. Use a queue", "Use a queue"),
    ("# Architecture Decision Record\n\n## Title\n\nUse a queue", "Use a queue"),
    ("# ADR\n\n## ADR 3: Use a queue", "Use a queue"),
    ("Title: Use a queue\n\n## Status", "Use a queue"),
    ("| Title | Use a queue |\n|--|--|\n| Status | Draft |", "Use a queue"),
    ("**3. Use a queue**\n\nText", "Use a queue"),
    ("---\ntitle: 'ADR003: Use a queue'\n---\n\n## Context", "Use a queue"),
    ("---\ntitle: Another\n---\n\n# Use a queue", "Use a queue"),
    ("# 2 factor login", "2 factor login"),
    ("# 3D models", "3D models"),
    ("# Record everything", "Record everything"),
    ("# Decisions are recorded", "Decisions are recorded"),
    ("# Use OAuth 2.0", "Use OAuth 2.0"),
]
NO_TITLE = [
    "# [short title of solved problem and solution]",
    "# {short title of solved problem and solution}",
    "# {title}",
    "# <Title>",
    "# Title",
    "# ADR {NUMBER}: {TITLE}",
    "# 3. [Title]",
    "# Architecture Decision Record",
    "# ADR",
    "# ADR-0003",
    "## Context\n\nWords",
    "Words only",
]


@pytest.mark.parametrize(("text", "title"), TITLES)
def test_a_title_is_told_without_its_number(text, title):
    assert read_text(text + "\n", "0003-use-a-queue.md").title == title


@pytest.mark.parametrize("text", NO_TITLE)
def test_a_placeholder_or_nothing_is_no_title(text):
    record = read_text(text + "\n", "0003-use-a-queue.md")
    assert record.title is None
    assert "title" in [unknown.field for unknown in record.unknowns]


IDS = [
    ("0003-slug.md", "0003"),
    ("003.md", "003"),
    ("3_slug.md", "3"),
    ("adr-003-slug.md", "003"),
    ("ADR001-slug.md", "001"),
    ("ADR-0007.md", "0007"),
    ("rfc0012-slug.md", "0012"),
    ("PROJ-12-slug.md", "12"),
    ("20200102-slug.md", "20200102-slug"),
    ("2020-01-02-slug.md", "2020-01-02-slug"),
    ("2020-01-02-slug/README.md", "2020-01-02-slug"),
    ("2020-01-02-slug/index.md", "2020-01-02-slug"),
    ("012/README.md", "012"),
    ("0012-slug/README.md", "0012"),
    ("deep/er/0004-slug.mdx", "0004"),
    ("0004-slug.markdown", "0004"),
]


@pytest.mark.parametrize(("path", "record_id"), IDS)
def test_the_name_tells_the_id(path, record_id):
    assert read_text("# T\n", path).id == record_id


@pytest.mark.parametrize(
    ("text", "record_id"),
    [
        ("# ADR-12: T\n", "12"),
        ("---\nid: ADR-0012\n---\n# T\n", "0012"),
        ("# T\n\n| ADR | 12 |\n|--|--|\n| Status | Draft |\n", "12"),
        ("# T\n", None),
        ("---\nid: 4\n---\n# ADR-12: T\n", None),
    ],
)
def test_the_text_tells_the_id_where_the_name_does_not(text, record_id):
    record = read_text(text, "slug.md")
    assert record.id == record_id
    assert ("id" in [unknown.field for unknown in record.unknowns]) == (record_id is None)


def test_a_number_in_the_title_that_differs_from_the_name_is_reported():
    record = read_text("# 6. T\n", "0007-t.md")
    assert record.id == "0007"
    [unknown] = [unknown for unknown in record.unknowns if unknown.field == "id"]
    assert (unknown.line, "6" in unknown.reason) == (1, True)
    assert "id" not in [unknown.field for unknown in read_text("# 7. T\n", "0007-t.md").unknowns]


def test_a_mark_in_the_title_that_contradicts_the_status_makes_it_unknown():
    told = read_text("# 3. T (superseded)\n\n## Status\n\nAccepted\n", "0003-t.md")
    assert told.status is None
    assert (
        read_text("# 3. T [Accepted]\n\n## Status\n\nAccepted\n", "0003-t.md").status == "accepted"
    )
    assert read_text("# 3. T [Accepted]\n", "0003-t.md").status is None
