"""The format of a decision record, read and checked (ADR-0006). No tests here.

`findings` takes the root of a repository and returns what is wrong with its records, one line
each. Nothing is imported from the code that the records name: symbols and tests are found by
`ast`.
"""

from __future__ import annotations

import ast
import datetime
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

import yaml
from markdown_it import MarkdownIt

STATUSES = ("proposed", "accepted", "rejected", "deprecated", "superseded")
REQUIRED = ("status", "date", "source")
INVERSE = {
    "supersedes": "superseded-by",
    "superseded-by": "supersedes",
    "amends": "amended-by",
    "amended-by": "amends",
    "relates-to": "relates-to",
}
RELATIONS = (*INVERSE, "depends-on")
KEYS = {
    *(*REQUIRED, "answer", "tags", "decision-makers", "consulted", "informed"),
    *(*RELATIONS, "governs", "process", "proofs", "evidence", "review-by"),
}
SECTIONS = (
    ("h2", "Context and Problem Statement"),
    ("h2", "Decision Drivers"),
    ("h2", "Considered Options"),
    ("h2", "Decision Outcome"),
    ("h3", "Consequences"),
    ("h3", "Confirmation"),
    ("h2", "Pros and Cons of the Options"),
    ("h2", "Amendments"),
)
TAGS = {"engine", "run-scope", "context", "api", "performance", "records", "documentation"}

_FRONT_MATTER = re.compile(r"---\n(?P<meta>.*?\n)---\n(?P<body>.*)", re.DOTALL)
_QUOTE = re.compile(
    r"(?P<text>[\d,.]+)[^\d|]{0,12}?<!--= (?P<path>[^>]+?)(?: ~(?P<within>\d+)%)? -->"
)


@lru_cache(maxsize=256)
def _markdown(text: str) -> list[Any]:
    return MarkdownIt("commonmark").enable("table").parse(text)


class RecordError(ValueError):
    """A record cannot be read at all."""


