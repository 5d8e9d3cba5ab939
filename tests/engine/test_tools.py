"""`Tool`: what it checks, in `run` and in `run_async` alike, and how it ends."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import subprocess
import sys
import textwrap
import threading
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError
from toolbox import WAIT, Doubled, Number, Text, double_tool, make_tool

from chainweaver.contracts import SideEffectLevel, ToolSafetyContract
from chainweaver.exceptions import (
    ToolDefinitionError,
    ToolOutputSizeError,
    ToolTimeoutError,
)
from chainweaver.tools import Tool

variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")


async def double_async(number):
    await asyncio.sleep(0)
    return {"doubled": number.n * 2}


class AsyncDoubler:
    async def __call__(self, number):
        return await double_async(number)

    async def method(self, number):
        return await double_async(number)


ASYNC_FUNCTIONS = {
    "function": double_async,
    "partial": functools.partial(double_async),
    "partial of a partial": functools.partial(functools.partial(double_async)),
    "object": AsyncDoubler(),
    "partial of an object": functools.partial(AsyncDoubler()),
    "method": AsyncDoubler().method,
}


@pytest.fixture(params=["run", "run_async", "async tool", "async tool, run_async", "run_dry"])
def call(request):
    """Call a tool's function in each of the ways there are; they must agree."""

    def make_and_call(fn, raw, takes=Number, gives=Doubled, **settings):
        async def afn(validated):
            return fn(validated)

        settings.setdefault("name", "t")
        if request.param == "run_dry":
            settings["dry_run_fn"] = fn
            return make_tool(fn=lambda _: 1 / 0, takes=takes, gives=gives, **settings).run_dry(raw)
        tool = make_tool(
            fn=afn if "async tool" in request.param else fn, takes=takes, gives=gives, **settings
        )
        if "run_async" in request.param:
            return asyncio.run(tool.run_async(raw))
        return tool.run(raw)

    return make_and_call


def test_parameters_become_attributes():
    safety = ToolSafetyContract(supports_dry_run=True)
    settings: dict[str, Any] = {
        "name": "t",
        "description": "Does.",
        "input_schema": Number,
        "output_schema": Doubled,
        "fn": lambda number: {"doubled": 2},
        "timeout_seconds": 1.5,
        "max_output_size": 100,
        "schema_version": "1.0",
        "cacheable": True,
        "safety": safety,
        "metadata": {"owner": "me"},
        "dry_run_fn": lambda number: {"doubled": 0},
    }
    tool = Tool(**settings)

    assert {name: getattr(tool, name) for name in settings} == settings
    assert repr(tool) == "Tool(name='t')"
    assert (tool.safety_declared, tool.supports_dry_run, tool.is_async) == (True, True, False)


def test_metadata_is_a_copy():
    metadata = {"owner": "me"}
    tool = make_tool("t", lambda _: {}, metadata=metadata)
    metadata["owner"] = "you"

    assert tool.metadata == {"owner": "me"}
    assert double_tool().metadata == {}


@pytest.mark.parametrize(
    ("cacheable", "safety", "effective"),
    [
        (None, None, True),
        (True, None, True),
        (False, None, False),
        (None, True, True),
        (None, False, False),
        (True, True, True),
        (False, False, False),
    ],
)
def test_cacheable_and_the_safety_contract_agree(cacheable, safety, effective):
    contract = None if safety is None else ToolSafetyContract(cacheable=safety)
    tool = make_tool("t", lambda _: {}, cacheable=cacheable, safety=contract)

    assert tool.cacheable is tool.safety.cacheable is effective
    assert tool.safety_declared is (safety is not None)
    assert contract is None or tool.safety is contract


@pytest.mark.parametrize("cacheable", [True, False])
def test_a_cacheable_that_contradicts_the_contract_is_refused(cacheable):
    with pytest.raises(ValueError, match="conflicting cacheable"):
        make_tool(
            "t",
            lambda _: {},
            cacheable=cacheable,
            safety=ToolSafetyContract(cacheable=not cacheable),
        )


def test_a_promised_dry_run_needs_its_function():
    with pytest.raises(ToolDefinitionError, match="dry_run_fn") as caught:
        make_tool("t", lambda _: {}, safety=ToolSafetyContract(supports_dry_run=True))

    assert caught.value.function_name == "t"


def test_a_tool_without_a_dry_run_cannot_be_rehearsed():
    with pytest.raises(ToolDefinitionError, match="dry_run_fn"):
        double_tool().run_dry({"n": 1})


@pytest.mark.parametrize("fn", ASYNC_FUNCTIONS.values(), ids=ASYNC_FUNCTIONS)
def test_async_functions_are_known_without_calling_them(fn):
    tool = make_tool("t", fn, Number, Doubled)

    assert tool.is_async
    assert tool.run({"n": 2}) == {"doubled": 4}
    assert asyncio.run(tool.run_async({"n": 3})) == {"doubled": 6}


