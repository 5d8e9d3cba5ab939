"""What counts as a proof, and what does not. The store of the scratch project is broken and run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from proved import proved_receipts
from scratch import ONE, STORE, THREE, Scratch

from mkdocs_decisions.problems import DecisionsError
from mkdocs_decisions.prove import Outcome, ProofReport, prove

TESTS = "tests/test_store.py"
BASKET = f"{TESTS}::test_a_customer_has_one_basket"
BODY = "self._baskets.setdefault(name, Basket())"
RECEIPTS = "adr/.proofs.json"


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    root = tmp_path / "shop"
    root.mkdir()
    return Scratch(root)


def run(scratch: Scratch, *ids: str, **more: object) -> ProofReport:
    return prove(scratch.project(), ids or None, jobs=1, **more)


def outcomes(report: ProofReport) -> list[str]:
    return [each.outcome for each in report.results]


def held(scratch: Scratch) -> dict:
    return json.loads(scratch.read(RECEIPTS))


def broken(scratch: Scratch, with_: str, *, whole: bool = False, more: str = "") -> Scratch:
    """Let the mutant of the third record put something else into `Store.basket`."""
    if whole:
        scratch.edit(THREE, f"replace: {BODY}", f"replace: return {BODY}")
    return scratch.edit(THREE, "with: Basket()", f"with: '{with_}'{more}")


def use_tests(scratch: Scratch, text: str) -> Scratch:
    return scratch.write(TESTS, text)


GROUP = 'raise ExceptionGroup("a", [AssertionError("never raised by itself")])'
USING = "from shop.store import Store\n\ndef test_a_customer_has_one_basket():\n"


def test_a_sound_project_is_proved_and_receipts_are_kept(scratch: Scratch) -> None:
    report = run(scratch)

    assert not report.failed
    assert report.count("test", Outcome.PASSED) == 3
    assert report.count("mutant", Outcome.SEEN_FAILING) == 4
    receipt = held(scratch)["proofs"]["0003"][BASKET]
    assert receipt["executes"] == ["shop.store.Store.basket"]
    assert receipt["seen"] == "2026-03-01"
    assert [each["failed-with"] for each in receipt["mutants"]] == ["AssertionError"]
    assert scratch.findings("ADR604", "ADR605", "ADR606", "ADR609") == []


def test_what_was_seen_is_not_run_again_if_only_what_is_stale_is_asked_for(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path, proved=proved_receipts())
    before = scratch.read(RECEIPTS)
    told: list[str] = []

    report = run(scratch, stale=True, on_progress=lambda done, total, what: told.append(what))

    assert set(outcomes(report)) == {Outcome.CURRENT}
    assert told == []
    assert scratch.read(RECEIPTS) == before


def test_only_what_changed_is_run_again(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path, proved=proved_receipts())
    scratch.edit(THREE, "with: Basket()", "with: Basket(*[])")
    told: list[str] = []

    report = run(scratch, stale=True, on_progress=lambda done, total, what: told.append(what))

    assert not report.failed
    assert told[1:] == [BASKET, f"{BASKET} without shop.store.Store.basket"]
    assert report.count("mutant", Outcome.CURRENT) == 3
    assert scratch.findings("ADR604") == []


def test_only_the_records_that_are_named_are_proved(scratch: Scratch) -> None:
    run(scratch, "3")

    assert list(held(scratch)["proofs"]) == ["0003"]


def test_a_record_that_is_not_there_is_an_error(scratch: Scratch) -> None:
    with pytest.raises(DecisionsError, match="there is no record '77'") as caught:
        run(scratch, "77")

    assert caught.value.code == "ADR020"


def test_a_proposed_record_is_proved_only_if_it_is_named(scratch: Scratch) -> None:
    scratch.edit(THREE, "status: accepted", "status: proposed")

    assert {each.record for each in run(scratch).results} == {"0001"}
    assert {each.record for each in run(scratch, "0003").results} == {"0003"}


# -- what a mutant may come to ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("with_", "whole", "outcome", "code"),
    [
        ("{}[name]", False, Outcome.FOREIGN_ERROR, "ADR604"),
        ("assert not name", True, Outcome.PACKAGE_ASSERTION, "ADR604"),
        (GROUP, True, Outcome.PACKAGE_ASSERTION, "ADR604"),
        ("(self._baskets.setdefault(name, Basket()))", False, Outcome.DOES_NOT_APPLY, "ADR605"),
        ("Basket(", False, Outcome.DOES_NOT_APPLY, "ADR605"),
        ("self._baskets.setdefault(name[:], Basket())", False, Outcome.SURVIVED, "ADR604"),
        ("import os; os._exit(3)", True, Outcome.DIED, "ADR604"),
    ],
)
def test_what_proves_nothing_is_refused(
    scratch: Scratch, with_: str, whole: bool, outcome: Outcome, code: str
) -> None:
    broken(scratch, with_, whole=whole)

    report = run(scratch, "3")

    assert outcomes(report) == [Outcome.PASSED, outcome]
    assert [each.code for each in report.findings] == [code]
    place = report.findings[0].problem
    assert (place.path, place.line) == (THREE, scratch.line(THREE, "- in: shop.store"))
    assert held(scratch)["proofs"]["0003"][BASKET]["mutants"] == []


def test_the_exception_that_the_record_names_counts(scratch: Scratch) -> None:
    broken(scratch, "{}[name]", more="\n        fails-with: LookupError")

    assert outcomes(run(scratch, "3")) == [Outcome.PASSED, Outcome.SEEN_FAILING]


@pytest.mark.parametrize("name", ["Exception", "BaseException", "object"])
def test_a_name_that_every_error_has_proves_nothing(scratch: Scratch, name: str) -> None:
    broken(scratch, "{}[name]", more=f"\n        fails-with: {name}")

    assert outcomes(run(scratch, "3")) == [Outcome.PASSED, Outcome.FOREIGN_ERROR]


def test_an_import_error_is_no_proof(scratch: Scratch) -> None:
    scratch.edit(THREE, "in: shop.store.Store.basket", "in: shop.store")
    scratch.edit(THREE, f"replace: {BODY}", "replace: from shop.prices import Basket")
    scratch.edit(THREE, "with: Basket()", "with: from shop.prices import Bucket")

    report = run(scratch, "3")

    assert outcomes(report) == [Outcome.PASSED, Outcome.COLLECTION_ERROR]
    assert "cannot import name 'Bucket'" in report.results[1].detail


def test_a_failure_around_the_test_is_no_proof(scratch: Scratch) -> None:
    use_tests(
        scratch,
        "import pytest\nfrom shop.store import Store\n\n"
        "@pytest.fixture\ndef store():\n    store = Store()\n"
        "    assert store.basket('Ada') is store.basket('Ada')\n    return store\n\n"
        "def test_a_customer_has_one_basket(store):\n    assert store\n",
    )

    assert outcomes(run(scratch, "3")) == [Outcome.PASSED, Outcome.SET_UP_ERROR]


def test_a_mutant_that_hangs_is_no_proof(scratch: Scratch) -> None:
    scratch.edit("pyproject.toml", 'tests = ["tests"]', 'tests = ["tests"]\nproof-timeout = 3')
    broken(scratch, "while True: pass", whole=True)

    assert outcomes(run(scratch, "3")) == [Outcome.PASSED, Outcome.TIMED_OUT]


def test_a_test_that_asserts_nothing_passes_all_the_same(scratch: Scratch) -> None:
    use_tests(scratch, USING + "    Store().basket('Ada')\n")

    assert outcomes(run(scratch, "3")) == [Outcome.PASSED, Outcome.SURVIVED]


def test_a_test_that_asserts_nothing_is_refused_without_a_mutant_too(scratch: Scratch) -> None:
    use_tests(scratch, USING + "    Store().basket('Ada')\n")
    text = scratch.read(THREE)
    start = text.index("    breaks-when:")
    scratch.write(THREE, text[:start] + text[text.index("---\n\n# 0003") :])

    assert outcomes(run(scratch, "3")) == [Outcome.VACUOUS]


# -- what a test may come to on the clean code --------------------------------------------------


@pytest.mark.parametrize(
    ("body", "outcome", "code"),
    [
        ("    assert Store().basket('A') is None\n", Outcome.FAILS_ANYWAY, "ADR604"),
        ("    import pytest; pytest.skip('not here')\n", Outcome.SKIPPED, "ADR602"),
        ("    import pytest; pytest.xfail('not yet')\n", Outcome.EXPECTED_TO_FAIL, "ADR602"),
        ("    import os; os._exit(0)\n", Outcome.DIED, "ADR604"),
        ("    import time; time.sleep(60)\n", Outcome.TIMED_OUT, "ADR604"),
    ],
)
def test_a_test_that_does_not_pass_on_the_clean_code_proves_nothing(
    scratch: Scratch, body: str, outcome: Outcome, code: str
) -> None:
    scratch.edit("pyproject.toml", 'tests = ["tests"]', 'tests = ["tests"]\nproof-timeout = 4')
    use_tests(scratch, USING + body + "    assert Store()\n")

    report = run(scratch)

    results = {(each.record, each.kind): each.outcome for each in report.results}
    assert results["0003", "test"] is outcome
    assert ("0003", "mutant") not in results
    assert results["0001", "mutant"] is Outcome.SEEN_FAILING
    assert [each.code for each in report.findings] == [code]
    assert list(held(scratch)["proofs"]) == ["0001"]


@pytest.mark.parametrize(
    ("head", "outcome"),
    [
        ("import pytest\npytest.skip('all of it', allow_module_level=True)\n", Outcome.SKIPPED),
        ("raise RuntimeError('not today')\n", Outcome.COLLECTION_ERROR),
    ],
)
def test_a_file_that_is_not_collected_hides_no_other(
    scratch: Scratch, head: str, outcome: Outcome
) -> None:
    use_tests(scratch, head + scratch.read(TESTS))

    results = {each.record: each.outcome for each in run(scratch).results if each.kind == "test"}

    assert results == {"0001": Outcome.PASSED, "0003": outcome}


def test_a_set_up_that_cannot_be_imported_is_told_in_its_own_words(scratch: Scratch) -> None:
    scratch.write("tests/conftest.py", "import nothing_of_this_name\n")

    [result] = run(scratch, "3").results

    assert result.outcome is Outcome.COLLECTION_ERROR
    assert result.detail == "ModuleNotFoundError: No module named 'nothing_of_this_name'"


def test_a_test_that_is_picked_out_is_not_collected(scratch: Scratch) -> None:
    scratch.write(
        "tests/conftest.py",
        "def pytest_collection_modifyitems(items):\n"
        "    items[:] = [each for each in items if 'basket' not in each.name]\n",
    )

    report = run(scratch, "3")

    assert outcomes(report) == [Outcome.NOT_COLLECTED]
    assert [each.code for each in report.findings] == ["ADR601"]


def test_a_test_that_is_not_there_is_not_run(scratch: Scratch) -> None:
    scratch.remove(TESTS)

    report = run(scratch, "3")

    assert outcomes(report) == [Outcome.NOT_COLLECTED]
    assert "there is no file" in report.results[0].detail


def test_what_is_no_longer_proved_loses_its_receipt(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path, proved=proved_receipts())
    scratch.edit(STORE, "setdefault(name, Basket())", "setdefault(name, Basket())  # fast")
    scratch.write(
        "tests/conftest.py", "import shop.store\nshop.store.Store.basket = lambda *_: object()\n"
    )

    report = run(scratch, "3")

    assert outcomes(report) == [Outcome.FAILS_ANYWAY]
    assert list(held(scratch)["proofs"]) == ["0001"]


# -- tests of all kinds -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "import unittest\nfrom shop.store import Store\n\n"
            "class TestStore(unittest.TestCase):\n    def test_one(self):\n"
            "        store = Store()\n"
            "        self.assertIs(store.basket('Ada'), store.basket('Ada'))\n",
            id="unittest",
        ),
        pytest.param(
            "import unittest\nfrom shop.store import Store\n\n"
            "class TestStore(unittest.TestCase):\n    def test_one(self):\n"
            "        store = Store()\n        for name in ('Ada', 'Bo'):\n"
            "            with self.subTest(name):\n"
            "                self.assertIs(store.basket(name), store.basket(name))\n",
            id="subtest",
        ),
        pytest.param(
            "import asyncio\nfrom shop.store import Store\n\n"
            "class TestStore:\n    def test_one(self):\n        async def look(store):\n"
            "            assert store.basket('Ada') is store.basket('Ada')\n\n"
            "        async def main():\n            async with asyncio.TaskGroup() as group:\n"
            "                group.create_task(look(Store()))\n\n"
            "        asyncio.run(main())\n        assert main\n",
            id="group of errors in tasks",
        ),
        pytest.param(
            "from concurrent.futures import ThreadPoolExecutor\nfrom shop.store import Store\n\n"
            "class TestStore:\n    def test_one(self):\n        store = Store()\n"
            "        with ThreadPoolExecutor() as pool:\n"
            "            one, other = pool.map(store.basket, ['Ada', 'Ada'])\n"
            "        assert one is other\n",
            id="threads",
        ),
        pytest.param(
            "from hypothesis import given, strategies as st\nfrom shop.store import Store\n\n"
            "class TestStore:\n    @given(st.text())\n    def test_one(self, name):\n"
            "        store = Store()\n"
            "        assert store.basket(name) is store.basket(name)\n",
            id="hypothesis",
        ),
        pytest.param(
            "import pytest\nfrom shop.store import Store\n\n"
            "class TestStore:\n    @pytest.mark.parametrize('name', ['Ada', 'Bo'])\n"
            "    def test_one(self, name):\n        store = Store()\n"
            "        assert store.basket(name) is store.basket(name) or name == 'Ada'\n",
            id="parameters, one of which fails",
        ),
        pytest.param(
            "import subprocess, sys\n\nCODE = '''from shop.store import Store\nstore = Store()\n"
            "print(store.basket('Ada') is store.basket('Ada'))'''\n\n"
            "class TestStore:\n    def test_one(self):\n"
            "        command = [sys.executable, '-c', CODE]\n"
            "        done = subprocess.run(command, capture_output=True, text=True)\n"
            "        assert done.stdout == 'True\\n'\n",
            id="another process",
        ),
    ],
)
def test_tests_of_all_kinds_are_seen_failing_and_executing(scratch: Scratch, text: str) -> None:
    use_tests(scratch, text)
    scratch.edit(THREE, f"test: {BASKET}", f"test: {TESTS}::TestStore::test_one")

    report = run(scratch, "3")

    assert outcomes(report) == [Outcome.PASSED, Outcome.SEEN_FAILING], report.results
    (receipt,) = held(scratch)["proofs"]["0003"].values()
    assert receipt["executes"] == ["shop.store.Store.basket"]


def test_one_set_of_parameters_may_be_named(scratch: Scratch) -> None:
    use_tests(
        scratch,
        "import pytest\nfrom shop.store import Store\n\n"
        "@pytest.mark.parametrize('same', [True, False])\n"
        "def test_a_customer_has_one_basket(same):\n    store = Store()\n"
        "    assert (store.basket('Ada') is store.basket('Ada')) or not same\n",
    )
    scratch.edit(THREE, f"test: {BASKET}", f"test: {BASKET}[False]")

    assert outcomes(run(scratch, "3")) == [Outcome.PASSED, Outcome.SURVIVED]

    scratch.edit(THREE, f"test: {BASKET}[False]", f"test: {BASKET}[True]")

    assert outcomes(run(scratch, "3")) == [Outcome.PASSED, Outcome.SEEN_FAILING]


def test_a_proof_may_be_stated_twice_with_other_mutants(scratch: Scratch) -> None:
    proof = (
        f"  - test: {BASKET}\n    shows: it is kept\n    breaks-when:\n"
        f"      - in: shop.store.Store.basket\n        replace: return {BODY}\n        with: pass\n"
    )
    body = "    store = Store()\n    assert store.basket('A') is store.basket('A') is not None\n"
    use_tests(scratch, USING + body)
    scratch.edit(THREE, "---\n\n# 0003.", f"{proof}---\n\n# 0003.")

    assert not run(scratch, "3").failed
    assert len(held(scratch)["proofs"]["0003"][BASKET]["mutants"]) == 2
    assert scratch.findings("ADR604") == [
        each for each in scratch.findings("ADR604") if each.problem.path == ONE
    ]


# -- which symbols a test executes --------------------------------------------------------------


def test_what_a_test_does_not_execute_is_kept_apart_from_what_cannot_be_told(
    scratch: Scratch,
) -> None:
    names = ["shop.store.Store", "shop.store", "shop.total", "shop.prices.Basket"]
    names += ["shop.prices.LIMIT", "shop.store.Shelf"]
    scratch.edit(THREE, "governs: [shop.store.Store.basket]", f"governs: [{', '.join(names)}]")
    scratch.write("src/shop/store.py", scratch.read(STORE) + "\n\nclass Shelf:\n    size = 3\n")

    report = run(scratch, "3")

    receipt = held(scratch)["proofs"]["0003"][BASKET]
    assert receipt["executes"] == ["shop.prices.Basket", "shop.store", "shop.store.Store"]
    assert receipt["idle"] == ["shop.total"]
    assert receipt["untold"] == ["shop.prices.LIMIT", "shop.store.Shelf"]
    assert [each.what.rpartition(" ")[2] for each in report.notes] == receipt["untold"]


def test_what_only_the_import_executes_does_not_count(scratch: Scratch) -> None:
    scratch.write(STORE, scratch.read(STORE) + "\n\ndef unused():\n    return 1\n")
    scratch.edit(THREE, "governs: [", "governs: [shop.store.unused, ")

    run(scratch, "3")

    assert held(scratch)["proofs"]["0003"][BASKET]["idle"] == ["shop.store.unused"]


# -- examples in records ------------------------------------------------------------------------


def sample(scratch: Scratch, code: str, info: str = "python") -> Scratch:
    return scratch.edit(
        THREE, "## Decision Drivers", f"```{info}\n{code}```\n\n## Decision Drivers"
    )


def test_an_example_is_run_and_stays_seen_until_what_it_imports_changes(scratch: Scratch) -> None:
    sample(scratch, "from shop import total\n\nfor each in (1, 2):\n    print(total([each]))\n"
                    "    #> 1\n    #> 2\nassert __name__ == '__main__'\n")  # fmt: skip

    assert outcomes(run(scratch, "3"))[-1] is Outcome.RAN
    assert scratch.findings("ADR609") == []

    scratch.edit("src/shop/prices.py", "return _rounded(sum", "return 0 + _rounded(sum")

    (finding,) = scratch.findings("ADR609")
    assert "shop.total changed since it was seen running" in finding.problem.message


@pytest.mark.parametrize(
    "code",
    [
        "import shop\nshop.total([1])\n",
        "import shop as s\nassert s.total([1]) == 1\n",
        "import shop.prices\nshop.prices.total([1])\n",
        "from shop import prices as p\np.total([1]).bit_length()\n",
    ],
)
def test_an_example_uses_what_it_reaches_through_a_module(scratch: Scratch, code: str) -> None:
    sample(scratch, code)
    run(scratch, "3")
    assert scratch.findings("ADR609") == []

    scratch.edit("src/shop/prices.py", "return _rounded(sum", "return 0 + _rounded(sum")

    assert len(scratch.findings("ADR609")) == 1


@pytest.mark.parametrize(
    ("code", "outcome", "says"),
    [
        ("print(1)\n#> 2\n", Outcome.SAMPLE_DIFFERS, "prints '1' where '2' stands"),
        ("#> 2\n", Outcome.SAMPLE_DIFFERS, "prints nothing where '2' stands"),
        ("print(1)\nprint(2)\n#> 1\n", Outcome.SAMPLE_DIFFERS, "'2' where nothing stands"),
        ("x = 1\nx.y\n", Outcome.SAMPLE_RAISES, "has no attribute 'y', on its line 2"),
        ("def (\n", Outcome.SAMPLE_RAISES, "SyntaxError"),
        ("raise SystemExit(0)\n", Outcome.SAMPLE_RAISES, "SystemExit: 0"),
        ("import os; os._exit(0)\n", Outcome.DIED, ""),
    ],
)
def test_an_example_that_does_not_do_what_it_says_is_found(
    scratch: Scratch, code: str, outcome: Outcome, says: str
) -> None:
    sample(scratch, code)

    report = run(scratch, "3")

    assert report.results[-1].outcome is outcome
    assert says in report.results[-1].detail
    assert report.findings[0].problem.line == scratch.line(THREE, "```python")
    assert held(scratch)["samples"] == {}


def test_an_example_that_is_not_to_be_run_is_not(scratch: Scratch) -> None:
    sample(scratch, "1 / 0\n", "python norun")

    assert not run(scratch, "3").failed
