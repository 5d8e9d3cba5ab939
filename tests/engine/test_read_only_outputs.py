"""Outputs are read-only: nobody in a run writes to what a tool returned (ADR-0003)."""

from __future__ import annotations

import copy
import logging
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import strategies
from hypothesis import given
from toolbox import dag, dag_step, executor_for, flow, make_tool, step

from chainweaver import ChainWeaverError, OutputMappingError, Tool
from chainweaver._execution.context import apply_output_mapping, merge_step_outputs

LOGGER = logging.getLogger("chainweaver.executor")
REPOSITORY = Path(__file__).parents[2]


class WrittenTo(AssertionError):
    """Somebody wrote to an output."""


def _refuse(self: Any, *args: Any, **kwargs: Any) -> Any:
    raise WrittenTo


class FrozenDict(dict[str, Any]):
    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, Any]:
        return {key: copy.deepcopy(each, memo) for key, each in self.items()}


class FrozenList(list[Any]):
    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse
    append = clear = extend = insert = pop = remove = reverse = sort = _refuse

    def __deepcopy__(self, memo: dict[int, Any]) -> list[Any]:
        return [copy.deepcopy(each, memo) for each in self]


def freeze(value: Any) -> Any:
    if isinstance(value, dict):
        return FrozenDict({key: freeze(each) for key, each in value.items()})
    if isinstance(value, list):
        return FrozenList(freeze(each) for each in value)
    return value


def thaw(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: thaw(each) for key, each in value.items()}
    return [thaw(each) for each in value] if isinstance(value, list) else value


class FrozenTool(Tool):
    """Returns frozen outputs, and keeps each beside a copy of what it was."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.given: list[tuple[dict[str, Any], dict[str, Any]]] = []

    def _frozen(self, outputs: dict[str, Any]) -> dict[str, Any]:
        frozen = freeze(outputs)
        self.given.append((frozen, copy.deepcopy(outputs)))
        return frozen

    def run(self, raw: dict[str, Any]) -> dict[str, Any]:
        return self._frozen(super().run(raw))

    async def run_async(self, raw: dict[str, Any]) -> dict[str, Any]:
        return self._frozen(await super().run_async(raw))


def frozen(tool: Tool) -> FrozenTool:
    return FrozenTool(
        name=tool.name,
        description=tool.description,
        input_schema=tool.input_schema,
        output_schema=tool.output_schema,
        fn=tool.fn,
    )


# --- apply_output_mapping ---


@pytest.mark.parametrize("make", [dict, FrozenDict, MappingProxyType])
def test_without_a_mapping_the_very_same_object_is_returned(make):
    outputs = make({"a": 1})

    assert apply_output_mapping(outputs, None, tool_name="t", step_index=0) is outputs


@pytest.mark.parametrize("mapping", [{"a": "a"}, {"x": "a", "y": "a"}, {}])
@pytest.mark.parametrize("make", [dict, FrozenDict, MappingProxyType])
def test_with_a_mapping_a_new_dictionary_is_returned(make, mapping):
    outputs = make({"a": [1], "b": 2})

    mapped = apply_output_mapping(outputs, mapping, tool_name="t", step_index=0)

    assert type(mapped) is dict
    assert mapped is not outputs
    assert mapped == {key: outputs[source] for key, source in mapping.items()}
    assert dict(outputs) == {"a": [1], "b": 2}


def test_the_values_are_handed_on_as_they_are():
    value = [1]

    mapped = apply_output_mapping({"a": value}, {"x": "a"}, tool_name="t", step_index=0)

    assert mapped["x"] is value


def test_an_output_that_is_not_there():
    outputs = MappingProxyType({"a": 1, "b": 2})

    with pytest.raises(OutputMappingError) as caught:
        apply_output_mapping(outputs, {"x": "a", "y": "c"}, tool_name="t", step_index=3)

    error = caught.value
    assert (error.tool_name, error.step_index, error.output_key) == ("t", 3, "c")
    assert sorted(error.available) == ["a", "b"]
    assert dict(outputs) == {"a": 1, "b": 2}


# --- merge_step_outputs ---


def merge(context, outputs, **settings):
    merge_step_outputs(
        context,
        outputs,
        **{
            "policy": "warn",
            "flow_name": "f",
            "step_index": 0,
            "step_name": "t",
            "logger": LOGGER,
            **settings,
        },
    )


@pytest.mark.parametrize("make", [FrozenDict, MappingProxyType])
@pytest.mark.parametrize("policy", ["overwrite", "warn"])
def test_merging_reads_the_outputs_only(make, policy):
    context, outputs = {"a": 0, "c": 3}, make({"a": 1, "b": 2})

    merge(context, outputs, policy=policy)

    assert context == {"a": 1, "b": 2, "c": 3}
    assert dict(outputs) == {"a": 1, "b": 2}


def test_merging_can_map():
    context, outputs = {"c": 3}, MappingProxyType({"a": 1, "b": 2})

    merge(context, outputs, output_mapping={"x": "a"})

    assert context == {"c": 3, "x": 1}


def test_a_refused_merge_changes_nothing():
    context, outputs = {"a": 0}, MappingProxyType({"new": 1, "a": 1})

    with pytest.raises(ChainWeaverError, match="'a'"):
        merge(context, outputs, policy="error")
    with pytest.raises(OutputMappingError):
        merge(context, outputs, output_mapping={"fresh": "new", "x": "missing"})

    assert context == {"a": 0}
    assert dict(outputs) == {"new": 1, "a": 1}


# --- runs ---


def test_a_run_with_frozen_outputs(run):
    tools = [
        frozen(make_tool("one", lambda _: {"a": {"deep": [1, 2]}, "n": 1})),
        frozen(make_tool("two", lambda m: {"a": m.n + 1, "b": [m.n]})),
    ]
    executor = executor_for(
        [
            flow(
                "f",
                "one",
                step("two", output_mapping={"n": "a"}),
                step("d", {"n": "n"}, sub_flow=True),
                "two",
                on_context_collision="overwrite",
            ),
            dag(
                "d",
                dag_step("one", output_mapping={"x": "a"}),
                dag_step("two"),
                on_context_collision="overwrite",
            ),
        ],
        tools,
        max_step_concurrency=2,
    )

    result = run(executor, "f")

    assert result.success
    assert result.final_output == {
        "a": 3, "n": 2, "x": {"deep": [1, 2]}, "b": [2],
    }  # fmt: skip
    for tool in tools:
        assert len(tool.given) == (2 if tool.name == "one" else 3)
        for outputs, as_it_was in tool.given:
            assert thaw(outputs) == as_it_was


def test_read_only_proxies_run_like_dictionaries(run):
    class ProxyTool(Tool):
        def run(self, raw):
            return MappingProxyType(super().run(raw))

        async def run_async(self, raw):
            return MappingProxyType(await super().run_async(raw))

    plain_tool = make_tool("t", lambda _: {"a": 1, "b": 2})
    proxy = ProxyTool(
        name="t",
        description="",
        input_schema=plain_tool.input_schema,
        output_schema=plain_tool.output_schema,
        fn=plain_tool.fn,
    )
    flows = [
        flow("f", "t", step("t", output_mapping={"x": "b"}), on_context_collision="overwrite"),
        dag("d", dag_step("t"), dag_step("u", "t", output_mapping={"x": "b"})),
    ]

    for name in ("f", "d"):
        result = run(executor_for(flows, [proxy]), name, {"in": 0})
        assert result.final_output == {"in": 0, "a": 1, "b": 2, "x": 2}
        assert [dict(each.outputs) for each in result.execution_log] == [{"a": 1, "b": 2}] * 2


def test_the_context_is_never_a_tools_own_dictionary(run):
    """Even when it is empty and the outputs are all there is."""
    tool = frozen(make_tool("t", lambda _: {"a": 1}))
    executor = executor_for([flow("f", "t"), dag("d", dag_step("t"))], [tool])

    for name in ("f", "d"):
        result = run(executor, name)
        result.final_output["later"] = 2
        assert dict(result.execution_log[0].outputs) == {"a": 1}
        assert tool.given[-1] == ({"a": 1}, {"a": 1})


@given(scenario=strategies.scenarios())
def test_no_run_ever_writes_to_an_output(scenario):
    for lane, concurrency in strategies.LANES:
        executor = scenario.executor(max_step_concurrency=concurrency, change_tool=frozen)

        strategies.outcome_of(lane, executor, scenario)

        for tool in executor.registered_tools.values():
            for outputs, as_it_was in tool.given:
                assert thaw(outputs) == as_it_was


@given(scenario=strategies.scenarios())
def test_frozen_outputs_make_no_difference(scenario):
    for lane, concurrency in strategies.LANES[:2]:
        plain, read_only = (
            strategies.outcome_of(
                lane,
                scenario.executor(max_step_concurrency=concurrency, change_tool=change),
                scenario,
            )
            for change in (None, frozen)
        )
        # Messages of pydantic name the type of a wrong value.
        assert repr(plain) == repr(read_only).replace("FrozenDict", "dict")


def test_a_frozen_output_tells_who_writes():
    """Otherwise the tests above would prove nothing."""
    outputs = freeze({"a": {"b": [1]}})

    for write in (
        lambda: outputs.update(x=1),
        lambda: outputs.__setitem__("x", 1),
        lambda: outputs.pop("a"),
        lambda: outputs.setdefault("x", 1),
        lambda: outputs["a"].clear(),
        lambda: outputs["a"]["b"].append(2),
    ):
        with pytest.raises(WrittenTo):
            write()
    assert isinstance(outputs, Mapping)


# --- types ---


READS = """\
from chainweaver._execution.context import apply_output_mapping

