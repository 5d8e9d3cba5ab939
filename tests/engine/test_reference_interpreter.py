"""The engine against an interpreter that is nothing but the rules, written down once more.

No plan, no lanes, no records: it says what the context is at the end, or that the run fails,
or which error it raises. It shares with the engine only the tools, the models of a flow and
the predicates.
"""

from __future__ import annotations

from graphlib import TopologicalSorter

import pytest
from hypothesis import given
from pydantic import ValidationError
from strategies import DECIDERS, LANES, scenarios

from chainweaver import (
    ContextKeyCollisionError,
    DAGFlow,
    FlowStatus,
    FlowStatusError,
    OutputMappingError,
    PredicateSyntaxError,
    evaluate_predicate,
)
from chainweaver.decisions import DecisionContext
from chainweaver.exceptions import UndeclaredDynamicParamsError


class Failed(Exception):
    """The run ends with a failed record."""


class Interpreter:
    def __init__(self, scenario):
        self.scenario = scenario
        self.tools = {tool.name: tool for tool in scenario.tools()}
        self.sub_flows = {each.name: each for each in scenario.sub_flows}
        self.params = scenario.dynamic_params or {}

    def run(self):
        root = self.scenario.flow
        if self.scenario.strictness == "error" and set(self.params) - set(root.dynamic_params):
            raise UndeclaredDynamicParamsError(root.name, [], [])
        return self.run_flow(root, self.scenario.initial_input)

    def run_flow(self, flow, payload):
        fit(flow.input_schema, payload)
        context = {**payload, **self.params}
        index, skipped, excluded = 0, set(), set()
        for level in levels_of(flow):
            merged = {}
            for step in level:
                index += 1
                if isinstance(flow, DAGFlow) and (
                    step.step_id in excluded
                    or (step.depends_on and skipped.issuperset(step.depends_on))
                ):
                    skipped.add(step.step_id)
                    continue
                outputs = mapped(step, self.run_step(flow, step, context, index - 1))
                if merged.keys() & outputs.keys():
                    raise Failed
                if isinstance(flow, DAGFlow) and step.branches:
                    excluded |= not_selected(flow, step, {**context, **merged, **outputs})
                merged |= outputs
            if flow.on_context_collision == "error" and merged.keys() & context.keys():
                raise ContextKeyCollisionError(flow.name, 0, "", [])
            context |= merged
        fit(flow.output_schema, context)
        fit(flow.context_schema, context)
        return context

    def run_step(self, flow, step, context, index):
        if step.flow_name:
            inputs = resolved(step.input_mapping, context)
            sub_flow = self.sub_flows[step.flow_name]
            if sub_flow.status is not FlowStatus.ACTIVE:
                raise FlowStatusError(sub_flow.name, sub_flow.status.value)
            return self.run_flow(sub_flow, inputs)
        tool = self.tools.get(self.choice(flow, step, context, index))
        if tool is None:
            raise Failed
        inputs = resolved(step.input_mapping, context)
        fit(step.resolved_input_contract, inputs)
        retries = step.retry.max_retries if step.retry else 0
        while True:
            try:
                outputs = tool.run(inputs)
            except Exception as error:  # noqa: BLE001 - a tool may raise anything
                if retries and isinstance(error, step.retry.resolved_retryable_errors()):
                    retries -= 1
                    continue
                return self.instead(step, inputs)
            fit(step.resolved_output_contract, outputs)
            return outputs

    def instead(self, step, inputs):
        if step.on_error == "skip":
            return {}
        try:
            return self.tools[step.on_error.removeprefix("fallback:")].run(inputs)
        except Exception:  # noqa: BLE001 - "fail" is no tool's name either
            raise Failed from None

    def choice(self, flow, step, context, index):
        if not step.decision_candidates or not self.scenario.decider:
            return step.tool_name
        ctx = DecisionContext(
            trace_id="0" * 32, flow_name=flow.name, step_index=index, step_id=None,
            default_tool_name=step.tool_name, candidates=step.decision_candidates, context=context,
        )  # fmt: skip
        try:
            chosen = DECIDERS[self.scenario.decider](ctx)
        except Exception:  # noqa: BLE001 - a callback may raise anything
            raise Failed from None
        if chosen not in step.decision_candidates:
            raise Failed
        return chosen


def levels_of(flow):
    if not isinstance(flow, DAGFlow):
        return [[step] for step in flow.steps]
    steps = {step.step_id: step for step in flow.steps}
    order = TopologicalSorter({each.step_id: dict.fromkeys(each.depends_on) for each in flow.steps})
    number, levels = {}, {}
    for step_id in order.static_order():
        number[step_id] = 1 + max((number[d] for d in steps[step_id].depends_on), default=-1)
        levels.setdefault(number[step_id], []).append(steps[step_id])
    return [levels[key] for key in sorted(levels)]


def resolved(mapping, context):
    if not mapping:
        return dict(context)
    return {target: read(source, context) for target, source in mapping.items()}


def read(source, context):
    if not isinstance(source, str):
        return source
    try:
        if not source.startswith("/"):
            return context[source]
        value = context
        for token in source[1:].split("/"):
            token = token.replace("~1", "/").replace("~0", "~")
            value = value[int(token)] if isinstance(value, list) else dict(value)[token]
        return value
    except (LookupError, TypeError, ValueError):
        raise Failed from None


def mapped(step, outputs):
    if step.output_mapping is None:
        return outputs
    missing = [key for key in step.output_mapping.values() if key not in outputs]
    if missing:
        raise OutputMappingError(step.display_name, 0, missing[0], [])
    return {key: outputs[source] for key, source in step.output_mapping.items()}


def not_selected(flow, step, context):
    selected = step.default_next
    try:
        for edge in step.branches:
            if evaluate_predicate(edge.predicate, context):
                selected = edge.target_step_id
                break
    except PredicateSyntaxError:
        raise Failed from None
    if selected is None:
        return set()
    return {
        each.step_id
        for each in flow.steps
        if step.step_id in each.depends_on and each.step_id != selected
    }


def fit(model, values):
    try:
        if model is not None:
            model.model_validate(values)
    except ValidationError:
        raise Failed from None


@given(scenario=scenarios())
def test_the_engine_ends_where_the_interpreter_ends(scenario):
    def engine(lane, concurrency):
        result = lane(
            scenario.executor(max_step_concurrency=concurrency),
            "root",
            scenario.initial_input,
            dynamic_params=scenario.dynamic_params,
        )
        assert result.success is (result.final_output is not None)
        return result.final_output

    for lane, concurrency in LANES[:2]:
        try:
            expected = Interpreter(scenario).run()
        except Failed:
            assert engine(lane, concurrency) is None
        except Exception as error:  # noqa: BLE001 - any error at all must be the engine's too
            with pytest.raises(type(error)):
                engine(lane, concurrency)
        else:
            output = engine(lane, concurrency)
            assert output == expected
            assert list(output) == list(expected)
