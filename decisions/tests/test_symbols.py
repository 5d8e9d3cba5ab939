"""A dotted name leads to the place where it is defined, or to the reason why it does not."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from memory_tree import MemoryTree, find, place, symbols

from mkdocs_decisions.cache import Cache
from mkdocs_decisions.symbols import NotStatic, SymbolNotFound, Symbols, Unreadable
from mkdocs_decisions.tree import Folder

KINDS = '''\
"""A module."""
import functools
LIMIT: int = 3
a, (b, *c) = 1, (2, 3)
declared: str

@functools.cache
def function():
    return 1

class Class(
    object,
):
    value = 1
    field: int
    def method(self):
        self.late = self.value
    class Inner:
        deep = 2
'''


@pytest.mark.parametrize(
    ("name", "line", "end", "kind"),
    [
        ("pkg", 1, 19, "package"),
        ("pkg.LIMIT", 3, 3, "variable"),
        ("pkg.a", 4, 4, "variable"),
        ("pkg.b", 4, 4, "variable"),
        ("pkg.c", 4, 4, "variable"),
        ("pkg.declared", 5, 5, "variable"),
        ("pkg.function", 7, 9, "function"),
        ("pkg.Class", 11, 19, "class"),
        ("pkg.Class.value", 14, 14, "attribute"),
        ("pkg.Class.field", 15, 15, "attribute"),
        ("pkg.Class.method", 16, 17, "method"),
        ("pkg.Class.late", 17, 17, "attribute"),
        ("pkg.Class.Inner", 18, 19, "class"),
        ("pkg.Class.Inner.deep", 19, 19, "attribute"),
    ],
)
def test_each_kind_is_found_with_its_lines(name: str, line: int, end: int, kind: str) -> None:
    assert place(KINDS, name) == (name, "pkg/__init__.py", line, end, kind)


def test_the_source_root_is_no_part_of_the_name() -> None:
    tree = {"src/pkg/__init__.py": "", "src/pkg/deep/mod.py": "x = 1\n"}
    found = symbols(tree, "src").find("pkg.deep.mod.x")
    assert found.path == "src/pkg/deep/mod.py"
    for root in ("src/", "./src"):
        assert symbols(tree, root).find("pkg.deep.mod.x") == found


def test_a_package_may_be_one_file_or_have_no_init_or_a_dotted_name() -> None:
    tree = MemoryTree({"one.py": "x = 1\n", "name/space/mod.py": "y = 2\n"})
    packages = Symbols(tree, {"one": ".", "name.space": ""}, Cache())
    assert packages.find("one.x").path == "one.py"
    assert packages.find("name.space").kind == "package"
    assert packages.find("name.space.mod.y").line == 1
    assert packages.source(packages.find("name.space")) == ""
    with pytest.raises(SymbolNotFound) as raised:
        packages.find("name.other")
    assert raised.value.missing == "name"


@pytest.mark.parametrize(
    "block",
    [
        "if a:\n    {}\nelse:\n    pass",
        "if a:\n    pass\nelif b:\n    {}",
        "try:\n    {}\nexcept E:\n    pass",
        "try:\n    pass\nexcept E:\n    {}",
        "try:\n    pass\nfinally:\n    {}",
        "with a:\n    {}",
        "for i in a:\n    {}",
        "while a:\n    {}",
        "match a:\n    case 1:\n        {}",
    ],
)
def test_names_below_a_block_are_found(block: str) -> None:
    for scope, indent in (("", ""), ("class C:\n", "    ")):
        text = scope + "".join(
            f"{indent}{line}\n" for line in block.format("def found(): ...").splitlines()
        )
        assert find(text, "pkg.C.found" if scope else "pkg.found").kind in ("function", "method")


@pytest.mark.parametrize(
    "statement",
    [
        "for x in (1, 2):\n    pass",
        "with open(f) as x:\n    pass",
        "print(x := 3)",
        "if (x := 3):\n    pass",
        "match a:\n    case [x, *_]:\n        pass",
        "match a:\n    case {'k': 1, **x}:\n        pass",
        "[y for y in (1, 2) if (x := y)]",
    ],
)
def test_every_statement_that_binds_a_name_defines_it(statement: str) -> None:
    assert place(statement, "pkg.x")[2] in (1, 2)


def test_an_endless_elif_chain_is_no_problem() -> None:
    text = "if a == 0:\n    x = 0\n" + "".join(
        f"elif a == {count}:\n    x{count} = 1\n" for count in range(1, 900)
    )
    assert find(text, "pkg.x899").kind == "variable"


def test_modules_that_import_everything_of_each_other_are_no_problem() -> None:
    web = "".join(f"from pkg.m{count} import *\n" for count in range(40))
    tree: dict[str, str | bytes] = {f"pkg/m{count}.py": web for count in range(40)}
    tree |= {"pkg/__init__.py": web, "pkg/m7.py": f"{web}x = 1\n"}
    assert find(tree, "pkg.x").name == "pkg.m7.x"
    with pytest.raises(SymbolNotFound):
        find(tree, "pkg.y")


def test_what_only_the_program_runs_is_not_defined() -> None:
    with pytest.raises(SymbolNotFound):
        find("if __name__ == '__main__':\n    x = 1\n", "pkg.x")


def test_a_deleted_name_is_not_there_unless_the_deletion_may_not_happen() -> None:
    with pytest.raises(SymbolNotFound):
        find("x = 1\ndel x\n", "pkg.x")
    assert find("x = 1\nif a:\n    del x\n", "pkg.x").line == 1


def test_the_last_definition_counts_and_all_are_parts() -> None:
    found = find("if a:\n    def f(): return 1\nelse:\n    def f(): return 2\n", "pkg.f")
    assert (found.line, found.end_line) == (4, 4)
    assert found.parts == ((2, 2), (4, 4))


def test_a_definition_wins_over_an_import_before_it_and_the_other_way_round() -> None:
    fallback = "try:\n    from pkg.fast import f\nexcept ImportError:\n    def f(): ...\n"
    tree = {"pkg/__init__.py": fallback, "pkg/fast.py": "def f(): ...\n"}
    assert find(tree, "pkg.f").name == "pkg.f"
    assert find(tree, "pkg.f").parts == ((4, 4),)
    tree["pkg/__init__.py"] = "f = None\nfrom pkg.fast import f\n"
    assert find(tree, "pkg.f").name == "pkg.fast.f"


def test_a_property_and_its_setter_are_one_symbol() -> None:
    text = """\
    class C:
        @property
        def value(self):
            return 1

        def between(self): ...

        @value.setter
        def value(self, value):
            pass
    """
    tree = symbols(text)
    found = tree.find("pkg.C.value")
    assert (found.line, found.end_line, found.kind) == (2, 10, "method")
    assert found.parts == ((2, 4), (8, 10))
    assert "between" not in tree.source(found)
    assert tree.source(found).count("def value") == 2


OVERLOADS = """\
from typing import overload
@overload
def f(a: int) -> int: ...
@overload
def f(a: str) -> str: ...
def f(a): return a
"""


def test_of_overloads_the_implementation_counts() -> None:
    assert place(OVERLOADS, "pkg.f")[2:4] == (6, 6)
    assert find(OVERLOADS, "pkg.f").parts == ((6, 6),)
    stub = OVERLOADS.replace("def f(a): return a\n", "")
    assert find(stub, "pkg.f").parts == ((2, 3), (4, 5))


def test_an_addition_to_a_list_is_a_part_of_it() -> None:
    text = "names = ['a']\nnames += ['b']\nnames.extend(['c'])\nnames[0] = 'd'\n"
    found = find(text, "pkg.names")
    assert (found.line, found.end_line) == (1, 4)
    assert len(found.parts) == 4


def test_members_of_enums_and_dataclasses_are_attributes() -> None:
    text = """\
    import dataclasses, enum
    class Colour(enum.Enum):
        RED = enum.auto()
    @dataclasses.dataclass(frozen=True)
    class Point:
        x: int
    """
    assert find(text, "pkg.Colour.RED").kind == "attribute"
    assert find(text, "pkg.Point.x").kind == "attribute"
    with pytest.raises(SymbolNotFound) as raised:
        find(text, "pkg.Colour.RAD")
    assert raised.value.near == "pkg.Colour.RED"
    with pytest.raises(SymbolNotFound):
        find(text, "pkg.Point.y")


@pytest.mark.parametrize(
    ("text", "name", "why"),
    [
        ("def __getattr__(name): ...", "x", "has a __getattr__"),
        ("globals()['x'] = 1", "x", r"globals\(\)"),
        ("globals().update(a)", "x", r"globals\(\)"),
        ("import sys\nsetattr(sys.modules[__name__], n, 1)", "x", r"setattr\(\) in line 2"),
        ("exec(code)", "x", "exec"),
        ("__path__.append('elsewhere')", "x", "__path__"),
        ("class C(unknown): ...", "C.x", "inherited from unknown"),
        ("import a\nclass C(a.B): ...", "C.x", r"inherited from a\.B"),
        ("class C(make()): ...", "C.x", "inherited from make"),
        ("@register\nclass C: ...", "C.x", "decorated by @register"),
        ("class C(metaclass=Meta): ...", "C.x", "made by Meta"),
        ("class C:\n    def __getattr__(self, name): ...", "C.x", "has a __getattr__"),
        ("class C:\n    def f(self): setattr(self, a, 1)", "C.x", "setattr"),
        ("class C: ...\nsetattr(C, n, 1)", "C.x", "setattr"),
        ("class C:\n    def f(self): self.__dict__.update(a)", "C.x", "__dict__"),
        ("class C(dict): ...", "C.update", "inherited from dict"),
        ("import enum\nclass C(enum.Enum): ...", "C.name", r"inherited from enum\.Enum"),
        ("import typing\nclass C(typing.NamedTuple): ...", "C._replace", "NamedTuple"),
        ("x = make()", "x.y", "is a value"),
        ("@wraps(f)\ndef g(): ...", "g.y", "decorated by @wraps"),
    ],
)
def test_what_may_be_made_at_run_time_is_not_called_missing(text: str, name: str, why: str) -> None:
    with pytest.raises(NotStatic, match=why):
        find(text, f"pkg.{name}")


@pytest.mark.parametrize(
    ("text", "name", "missing"),
    [
        ("print(globals()['y'])", "x", "x"),
        ("class C(dict): ...", "C.x", "x"),
        ("class C(Exception): ...", "C.x", "x"),
        ("from abc import ABC\nclass C(ABC): ...", "C.x", "x"),
        ("import typing as t\nclass C(t.Protocol[int]): ...", "C.x", "x"),
        ("class C: ...\nsetattr(C, 'y', 1)", "C.x", "x"),
        ("class C:\n    def f(self): setattr(self, 'y', 1)", "C.x", "x"),
        ("@final\nclass C: ...", "C.x", "x"),
        ("def f():\n    x = 1", "x", "x"),
        ("def f():\n    x = 1", "f.x", "x"),
        ("class C:\n    @staticmethod\n    def f(a): a.x = 1", "C.x", "x"),
        ("class C:\n    def f(self): self.a.x = 1", "C.x", "x"),
    ],
)
def test_what_nothing_makes_is_missing(text: str, name: str, missing: str) -> None:
    with pytest.raises(SymbolNotFound) as raised:
        find(text, f"pkg.{name}")
    assert raised.value.missing == missing


def test_attributes_that_are_set_from_outside_or_late_are_found() -> None:
    text = """\
    class C: ...
    C.added = 1
    def f(): ...
    f.note = 2
    def start():
        global late
        late = 3
    """
    assert place(text, "pkg.C.added")[2] == 2
    assert place(text, "pkg.f.note")[2] == 4
    assert place(text, "pkg.late")[2] == 7


@pytest.mark.parametrize(
    "name", ["", ".", "pkg.", "pkg..x", "pkg/x", "pkg x", "pkg.\nx", "1", "é-"]
)
def test_what_is_no_dotted_name_is_not_found(name: str) -> None:
    with pytest.raises(SymbolNotFound):
        find("x = 1\n", name)


def test_a_name_of_a_thousand_parts_is_not_found() -> None:
    with pytest.raises(SymbolNotFound):
        find("x = 1\n", "pkg" + ".x" * 100_000)


def test_the_nearest_package_is_offered_with_the_rest_of_the_name() -> None:
    with pytest.raises(SymbolNotFound) as raised:
        find("x = 1\n", "pgk.x")
    error = raised.value
    assert (error.missing, error.where, error.near) == ("pgk", "", "pkg.x")
    assert "configuration" in error.message


def test_a_package_that_has_no_files_is_named() -> None:
    with pytest.raises(SymbolNotFound) as raised:
        symbols({}, "src").find("pkg.x")
    assert (raised.value.missing, raised.value.where) == ("pkg", "src")


def test_a_compiled_module_can_not_be_told_and_its_stub_can() -> None:
    tree: dict[str, str | bytes] = {
        "pkg/__init__.py": "",
        "pkg/fast.cpython-312-x86_64-linux-gnu.so": b"\x7fELF\0",
    }
    assert find(tree, "pkg.fast").kind == "module"
    with pytest.raises(NotStatic, match="compiled"):
        find(tree, "pkg.fast.f")
    tree["pkg/fast.pyi"] = "def f() -> None: ...\n"
    assert find(tree, "pkg.fast.f").path == "pkg/fast.pyi"


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"x = 1\ndef f(:\n", 2),
        (b"x = 1\0\n", 1),
        (b"x = '\xff'\n", 1),
        (b"# coding: klingon\nx = 1\n", 1),
        (b"x = " + b"(" * 5000 + b")" * 5000, 1),
        (b"x = " + b"-" * 100_000 + b"1", 1),
    ],
    ids=["syntax", "null", "encoding", "unknown encoding", "deep", "very deep"],
)
def test_a_file_that_is_no_python_is_named_with_the_line(data: bytes, line: int) -> None:
    tree = symbols({"pkg/__init__.py": "from pkg.bad import x\n", "pkg/bad.py": data})
    for name in ("pkg.x", "pkg.bad.y", "pkg.bad"):
        with pytest.raises(Unreadable) as raised:
            tree.find(name)
        assert raised.value.path == "pkg/bad.py"
        assert raised.value.why
        assert f"pkg/bad.py:{raised.value.line}" in raised.value.message
    assert raised.value.line == line or sys.version_info < (3, 12)
    assert [each.path for each in tree.unreadable()] == ["pkg/bad.py"]
    assert tree.build_all() == 1


def test_a_file_that_can_not_be_opened_is_named(tmp_path: Path) -> None:
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "__init__.py").write_text("", encoding="utf-8")
    (tmp_path / "pkg" / "out.py").symlink_to("/etc/hostname")
    (tmp_path / "pkg" / "gone.py").symlink_to("nowhere.py")
    tree = Symbols(Folder(tmp_path), {"pkg": "."}, Cache())
    for name in ("out", "gone"):
        with pytest.raises(Unreadable):
            tree.find(f"pkg.{name}.x")


def test_warnings_of_the_parser_are_not_shown() -> None:
    assert find("x = '\\d'\ny = 1 is 1\n", "pkg.y").line == 2


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_the_source_is_the_exact_text_of_its_lines(newline: str) -> None:
    text = newline.join(
        ["# é", "\ufeff"[:0] + "x = 'a\\f'", "@d", "def f():", "    return 'é\x0c'"]
    )
    tree = symbols({"pkg/__init__.py": text.encode()})
    found = tree.find("pkg.f")
    assert tree.source(found) == newline.join(["@d", "def f():", "    return 'é\x0c'"])
    start, end = tree.span(found)
    assert tree.text(found.path)[start:end] == tree.source(found)
    assert tree.spans(found) == [(start, end)]
    assert tree.source(tree.find("pkg.x")) == f"x = 'a\\f'{newline}"
    assert tree.source(tree.find("pkg")) == text


def test_the_encoding_that_a_file_names_is_used() -> None:
    data = "# coding: latin-1\nname = 'é'\n".encode("latin-1")
    tree = symbols({"pkg/__init__.py": data, "pkg/bom.py": b"\xef\xbb\xbfx = 1\n"})
    assert tree.source(tree.find("pkg.name")) == "name = 'é'\n"
    assert tree.source(tree.find("pkg.bom.x")) == "x = 1\n"


def test_at_tells_the_innermost_definition_around_a_line() -> None:
    tree = symbols(KINDS)
    names = {
        line: found.name for line in range(1, 20) if (found := tree.at("pkg/__init__.py", line))
    }
    assert names[1] == "pkg"
    assert names[2] == names[6] == "pkg"
    assert names[7] == names[9] == "pkg.function"
    assert names[12] == "pkg.Class"
    assert names[17] == "pkg.Class.method"
    assert names[19] == "pkg.Class.Inner.deep"
    assert tree.at("pkg/__init__.py", 0) is None
    assert tree.at("pkg/__init__.py", 20) is None
    assert tree.at("setup.py", 1) is None


def test_every_symbol_of_a_table_is_found_under_its_name() -> None:
    tree = symbols(KINDS)
    for qual in tree.table("pkg/__init__.py")["names"]:
        assert tree.find(f"pkg.{qual}").asked == f"pkg.{qual}"


def test_modules_and_public_symbols_are_listed() -> None:
    tree = symbols(
        {
            "pkg/__init__.py": "from pkg.a import f, _h\n__all__ = ['f', '_h', 'gone']\n",
            "pkg/a.py": "import os\ndef f(): ...\ndef _h(): ...\nclass C:\n    x = _y = 1\n",
            "pkg/bad.py": "(",
        }
    )
    assert [each.name for each in tree.modules()] == ["pkg", "pkg.a"]
    assert [each.name for each in tree.public("pkg")] == ["pkg.a.f", "pkg.a._h"]
    assert [each.name for each in tree.public("pkg.a")] == ["pkg.a.f", "pkg.a.C"]
    assert [each.name for each in tree.public("pkg.a.C")] == ["pkg.a.C.x"]
    assert tree.is_public("pkg.a.C.__init__")
    assert not tree.is_public("pkg._a.C")


def test_what_is_remembered_says_the_same(tmp_path: Path) -> None:
    tree = MemoryTree({"pkg/__init__.py": KINDS})
    names = [f"pkg.{each}" for each in ("Class", "Class.late", "c", "function", "Class.Inner.deep")]
    told = []
    for _ in range(2):
        cache = Cache(tmp_path)
        known = Symbols(tree, {"pkg": ""}, cache)
        told.append([(each := known.find(name), known.meaning(each)) for name in names])
        cache.save()
    assert told[0] == told[1]
    assert list(tmp_path.glob("symbols*.json"))
