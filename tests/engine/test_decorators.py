"""`@tool`: the tool that a function's signature makes, and the signatures it refuses."""

from __future__ import annotations

import asyncio
import functools
import inspect
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field, ValidationError

from chainweaver.decorators import tool
from chainweaver.exceptions import ToolDefinitionError
from chainweaver.tools import Tool

REPOSITORY = Path(__file__).parents[2]


class Total(BaseModel):
    total: float


class Item(BaseModel):
    price: float


class Connection:
    """Something that pydantic has no schema for."""


@tool
def add_tax(net: float, rate: float = 0.2) -> Total:
    """
    Adds tax.
    """
    return Total(total=net * (1 + rate))


@tool(
    name="sum_up",
    description="Sums.",
    output_schema=Total,
    timeout_seconds=5.0,
    max_output_size=100,
    schema_version="1.2",
    cacheable=False,
)
async def sum_of(items: list[Item], limit: Annotated[int, Field(ge=1)] = 3) -> dict[str, Any]:
    return {"total": sum(item["price"] for item in items[:limit])}


def test_a_function_becomes_a_tool():
    assert isinstance(add_tax, Tool)
    assert (add_tax.name, add_tax.description) == ("add_tax", "Adds tax.")
    assert (add_tax.output_schema, add_tax.is_async) == (Total, False)
    assert (add_tax.timeout_seconds, add_tax.max_output_size) == (None, None)
    assert (add_tax.schema_version, add_tax.cacheable) == ("0.0.0", True)
    assert add_tax.run({"net": "10"}) == {"total": 12.0}


def test_every_setting_reaches_the_tool():
    assert (sum_of.name, sum_of.description) == ("sum_up", "Sums.")
    assert (sum_of.output_schema, sum_of.is_async) == (Total, True)
    assert (sum_of.timeout_seconds, sum_of.max_output_size) == (5.0, 100)
    assert (sum_of.schema_version, sum_of.cacheable) == ("1.2", False)


def test_the_input_model_has_a_field_for_each_parameter():
    model = sum_of.input_schema

    assert model.__name__ == "sum_up_input"
    assert list(model.model_fields) == ["items", "limit"]
    assert model.model_fields["items"].is_required()
    assert model.model_fields["limit"].default == 3
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        model(items=[], limit=0)


def test_the_function_gets_the_validated_values_as_dictionaries():
    assert sum_of.run({"items": [{"price": "1"}, {"price": 2}], "limit": 1}) == {"total": 1.0}
    assert asyncio.run(sum_of.run_async({"items": [{"price": 2}]})) == {"total": 2.0}


def test_a_tool_called_is_the_function_as_it_was_written():
    assert add_tax(100, rate=0.5) == Total(total=150.0)
    assert add_tax(net=100, rate=0) == Total(total=100.0)
    with pytest.raises(TypeError):
        add_tax("no number")
    assert asyncio.run(sum_of([{"price": 1.5}])) == {"total": 1.5}


def test_the_function_is_to_be_seen_through_the_tool():
    assert (add_tax.__name__, add_tax.__wrapped__.__name__) == ("add_tax", "add_tax")
    assert list(inspect.signature(add_tax).parameters) == ["net", "rate"]
    assert repr(add_tax) == "Tool(name='add_tax')"


def test_a_function_may_have_no_parameters():
    @tool
    def nothing() -> Total:
        return Total(total=0)

    assert nothing.input_schema.model_fields == {}
    assert nothing.description == ""
    assert nothing.run({"ignored": 1}) == {"total": 0}


def test_a_description_may_be_empty_on_purpose():
    @tool(description="")
    def documented() -> Total:
        """Says something."""

    assert documented.description == ""


def test_the_argument_wins_over_the_annotation():
    @tool(output_schema=Total)
    def wide() -> Item:
        return {"total": 1, "price": 2}

    assert wide.run({}) == {"total": 1}


