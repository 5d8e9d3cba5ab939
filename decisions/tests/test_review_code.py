"""What a review tells of changed code, and what it is silent about: real histories, whole lists."""

from __future__ import annotations

from pathlib import Path

import pytest
from reviewing import NEVER, ROUNDED, fact, facts, on_a_branch, reviewed, told
from scratch import ONE, PRICES, STORE, Scratch

from mkdocs_decisions.review import Review


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    return on_a_branch(tmp_path / "shop")


# -- nothing binding ---------------------------------------------------------------------------


def test_no_change_is_no_fact(scratch: Scratch) -> None:
    found = reviewed(scratch)

    assert (found.facts, found.notes, found.changed, found.failed) == ([], [], 0, False)


def test_a_reformatted_function_is_silent(scratch: Scratch) -> None:
    scratch.edit(
        PRICES,
        "    return _rounded(sum(prices) * (100 - discount), 100)",
        "    return _rounded(\n        sum(prices) * (100 - discount),\n        100,\n    )",
    )

    assert facts(scratch) == []


def test_a_docstring_is_silent(scratch: Scratch) -> None:
    scratch.edit(PRICES, "The sum of prices, less", "What all prices make, less")

    assert facts(scratch) == []


def test_a_comment_is_silent(scratch: Scratch) -> None:
    scratch.edit(PRICES, "    return (amount", "    # half up\n    return (amount")

    assert facts(scratch) == []


def test_another_order_of_definitions_is_silent(scratch: Scratch) -> None:
    text = scratch.read(PRICES)
    head, total, rest = text.partition("def total")
    rest, class_, basket = (total + rest).partition("class Basket")
    scratch.write(PRICES, f"{head}{class_}{basket}\n\n{rest.rstrip()}\n")

    assert facts(scratch) == []


def test_code_that_no_record_governs_is_silent(scratch: Scratch) -> None:
    scratch.edit(STORE, "_baskets: dict[str, Basket] = {}", "_baskets: dict[str, Basket] = dict()")

    assert facts(scratch) == []


def test_a_file_that_is_no_record_and_no_code_is_counted_but_not_read(scratch: Scratch) -> None:
    found = reviewed(scratch.write("docs/new.md", "# New\n"))

    assert (found.facts, found.changed, found.read) == ([], 1, 0)


# -- governed symbols --------------------------------------------------------------------------


def test_a_changed_meaning_names_the_decision_and_the_tests(scratch: Scratch) -> None:
    scratch.edit(PRICES, "sum(prices) * (100 - discount), 100)", "sum(prices) * 100, 100)")

    found = fact(scratch)

    assert told(Review("", "", [found])) == ["warning ADR701 shop.prices.total changed in meaning"]
    assert (found.path, found.line) == (PRICES, scratch.line(PRICES, "def total"))
    assert found.symbol == "shop.prices.total"
    [decision] = found.decisions
    assert (decision.id, decision.title) == ("0001", "Prices are whole cents")
    assert decision.answer.startswith("Prices are integers of cents")
    assert found.tests == (ROUNDED, NEVER)


def test_a_changed_method_is_told_by_its_own_name(scratch: Scratch) -> None:
    scratch.edit(PRICES, "if price < 0:", "if price <= 0:")

    assert facts(scratch) == ["warning ADR701 shop.prices.Basket.add changed in meaning"]


def test_a_governed_class_names_the_members_that_changed(scratch: Scratch) -> None:
    scratch.edit(ONE, "  - shop.prices.Basket.add\n", "  - shop.prices.Basket\n").commit("Wider")
    scratch.git("branch", "--force", "main")
    scratch.edit(PRICES, "if price < 0:", "if price <= 0:")

    found = fact(scratch)

    assert found.what == "shop.prices.Basket changed in meaning"
    assert found.details == ("add changed",)


