"""Records are begun and moved from status to status: all ends are written, or none."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scratch import ONE, THREE, TODAY, TWO, Scratch

from mkdocs_decisions import authoring
from mkdocs_decisions.check import check
from mkdocs_decisions.problems import DecisionsError, Severity
from mkdocs_decisions.project import Project
from mkdocs_decisions.settings import read_settings
from mkdocs_decisions.tree import Folder


@pytest.fixture
def shop(tmp_path: Path) -> Scratch:
    return Scratch(tmp_path / "shop")


def begin(shop: Scratch, title: str, **more: object) -> str:
    return authoring.new(shop.project(), shop.root, title, **more)


def everything(shop: Scratch) -> dict[str, bytes]:
    return {
        str(path.relative_to(shop.root)): path.read_bytes()
        for path in sorted(shop.root.rglob("*"))
        if path.is_file() and ".git" not in path.parts
    }


def refused(code: str, shop: Scratch) -> object:
    """The error is raised, and nothing was written."""

    class Refused:
        def __enter__(self) -> None:
            self.before = everything(shop)

        def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
            assert isinstance(error, DecisionsError), f"no error, or another: {error!r}"
            assert error.code == code
            assert error.mend
            assert everything(shop) == self.before
            return True

    return Refused()


# -- new -----------------------------------------------------------------------------------------


def test_a_new_record_needs_only_to_be_written(shop: Scratch) -> None:
    path = begin(shop, "Prices in euros")

    found = [each for each in shop.findings() if each.problem.path == path]
    assert found
    assert {each.severity for each in found} == {Severity.WARNING}
    assert {each.code for each in found} == {"ADR203"}


def test_every_placeholder_of_a_new_record_is_seen(shop: Scratch) -> None:
    path = begin(shop, "Prices in euros")

    lines = shop.read(path).splitlines()
    written = {at for at, line in enumerate(lines, start=1) if "{" in line}
    seen = {each.problem.line for each in shop.findings("ADR203") if each.problem.path == path}
    assert seen == written


def test_a_new_record_says_what_it_was_given(shop: Scratch) -> None:
    path = begin(
        shop,
        "Prices: in euros",
        source='Issue 9: "cents" are small',
        supersedes=["1", "ADR-0003", "0001"],
        governs=["shop.prices.total", "shop.store"],
    )

    assert path == "adr/0004-prices-in-euros.md"
    record = shop.project().by_id["0004"]
    assert record.title == "Prices: in euros"
    assert record.meta.source == 'Issue 9: "cents" are small'
    assert record.meta.supersedes == ["0001", "0003"]
    assert [each.symbol for each in record.meta.governed] == ["shop.prices.total", "shop.store"]
    assert record.date == TODAY
    assert 'supersedes: ["0001", "0003"]' in shop.read(path)


def test_the_first_record_makes_the_folder(tmp_path: Path) -> None:
    tree = Folder(tmp_path)
    project = Project(tree, read_settings(tree, begins=True))
    path = authoring.new(project, tmp_path, "Begin")

    assert path == "adr/0001-begin.md"
    assert not check(Project(Folder(tmp_path), read_settings(Folder(tmp_path)))).failed


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Größe & Maß", "grosse-mass"),
        ("Café: l'été", "cafe-lete"),
        ("Don\u2019t repeat", "dont-repeat"),
        ("日本語", "decision"),
        ("  A   b  ", "a-b"),
        ("C++ or C#?", "c-or-c"),
        ("../../etc/passwd", "etc-passwd"),
        ("x" * 200, "x" * 60),
        ("word " * 40, "-".join(["word"] * 12)),
    ],
)
def test_the_name_of_the_file_is_made_of_the_title(title: str, name: str) -> None:
    assert authoring.slug(title) == name


@given(st.text())
def test_any_title_gives_a_sound_name(title: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", authoring.slug(title))
    assert len(authoring.slug(title)) <= 60


def test_the_number_is_free_on_every_branch(shop: Scratch) -> None:
    shop.init()
    shop.git("checkout", "--quiet", "-b", "other")
    shop.write("adr/0007-elsewhere.md", shop.read(ONE)).commit("Elsewhere")
    shop.git("checkout", "--quiet", "main")
    far = shop.root.parent / "far"
    shutil.copytree(shop.root, far)
    shop.git("branch", "--quiet", "-D", "other")
    assert begin(shop, "Alone") == "adr/0004-alone.md"

    shop.git("remote", "add", "origin", str(far))
    shop.git("fetch", "--quiet", "origin")
    assert begin(shop, "Together") == "adr/0008-together.md"


@pytest.mark.parametrize("title", ["", "  ", "a\nb", "a\x1b[31mb", "a\udc80", "a\u2028b"])
def test_a_title_that_cannot_be_shown_is_refused(shop: Scratch, title: str) -> None:
    with refused("ADR024", shop):
        begin(shop, title)


def test_what_is_not_there_cannot_be_superseded_or_governed(shop: Scratch) -> None:
    with refused("ADR020", shop):
        begin(shop, "A", supersedes=["9"])
    with refused("ADR024", shop):
        begin(shop, "A", governs=["shop/prices.py"])
    with refused("ADR024", shop):
        begin(shop, "A", source="")


def test_no_number_is_left_after_the_last(shop: Scratch) -> None:
    shop.move(THREE, "adr/9999-last.md")
    with refused("ADR025", shop):
        begin(shop, "One more")


def test_a_folder_that_is_a_link_is_not_written_to(shop: Scratch) -> None:
    outside = shop.root.parent / "outside"
    (shop.root / "adr").rename(outside)
    (shop.root / "adr").symlink_to(outside)
    before = sorted(outside.iterdir())
    project = Project(Folder(shop.root), read_settings(Folder(shop.root), begins=True))

    with pytest.raises(DecisionsError) as caught:
        authoring.new(project, shop.root, "A")
    assert caught.value.code == "ADR022"
    assert sorted(outside.iterdir()) == before


# -- from status to status -----------------------------------------------------------------------


def proposed(shop: Scratch, path: str, **more: str) -> None:
    """A sound record, accepted until now, becomes a proposed one."""
    shop.edit(path, "status: accepted", "status: proposed")


def test_accepting_sets_status_and_date_and_nothing_else(shop: Scratch) -> None:
    proposed(shop, ONE)
    before = shop.read(ONE)
    assert authoring.accept(shop.project(), shop.root, "1") == [ONE]

    after = before.replace("status: proposed", "status: accepted")
    assert shop.read(ONE) == after.replace("date: 2026-01-10", f"date: {TODAY}")


def test_an_answer_is_needed_and_can_be_given(shop: Scratch) -> None:
    path = begin(shop, "Prices in euros")
    with refused("ADR027", shop):
        authoring.accept(shop.project(), shop.root, "4")
    with refused("ADR024", shop):
        authoring.accept(shop.project(), shop.root, "4", " ")
    authoring.reject(shop.project(), shop.root, "4", "won't do: a cent is enough")

    record = shop.project().by_id["0004"]
    assert record.status == "rejected"
    assert record.meta.answer == "won't do: a cent is enough"
    assert "\nsource: " in shop.read(path)
    assert '\nanswer: "won\'t do: a cent is enough"\n---\n' in shop.read(path)


def test_accepting_a_successor_supersedes_what_it_names(shop: Scratch) -> None:
    shop.edit(ONE, "date: 2026-01-10", "date: 2026-01-10  # at the summer meeting")
    begin(shop, "Prices in euros", supersedes=["1"], source="Issue 9")
    changed = authoring.accept(shop.project(), shop.root, "4", "Euros, because of the bank.")

    assert changed == [ONE, "adr/0004-prices-in-euros.md"]
    one = shop.project().by_id["0001"]
    assert (one.status, one.date, one.meta.superseded_by) == ("superseded", TODAY, ["0004"])
    assert f"date: {TODAY}  # at the summer meeting\n" in shop.read(ONE)
    assert 'tags: [prices]\nsuperseded-by: ["0004"]\ngoverns:\n' in shop.read(ONE)


def test_superseding_edits_both_ends(shop: Scratch) -> None:
    assert authoring.supersede(shop.project(), shop.root, "1", "3") == [ONE, THREE]

    project = shop.project()
    assert project.by_id["0001"].status == "superseded"
    assert project.by_id["0001"].meta.superseded_by == ["0003"]
    assert project.by_id["0003"].meta.supersedes == ["0002", "0001"]
    assert project.by_id["0003"].date.isoformat() == "2026-02-01"


def test_what_is_superseded_is_not_reviewed_any_more(shop: Scratch) -> None:
    shop.edit(ONE, "tags: [prices]", "tags: [prices]\nreview-by: 2027-01-01")
    authoring.deprecate(shop.project(), shop.root, "1")
    assert "review-by" in shop.read(ONE)
    authoring.supersede(shop.project(), shop.root, "1", "3")

    assert "review-by" not in shop.read(ONE)


@pytest.mark.parametrize(
    ("act", "arguments", "code"),
    [
        (authoring.accept, ("1",), "ADR026"),
        (authoring.reject, ("1",), "ADR026"),
        (authoring.deprecate, ("2",), "ADR026"),
        (authoring.supersede, ("1", "1"), "ADR026"),
        (authoring.supersede, ("1", "2"), "ADR026"),
        (authoring.supersede, ("1", "7"), "ADR020"),
        (authoring.accept, ("7",), "ADR020"),
        (authoring.accept, ("none",), "ADR020"),
    ],
)
def test_what_may_not_be_is_refused(
    shop: Scratch, act: object, arguments: tuple[str, ...], code: str
) -> None:
    with refused(code, shop):
        act(shop.project(), shop.root, *arguments)


def test_one_end_that_cannot_be_edited_leaves_the_other_as_it_was(shop: Scratch) -> None:
    shop.edit(THREE, 'supersedes: ["0002"]', 'supersedes: "0002"')
    with refused("ADR021", shop):
        authoring.supersede(shop.project(), shop.root, "1", "3")


def test_a_record_that_cannot_be_read_is_not_edited(shop: Scratch) -> None:
    shop.edit(ONE, "status: accepted", "status: [")
    with refused("ADR021", shop):
        authoring.deprecate(shop.project(), shop.root, "1")
    shop.edit(ONE, "status: [", "status: maybe")
    with refused("ADR026", shop):
        authoring.deprecate(shop.project(), shop.root, "1")


def test_line_ends_stay(shop: Scratch) -> None:
    shop.write(ONE, shop.read(ONE).replace("\n", "\r\n").encode())
    authoring.supersede(shop.project(), shop.root, "1", "3")

    data = (shop.root / ONE).read_bytes()
    assert data.count(b"\n") == data.count(b"\r\n")
    assert b'superseded-by: ["0003"]\r\n' in data


def test_a_nearer_record_is_offered(shop: Scratch) -> None:
    with pytest.raises(DecisionsError) as caught:
        authoring.accept(shop.project(), shop.root, "5")

    assert caught.value.message == "there is no record '5'"
    assert "0003" in caught.value.mend


def test_of_two_records_with_one_number_the_file_must_be_named(shop: Scratch) -> None:
    shop.write("adr/0001-other.md", shop.read(ONE).replace("status: accepted", "status: proposed"))
    with refused("ADR020", shop):
        authoring.deprecate(shop.project(), shop.root, "1")

    assert authoring.accept(shop.project(), shop.root, "0001-other.md") == ["adr/0001-other.md"]
    assert authoring.deprecate(shop.project(), shop.root, ONE) == [ONE]


def test_a_record_that_was_superseded_twice_keeps_its_date(shop: Scratch) -> None:
    authoring.supersede(shop.project(), shop.root, "2", "1")

    two = shop.project().by_id["0002"]
    assert two.meta.superseded_by == ["0003", "0001"]
    assert "date: 2026-02-01" in shop.read(TWO)
