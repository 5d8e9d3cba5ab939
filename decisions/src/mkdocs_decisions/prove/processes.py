"""Starts the processes that tests run in, and ends those that are left: these, and no others."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RUNNER = Path(__file__).with_name("runner.py")
MARGIN = 30.0
"""Seconds beyond its own limit after which a process is ended that does not end itself."""


@dataclass(slots=True)
class Ran:
    """What a process did.

    Attributes:
        events: What it noted, in order.
        hung: Whether it took longer than it may.
        output: What it printed.
    """

    events: list[dict[str, Any]] = field(default_factory=list)
    hung: bool = False
    output: str = ""

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The events of a kind."""
        return [each for each in self.events if each["event"] == kind]

    @property
    def finished(self) -> bool:
        """Whether it came to its end."""
        return bool(self.of("elsewhere"))

    @property
    def last_line(self) -> str:
        """The last line that it printed, without pytest's mark of an error."""
        lines = [line.strip() for line in self.output.splitlines() if line.strip()]
        return lines[-1].removeprefix("E  ").strip()[:300] if lines else ""


class Processes:
    """Runs the runner in processes with a group of their own.

    Args:
        folder: Where requests, notes and output are kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopped = False
        self._count = 0

    def run(self, request: dict[str, Any], path: list[str]) -> Ran:
        """Run what is asked for in a copy, and wait for its end.

        Args:
            request: What `runner.py` is asked for.
            path: Folders that Python looks for modules in first.
        """
        with self._lock:
            self._count += 1
            stem = self._folder / f"{self._count:05d}"
        place = {kind: stem.with_suffix(f".{kind}") for kind in ("json", "log", "hung", "out")}
        asked = {**request, "log": str(place["log"]), "hung": str(place["hung"])}
        place["json"].write_text(json.dumps(asked), encoding="utf-8")
        with place["out"].open("wb") as output:
            process = self._start(request, path, str(place["json"]), output)
            limit = request["timeout"] * (1 + len(request.get("tests", ()))) + MARGIN
            ended = threading.Timer(limit, _end, [process])
            ended.daemon = True
            ended.start()
            try:
                _wait(process)
            finally:
                ended.cancel()
                with self._lock:
                    self._running.discard(process)
        output_text = place["out"].read_text(encoding="utf-8", errors="replace")
        hung = place["hung"].exists() and place["hung"].stat().st_size > 0
        ran = Ran(_events(place["log"]), hung, output_text)
        ran.hung = hung or (process.returncode == -signal.SIGKILL and not ran.finished)
        for each in place.values():
            each.unlink(missing_ok=True)
        return ran

    def _start(
        self, request: dict[str, Any], path: list[str], file: str, output: Any
    ) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._stopped:
                raise KeyboardInterrupt
            process = subprocess.Popen(
                [sys.executable, "-P", str(RUNNER), file],
                cwd=request["copy"],
                env=_environment(request, path, self._folder),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self._running.add(process)
        return process

    def stop(self) -> None:
        """End every process that still runs, and start no more."""
        with self._lock:
            self._stopped = True
            for process in self._running:
                _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and what it started, if it was not waited for yet."""
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _wait(process: subprocess.Popen[bytes]) -> None:
    """Wait for the end of a process, then end what it left behind in its group."""
    if hasattr(os, "waitid"):
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        _end(process)
    process.wait()


def _environment(request: dict[str, Any], path: list[str], folder: Path) -> dict[str, str]:
    root, copy = request["root"], request["copy"]
    kept = {
        name: text
        for name, text in os.environ.items()
        if not name.startswith(("GIT_", "PYTEST_", "COV_CORE_", "COVERAGE_"))
    }
    theirs = [each for each in kept.get("PYTHONPATH", "").split(os.pathsep) if each]
    moved = [
        os.path.join(copy, os.path.relpath(each, root)) if _inside(each, root) else each
        for each in theirs
    ]
    temporary = folder / "tmp"
    temporary.mkdir(exist_ok=True)
    if not request.get("plugins"):
        kept["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    return kept | {
        "PWD": copy,
        "PYTHONPATH": os.pathsep.join(dict.fromkeys([*path, *moved])),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "HYPOTHESIS_STORAGE_DIRECTORY": str(folder / "hypothesis"),
        "TMPDIR": str(temporary),
    }


def _inside(path: str, root: str) -> bool:
    return Path(root, path).resolve().is_relative_to(root)


def _events(log: Path) -> list[dict[str, Any]]:
    """What a process noted; a line that it did not finish is left out."""
    found: list[dict[str, Any]] = []
    if log.exists():
        for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
            with contextlib.suppress(ValueError):
                found.append(json.loads(line))
    return found
