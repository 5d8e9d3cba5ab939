"""Finds tests by the id that pytest gives them, without importing or collecting anything.

What a test asserts and whether it runs at all is told in `testfacts`; here is only where it is.
`__test__` keeps pytest from taking these classes for tests where they are imported.
"""

from __future__ import annotations

import ast
import fnmatch
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from pathlib import PurePosixPath
from typing import Any, ClassVar

from mkdocs_decisions import testfacts
from mkdocs_decisions.cache import Cache, sha256
from mkdocs_decisions.symbols.late import made_at_run_time
from mkdocs_decisions.symbols.model import NotStatic, Unreadable
from mkdocs_decisions.symbols.table import (
    PYTHON,
    Definition,
    DoesNotParse,
    counting,
    definitions,
    dotted,
    parse,
    stars,
)
from mkdocs_decisions.tree import Tree

MAX_DEPTH = 32
"""Imports and base classes that are followed from a test to where it is written."""


@dataclass(frozen=True, slots=True)
class Test:
    """A test.

    Attributes:
        id: The id that was asked for, parameters included.
        path: File that it is written in.
        line: Its first line, decorators included, from 1.
        end_line: Its last line.
        skipped: What skips it or expects it to fail, as written; None if nothing does.
        assertions: How many assertions it has; all those of one helper count as one.
        meaning: SHA-256 of its syntax tree, decorators and so parameters included.
        helpers: Name and SHA-256 of what it uses of its file, imports aside: functions, fixtures,
            classes and values, and what has an effect on all tests around it.
    """

    __test__: ClassVar[bool] = False

    id: str
    path: str
    line: int
    end_line: int
    skipped: str | None
    assertions: int
    meaning: str
    helpers: tuple[tuple[str, str], ...]

    @property
    def asserts_nothing(self) -> bool:
        """Whether it can only fail by an error."""
        return self.assertions == 0


class TestNotFound(LookupError):
    """There is no test of this id, or pytest would not collect it.

    Attributes:
        test_id: The id that was asked for.
        missing: The part of it that is not there.
        near: The id that is most like it; empty if there is none.
        message: What is wrong.
    """

    __test__ = False

    def __init__(self, test_id: str, missing: str, near: str = "", why: str = "") -> None:
        self.message = why or f"there is no test {missing!r} for {test_id!r}"
        super().__init__(self.message)
        self.test_id = test_id
        self.missing = missing
        self.near = near


@dataclass(frozen=True, slots=True)
class _File:
    """One file of tests: its syntax tree and what it defines."""

    path: str
    data: bytes
    tree: ast.Module
    found: dict[str, list[Definition]]


@dataclass(frozen=True, slots=True)
class _Rules:
    """What pytest collects."""

    files: tuple[str, ...] = ("test_*.py", "*_test.py")
    classes: tuple[str, ...] = ("Test",)
    functions: tuple[str, ...] = ("test",)


