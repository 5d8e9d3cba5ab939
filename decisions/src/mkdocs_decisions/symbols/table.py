"""What one module defines, told from its syntax tree. Knows nothing of other modules or of files.

Names are relative to the module: `Class.method`. Bodies of functions are not looked into, except
by `instance_attributes` and `made_at_run_time`, which are only asked where a name was not found.
"""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from mkdocs_decisions.collector import collector_off

PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"

_HARMLESS_DECORATORS = {
    *("abstractmethod", "dataclass", "dataclass_transform", "define", "deprecated", "final"),
    *("frozen", "override", "runtime_checkable", "total_ordering", "unique"),
}
"""Decorators of a class that add no names but those with two underscores."""
_HARMLESS_METACLASSES = {"ABCMeta", "EnumMeta", "EnumType", "type"}


class Definition(NamedTuple):
    """One definition of a name.

    Attributes:
        kind: A kind of symbol, or `alias` for an import.
        node: Its node; what the meaning is taken from is in `nodes`.
        line: Its first line, decorators included.
        end_line: Its last line.
        role: `` for a definition that replaces former ones, `extends` for one that adds to them,
            `overload` for a signature without a body.
        nodes: The nodes that make its meaning.
        target: What an alias or a variable stands for: `module:name` or a dotted name.
    """

    kind: str
    node: ast.AST
    line: int
    end_line: int
    role: str
    nodes: tuple[ast.AST, ...]
    target: str = ""


class Entry(NamedTuple):
    """A name that a module defines, as its table keeps it. See `Definition`.

    Attributes:
        kind: A kind of symbol, or `alias`.
        line: First line of the definition that counts.
        end_line: Its last line.
        parts: First and last lines of all definitions.
        target: What it stands for, if it is an alias or a variable.
        bases: Dotted names of the bases of a class; `?` for what is no name.
        open: Why it may have members that are not written down; empty if it has none such.
    """

    kind: str
    line: int
    end_line: int
    parts: list[list[int]]
    target: str
    bases: list[str]
    open: str


class DoesNotParse(ValueError):
    """A module is no Python that this interpreter can read."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line = line
        self.why = why


def parse(data: bytes | str) -> ast.Module:
    """The syntax tree of a module.

    Raises:
        DoesNotParse: It has none.
    """
    try:
        with warnings.catch_warnings(), collector_off():
            warnings.simplefilter("ignore")
            return ast.parse(data)
    except SyntaxError as error:
        why = f"no Python {PYTHON}: {error.msg}"
        raise DoesNotParse(error.lineno or 1, why) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise DoesNotParse(1, f"no Python {PYTHON}: {error or type(error).__name__}") from None


def table(data: bytes) -> dict[str, Any]:
    """What a module defines, as JSON: `names`, `stars`, `all`, `all_known` and `lines`."""
    try:
        tree = parse(data)
    except DoesNotParse as error:
        return {"error": [error.line, error.why]}
    with collector_off():
        found = definitions(tree, walrus=b":=" in data)
        made: dict[str, Any] = {"names": entries(found), "stars": stars(tree)}
        made["all"], made["all_known"] = _exports(found.get("__all__", []))
        made["lines"] = len(data.splitlines())
    return made


def entries(found: dict[str, list[Definition]]) -> dict[str, list[Any]]:
    """The table entry of each name."""
    return {name: list(_entry(group)) for name, group in found.items()}


def counting(group: list[Definition]) -> list[Definition]:
    """The definitions of a name that count: no imports, unless the last one is an import."""
    alias = group[-1].kind == "alias"
    if alias:
        return group[-1:]
    return [each for each in group if each.kind != "alias"]


def _entry(group: list[Definition]) -> Entry:
    if len(group) == 1:
        last = group[0]
        parts = [[last.line, last.end_line]]
        line = last.line
    else:
        group = counting(group)
        bodies = [each for each in group if each.role != "overload"] or group
        last = bodies[-1]
        parts = [[each.line, each.end_line] for each in bodies]
        first = len(bodies) - 1
        while first and bodies[first].role:
            first -= 1
        line = bodies[first].line
    node = last.node
    bases: list[str] = []
    open_by = ""
    if isinstance(node, ast.ClassDef):
        bases = [dotted(base) for base in node.bases]
        open_by = _class_open(node)
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.decorator_list:
        open_by = f"it is decorated by @{dotted(node.decorator_list[0])}"
    return Entry(last.kind, line, last.end_line, parts, last.target, bases, open_by)


def _class_open(node: ast.ClassDef) -> str:
    for each in node.decorator_list:
        name = dotted(each)
        if name.rpartition(".")[2] not in _HARMLESS_DECORATORS:
            return f"the class is decorated by @{name}"
    for keyword in node.keywords:
        if keyword.arg is None:
            return "the class has keywords that are made at run time"
        if keyword.arg == "metaclass":
            name = dotted(keyword.value)
            if name.rpartition(".")[2] not in _HARMLESS_METACLASSES:
                return f"the class is made by {name}"
    return ""


def dotted(node: ast.AST) -> str:
    """The dotted name in an expression, without call and subscript; `?` if it is none."""
    while isinstance(node, ast.Subscript | ast.Call):
        node = node.value if isinstance(node, ast.Subscript) else node.func
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return "?"
    parts.append(node.id)
    return ".".join(reversed(parts))


def _plain_name(node: ast.AST | None) -> str:
    return dotted(node).replace("?", "") if isinstance(node, ast.Name | ast.Attribute) else ""


def stars(tree: ast.Module) -> list[str]:
    """The modules that everything is imported from, as written, in their order."""
    return [
        "." * node.level + (node.module or "")
        for node in _statements(tree.body)
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
    ]


def _exports(group: list[Definition]) -> tuple[list[str] | None, bool]:
    """What `__all__` holds, and whether all of it is written down."""
    if not group:
        return None, True
    names: list[str] = []
    for each in group:
        node = each.node
        value = getattr(node, "value", None)
        if isinstance(node, ast.Call):
            value = node.args[0] if len(node.args) == 1 else None
            single = isinstance(node.func, ast.Attribute) and node.func.attr == "append"
            value = ast.List([value]) if single and value else value
        if not each.role:
            names = []
        if not isinstance(value, ast.List | ast.Tuple) or each.kind == "alias":
            return None, False
        for item in value.elts:
            if not isinstance(item, ast.Constant) or not isinstance(item.value, str):
                return None, False
            names.append(item.value)
    return names, True


_BLOCKS: set[type[ast.AST]] = {
    *(ast.If, ast.Try, ast.TryStar, ast.With, ast.For, ast.While, ast.Match),
    *(ast.AsyncFor, ast.AsyncWith),
}


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a scope in their order, with those in its blocks.

    What only runs when the module is the program is left out.
    """
    waiting = body[::-1]
    while waiting:
        node = waiting.pop()
        yield node
        if type(node) in _BLOCKS:
            for inner in reversed(list(_bodies(node))):
                waiting.extend(reversed(inner))


