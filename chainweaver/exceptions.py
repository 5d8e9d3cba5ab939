"""Every error ChainWeaver raises or records, each with a code of its own.

A code stands for one kind of error and never changes. It is not part of the message: ask the
class (`error.code`), or `error_code_for` by class name. Codes CW-E022 to CW-E028, 032, 034,
035 and 038 to 040 are reserved for parts that are not in this release.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chainweaver.results import ExecutionResult


class ChainWeaverError(Exception):
    """Base of all errors of this package.

    Attributes:
        code: The error's code, `CW-E` and three digits; unique to its class.
        result: The partial result, if the error ended a run midway; else None.
    """

    code: ClassVar[str] = "CW-E000"
    result: ExecutionResult | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Make copies and pickles whole: a subclass's constructor takes other arguments."""
        return (_remake, (type(self), self.args), self.__dict__)


def _remake(cls: type[ChainWeaverError], args: tuple[Any, ...]) -> ChainWeaverError:
    error = cls.__new__(cls)
    error.args = args
    return error


class ToolNotFoundError(ChainWeaverError):
    """A step names a tool that is not registered with the executor.

    To mend: register the tool with `executor.register_tool(...)`, or correct the name in the step.

    Attributes:
        tool_name: The name that was asked for.
    """

    code = "CW-E001"

    def __init__(self, tool_name: str) -> None:
        self.tool_name = tool_name
        super().__init__(
            f"Tool '{tool_name}' is not registered; register it with executor.register_tool(...)"
        )


class FlowNotFoundError(ChainWeaverError):
    """The registry has no flow of that name, or not in that version.

    To mend: register the flow with `registry.register_flow(...)`, or correct the name or the
    version.

    Attributes:
        flow_name: The name that was asked for.
        version: The version that was asked for; None for the latest.
    """

    code = "CW-E002"

    def __init__(self, flow_name: str, *, version: str | None = None) -> None:
        self.flow_name = flow_name
        self.version = version
        wanted = f"Flow '{flow_name}'" + (f" version '{version}'" if version is not None else "")
        super().__init__(f"{wanted} is not in the registry; register it with register_flow(...)")


class FlowAlreadyExistsError(ChainWeaverError):
    """The registry has that flow in that version already.

    To mend: give the flow another version, or register it with `overwrite=True`.

    Attributes:
        flow_name: The flow's name.
    """

    code = "CW-E003"

    def __init__(self, flow_name: str) -> None:
        self.flow_name = flow_name
        super().__init__(
            f"Flow '{flow_name}' is registered already; give it another version or pass "
            "overwrite=True"
        )


class SchemaValidationError(ChainWeaverError):
    """Values do not fit a schema: a tool's, a step contract's, or the flow's.

    To mend: compare `detail` with the schema that `context` names: give the step such values (an
    `input_mapping`, an earlier step's output), or change the schema.

    Attributes:
        tool_name: The tool, or the flow if the schema is the flow's.
        step_index: The step's index; -1 for the flow's input.
        detail: What does not fit.
        context: Which schema it was: "tool", "step_input_contract", "flow_output", ...
    """

    code = "CW-E004"

    def __init__(
        self, tool_name: str, step_index: int, detail: str, *, context: str = "tool"
    ) -> None:
        self.tool_name = tool_name
        self.step_index = step_index
        self.detail = detail
        self.context = context
        super().__init__(
            f"Schema validation failed for {context} '{tool_name}' at step {step_index}: {detail}"
        )


class InputMappingError(ChainWeaverError):
    """A step's input mapping names a context key that is not there.

    To mend: correct the key in the step's `input_mapping`, give it in the initial input, or let an
    earlier step write it.

    Attributes:
        tool_name: The step's tool.
        step_index: The step's index.
        key: The context key, or the shortest prefix of a JSON pointer that leads nowhere.
    """

    code = "CW-E005"

    def __init__(self, tool_name: str, step_index: int, key: str) -> None:
        self.tool_name = tool_name
        self.step_index = step_index
        self.key = key
        super().__init__(
            f"Step {step_index} ('{tool_name}') maps its input from '{key}', which is not in the "
            "context; give it in the input or let an earlier step write it"
        )


