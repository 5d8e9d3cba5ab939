"""Where a symbol went, and what of its own module it uses."""

from __future__ import annotations

import textwrap

import pytest
from memory_tree import MemoryTree

from mkdocs_decisions.cache import Cache
from mkdocs_decisions.symbols import Move, Symbols, moved, moved_within

LONG = """
    if a > b:
        return a * b + sum(x for x in range(a) if x % b)
    return a - b
"""
METHOD = f"    def m(self, a, b):{textwrap.indent(LONG, '    ')}"
A = f"def f(a, b):{LONG}\nclass C:\n{METHOD}\n    x = 1\n"


def symbols(**files: str) -> Symbols:
    tree = {f"pkg/{name.replace('__', '/')}.py": text for name, text in files.items()}
    tree["pkg/__init__.py"] = files.get("init", "")
    return Symbols(MemoryTree(dict(tree)), {"pkg": ""}, Cache())


def where(name: str, base: Symbols, head: Symbols) -> list[tuple[str, str, bool]]:
    return [(each.name, each.how, each.exact) for each in moved(name, base, head)]


def test_what_is_still_there_went_nowhere() -> None:
    assert where("pkg.a.f", symbols(a=A), symbols(a=A)) == []


def test_an_import_left_behind_leads_to_it() -> None:
    head = symbols(a="from pkg.b import f\n", b=A.replace("a - b", "b - a"))
    assert where("pkg.a.f", symbols(a=A), head) == [("pkg.b.f", "alias", True)]


def test_another_name_that_it_had_leads_to_it() -> None:
    base = symbols(init="from pkg.a import f\n", a=A)
    head = symbols(init="from pkg.b import f\n", b=A.replace("a - b", "b - a"))
    assert where("pkg.a.f", base, head)[0] == ("pkg.b.f", "alias", True)


def test_names_that_lead_to_different_places_are_no_answer() -> None:
    base = symbols(init="from pkg.a import f\n", a=A, c="from pkg.a import f\n")
    changed = A.replace("a - b", "b - a")
    head = symbols(init="from pkg.b import f\n", b=changed, c=changed.replace("a * b", "a"))
    assert not any(exact for _, _, exact in where("pkg.a.f", base, head))


def test_the_same_body_elsewhere_is_it() -> None:
    head = symbols(b="import os\n\n" + A.replace("return a - b", "return (a-b)  # why"))
    assert where("pkg.a.f", symbols(a=A), head) == [("pkg.b.f", "same body", True)]
    assert where("pkg.a.C.m", symbols(a=A), head)[0] == ("pkg.b.C.m", "same body", True)
    assert where("pkg.a.C.x", symbols(a=A), head)[0] == ("pkg.b.C.x", "same body", True)


def test_the_same_body_twice_is_no_answer() -> None:
    head = symbols(b=A, c=A)
    assert where("pkg.a.f", symbols(a=A), head) == [
        ("pkg.b.f", "same body", False),
        ("pkg.c.f", "same body", False),
    ]


def test_a_body_that_was_there_before_is_not_it() -> None:
    assert where("pkg.a.f", symbols(a=A, b=A), symbols(b=A)) == []


def test_a_body_of_next_to_nothing_is_no_answer() -> None:
    head = symbols(b="def f(): pass\n", c="y = None\n")
    assert where("pkg.a.f", symbols(a="def f(): pass\n"), head) == [("pkg.b.f", "same body", False)]
    assert where("pkg.a.x", symbols(a="x = None\n"), head) == [("pkg.c.y", "renamed", False)]


def test_a_new_name_is_found_by_the_body() -> None:
    head = symbols(a=A.replace("def f", "def g").replace("class C", "class D"))
    assert where("pkg.a.f", symbols(a=A), head) == [("pkg.a.g", "renamed", True)]
    assert where("pkg.a.C", symbols(a=A), head) == [("pkg.a.D", "renamed", True)]
    assert where("pkg.a.C.m", symbols(a=A), head)[0] == ("pkg.a.D.m", "same body", True)


