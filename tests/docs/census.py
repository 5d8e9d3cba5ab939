"""The census: every fence of the documentation, where it stands and what it says.

Only finding lives here. Whether a fence may be there is for `vocabulary.py`, running it for
`example_runner.py`. Pages are read by markdown-it-py, docstrings are found by `ast`. A fence marker
that the parser does not take for a fence is a fault, so nothing is lost in silence.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import takewhile
from pathlib import Path
from textwrap import dedent

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block import fence as fence_rule
from markdown_it.rules_block import paragraph as paragraph_rule
from mdit_py_plugins.front_matter import front_matter_plugin

PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "decisions/README.md",
    "decisions/CHANGELOG.md",
)
PAGE_FOLDERS = ("docs", "adr", "decisions/docs")
CODE_FOLDERS = ("chainweaver", "decisions/src", "examples")
PROGRAMS = "examples"


def _paragraph(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """CommonMark's paragraph, but a fence ends it however deep it is indented."""
    last = state.lineMax
    for line in range(start + 1, last):
        if state.isEmpty(line):
            break
        if state.sCount[line] >= 0 and fence_rule(state, line, last, True):
            state.lineMax = line
            break
    try:
        return paragraph_rule(state, start, end, silent)
    finally:
        state.lineMax = last


# Without indented code, a fence is found at any depth: in the indented bodies of `!!! note`,
# `??? note`, `=== "Tab"` and of a docstring's sections, which CommonMark takes for code.
PARSER = MarkdownIt("commonmark").use(front_matter_plugin)
PARSER.disable(["code", "lheading"])
PARSER.block.ruler.at("paragraph", _paragraph)

CONTAINER = re.compile(r"^[ \t>]*(?:(?:[-*+:]|\d+[.)]|\[\^[^\]]+\]:)[ \t]+[ \t>]*)*")
MARKER = re.compile(rf"{CONTAINER.pattern}(?:`{{3,}}[^`]*|~{{3,}}.*)$")
LIST_MARKER = re.compile(r"[-*+:]|\d+[.)]|\[\^[^\]]+\]:")
INFO = re.compile(r"(?P<language>[^\s{]*)[ \t]*(?:\{(?P<tags>.*)\})?(?P<rest>.*)")
TAG = re.compile(r"""(?<!\S)([A-Za-z_][\w-]*)=(?:"([^"]*)"|'([^']*)')(?!\S)""")
INCLUDE = re.compile(r"""^[ \t]*-+8<-+[ \t]+(["'])(?P<file>.+?)\1[ \t]*$""")
RAW_CODE = re.compile(r"^[ \t>]*<pre\b", re.IGNORECASE)
PROMPT = re.compile(r"^\s*>>>( |$)")


@dataclass(frozen=True, order=True)
class Fault:
    """Something that keeps an example from being proved."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


@dataclass(frozen=True)
class Fence:
    """One fence: `line` and `end_line` are those of its two markers, counted from 1.

    Prompts of a docstring that stand in no fence count as a `pycon` fence without a marker.
    """

    root: Path
    path: str
    line: int
    end_line: int
    info: str
    marker: str
    source: str
    prefix: str
    in_docstring: bool = False
    escaped: bool = False
    language: str = field(init=False, compare=False)
    tags: dict[str, str] = field(init=False, compare=False)
    odd: tuple[str, ...] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        language, tags, odd = read_info(self.info)
        object.__setattr__(self, "language", language)
        object.__setattr__(self, "tags", tags)
        object.__setattr__(self, "odd", odd)

    @property
    def id(self) -> str:
        return f"{self.path}:{self.line}"

    @property
    def file(self) -> Path:
        return self.root / self.path

    @property
    def includes(self) -> list[str]:
        """What the snippet lines of the fence include."""
        found = (INCLUDE.match(line) for line in self.source.splitlines())
        return [match["file"] for match in found if match]

    def as_written(self, source: str) -> str:
        """Say `source` as the file does: indented, quoted, escaped. Old lines stay as they are."""
        before = self.source.split("\n")[:-1]
        after = source.split("\n")[:-1]
        raw = self.file.read_text(encoding="utf-8").split("\n")[self.line : self.end_line - 1]
        written: list[str] = []
        for what, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
            written += raw[i:j] if what == "equal" else map(self._line_as_written, after[k:m])
        return "".join(f"{line}\n" for line in written)

    def _line_as_written(self, line: str) -> str:
        if self.escaped:
            line = line.replace("\\", "\\\\").replace('"""', r"\"\"\"").replace("'''", r"\'\'\'")
        return f"{self.prefix}{line}".rstrip()


