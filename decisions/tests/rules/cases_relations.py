"""Cases of ADR3xx."""

from __future__ import annotations

from collections.abc import Callable

from cases import Fails, Passes
from scratch import ONE, THREE, TWO, Scratch

FOUR = "adr/0004-prices-in-yen.md"
FIVE = "adr/0005-prices-in-lire.md"
Change = Callable[[Scratch], object]


def one(text: str) -> Change:
    """Record 0001 with more in its front matter."""
    return lambda scratch: scratch.edit(ONE, "tags: [prices]\n", f"tags: [prices]\n{text}\n")


def three(old: str, new: str) -> Change:
    return lambda scratch: scratch.edit(THREE, old, new)


def another(path: str, front: str, body: str = "") -> Change:
    """A record beside the three."""

    def change(scratch: Scratch) -> None:
        name = path.rpartition("/")[2]
        head = f"---\n{front}\ndate: 2026-02-12\nsource: a customer\nanswer: yen\n---\n"
        scratch.write(path, f"{head}\n# {name[:4]}. Prices in yen\n\n{body}\n")

    return change


def both(*changes: Change) -> Change:
    def change(scratch: Scratch) -> None:
        for each in changes:
            each(scratch)

    return change


def on_branch(name: str, change: Change) -> Change:
    """A change that is committed on another branch, and not on this one."""

    def committed(scratch: Scratch) -> None:
        scratch.git("switch", "--quiet", "--create", name)
        change(scratch)
        scratch.commit("Elsewhere")
        scratch.git("switch", "--quiet", "main")

    return committed


def circle(scratch: Scratch) -> None:
    """0001 depends on 0004, that on 0003, and that on 0001."""
    one('depends-on: ["0004"]')(scratch)
    another(FOUR, 'status: proposed\ndepends-on: ["0003"]')(scratch)


def governs(path: str, front: str) -> Change:
    return another(path, f"status: accepted\ngoverns: [shop.prices.total]\n{front}")


PROPOSED = another(FOUR, "status: proposed")
LINK_TO_TWO = three("Files are slow,", f"[Files]({TWO.removeprefix('adr/')}) are slow,")


def linked_from_one(scratch: Scratch) -> None:
    scratch.edit(
        ONE, "Totals were off", "Totals ([ADR-0002](0002-baskets-in-a-file.md#x)) were off"
    )


