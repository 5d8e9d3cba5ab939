"""What MkDocs builds of the records, in its own theme and in Material with API pages."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from builds import MATERIAL, PLAIN, broken, build, built, configure, page, table, text
from jsonschema import Draft202012Validator
from scratch import ONE, THREE, TWO, Scratch

from mkdocs_decisions.cache import memory_of

FORGE = "https://forge.example/shop"
ONE_PAGE = "decisions/0001-prices-are-whole-cents"
EVIDENCE = """\
evidence:
  - id: 0001-sums
    command: python -m shop.sums
    inputs: [src/shop/prices.py]
---

# 0001."""
ARGS = "        prices: In cents.\n        discount: In per cent.\n"
FIGURE = "A sum takes 1,250 <!--= 0001-sums/ns ~25% --> ns, see [the code](../src/shop/prices.py)."


def shop(root: Path) -> Scratch:
    """The small project with evidence, figures and links to files of all kinds."""
    made = Scratch(root)
    made.edit(ONE, "---\n\n# 0001.", EVIDENCE)
    made.edit(ONE, "What is a price?", f"What is a price? {FIGURE} And [home](../docs/index.md).")
    stored = {
        "id": "0001-sums",
        "interpreter": "CPython 3.11.7",
        "inputs": {"src/shop/prices.py": ""},
    }
    made.write("adr/evidence/0001-sums.json", json.dumps(stored))
    made.edit(THREE, "status: accepted", "status: proposed")
    made.init()
    made.edit(THREE, "status: proposed", "status: accepted")
    return made.commit("Accept memory", date="2026-02-20T08:00:00 +0000")


