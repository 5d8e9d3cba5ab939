"""A review says the same in every format, fits a comment, and holds nobody's markup."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import jsonschema
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from test_output import HOSTILE, SARIF, commands, hostile

from mkdocs_decisions.grading import Kind as Grading
from mkdocs_decisions.problems import Note
from mkdocs_decisions.review import (
    FORMATS,
    Decision,
    Fact,
    Kind,
    Level,
    Review,
    WordChange,
    render_review,
)
from mkdocs_decisions.review.json_ import review_schema
from mkdocs_decisions.review.markdown import MARKER, MAX_CHARACTERS
from mkdocs_decisions.review.rendered import rendered_change

OWN_TAGS = {"code", "b", "details", "summary", "div", "ins", "del", "hr"}
FORGE_TAGS = OWN_TAGS | {"h2", "h3", "ul", "li", "p"}
"""What the review itself writes, and what its own Markdown becomes."""
RECORD_TAGS = {"em", "strong", "a", "ol", "pre", "blockquote", "br"} | {
    f"h{level}" for level in range(1, 7)
}
RECORD_TAGS |= {"table", "thead", "tbody", "tr", "th", "td"}
"""What the Markdown of a record becomes."""

DECISION = Decision(
    "0001", "Prices are cents", "Because a tenth has no end.", "adr/1.md", "accepted"
)
BROKEN = Fact(
    Kind.SIGNATURE_BROKE,
    Level.ERROR,
    "src/shop/prices.py",
    9,
    "shop.prices.total can't be used as before",
    "ADR702",
    "keep what was there",
    "shop.prices.total",
    (DECISION,),
    ("tests/test_prices.py::test_a_total",),
    ("discount: parameter default was changed: 0 -> 5",),
)
EDITED = Fact(
    Kind.RECORD_EDITED,
    Level.NOTE,
    "adr/1.md",
    30,
    "ADR-0001 is edited: a few letters mended",
    decisions=(DECISION,),
    changes=(WordChange("typo", "teh", "the", 30),),
    before="It is teh price of a thing.",
    after="It is the price of a thing.",
)
NOTE = Note("src/shop/made.py", 3, "shop.made.total", "it is made at run time")
REVIEW = Review("main (abc)", "the working tree", [BROKEN, EDITED], [NOTE], 3, 2, 7)

texts = st.one_of(
    hostile,
    st.sampled_from(
        ["# Title\n\n- a\n\n```\nx\n\ny\n```", "| a |\n|---|\n| b |", "![i](http://x/i)"]
    ),
)


@st.composite
def all_facts(draw: st.DrawFn) -> Fact:
    level = draw(st.sampled_from(Level))
    decision = st.builds(Decision, *[hostile] * 5)
    change = st.builds(WordChange, st.sampled_from(Grading), hostile, hostile, st.integers(1, 99))
    return Fact(
        draw(st.sampled_from(Kind)),
        level,
        draw(hostile),
        draw(st.integers(1, 9_999)),
        draw(hostile),
        draw(st.sampled_from(["", "ADR701", "ADR702", "ADR703", "ADR402"])),
        draw(hostile),
        draw(hostile),
        tuple(draw(st.lists(decision, max_size=2))),
        tuple(draw(st.lists(hostile, max_size=2))),
        tuple(draw(st.lists(hostile, max_size=2))),
        tuple(draw(st.lists(change, max_size=2))),
        draw(texts),
        draw(texts),
    )


reviews = st.builds(
    Review,
    base=hostile,
    head=hostile,
    facts=st.lists(all_facts(), max_size=4),
    notes=st.lists(st.builds(Note, hostile, st.integers(1, 99), hostile, hostile), max_size=3),
    changed=st.integers(0, 99),
    read=st.integers(0, 99),
    records=st.integers(0, 99),
)


class Tags(HTMLParser):
    """The elements and attributes of some HTML, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def on_forge(markdown: str) -> Tags:
    """What a forge makes of Markdown with HTML in it."""
    return Tags(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(markdown))


# -- the terminal ------------------------------------------------------------------------------


