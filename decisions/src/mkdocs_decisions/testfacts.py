"""What can be told of one test from its syntax tree: what it asserts, and whether it is skipped."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mkdocs_decisions.symbols.meaning import meaning
from mkdocs_decisions.symbols.table import Definition, counting, dotted

SKIPS = {"skip", "skipif", "xfail", "skipIf", "skipUnless", "expectedFailure"}
"""Last names of decorators that keep a test from running, or from counting when it fails."""
EXPECTS = {"raises", "warns", "deprecated_call", "fail"}
"""Functions of pytest that fail a test."""
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
    helpers = _helpers(function, found, owner)
    assertions = _count(_reached(function), found)
    assertions += sum(_count(_reached(node), found) > 0 for node in helpers.values())
    digests = tuple((name, meaning([node])) for name, node in sorted(helpers.items()))
    return Facts(_skipped(function, found, scopes), assertions, meaning([function]), digests)


def _helpers(function: Any, found: Found, owner: str) -> dict[str, Any]:
    """The functions, methods and fixtures of the same file that a test uses, at any depth."""
    helpers: dict[str, Any] = {}
    waiting = [(function, owner)]
    while waiting:
        node, scope = waiting.pop()
        for name in _used(node, scope):
            group = found.get(name)
            used = counting(group)[-1].node if group else None
            if isinstance(used, _FUNCTION) and used is not function and name not in helpers:
                helpers[name] = used
                waiting.append((used, name.rpartition(".")[0]))
    return helpers


def _used(function: Any, owner: str) -> Iterator[str]:
    arguments = function.args
    names = [each.arg for each in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]]
    own = names[0] if owner and names else ""
    for name in names:
        yield f"{owner}.{name}" if owner else name
        yield name
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{owner if node.value.id in (own, 'cls') else node.value.id}.{node.attr}"
    for name in _fixture_names(function):
        yield f"{owner}.{name}" if owner else name
        yield name


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