class FlowExecutionError(ChainWeaverError):
    """A tool or a sub-flow failed.

    To mend: `detail` has what the tool raised: mend the tool or its input. What fails now and then
    can be retried (`retry`), what may be missing skipped or replaced (`on_error`).

    Attributes:
        tool_name: The tool.
        step_index: The step's index.
        detail: The text of what it raised.
    """

    code = "CW-E006"

    def __init__(self, tool_name: str, step_index: int, detail: str) -> None:
        self.tool_name = tool_name
        self.step_index = step_index
        self.detail = detail
        super().__init__(f"Step {step_index}, tool '{tool_name}' failed: {detail}")


class ToolDefinitionError(ChainWeaverError):
    """A function can't be made into a tool, or a tool can't be used in this way.

    To mend: `detail` says what to change: usually an annotation of the function, or how the tool
    is called.

    Attributes:
        function_name: The function or tool.
        detail: What is wrong, and how to mend it.
    """

    code = "CW-E007"

    def __init__(self, function_name: str, detail: str) -> None:
        self.function_name = function_name
        self.detail = detail
        super().__init__(f"Tool '{function_name}': {detail}")


class ToolTimeoutError(ChainWeaverError):
    """A tool took longer than its timeout.

    To mend: raise the tool's `timeout_seconds`, or make the tool faster.

    Attributes:
        tool_name: The tool.
        timeout_seconds: Its timeout, in seconds.
    """

    code = "CW-E008"

    def __init__(self, tool_name: str, timeout_seconds: float) -> None:
        self.tool_name = tool_name
        self.timeout_seconds = timeout_seconds
        super().__init__(
            f"Tool '{tool_name}' did not return within {timeout_seconds} seconds; raise its "
            "timeout_seconds or make it faster"
        )


class ToolOutputSizeError(ChainWeaverError):
    """A tool returned more than its `max_output_size` allows.

    To mend: return less, or raise the tool's `max_output_size`.

    Attributes:
        tool_name: The tool.
        size: Size of the output as JSON, in bytes.
        max_size: The limit, in bytes.
    """

    code = "CW-E009"

    def __init__(self, tool_name: str, size: int, max_size: int) -> None:
        self.tool_name = tool_name
        self.size = size
        self.max_size = max_size
        super().__init__(
            f"Tool '{tool_name}' returned {size} bytes, its max_output_size is {max_size}"
        )


class DAGDefinitionError(ChainWeaverError):
    """The steps of a DAG flow form no valid graph.

    To mend: change the steps that `detail` names: ids must be unique, dependencies and branch
    targets must exist, and no step may depend on itself, directly or through others.

    Attributes:
        flow_name: The flow.
        reason: "duplicate_step_id", "unknown_dependency", "cycle" or "unknown_branch_target".
        detail: Which steps, and why.
    """

    code = "CW-E010"

    def __init__(self, flow_name: str, reason: str, detail: str) -> None:
        self.flow_name = flow_name
        self.reason = reason
        self.detail = detail
        super().__init__(f"DAG flow '{flow_name}' is invalid ({reason}): {detail}")


class FlowStatusError(ChainWeaverError):
    """The flow is not ACTIVE.

    To mend: set the flow's status to `FlowStatus.ACTIVE`, or pass `force=True` to run it all the
    same.

    Attributes:
        flow_name: The flow.
        status: Its status.
    """

    code = "CW-E011"

    def __init__(self, flow_name: str, status: str) -> None:
        self.flow_name = flow_name
        self.status = status
        super().__init__(
            f"Flow '{flow_name}' has status '{status}' and may not run; set it ACTIVE, or pass "
            "force=True to run it all the same"
        )


