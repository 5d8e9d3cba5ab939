"""Finds the records of a folder on disk; follows no link and says what it left unread."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from . import vocabulary
from .document import blocks_of
from .metadata import split
from .model import ForeignRecord, Listing, Skipped
from .naming import is_index, is_template, read_name
from .places import names, section_name
from .reading import read_text

if TYPE_CHECKING:
    from pathlib import Path

MARKDOWN = (".md", ".markdown", ".mdx")
LARGEST = 1_000_000
_OTHER_TEXTS = (".adoc", ".asciidoc", ".rst", ".txt", ".org", ".html")
_LEFT_FOLDERS = frozenset(("node_modules", "__pycache__", "site-packages"))
_WHOLE_RECORD = frozenset(("status", "decision"))
"""Sections by which an index that is alone in its folder is known as the record."""
_TEMPLATE_FOLDERS = frozenset(("template", "templates", "_template", "_templates", ".templates"))


def read_folder(folder: Path) -> Listing:
    """Read every record beneath a folder.

    Args:
        folder: The folder that holds the records, in sub-folders too.
    """
    listing = Listing([], [])
    _read_level(folder, folder, listing)
    listing.records.sort(key=lambda record: record.path)
    listing.skipped.sort(key=lambda skipped: skipped.path)
    return listing


def _read_level(root: Path, folder: Path, listing: Listing) -> None:
    try:
        with os.scandir(folder) as scan:
            children = sorted(scan, key=lambda child: child.name)
    except OSError as error:
        _skip(listing, root, folder, f"cannot be read: {error.strerror}")
        return
    record_file = _record_file(folder, children) if folder != root else None
    for child in children:
        path = folder / child.name
        if child.is_symlink():
            if child.name.lower().endswith(MARKDOWN) or path.is_dir():
                _skip(listing, root, path, "is a symbolic link")
        elif child.is_dir(follow_symlinks=False):
            _read_folder_in(root, path, listing)
        elif not child.is_file(follow_symlinks=False):
            _skip(listing, root, path, "is no regular file")
        elif not child.name.lower().endswith(MARKDOWN):
            if child.name.lower().endswith(_OTHER_TEXTS) and read_name(path.stem):
                _skip(listing, root, path, "is not Markdown")
        elif record_file is not None and child.name != record_file:
            _skip(listing, root, path, f"belongs to the record {record_file} beside it")
        else:
            _read_file(root, path, record_file is not None, listing)


def _read_folder_in(root: Path, path: Path, listing: Listing) -> None:
    if path.name.startswith(".") or path.name in _LEFT_FOLDERS:
        _skip(listing, root, path, "is a hidden folder or one of tools")
    elif path.name.lower() in _TEMPLATE_FOLDERS or is_template(path.name):
        _skip(listing, root, path, "is a folder of templates")
    else:
        _read_level(root, path, listing)


def _record_file(folder: Path, children: list[os.DirEntry[str]]) -> str | None:
    """The README or index of a folder that is one record; None if the folder holds records."""
    if read_name(folder.name) is None:
        return None
    files = [c.name for c in children if c.is_file(follow_symlinks=False)]
    texts = [name for name in files if name.lower().endswith(MARKDOWN)]
    heads = [name for name in texts if name.lower().rsplit(".", 1)[0] in ("readme", "index")]
    if not heads or any(read_name(name.rsplit(".", 1)[0]) for name in texts):
        return None
    if any(c.is_dir(follow_symlinks=False) and read_name(c.name) is not None for c in children):
        return None
    return min(heads, key=lambda name: not name.lower().startswith("readme"))


def _read_file(root: Path, path: Path, is_record: bool, listing: Listing) -> None:
    stem = path.name.rsplit(".", 1)[0]
    if not is_record and is_template(stem):
        _skip(listing, root, path, "is a template")
        return
    alone = path.parent != root and stem.lower() in ("readme", "index") and _is_alone(path)
    if not is_record and not alone and is_index(stem):
        _skip(listing, root, path, "is an introduction or a table of contents")
        return
    text = _text_of(root, path, listing)
    if text is None:
        return
    record = read_text(text, path.relative_to(root).as_posix())
    if alone and not is_record and not (record.status and _sections(text) >= _WHOLE_RECORD):
        _skip(listing, root, path, "is an introduction or a table of contents")
    elif is_record or read_name(stem) is not None or _reads_like_a_record(record, text):
        listing.records.append(record)
    else:
        _skip(listing, root, path, "neither its name nor its sections are those of a record")


def _is_alone(path: Path) -> bool:
    """Whether a file is all that its folder holds, so that the folder may be the record."""
    return all(child == path for child in path.parent.iterdir() if child.suffix in MARKDOWN)


def _text_of(root: Path, path: Path, listing: Listing) -> str | None:
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= LARGEST else b""
    except OSError as error:
        _skip(listing, root, path, f"cannot be read: {error.strerror}")
        return None
    if size > LARGEST:
        _skip(listing, root, path, f"is larger than {LARGEST:,} bytes")
        return None
    if not data.strip():
        _skip(listing, root, path, "is empty")
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        _skip(listing, root, path, f"is not UTF-8 (byte {error.start})")
        return None
    if "\0" in text:
        _skip(listing, root, path, "is binary")
        return None
    return text


def _reads_like_a_record(record: ForeignRecord, text: str) -> bool:
    """Whether the sections are those of a decision, for files whose name does not tell."""
    told = _sections(text)
    telling = told & names(vocabulary.TELLING_SECTIONS)
    if record.status is None:
        return len(telling) >= 2
    return bool(telling) or len(told & names(vocabulary.RECORD_SECTIONS)) >= 2


def _sections(text: str) -> set[str]:
    blocks = blocks_of(split(text)[1])
    return {section_name(block.whole.text) for block in blocks if block.kind == "heading"}


def _skip(listing: Listing, root: Path, path: Path, reason: str) -> None:
    listing.skipped.append(Skipped(path.relative_to(root).as_posix(), reason))
