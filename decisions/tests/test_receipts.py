"""The file of receipts: what it looks like, and what a damaged one comes to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from memory_tree import MemoryTree
from proved import proved_receipts
from scratch import ONE, THREE, Scratch

from mkdocs_decisions.prove import prove
from mkdocs_decisions.receipts import (
    MutantReceipt,
    ProofReceipt,
    Receipts,
    SampleReceipt,
    read_receipts,
)

FILE = "adr/.proofs.json"
TEXT = st.text(max_size=3)
DAYS = st.dates().map(str)
MUTANTS = st.lists(
    st.builds(MutantReceipt, TEXT, TEXT, TEXT, TEXT, DAYS),
    unique_by=lambda each: (each.symbol, each.mutant),
    max_size=2,
).map(lambda each: sorted(each, key=lambda one: (one.symbol, one.mutant)))
NAMES = st.lists(TEXT, max_size=2).map(sorted)
PROOFS = st.builds(ProofReceipt, TEXT, DAYS, NAMES, NAMES, NAMES, MUTANTS)
SAMPLES = st.builds(SampleReceipt, DAYS, st.dictionaries(TEXT, TEXT, max_size=2))
RECEIPTS = st.builds(
    Receipts,
    st.dictionaries(TEXT, st.dictionaries(TEXT, PROOFS, min_size=1, max_size=2), max_size=2),
    st.dictionaries(TEXT, SAMPLES, max_size=2),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


def test_a_symbol_that_is_not_there_is_told_as_missing_and_no_test_is_to_run_for_it(
    tmp_path: Path,
) -> None:
    scratch = Scratch(tmp_path, proved=proved_receipts())
    scratch.edit(ONE, "  - shop.prices.Basket.add\n", "  - shop.prices.Basket.sum\n")

    assert [each.code for each in scratch.findings()] == ["ADR502"]


@given(RECEIPTS)
def test_what_is_written_is_read(receipts: Receipts) -> None:
    tree = MemoryTree({FILE: receipts.dump().encode("utf-8", "surrogatepass")})

    assert read_receipts(tree, FILE) == receipts


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_a_damaged_file_is_a_fault_and_nothing_counts(data: bytes) -> None:
    read = read_receipts(MemoryTree({FILE: data}), FILE)

    assert read.fault.startswith(f"{FILE} can't be read: ")
    assert (read.proofs, read.samples) == ({}, {})


@given(JSON, st.sampled_from(["proofs", "samples"]))
def test_a_file_that_is_damaged_inside_is_a_fault(value: object, key: str) -> None:
    held = {"version": 1, "proofs": {}, "samples": {}, key: {"0001": {"x": value}}}

    read = read_receipts(MemoryTree({FILE: json.dumps(held).encode()}), FILE)

    assert read.fault.startswith(f"{FILE} can't be read: ")


def test_no_file_is_no_fault() -> None:
    assert read_receipts(MemoryTree({}), FILE) == Receipts()


def test_the_file_is_sorted_has_a_version_and_names_days_only(tmp_path: Path) -> None:
    text = proved_receipts().read_text()
    held = json.loads(text)

    assert text == json.dumps(held, indent=2, sort_keys=True) + "\n"
    assert held["version"] == 1
    assert {each["seen"] for tests in held["proofs"].values() for each in tests.values()} == {
        "2026-03-01"
    }


def test_proving_again_on_the_same_day_writes_the_same_file(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path, proved=proved_receipts())
    before = scratch.read(FILE)

    prove(scratch.project())

    assert scratch.read(FILE) == before


def test_what_no_record_asks_for_any_more_is_dropped(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path, proved=proved_receipts())
    text = scratch.read(ONE)
    start, end = (
        text.index("      - in: shop.prices._rounded"),
        text.index("  - test: tests/test_pri"),
    )
    start = text.index("      - in: shop.prices._rounded")
    end = text.index("  - test: tests/test_prices.py::test_a_price")
    scratch.write(ONE, text[:start] + text[end:])
    scratch.remove(THREE)

    prove(scratch.project(), stale=True)

    held = json.loads(scratch.read(FILE))["proofs"]
    assert list(held) == ["0001"]
    assert [mutant["in"] for test in held["0001"].values() for mutant in test["mutants"]] == [
        "shop.prices.Basket.add",
        "shop.prices.total",
    ]


def test_a_record_that_cannot_be_read_now_keeps_its_receipts(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path, proved=proved_receipts())
    before = json.loads(scratch.read(FILE))["proofs"]["0001"]
    scratch.edit(ONE, "status: accepted", "status: [accepted")
    scratch.remove("adr/0002-baskets-in-a-file.md")
    scratch.edit(THREE, "with: Basket()", "with: Basket() or name")

    prove(scratch.project(), ["3"], stale=True)

    held = json.loads(scratch.read(FILE))["proofs"]
    assert held["0001"] == before


@pytest.mark.parametrize("text", ["{", '{"version": 7}'])
def test_a_damaged_file_is_made_again(tmp_path: Path, text: str) -> None:
    scratch = Scratch(tmp_path).write(FILE, text)

    prove(scratch.project(), ["3"])

    assert list(json.loads(scratch.read(FILE))["proofs"]) == ["0003"]
