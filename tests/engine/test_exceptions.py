"""The errors: their codes, attributes and messages."""

from __future__ import annotations

import re

import pytest

import chainweaver
from chainweaver import exceptions as errors
from chainweaver.builder import FlowBuilderError
from chainweaver.exceptions import ChainWeaverError, error_code_for, error_code_registry

CASES = [
    (errors.ToolNotFoundError("t"), "CW-E001", ["'t'", "not registered"]),
    (errors.FlowNotFoundError("f"), "CW-E002", ["'f'"]),
    (errors.FlowNotFoundError("f", version="1.2"), "CW-E002", ["'f'", "version '1.2'"]),
    (errors.FlowAlreadyExistsError("f"), "CW-E003", ["'f'", "overwrite"]),
    (errors.SchemaValidationError("t", 2, "n: no int"), "CW-E004", ["tool 't'", "n: no int"]),
    (
        errors.SchemaValidationError("f", -1, "n: no int", context="flow_input"),
        "CW-E004",
        ["flow_input 'f'", "n: no int"],
    ),
    (errors.InputMappingError("t", 1, "/a/b"), "CW-E005", ["'t'", "/a/b"]),
    (errors.FlowExecutionError("t", 1, "it broke"), "CW-E006", ["tool 't'", "it broke"]),
    (errors.ToolDefinitionError("fn", "no hints"), "CW-E007", ["fn", "no hints"]),
    (errors.ToolTimeoutError("t", 0.5), "CW-E008", ["'t'", "0.5"]),
    (errors.ToolOutputSizeError("t", 30, 20), "CW-E009", ["'t'", "30", "20"]),
    (errors.DAGDefinitionError("f", "cycle", "a -> b -> a"), "CW-E010", ["'f'", "a -> b -> a"]),
    (errors.FlowStatusError("f", "disabled"), "CW-E011", ["'f'", "disabled"]),
    (errors.FlowCancelledError("f", 3, result=None), "CW-E012", ["'f'", "cancellation"]),
    (
        errors.ContextKeyCollisionError("f", 1, "t", ["a", "b"]),
        "CW-E013",
        ["'f'", "t", "'a'", "'b'"],
    ),
    (errors.AsyncLaneUnsupportedError("f", ["one", "two"]), "CW-E014", ["'f'", "one", "two"]),
    (errors.FlowCompositionError("f", "unknown_flow", "g is not"), "CW-E015", ["'f'", "g is not"]),
    (errors.InvalidFlowVersionError("f", "one", "no PEP 440"), "CW-E016", ["'f'", "one", "440"]),
    (errors.FlowSerializationError("no JSON"), "CW-E017", ["no JSON"]),
    (errors.FlowSerializationError("no JSON", source="f.json"), "CW-E017", ["no JSON", "f.json"]),
    (errors.CheckpointDriftError("0a", "f", "version changed"), "CW-E018", ["0a", "changed"]),
    (errors.CheckpointerNotConfiguredError(), "CW-E019", ["checkpointer"]),
    (errors.CheckpointNotFoundError("0a"), "CW-E020", ["0a"]),
    (errors.CheckpointVersionError("0a", "f", "2", "1"), "CW-E021", ["0a", "2", "1"]),
    (errors.ApprovalDeniedError("t", 1, "not now"), "CW-E029", ["'t'", "not now"]),
    (errors.SafetyCeilingError("t", 1, "write", "read"), "CW-E030", ["'t'", "write", "read"]),
    (errors.DecisionCallbackError("t", 1, "chose x"), "CW-E031", ["'t'", "chose x"]),
    (errors.CostProfileError("p", "m", "no price"), "CW-E033", ["'p'", "'m'", "no price"]),
    (errors.PredicateSyntaxError("a b", "syntax"), "CW-E036", ["a b", "syntax"]),
    (FlowBuilderError("no name"), "CW-E037", ["no name"]),
    (errors.OutputMappingError("t", 1, "z", ["a"]), "CW-E041", ["'t'", "z", "'a'"]),
    (
        errors.UndeclaredDynamicParamsError("f", ["p", "q"], ["r"]),
        "CW-E042",
        ["'f'", "'p'", "'q'", "'r'", "dynamic_params"],
    ),
]
IDS = [f"{type(error).__name__}-{at}" for at, (error, _, _) in enumerate(CASES)]


def all_classes():
    classes = [ChainWeaverError]
    for cls in classes:
        classes += [each for each in cls.__subclasses__() if each.__module__.startswith("chainw")]
    return classes


@pytest.mark.parametrize(("error", "code", "fragments"), CASES, ids=IDS)
def test_an_error_has_its_code_and_says_what_is_wrong(error, code, fragments):
    assert isinstance(error, ChainWeaverError)
    assert type(error).code == error.code == code
    for fragment in fragments:
        assert fragment in str(error)


