"""Asks git: revisions, branches, changes, objects. Writes nothing. Revisions as trees: `git.py`.

Paths are relative to the root of the project, which may be a folder of the repository.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import subprocess
import threading
import weakref
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from mkdocs_decisions.problems import DecisionsError
from mkdocs_decisions.project import NO_RECORDS
from mkdocs_decisions.reader import id_of, shown

_OPTIONS = (
    *("--no-pager", "--no-replace-objects"),
    *("-c", "core.quotePath=false"),
    *("-c", "core.fsmonitor=false"),
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "log.showRoot=true"),
    *("-c", "log.diffMerges=separate"),
)
_SET = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_LITERAL_PATHSPECS": "1",
    "LC_ALL": "C",
}
_UNSET = {
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
}
"""A hook sets these, or a user may: they would point git elsewhere than to the project."""
_RENAMES = ("-M", "-l2000")
_FETCH = "fetch it: `git fetch origin {name}`, or `fetch-depth: 0` in CI"
LINK, SUBMODULE = "120000", "160000"
"""Modes of what is no file."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a file.

    Attributes:
        status: `A` added, `D` deleted, `M` changed, `R` renamed, `T` another kind of file.
        old: Its path before; None if it was not there.
        new: Its path after; None if it is gone.
        old_blob: Id of its bytes before.
        new_blob: Id of its bytes after.
    """

    status: str
    old: str | None
    new: str | None
    old_blob: str | None
    new_blob: str | None


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit with the files that it changed.

    Attributes:
        sha: Its id.
        date: When it was committed.
        author: Name of the author.
        subject: First line of the message.
        changes: What became of the files that were asked for.
    """

    sha: str
    date: datetime.datetime
    author: str
    subject: str
    changes: list[Change]


@dataclass(frozen=True, slots=True)
class Ref:
    """A branch, local or remote-tracking.

    Attributes:
        name: `main` or `origin/main`.
        sha: The commit.
        remote: Whether it is a remote-tracking one.
        current: Whether it is checked out.
        upstream: Name of the branch that it follows; empty if it follows none.
    """

    name: str
    sha: str
    remote: bool
    current: bool
    upstream: str

    @property
    def branch(self) -> str:
        """Its name without that of the remote."""
        return self.name.partition("/")[2] if self.remote else self.name


