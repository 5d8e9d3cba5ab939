"""The working tree: nothing outside of it is ever read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mkdocs_decisions.tree import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    (tmp_path / "secret").write_text("secret")
    root = tmp_path / "project"
    for path in ("a.md", "sub/b.md", "sub/deep/c.md", ".hidden/d.md", "__pycache__/e.pyc"):
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(path)
    return Folder(root)


def test_files_are_listed_by_their_path_and_hidden_folders_are_not(folder: Folder) -> None:
    assert folder.paths() == ["a.md", "sub/b.md", "sub/deep/c.md"]
    assert folder.paths("sub") == ["sub/b.md", "sub/deep/c.md"]
    assert folder.paths("sub/deep") == ["sub/deep/c.md"]
    assert folder.paths("nowhere") == []


def test_a_list_that_is_changed_by_its_reader_is_not_changed_for_others(folder: Folder) -> None:
    folder.paths().clear()

    assert folder.paths() == ["a.md", "sub/b.md", "sub/deep/c.md"]


def test_a_file_is_read(folder: Folder) -> None:
    assert folder.read("sub/b.md") == b"sub/b.md"
    assert folder.exists("sub/b.md")
    assert folder.exists("sub")
    assert not folder.exists("sub/x.md")


@pytest.mark.parametrize(
    "path",
    [
        "../secret",
        "sub/../../secret",
        "/etc/passwd",
        "",
        "a\0b",
        "sub\0/b.md",
        "..",
        "x/../../secret",
    ],
)
def test_what_lies_outside_is_not_there(folder: Folder, path: str) -> None:
    with pytest.raises(FileNotFoundError):
        folder.read(path)
    assert not folder.exists(path)


def test_a_link_that_leads_outside_is_not_followed(folder: Folder) -> None:
    (folder.root / "link.md").symlink_to(folder.root.parent / "secret")
    (folder.root / "out").symlink_to(folder.root.parent)

    for path in ("link.md", "out/secret"):
        with pytest.raises(FileNotFoundError):
            folder.read(path)
    assert folder.is_link("link.md")
    assert folder.paths("out") == []
    assert "link.md" in folder.paths()
    assert "out/secret" not in folder.paths()


def test_a_link_that_stays_inside_is_followed_when_read(folder: Folder) -> None:
    (folder.root / "link.md").symlink_to(folder.root / "a.md")

    assert folder.read("link.md") == b"a.md"


def test_what_is_no_file_is_not_listed(folder: Folder) -> None:
    os.mkfifo(folder.root / "pipe.md")

    assert "pipe.md" not in folder.paths()