def test_a_function_that_calls_itself_is_found_by_its_new_name() -> None:
    text = "def f(a, b):\n    return f(a - 1, b + 1) if a else [b, b * 2, b * 3]\n"
    head = symbols(a=text.replace("f(", "g("))
    assert where("pkg.a.f", symbols(a=text), head) == [("pkg.a.g", "renamed", True)]


def test_a_module_is_found_by_its_contents() -> None:
    assert where("pkg.a", symbols(a=A), symbols(sub__b=A)) == [("pkg.sub.b", "renamed", True)]
    head = symbols(sub__b=A)
    assert where("pkg.a.f", symbols(a=A), head)[0][0] == "pkg.sub.b.f"


def test_what_also_changed_is_offered_but_not_exact() -> None:
    head = symbols(b=A.replace("a - b", "a - b - 1"))
    assert where("pkg.a.f", symbols(a=A), head) == [("pkg.b.f", "same name", False)]
    other = symbols(b="def f(): yield\nclass C: ...\n")
    assert where("pkg.a.f", symbols(a=A), other) == []


def test_without_a_past_only_an_import_or_the_one_definition_of_the_name_is_offered() -> None:
    head = symbols(init="from pkg.b import f\n", b=A, c="class E:\n    def m(self): ...\n")
    assert moved_within("pkg.f", head) == [Move("pkg.b.f", "alias", exact=True)]
    assert moved_within("pkg.a.f", head) == [Move("pkg.b.f", "same name", exact=False)]
    assert moved_within("pkg.a.C.m", head) == [Move("pkg.b.C.m", "same name", exact=False)]
    assert moved_within("pkg.a.Z.m", head) == []
    assert moved_within("pkg.a.nothing", head) == []
    assert moved_within("pkg.b.f", head) == []
    assert moved("pkg.a.f", symbols(), head) == moved_within("pkg.a.f", head)


def test_a_file_that_can_not_be_parsed_is_passed_over() -> None:
    assert where("pkg.a.f", symbols(a=A, bad="("), symbols(b=A, bad="(("))[0][0] == "pkg.b.f"
    assert where("pkg.bad.f", symbols(bad="("), symbols(b=A))[0][0] == "pkg.b.f"


NEAR = """
from pkg.other import elsewhere

LIMIT = 3

def public(a, parameter=None):
    parameter()
    elsewhere()
    def nested(): return deep()
    return _direct(a) + LIMIT

def _direct(a):
    return [_second for a in _third(a)] or public

def _second(): ...
def _third(a): ...
def deep(): return _Class.make()
def parameter(): ...
def unused(): return public

class _Class:
    def make(self): return self._part()
    def _part(self): ...
    def other(self): ...

class Child(_Class):
    @_decorator
    def run(self):
        super().other()
        return self._part(), renamed()
    value = _third(1)

def _decorator(f): return f
renamed = _second
"""


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("public", "_direct _second _third deep _Class.make _Class._part"),
        ("_direct", "_second _third public deep _Class.make _Class._part"),
        ("_second", ""),
        ("_Class.make", "_Class._part"),
        ("_Class", ""),
        ("Child.run", "_Class.other _Class._part _second _decorator"),
        ("Child", "_Class _Class.other _Class._part _second _third _decorator"),
        ("LIMIT", ""),
    ],
)
def test_what_a_symbol_uses_of_its_module_is_near(name: str, near: str) -> None:
    tree = symbols(a=NEAR, other="def elsewhere(): ...\n")
    told = tree.callees(tree.find(f"pkg.a.{name}"))
    assert told == {f"pkg.a.{each}" for each in near.split()}


def test_nothing_is_near_a_module() -> None:
    tree = symbols(a=NEAR)
    assert tree.callees(tree.find("pkg.a")) == set()


def test_what_modules_of_the_same_text_use_is_their_own() -> None:
    text = "def f(): return g()\ndef g(): return 1\n"
    tree = symbols(a=text, b=text)

    assert tree.callees(tree.find("pkg.a.f")) == {"pkg.a.g"}
    assert tree.callees(tree.find("pkg.b.f")) == {"pkg.b.g"}
