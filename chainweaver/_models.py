"""What pydantic models do at run time, bound once: their core validators and serialisers.

`model.model_validate` and `instance.model_dump` are Python-level doors to the same compiled
code. Bound directly, a step costs about half. A model that overrides a door keeps it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pydantic import BaseModel, RootModel

if TYPE_CHECKING:
    from collections.abc import Callable


def validator_of(model: type[BaseModel]) -> Callable[[Any], BaseModel]:
    """Return what `model.model_validate(value)` does.

    Args:
        model: The model; a deferred one is built first.
    """
    if _overrides(model, "model_validate"):
        return model.model_validate
    _complete(model)
    return cast("Callable[[Any], BaseModel]", model.__pydantic_validator__.validate_python)


def dumper_of(model: type[BaseModel]) -> Callable[[Any], dict[str, Any]]:
    """Return what `instance.model_dump()` does.

    Args:
        model: The instance's model; a deferred one is built first.
    """
    if _overrides(model, "model_dump"):
        return lambda instance: cast("dict[str, Any]", instance.model_dump())
    _complete(model)
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
        or "__get_pydantic_core_schema__" in _names_defined(model)
    ):
        return None
    _complete(model)
    by_alias = model.model_config.get("serialize_by_alias", False)
    keys = set()
    for name, field in model.model_fields.items():
        if getattr(field, "exclude_if", None) is not None:
            return None
        if not field.exclude:
            keys.add(field.serialization_alias or name if by_alias else name)
    for name, computed in model.model_computed_fields.items():
        keys.add(computed.alias or name if by_alias else name)
    return frozenset(keys)


def _complete(model: type[BaseModel]) -> None:
    if not model.__pydantic_complete__:
        model.model_rebuild()


def _overrides(model: type[BaseModel], name: str) -> bool:
    return name in _names_defined(model)


def _names_defined(model: type[BaseModel]) -> set[str]:
    """Return the names that the model and its bases below pydantic's own define."""
    return {
        name for cls in model.__mro__ if cls.__module__ != "pydantic.main" for name in vars(cls)
    }
