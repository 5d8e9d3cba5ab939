"""The run: one coroutine for every lane (ADR-0005).

Every rule of a run is here, or is a call to the file that holds it: order, merging, branches,
schema checks, cancellation, how a run ends. What happens inside one step that is not simply
called is in `step.py`; what the run may ask of the world is in `effects.py`.

The walk: the plan's levels, one after the other. All steps of a level see the context as it
was before the level; their outputs are merged after it. `_run_steps` is the hot path: it
calls a plain tool right there, and leaves everything else to `_run_level`.
"""

from __future__ import annotations

import logging
import os
import random
import time
from time import perf_counter
from typing import TYPE_CHECKING, Any

from chainweaver._execution.context import (
    apply_output_mapping,
    heed_collisions,
    merge_step_outputs,
    overwritten_keys,
)
from chainweaver._execution.scope import Frame
from chainweaver._execution.step import (
    StepInterrupted,
    failed_record,
    new_failure,
    recover,
    run_step,
    skipped_record,
    text_of,
)
from chainweaver.contracts import evaluate_predicate
from chainweaver.cost import compute_cost_report
from chainweaver.exceptions import (
    ChainWeaverError,
    FlowCancelledError,
    FlowExecutionError,
    PredicateSyntaxError,
    SchemaValidationError,
)
from chainweaver.log_utils import get_logger
from chainweaver.results import Clock, ExecutionResult, record_of, trace_id_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chainweaver._execution.effects import Effects
    from chainweaver._execution.plan import Check, CompiledStep, Plan
    from chainweaver.cancellation import CancellationToken
    from chainweaver.executor import FlowExecutor
    from chainweaver.results import RawStep, StepRecord

logger = get_logger("chainweaver.executor")

# Trace ids come from a generator of our own: `random.seed` in a program repeats no id, and a
# forked process starts anew. They are names, not secrets.
_random = random.Random()  # noqa: S311
_getrandbits = _random.getrandbits
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_random.seed)


class Run:
    """A run in progress: what it was asked, and how far it is.

    Attributes:
        executor: The executor.
        plan: What is run.
        effects: The lane's effects.
        initial_input: A copy of the input.
        params: The run-time parameters, inherited ones included.
        deadline: Unix time after which no further level is begun, or None.
        cancel_token: Cancels the run between levels, or None.
        dry_run: Whether tools with side effects are only rehearsed.
        dry_run_unsupported: "skip" or "abort" a tool that can't be rehearsed.
        trace_bits: What the run's id is made from.
        context: All values by key; the final output when the run succeeds.
        log: The steps so far.
        started: When it began, Unix time in seconds.
        origin: When it began, by the monotonic clock.
        verbose: Whether steps are logged at level INFO.
        skipped: With branches: ids of the steps that they skipped.
        excluded: With branches: ids of the steps that one decided against.
    """

    __slots__ = (
        "cancel_token",
        "context",
        "deadline",
        "dry_run",
        "dry_run_unsupported",
        "effects",
        "excluded",
        "executor",
        "initial_input",
        "log",
        "origin",
        "params",
        "plan",
        "skipped",
        "started",
        "trace_bits",
        "verbose",
    )

    def __init__(
        self,
        executor: FlowExecutor,
        plan: Plan,
        effects: Effects,
        initial_input: Mapping[str, Any],
        params: dict[str, Any],
        deadline: float | None,
        cancel_token: CancellationToken | None,
        dry_run: bool,
        dry_run_unsupported: str,
    ) -> None:
        self.executor = executor
        self.plan = plan
        self.effects = effects
        self.initial_input = dict(initial_input)
        self.params = params
        self.deadline = deadline
        self.cancel_token = cancel_token
        self.dry_run = dry_run
        self.dry_run_unsupported = dry_run_unsupported
        self.context: dict[str, Any] = dict(initial_input)
        if params:
            self.context.update(params)
        self.trace_bits = _getrandbits(128)
        self.log: list[RawStep | StepRecord] = []
        self.started = time.time()
        self.origin = perf_counter()
        self.verbose = logger.isEnabledFor(logging.INFO)
        if plan.dependents:
            self.skipped: set[str] = set()
            self.excluded: set[str] = set()

    @property
    def trace_id(self) -> str:
        """The run's id."""
        return trace_id_of(self.trace_bits)

    def times(self, began: float, ended: float) -> dict[str, Any]:
        """Return the time fields of a step's record, from readings of the monotonic clock."""
        return Clock(self.started, self.origin).times(began, ended)


