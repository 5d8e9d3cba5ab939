"""Runs tests on a copy of the package, and prints as its last line how they ended, as JSON.

`python -P run_on_copy.py FOLDER [pytest's arguments]`, with FOLDER, which holds the copy, first in
PYTHONPATH. Not imported by any test: `test_decisions_hold.py` starts it as a process.
"""

from __future__ import annotations

import json
import sys
import traceback
from pathlib import Path
from typing import Any

import chainweaver

COPY = Path(sys.argv[1])
assert Path(chainweaver.__file__).is_relative_to(COPY), chainweaver.__file__

import pytest  # noqa: E402 - the package is imported before pytest can change the path


def kinds(error: BaseException) -> list[list[str]]:
    """The names of an error's classes; of each error in a group of them."""
    if isinstance(error, BaseExceptionGroup):
        return [kind for each in error.exceptions for kind in kinds(each)]
    raised_in = Path(traceback.extract_tb(error.__traceback__)[-1].filename)
    if isinstance(error, AssertionError) and raised_in.is_relative_to(COPY):
        return [["an assertion of the package"]]
    return [[each.__name__ for each in type(error).__mro__]]


class Watch:
    """Notes every error, and in which phase it came."""

    def __init__(self) -> None:
        self.failures: list[tuple[str, list[list[str]]]] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_load_initial_conftests(self) -> None:
        from hypothesis import HealthCheck, Phase, settings

        settings.register_profile(
            "mutants",
            derandomize=True,
            deadline=None,
            phases=[Phase.generate],  # a drawn failure is enough; it need not be the smallest
            suppress_health_check=[HealthCheck.too_slow],
        )

    def pytest_exception_interact(self, call: Any, report: Any) -> None:
        self.failures.append((report.when, kinds(call.excinfo.value)))


watch = Watch()
code = pytest.main(sys.argv[2:], plugins=[watch])
print(json.dumps({"code": code, "failures": watch.failures}))
