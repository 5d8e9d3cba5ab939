"""One step of a run, when there is more to it than a call.

Decisions, step contracts, dry run, retry, on_error and fallback, sub-flows, and the records of
steps that did not simply succeed. Every function here returns the step's record; a step that
must end the run with an exception raises `StepInterrupted`, which carries its record.
"""

from __future__ import annotations

from collections.abc import Mapping
from time import perf_counter
from typing import TYPE_CHECKING, Any, cast

from pydantic import ValidationError

from chainweaver._execution.context import read_inputs
from chainweaver._execution.scope import innermost
from chainweaver.contracts import SideEffectLevel, side_effect_exceeds
from chainweaver.decisions import DecisionContext
from chainweaver.exceptions import (
    ChainWeaverError,
    DecisionCallbackError,
    FlowExecutionError,
    SchemaValidationError,
    ToolNotFoundError,
    ToolOutputSizeError,
    ToolTimeoutError,
    error_code_for,
)
from chainweaver.flow import DAGFlowStep
from chainweaver.log_utils import get_logger, log_step_end, log_step_error, log_step_start
from chainweaver.results import StepRecord

if TYPE_CHECKING:
    from chainweaver._execution.plan import Check, CompiledStep
    from chainweaver._execution.run import Run
    from chainweaver.flow import FlowStep
    from chainweaver.tools import Tool

logger = get_logger("chainweaver.executor")


class StepInterrupted(Exception):
    """A step that ends the run with an exception.

    Attributes:
        record: The step's record.
        error: What is raised to the caller.
    """

    def __init__(self, record: StepRecord, error: ChainWeaverError) -> None:
        super().__init__()
        self.record = record
        self.error = error


async def run_step(run: Run, compiled: CompiledStep, index: int) -> StepRecord:
    """Run a step and return its record.

    Args:
        run: The run.
        compiled: The step.
        index: Its place in the run.

    Raises:
        StepInterrupted: The step's sub-flow raised.
    """
    began = perf_counter()
    step = compiled.step
    if step.flow_name is not None and not _is_capability(step):
        return await _run_sub_flow(run, compiled, index, began)

    name = compiled.name
    inputs: dict[str, Any] = {}
    try:
        name = _decide(run, compiled, index)
        tool = _tool(run, compiled, name, index)
        inputs = read_inputs(compiled.input_mapping, run.context, tool_name=name, step_index=index)
        _check_contract(compiled.check_input_contract, inputs, name, index, "step_input_contract")
    except Exception as error:  # noqa: BLE001 - a value in the context may raise anything
        return new_failure(run, name, index, inputs, _coded(error, name, index), began)

    if run.verbose:
        log_step_start(logger, index, name, inputs)
    try:
        outputs = await _call(run, tool, inputs, index)
    except _NotRehearsed as stop:
        if stop.error is not None:
            return new_failure(run, name, index, inputs, stop.error, began)
        return _record(run, name, index, inputs, began, outputs={}, skipped=True)
    except Exception as error:  # noqa: BLE001 - a tool may raise anything
        return await _recover(run, compiled, tool, index, inputs, error, began)
    return _succeeded(run, compiled, name, index, inputs, outputs, began)


async def recover(
    run: Run,
    compiled: CompiledStep,
    index: int,
    inputs: dict[str, Any] | None,
    error: Exception,
    began: float,
) -> StepRecord:
    """Return the record of a step whose direct call failed, after retry and on_error.

    Args:
        run: The run.
        compiled: The step.
        index: Its place in the run.
        inputs: Its inputs; None if it was they that could not be read.
        error: What the first call raised.
        began: When the step began, by the monotonic clock.
    """
    if inputs is None:
        try:
            read_inputs(
                compiled.input_mapping, run.context, tool_name=compiled.name, step_index=index
            )
        except Exception as unread:  # noqa: BLE001 - says better what was wrong than the reader
            error = unread
        error = _coded(error, compiled.name, index)
        return new_failure(run, compiled.name, index, {}, error, began)
    assert compiled.tool is not None
    return await _recover(run, compiled, compiled.tool, index, inputs, error, began)


def skipped_record(run: Run, compiled: CompiledStep, index: int) -> StepRecord:
    """Return the record of a step on a branch that was not taken."""
    now = perf_counter()
    return _record(run, compiled.name, index, {}, now, ended=now, outputs={}, skipped=True)


def new_failure(
    run: Run,
    name: str,
    index: int,
    inputs: dict[str, Any],
    error: Exception,
    began: float,
    **fields: Any,
) -> StepRecord:
    """Return the record of a step that failed, and log the error."""
    log_step_error(logger, index, name, error)
    return _record(run, name, index, inputs, began, success=False, **_error(error), **fields)