def test_a_changed_default_breaks_the_signature(scratch: Scratch) -> None:
    scratch.edit(PRICES, "discount: int = 0", "discount: int = 5")

    found = fact(scratch)

    assert (found.level, found.code) == ("error", "ADR702")
    assert found.what == "shop.prices.total can't be used as before"
    assert found.details == ("discount: parameter default was changed: 0 -> 5",)


def test_a_parameter_that_is_gone_and_one_that_is_needed_break_the_signature(
    scratch: Scratch,
) -> None:
    scratch.edit(PRICES, "def add(self, price: int)", "def add(self, amount: int)")
    scratch.edit(PRICES, "if price < 0", "if amount < 0")
    scratch.edit(PRICES, "negative: {price}", "negative: {amount}")
    scratch.edit(PRICES, "append(price)", "append(amount)")

    found = fact(scratch)

    assert found.code == "ADR702"
    assert found.details == (
        "price: parameter was removed",
        "amount: parameter was added as required",
    )


def test_a_function_that_is_awaited_now_breaks_the_signature(scratch: Scratch) -> None:
    scratch.edit(PRICES, "    def add(", "    async def add(")

    assert fact(scratch).details == ("it is called otherwise: def -> async def",)


def test_a_new_optional_parameter_breaks_nothing(scratch: Scratch) -> None:
    scratch.edit(PRICES, "discount: int = 0)", 'discount: int = 0, *, currency: str = "EUR")')

    assert facts(scratch) == ["warning ADR701 shop.prices.total changed in meaning"]


def test_a_symbol_that_is_gone_is_told_at_the_record_that_governs_it(scratch: Scratch) -> None:
    scratch.edit(PRICES, "    def add(self, price: int) -> None:", "    def _x(self, price):")

    found = fact(scratch)

    assert (found.level, found.code) == ("error", "ADR702")
    assert found.what == "shop.prices.Basket.add is gone"
    assert (found.path, found.line) == (ONE, scratch.line(ONE, "- shop.prices.Basket.add"))


def test_a_symbol_that_is_gone_with_its_record_is_told_where_it_was(scratch: Scratch) -> None:
    line = scratch.line(PRICES, "def add")
    scratch.edit(PRICES, "    def add(self, price: int) -> None:", "    def _x(self, price):")
    scratch.remove(ONE)

    places = {each.what: (each.path, each.line) for each in reviewed(scratch).facts}

    assert places["shop.prices.Basket.add is gone"] == (PRICES, line)


def test_what_a_governed_function_uses_is_near(scratch: Scratch) -> None:
    scratch.edit(PRICES, "amount + by // 2", "amount")

    found = fact(scratch)

    assert (found.kind, found.level, found.code) == ("near-changed", "note", "")
    assert found.what == "shop.prices._rounded changed in meaning, which shop.prices.total uses"
    assert found.tests == (ROUNDED, NEVER)


@pytest.mark.parametrize(
    ("use", "told_as"), [("Basket()", "Basket"), ("Basket.__init__(Basket())", "Basket.__init__")]
)
def test_a_class_that_is_near_is_told_once(scratch: Scratch, use: str, told_as: str) -> None:
    line = "    return _rounded(sum(prices)"
    scratch.edit(PRICES, line, f"    {use}\n{line}").commit("Use it")
    scratch.git("branch", "--force", "main")
    scratch.edit(PRICES, "self.prices: list[int] = []", "self.prices = [0]")

    assert facts(scratch) == [
        f"note shop.prices.{told_as} changed in meaning, which shop.prices.total uses"
    ]


def test_who_amends_the_record_is_warned_of_a_break_and_who_supersedes_it_is_told(
    scratch: Scratch,
) -> None:
    scratch.edit(PRICES, "discount: int = 0", "discount: int = 5")
    scratch.write(ONE, f"{scratch.read(ONE)}| 2026-02-20 | Five per cent off. |\n")

    amended = facts(scratch)
    scratch.edit(ONE, "status: accepted", "status: deprecated")
    deprecated = facts(scratch)

    assert amended == [
        "warning ADR702 shop.prices.total can't be used as before",
        "note ADR-0001 is edited: amended",
    ]
    assert deprecated == [
        "note ADR702 shop.prices.total can't be used as before",
        "note ADR-0001 is edited: amended",
        "note ADR-0001 moves from accepted to deprecated",
    ]


