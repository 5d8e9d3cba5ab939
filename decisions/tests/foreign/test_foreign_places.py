"""Where a status may stand, where it may not, and what happens when two places disagree."""

import pytest

from mkdocs_decisions.foreign import read_text

TOLD = {
    "a section": ("# T\n\n## Status\n\nAccepted\n", "accepted", "section"),
    "a section with a number": ("# T\n\n## 1. Status\n\nAccepted\n", "accepted", "section"),
    "a section with a sign": ("# T\n\n## 📊 Status:\n\nAccepted\n", "accepted", "section"),
    "a deeper section": ("# T\n\n## Decision\n\n### Status\n\nAccepted\n", "accepted", "section"),
    "a section of a summary": (
        "# T\n\n## Summary\n\n### Issue\n\nx\n\n### Status\n\nDecided. We stay open to others.\n",
        "accepted",
        "section",
    ),
    "a section of the first level": ("# T\n\n# Status\n\nAccepted\n", "accepted", "section"),
    "a section named otherwise": ("# T\n\n## Decision status\n\nAccepted\n", "accepted", "section"),
    "a heading that says it": ("# T\n\n## Status: Accepted\n\n## Context\n", "accepted", "section"),
    "a heading with a dash": ("# T\n\n## Status - Accepted\n", "accepted", "section"),
    "a heading with brackets": ("# T\n\n## Status (Accepted)\n\nx\n", "accepted", "section"),
    "a label with brackets": ("# T\n\nStatus [Accepted]\n", "accepted", "label"),
    "dated sub-headings": (
        "# T\n\n## Status\n\n### Accepted 2020-02-02\n\n### Draft 2020-01-01\n",
        "accepted",
        "section",
    ),
    "a sub-heading": ("# T\n\n## Status\n\n### Accepted\n\n## Context\n", "accepted", "section"),
    "a heading of the same level": (
        "# T\n\n## Status\n\n## Accepted\n\n## Context\n",
        "accepted",
        "section",
    ),
    "a section in capitals": ("# T\n\n## STATUS\n\nACCEPTED\n", "accepted", "section"),
    "an underlined section": ("# T\n\nStatus\n------\nAccepted\n", "accepted", "section"),
    "a value over a rule": ("# T\n\n## Status\n\nStatus: Accepted\n---\n", "accepted", "section"),
    "an indented value": ("# T\n\n## Status\n\n    Accepted\n", "accepted", "section"),
    "a quoted value": ("# T\n\n## Status\n\n> Accepted\n", "accepted", "section"),
    "an item": ("# T\n\n## Status\n\n* Accepted\n", "accepted", "section"),
    "a section with a label": ("# T\n\n## Status\n\nStatus: Accepted\n", "accepted", "section"),
    "a section with a table": (
        "# T\n\n## Status\n\n| Status | Date |\n|--|--|\n| Accepted | 2020-01-02 |\n",
        "accepted",
        "table",
    ),
    "a section of metadata": ("# T\n\n## Metadata\n\n- Status: Accepted\n", "accepted", "label"),
    "a line before the title": ("Status: Accepted\n\n# T\n", "accepted", "label"),
    "a line with others": (
        "# T\n\nDate: 2020-01-02 | Status: Accepted | By: Ada\n",
        "accepted",
        "label",
    ),
    "front matter": ("---\nstatus: accepted\n---\n# T\n", "accepted", "front-matter"),
    "front matter in capitals": ("---\nStatus: ACCEPTED\n---\n# T\n", "accepted", "front-matter"),
    "front matter, a list": ("---\nstatus: [accepted]\n---\n# T\n", "accepted", "front-matter"),
    "front matter, braces left": (
        "---\nstatus: {proposed}\n---\n# T\n",
        "proposed",
        "front-matter",
    ),
    "front matter, nested": (
        "---\nadr:\n  status: accepted\n---\n# T\n",
        "accepted",
        "front-matter",
    ),
    "front matter, a mapping": (
        "---\nstatus:\n  name: accepted\n  date: 2020-01-02\n---\n# T\n",
        "accepted",
        "front-matter",
    ),
    "front matter, another key": (
        "---\nadr_status: accepted\n---\n# T\n",
        "accepted",
        "front-matter",
    ),
    "front matter, a sign": ("---\nstatus: ✅ accepted\n---\n# T\n", "accepted", "front-matter"),
    "front matter, a link": (
        "---\nstatus: superseded by [ADR-5](0005-x.md)\n---\n# T\n",
        "superseded",
        "front-matter",
    ),
    "front matter, a comment": (
        "---\nstatus: accepted # or not\n---\n# T\n",
        "accepted",
        "front-matter",
    ),
    "front matter after a comment": (
        "<!-- Licence -->\n\n---\nstatus: accepted\n---\n# T\n",
        "accepted",
        "front-matter",
    ),
    "front matter that is no YAML": (
        "---\ntitle: a: b: c\nstatus: 'accepted'\n---\n# T\n",
        "accepted",
        "front-matter",
    ),
    "front matter with an alias": (
        "---\nx: &a 1\ny: *a\nstatus: accepted\n---\n# T\n",
        "accepted",
        "front-matter",
    ),
    "front matter in TOML": ('+++\nstatus = "accepted"\n+++\n# T\n', "accepted", "front-matter"),
    "a badge": (
        "# T\n\n![Status](https://x.org/badge/status-accepted-green)\n",
        "accepted",
        "badge",
    ),
    "a badge by its text": ("# T\n\n![Status: accepted](x.svg)\n", "accepted", "badge"),
    "a linked badge": (
        "# T\n\n[![status](https://img.shields.io/badge/Status-In_Review-blue.svg)](x)\n",
        "proposed",
        "badge",
    ),
    "raw HTML": ("# T\n\n<p><b>Status:</b> Accepted</p>\n\n## Context\n", "accepted", "label"),
    "a byte order mark": ("\ufeff---\nstatus: accepted\n---\n# T\n", "accepted", "front-matter"),
    "line ends of another system": (
        "# T\r\n\r\n## Status\r\n\r\nAccepted\r\n",
        "accepted",
        "section",
    ),
    "a template's line and a value": (
        "# T\n\n## Status\n\n[proposed | accepted | rejected]\n\nAccepted\n",
        "accepted",
        "section",
    ),
    "an empty front matter key and a section": (
        "---\nstatus:\n---\n# T\n\n## Status\n\nAccepted\n",
        "accepted",
        "section",
    ),
    "places that agree": (
        "---\nstatus: accepted\n---\n# T\n\n## Status\n\nApproved\n",
        "accepted",
        "front-matter",
    ),
    "a status of the page": (
        "---\nstatus: published\n---\n# T\n\n## Status\n\nAccepted\n",
        "accepted",
        "section",
    ),
    "a label over its value": ("# T\n\nStatus\n\nAccepted\n", "accepted", "label"),
    "an item over its value": (
        "# T\n\n- Status\n  - Accepted\n- Date\n  - x\n",
        "accepted",
        "label",
    ),
    "a label over boxes": (
        "# T\n\nStatus:\n\n- [ ] Draft\n- [x] Accepted\n- [ ] Rejected\n\n## Context\n",
        "accepted",
        "label",
    ),
    "a label and a line below it": (
        "# T\n\nStatus: Accepted\nSuperseded by [5](0005-x.md)\n",
        "superseded",
        "label",
    ),
    "a bold label and paragraphs below it": (
        "# T\n\n**Status**\n\nAccepted\n\nSuperseded by [5](0005-x.md)\n\n**Context**\n",
        "superseded",
        "label",
    ),
    "a word alone at the top": ("# T\n\n*Accepted*\n\n2020-01-02\n", "accepted", "notice"),
    "a successor at the top": ("# T\n\n> Superseded by [5](0005-x.md)\n", "superseded", "notice"),
    "a notice alone": (
        "# T\n\nThis record has been superseded by ADR 9.\n",
        "superseded",
        "notice",
    ),
}

