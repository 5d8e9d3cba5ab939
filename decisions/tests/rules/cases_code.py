"""Cases of ADR5xx."""

from __future__ import annotations

from collections.abc import Callable

from cases import Fails, Passes
from scratch import ONE, PRICES, STORE, THREE, TWO, Scratch

CONTEXT = "Totals were off by a cent. What is a price?"
SHA = "0123456789abcdef0123456789abcdef01234567"
BLOB = "https://example.org/shop/shop/blob"


def one(old: str, new: str) -> Callable[[Scratch], object]:
    """Record 0001 with another text in it."""
    return lambda scratch: scratch.edit(ONE, old, new)


def context(text: str) -> Callable[[Scratch], object]:
    return one(CONTEXT, text)


def mark(at: str, text: str, path: str = STORE) -> Callable[[Scratch], object]:
    """A comment above a line of the code."""

    def change(scratch: Scratch) -> None:
        line = next(line for line in scratch.read(path).split("\n") if at in line)
        indent = line[: len(line) - len(line.lstrip())]
        scratch.edit(path, line, f"{indent}# {text}\n{line}")

    return change


def moved(scratch: Scratch) -> None:
    """`total` and what it uses go to another module, and nothing is left behind."""
    text = scratch.read(PRICES)
    start, end = text.index("def total"), text.index("class Basket")
    scratch.write("src/shop/sums.py", text[start:end])
    scratch.write(PRICES, text[:start] + text[end:])
    scratch.edit("src/shop/__init__.py", "shop.prices", "shop.sums")


def moved_with_an_alias(scratch: Scratch) -> None:
    moved(scratch)
    alias = "from shop.sums import _rounded, total"
    scratch.edit(PRICES, "import annotations\n", f"import annotations\n\n{alias}\n")


def made_at_run_time(scratch: Scratch) -> None:
    scratch.edit(ONE, "- shop.prices.Basket.add\n", "- shop.lazy.total\n")
    scratch.write("src/shop/lazy.py", "def __getattr__(name):\n    return name\n")