outputs = {"a": 1}
mapped = apply_output_mapping(outputs, None, tool_name="t", step_index=0)
context: dict[str, object] = {**mapped}
context.update(mapped)
print(mapped["a"], len(mapped), "a" in mapped)
"""

WRITES = {
    "item": 'mapped["x"] = 1',
    "delete": 'del mapped["a"]',
    "update": 'mapped.update({"x": 1})',
    "pop": 'mapped.pop("a")',
    "in place": 'mapped |= {"x": 1}\nmapped.clear()',
    "as dict": "context: dict[str, object] = mapped",
}


def test_a_caller_that_writes_does_not_pass_the_type_check(tmp_path, tmp_path_factory):
    header = READS.split("context:")[0]
    (tmp_path / "reads.py").write_text(READS)
    for name, write in WRITES.items():
        (tmp_path / f"writes_{name.replace(' ', '_')}.py").write_text(header + write + "\n")

    checked = subprocess.run(
        [
            sys.executable, "-m", "mypy", "--strict", "--config-file=",
            "--cache-dir", str(tmp_path_factory.mktemp("mypy")),
            *sorted(map(str, tmp_path.glob("*.py"))),
        ],
        cwd=REPOSITORY, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert checked.returncode == 1, checked.stdout + checked.stderr
    wrong = {
        line.split(":")[0].rsplit("/", 1)[-1]
        for line in checked.stdout.splitlines()
        if ": error:" in line
    }
    assert wrong == {f"writes_{name.replace(' ', '_')}.py" for name in WRITES}, checked.stdout
