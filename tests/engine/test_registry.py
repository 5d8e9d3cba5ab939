"""`FlowRegistry`: which flow a name leads to, and when that has changed."""

from __future__ import annotations

import sys
import threading
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version
from toolbox import dag, dag_step, flow, sub

from chainweaver.exceptions import (
    ChainWeaverError,
    DAGDefinitionError,
    FlowAlreadyExistsError,
    FlowNotFoundError,
    InvalidFlowVersionError,
)
from chainweaver.flow import Flow, FlowStatus
from chainweaver.registry import FlowRegistry
from chainweaver.storage import InMemoryStore


class ForeignStore:
    """A store as a user may write one: it counts no changes, and it counts what it is asked."""

    def __init__(self):
        self._store = InMemoryStore()
        self.asked = 0

    def save_flow(self, flow, *, overwrite=False):
        self._store.save_flow(flow, overwrite=overwrite)

    def load_flow(self, name, version):
        return self._store.load_flow(name, version)

    def has_flow(self, name, version):
        return self._store.has_flow(name, version)

    def list_keys(self):
        self.asked += 1
        return self._store.list_keys()

    def delete_flow(self, name, version):
        self._store.delete_flow(name, version)


class CountingStore(InMemoryStore):
    def __init__(self):
        super().__init__()
        self.asked = 0

    def list_keys(self):
        self.asked += 1
        return super().list_keys()


@pytest.fixture(params=[InMemoryStore, ForeignStore])
def store(request):
    return request.param()


@pytest.fixture
def registry(store):
    return FlowRegistry(store)


def add(registry, *names_and_versions, **settings):
    flows = [flow(name, version=version, **settings) for name, version in names_and_versions]
    for each in flows:
        registry.register_flow(each)
    return flows


def test_a_registry_has_its_store(store, registry):
    assert registry.store is store
    assert isinstance(FlowRegistry().store, InMemoryStore)


def test_a_registered_flow_is_found(registry):
    (f,) = add(registry, ("f", "1.0"))

    assert registry.get_flow("f") is f
    assert registry.get_flow("f", version="1.0") is f


def test_the_latest_is_the_highest_whatever_came_first(registry):
    add(registry, ("f", "1.9"), ("f", "1.10"), ("f", "1.10rc1"), ("f", "0.9"), ("g", "9"))

    assert registry.get_flow("f").version == "1.10"
    assert registry.list_flow_versions("f") == ["0.9", "1.9", "1.10rc1", "1.10"]


numbers = st.integers(0, 11)
versions = st.builds(
    lambda epoch, release, *parts: epoch + ".".join(map(str, release)) + "".join(parts),
    st.sampled_from(["", "", "1!"]),
    st.lists(numbers, min_size=1, max_size=3),
    st.sampled_from(["", "", "a1", "b2", "rc1", "rc10"]),
    st.sampled_from(["", "", ".post1"]),
    st.sampled_from(["", "", ".dev0"]),
    st.sampled_from(["", "", "+local"]),
)


@given(st.lists(versions, min_size=1, max_size=6, unique_by=Version))
def test_versions_are_ordered_by_pep_440(texts):
    registry = FlowRegistry()
    for at, text in enumerate(texts, 1):
        add(registry, ("f", text))
        assert registry.get_flow("f").version == max(texts[:at], key=Version)

    assert registry.list_flow_versions("f") == sorted(texts, key=Version)


@pytest.mark.parametrize("version", ["", "one", "1.0-x-y", "v.1"])
def test_a_version_must_be_one(registry, version):
    with pytest.raises(InvalidFlowVersionError) as caught:
        add(registry, ("f", version))

    assert (caught.value.flow_name, caught.value.version) == ("f", version)
    assert len(registry) == 0


def test_a_dag_must_be_one(registry):
    with pytest.raises(DAGDefinitionError, match="ghost"):
        registry.register_flow(dag("f", dag_step("a", after=["ghost"])))

    assert len(registry) == 0


