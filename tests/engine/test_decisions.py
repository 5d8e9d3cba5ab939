"""Decision callbacks and what they are told."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from chainweaver.decisions import (
    BaseDecisionCallback,
    DecisionCallback,
    DecisionContext,
    coerce_decision_callback,
)


@pytest.fixture
def ctx():
    return DecisionContext(
        trace_id="0a",
        flow_name="f",
        step_index=1,
        step_id=None,
        default_tool_name="a",
        candidates=["a", "b"],
        context={"n": 1},
    )


def test_no_callback_stays_none():
    assert coerce_decision_callback(None) is None


def test_an_object_that_decides_is_taken_as_it_is():
    class Decider:
        def decide(self, ctx):
            return "a"

        def __call__(self, ctx):
            raise AssertionError("not this one")

    decider = Decider()

    assert coerce_decision_callback(decider) is decider


def test_a_function_is_wrapped(ctx):
    callback = coerce_decision_callback(lambda ctx: ctx.candidates[-1])

    assert isinstance(callback, DecisionCallback)
    assert callback.decide(ctx) == "b"


@pytest.mark.parametrize("wrong", [1, "decide", object()])
def test_anything_else_is_refused(wrong):
    with pytest.raises(TypeError, match="decide"):
        coerce_decision_callback(wrong)


def test_an_attribute_that_is_no_method_does_not_decide():
    class Undecided:
        decide = "no method"

    with pytest.raises(TypeError):
        coerce_decision_callback(Undecided())


def test_the_base_does_not_decide(ctx):
    class Lazy(BaseDecisionCallback):
        pass

    assert isinstance(Lazy(), DecisionCallback)
    with pytest.raises(NotImplementedError, match="Lazy"):
        Lazy().decide(ctx)


def test_the_context_is_frozen(ctx):
    with pytest.raises(ValidationError):
        ctx.step_index = 2