@pytest.fixture(scope="module", params=["mkdocs", "material"])
def theme(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def site(theme: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = shop(tmp_path_factory.mktemp(theme))
    return built(configure(made.root, MATERIAL if theme == "material" else PLAIN))


def test_every_link_leads_somewhere(site: Path) -> None:
    assert broken(site) == []


def test_a_record_page_has_one_title_and_says_what_its_front_matter_says(site: Path) -> None:
    document = page(site, ONE_PAGE)
    assert [text(each).rstrip("¶#") for each in document.iter("h1") if "Prices" in text(each)] == [
        "0001. Prices are whole cents"
    ]
    header = document.find_class("decisions-record")[0]
    assert text(header).startswith("accepted since 2026-01-10 Prices are integers of cents")
    facts = dict(table(header))
    assert facts["Source"] == "Issue 4: totals are off by a cent"
    assert facts["Governs"] == "shop.prices.total: rounds once, at the endshop.prices.Basket.add"
    assert facts["Tags"] == "prices"
    assert f"{FORGE}/edit/trunk/{ONE}" in [each[2] for each in header.iterlinks()]


def test_relations_are_shown_at_both_ends_whichever_declares_them(site: Path) -> None:
    first = dict(table(page(site, ONE_PAGE).find_class("decisions-record")[0]))
    third = dict(
        table(page(site, "decisions/0003-baskets-in-memory").find_class("decisions-record")[0])
    )
    assert first["Needed by"] == "0003. Baskets in memory accepted"
    assert third["Depends on"] == "0001. Prices are whole cents accepted"
    assert third["Supersedes"] == "0002. Baskets in a file superseded"


def test_a_record_page_leads_from_decision_to_symbol_to_test(site: Path, theme: str) -> None:
    head, first, second = table(page(site, ONE_PAGE), "Proofs")
    assert head == ["Decision", "Symbol", "Test", "Last result", "Seen failing on"]
    assert first == [
        "half a cent is rounded up, once",
        "shop.prices.totalshop.prices._rounded",
        "test_a_total_is_rounded_to_whole_cents",
        "not run yet",
        "not seen yet: _rounded(sum(prices) * (100 - discount), 100) → "
        "sum(prices) * (100 - discount) // 100not seen yet: amount + by // 2 → amount",
    ]
    assert second[:3] == [
        "what cannot be a price is refused",
        "shop.prices.Basket.add",
        "test_a_price_is_never_negative",
    ]
    section = page(site, ONE_PAGE).find_class("decisions-proofs")[0]
    links = [each[2] for each in section.iterlinks()]
    assert f"{FORGE}/blob/trunk/tests/test_prices.py" in links
    assert f"{FORGE}/blob/trunk/src/shop/prices.py#L14-L15" in links
    if theme == "material":
        assert "../../api/#shop.prices.total" in links
    else:
        assert f"{FORGE}/blob/trunk/src/shop/prices.py#L9-L11" in links


def test_evidence_is_listed_with_the_day_of_its_figures(site: Path) -> None:
    head, row = table(page(site, ONE_PAGE), "Evidence")
    assert head == ["Evidence", "Command", "Interpreter", "Inputs", "Date"]
    assert row == [
        "0001-sums",
        "python -m shop.sums",
        "CPython 3.11.7",
        "src/shop/prices.py",
        "2026-02-10",
    ]


def test_a_figure_leads_to_its_evidence_and_says_which_value_it_is(site: Path) -> None:
    document = page(site, ONE_PAGE)
    (figure,) = document.find_class("decisions-figure")
    assert (figure.text, figure.get("title")) == ("1,250", "0001-sums/ns, within 25%")
    assert document.get_element_by_id(figure.get("href")[1:]) is not None


def test_links_in_a_record_lead_to_pages_of_the_site_or_to_the_forge(site: Path) -> None:
    links = {text(each): each.get("href") for each in page(site, ONE_PAGE).iter("a")}
    assert links["the code"] == f"{FORGE}/blob/trunk/src/shop/prices.py"
    assert links["home"] == "../.." or links["home"] == "../../"


def test_a_page_written_by_hand_leads_to_the_record_that_it_links_to(site: Path) -> None:
    links = {text(each): each.get("href") for each in page(site, "").iter("a")}
    assert links["ADR-0001"] == f"{ONE_PAGE}/"


def test_the_history_of_a_record_is_that_of_git(site: Path) -> None:
    rows = table(page(site, "decisions/0003-baskets-in-memory"), "History")
    assert [row[:3] for row in rows] == [
        ["Date", "Status", "Change"],
        ["2026-02-20", "accepted", "Accept memory"],
        ["2026-02-10", "proposed", "The shop"],
    ]


def test_the_index_is_a_table_that_is_whole_without_a_script(site: Path) -> None:
    document = page(site, "decisions")
    rows = table(document)
    assert rows[0] == ["Decision", "Answer", "Status", "Date", "Tags"]
    assert [(row[0], row[2], row[4]) for row in rows[1:]] == [
        ("0001. Prices are whole cents", "accepted", "prices"),
        ("0002. Baskets in a file", "superseded", "storage"),
        ("0003. Baskets in memory", "accepted", "storage"),
    ]
    form = document.find_class("decisions-filter")[0]
    assert form.get("hidden") is not None
    assert not [row for row in document.iter("tr") if row.get("hidden") is not None]


def test_each_field_of_the_filter_has_a_label_and_every_choice(site: Path) -> None:
    document = page(site, "decisions")
    form = document.find_class("decisions-filter")[0]
    labels = {label.get("for"): text(label) for label in form.iter("label")}
    fields = [each.get("id") for each in form.iter("input", "select")]
    assert [labels[each] for each in fields] == ["Text", "Status", "Tag"]
    choices = [option.get("value") for option in form.iter("option")]
    assert choices == ["", "accepted", "superseded", "", "prices", "storage"]


def test_the_timeline_tells_every_change_of_a_status_the_last_one_first(site: Path) -> None:
    rows = [row[:3] for row in table(page(site, "decisions/timeline"))[1:]]
    assert rows[0] == ["2026-02-20", "0003. Baskets in memory", "proposed → accepted"]
    assert sorted(rows[1:]) == [
        ["2026-02-10", "0001. Prices are whole cents", "accepted"],
        ["2026-02-10", "0002. Baskets in a file", "superseded"],
        ["2026-02-10", "0003. Baskets in memory", "proposed"],
    ]


def test_relations_are_drawn_and_told_in_a_table(site: Path) -> None:
    document = page(site, "decisions/relations")
    (drawing,) = document.find_class("decisions-graph")
    hrefs = [each.get("href") for each in drawing.iter() if each.get("href")]
    assert "../0001-prices-are-whole-cents/" in hrefs
    assert table(document)[1:] == [
        ["0003. Baskets in memory", "supersedes", "0002. Baskets in a file superseded"],
        ["0003. Baskets in memory", "depends on", "0001. Prices are whole cents accepted"],
    ]


def test_all_proofs_stand_on_one_page(site: Path) -> None:
    rows = table(page(site, "decisions/proofs"))
    assert len(rows) == 1 + 3
    assert rows[3][0] == "0003. Baskets in memorywho comes back finds the same basket"
    assert rows[3][2] == "test_a_customer_has_one_basket"


def test_every_rule_has_a_page_that_says_what_explain_says(site: Path) -> None:
    from mkdocs_decisions.rules import catalogue

    tables = page(site, "decisions/rules").iter("table")
    listed = [row[0] for each in tables for row in _rows(each)]
    assert [code for code in listed if code.startswith("ADR")] == list(catalogue())
    article = text(page(site, "decisions/rules/ADR305"))
    assert "To mend:" in article


def _rows(found: object) -> list[list[str]]:
    return [[text(cell) for cell in row] for row in found.iter("tr")]


def test_decisions_json_keeps_to_the_schema_beside_it(site: Path) -> None:
    data = json.loads((site / "decisions/decisions.json").read_text())
    schema = json.loads((site / "decisions" / data["$schema"]).read_text())
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(data)
    third = data["records"][2]
    assert (data["version"], third["id"], third["status"]) == (1, "0003", "accepted")
    assert third["relations"] == {"supersedes": ["0002"], "depends-on": ["0001"]}
    assert (site / third["page"] / "index.html").is_file()
    assert [(each["before"], each["after"]) for each in third["changes"]] == [
        ("proposed", "accepted"),
        (None, "proposed"),
    ]


@pytest.mark.parametrize("name", ["record", "configuration"])
def test_the_schemas_for_editors_are_published(site: Path, name: str) -> None:
    schema = json.loads((site / f"decisions/{name}.schema.json").read_text())
    Draft202012Validator.check_schema(schema)


def test_pages_name_the_feed_in_their_head(site: Path) -> None:
    (link,) = page(site, ONE_PAGE).xpath("//head/link[@type='application/atom+xml']")
    assert (site / ONE_PAGE / link.get("href")).resolve() == (site / "decisions/feed.xml").resolve()


def test_no_place_for_a_table_is_left_over(site: Path) -> None:
    assert not [
        file
        for file in site.rglob("*.html")
        if any(mark in file.read_text() for mark in (">decisions-box-", "--decisions-box-"))
    ]


def test_a_search_finds_the_answer_of_a_record(site: Path) -> None:
    index = (site / "search/search_index.json").read_text(encoding="utf-8")
    assert "because binary fractions cannot hold a tenth" in index
    assert "decisions-box-" not in index


# -- Material with API pages ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def with_api(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = shop(tmp_path_factory.mktemp("api"))
    made.edit(
        "src/shop/prices.py",
        '"""The sum of prices, less a discount in per cent."""',
        f'"""The sum.\n\n    Args:\n{ARGS}    """',
    )
    made.write("docs/deep/er.md", "# Deep\n\n[The decision][adr-0003] and [ADR-0001][].\n")
    return built(configure(made.root, MATERIAL))


def test_an_api_entry_leads_to_the_record_that_governs_it(with_api: Path) -> None:
    document = page(with_api, "api")
    notes = document.find_class("decisions-decided")
    assert [text(each) for each in notes] == [
        "Decided in ADR-0001: Prices are whole cents",
        "Decided in ADR-0001: Prices are whole cents",
        "Decided in ADR-0003: Baskets in memory",
    ]
    to = [each.find("a").get("href") for each in notes]
    assert to[0] == f"../{ONE_PAGE}/#adr-0001"
    assert broken(with_api) == []


def test_the_way_back_stands_before_the_parameters(with_api: Path) -> None:
    article = text(page(with_api, "api").xpath("//article")[0])
    entry = article[article.index("The sum.") :]
    assert 0 < entry.index("Decided in ADR-0001: Prices") < entry.index("In per cent.")


def test_any_page_can_refer_to_a_record_by_its_number(with_api: Path) -> None:
    links = {text(each): each.get("href") for each in page(with_api, "deep/er").iter("a")}
    assert links["The decision"] == "../../decisions/0003-baskets-in-memory/#adr-0003"
    assert links["ADR-0001"] == f"../../{ONE_PAGE}/#adr-0001"


# -- options --------------------------------------------------------------------------------------


def test_two_builds_of_one_tree_are_equal_to_the_byte(tmp_path: Path) -> None:
    root = configure(shop(tmp_path / "one").root, MATERIAL)

    def taken() -> dict[str, bytes]:
        site = built(root)
        files = {file.relative_to(site): file for file in site.rglob("*") if file.is_file()}
        return {str(name): file.read_bytes() for name, file in files.items()}

    first = taken()
    shutil.rmtree(memory_of(root))
    assert taken() == first


def test_pages_that_are_switched_off_are_not_there(tmp_path: Path) -> None:
    root = configure(Scratch(tmp_path).root, rules=False, timeline=False, feed=False)
    site = built(root)
    assert not (site / "decisions/rules").exists()
    assert not (site / "decisions/timeline").exists()
    assert not (site / "decisions/feed.xml").exists()
    assert broken(site) == []


def test_the_folder_and_the_title_can_be_chosen(tmp_path: Path) -> None:
    site = built(configure(Scratch(tmp_path).root, folder="log/adr", title="Choices"))
    assert text(next(page(site, "log/adr").iter("h1"))) == "Choices"
    assert broken(site) == []


def test_pages_work_without_folders_of_their_own(tmp_path: Path) -> None:
    root = configure(Scratch(tmp_path).root)
    with (root / "mkdocs.yml").open("a") as file:
        file.write("use_directory_urls: false\n")
    site = built(root)
    assert (site / "decisions/0001-prices-are-whole-cents.html").is_file()
    assert broken(site) == []


def test_records_join_the_section_of_the_navigation_that_has_the_title(tmp_path: Path) -> None:
    root = configure(Scratch(tmp_path).root, MATERIAL)
    with (root / "mkdocs.yml").open("a") as file:
        file.write("nav:\n  - index.md\n  - api.md\n  - Decisions:\n      - decisions/index.md\n")
    document = page(built(root), "decisions")
    nav = document.find_class("md-sidebar--primary")[0]
    names = [text(each) for each in nav.iter("a")]
    assert names.count("0001. Prices are whole cents") == 1
    assert {"Timeline", "Relations", "Proofs", "Rules"} <= set(names)


@pytest.mark.parametrize("nav", ["", "nav: [index.md]\n"])
def test_more_records_than_allowed_stay_out_of_the_navigation(tmp_path: Path, nav: str) -> None:
    root = configure(Scratch(tmp_path).root, max_in_nav=2)
    with (root / "mkdocs.yml").open("a") as file:
        file.write(nav)
    site = built(root)
    assert "0001. Prices" not in text(page(site, "").find_class("navbar")[0])
    assert (site / ONE_PAGE / "index.html").is_file()
    assert "0001. Prices are whole cents" in [row[0] for row in table(page(site, "decisions"))]


def test_as_many_records_as_allowed_stand_in_the_navigation(tmp_path: Path) -> None:
    site = built(configure(Scratch(tmp_path).root, max_in_nav=3))
    assert "0001. Prices" in text(page(site, "").find_class("navbar")[0])


def test_what_a_record_out_of_force_names_may_be_gone(tmp_path: Path) -> None:
    made = Scratch(tmp_path)
    made.edit(TWO, "superseded-by:", "governs: [shop.gone]\nsuperseded-by:")
    made.edit(THREE, "status: accepted", "status: proposed").remove("tests/test_store.py")
    assert "test_a_customer" in text(page(built(configure(made.root)), "decisions/proofs"))


def test_what_is_suppressed_with_a_reason_fails_no_build(tmp_path: Path) -> None:
    made = Scratch(tmp_path).remove("tests/test_store.py")
    made.edit(
        THREE,
        "  - test: tests/test_store.py",
        "  # decisions: ignore[ADR601] the shop is closed\n  - test: tests/test_store.py",
    )
    built(configure(made.root))


# -- what is wrong --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        (
            ONE,
            "What is a price?",
            "[x](../src/gone.py)",
            "the link to ../src/gone.py is broken",
        ),
        (
            ONE,
            "What is a price?",
            "[x](0009-gone.md)",
            "the link to 0009-gone.md is broken",
        ),
        (
            ONE,
            "shop.prices.Basket.add\nproofs",
            "shop.gone\nproofs",
            "ADR502 it governs shop.gone",
        ),
        (
            ONE,
            "tests/test_prices.py::test_a_price",
            "tests/gone.py::test_a_price",
            "ADR601 the test file",
        ),
        (THREE, '["0001"]', '["0001", "0077"]', "ADR304 depends-on names 0077"),
        (THREE, "status: accepted", "status: agreed", "ADR108 the status"),
    ],
)
def test_what_is_wrong_with_a_record_fails_a_strict_build_with_file_and_line(
    tmp_path: Path, path: str, old: str, new: str, said: str
) -> None:
    made = Scratch(tmp_path)
    text_of = made.read(path)
    assert old in text_of
    made.write(path, text_of.replace(old, new))
    done = build(configure(made.root))
    line = made.line(path, new.partition("\n")[0])
    assert done.returncode == 1
    assert f"{path}:{line}: {said}" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("path", "content", "said"),
    [
        (ONE, b"\xff\xfe", f"ADR102: {ONE}:1: it is no UTF-8"),
        (ONE, b"---\nstatus: [\n---\n", f"ADR103: {ONE}:"),
        (ONE, b"# no front matter\n", f"ADR103: {ONE}:1:"),
        ("pyproject.toml", b"[tool.decisions]\nrecord = 'adr'\n", "ADR001: pyproject.toml"),
        ("pyproject.toml", b"[tool.decisions]\nrecords = 'gone'\n", "ADR002: there is no folder"),
    ],
)
def test_what_cannot_be_read_ends_the_build_with_one_coded_error(
    tmp_path: Path, path: str, content: bytes, said: str
) -> None:
    made = Scratch(tmp_path).write(path, content)
    done = build(configure(made.root), strict=False)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (made.root / "site/decisions").exists()


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("folder", "../out", "the option 'folder' is '../out'"),
        ("max_in_nav", -1, "the option 'max_in_nav' is below 0"),
        ("rules", "'perhaps'", "rules"),
        ("foldr", "x", "foldr"),
    ],
)
def test_an_option_that_is_wrong_is_named(
    tmp_path: Path, option: str, value: object, said: str
) -> None:
    done = build(configure(Scratch(tmp_path).root, **{option: value}))
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_text_that_looks_like_markup_is_shown_as_text(tmp_path: Path) -> None:
    made = Scratch(tmp_path)
    evil = "<script>alert(1)</script> | `a|b` [x](javascript:alert) *b* {: #x }"
    made.edit(ONE, "# 0001. Prices are whole cents", f"# 0001. {evil}")
    made.edit(ONE, 'source: "Issue 4: totals are off by a cent"', f"source: '{evil}'")
    made.edit(
        ONE,
        "answer: Prices are integers of cents, because binary fractions cannot hold a tenth.",
        f"answer: '{evil}'",
    )
    site = built(configure(made.root))
    for address in ("decisions", ONE_PAGE, "decisions/relations", "decisions/proofs"):
        document = page(site, address)
        assert not [each for each in document.iter("script") if "alert" in (each.text or "")]
        assert not [each for each in document.iter("a") if "javascript" in (each.get("href") or "")]
    row = table(page(site, "decisions"))[1]
    shown = "<script>alert(1)</script> | a|b x *b* {: #x }"
    assert row[:2] == [f"0001. {shown}", shown]
    assert text(next(page(site, ONE_PAGE).iter("h1"))).rstrip("¶") == f"0001. {shown}"