async def execute(run: Run, parent: Frame | None) -> ExecutionResult:
    """Run the plan to its end.

    Args:
        run: The run, not begun.
        parent: The innermost open frame where the run was asked for.

    Returns:
        The result, also of a run that failed.

    Raises:
        ChainWeaverError: The run could not go on (its `result` is the partial result):
            a context key collision, a missing output key, cancellation, a sub-flow that may
            not run.
    """
    plan = run.plan
    with Frame(run.executor._owner, run, parent):
        if run.verbose:
            logger.info("Flow '%s' START (trace %s)", plan.name, run.trace_id)
        try:
            success = (
                (plan.check_input is None or _holds(run, plan.check_input, "flow_input"))
                and await _run_steps(run)
                and (plan.check_output is None or _holds(run, plan.check_output, "flow_output"))
                and (plan.check_context is None or _holds(run, plan.check_context, "flow_context"))
            )
        except StepInterrupted as stop:
            run.log.append(stop.record)
            error = stop.error
            if isinstance(error, FlowCancelledError):
                logger.error("Flow '%s' ABORTED: %s", plan.name, str(error))
                raise _cancelled(
                    run, error.deadline_exceeded, error.token_cancelled, stop.record.step_index
                ) from error
            error.result = _result(run, success=False)
            logger.error("Flow '%s' ABORTED: %s", plan.name, str(error))
            raise error from None
        except ChainWeaverError as error:
            if error.result is None:
                error.result = _result(run, success=False)
            logger.error("Flow '%s' ABORTED: %s", plan.name, str(error))
            raise
        if not success:
            logger.error("Flow '%s' FAILED (trace %s)", plan.name, run.trace_id)
        elif run.verbose:
            logger.info("Flow '%s' SUCCESS (trace %s)", plan.name, run.trace_id)
        return _result(run, success=success)


async def _run_steps(run: Run) -> bool:
    """Run level after level; False if a step failed."""
    plan, context, log = run.plan, run.context, run.log
    note = log.append
    awaits = run.effects.awaits
    watched = run.deadline is not None or run.cancel_token is not None
    plain = not run.verbose and not run.dry_run
    heeds = plan.policy != "overwrite" or logger.isEnabledFor(logging.DEBUG)

    for stretch in plan.stretches:
        if stretch.direct is None or not plain:
            for number, level in enumerate(stretch.levels, stretch.first):
                if watched:
                    _check_cancelled(run)
                if not await _run_level(run, level, number):
                    return False
            continue

        wide, before = stretch.wide, len(log)
        sink: dict[str, Any] = {} if wide else context
        size = len(sink)
        if watched and wide:
            _check_cancelled(run)
        ended = perf_counter()
        for compiled, name, tool, read, validate, check, dump, output_mapping in stretch.direct:
            if watched and not wide:
                _check_cancelled(run)
            # A step begins where the last one ended: there is only an update in between.
            began = ended
            inputs = None
            try:
                inputs = read(context)
                outputs: Any = tool.fn(validate(inputs))
                if awaits:
                    outputs = await outputs
                outputs = dump(check(outputs))
            except Exception as error:  # noqa: BLE001 - a tool may raise anything
                record = await recover(run, compiled, len(log), inputs, error, began)
                log.append(record)
                if not record.success:
                    return False
                outputs = record.outputs
                ended = perf_counter()
            else:
                ended = perf_counter()
                note((name, inputs, outputs, began, ended))
            if output_mapping is not None:
                outputs = apply_output_mapping(
                    outputs, output_mapping, tool_name=name, step_index=len(log) - 1
                )
            sink.update(outputs)
            size += len(outputs)
            if len(sink) != size:
                overwritten = overwritten_keys(sink, outputs, size - len(outputs))
                size = len(sink)
                if wide:
                    at = len(log) - 1
                    record = record_of(run.started, run.origin, at, log[at])
                    log[at] = failed_record(record, _written_twice(name, at, overwritten))
                    return False
                if heeds:
                    number = stretch.first + len(log) - before - 1
                    heed_collisions(overwritten, **_policy(run, number, compiled))
                    ended = perf_counter()
        if wide:
            size = len(context)
            context.update(sink)
            if heeds and len(context) != size + len(sink):
                overwritten = overwritten_keys(context, sink, size)
                heed_collisions(overwritten, **_policy(run, stretch.first, compiled))
    return True


async def _run_level(run: Run, level: tuple[CompiledStep, ...], number: int) -> bool:
    """Run a level whose steps need more than a call; False if one failed."""
    first = len(run.log)
    merged: dict[str, Any] = {}

    async def start(place: int) -> StepRecord:
        compiled = level[place]
        if run.plan.dependents and _is_skipped(run, compiled):
            return skipped_record(run, compiled, first + place)
        return await run_step(run, compiled, first + place)

    def settle(place: int, record: StepRecord) -> bool:
        compiled = level[place]
        run.log.append(record)
        if not record.success:
            return False
        if run.plan.dependents and compiled.step_id in run.skipped:
            return True
        try:
            _collect(run, compiled, record, merged)
        except (FlowExecutionError, PredicateSyntaxError) as error:
            run.log[-1] = failed_record(record, error)
            return False
        return True

    if not await run.effects.level(
        len(level), start, settle, concurrency=run.executor.max_step_concurrency
    ):
        return False
    _merge(run, merged, number, level[0])
    return True