def failed_record(record: StepRecord, error: Exception) -> StepRecord:
    """Return the record of a step that succeeded by itself but fails in its level."""
    log_step_error(logger, record.step_index, record.tool_name, error)
    return record.model_copy(update={"outputs": None, "success": False, **_error(error)})


class _NotRehearsed(Exception):
    """A dry run came to a tool that can't be rehearsed: pass over it, or fail with `error`."""

    def __init__(self, error: FlowExecutionError | None) -> None:
        super().__init__(str(error))
        self.error = error


def _record(
    run: Run,
    name: str,
    index: int,
    inputs: dict[str, Any],
    began: float,
    *,
    ended: float | None = None,
    **fields: Any,
) -> StepRecord:
    times = run.times(began, perf_counter() if ended is None else ended)
    return StepRecord._of_step(step_index=index, tool_name=name, inputs=inputs, **times, **fields)


def text_of(error: BaseException) -> str:
    """Return an error's text; where its own `__str__` fails, its class name."""
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - the error to tell of is the other one
        return type(error).__name__


def _coded(error: Exception, name: str, index: int) -> Exception:
    """Return the error as it is recorded: one of ours, or what stands for a foreign one."""
    if isinstance(error, ChainWeaverError):
        return error
    return FlowExecutionError(name, index, text_of(error))


def _error(error: Exception) -> dict[str, Any]:
    name = type(error).__name__
    return {
        "error_type": name,
        "error_code": error_code_for(name),
        "error_message": text_of(error),
    }


def _succeeded(
    run: Run,
    compiled: CompiledStep,
    name: str,
    index: int,
    inputs: dict[str, Any],
    outputs: dict[str, Any],
    began: float,
    **fields: Any,
) -> StepRecord:
    if run.verbose:
        log_step_end(logger, index, name, outputs)
    try:
        _check_contract(
            compiled.check_output_contract, outputs, name, index, "step_output_contract"
        )
    except SchemaValidationError as error:
        return new_failure(run, name, index, inputs, error, began, **fields)
    return _record(run, name, index, inputs, began, outputs=outputs, **fields)


def _decide(run: Run, compiled: CompiledStep, index: int) -> str:
    """Return the name of the tool to run."""
    step = compiled.step
    default, candidates = compiled.name, step.decision_candidates
    callback = run.executor.decision_callback
    if not candidates or callback is None:
        return default
    try:
        # Not validated: the context holds whatever keys and values the run has.
        question = DecisionContext.model_construct(
            trace_id=run.trace_id,
            flow_name=run.plan.name,
            step_index=index,
            step_id=compiled.step_id,
            default_tool_name=default,
            candidates=list(candidates),
            context=run.context.copy(),
        )
        choice = callback.decide(question)
    except Exception as error:
        detail = f"decision callback raised {type(error).__name__}: {text_of(error)}"
        raise DecisionCallbackError(default, index, detail) from error
    if choice not in candidates:
        raise DecisionCallbackError(
            default,
            index,
            f"decision callback chose {choice!r}, which is not in decision_candidates {candidates}",
        )
    return choice


def _is_capability(step: FlowStep) -> bool:
    return isinstance(step, DAGFlowStep) and step.step_type == "capability"


def _tool(run: Run, compiled: CompiledStep, name: str, index: int) -> Tool:
    step = compiled.step
    if _is_capability(step):
        raise FlowExecutionError(
            name, index, "capability steps are not supported by FlowExecutor; name a tool instead"
        )
    if compiled.tool is not None and name == step.tool_name:
        return compiled.tool
    return run.executor.get_tool(name)


def _check_contract(
    check: Check | None, values: dict[str, Any], name: str, index: int, context: str
) -> None:
    if check is None:
        return
    try:
        check(values)
    except Exception as invalid:
        raise SchemaValidationError(name, index, text_of(invalid), context=context) from invalid


async def _call(run: Run, tool: Tool, inputs: dict[str, Any], index: int) -> dict[str, Any]:
    """Call the tool, or rehearse it in a dry run."""
    harmless = not side_effect_exceeds(tool.safety.side_effects, SideEffectLevel.READ)
    if not run.dry_run or harmless:
        return _outputs(tool, await run.effects.call(tool, inputs))
    if tool.supports_dry_run:
        return _outputs(tool, await run.effects.rehearse(tool, inputs))
    if run.dry_run_unsupported == "skip":
        raise _NotRehearsed(None)
    detail = "the tool has side effects and no dry_run_fn to rehearse it with"
    raise _NotRehearsed(FlowExecutionError(tool.name, index, detail))


