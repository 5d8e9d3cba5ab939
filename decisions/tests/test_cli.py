"""The command as people and CI run it: exit codes, what is said where, and how."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from scratch import ONE, PRICES, THREE, TWO, Scratch, hears_signals

from mkdocs_decisions import __version__

COMMAND = [sys.executable, "-m", "mkdocs_decisions"]
SOUND = ("check", "--no-cache", "--select", "ADR1,ADR2,ADR3")
HOSTILE = "Be \x1b[31mred\x1b[0m \u202etxet [bold]x[/bold] :smile: <b>&"


def environment(**more: str) -> dict[str, str]:
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    return {**kept, "GIT_CEILING_DIRECTORIES": "/tmp", **more}


def run(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=folder,
        env=environment(**more),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )


def run_on_terminal(folder: Path, *arguments: str, **more: str) -> str:
    """What a command writes to a terminal."""
    parent, child = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=folder,
        env=environment(**{"TERM": "xterm-256color", "COLUMNS": "120", **more}),
        stdin=child,
        stdout=child,
        stderr=child,
    )
    os.close(child)
    said = b""
    while True:
        select.select([parent], [], [], 60)
        try:
            part = os.read(parent, 65536)
        except OSError:
            break
        if not part:
            break
        said += part
    os.close(parent)
    process.wait(60)
    return said.decode()


@pytest.fixture
def shop(tmp_path: Path) -> Scratch:
    return Scratch(tmp_path / "shop")


def test_a_sound_project_ends_with_0(shop: Scratch) -> None:
    done = run(shop.root, *SOUND)

    assert (done.returncode, done.stderr) == (0, "")
    assert "nothing wrong in 3 records" in done.stdout


def test_findings_end_with_1_and_stand_on_standard_output(shop: Scratch) -> None:
    shop.edit(ONE, "status: accepted", "status: done")
    done = run(shop.root, *SOUND)

    assert (done.returncode, done.stderr) == (1, "")
    assert f"{ONE}:2:9: ADR108 error" in done.stdout
    assert "mend:" in done.stdout


def test_warnings_end_with_0(shop: Scratch) -> None:
    run(shop.root, "new", "Prices in euros")
    done = run(shop.root, *SOUND)

    assert done.returncode == 0
    assert "ADR203 warning" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--root", "nowhere", "check"), "ADR010"),
        (("check", "--output", "nowhere/x.txt"), "ADR011"),
        (("check", "nowhere.md"), "ADR012"),
        (("check", ".."), "ADR012"),
        (("check", "--select", "ADR999"), "ADR003"),
        (("check", "--ignore", "prices"), "ADR003"),
        (("check", "--base", "nowhere"), "ADR004"),
        (("explain", "ADR999"), "ADR003"),
        (("show", "7"), "ADR020"),
        (("new", " "), "ADR024"),
        (("accept", "1"), "ADR026"),
        (("renumber", "1", "3"), "ADR025"),
        (("where", "shop.none"), "ADR028"),
        (("list", "nowhere", "--format-in", "auto"), "ADR012"),
        (("prove", "7"), "ADR020"),
        (("refresh", "7"), "ADR020"),
        (("review", "--base", "main"), "ADR004"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_ends_with_2_in_two_lines(
    shop: Scratch, arguments: tuple[str, ...], code: str
) -> None:
    done = run(shop.root, *arguments)

    assert (done.returncode, done.stdout) == (2, "")
    first, second = done.stderr.splitlines()
    assert first.startswith(f"error[{code}]: ")
    assert second.startswith("mend: ")


def test_a_configuration_that_cannot_be_read_is_no_traceback(shop: Scratch) -> None:
    shop.write("pyproject.toml", "[tool.decisions]\nrecord = 'adr'\n")
    done = run(shop.root, "check")

    assert done.returncode == 2
    assert done.stderr == (
        "error[ADR001]: pyproject.toml: [tool.decisions] record: there is no such key\n"
        "mend: write 'records'\n"
    )


def test_without_records_the_first_step_is_told(tmp_path: Path) -> None:
    done = run(tmp_path, "check")

    assert done.returncode == 2
    assert "decisions new" in done.stderr


def test_the_project_is_found_from_a_folder_inside_of_it(shop: Scratch) -> None:
    done = run(shop.root / "src/shop", "check", "../../adr", "--select", "ADR1")
    named = run(shop.root.parent, "--root", "shop", "check", "shop/adr", "--select", "ADR1")

    assert done.returncode == named.returncode == 0
    assert done.stdout == named.stdout


def test_a_record_is_named_by_its_path_from_where_one_is(shop: Scratch) -> None:
    inside = shop.root / "src"

    for name in (f"../{ONE}", f"{shop.root}/{ONE}", Path(ONE).name):
        assert run(inside, "show", name).stdout.startswith(f"{ONE}\n")
    assert run(shop.root, "show", f"./{ONE}").stdout.startswith(f"{ONE}\n")
    assert "1 record" in run(inside, "prove", f"../{TWO}").stdout
    assert run(inside, "refresh", f"../{ONE}").returncode == 0
    begun = run(inside, "new", "Decimals", "--supersedes", f"../{ONE}").stdout.strip()
    assert 'supersedes: ["0001"]' in shop.read(begun)
    assert run(inside, "accept", f"../{begun}", "--answer", "So.").stdout == f"{ONE}\n{begun}\n"
    assert f"{ONE} -> " in run(inside, "renumber", f"../{ONE}", "9").stdout


@pytest.mark.parametrize("command", ["prove", "refresh"])
def test_a_record_that_cannot_be_read_is_not_passed_over_in_silence(
    shop: Scratch, command: str
) -> None:
    for path in (ONE, THREE):
        shop.edit(path, "status: accepted", "status: [")
    line = shop.line(ONE, "source:")

    everything = run(shop.root, command)
    assert f"not looked at:\n  {ONE}:{line}: the record: it is no YAML: " in everything.stdout
    named = run(shop.root, command, "1")
    assert (named.returncode, named.stdout) == (2, "")
    assert named.stderr.startswith(f"error[ADR103]: {ONE}:{line}: it is no YAML: ")
    assert named.stderr.endswith("mend: mend the front matter\n")


def test_only_the_files_that_are_named_are_reported_on(shop: Scratch) -> None:
    for path in (ONE, TWO):
        shop.edit(path, "date: 2026", "date: 1/2026")
    both, one = (run(shop.root, *SOUND, *paths).stdout for paths in ((), (ONE,)))

    assert ONE in both
    assert TWO in both
    assert ONE in one
    assert TWO not in one


def test_a_fix_is_made_and_told_and_a_second_one_makes_nothing(shop: Scratch) -> None:
    shop.edit(ONE, "status: accepted", 'status: "✅ Accepted"')
    shop.edit(TWO, "superseded-by:", "superseded_by:")
    shop.edit(ONE, "# 0001.", "# 0002.")
    first = run(shop.root, *SOUND, "--fix")

    assert (first.returncode, first.stderr) == (0, "mended 3\n")
    assert 'status: "accepted"' in shop.read(ONE)
    before = shop.read(ONE) + shop.read(TWO)
    assert run(shop.root, *SOUND, "--fix").stderr == "mended 0\n"
    assert shop.read(ONE) + shop.read(TWO) == before


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_output_for_programs_is_json_whatever_happens(shop: Scratch, form: str) -> None:
    shop.edit(ONE, "# 0001. Prices are whole cents", f"# 0002. {HOSTILE}")
    done = run(shop.root, "check", "--format", form, PYTHONIOENCODING="ascii")

    assert done.returncode == 1
    json.loads(done.stdout)


def test_output_goes_to_a_file_without_colours(shop: Scratch) -> None:
    done = run(shop.root, *SOUND, "--output", "report.txt", FORCE_COLOR="1")

    assert done.stdout == ""
    assert "nothing wrong" in shop.read("report.txt")
    assert "\x1b" not in shop.read("report.txt")


def test_colours_are_for_terminals(shop: Scratch) -> None:
    piped = run(shop.root, "list").stdout
    assert piped.splitlines()[0].split("\t")[:2] == ["0001", "accepted"]
    assert "\x1b[" not in piped
    assert "\x1b[" not in run(shop.root, "check").stdout

    drawn = run_on_terminal(shop.root, "list")
    assert "\x1b[" in drawn
    assert "Status" in drawn
    assert "\x1b[" not in run_on_terminal(shop.root, "list", NO_COLOR="1")
    assert "\x1b[" in run(shop.root, "list", FORCE_COLOR="1").stdout


@pytest.mark.parametrize(
    "arguments",
    [("list",), ("show", "1"), ("check",), ("where", "shop.prices"), ("graph", "--format", "dot")],
    ids=" ".join,
)
def test_a_hostile_record_cannot_steer_a_terminal(
    shop: Scratch, arguments: tuple[str, ...]
) -> None:
    shop.edit(ONE, "# 0001. Prices are whole cents", f"# 0001. {HOSTILE}")
    shop.edit(ONE, 'source: "Issue 4:', f'source: "{HOSTILE}'.replace("\x1b", "\\e"))
    shop.edit(ONE, "note: rounds once", f'note: "{HOSTILE}" #'.replace("\x1b", "\\e"))
    shop.move(TWO, "adr/0002-\x1b]0;x\x07\u202e.md")
    for said in (
        run(shop.root, *arguments).stdout,
        run_on_terminal(shop.root, *arguments, NO_COLOR="1"),
    ):
        assert "\x1b" not in said
        assert "\x07" not in said
        assert "\u202e" not in said
        if arguments[0] != "check":
            assert "[bold]x[/bold]" in "".join(said.split()).replace("│", "")


@pytest.mark.parametrize("columns", ["40", "60", "120"])
def test_a_table_never_cuts_what_a_record_is_known_by(shop: Scratch, columns: str) -> None:
    said = run_on_terminal(shop.root, "list", NO_COLOR="", COLUMNS=columns)

    for whole in ("0001", "accepted", "2026-01-10", "superseded"):
        assert whole in said


def test_a_reader_that_goes_is_no_error(shop: Scratch) -> None:
    for at in range(10, 900):
        shop.write(f"adr/{at:04d}-x.md", shop.read(TWO).replace("0002", f"{at:04d}"))
    process = subprocess.Popen(
        [*COMMAND, "list", "--json"],
        cwd=shop.root,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.read(1)
    process.stdout.close()
    _, said = process.communicate(timeout=60)

    assert said == b""
    assert process.returncode == 141


def test_output_that_nobody_takes_is_no_error(shop: Scratch) -> None:
    closed = f"exec {' '.join(COMMAND)} list >&-"
    done = subprocess.run(
        ["sh", "-c", closed], cwd=shop.root, env=environment(), capture_output=True, timeout=60
    )

    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk that is always full")
def test_output_that_cannot_be_written_is_told(shop: Scratch) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*COMMAND, "list"],
            cwd=shop.root,
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            timeout=60,
        )

    assert done.returncode == 2
    first, second = done.stderr.splitlines()
    assert first.startswith("error[ADR011]: the output can't be written: ")
    assert second == "mend: make room, or name a file by --output"


def test_a_folder_that_was_deleted_meanwhile_is_told(shop: Scratch, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    command = f"rmdir {gone} && exec {' '.join(COMMAND)} list"
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=gone,
        env=environment(PYTHONSAFEPATH="1"),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )

    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "error[ADR010]: the current folder is not there any more",
        "mend: change to one that is, or name the project by --root",
    ]


def test_an_interrupt_ends_with_130_and_leaves_nothing(shop: Scratch) -> None:
    shop.write("slow.py", "import time, pathlib\npathlib.Path('begun').touch()\ntime.sleep(60)\n")
    shop.edit(ONE, "proofs:", "evidence:\n  - id: slow\n    command: python slow.py\nproofs:")
    process = subprocess.Popen(
        [*COMMAND, "refresh", "1"],
        cwd=shop.root,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=hears_signals,
    )
    while not (shop.root / "begun").exists() and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)

    assert process.returncode == 130
    assert b"Traceback" not in said
    assert not (shop.root / "adr/evidence").exists()


def test_version_and_help(shop: Scratch) -> None:
    assert run(shop.root, "--version").stdout == f"decisions {__version__}\n"
    told = run(shop.root, "--help")
    assert told.returncode == 0
    for command in ("check", "prove", "refresh", "review", "new", "accept", "reject", "deprecate"):
        assert f"\n  {command} " in told.stdout
    for command in ("supersede", "renumber", "list", "show", "where", "graph", "explain"):
        assert f"\n  {command} " in told.stdout
    for command in ("schema", "export"):
        assert f"\n  {command} " in told.stdout


def test_the_shell_completes_commands(shop: Scratch) -> None:
    done = run(
        shop.root,
        _DECISIONS_COMPLETE="complete_bash",
        COMP_WORDS="decisions sup",
        COMP_CWORD="1",
    )
    named = subprocess.run(
        [str(Path(sys.executable).parent / "decisions")],
        cwd=shop.root,
        env=environment(
            _DECISIONS_COMPLETE="complete_bash", COMP_WORDS="decisions sup", COMP_CWORD="1"
        ),
        capture_output=True,
        text=True,
    )

    assert "supersede" in named.stdout.split()
    assert done.returncode in (0, 2)


def test_start_imports_nothing_that_is_slow(shop: Scratch) -> None:
    """What `decisions --help` and the first lines of every command import."""
    code = "import sys, mkdocs_decisions.cli; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    slow = {"pydantic", "rich", "griffe", "markdown_it", "lxml", "ruamel", "yaml", "mkdocs"}

    assert not slow & set(done.stdout.split())


def test_check_imports_no_parser_for_what_it_remembers(shop: Scratch) -> None:
    code = (
        "import sys\nfrom mkdocs_decisions.cli import main\nsys.argv = ['decisions', 'check']\n"
        "try:\n    main()\nfinally:\n    print(*sys.modules, file=sys.stderr)"
    )
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=shop.root, capture_output=True, text=True
        )
    loaded = set(done.stderr.split())

    assert "mkdocs_decisions.rules.metadata" in loaded
    assert not {"markdown_it", "rich.console", "griffe", "lxml", "mkdocs"} & loaded


def test_files_of_the_project_are_only_read_by_what_only_looks(shop: Scratch) -> None:
    def all_files() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in shop.root.rglob("*") if path.is_file()}

    before = all_files()
    for arguments in (
        ("check", "--no-cache"),
        ("list",),
        ("show", "1"),
        ("where", f"{PRICES}:9"),
        ("graph",),
        ("schema",),
    ):
        run(shop.root, *arguments)

    assert all_files() == before


def test_progress_is_shown_on_a_terminal_once_it_takes_a_second(shop: Scratch) -> None:
    shop.write("slow.py", "import time\ntime.sleep(2.5)\nprint(1)\n")
    shop.edit(ONE, "proofs:", "evidence:\n  - id: slow\n    command: python slow.py\nproofs:")

    assert "refreshing" in run_on_terminal(shop.root, "refresh", "1")
    assert run(shop.root, "refresh", "1").stderr == ""