NOT_TOLD = {
    "nothing": ("# T\n\n## Context\n\nWords\n", "no status is told"),
    "prose": ("# T\n\n## Decision\n\nAccepted by all. Status quo.\n", "no status is told"),
    "status quo": ("# T\n\n## Status quo\n\nAccepted practice.\n", "no status is told"),
    "current status": ("# T\n\n## Current status of things\n\nDone\n", "no status is told"),
    "a code sample": ("# T\n\n```yaml\nstatus: accepted\n```\n", "no status is told"),
    "a code sample in the section": ("# T\n\n## Status\n\n```\nAccepted\n```\n", "empty"),
    "a comment": ("# T\n\n<!-- Status: accepted -->\n\n## Context\n", "no status is told"),
    "a comment in MDX": ("# T\n\n{/* Status: accepted */}\n\n## Context\n", "no status is told"),
    "another section": ("# T\n\n## Context\n\nStatus: accepted\n", "something else"),
    "a reply": ("# T\n\n## Context\n\nStatus: 200 OK\n", "something else"),
    "another label": (
        "# T\n\nStatus note: accepted\n\nImplementation status: done\n",
        "no status is told",
    ),
    "an empty section": ("# T\n\n## Status\n\n## Context\n\nAccepted\n", "empty"),
    "an empty key": ("---\nstatus:\n---\n# T\n", "empty"),
    "a null": ("---\nstatus: null\n---\n# T\n", "empty"),
    "a key of something else": (
        "---\nx:\n  y:\n    status: accepted\n---\n# T\n",
        "no status is told",
    ),
    "a key under another": ("---\nreview: {status: approved}\n---\n# T\n", "no status is told"),
    "a section in another": ("# T\n\n## Roll-out\n\n### Status\n\nDone\n", "no status is told"),
    "a table of progress": (
        "# T\n\n## Status\n\n| Step | Status |\n|--|--|\n| API | Done |\n| UI | Done |\n",
        "empty",
    ),
    "sub-headings for all": (
        "# T\n\n## Status\n\n### Proposed\n\n### Accepted\n\n### Rejected\n",
        "placeholder",
    ),
    "sub-headings with words": (
        "# T\n\n## Status\n\n### Proposed\n\nBy Ada.\n\n### Rejected\n\nBy Bob.\n",
        "two statuses",
    ),
    "a tag": ("---\ntags: [accepted]\n---\n# T\n", "no status is told"),
    "a choice in YAML": ("---\nstatus: [proposed | accepted]\n---\n# T\n", "placeholder"),
    "a list in YAML": ("---\nstatus: [proposed, accepted, rejected]\n---\n# T\n", "front-matter"),
    "front matter and section": (
        "---\nstatus: proposed\n---\n# T\n\n## Status\n\nAccepted\n",
        "front-matter says proposed, section says accepted",
    ),
    "label and section": ("# T\n\nStatus: draft\n\n## Status\n\nAccepted\n", "label says proposed"),
    "two labels": ("# T\n\nStatus: draft\n\nStatus: accepted\n", "label says proposed"),
    "two sections": (
        "# T\n\n## Status\n\nDraft\n\n## Status\n\nAccepted\n",
        "section says proposed",
    ),
    "a key twice": ("---\nstatus: draft\nstatus: accepted\n---\n# T\n", "front-matter says"),
    "a badge that says two things": (
        "# T\n\n![status: accepted](https://x.org/badge/status-rejected-red)\n",
        "badge says",
    ),
    "a notice and a section": (
        "# T\n\n*This ADR is deprecated.*\n\n## Status\n\nAccepted\n",
        "notice says deprecated",
    ),
    "a doubt in one place": (
        "---\nstatus: accepted\n---\n# T\n\n## Status\n\nOn hold\n",
        "none of the five",
    ),
    "a row of all": (
        "# T\n\n| Status | proposed | accepted | rejected |\n|--|--|--|--|\n",
        "placeholder",
    ),
    "a row with too many cells": (
        "# T\n\n| Key | Value |\n|--|--|\n| Status | proposed | accepted |\n",
        "placeholder",
    ),
    "a label over a list of all": (
        "# T\n\nStatus:\n\n- Proposed\n- Accepted\n- Rejected\n\n## Context\n",
        "placeholder",
    ),
    "a successor at the top of an accepted record": (
        "# T\n\n⚠️ Superseded by [5](0005-x.md)\n\n## Status\n\nAccepted\n",
        "says",
    ),
    "a comment that is never closed": ("# T\n\n<!-- > Status: accepted\n", "no status is told"),
    "a history without dates": (
        "# T\n\n| Status | By |\n|--|--|\n| proposed | Ada |\n| rejected | Bob |\n",
        "no status is told",
    ),
}


