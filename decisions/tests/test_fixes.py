"""Fixes change files all together or not at all, and only what they may."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scratch import ONE, THREE, TWO, Scratch

from mkdocs_decisions import files
from mkdocs_decisions.fixes import AGAIN, apply
from mkdocs_decisions.problems import DecisionsError, Edit, Problem


@pytest.fixture
def shop(tmp_path: Path) -> Scratch:
    return Scratch(tmp_path / "shop")


def problem(*fix: Edit, path: str = ONE, line: int = 1, column: int = 1) -> Problem:
    return Problem(path, line, column, "wrong", "mend it", fix)


def everything(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def test_every_kind_of_edit_is_made(shop: Scratch) -> None:
    line = shop.line(ONE, "Totals were off")
    done = apply(
        [
            problem(Edit("text", ONE, line, old="cent.", new="cent or two.")),
            problem(Edit("text", "docs/index.md", 0, old="ADR-0001", new="ADR-0009")),
            problem(Edit("set", ONE, key="date", new="2026-01-11")),
            problem(Edit("rename-key", ONE, key="source", new="consulted")),
            problem(Edit("remove-key", ONE, key="tags")),
            problem(Edit("append", THREE, key="depends-on", new="0002")),
            problem(Edit("rename", TWO, new="0002-files.md")),
        ],
        shop.root,
    )

    assert done.refused == []
    assert done.changed == sorted([ONE, "docs/index.md", THREE, TWO])
    one = shop.read(ONE)
    assert "cent or two. What" in one
    assert "date: 2026-01-11" in one
    assert 'consulted: "Issue 4' in one
    assert "tags:" not in one
    assert "[ADR-0009]" in shop.read("docs/index.md")
    assert 'depends-on: ["0001", "0002"]' in shop.read(THREE)
    assert (shop.root / "adr/0002-files.md").exists()
    assert not (shop.root / TWO).exists()


def test_a_second_run_changes_nothing(shop: Scratch) -> None:
    fixes = [
        problem(Edit("set", ONE, key="date", new="2026-01-11")),
        problem(Edit("append", THREE, key="depends-on", new="0002")),
        problem(Edit("remove-key", ONE, key="tags")),
        problem(Edit("text", "docs/index.md", 3, old="whole", new="round")),
    ]
    apply(fixes, shop.root)
    before = everything(shop.root)
    stamps = {path: (shop.root / path).stat().st_mtime_ns for path in before}

    assert apply(fixes, shop.root).changed == []
    assert everything(shop.root) == before
    assert {path: (shop.root / path).stat().st_mtime_ns for path in before} == stamps


def test_a_fix_with_one_edit_that_fails_makes_none(shop: Scratch) -> None:
    before = everything(shop.root)
    done = apply(
        [
            problem(
                Edit("set", ONE, key="status", new="deprecated"),
                Edit("text", THREE, 1, old="nowhere", new="x"),
            )
        ],
        shop.root,
    )

    assert [each.why for each in done.refused] == ["'nowhere' does not stand once on line 1"]
    assert everything(shop.root) == before


def test_several_edits_of_one_file_are_made_together(shop: Scratch) -> None:
    line = shop.line(TWO, "# 0002.")
    done = apply(
        [
            problem(
                Edit("append", TWO, key="amends", new="0001"),
                Edit("append", TWO, key="amended-by", new="0003"),
                Edit("set", TWO, key="consulted", new="Ada"),
                Edit("text", TWO, line, old="Baskets", new="Trolleys"),
                Edit("rename", TWO, new="adr/0002-trolleys.md"),
            )
        ],
        shop.root,
    )

    assert done.refused == []
    text = shop.read("adr/0002-trolleys.md")
    assert (
        'consulted: Ada\nsuperseded-by: ["0003"]\namends: ["0001"]\namended-by: ["0003"]\n' in text
    )
    assert "# 0002. Trolleys in a file" in text


def test_of_two_fixes_that_overlap_the_first_one_wins(shop: Scratch) -> None:
    line = shop.line(ONE, "Totals were off")
    first = problem(Edit("text", ONE, line, old="off by a cent", new="wrong"))
    second = problem(Edit("text", ONE, line, old="a cent.", new="a penny."))
    third = problem(Edit("text", ONE, line, old="What", new="How much"))
    done = apply([first, second, third], shop.root)

    assert [(each.problem, each.why) for each in done.refused] == [(second, AGAIN)]
    assert done.mended == [first, third]
    assert "Totals were wrong. How much is" in shop.read(ONE)


def test_the_column_tells_which_of_two_is_meant(shop: Scratch) -> None:
    shop.write("adr/0001-x.md", "---\nstatus: proposed\n---\na b a\n")
    fix = Edit("text", "adr/0001-x.md", 4, old="a", new="c")
    apply([problem(fix, path="adr/0001-x.md", line=4, column=5)], shop.root)
    done = apply([problem(Edit("text", "adr/0001-x.md", 4, old=" ", new="_"))], shop.root)

    assert shop.read("adr/0001-x.md") == "---\nstatus: proposed\n---\na b c\n"
    assert "does not stand once" in done.refused[0].why


@pytest.mark.parametrize(
    ("fix", "why"),
    [
        (Edit("text", "../outside.md", 1, old="a", new="b"), "outside of the project"),
        (Edit("text", "/etc/hosts", 1, old="a", new="b"), "outside of the project"),
        (Edit("text", "adr/linked.md", 1, old="a", new="b"), "symbolic link"),
        (Edit("text", "linked/outside.md", 1, old="a", new="b"), "symbolic link"),
        (Edit("rename", ONE, new="../../outside.md"), "outside of the project"),
        (Edit("rename", ONE, new="0003-baskets-in-memory.md"), "there already"),
        (Edit("text", "adr/none.md", 1, old="a", new="b"), "can't be read"),
        (Edit("text", "adr/binary.md", 1, old="a", new="b"), "no UTF-8"),
        (Edit("text", ONE, 999, old="a", new="b"), "no line 999"),
        (Edit("text", ONE, 0, old="zebra", new="b"), "not there"),
        (Edit("text", ONE, 1, old="---", new="--"), "could not be read afterwards"),
        (Edit("set", ONE, key="governs", new="x"), "several lines"),
        (Edit("paint", ONE), "no edit 'paint'"),
    ],
)
def test_a_fix_that_may_not_be_made_is_refused(shop: Scratch, fix: Edit, why: str) -> None:
    outside = shop.root.parent / "outside.md"
    outside.write_text("a")
    (shop.root / "adr/linked.md").symlink_to(outside)
    (shop.root / "linked").symlink_to(shop.root.parent)
    shop.write("adr/binary.md", b"\xff\xfe")
    before = everything(shop.root)
    done = apply([problem(fix)], shop.root)

    assert len(done.refused) == 1
    assert why in done.refused[0].why
    assert done.changed == []
    assert everything(shop.root) == before
    assert outside.read_text() == "a"


def test_line_ends_and_mode_stay(shop: Scratch) -> None:
    crlf = shop.read(ONE).replace("\n", "\r\n").encode()
    shop.write(ONE, crlf)
    (shop.root / ONE).chmod(0o640)
    apply(
        [
            problem(Edit("append", ONE, key="depends-on", new="0003")),
            problem(Edit("text", ONE, shop.line(ONE, "Totals"), old="Totals", new="A\nB")),
        ],
        shop.root,
    )

    data = (shop.root / ONE).read_bytes()
    assert data.count(b"\n") == data.count(b"\r\n") == crlf.count(b"\n") + 2
    assert (shop.root / ONE).stat().st_mode & 0o777 == 0o640


def test_if_one_file_cannot_be_written_none_is(shop: Scratch) -> None:
    before = everything(shop.root)
    with pytest.raises(DecisionsError, match="directory") as caught:
        files.write(shop.root, {ONE: b"changed"}, new={"a/b.md": b"", f"{TWO}/below.md": b""})

    assert caught.value.code == "ADR022"
    assert everything(shop.root) == before
    assert not (shop.root / "a").exists()


def test_a_file_that_cannot_be_written_is_named_and_not_what_was_to_replace_it(
    shop: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(dir: Path, prefix: str) -> None:
        raise PermissionError(13, "Permission denied", f"{dir}/{prefix}x1y2")

    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    with pytest.raises(DecisionsError) as caught:
        files.write(shop.root, {ONE: b"changed"})

    assert caught.value.message == f"{ONE} is not written to: Permission denied"


def test_if_writing_is_interrupted_all_files_are_as_before(
    shop: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(shop.root)
    rename = Path.rename

    def interrupted(self: Path, target: Path) -> Path:
        if self.name == Path(THREE).name:
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        files.write(
            shop.root,
            {ONE: b"changed", THREE: b"changed"},
            moved={TWO: "adr/x/y/0002.md", THREE: "adr/0003.md"},
            new={"fresh/folder/a.md": b"new"},
        )
    monkeypatch.undo()

    assert everything(shop.root) == before
    assert not (shop.root / "fresh").exists()
    assert not (shop.root / "adr/x").exists()


def test_a_new_file_never_overwrites_one(shop: Scratch) -> None:
    with pytest.raises(DecisionsError) as caught:
        files.write(shop.root, {TWO: b"changed"}, new={ONE: b"new"})

    assert caught.value.code == "ADR023"
    assert "Baskets" in shop.read(TWO)


@given(
    st.text("ab \n", max_size=30),
    st.lists(st.tuples(st.integers(1, 6), st.text("ab", min_size=1, max_size=3)), max_size=8),
)
def test_fixes_made_at_once_are_those_made_one_by_one_from_the_end(
    tmp_path_factory: pytest.TempPathFactory, text: str, edits: list[tuple[int, str]]
) -> None:
    root = tmp_path_factory.mktemp("fixes")
    (root / "a.md").write_text(text)
    fixes = [problem(Edit("text", "a.md", line, old=old, new="<X>")) for line, old in edits]
    done = apply(fixes, root)

    expected = text.split("\n")
    for each in sorted(done.mended, key=lambda each: -expected_place(expected, each)):
        at = each.fix[0].line - 1
        expected[at] = expected[at].replace(each.fix[0].old, "<X>", 1)
    assert (root / "a.md").read_text() == "\n".join(expected)
    assert len(done.mended) + len(done.refused) == len(fixes)


def expected_place(lines: list[str], each: Problem) -> int:
    edit = each.fix[0]
    return sum(len(line) + 1 for line in lines[: edit.line - 1]) + lines[edit.line - 1].find(
        edit.old
    )


def mend(shop: Scratch, *codes: str) -> None:
    apply([each.problem for each in shop.findings(*codes)], shop.root)


def test_a_mention_becomes_a_link_and_what_looks_like_it_stays(shop: Scratch) -> None:
    link = "[ADR-0001](0001-prices-are-whole-cents.md)"
    before = (
        f'ADR-0001, {link}, [x](0001-prices-are-whole-cents.md "ADR-0001"), `ADR-0001`,'
        " ![ADR-0001](x.png), **ADR-0001**.\n\n"
        f"| A | B |\n| --- | --- |\n| {link} | ADR-0001 |\n\n"
        f"&amp; ADR-0001 {link}\n"
    )
    shop.edit(THREE, "Files are slow, and prices are", f"{before}\nPrices are")
    mend(shop, "ADR209")

    after = before.replace("ADR-0001, [", f"{link}, [", 1)
    after = after.replace("**ADR-0001**", f"**{link}**").replace("| ADR-0001 |", f"| {link} |")
    assert f"\n{after}\nPrices are" in shop.read(THREE)
    left = shop.findings("ADR209")
    assert [(each.problem.line, each.problem.fix) for each in left] == [
        (shop.line(THREE, "&amp;"), ())
    ]


def test_of_two_symbols_on_a_line_the_moved_one_is_rewritten(shop: Scratch) -> None:
    shop.edit(
        THREE, "governs: [shop.store.Store.basket]", 'governs: ["shop.store", "shop.store.Store"]'
    )
    line = shop.line(THREE, "governs:")
    fix = Edit("text", THREE, line, old="shop.store", new="shop.kept")
    apply([problem(fix, path=THREE, line=line, column=11)], shop.root)

    assert 'governs: ["shop.kept", "shop.store.Store"]' in shop.read(THREE)
