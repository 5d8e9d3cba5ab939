"""References to classes as text: `module:qualname`."""

from __future__ import annotations

import importlib
from typing import Any

from pydantic import BaseModel

from chainweaver.exceptions import FlowSerializationError


def resolve_class_ref(ref: str, *, expected_base: type | None = None) -> type:
    """Return the class that a reference names.

    Args:
        ref: `module:qualname`; nested classes as `module:Outer.Inner`.
        expected_base: A class that it must be, or derive from.

    Raises:
        FlowSerializationError: The reference is malformed, or leads to no such class.

    Example:
        ```python
        from chainweaver.flow import resolve_class_ref

        print(resolve_class_ref("collections:OrderedDict"))
        #> <class 'collections.OrderedDict'>
        ```
    """
    module_name, colon, qualname = ref.partition(":")
    if not (module_name and colon and qualname):
        raise FlowSerializationError(f"Reference '{ref}' is not in 'module:qualname' form")
    try:
        value: Any = importlib.import_module(module_name)
    except Exception as error:
        raise FlowSerializationError(
            f"Cannot import module '{module_name}' of reference '{ref}': {error}"
        ) from error
    for name in qualname.split("."):
        try:
            value = getattr(value, name)
        except AttributeError:
            raise FlowSerializationError(
                f"'{qualname}' not found in module '{module_name}' (reference '{ref}')"
            ) from None
    if not isinstance(value, type):
        raise FlowSerializationError(f"Reference '{ref}': expected a class, got {value!r}")
    if expected_base is not None and not issubclass(value, expected_base):
        raise FlowSerializationError(
            f"Reference '{ref}': {value.__name__} is not a subclass of {expected_base.__name__}"
        )
    return value


def class_ref(cls: type) -> str:
    """Return the reference that leads back to a class."""
    return f"{cls.__module__}:{cls.__qualname__}"


def resolve_model(ref: str | None) -> type[BaseModel] | None:
    """Return the model that a reference names; None for None."""
    return None if ref is None else resolve_class_ref(ref, expected_base=BaseModel)
