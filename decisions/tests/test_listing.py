"""What the records of a project are, which govern some code, and what foreign records tell."""

from __future__ import annotations

from pathlib import Path

import pytest
from scratch import ONE, PRICES, STORE, THREE, TWO, Scratch

from mkdocs_decisions import listing
from mkdocs_decisions.problems import DecisionsError
from mkdocs_decisions.record import Status
from mkdocs_decisions.tree import Folder


@pytest.fixture
def shop(tmp_path: Path) -> Scratch:
    return Scratch(tmp_path / "shop")


def ids(rows: list[dict[str, object]]) -> list[object]:
    return [row["id"] for row in rows]


def test_every_record_is_listed_by_its_number(shop: Scratch) -> None:
    shop.write("adr/0000-broken.md", b"\xff")
    rows = listing.list_records(shop.project())

    assert ids(rows) == ["0000", "0001", "0002", "0003"]
    assert [row["readable"] for row in rows] == [False, True, True, True]
    assert rows[3] == {
        "id": "0003",
        "title": "Baskets in memory",
        "status": "accepted",
        "date": "2026-02-01",
        "source": "Issue 9: the shop is slow",
        "answer": "Baskets live in memory, because nobody comes back for one the next day.",
        "tags": ["storage"],
        "governs": ["shop.store.Store.basket"],
        "relations": {"supersedes": ["0002"], "depends-on": ["0001"]},
        "path": THREE,
        "readable": True,
    }


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"status": Status.ACCEPTED}, ["0001", "0003"]),
        ({"tag": "storage"}, ["0002", "0003"]),
        ({"governs": "prices.Basket"}, ["0001"]),
        ({"status": Status.ACCEPTED, "tag": "storage"}, ["0003"]),
        ({"status": Status.REJECTED}, []),
    ],
)
def test_records_are_chosen_by_all_that_is_asked(
    shop: Scratch, wanted: dict[str, object], found: list[str]
) -> None:
    assert ids(listing.list_records(shop.project(), **wanted)) == found


@pytest.mark.parametrize("name", ["3", "03", "0003", "ADR-0003", "adr-3", " 3 ", THREE])
def test_a_record_is_found_by_each_of_its_names(shop: Scratch, name: str) -> None:
    assert listing.find(shop.project(), name).path == THREE


@pytest.mark.parametrize(
    ("name", "mend"),
    [
        ("4", "the nearest is 0003; `decisions list` shows them all"),
        ("9000", "the nearest is 0003; `decisions list` shows them all"),
        ("0", "the nearest is 0001; `decisions list` shows them all"),
        ("prices", "`decisions list` shows them all"),
        ("0001x", "did you mean 0001?"),
    ],
)
def test_for_a_wrong_number_the_nearest_is_offered(shop: Scratch, name: str, mend: str) -> None:
    with pytest.raises(DecisionsError) as caught:
        listing.find(shop.project(), name)

    assert (caught.value.code, caught.value.mend) == ("ADR020", mend)


def test_a_file_that_cannot_be_read_is_shown_with_the_reason(
    shop: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Folder, path: str) -> bytes:
        raise PermissionError(13, "Permission denied")

    project = shop.project()
    monkeypatch.setattr(Folder, "read", refuse)
    shown = listing.show_record(project, listing.find(project, "1"))

    assert ("unreadable", "it can't be read: Permission denied") in shown["facts"]
    assert shown["text"] == ""


def test_a_record_is_shown_with_the_titles_of_its_relations(shop: Scratch) -> None:
    shop.edit(THREE, 'depends-on: ["0001"]', 'depends-on: ["0001", "0007"]')
    project = shop.project()
    shown = listing.show_record(project, project.by_id["0003"])

    assert ("supersedes", "0002 Baskets in a file") in shown["facts"]
    assert ("depends-on", "0007 (there is none)") in shown["facts"]
    assert ("governs", "shop.store.Store.basket") in shown["facts"]
    assert shown["text"].startswith("\n# 0003. Baskets in memory\n")


def test_a_record_that_cannot_be_read_is_shown_as_far_as_it_goes(shop: Scratch) -> None:
    shop.write(ONE, "---\nstatus: [\n---\n\n# 0001. Broken\n")
    (shop.root / TWO).unlink()
    (shop.root / TWO).symlink_to("/etc/hosts")
    project = shop.project()
    one, two, _ = (listing.show_record(project, record) for record in project.records)

    assert one["facts"][0][0] == two["facts"][0][0] == "unreadable"
    assert "# 0001. Broken" in one["text"]
    assert two["text"] == ""