CASES: list[Fails | Passes] = [
    Fails(
        "ADR301",
        "a second 0003",
        another("adr/0003-b.md", "status: proposed"),
        "adr/0003-b.md",
        None,
        f"the id 0003 is also that of {THREE}",
    ),
    Fails(
        "ADR301",
        "the older one keeps it",
        another("adr/0003-a.md", "status: proposed"),
        "adr/0003-a.md",
        None,
        f"also that of {THREE}",
    ),
    Fails(
        "ADR301",
        "one that can't be read",
        lambda s: s.write("adr/0003-x.md", "no front matter"),
        "adr/0003-x.md",
        None,
        "the id 0003",
    ),
    Passes("ADR301", "a page that is no record", lambda s: s.write("adr/index.md", "# 0003\n")),
    Passes("ADR301", "another id", PROPOSED),
    Fails(
        "ADR302",
        "on another branch",
        both(on_branch("yen", PROPOSED), another("adr/0004-b.md", "status: proposed")),
        "adr/0004-b.md",
        None,
        f"the id 0004 is taken by {FOUR} on yen",
    ),
    Fails(
        "ADR302",
        "on two branches",
        both(
            on_branch("yen", PROPOSED),
            on_branch("yuan", another("adr/0004-c.md", "a: b")),
            another("adr/0004-b.md", "status: proposed"),
        ),
        "adr/0004-b.md",
        None,
        "and 1 more",
    ),
    Passes(
        "ADR302", "the same record on another branch", both(on_branch("yen", PROPOSED), PROPOSED)
    ),
    Passes(
        "ADR302",
        "another number",
        both(on_branch("yen", PROPOSED), another(FIVE, "status: proposed")),
    ),
    Passes(
        "ADR302",
        "an old record under another name there",
        on_branch("names", lambda s: s.move(THREE, "adr/0003-other.md")),
    ),
    Passes(
        "ADR302",
        "a branch that was merged",
        both(
            on_branch("yen", PROPOSED),
            lambda s: s.git("merge", "--quiet", "yen"),
            lambda s: s.move(FOUR, "adr/0004-b.md"),
        ),
    ),
    Fails(
        "ADR304",
        "no such record",
        one('depends-on: ["0099"]'),
        ONE,
        "0099",
        "depends-on names 0099",
    ),
    Fails(
        "ADR304",
        "in the middle of a list",
        one('relates-to:\n  - "0003"\n  - "98"\n  - "0002"'),
        ONE,
        '"98"',
        "names 0098",
    ),
    Fails(
        "ADR304",
        "no id at all",
        one("supersedes: [the first one]"),
        ONE,
        "the first",
        "names the first one",
    ),
    Passes(
        "ADR304",
        "a record that can't be read",
        both(one('depends-on: ["0004"]'), lambda s: s.write(FOUR, "broken")),
    ),
    Passes("ADR304", "an id without zeros", one("depends-on: [3]")),
    Passes(
        "ADR304",
        "a renumbered record, which is ADR404",
        lambda s: s.move(ONE, ONE.replace("0001", "0004")),
    ),
    Fails(
        "ADR305",
        "related one way",
        one('relates-to: ["0003"]'),
        ONE,
        "relates-to",
        "whose relates-to does not name 0001",
        fixed=True,
    ),
    Fails(
        "ADR305",
        "the successor forgot",
        three('supersedes: ["0002"]\n', ""),
        TWO,
        "superseded-by",
        "superseded-by names 0003, whose supersedes does not name 0002",
        fixed=True,
    ),
    Fails(
        "ADR305",
        "amended one way",
        one('amended-by: ["0003"]'),
        ONE,
        "amended-by",
        "whose amends does not name 0001",
        fixed=True,
    ),
    Fails(
        "ADR305",
        "the old record forgot",
        lambda s: s.edit(TWO, 'superseded-by: ["0003"]\n', "").edit(
            TWO, "status: superseded", "status: accepted"
        ),
        THREE,
        "supersedes",
        "whose superseded-by does not name 0003",
    ),
    Passes("ADR305", "a dependency has no other side", one('depends-on: ["0003"]')),
    Passes(
        "ADR305",
        "a proposal supersedes nothing yet",
        another(FOUR, 'status: proposed\nsupersedes: ["0001"]\namends: ["0003"]'),
    ),
    Passes(
        "ADR305",
        "both sides",
        both(one('relates-to: ["0003"]'), three("depends-on", 'relates-to: ["0001"]\ndepends-on')),
    ),
    Fails(
        "ADR306",
        "itself",
        one('relates-to: ["0001"]'),
        ONE,
        "relates-to",
        "relates-to names the record itself",
    ),
    Fails(
        "ADR306",
        "two depend on each other",
        one('depends-on: ["0003"]'),
        ONE,
        "depends-on",
        "depends-on leads back to the record: 0001 → 0003 → 0001",
    ),
    Fails("ADR306", "three in a circle", circle, ONE, "depends-on", "0001 → 0004 → 0003 → 0001"),
    Fails(
        "ADR306",
        "each supersedes the other",
        lambda s: s.edit(TWO, "superseded-by", 'supersedes: ["0003"]\nsuperseded-by'),
        TWO,
        "supersedes: ",
        "supersedes leads back to the record: 0002 → 0003 → 0002",
    ),
    Passes(
        "ADR306", "a diamond", both(another(FOUR, 'status: proposed\ndepends-on: ["0001", "0003"]'))
    ),
    Passes(
        "ADR306",
        "related both ways",
        both(one('relates-to: ["0003"]'), three("depends-on", 'relates-to: ["0001"]\ndepends-on')),
    ),
    Fails(
        "ADR307",
        "by nothing",
        lambda s: s.edit(TWO, 'superseded-by: ["0003"]\n', ""),
        TWO,
        "status",
        "superseded-by names no record",
    ),
    Fails(
        "ADR307",
        "by a proposal",
        three("status: accepted", "status: proposed"),
        TWO,
        "superseded-by",
        "superseded by 0003, which is proposed",
    ),
    Fails(
        "ADR307",
        "by what was rejected",
        three("status: accepted", "status: rejected"),
        TWO,
        "superseded-by",
        "which is rejected",
    ),
    Passes(
        "ADR307", "a successor that had its day", three("status: accepted", "status: deprecated")
    ),
    Passes(
        "ADR307",
        "a key that was misspelt, which is ADR104",
        lambda s: s.edit(TWO, "superseded-by", "superseeded-by"),
    ),
    Fails(
        "ADR308",
        "on a proposal",
        lambda s: s.edit(ONE, "status: accepted", "status: proposed"),
        THREE,
        "depends-on",
        "it is accepted and depends on 0001, which is proposed",
    ),
    Fails(
        "ADR308",
        "on what was rejected",
        both(
            another(FOUR, "status: rejected"),
            another(FIVE, 'status: proposed\ndepends-on: ["0004"]'),
        ),
        FIVE,
        "depends-on",
        "it is proposed and depends on 0004, which is rejected",
    ),
    Fails(
        "ADR308",
        "on what is past",
        one('depends-on: ["0002"]'),
        ONE,
        "depends-on",
        "depends on 0002, which is superseded",
    ),
    Passes(
        "ADR308",
        "a proposal on a proposal",
        both(PROPOSED, another(FIVE, 'status: proposed\ndepends-on: ["0004"]')),
    ),
    Passes(
        "ADR308",
        "what is past itself",
        lambda s: s.edit(TWO, "tags", 'depends-on: ["0004"]\ntags') and PROPOSED(s),
    ),
    Fails(
        "ADR309",
        "a link",
        linked_from_one,
        ONE,
        "0002-baskets",
        "the link leads to ADR-0002, which ADR-0003 superseded",
    ),
    Fails(
        "ADR309",
        "a relation",
        both(
            one('relates-to: ["0002"]'),
            lambda s: s.edit(TWO, "superseded-by", 'relates-to: ["0001"]\nsuperseded-by'),
        ),
        ONE,
        "relates-to",
        "it relates to 0002, which ADR-0003 superseded",
    ),
    Passes("ADR309", "the successor tells its history", LINK_TO_TWO),
    Passes(
        "ADR309", "the successor is named too", both(linked_from_one, one('relates-to: ["0003"]'))
    ),
    Passes(
        "ADR309",
        "an amendment tells it",
        lambda s: s.write(
            ONE, s.read(ONE) + "| 2026-02-02 | As [0002](0002-baskets-in-a-file.md) says. |\n"
        ),
    ),
    Passes(
        "ADR309",
        "a link to what is in force",
        lambda s: s.edit(ONE, "Totals were", "[Totals](0003-baskets-in-memory.md) were"),
    ),
    Passes(
        "ADR309",
        "what is past itself",
        lambda s: s.edit(TWO, "Baskets are lost", "[Baskets](0002-baskets-in-a-file.md) are lost"),
    ),
    Fails(
        "ADR311",
        "two for one",
        governs(FOUR, ""),
        FOUR,
        "governs",
        "shop.prices.total is governed by ADR-0001 too",
    ),
    Fails(
        "ADR311",
        "three for one",
        both(governs(FOUR, 'relates-to: ["0001"]'), governs(FIVE, 'relates-to: ["0001"]')),
        FIVE,
        "governs",
        "governed by ADR-0004 too",
    ),
    Passes("ADR311", "one names the other", governs(FOUR, 'amends: ["0001"]')),
    Passes("ADR311", "the other names it", both(governs(FOUR, ""), one('amended-by: ["0004"]'))),
    Passes(
        "ADR311",
        "one is only proposed",
        another(FOUR, "status: proposed\ngoverns: [shop.prices.total]"),
    ),
    Passes(
        "ADR311",
        "a symbol that stands twice in one record",
        lambda s: s.edit(
            ONE,
            "  - shop.prices.Basket.add\n",
            "  - shop.prices.Basket.add\n  - shop.prices.Basket.add\n",
        ),
    ),
]