def test_without_a_forge_nothing_leads_there(tmp_path: Path) -> None:
    made = shop(tmp_path)
    configure(made.root)
    settings = made.root / "mkdocs.yml"
    lines = settings.read_text().splitlines(keepends=True)
    settings.write_text("".join(line for line in lines if not line.startswith(("repo", "edit"))))
    site = built(made.root)
    document = page(site, ONE_PAGE)
    assert broken(site) == []
    assert "see the code. And home." in text(document)
    assert "Edit this record" not in text(document)
    assert not [each[2] for each in document.iterlinks() if "about:" in each[2]]


# -- serving --------------------------------------------------------------------------------------


def test_what_the_pages_are_made_of_is_watched_when_the_site_is_served(tmp_path: Path) -> None:
    made = shop(tmp_path)
    made.write("adr/.proofs.json", '{"version": 1, "proofs": {}, "samples": {}}')
    configure(made.root)
    code = (
        "from mkdocs.config import load_config\n"
        "from mkdocs.commands.build import build\n"
        "class Server:\n"
        "    def watch(self, path, *more): print(path)\n"
        "config = load_config('mkdocs.yml')\n"
        "build(config)\n"
        "config.plugins.on_serve(Server(), config=config, builder=None)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=made.root, capture_output=True, text=True, check=True
    )
    watched = {Path(line).relative_to(made.root).as_posix() for line in done.stdout.splitlines()}
    assert watched >= {"adr", "adr/evidence", "adr/.proofs.json", "pyproject.toml"}
