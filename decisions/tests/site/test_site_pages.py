"""What the plain functions make of the records: history, feed, proofs, text, export."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from xml.etree import ElementTree

import griffe
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import html
from markdown import Markdown
from markdown_it import MarkdownIt
from proved import proved_receipts
from scratch import ONE, PRICES, THREE, TWO, Scratch

import mkdocs_decisions.site
from mkdocs_decisions.problems import DecisionsError
from mkdocs_decisions.site import dress, text
from mkdocs_decisions.site.export import export
from mkdocs_decisions.site.feed import feed
from mkdocs_decisions.site.links import Forge, map_links
from mkdocs_decisions.site.model import Options, Site
from mkdocs_decisions.site.pages import site_files
from mkdocs_decisions.site.proofs import proofs_page
from mkdocs_decisions.site.timeline import NOT_IN_GIT, SHALLOW, read_history, timeline_page

EXTENSION = "mkdocs_decisions.site.griffe_extension:DecisionsExtension"
ATOM = "{http://www.w3.org/2005/Atom}"


def site_of(made: Scratch, **options: object) -> Site:
    given_ = {"address": "https://shop.example/docs/", **options}
    return Site(made.project(), Forge("https://forge.example/shop"), Options(**given_))


def changes(made: Scratch) -> list[tuple[str, str, str | None, str]]:
    return [
        (each.day, each.record.id, each.before, each.after)
        for each in read_history(made.project()).changes
    ]


# -- history --------------------------------------------------------------------------------------


@pytest.fixture
def past(tmp_path: Path) -> Scratch:
    """Record 0003 was proposed, then accepted under another name, in three commits."""
    made = Scratch(tmp_path / "shop")
    made.edit(THREE, "status: accepted", "status: proposed").init()
    made.move(THREE, "adr/0003-baskets-in-the-memory.md")
    made.commit("Rename", date="2026-02-12T08:00:00 +0000")
    made.edit("adr/0003-baskets-in-the-memory.md", "status: proposed", "status: accepted")
    return made.commit("Accept", date="2026-02-14T23:30:00 +0000")


def test_a_change_of_status_is_dated_by_its_commit(past: Scratch) -> None:
    assert changes(past)[0] == ("2026-02-14", "0003", "proposed", "accepted")
    assert ("2026-02-10", "0003", None, "proposed") in changes(past)
    assert len(changes(past)) == 4


def test_a_record_keeps_its_history_when_its_file_is_renamed(past: Scratch) -> None:
    history = read_history(past.project())
    subjects = [each.subject for each in history.revisions["adr/0003-baskets-in-the-memory.md"]]
    assert subjects == ["Accept", "Rename", "The shop"]


def test_a_change_that_is_not_committed_is_dated_by_the_front_matter(past: Scratch) -> None:
    past.edit(ONE, "status: accepted\ndate: 2026-01-10", "status: deprecated\ndate: 2026-02-20")
    assert changes(past)[0] == ("2026-02-20", "0001", "accepted", "deprecated")


def test_an_edit_of_the_text_is_no_change_of_status(past: Scratch) -> None:
    before = changes(past)
    past.edit(ONE, "Totals were off", "Sums were off").commit("Reword")
    assert changes(past) == before


def test_without_git_the_front_matter_dates_the_last_change_and_the_page_says_so(
    tmp_path: Path,
) -> None:
    made = Scratch(tmp_path)
    assert changes(made) == [
        ("2026-02-01", "0003", None, "accepted"),
        ("2026-02-01", "0002", None, "superseded"),
        ("2026-01-10", "0001", None, "accepted"),
    ]
    assert NOT_IN_GIT in timeline_page(site_of(made))


def test_in_a_shallow_clone_what_is_not_known_is_dated_by_the_front_matter(
    past: Scratch, tmp_path: Path
) -> None:
    past.git("clone", "--quiet", "--depth", "2", f"file://{past.root}", str(tmp_path / "clone"))
    clone = Scratch.__new__(Scratch)
    clone.root = tmp_path / "clone"
    assert changes(clone) == [
        ("2026-02-14", "0003", "proposed", "accepted"),
        ("2026-02-01", "0002", None, "superseded"),
        ("2026-01-10", "0001", None, "accepted"),
    ]
    page = timeline_page(site_of(clone))
    assert SHALLOW in page
    assert SHALLOW not in timeline_page(site_of(past))


# -- feed -----------------------------------------------------------------------------------------


def parsed(made: Scratch, **options: object) -> ElementTree.Element:
    return ElementTree.fromstring(feed(site_of(made, **options), "Shop & Sons"))


def test_the_feed_is_atom_with_all_that_an_entry_must_have(past: Scratch) -> None:
    root = parsed(past)
    assert root.tag == f"{ATOM}feed"
    assert root.findtext(f"{ATOM}title") == "Shop & Sons: Decisions"
    instant = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
    for element in (root, *root.findall(f"{ATOM}entry")):
        for tag in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{tag}")) == 1
        assert instant.fullmatch(element.findtext(f"{ATOM}updated"))
        assert element.findtext(f"{ATOM}id").startswith("tag:shop.example,2000:decisions/")
        assert element.find(f"{ATOM}link[@rel='alternate']").get("href").startswith("https://shop")
    assert root.find(f"{ATOM}author/{ATOM}name").text == "Shop & Sons"
    own = root.find(f"{ATOM}link[@rel='self']").get("href")
    assert own == "https://shop.example/docs/decisions/feed.xml"


def test_the_feed_tells_changes_of_status_with_the_last_one_first(past: Scratch) -> None:
    root = parsed(past)
    titles = [each.findtext(f"{ATOM}title") for each in root.findall(f"{ATOM}entry")]
    assert titles[0] == "ADR-0003 accepted: Baskets in memory"
    assert len(titles) == 4
    assert root.findtext(f"{ATOM}updated") == "2026-02-14T23:30:00Z"


def test_ids_of_entries_stay_when_more_is_decided_or_less_is_known(
    past: Scratch, tmp_path: Path
) -> None:
    def ids(made: Scratch) -> list[str]:
        return [each.findtext(f"{ATOM}id") for each in parsed(made).findall(f"{ATOM}entry")]

    first = ids(past)
    assert len(set(first)) == len(first)
    past.git("clone", "--quiet", "--depth", "2", f"file://{past.root}", str(tmp_path / "clone"))
    clone = Scratch.__new__(Scratch)
    clone.root = tmp_path / "clone"
    assert set(ids(clone)) < set(first)
    past.edit(ONE, "status: accepted", "status: deprecated").commit("Deprecate")
    assert set(first) < set(ids(past))


def test_a_status_that_comes_back_has_an_id_of_its_own(past: Scratch) -> None:
    path = "adr/0003-baskets-in-the-memory.md"
    for day, old, new in (("15", "accepted", "rejected"), ("16", "rejected", "proposed")):
        past.edit(path, f"status: {old}", f"status: {new}")
        past.commit(new, date=f"2026-02-{day}T08:00:00 +0000")
    ids = [each.findtext(f"{ATOM}id") for each in parsed(past).findall(f"{ATOM}entry")]
    assert ids[0].endswith("0003/proposed/2")
    assert len(set(ids)) == len(ids)


# -- proofs ---------------------------------------------------------------------------------------


def test_what_a_test_was_seen_to_do_is_told_with_its_day(tmp_path: Path) -> None:
    made = Scratch(tmp_path, proved=proved_receipts())
    page = proofs_page(site_of(made))
    row = next(line for line in page.splitlines() if "half a cent is rounded up" in line)
    assert re.search(r"\| passed \d{4}-\d\d-\d\d \|", row)
    assert re.search(r"→ `amount`: `AssertionError`, \d{4}-\d\d-\d\d \|$", row)
    assert "not seen yet" not in row


def test_what_was_seen_before_a_change_is_told_to_be_old(tmp_path: Path) -> None:
    made = Scratch(tmp_path, proved=proved_receipts())
    made.edit("src/shop/prices.py", "(amount + by // 2) // by", "(amount + by // 2) // by + 0")
    made.edit("tests/test_prices.py", "assert total([]) == 0", "assert total([]) == 0 + 0")
    page = proofs_page(site_of(made))
    row = next(line for line in page.splitlines() if "half a cent is rounded up" in line)
    assert "shop.prices.&#95;rounded changed since the test was seen failing" in row


def test_a_test_that_was_never_run_is_told_as_such(tmp_path: Path) -> None:
    assert "| not run yet |" in proofs_page(site_of(Scratch(tmp_path)))


# -- text -----------------------------------------------------------------------------------------

HOSTILE = st.text(
    st.sampled_from(list("<>&|`*_[](){}#!\\\"'~:-=+. \n\tabAdr0é\u202e\x07")), max_size=40
)


def seen(markup: str) -> str:
    return " ".join(html.fromstring(f"<div>{markup}</div>").text_content().split())


@given(HOSTILE)
@example("`00:::<`")
def test_a_text_is_shown_as_it_was_written_by_every_renderer(written: str) -> None:
    wanted = seen(text.inline("") + html.tostring(_element(written), encoding="unicode"))
    cell = f"| head | more |\n| --- | --- |\n| x{text.inline(written)}x | y |\n"
    for rendered in (
        MarkdownIt("commonmark").enable("table").render(cell),
        Markdown(extensions=["tables"]).convert(cell),
    ):
        document = html.fromstring(f"<div>{rendered}</div>")
        assert {each.tag for each in document.iter()} <= {
            *("div", "table", "thead", "tbody", "tr", "th", "td", "code", "wbr")
        }
        cells = [" ".join(each.text_content().split()) for each in document.iter("td")]
        assert cells == [wanted, "y"]


def _element(written: str) -> html.HtmlElement:
    """What a reader should see: the text, with what stands in backticks as code."""
    shown = re.sub(
        r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)",
        lambda match: match[2].strip(),
        text._LINK.sub(lambda match: match["text"], text.plain(written)),
    )
    element = html.Element("span")
    element.text = f"x{shown}x"
    return element


@given(HOSTILE)
def test_an_attribute_holds_what_was_written(written: str) -> None:
    rendered = Markdown().convert(f'<span title="{text.attribute(written)}">x</span>')
    assert html.fromstring(rendered).find("span").get("title") == text.plain(written)


@given(HOSTILE, HOSTILE)
def test_the_html_of_a_table_shows_what_its_markdown_shows(one: str, other: str) -> None:
    made = text.table(("`head`", "more"), [(text.inline(one), text.link(text.code(other), "a.md"))])
    quick = text.as_html(made, lambda to: f"to/{to}")
    slow = MarkdownIt("commonmark").enable("table").render(made)
    cells = [
        [
            " ".join(each.text_content().split())
            for each in html.fromstring(f"<div>{shown}</div>").iter("td")
        ]
        for shown in (quick, slow)
    ]
    assert cells[0] == cells[1]
    assert [each.get("href") for each in html.fromstring(quick).iter("a")] == ["to/a.md"]


# -- links ----------------------------------------------------------------------------------------


def test_code_is_left_alone_when_links_are_changed() -> None:
    written = "\n".join(
        [
            "`a[0](x.md)` and ``b` [1](x.md)`` but [`c`](x.md)",
            "> ````python",
            "> ```",
            "> d[0](x.md)",
            "> ````",
            "~~~",
            "[e](x.md)",
            "~~~",
            "- ```",
            "  [g](x.md)",
            "  ```",
            "    !!! note\n        [f](x.md)",
            "[h]: x.md",
        ]
    )
    wanted = written.replace("[`c`](x.md)", "[`c`](X.MD)").replace("[f](x.md)", "[f](X.MD)")
    wanted = wanted.replace("[h]: x.md", "[h]: X.MD")
    assert map_links(written, lambda to, line: to.upper()) == wanted


def test_a_link_is_told_with_its_line() -> None:
    told: list[tuple[str, int]] = []
    map_links("a\n[b](c.md)\n\n![d](e.svg)", lambda to, line: told.append((to, line)) or to, 10)
    assert told == [("c.md", 11), ("e.svg", 13)]


def test_what_was_taken_out_of_a_page_is_put_back_where_it_was() -> None:
    page = (
        '# A\n\n<div class="decisions-x">\n<p>1</p>\n</div>\n\n'
        'B\n\n<div class="decisions-y" data-search-exclude>\n<p>2</p>\n</div>\n'
    )
    rest, boxes = dress.take_boxes(page)
    assert "<div" not in rest
    once = dress.put_boxes(Markdown().convert(rest), boxes, found=True)
    assert "<p>1</p>" in once
    assert "<p>2</p>" not in once
    assert dress.put_boxes(once, boxes, found=False) == (
        f"<h1>A</h1>\n{boxes[0]}\n<p>B</p>\n{boxes[1]}"
    )


def test_blank_lines_go_but_for_those_that_a_reader_sees() -> None:
    page = "<p>a</p>\n  \n\n  <p>b</p>\n<pre>c\n\n\nd</pre>\n\n<script>\n\nx</script>\n\ne"
    assert dress.without_blank_lines(page) == (
        "<p>a</p>\n  <p>b</p>\n<pre>c\n\n\nd</pre>\n<script>\n\nx</script>\ne"
    )


# -- export ---------------------------------------------------------------------------------------


@pytest.fixture
def staged(tmp_path: Path) -> Path:
    made = Scratch(tmp_path / "shop")
    made.edit(
        "pyproject.toml",
        'records = "adr"',
        'records = "adr"\nrepository = "https://forge.example/shop"',
    )
    assert export(made.project(), tmp_path / "out", name="Shop") == []
    return tmp_path / "out"


def test_exported_pages_are_plain_markdown_whose_links_lead_to_each_other(staged: Path) -> None:
    for file in staged.rglob("*.md"):
        page = file.read_text(encoding="utf-8")
        document = html.fromstring(MarkdownIt("commonmark").enable("table").render(page))
        assert "<div markdown" not in page
        for element, _, target, _ in document.iterlinks():
            if not target.startswith(("https:", "#")):
                assert (file.parent / target).is_file(), f"{file.name} {element.tag} {target}"


def test_an_exported_record_has_header_text_and_proofs(staged: Path) -> None:
    page = (staged / "0001-prices-are-whole-cents.md").read_text(encoding="utf-8")
    order = [
        "# 0001. Prices are whole cents\n",
        ">accepted</span> since 2026-01-10",
        "**Prices are integers of cents, because binary fractions cannot hold a tenth.**",
        "| Source | Issue 4: totals are off by a cent |",
        "[`shop.prices.total`](https://forge.example/shop/blob/main/src/shop/prices.py#L",
        "## Context and Problem Statement",
        "## Proofs",
        "| half a cent is rounded up, once |",
    ]
    places = [page.index(each) for each in order]
    assert places == sorted(places)


def test_exported_pages_are_those_of_the_site(staged: Path, tmp_path: Path) -> None:
    site = site_of(Scratch(tmp_path / "same"))
    wanted = {each.path.removeprefix("decisions/") for each in site_files(site, "Shop")}
    files = {str(file.relative_to(staged)) for file in staged.rglob("*") if file.is_file()}
    assert files == {*wanted, ".decisions-export.json"}


def test_nothing_is_exported_if_a_record_cannot_be_read(tmp_path: Path) -> None:
    made = Scratch(tmp_path / "shop").write(TWO, b"\xff")
    with pytest.raises(DecisionsError, match=f"{TWO}:1: it is no UTF-8") as caught:
        export(made.project(), tmp_path / "out")
    assert caught.value.code == "ADR102"
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    made = Scratch(tmp_path / "shop")
    with pytest.raises(DecisionsError, match="can't be written to") as caught:
        export(made.project(), made.root / "pyproject.toml")
    assert caught.value.code == "ADR040"


@pytest.mark.parametrize("to", ["http://[::1/x", "//[x/y", "https://a]/b"])
def test_an_address_that_is_none_is_no_link_and_told(tmp_path: Path, to: str) -> None:
    made = Scratch(tmp_path / "shop").edit(TWO, "By hand.", f"By hand: [there]({to}).")

    (problem,) = export(made.project(), tmp_path / "out")

    assert (problem.line, problem.message) == (made.line(TWO, to), f"{to} is no address")
    assert "\nBy hand: there.\n" in (tmp_path / "out/0002-baskets-in-a-file.md").read_text()


def test_a_file_that_no_export_made_is_left_alone_and_nothing_is_written(tmp_path: Path) -> None:
    made = Scratch(tmp_path / "shop")
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "index.md").write_text("# Ours\n")

    with pytest.raises(DecisionsError, match=r"index\.md is in the way") as caught:
        export(made.project(), folder)

    assert caught.value.code == "ADR041"
    assert [each.name for each in folder.iterdir()] == ["index.md"]
    assert (folder / "index.md").read_text() == "# Ours\n"


def test_a_second_export_takes_away_what_the_first_one_made_and_it_does_not(tmp_path: Path) -> None:
    made = Scratch(tmp_path / "shop")
    folder = tmp_path / "out"
    export(made.project(), folder)
    (folder / "notes.md").write_text("# Ours\n")
    made.move(THREE, "adr/0003-baskets-are-kept-in-memory.md")

    export(made.project(), folder)

    names = {each.name for each in folder.glob("*.md")}
    assert "0003-baskets-are-kept-in-memory.md" in names
    assert "0003-baskets-in-memory.md" not in names
    assert "notes.md" in names


@pytest.mark.parametrize("held", ["{", "3", '["../ours.md", 1, "/etc/passwd"]'])
def test_a_list_of_exported_files_that_lies_takes_nothing_away(tmp_path: Path, held: str) -> None:
    made = Scratch(tmp_path / "shop")
    folder = tmp_path / "out"
    folder.mkdir()
    (tmp_path / "ours.md").write_text("# Ours\n")
    (folder / ".decisions-export.json").write_text(held)

    export(made.project(), folder)

    assert (tmp_path / "ours.md").exists()


def test_export_says_which_links_are_broken(tmp_path: Path) -> None:
    made = Scratch(tmp_path / "shop").edit(ONE, "What is a price?", "[x](../gone.py)")
    (problem,) = export(made.project(), tmp_path / "out")
    assert (problem.path, problem.line) == (ONE, made.line(ONE, "gone.py"))


# -- the way back ---------------------------------------------------------------------------------


def sections(root: Path, name: str, style: str) -> list[tuple[str, str]]:
    loader = griffe.GriffeLoader(
        extensions=griffe.load_extensions({EXTENSION: {"root": str(root)}}),
        search_paths=[root / "src"],
        docstring_parser=griffe.Parser(style),
    )
    docstring = loader.load("shop")[name].docstring
    return [(each.kind.value, str(each.value)) for each in docstring.parsed] if docstring else []


@pytest.mark.parametrize("style", ["google", "numpy", "sphinx"])
def test_the_way_back_follows_the_first_text_in_every_style(tmp_path: Path, style: str) -> None:
    documented = {
        "google": "The sum.\n\n    Returns:\n        Cents.\n    ",
        "numpy": "The sum.\n\n    Returns\n    -------\n    int\n        Cents.\n    ",
        "sphinx": "The sum.\n\n    :returns: Cents.\n    ",
    }
    made = Scratch(tmp_path)
    made.edit(PRICES, "The sum of prices, less a discount in per cent.", documented[style])
    first, second, third = sections(made.root, "prices.total", style)
    assert first == ("text", "The sum.")
    assert second[0] == "text"
    assert "Decided in [ADR-0001: Prices are whole cents][adr-0001]" in second[1]
    assert third[0] == "returns"


def test_a_symbol_without_a_docstring_shows_the_way_back_too(tmp_path: Path) -> None:
    made = Scratch(tmp_path).edit(ONE, "  - shop.prices.Basket.add\n", "  - shop.prices.LIMIT\n")
    ((kind, shown),) = sections(made.root, "prices.LIMIT", "google")
    assert kind == "text"
    assert "[ADR-0001: Prices are whole cents][adr-0001]" in shown


def test_a_symbol_is_found_by_the_name_that_it_is_imported_under(tmp_path: Path) -> None:
    made = Scratch(tmp_path).edit(ONE, "symbol: shop.prices.total", "symbol: shop.total")
    assert "adr-0001" in sections(made.root, "prices.total", "google")[1][1]


@pytest.mark.parametrize("status", ["rejected", "superseded"])
def test_a_record_out_of_force_leads_nowhere(tmp_path: Path, status: str) -> None:
    made = Scratch(tmp_path).edit(THREE, "status: accepted", f"status: {status}")
    assert len(sections(made.root, "store.Store.basket", "google")) == 1


# -- bounds of the modules ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("library", "allowed"),
    [("mkdocs", "plugin.py"), ("griffe", "griffe_extension.py"), ("material", "plugin.py")],
)
def test_only_one_file_knows_each_generator(library: str, allowed: str) -> None:
    for file in Path(mkdocs_decisions.site.__file__).parent.glob("*.py"):
        names = set()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module.partition(".")[0])
        assert library not in names or file.name == allowed
