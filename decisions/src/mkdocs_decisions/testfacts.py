"""What can be told of one test from its syntax tree: what it asserts, and whether it is skipped."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mkdocs_decisions.symbols.meaning import meaning
from mkdocs_decisions.symbols.table import Definition, counting, dotted, names_below

SKIPS = {"skip", "skipif", "xfail", "skipIf", "skipUnless", "expectedFailure"}
"""Last names of decorators that keep a test from running, or from counting when it fails."""
EXPECTS = {"raises", "warns", "deprecated_call", "fail"}
"""Functions of pytest that fail a test."""
_PREPARES = {"setup_module", "setup_function", "setup_class", "setup_method"}
_PREPARES |= {"setUpModule", "setUpClass", "setUp", "asyncSetUp"}
"""Functions that run before a test without being named by it."""
_LISTS = (ast.List, ast.Tuple)
_FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)

Found = dict[str, list[Definition]]


@dataclass(frozen=True, slots=True)
class Scope:
    """A module or class that a test lies in: its node, what its file defines, its name there."""

    node: ast.AST
    found: Found
    qual: str


@dataclass(frozen=True, slots=True)
class Facts:
    """See `testmap.Test`."""

    skipped: str | None
    assertions: int
    meaning: str
    helpers: tuple[tuple[str, str], ...]


def facts(function: Any, found: Found, qual: str, scopes: Sequence[Scope]) -> Facts:
    """What is told of a test.

    Args:
        function: Its node.
        found: What its file defines.
        qual: Its name in that file.
        scopes: The module and the classes that it lies in, or that those inherit from.
    """
    owner = qual.rpartition(".")[0]
    helpers = _helpers([(function, owner)], found)
    helpers.pop(qual, None)
    asserting = [each for (each, *_) in helpers.values() if isinstance(each, _FUNCTION)]
    assertions = _count(_reached(function), found)
    assertions += sum(_count(_reached(node), found) > 0 for node in asserting)
    around = {name: nodes for each in scopes for name, nodes in _around(each, found)}
    seeds = [(node, name.rpartition(".")[0]) for name, nodes in around.items() for node in nodes]
    helpers = {**_helpers(seeds, found), **around, **helpers}
    digests = tuple((name, meaning(nodes)) for name, nodes in sorted(helpers.items()))
    return Facts(_skipped(function, found, scopes), assertions, meaning([function]), digests)


def _helpers(waiting: list[tuple[Any, str]], found: Found) -> dict[str, list[ast.AST]]:
    """What some nodes use of their file at any depth, imports aside: functions, classes, values.

    Args:
        waiting: The nodes, each with the name of the class that it lies in.
        found: What the file defines.
    """
    helpers: dict[str, list[ast.AST]] = {}
    while waiting:
        node, scope = waiting.pop()
        for name in _used(node, scope):
            nodes = _nodes(found.get(name))
            if nodes and name not in helpers:
                helpers[name] = nodes
                waiting += [(each, name.rpartition(".")[0]) for each in nodes]
    return helpers


def _nodes(group: list[Definition] | None) -> list[ast.AST]:
    """What a name stands for: the last function or class, or all that makes up a value."""
    if not group or group[-1].kind == "alias":
        return []
    counted = counting(group)
    if counted[-1].kind in ("variable", "attribute"):
        return [node for each in counted for node in each.nodes]
    return [counted[-1].node]


def _around(scope: Scope, found: Found) -> Iterator[tuple[str, list[ast.AST]]]:
    """What has an effect on every test of a module or class: its marks, and what prepares."""
    if scope.found is not found:
        return
    marks = [*getattr(scope.node, "decorator_list", ()), *_pytestmark(scope)]
    if marks:
        yield f"{scope.qual}@", marks
    for name in names_below(found, scope.qual):
        full = f"{scope.qual}.{name}" if scope.qual else name
        node = found[full][-1].node
        if isinstance(node, _FUNCTION) and (name in _PREPARES or _is_automatic(node)):
            yield full, [node]


def _is_automatic(function: Any) -> bool:
    """Whether a function is a fixture that every test of its scope gets."""
    return any(
        isinstance(each, ast.Call)
        and dotted(each).rpartition(".")[2] == "fixture"
        and any(one.arg == "autouse" for one in each.keywords)
        for each in function.decorator_list
    )


def _used(node: Any, owner: str) -> Iterator[str]:
    names = []
    if isinstance(node, _FUNCTION):
        arguments = node.args
        names = [each.arg for each in [*arguments.posonlyargs, *arguments.args]]
        names += [each.arg for each in arguments.kwonlyargs]
        names += _fixture_names(node)
    own = names[0] if owner and names else ""
    for name in names:
        yield f"{owner}.{name}" if owner else name
        yield name
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            yield each.id
        elif isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name):
            yield f"{owner if each.value.id in (own, 'cls') else each.value.id}.{each.attr}"


def _fixture_names(function: Any) -> list[str]:
    """The arguments of `usefixtures`."""
    return [
        argument.value
        for each in function.decorator_list
        if isinstance(each, ast.Call) and dotted(each).endswith("usefixtures")
        for argument in each.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]


def _reached(function: Any) -> list[ast.AST]:
    """The statements of a function up to the first one that always leaves it."""
    reached: list[ast.AST] = []
    for node in function.body:
        reached.append(node)
        if isinstance(node, ast.Return | ast.Raise) or _leaving_call(node):
            break
    return reached


def _leaving_call(node: ast.AST) -> str:
    """The text of a statement that skips the test; empty if it is none."""
    call: Any = node.value if isinstance(node, ast.Expr) else None
    if isinstance(call, ast.Call):
        first, _, last = dotted(call.func).rpartition(".")
        if (last in ("skip", "xfail") and first in ("pytest", "")) or last == "skipTest":
            return ast.unparse(call)
    error = node.exc if isinstance(node, ast.Raise) else None
    if error is not None and dotted(error).rpartition(".")[2] == "SkipTest":
        return ast.unparse(error)
    return ""


def _count(nodes: Sequence[ast.AST], found: Found) -> int:
    return sum(_asserts(node, found) for root in nodes for node in ast.walk(root))


def _asserts(node: ast.AST, found: Found) -> bool:
    if isinstance(node, ast.Assert):
        return not _always_true(node.test)
    if isinstance(node, ast.Raise):
        return node.exc is not None and dotted(node.exc) == "AssertionError"
    if not isinstance(node, ast.Call):
        return False
    func = node.func
    last = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
    if last in found and isinstance(func, ast.Name) and found[last][-1].kind != "alias":
        return False
    if last.startswith("assert"):
        return True
    if last not in EXPECTS:
        return False
    if isinstance(func, ast.Attribute):
        return dotted(func.value) in ("pytest", "self")
    return last in found and found[last][-1].target.startswith("pytest:")


def _always_true(test: ast.expr) -> bool:
    if isinstance(test, ast.Constant):
        return bool(test.value)
    return isinstance(test, ast.Tuple) and bool(test.elts)


def _skipped(function: Any, found: Found, scopes: Sequence[Scope]) -> str | None:
    """What keeps a test from counting, the nearest first."""
    for node in function.decorator_list:
        if text := _skip_mark(node, found):
            return text
    for node in function.body:
        if not isinstance(node, ast.Pass) and not _is_docstring(node):
            if text := _leaving_call(node):
                return text
            break
    for scope in reversed(scopes):
        for mark in [*getattr(scope.node, "decorator_list", ()), *_pytestmark(scope)]:
            if text := _skip_mark(mark, scope.found):
                return text
    for node in getattr(scopes[0].node, "body", ()):
        if text := _leaving_call(node):
            return text
    return None


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _pytestmark(scope: Scope) -> Iterator[ast.expr]:
    """The marks that a module or class gives to all its tests."""
    name = f"{scope.qual}.pytestmark" if scope.qual else "pytestmark"
    for each in scope.found.get(name, ()):
        value = getattr(each.node, "value", None)
        if isinstance(value, _LISTS):
            yield from value.elts
        elif isinstance(value, ast.expr):
            yield value


def _skip_mark(node: ast.expr, found: Found, depth: int = 0) -> str:
    """The text of a mark that skips, or that names one that does; empty if it is none."""
    name = dotted(node)
    first, _, last = name.rpartition(".")
    if last in SKIPS and (first or (last in found and found[last][-1].kind == "alias")):
        return ast.unparse(node)
    if not first and name in found and depth < 8:
        value = getattr(found[name][-1].node, "value", None)
        if found[name][-1].kind == "variable" and isinstance(value, ast.expr):
            return _skip_mark(value, found, depth + 1)
    return ""