class FlowCancelledError(ChainWeaverError):
    """A run was ended by its deadline or its cancellation token.

    To mend: nothing is broken: read what was done in `result`. Give a later deadline if there was
    too little time.

    Attributes:
        flow_name: The flow.
        step_index: The step that would have been next.
        result: The partial result.
        deadline_exceeded: Whether the deadline had passed.
        token_cancelled: Whether the token was cancelled.
    """

    code = "CW-E012"

    def __init__(
        self,
        flow_name: str,
        step_index: int,
        *,
        result: ExecutionResult | None,
        deadline_exceeded: bool = False,
        token_cancelled: bool = False,
    ) -> None:
        self.flow_name = flow_name
        self.step_index = step_index
        self.result = result
        self.deadline_exceeded = deadline_exceeded
        self.token_cancelled = token_cancelled
        causes = [
            name
            for name, holds in (
                ("deadline", deadline_exceeded),
                ("cancellation", token_cancelled or not deadline_exceeded),
            )
            if holds
        ]
        super().__init__(
            f"Flow '{flow_name}' was ended before step {step_index} by {' and '.join(causes)}"
        )


class ContextKeyCollisionError(ChainWeaverError):
    """A step wrote to context keys that exist, under the policy "error".

    To mend: rename the outputs with `output_mapping`, or choose `on_context_collision="warn"` or
    `"overwrite"`.

    Attributes:
        flow_name: The flow.
        step_index: The step's index; in a DAG the level's number.
        step_name: The step's name; in a DAG `DAG level <n>`.
        keys: The keys.
    """

    code = "CW-E013"

    def __init__(
        self, flow_name: str, step_index: int, step_name: str, keys: Iterable[str]
    ) -> None:
        self.flow_name = flow_name
        self.step_index = step_index
        self.step_name = step_name
        self.keys = list(keys)
        super().__init__(
            f"Flow '{flow_name}' step {step_index} ({step_name}) would overwrite context keys "
            f"{self.keys}; rename them with output_mapping, or choose on_context_collision="
            "'warn' or 'overwrite'"
        )


class AsyncLaneUnsupportedError(ChainWeaverError):
    """A flow has something that the async lane cannot run.

    The async lane runs all that the sync lane does, so nothing in this release raises it; the
    code stands for what may come.

    To mend: run the flow with `execute_flow`, or leave out what `unsupported` names.

    Attributes:
        flow_name: The flow.
        unsupported: What the lane cannot run.
    """

    code = "CW-E014"

    def __init__(self, flow_name: str, unsupported: Iterable[str]) -> None:
        self.flow_name = flow_name
        self.unsupported = list(unsupported)
        super().__init__(
            f"Flow '{flow_name}' cannot run in the async lane: {'; '.join(self.unsupported)}"
        )


class FlowCompositionError(ChainWeaverError):
    """The sub-flows of a flow cannot be composed.

    To mend: follow the path in `detail`: break the cycle, register the missing flow, or raise
    `max_composition_depth`.

    Attributes:
        flow_name: The root flow.
        reason: "cycle", "max_depth_exceeded" or "unknown_flow".
        detail: The path to it.
    """

    code = "CW-E015"

    def __init__(self, flow_name: str, reason: str, detail: str) -> None:
        self.flow_name = flow_name
        self.reason = reason
        self.detail = detail
        super().__init__(f"Flow '{flow_name}' cannot be composed ({reason}): {detail}")


class InvalidFlowVersionError(ChainWeaverError):
    """A flow's version is not a PEP 440 version.

    To mend: write the version as PEP 440 wants it, such as "1.2.0".

    Attributes:
        flow_name: The flow.
        version: The version as given.
        detail: What is wrong with it.
    """

    code = "CW-E016"

    def __init__(self, flow_name: str, version: str, detail: str) -> None:
        self.flow_name = flow_name
        self.version = version
        self.detail = detail
        super().__init__(f"Flow '{flow_name}' has an invalid version '{version}': {detail}")


