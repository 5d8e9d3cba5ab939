"""How a changed text is graded: what counts as mended, and what as something else said."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scratch import FILES, ONE

from mkdocs_decisions.grading import Grade, Kind, grade
from mkdocs_decisions.typos import distance, is_misspelling

BODY = textwrap.dedent(FILES[ONE]).split("---\n", 2)[2]
TEXT = """\
# 0003. Baskets in memory

Files are slow, so a basket must never be written to the disk while a customer waits.
It was measured: 250 customers, [ADR-0001](0001-prices-are-whole-cents.md) and `store.basket`.

- Good, because it is quick.
- Bad, because a restart empties every basket.
"""
WORDS = [word for word in TEXT.split() if word.isalpha() and len(word) > 2]
SENSE = ["not", "never", "no", "must", "may", "should", "without", "cannot", "two", "false"]


def changed(old: str, new: str, text: str = TEXT, **more: object) -> Grade:
    """What replacing one piece of a text is."""
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
    return grade(text, text.replace(old, new), **more)


# -- nothing said anew -----------------------------------------------------------------------


@given(st.text())
def test_the_same_text_is_not_changed(text: str) -> None:
    assert grade(text, text) == Grade(Kind.NONE)


@given(st.data())
def test_new_line_breaks_are_a_reformat(data: st.DataObject) -> None:
    paragraphs = TEXT.split("\n\n")
    spaces = st.sampled_from([" ", "\n", "  \n", "   "])
    paragraphs[1] = "".join(word + data.draw(spaces) for word in paragraphs[1].split()).strip()
    after = "\n\n".join(paragraphs)

    assert grade(TEXT, after).kind in (Kind.REFORMAT, Kind.NONE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("- Good", "* Good"),
        ("# 0003. Baskets in memory", "# 0003. Baskets in memory #"),
        ("quick", "**quick**"),
        ("quick", "`quick`"),
        ("`store.basket`", "store.basket"),
        ("quick.", "quick. <!-- decisions: ignore[ADR206] there is no more to say -->"),
    ],
)
def test_other_markup_of_the_same_words_is_a_reformat(old: str, new: str) -> None:
    assert changed(old, new).kind is Kind.REFORMAT


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("(0001-prices-are-whole-cents.md)", "(../adr/0001-prices-are-whole-cents.md)"),
        ("[ADR-0001](0001-prices-are-whole-cents.md)", "ADR-0001"),
        ("quick", "[quick](https://example.org)"),
        ("250", "250<!--= 0003-load/customers -->"),
    ],
)
def test_a_link_that_leads_elsewhere_is_a_repair(old: str, new: str) -> None:
    found = changed(old, new)

    assert found.kind is Kind.LINK_REPAIR
    assert found.words_changed == 0


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("~1%", "~900%", Kind.REWRITE),
        ("", "~5%", Kind.REWRITE),
        ("~5%", "~1%", Kind.LINK_REPAIR),
        ("~5%", "", Kind.LINK_REPAIR),
    ],
)
def test_a_figure_that_may_be_further_off_is_another_claim(old: str, new: str, kind: Kind) -> None:
    before, after = (f"It is 250 <!--= 0003-load/customers {each} --> now." for each in (old, new))

    assert grade(before, after).kinds == (kind,)


def test_a_bare_address_is_a_link() -> None:
    assert changed("https://a.example/x", "https://b.example/y", "See https://a.example/x now.\n")
    assert grade("See <https://a.example/x>.", "See <https://a.example/y>.").kinds == (
        Kind.LINK_REPAIR,
    )


def test_a_link_that_shows_where_it_leads_is_a_link() -> None:
    found = grade("See [docs/x.md](docs/x.md).", "See [docs/y.md](docs/y.md).")

    assert found.kinds == (Kind.LINK_REPAIR,)


def test_a_link_without_a_target_hides_no_words() -> None:
    assert grade("It is [never]() so.", "It is [always]() so.").kind is Kind.REWRITE


# -- renumbering -----------------------------------------------------------------------------


def test_numbers_that_follow_their_records_are_a_renumbering() -> None:
    after = (
        TEXT.replace("# 0003.", "# 0012.")
        .replace("ADR-0001", "ADR-0010")
        .replace("(0001-", "(0010-")
    )

    found = grade(TEXT, after, renumbered={"0003": "0012", "0001": "0010"})

    assert found.kind is Kind.RENUMBERING
    assert [(each.before, each.after) for each in found.changes] == [
        ("0003", "0012"),
        ("0001-prices-are-whole-cents.md", "0010-prices-are-whole-cents.md"),
        ("ADR-0001", "ADR-0010"),
    ]


def test_records_that_swap_their_numbers_are_a_renumbering() -> None:
    before = "# 0001. A\n\nADR-0001 before ADR 2, see [0001](0001-a.md) and `adr/0002-b.md`."
    after = "# 0002. A\n\nADR-0002 before ADR 1, see [0002](0002-a.md) and `adr/0001-b.md`."

    assert grade(before, after, renumbered={"0001": "0002", "0002": "0001"}).kinds == (
        Kind.RENUMBERING,
    )


def test_a_citation_that_was_left_behind_is_no_change_of_the_text() -> None:
    assert changed("# 0003.", "# 0012.", renumbered={"0003": "0012", "0001": "0010"}).kinds == (
        Kind.RENUMBERING,
    )


def test_a_number_that_follows_no_record_is_a_rewrite() -> None:
    assert changed("[ADR-0001]", "[ADR-0002]").kind is Kind.REWRITE
    assert changed("250", "251", renumbered={"0250": "0251"}).kind is Kind.REWRITE


# -- typos -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("wriiten", "written"),
        ("teh", "the"),
        ("adn", "and"),
        ("ahve", "have"),
        ("recieve", "receive"),
        ("a", "an"),
        ("python", "Python"),
        ("customer", "customers"),
        ("accomodatoin", "accommodation"),
        ("customer\u2019s", "customer's"),
        ("occured", "occurred"),
    ],
)
def test_a_misspelt_word_is_told(wrong: str, right: str) -> None:
    assert is_misspelling(wrong, right)
    assert grade(f"It was {wrong} there.", f"It was {right} there.").kinds == (Kind.TYPO,)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("must", "may"),
        ("never", "ever"),
        ("never be", "be"),
        ("must", "MUST"),
        ("250", "260"),
        ("250", "25"),
        ("is quick", "is not quick"),
        ("slow", "show off"),
        ("empties", "fills"),
        ("`store.basket`", "`store.baskets`"),
        ("quick.", "quick. <!-- it is not -->"),
        ("- Good, because it is quick.\n", ""),
        ("- Good, because it is quick.", "<!-- Good, because it is quick. -->"),
    ],
)
def test_what_says_something_else_is_a_rewrite(old: str, new: str) -> None:
    assert changed(old, new).kind is Kind.REWRITE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sync", "async"),
        ("safe", "unsafe"),
        ("increase", "decrease"),
        ("encode", "decode"),
        ("minimise", "maximise"),
        ("internal", "external"),
        ("now", "not"),
        ("can", "can't"),
        ("if", "is"),
        ("any", "and"),
        ("push", "pull"),
        ("usable", "unusable"),
        ("render", "rerender"),
        ("callee", "caller"),
        ("v1", "v2"),
        ("db", "dc"),
    ],
)
def test_a_word_of_another_sense_is_no_misspelling(one: str, other: str) -> None:
    assert not is_misspelling(one, other)
    assert not is_misspelling(other, one)


def test_a_name_in_code_is_not_spelt_wrong() -> None:
    assert grade("Call `recieve` now.", "Call `receive` now.").kind is Kind.REWRITE


def test_a_word_that_the_text_still_uses_is_no_misspelling() -> None:
    text = "A reader may lead. What is read stays.\n"

    assert changed(
        "What is read", "What is red", "Nothing is lost. What is read stays.\n"
    ).kind is (Kind.TYPO)
    assert changed("What is read", "What is red", text + "It is read twice.\n").kind is Kind.REWRITE


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("It is the the basket.", "It is the basket.", Kind.TYPO),
        ("It is not not lost.", "It is not lost.", Kind.REWRITE),
        ("A white space.", "A whitespace.", Kind.TYPO),
        ("It is now here.", "It is nowhere.", Kind.REWRITE),
        ("It is not able.", "It is notable.", Kind.REWRITE),
        ("Quick, but it is lost", "Quick but it is lost.", Kind.TYPO),
        ("It takes 1,000 s.", "It takes 1.000 s.", Kind.REWRITE),
        ("It takes -5.", "It takes 5.", Kind.REWRITE),
        ("a < b", "a > b", Kind.REWRITE),
    ],
)
def test_doubled_and_split_words_and_marks(before: str, after: str, kind: Kind) -> None:
    assert grade(before, after).kind is kind


def test_more_typos_than_allowed_are_a_rewrite() -> None:
    before = "Fiels are slwo and baskts are lsot."
    after = "Files are slow and baskets are lost."

    assert grade(before, after, typo_words=4).kinds == (Kind.TYPO,)
    assert grade(before, after, typo_words=3).kinds == (Kind.REWRITE,)
    assert grade(before, after, typo_words=4).words_changed == 4


@given(st.sampled_from(SENSE), st.text("abcdefghijklmnopqrstuvwxyz'", min_size=1, max_size=9))
def test_a_word_that_carries_the_sense_is_never_a_typo(word: str, other: str) -> None:
    assert not is_misspelling(word, other)
    assert not is_misspelling(other, word)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_another_number_is_a_rewrite(one: int, other: int) -> None:
    expected = Kind.NONE if one == other else Kind.REWRITE

    assert grade(f"It takes {one} ms.", f"It takes {other} ms.").kind is expected


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_a_distance_is_that_of_its_definition(one: str, other: str) -> None:
    def slow(a: str, b: str) -> int:
        if not a or not b:
            return len(a) + len(b)
        found = min(slow(a[1:], b) + 1, slow(a, b[1:]) + 1, slow(a[1:], b[1:]) + (a[0] != b[0]))
        if len(a) > 1 and len(b) > 1 and a[:2] == b[1::-1]:
            found = min(found, slow(a[2:], b[2:]) + 1)
        return found

    if abs(len(one) - len(other)) <= 2:
        assert distance(one, other) == slow(one, other)
    assert distance(one, other) >= slow(one, other)


# -- amendments ------------------------------------------------------------------------------

ROW = "| 2026-02-20 | The limit is two million. |\n"
HEAD = "| --- | --- |\n"


def test_a_row_at_the_end_of_the_table_is_an_amendment() -> None:
    found = grade(BODY, BODY + ROW)

    assert found.kinds == (Kind.AMENDMENT,)
    assert found.changes[0].after == "2026-02-20 | The limit is two million."
    assert (BODY + ROW).split("\n")[found.changes[0].line - 1] == ROW.strip()
    assert found.words_changed == 0


def test_a_section_of_amendments_may_be_added() -> None:
    section = f"\n## Amendments\n\n| Date | Change |\n{HEAD}{ROW}"

    assert grade(TEXT, TEXT + section).kinds == (Kind.AMENDMENT,)
    assert grade(TEXT, TEXT + section + "\nAnd files are quick.\n").kind is Kind.REWRITE


def test_a_table_may_be_added_to_an_empty_section() -> None:
    before = f"{TEXT}\n## Amendments\n"

    assert grade(before, f"{before}\n| Date | Change |\n{HEAD}{ROW}").kinds == (Kind.AMENDMENT,)


@pytest.mark.parametrize(
    "after",
    [
        ROW.replace("two", "ten"),
        "",
        "| 2026-02-19 | Prices are read from a file. |\n" + ROW,
        f"{ROW}\nThe limit is gone.\n",
    ],
    ids=["changed", "deleted", "put before", "text below"],
)
def test_a_former_amendment_stays_as_it_is(after: str) -> None:
    assert grade(BODY + ROW, BODY + after).kind is Kind.REWRITE


def test_several_kinds_are_all_named_and_the_gravest_counts() -> None:
    after = BODY.replace("a price in euros", "a [price](../docs/index.md) in euros") + ROW

    found = grade(BODY, after)

    assert found.kind is Kind.AMENDMENT
    assert found.kinds == (Kind.LINK_REPAIR, Kind.AMENDMENT)
    assert grade(BODY, after.replace("sums are exact", "sums are quick")).kind is Kind.REWRITE


# -- what is told of a change ----------------------------------------------------------------


def test_a_change_names_its_words_and_its_line() -> None:
    found = changed("Bad, because a restart empties", "Good, because no restart fills")

    assert [(each.before, each.after, each.line) for each in found.changes] == [
        ("Bad", "Good", 7),
        ("a", "no", 7),
        ("empties", "fills", 7),
    ]
    assert found.words_changed == 3


@given(st.lists(st.sampled_from(WORDS), min_size=1), st.lists(st.sampled_from(WORDS), min_size=1))
def test_a_change_back_is_as_grave_unless_it_is_a_matter_of_use(
    one: list[str], other: list[str]
) -> None:
    there, back = grade(" ".join(one), " ".join(other)), grade(" ".join(other), " ".join(one))

    if Kind.TYPO not in (*there.kinds, *back.kinds):
        assert there.kind is back.kind


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_two_texts_are_graded(before: str, after: str) -> None:
    found = grade(before, after)

    assert (found.kind is Kind.NONE) == (before == after)
    assert found.kind is max(
        (each.kind for each in found.changes), key=lambda k: k.rank, default=(Kind.NONE)
    )


@pytest.mark.parametrize("word", ["a ", "x1 , ", "[a](b) "])
def test_a_long_hostile_text_is_graded(word: str) -> None:
    assert grade(word * 20_000, "b " + word * 15_000 + "c " + word * 9_000).kind is Kind.REWRITE
