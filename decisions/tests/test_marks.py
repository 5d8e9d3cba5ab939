"""Marks are comments and roles that name a record; citations are any mention of one."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st
from memory_tree import MemoryTree

from mkdocs_decisions.cache import Cache
from mkdocs_decisions.marks import citations, marks
from mkdocs_decisions.symbols import Symbols


def marked(text: str) -> list[tuple[str, int, str]]:
    """Id and line of each mark, and the symbol that it belongs to."""
    text = textwrap.dedent(text)
    symbols = Symbols(MemoryTree({"pkg/__init__.py": text}), {"pkg": ""}, Cache())
    found = []
    for each in marks(text, "pkg/__init__.py"):
        symbol = symbols.at(each.path, each.symbol_line)
        found.append((each.id, each.line, symbol.name if symbol else ""))
    return found


@pytest.mark.parametrize(
    ("comment", "ids"),
    [
        ("# ADR-0003", ["0003"]),
        ("# ADR-3", ["0003"]),
        ("#ADR-0003: why", ["0003"]),
        ("#: ADR-0003", ["0003"]),
        ("# ADR-0003, ADR-0007: why, unlike ADR-0001", ["0003", "0007"]),
        ("# ADR-0003 ADR-0007", ["0003"]),
        ("# see ADR-0003", []),
        ("# ADR-00033", []),
        ("# ADR-0003b", []),
        ("# ADR502", []),
        ("x = '# ADR-0003'", []),
        ("x = 1 # ADR-0003", ["0003"]),
        ("'''\n# ADR-0003\n'''", []),
    ],
)
def test_a_mark_is_a_comment_that_begins_with_a_record(comment: str, ids: list[str]) -> None:
    assert [each.id for each in marks(f"{comment}\n", "x.py")] == ids


def test_line_and_column_are_those_of_the_id() -> None:
    text = "x = 1\nif x:\n    y = 2  # ADR-0003, ADR-0007\n"
    found = [(each.line, each.column, each.path) for each in marks(text, "a.py")]
    assert found == [(3, 14, "a.py"), (3, 24, "a.py")]
    line = text.splitlines()[2]
    assert [line[column - 1 :][:8] for _, column, _ in found] == ["ADR-0003", "ADR-0007"]


def test_a_mark_belongs_to_the_definition_directly_below_it_or_else_around_it() -> None:
    text = """\
    # ADR-0001

    # ADR-0002: of the variable
    # and why
    LIMIT = 3

    # ADR-0003
    @decorated
    def function():
        # ADR-0004
        return 1
        # ADR-0005
    x = 1

    class Class:  # ADR-0006
        # ADR-0007

        # ADR-0008
        value = 1

        def method(self):
            if self:
                return (
                    # ADR-0009
                    1
                )
                # ADR-0010
            # ADR-0011
        # ADR-0012

    last = 1
    # ADR-0013
    """
    assert [(id_, name) for id_, _, name in marked(text)] == [
        ("0001", "pkg"),
        ("0002", "pkg.LIMIT"),
        ("0003", "pkg.function"),
        ("0004", "pkg.function"),
        ("0005", "pkg.function"),
        ("0006", "pkg.Class"),
        ("0007", "pkg.Class"),
        ("0008", "pkg.Class.value"),
        ("0009", "pkg.Class.method"),
        ("0010", "pkg.Class.method"),
        ("0011", "pkg.Class.method"),
        ("0012", "pkg.Class"),
        ("0013", "pkg"),
    ]


def test_a_role_in_a_docstring_belongs_to_what_the_docstring_is_about() -> None:
    text = '''\
    """Module, :adr:`0001`."""

    LIMIT = 3
    """By :adr:`ADR-0002`."""

    def function():
        """Function.

        See :adr:`0003, 0004`.
        """

    class Class:
        """Class, :adr:`5`."""
        field: int
        """:adr:`0006`"""

        def method(self):
            x = ":adr:`0007`"
    '''
    assert marked(text) == [
        ("0001", 1, "pkg"),
        ("0002", 4, "pkg.LIMIT"),
        ("0003", 9, "pkg.function"),
        ("0004", 9, "pkg.function"),
        ("0005", 13, "pkg.Class"),
        ("0006", 15, "pkg.Class.field"),
    ]


@pytest.mark.parametrize(
    "broken",
    [
        "def f(:\n# ADR-0003\n",
        "x = (\n# ADR-0003\n",
        "  y\n z\n# ADR-0003\n",
        "x = '''\n# ADR-0003\n",
    ],
)
def test_a_file_that_is_no_python_still_shows_its_marks(broken: str) -> None:
    assert [each.id for each in marks(f"# ADR-0001\n{broken}", "x.py")] == ["0001", "0003"]


@given(st.text(st.sampled_from(list("# ADR-0123,:adr:`'\"\n\t()x=\\\0\r")), max_size=60))
def test_no_text_is_an_obstacle(text: str) -> None:
    for each in [*marks(text, "x.py"), *citations(text)]:
        line = text.split("\n")[each.line - 1]
        assert each.id.lstrip("0") in line[each.column - 1 :]
        assert len(each.id) == 4


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("as ADR-0003 says", [("0003", 4, "ADR-0003")]),
        ("as adr 3 says", [("0003", 4, "adr 3")]),
        ("ADR0003", [("0003", 1, "ADR0003")]),
        ("(ADR-0003, ADR-0004)", [("0003", 2, "ADR-0003"), ("0004", 12, "ADR-0004")]),
        ("adr/0003-one-store.md", [("0003", 5, "0003-one-store.md")]),
        (
            "[0003](../adr/0003-one-store.md#why)",
            [("0003", 2, "0003"), ("0003", 15, "0003-one-store.md")],
        ),
        ("[0003. One store](0003-x.md)", [("0003", 2, "0003"), ("0003", 19, "0003-x.md")]),
        ("[ADR-0003](0003-x.md)", [("0003", 2, "ADR-0003"), ("0003", 12, "0003-x.md")]),
        ("[0003]: 0003-x.md", [("0003", 2, "0003"), ("0003", 9, "0003-x.md")]),
        ("[text](decisions/0003-one-store/)", [("0003", 8, "decisions/0003-one-store")]),
        (":adr:`0003, 7`", [("0003", 7, "0003"), ("0007", 13, "7")]),
        ("MADR 4 and ADR 4.1", []),
        ("ADR502 and ADR-00031", []),
        ("2026-01-02-news.md", []),
        ("test_0003_x.py and 0003 and [0003](other.md)", []),
        ("adr/evidence/0003-lanes.json", []),
        ("https://example.org/other/adr/0003-x.md and https://example.org/ADR-0003", []),
        ("[0003](https://example.org/0003-x.md)", []),
        ("[ADR-0003](<https://example.org/0003-x.md>)", [("0003", 2, "ADR-0003")]),
    ],
)
def test_citations(text: str, found: list[tuple[str, int, str]]) -> None:
    told = [(each.id, each.column, each.text) for each in citations(f"first line\n{text}\n")]
    assert told == found
    assert all(each.line == 2 for each in citations(f"first line\n{text}\n"))
