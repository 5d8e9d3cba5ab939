"""The generated part of the reference: a page for each public module, and the error codes.

Plain functions that write Markdown. Modules are read by `ast`; the error codes come from the
package itself, so that the page can't say anything else than the code.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True)
class Module:
    """A public module: its dotted name, what it says of itself, the names it defines."""

    name: str
    summary: str
    names: Sequence[str]

    @property
    def short_name(self) -> str:
        """The last part of its name."""
        return self.name.rpartition(".")[2]

    @property
    def page(self) -> str:
        """Its page in the reference."""
        return f"reference/api/{self.short_name}.md"


def public_modules(package: Path) -> list[Module]:
    """The modules of a package that are public and define a public name, by name."""
    files = sorted(path for path in package.glob("*.py") if not path.name.startswith("_"))
    modules = [_read_module(f"{package.name}.{path.stem}", path) for path in files]
    return [module for module in modules if module.names]


def module_page(module: Module) -> str:
    """The page of one module, filled by mkdocstrings from its docstrings."""
    # The members are named so that a name imported from a neighbour has one entry only, there.
    members = ", ".join(module.names)
    return (
        f"---\ntitle: {module.short_name}\n---\n\n"
        f"::: {module.name}\n    options:\n      members: [{members}]\n"
    )


def module_table(modules: Iterable[Module]) -> str:
    """A table of modules: what each is for and the names in it, linked."""
    rows = ["| Module | What it holds | Names |", "| --- | --- | --- |"]
    for module in modules:
        names = ", ".join(f"[`{name}`][{module.name}.{name}]" for name in module.names)
        rows.append(f"| [`{module.short_name}`][{module.name}] | {module.summary} | {names} |")
    return "\n".join(rows)


def _read_module(name: str, path: Path) -> Module:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    summary = (ast.get_docstring(tree) or "").partition("\n\n")[0].replace("\n", " ")
    exported: list[str] | None = None
    defined: dict[str, None] = {}
    for node in tree.body:
        match node:
            case (
                ast.ClassDef(name=own) | ast.FunctionDef(name=own) | ast.AsyncFunctionDef(name=own)
            ):
                defined[own] = None
            case ast.Assign(targets=[ast.Name(id="__all__")], value=names):
                exported = ast.literal_eval(names)
            case ast.Assign(value=ast.Call()):
                pass  # a logger, a type variable: no part of the interface
            case ast.Assign(targets=[ast.Name(id=own)]) | ast.AnnAssign(target=ast.Name(id=own)):
                defined[own] = None
    public = (own for own in defined if not own.startswith("_"))
    return Module(name, summary, [own for own in public if exported is None or own in exported])


def error_sections(package: str) -> str:
    """Every error code: a table of all, then a section for each with how to mend it.

    Code and class come from `error_code_registry()`; when it is raised, how to mend it and what
    it says come from the class itself.

    Raises:
        ValueError: The docstring of a class does not say how to mend it.
    """
    exceptions = importlib.import_module(f"{package}.exceptions")
    for module in public_modules(Path(exceptions.__file__ or "").parent):
        importlib.import_module(module.name)
    codes: dict[str, str] = exceptions.error_code_registry()
    errors = [
        error
        for error in _subclasses(exceptions.ChainWeaverError)
        if error.__module__.split(".")[0] == package
    ]
    errors.sort(key=lambda error: codes[error.__name__])
    table = ['<div class="cw-codes" markdown>', ""]
    table += ["| Code | Error | When |", "| --- | --- | --- |"]
    sections: list[str] = []
    for error in errors:
        code, link = codes[error.__name__], f"{error.__module__}.{error.__name__}"
        when, mend = _when_and_mend(error)
        table.append(f"| [{code}](#{code.lower()}) | [`{error.__name__}`][{link}] | {when} |")
        sections += ["", f"## {code} {error.__name__} {{ #{code.lower()} }}", "", when, ""]
        sections += [f"How to mend it\n:   {mend}", ""]
        if message := _message(error):
            sections += [f"What it says\n:   `{message}`", ""]
        sections += [f"More\n:   [`{error.__name__}`][{link}]", ""]
    return "\n".join([*table, "", "</div>", *sections])


def _subclasses(base: type[Exception]) -> list[type[Exception]]:
    found = [*base.__subclasses__()]
    for error in base.__subclasses__():
        found += _subclasses(error)
    return list(dict.fromkeys(found))


def _when_and_mend(error: type[Exception]) -> tuple[str, str]:
    """The first paragraph of a class's docstring, and the one that begins "To mend:"."""
    paragraphs = [
        " ".join(text.split()) for text in inspect.cleandoc(error.__doc__ or "").split("\n\n")
    ]
    for text in paragraphs[1:]:
        if text.startswith("To mend: "):
            mend = text.removeprefix("To mend: ")
            return paragraphs[0], mend[0].upper() + mend[1:]
    raise ValueError(f"{error.__name__}: no paragraph of its docstring begins 'To mend:'")


def _message(error: type[Exception]) -> str:
    """What `super().__init__(...)` is given, with the names of the values in angle quotes."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(error)))
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="__init__"), args=[ast.JoinedStr(values=parts)]):
                return "".join(map(_part, parts))
            case ast.Call(func=ast.Attribute(attr="__init__"), args=[ast.Constant(value=text)]):
                return str(text)
    return ""


def _part(part: ast.expr) -> str:
    if isinstance(part, ast.FormattedValue):
        return f"‹{ast.unparse(part.value).removeprefix('self.')}›"
    return str(ast.literal_eval(part))
