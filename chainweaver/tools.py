"""`Tool`: a Python function with a model for its input and one for its output."""

from __future__ import annotations

import inspect
import json
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from chainweaver._models import dumper_of, validator_of
from chainweaver.compat import fingerprint, schema_fingerprint
from chainweaver.contracts import ToolSafetyContract
from chainweaver.exceptions import ToolDefinitionError, ToolOutputSizeError, ToolTimeoutError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from concurrent.futures import Future


_LONGEST = 1e9
"""What every clock and lock can wait for, in seconds: 31 years."""


class Tool:
    """A function with typed input and output, as a step of flows.

    Args:
        name: Its name, by which flows call it.
        description: What it does, in a sentence.
        input_schema: The model of its input.
        output_schema: The model of its output.
        fn: Takes the validated input model and returns a dictionary that fits
            `output_schema`. A coroutine function makes an async tool.
        timeout_seconds: How long a call may take, in seconds; None for any time.
        max_output_size: Limit for the returned dictionary as JSON, in bytes; None for none.
        schema_version: Your version of the schemas; part of `schema_hash`.
        cacheable: Whether outputs may be cached; True unless `safety` says otherwise.
        safety: What the tool promises about its effects.
        metadata: Whatever you want to keep with it.
        dry_run_fn: Rehearses `fn` without its effects, for dry runs.

    Attributes:
        is_async: Whether `fn` is a coroutine function.
        input_schema_hash: Fingerprint of the input model's JSON schema.
        output_schema_hash: Fingerprint of the output model's JSON schema.
        schema_hash: Fingerprint of both and of `schema_version`.

    Raises:
        ValueError: `cacheable` and `safety.cacheable` conflict.
        ToolDefinitionError: The safety contract promises a dry run without `dry_run_fn`, or
            `timeout_seconds` is no length of time.

    Example:
        ```python
        from pydantic import BaseModel

        from chainweaver import Tool


        class Text(BaseModel):
            text: str


        class Count(BaseModel):
            words: int


        count = Tool(
            name="count",
            description="Counts words.",
            input_schema=Text,
            output_schema=Count,
            fn=lambda given: {"words": len(given.text.split())},
        )
        print(count.run({"text": "to be or not"}))
        #> {'words': 4}
        ```
    """

    def __init__(
        self,
        *,
        name: str,
        description: str,
        input_schema: type[BaseModel],
        output_schema: type[BaseModel],
        fn: Callable[[Any], Any],
        timeout_seconds: float | None = None,
        max_output_size: int | None = None,
        schema_version: str = "0.0.0",
        cacheable: bool | None = None,
        safety: ToolSafetyContract | None = None,
        metadata: dict[str, Any] | None = None,
        dry_run_fn: Callable[[Any], Any] | None = None,
    ) -> None:
        if safety is not None and cacheable not in (None, safety.cacheable):
            raise ValueError(
                f"Tool '{name}' has conflicting cacheable={cacheable} and "
                f"safety.cacheable={safety.cacheable}; give one of them"
            )
        if timeout_seconds is not None and not 0 < timeout_seconds < _LONGEST:
            raise ToolDefinitionError(
                name,
                f"timeout_seconds must be a positive number of seconds below {_LONGEST:.0e}, "
                f"not {timeout_seconds}; leave it out for no limit",
            )
        self._safety_declared = safety is not None
        if safety is None:
            safety = ToolSafetyContract(cacheable=cacheable is not False)
        if safety.supports_dry_run and dry_run_fn is None:
            raise ToolDefinitionError(
                name, "its safety contract says supports_dry_run, but it has no dry_run_fn"
            )
        self.name = name
        self.description = description
        self.input_schema = input_schema
        self.output_schema = output_schema
        self.fn = fn
        self.timeout_seconds = timeout_seconds
        self.max_output_size = max_output_size
        self.schema_version = schema_version
        self.cacheable = safety.cacheable
        self.safety = safety
        self.metadata = dict(metadata or {})
        self.dry_run_fn = dry_run_fn
        self.is_async = _is_async(fn)
        self._validate_input = validator_of(input_schema)
        self._validate_output = validator_of(output_schema)
        self._dump_output = dumper_of(output_schema)

    def __repr__(self) -> str:
        return f"Tool(name={self.name!r})"

    @property
    def safety_declared(self) -> bool:
        """Whether a safety contract was given, not assumed."""
        return self._safety_declared

    @property
    def supports_dry_run(self) -> bool:
        """Whether the tool can be rehearsed."""
        return self.safety.supports_dry_run

    @cached_property
    def input_schema_hash(self) -> str:
        """Fingerprint of the input model's JSON schema."""
        return schema_fingerprint(self.input_schema)

    @cached_property
    def output_schema_hash(self) -> str:
        """Fingerprint of the output model's JSON schema."""
        return schema_fingerprint(self.output_schema)

    @cached_property
    def schema_hash(self) -> str:
        """Fingerprint of both schemas and of `schema_version`."""
        return fingerprint([self.input_schema_hash, self.output_schema_hash, self.schema_version])

    def run(self, raw: dict[str, Any]) -> dict[str, Any]:
        """Validate the input, call the tool, validate its output.

        Args:
            raw: The input.

        Returns:
            The output as a dictionary, cut to the output schema.

        Raises:
            pydantic.ValidationError: The input or the output does not fit its schema.
            ToolOutputSizeError: The output is larger than `max_output_size`.
            ToolTimeoutError: The call took longer than `timeout_seconds`.
            ToolDefinitionError: The tool is async and this thread has a running event loop;
                await `run_async` instead.
        """
        given = self._validate_input(raw)
        if self.is_async:
            return self._checked(self._run_in_new_loop(given))
        if self.timeout_seconds is not None:
            return self._checked(self._run_in_thread(self.fn, given, self.timeout_seconds))
        return self._checked(_call(self.fn, given))

    async def run_async(self, raw: dict[str, Any]) -> dict[str, Any]:
        """Do what `run` does on the running event loop; a sync tool runs in a thread.

        Args:
            raw: The input.

        Returns:
            The output as a dictionary, cut to the output schema.

        Raises:
            pydantic.ValidationError: As for `run`.
            ToolOutputSizeError: As for `run`.
            ToolTimeoutError: As for `run`. A sync tool's thread goes on until it returns.
        """
        return self._checked(await self._call_async(self._validate_input(raw)))

    def run_dry(self, raw: dict[str, Any]) -> dict[str, Any]:
        """Do what `run` does with `dry_run_fn` in the place of `fn`.

        Args:
            raw: The input.

        Returns:
            The output as a dictionary, cut to the output schema.

        Raises:
            pydantic.ValidationError: As for `run`.
            ToolOutputSizeError: As for `run`.
            ToolTimeoutError: As for `run`.
            ToolDefinitionError: The tool has no `dry_run_fn`.
        """
        if self.dry_run_fn is None:
            raise ToolDefinitionError(self.name, "it has no dry_run_fn to rehearse it with")
        given = self._validate_input(raw)
        if self.timeout_seconds is not None:
            return self._checked(self._run_in_thread(self.dry_run_fn, given, self.timeout_seconds))
        return self._checked(_call(self.dry_run_fn, given))

    def _checked(self, output: Any) -> dict[str, Any]:
        if self.max_output_size is not None:
            plain = output.model_dump() if isinstance(output, BaseModel) else output
            size = len(json.dumps(plain, default=str).encode())
            if size > self.max_output_size:
                raise ToolOutputSizeError(self.name, size, self.max_output_size)
        return self._dump_output(self._validate_output(output))

    async def _call_async(self, given: BaseModel) -> Any:
        import asyncio

        if self.timeout_seconds is None:
            return await (
                self.fn(given) if self.is_async else asyncio.to_thread(_call, self.fn, given)
            )
        if self.is_async:
            call = self.fn(given)
        else:
            call = asyncio.wrap_future(self._start_thread(self.fn, given))
        # A TimeoutError of the tool's own is not ours: only the deadline's counts.
        deadline = asyncio.timeout(self.timeout_seconds)
        try:
            async with deadline:
                return await call
        except TimeoutError:
            if deadline.expired():
                raise ToolTimeoutError(self.name, self.timeout_seconds) from None
            raise

    def _run_in_new_loop(self, given: BaseModel) -> Any:
        import asyncio

        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return _run_to_end(self._call_async(given))
        raise ToolDefinitionError(
            self.name,
            "an async tool cannot be run from sync code inside a running event loop; await "
            "run_async, or execute_flow_async",
        )

    def _run_in_thread(self, fn: Callable[[Any], Any], given: BaseModel, timeout: float) -> Any:
        from concurrent.futures import wait

        call = self._start_thread(fn, given)
        if not wait([call], timeout).done:
            raise ToolTimeoutError(self.name, timeout)
        return call.result()

    def _start_thread(self, fn: Callable[[Any], Any], given: BaseModel) -> Future[Any]:
        """Call a function in a daemon thread: one that hangs stops neither us nor the exit."""
        import threading
        from concurrent.futures import Future
        from contextvars import copy_context

        call: Future[Any] = Future()
        call.set_running_or_notify_cancel()
        context = copy_context()

        def work() -> None:
            try:
                call.set_result(context.run(_call, fn, given))
            except BaseException as error:  # noqa: BLE001 - handed on to the caller
                call.set_exception(error)

        threading.Thread(target=work, name=f"chainweaver-{self.name}", daemon=True).start()
        return call


def _run_to_end(call: Coroutine[Any, Any, Any]) -> Any:
    """Do what `asyncio.run` does, but wait for no thread that a tool has left behind."""
    import asyncio

    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(call)
    except asyncio.CancelledError as error:
        # Nobody outside could have meant us: the tool awaited something that it cancelled.
        raise RuntimeError("the tool was cancelled from within") from error
    finally:
        try:
            left = asyncio.all_tasks(loop)
            for task in left:
                task.cancel()
            if left:
                loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
            loop.run_until_complete(loop.shutdown_asyncgens())
        finally:
            loop.close()


def _call(fn: Callable[[Any], Any], given: Any) -> Any:
    try:
        return fn(given)
    except StopIteration as error:
        # No coroutine and no future can carry a StopIteration (PEP 479).
        raise RuntimeError(str(error)) from error


def _is_async(fn: Callable[..., Any]) -> bool:
    while isinstance(fn, partial):
        fn = fn.func
    return inspect.iscoroutinefunction(fn) or inspect.iscoroutinefunction(
        getattr(type(fn), "__call__", None)  # noqa: B004 - the method, not callability
    )