@pytest.mark.parametrize("fn", [len, dict, Doubled, functools.partial(dict), lambda _: {}])
def test_sync_functions_are_known_without_calling_them(fn):
    assert not make_tool("t", fn).is_async


def test_input_is_validated_and_output_is_cut_to_its_schema(call):
    seen = []

    def fn(number):
        seen.append(number)
        return {"doubled": str(number.n * 2), "extra": 1}

    assert call(fn, {"n": "4", "more": 1}) == {"doubled": 8}
    assert seen == [Number(n=4)]


def test_input_that_does_not_fit_is_refused_before_the_call(call):
    with pytest.raises(ValidationError) as caught:
        call(lambda _: pytest.fail("called"), {"n": "x"})

    assert caught.value.title == "Number"


def test_output_that_does_not_fit_is_refused(call):
    with pytest.raises(ValidationError) as caught:
        call(lambda _: {"tripled": 1}, {"n": 1})

    assert caught.value.title == "Doubled"


@pytest.mark.parametrize("output", [None, 3, "text", [1]])
def test_output_that_is_no_dictionary_is_refused(call, output):
    with pytest.raises(ValidationError):
        call(lambda _: output, {"n": 1})


def test_a_model_may_be_returned_and_one_of_a_subclass_is_cut(call):
    class More(Doubled):
        more: int = 1

    assert call(lambda _: Doubled(doubled=1), {"n": 1}) == {"doubled": 1}
    assert call(lambda _: More(doubled=1), {"n": 1}) == {"doubled": 1}


def test_what_the_function_raises_passes_through(call):
    error = LookupError("lost")

    def fn(_):
        raise error

    with pytest.raises(LookupError) as caught:
        call(fn, {"n": 1})
    assert caught.value is error


def test_an_exhausted_iterator_ends_the_call_and_not_the_loop(call):
    with pytest.raises(RuntimeError):
        call(lambda _: next(iter(())), {"n": 1})


def test_models_that_override_their_doors_keep_them(call):
    class Stamped(BaseModel):
        n: int

        @classmethod
        def model_validate(cls, obj, **settings):
            return super().model_validate({**obj, "n": obj["n"] + 1}, **settings)

        def model_dump(self, **settings):
            return {**super().model_dump(**settings), "stamped": True}

    assert call(lambda given: {"n": given.n}, {"n": 1}, Stamped, Stamped) == {
        "n": 3,
        "stamped": True,
    }


def test_an_output_of_just_the_allowed_size_passes(call):
    size = len('{"text": "\\u00e9"}')  # as JSON, in bytes

    assert call(lambda _: {"text": "é"}, {"n": 1}, gives=Text, max_output_size=size)
    with pytest.raises(ToolOutputSizeError) as caught:
        call(lambda _: {"text": "é"}, {"n": 1}, gives=Text, max_output_size=size - 1)
    error = caught.value
    assert (error.tool_name, error.size, error.max_size) == ("t", size, size - 1)


def test_the_size_is_looked_at_before_the_schema(call):
    with pytest.raises(ToolOutputSizeError):
        call(lambda _: {"wrong": "x" * 100}, {"n": 1}, max_output_size=50)


def test_what_json_does_not_have_is_measured_as_text(call):
    with pytest.raises(ToolOutputSizeError):
        call(lambda _: {"doubled": 1, "at": threading.Event()}, {"n": 1}, max_output_size=30)


def test_a_tool_in_time_is_not_disturbed(call):
    assert call(lambda number: {"doubled": number.n}, {"n": 1}, timeout_seconds=WAIT) == {
        "doubled": 1
    }


def test_a_timeout_of_the_functions_own_is_not_the_tools(call):
    def fn(_):
        raise TimeoutError("the service is slow")

    with pytest.raises(TimeoutError, match="the service is slow"):
        call(fn, {"n": 1}, timeout_seconds=WAIT)


@pytest.fixture
def hanging():
    """A sync tool that hangs until the test ends, and an event that says it has begun."""
    release, begun = threading.Event(), threading.Event()

    def hang(_):
        begun.set()
        release.wait(WAIT)
        return {"doubled": 0}

    yield make_tool("hang", hang, Number, Doubled, timeout_seconds=0.02), begun
    release.set()


def test_a_sync_tool_that_hangs_is_left_behind(hanging):
    tool, begun = hanging

    for _ in range(3):  # one that hangs does not stop the next call
        with pytest.raises(ToolTimeoutError) as caught:
            tool.run({"n": 1})
        assert begun.is_set()
    assert (caught.value.tool_name, caught.value.timeout_seconds) == ("hang", 0.02)


