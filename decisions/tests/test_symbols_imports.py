"""A name is followed through imports, stars and base classes to where it is defined."""

from __future__ import annotations

import pytest
from memory_tree import find, symbols

from mkdocs_decisions.symbols import NotStatic, SymbolNotFound


def test_imports_lead_to_the_definition() -> None:
    tree = {
        "pkg/__init__.py": "from .a import y as z\nfrom . import a\nimport pkg.sub.deep as d\n",
        "pkg/a.py": "from .sub.deep import x as y\n",
        "pkg/sub/__init__.py": "from ..a import y\n",
        "pkg/sub/deep.py": "from .. import a\nclass x:\n    m = 1\n",
    }
    for name in ("pkg.z", "pkg.a.y", "pkg.sub.y", "pkg.d.x", "pkg.sub.deep.a.y"):
        found = find(tree, name)
        assert (found.name, found.asked, found.is_alias) == ("pkg.sub.deep.x", name, True)
    assert find(tree, "pkg.z.m").name == "pkg.sub.deep.x.m"
    assert not find(tree, "pkg.sub.deep.x").is_alias


def test_an_import_for_type_checkers_only_leads_on_even_if_names_are_made_at_run_time() -> None:
    tree = {
        "pkg/__init__.py": """\
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            from pkg.a import known
        def __getattr__(name): ...
        """,
        "pkg/a.py": "known = other = 1\n",
    }
    assert find(tree, "pkg.known").name == "pkg.a.known"
    with pytest.raises(NotStatic, match="__getattr__"):
        find(tree, "pkg.other")


def test_an_import_from_outside_is_an_alias_that_ends_here() -> None:
    found = find("import numpy as np\n", "pkg.np")
    assert (found.name, found.kind, found.is_alias) == ("pkg.np", "variable", True)
    with pytest.raises(NotStatic, match="numpy is outside of the packages"):
        find("import numpy as np\n", "pkg.np.array")


def test_imports_in_a_circle_end() -> None:
    tree = {
        "pkg/__init__.py": "from pkg.a import *\n",
        "pkg/a.py": "from pkg.b import x\nfrom pkg import *\n",
        "pkg/b.py": "from pkg.a import x\n",
    }
    for name in ("pkg.a.x", "pkg.b.x", "pkg.x"):
        with pytest.raises(NotStatic, match="circle"):
            find(tree, name)
    with pytest.raises(SymbolNotFound):
        find(tree, "pkg.absent")


def test_classes_that_inherit_in_a_circle_end() -> None:
    with pytest.raises(SymbolNotFound):
        find("class A(B): ...\nclass B(A): ...\n", "pkg.A.m")
    with pytest.raises(NotStatic, match="defined by itself"):
        find("a = b\nb = a\n", "pkg.a.m")
    with pytest.raises(NotStatic):
        find("a = b\nb = a\nclass C(a): ...\n", "pkg.C.m")


@pytest.mark.parametrize(("length", "ends"), [(40, False), (60, True)])
def test_a_chain_of_imports_is_followed_so_far(length: int, ends: bool) -> None:
    tree: dict[str, str | bytes] = {
        f"pkg/m{count}.py": f"from pkg.m{count + 1} import x\n" for count in range(length)
    }
    tree[f"pkg/m{length}.py"] = "x = 1\n"
    if ends:
        with pytest.raises(NotStatic, match="too long"):
            find(tree, "pkg.m0.x")
    else:
        assert find(tree, "pkg.m0.x").name == f"pkg.m{length}.x"


def test_a_chain_of_a_thousand_imports_ends() -> None:
    tree: dict[str, str | bytes] = {
        f"pkg/m{count}.py": f"from pkg.m{count + 1} import x\n" for count in range(1000)
    }
    with pytest.raises(NotStatic, match="too long"):
        find(tree | {"pkg/m1000.py": "x = 1\n"}, "pkg.m0.x")