def _bodies(node: Any) -> Iterator[list[ast.stmt]]:
    if isinstance(node, ast.Match):
        yield from (case.body for case in node.cases)
        return
    if not (isinstance(node, ast.If) and _is_main_guard(node.test)):
        yield node.body
    for handler in getattr(node, "handlers", ()):
        yield handler.body
    yield getattr(node, "orelse", [])
    yield getattr(node, "finalbody", [])


def _is_main_guard(test: ast.expr) -> bool:
    return (
        isinstance(test, ast.Compare)
        and isinstance(test.ops[0], ast.Eq)
        and {"__name__", "__main__"} == set(map(_name_or_text, [test.left, *test.comparators]))
    )


def _name_or_text(node: ast.expr) -> Any:
    return getattr(node, "id", None) or getattr(node, "value", None)


def definitions(tree: ast.Module, *, walrus: bool = True) -> dict[str, list[Definition]]:
    """All definitions of each name in a module, in their order.

    Args:
        tree: The module.
        walrus: Whether there may be assignments within expressions.
    """
    found: dict[str, list[Definition]] = {}
    _Scope(found, "", walrus).read(tree.body)
    return found


class _Scope:
    """Reads the body of a module or of a class."""

    def __init__(self, found: dict[str, list[Definition]], prefix: str, walrus: bool) -> None:
        self.found = found
        self.prefix = prefix
        self.walrus = walrus
        self.value = "attribute" if prefix else "variable"
        self.callable = "method" if prefix else "function"

    def read(self, body: list[ast.stmt]) -> None:
        for node in _statements(body):
            kind = type(node)
            if kind is ast.FunctionDef or kind is ast.AsyncFunctionDef:
                self.function(node)
            elif kind is ast.ClassDef:
                self.class_(node)
            elif kind is ast.Expr:
                self.expression(node)
            elif kind is ast.Delete:
                if node in body:
                    self.delete(node)
            else:
                self.binding(node)
                if self.walrus:
                    self.walruses(node)

    def add(self, name: str, *definition: Any) -> None:
        self.found.setdefault(self.prefix + name, []).append(Definition(*definition))

    def extend(self, name: str, node: ast.stmt, part: ast.AST) -> None:
        group = self.found.get(self.prefix + name)
        if group and group[-1].kind in ("variable", "attribute"):
            end = node.end_lineno or node.lineno
            group.append(Definition(self.value, part, node.lineno, end, "extends", (node,)))

    def function(self, node: Any) -> None:
        role = ""
        line = node.lineno
        if node.decorator_list:
            line = min(line, node.decorator_list[0].lineno)
            for each in node.decorator_list:
                name = dotted(each)
                if name.rpartition(".")[2] == "overload":
                    role = "overload"
                elif name.startswith(f"{node.name}."):
                    role = "extends"
        self.add(node.name, self.callable, node, line, node.end_lineno, role, (node,))

    def class_(self, node: Any) -> None:
        line = min([node.lineno, *(each.lineno for each in node.decorator_list)])
        self.add(node.name, "class", node, line, node.end_lineno, "", (node,))
        _Scope(self.found, f"{self.prefix}{node.name}.", self.walrus).read(node.body)

    def expression(self, node: Any) -> None:
        """`NAME.extend([...])` adds to a definition; other calls are not looked at."""
        value = node.value
        if self.walrus:
            self.walruses(node)
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
            base = value.func.value
            if isinstance(base, ast.Name) and value.func.attr in ("append", "extend", "update"):
                self.extend(base.id, node, value)

    def delete(self, node: Any) -> None:
        for target in node.targets:
            for each in target.elts if isinstance(target, ast.Tuple | ast.List) else [target]:
                if isinstance(each, ast.Name):
                    self.found.pop(self.prefix + each.id, None)

    def binding(self, node: Any) -> None:
        kind = type(node)
        if kind is ast.Assign:
            for target in node.targets:
                self.assign(target, node, (node,), _plain_name(node.value))
        elif kind is ast.AnnAssign:
            self.assign(node.target, node, (node,), _plain_name(node.value))
        elif kind is ast.AugAssign:
            if isinstance(node.target, ast.Name):
                self.extend(node.target.id, node, node)
        elif kind is ast.Import:
            for each in node.names:
                target = each.name if each.asname else each.name.partition(".")[0]
                self.imported(each.asname or target, target, node)
        elif kind is ast.ImportFrom:
            source = "." * node.level + (node.module or "")
            for each in node.names:
                if each.name != "*":
                    self.imported(each.asname or each.name, f"{source}:{each.name}", node)
        elif kind is ast.For or kind is ast.AsyncFor:
            self.assign(node.target, node, (node.target, node.iter), "", node.iter)
        elif kind is ast.With or kind is ast.AsyncWith:
            for item in node.items:
                if item.optional_vars is not None:
                    self.assign(item.optional_vars, node, (item,), "", item.context_expr)
        elif kind is ast.Match:
            self.captures(node)
        elif kind.__name__ == "TypeAlias":
            self.assign(node.name, node, (node,), _plain_name(node.value))

    def imported(self, name: str, target: str, node: Any) -> None:
        self.add(name, "alias", node, node.lineno, node.end_lineno, "", (node,), target)

    def assign(
        self, target: ast.expr, node: Any, nodes: tuple[ast.AST, ...], to: str, last: Any = None
    ) -> None:
        if isinstance(target, ast.Tuple | ast.List):
            for each in target.elts:
                self.assign(each, node, nodes, "", last)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, node, nodes, "", last)
        elif isinstance(target, ast.Name):
            end = (last or node).end_lineno
            self.add(target.id, self.value, node, node.lineno, end, "", nodes, to)
        elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
            owner = self.found.get(self.prefix + target.value.id)
            if owner and owner[-1].kind in ("class", "function", "method"):
                name = f"{target.value.id}.{target.attr}"
                self.add(name, "attribute", node, node.lineno, node.end_lineno, "", nodes, to)
        elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            self.extend(target.value.id, node, node)

    def captures(self, node: Any) -> None:
        for case in node.cases:
            for each in ast.walk(case.pattern):
                name = getattr(each, "name", None) or getattr(each, "rest", None)
                if name:
                    end = case.pattern.end_lineno
                    nodes = (node.subject, case.pattern)
                    self.add(name, self.value, node, case.pattern.lineno, end, "", nodes)

    def walruses(self, node: Any) -> None:
        for part in _expressions(node):
            for each in ast.walk(part):
                if isinstance(each, ast.NamedExpr):
                    end = part.end_lineno
                    self.add(each.target.id, self.value, node, node.lineno, end, "", (part,))


def _expressions(node: ast.AST) -> Iterator[Any]:
    """The expressions of a statement, without those of the statements in it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            yield child
        elif isinstance(child, ast.withitem):
            yield child.context_expr


def names_below(names: Iterable[str], scope: str) -> list[str]:
    """The names that lie directly in a scope, without its own name."""
    start = f"{scope}." if scope else ""
    below = (name[len(start) :] for name in names if name.startswith(start))
    return [name for name in below if "." not in name]
