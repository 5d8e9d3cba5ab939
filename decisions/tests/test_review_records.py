"""What a review tells of records and proofs, and of what it did not look at: whole lists."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from reviewing import NEVER, ROUNDED, TESTS, fact, facts, on_a_branch, reviewed, told
from scratch import ONE, PRICES, THREE, TWO, Scratch

from mkdocs_decisions.cache import memory_of
from mkdocs_decisions.problems import DecisionsError
from mkdocs_decisions.review import run_review

FOUR = "adr/0004-baskets-are-shared.md"


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    return on_a_branch(tmp_path / "shop")


# -- proofs ------------------------------------------------------------------------------------


def test_a_proof_that_asserts_less_is_weakened(scratch: Scratch) -> None:
    scratch.edit(TESTS, "    assert total([33, 34], discount=50) == 34", "    total([33, 34])")

    found = fact(scratch)

    assert (found.level, found.code) == ("error", "ADR703")
    assert found.what == f"{ROUNDED} makes no assertions; it made 1"
    assert (found.path, found.line) == (TESTS, scratch.line(TESTS, "def test_a_total"))
    assert [each.id for each in found.decisions] == ["0001"]


def test_a_proof_that_is_skipped_is_weakened(scratch: Scratch) -> None:
    scratch.edit(TESTS, "def test_a_total", '@pytest.mark.skip(reason="slow")\ndef test_a_total')

    [found] = facts(scratch)

    assert found.startswith(f"error ADR703 {ROUNDED} is skipped or expected to fail: ")


def test_a_proof_that_is_gone_is_weakened(scratch: Scratch) -> None:
    text = scratch.read(TESTS)
    scratch.write(TESTS, text[: text.index("def test_a_price")].rstrip() + "\n")

    found = fact(scratch)

    assert (found.code, found.path) == ("ADR703", ONE)
    assert found.line == scratch.line(ONE, "test_a_price_is_never_negative")
    assert found.what.startswith(f"{NEVER} is gone: ")


def test_a_proof_that_the_record_names_no_more_is_weakened(scratch: Scratch) -> None:
    text = scratch.read(ONE)
    start, end = text.index("  - test: tests/test_prices.py::test_a_price"), text.index("---\n\n#")
    scratch.write(ONE, text[:start] + text[end:])

    assert facts(scratch) == [
        f"error ADR703 ADR-0001 names {NEVER} as a proof no more",
        "note ADR-0001 is edited: proofs changed",
    ]


def test_a_mutant_that_is_gone_weakens_a_proof(scratch: Scratch) -> None:
    mutant = """\
      - in: shop.prices._rounded
        replace: amount + by // 2
        with: amount
