"""Cases of ADR4xx."""

from __future__ import annotations

from collections.abc import Callable

from cases import Fails, Passes
from scratch import ONE, PRICES, THREE, TWO, Scratch

Change = Callable[[Scratch], object]
NEW_ONE = ONE.replace("0001", "0004")
FOUR = "adr/0004-prices-in-yen.md"
ROW = "| 2026-02-20 | The limit is two million. |\n"
CHOSEN = "because binary fractions cannot hold a tenth.\n\n### Consequences"


def one(old: str, new: str) -> Change:
    """Record 0001 with another text in it."""
    return lambda scratch: scratch.edit(ONE, old, new)


def status(old: str, new: str, path: str = ONE) -> Change:
    return lambda scratch: scratch.edit(path, f"status: {old}", f"status: {new}")


def rows(count: int, path: str = ONE) -> Change:
    return lambda scratch: scratch.write(path, scratch.read(path) + ROW * count)


def both(*changes: Change) -> Change:
    def change(scratch: Scratch) -> None:
        for each in changes:
            each(scratch)

    return change


def before(*changes: Change) -> Change:
    """What is part of the base."""
    return both(*changes, lambda scratch: scratch.commit("Before"))


def renumbered(scratch: Scratch) -> None:
    """0001 becomes 0004, and all that cites it follows."""
    scratch.move(ONE, NEW_ONE)
    scratch.edit(NEW_ONE, "# 0001. Prices", "# 0004. Prices")
    scratch.edit(THREE, 'depends-on: ["0001"]', 'depends-on: ["0004"]')
    scratch.edit(THREE, "([ADR-0001](0001-", "([ADR-0004](0004-")
    scratch.edit(PRICES, "ADR-0001", "ADR-0004")
    scratch.edit("docs/index.md", "[ADR-0001](../adr/0001-", "[ADR-0004](../adr/0004-")


def reused(scratch: Scratch) -> None:
    """0001 becomes 0004, and another record is 0001 now."""
    renumbered(scratch)
    proposed("0001-prices-in-yen.md")(scratch)


def proposed(name: str, front: str = "status: proposed") -> Change:
    head = f"---\n{front}\ndate: 2026-02-12\nsource: a customer\nanswer: yen\n---\n"
    return lambda scratch: scratch.write(
        f"adr/{name}", f"{head}\n# {name[:4]}. Prices in yen\n\nYen.\n"
    )


def cited(path: str, text: str) -> Change:
    """A file with one more line."""
    return lambda scratch: scratch.write(path, f"{scratch.read(path)}{text}\n")


ACCEPTS = "status: accepted\ngoverns: [shop.prices.{}]"

