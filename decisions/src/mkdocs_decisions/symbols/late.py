"""What a module only defines when its functions run: attributes of instances, names made by calls.

It is asked for when the table of a module lacks a name, since it walks through each function.
"""

from __future__ import annotations

import ast
import re
from collections import deque
from collections.abc import Iterator
from typing import Any

from mkdocs_decisions.symbols.table import Definition, dotted, parse


def instance_attributes(found: dict[str, list[Definition]]) -> dict[str, list[Definition]]:
    """What methods assign to their instance, `self.x = ...`, by `Class.x`, where no class names it.

    Module variables that only functions make, by `global`, are among it.
    """
    made: dict[str, list[Definition]] = {}
    for name, group in found.items():
        owner = name.rpartition(".")[0]
        for each in group:
            if isinstance(each.node, ast.FunctionDef | ast.AsyncFunctionDef):
                for attribute, node in _assigned_in(each.node, bool(owner)):
                    full = f"{owner}.{attribute}" if owner and attribute[0] != "\0" else attribute
                    full = full.removeprefix("\0")
                    if full not in found:
                        kind = "attribute" if "." in full else "variable"
                        end = node.end_lineno or node.lineno
                        definition = Definition(kind, node, node.lineno, end, "", (node,))
                        made.setdefault(full, []).append(definition)
    return made


def _assigned_in(function: Any, method: bool) -> Iterator[tuple[str, Any]]:
    """Attributes of the first parameter, and globals with a leading NUL, with their statements."""
    arguments = [*function.args.posonlyargs, *function.args.args]
    static = any(dotted(each) == "staticmethod" for each in function.decorator_list)
    own = arguments[0].arg if method and arguments and not static else ""
    statements = list(_statements(function))
    shared = {name for node in statements if isinstance(node, ast.Global) for name in node.names}
    if not own and not shared:
        return
    for node in statements:
        if not isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.For | ast.With):
            continue
        for target in _targets(node):
            if isinstance(target, ast.Attribute) and own and _is_name(target.value, own):
                yield target.attr, node
            elif isinstance(target, ast.Name) and target.id in shared:
                yield f"\0{target.id}", node


def _statements(function: Any) -> Iterator[Any]:
    """What `ast.walk` gives, without the expressions: they are most of it and hold no statement."""
    waiting = deque([function])
    while waiting:
        node = waiting.popleft()
        yield node
        for field in ("body", "handlers", "cases", "orelse", "finalbody"):
            waiting.extend(getattr(node, field, ()))


def _targets(node: Any) -> Iterator[ast.AST]:
    found = getattr(node, "targets", None) or [getattr(node, "target", None)]
    if isinstance(node, ast.With):
        found = [item.optional_vars for item in node.items]
    for target in found:
        for each in ast.walk(target) if target is not None else ():
            if isinstance(getattr(each, "ctx", None), ast.Store):
                yield each


def _is_name(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


_SUSPECT = re.compile(rb"setattr|globals\(|vars\(|__dict__|\bexec\(|__path__")


def made_at_run_time(data: bytes) -> list[list[str]]:
    """Scope, name and reason of what a module may make at run time; `*` stands for any name.

    The scope is empty for the module, else the name of a class.
    """
    if not _SUSPECT.search(data):
        return []
    found: list[list[str]] = []
    waiting: list[tuple[str, ast.AST]] = [("", parse(data))]
    while waiting:
        scope, node = waiting.pop()
        if isinstance(node, ast.ClassDef):
            scope = f"{scope}.{node.name}".removeprefix(".")
        found.extend([*each] for each in _writes(node, scope))
        waiting.extend((scope, child) for child in ast.iter_child_nodes(node))
    return found


def _writes(node: Any, scope: str) -> Iterator[tuple[str, str, str]]:
    if isinstance(node, ast.Call):
        name = dotted(node.func)
        if name == "exec":
            yield "", "*", f"exec() in line {node.lineno}"
        elif name.rpartition(".")[2] in ("setattr", "__setattr__") and len(node.args) >= 2:
            yield from _set(node, scope)
        elif isinstance(node.func, ast.Attribute) and node.func.attr == "update":
            yield from _namespace(node.func.value, scope, "update() of", node.lineno)
    elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
        yield from _namespace(node.value, scope, "an assignment into", node.lineno)
    elif isinstance(node, ast.Name) and node.id == "__path__":
        yield "", "*", f"__path__ in line {node.lineno}"


def _set(node: ast.Call, scope: str) -> Iterator[tuple[str, str, str]]:
    owner, name = node.args[0], node.args[1] if len(node.args) == 2 else node.args[-2]
    what = name.value if isinstance(name, ast.Constant) and isinstance(name.value, str) else "*"
    why = f"setattr() in line {node.lineno}"
    if "sys.modules" in dotted(owner) or dotted(owner) in ("import_module", "__import__"):
        yield "", what, why
    elif isinstance(owner, ast.Name):
        yield (scope if owner.id in ("self", "cls") else owner.id), what, why


def _namespace(node: ast.AST, scope: str, how: str, line: int) -> Iterator[tuple[str, str, str]]:
    name = dotted(node)
    if name in ("globals", "vars", "locals") and isinstance(node, ast.Call) and not node.args:
        yield "", "*", f"{how} {name}() in line {line}"
    elif name in ("self.__dict__", "cls.__dict__", "vars"):
        yield scope, "*", f"{how} {name} in line {line}"