def test_an_import_of_what_is_not_there_names_the_file_where_it_is_missing() -> None:
    tree = {"pkg/__init__.py": "from pkg.a import funktion\n", "pkg/a.py": "def function(): ...\n"}
    with pytest.raises(SymbolNotFound) as raised:
        find(tree, "pkg.funktion")
    error = raised.value
    assert (error.missing, error.where, error.near) == ("funktion", "pkg/a.py", "pkg.a.function")
    assert error.name == "pkg.funktion"


def test_an_import_from_above_the_package_is_told() -> None:
    with pytest.raises(NotStatic, match="above"):
        find("from ...x import y\n", "pkg.y")


def test_a_submodule_is_found_beside_a_name_of_its_own() -> None:
    tree = {
        "pkg/__init__.py": "from pkg.tool import tool\n",
        "pkg/tool.py": "def tool(): ...\nother = 1\n",
    }
    assert find(tree, "pkg.tool").kind == "function"
    assert [each.kind for each in symbols(tree).modules()] == ["package", "module"]
    found = symbols(tree).at("pkg/tool.py", 2)
    assert found is not None
    assert found.name == "pkg.tool.other"
    assert find(tree, "pkg.tool.other").name == "pkg.tool.other"


@pytest.mark.parametrize(
    ("exports", "name", "there"),
    [
        ("", "public", True),
        ("", "_private", False),
        ("__all__ = ['_private']\n", "_private", True),
        ("__all__ = ['_private']\n", "public", False),
        ("__all__ = []\n__all__ += ['public']\n", "public", True),
        ("__all__ = []\n__all__.append('public')\n", "public", True),
        ("__all__ = ('public',)\n__all__ = ()\n", "public", False),
    ],
)
def test_a_star_brings_what_the_module_exports(exports: str, name: str, there: bool) -> None:
    tree = {
        "pkg/__init__.py": "from .a import *\n",
        "pkg/a.py": exports + "public = 1\n_private = 2\n",
    }
    if there:
        assert find(tree, f"pkg.{name}").name == f"pkg.a.{name}"
    else:
        with pytest.raises(SymbolNotFound):
            find(tree, f"pkg.{name}")


def test_a_later_star_wins_and_an_own_name_wins_over_both() -> None:
    tree = {
        "pkg/__init__.py": "from .a import *\nfrom .b import *\nz = 0\n",
        "pkg/a.py": "x = y = z = 1\n",
        "pkg/b.py": "x = z = 2\n",
    }
    names = [find(tree, f"pkg.{each}").name for each in "xyz"]
    assert names == ["pkg.b.x", "pkg.a.y", "pkg.z"]


def test_a_star_whose_names_are_made_at_run_time_can_not_be_told() -> None:
    tree = {
        "pkg/__init__.py": "from .a import *\n",
        "pkg/a.py": "__all__ = [name for name in dir()]\nx = 1\n",
    }
    with pytest.raises(NotStatic, match="__all__ is made at run time"):
        find(tree, "pkg.x")
    with pytest.raises(NotStatic, match=r"imports \* from os"):
        find("from os import *\n", "pkg.path")


def test_inherited_members_are_found_where_they_are_defined() -> None:
    tree = {
        "pkg/__init__.py": """\
        from pkg.base import Base as B, Generic
        class Mixin:
            both = 1
        Alias = B
        class C(Mixin, Alias[int]):
            own = 1
        """,
        "pkg/base.py": """\
        class Root:
            both = root = 0
            def __init__(self):
                self.made = 1
        class Base(Root):
            both = 2
            def method(self): ...
        Generic = object
        """,
    }
    names = [find(tree, f"pkg.C.{each}").name for each in ("own", "both", "root", "method", "made")]
    assert names == [
        "pkg.C.own",
        "pkg.Mixin.both",
        "pkg.base.Root.root",
        "pkg.base.Base.method",
        "pkg.base.Root.made",
    ]
    with pytest.raises(SymbolNotFound) as raised:
        find(tree, "pkg.C.methode")
    assert raised.value.near == "pkg.C.method"


def test_the_diamond_is_asked_in_the_order_of_python() -> None:
    text = "class A: m = 1\nclass B(A): ...\nclass C(A): m = 2\nclass D(B, C): ...\n"
    assert find(text, "pkg.D.m").name == "pkg.C.m"
