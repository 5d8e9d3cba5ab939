"""What a run leaves behind: `StepRecord` and `ExecutionResult`.

The run itself notes a step as a small tuple (`RawStep`). Here these become the pydantic models
that users see, when somebody first looks at them.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, model_serializer, model_validator

from chainweaver.approvals import ApprovalRecord
from chainweaver.cost import CostReport
from chainweaver.exceptions import error_code_for

if TYPE_CHECKING:
    from typing import Literal

    RawStep = tuple[str, dict[str, Any], dict[str, Any], float, float]
    """Name, inputs, outputs, start and end of a step that simply succeeded."""
    _RawRun = tuple[int, float, float, float, list["RawStep | StepRecord"]]
    """Random bits for the id; start as Unix time; start and end by the monotonic clock; steps."""


class StepRecord(BaseModel):
    """What happened in one step.

    Attributes:
        step_index: Place of the step in the run, from 0. A check of the flow's input is -1, a
            check of its output or context the number of steps.
        tool_name: The tool that ran (the chosen one, if the step was a decision); the
            sub-flow's name for a composed step; the flow's name for a schema check.
        inputs: What the step was given. Read-only.
        outputs: What the tool returned, before any output mapping; None if it failed.
            Read-only.
        error_type: Class name of the error.
        error_code: Its code; filled from `error_type` when not given.
        error_message: Its text.
        success: False only if the step ended the run.
        started_at: Start, UTC.
        ended_at: End, UTC.
        duration_ms: Time taken, in milliseconds.
        retry_count: Calls beyond the first.
        retry_errors: The text of the error of each call that failed.
        skipped: The step did not run (a branch not taken), or failed and was passed over.
        cached: The outputs came from a cache.
        fallback_used: The fallback tool was called.
        fallback_tool_name: Its name.
        flow_name: The sub-flow of a composed step.
        sub_result: The sub-flow's own result.
        approval: The answer to an approval; None where none was asked for.
    """

    model_config = ConfigDict(ser_json_inf_nan="constants")

    step_index: int
    tool_name: str
    inputs: dict[str, Any]
    outputs: dict[str, Any] | None = None
    error_type: str | None = None
    error_code: str | None = None
    error_message: str | None = None
    success: bool = True
    started_at: datetime
    ended_at: datetime
    duration_ms: float
    retry_count: int = 0
    retry_errors: list[str] = Field(default_factory=list)
    skipped: bool = False
    cached: bool = False
    fallback_used: bool = False
    fallback_tool_name: str | None = None
    flow_name: str | None = None
    sub_result: ExecutionResult | None = None
    approval: ApprovalRecord | None = None

    @classmethod
    def _of_step(cls, **fields: Any) -> StepRecord:
        """Make a step's record without validation; what is not given has its default.

        This is what `model_construct` does, but for the default factory, of which pydantic
        would ask the signature each time.
        """
        record = object.__new__(cls)
        _set_fields(record, {**_RECORD_DEFAULTS, "retry_errors": [], **fields})
        _set(record, "__pydantic_fields_set__", set(fields))
        _set(record, "__pydantic_extra__", None)
        _set(record, "__pydantic_private__", None)
        return record

    @model_validator(mode="after")
    def _fill_error_code(self) -> StepRecord:
        if self.error_code is None and self.error_type is not None:
            self.error_code = error_code_for(self.error_type)
        return self


class Clock(NamedTuple):
    """Turns readings of the monotonic clock into times of day.

    Attributes:
        started: The run's start, as seconds since the epoch.
        origin: The monotonic clock's reading at that moment, in seconds.
    """

    started: float
    origin: float

    def at(self, reading: float) -> datetime:
        """Return the time of day (UTC) of a reading of the monotonic clock."""
        return datetime.fromtimestamp(self.started + (reading - self.origin), UTC)

    def times(self, began: float, ended: float) -> dict[str, Any]:
        """Return the time fields of a record."""
        return {
            "started_at": self.at(began),
            "ended_at": self.at(ended),
            "duration_ms": (ended - began) * 1000,
        }


_set = object.__setattr__
_making_whole = threading.RLock()
_set_fields: Any = vars(BaseModel)["__dict__"].__set__


def trace_id_of(bits: int) -> str:
    """Return the UUID (RFC 9562, version 4) of 128 random bits, as 32 hexadecimal digits."""
    return f"{bits & ~0xF000_C000_0000_0000_0000 | 0x4000_8000_0000_0000_0000:032x}"


def record_of(started: float, origin: float, index: int, entry: RawStep | StepRecord) -> StepRecord:
    """Return a step's record from what the run noted of it."""
    if isinstance(entry, StepRecord):
        return entry
    return _record(Clock(started, origin), index, *entry)