def test_a_sync_tool_that_hangs_does_not_stop_the_loop(hanging):
    tool, begun = hanging

    async def main():
        with pytest.raises(ToolTimeoutError):
            await tool.run_async({"n": 1})
        assert begun.is_set()

    asyncio.run(main())


def test_an_async_tool_that_hangs_is_cancelled():
    cancelled = []

    async def hang(_):
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    tool = make_tool("hang", hang, Number, Doubled, timeout_seconds=0.02)

    with pytest.raises(ToolTimeoutError):
        tool.run({"n": 1})
    with pytest.raises(ToolTimeoutError):
        asyncio.run(tool.run_async({"n": 1}))
    assert cancelled == [True, True]


def test_a_tool_that_hangs_does_not_keep_the_program_from_ending():
    program = """
        import threading
        from pydantic import BaseModel
        from chainweaver.exceptions import ToolTimeoutError
        from chainweaver.tools import Tool

        class Nothing(BaseModel):
            pass

        def hang(_):
            threading.Event().wait()

        tool = Tool(name="hang", description="", input_schema=Nothing, output_schema=Nothing,
                    fn=hang, timeout_seconds=0.01)
        try:
            tool.run({})
        except ToolTimeoutError:
            print("timed out")
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("timed out\n", "")


@pytest.mark.parametrize("timeout", [None, WAIT])
@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("lane", ["run", "run_async"])
def test_the_function_sees_the_callers_context_variables(timeout, is_async, lane):
    def fn(_):
        return {"text": variable.get()}

    async def afn(_):
        return fn(_)

    tool = make_tool("t", afn if is_async else fn, Number, Text, timeout_seconds=timeout)

    async def main():
        return await tool.run_async({"n": 1})

    token = variable.set("set by the caller")
    try:
        output = tool.run({"n": 1}) if lane == "run" else asyncio.run(main())
    finally:
        variable.reset(token)
    assert output == {"text": "set by the caller"}


def test_a_sync_tool_in_the_async_lane_does_not_block_the_loop():
    arrived, answered = threading.Event(), threading.Event()

    def fn(_):
        arrived.set()
        assert answered.wait(WAIT)
        return {"doubled": 1}

    tool = make_tool("t", fn, Number, Doubled)

    async def main():
        running = asyncio.create_task(tool.run_async({"n": 1}))
        await asyncio.to_thread(arrived.wait, WAIT)
        answered.set()
        return await running

    assert asyncio.run(main()) == {"doubled": 1}


def test_an_async_tool_cannot_be_run_from_sync_code_inside_a_loop():
    tool = make_tool("t", double_async, Number, Doubled)

    async def main():
        with pytest.raises(ToolDefinitionError, match="run_async"):
            tool.run({"n": 1})
        return await tool.run_async({"n": 1})

    assert asyncio.run(main()) == {"doubled": 2}


def test_a_schema_hash_is_sixteen_hexadecimal_digits():
    tool = double_tool()

    for digits in (tool.input_schema_hash, tool.output_schema_hash, tool.schema_hash):
        assert len(digits) == 16
        assert int(digits, 16) >= 0


def test_equal_schemas_have_equal_hashes():
    assert double_tool("a").schema_hash == double_tool("b").schema_hash


class NumberAsFloat(BaseModel):
    model_config = ConfigDict(title="Number")
    n: float


class NumberAndMore(BaseModel):
    model_config = ConfigDict(title="Number")
    n: int
    m: int


@pytest.mark.parametrize("changed", [NumberAsFloat, NumberAndMore])
def test_another_type_or_field_changes_the_hash(changed):
    before = make_tool("t", len, Number, Doubled)
    takes, gives = make_tool("t", len, changed, Doubled), make_tool("t", len, Number, changed)

    assert len({before.schema_hash, takes.schema_hash, gives.schema_hash}) == 3
    assert takes.output_schema_hash == before.output_schema_hash
    assert gives.input_schema_hash == before.input_schema_hash


def test_another_schema_version_changes_the_hash_of_the_tool_only():
    before = make_tool("t", len, Number, Doubled)
    after = make_tool("t", len, Number, Doubled, schema_version="2")

    assert after.schema_hash != before.schema_hash
    assert after.input_schema_hash == before.input_schema_hash


def test_input_and_output_swapped_are_another_tool():
    assert (
        make_tool("t", len, Number, Doubled).schema_hash
        != make_tool("t", len, Doubled, Number).schema_hash
    )


def test_the_contract_may_say_what_the_tool_does_to_the_world():
    safety = ToolSafetyContract(side_effects=SideEffectLevel.WRITE)

    assert make_tool("t", len, safety=safety).safety.read_only is False
