"""Which date a record tells, and which words are no date for certain."""

import pytest

from mkdocs_decisions.foreign import read_text

TOLD = [
    ("2020-01-02", "2020-01-02"),
    ("2020-1-2", "2020-01-02"),
    ("2019/5/3", "2019-05-03"),
    ("2019.05.03", "2019-05-03"),
    ("20200102", "2020-01-02"),
    ("2020-01-02T10:11:12Z", "2020-01-02"),
    ("2020-01-02 10:11", "2020-01-02"),
    ("Thursday, 2020-01-02", "2020-01-02"),
    ("2 Jan 2020", "2020-01-02"),
    ("2 January 2020", "2020-01-02"),
    ("2nd of January 2020", "2020-01-02"),
    ("02-Jan-2020", "2020-01-02"),
    ("January 5th, 2021", "2021-01-05"),
    ("Jan. 5 2021", "2021-01-05"),
    ("Sept 5, 2021", "2021-09-05"),
    ("2021 January 5", "2021-01-05"),
    ("21/06/2019", "2019-06-21"),
    ("06/21/2019", "2019-06-21"),
    ("21.06.2019", "2019-06-21"),
    ("05/05/2019", "2019-05-05"),
    ("3. März 2021", "2021-03-03"),
    ("3 février 2021", "2021-02-03"),
    ("5 de mayo de 2021", "2021-05-05"),
    ("5 de maio de 2021", "2021-05-05"),
    ("2021年3月6日", "2021-03-06"),
    ("2021년 3월 6일", "2021-03-06"),
    ("**2020-01-02**", "2020-01-02"),
    ("2020-01-02 (2 January 2020)", "2020-01-02"),
]
NOT_TOLD = [
    ("03/04/2020", "day or month first"),
    ("3.4.2020", "day or month first"),
    ("2020-02-30", "no day of the calendar"),
    ("2020-13-01", "no day of the calendar"),
    ("31/31/2020", "no day of the calendar"),
    ("2020-01", "no day"),
    ("January 2020", "no day"),
    ("2020", "no day"),
    ("1/2/20", "two digits"),
    ("YYYY-MM-DD", "no date"),
    ("[YYYY-MM-DD when the decision was last updated]", "no date"),
    ("{date}", "no date"),
    ("last spring", "no date"),
    ("2020-01-02, 2021-03-04", "several dates"),
]
LABELS = [
    "Date: {}",
    "* Date: {}",
    "- **Date:** {}",
    "Created: {}",
    "Status: accepted\nDate: {}",
    "Status: accepted; Date: {}",
    "| Date | {} |\n|--|--|\n| Status | accepted |",
    "## Date\n\n{}",
]


# As a paragraph of its own, "3. März" is an item of a list to Markdown, and no date.
READ = [
    (label, words, iso)
    for label in LABELS
    for words, iso in TOLD
    if not (label.endswith("\n\n{}") and words.startswith("3. "))
]


@pytest.mark.parametrize(("label", "words", "iso"), READ)
def test_a_date_is_read(label, words, iso):
    record = read_text("# 1. T\n\n" + label.format(words) + "\n\n## Context\n", "0001-t.md")
    assert record.date == iso, record.unknowns


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize(("words", "reason"), NOT_TOLD)
def test_a_date_that_is_not_certain_is_unknown_with_a_reason(label, words, reason):
    record = read_text("# 1. T\n\n" + label.format(words) + "\n\n## Context\n", "0001-t.md")
    assert record.date is None
    [unknown] = [unknown for unknown in record.unknowns if unknown.field == "date"]
    assert reason in unknown.reason
    assert unknown.line is not None