@pytest.mark.parametrize(
    ("asked", "symbol", "governed"),
    [
        ("shop.prices.total", "shop.prices.total", [("0001", "itself", "shop.prices.total")]),
        ("shop.total", "shop.prices.total", [("0001", "itself", "shop.prices.total")]),
        (
            "shop.prices.Basket",
            "shop.prices.Basket",
            [("0001", "inside", "shop.prices.Basket.add")],
        ),
        (
            "shop.prices",
            "shop.prices",
            [
                ("0001", "inside", "shop.prices.Basket.add"),
                ("0001", "inside", "shop.prices.total"),
            ],
        ),
        ("shop.prices.LIMIT", "shop.prices.LIMIT", []),
        (f"{STORE}:14", "shop.store.Store.basket", [("0003", "itself", "shop.store.Store.basket")]),
        (
            f"{STORE}:14:7",
            "shop.store.Store.basket",
            [("0003", "itself", "shop.store.Store.basket")],
        ),
        (STORE, "shop.store", [("0003", "inside", "shop.store.Store.basket")]),
    ],
)
def test_code_leads_to_its_records(
    shop: Scratch, asked: str, symbol: str, governed: list[tuple[str, str, str]]
) -> None:
    found = listing.where(shop.project(), asked)

    assert found["symbol"] == symbol
    assert [(each["id"], each["how"], each["symbol"]) for each in found["records"]] == governed


def test_what_governs_the_symbol_itself_comes_first(shop: Scratch) -> None:
    shop.edit(THREE, "governs: [shop.store.Store.basket]", "governs: [shop.total, shop.prices]")
    found = listing.where(shop.project(), "shop.prices.total")

    assert [
        (each["id"], each["how"], each["symbol"], each["note"]) for each in found["records"]
    ] == [
        ("0001", "itself", "shop.prices.total", "rounds once, at the end"),
        ("0003", "itself", "shop.total", None),
        ("0003", "around", "shop.prices", None),
    ]


def test_a_name_that_only_begins_alike_is_another(shop: Scratch) -> None:
    shop.edit(THREE, "governs: [shop.store.Store.basket]", "governs: [shop.prices.tot, shop.pri]")

    assert ids(listing.where(shop.project(), "shop.prices.total")["records"]) == ["0001"]


def test_marks_in_the_code_are_told(shop: Scratch) -> None:
    shop.edit(STORE, "    def basket", "    # ADR-0003, ADR-0001: why\n    def basket")
    line = shop.line(STORE, "# ADR-0003")

    for asked in ("shop.store.Store.basket", "shop.store.Store", STORE):
        marks = listing.where(shop.project(), asked)["marks"]
        assert [(each["id"], each["path"], each["line"]) for each in marks] == [
            ("0003", STORE, line),
            ("0001", STORE, line),
        ]
    assert listing.where(shop.project(), "shop.store.Store.__init__")["marks"] == []


@pytest.mark.parametrize(
    ("asked", "mend"),
    [
        ("shop.prices.totl", "did you mean shop.prices.total?"),
        ("json.dumps", None),
        (f"{PRICES}:9999", None),
        ("tests/test_prices.py:3", None),
        (f"{ONE}:3", None),
        ("src/shop/none.py:3", None),
        ("src/shop", None),
        ("", None),
        ("a:b", None),
    ],
)
def test_code_that_is_not_there_is_refused(shop: Scratch, asked: str, mend: str | None) -> None:
    with pytest.raises(DecisionsError) as caught:
        listing.where(shop.project(), asked)

    assert caught.value.code == "ADR028"
    assert caught.value.mend == (mend or listing._ASK)


def test_code_that_cannot_be_parsed_is_refused(shop: Scratch) -> None:
    shop.write(STORE, "def (:\n")
    for asked in ("shop.store.Store", f"{STORE}:1", STORE):
        with pytest.raises(DecisionsError) as caught:
            listing.where(shop.project(), asked)
        assert caught.value.code == "ADR028"


def test_foreign_records_are_listed_with_what_they_do_not_tell(tmp_path: Path) -> None:
    (tmp_path / "0001-a.md").write_text("# 1. Use A\n\nDate: 2020-01-02\n\n## Status\n\nAccepted\n")
    (tmp_path / "0002-b.md").write_text("# 2. Use B\n\nNobody says.\n")
    held = listing.list_foreign(tmp_path)

    assert [(each["id"], each["status"], each["title"]) for each in held["records"]] == [
        ("0001", "accepted", "Use A"),
        ("0002", None, "Use B"),
    ]
    assert any(each["field"] == "status" for each in held["records"][1]["unknowns"])
    accepted = listing.list_foreign(tmp_path, Status.ACCEPTED)["records"]
    assert [each["title"] for each in accepted] == ["Use A"]
