"""The meaning of code changes with what it does, and with nothing else, under every Python."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from memory_tree import MemoryTree

from mkdocs_decisions.cache import Cache
from mkdocs_decisions.symbols import Symbols
from mkdocs_decisions.symbols.meaning import meaning
from mkdocs_decisions.symbols.table import parse

HERE = Path(__file__).parent
SOURCES = HERE.parent / "src"
GOLDEN = HERE / "meanings.json"
SAMPLES = HERE / "meanings.txt"


def symbols(text: str) -> Symbols:
    return Symbols(MemoryTree({"pkg/__init__.py": text}), {"pkg": ""}, Cache())


def means(text: str, name: str = "pkg") -> str:
    tree = symbols(textwrap.dedent(text))
    return tree.meaning(tree.find(name))


def shown(text: str, name: str) -> str:
    tree = symbols(textwrap.dedent(text))
    return tree.interface(tree.find(name))


SAME = [
    ("x = 1 + 2", "x = (1+  2) # why"),
    ("x = 'a'", 'x = "a"'),
    ("x = 'ab'", "x = ('a'\n  'b')"),
    ("x = u'a'", "x = 'a'"),
    ("x = 1_000", "x = 1000"),
    ("x = 0x10", "x = 16"),
    ("f(a, b)", "f(\n    a,\n    b,\n)"),
    ("def f(): return 1", "def f():\n    '''Doc.'''\n    return 1"),
    ("class C:\n    pass", "class C:\n    '''Doc.'''"),
    ("class C: ...", "class C:\n    '''Doc.'''"),
    ("class C:\n    x: int", "class C:\n    x: int\n    '''Doc of x.'''"),
    ("x = 1", "'''Doc.'''\nx = 1"),
    ("if a:\n    b()", "if a:\n    b()\n    pass"),
    ("f'{a}b'", "f'{a}' 'b'"),
    ("x = f'a'", "x = 'a'"),
    ("x = f'{a}'", "x = f'' f'{a}' ''"),
    ("x = f'{a:>{w}}'", 'x = f"{ a :>{ w }}"'),
    ("x = f'{a:}'", "x = f'{a}'"),
    ("del a, b", "del (a, b)"),
    ("for x in a, b: f()", "for x in (a, b):\n    f()"),
    ("with a as b, c as d: f()", "with (\n    a as b,\n    c as d,\n): f()"),
    ("x = a if b else c", "x = (a if b else (c))"),
    ("assert a, b", "assert a, (b)"),
    ("x = lambda: 0", "x = lambda : (0)"),
]

DIFFERENT = [
    ("x = 1", "x = 2"),
    ("x = 1", "x = 1.0"),
    ("x = 1", "x = True"),
    ("x = 'a'", "x = b'a'"),
    ("x = 'None'", "x = None"),
    ("x = ...", "x = None"),
    ("x = 0.0", "x = 0j"),
    ("x = a + b", "x = a - b"),
    ("x = a + b", "x = b + a"),
    ("x = a < b", "x = a <= b"),
    ("x = a and b", "x = a or b"),
    ("x = [a]", "x = (a,)"),
    ("x = {a: b}", "x = {**b}"),
    ("x = {a}", "x = {a: a}"),
    ("f(a)", "f(*a)"),
    ("f(a=b)", "f(b=a)"),
    ("f(a)", "await_(a)"),
    ("def f(a): ...", "def f(*, a): ..."),
    ("def f(a): ...", "def f(a, /): ..."),
    ("def f(a=1): ...", "def f(a): ..."),
    ("def f(*, a, b=1): ...", "def f(*, a=1, b): ..."),
    ("def f(): ...", "async def f(): ..."),
    ("def f(): ...", "def g(): ..."),
    ("def f(): return", "def f(): ..."),
    ("def f(a: int): ...", "def f(a: str): ..."),
    ("@a\ndef f(): ...", "def f(): ..."),
    ("if a: b()", "while a: b()"),
    ("if a:\n    b()\nelse:\n    c()", "if a:\n    b()\nc()"),
    ("for a in b:\n    c()\nelse:\n    d()", "for a in b:\n    c()\nd()"),
    ("try:\n    a()\nfinally:\n    b()", "try:\n    a()\nexcept E:\n    b()"),
    ("x = f'{a}'", "x = f'{a!r}'"),
    ("x = f'{a}'", "x = f'{a:>3}'"),
    ("x = f'{a}b'", "x = f'b{a}'"),
    ("x = f'{a}'", "x = '{a}'"),
    ("x = a[1:]", "x = a[:1]"),
    ("x = a[1]", "x = a[1,]"),
    ("x = a.b", "x = a.c"),
    ("x: int = 1", "x: str = 1"),
    ("(x): int", "x: int"),
    ("import a", "import a as b"),
    ("from . import a", "from .. import a"),
    ("global_ = nonlocal_", "nonlocal_ = global_"),
    ("f(a, b)", "f((a, b))"),
    ("x = 'a,b'", "x = 'a', 'b'"),
    ("import a, b", "import a\nimport b"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_does_the_same_means_the_same(one: str, other: str) -> None:
    assert means(one) == means(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_what_does_something_else_means_something_else(one: str, other: str) -> None:
    assert means(one) != means(other)


def test_a_name_with_several_definitions_means_all_of_them() -> None:
    both = "if a:\n    def f(): return 1\nelse:\n    def f(): return 2\n"
    assert means(both, "pkg.f") != means(both.replace("return 1", "return 3"), "pkg.f")
    extended = "names = ['a']\nnames += ['b']\n"
    assert means(extended, "pkg.names") != means("names = ['a']\n", "pkg.names")
    overloads = "@overload\ndef f(a: int): ...\ndef f(a): return a\n"
    assert means(overloads, "pkg.f") != means(overloads.replace("int", "str"), "pkg.f")


def test_a_class_means_its_members_and_a_member_only_itself() -> None:
    text = "class C:\n    x = 1\n    def f(self): return 1\n"
    changed = text.replace("return 1", "return 2")
    assert means(text, "pkg.C") != means(changed, "pkg.C")
    assert means(text, "pkg.C.f") != means(changed, "pkg.C.f")
    assert means(text, "pkg.C.x") == means(changed, "pkg.C.x")


def test_where_a_definition_stands_does_not_count() -> None:
    text = "def f(): return g(1)\n"
    moved = "x = 1\nclass C:\n    def f(): return g(1)\n"
    assert means(text, "pkg.f") == means(moved, "pkg.C.f")


def test_of_a_loop_or_with_only_the_binding_counts() -> None:
    text = "for x in a:\n    f(x)\n"
    assert means(text, "pkg.x") == means(text.replace("f(x)", "g()"), "pkg.x")
    assert means(text, "pkg.x") != means(text.replace("in a", "in b"), "pkg.x")


def test_no_nesting_is_too_deep() -> None:
    def nested(name: str) -> ast.expr:
        node: ast.expr = ast.Name("a")
        for _ in range(20_000):
            node = ast.BinOp(node, ast.Add(), ast.Name(name))
        return node

    assert meaning([nested("a")]) == meaning([nested("a")]) != meaning([nested("b")])


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("def x(a): return 1", "def x(a): return 2", True),
        ("def x(a): return 1", "def x(a, b=1): return 1", False),
        ("def x(a=1): ...", "def x(a=2): ...", False),
        ("def x(a): ...", "def x(a: int): ...", False),
        ("def x() -> int: ...", "def x() -> str: ...", False),
        ("def x(): ...", "async def x(): ...", False),
        ("def x(): ...", "@d\ndef x(): ...", False),
        ("x = 1", "x = 2", True),
        ("x: int = 1", "x: str = 1", False),
        ("x: int", "x: int = 1", False),
        ("class x: ...", "class x(B): ...", False),
        ("class x:\n    def f(self): return 1", "class x:\n    def f(self): return 2", True),
        ("class x:\n    def f(self): ...", "class x:\n    def f(self, a): ...", False),
        ("class x:\n    def f(self): ...", "class x: ...", False),
        ("class x:\n    def _f(self): ...", "class x: ...", True),
        ("class x:\n    def __init__(self): ...", "class x: ...", False),
        ("class x:\n    a: int\n    b: int", "class x:\n    b: int\n    a: int", False),
        (
            "class x:\n    def f(self): ...\n    def g(self): ...",
            "class x:\n    def g(self): ...\n    def f(self): ...",
            True,
        ),
        (
            "@overload\ndef x(a: int): ...\ndef x(a): return a",
            "@overload\ndef x(a: str): ...\ndef x(a): return a",
            False,
        ),
    ],
)
def test_the_interface_is_what_users_see(one: str, other: str, same: bool) -> None:
    assert (shown(one, "pkg.x") == shown(other, "pkg.x")) is same


def test_the_interface_of_a_module_is_that_of_its_public_names() -> None:
    text = "def f(a): return 1\ndef _g(): ...\n"
    assert shown(text, "pkg") == shown(text.replace("_g()", "_g(a)"), "pkg")
    assert shown(text, "pkg") != shown(text.replace("f(a)", "f(b)"), "pkg")


NAMES = st.sampled_from(["a", "b", "c", "self"])
CONSTANTS = st.one_of(
    st.integers(0, 10**30),
    st.booleans(),
    st.none(),
    st.text(max_size=4),
    st.binary(max_size=3),
    st.floats(0, allow_nan=False, allow_infinity=False),
).map(repr)


def _expressions(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operator = st.sampled_from(["+", "-", "*", "//", "and", "or", "<", "in", "is not", "@", "**"])
    return st.one_of(
        st.tuples(inner, operator, inner).map(lambda each: f"({each[0]} {each[1]} {each[2]})"),
        st.tuples(inner, inner).map(lambda each: f"[{each[0]}, {each[1]}]"),
        st.tuples(inner, inner).map(lambda each: f"{{({each[0]}): ({each[1]})}}"),
        st.tuples(NAMES, inner).map(lambda each: f"{each[0]}(k={each[1]})"),
        st.tuples(NAMES, inner).map(lambda each: f"{each[0]}[{each[1]}].x"),
        inner.map(lambda each: f"(lambda a: {each})"),
        inner.map(lambda each: f"(not {each})"),
        NAMES.map(lambda each: f"f'<{{{each}!r:>{{{each}}}}}>'"),
        st.tuples(inner, inner, inner).map(lambda each: f"({each[0]} if {each[1]} else {each[2]})"),
        st.tuples(inner, inner).map(lambda each: f"[{each[0]} for a in ({each[1]})]"),
    )


EXPRESSIONS = st.recursive(st.one_of(NAMES, CONSTANTS), _expressions, max_leaves=8)


def _statements(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    body = st.lists(inner, min_size=1, max_size=3).map("\n".join)
    indented = body.map(lambda text: textwrap.indent(text, "    ", lambda line: True))
    return st.one_of(
        st.tuples(EXPRESSIONS, indented).map(lambda each: f"if {each[0]}:\n{each[1]}"),
        st.tuples(NAMES, EXPRESSIONS, indented).map(
            lambda each: f"for {each[0]} in {each[1]}:\n{each[2]}"
        ),
        st.tuples(indented, indented).map(lambda each: f"try:\n{each[0]}\nfinally:\n{each[1]}"),
        st.tuples(NAMES, indented).map(lambda each: f"def {each[0]}(self, *, k=1):\n{each[1]}"),
        st.tuples(NAMES, indented).map(lambda each: f"class {each[0]}:\n{each[1]}"),
    )


LINES = st.one_of(
    st.tuples(NAMES, EXPRESSIONS).map(lambda each: f"{each[0]} = {each[1]}"),
    st.tuples(NAMES, EXPRESSIONS).map(lambda each: f"{each[0]} += {each[1]}"),
    EXPRESSIONS.map(lambda each: f"print({each})"),
    EXPRESSIONS.map(lambda each: f"assert {each}"),
)
MODULES = st.lists(st.recursive(LINES, _statements, max_leaves=5), min_size=1, max_size=4).map(
    "\n".join
)


@given(MODULES)
def test_writing_it_anew_changes_no_meaning(text: str) -> None:
    tree = parse(text)
    assert meaning([tree]) == meaning([parse(ast.unparse(tree))])


@given(MODULES, st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=5))
def test_comments_blank_lines_and_docstrings_change_no_meaning(text: str, words: str) -> None:
    lines: list[str] = []
    for line in text.split("\n"):
        indent = line[: len(line) - len(line.lstrip())]
        lines += [f"{indent}# {words}", "", f"{line}  # {words}"]
        if line.endswith(":"):
            lines.append(f"{indent}    {words!r}")
    assert meaning([parse(text)]) == meaning([parse("\n".join(lines))])


@given(MODULES, st.data())
def test_any_other_operator_constant_or_name_changes_the_meaning(
    text: str, data: st.DataObject
) -> None:
    tree = parse(text)
    before = meaning([tree])
    nodes = [node for node in ast.walk(tree) if _change(node, dry=True)]
    assume(nodes)
    _change(data.draw(st.sampled_from(nodes)))
    assert meaning([tree]) != before


def _change(node: ast.AST, *, dry: bool = False) -> bool:
    """Change a node, if it is one that can be; only say whether, if `dry`."""
    if isinstance(node, ast.BinOp):
        field, value = "op", ast.Sub() if not isinstance(node.op, ast.Sub) else ast.Add()
    elif isinstance(node, ast.BoolOp):
        field, value = "op", ast.Or() if isinstance(node.op, ast.And) else ast.And()
    elif isinstance(node, ast.Compare):
        field, value = "ops", [ast.NotEq()]
    elif isinstance(node, ast.Constant):
        field, value = "value", f"{node.value!r}!"
    elif isinstance(node, ast.Name):
        field, value = "id", f"{node.id}_"
    elif isinstance(node, ast.FunctionDef | ast.ClassDef):
        field, value = "name", f"{node.name}_"
    elif isinstance(node, ast.Attribute):
        field, value = "attr", f"{node.attr}_"
    else:
        return False
    if not dry:
        setattr(node, field, value)
    return True


def _hashes() -> str:
    """A program that prints the meaning of each function and class of some files as JSON."""
    return textwrap.dedent(
        """
        import ast, json, sys
        from mkdocs_decisions.symbols.meaning import meaning
        from mkdocs_decisions.symbols.table import parse
        told = {}
        for path in sys.argv[1:]:
            tree = parse(open(path, "rb").read())
            told[path] = meaning([tree])
            for node in tree.body:
                told[f"{path}:{node.lineno}"] = meaning([node])
        print(json.dumps(told))
        """
    )


def _interpreters() -> list[str]:
    found = []
    for version in ("3.11", "3.12", "3.13", "3.14"):
        path = shutil.which(f"python{version}")
        if path:
            tried = subprocess.run([path, "-c", ""], capture_output=True, check=False)
            found += [path] if tried.returncode == 0 else []
    return found


@pytest.mark.parametrize("python", _interpreters() or [sys.executable])
def test_the_meaning_is_the_same_under_every_python(python: str, tmp_path: Path) -> None:
    shutil.copytree(SOURCES, tmp_path / "src")
    shutil.copytree(HERE, tmp_path / "tests")
    files = sorted(map(str, tmp_path.rglob("*.py")))
    environment = {**os.environ, "PYTHONPATH": str(SOURCES)}
    told = []
    for each in (sys.executable, python):
        command = [each, "-c", _hashes(), *files]
        shown = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        told.append(json.loads(shown.stdout))
    assert told[0] == told[1]
    assert len(told[0]) > 100


def test_the_meaning_of_the_samples_is_what_every_python_told() -> None:
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    samples = SAMPLES.read_text(encoding="utf-8").split("\n---\n")
    assert [meaning([parse(each)]) for each in samples] == golden