def _collect(run: Run, compiled: CompiledStep, record: StepRecord, merged: dict[str, Any]) -> None:
    """Add a step's outputs to its level's, and take the branch that they select."""
    outputs = apply_output_mapping(
        record.outputs or {},
        compiled.output_mapping,
        tool_name=compiled.name,
        step_index=record.step_index,
    )
    twice = [key for key in outputs if key in merged]
    if twice:
        raise _written_twice(record.tool_name, record.step_index, twice)
    if run.plan.dependents and compiled.declared.branches:
        _branch(run, compiled, record.step_index, {**run.context, **merged, **outputs})
    merged.update(outputs)


def _written_twice(name: str, index: int, keys: list[str]) -> FlowExecutionError:
    return FlowExecutionError(
        name,
        index,
        f"output keys {keys} are written by another step of the same DAG level too; "
        "map one of them to another context key with output_mapping",
    )


def _branch(run: Run, compiled: CompiledStep, index: int, context: dict[str, Any]) -> None:
    """Exclude the dependents that the step's branches did not select."""
    step = compiled.declared
    selected = step.default_next
    try:
        for edge in step.branches:
            if evaluate_predicate(edge.predicate, context):
                selected = edge.target_step_id
                break
    except PredicateSyntaxError:
        raise
    except Exception as error:
        # A comparison of values that do not compare: the tool's outputs are to blame.
        detail = f"predicate {edge.predicate!r} raised {type(error).__name__}: {text_of(error)}"
        raise FlowExecutionError(compiled.name, index, detail) from error
    if selected is not None:
        run.excluded.update(id_ for id_ in run.plan.dependents[step.step_id] if id_ != selected)


def _is_skipped(run: Run, compiled: CompiledStep) -> bool:
    """Whether branches skip the step; notes it if so."""
    step = compiled.declared
    skipped = step.step_id in run.excluded or (
        bool(step.depends_on) and run.skipped.issuperset(step.depends_on)
    )
    if skipped:
        run.skipped.add(step.step_id)
    return skipped


def _merge(run: Run, outputs: dict[str, Any], number: int, compiled: CompiledStep) -> None:
    """Merge a level's outputs into the context; `compiled` is a step of the level."""
    merge_step_outputs(run.context, outputs, **_policy(run, number, compiled))


def _policy(run: Run, number: int, compiled: CompiledStep) -> dict[str, Any]:
    """Return what is to be done about overwritten keys, and how the place is called.

    Args:
        run: The run.
        number: The level's number, in a linear flow the step's index.
        compiled: A step of the level.
    """
    plan = run.plan
    return {
        "policy": plan.policy,
        "flow_name": plan.name,
        "step_index": number,
        "step_name": f"DAG level {number}" if plan.is_dag else compiled.name,
        "logger": logger,
    }


def _holds(run: Run, check: Check, schema: str) -> bool:
    """Whether the values fit a schema of the flow; a failure is recorded."""
    if schema == "flow_input":
        values, index = run.initial_input, -1
    else:
        values, index = run.context, run.plan.step_count
    began = perf_counter()
    try:
        check(values)
    except Exception as invalid:  # noqa: BLE001 - a model's own validator may raise anything
        error = SchemaValidationError(run.plan.name, index, text_of(invalid), context=schema)
        run.log.append(new_failure(run, run.plan.name, index, dict(values), error, began))
        return False
    return True


def _check_cancelled(run: Run) -> None:
    deadline_exceeded = run.deadline is not None and time.time() >= run.deadline
    token_cancelled = run.cancel_token is not None and run.cancel_token.is_cancelled
    if deadline_exceeded or token_cancelled:
        raise _cancelled(run, deadline_exceeded, token_cancelled, len(run.log))


def _cancelled(
    run: Run, deadline_exceeded: bool, token_cancelled: bool, step_index: int
) -> FlowCancelledError:
    return FlowCancelledError(
        run.plan.name,
        step_index,
        result=_result(run, success=False),
        deadline_exceeded=deadline_exceeded,
        token_cancelled=token_cancelled,
    )


def _result(run: Run, *, success: bool) -> ExecutionResult:
    plan, ended = run.plan, perf_counter()
    result = ExecutionResult._of_run(
        {
            "trace_schema_version": "1.1",
            "flow_name": plan.name,
            "flow_version": plan.version,
            "success": success,
            "final_output": run.context if success else None,
            "total_duration_ms": (ended - run.origin) * 1000,
            "cost_report": None,
            "initial_input": run.initial_input,
            "dry_run": run.dry_run,
        },
        (run.trace_bits, run.started, run.origin, ended, run.log),
    )
    profile = run.executor.cost_profile
    if profile is not None:
        result.cost_report = compute_cost_report(result, profile)
    return result
