"""Fingerprints of schemas, to see when one has changed."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import BaseModel


def schema_fingerprint(model: type[BaseModel]) -> str:
    """Return 16 hexadecimal digits that change when the model's JSON schema does.

    Args:
        model: The model.
    """
    return schema_dict_fingerprint(model.model_json_schema())


def schema_dict_fingerprint(schema: dict[str, Any]) -> str:
    """Return the fingerprint of a JSON schema; the order of its keys does not count.

    Args:
        schema: The schema.
    """
    return fingerprint(schema)


def fingerprint(value: Any) -> str:
    """Return the first 16 hexadecimal digits of the SHA-256 of a value's compact JSON."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
