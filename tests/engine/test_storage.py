"""`InMemoryStore`, and what counts as a store."""

from __future__ import annotations

import pytest
from toolbox import flow

from chainweaver.exceptions import FlowAlreadyExistsError, FlowNotFoundError
from chainweaver.storage import InMemoryStore, RegistryStore


@pytest.fixture
def store():
    return InMemoryStore()


def test_it_is_a_store_and_an_object_without_the_methods_is_none(store):
    assert isinstance(store, RegistryStore)
    assert not isinstance({}, RegistryStore)


def test_the_very_flow_that_was_saved_is_loaded(store):
    f = flow("f", version="1.0")
    store.save_flow(f)

    assert store.load_flow("f", "1.0") is f
    assert store.has_flow("f", "1.0")


def test_keys_are_sorted(store):
    for name, version in [("b", "1"), ("a", "2"), ("a", "10")]:
        store.save_flow(flow(name, version=version))

    assert store.list_keys() == [("a", "10"), ("a", "2"), ("b", "1")]


def test_a_flow_is_not_overwritten_by_accident(store):
    first, second = flow("f", version="1.0"), flow("f", "t", version="1.0")
    store.save_flow(first)

    with pytest.raises(FlowAlreadyExistsError):
        store.save_flow(second)
    assert store.load_flow("f", "1.0") is first

    store.save_flow(second, overwrite=True)
    assert store.load_flow("f", "1.0") is second


def test_what_is_not_there_is_not_found(store):
    store.save_flow(flow("f", version="1.0"))

    assert not store.has_flow("f", "2.0")
    for ask in (store.load_flow, store.delete_flow):
        with pytest.raises(FlowNotFoundError) as caught:
            ask("f", "2.0")
        assert (caught.value.flow_name, caught.value.version) == ("f", "2.0")


def test_what_is_deleted_is_gone(store):
    store.save_flow(flow("f", version="1.0"))
    store.delete_flow("f", "1.0")

    assert store.list_keys() == []


def test_the_revision_counts_changes_and_nothing_else(store):
    seen = [store.revision]
    store.save_flow(flow("f", version="1.0"))
    seen.append(store.revision)
    store.save_flow(flow("f", version="1.0"), overwrite=True)
    seen.append(store.revision)
    store.delete_flow("f", "1.0")
    seen.append(store.revision)
    assert len(set(seen)) == 4

    store.list_keys()
    store.has_flow("f", "1.0")
    with pytest.raises(FlowNotFoundError):
        store.delete_flow("f", "1.0")
    assert store.revision == seen[-1]
