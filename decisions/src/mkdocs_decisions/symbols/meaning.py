"""Hashes of syntax trees that are the same wherever the code means the same.

Positions, comments, formatting, docstrings, `pass` and other bare constants do not count. The hash
of a tree is the same under every supported version of Python, because nothing is taken from
`ast.dump`: empty fields are left out, and what the parsers cut differently (f-strings) is joined
again.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from mkdocs_decisions.symbols.table import Definition

_SKIPPED = {"ctx", "type_comment", "type_ignores"}
_BODIES = {"body", "orelse", "finalbody"}
_JOINED = tuple(getattr(ast, name) for name in ("JoinedStr", "TemplateStr") if hasattr(ast, name))


def meaning(nodes: Iterable[ast.AST], *, without: str = "") -> str:
    """SHA-256 of what some nodes mean.

    Args:
        nodes: The nodes, in their order.
        without: A name that does not count, wherever it stands.
    """
    return _sha256(tokens(nodes, without=without))


def _sha256(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode("ascii")).hexdigest()


def tokens(nodes: Iterable[ast.AST], *, without: str = "") -> list[str]:
    """The canonical form of some nodes, as ASCII texts; the hash is made of them.

    Written with a stack of its own, so that no nesting is too deep for it.
    """
    made: list[str] = []
    waiting: list[Any] = [*reversed(list(nodes))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            made.append(node)
        elif isinstance(node, ast.Constant):
            made.append(_constant(node.value))
        elif isinstance(node, _JOINED):
            _open(node, _joined(node), without, made, waiting)
        elif isinstance(node, ast.Delete):
            _open(node, {"targets": list(_flat(node.targets))}, without, made, waiting)
        elif isinstance(node, ast.AST):
            _open(node, _fields(node), without, made, waiting)
        else:
            made.append("None")
    return made


def _open(
    node: ast.AST, values: dict[str, Any], without: str, made: list[str], waiting: list[Any]
) -> None:
    """Write a node and its plain fields, and leave its children to be written."""
    name = type(node).__name__
    if name == "JoinedStr" and all(isinstance(each, ast.Constant) for each in values["values"]):
        made.append(_constant("".join(each.value for each in values["values"])))
        return
    made.append(name)
    children: list[Any] = []
    for field, value in values.items():
        if isinstance(value, list):
            if value and isinstance(value[0], str):
                names = (_plain("" if each == without else each) for each in value)
                made.append(f"{field}=[{','.join(names)}]")
            elif value:
                children += [f"{field}[", *value, "]"]
        elif isinstance(value, ast.AST):
            children += [f"{field}:", value]
        elif value is not None and value != "":
            made.append(f"{field}={_plain('' if value == without else value)}")
    children.append(")")
    waiting.extend(reversed(children))


def _fields(node: ast.AST) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field in node._fields:
        value = getattr(node, field, None)
        if value is None or field in _SKIPPED:
            continue
        if field in _BODIES and isinstance(value, list):
            value = [each for each in value if not _means_nothing(each)]
        elif field == "format_spec" and not _joined(value)["values"]:
            continue
        values[field] = value
    return values


def _means_nothing(node: ast.AST) -> bool:
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    return isinstance(node, ast.Pass)


def _joined(node: Any) -> dict[str, list[Any]]:
    """The parts of an f-string, with adjacent texts as one."""
    parts: list[Any] = []
    waiting = [*reversed(node.values)]
    while waiting:
        each = waiting.pop()
        if isinstance(each, ast.JoinedStr):
            waiting.extend(reversed(each.values))
        elif not isinstance(each, ast.Constant):
            parts.append(each)
        elif parts and isinstance(parts[-1], ast.Constant):
            parts[-1] = ast.Constant(str(parts[-1].value) + str(each.value))
        elif each.value:
            parts.append(each)
    return {"values": parts}


def _flat(targets: Iterable[ast.expr]) -> Iterator[ast.expr]:
    """`del (a, b)` and `del a, b` are the same."""
    for each in targets:
        if isinstance(each, ast.Tuple | ast.List):
            yield from _flat(each.elts)
        else:
            yield each


def _constant(value: Any) -> str:
    if isinstance(value, bool) or value is None or value is ...:
        return repr(value)
    return f"{type(value).__name__}:{_plain(value)}"


def _plain(value: Any) -> str:
    """A text in ASCII that no version of Python writes otherwise; hexadecimal has no limit."""
    if isinstance(value, int):
        return format(value, "x")
    return ascii(value)


def interface(group: Sequence[Definition], members: Sequence[tuple[str, str]] = ()) -> str:
    """SHA-256 of what users of a symbol see of it: signature, bases, annotation; no body.

    Args:
        group: All definitions of the symbol.
        members: Names and interfaces of the public members, if it is a class or a module.
    """
    parts: list[str] = []
    for each in group:
        parts += [each.kind, *tokens(_outside(each.node))]
        value = getattr(each.node, "value", None)
        if isinstance(each.node, ast.AnnAssign):
            parts.append(f"value={value is not None}")
    parts += [f"{name} {digest}" for name, digest in members]
    return _sha256(parts)


def _outside(node: Any) -> Iterator[ast.AST]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        empty = type(node)(**{**dict(ast.iter_fields(node)), "body": []})
        yield empty
    elif isinstance(node, ast.ClassDef):
        yield ast.ClassDef(**{**dict(ast.iter_fields(node)), "body": []})
    elif isinstance(node, ast.AnnAssign):
        yield node.annotation


def size(parts: Sequence[str]) -> int:
    """How many nodes and values a canonical form has, without the marks between them."""
    return sum(part[-1] not in "[]:)" for part in parts)


def is_public_member(name: str) -> bool:
    """Whether a name is meant for users: no leading underscore, or two on both sides."""
    return not name.startswith("_") or (name.startswith("__") and name.endswith("__"))