CASES: list[Fails | Passes] = [
    Fails(
        "ADR401",
        "back to proposed",
        status("accepted", "proposed"),
        ONE,
        "status:",
        "it was accepted and can't become proposed",
    ),
    Fails(
        "ADR401",
        "a revival",
        status("superseded", "accepted", TWO),
        TWO,
        "status:",
        "it was superseded and can't become accepted",
    ),
    Fails(
        "ADR401",
        "under another number",
        both(renumbered, lambda s: s.edit(NEW_ONE, "status: accepted", "status: rejected")),
        NEW_ONE,
        "status:",
        "can't become rejected",
    ),
    Passes("ADR401", "out of use", status("accepted", "deprecated")),
    Passes("ADR401", "a new record of former days", proposed(FOUR[4:], "status: deprecated")),
    Passes(
        "ADR401",
        "a proposal is accepted",
        both(before(proposed(FOUR[4:])), status("proposed", "accepted", FOUR)),
    ),
    Fails(
        "ADR402",
        "another reason",
        one(CHOSEN, CHOSEN.replace("cannot", "can")),
        ONE,
        "Chosen option",
        "the text was decided and has changed: 'cannot' is now 'can'",
    ),
    Fails(
        "ADR402",
        "another title",
        one("# 0001. Prices are", "# 0001. Prices were never"),
        ONE,
        "# 0001.",
        "'are' is now 'were never', and 2 words in all",
    ),
    Fails(
        "ADR402",
        "a word too much",
        one("- A total is right.", "- A grand total is right."),
        ONE,
        "grand",
        "'grand' is new",
    ),
    Fails(
        "ADR402",
        "a reason gone",
        one("- Good, because sums are exact.\n", ""),
        ONE,
        "no tenth of a cent",
        "is gone",
    ),
    Fails(
        "ADR402",
        "another answer",
        one("integers of cents, because", "floats, because"),
        ONE,
        "answer:",
        "answer was decided and has changed",
    ),
    Fails(
        "ADR402",
        "another source",
        one("Issue 4", "Issue 5"),
        ONE,
        "source:",
        "source was decided and has changed",
    ),
    Fails(
        "ADR402",
        "history is kept",
        lambda s: s.edit(TWO, "a disk is slow", "a disk is quick"),
        TWO,
        "disk is",
        "'slow' is now 'quick'",
    ),
    Fails(
        "ADR402",
        "an amendment was changed",
        both(before(rows(1)), one("is two million", "is ten million")),
        ONE,
        "ten million",
        "'two' is now 'ten'",
    ),
    Fails(
        "ADR402",
        "as it goes out of use",
        both(status("accepted", "deprecated"), one("- A total is", "- No total is")),
        ONE,
        "- No total",
        "'A' is now 'No'",
    ),
    Passes("ADR402", "an amendment", rows(2)),
    Passes(
        "ADR402",
        "a typo",
        both(before(one("multiplied", "mutliplied")), one("mutliplied", "multiplied")),
    ),
    Passes(
        "ADR402",
        "other line breaks",
        one("Totals were off by a cent. What", "Totals were off\nby a cent.  \nWhat"),
    ),
    Passes(
        "ADR402", "Windows line breaks", lambda s: s.write(ONE, s.read(ONE).replace("\n", "\r\n"))
    ),
    Passes(
        "ADR402",
        "a link that leads elsewhere",
        lambda s: s.edit(
            THREE, "(0001-prices-are-whole-cents.md)", "(../adr/0001-prices-are-whole-cents.md)"
        ),
    ),
    Passes("ADR402", "a renumbering", renumbered),
    Passes("ADR402", "other code and proofs", one("  - shop.prices.Basket.add\n", "")),
    Passes(
        "ADR402",
        "what is only proposed",
        both(before(proposed(FOUR[4:])), lambda s: s.edit(FOUR, "Yen.", "Never mind, Euro.")),
    ),
    Passes(
        "ADR402",
        "an answer that was missing",
        both(
            before(
                lambda s: s.edit(TWO, "answer: Each", "tags: [prices] # Each").edit(
                    TWO, "tags: [storage]\n", ""
                )
            ),
            lambda s: s.edit(TWO, "tags: [prices] # Each", "answer: Each"),
        ),
    ),
    Fails("ADR403", "deleted", lambda s: s.remove(TWO), TWO, None, "the record 0002 was deleted"),
    Fails(
        "ADR403",
        "renamed",
        lambda s: s.move(ONE, "adr/0001-money.md"),
        "adr/0001-money.md",
        None,
        "was called 0001-prices-are-whole-cents.md",
    ),
    Fails(
        "ADR403",
        "renamed and renumbered",
        lambda s: s.move(ONE, "adr/0004-money.md"),
        "adr/0004-money.md",
        None,
        "was called 0001-prices",
    ),
    Fails(
        "ADR403",
        "its number was taken",
        both(lambda s: s.remove(TWO), proposed("0002-prices-in-yen.md")),
        "adr/0002-prices-in-yen.md",
        None,
        "was called 0002-baskets-in-a-file.md",
    ),
    Fails(
        "ADR403",
        "a proposal deleted",
        both(before(proposed(FOUR[4:])), lambda s: s.remove(FOUR)),
        FOUR,
        None,
        "was deleted",
    ),
    Passes(
        "ADR403",
        "a proposal renamed",
        both(before(proposed(FOUR[4:])), lambda s: s.move(FOUR, "adr/0004-yen.md")),
    ),
    Passes("ADR403", "a renumbering", renumbered),
    Passes(
        "ADR403",
        "another folder",
        lambda s: both(
            lambda s: s.edit("pyproject.toml", 'records = "adr"', 'records = "docs/adr"'),
            *(lambda s, path=path: s.move(path, f"docs/{path}") for path in (ONE, TWO, THREE)),
        )(s),
    ),
    Passes("ADR403", "a page that is no record", lambda s: s.remove("adr/README.md")),
    Fails(
        "ADR404",
        "in the code",
        both(renumbered, cited(PRICES, "# ADR-0001 again")),
        PRICES,
        "ADR-0001 again",
        "'ADR-0001' cites the record 0001, which is 0004 now",
        fixed=True,
    ),
    Fails(
        "ADR404",
        "in a test",
        both(renumbered, cited("tests/test_store.py", "# see ADR 1")),
        "tests/test_store.py",
        "see ADR 1",
        "'ADR 1' cites",
        fixed=True,
    ),
    Fails(
        "ADR404",
        "in the documentation",
        both(renumbered, cited("docs/index.md", "[x](../adr/0001-prices-are-whole-cents.md)")),
        "docs/index.md",
        "[x]",
        "'0001-prices-are-whole-cents.md' cites",
        fixed=True,
    ),
    Fails(
        "ADR404",
        "in the list of records",
        both(renumbered, cited("adr/README.md", "- [0001](0001-prices-are-whole-cents.md)")),
        "adr/README.md",
        "- [0001]",
        "cites the record 0001",
    ),
    Fails(
        "ADR404",
        "in a relation",
        both(renumbered, lambda s: s.edit(THREE, 'depends-on: ["0004"]', 'depends-on: ["0001"]')),
        THREE,
        "depends-on",
        "'0001' cites the record 0001, which is 0004 now",
        fixed=True,
    ),
    Fails(
        "ADR404",
        "whose number was taken",
        both(reused, lambda s: s.edit(PRICES, "ADR-0004", "ADR-0001")),
        PRICES,
        "ADR-0001",
        "which is 0004 now",
        fixed=True,
    ),
    Passes("ADR404", "all have followed", renumbered),
    Passes(
        "ADR404",
        "the record that has the number now",
        both(reused, cited(PRICES, "# ADR-0001: in yen")),
    ),
    Passes("ADR404", "nothing was renumbered", cited(PRICES, "# ADR-0099")),
    Fails(
        "ADR405",
        "six",
        both(rows(5), cited(ONE, "| 2026-02-25 | The limit is three million. |")),
        ONE,
        "three million",
        "6 amendments, more than 5",
    ),
    Passes("ADR405", "five", rows(5)),
    Passes("ADR405", "what is superseded", rows(6, TWO)),
    Passes(
        "ADR405",
        "more are allowed",
        both(
            rows(6),
            lambda s: s.edit(
                "pyproject.toml", "[tool.decisions]", "[tool.decisions]\nmax-amendments = 6"
            ),
        ),
    ),
    Fails(
        "ADR407",
        "no symbol",
        proposed(FOUR[4:], ACCEPTS.format("tax")),
        FOUR,
        "status:",
        "it is accepted now, and shop.prices.tax is not there",
    ),
    Fails(
        "ADR407",
        "accepted in this change",
        both(
            before(
                proposed(FOUR[4:], "status: proposed\ngoverns: [shop.prices.tax, shop.prices.vat]")
            ),
            status("proposed", "accepted", FOUR),
        ),
        FOUR,
        "status:",
        "shop.prices.tax and 1 more is not there",
    ),
    Fails(
        "ADR407",
        "no test",
        proposed(
            FOUR[4:],
            ACCEPTS.format("total")
            + ("\nproofs:\n  - test: tests/test_prices.py::test_tax\n    shows: x"),
        ),
        FOUR,
        "status:",
        "tests/test_prices.py::test_tax is not there",
    ),
    Passes("ADR407", "all is there", proposed(FOUR[4:], ACCEPTS.format("total"))),
    Passes(
        "ADR407",
        "it is proposed",
        proposed(FOUR[4:], "status: proposed\ngoverns: [shop.prices.tax]"),
    ),
    Passes(
        "ADR407",
        "the code comes with it",
        both(
            before(proposed(FOUR[4:], "status: proposed\ngoverns: [shop.prices.tax]")),
            status("proposed", "accepted", FOUR),
            cited(PRICES, "\n\ndef tax() -> None: ..."),
        ),
    ),
    Passes(
        "ADR407",
        "it went later, which is ADR502",
        one("  - shop.prices.Basket.add\n", "  - shop.gone\n"),
    ),
    Fails(
        "ADR408",
        "yesterday",
        one("tags:", "review-by: 2026-02-28\ntags:"),
        ONE,
        "review-by",
        "looked at again by 2026-02-28, an error after 2026-03-30",
    ),
    Fails(
        "ADR408",
        "beyond the grace",
        one("tags:", "review-by: 2026-01-15\ntags:"),
        ONE,
        "review-by",
        "an error since 2026-02-14",
    ),
    Passes("ADR408", "today", one("tags:", "review-by: 2026-03-01\ntags:")),
    Passes(
        "ADR408",
        "what is superseded",
        lambda s: s.edit(TWO, "tags:", "review-by: 2026-01-01\ntags:"),
    ),
    Passes("ADR408", "no date, which is ADR110", one("tags:", "review-by: soon\ntags:")),
]
