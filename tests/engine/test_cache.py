"""The step cache: its keys, and that what it holds is nobody else's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from toolbox import Number, Pair, Seen

from chainweaver.cache import (
    InMemoryStepCache,
    StepCache,
    StepCacheKey,
    compute_input_value_hash,
)


def key(tool_name="t", schema_hash="1", input_value_hash="2"):
    return StepCacheKey(
        tool_name=tool_name, schema_hash=schema_hash, input_value_hash=input_value_hash
    )


@pytest.fixture
def cache():
    return InMemoryStepCache()


def test_it_is_a_cache_and_an_object_without_the_methods_is_none(cache):
    assert isinstance(cache, StepCache)
    assert not isinstance(set(), StepCache)


def test_what_was_set_is_got(cache):
    cache.set(key(), {"a": 1})

    assert cache.get(key()) == {"a": 1}
    assert cache.get(key("u")) is None
    assert len(cache) == 1


def test_a_later_output_replaces_an_earlier_one(cache):
    cache.set(key(), {"a": 1})
    cache.set(key(), {"a": 2})

    assert (cache.get(key()), len(cache)) == ({"a": 2}, 1)


def test_cleared_it_is_empty(cache):
    cache.set(key(), {"a": 1})
    cache.clear()

    assert (cache.get(key()), len(cache)) == (None, 0)


def test_what_it_holds_cannot_be_changed_from_outside(cache):
    output = {"a": [1]}
    cache.set(key(), output)
    output["a"].append(2)
    cache.get(key())["a"].append(3)

    assert cache.get(key()) == {"a": [1]}


texts = st.text('a",[', max_size=2)
keys = st.builds(key, texts, texts, texts)


@given(keys, keys)
def test_keys_are_equal_when_their_digests_are(one, other):
    assert (one == other) is (one.digest == other.digest)
    assert one != other or hash(one) == hash(other)


def test_parts_of_a_key_do_not_run_into_each_other():
    assert key("a", "b").digest != key("ab", "").digest
    assert key('a","b').digest != key("a", 'b"').digest


def test_a_key_is_frozen():
    with pytest.raises(ValidationError):
        key().tool_name = "u"


def test_inputs_that_validate_to_the_same_values_have_the_same_hash():
    as_text, as_int = Number.model_validate({"n": "1"}), Number.model_validate({"n": 1})

    assert compute_input_value_hash(as_text) == compute_input_value_hash(as_int)
    assert len(compute_input_value_hash(as_int)) == 64


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Number(n=1), Number(n=2)),
        (Pair(x=1, y=2), Pair(x=2, y=1)),
        (Seen(seen={"a": 1}), Seen(seen={"a": "1"})),
    ],
)
def test_other_values_have_another_hash(one, other):
    assert compute_input_value_hash(one) != compute_input_value_hash(other)
