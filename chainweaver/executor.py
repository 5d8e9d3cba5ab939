"""`FlowExecutor`: tools, settings, and the entry points of a run.

It decides nothing about a run: it resolves the flow, checks what can be checked before, and
hands a `Run` to `_execution/run.py`.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, get_args

from chainweaver._execution.effects import ASYNC, SYNC, Effects, drive
from chainweaver._execution.plan import Plan, compile_plan
from chainweaver._execution.run import Run, execute, logger
from chainweaver._execution.scope import Frame, innermost, run_of
from chainweaver.decisions import (
    DecisionCallable,
    DecisionCallback,
    coerce_decision_callback,
)
from chainweaver.exceptions import (
    FlowCompositionError,
    FlowNotFoundError,
    FlowStatusError,
    ToolNotFoundError,
    UndeclaredDynamicParamsError,
)
from chainweaver.flow import DriftInfo, FlowStatus
from chainweaver.results import ExecutionResult, StepRecord
from chainweaver.tools import Tool

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chainweaver.cancellation import CancellationToken
    from chainweaver.cost import CostProfile
    from chainweaver.registry import AnyFlow, FlowRegistry

__all__ = ["ExecutionResult", "FlowExecutor", "StepRecord"]

Strictness = Literal["allow", "warn", "error"]
"""What happens to run-time parameters that a flow does not declare."""


class FlowExecutor:
    """Runs the flows of a registry with the tools registered here.

    One executor serves any number of runs at once, from threads and from tasks: what belongs
    to one run is seen by that run only (ADR-0001). A flow is compiled at its first run; to
    change a flow or a tool, register it again.

    Args:
        registry: Where flows are looked up.
        cost_profile: With it, every result carries a cost report.
        decision_callback: Chooses the tool at steps with `decision_candidates`: an object
            with `decide(ctx)`, or a function.
        max_composition_depth: How many sub-flows may be nested below a flow.
        max_step_concurrency: How many steps of a DAG level may run at once in the async lane.
        undeclared_dynamic_params: What to do with run-time parameters that the flow does not
            declare in `dynamic_params`: "allow" them, "warn" once a run, or raise an "error"
            before anything runs (ADR-0004).

    Raises:
        TypeError: `decision_callback` is neither.
        ValueError: `max_step_concurrency` is below 1, or `undeclared_dynamic_params` none of
            its choices.

    Example:
        ```python
        from pydantic import BaseModel

        from chainweaver import Flow, FlowExecutor, FlowRegistry, FlowStep, tool


        class Doubled(BaseModel):
            value: int


        @tool
        def double(number: int) -> Doubled:
            return Doubled(value=2 * number)


        registry = FlowRegistry()
        registry.register_flow(
            Flow(
                name="twice",
                description="Doubles.",
                steps=[FlowStep(tool_name="double")],
            )
        )
        executor = FlowExecutor(registry)
        executor.register_tool(double)
        print(executor.execute_flow("twice", {"number": 21}).final_output)
        #> {'number': 21, 'value': 42}
        ```
    """

    def __init__(
        self,
        registry: FlowRegistry,
        *,
        cost_profile: CostProfile | None = None,
        decision_callback: DecisionCallback | DecisionCallable | None = None,
        max_composition_depth: int = 10,
        max_step_concurrency: int = 1,
        undeclared_dynamic_params: Strictness = "allow",
    ) -> None:
        if max_step_concurrency < 1:
            raise ValueError(f"max_step_concurrency must be at least 1, not {max_step_concurrency}")
        self.cost_profile = cost_profile
        self.decision_callback = coerce_decision_callback(decision_callback)
        self.max_composition_depth = max_composition_depth
        self.max_step_concurrency = max_step_concurrency
        self.undeclared_dynamic_params = _strictness(undeclared_dynamic_params)
        self._registry = registry
        self._tools: dict[str, Tool] = {}
        self._owner = weakref.ref(self)
        self._registering = threading.Lock()
        self._plans: dict[tuple[str, str | None, bool, bool], Plan] = {}
        self._composed: dict[str, tuple[object, ...]] = {}

    @property
    def registry(self) -> FlowRegistry:
        """Where flows are looked up."""
        return self._registry

    @property
    def registered_tools(self) -> dict[str, Tool]:
        """The tools by name; a copy."""
        return dict(self._tools)

    def register_tool(self, tool: Tool) -> None:
        """Make a tool known by its name, in place of one that had it.

        Flows that were recorded against another schema of the tool (`tool_schema_hashes`)
        are set to NEEDS_REVIEW, with a warning in the log.

        Args:
            tool: The tool.

        Raises:
            TypeError: It is no tool; a function must be decorated with `@tool` first.
        """
        if not isinstance(tool, Tool):
            raise TypeError(
                f"register_tool takes a Tool, not {tool!r:.80}; decorate the function with @tool"
            )
        with self._registering:
            recorded = [
                flow
                for flow in self._registry.list_flows()
                if tool.name in self._tools and tool.name in (flow.tool_schema_hashes or {})
            ]
            drifted = [
                flow
                for flow in recorded
                if (flow.tool_schema_hashes or {})[tool.name] != tool.schema_hash
                and self._tools[tool.name].schema_hash != tool.schema_hash
            ]
            self._tools = {**self._tools, tool.name: tool}  # plans know theirs by this object
        for flow in drifted:
            self._registry.set_flow_status(flow.name, FlowStatus.NEEDS_REVIEW, version=flow.version)
            logger.warning(
                "Flow '%s' %s needs review: the schema of tool '%s' has changed",
                flow.name,
                flow.version,
                tool.name,
            )

    def get_tool(self, name: str) -> Tool:
        """Return a registered tool.

        Args:
            name: Its name.

        Raises:
            ToolNotFoundError: No tool of that name is registered here.
        """
        try:
            return self._tools[name]
        except KeyError:
            raise ToolNotFoundError(name) from None

    def with_replaced_tools(self, tools: Iterable[Tool]) -> FlowExecutor:
        """Return an executor with the same registry and settings, but only these tools.

        Args:
            tools: All its tools.
        """
        twin = FlowExecutor(
            self._registry,
            cost_profile=self.cost_profile,
            decision_callback=self.decision_callback,
            max_composition_depth=self.max_composition_depth,
            max_step_concurrency=self.max_step_concurrency,
            undeclared_dynamic_params=self.undeclared_dynamic_params,
        )
        for tool in tools:
            twin.register_tool(tool)
        return twin

    def get_drift_report(self) -> list[DriftInfo]:
        """Return where a flow was recorded against another schema than a tool has now.

        Tools that are not registered here are passed over.
        """
        return [
            DriftInfo(
                flow_name=flow.name,
                tool_name=name,
                expected_hash=expected,
                actual_hash=self._tools[name].schema_hash,
            )
            for flow in self._registry.list_flows()
            for name, expected in (flow.tool_schema_hashes or {}).items()
            if name in self._tools and self._tools[name].schema_hash != expected
        ]

    def accept_drift(self, flow_name: str, *, version: str | None = None) -> None:
        """Record the tools' present schemas for a flow and set it ACTIVE.

        Args:
            flow_name: The flow.
            version: Its version; None for the latest.

        Raises:
            FlowNotFoundError: There is no such flow.
        """
        flow = self._registry.get_flow(flow_name, version=version)
        stored = flow.tool_schema_hashes or {}
        names = dict.fromkeys([*(s.tool_name for s in flow.steps if s.tool_name), *stored])
        hashes = {name: self._tools[name].schema_hash for name in names if name in self._tools}
        self._registry.update_flow_state(
            flow.name,
            version=flow.version,
            status=FlowStatus.ACTIVE,
            tool_schema_hashes={**stored, **hashes},
        )

    def execute_flow(
        self,
        flow_name: str,
        initial_input: Mapping[str, Any],
        *,
        version: str | None = None,
        force: bool = False,
        deadline: float | None = None,
        cancel_token: CancellationToken | None = None,
        dry_run: bool = False,
        dry_run_unsupported: Literal["skip", "abort"] = "skip",
        dynamic_params: Mapping[str, Any] | None = None,
        undeclared_dynamic_params: Strictness | None = None,
    ) -> ExecutionResult:
        """Run a flow to its end, in this thread.

        A tool that fails is recorded, not raised: look at `result.success`.

        Args:
            flow_name: The flow.
            initial_input: The first values of the context.
            version: The flow's version; None for the latest.
            force: Run it even if its status is not ACTIVE.
            deadline: Unix time in seconds; once reached, no further step is begun.
            cancel_token: Cancels the run between steps.
            dry_run: Only rehearse tools with side effects beyond reading.
            dry_run_unsupported: What to do with a tool that can't be rehearsed: "skip" it or
                "abort" the run.
            dynamic_params: Run-time parameters: values for the context that win over the
                input, are not validated, and are not kept in `result.initial_input`.
            undeclared_dynamic_params: As for the executor, for this run.

        Returns:
            The result; `success` is False if a step or a schema check failed.

        Raises:
            FlowNotFoundError: There is no such flow, or no such version.
            FlowStatusError: The flow, or a sub-flow, is not ACTIVE.
            FlowCompositionError: Sub-flows form a cycle, are nested too deep, or are unknown.
            DAGDefinitionError: The steps are no DAG.
            FlowSerializationError: A schema or contract reference does not resolve.
            UndeclaredDynamicParamsError: The strictness is "error" and a parameter is not
                declared. Nothing has run.
            ContextKeyCollisionError: A step wrote to a key that exists, under the policy
                "error".
            OutputMappingError: A step's output mapping names an output it does not have.
            FlowCancelledError: The deadline passed, or the token was cancelled.
            TypeError: The input or the parameters are no mapping.
            ValueError: A keyword is none of its choices.
        """
        run, parent = self._prepare(
            SYNC,
            flow_name,
            initial_input,
            version=version,
            force=force,
            deadline=deadline,
            cancel_token=cancel_token,
            dry_run=dry_run,
            dry_run_unsupported=dry_run_unsupported,
            dynamic_params=dynamic_params,
            strictness=undeclared_dynamic_params,
        )
        return drive(execute(run, parent))

    async def execute_flow_async(
        self,
        flow_name: str,
        initial_input: Mapping[str, Any],
        *,
        version: str | None = None,
        force: bool = False,
        deadline: float | None = None,
        cancel_token: CancellationToken | None = None,
        dry_run: bool = False,
        dry_run_unsupported: Literal["skip", "abort"] = "skip",
        dynamic_params: Mapping[str, Any] | None = None,
        undeclared_dynamic_params: Strictness | None = None,
    ) -> ExecutionResult:
        """Run a flow to its end on the running event loop.

        The same run as `execute_flow`, by the same rules, with the same records (ADR-0005).
        Async tools are awaited, sync tools run in a thread. With `max_step_concurrency` above
        1, steps of a DAG level run at the same time; a level's steps all run to their end
        before a failure among them ends the run.

        Args:
            flow_name: As for `execute_flow`.
            initial_input: As for `execute_flow`.
            version: As for `execute_flow`.
            force: As for `execute_flow`.
            deadline: As for `execute_flow`.
            cancel_token: As for `execute_flow`.
            dry_run: As for `execute_flow`.
            dry_run_unsupported: As for `execute_flow`.
            dynamic_params: As for `execute_flow`.
            undeclared_dynamic_params: As for `execute_flow`.

        Returns:
            The result, as for `execute_flow`.

        Raises:
            ChainWeaverError: As for `execute_flow`.
            TypeError: As for `execute_flow`.
            ValueError: As for `execute_flow`.
        """
        run, parent = self._prepare(
            ASYNC,
            flow_name,
            initial_input,
            version=version,
            force=force,
            deadline=deadline,
            cancel_token=cancel_token,
            dry_run=dry_run,
            dry_run_unsupported=dry_run_unsupported,
            dynamic_params=dynamic_params,
            strictness=undeclared_dynamic_params,
        )
        return await execute(run, parent)

    def _prepare(
        self,
        effects: Effects,
        flow_name: str,
        initial_input: Mapping[str, Any],
        *,
        version: str | None,
        force: bool,
        deadline: float | None,
        cancel_token: CancellationToken | None,
        dry_run: bool,
        dry_run_unsupported: Literal["skip", "abort"],
        dynamic_params: Mapping[str, Any] | None,
        strictness: Strictness | None,
    ) -> tuple[Run, Frame | None]:
        """Check all that can be checked before a run, and make the run."""
        if type(initial_input) is not dict:
            _require_mapping("initial_input", initial_input)
        if dynamic_params is not None:
            _require_mapping("dynamic_params", dynamic_params)
        if dry_run_unsupported not in ("skip", "abort"):
            raise ValueError(
                f"dry_run_unsupported must be 'skip' or 'abort', not {dry_run_unsupported!r}"
            )
        plan = self._plan(effects, flow_name, version, force=force)
        flow = plan.flow
        if plan.has_sub_flows:
            self._check_composition(flow)
        if dynamic_params or strictness is not None:
            self._check_declared(flow, dynamic_params or {}, strictness)
        params = dict(dynamic_params) if dynamic_params else {}
        parent = innermost()
        outer = None if parent is None else run_of(self._owner, parent)
        if outer is not None:
            params = {**outer.params, **params}
            dry_run = dry_run or outer.dry_run
        run = Run(
            self,
            plan,
            effects,
            initial_input,
            params,
            deadline=deadline,
            cancel_token=cancel_token,
            dry_run=dry_run,
            dry_run_unsupported=dry_run_unsupported,
        )
        return run, parent

    async def _run_sub_flow(
        self, outer: Run, flow_name: str, inputs: dict[str, Any], parent: Frame | None
    ) -> ExecutionResult:
        """Run a sub-flow with what the outer run was given; it was checked with the root."""
        run = Run(
            self,
            self._plan(outer.effects, flow_name, None, force=False),
            outer.effects,
            inputs,
            outer.params,
            deadline=outer.deadline,
            cancel_token=outer.cancel_token,
            dry_run=outer.dry_run,
            dry_run_unsupported=outer.dry_run_unsupported,
        )
        return await execute(run, parent)

    def _plan(self, effects: Effects, flow_name: str, version: str | None, *, force: bool) -> Plan:
        """Return the plan of a flow that may run."""
        flow, revision = self._registry._resolve(flow_name, version)
        if flow.status is not FlowStatus.ACTIVE and not force:
            raise FlowStatusError(flow_name, flow.status.value)
        tools, decides = self._tools, self.decision_callback is not None
        key = (flow_name, version, effects.awaits, decides)
        plan = self._plans.get(key)
        if plan is None or not plan.is_of(flow, revision, tools):
            plan = compile_plan(flow, revision, tools, awaits=effects.awaits, decides=decides)
            current = {
                other: kept
                for other, kept in self._plans.items()
                if kept.revision == revision and kept.tools is tools
            }
            self._plans = {**current, key: plan}
        return plan

    def _check_composition(self, root: AnyFlow) -> None:
        """Walk the tree of sub-flows: no cycle, not too deep, all of them known."""
        deepest = self.max_composition_depth
        state = (root, deepest, self._registry.revision)
        if self._composed.get(root.name) == state:
            return
        heights: dict[str, int] = {}

        def height(flow: AnyFlow, path: tuple[str, ...]) -> int:
            names = dict.fromkeys(step.flow_name for step in flow.steps if step.flow_name)
            return max((1 + enter(name, path) for name in names), default=0)

        def enter(name: str, path: tuple[str, ...]) -> int:
            trail = " -> ".join((*path, name))
            if name in path:
                raise FlowCompositionError(root.name, "cycle", f"{trail} comes round again")
            if len(path) + heights.get(name, 0) > deepest:
                detail = f"{trail} is nested deeper than {deepest}"
                raise FlowCompositionError(root.name, "max_depth_exceeded", detail)
            if name not in heights:
                try:
                    sub_flow = self._registry.get_flow(name)
                except FlowNotFoundError:
                    detail = f"{trail}: '{name}' is not registered"
                    raise FlowCompositionError(root.name, "unknown_flow", detail) from None
                heights[name] = height(sub_flow, (*path, name))
            return heights[name]

        height(root, (root.name,))
        self._composed[root.name] = state

    def _check_declared(
        self, flow: AnyFlow, given: Mapping[str, Any], strictness: Strictness | None
    ) -> None:
        if strictness is None:
            strictness = self.undeclared_dynamic_params
        if _strictness(strictness) == "allow":
            return
        undeclared = [name for name in given if name not in flow.dynamic_params]
        if not undeclared:
            return
        if strictness == "error":
            raise UndeclaredDynamicParamsError(flow.name, undeclared, list(flow.dynamic_params))
        logger.warning(
            "Flow '%s' was given dynamic params that it does not declare: %s",
            flow.name,
            ", ".join(map(repr, undeclared)),
        )


def _strictness(value: Strictness) -> Strictness:
    if value not in get_args(Strictness):
        raise ValueError(
            f"undeclared_dynamic_params must be 'allow', 'warn' or 'error', not {value!r}"
        )
    return value


def _require_mapping(name: str, values: object) -> None:
    if not isinstance(values, Mapping):
        raise TypeError(f"{name} must be a mapping of names to values, not {type(values).__name__}")