def test_text_is_plain_and_ranked() -> None:
    assert render_review(REVIEW) == (
        "Governed signatures broken\n"
        "  src/shop/prices.py:9: ADR702 error shop.prices.total can't be used as before\n"
        "    - discount: parameter default was changed: 0 -> 5\n"
        "    ADR-0001 (accepted) Prices are cents: Because a tenth has no end.\n"
        "    run: tests/test_prices.py::test_a_total\n"
        "    mend: keep what was there\n"
        "\n"
        "Records edited\n"
        "  adr/1.md:30: note ADR-0001 is edited: a few letters mended\n"
        "    line 30, typo: [-teh-]{+the+}\n"
        "    ADR-0001 (accepted) Prices are cents: Because a tenth has no end.\n"
        "\n"
        "Not looked at\n"
        "  src/shop/made.py:3: shop.made.total: it is made at run time\n"
        "\n"
        "1 error, 1 note: the working tree against main (abc); 3 changed files,"
        " 2 of them records, code, tests or configuration\n"
    )


def test_colours_change_no_word() -> None:
    coloured = render_review(REVIEW, color=True)

    assert coloured != render_review(REVIEW)
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == render_review(REVIEW)


@given(reviews)
def test_text_steers_no_terminal_and_no_log(review: Review) -> None:
    text = render_review(review)

    assert all(each == "\n" or each.isprintable() for each in text)
    assert not re.search(r"^\s*::|##\[|##vso", text, re.MULTILINE)


# -- Markdown ----------------------------------------------------------------------------------


def test_markdown_begins_with_the_marker_and_shows_the_change_rendered() -> None:
    text = render_review(REVIEW, "markdown")

    assert text.startswith(f"{MARKER}\n## Decisions\n\n🔴 1 error, 1 note")
    assert "<del>teh</del>" in text
    assert "<ins>the</ins>" in text
    shown = on_forge(text).text
    assert "shop.prices.total can't be used as before" in shown
    assert "tests/test_prices.py::test_a_total" in shown
    assert "shop.made.total: it is made at run time" in shown


@settings(max_examples=50)
@given(reviews)
@example(Review("b", "h", [replace(EDITED, after="<script>x</script>\n\n<img src=x>")]))
def test_markdown_holds_no_markup_of_others(review: Review) -> None:
    text = render_review(review, "markdown")

    assert text.count(MARKER) == 1
    assert text.startswith(MARKER)
    made = on_forge(text)
    inside = RECORD_TAGS if any(each.before != each.after for each in review.facts) else set()
    for tag, attributes in made.found:
        assert tag in FORGE_TAGS | inside, tag
        assert set(attributes) <= {"href", "start"}
        assert not (attributes.get("href") or "").lower().startswith(("javascript", "data", "file"))
    assert not re.search(r"[@#]\w", made.text)
    assert not re.search(r"^\s*::", text, re.MULTILINE)


def test_markdown_fits_a_comment_and_says_what_was_cut() -> None:
    words = "word " * 500
    edited = [
        replace(
            EDITED, path=f"adr/{at}.md", what=f"record {at}", before=words, after=f"{words}{at}"
        )
        for at in range(40)
    ]
    many = [
        Fact(Kind.MEANING_CHANGED, Level.WARNING, "a.py", at, f"symbol {at} " + "x" * 200, "ADR701")
        for at in range(1, 400)
    ]

    text = render_review(Review("b", "h", [BROKEN, *many, *edited], [NOTE]), "markdown")

    assert MAX_CHARACTERS * 0.9 < len(text) <= MAX_CHARACTERS
    shown = on_forge(text).text
    assert "shop.prices.total can't be used as before" in shown
    left = int(re.search(r"([\d,]+) less binding facts", shown)[1].replace(",", ""))
    assert left == 440 - shown.count(" symbol ") - shown.count("can't be used as before")
    assert "Cut to 65,536 characters" in shown
    assert "what was not looked at" in shown


def test_rendered_changes_go_before_facts_do() -> None:
    words = "word " * 2_000
    edited = [
        replace(EDITED, what=f"record {at}", before=words, after=f"{words}{at}")
        for at in range(1, 40)
    ]

    text = render_review(Review("b", "h", edited), "markdown")

    assert len(text) <= MAX_CHARACTERS
    shown = on_forge(text).text
    assert all(f"record {at} " in shown for at in range(1, 40))
    rendered = text.count("<details>")
    assert rendered >= 2
    assert f"{39 - rendered} rendered changes left out" in shown
    assert "less binding" not in shown


@settings(max_examples=10)
@given(st.lists(all_facts(), min_size=1, max_size=3), st.integers(1, 3_000))
def test_markdown_is_never_longer_than_a_comment(facts: list[Fact], times: int) -> None:
    assert len(render_review(Review("b", "h", facts * times), "markdown")) <= MAX_CHARACTERS


# -- the rendered change -----------------------------------------------------------------------


