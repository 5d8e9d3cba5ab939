"""Why ADR-0001 turned its other options down: each in a few lines, with its flaw shown.

`FrameChain` is a model of what was chosen; it stands beside the others in every test, so that
each shows a difference between options and not a truth about all of them.
"""

from __future__ import annotations

from contextvars import ContextVar, copy_context
from typing import Any
from weakref import WeakKeyDictionary

import pytest


class PerInstance:
    """A variable for each executor."""

    def __init__(self) -> None:
        self.variable: ContextVar[Any] = ContextVar("per_instance", default=None)

    def open(self, state: Any) -> Any:
        return self.variable.set(state)

    def close(self, token: Any) -> None:
        self.variable.reset(token)

    def state(self) -> Any:
        return self.variable.get()


class WeakKeys:
    """One variable; in it a dictionary from executor to state, with weak keys."""

    variable: ContextVar[WeakKeyDictionary[Any, Any]] = ContextVar("weak_keys")

    def states(self) -> WeakKeyDictionary[Any, Any]:
        try:
            return self.variable.get()
        except LookupError:
            self.variable.set(WeakKeyDictionary())
            return self.variable.get()

    def open(self, state: Any) -> Any:
        outer = self.states().get(self)
        self.states()[self] = state
        return outer

    def close(self, outer: Any) -> None:
        self.states()[self] = outer

    def state(self) -> Any:
        return self.states().get(self)


class CopiedKeys(WeakKeys):
    """The same, but every run sets a dictionary of its own."""

    variable: ContextVar[WeakKeyDictionary[Any, Any]] = ContextVar("copied_keys")

    def open(self, state: Any) -> Any:
        states = self.states().copy()
        states[self] = state
        return self.variable.set(states)

    def close(self, token: Any) -> None:
        self.variable.reset(token)


class FrameChain:
    """One variable; in it the innermost frame of an immutable chain, emptied at the end."""

    variable: ContextVar[Any] = ContextVar("frame_chain", default=None)

    def open(self, state: Any) -> Any:
        frame = [self, state, self.variable.get()]
        return frame, self.variable.set(frame)

    def close(self, opened: Any) -> None:
        frame, token = opened
        frame[1] = None
        self.variable.reset(token)

    def state(self) -> Any:
        frame = self.variable.get()
        while frame is not None and (frame[0] is not self or frame[1] is None):
            frame = frame[2]
        return None if frame is None else frame[1]


@pytest.mark.parametrize("option", [PerInstance, WeakKeys, CopiedKeys, FrameChain])
def test_every_option_gives_the_outer_run_its_state_back(option):
    executor = option()
    outer = executor.open("outer")
    inner = executor.open("inner")
    seen = [executor.state()]
    executor.close(inner)
    seen.append(executor.state())
    executor.close(outer)

    assert [*seen, executor.state()] == ["inner", "outer", None]


@pytest.mark.parametrize(("option", "grows"), [(PerInstance, True), (FrameChain, False)])
def test_a_variable_for_each_executor_piles_up_in_a_context_that_is_copied_on(option, grows):
    """A chain of tasks, each started inside a run of the one before, as a worker may do."""
    context = copy_context()
    start = len(context)
    for _ in range(100):
        executor = option()
        context.run(executor.open, "state")
        context = context.copy()
    del executor

    assert len(context) - start == (100 if grows else 1)


@pytest.mark.parametrize(
    ("option", "leaks"), [(PerInstance, True), (CopiedKeys, True), (FrameChain, False)]
)
def test_a_copied_context_brings_a_dead_run_back(option, leaks):
    executor = option()
    opened = executor.open("secret")
    stray = copy_context()
    executor.close(opened)

    assert executor.state() is None
    assert stray.run(executor.state) == ("secret" if leaks else None)


@pytest.mark.parametrize(
    ("option", "shared"), [(WeakKeys, True), (CopiedKeys, False), (FrameChain, False)]
)
def test_a_dictionary_in_one_variable_is_shared_by_the_copies_of_a_context(option, shared):
    executor = option()
    opened = executor.open("the run's")

    copy_context().run(executor.open, "the task's")

    assert executor.state() == ("the task's" if shared else "the run's")
    executor.close(opened)
