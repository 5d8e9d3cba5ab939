"""Fingerprints of schemas: stable where nothing changed, different where something did."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict
from toolbox import Number

from chainweaver.compat import schema_dict_fingerprint, schema_fingerprint


class NumberAsText(BaseModel):
    model_config = ConfigDict(title="Number")
    n: str


def test_a_fingerprint_is_that_of_the_compact_sorted_json():
    text = json.dumps(Number.model_json_schema(), sort_keys=True, separators=(",", ":"))

    assert schema_fingerprint(Number) == hashlib.sha256(text.encode()).hexdigest()[:16]
    assert schema_fingerprint(Number) == schema_dict_fingerprint(Number.model_json_schema())


def test_another_type_is_another_fingerprint():
    assert schema_fingerprint(Number) != schema_fingerprint(NumberAsText)


def test_another_process_finds_the_same():
    program = (
        "from pydantic import BaseModel, ConfigDict\n"
        "from chainweaver.compat import schema_fingerprint\n"
        "class X(BaseModel):\n"
        "    model_config = ConfigDict(title='Number')\n"
        "    n: str\n"
        "print(schema_fingerprint(X))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert done.stdout.strip() == schema_fingerprint(NumberAsText), done.stderr


@given(st.dictionaries(st.text(max_size=3), st.integers() | st.lists(st.text(max_size=2))))
def test_the_order_of_keys_does_not_count(schema):
    turned = dict(reversed(schema.items()))

    assert schema_dict_fingerprint(turned) == schema_dict_fingerprint(schema)


def test_the_order_of_a_list_counts():
    assert schema_dict_fingerprint({"a": [1, 2]}) != schema_dict_fingerprint({"a": [2, 1]})
