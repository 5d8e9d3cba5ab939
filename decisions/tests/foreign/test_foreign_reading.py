"""Reading a folder on disk: what is left out, what is refused, and that nothing is followed."""

import dataclasses
import json
import os

import pytest

from mkdocs_decisions.foreign import read_folder

RECORD = "# 1. T\n\n## Status\n\nAccepted\n\n## Context\n"


def write(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


def paths(listing):
    return [record.path for record in listing.records]


def reasons(listing):
    return {skipped.path: skipped.reason for skipped in listing.skipped}


@pytest.mark.parametrize(
    "name",
    [
        "0001-t.md",
        "adr-001-t.md",
        "ADR001-t.md",
        "adr_001_t.md",
        "001.md",
        "20200102-t.md",
        "2020-01-02-t.md",
        "2020-01-02-t/README.md",
        "2020-01-02-t/index.md",
        "012/README.md",
        "rfc0001-t.md",
        "web/20200102-t.md",
        "web/adr/0001-t.mdx",
        "category/0001-t.markdown",
        "2020/0001-t.md",
        "0001-use-the-template.md",
        "0003-adr-template.md",
        "use-a-queue.md",
    ],
)
def test_a_record_is_found(tmp_path, name):
    write(tmp_path, {name: RECORD})
    listing = read_folder(tmp_path)
    assert (paths(listing), listing.skipped) == ([name], [])


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("template.md", "template"),
        ("TEMPLATE.md", "template"),
        ("_template.md", "template"),
        ("0000-template.md", "template"),
        ("000-adr-template.md", "template"),
        ("NNNN-template.md", "template"),
        ("adr-template.md", "template"),
        ("adr-000-template.md", "template"),
        ("template-madr.md", "template"),
        ("YYYY-MM-DD-template.md", "template"),
        ("README.md", "introduction"),
        ("readme.md", "introduction"),
        ("index.md", "introduction"),
        ("_index.md", "introduction"),
        ("SUMMARY.md", "introduction"),
        ("toc.md", "introduction"),
        ("category/README.md", "introduction"),
        ("2020/README.md", "introduction"),
    ],
)
def test_a_template_or_an_index_is_skipped(tmp_path, name, reason):
    write(tmp_path, {name: RECORD, "2020/0001-t.md": RECORD})
    listing = read_folder(tmp_path)
    assert paths(listing) == ["2020/0001-t.md"]
    assert reason in reasons(listing)[name]


def test_a_folder_of_templates_is_skipped_whole(tmp_path):
    write(tmp_path, {"templates/0001-t.md": RECORD, "0000-template/README.md": RECORD})
    listing = read_folder(tmp_path)
    assert paths(listing) == []
    assert reasons(listing).keys() == {"templates", "0000-template"}


def test_what_reads_like_no_record_is_skipped(tmp_path):
    write(tmp_path, {"minutes.md": "# Minutes\n\nStatus: accepted\n", "0002-x.rst": "X"})
    assert reasons(read_folder(tmp_path)) == {
        "0002-x.rst": "is not Markdown",
        "minutes.md": "neither its name nor its sections are those of a record",
    }


def test_files_beside_the_readme_of_a_record_belong_to_it(tmp_path):
    write(tmp_path, {"0003-x/README.md": RECORD, "0003-x/more.md": RECORD, "0003-x/a.png": b"\x89"})
    listing = read_folder(tmp_path)
    assert paths(listing) == ["0003-x/README.md"]
    assert reasons(listing).keys() == {"0003-x/more.md"}


def test_unreadable_files_are_skipped_with_a_reason(tmp_path):
    write(
        tmp_path,
        {
            "0001-latin.md": "# Entscheidung für".encode("latin-1"),
            "0002-binary.md": b"\0\1\2",
            "0003-huge.md": b"x" * 1_000_001,
            "0004-empty.md": b" \n",
            "0005-large.md": RECORD.encode() + b"x" * 900_000,
        },
    )
    listing = read_folder(tmp_path)
    assert paths(listing) == ["0005-large.md"]
    told = reasons(listing)
    assert "not UTF-8" in told["0001-latin.md"]
    assert "binary" in told["0002-binary.md"]
    assert "larger" in told["0003-huge.md"]
    assert "empty" in told["0004-empty.md"]


def test_links_are_not_followed(tmp_path):
    outside = tmp_path / "outside"
    inside = tmp_path / "inside"
    write(outside, {"0009-secret.md": RECORD})
    write(inside, {"0001-t.md": RECORD})
    os.symlink(outside / "0009-secret.md", inside / "0002-link.md")
    os.symlink(outside, inside / "linked")
    os.symlink(inside, inside / "round")
    os.symlink(outside / "nothing.md", inside / "0003-dangling.md")
    listing = read_folder(inside)
    assert paths(listing) == ["0001-t.md"]
    assert set(reasons(listing)) == {"0002-link.md", "linked", "round", "0003-dangling.md"}
    assert set(reasons(listing).values()) == {"is a symbolic link"}


def test_hidden_folders_are_left(tmp_path):
    write(tmp_path, {".git/0001-t.md": RECORD, "node_modules/0001-t.md": RECORD})
    listing = read_folder(tmp_path)
    assert paths(listing) == []
    assert reasons(listing).keys() == {".git", "node_modules"}


def test_records_and_skipped_are_in_the_order_of_their_paths(tmp_path):
    names = ["b/0001-t.md", "0002-t.md", "a/0003-t.md", "template.md", "README.md", "a/README.md"]
    write(tmp_path, dict.fromkeys(names, RECORD))
    listing = read_folder(tmp_path)
    assert paths(listing) == ["0002-t.md", "a/0003-t.md", "b/0001-t.md"]
    assert [s.path for s in listing.skipped] == ["README.md", "a/README.md", "template.md"]


def test_a_listing_is_plain_data(tmp_path):
    write(tmp_path, {"0001-t.md": RECORD, "README.md": "x"})
    data = json.loads(json.dumps(dataclasses.asdict(read_folder(tmp_path))))
    assert data["records"][0]["status"] == "accepted"
    assert data["skipped"][0]["path"] == "README.md"


def test_a_record_is_read_only(tmp_path):
    write(tmp_path, {"0001-t.md": RECORD})
    [record] = read_folder(tmp_path).records
    with pytest.raises(dataclasses.FrozenInstanceError):
        record.status = "rejected"


def test_an_absent_folder_is_said_to_be_unreadable(tmp_path):
    listing = read_folder(tmp_path / "nowhere")
    assert listing.records == []
    assert "cannot be read" in listing.skipped[0].reason


def test_a_pipe_is_left_alone(tmp_path):
    write(tmp_path, {"0001-t.md": RECORD})
    os.mkfifo(tmp_path / "0002-pipe.md")
    listing = read_folder(tmp_path)
    assert paths(listing) == ["0001-t.md"]
    assert reasons(listing) == {"0002-pipe.md": "is no regular file"}


def test_a_name_of_two_lines_keeps_its_number(tmp_path):
    write(tmp_path, {"0007-a\nb.md": "# T\n\n## Status\n\nAccepted\n"})
    assert [record.id for record in read_folder(tmp_path).records] == ["0007"]


def test_an_index_that_is_a_whole_record_is_read_where_it_is_alone(tmp_path):
    whole = "# T\n\n## Status\n\nAccepted\n\n## Decision\n\nYes.\n"
    write(tmp_path, {"use-a-queue/index.md": whole, "other/index.md": whole, "other/a.md": RECORD})
    assert paths(read_folder(tmp_path)) == ["other/a.md", "use-a-queue/index.md"]