@dataclass(frozen=True)
class Program:
    """A complete program of `examples/`."""

    root: Path
    path: str

    @property
    def id(self) -> str:
        return self.path

    @property
    def file(self) -> Path:
        return self.root / self.path


@dataclass
class Census:
    """What a tree holds: its fences and programs in order, and the faults in finding them."""

    root: Path
    fences: list[Fence] = field(default_factory=list)
    programs: list[Program] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def group(self, fence: Fence) -> list[Fence]:
        """The fences that make one program with this one, in order."""
        name = fence.tags.get("group")
        if name is None:
            return [fence]
        return [
            other
            for other in self.fences
            if other.path == fence.path
            and other.language == fence.language
            and other.tags.get("group") == name
        ]


def read_info(info: str) -> tuple[str, dict[str, str], tuple[str, ...]]:
    """Split an info string into language, tags in braces, and whatever else is there."""
    match = INFO.fullmatch(info.strip())
    assert match is not None
    language, inside, rest = match["language"], match["tags"] or "", match["rest"]
    tags = {name: double or single for name, double, single in TAG.findall(inside)}
    odd = TAG.sub(" ", inside).split() + rest.split()
    if not language and odd and odd[0].startswith("."):
        language = odd[0].removeprefix(".")
    return language, tags, tuple(odd)


def take(root: Path) -> Census:
    """Take the census of a tree."""
    census = Census(root)
    for text in [*map(_page, pages(root)), *(t for m in modules(root) for t in _docstrings(m))]:
        path = text.file.relative_to(root).as_posix()
        fences, outside = _read(text, root, path)
        census.fences += fences
        faults = [*_broken_fences(text, fences), *_lost_code(text, outside)]
        if text.escapes_lines and (fences or faults):
            faults = [(text.first_line, 'lines cannot be counted: make the docstring raw, `r"""`')]
        census.faults += [Fault(path, line, message) for line, message in faults]
    census.programs = [
        Program(root, file.relative_to(root).as_posix())
        for file in sorted((root / PROGRAMS).rglob("*.py"))
    ]
    census.fences.sort(key=lambda fence: (fence.path, fence.line))
    census.faults.sort()
    return census


def pages(root: Path) -> list[Path]:
    """The Markdown files that people read."""
    single = [root / page for page in PAGES if (root / page).is_file()]
    return single + [p for folder in PAGE_FOLDERS for p in sorted((root / folder).rglob("*.md"))]


def modules(root: Path) -> list[Path]:
    """The Python files whose docstrings people read."""
    return [p for folder in CODE_FOLDERS for p in sorted((root / folder).rglob("*.py"))]


@dataclass(frozen=True)
class _Text:
    """A page, or a docstring with the number of its first line in the file."""

    file: Path
    lines: list[str]
    first_line: int = 1
    in_docstring: bool = False
    escaped: bool = False
    escapes_lines: bool = False


def _page(file: Path) -> _Text:
    return _Text(file, file.read_text(encoding="utf-8").split("\n"))