class _Loader(yaml.SafeLoader):
    """Safe YAML that refuses a key that stands twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.YAMLError(f"the key {key!r} stands twice")
        return super().construct_mapping(node, deep)


@dataclass(frozen=True)
class Record:
    """One record: its number, front matter and body."""

    path: Path
    meta: dict[str, Any]
    body: str

    @property
    def number(self) -> str:
        return self.path.name[:4]

    @cached_property
    def tokens(self) -> list[Any]:
        return _markdown(self.body)

    @cached_property
    def headings(self) -> list[tuple[str, str]]:
        return [
            (token.tag, self.tokens[place + 1].content)
            for place, token in enumerate(self.tokens)
            if token.type == "heading_open"
        ]

    @property
    def title(self) -> str:
        return next((text for tag, text in self.headings if tag == "h1"), "")

    def section(self, name: str) -> str:
        """The source of a section, up to the next heading of its level or above."""
        lines = self.body.splitlines()
        starts = [
            (token.map[0], int(token.tag[1]), self.tokens[place + 1].content)
            for place, token in enumerate(self.tokens)
            if token.type == "heading_open"
        ]
        for place, (line, level, text) in enumerate(starts):
            if text == name:
                ends = [at for at, other, _ in starts[place + 1 :] if other <= level]
                return "\n".join(lines[line + 1 : ends[0] if ends else None]).strip()
        return ""

    @property
    def options(self) -> list[str]:
        items = re.findall(r"^[-*] (.+)$", self.section("Considered Options"), re.MULTILINE)
        return [item.strip() for item in items]

    @property
    def tests(self) -> list[str]:
        return [proof["test"] for proof in self.meta.get("proofs", ())]

    def links(self) -> Iterator[str]:
        for token in self.tokens:
            for child in token.children or ():
                if child.type in ("link_open", "image"):
                    yield str(child.attrGet("href") or child.attrGet("src"))


def read(path: Path) -> Record:
    """Read a record; RecordError says why it cannot be."""
    if not re.fullmatch(r"\d{4}-[a-z0-9]+(-[a-z0-9]+)*\.md", path.name):
        raise RecordError("the name must be NNNN-slug.md")
    parts = _FRONT_MATTER.fullmatch(path.read_text(encoding="utf-8"))
    if parts is None:
        raise RecordError("it must begin with front matter between two lines of ---")
    try:
        meta = yaml.load(parts["meta"], _Loader)
    except yaml.YAMLError as error:
        raise RecordError(f"its front matter is not YAML: {error}") from error
    if not isinstance(meta, dict):
        raise RecordError("its front matter must be keys and values")
    return Record(path, meta, parts["body"])


def record_files(root: Path) -> list[Path]:
    return sorted(path for path in (root / "adr").glob("*.md") if path.name != "README.md")


def findings(root: Path) -> list[str]:
    """What is wrong with the records of a repository, one line each; empty if nothing is."""
    found, records = [], []
    for path in record_files(root):
        try:
            records.append(read(path))
        except RecordError as error:
            found.append(f"{path.name}: {error}")
    for record in records:
        checks = (_metadata, _body, _confirmation, _code, _evidence, _links)
        found += [f"{record.path.name}: {what}" for check in checks for what in check(record, root)]
    return [*found, *_relations(records), *_index(records, root)]


def _metadata(record: Record, root: Path) -> Iterator[str]:
    meta = record.meta
    yield from (f"the key {key!r} is missing" for key in REQUIRED if not meta.get(key))
    yield from (f"the key {key!r} is unknown" for key in meta if key not in KEYS)
    status, date, answer = meta.get("status"), meta.get("date"), meta.get("answer")
    if status not in STATUSES:
        yield f"the status {status!r} is none of {', '.join(STATUSES)}"
    if not isinstance(date, datetime.date):
        yield f"the date {date!r} is no ISO date"
    elif date > datetime.datetime.now(datetime.UTC).date():
        yield f"the date {date} is in the future"
    if status != "proposed" and not answer:
        yield "the key 'answer' is missing"
    if answer and "\n" in str(answer).strip():
        yield "the answer must be one line"
    yield from (f"the tag {tag!r} is unknown" for tag in meta.get("tags", ()) if tag not in TAGS)
    if status == "accepted" and not meta.get("governs") and meta.get("process") is not True:
        yield "it is accepted, governs nothing and is not marked 'process: true'"
    if "review-by" in meta and not isinstance(meta["review-by"], datetime.date):
        yield f"the review date {meta['review-by']!r} is no ISO date"


def _body(record: Record, root: Path) -> Iterator[str]:
    titles = [text for tag, text in record.headings if tag == "h1"]
    if len(titles) != 1 or not re.fullmatch(rf"{record.number}\. \S.*", titles[0]):
        yield f"it must have one title, '# {record.number}. Title'"
    options = record.options
    about_options = [("h3", option) for option in options]
    expected = [*SECTIONS[:-1], *about_options, SECTIONS[-1]]
    if (headings := [each for each in record.headings if each[0] != "h1"]) != expected:
        yield f"its sections are {headings}, not {expected}"
    yield from (
        f"the section {name!r} is empty" for _, name in SECTIONS if not record.section(name)
    )
    if len(options) < 2:
        yield "it must weigh two options or more"
    outcome = record.section("Decision Outcome")
    chosen = re.match(r'Chosen option: "(?P<option>.+?)",\s+because\s+\S', outcome)
    if chosen is None or chosen["option"] not in options:
        yield 'its outcome must begin: Chosen option: "an option", because …'
    for kind in ("Good", "Bad"):
        if not re.search(rf"^- {kind}, because \S", record.section("Consequences"), re.MULTILINE):
            yield f"it names no consequence '- {kind}, because …'"
        for option in options:
            if not re.search(rf"^- {kind}, because \S", record.section(option), re.MULTILINE):
                yield f"it names nothing '- {kind}, because …' of the option {option!r}"
    amendments = record.section("Amendments").splitlines()
    if amendments[:1] != ["| Date | Change |"]:
        yield "its amendments must be a table, '| Date | Change |'"
    for row in amendments[2:]:
        if not re.match(r"\| \d{4}-\d\d-\d\d \| \S", row):
            yield f"an amendment is no '| date | change |': {row}"
    if re.search(r"\b(TODO|TBD|FIXME)\b", record.body):
        yield "it has something left to do in it"


def _confirmation(record: Record, root: Path) -> Iterator[str]:
    named = re.findall(r"`(tests/[\w/]+\.py::\w+)`", record.section("Confirmation"))
    if record.meta.get("status") == "accepted" and not named:
        yield "its confirmation names no test"
    for test in dict.fromkeys([*named, *record.tests]):
        file, _, function = test.partition("::")
        if not (root / file).is_file() or function.partition("[")[0] not in _tests(root / file):
            yield f"there is no test {test}"
    for test in record.tests:
        if test.partition("[")[0] not in named:
            yield f"its confirmation does not name its proof {test}"
    for proof in record.meta.get("proofs", ()):
        if not proof.get("shows"):
            yield f"the proof {proof['test']} does not say what it shows"


def _tests(path: Path) -> set[str]:
    """Names of the test functions at the top of a file that nothing marks to be passed over."""
    return {
        node.name
        for node in _parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
        and node.name.startswith("test_")
        and not any(re.search(r"skip|xfail", ast.unparse(mark)) for mark in node.decorator_list)
    }


def _code(record: Record, root: Path) -> Iterator[str]:
    for entry in record.meta.get("governs", ()):
        symbol = entry["symbol"] if isinstance(entry, dict) else entry
        try:
            find_symbol(root, symbol)
        except LookupError as error:
            yield str(error.args[0])


def find_symbol(root: Path, symbol: str) -> tuple[Path, ast.AST]:
    """The file and the node of a module, or of a definition or variable in it.

    LookupError says which part of the symbol is not there.
    """
    parts = symbol.split(".")
    for end in range(len(parts), 0, -1):
        stem = root.joinpath(*parts[:end])
        for path in (stem.with_suffix(".py"), stem / "__init__.py"):
            if not path.is_file():
                continue
            node: ast.AST = _parse(path.read_text(encoding="utf-8"))
            for name in parts[end:]:
                inside = [each for each in _statements(node) if name in _names(each)]
                if not inside:
                    raise LookupError(f"there is no symbol {symbol}: no {name!r} in {path.name}")
                node = inside[-1]
            return path, node
    raise LookupError(f"there is no symbol {symbol}: no such module")


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """The statements of a block, and those below an `if` or a `try` in it."""
    for name in ("body", "orelse", "handlers", "finalbody"):
        for statement in getattr(node, name, ()):
            yield statement
            if isinstance(statement, (ast.If, ast.Try, ast.ExceptHandler)):
                yield from _statements(statement)


@lru_cache(maxsize=256)
def _parse(source: str) -> ast.Module:
    return ast.parse(source)


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _evidence(record: Record, root: Path) -> Iterator[str]:
    stored: dict[str, Any] = {}
    for entry in record.meta.get("evidence", ()):
        path = root / str(entry.get("result"))
        if not path.is_file():
            yield f"the evidence {entry['id']} is not there: {entry.get('result')}"
            continue
        evidence = json.loads(path.read_text(encoding="utf-8"))
        stored[entry["id"]] = evidence["result"]
        if evidence["command"] != entry["command"]:
            yield f"the evidence {entry['id']} was made by another command"
        if set(evidence["inputs"]) != set(entry["inputs"]):
            yield f"the evidence {entry['id']} was made from other inputs"
        for file, digest in evidence["inputs"].items():
            if not (root / file).is_file() or sha256(root / file) != digest:
                yield (
                    f"the evidence {entry['id']} is older than {file}; "
                    f"run python -m benchmarks.evidence {record.number}"
                )
    quotes = list(_QUOTE.finditer(record.body))
    if record.body.count("<!--") != len(quotes):
        yield "a comment in it is no quoted figure"
    for quote in quotes:
        value: Any = stored
        try:
            for key in quote["path"].split("/"):
                value = value[key]
        except (KeyError, TypeError):
            yield f"it quotes {quote['path']}, which no evidence has"
            continue
        figure, within = float(quote["text"].replace(",", "")), int(quote["within"] or 0) / 100
        if abs(figure - float(value)) > within * abs(value):
            yield f"it quotes {quote['text']} for {quote['path']}, which is {value}"
    for name in stored:
        if not any(quote["path"].startswith(f"{name}/") for quote in quotes):
            yield f"it quotes nothing of the evidence {name}"


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _links(record: Record, root: Path) -> Iterator[str]:
    for link in record.links():
        file = link.partition("#")[0]
        if "://" not in link and file and not (record.path.parent / file).exists():
            yield f"the link to {link} is broken"


def _relations(records: list[Record]) -> Iterator[str]:
    by_number: dict[str, Record] = {}
    for record in records:
        if record.number in by_number:
            yield f"{record.path.name}: {by_number[record.number].path.name} has its number"
        by_number[record.number] = record
    depends: dict[str, set[str]] = {}
    for number, record in by_number.items():
        for relation in RELATIONS:
            for other in map(str, record.meta.get(relation, ())):
                if other not in by_number or other == number:
                    yield f"{record.path.name}: {relation} names {other}, which is no other record"
                    continue
                if relation not in ("relates-to", "superseded-by", "amended-by"):
                    depends.setdefault(number, set()).add(other)
                inverse = INVERSE.get(relation)
                if inverse and number not in map(str, by_number[other].meta.get(inverse, ())):
                    yield f"{record.path.name}: {other} does not say {inverse} {number}"
        if record.meta.get("status") == "superseded" and not record.meta.get("superseded-by"):
            yield f"{record.path.name}: it is superseded by nothing"
    try:
        TopologicalSorter(depends).prepare()
    except CycleError as error:
        yield f"relations go round in a circle: {' -> '.join(error.args[1])}"


def _index(records: list[Record], root: Path) -> Iterator[str]:
    readme = (root / "adr" / "README.md").read_text(encoding="utf-8")
    rows = [line for line in readme.splitlines() if re.match(r"\| \[\d{4}\]", line)]
    expected = [index_row(record) for record in records]
    yield from (f"README.md: the row is missing: {row}" for row in expected if row not in rows)
    yield from (f"README.md: no record has this row: {row}" for row in rows if row not in expected)


def index_row(record: Record) -> str:
    """The row of a record in `adr/README.md`."""
    meta, title = record.meta, record.title.partition(". ")[2]
    answer = str(meta.get("answer", "")).strip()
    return (
        f"| [{record.number}]({record.path.name}) | {title} | {answer} "
        f"| {meta.get('status')} | {meta.get('date')} |"
    )