def test_a_version_is_registered_once_unless_overwritten(registry):
    (first,) = add(registry, ("f", "1.0"))
    second = flow("f", "t", version="1.0")

    with pytest.raises(FlowAlreadyExistsError) as caught:
        registry.register_flow(second)
    assert caught.value.flow_name == "f"
    assert registry.get_flow("f") is first

    registry.register_flow(second, overwrite=True)
    assert registry.get_flow("f") is second
    assert len(registry) == 1


@pytest.mark.parametrize("version", [None, "2.0"])
def test_what_is_not_there_is_not_found(registry, version):
    add(registry, ("f", "1.0"))

    for name, asked in [("f", "2.0"), ("ghost", None), ("ghost", "1.0")]:
        with pytest.raises(FlowNotFoundError) as caught:
            registry.get_flow(name, version=asked)
        assert (caught.value.flow_name, caught.value.version) == (name, asked)
    with pytest.raises(FlowNotFoundError):
        registry.list_flow_versions("ghost")


def test_flows_are_counted_by_version_and_named_once(registry):
    add(registry, ("b", "1"), ("b", "2"), ("a", "1"))

    assert len(registry) == 3
    assert repr(registry) == "FlowRegistry(flows=['a', 'b'])"
    assert repr(FlowRegistry()) == "FlowRegistry(flows=[])"


def test_flows_are_listed_by_name_and_version_as_text(registry):
    add(registry, ("b", "1.9"), ("b", "1.10"), ("a", "2"))

    assert [(f.name, f.version) for f in registry.list_flows()] == [
        ("a", "2"),
        ("b", "1.10"),
        ("b", "1.9"),
    ]


def test_flows_are_listed_by_status(registry):
    add(registry, ("a", "1"))
    add(registry, ("b", "1"), status=FlowStatus.DISABLED)
    add(registry, ("c", "1"), status=FlowStatus.NEEDS_REVIEW)

    def listed(**asked):
        return [f.name for f in registry.list_flows(**asked)]

    assert listed() == ["a", "b", "c"]
    assert listed(status=FlowStatus.DISABLED) == ["b"]
    assert listed(exclude_status={FlowStatus.DISABLED, FlowStatus.ACTIVE}) == ["c"]
    assert listed(exclude_status=set()) == ["a", "b", "c"]
    assert listed(status=FlowStatus.ACTIVE, exclude_status={FlowStatus.ACTIVE}) == []
    assert [f.name for f in registry.get_active_flows()] == ["a"]


def test_a_changed_state_is_a_changed_copy(registry):
    old, latest = add(registry, ("f", "1.0"), ("f", "2.0"))

    changed = registry.update_flow_state(
        "f", version="1.0", status=FlowStatus.DISABLED, tool_schema_hashes={"t": "1"}
    )

    assert registry.get_flow("f", version="1.0") is changed
    assert (changed.status, changed.tool_schema_hashes) == (FlowStatus.DISABLED, {"t": "1"})
    assert (old.status, old.tool_schema_hashes) == (FlowStatus.ACTIVE, None)
    assert registry.get_flow("f") is latest


def test_what_is_not_given_is_left_and_none_is_a_value_for_hashes(registry):
    add(registry, ("f", "1.0"), tool_schema_hashes={"t": "1"}, status=FlowStatus.DISABLED)

    assert registry.update_flow_state("f").tool_schema_hashes == {"t": "1"}
    assert registry.update_flow_state("f").status is FlowStatus.DISABLED
    assert registry.update_flow_state("f", tool_schema_hashes=None).tool_schema_hashes is None
    assert registry.get_flow("f").tool_schema_hashes is None
    assert registry.get_flow("f").status is FlowStatus.DISABLED


def test_a_status_is_set_for_the_latest_or_the_version_asked_for(registry):
    add(registry, ("f", "1.0"), ("f", "2.0"))

    assert registry.set_flow_status("f", FlowStatus.DISABLED).version == "2.0"
    assert registry.set_flow_status("f", FlowStatus.NEEDS_REVIEW, version="1.0").version == "1.0"
    assert [f.status.value for f in registry.list_flows()] == ["needs_review", "disabled"]
    with pytest.raises(FlowNotFoundError):
        registry.set_flow_status("ghost", FlowStatus.ACTIVE)