def test_only_the_parts_that_differ_are_rendered() -> None:
    before = "# Title\n\nThe same.\n\nPrices are *whole* cents.\n\n- one\n- two\n"
    after = "# Title\n\nThe same.\n\nPrices are *whole* euros.\n\n- one\n- two\n"

    html = rendered_change(before, after)

    assert "The same" not in html
    assert "one" not in html
    assert "<em>whole</em>" in html
    assert "<del>cents.</del>" in html
    assert "<ins>euros.</ins>" in html


def test_a_new_part_and_one_that_is_gone_are_marked_whole() -> None:
    assert rendered_change("a", "a\n\nnew") == "<ins><p>new</p></ins>"
    assert rendered_change("a\n\nold", "a") == "<del><p>old</p></del>"
    assert rendered_change("a\nb", "a b") == ""


def test_code_stays_on_one_line_of_html() -> None:
    html = rendered_change("```\na\n\nb\n```", "```\na\n\nc\n```")

    assert "\n" not in html
    assert "&#10;" in html


@pytest.mark.parametrize("text", HOSTILE)
def test_a_rendered_change_holds_what_markdown_makes_and_nothing_else(text: str) -> None:
    html = rendered_change("The price.", f"The {text} price.\n\n{text}\n\n<p onclick=x>{text}</p>")

    for tag, attributes in Tags(html).found:
        assert tag in {"p", "a", "code", "ins", "del", "h1", "h2", "hr", "pre", "br"}
        assert set(attributes) <= {"href"}
    assert not re.search(r"[@#]\w", Tags(html).text)


def test_a_text_of_endless_repetition_is_rendered_soon_enough_to_matter() -> None:
    words = rendered_change("a b " * 5_000, "b a " * 5_000)
    blocks = rendered_change("a\n\n" * 9_000, "b\n\na\n\n" * 4_000)

    assert words.startswith("<del>")
    assert blocks.startswith("<del>")
    assert rendered_change("a" * 300_000, "b") == ""


# -- for programs ------------------------------------------------------------------------------


def test_json_holds_every_fact() -> None:
    data = json.loads(render_review(REVIEW, "json"))

    assert [each["what"] for each in data["facts"]] == [BROKEN.what, EDITED.what]
    assert data["facts"][0]["decisions"] == [
        {
            "id": "0001",
            "title": "Prices are cents",
            "answer": "Because a tenth has no end.",
            "path": "adr/1.md",
            "status": "accepted",
        }
    ]
    assert data["facts"][1]["changes"] == [
        {"kind": "typo", "before": "teh", "after": "the", "line": 30}
    ]
    assert data["summary"] == {
        "failed": True,
        "errors": 1,
        "warnings": 0,
        "notes": 1,
        "changed-files": 3,
        "files-read": 2,
        "records": 7,
        "not-looked-at": 1,
    }


@given(reviews)
def test_json_keeps_to_its_schema(review: Review) -> None:
    text = render_review(review, "json")

    assert text.isascii()
    jsonschema.Draft202012Validator(review_schema()).validate(json.loads(text))


@settings(max_examples=25)
@given(reviews)
def test_sarif_is_valid_and_has_the_findings(review: Review) -> None:
    data = json.loads(render_review(review, "sarif"))

    SARIF.validate(data)
    found = [each["ruleId"] for each in data["runs"][0]["results"]]
    assert found == [
        each.code for each in review.facts if each.code and each.level is not Level.NOTE
    ]


@given(reviews)
def test_annotations_can_be_read_back(review: Review) -> None:
    for level, properties, message in commands(render_review(review, "github")):
        assert level in ("error", "warning", "notice")
        assert all(each.isprintable() for each in properties.values())
        assert all(each == "\n" or each.isprintable() for each in message)


def test_an_annotation_names_the_decision() -> None:
    review = Review("b", "h", [BROKEN, EDITED], prefix="shop/")

    [(level, properties, message)] = commands(render_review(review, "github"))

    assert level == "error"
    assert properties == {
        "file": "shop/src/shop/prices.py",
        "line": "9",
        "col": "1",
        "title": "ADR702 governed-signature-broke",
    }
    assert message == (
        "shop.prices.total can't be used as before; "
        "discount: parameter default was changed: 0 -> 5; "
        "decided in ADR-0001 Prices are cents\nmend: keep what was there"
    )


def test_the_formats_are_those_that_are_named() -> None:
    assert all(render_review(REVIEW, each).endswith("\n") for each in FORMATS)
    with pytest.raises(ValueError, match="'xml'"):
        render_review(REVIEW, "xml")
