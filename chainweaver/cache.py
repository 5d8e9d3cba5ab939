"""Step caches: outputs by tool, schema and input."""

from __future__ import annotations

import hashlib
import json
import threading
from copy import deepcopy
from typing import Any, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict


class StepCacheKey(BaseModel):
    """What an output depends on. Frozen and hashable.

    Attributes:
        tool_name: The tool.
        schema_hash: The tool's schema hash.
        input_value_hash: Hash of the validated input.
    """

    model_config = ConfigDict(frozen=True)

    tool_name: str
    schema_hash: str
    input_value_hash: str

    @property
    def digest(self) -> str:
        """The key as one string; equal keys have equal digests."""
        parts = json.dumps([self.tool_name, self.schema_hash, self.input_value_hash])
        return hashlib.sha256(parts.encode()).hexdigest()


def compute_input_value_hash(model: BaseModel) -> str:
    """Return the SHA-256 of a validated input's JSON, in hexadecimal digits.

    Inputs that validate to the same values have the same hash.

    Args:
        model: The validated input.
    """
    return hashlib.sha256(model.model_dump_json().encode()).hexdigest()


@runtime_checkable
class StepCache(Protocol):
    """Keeps outputs by key."""

    def get(self, key: StepCacheKey) -> dict[str, Any] | None:
        """Return the output; None if it is not there."""
        ...

    def set(self, key: StepCacheKey, output: dict[str, Any]) -> None:
        """Keep an output."""
        ...

    def clear(self) -> None:
        """Forget all."""
        ...


class InMemoryStepCache:
    """Keeps copies of outputs in memory. Safe to use from any thread.

    Example:
        ```python
        from chainweaver import InMemoryStepCache, StepCacheKey

        cache = InMemoryStepCache()
        key = StepCacheKey(tool_name="count", schema_hash="1f", input_value_hash="2e")
        cache.set(key, {"words": 4})
        print(cache.get(key), len(cache))
        #> {'words': 4} 1
        ```
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._outputs: dict[StepCacheKey, dict[str, Any]] = {}

    def __len__(self) -> int:
        return len(self._outputs)

    def get(self, key: StepCacheKey) -> dict[str, Any] | None:
        """Return a copy of the output; None if it is not there.

        Args:
            key: Its key.
        """
        with self._lock:
            return deepcopy(self._outputs.get(key))

    def set(self, key: StepCacheKey, output: dict[str, Any]) -> None:
        """Keep a copy of an output.

        Args:
            key: Its key.
            output: The output.
        """
        with self._lock:
            self._outputs[key] = deepcopy(output)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._outputs.clear()
