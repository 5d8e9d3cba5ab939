"""Which record of the base is which record now."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from memory_tree import MemoryTree

from mkdocs_decisions.pairing import pairs, renumbered
from mkdocs_decisions.project import Project
from mkdocs_decisions.settings import Settings

NAMES = st.builds("{:04}-{}.md".format, st.integers(1, 5), st.sampled_from(["a", "b", "c", "d-e"]))
PROJECTS = st.dictionaries(NAMES, st.sampled_from(["A", "B", "C"]), max_size=6)


def project(titles: dict[str, str], folder: str = "adr") -> Project:
    files = {
        f"{folder}/{name}": f"---\nstatus: proposed\n---\n\n# {name[:4]}. {title}\n"
        for name, title in titles.items()
    }
    return Project(MemoryTree(files), Settings(records=folder))


def found(before: Project, after: Project) -> dict[str, str | None]:
    return {
        old.path.rpartition("/")[2]: new and new.path.rpartition("/")[2]
        for old, new in pairs(before, after)
    }


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"0001-a.md": "A"}, {"0001-a.md": "B"}, {"0001-a.md": "0001-a.md"}),
        ({"0001-a.md": "A"}, {"0004-a.md": "A"}, {"0001-a.md": "0004-a.md"}),
        ({"0001-a.md": "A"}, {"0001-b.md": "A"}, {"0001-a.md": "0001-b.md"}),
        ({"0001-a.md": "A"}, {"0004-b.md": "A"}, {"0001-a.md": "0004-b.md"}),
        ({"0001-a.md": "A"}, {"0004-b.md": "B"}, {"0001-a.md": None}),
        (
            {"0001-a.md": "A", "0002-b.md": "B"},
            {"0002-a.md": "A", "0001-b.md": "B"},
            {"0001-a.md": "0002-a.md", "0002-b.md": "0001-b.md"},
        ),
        (
            {"0001-a.md": "A"},
            {"0001-b.md": "B", "0002-a.md": "A"},
            {"0001-a.md": "0002-a.md"},
        ),
        ({"0001-a.md": "A"}, {"0002-a.md": "B", "0003-a.md": "C"}, {"0001-a.md": None}),
    ],
    ids=[
        "the same file",
        "another number",
        "another name",
        "the same title",
        "gone",
        "numbers swapped",
        "its number was taken",
        "two of its name",
    ],
)
def test_a_record_is_known_again(
    before: dict[str, str], after: dict[str, str], expected: dict[str, str | None]
) -> None:
    assert found(project(before), project(after)) == expected


def test_a_record_is_known_in_another_folder() -> None:
    before, after = project({"0001-a.md": "A"}), project({"0001-a.md": "A"}, "docs/decisions")

    assert found(before, after) == {"0001-a.md": "0001-a.md"}
    assert renumbered(before, after) == {}


def test_ids_that_became_others_are_told() -> None:
    before = project({"0001-a.md": "A", "0002-b.md": "B", "0003-c.md": "C"})
    after = project({"0004-a.md": "A", "0002-b.md": "B"})

    assert renumbered(before, after) == {"0001": "0004"}


@given(PROJECTS, PROJECTS)
def test_no_record_is_taken_for_two(before: dict[str, str], after: dict[str, str]) -> None:
    told = pairs(project(before), project(after))

    assert [old.path for old, _ in told] == sorted(f"adr/{name}" for name in before)
    taken = [new.path for _, new in told if new is not None]
    assert len(taken) == len(set(taken))
    for old, new in told:
        if old.path.removeprefix("adr/") in after:
            assert new is not None
            assert new.path == old.path


@given(PROJECTS)
def test_a_project_is_its_own_pair(titles: dict[str, str]) -> None:
    same = project(titles)

    assert all(old.path == new.path for old, new in pairs(same, same) if new)
    assert len(pairs(same, same)) == len(titles)
    assert renumbered(same, same) == {}
