"""What a review takes from the text of a definition is what the whole file would tell."""

from __future__ import annotations

from pathlib import Path

import pytest

import mkdocs_decisions
from mkdocs_decisions.cache import Cache
from mkdocs_decisions.review import excerpts
from mkdocs_decisions.symbols import Symbol, Symbols
from mkdocs_decisions.tree import Folder

SOURCE = Path(mkdocs_decisions.__file__).parents[1]

PAIRS = {
    "comment": ("def f(a):\n    return a\n", "def f(a):  # the same\n    return a\n", True),
    "docstring": ("def f(a):\n    return a\n", 'def f(a):\n    """It."""\n    return a\n', True),
    "body": ("def f(a):\n    return a\n", "def f(a):\n    return -a\n", False),
    "default": ("def f(a=1):\n    return a\n", "def f(a=2):\n    return a\n", False),
    "decorator": ("def f(a):\n    return a\n", "@cache\ndef f(a):\n    return a\n", False),
    "async": ("def f(a):\n    return a\n", "async def f(a):\n    return a\n", False),
    "lines": ('def f():\n    return """\na"""\n', 'def f():\n    return """\n a"""\n', False),
}


def indented(text: str) -> str:
    return "".join(f"    {line}" for line in text.splitlines(keepends=True))


@pytest.mark.parametrize("kind", ["function", "method"])
@pytest.mark.parametrize(("before", "after", "same"), PAIRS.values(), ids=PAIRS)
def test_two_texts_mean_the_same_or_not(before: str, after: str, same: bool, kind: str) -> None:
    if kind == "method":
        before, after = indented(before), indented(after)

    assert excerpts.same_meaning(before, after, kind) is same


def test_an_interface_has_no_body() -> None:
    before, after, other = "def f(a): return 1\n", "def f(a): return 2\n", "def f(b): return 1\n"

    assert excerpts.same_interface(before, after, "function") is True
    assert excerpts.same_interface(before, other, "function") is False


@pytest.mark.parametrize(
    "text", ["def f(:\n", "x = 1\n", "", "    x = 1\n", "if a:\n    def f(): 1\n"]
)
def test_what_is_no_definition_tells_nothing(text: str) -> None:
    assert excerpts.same_meaning(text, text, "function") is None
    assert excerpts.same_meaning("def f(): 1\n", "def f(): 1\n", "variable") is None
    assert excerpts.same_interface("class A: 1\n", "class A: 1\n", "class") is None


@pytest.fixture(scope="module")
def symbols() -> Symbols:
    return Symbols(Folder(SOURCE), {"mkdocs_decisions": "."}, Cache())


def every(symbols: Symbols) -> list[tuple[str, Symbol]]:
    found = []
    for module in symbols.modules():
        for qual, entry in symbols.table(module.path)["names"].items():
            if entry[0] in ("function", "method", "class"):
                symbol = symbols.find(f"{module.name}.{qual}")
                if symbol.name == f"{module.name}.{qual}":
                    found.append((module.name, symbol))
    return found


def test_the_words_of_a_module_lead_to_all_that_its_names_lead_to(symbols: Symbols) -> None:
    words = {name: excerpts.Words(excerpts.texts(symbols, name)) for name, _ in every(symbols)}
    followed = 0

    for module, symbol in every(symbols):
        own = symbol.name.removeprefix(f"{module}.")
        for used in symbols.callees(symbol):
            target = used.removeprefix(f"{module}.")
            assert words[module].may_reach(own, {target}), (symbol.name, used)
            followed += 1

    assert followed > 500


def test_the_text_of_each_definition_is_its_source(symbols: Symbols) -> None:
    texts = {name: excerpts.texts(symbols, name) for name, _ in every(symbols)}

    for module, symbol in every(symbols):
        text = texts[module][symbol.name.removeprefix(f"{module}.")]
        assert text == symbols.source(symbol)
        assert excerpts.same_meaning(text, text, symbol.kind) is True


def test_words_that_lead_nowhere_reach_nothing() -> None:
    texts = {"a": "def a(): b()", "b": "def b(): c.d()", "d": "d = 1", "e": "def e(): a()"}
    words = excerpts.Words({**texts, "C": "class C", "C.m": "def m(): d", "C.n": "def n()"})

    assert words.may_reach("a", {"d"})
    assert words.may_reach("C", {"d"})
    assert words.may_reach("C.n", {"d"})
    assert not words.may_reach("d", {"a", "b"})
    assert not words.may_reach("a", {"e", "a"})
