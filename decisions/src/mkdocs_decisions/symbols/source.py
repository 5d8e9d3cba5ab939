"""The modules of the packages: which there are, and what is in them. Each is read once."""

from __future__ import annotations

import re
import tokenize
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from io import BytesIO
from typing import Any

from mkdocs_decisions.cache import Cache, sha256
from mkdocs_decisions.symbols.late import instance_attributes, made_at_run_time
from mkdocs_decisions.symbols.model import Unreadable
from mkdocs_decisions.symbols.table import (
    PYTHON,
    Definition,
    DoesNotParse,
    Entry,
    definitions,
    entries,
    parse,
    table,
)
from mkdocs_decisions.tree import Tree

PARSED_AT_ONCE = 32
"""Syntax trees that are kept; a tree takes some fifty times the memory of its file."""
_COMPILED = (".so", ".pyd", ".pyx")
_NEWLINE = re.compile("\r\n|\r|\n")


def decode(data: bytes, path: str) -> str:
    """The text of a Python file, in the encoding that it names; newlines stay as they are.

    Raises:
        Unreadable: It is in no encoding, or not in the one that it names.
    """
    try:
        encoding, _ = tokenize.detect_encoding(BytesIO(data).readline)
        return data.decode(encoding)
    except (SyntaxError, LookupError, UnicodeDecodeError) as error:
        raise Unreadable(path, 1, f"its encoding: {error}") from None


@lru_cache(maxsize=64)
def line_starts(text: str) -> list[int]:
    """Offset of the start of each line, and of the end of the text, as Python counts lines."""
    return [0, *(match.end() for match in _NEWLINE.finditer(text)), len(text)]


class Module:
    """One module, read when it is asked for.

    Attributes:
        name: Its dotted name.
        path: Its file; its folder, if it is a package without `__init__.py`.
        is_package: Whether it has modules of its own.
        compiled: Whether there is nothing to read, because it is no Python.
    """

    def __init__(self, name: str, path: str, *, is_package: bool, compiled: bool = False) -> None:
        self.name = name
        self.path = path
        self.is_package = is_package
        self.compiled = compiled

    @property
    def rank(self) -> tuple[bool, bool, bool]:
        """The greatest of several files of one name is the one that Python imports."""
        return self.is_package, not self.compiled, self.path.endswith(".py")

    @property
    def has_source(self) -> bool:
        """Whether it is a file of Python."""
        return self.path.endswith((".py", ".pyi"))


class Sources:
    """What the modules of the packages define.

    Attributes:
        modules: Each module by its dotted name.
    """

    def __init__(self, tree: Tree, packages: Mapping[str, str], cache: Cache) -> None:
        self.tree = tree
        self.packages = packages
        self.modules: dict[str, Module] = {}
        self.by_path: dict[str, Module] = {}
        self._cache = cache
        self._data: dict[str, bytes] = {}
        self._keys: dict[str, str] = {}
        self._tables: dict[str, dict[str, Any]] = {}
        self._parsed: OrderedDict[str, dict[str, list[Definition]]] = OrderedDict()
        for name, root in packages.items():
            self._list(name, root)

    def _list(self, package: str, root: str) -> None:
        root = "" if root in ("", ".", "./") else root.strip("/").removeprefix("./") + "/"
        folder = root + package.replace(".", "/")
        for suffix in (".py", ".pyi"):
            if self.tree.exists(folder + suffix):
                self._enter(package, folder + suffix)
        for path in self.tree.paths(folder):
            name, dot, suffix = path[len(root) :].partition(".")
            if not dot or not path.endswith((".py", ".pyi", *_COMPILED)):
                continue
            parts = name.split("/")
            if all(part.isidentifier() for part in parts) and "/" not in suffix:
                self._enter(".".join(parts), path)
        for name in [*self.modules]:
            while (name := name.rpartition(".")[0]) and name not in self.modules:
                self.modules[name] = Module(name, root + name.replace(".", "/"), is_package=True)

    def _enter(self, name: str, path: str) -> None:
        """Of two files for one name: package before module, Python before stub before compiled."""
        name, is_package = name.removesuffix(".__init__"), name.endswith(".__init__")
        compiled = path.endswith(_COMPILED)
        module = Module(name, path, is_package=is_package, compiled=compiled)
        known = self.modules.get(name)
        if known is None or module.rank > known.rank:
            self.modules[name] = self.by_path[path] = module

    def data(self, path: str) -> bytes:
        """The bytes of a file.

        Raises:
            Unreadable: It can't be read.
        """
        if path not in self._data:
            try:
                self._data[path] = self.tree.read(path)
            except OSError as error:
                raise Unreadable(path, 1, error.strerror or type(error).__name__) from None
        return self._data[path]

    def key(self, path: str) -> str:
        """What everything that is told from a file hangs on: its hash and the version of Python."""
        if path not in self._keys:
            self._keys[path] = f"{PYTHON} {sha256(self.data(path))}"
        return self._keys[path]

    def text(self, path: str) -> str:
        """The text of a file.

        Raises:
            Unreadable: It can't be read or decoded.
        """
        return decode(self.data(path), path)

    def table(self, path: str) -> dict[str, Any]:
        """What a module defines, as `table.table` tells it; empty for a folder.

        Raises:
            Unreadable: It can't be read or parsed.
        """
        if path not in self._tables:
            if not path.endswith((".py", ".pyi")):
                return {"names": {}, "stars": [], "all": None, "all_known": True, "lines": 0}
            data = self.data(path)
            self._tables[path] = self._cache.memo("symbols", self.key(path), lambda: table(data))
        made = self._tables[path]
        if "error" in made:
            raise Unreadable(path, *made["error"])
        return made

    def entry(self, path: str, name: str) -> Entry | None:
        """What the table of a module says of a name in it."""
        found = self.table(path)["names"].get(name)
        return Entry(*found) if found else None

    def definitions(self, path: str) -> dict[str, list[Definition]]:
        """All definitions of a module with their nodes, those in methods too.

        Raises:
            Unreadable: It can't be read or parsed.
        """
        if path in self._parsed:
            self._parsed.move_to_end(path)
            return self._parsed[path]
        try:
            found = definitions(parse(self.data(path)))
        except DoesNotParse as error:
            raise Unreadable(path, error.line, error.why) from None
        self._parsed[path] = {**instance_attributes(found), **found}
        if len(self._parsed) > PARSED_AT_ONCE:
            self._parsed.popitem(last=False)
        return self._parsed[path]

    def late(self, path: str) -> dict[str, list[Any]]:
        """Table entries of what only functions define: `self.x`, and globals."""

        def compute() -> dict[str, list[Any]]:
            named = self.table(path)["names"]
            found = self.definitions(path)
            return entries({name: group for name, group in found.items() if name not in named})

        if not path.endswith((".py", ".pyi")):
            return {}
        late: dict[str, list[Any]] = self._cache.memo("symbols-late", self.key(path), compute)
        return late

    def run_time(self, path: str) -> list[list[str]]:
        """Scope, name and reason of what a module may make at run time."""
        if not path.endswith((".py", ".pyi")):
            return []
        made: list[list[str]] = self._cache.memo(
            "symbols-run-time", self.key(path), lambda: made_at_run_time(self.data(path))
        )
        return made

    def memo(self, kind: str, path: str, name: str, compute: Any) -> Any:
        """What is computed from the definitions of a name in a file."""
        return self._cache.memo(f"symbols-{kind}", f"{self.key(path)} {name}", compute)

    def python_files(self) -> Iterator[Module]:
        """The modules that have a source, by their name."""
        for _, module in sorted(self.modules.items()):
            if module.has_source:
                yield module