WHICH = {
    "the date with the status comes before the label": (
        "# T\n\nDate: 2020-01-01\n\n## Status\n\nAccepted on 2020-02-02\n",
        "2020-02-02",
    ),
    "the date of an amendment is not that of the status": (
        "# T\n\nDate: 2020-01-01\n\n## Status\n\nAccepted (amended 2020-02-02)\n",
        "2020-01-01",
    ),
    "the date next to the status is meant": (
        "# T\n\n## Status\n\nAccepted by all on 2020-02-02, amended 2020-03-03\n",
        "2020-02-02",
    ),
    "the date of the last of several statuses is meant": (
        "# T\n\n## Status\n\n2020-01-01 proposed; 2020-02-02 accepted\n",
        "2020-02-02",
    ),
    "the date of the status comes before that of the record": (
        "# T\n\nDate: 2020-01-01\nDecision date: 2020-02-02\n",
        "2020-02-02",
    ),
    "a label of another status is not meant": (
        "# T\n\nStatus: deprecated\nDate accepted: 2020-02-02\nDate: 2020-01-01\n",
        "2020-01-01",
    ),
    "a label of the same status is meant": (
        "# T\n\nStatus: accepted\nDate accepted: 2020-02-02\nDate: 2020-01-01\n",
        "2020-02-02",
    ),
    "the day of creation stands in": (
        "# T\n\nCreated: 2020-01-01\nUpdated: 2021-01-01\n",
        "2020-01-01",
    ),
    "the last update stands in": ("# T\n\nLast updated: 2021-01-01\n", "2021-01-01"),
    "a line that is a date alone": ("# T\n\n_3 May 2020_\n\n## Context\n", "2020-05-03"),
    "a history that names the status": (
        "# T\n\n## Changelog\n\n- 2020-01-01: Draft\n- 2020-02-02: accepted\n"
        "\n## Status\n\nAccepted\n",
        "2020-02-02",
    ),
    "a table of history that names the status": (
        "# T\n\nStatus: rejected\n\n## History\n\n| When | What |\n|--|--|\n"
        "| 2020-01-01 | Draft |\n| 2020-02-02 | Rejected |\n",
        "2020-02-02",
    ),
    "a history of one entry": (
        "# T\n\n## Changelog\n\n- 2020-01-01: Initial version\n",
        "2020-01-01",
    ),
    "a history of many entries tells no date": (
        "# T\n\n## Changelog\n\n- 2020-01-01: Begun\n- 2020-02-02: More\n",
        None,
    ),
    "a history of which one date is ambiguous tells no date": (
        "# T\n\n## Changelog\n\n- 22-10-2019: Begun\n- 05-11-2019: More\n",
        None,
    ),
    "a line of the status section that is a date": (
        "# T\n\n## Status\n\nAccepted\n\n2020-02-02\n",
        "2020-02-02",
    ),
    "a date in prose is not meant": ("# T\n\n## Context\n\nSince 2020-01-01 all is well.\n", None),
    "two labels that differ tell no date": ("# T\n\nDate: 2020-01-01\n\nDate: 2020-02-01\n", None),
    "front matter": ("---\ndate: 2020-01-01\n---\n# T\n", "2020-01-01"),
    "front matter with a capital": ("---\nDate: 2020-01-01\n---\n# T\n", "2020-01-01"),
    "front matter and body that differ": (
        "---\ndate: 2020-01-01\n---\n# T\n\nDate: 2020-02-01\n",
        None,
    ),
    "the rows of a table of statuses": (
        "# T\n\n| Status | Date |\n|--|--|\n| proposed | 2020-01-01 |\n| accepted | 2020-02-02 |\n",
        "2020-02-02",
    ),
}


@pytest.mark.parametrize("case", WHICH)
def test_which_of_several_dates_is_the_record_s(case):
    text, iso = WHICH[case]
    assert read_text(text, "0001-t.md").date == iso


def test_an_ambiguous_date_beside_the_status_is_named():
    record = read_text("# T\n\n## Status\n\nAccepted on 3/4/2020\n", "0001-t.md")
    [unknown] = [one for one in record.unknowns if one.field == "date"]
    assert (unknown.line, "3/4/2020" in unknown.reason) == (5, True)


def test_the_name_tells_the_date_when_nothing_else_does():
    assert read_text("# T\n", "20200102-t.md").date == "2020-01-02"
    assert read_text("# T\n", "2020-01-02-t.md").date == "2020-01-02"
    assert read_text("# T\n", "2020-01-02-t/README.md").date == "2020-01-02"
    assert read_text("# T\n\nDate: 2020-03-04\n", "20200102-t.md").date == "2020-03-04"
    assert read_text("# T\n\nDate: 03/04/2020\n", "20200102-t.md").date is None