def test_an_intent_matches_the_first_name_or_description(registry):
    registry.register_flow(Flow(name="b", description="Sends the INVOICE.", steps=[]))
    registry.register_flow(Flow(name="invoice_a", description="Other.", steps=[]))

    assert registry.match_flow_by_intent("invoice").name == "b"
    assert registry.match_flow_by_intent("Invoice_A").name == "invoice_a"
    assert registry.match_flow_by_intent("refund") is None


def test_sub_flows_are_not_looked_at(registry):
    registry.register_flow(flow("f", sub("ghost"), sub("f")))

    assert registry.get_flow("f").name == "f"


def test_a_registry_over_a_filled_store_knows_its_flows(store):
    add(FlowRegistry(store), ("f", "1.0"), ("f", "2.0"))

    assert FlowRegistry(store).get_flow("f").version == "2.0"
    assert len(FlowRegistry(store)) == 2


def test_two_registries_on_one_store_see_each_others_changes(store):
    one, other = FlowRegistry(store), FlowRegistry(store)
    add(one, ("f", "1.0"))
    assert other.get_flow("f").version == "1.0"

    add(one, ("f", "2.0"))
    assert other.get_flow("f").version == "2.0"

    store.delete_flow("f", "2.0")
    assert one.get_flow("f").version == other.get_flow("f").version == "1.0"

    store.delete_flow("f", "1.0")
    with pytest.raises(FlowNotFoundError):
        other.get_flow("f")


CHANGES = {
    "registered": lambda registry: add(registry, ("f", "2.0")),
    "overwritten": lambda registry: registry.register_flow(
        flow("f", "t", version="1.0"), overwrite=True
    ),
    "status": lambda registry: registry.set_flow_status("f", FlowStatus.DISABLED),
    "hashes": lambda registry: registry.update_flow_state("f", tool_schema_hashes={"t": "1"}),
    "deleted": lambda registry: registry.store.delete_flow("f", "1.0"),
    "by another registry": lambda registry: add(FlowRegistry(registry.store), ("f", "2.0")),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_is_a_new_revision(registry, change):
    add(registry, ("f", "1.0"), ("g", "1.0"))
    before = registry.revision
    assert registry.revision == before

    change(registry)

    assert registry.revision != before


@pytest.mark.parametrize(
    "look",
    [
        lambda registry: registry.get_flow("f"),
        lambda registry: registry.get_flow("f", version="1.0"),
        lambda registry: registry.list_flows(),
        lambda registry: registry.match_flow_by_intent("f"),
        lambda registry: len(registry),
        lambda registry: registry.get_flow("ghost"),
        lambda registry: registry.set_flow_status("ghost", FlowStatus.ACTIVE),
        lambda registry: add(registry, ("f", "1.0")),
        lambda registry: add(registry, ("f", "no version")),
    ],
)
def test_looking_and_failing_is_no_change(registry, look):
    add(registry, ("f", "1.0"))
    before = registry.revision

    with suppress(ChainWeaverError):
        look(registry)

    assert registry.revision == before


def test_a_store_that_counts_is_not_asked_again_when_nothing_has_changed():
    store = CountingStore()
    registry = FlowRegistry(store)
    add(registry, ("f", "1.0"), ("f", "2.0"))
    registry.get_flow("f")
    before = store.asked

    for _ in range(5):
        assert registry.get_flow("f").version == "2.0"
        assert registry.revision == registry.revision

    assert store.asked == before


def test_flows_registered_by_many_threads_are_all_there():
    registry = FlowRegistry()
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    start, failed = threading.Barrier(4), []

    def work(number):
        start.wait()
        for at in range(30):
            add(registry, (f"f{number}", f"{at}"))
            if registry.get_flow(f"f{number}").version != f"{at}":
                failed.append((number, at))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    try:
        for thread in threads:
            thread.start()
    finally:
        for thread in threads:
            thread.join()
        sys.setswitchinterval(interval)

    assert not failed
    assert len(registry) == 120