class Git:
    """The repository that a folder is part of.

    Args:
        root: Root of the project.

    Raises:
        DecisionsError: ADR004, git is not there, or the folder is part of no repository.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        answer = self.run("rev-parse", "--show-prefix", "--is-shallow-repository").split(b"\n")
        self.prefix = os.fsdecode(answer[0])
        self.is_shallow = answer[1] == b"true"
        self._objects: _Objects | None = None

    def run(self, *arguments: str) -> bytes:
        """What a git command prints.

        Raises:
            DecisionsError: ADR004, it failed.
        """
        done = self._start(*arguments)
        if done.returncode:
            raise self._failed(arguments[0], done.stderr)
        return done.stdout

    def _start(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(
                ["git", *_OPTIONS, *arguments],
                cwd=self.root,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
            )
        except (FileNotFoundError, NotADirectoryError, PermissionError) as error:
            raise DecisionsError(
                "ADR004", f"git can't be run in {self.root}: {error.strerror}", "install git"
            ) from error

    def _failed(self, command: str, stderr: bytes) -> DecisionsError:
        said = stderr.decode("utf-8", "replace").strip().split("\n")[0].removeprefix("fatal: ")
        if "not a git repository" in said:
            what = f"{self.root} is part of no git repository"
            return DecisionsError("ADR004", what, "run it in a clone of the repository")
        mend = "mend the repository"
        if "dubious ownership" in said:
            mend = f"git config --global --add safe.directory {self.root}"
        return DecisionsError("ADR004", f"git {command} failed: {shown(said)}", mend)

    # -- revisions ---------------------------------------------------------------------------

    def resolve(self, name: str) -> str:
        """The id of the commit that a revision names.

        Raises:
            DecisionsError: ADR005, there is no such revision here.
        """
        if not name or name.startswith("-") or not name.isprintable():
            what = f"'{shown(name)}' is no name of a revision"
            raise DecisionsError("ADR005", what, "name a branch, a tag or a commit")
        done = self._start("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
        if done.returncode:
            branch = name.removeprefix("origin/")
            what = f"the revision '{shown(name)}' is not there"
            raise DecisionsError("ADR005", what, _FETCH.format(name=branch))
        return done.stdout.decode().strip()

    def merge_base(self, one: str, other: str) -> str:
        """The id of the last commit that two revisions have in common.

        Raises:
            DecisionsError: ADR005, one of them is not there, or they have none in common.
        """
        ends = [self.resolve(one), self.resolve(other)]
        done = self._start("merge-base", *ends)
        if done.returncode == 1:
            what = f"'{shown(one)}' and '{shown(other)}' have no commit in common"
            mend = "name another base"
            if self.is_shallow:
                what += " in this shallow clone"
                mend = "fetch the rest: `git fetch --unshallow`, or `fetch-depth: 0` in CI"
            raise DecisionsError("ADR005", what, mend)
        if done.returncode:
            raise self._failed("merge-base", done.stderr)
        return done.stdout.decode().strip()

    def refs(self, *conditions: str) -> list[Ref]:
        """Every local and remote-tracking branch.

        Args:
            *conditions: Options of `git for-each-ref`, such as `--no-merged=SHA`.
        """
        names = ("objectname", "refname", "HEAD", "upstream:lstrip=2", "symref")
        form = "%00".join(f"%({name})" for name in names)
        told = self.run(
            "for-each-ref", f"--format={form}", *conditions, "refs/heads", "refs/remotes"
        )
        found = []
        for line in os.fsdecode(told).splitlines():
            sha, full, head, upstream, symbolic = line.split("\0")
            if not symbolic:
                _, kind, name = full.split("/", 2)
                found.append(Ref(name, sha, kind == "remotes", head == "*", upstream))
        return found

    # -- what changed ------------------------------------------------------------------------

    def changed(self, base: str, head: str) -> list[Change]:
        """The files of the project that differ between two revisions.

        Raises:
            DecisionsError: ADR005, one of them is not there.
        """
        ends = [self.resolve(base), self.resolve(head)]
        told = self.run(
            *("diff-tree", "-r", "-z", "--raw", "--no-abbrev", *_RENAMES, *ends, "--", ".")
        )
        return list(self._changes(iter(_parts(told))))

    def commits(self, folder: str, rev: str = "HEAD") -> Iterator[Commit]:
        """The commits that changed a folder, the last one first.

        Only what came to the branch itself counts: a merge is one commit, whatever its branch went
        through. The oldest commit of a shallow clone is passed over: what it changed is not known.

        Raises:
            DecisionsError: ADR005, the revision is not there.
        """
        told = self.run(
            *("log", "--first-parent", "-m", "--raw", "-z", "--no-abbrev", *_RENAMES),
            *("--no-color", "--no-ext-diff", "--no-textconv", "--no-show-signature", "--no-notes"),
            *("--no-mailmap", "--encoding=UTF-8", "--format=%H%x00%P%x00%cI%x00%an%x00%s"),
            *(self.resolve(rev), "--", folder),
        )
        parts = _parts(told)
        at = 0
        while at < len(parts):
            sha, parents, date, author, subject = (
                part.decode("utf-8", "replace") for part in parts[at : at + 5]
            )
            end = at = at + 5
            while end < len(parts) and parts[end].lstrip(b"\n").startswith(b":"):
                end += 3 if _status(parts[end]) in "RC" else 2
            changes = list(self._changes(iter(parts[at:end])))
            at = end
            if parents or not self.is_shallow:
                when = datetime.datetime.fromisoformat(date)
                yield Commit(sha.strip(), when, author, subject, changes)

    def _changes(self, parts: Iterator[bytes]) -> Iterator[Change]:
        """The changes in the raw output of a diff."""
        for head in parts:
            before, after, old_blob, new_blob, status = (
                head.decode().strip().removeprefix(":").split()
            )
            old = new = os.fsdecode(next(parts)).removeprefix(self.prefix)
            if status[0] in "RC":
                new = os.fsdecode(next(parts)).removeprefix(self.prefix)
            if SUBMODULE in (before, after):
                continue
            yield Change(
                status[0],
                None if status == "A" else old,
                None if status == "D" else new,
                None if status == "A" else old_blob,
                None if status == "D" else new_blob,
            )

    # -- contents ----------------------------------------------------------------------------

    def blob(self, id_: str) -> bytes:
        """The bytes of a file by their id.

        Raises:
            FileNotFoundError: They are not in this repository.
        """
        found = self._object(id_)
        if found is None or found[0] != "blob":
            raise FileNotFoundError(id_)
        return found[1]

    def _object(self, name: str) -> tuple[str, bytes] | None:
        if self._objects is None:
            self._objects = _Objects(self.root)
        return self._objects.read(name)

    def close(self) -> None:
        """End the process that reads objects. It is started anew if something is read."""
        if self._objects is not None:
            self._objects.close()
            self._objects = None

    def files(self, sha: str) -> dict[str, tuple[str, str]]:
        """Mode and blob of each file of the project at a commit, by its path."""
        told = self.run(
            *("ls-tree", "-r", "-z", "--full-tree", sha, "--"),
            *([self.prefix] if self.prefix else ()),
        )
        found = {}
        for part in _parts(told):
            head, _, path = part.partition(b"\t")
            mode, _, blob = head.decode().split(" ")
            found[os.fsdecode(path).removeprefix(self.prefix)] = mode, blob
        return found

    def _names(self, sha: str, folder: str) -> list[str]:
        """The files right in a folder at a commit, asked for without a process of its own."""
        name = f"{self.prefix}{folder}".strip("/")
        found = None if "\n" in name else self._object(f"{sha}:{name}")
        if found is None or found[0] != "tree":
            return []
        return _file_names(found[1], len(sha) // 2)

    def taken(self, folder: str, refs: Iterable[Ref] | None = None) -> dict[str, dict[str, str]]:
        """The records on branches.

        Args:
            folder: The folder of the records.
            refs: The branches; all of them, local and remote-tracking, if None.

        Returns:
            Paths of records by their id and by the name of the branch.
        """
        found: dict[str, dict[str, str]] = defaultdict(dict)
        folder = within(folder)
        for ref in self.refs() if refs is None else refs:
            for name in self._names(ref.sha, folder):
                id_ = id_of(name)
                if id_ and name.lower().endswith(".md") and name.lower() not in NO_RECORDS:
                    found[id_].setdefault(ref.name, f"{folder}/{name}".lstrip("/"))
        return dict(found)

    def rivals(self, base: str, head: str = "HEAD") -> list[Ref]:
        """The branches that grew beside one.

        Those that are part of it are left out, and so is what was pushed of it before.

        Args:
            base: The branch that it will be merged into: never left out as something pushed.
            head: The branch; the one that is checked out if it is not named.
        """
        own = [ref for ref in self.refs() if (ref.current if head == "HEAD" else ref.name == head)]
        pushed = {ref.upstream for ref in own}
        branches = {ref.branch for ref in own}
        return [
            ref
            for ref in self.refs(f"--no-merged={self.resolve(head)}")
            if ref.name == base
            or not (ref.remote and (ref.name in pushed or ref.branch in branches))
        ]


class _Objects:
    """A `git cat-file` process that hands out objects as they are asked for."""

    def __init__(self, root: Path) -> None:
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            ["git", *_OPTIONS, "cat-file", "--batch"],
            cwd=root,
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.close = weakref.finalize(self, _end, self._process)

    def read(self, name: str) -> tuple[str, bytes] | None:
        """Type and bytes of an object; None if it is not there."""
        pipe_in, pipe_out = self._process.stdin, self._process.stdout
        assert pipe_in is not None
        assert pipe_out is not None
        with self._lock:
            try:
                pipe_in.write(os.fsencode(name) + b"\n")
                pipe_in.flush()
            except BrokenPipeError:
                raise _lost(name) from None
            head = pipe_out.readline().rsplit(b" ", 2)
            if head[-1] in (b"missing\n", b"ambiguous\n"):
                return None
            if len(head) != 3:
                raise _lost(name)
            size = int(head[2])
            data = pipe_out.read(size)
            if len(data) != size or pipe_out.read(1) != b"\n":
                raise _lost(name)
        return head[1].decode(), data


def _lost(name: str) -> DecisionsError:
    return DecisionsError("ADR004", f"git could not read '{shown(name)}'", "try `git fsck`")


def _end(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    process.wait()


def _environment() -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key not in _UNSET}
    return kept | _SET


def within(folder: str) -> str:
    """A folder of the project as git names it: `adr/` and `./adr` are `adr`, `.` is nothing."""
    path = str(PurePosixPath(folder))
    return "" if path == "." else path


def _parts(told: bytes) -> list[bytes]:
    return told.split(b"\0")[:-1]


def _status(raw: bytes) -> str:
    return raw.rsplit(b" ", 1)[1][:1].decode()


def _file_names(tree: bytes, id_length: int) -> list[str]:
    """The names of the files in a tree object: mode, space, name, zero, id, one after another."""
    found = []
    at = 0
    while at < len(tree):
        end = tree.index(b"\0", at)
        mode, _, name = tree[at:end].partition(b" ")
        if mode.startswith(b"100"):
            found.append(os.fsdecode(name))
        at = end + 1 + id_length
    return found
