"""A record gets another number, and nothing keeps the old one."""

from __future__ import annotations

from pathlib import Path

import pytest
from scratch import ONE, PRICES, THREE, TWO, Scratch

from mkdocs_decisions.problems import DecisionsError
from mkdocs_decisions.renumbering import renumber

NINE = "adr/0009-prices-are-whole-cents.md"


@pytest.fixture
def shop(tmp_path: Path) -> Scratch:
    scratch = Scratch(tmp_path / "shop")
    scratch.write("tests/test_cited.py", '"""As ADR-0001 says, :adr:`0001, 3`."""\n')
    scratch.write("README.md", "See [0001](adr/0001-prices-are-whole-cents.md), adr/0001.\n")
    scratch.write("docs/more.md", "ADR 1, ADR-1, adr-0001, ADR-0010, 10001, issue 0001.\n")
    scratch.write("docs/picture.png", b"\x89PNG ADR-0001 \xff")
    return scratch


def texts(shop: Scratch) -> str:
    return "\n".join(
        path.read_text("utf-8", "replace")
        for path in sorted(shop.root.rglob("*"))
        if path.is_file() and ".git" not in path.parts
    )


def test_every_citation_follows(shop: Scratch) -> None:
    done = renumber(shop.project(), shop.root, "1", "9")

    assert (done.old, done.new) == (ONE, NINE)
    assert not (shop.root / ONE).exists()
    assert "# 0009. Prices are whole cents" in shop.read(NINE)
    assert 'depends-on: ["0009"]' in shop.read(THREE)
    assert "([ADR-0009](0009-prices-are-whole-cents.md))" in shop.read(THREE)
    assert "# ADR-0009\n" in shop.read(PRICES)
    assert shop.read("tests/test_cited.py") == '"""As ADR-0009 says, :adr:`0009, 3`."""\n'
    assert "[ADR-0009](../adr/0009-prices-are-whole-cents.md)" in shop.read("docs/index.md")
    assert shop.read("README.md").startswith("See [0009](adr/0009-prices-are-whole-cents.md)")
    assert shop.read("docs/more.md") == ("ADR 9, ADR-9, adr-0009, ADR-0010, 10001, issue 0001.\n")
    assert [note.path for note in done.notes] == ["docs/picture.png"]


def test_the_project_is_as_sound_as_before(shop: Scratch) -> None:
    def told() -> list[tuple[str, str]]:
        return [
            (each.code, each.problem.message.replace("0009", "0001")) for each in shop.findings()
        ]

    before = told()
    renumber(shop.project(), shop.root, "1", "9")

    assert sorted(told()) == sorted(before)


def test_there_and_back_is_nothing(shop: Scratch) -> None:
    shop.edit("docs/more.md", "ADR-0010", "ADR-0011")
    before = texts(shop)
    renumber(shop.project(), shop.root, "1", "9")
    assert texts(shop) != before
    renumber(shop.project(), shop.root, "9", "1")

    assert texts(shop) == before


def test_without_a_new_number_the_next_one_is_taken(shop: Scratch) -> None:
    assert renumber(shop.project(), shop.root, "2").new == "adr/0004-baskets-in-a-file.md"
    assert 'supersedes: ["0004"]' in shop.read(THREE)