@pytest.mark.parametrize("error", [error for error, _, _ in CASES], ids=IDS)
def test_the_code_is_no_part_of_the_message(error):
    assert "CW-E" not in str(error)


def test_every_class_has_a_case():
    assert {type(error) for error, _, _ in CASES} == set(all_classes()) - {ChainWeaverError}


def test_codes_are_unique_and_well_formed():
    codes = [cls.code for cls in all_classes()]

    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"CW-E\d{3}", code) for code in codes)
    assert ChainWeaverError.code == "CW-E000"


def test_every_public_error_is_in_the_registry():
    public = [getattr(chainweaver, name) for name in chainweaver.__all__]
    raised = [cls for cls in public if isinstance(cls, type) and issubclass(cls, Exception)]

    assert len(raised) > 20
    assert {cls.__name__: cls.code for cls in raised}.items() <= error_code_registry().items()


@pytest.mark.parametrize(
    ("error", "attributes"),
    [
        (errors.FlowNotFoundError("f"), {"flow_name": "f", "version": None}),
        (errors.FlowNotFoundError("f", version="1"), {"flow_name": "f", "version": "1"}),
        (
            errors.SchemaValidationError("t", 2, "d"),
            {"tool_name": "t", "step_index": 2, "detail": "d", "context": "tool"},
        ),
        (errors.InputMappingError("t", 1, "k"), {"tool_name": "t", "step_index": 1, "key": "k"}),
        (errors.ToolDefinitionError("fn", "d"), {"function_name": "fn", "detail": "d"}),
        (
            errors.ToolOutputSizeError("t", 30, 20),
            {"tool_name": "t", "size": 30, "max_size": 20},
        ),
        (
            errors.DAGDefinitionError("f", "cycle", "d"),
            {"flow_name": "f", "reason": "cycle", "detail": "d"},
        ),
        (
            errors.FlowCancelledError("f", 3, result=None, deadline_exceeded=True),
            {
                "flow_name": "f",
                "step_index": 3,
                "result": None,
                "deadline_exceeded": True,
                "token_cancelled": False,
            },
        ),
        (
            errors.OutputMappingError("t", 1, "z", ["a"]),
            {"tool_name": "t", "step_index": 1, "output_key": "z", "available": ["a"]},
        ),
        (
            errors.UndeclaredDynamicParamsError("f", ["p"], ["r"]),
            {"flow_name": "f", "undeclared": ["p"], "declared": ["r"]},
        ),
        (errors.FlowSerializationError("d"), {"detail": "d", "source": None}),
        (errors.PredicateSyntaxError("p", "d"), {"predicate": "p", "detail": "d"}),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_what_an_error_was_made_of_can_be_read(error, attributes):
    assert {name: getattr(error, name) for name in attributes} == attributes


def test_without_a_version_none_is_mentioned():
    assert "version" not in str(errors.FlowNotFoundError("f"))


@pytest.mark.parametrize(
    ("flags", "named", "not_named"),
    [
        ({}, ["cancellation"], ["deadline"]),
        ({"token_cancelled": True}, ["cancellation"], ["deadline"]),
        ({"deadline_exceeded": True}, ["deadline"], ["cancellation"]),
        ({"deadline_exceeded": True, "token_cancelled": True}, ["deadline", "cancellation"], []),
    ],
)
def test_a_cancelled_run_names_its_causes(flags, named, not_named):
    text = str(errors.FlowCancelledError("f", 3, result=None, **flags))

    assert all(cause in text for cause in named)
    assert not any(cause in text for cause in not_named)


@pytest.mark.parametrize("detail", ["not now", "not now.", "not now..."])
def test_a_denied_approval_ends_with_one_full_stop(detail):
    assert re.search(r"not now\.$", str(errors.ApprovalDeniedError("t", 1, detail)))


def test_the_keys_of_a_collision_are_a_list_of_their_own():
    keys = ["a"]
    error = errors.ContextKeyCollisionError("f", 1, "t", keys)
    keys.append("b")

    assert error.keys == ["a"]


def test_an_error_carries_no_result_unless_it_ended_a_run():
    assert errors.ToolNotFoundError("t").result is None


def test_error_codes_by_name():
    assert error_code_for("ToolNotFoundError") == "CW-E001"
    assert error_code_for("ChainWeaverError") == "CW-E000"
    assert error_code_for("ValueError") is None
    assert error_code_for(None) is None


def test_the_registry_has_errors_that_users_define():
    class HouseError(errors.FlowExecutionError):
        code = "CW-E900"

    class RoomError(HouseError):
        code = "CW-E901"

    registry = error_code_registry()

    assert (registry["HouseError"], registry["RoomError"]) == ("CW-E900", "CW-E901")
    assert error_code_for("RoomError") == "CW-E901"


def test_the_registry_is_a_fresh_dictionary():
    error_code_registry().clear()

    assert error_code_registry()["ChainWeaverError"] == "CW-E000"