def _lazy_fields(
    bits: int, started: float, origin: float, ended: float, log: list[RawStep | StepRecord]
) -> dict[str, Any]:
    clock = Clock(started, origin)
    return {
        "trace_id": trace_id_of(bits),
        "started_at": clock.at(origin),
        "ended_at": clock.at(ended),
        "execution_log": [
            entry if isinstance(entry, StepRecord) else _record(clock, index, *entry)
            for index, entry in enumerate(log)
        ],
    }


def _record(
    clock: Clock,
    index: int,
    name: str,
    inputs: dict[str, Any],
    outputs: dict[str, Any],
    began: float,
    ended: float,
) -> StepRecord:
    return StepRecord._of_step(
        step_index=index,
        tool_name=name,
        inputs=inputs,
        outputs=outputs,
        **clock.times(began, ended),
    )


class ExecutionResult(BaseModel):
    """What a run gave, and every step of it.

    Attributes:
        trace_schema_version: Version of this model's shape.
        flow_name: The flow that ran.
        flow_version: Its version.
        success: Whether every step and every schema check went well.
        final_output: The whole context at the end; None if the run failed.
        execution_log: A record for each step, in the order they ran.
        trace_id: The run's id, 32 hexadecimal digits (UUID version 4).
        started_at: Start, UTC.
        ended_at: End, UTC.
        total_duration_ms: Time taken, in milliseconds.
        cost_report: What the run saved, if the executor has a cost profile.
        initial_input: A copy of the input that the run was given, without run-time parameters.
        dry_run: Whether it was a rehearsal.
    """

    model_config = ConfigDict(ser_json_inf_nan="constants")

    trace_schema_version: str = "1.1"
    flow_name: str
    flow_version: str
    success: bool
    final_output: dict[str, Any] | None
    execution_log: list[StepRecord] = Field(default_factory=list)
    trace_id: str
    started_at: datetime
    ended_at: datetime
    total_duration_ms: float
    cost_report: CostReport | None = None
    initial_input: dict[str, Any] = Field(default_factory=dict)
    dry_run: bool = False

    # What a run leaves is made into fields when somebody looks: most results are only asked
    # for `success` and `final_output`. A result that is read whole is a model like any other.
    __slots__ = ("__weakref__", "_raw")
    if TYPE_CHECKING:
        _raw: _RawRun | None

    @classmethod
    def _of_run(cls, fields: dict[str, Any], raw: _RawRun) -> ExecutionResult:
        """Make a run's result without validation, its lazy fields still to be made from `raw`."""
        result = object.__new__(cls)
        _set_fields(result, fields)
        _set_raw(result, raw)
        return result

    def _make_whole(self) -> None:
        if self._raw is None:
            return
        with _making_whole:
            raw = self._raw
            if raw is None:  # another thread was first
                return
            values = {**_lazy_fields(*raw), **self.__dict__}
            in_order = {name: values[name] for name in type(self).__pydantic_fields__}
            _set_fields(self, in_order)
            _set(self, "__pydantic_fields_set__", set(in_order))
            _set(self, "__pydantic_extra__", None)
            _set(self, "__pydantic_private__", None)
            _set_raw(self, None)

    def to_mermaid(self, *, direction: Literal["LR", "RL", "TB", "TD", "BT"] = "LR") -> str:
        """Return a Mermaid graph of the steps, with their outcome and time.

        Args:
            direction: The way the graph flows.
        """
        from chainweaver.viz import result_to_mermaid

        return result_to_mermaid(self, direction=direction)

    if not TYPE_CHECKING:
        # All that reads past attribute access makes the result whole first.

        def __getattr__(self, name):
            if name == "_raw":
                return None
            self._make_whole()
            try:
                return object.__getattribute__(self, name)
            except AttributeError:
                return super().__getattr__(name)

        @model_serializer(mode="wrap")
        def _serialize(self, handler):
            self._make_whole()
            return handler(self)

        def __eq__(self, other):
            for result in (self, other):
                if isinstance(result, ExecutionResult):
                    result._make_whole()
            return super().__eq__(other)

        def __iter__(self):
            self._make_whole()
            return super().__iter__()

        def __repr_args__(self):
            self._make_whole()
            return super().__repr_args__()

        def __copy__(self):
            self._make_whole()
            return super().__copy__()

        def copy(self, **changes):  # noqa: D102 - pydantic's own
            self._make_whole()
            return super().copy(**changes)

        def __deepcopy__(self, memo=None):
            self._make_whole()
            return super().__deepcopy__(memo)


StepRecord.model_rebuild()
_set_raw: Any = vars(ExecutionResult)["_raw"].__set__
_RECORD_DEFAULTS = {
    name: None if field.is_required() else field.get_default()
    for name, field in StepRecord.model_fields.items()
}
