"""Evidence on run scope: what keeps context variables alive, and what each design costs.

`python -m benchmarks.contextvars` prints it as JSON. It uses the standard library only and
knows nothing of the engine: ADR-0001 quotes it to weigh its options.
"""

from __future__ import annotations

import asyncio
import gc
import json
import platform
import tracemalloc
import weakref
from contextvars import ContextVar, copy_context
from dataclasses import dataclass
from statistics import median
from time import process_time
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextvars import Context

MARK = "benchmark_of_run_scope"
"""Name of every variable made here, by which those still alive are found."""


# -- What keeps a variable alive ---------------------------------------------------------------


class Secret:
    """A value of a variable; stands for a run's parameters."""


NOTHING = Secret()
"""The default of every variable. The collector tracks a variable only if it tracks its default,
so without one the variables could not be counted."""


def leaks(variables: int) -> dict[str, dict[str, int]]:
    """Count variables and values that are alive after they went out of use.

    Args:
        variables: How many are made in each way.

    Returns:
        By way of use: how many variables and how many values `gc.collect()` left alive.
    """
    ways: dict[str, Callable[[Iterable[ContextVar[Secret]]], object]] = {
        "created only": _create,
        "set, then reset": _set_and_reset,
        "set and never reset, in a context that lives on": _set,
        "set and reset, and a copy of the context lives on": _set_copy_and_reset,
        "set in a copied context that is dropped": _set_in_dropped_copy,
    }
    table = {}
    for way, use in ways.items():
        # The context in which all happens is copied here and kept, as a long-lived task keeps
        # its own; what `use` returns is what lives on beside it.
        context = copy_context()
        kept = context.run(use, (_variable() for _ in range(variables)))
        gc.collect()
        table[way] = {
            "variables_alive": _alive(ContextVar, lambda each: each.name == MARK),
            "values_alive": _alive(Secret, lambda each: each is not NOTHING),
        }
        del context, kept
        gc.collect()
    return table


def _variable() -> ContextVar[Secret]:
    return ContextVar(MARK, default=NOTHING)


def _create(variables: Iterable[ContextVar[Secret]]) -> None:
    for _ in variables:
        pass


def _set(variables: Iterable[ContextVar[Secret]]) -> None:
    for variable in variables:
        variable.set(Secret())


def _set_and_reset(variables: Iterable[ContextVar[Secret]]) -> None:
    for variable in variables:
        variable.reset(variable.set(Secret()))


def _set_copy_and_reset(variables: Iterable[ContextVar[Secret]]) -> Context:
    tokens = [(variable, variable.set(Secret())) for variable in variables]
    copy = copy_context()  # as a task or `asyncio.to_thread` does when it is started
    for variable, token in tokens:
        variable.reset(token)
    return copy


def _set_in_dropped_copy(variables: Iterable[ContextVar[Secret]]) -> None:
    copy_context().run(_set, variables)


def _alive(kind: type, is_ours: Callable[[Any], bool]) -> int:
    return sum(isinstance(each, kind) and is_ours(each) for each in gc.get_objects())


# -- The designs that ADR-0001 weighs ------------------------------------------------------------


class Owner(Protocol):
    """What an executor needs of a design."""

    def enter(self, state: object) -> object:
        """Begin a run with this state; returns what `leave` needs."""

    def leave(self, entered: Any) -> None:
        """End the run."""

    def state(self) -> object:
        """Return the state of the owner's innermost run; outside of any, nothing of use."""


class PerInstance:
    """Option (a): a variable for each executor."""

    def __init__(self) -> None:
        self._state: ContextVar[object] = ContextVar(MARK, default=NOTHING)

    def enter(self, state: object) -> object:  # noqa: D102
        return self._state.set(state)

    def leave(self, entered: Any) -> None:  # noqa: D102
        self._state.reset(entered)

    def state(self) -> object:  # noqa: D102
        return self._state.get()


@dataclass(slots=True)
class Frame:
    """A run in the chain of option (b). Changed once only: `leave` empties it."""

    owner: object
    state: object
    parent: Frame | None
    token: Any = None


_innermost: ContextVar[Frame | None] = ContextVar("benchmark_innermost", default=None)


class FrameChain:
    """Option (b): one variable for the process, holding an immutable chain of frames."""

    __slots__ = ("__weakref__", "_reference")

    def __init__(self) -> None:
        self._reference = weakref.ref(self)

    def enter(self, state: object) -> object:  # noqa: D102
        frame = Frame(self._reference, state, _innermost.get())
        frame.token = _innermost.set(frame)
        return frame

    def leave(self, entered: Any) -> None:  # noqa: D102
        entered.state = None
        _innermost.reset(entered.token)
        entered.token = None

    def state(self) -> object:  # noqa: D102
        frame = _innermost.get()
        while frame is not None:
            if frame.owner is self._reference and frame.state is not None:
                return frame.state
            frame = frame.parent
        return None


_by_owner: ContextVar[weakref.WeakKeyDictionary[object, object]] = ContextVar("benchmark_by_owner")