class FlowSerializationError(ChainWeaverError):
    """A flow cannot be read or written, or a reference in it does not resolve.

    To mend: correct what `detail` names. A reference is written `module:qualname` and must be
    importable.

    Attributes:
        detail: What is wrong.
        source: Where it was read from, if known.
    """

    code = "CW-E017"

    def __init__(self, detail: str, *, source: str | None = None) -> None:
        self.detail = detail
        self.source = source
        super().__init__(f"{detail} (in {source})" if source else detail)


class CheckpointDriftError(ChainWeaverError):
    """A checkpoint was made by another flow or other tools than there are now.

    To mend: resume with the flow and the tools that the run began with, or start a new run.

    Attributes:
        trace_id: The run.
        flow_name: The flow.
        detail: What has changed.
    """

    code = "CW-E018"

    def __init__(self, trace_id: str, flow_name: str, detail: str) -> None:
        self.trace_id = trace_id
        self.flow_name = flow_name
        self.detail = detail
        super().__init__(f"Run {trace_id} of flow '{flow_name}' cannot be resumed: {detail}")


class CheckpointerNotConfiguredError(ChainWeaverError):
    """A run cannot be resumed, for the executor keeps no checkpoints.

    To mend: make the executor with a checkpointer.
    """

    code = "CW-E019"

    def __init__(self) -> None:
        super().__init__("The executor has no checkpointer; pass one as checkpointer=...")


class CheckpointNotFoundError(ChainWeaverError):
    """There is no checkpoint of that run.

    To mend: correct the trace id, or start a new run.

    Attributes:
        trace_id: The run.
    """

    code = "CW-E020"

    def __init__(self, trace_id: str) -> None:
        self.trace_id = trace_id
        super().__init__(f"There is no checkpoint of run {trace_id}")


class CheckpointVersionError(ChainWeaverError):
    """A checkpoint was written in another format.

    To mend: resume with the release that wrote the checkpoint, or start a new run.

    Attributes:
        trace_id: The run.
        flow_name: The flow.
        snapshot_version: The checkpoint's format.
        expected_version: The format that is understood.
    """

    code = "CW-E021"

    def __init__(
        self, trace_id: str, flow_name: str, snapshot_version: str, expected_version: str
    ) -> None:
        self.trace_id = trace_id
        self.flow_name = flow_name
        self.snapshot_version = snapshot_version
        self.expected_version = expected_version
        super().__init__(
            f"The checkpoint of run {trace_id} of flow '{flow_name}' has format "
            f"{snapshot_version}, expected {expected_version}"
        )


class ApprovalDeniedError(ChainWeaverError):
    """A step needs an approval that it did not get.

    To mend: have the step approved and run the flow again, or leave the step out.

    Attributes:
        tool_name: The tool.
        step_index: The step's index.
        detail: Why.
    """

    code = "CW-E029"

    def __init__(self, tool_name: str, step_index: int, detail: str) -> None:
        self.tool_name = tool_name
        self.step_index = step_index
        self.detail = detail
        super().__init__(
            f"Step {step_index}, tool '{tool_name}' was not approved: {detail.rstrip('. ')}."
        )


class SafetyCeilingError(ChainWeaverError):
    """A tool's side effects are above what the executor allows.

    To mend: use a tool with fewer side effects, or raise the executor's ceiling.

    Attributes:
        tool_name: The tool.
        step_index: The step's index.
        level: The tool's side effects.
        ceiling: The highest that is allowed.
    """

    code = "CW-E030"

    def __init__(self, tool_name: str, step_index: int, level: str, ceiling: str) -> None:
        self.tool_name = tool_name
        self.step_index = step_index
        self.level = level
        self.ceiling = ceiling
        super().__init__(
            f"Step {step_index}, tool '{tool_name}' has side effects '{level}', above the "
            f"ceiling '{ceiling}'"
        )


