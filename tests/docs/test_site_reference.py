"""The generated part of the reference says what the package says, and all of it."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path

import pytest
from reference_pages import error_sections, module_page, module_table, public_modules

import chainweaver
from chainweaver.exceptions import error_code_registry

PACKAGE = Path(chainweaver.__file__).parent
ERRORS = '''\
"""Errors."""


class ChainWeaverError(Exception):
    """Base."""

    code = "T-000"


class LostError(ChainWeaverError):
    """A thing is
    lost.

    To mend: look for `it`.
    """

    code = "T-001"

    def __init__(self, thing):
        self.thing = thing
        super().__init__(f"'{self.thing}' is lost; look for it")


def error_code_registry():
    classes = [ChainWeaverError, *ChainWeaverError.__subclasses__()]
    return {cls.__name__: cls.code for cls in classes}
'''


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "smallpackage"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "exceptions.py").write_text(ERRORS)
    (folder / "things.py").write_text(
        '"""Things: what can\nbe lost.\n\nMore."""\n__all__ = ["Thing", "borrowed"]\n'
        "from math import pi as borrowed\nLIMIT = 3\n_private = 1\nclass Thing: ...\n"
    )
    (folder / "_inner.py").write_text("class Inner: ...\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield folder
    for name in [name for name in sys.modules if name.startswith("smallpackage")]:
        del sys.modules[name]


def test_a_module_shows_the_public_names_that_it_defines(package: Path) -> None:
    _, things = public_modules(package)
    assert (things.name, things.page) == ("smallpackage.things", "reference/api/things.md")
    assert things.summary == "Things: what can be lost."
    assert things.names == ["Thing"]
    assert "::: smallpackage.things\n    options:\n      members: [Thing]" in module_page(things)
    assert "[`Thing`][smallpackage.things.Thing]" in module_table([things])


def test_an_error_shows_its_code_its_cause_its_cure_and_its_message(package: Path) -> None:
    text = error_sections("smallpackage")
    assert (
        "| [T-001](#t-001) | [`LostError`][smallpackage.exceptions.LostError] | A thing is lost. |"
        in text
    )
    section = text.partition("## T-001 LostError { #t-001 }")[2]
    for shown in ("A thing is lost.", "Look for `it`.", "‹thing›' is lost; look for it"):
        assert shown in section


def test_an_error_that_does_not_say_how_to_mend_it_is_named(package: Path) -> None:
    (package / "exceptions.py").write_text(ERRORS.replace("To mend:", "Perhaps:"))
    with pytest.raises(ValueError, match="LostError: no paragraph"):
        error_sections("smallpackage")


def test_every_error_of_the_package_has_its_section() -> None:
    text = error_sections("chainweaver")
    shown = dict(re.findall(r"^## (CW-E\d{3}) (\w+) ", text, re.MULTILINE))
    ours = {
        code: name
        for name, code in error_code_registry().items()
        if name in chainweaver.__all__ and name != "ChainWeaverError"
    }
    assert ours.items() <= shown.items()


def test_every_exported_name_has_an_entry() -> None:
    entries = {name for module in public_modules(PACKAGE) for name in module.names}
    assert sorted(set(chainweaver.__all__) - entries) == []


def test_every_module_can_be_imported_and_says_what_it_is() -> None:
    for module in public_modules(PACKAGE):
        assert importlib.import_module(module.name).__doc__
        assert module.summary
