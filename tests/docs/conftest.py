"""What the tests of the documentation share: which tree they read, and how examples are updated."""

from __future__ import annotations

import pytest
from example_prints import mend

mend()


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to update examples from several processes: they overwrite each other's edits."""
    parallel = hasattr(config, "workerinput") or config.getoption("numprocesses", 0)
    if config.getoption("update_examples", False) and parallel:
        raise pytest.UsageError("--update-examples works in one process only: leave out -n")
