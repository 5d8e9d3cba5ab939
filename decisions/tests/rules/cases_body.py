"""Cases of ADR2xx."""

from __future__ import annotations

from collections.abc import Callable

from cases import Fails, Passes
from scratch import ONE, TWO, Scratch

OPTIONS = "- Integers of cents\n- Binary fractions\n"
CHOICE = 'Chosen option: "Integers of cents", because binary fractions cannot hold a tenth.'
BAD = "- Bad, because a price in euros has to be multiplied.\n"
CONFIRMED = """\
### Confirmation

- `tests/test_prices.py::test_a_total_is_rounded_to_whole_cents`
- `tests/test_prices.py::test_a_price_is_never_negative`

"""
CONTEXT = "Totals were off by a cent. What is a price?"
DRIVERS = "## Decision Drivers\n\n- A total is right.\n"


def one(old: str, new: str) -> Callable[[Scratch], object]:
    """Record 0001 with another text in it."""
    return lambda scratch: scratch.edit(ONE, old, new)


def proposed(old: str, new: str) -> Callable[[Scratch], object]:
    """Record 0001, only proposed, with another text in it."""

    def change(scratch: Scratch) -> None:
        scratch.edit(ONE, old, new).edit(ONE, "status: accepted", "status: proposed")

    return change


def context(text: str) -> Callable[[Scratch], object]:
    return one(CONTEXT, text)


