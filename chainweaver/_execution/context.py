"""The context of a run: inputs are read from it, outputs are merged into it.

Only what reads or writes a context lives here. Outputs are read-only for everyone: without a
mapping the tool's own dictionary is handed on by reference, and it is also what the record
keeps (ADR-0003).
"""

from __future__ import annotations

import ast
import logging
from copy import deepcopy
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from chainweaver.exceptions import (
    ContextKeyCollisionError,
    InputMappingError,
    OutputMappingError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Reader = Callable[[dict[str, Any]], dict[str, Any]]

_SCALARS = (int, float, complex, bool, bytes, type(None))


def apply_output_mapping(
    outputs: Mapping[str, Any],
    output_mapping: Mapping[str, str] | None,
    *,
    tool_name: str,
    step_index: int,
) -> Mapping[str, Any]:
    """Return what a step adds to the context. Strictly read-only.

    Without a mapping this is `outputs` itself, the very same object, which the step's record
    also holds: no copy is made on the hot path. With a mapping it is a new dictionary.
    Either way the caller must not write to it (ADR-0003).

    Args:
        outputs: What the tool returned, by output key.
        output_mapping: Context key to output key; None for all outputs as they are.
        tool_name: The step's tool, for the error.
        step_index: The step's index, for the error.

    Returns:
        The values to merge, by context key.

    Raises:
        OutputMappingError: The mapping names an output key that `outputs` does not have.

    Example:
        ```python
        from chainweaver._execution.context import apply_output_mapping

        outputs = {"total": 3}
        same = apply_output_mapping(outputs, None, tool_name="sum", step_index=0)
        print(same is outputs)
        #> True
        print(
            apply_output_mapping(
                outputs, {"sum": "total"}, tool_name="sum", step_index=0
            )
        )
        #> {'sum': 3}
        ```
    """
    if output_mapping is None:
        return outputs
    mapped: dict[str, Any] = {}
    for context_key, output_key in output_mapping.items():
        if output_key not in outputs:
            raise OutputMappingError(tool_name, step_index, output_key, list(outputs))
        mapped[context_key] = outputs[output_key]
    return mapped


def merge_step_outputs(
    context: dict[str, Any],
    outputs: Mapping[str, Any],
    *,
    policy: str,
    flow_name: str,
    step_index: int,
    step_name: str,
    logger: logging.Logger,
    output_mapping: Mapping[str, str] | None = None,
) -> None:
    """Merge a step's outputs into the context, minding keys that are already there.

    Args:
        context: The run's context; changed in place, or not at all if this raises.
        outputs: What the tool returned; only read.
        policy: "overwrite" replaces a key, "warn" replaces it and logs a warning, "error"
            raises.
        flow_name: The flow, for the warning and the error.
        step_index: The step's index (in a DAG: the level's number).
        step_name: The step's display name (in a DAG: `DAG level <n>`).
        logger: Where a warning goes.
        output_mapping: As for `apply_output_mapping`.

    Raises:
        OutputMappingError: As `apply_output_mapping`.
        ContextKeyCollisionError: A key is there already and the policy is "error".
    """
    merged = apply_output_mapping(
        outputs, output_mapping, tool_name=step_name, step_index=step_index
    )
    collisions = [key for key in merged if key in context]
    if collisions:
        heed_collisions(
            collisions,
            policy=policy,
            flow_name=flow_name,
            step_index=step_index,
            step_name=step_name,
            logger=logger,
        )
    context.update(merged)


def heed_collisions(
    keys: list[str],
    *,
    policy: str,
    flow_name: str,
    step_index: int,
    step_name: str,
    logger: logging.Logger,
) -> None:
    """Do as the policy says about context keys that a step overwrites.

    Args:
        keys: The keys.
        policy: As for `merge_step_outputs`.
        flow_name: As for `merge_step_outputs`.
        step_index: As for `merge_step_outputs`.
        step_name: As for `merge_step_outputs`.
        logger: As for `merge_step_outputs`.

    Raises:
        ContextKeyCollisionError: The policy is "error".
    """
    if policy == "error":
        raise ContextKeyCollisionError(flow_name, step_index, step_name, keys)
    for key in keys:
        logger.log(
            logging.WARNING if policy == "warn" else logging.DEBUG,
            "Flow '%s' step %d (%s): context key '%s' overwritten",
            flow_name,
            step_index,
            step_name,
            key,
        )


def overwritten_keys(
    updated: Mapping[str, Any], outputs: Mapping[str, Any], size_before: int
) -> list[str]:
    """Return which outputs were there already before a dictionary was updated with them.

    A dictionary keeps its order: a key that is overwritten stays in its place, so the new keys
    are those past the old size. To look afterwards spares the look before each update.
    """
    new = set(list(updated)[size_before:])
    return [key for key in outputs if key not in new]


def reader_of(mapping: dict[str, Any]) -> Reader:
    """Return a function that takes a step's inputs from the context, as fast as can be.

    It may raise anything for a key that is missing; `read_inputs` then tells which.

    Args:
        mapping: The step's input mapping; empty for the whole context.
    """
    if not mapping:
        return dict.copy
    if all(type(source) is str and source[:1] != "/" for source in mapping.values()):
        return _generated_reader(tuple(mapping.items()))
    mapping = dict(mapping)
    return lambda context: {
        target: _read_source(source, context) for target, source in mapping.items()
    }


def read_inputs(
    mapping: Mapping[str, Any], context: dict[str, Any], *, tool_name: str, step_index: int
) -> dict[str, Any]:
    """Return a step's inputs from the context.

    Args:
        mapping: Target to source. A string is a context key, or with a leading `/` a JSON
            pointer (RFC 6901); anything else is a literal. Empty: the whole context.
        context: The run's context.
        tool_name: The step's tool, for the error.
        step_index: The step's index, for the error.

    Raises:
        InputMappingError: A source is not in the context. Its `key` is the context key, or
            the shortest prefix of the pointer that leads nowhere.
    """
    if not mapping:
        return context.copy()
    inputs = {}
    for target, source in mapping.items():
        try:
            inputs[target] = _read_source(source, context)
        except _Missing as missing:
            raise InputMappingError(tool_name, step_index, missing.args[0]) from None
    return inputs


class _Missing(Exception):
    """A source is not in the context; the argument says which."""


@lru_cache(maxsize=4096)
def _generated_reader(pairs: tuple[tuple[str, str], ...]) -> Reader:
    """Compile `lambda context: {target: context[source], ...}`."""
    context = ast.Name("context", ast.Load())
    body = ast.Dict(
        keys=[ast.Constant(target) for target, _ in pairs],
        values=[ast.Subscript(context, ast.Constant(source), ast.Load()) for _, source in pairs],
    )
    parameters = ast.arguments(
        posonlyargs=[ast.arg("context")], args=[], kwonlyargs=[], kw_defaults=[], defaults=[]
    )
    expression = ast.fix_missing_locations(ast.Expression(ast.Lambda(parameters, body)))
    # The tree above is all there is to run: keys enter it as constants, never as text.
    reader = eval(compile(expression, "<input mapping>", "eval"), {})  # noqa: S307
    return cast("Reader", reader)


def _read_source(source: Any, context: dict[str, Any]) -> Any:
    if not isinstance(source, str):
        return source if isinstance(source, _SCALARS) else deepcopy(source)
    if source[:1] == "/":
        return _read_pointer(source, context)
    if source not in context:
        raise _Missing(source)
    return context[source]


def _read_pointer(pointer: str, context: dict[str, Any]) -> Any:
    value: Any = context
    prefix = ""
    for token in pointer[1:].split("/"):
        prefix = f"{prefix}/{token}"
        key = token.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, (list, tuple)) and _is_index(key) and int(key) < len(value):
            value = value[int(key)]
        else:
            raise _Missing(prefix)
    return value


def _is_index(key: str) -> bool:
    """RFC 6901 section 4: ASCII digits without leading zeros."""
    return key == "0" or (key.isascii() and key.isdigit() and key[0] != "0" and len(key) < 20)
