"""`chainweaver` itself: what it exports, and that importing it costs little."""

import ast
import importlib
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import chainweaver


def static_exports():
    """The exports as a type checker sees them: name to module."""
    tree = ast.parse(Path(chainweaver.__file__).read_text(encoding="utf-8"))
    return {
        alias.name: node.module
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def test_type_checkers_and_programs_see_the_same_names():
    exports = static_exports()

    assert sorted(exports) == sorted(chainweaver.__all__)
    for name, module in exports.items():
        assert getattr(chainweaver, name) is getattr(importlib.import_module(module), name)


def test_all_names_only_what_exists_and_each_is_listed_once():
    assert len(set(chainweaver.__all__)) == len(chainweaver.__all__)
    assert set(chainweaver.__all__) <= set(dir(chainweaver))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_name"):
        chainweaver.no_such_name  # noqa: B018


@pytest.mark.parametrize("name", chainweaver.__all__)
def test_every_public_name_is_documented(name):
    value = getattr(chainweaver, name)
    if inspect.isclass(value) or inspect.isfunction(value):
        assert inspect.getdoc(value), name


def test_every_error_of_the_public_face_has_a_code_of_its_own():
    codes = [
        value.code
        for value in map(chainweaver.__dict__.get, chainweaver.__all__)
        if inspect.isclass(value) and issubclass(value, chainweaver.ChainWeaverError)
    ]

    assert len(set(codes)) == len(codes)
    assert chainweaver.ChainWeaverError.code == "CW-E000"


def test_importing_the_package_loads_neither_pydantic_nor_an_event_loop():
    loaded = subprocess.run(
        [sys.executable, "-c", "import chainweaver, sys; print(*sys.modules)"],
        capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip

    assert "chainweaver" in loaded
    assert not {"pydantic", "asyncio", "concurrent.futures"} & set(loaded)


def test_modules_can_be_reached_from_the_package():
    reached = subprocess.run(
        [sys.executable, "-c", "import chainweaver; print(chainweaver.exceptions.__name__)"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip

    assert reached == "chainweaver.exceptions"


def test_the_codes_are_complete_before_anything_else_is_imported():
    code = "from chainweaver.exceptions import error_code_for as c; print(c('FlowBuilderError'))"
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()

    assert told == "CW-E037"
