"""Reads a record: bytes in, a `Record` out. What is wrong becomes problems, not exceptions."""

from __future__ import annotations

import difflib
import re
import unicodedata
from pathlib import PurePosixPath
from typing import Any

from mkdocs_decisions import frontmatter
from mkdocs_decisions.cache import Cache, sha256
from mkdocs_decisions.problems import Edit, Problem
from mkdocs_decisions.record import KEYS, RELATIONS, FrontMatter, Record, Status
from mkdocs_decisions.suppressions import suppressions
from mkdocs_decisions.tree import Tree

MAX_BYTES = 250_000
"""Size of a record; a larger file is refused unread."""

MAX_MARKS = 5_000
"""Brackets, or openings of HTML, in a record: reading takes long where there are many."""

_NAME = re.compile(r"(?P<id>\d{4})-[a-z0-9]+(?:-[a-z0-9]+)*\.md")
_NUMBER = re.compile(r"(?:adr[-_ ]?)?(?P<id>\d{1,5})(?!\d)", re.IGNORECASE)
_ID = re.compile(r"(?:ADR-)?(?P<id>\d{1,5})")


def read_record(tree: Tree, path: str, cache: Cache) -> Record:
    """Read a record, or what is remembered of the same bytes.

    A file that can't be read gives a record that is not `readable`, with one problem that says why.
    """
    if tree.is_link(path):
        return _unreadable(path, "ADR102", "it is a symbolic link", "put the file itself there")
    try:
        data = tree.read(path)
    except OSError as error:
        why = error.strerror or "it is not there"
        return _unreadable(path, "ADR102", f"it can't be read: {why}", "make it readable")
    key = sha256(path.encode("utf-8", "surrogateescape") + b"\0" + data)
    return Record.from_json(cache.memo("records", key, lambda: parse(path, data, key).to_json()))


def parse(path: str, data: bytes, key: str = "") -> Record:
    """Read the bytes of a record."""
    name = PurePosixPath(path).name
    if not (id_ := id_of(name)):
        what = f"the name '{shown(name)}' has no number"
        return _unreadable(path, "ADR101", what, "call it NNNN-slug.md", key)
    text, problem = _decode(path, data)
    if problem is not None:
        return Record(path, key, id_, readable=False, problems=[problem])
    parts = frontmatter.split(text)
    if parts is None:
        what = "it has no front matter, or none that ends"
        mend = "begin with the metadata between two lines of three hyphens"
        return _unreadable(path, "ADR103", what, mend, key)
    front, body, body_line = parts
    try:
        parsed = frontmatter.parse(front)
    except frontmatter.FrontMatterError as error:
        found = Problem(
            path, error.line, error.column, error.message, "mend the front matter", code="ADR103"
        )
        return Record(path, key, id_, readable=False, problems=[found])
    record = Record(path, key, id_, places={**parsed.keys, **parsed.places}, body_line=body_line)
    _validate(record, parsed)
    _read_facts(record, body)
    record.suppressions = list(suppressions(text))
    return record


def id_of(name: str) -> str:
    """The id in a file name, `0003`; empty if there is none."""
    match = _NAME.fullmatch(name) or _NUMBER.match(name)
    return match["id"].zfill(4) if match else ""


def normal_id(text: str) -> str:
    """An id as records have it, `0003` for 3 or `ADR-0003`; the text itself if it is none."""
    match = _ID.fullmatch(text)
    return match["id"].zfill(4) if match else text


def well_named(name: str) -> bool:
    """Whether a file name is `NNNN-slug.md`."""
    return _NAME.fullmatch(name) is not None


def shown(text: str) -> str:
    """A text from outside with control characters made visible, and not too long."""
    visible = "".join(
        each if unicodedata.category(each)[0] != "C" else f"\\x{ord(each):02x}" for each in text
    )
    return visible if len(visible) <= 120 else f"{visible[:117]}..."


def _unreadable(path: str, code: str, what: str, mend: str, key: str = "") -> Record:
    found = Problem(path, 1, 1, what, mend, code=code)
    return Record(path, key, id_of(PurePosixPath(path).name), readable=False, problems=[found])


def _decode(path: str, data: bytes) -> tuple[str, Problem | None]:
    def refused(what: str, mend: str, line: int = 1) -> tuple[str, Problem]:
        return "", Problem(path, line, 1, what, mend, code="ADR102")

    if len(data) > MAX_BYTES:
        what = f"it has {len(data):,} bytes, more than {MAX_BYTES:,}"
        return refused(what, "keep evidence in files of its own")
    if data.startswith(b"\xef\xbb\xbf"):
        return refused("it begins with a byte order mark", "save it as UTF-8 without one")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return refused(f"it is no UTF-8, at byte {error.start}", "save it as UTF-8", line)
    if "\0" in text:
        return refused(
            "it is no text", "save it as UTF-8", text.count("\n", 0, text.index("\0")) + 1
        )
    for mark in ("[", "<!", "<?", "</", "&"):
        if text.count(mark) > MAX_MARKS:
            what = f"it has {mark!r} more than {MAX_MARKS:,} times"
            return refused(what, "keep data in files of its own")
    return text.replace("\r\n", "\n"), None