def _docstrings(file: Path) -> Iterator[_Text]:
    """Every string that stands for itself: docstrings, and what documents an attribute."""
    code = file.read_text(encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(code, filename=str(file))
    written = code.split("\n")
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            string, last = node.value.value, node.end_lineno
            if isinstance(string, str) and last is not None:
                lines = string.split("\n")
                opening = written[node.lineno - 1].encode()[node.col_offset :]
                yield _Text(
                    file,
                    lines,
                    node.lineno,
                    in_docstring=True,
                    escaped=not opening.lower().startswith(b"r"),
                    escapes_lines=len(lines) != last - node.lineno + 1,
                )


def _read(text: _Text, root: Path, path: str) -> tuple[list[Fence], dict[int, str]]:
    """Find the fences of a text, and the lines that no fence holds, by number."""
    fences = []
    outside = dict(enumerate(text.lines, text.first_line))
    for token in PARSER.parse("\n".join(text.lines)):
        if token.type not in ("fence", "front_matter") or token.map is None:
            continue
        first, end = (line + text.first_line for line in token.map)
        for line in range(first, end):
            del outside[line]
        if token.type == "fence":
            opening = text.lines[token.map[0]]
            before = opening[: opening.index(token.markup)]
            prefix = LIST_MARKER.sub(lambda marker: " " * len(marker[0]), before)
            source = (token.info.strip(), token.markup, token.content, prefix)
            fences.append(
                Fence(root, path, first, end - 1, *source, text.in_docstring, text.escaped)
            )
    prompt = next((line for line, words in outside.items() if PROMPT.match(words)), None)
    if prompt is not None and text.in_docstring:
        last = max(outside)
        source = "".join(f"{outside.pop(line, '')}\n" for line in range(prompt, last + 1))
        fences.append(Fence(root, path, prompt, last, "pycon", "", source, "", True, text.escaped))
    return fences, outside


def _broken_fences(text: _Text, fences: list[Fence]) -> Iterator[tuple[int, str]]:
    for fence in fences:
        if not fence.marker:
            continue
        closing = text.lines[fence.end_line - text.first_line].rstrip()
        marker = closing.lstrip(" \t>")
        if (
            fence.line == fence.end_line
            or not marker.startswith(fence.marker)
            or marker.strip(fence.marker)
        ):
            yield fence.line, "the fence is not closed where its block ends"
        elif len(closing) - len(marker) != len(fence.prefix):
            message = f"its end, line {fence.end_line}, is not indented as its beginning"
            yield fence.line, f"{message}, so that parsers disagree about it"


def _lost_code(text: _Text, outside: dict[int, str]) -> Iterator[tuple[int, str]]:
    """What looks like code to a reader, and is no fence to the parser."""
    for line, words in outside.items():
        if MARKER.match(words):
            yield line, "a fence marker that begins no fence: is it in HTML, in a comment?"
        if RAW_CODE.match(words):
            yield line, "code in raw HTML is never run: write a fence"
        if PROMPT.match(words):
            yield line, "a prompt outside a `pycon` fence is never run"
        include = INCLUDE.match(words)
        if include and include["file"].split(":")[0].endswith(".md"):
            yield line, "the fences of an included page are not read: link to the page"
    for line, block in _indented_blocks(outside):
        if is_code(block):
            yield line, "Python without a fence is never run: put it into one"


def _indented_blocks(outside: dict[int, str]) -> Iterator[tuple[int, str]]:
    """Each run of lines that is indented deeper than the line before it."""
    lines = [(n, line.expandtabs(4).rstrip()) for n, line in outside.items() if line.strip()]
    depth = [len(line) - len(line.lstrip()) for _, line in lines]
    for at, (number, _) in enumerate(lines):
        if depth[at] >= 4 and (at == 0 or depth[at - 1] < depth[at]):
            deeper = takewhile(
                lambda pair, least=depth[at]: pair[1] >= least,
                zip(lines[at:], depth[at:], strict=True),
            )
            yield number, dedent("\n".join(line for (_, line), _ in deeper))


def is_code(text: str) -> bool:
    """Whether a text is Python that does something, and not prose that happens to parse."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    telling = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return any(isinstance(node, (*telling, ast.Call, ast.Assign)) for node in ast.walk(tree))