def test_evidence_and_receipts_follow(shop: Scratch) -> None:
    shop.edit(
        ONE,
        "proofs:",
        "evidence:\n  - id: 0001-speed\n    command: python bench.py\n"
        "  - id: size\n    command: python size.py\nproofs:",
    )
    shop.edit(ONE, "Totals were off", "In 12<!--= 0001-speed/us --> us totals were off")
    shop.write("adr/evidence/0001-speed.json", '{"id": "0001-speed", "result": {"us": 12}}\n')
    shop.write("adr/evidence/size.json", '{"id": "size", "result": 1}\n')
    receipt = '{"tests/test_prices.py::test_x": {"test": "0001", "seen": "2026-01-01",'
    receipt += ' "executes": [], "idle": [], "untold": [], "mutants": []}}'
    shop.write(
        "adr/.proofs.json", f'{{"version": 1, "proofs": {{"0001": {receipt}}}, "samples": {{}}}}'
    )
    done = renumber(shop.project(), shop.root, "1", "9")

    assert done.moved == {"adr/evidence/0001-speed.json": "adr/evidence/0009-speed.json"}
    assert shop.read("adr/evidence/0009-speed.json") == (
        '{"id": "0009-speed", "result": {"us": 12}}\n'
    )
    assert "- id: 0009-speed\n" in shop.read(NINE)
    assert "12<!--= 0009-speed/us -->" in shop.read(NINE)
    assert list(shop.project().receipts.proofs) == ["0009"]
    assert shop.project().receipts.proofs["0009"]["tests/test_prices.py::test_x"].test == "0001"


def test_of_two_records_with_one_number_only_what_is_certain_follows(shop: Scratch) -> None:
    other = "adr/0001-cheap.md"
    text = shop.read(TWO).replace("0002", "0001").replace("Baskets in a file", "Cheap")
    shop.write(
        other, text.replace("superseded\n", "rejected\n").replace('superseded-by: ["0003"]\n', "")
    )
    shop.edit("docs/more.md", "ADR 1,", "[ADR 1](../adr/0001-cheap.md) and ADR 1,")
    done = renumber(shop.project(), shop.root, other, "4")

    assert done.new == "adr/0004-cheap.md"
    assert "# 0004. Cheap" in shop.read("adr/0004-cheap.md")
    assert shop.read("docs/more.md").startswith("[ADR 4](../adr/0004-cheap.md) and ADR 1, ADR-1")
    assert 'depends-on: ["0001"]' in shop.read(THREE)
    assert "# ADR-0001\n" in shop.read(PRICES)
    told = {(note.path, note.line) for note in done.notes}
    assert (THREE, shop.line(THREE, "depends-on")) in told
    assert (PRICES, shop.line(PRICES, "# ADR-0001")) in told


def test_a_file_with_another_sort_of_name_gets_a_sound_one(shop: Scratch) -> None:
    shop.move(TWO, "adr/2_Baskets in a FILE.md")

    assert renumber(shop.project(), shop.root, "2", "5").new == "adr/0005-baskets-in-a-file.md"


def test_a_number_that_is_taken_is_refused(shop: Scratch) -> None:
    shop.init()
    shop.git("checkout", "--quiet", "-b", "other")
    shop.write("adr/0007-elsewhere.md", shop.read(ONE)).commit("Elsewhere")
    shop.git("checkout", "--quiet", "main")
    before = texts(shop)
    for number, where in (("7", "adr/0007-elsewhere.md on other"), ("3", THREE)):
        with pytest.raises(DecisionsError) as caught:
            renumber(shop.project(), shop.root, "1", number)
        assert caught.value.code == "ADR025"
        assert where in caught.value.message
        assert caught.value.mend == "0008 is free"

    assert texts(shop) == before


@pytest.mark.parametrize("number", ["", "x", "-1", "0", "12345", "../5"])
def test_what_is_no_number_is_refused(shop: Scratch, number: str) -> None:
    with pytest.raises(DecisionsError) as caught:
        renumber(shop.project(), shop.root, "1", number)

    assert caught.value.code == "ADR024"


def test_an_address_is_left_alone_and_told(shop: Scratch) -> None:
    text = "As ADR-0001.\nUnlike https://example.org/other/adr/0001-use-x.md, ADR-0001.\n"
    shop.write("docs/more.md", text).remove("docs/picture.png")
    done = renumber(shop.project(), shop.root, "1", "9")

    assert shop.read("docs/more.md") == (
        "As ADR-0009.\nUnlike https://example.org/other/adr/0001-use-x.md, ADR-0009.\n"
    )
    assert [(each.path, each.line, each.what) for each in done.notes] == [
        ("docs/more.md", 2, "0001-use-x.md in an address")
    ]