CASES: list[Fails | Passes] = [
    Fails(
        "ADR201",
        "no options",
        one(f"## Considered Options\n\n{OPTIONS}\n", ""),
        ONE,
        "# 0001",
        "'Considered Options' is missing",
    ),
    Fails(
        "ADR201",
        "no consequences",
        one("### Consequences", "### What follows"),
        ONE,
        "# 0001",
        "'Consequences' is missing",
    ),
    Fails(
        "ADR201",
        "no title",
        one("# 0001. Prices are whole cents\n", "## Prices\n"),
        ONE,
        "## Prices",
        "it has no title",
    ),
    Passes("ADR201", "a section that need not be there", one(DRIVERS, "")),
    Fails(
        "ADR202",
        "out of order",
        one(DRIVERS, f"## Amendments\n\nNone.\n\n{DRIVERS}"),
        ONE,
        "## Decision Drivers",
        "out of order",
    ),
    Fails(
        "ADR202",
        "twice",
        one(
            "## Considered Options", "## Decision Drivers ##\n\nNo others.\n\n## Considered Options"
        ),
        ONE,
        "## Decision Drivers ##",
        "stands here again",
    ),
    Fails(
        "ADR202",
        "a stray section",
        one(DRIVERS, f"## Meeting notes\n\nNone.\n\n{DRIVERS}"),
        ONE,
        "## Meeting notes",
        "no section of a record",
    ),
    Fails(
        "ADR202",
        "a second title",
        one(DRIVERS, f"# Another\n\n{DRIVERS}"),
        ONE,
        "# Another",
        "a second title",
    ),
    Fails(
        "ADR202",
        "a section too high",
        one("### Consequences", "## Consequences"),
        ONE,
        "## Consequences",
        "'Consequences' stands at level 2",
    ),
    Fails(
        "ADR202",
        "a section too low",
        one(DRIVERS, f"#{DRIVERS}"),
        ONE,
        "### Decision Drivers",
        "'Decision Drivers' stands at level 3",
    ),
    Passes(
        "ADR202",
        "a section of its own within another",
        one(DRIVERS, f"### What was measured\n\nTotals.\n\n{DRIVERS}"),
    ),
    Fails("ADR203", "an empty section", context(""), ONE, "## Context", "is empty"),
    Fails("ADR203", "a comment only", context("<!-- later -->"), ONE, "## Context", "is empty"),
    Fails(
        "ADR203",
        "a comment that never ends",
        context("<!-- later"),
        ONE,
        "## Context",
        "is empty",
    ),
    Fails(
        "ADR203",
        "the text of a template",
        one("- A total is right.", "- {decision driver 1}"),
        ONE,
        "{decision",
        "the text of a template",
    ),
    Fails(
        "ADR203",
        "the text of an older template",
        one("- A total is right.", "* [driver 1, a force]"),
        ONE,
        "[driver",
        "the text of a template",
    ),
    Fails("ADR203", "Latin", context("Lorem ipsum dolor sit amet."), ONE, "Lorem", "template"),
    Passes("ADR203", "braces in code", context('It was:\n\n```json\n{"price": 1.1}\n```')),
    Passes("ADR203", "a link at the start of a line", context("[options](https://example.org)")),
    Passes("ADR203", "no amendments yet", lambda s: s),
    Fails(
        "ADR204",
        "one",
        one(OPTIONS, "- Integers of cents\n"),
        ONE,
        "## Considered",
        "it considers 1 option",
    ),
    Fails(
        "ADR204",
        "prose",
        one(OPTIONS, "Integers or fractions.\n"),
        ONE,
        "## Considered",
        "it considers no options",
    ),
    Passes("ADR204", "numbered options", one(OPTIONS, "1. Integers of cents\n2. Fractions\n")),
    Passes(
        "ADR204",
        "options with items of their own",
        one(OPTIONS, "- Integers of cents\n  - 64 bits\n- Fractions\n"),
    ),
    Fails(
        "ADR205",
        "none of them",
        one(CHOICE, CHOICE.replace("Integers of cents", "Cents")),
        ONE,
        "## Decision Outcome",
        "'Cents', is none of those",
    ),
    Fails(
        "ADR205",
        "no reason",
        one(CHOICE, 'Chosen option: "Integers of cents".'),
        ONE,
        "## Decision Outcome",
        "gives no reason",
    ),
    Fails(
        "ADR205",
        "no choice",
        one(CHOICE, "We use integers."),
        ONE,
        "## Decision Outcome",
        "names no option",
    ),
    Passes(
        "ADR205",
        "an apostrophe in the name",
        lambda s: s.write(ONE, s.read(ONE).replace("Integers of cents", "Today's cents")),
    ),
    Passes("ADR205", "nothing is chosen yet", proposed(CHOICE, "To be decided.")),
    Passes(
        "ADR205", "the name across two lines", one('"Integers of cents"', '"Integers of\ncents"')
    ),
    Passes(
        "ADR205",
        "options that are links",
        one(OPTIONS, "- [Integers of cents](#integers-of-cents)\n- **Fractions**\n"),
    ),
    Fails("ADR206", "no bad one", one(BAD, ""), ONE, "### Consequences", "no bad consequence"),
    Passes("ADR206", "bold", one(BAD, "- **Bad**, because it is.\n")),
    Fails("ADR207", "none", one(CONFIRMED, ""), ONE, "# 0001", "does not say how it is confirmed"),
    Fails(
        "ADR207",
        "a proof that is not named",
        one("- `tests/test_prices.py::test_a_price_is_never_negative`\n", ""),
        ONE,
        "### Confirmation",
        "does not name the proof tests/test_prices.py::test_a_price_is",
    ),
    Passes("ADR207", "a proposal", proposed(CONFIRMED, "")),
    Fails("ADR208", "a task", context("TODO: what is a price?"), ONE, "TODO", "left to do: TODO"),
    Fails(
        "ADR208",
        "a task in a later line",
        context("Totals were off.\nAll of *them*.\nTODO: what is a price?"),
        ONE,
        "TODO",
        "left to do: TODO",
    ),
    Fails(
        "ADR208",
        "a comment",
        context(f"{CONTEXT}\n\n<!-- ask Ada -->"),
        ONE,
        "<!-- ask",
        "a comment is left in it: 'ask Ada'",
    ),
    Fails(
        "ADR208",
        "a comment in a line",
        context("Totals<!-- all of them --> were off."),
        ONE,
        "all of them",
        "a comment is left",
    ),
    Fails(
        "ADR208",
        "a comment of many lines",
        context(f"{CONTEXT}\n\n<!-- ask\nAda -->"),
        ONE,
        "<!-- ask",
        "a comment is left",
    ),
    Passes("ADR208", "a proposal", proposed(CONTEXT, "TODO: what is a price?")),
    Passes("ADR208", "code", context("`TODO` is a word of ours.")),
    Passes("ADR208", "a quoted figure", context("It is 3 <!--= 0001-figures/count -->.")),
    Fails(
        "ADR209",
        "in a sentence",
        context("Totals, see ADR-0003."),
        ONE,
        "see ADR-0003",
        "ADR-0003 is named and not linked to",
        fixed=True,
    ),
    Fails(
        "ADR209",
        "twice in a line",
        context("Not ADR-0002 but ADR-0003."),
        ONE,
        "Not ADR-0002",
        "ADR-0003 is named",
        fixed=True,
    ),
    Fails(
        "ADR209",
        "in a table",
        context("| a |\n| --- |\n| ADR 3 |"),
        ONE,
        "| ADR 3 |",
        "ADR 3 is named",
        fixed=True,
    ),
    Fails(
        "ADR209",
        "a record that is not there",
        context("Totals, see ADR-0099."),
        ONE,
        "ADR-0099",
        "ADR-0099 is named",
    ),
    Passes("ADR209", "a link", context(f"Totals, see [ADR-0002]({TWO.removeprefix('adr/')}).")),
    Passes("ADR209", "the code of a rule", context("Totals, as ADR209 says.")),
    Passes("ADR209", "itself", context("Totals: this is ADR-0001.")),
    Passes("ADR209", "code", context("Totals, see `ADR-0002`.")),
]