def _validate(record: Record, parsed: frontmatter.Parsed) -> None:
    """Fill in the front matter: each key that is at fault becomes a problem and stays empty."""
    for twice in parsed.twice:
        what = f"the key '{shown(twice.path)}' stands twice"
        mend = "keep one of the two"
        record.problems.append(
            Problem(record.path, twice.line, twice.column, what, mend, code="ADR106")
        )
    values = {key: _normal(key, value) for key, value in parsed.values.items() if value is not None}
    for key in [key for key in values if key not in KEYS]:
        record.problems.append(_unknown_key(record, key, parsed.keys[key]))
        del values[key]
    if "status" in values and values["status"] not in list(Status):
        record.problems.append(_wrong_status(record, values.pop("status")))
    while (made := _made(values)) is None:
        for path, message in _faults(values):
            what = f"the value of '{shown('/'.join(map(str, path)))}' is wrong: {message}"
            mend = "`decisions schema` says what it may be"
            record.problems.append(record.problem(what, mend, *path, code="ADR107"))
            values.pop(str(path[0]), None)
    record.meta = made


def _unknown_key(record: Record, key: str, at: tuple[int, int]) -> Problem:
    near = difflib.get_close_matches(key.lower().replace("_", "-"), KEYS, 1)
    mend = f"did you mean {near[0]!r}?" if near else f"the keys are {', '.join(KEYS)}"
    fix = (Edit("rename-key", record.path, key=key, new=near[0]),) if near else ()
    return Problem(record.path, *at, f"the key '{shown(key)}' is unknown", mend, fix, "ADR104")


def _wrong_status(record: Record, status: Any) -> Problem:
    """A status outside of the vocabulary. What is only dressed up has one answer."""
    allowed = ", ".join(Status)
    if not isinstance(status, str):
        what, mend = "the status is no text", f"write one of {allowed}"
        return record.problem(what, mend, "status", code="ADR108")
    what = f"the status '{shown(status)}' is none of {allowed}"
    bare = re.sub(r"[^a-z]", "", status.lower())
    if bare in list(Status):
        mend = f"write {bare!r}: emoji, braces and capitals are no part of it"
        fix = (Edit("set", record.path, key="status", new=bare),)
        return record.problem(what, mend, "status", code="ADR108", fix=fix)
    named = sorted(set(re.findall(r"[a-z]+", status.lower())) & set(Status))
    if len(named) > 1 or re.fullmatch(r"[{<\[].*[}>\]]", status.strip()):
        mend = f"it is the text of a template: keep one of {allowed}"
    elif named:
        mend = f"write {str(named[0])!r}; what else is to be said has a key of its own"
    else:
        near = difflib.get_close_matches(bare, [each.value for each in Status], 1, 0.8)
        mend = f"did you mean {near[0]!r}?" if near else f"write one of {allowed}"
    return record.problem(what, mend, "status", code="ADR108")


def _normal(key: str, value: Any) -> Any:
    if key in RELATIONS and isinstance(value, list):
        return [normal_id(each) if isinstance(each, str) else each for each in value]
    return value


def _made(values: dict[str, Any]) -> FrontMatter | None:
    """The front matter, if nothing is at fault with it."""
    from pydantic import ValidationError

    try:
        made: FrontMatter = _adapter().validate_python(values)
    except ValidationError:
        return None
    return made


def _faults(values: dict[str, Any]) -> list[tuple[tuple[str | int, ...], str]]:
    """The first fault of each key: where, and what."""
    from pydantic import ValidationError

    found: dict[str, tuple[tuple[str | int, ...], str]] = {}
    try:
        _adapter().validate_python(values)
    except ValidationError as error:
        for each in error.errors(include_url=False, include_input=False):
            path = tuple(part for part in each["loc"] if part not in ("Governs", "str"))
            message = _FAULTS.get(each["type"], each["msg"].lower())
            found.setdefault(str(path[0]), (path, message))
    return list(found.values())


_FAULTS = {
    "list_type": "it is no list",
    "missing": "it is missing",
    "string_type": "it is no text",
    "unexpected_keyword_argument": "there is no such key",
}
"""What pydantic finds, in the words of records; what is left is told in its own."""

_adapters: list[Any] = []


def _adapter() -> Any:
    if not _adapters:
        from pydantic import TypeAdapter

        _adapters.append(TypeAdapter(FrontMatter))
    return _adapters[0]


def _read_facts(record: Record, body: str) -> None:
    from mkdocs_decisions.body import body_of, facts

    facts(record, body_of(body, record.body_line))