@pytest.mark.parametrize("case", TOLD)
def test_a_status_is_told_by(case):
    text, status, form = TOLD[case]
    record = read_text(text, "0001-t.md")
    assert (record.status, record.form) == (status, form), record.unknowns


@pytest.mark.parametrize("case", NOT_TOLD)
def test_no_status_is_told_by(case):
    text, reason = NOT_TOLD[case]
    record = read_text(text, "0001-t.md")
    assert record.status is None
    [unknown] = [unknown for unknown in record.unknowns if unknown.field == "status"]
    assert reason in unknown.reason or reason == unknown.reason or reason in record.form


def test_the_words_and_the_line_are_kept():
    text = "---\ntitle: T\n---\n\n# T\n\n## Status\n\nFrobnicated\n"
    record = read_text(text, "0001-t.md")
    [unknown] = [unknown for unknown in record.unknowns if unknown.field == "status"]
    assert (record.status_text, unknown.line) == ("Frobnicated", 9)
    told = read_text("# T\n\n* Status: **Accepted** on 2020-01-02\n", "0001-t.md")
    assert told.status_text == "Accepted on 2020-01-02"


def test_the_line_of_a_second_status_is_named():
    text = "---\nstatus: draft\n---\n# T\n\n## Status\n\nAccepted\n"
    [unknown] = [u for u in read_text(text, "0001-t.md").unknowns if u.field == "status"]
    assert unknown.line == 8