class Tests:
    """The tests below some folders.

    Args:
        tree: Where the files are read from.
        folders: Folders, or files, that hold tests.
        cache: What is remembered of files that were read before.
    """

    __test__ = False

    def __init__(self, tree: Tree, folders: Sequence[str], cache: Cache) -> None:
        self._tree = tree
        self._folders = [each.removeprefix("./").strip("/") for each in folders]
        self._cache = cache
        self._files: dict[str, _File] = {}
        self._used: set[str] = set()
        self._found: dict[str, Test] = {}
        self._rules_read: _Rules | None = None

    def find(self, test_id: str) -> Test:
        """The test of an id such as `tests/test_x.py::TestClass::test_name[parameter]`.

        Raises:
            TestNotFound: There is none, or pytest would not collect it.
            NotStatic: It may be made at run time.
            Unreadable: Its file can't be read or parsed.
        """
        path, _, rest = test_id.partition("::")
        names, bracket, parameter = rest.partition("[")
        base = f"{path}::{names}"
        if base not in self._found:
            self._found[base] = self._find(base, path, names.split("::"))
        found = self._found[base]
        return Test(**{**_fields(found), "id": f"{base}{bracket}{parameter}"})

    def ids(self, path: str) -> list[str]:
        """The ids of the tests that a file defines itself, without parameters, in their order.

        Raises:
            Unreadable: It can't be read or parsed.
        """
        found: list[str] = []
        file = self._file(path)
        for qual in file.found:
            test_id = f"{path}::{qual.replace('.', '::')}"
            try:
                found.append(self.find(test_id).id)
            except (TestNotFound, NotStatic):
                continue
        return found

    def paths(self) -> list[str]:
        """The files that pytest would look for tests in."""
        rules = self._rules()
        return [
            path
            for folder in self._folders
            for path in ([folder] if folder.endswith(".py") else self._tree.paths(folder))
            if _matches(PurePosixPath(path).name, rules.files)
        ]

    def _find(self, test_id: str, path: str, names: list[str]) -> Test:
        self._check_file(test_id, path)
        if not names[0]:
            raise TestNotFound(test_id, path, why=f"{test_id!r} names a file, but no test in it")
        try:
            here = f"{PYTHON} {sha256(self._read(path))} {path}"
            key = f"{here} {'.'.join(names)} {self._rules()}"
        except FileNotFoundError:
            near = get_close_matches(path, self.paths(), 1)
            offered = f"{near[0]}::{'::'.join(names)}" if near else ""
            raise TestNotFound(test_id, path, offered, f"there is no file {path!r}") from None
        elsewhere: list[Test] = []

        def compute() -> dict[str, Any] | None:
            self._used = set()
            found = self._in_file(test_id, path, names)
            if self._used != {path}:
                # It hangs on other files too, so it is not remembered by the hash of this one.
                elsewhere.append(found)
                return None
            return asdict(found)

        known = self._cache.memo("tests", key, compute)
        if known is None:
            return elsewhere[0] if elsewhere else self._in_file(test_id, path, names)
        helpers = tuple((name, digest) for name, digest in known["helpers"])
        return Test(**{**known, "helpers": helpers})

    def _check_file(self, test_id: str, path: str) -> None:
        inside = any(
            folder in ("", ".") or path == folder or path.startswith(f"{folder}/")
            for folder in self._folders
        )
        parts = PurePosixPath(path)
        if not inside or ".." in parts.parts:
            folders = ", ".join(self._folders)
            why = f"{path!r} is outside of the folders of the tests ({folders})"
            raise TestNotFound(test_id, path, why=why)
        files = self._rules().files
        if not _matches(parts.name, files) and path not in self._folders:
            why = f"{path!r} is not collected: the names of test files are {' or '.join(files)}"
            raise TestNotFound(test_id, path, why=why)

    def _rules(self) -> _Rules:
        """What is collected, as pyproject.toml says."""
        if self._rules_read is None:
            try:
                text = self._tree.read("pyproject.toml").decode("utf-8")
                table = tomllib.loads(text)["tool"]["pytest"]
                options = table.get("ini_options", table)
            except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
                options = {}
            usual = _Rules()
            self._rules_read = _Rules(
                _words(options, "python_files", usual.files),
                _words(options, "python_classes", usual.classes),
                _words(options, "python_functions", usual.functions),
            )
        return self._rules_read

    def _read(self, path: str) -> bytes:
        try:
            return self._tree.read(path)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise Unreadable(path, 1, error.strerror or type(error).__name__) from None

    def _file(self, path: str) -> _File:
        self._used.add(path)
        if path not in self._files:
            data = self._read(path)
            try:
                tree = parse(data)
            except DoesNotParse as error:
                raise Unreadable(path, error.line, error.why) from None
            self._files[path] = _File(path, data, tree, definitions(tree))
        return self._files[path]

    def _in_file(self, test_id: str, path: str, names: list[str]) -> Test:
        file = self._file(path)
        owners: list[testfacts.Scope] = [testfacts.Scope(file.tree, file.found, "")]
        place = (file, "")
        for depth, name in enumerate(names):
            found = self._member(place, name)
            if found is None:
                raise self._missing(test_id, place, names, depth)
            place = found
            definition = self._last(place)
            if depth < len(names) - 1:
                self._check_class(test_id, place, definition, name)
                lineage = self._lineage(place)
                owners += [
                    testfacts.Scope(self._last(each).node, each[0].found, each[1])
                    for each in lineage
                ]
        self._check_function(test_id, place, names[-1])
        file, qual = place
        definition = self._last(place)
        facts = testfacts.facts(definition.node, file.found, qual, owners)
        return Test(
            id=test_id,
            path=file.path,
            line=definition.line,
            end_line=definition.end_line,
            skipped=facts.skipped,
            assertions=facts.assertions,
            meaning=facts.meaning,
            helpers=facts.helpers,
        )

    @staticmethod
    def _last(place: tuple[_File, str]) -> Definition:
        file, qual = place
        return counting(file.found[qual])[-1]

    def _member(
        self, place: tuple[_File, str], name: str, depth: int = 0
    ) -> tuple[_File, str] | None:
        """Where a name in a file or class is written, through imports and base classes."""
        file, qual = place
        full = f"{qual}.{name}" if qual else name
        if full in file.found:
            return self._written(file, full, depth)
        if qual and depth < MAX_DEPTH:
            for base in self._bases(place, depth):
                found = self._member(base, name, depth + 1)
                if found:
                    return found
        return None

    def _written(self, file: _File, qual: str, depth: int) -> tuple[_File, str] | None:
        definition = counting(file.found[qual])[-1]
        if not definition.target or definition.kind not in ("alias", "variable", "attribute"):
            return file, qual
        if depth >= MAX_DEPTH:
            raise NotStatic(qual, f"its imports in {file.path} go in a circle")
        if definition.kind != "alias":
            first, *rest = definition.target.split(".")
            place = self._member((file, ""), first, depth + 1)
            for each in rest:
                place = self._member(place, each, depth + 1) if place else None
            return place
        module, _, name = definition.target.partition(":")
        for path in self._candidates(file.path, module):
            if self._tree.exists(path):
                other = self._file(path)
                return self._member((other, ""), name, depth + 1) if name else None
        raise NotStatic(qual, f"{file.path} imports it from {module}, which is not there to read")

    def _candidates(self, path: str, module: str) -> Iterator[str]:
        """The files that an import may mean; any folder above may be on the path of Python."""
        inner = module.lstrip(".")
        level = len(module) - len(inner)
        folders = [*PurePosixPath(path).parents]
        folders = folders[level - 1 : level] if level else folders
        for folder in folders:
            place = folder / inner.replace(".", "/") if inner else folder
            yield str(place) + ".py"
            yield str(place / "__init__.py")

    def _bases(self, place: tuple[_File, str], depth: int = 0) -> Iterator[tuple[_File, str]]:
        """The base classes of a class that can be read."""
        file, _ = place
        node = self._last(place).node
        for base in node.bases if isinstance(node, ast.ClassDef) else ():
            found: tuple[_File, str] | None = (file, "")
            for part in dotted(base).split("."):
                try:
                    found = self._member(found, part, depth + 1) if found else None
                except NotStatic:
                    found = None
            if found and isinstance(self._last(found).node, ast.ClassDef):
                yield found

    def _lineage(self, place: tuple[_File, str]) -> list[tuple[_File, str]]:
        line = [place]
        for each in line:
            if len(line) < MAX_DEPTH:
                line += [base for base in self._bases(each) if base not in line]
        return line

    def _check_class(
        self, test_id: str, place: tuple[_File, str], definition: Definition, name: str
    ) -> None:
        node = definition.node
        if not isinstance(node, ast.ClassDef):
            why = f"{name!r} in {place[0].path} is no class"
            raise TestNotFound(test_id, name, why=why)
        line = self._lineage(place)
        if any(base.endswith("TestCase") for each in line for base in _base_names(each)):
            return
        if not _matches(name, self._rules().classes):
            why = f"the class {name!r} in {place[0].path} is not collected: its name does not fit"
            raise TestNotFound(test_id, name, why=why)
        for file, qual in line:
            if f"{qual}.__init__" in file.found:
                why = f"the class {name!r} is not collected: it has an __init__ ({file.path})"
                raise TestNotFound(test_id, name, why=why)
        own = counting(place[0].found.get(f"{place[1]}.__test__", [definition]))[-1].node
        if isinstance(own, ast.Assign) and not getattr(own.value, "value", True):
            why = f"the class {name!r} in {place[0].path} says that it is no test"
            raise TestNotFound(test_id, name, why=why)

    def _check_function(self, test_id: str, place: tuple[_File, str], name: str) -> None:
        file, qual = place
        node = self._last(place).node
        if isinstance(node, ast.ClassDef):
            inner = [each.partition(f"{qual}.test")[2] for each in file.found]
            near = next((f"{test_id}::test{each}" for each in inner if each), "")
            why = f"{name!r} in {file.path} is a class: name one of its tests"
            raise TestNotFound(test_id, name, near, why)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            raise NotStatic(test_id, f"{name} in {file.path} is no function, but a value")
        if not _matches(name, self._rules().functions):
            why = f"{name!r} in {file.path} is not collected: its name does not fit"
            raise TestNotFound(test_id, name, why=why)
        if any("fixture" in dotted(each).split(".") for each in node.decorator_list):
            raise TestNotFound(test_id, name, why=f"{name!r} in {file.path} is a fixture")

    def _missing(
        self, test_id: str, place: tuple[_File, str], names: list[str], depth: int
    ) -> Exception:
        file, qual = place
        if not qual and stars(file.tree):
            return NotStatic(test_id, f"{file.path} imports * from {stars(file.tree)[-1]}")
        for scope, written, why in made_at_run_time(file.data):
            if scope == qual and written in ("*", names[depth]):
                return NotStatic(test_id, f"{why} of {file.path}")
        asked = ".".join(names)
        ids = {each.rpartition(".")[2]: each for each in file.found if "test" in each.lower()}
        near = get_close_matches(asked, [each for each in file.found if each in ids.values()], 1)
        if not near:
            near = [ids[each] for each in get_close_matches(names[-1], ids, 1)]
        offered = f"{file.path}::{near[0].replace('.', '::')}" if near else ""
        where = f"class {qual} of {file.path}" if qual else file.path
        why = f"there is no {names[depth]!r} in {where}"
        return TestNotFound(test_id, names[depth], offered, why)


def _base_names(place: tuple[_File, str]) -> Iterator[str]:
    """The names of the bases of a class, as they are called where they come from."""
    file, qual = place
    node = file.found[qual][-1].node
    for base in node.bases if isinstance(node, ast.ClassDef) else ():
        name = dotted(base)
        yield name
        if name in file.found:
            yield file.found[name][-1].target


def _fields(test: Test) -> dict[str, Any]:
    return {name: getattr(test, name) for name in Test.__slots__}


def _words(options: Any, key: str, usual: tuple[str, ...]) -> tuple[str, ...]:
    value = options.get(key, usual) if isinstance(options, dict) else usual
    words = value.split() if isinstance(value, str) else value
    return tuple(each for each in words if isinstance(each, str)) or usual


def _matches(name: str, patterns: Sequence[str]) -> bool:
    """Whether a name begins like one of some words, or fits one that has a wildcard."""
    return any(
        fnmatch.fnmatchcase(name, each)
        if any(sign in each for sign in "*?[")
        else name.startswith(each)
        for each in patterns
    )