CASES: list[Fails | Passes] = [
    Fails(
        "ADR502",
        "a slip of the pen",
        one("- symbol: shop.prices.total", "- symbol: shop.prices.totl"),
        ONE,
        "shop.prices.totl",
        "there is no symbol shop.prices.totl",
    ),
    Fails(
        "ADR502",
        "a mutant's symbol",
        one("- in: shop.prices._rounded", "- in: shop.prices._floored"),
        ONE,
        "_floored",
        "there is no symbol shop.prices._floored",
    ),
    Fails(
        "ADR502",
        "another package",
        one("- shop.prices.Basket.add\n", "- os.path.join\n"),
        ONE,
        "os.path.join",
        "os",
    ),
    Fails(
        "ADR502",
        "no package is named",
        lambda s: s.edit("pyproject.toml", 'packages = { shop = "src" }\n', ""),
        ONE,
        "symbol: shop.prices.total",
        "there is no symbol",
    ),
    Passes(
        "ADR502",
        "a proposal",
        lambda s: s.edit(ONE, "status: accepted", "status: proposed").edit(
            ONE, "- shop.prices.Basket.add\n", "- shop.prices.Basket.remove\n"
        ),
    ),
    Passes(
        "ADR502",
        "a name by which it is imported",
        one("- symbol: shop.prices.total", "- symbol: shop.total"),
    ),
    Passes("ADR502", "what may be made at run time", made_at_run_time),
    Passes("ADR502", "what has moved", moved),
    Fails(
        "ADR503",
        "to another module",
        moved,
        ONE,
        "symbol: shop.prices.total",
        "shop.prices.total is now shop.sums.total",
        fixed=True,
    ),
    Passes("ADR503", "an import leads there", moved_with_an_alias),
    Passes(
        "ADR503",
        "what is gone",
        lambda s: s.edit(
            STORE, "        return self._baskets.setdefault(name, Basket())\n", "        ...\n"
        ).edit(STORE, "def basket(", "def cart("),
    ),
    Fails(
        "ADR504",
        "a line of the code",
        context("See [total](../src/shop/prices.py#L9)."),
        ONE,
        "#L9",
        "leads to a line",
    ),
    Fails(
        "ADR504",
        "lines of the code",
        context("See [total](../src/shop/prices.py#L9-L12)."),
        ONE,
        "#L9",
        "leads to a line",
    ),
    Fails(
        "ADR504",
        "a colon",
        context("See [total](<../src/shop/prices.py:9>)."),
        ONE,
        "py:9",
        "leads to a line",
    ),
    Passes("ADR504", "the file", context("See [total](../src/shop/prices.py).")),
    Passes("ADR504", "a section", context("See [below](#l9), [a page](../docs/index.md#L9).")),
    Passes("ADR504", "a commit", context(f"See [total]({BLOB}/{SHA}/src/shop/prices.py#L9).")),
    Fails(
        "ADR505",
        "a branch",
        context(f"See [total]({BLOB}/main/src/shop/prices.py)."),
        ONE,
        "blob/main",
        "pinned to a branch, main",
    ),
    Fails(
        "ADR505",
        "a short commit",
        context(f"See [total]({BLOB}/{SHA[:9]}/src/shop/prices.py)."),
        ONE,
        SHA[:9],
        "a shortened commit",
    ),
    Fails(
        "ADR505",
        "another forge",
        context("See [total](https://example.org/a/b/c/-/blob/dev/x.py)."),
        ONE,
        "-/blob/dev",
        "pinned to a branch, dev",
    ),
    Passes("ADR505", "a commit", context(f"See [total]({BLOB}/{SHA}/src/shop/prices.py).")),
    Passes("ADR505", "a version", context(f"See [total]({BLOB}/v1.2.0/src/shop/prices.py).")),
    Passes(
        "ADR505", "other links", context("See [a](https://example.org/blob), [b](a/blob/main/x).")
    ),
    Fails(
        "ADR506",
        "a number that none has",
        mark("class Store", "ADR-0099"),
        STORE,
        "ADR-0099",
        "there is no record 0099",
    ),
    Fails(
        "ADR506",
        "in a test",
        mark("def test_a_customer", "ADR-0099", "tests/test_store.py"),
        "tests/test_store.py",
        "ADR-0099",
        "there is no record 0099",
    ),
    Passes(
        "ADR506", "a number in a text", lambda s: s.write("src/shop/x.py", 'LABEL = "# ADR-0099"\n')
    ),
    Passes("ADR506", "records that are there", mark("def basket", "ADR-0003, ADR-0001")),
    Fails(
        "ADR507",
        "superseded",
        mark("def basket", "ADR-0002: kept"),
        STORE,
        "ADR-0002",
        "ADR-0002 is superseded",
        fixed=True,
    ),
    Fails(
        "ADR507",
        "rejected",
        lambda s: (
            mark("def basket", "ADR-0002")(s),
            s.edit(TWO, "status: superseded", "status: rejected")
            .edit(TWO, 'superseded-by: ["0003"]\n', "")
            .edit(THREE, 'supersedes: ["0002"]\n', ""),
        ),
        STORE,
        "ADR-0002",
        "ADR-0002 is rejected",
    ),
    Passes("ADR507", "in force", mark("def basket", "ADR-0003")),
    Fails(
        "ADR508",
        "nothing",
        lambda s: s.edit(THREE, "governs: [shop.store.Store.basket]\n", ""),
        THREE,
        "status:",
        "governs nothing",
    ),
    Passes(
        "ADR508",
        "a way of working",
        lambda s: s.edit(THREE, "governs: [shop.store.Store.basket]\n", "process: true\n"),
    ),
    Passes(
        "ADR508",
        "a proposal",
        lambda s: s.edit(THREE, "governs: [shop.store.Store.basket]\n", "").edit(
            THREE, "status: accepted", "status: proposed"
        ),
    ),
    Fails(
        "ADR510",
        "another record's symbol",
        mark("def basket", "ADR-0001"),
        STORE,
        "ADR-0001",
        "ADR-0001 does not govern shop.store.Store.basket",
    ),
    Passes("ADR510", "what is around it", mark("class Store", "ADR-0003")),
    Passes("ADR510", "what is within it", mark("return self._baskets", "ADR-0003")),
    Passes("ADR510", "a test", mark("def test_a_customer", "ADR-0001", "tests/test_store.py")),
]