def _outputs(tool: Tool, outputs: Any) -> dict[str, Any]:
    """Return a tool's outputs, if they are any: its class may have a `run` of its own."""
    if not isinstance(outputs, Mapping):
        kind = type(outputs).__name__
        raise TypeError(f"tool '{tool.name}' must return a mapping of names to values, not {kind}")
    return cast("dict[str, Any]", outputs)


async def _recover(
    run: Run,
    compiled: CompiledStep,
    tool: Tool,
    index: int,
    inputs: dict[str, Any],
    error: Exception,
    began: float,
) -> StepRecord:
    """Call the tool again as its retry policy says, then do as on_error says."""
    step = compiled.step
    error = _as_raised(error)
    errors = [text_of(error)]
    policy = step.retry
    if policy is not None:
        retryable = policy.resolved_retryable_errors()
        while len(errors) <= policy.max_retries and isinstance(error, retryable):
            await run.effects.sleep(policy.compute_delay(len(errors)))
            try:
                outputs = await _call(run, tool, inputs, index)
            except Exception as again:  # noqa: BLE001 - a tool may raise anything
                error = _as_raised(again)
                errors.append(text_of(error))
            else:
                return _succeeded(
                    run,
                    compiled,
                    tool.name,
                    index,
                    inputs,
                    outputs,
                    began,
                    retry_count=len(errors),
                    retry_errors=errors,
                )

    wrapped = _wrapped(error, tool.name, index)
    tried: dict[str, Any] = {"retry_count": len(errors) - 1, "retry_errors": errors}
    if step.on_error == "skip":
        log_step_error(logger, index, tool.name, wrapped)
        return _record(
            run, tool.name, index, inputs, began, outputs={}, skipped=True,
            **_error(wrapped), **tried,
        )  # fmt: skip
    if step.on_error == "fail":
        return new_failure(run, tool.name, index, inputs, wrapped, began, **tried)

    errors.append(str(wrapped))
    fallback = step.on_error.removeprefix("fallback:")
    tried |= {"fallback_used": True, "fallback_tool_name": fallback}
    try:
        substitute = run.executor.get_tool(fallback)
    except ToolNotFoundError as missing:
        return new_failure(run, tool.name, index, inputs, missing, began, **tried)
    try:
        outputs = await _call(run, substitute, inputs, index)
    except _NotRehearsed as stop:
        if stop.error is not None:
            return new_failure(run, tool.name, index, inputs, stop.error, began, **tried)
        return _record(run, tool.name, index, inputs, began, outputs={}, skipped=True, **tried)
    except Exception as failed:  # noqa: BLE001 - a tool may raise anything
        wrapped = _wrapped(failed, fallback, index)
        return new_failure(run, tool.name, index, inputs, wrapped, began, **tried)
    if run.verbose:
        log_step_end(logger, index, fallback, outputs)
    return _record(run, tool.name, index, inputs, began, outputs=outputs, **tried)


def _wrapped(error: Exception, name: str, index: int) -> Exception:
    """Return the coded error for what a tool raised."""
    if isinstance(error, ValidationError):
        return SchemaValidationError(name, index, text_of(error))
    if isinstance(error, (ToolTimeoutError, ToolOutputSizeError)):
        return error
    return FlowExecutionError(name, index, text_of(error))


def _as_raised(error: Exception) -> Exception:
    """Return what the tool raised: a StopIteration comes from it in disguise (PEP 479)."""
    return error.__cause__ if isinstance(error.__cause__, StopIteration) else error


async def _run_sub_flow(run: Run, compiled: CompiledStep, index: int, began: float) -> StepRecord:
    name = compiled.name
    try:
        inputs = read_inputs(compiled.input_mapping, run.context, tool_name=name, step_index=index)
    except Exception as error:  # noqa: BLE001 - a value in the context may raise anything
        coded = _coded(error, name, index)
        return new_failure(run, name, index, {}, coded, began, flow_name=name)
    if run.verbose:
        log_step_start(logger, index, name, inputs)
    try:
        result = await run.executor._run_sub_flow(run, name, inputs, innermost())
    except ChainWeaverError as error:
        record = new_failure(
            run, name, index, {}, error, began, flow_name=name, sub_result=error.result
        )
        raise StepInterrupted(record, error) from None
    if not result.success:
        detail = result.execution_log[-1].error_message
        failure = FlowExecutionError(name, index, f"sub-flow '{name}' failed: {detail}")
        return new_failure(
            run, name, index, inputs, failure, began, flow_name=name, sub_result=result
        )
    if run.verbose:
        log_step_end(logger, index, name, result.final_output or {})
    return _record(
        run, name, index, inputs, began,
        outputs=result.final_output, flow_name=name, sub_result=result,
    )  # fmt: skip
