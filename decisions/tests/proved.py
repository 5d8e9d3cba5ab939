"""The receipts of the sound scratch project, made once by `decisions prove`. No tests here."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from pathlib import Path

from scratch import Scratch

from mkdocs_decisions.prove import prove


@functools.cache
def proved_receipts() -> Path:
    """The file of receipts of the sound project."""
    folder = Path(tempfile.mkdtemp(prefix="proved-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    scratch = Scratch(folder)
    report = prove(scratch.project())
    assert not report.failed, report.findings
    return folder / "adr/.proofs.json"
