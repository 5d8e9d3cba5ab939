"""Flows to JSON and YAML and back. What is read is data only: no reference is resolved."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from chainweaver.exceptions import FlowSerializationError
from chainweaver.flow import DAGFlow, Flow

if TYPE_CHECKING:
    from types import ModuleType

_BREAKS = frozenset("\x85\u2028\u2029")

FORMAT_VERSION = "1"
FLOW_TYPES: dict[str, type[Flow] | type[DAGFlow]] = {"Flow": Flow, "DAGFlow": DAGFlow}


def flow_to_dict(flow: Flow | DAGFlow) -> dict[str, Any]:
    """Return a flow as data that fits JSON.

    Args:
        flow: The flow.

    Raises:
        FlowSerializationError: A literal in it has no JSON.
    """
    try:
        fields = flow.model_dump(mode="json")
    except (ValueError, TypeError, RecursionError) as error:
        raise FlowSerializationError(
            f"Flow '{flow.name}' holds a value that has no JSON: {error}"
        ) from error
    return {
        **fields,
        "format_version": FORMAT_VERSION,
        "type": "DAGFlow" if isinstance(flow, DAGFlow) else "Flow",
    }


def flow_from_dict(data: dict[str, Any], *, source: str | None = None) -> Flow | DAGFlow:
    """Return the flow that `flow_to_dict` wrote.

    Args:
        data: The data.
        source: Where it is from, for errors.

    Raises:
        FlowSerializationError: It is no flow, or of another format.
    """
    if not isinstance(data, dict):
        raise FlowSerializationError(
            f"a flow must be a mapping at the top level, not {type(data).__name__}", source=source
        )
    fields = dict(data)
    kind = fields.pop("type", None)
    if not isinstance(kind, str) or kind not in FLOW_TYPES:
        raise FlowSerializationError(
            f"the discriminator 'type' must be 'Flow' or 'DAGFlow', not {kind!r}", source=source
        )
    version = fields.pop("format_version", FORMAT_VERSION)
    if str(version).split(".")[0] != FORMAT_VERSION:
        raise FlowSerializationError(
            f"format_version {version!r} is not supported; this release reads {FORMAT_VERSION}",
            source=source,
        )
    try:
        return FLOW_TYPES[kind].model_validate(fields)
    except ValidationError as error:
        raise FlowSerializationError(f"Validation failed: {error}", source=source) from error


def flow_to_json(flow: Flow | DAGFlow, *, indent: int | None = 2) -> str:
    """Return a flow as JSON, keys sorted.

    Args:
        flow: The flow.
        indent: Spaces a level; None for one line.

    Raises:
        FlowSerializationError: A literal in it has no JSON, as NaN and infinity have none.

    Example:
        ```python
        from chainweaver import Flow, flow_from_json, flow_to_json

        flow = Flow(name="empty", description="Does nothing.", steps=[])
        print(flow_from_json(flow_to_json(flow)) == flow)
        #> True
        ```
    """
    try:
        return json.dumps(flow_to_dict(flow), indent=indent, sort_keys=True, allow_nan=False)
    except ValueError as error:
        raise FlowSerializationError(
            f"Flow '{flow.name}' holds a number that JSON does not have: {error}"
        ) from error


def flow_from_json(data: str, *, source: str | None = None) -> Flow | DAGFlow:
    """Read a flow from JSON.

    Args:
        data: The JSON.
        source: Where it is from, for errors.

    Raises:
        FlowSerializationError: It is no JSON, or no flow.
    """
    try:
        parsed = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise FlowSerializationError(f"Invalid JSON: {error}", source=source) from error
    return flow_from_dict(parsed, source=source)


def flow_to_yaml(flow: Flow | DAGFlow) -> str:
    """Return a flow as YAML in block style, keys sorted.

    Args:
        flow: The flow.

    Raises:
        FlowSerializationError: pyyaml is not installed.
    """
    data = flow_to_dict(flow)
    # pyyaml writes these line breaks as they are and reads them back as spaces: escape all then.
    readable = not _BREAKS & set(json.dumps(data, ensure_ascii=False))
    text: str = _yaml().safe_dump(
        data, default_flow_style=False, sort_keys=True, allow_unicode=readable
    )
    return text


def flow_from_yaml(data: str, *, source: str | None = None) -> Flow | DAGFlow:
    """Read a flow from YAML. Tags that would build Python objects are refused.

    Args:
        data: The YAML.
        source: Where it is from, for errors.

    Raises:
        FlowSerializationError: It is no YAML, empty, or no flow; or pyyaml is not installed.
    """
    yaml = _yaml()
    try:
        parsed = yaml.safe_load(data)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise FlowSerializationError(f"Invalid YAML: {error}", source=source) from error
    if parsed is None:
        raise FlowSerializationError("the YAML document is empty", source=source)
    return flow_from_dict(parsed, source=source)


def _yaml() -> ModuleType:
    try:
        import yaml
    except ImportError as error:
        raise FlowSerializationError(
            "YAML needs pyyaml; install it with: pip install 'chainweaver[yaml]'"
        ) from error
    return yaml