class DecisionCallbackError(ChainWeaverError):
    """The decision callback raised, or chose none of the candidates.

    To mend: let the callback return the name of one of the step's `decision_candidates`.

    Attributes:
        tool_name: The step's default tool.
        step_index: The step's index.
        detail: What happened.
    """

    code = "CW-E031"

    def __init__(self, tool_name: str, step_index: int, detail: str) -> None:
        self.tool_name = tool_name
        self.step_index = step_index
        self.detail = detail
        super().__init__(f"Step {step_index}, default tool '{tool_name}': {detail}")


class CostProfileError(ChainWeaverError):
    """There is no price for a model.

    To mend: name a provider and a model that have a price, or give a `CostProfile` of your own.

    Attributes:
        provider: The provider.
        model: The model.
        detail: What is missing.
    """

    code = "CW-E033"

    def __init__(self, provider: str, model: str, detail: str) -> None:
        self.provider = provider
        self.model = model
        self.detail = detail
        super().__init__(f"No cost profile for model '{model}' of '{provider}': {detail}")


class PredicateSyntaxError(ChainWeaverError):
    """A branch's predicate is outside the grammar, or names what is not there.

    To mend: write the predicate within the grammar of `evaluate_predicate`, and name only keys
    that are in the context when the step has run.

    Attributes:
        predicate: The predicate.
        detail: What is wrong.
    """

    code = "CW-E036"

    def __init__(self, predicate: str, detail: str) -> None:
        self.predicate = predicate
        self.detail = detail
        super().__init__(f"Predicate {predicate!r}: {detail}")


class OutputMappingError(ChainWeaverError):
    """A step's output mapping names an output that the tool did not return.

    To mend: correct the key in the step's `output_mapping`; `available` lists what the tool
    returned.

    Attributes:
        tool_name: The step's tool.
        step_index: The step's index.
        output_key: The output key.
        available: The keys that the tool returned.
    """

    code = "CW-E041"

    def __init__(
        self, tool_name: str, step_index: int, output_key: str, available: Iterable[str]
    ) -> None:
        self.tool_name = tool_name
        self.step_index = step_index
        self.output_key = output_key
        self.available = list(available)
        super().__init__(
            f"Step {step_index} ('{tool_name}') maps its output '{output_key}', which it did not "
            f"return; it returned {self.available}"
        )


class UndeclaredDynamicParamsError(ChainWeaverError):
    """A run was given run-time parameters that its flow does not declare (ADR-0004).

    To mend: add the parameters to the flow's `dynamic_params`, leave them out, or pass
    `undeclared_dynamic_params="allow"`.

    Attributes:
        flow_name: The flow.
        undeclared: The parameters that are not declared.
        declared: Those that the flow declares.
    """

    code = "CW-E042"

    def __init__(self, flow_name: str, undeclared: Iterable[str], declared: Iterable[str]) -> None:
        self.flow_name = flow_name
        self.undeclared = list(undeclared)
        self.declared = list(declared)
        super().__init__(
            f"Flow '{flow_name}' was given dynamic params that it does not declare: "
            f"{self.undeclared}; it declares {self.declared}. Add them to its dynamic_params, "
            "or pass undeclared_dynamic_params='allow'"
        )


def error_code_registry() -> dict[str, str]:
    """Return the code of every error class there is now, by class name; a new dictionary.

    Subclasses defined elsewhere are in it too.

    Example:
        ```python
        from chainweaver.exceptions import error_code_registry

        print(error_code_registry()["ToolNotFoundError"])
        #> CW-E001
        ```
    """
    import chainweaver.builder  # noqa: F401 - defines an error of its own

    codes: dict[str, str] = {}
    classes: list[type[ChainWeaverError]] = [ChainWeaverError]
    while classes:
        cls = classes.pop()
        codes[cls.__name__] = cls.code
        classes += cls.__subclasses__()
    return codes


def error_code_for(name: str | None) -> str | None:
    """Return the code of an error by its class name; None for classes that are not ours.

    Args:
        name: The class name.
    """
    return None if name is None else error_code_registry().get(name)