"""
    scratch.edit(ONE, mutant, "")

    assert facts(scratch) == [
        f"error ADR703 {ROUNDED} need not fail any more under"
        " 'amount + by // 2' -> 'amount' in shop.prices._rounded",
        "note ADR-0001 is edited: proofs changed",
    ]


def test_a_mutant_that_follows_the_code_weakens_nothing(scratch: Scratch) -> None:
    scratch.edit(ONE, "replace: amount + by // 2", "replace: amount + by")

    assert facts(scratch) == ["note ADR-0001 is edited: proofs changed"]


def test_a_proof_that_was_renamed_with_its_record_is_compared_with_itself(
    scratch: Scratch,
) -> None:
    scratch.edit(TESTS, "def test_a_price_is_never_negative", "def test_no_price_is_negative")
    scratch.edit(ONE, f"- test: {NEVER}", f"- test: {TESTS}::test_no_price_is_negative")

    assert facts(scratch) == [
        "note ADR-0001 is edited: proofs changed",
        f"note {TESTS}::test_no_price_is_negative changed, and makes no fewer assertions",
    ]


def test_a_proof_that_asserts_more_has_changed_and_is_not_weakened(scratch: Scratch) -> None:
    line = "    assert total([33, 34], discount=50) == 34"
    scratch.edit(TESTS, line, f"{line}\n    assert total([2], discount=50) == 1")

    assert facts(scratch) == [f"note {ROUNDED} changed, and makes no fewer assertions"]


def test_a_test_that_holds_no_decision_may_change(scratch: Scratch) -> None:
    scratch.edit(TESTS, "    assert total([]) == 0", "    total([])")

    assert facts(scratch) == []


def test_proofs_of_a_record_that_is_given_up_may_go(scratch: Scratch) -> None:
    scratch.edit(THREE, "status: accepted", "status: deprecated").remove("tests/test_store.py")

    assert facts(scratch) == ["note ADR-0003 moves from accepted to deprecated"]


# -- records -----------------------------------------------------------------------------------


def test_a_rewritten_record_is_told_with_the_words_that_differ(scratch: Scratch) -> None:
    scratch.edit(ONE, "Totals were off by a cent. What", "Totals were right. What")

    found = fact(scratch)

    assert (found.level, found.code) == ("error", "ADR402")
    assert found.what == "ADR-0001 is edited: rewritten"
    assert [(each.kind, each.before, each.after) for each in found.changes] == [
        ("rewrite", "off by a cent", "right")
    ]
    assert found.changes[0].line == scratch.line(ONE, "Totals were")


@pytest.mark.parametrize(
    ("old", "new", "how"),
    [
        ("Filse are slow", "Files are slow", "a few letters mended"),
        ("0001-prices-are-whole-cents.md)", "./0001-prices-are-whole-cents.md)", "links repaired"),
        ("- Files\n\n## Decision Outcome", "* Files\n\n## Decision Outcome", "formatted anew"),
    ],
    ids=["typo", "link", "format"],
)
def test_a_harmless_edit_is_named_and_not_found(
    scratch: Scratch, old: str, new: str, how: str
) -> None:
    if how == "a few letters mended":
        scratch.edit(THREE, new, old).commit("A slip").git("branch", "--force", "main")
    scratch.edit(THREE, old, new)

    [found] = facts(scratch)

    assert found.endswith(f"is edited: {how}")
    assert found.startswith("note ADR-")


def test_a_changed_answer_is_found(scratch: Scratch) -> None:
    scratch.edit(
        THREE, "because nobody comes back for one the next day.\n", "because disks cost.\n"
    )

    found = fact(scratch)

    assert (found.level, found.code) == ("error", "ADR402")
    assert found.what == "ADR-0003 is edited: answer changed"


def test_a_record_that_governs_less_is_a_warning_and_still_binds(scratch: Scratch) -> None:
    scratch.edit(ONE, "  - shop.prices.Basket.add\n", "")
    scratch.edit(PRICES, "if price < 0:", "if price <= 0:")

    found = reviewed(scratch)

    assert told(found) == [
        "warning ADR-0001 is edited: governs changed",
        "warning ADR701 shop.prices.Basket.add changed in meaning",
    ]
    assert found.facts[0].details == ("governs: no longer shop.prices.Basket.add",)


def test_a_renumbered_record_is_the_same_record(scratch: Scratch) -> None:
    scratch.move(THREE, "adr/0007-baskets-in-memory.md")
    scratch.edit("adr/0007-baskets-in-memory.md", "# 0003.", "# 0007.")
    scratch.edit(TWO, 'superseded-by: ["0003"]', 'superseded-by: ["0007"]')

    found = reviewed(scratch)

    assert told(found) == [
        "note ADR-0002 is edited: superseded-by changed",
        "note ADR-0007 is edited: renumbered",
    ]


def test_a_deleted_record_is_found(scratch: Scratch) -> None:
    scratch.remove(THREE)

    assert facts(scratch) == [f"error ADR403 ADR-0003 is deleted: {THREE}"]


def test_a_status_that_moves_as_it_may_is_told(scratch: Scratch) -> None:
    scratch.edit(THREE, "status: accepted", "status: superseded")
    scratch.edit(THREE, "depends-on:", 'superseded-by: ["0004"]\ndepends-on:')

    assert facts(scratch) == [
        "note ADR-0003 is edited: superseded-by changed",
        "note ADR-0003 moves from accepted to superseded by ADR-0004",
    ]


def test_a_status_that_moves_as_it_may_not_is_found(scratch: Scratch) -> None:
    scratch.edit(THREE, "status: accepted", "status: proposed")

    assert facts(scratch) == ["error ADR401 ADR-0003 moves from accepted to proposed"]


def added(scratch: Scratch, status: str = "proposed") -> Scratch:
    text = scratch.read(THREE).replace("0003. Baskets in memory", "0004. Baskets are shared")
    text = text.replace("status: accepted", f"status: {status}")
    return scratch.write(FOUR, text.replace('supersedes: ["0002"]\n', ""))


def test_a_new_record_is_told_with_what_it_governs(scratch: Scratch) -> None:
    found = fact(added(scratch))

    assert found.what == "ADR-0004 is added as proposed"
    assert (found.level, found.code, found.path) == ("note", "", FOUR)
    assert found.details == ("governs shop.store.Store.basket",)
    assert found.tests == ("tests/test_store.py::test_a_customer_has_one_basket",)


def test_an_id_that_another_branch_has_is_found(scratch: Scratch) -> None:
    scratch.git("checkout", "--quiet", "-b", "other", "main")
    added(scratch).move(FOUR, "adr/0004-in-yen.md").commit("Yen")
    scratch.git("checkout", "--quiet", "change")

    found = facts(added(scratch))

    assert found == [
        "error ADR302 the id 0004 is taken by adr/0004-in-yen.md on other",
        "note ADR-0004 is added as proposed",
    ]


def test_an_id_that_the_base_took_meanwhile_is_found(scratch: Scratch) -> None:
    scratch.git("checkout", "--quiet", "main")
    added(scratch).move(FOUR, "adr/0004-in-yen.md").commit("Yen")
    scratch.git("checkout", "--quiet", "change")

    found = facts(added(scratch))

    assert found[0] == "error ADR302 the id 0004 is taken by adr/0004-in-yen.md on main"


def test_what_happened_on_the_base_meanwhile_is_no_part_of_the_change(scratch: Scratch) -> None:
    scratch.git("checkout", "--quiet", "main")
    scratch.edit(PRICES, "discount: int = 0", "discount: int = 5").commit("On main")
    scratch.git("checkout", "--quiet", "change")

    assert facts(scratch.edit(PRICES, "if price < 0:", "if price <= 0:")) == [
        "warning ADR701 shop.prices.Basket.add changed in meaning"
    ]


# -- what a change may not do to its own judgement ---------------------------------------------


def test_a_suppression_with_a_reason_is_listed_with_what_it_suppresses(scratch: Scratch) -> None:
    comment = "# decisions: ignore[ADR702] nobody calls it yet\n"
    scratch.edit(PRICES, "def total(", f"{comment}def total(")
    scratch.edit(PRICES, "discount: int = 0", "discount: int = 5")

    found = reviewed(scratch)

    assert told(found) == [
        "note ADR702 shop.prices.total can't be used as before",
        "note ADR702 is suppressed: nobody calls it yet",
    ]
    assert found.facts[0].details[-1] == "suppressed: nobody calls it yet"
    assert not found.failed


def test_a_suppression_without_a_reason_suppresses_nothing(scratch: Scratch) -> None:
    scratch.edit(PRICES, "def total(", "# decisions: ignore[ADR702]\ndef total(")
    scratch.edit(PRICES, "discount: int = 0", "discount: int = 5")

    assert facts(scratch) == [
        "error ADR702 shop.prices.total can't be used as before",
        "error ADR706 ADR702 is suppressed without a reason",
    ]


def test_a_change_is_judged_by_the_severities_of_its_base(scratch: Scratch) -> None:
    scratch.edit("pyproject.toml", "tags =", 'severity = { ADR702 = "off" }\ntags =')
    scratch.edit(PRICES, "discount: int = 0", "discount: int = 5")

    found = reviewed(scratch)

    assert told(found) == [
        "error ADR702 shop.prices.total can't be used as before",
        "warning [tool.decisions] of pyproject.toml is changed: severity",
    ]
    assert found.facts[1].details == ("severity: ADR702 is off",)


def test_a_change_is_judged_by_what_is_usual_if_its_base_has_no_table(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    scratch = Scratch(tmp_path / "plain").write("pyproject.toml", "").init()
    scratch.git("checkout", "--quiet", "-b", "change")
    off = 'severity = { ADR402 = "off" }'
    scratch.write("pyproject.toml", f"[tool.decisions]\n{off}\n")
    scratch.edit(ONE, "Totals were off by a cent.", "Nobody ever looked at a total.")

    assert facts(scratch) == [
        "error ADR402 ADR-0001 is edited: rewritten",
        "warning [tool.decisions] of pyproject.toml is changed: severity",
    ]


def test_code_does_not_hide_behind_the_folders_of_the_tests(scratch: Scratch) -> None:
    scratch.edit("pyproject.toml", 'tests = ["tests"]', 'tests = ["tests", "src"]')
    scratch.edit(PRICES, "if price < 0:", "if price <= 0:")

    assert "warning ADR701 shop.prices.Basket.add changed in meaning" in facts(scratch)


def test_a_test_that_is_weakened_where_it_is_inherited_from_is_found(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    scratch = Scratch(tmp_path / "other")
    common = "class Common:\n    def test_a(self):\n        assert self.get() == 1\n"
    scratch.write("tests/test_common.py", common)
    mine = "from test_common import Common\nclass TestMine(Common):\n    def get(self): return 1\n"
    scratch.write("tests/test_mine.py", mine)
    named = "test: tests/test_store.py::test_a_customer_has_one_basket"
    scratch.edit(THREE, named, "test: tests/test_mine.py::TestMine::test_a").init()
    scratch.git("checkout", "--quiet", "-b", "change")
    scratch.edit("tests/test_common.py", "assert self.get() == 1", "self.get()")

    assert facts(scratch) == [
        "error ADR703 tests/test_mine.py::TestMine::test_a makes no assertions; it made 1"
    ]


@pytest.mark.parametrize("folders", ['["tests/"]', '["./tests"]', '["."]'])
def test_a_folder_may_be_written_in_several_ways(tmp_path: Path, folders: str) -> None:
    (tmp_path / "other").mkdir()
    scratch = Scratch(tmp_path / "other")
    scratch.edit("pyproject.toml", 'tests = ["tests"]', f"tests = {folders}")
    scratch.edit("pyproject.toml", 'records = "adr"', 'records = "./adr/"').init()
    scratch.git("checkout", "--quiet", "-b", "change")
    scratch.edit("tests/test_prices.py", "== 34", "in (33, 34)")
    scratch.edit(ONE, "Totals were off by a cent.", "Totals were wrong by a cent.")

    assert [each.split(" ", 1)[0] for each in facts(scratch)] == ["error", "note"]


def test_a_severity_of_the_base_counts(scratch: Scratch) -> None:
    severities = 'severity = { ADR701 = "error", ADR702 = "warning" }\ntags ='
    scratch.edit("pyproject.toml", "tags =", severities).commit("Severities")
    scratch.git("branch", "--force", "main")
    scratch.edit(PRICES, "discount: int = 0", "discount: int = 5")
    scratch.edit(PRICES, "if price < 0:", "if price <= 0:")

    assert facts(scratch) == [
        "error ADR701 shop.prices.Basket.add changed in meaning",
        "warning ADR702 shop.prices.total can't be used as before",
    ]


# -- what was not looked at --------------------------------------------------------------------


def test_code_that_does_not_parse_is_noted_and_not_judged(scratch: Scratch) -> None:
    found = reviewed(scratch.edit(PRICES, "LIMIT =", "LIMIT = ="))

    assert found.facts == []
    assert {(each.path, each.what) for each in found.notes} == {
        (PRICES, "shop.prices.total, which ADR-0001 governs"),
        (PRICES, "shop.prices.Basket.add, which ADR-0001 governs"),
        (PRICES, "the code of this file"),
    }


def test_a_record_that_can_not_be_read_is_noted_and_still_binds(scratch: Scratch) -> None:
    scratch.edit(ONE, "tags: [prices]", "tags: [prices")
    scratch.edit(PRICES, "discount: int = 0", "discount: int = 5")

    found = reviewed(scratch)

    assert told(found) == ["error ADR702 shop.prices.total can't be used as before"]
    assert [(each.path, each.what) for each in found.notes] == [(ONE, "the record ADR-0001")]


def test_a_test_that_does_not_parse_is_noted(scratch: Scratch) -> None:
    found = reviewed(scratch.edit(TESTS, "import pytest", "import pytest ="))

    assert found.facts == []
    assert {each.what for each in found.notes} == {ROUNDED, NEVER}


def test_a_base_that_is_not_there_is_one_clear_error(scratch: Scratch) -> None:
    with pytest.raises(DecisionsError) as caught:
        run_review(scratch.root, "nowhere")

    assert caught.value.code == "ADR005"


def test_a_folder_without_git_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(DecisionsError) as caught:
        run_review(Scratch(tmp_path).root, "main")

    assert caught.value.code == "ADR004"


# -- how it reads ------------------------------------------------------------------------------


def test_a_project_in_a_folder_of_its_repository_is_reviewed(tmp_path: Path) -> None:
    outer = tmp_path / "all"
    outer.mkdir()
    inner = Scratch(outer / "shop")
    whole = Scratch.__new__(Scratch)
    whole.root = outer
    whole.init().git("checkout", "--quiet", "-b", "change")
    inner.edit(PRICES, "discount: int = 0", "discount: int = 5")
    whole.write("elsewhere.py", "x = 1\n")

    found = reviewed(inner)

    assert told(found) == ["error ADR702 shop.prices.total can't be used as before"]
    assert (found.prefix, found.changed) == ("shop/", 1)


def test_nothing_is_checked_out_and_no_code_is_run(scratch: Scratch) -> None:
    trap = "from pathlib import Path\nPath('run').touch()\n"
    for path in (PRICES, TESTS, "src/shop/__init__.py", "conftest.py"):
        scratch.write(path, trap + (scratch.read(path) if (scratch.root / path).exists() else ""))
    scratch.commit("Traps")
    before = {
        path: path.read_bytes()
        for path in scratch.root.rglob("*")
        if path.is_file() and ".git" not in path.parts
    }

    run_review(scratch.root, "main", "change", cache=False)

    after = {
        path: path.read_bytes()
        for path in scratch.root.rglob("*")
        if path.is_file() and ".git" not in path.parts
    }
    assert after == before
    assert scratch.git("status", "--porcelain") == ""


def test_a_remembered_review_is_the_same(scratch: Scratch) -> None:
    scratch.edit(PRICES, "discount: int = 0", "discount: int = 5").commit("A change")

    first, second = (run_review(scratch.root, "main", "change") for _ in range(2))

    assert json.dumps(told(first)) == json.dumps(told(second))
    assert list(memory_of(scratch.root).glob("*.json"))
