"""Revisions are read as trees, from real repositories; nothing is checked out or written."""

from __future__ import annotations

import datetime
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from scratch import ONE, STORE, THREE, TODAY, TWO, Scratch

from mkdocs_decisions.cache import Cache
from mkdocs_decisions.git import Git, GitTree, project_at, with_base
from mkdocs_decisions.problems import DecisionsError
from mkdocs_decisions.tree import Folder

NEW = "adr/0004-{}.md"
RECORD = "---\nstatus: proposed\ndate: 2026-02-12\nsource: x\n---\n\n# 0004. {}\n"


@pytest.fixture
def shop(tmp_path: Path) -> Scratch:
    root = tmp_path / "shop"
    root.mkdir()
    return Scratch(root).init()


def add(shop: Scratch, slug: str) -> Scratch:
    return shop.write(NEW.format(slug), RECORD.format(slug))


def files(folder: Path) -> dict[str, bytes]:
    return {str(each): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


# -- trees -----------------------------------------------------------------------------------


def test_a_revision_is_the_same_tree_as_the_files_that_were_committed(shop: Scratch) -> None:
    shop.write("src/.hidden/x.py", "").write("src/__pycache__/x.pyc", "").write("adr/.dot", "d")
    shop.commit("More")
    folder, tree = Folder(shop.root), GitTree(Git(shop.root), "main")

    for place in ("", "src", "src/shop", "adr", "nowhere", "adr/README.md"):
        assert tree.paths(place) == folder.paths(place), place
    assert "src/shop/prices.py" in tree.paths()
    for path in folder.paths():
        assert tree.read(path) == folder.read(path)
    for path in (
        "adr",
        "adr/",
        "src/shop/prices.py",
        "src/sho",
        "",
        "../other",
        "adr/../src",
        "/etc",
        "/adr",
    ):
        assert tree.exists(path) == folder.exists(path), path


def test_a_revision_does_not_follow_the_working_tree(shop: Scratch) -> None:
    tree = GitTree(Git(shop.root), "HEAD")
    shop.edit(ONE, "status: accepted", "status: proposed").remove(TWO)

    assert b"status: accepted" in tree.read(ONE)
    assert tree.exists(TWO)
    assert tree.name == f"HEAD ({tree.sha[:12]})"


def test_links_and_submodules_are_told_from_files(shop: Scratch) -> None:
    (shop.root / "adr/0009-link.md").symlink_to("0001-prices-are-whole-cents.md")
    (shop.root / "lib").symlink_to("src/shop")
    (shop.root / "adr/out.md").symlink_to("/etc/passwd")
    (shop.root / "adr/absolute.md").symlink_to("/README.md")
    (shop.root / "adr/up.md").symlink_to("../../shop/pyproject.toml")
    (shop.root / "adr/round.md").symlink_to("round.md")
    shop.commit("Links")
    sha = shop.git("rev-parse", "HEAD").strip()
    shop.git("update-index", "--add", "--cacheinfo", f"160000,{sha},vendor/part")
    shop.git("commit", "--quiet", "--message", "A submodule")
    tree = GitTree(Git(shop.root), "HEAD")

    assert tree.is_link("adr/0009-link.md")
    assert not tree.is_link(ONE)
    assert tree.read("adr/0009-link.md") == tree.read(ONE)
    assert tree.read("lib/prices.py") == tree.read("src/shop/prices.py")
    assert tree.paths("lib") == Folder(shop.root).paths("lib")
    for path in ("adr/out.md", "adr/absolute.md", "adr/up.md", "adr/round.md"):
        assert path in tree.paths("adr")
        assert not tree.exists(path)
        with pytest.raises(FileNotFoundError):
            tree.read(path)
    assert tree.exists("vendor/part")
    assert tree.paths("vendor") == []
    with pytest.raises(IsADirectoryError):
        tree.read("vendor/part")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_any_name_that_a_file_may_have_is_read(shop: Scratch) -> None:
    names = [
        "a b.md",
        'q"uo\\te.md',
        "new\nline.md",
        "tab\t.md",
        "\u00fc.md",
        "<b>.md",
        os.fsdecode(b"\xff.md"),
    ]
    for name in names:
        shop.write(f"adr/{name}", f"It is {name!r}")
    shop.commit("Names")
    git = Git(shop.root)
    tree = GitTree(git, "main")

    assert tree.paths("adr") == Folder(shop.root).paths("adr")
    for name in names:
        assert tree.read(f"adr/{name}").decode() == f"It is {name!r}"
    assert {change.new for change in git.changed("main~1", "main")} == {f"adr/{n}" for n in names}
    assert {c.new for c in next(git.commits("adr")).changes} == {f"adr/{name}" for name in names}


def test_a_project_in_a_folder_of_the_repository_knows_its_own_paths_only(tmp_path: Path) -> None:
    (tmp_path / "repository/shop").mkdir(parents=True)
    outer = Scratch.__new__(Scratch)
    outer.root = tmp_path / "repository"
    inner = Scratch(tmp_path / "repository/shop")
    outer.write("adr/0001-another.md", "x").write("shopping.md", "x").init()
    outer.git("mv", "shop/adr/0003-baskets-in-memory.md", "shop/adr/0004-baskets-in-memory.md")
    outer.write("adr/0001-another.md", "y").commit("Renumber")
    git = Git(inner.root)

    assert GitTree(git, "main").paths() == Folder(inner.root).paths()
    assert GitTree(git, "main~1").read(THREE)
    changes = git.changed("main~1", "main")
    assert [(each.status, each.old, each.new) for each in changes] == [
        ("R", THREE, "adr/0004-baskets-in-memory.md")
    ]
    assert next(git.commits("adr")).changes == changes
    assert git.taken("adr")["0004"] == {"main": "adr/0004-baskets-in-memory.md"}


def test_what_was_committed_is_read_and_no_replacement(shop: Scratch) -> None:
    before = (shop.root / ONE).read_bytes()
    shop.git("replace", f"HEAD:{ONE}", f"HEAD:{TWO}")

    assert GitTree(Git(shop.root), "HEAD").read(ONE) == before


def test_threads_may_read_from_one_tree(shop: Scratch) -> None:
    tree = GitTree(Git(shop.root), "main")
    wanted = {path: (shop.root / path).read_bytes() for path in tree.paths()}
    wrong = []

    def read() -> None:
        for _ in range(20):
            wrong.extend(path for path, data in wanted.items() if tree.read(path) != data)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert wrong == []


def test_a_closed_repository_can_be_read_again(shop: Scratch) -> None:
    git = Git(shop.root)
    tree = GitTree(git, "main")
    before = tree.read(ONE)
    git.close()
    git.close()

    assert tree.read(ONE) == before


# -- revisions -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["--output=x", "-h", "", "a\nb", "a\0b", "\x1b[31m"])
def test_what_is_no_name_of_a_revision_is_refused(shop: Scratch, name: str) -> None:
    before = files(shop.root)

    with pytest.raises(DecisionsError, match="is no name of a revision") as caught:
        Git(shop.root).resolve(name)

    assert caught.value.code == "ADR005"
    assert "\x1b" not in str(caught.value)
    assert files(shop.root) == before


@pytest.mark.parametrize(
    "name", ["origin/main", "nope", "HEAD:adr", "main~9", "$(touch x)", "a..b"]
)
def test_a_revision_that_is_not_there_is_told_with_the_way_to_fetch_it(
    shop: Scratch, name: str
) -> None:
    with pytest.raises(DecisionsError) as caught:
        Git(shop.root).resolve(name)

    assert caught.value.code == "ADR005"
    assert name in str(caught.value)
    assert "fetch-depth: 0" in caught.value.mend


def test_branches_tags_and_commits_name_a_revision(shop: Scratch) -> None:
    shop.git("tag", "--annotate", "v1", "--message", "One")
    git = Git(shop.root)
    sha = shop.git("rev-parse", "HEAD").strip()

    assert {git.resolve(name) for name in ("main", "v1", "HEAD", sha, sha[:9])} == {sha}


def test_a_merge_base_is_where_two_branches_parted(shop: Scratch) -> None:
    start = shop.git("rev-parse", "HEAD").strip()
    shop.git("switch", "--quiet", "--create", "change")
    shop.commit("On the branch")
    shop.git("switch", "--quiet", "main")
    shop.commit("On main")
    git = Git(shop.root)

    assert git.merge_base("main", "change") == start


def test_branches_without_a_common_commit_have_no_merge_base(shop: Scratch) -> None:
    shop.git("switch", "--quiet", "--orphan", "other")
    shop.commit("Alone")

    with pytest.raises(DecisionsError, match="no commit in common") as caught:
        Git(shop.root).merge_base("main", "other")
    assert caught.value.code == "ADR005"


def test_a_folder_outside_of_any_repository_is_told(tmp_path: Path) -> None:
    with pytest.raises(DecisionsError, match="part of no git repository") as caught:
        Git(tmp_path)
    assert caught.value.code == "ADR004"


def test_a_missing_git_is_told(shop: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(shop.root))

    with pytest.raises(DecisionsError, match="git can't be run") as caught:
        Git(shop.root)
    assert caught.value.code == "ADR004"
    assert with_base(shop.project(), None).base is None


# -- what changed ----------------------------------------------------------------------------


def test_changes_are_told_with_renames(shop: Scratch) -> None:
    shop.edit(ONE, "status: accepted", "status: deprecated")
    shop.move(THREE, "adr/0004-baskets-in-memory.md").remove(TWO).write("docs/new.md", "# New\n")
    shop.commit("Everything")
    git = Git(shop.root)

    changes = git.changed("main~1", "main")

    assert [(each.status, each.old, each.new) for each in changes] == [
        ("M", ONE, ONE),
        ("D", TWO, None),
        ("R", THREE, "adr/0004-baskets-in-memory.md"),
        ("A", None, "docs/new.md"),
    ]
    assert b"accepted" in git.blob(changes[0].old_blob)
    assert b"deprecated" in git.blob(changes[0].new_blob)
    assert changes[1].new_blob is None
    assert changes[3].old_blob is None


def test_a_blob_that_is_not_there_is_told(shop: Scratch) -> None:
    git = Git(shop.root)

    for id_ in ("0" * 40, "nonsense", git.resolve("HEAD")):
        with pytest.raises(FileNotFoundError):
            git.blob(id_)


def test_history_tells_each_commit_that_touched_the_records(shop: Scratch) -> None:
    shop.write("docs/x.md", "x").commit("Not about records", date="2026-02-11T12:00:00 +0000")
    shop.edit(ONE, "status: accepted", "status: deprecated")
    shop.commit("Deprecate <b>0001</b>\n\nMore.", date="2026-02-12T12:00:00 +0200")
    git = Git(shop.root)

    last, first = git.commits("adr")

    assert (last.subject, last.author, last.sha) == (
        "Deprecate <b>0001</b>",
        "Ada",
        git.resolve("main"),
    )
    assert last.date == datetime.datetime(2026, 2, 12, 10, tzinfo=datetime.UTC)
    (change,) = last.changes
    assert git.blob(change.new_blob) == (shop.root / ONE).read_bytes()
    assert {each.new for each in first.changes} == {ONE, TWO, THREE, "adr/README.md"}


def test_a_merge_is_one_commit_of_the_history(shop: Scratch) -> None:
    shop.git("switch", "--quiet", "--create", "change")
    add(shop, "draft").commit("Draft")
    shop.move(NEW.format("draft"), NEW.format("final")).commit("Final")
    shop.git("switch", "--quiet", "main")
    shop.write("docs/x.md", "x").commit("Meanwhile")
    shop.git("merge", "--quiet", "--no-ff", "--message", "Merge change", "change")

    subjects = {c.subject: [each.new for each in c.changes] for c in Git(shop.root).commits("adr")}

    assert list(subjects) == ["Merge change", "The shop"]
    assert subjects["Merge change"] == [NEW.format("final")]


def test_settings_of_the_user_change_nothing(
    shop: Scratch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.move(THREE, "adr/0004-baskets-in-memory.md").commit("Renumber")
    shop.git("switch", "--quiet", "--create", "change")
    add(shop, "more").commit("More")
    shop.git("switch", "--quiet", "main")
    shop.git("merge", "--quiet", "--no-ff", "--message", "Merge", "change")

    def told() -> object:
        git = Git(shop.root)
        return git.changed("main~2", "main"), list(git.commits("adr")), git.refs(), git.taken("adr")

    plain = told()
    marker = tmp_path / "ran"
    (tmp_path / "gitconfig").write_text(
        f"""
        [core]
            quotePath = true
            fsmonitor = touch {marker}
            pager = touch {marker}
        [color]
            ui = always
        [log]
            date = relative
            showRoot = false
            diffMerges = off
            follow = true
            showSignature = true
            decorate = full
        [diff]
            renames = false
            relative = true
            external = touch {marker}
            noprefix = true
        [format]
            pretty = fuller
        """
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_DIR", str(tmp_path))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", f"touch {marker}")

    assert told() == plain
    assert not marker.exists()


def test_nothing_is_written(shop: Scratch) -> None:
    before = files(shop.root)
    os.utime(shop.root / ONE, (1, 1))  # git would like to note this in its index

    project = with_base(shop.project(), "main")
    assert project.base is not None
    project.base.tree.read(ONE)
    list(Git(shop.root).commits("adr"))

    assert files(shop.root) == before


def test_a_shallow_clone_is_told_and_its_first_commit_is_passed_over(
    shop: Scratch, tmp_path: Path
) -> None:
    shop.edit(ONE, "status: accepted", "status: deprecated").commit("Deprecate")
    shop.write("docs/x.md", "x").commit("Meanwhile")
    shop.git("clone", "--quiet", "--depth", "2", f"file://{shop.root}", str(tmp_path / "shallow"))
    git = Git(tmp_path / "shallow")

    assert git.is_shallow
    assert not Git(shop.root).is_shallow
    assert list(git.commits("adr")) == []
    with pytest.raises(DecisionsError, match="is not there"):
        git.resolve("main~2")


# -- ids on branches -------------------------------------------------------------------------


def test_ids_are_told_of_local_and_remote_branches(shop: Scratch, tmp_path: Path) -> None:
    shop.git("clone", "--quiet", str(shop.root), str(tmp_path / "clone"))
    shop.git("switch", "--quiet", "--create", "theirs")
    add(shop, "theirs").commit("Theirs")
    clone = Scratch.__new__(Scratch)
    clone.root = tmp_path / "clone"
    clone.git("fetch", "--quiet")
    clone.git("switch", "--quiet", "--create", "mine")
    add(clone, "mine").commit("Mine")
    git = Git(clone.root)

    assert git.taken("adr")["0004"] == {
        "mine": NEW.format("mine"),
        "origin/theirs": NEW.format("theirs"),
    }
    assert set(git.taken("adr")["0001"]) == {"main", "mine", "origin/main", "origin/theirs"}
    assert git.taken("nowhere") == git.taken("a\nb") == {}
    assert [(each.name, each.remote, each.current, each.upstream) for each in git.refs()] == [
        ("main", False, False, "origin/main"),
        ("mine", False, True, ""),
        ("origin/main", True, False, ""),
        ("origin/theirs", True, False, ""),
    ]


def test_a_hundred_branches_take_no_process_each(
    shop: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(100):
        shop.git("branch", f"branch-{number}")
    started = []
    real = subprocess.Popen

    def counted(command: list[str], **more: object) -> object:
        started.append(command)
        return real(command, **more)

    git = Git(shop.root)
    monkeypatch.setattr(subprocess, "Popen", counted)

    assert len(git.taken("adr")["0001"]) == 101
    assert len(started) == 2


def test_what_is_no_record_takes_no_id(shop: Scratch) -> None:
    shop.write("adr/0007.txt", "x").write("adr/evidence/0008-x.md", "x")
    (shop.root / "adr/0009-link.md").symlink_to("README.md")
    shop.commit("More")

    assert sorted(Git(shop.root).taken("adr")) == ["0001", "0002", "0003"]


# -- projects --------------------------------------------------------------------------------


def test_a_project_is_read_as_it_was(shop: Scratch) -> None:
    shop.edit(ONE, "status: accepted", "status: deprecated")
    shop.edit("pyproject.toml", "[tool.decisions]", "[tool.decisions]\nmax-amendments = 9")

    before = project_at(shop.root, "main", today=TODAY)

    assert before.by_id["0001"].status == "accepted"
    assert before.settings.max_amendments == 5
    assert before.code_paths == shop.project().code_paths
    assert before.today == TODAY


@pytest.mark.parametrize(
    "pyproject",
    [
        None,
        "[tool.decisions]\nrecords = 3\n",
        "[tool.decisions",
        "[tool.decisions]\nrecords='no'\n",
    ],
    ids=["none", "wrong", "broken", "missing folder"],
)
def test_where_a_revision_has_no_sound_settings_those_of_today_count(
    shop: Scratch, pyproject: str | None
) -> None:
    today = shop.read("pyproject.toml")
    if pyproject is None:
        shop.remove("pyproject.toml")
    else:
        shop.write("pyproject.toml", pyproject)
    shop.commit("Other settings").write("pyproject.toml", today)

    base = with_base(shop.project(), "main").base

    assert base is not None
    assert base.settings == shop.project().settings
    assert set(base.by_id) == {"0001", "0002", "0003"}


def test_a_revision_without_records_is_an_empty_project(shop: Scratch) -> None:
    shutil.rmtree(shop.root / "adr")
    shop.remove("pyproject.toml").commit("Nothing")

    assert project_at(shop.root, "main").records == []


def test_a_base_is_where_the_branch_began(shop: Scratch) -> None:
    shop.git("switch", "--quiet", "--create", "change")
    add(shop, "mine").commit("Mine")
    shop.git("switch", "--quiet", "main")
    add(shop, "theirs").edit(ONE, "status: accepted", "status: deprecated").commit("Theirs")
    shop.git("switch", "--quiet", "change")
    cache = Cache()

    project = with_base(shop.project(cache=cache), "main")

    assert project.base is not None
    assert project.base.by_id["0001"].status == "accepted"
    assert "0004" not in project.base.by_id
    assert project.taken["0004"] == {"main": NEW.format("theirs")}
    assert (project.today, project.cache, project.base.cache) == (TODAY, cache, cache)


def test_a_project_at_a_revision_has_a_base_too(shop: Scratch) -> None:
    shop.git("switch", "--quiet", "--create", "change")
    shop.edit(STORE, "Baskets by", "Every basket by").commit("Change")
    shop.git("switch", "--quiet", "main")

    project = with_base(project_at(shop.root, "change"), "main")

    assert project.base is not None
    assert project.tree.read(STORE) != project.base.tree.read(STORE)


def test_a_base_that_nobody_named_may_be_missing(shop: Scratch, tmp_path: Path) -> None:
    assert with_base(shop.project(), None).base is None
    shop.edit("pyproject.toml", "[tool.decisions]", '[tool.decisions]\nbase = "main"')
    assert with_base(shop.project(), None).base is not None
    (tmp_path / "bare").mkdir()
    assert with_base(Scratch(tmp_path / "bare").project(), None).base is None


def test_a_named_base_must_be_there(shop: Scratch) -> None:
    with pytest.raises(DecisionsError) as caught:
        with_base(shop.project(), "origin/main")
    assert caught.value.code == "ADR005"


def test_what_was_pushed_of_a_branch_is_no_rival_but_its_base_is(
    shop: Scratch, tmp_path: Path
) -> None:
    shop.git("clone", "--quiet", str(shop.root), str(tmp_path / "clone"))
    clone = Scratch.__new__(Scratch)
    clone.root = tmp_path / "clone"
    clone.git("switch", "--quiet", "--create", "mine")
    add(clone, "draft").commit("Draft")
    clone.git("push", "--quiet", "--set-upstream", "origin", "mine")
    clone.git("mv", NEW.format("draft"), NEW.format("final"))
    clone.git("commit", "--quiet", "--amend", "--message", "Final")

    assert with_base(clone.project(), "origin/main").taken == {}

    add(shop, "theirs").commit("Theirs")
    clone.git("fetch", "--quiet")
    clone.git("switch", "--quiet", "main")
    taken = with_base(clone.project(), "origin/main").taken["0004"]
    assert taken["origin/main"] == NEW.format("theirs")