# -- moved -------------------------------------------------------------------------------------

HELPER = "\n\ndef _rounded(amount: int, by: int) -> int:\n    return (amount + by // 2) // by\n"


def move_total(scratch: Scratch, name: str = "total") -> str:
    """Move the function to a module of its own; the text that is left behind."""
    text = scratch.read(PRICES)
    start, end = text.index("def total"), text.index("class Basket")
    moved = text[start:end].rstrip().replace("def total", f"def {name}")
    scratch.write("src/shop/sums.py", f"from __future__ import annotations\n\n\n{moved}\n")
    return text[:start] + text[end:]


def test_a_function_that_moved_and_left_an_alias_is_only_listed(scratch: Scratch) -> None:
    rest = move_total(scratch)
    scratch.write(PRICES, rest.replace("LIMIT", "from shop.sums import total\n\nLIMIT", 1))

    found = fact(scratch)

    assert (found.kind, found.level, found.code) == ("symbol-moved", "note", "")
    assert found.what == "shop.prices.total moved to shop.sums.total"
    assert found.path == "src/shop/sums.py"
    assert found.details == (
        "an import leads from the old name to the new one",
        "ADR-0001 still governs shop.prices.total",
    )


def test_a_function_that_moved_and_left_nothing_is_only_listed(scratch: Scratch) -> None:
    scratch.write(PRICES, move_total(scratch))
    scratch.edit("src/shop/__init__.py", "shop.prices", "shop.sums")

    assert facts(scratch) == ["note shop.prices.total moved to shop.sums.total"]


def test_a_renamed_function_is_only_listed(scratch: Scratch) -> None:
    scratch.edit(PRICES, "def total(", "def sum_of(")
    scratch.edit("src/shop/__init__.py", "import total", "import sum_of as total")

    assert facts(scratch) == ["note shop.prices.total moved to shop.prices.sum_of"]


def test_a_function_that_moved_and_changed_is_told_as_both(scratch: Scratch) -> None:
    scratch.write(PRICES, move_total(scratch))
    scratch.edit("src/shop/__init__.py", "shop.prices", "shop.sums")
    scratch.edit("src/shop/sums.py", "discount: int = 0", "discount: int = 5")

    found = reviewed(scratch)

    assert told(found) == [
        "error ADR702 shop.prices.total can't be used as before",
        "note shop.prices.total moved to shop.sums.total",
    ]
    assert found.facts[0].details == ("discount: parameter default was changed: 0 -> 5",)


# -- beside ------------------------------------------------------------------------------------


def test_a_new_public_symbol_beside_a_governed_one_is_uncovered(scratch: Scratch) -> None:
    scratch.write(PRICES, f"{scratch.read(PRICES)}\n\ndef tax(price):\n    return price\n")
    append = "        self.prices.append(price)"
    scratch.edit(PRICES, append, f"{append}\n\n    def clear(self):\n        pass")

    assert facts(scratch) == [
        "note shop.prices.Basket.clear is new and governed by nothing;"
        " beside it stands shop.prices.Basket.add",
        "note shop.prices.tax is new and governed by nothing;"
        " beside it stands shop.prices.total, shop.prices.Basket.add",
    ]


def test_a_new_symbol_that_is_private_or_governed_is_no_news(scratch: Scratch) -> None:
    new = "\n\ndef _tax(price):\n    return price\n\n\ndef duty(price):\n    return price\n"
    scratch.write(PRICES, f"{scratch.read(PRICES)}{new}")
    scratch.edit(
        ONE, "  - shop.prices.Basket.add", "  - shop.prices.duty\n  - shop.prices.Basket.add"
    )

    assert facts(scratch) == ["note ADR-0001 is edited: governs changed"]