class WeakKeys:
    """Option (c): one variable for the process, holding a dictionary with weak keys."""

    def _states(self) -> weakref.WeakKeyDictionary[object, object]:
        try:
            return _by_owner.get()
        except LookupError:
            states: weakref.WeakKeyDictionary[object, object] = weakref.WeakKeyDictionary()
            _by_owner.set(states)
            return states

    def enter(self, state: object) -> object:  # noqa: D102
        states = self._states()
        before = states.get(self)
        states[self] = state
        return before

    def leave(self, entered: Any) -> None:  # noqa: D102
        if entered is None:
            del self._states()[self]
        else:
            self._states()[self] = entered

    def state(self) -> object:  # noqa: D102
        return self._states().get(self)


OPTIONS: dict[str, Callable[[], Owner]] = {
    "a: a variable for each executor": PerInstance,
    "b: one variable, immutable frame chain": FrameChain,
    "c: one variable, WeakKeyDictionary": WeakKeys,
}


def options(*, owners: int, loops: int) -> dict[str, dict[str, Any]]:
    """Weigh the designs.

    Args:
        owners: How many short-lived executors are made for the memory figures.
        loops: How often each operation is timed.

    Returns:
        By design: bytes for each idle executor, objects left alive by short-lived executors
        whose run was copied by a task that lives on, nanoseconds of a look-up and of entering
        and leaving a run, and whether a task's run is seen by the code that started the task.
    """
    table = {}
    for name, make in OPTIONS.items():
        context = copy_context()
        table[name] = {
            "bytes_for_each_idle_executor": context.run(_idle_bytes, make, owners),
            "left_alive_by_short_lived_executors": context.run(_left_alive, make, owners),
            "lookup_ns": context.run(_lookup_ns, make, loops, 0),
            "lookup_ns_under_4_runs_of_others": context.run(_lookup_ns, make, loops, 4),
            "enter_and_leave_ns": context.run(_enter_ns, make, loops),
            "task_writes_into_its_parents_state": context.run(_is_shared, make),
        }
    return table


def _idle_bytes(make: Callable[[], Owner], count: int) -> int:
    make()
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    owners = [make() for _ in range(count)]
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    list_bytes = owners.__sizeof__()
    return round((after - before - list_bytes) / count)


def _left_alive(make: Callable[[], Owner], count: int) -> dict[str, int]:
    """Run short-lived executors; a context copied in each run, as by a task, lives on."""
    copies = []
    for _ in range(count):
        owner = make()
        entered = owner.enter(Secret())
        copies.append(copy_context())
        owner.leave(entered)
    del owner, entered
    gc.collect()
    alive = {
        "variables": _alive(ContextVar, lambda each: each.name == MARK),
        "executors": _alive(object, lambda each: type(each) in (PerInstance, FrameChain, WeakKeys)),
        "states": _alive(Secret, lambda each: each is not NOTHING),
    }
    assert len(copies) == count
    return alive


def _lookup_ns(make: Callable[[], Owner], loops: int, others: int) -> float:
    owner = make()
    entered = owner.enter(Secret())
    around = [make() for _ in range(others)]
    tokens = [other.enter(Secret()) for other in around]
    taken = _ns(owner.state, loops)
    for other, token in zip(reversed(around), reversed(tokens), strict=True):
        other.leave(token)
    owner.leave(entered)
    return taken


def _enter_ns(make: Callable[[], Owner], loops: int) -> float:
    owner, state = make(), Secret()
    return _ns(lambda: owner.leave(owner.enter(state)), loops)


def _ns(operation: Callable[[], object], loops: int) -> float:
    rounds = []
    for _ in range(15):
        began = process_time()
        for _ in range(loops):
            operation()
        rounds.append((process_time() - began) / loops * 1e9)
    return round(median(rounds), 1)


def _is_shared(make: Callable[[], Owner]) -> bool:
    """Whether a run in a task changes the state that the run around it sees."""
    owner = make()

    async def main() -> bool:
        entered = owner.enter("the parent's")
        inside = asyncio.Event()
        looked = asyncio.Event()

        async def child() -> None:
            token = owner.enter("the task's")
            inside.set()
            await looked.wait()
            owner.leave(token)

        task = asyncio.create_task(child())
        await inside.wait()
        seen = owner.state()
        looked.set()
        await task
        owner.leave(entered)
        return seen != "the parent's"

    return asyncio.run(main())


def evidence(
    *, variables: int = 1_000, owners: int = 10_000, loops: int = 20_000
) -> dict[str, Any]:
    """Return the leak table and the options weighed.

    Args:
        variables: Variables for each row of the leak table.
        owners: Short-lived executors for each option.
        loops: Repetitions of each timed operation.
    """
    return {
        "python": platform.python_version(),
        "variables": variables,
        "leaks": leaks(variables),
        "executors": owners,
        "options": options(owners=owners, loops=loops),
    }


if __name__ == "__main__":
    print(json.dumps(evidence(), indent=2))
