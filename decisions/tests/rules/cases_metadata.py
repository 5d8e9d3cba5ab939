"""Cases of ADR1xx."""

from __future__ import annotations

from collections.abc import Callable

from cases import Fails, Passes
from scratch import ONE, THREE, TWO, Scratch

HOSTILE = "adr/a\x1b[31m.md"


def linked(scratch: Scratch) -> None:
    scratch.move(THREE, "elsewhere.md")
    (scratch.root / THREE).symlink_to(scratch.root / "elsewhere.md")


def one(old: str, new: str) -> Callable[[Scratch], object]:
    """Record 0001 with another text in it."""
    return lambda scratch: scratch.edit(ONE, old, new)


def front(text: str) -> Callable[[Scratch], object]:
    """Record 0001 with more in its front matter."""
    return one("status: accepted\n", f"status: accepted\n{text}\n")


def status(text: str) -> Callable[[Scratch], object]:
    return one("status: accepted\n", f"status: {text}\n")


def whole(text: str | bytes) -> Callable[[Scratch], object]:
    return lambda scratch: scratch.write(ONE, text)


CASES: list[Fails | Passes] = [
    Fails(
        "ADR101",
        "an underscore",
        lambda s: s.move(THREE, "adr/0003_Baskets.md"),
        "adr/0003_Baskets.md",
        None,
        "'0003_Baskets.md' is not NNNN-slug.md",
    ),
    Fails(
        "ADR101",
        "no number",
        lambda s: s.write("adr/notes.md", "#"),
        "adr/notes.md",
        None,
        "has no number",
    ),
    Fails(
        "ADR101",
        "control characters",
        lambda s: s.write(HOSTILE, "#"),
        HOSTILE,
        None,
        r"a\x1b[31m.md",
    ),
    Passes("ADR101", "digits in the slug", lambda s: s.move(THREE, "adr/0003-baskets-2.md")),
    Passes("ADR101", "a page about the records", lambda s: s.write("adr/index.md", "# All\n")),
    Fails("ADR102", "a symbolic link", linked, THREE, None, "symbolic link"),
    Fails(
        "ADR102",
        "a byte order mark",
        lambda s: s.write(ONE, "\ufeff" + s.read(ONE)),
        ONE,
        None,
        "byte order mark",
    ),
    Fails(
        "ADR102",
        "no UTF-8",
        lambda s: s.write("adr/0004-a.md", b"\xff\xfe"),
        "adr/0004-a.md",
        None,
        "no UTF-8, at byte 0",
    ),
    Fails("ADR102", "ten megabytes", whole(b"a" * 10_000_000), ONE, None, "10,000,000 bytes"),
    Fails("ADR102", "zero bytes", whole(b"\0" * 9), ONE, None, "no text"),
    Passes("ADR102", "other scripts", one("Totals were off by a cent.", "合計がずれた ✓")),
    Passes(
        "ADR102", "line ends of Windows", lambda s: s.write(ONE, s.read(ONE).replace("\n", "\r\n"))
    ),
    Fails("ADR103", "none", whole("# 0001. Prices\n"), ONE, None, "no front matter"),
    Fails("ADR103", "no end", whole("---\nstatus: accepted\n"), ONE, None, "none that ends"),
    Fails("ADR103", "no YAML", status("accepted: yes"), ONE, "status:", "mapping values"),
    Fails("ADR103", "a list", whole("---\n- a\n---\n"), ONE, "- a", "keys and values"),
    Fails(
        "ADR103",
        "an alias",
        front("tags: &all [prices]\nconsulted: *all"),
        ONE,
        "&all",
        "anchors and aliases",
    ),
    Fails(
        "ADR103",
        "a tag",
        front("informed: !!python/name:os.system x"),
        ONE,
        "!!python",
        "tags are not read",
    ),
    Fails(
        "ADR103",
        "a deep nest",
        front("informed: " + "[" * 400 + "]" * 400),
        ONE,
        "[[[",
        "levels deep",
    ),
    Fails(
        "ADR103",
        "a bottomless nest",
        front("informed: " + "[" * 4_000),
        ONE,
        "[[[",
        "nesting depth",
    ),
    Passes(
        "ADR103", "a rule in the body", one("## Decision Drivers", "---\n\n## Decision Drivers")
    ),
    Fails(
        "ADR104",
        "an underscore",
        front("review_by: 2026-12-01"),
        ONE,
        "review_by",
        "'review_by' is unknown",
        fixed=True,
    ),
    Fails("ADR104", "a word of its own", front("colour: red"), ONE, "colour", "unknown"),
    Passes("ADR104", "every key there is", front("consulted: [Ada]\ninformed: [Bo]")),
    Fails(
        "ADR105",
        "missing",
        one('source: "Issue 4: totals are off by a cent"\n', ""),
        ONE,
        None,
        "'source' is missing",
    ),
    Fails(
        "ADR105",
        "empty",
        one('source: "Issue 4: totals are off by a cent"', "source:"),
        ONE,
        "source:",
        "'source' is empty",
    ),
    Passes("ADR105", "a date that is wrong is there", one("date: 2026-01-10", "date: [1]")),
    Fails(
        "ADR106",
        "a status twice",
        front("status: proposed"),
        ONE,
        "status: proposed",
        "'status' stands twice",
    ),
    Fails(
        "ADR106",
        "a key of a proof twice",
        one("    shows: half", "    shows: a\n    shows: half"),
        ONE,
        "shows: half",
        "'proofs/0/shows' stands twice",
    ),
    Passes("ADR106", "a key in two proofs", front("consulted: [Ada]")),
    Fails(
        "ADR107",
        "a text for a list",
        one("tags: [prices]", "tags: prices"),
        ONE,
        "tags:",
        "it is no list",
    ),
    Fails(
        "ADR107",
        "a strange tag",
        one("tags: [prices]", "tags: [price]"),
        ONE,
        "tags:",
        "'price' is not in the vocabulary",
    ),
    Fails(
        "ADR107",
        "a long answer",
        one("answer: Prices", "answer: |\n  All\n  Prices"),
        ONE,
        "answer:",
        "more than one line",
    ),
    Fails(
        "ADR107",
        "a path for a symbol",
        one("- shop.prices.Basket.add\n", "- shop/prices.py\n"),
        ONE,
        "- shop/prices.py",
        "no dotted name",
    ),
    Fails(
        "ADR107",
        "no number of a record",
        front("relates-to: [baskets]"),
        ONE,
        "relates-to",
        "'baskets', which is no number",
    ),
    Fails(
        "ADR107",
        "no test",
        one(
            "test: tests/test_prices.py::test_a_price_is_never_negative",
            "test: a price is never negative",
        ),
        ONE,
        "test: a price",
        "no id of a test",
    ),
    Fails(
        "ADR107",
        "an empty mutant",
        one("replace: price < 0", "replace: price < -1"),
        ONE,
        "replace: price < -1",
        "changes nothing",
    ),
    Fails(
        "ADR107",
        "a mutant without a symbol",
        one("- in: shop.prices.Basket.add", "- in: 1 + 1"),
        ONE,
        "in: 1 + 1",
        "no dotted name",
    ),
    Fails(
        "ADR107",
        "an unknown key within",
        one("    note: rounds", "    remark: rounds"),
        ONE,
        "remark",
        "governs/0",
    ),
    Fails(
        "ADR107",
        "evidence without a name",
        front("evidence: [{id: a b, command: ls}]"),
        ONE,
        "evidence",
        "no id of evidence",
    ),
    Passes("ADR107", "numbers in any dress", front("relates-to: [3, '0003', ADR-0003]")),
    Passes(
        "ADR107",
        "a test with a parameter",
        one(
            "test_a_price_is_never_negative\n    shows",
            "test_a_price_is_never_negative[a b]\n    shows",
        ),
    ),
    Fails(
        "ADR108", "an emoji", status('"✅ Accepted"'), ONE, "status:", "'✅ Accepted'", fixed=True
    ),
    Fails("ADR108", "braces", status('"{accepted}"'), ONE, "status:", "none of", fixed=True),
    Fails("ADR108", "a template", status('"{proposed | accepted}"'), ONE, "status:", "none of"),
    Fails("ADR108", "a sentence", status("superseded by ADR-0003"), ONE, "status:", "none of"),
    Fails("ADR108", "a placeholder", status('"{{ status }}"'), ONE, "status:", "none of"),
    Fails("ADR108", "a list", status("[accepted]"), ONE, "status:", "no text"),
    Passes("ADR108", "quotes", status('"accepted"')),
    Fails(
        "ADR107",
        "a key that a symbol does not have",
        one("    note: rounds", "    nte: rounds"),
        ONE,
        "nte:",
        "there is no such key",
    ),
    Fails(
        "ADR109",
        "a section",
        one("## Decision Drivers", "## Status\n\nAccepted\n\n## Decision Drivers"),
        ONE,
        "## Status",
        "a section on the status",
    ),
    Fails(
        "ADR109",
        "a line",
        one("Totals were off", "* Status: accepted\n\nTotals were off"),
        ONE,
        "* Status",
        "tells a status",
    ),
    Fails(
        "ADR109",
        "a bold line",
        one("Totals were off", "**Status:** accepted\n\nTotals were off"),
        ONE,
        "**Status:**",
        "tells a status",
    ),
    Passes(
        "ADR109",
        "code",
        one("Totals were off", "```yaml\nstatus: accepted\n```\n\nTotals were off"),
    ),
    Passes(
        "ADR109",
        "the word in a sentence",
        one("Totals were off by a cent.", "The status bar was off by a cent."),
    ),
    Fails(
        "ADR110",
        "another order",
        one("date: 2026-01-10", "date: 10/01/2026"),
        ONE,
        "date:",
        "'10/01/2026' is no day",
    ),
    Fails(
        "ADR110", "no such day", one("date: 2026-01-10", "date: 2026-02-30"), ONE, "date:", "no day"
    ),
    Fails(
        "ADR110",
        "the future",
        one("date: 2026-01-10", "date: 2026-03-02"),
        ONE,
        "date:",
        "in the future",
    ),
    Fails(
        "ADR110",
        "an amendment",
        one("| --- | --- |\n", "| --- | --- |\n| May | More. |\n"),
        ONE,
        "| May",
        "'May', is no day",
    ),
    Fails(
        "ADR110",
        "an amendment to come",
        one("| --- | --- |\n", "| --- | --- |\n| 2027-01-01 | x |\n"),
        ONE,
        "| 2027",
        "in the future",
    ),
    Passes("ADR110", "today", one("date: 2026-01-10", "date: 2026-03-01")),
    Passes("ADR110", "a review to come", front("review-by: 2030-01-01")),
    Fails(
        "ADR111",
        "another number",
        one("# 0001. Prices", "# 0011. Prices"),
        ONE,
        "# 0011",
        "the title has the number 0011, the name has 0001",
        fixed=True,
    ),
    Fails(
        "ADR111",
        "no number",
        one("# 0001. Prices", "# Prices"),
        ONE,
        "# Prices",
        "the title has no number",
        fixed=True,
    ),
    Passes("ADR111", "the label", one("# 0001. Prices", "# ADR-0001: Prices")),
    Fails(
        "ADR113",
        "no answer",
        lambda s: s.edit(
            TWO, "answer: Each basket is a file, because a file survives a crash.\n", ""
        ),
        TWO,
        "status:",
        "superseded needs an 'answer'",
    ),
    Fails(
        "ADR113",
        "a successor",
        lambda s: s.edit(TWO, "status: superseded", "status: accepted"),
        TWO,
        "superseded-by",
        "superseded by 0003, and its status is accepted",
    ),
    Fails(
        "ADR113",
        "a review",
        lambda s: s.edit(TWO, "tags:", "review-by: 2026-12-01\ntags:"),
        TWO,
        "review-by",
        "not reviewed any more",
    ),
    Fails(
        "ADR113",
        "a process with symbols",
        front("process: true"),
        ONE,
        "process",
        "governs symbols",
    ),
    Passes(
        "ADR113",
        "a proposal without an answer",
        lambda s: s.write(
            "adr/0004-a.md", "---\nstatus: proposed\ndate: 2026-02-01\nsource: a\n---\n"
        ),
    ),
]
