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
    """Return what `model.model_validate(value)` does, on a copy if the model could write to it.

    The copy is shallow: what a nested model's validators do to nested values is theirs.

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
    have come from would be; unless the model overrides `model_dump`. What is no instance, or
    does not come out as a dictionary, is refused with a TypeError.

    Args:
        model: The instance's model; a deferred one is built first, or at its first use.
    """
    dump = cast("Callable[[Any], dict[str, Any]]", lambda instance: instance.model_dump())
    if not _overrides(model, "model_dump") and _complete(model):
        dump = model.__pydantic_serializer__.to_python
    if not _may_dump_other_things(model):
        return dump

    def checked(instance: Any) -> dict[str, Any]:
        if not isinstance(instance, model):
            raise TypeError(f"validation gave a {type(instance).__name__}, not a {model.__name__}")
        dumped = dump(instance)
        if not isinstance(dumped, dict):
            raise TypeError(
                f"{model.__name__} is dumped as a {type(dumped).__name__}; a tool's output must "
                "be a dictionary of names to values"
            )
        return dumped

    return checked


def _may_dump_other_things(model: type[BaseModel]) -> bool:
    """Whether code of the model's own decides what becomes of its values."""
    decorators = model.__pydantic_decorators__
    return (
        issubclass(model, RootModel)
        or bool(decorators.model_serializers)
        or bool(decorators.model_validators)
        or not model.__pydantic_complete__
        or any(
            _overrides(model, name)
            for name in ("model_dump", "model_validate", "__get_pydantic_core_schema__")
        )
    )


def _sees_raw_values(model: type[BaseModel]) -> bool:
    """Whether code of the model's own is handed what is validated, and could write to it."""
    validators = model.__pydantic_decorators__.model_validators.values()
    return _overrides(model, "model_validate") or any(
        decorator.info.mode != "after" for decorator in validators
    )


def _complete(model: type[BaseModel]) -> bool:
    """Build a deferred model; False if it refers to a name that is not there yet."""
    return model.__pydantic_complete__ or bool(model.model_rebuild(raise_errors=False))


def _overrides(model: type[BaseModel], name: str) -> bool:
    """Whether the model, or a base of it that is not pydantic's own, defines the name."""
    return any(name in vars(cls) for cls in model.__mro__ if cls.__module__ != "pydantic.main")
