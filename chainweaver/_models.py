"""What pydantic models do at run time, bound once: their core validators and serialisers.

`model.model_validate` and `instance.model_dump` are Python-level doors to the same compiled
code. Bound directly, a step costs about half. A model that overrides a door keeps it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast, get_args

import pydantic_core
from pydantic import BaseModel, RootModel

if TYPE_CHECKING:
    from collections.abc import Callable

_MISSING: Any = getattr(pydantic_core, "MISSING", object())
"""The sentinel of fields that are left out; pydantic before 2.12 has none."""


def validator_of(model: type[BaseModel]) -> Callable[[Any], BaseModel]:
    """Return what `model.model_validate(value)` does, but that it never writes to the value.

    Args:
        model: The model; a deferred one is built first, or at its first use if a name that it
            refers to is not there yet.
    """
    validate = cast("Callable[[Any], BaseModel]", model.model_validate)
    if not _overrides(model, "model_validate") and _complete(model):
        validate = model.__pydantic_validator__.validate_python
    if _sees_raw_values(model):
        return lambda value: validate(dict(value) if isinstance(value, dict) else value)
    return validate


def dumper_of(model: type[BaseModel]) -> Callable[[Any], dict[str, Any]]:
    """Return what `instance.model_dump()` does for instances of this very model.

    An instance of a subclass is cut to the fields of `model`, as the dictionary that it could
    have come from would be; unless the model overrides `model_dump`.

    Args:
        model: The instance's model; a deferred one is built first, or at its first use.
    """
    if _overrides(model, "model_dump") or not _complete(model):
        return lambda instance: cast("dict[str, Any]", instance.model_dump())
    return cast("Callable[[Any], dict[str, Any]]", model.__pydantic_serializer__.to_python)


def dumped_keys(model: type[BaseModel]) -> frozenset[str] | None:
    """Return the keys that every `instance.model_dump()` has.

    Args:
        model: The model.

    Returns:
        The keys, or None if they cannot be known from the model alone.
    """
    decorators = model.__pydantic_decorators__
    if (
        issubclass(model, RootModel)
        or _overrides(model, "model_dump")
        or _overrides(model, "model_validate")
        or decorators.model_serializers
        or model.model_config.get("extra") == "allow"
        or _overrides(model, "__get_pydantic_core_schema__")
        or not _complete(model)
    ):
        return None
    by_alias = model.model_config.get("serialize_by_alias", False)
    keys = set()
    for name, field in model.model_fields.items():
        if getattr(field, "exclude_if", None) is not None or _may_be_missing(field.annotation):
            return None
        if not field.exclude:
            keys.add(field.serialization_alias or name if by_alias else name)
    for name, computed in model.model_computed_fields.items():
        if getattr(computed, "exclude_if", None) is not None:
            return None
        keys.add(computed.alias or name if by_alias else name)
    return frozenset(keys)


def _sees_raw_values(model: type[BaseModel]) -> bool:
    """Whether code of the model's own is handed what is validated, and could write to it."""
    validators = model.__pydantic_decorators__.model_validators.values()
    return _overrides(model, "model_validate") or any(
        decorator.info.mode != "after" for decorator in validators
    )


def _complete(model: type[BaseModel]) -> bool:
    """Build a deferred model; False if it refers to a name that is not there yet."""
    return model.__pydantic_complete__ or bool(model.model_rebuild(raise_errors=False))


def _may_be_missing(annotation: Any) -> bool:
    """Whether a field may hold the MISSING sentinel, which is never dumped."""
    return annotation is _MISSING or any(map(_may_be_missing, get_args(annotation)))


def _overrides(model: type[BaseModel], name: str) -> bool:
    """Whether the model, or a base of it that is not pydantic's own, defines the name."""
    return any(name in vars(cls) for cls in model.__mro__ if cls.__module__ != "pydantic.main")