def test_defaults_are_not_shared_between_calls():
    @tool(output_schema=Total)
    def count(seen: list[int] = []):  # noqa: B006
        seen.append(1)
        return {"total": len(seen)}

    assert [count.run({})["total"] for _ in range(3)] == [1, 1, 1]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", ["json", "schema", "copy", "dict", "self", "validate"])
def test_a_parameter_may_have_the_name_of_a_models_method(name):
    namespace: dict[str, Any] = {"Total": Total}
    exec(f"def fn({name}: int) -> Total:\n    return Total(total={name})", namespace)

    assert tool(namespace["fn"]).run({name: 2}) == {"total": 2}


def no_return(n: int): ...
def returns_int(n: int) -> int: ...
def returns_none(n: int) -> None: ...
def no_hint(n) -> Total: ...
def var_positional(*n: int) -> Total: ...
def var_keyword(**n: int) -> Total: ...
def positional_only(n: int, /) -> Total: ...
def unresolved(n: Lost) -> Total: ...  # noqa: F821
def unknown_type(n: Connection) -> Total: ...
def underscore(_n: int) -> Total: ...
def config(model_config: int) -> Total: ...
def fields(model_fields: int) -> Total: ...
def dump(model_dump: int) -> Total: ...


@pytest.mark.parametrize(
    ("function", "detail"),
    [
        (no_return, "Missing a return type"),
        (returns_int, "must be a BaseModel subclass"),
        (returns_none, "must be a BaseModel subclass"),
        (no_hint, "parameter 'n' is missing a type annotation"),
        (var_positional, r"\*args or \*\*kwargs"),
        (var_keyword, r"\*args or \*\*kwargs"),
        (positional_only, "positional-only parameters"),
        (unresolved, "Failed to resolve type hints.*Lost"),
        (unknown_type, "Connection"),
        (underscore, "'_n'"),
        (config, "'model_config'"),
        (fields, "'model_fields'"),
        (dump, "'model_dump'"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_signature_that_says_too_little_is_refused(function, detail):
    with pytest.raises(ToolDefinitionError, match=detail) as caught:
        tool(function)

    assert caught.value.function_name == function.__name__


@pytest.mark.parametrize("schema", [int, "Total", Total(total=1)])
def test_an_output_schema_must_be_a_model(schema):
    with pytest.raises(ToolDefinitionError, match="output_schema must be a BaseModel"):
        tool(output_schema=schema)(no_return)


def test_what_has_no_name_is_no_function():
    with pytest.raises(ToolDefinitionError, match="partial"):
        tool(functools.partial(add_tax))


CALLS = """
from pydantic import BaseModel

from chainweaver import tool

class Total(BaseModel):
    total: float

@tool
def plain(n: int) -> Total:
    return Total(total=n)

@tool(name="x")
async def configured(n: int, *, m: str = "") -> Total:
    return Total(total=n)

async def main() -> Total:
    plain.run({"n": 1})
    plain("1")
    await configured(1, m=2)
    first: Total = plain(1)
    return await configured(first.total, m="")
"""


def test_type_checkers_keep_the_signature(tmp_path):
    (tmp_path / "calls.py").write_text(CALLS)

    checked = subprocess.run(
        [
            sys.executable, "-m", "mypy", "--strict", "--config-file=",
            "--cache-dir", str(tmp_path / "mypy"), str(tmp_path / "calls.py"),
        ],
        cwd=REPOSITORY, capture_output=True, text=True, check=False,
    )  # fmt: skip

    wrong = {
        CALLS.splitlines()[int(line.split(":")[1]) - 1].strip(): line
        for line in checked.stdout.splitlines()
        if ": error:" in line
    }
    assert set(wrong) == {
        'plain("1")',
        "await configured(1, m=2)",
        'return await configured(first.total, m="")',
    }, checked.stdout + checked.stderr
    assert all("arg-type" in line for line in wrong.values())
