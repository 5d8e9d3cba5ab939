"""Safety contracts: what they derive, refuse and how they are merged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chainweaver.contracts import (
    DeterminismLevel,
    SideEffectLevel,
    StabilityLevel,
    ToolSafetyContract,
    merge_safety,
    side_effect_exceeds,
)

LEVELS = list(SideEffectLevel)


@pytest.mark.parametrize(
    ("enum", "values"),
    [
        (SideEffectLevel, ["none", "read", "write", "external", "destructive"]),
        (StabilityLevel, ["stable", "best_effort", "unstable"]),
        (DeterminismLevel, ["full", "partial", "none"]),
    ],
)
def test_levels_are_texts_by_increasing_risk(enum, values):
    assert [level.value for level in enum] == values
    assert [level.name for level in enum] == [value.upper() for value in values]
    assert all(isinstance(level, str) for level in enum)


def test_a_plain_contract_promises_a_pure_tool():
    assert ToolSafetyContract().model_dump() == {
        "side_effects": SideEffectLevel.NONE,
        "read_only": True,
        "stability": StabilityLevel.STABLE,
        "determinism_level": DeterminismLevel.FULL,
        "idempotent": True,
        "cacheable": True,
        "safe_to_retry": True,
        "supports_dry_run": False,
        "requires_approval": False,
        "approval_reason": None,
    }


def test_a_contract_is_frozen():
    with pytest.raises(ValidationError):
        ToolSafetyContract().cacheable = False


@pytest.mark.parametrize("level", LEVELS)
def test_read_only_follows_the_side_effects(level):
    read_only = level in (SideEffectLevel.NONE, SideEffectLevel.READ)

    assert ToolSafetyContract(side_effects=level).read_only is read_only
    assert ToolSafetyContract(side_effects=level, read_only=read_only).read_only is read_only
    with pytest.raises(ValidationError, match="conflicts"):
        ToolSafetyContract(side_effects=level, read_only=not read_only)


@pytest.mark.parametrize("level", LEVELS)
def test_a_contract_survives_json(level):
    contract = ToolSafetyContract(side_effects=level, approval_reason="why")

    assert ToolSafetyContract.model_validate_json(contract.model_dump_json()) == contract


def test_the_old_name_of_requires_approval_is_understood():
    assert ToolSafetyContract(requires_review=True).requires_approval
    assert ToolSafetyContract(requires_review=True, requires_approval=True).requires_approval
    assert "requires_review" not in ToolSafetyContract(requires_review=True).model_dump()
    with pytest.raises(ValidationError, match="conflicts"):
        ToolSafetyContract(requires_review=True, requires_approval=False)


def test_the_data_with_the_old_name_is_left_as_it_was():
    data = {"requires_review": True}
    ToolSafetyContract.model_validate(data)

    assert data == {"requires_review": True}


def test_reading_the_old_name_warns():
    contract = ToolSafetyContract(requires_approval=True)

    with pytest.warns(DeprecationWarning, match="requires_approval"):
        assert contract.requires_review is True


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("ceiling", LEVELS)
def test_a_level_exceeds_those_below_it(level, ceiling):
    assert side_effect_exceeds(level, ceiling) is (LEVELS.index(level) > LEVELS.index(ceiling))


def test_merging_nothing_gives_the_default():
    default = ToolSafetyContract(cacheable=False)

    assert merge_safety([]) == ToolSafetyContract()
    assert merge_safety([], default=default) is default
    assert merge_safety([ToolSafetyContract()], default=default) == ToolSafetyContract()


def test_reasons_are_those_of_the_contracts_that_need_approval():
    contracts = [
        ToolSafetyContract(requires_approval=True, approval_reason="money"),
        ToolSafetyContract(approval_reason="not asked for"),
        ToolSafetyContract(requires_approval=True, approval_reason=""),
        ToolSafetyContract(requires_approval=True, approval_reason="mail"),
        ToolSafetyContract(requires_approval=True, approval_reason="money"),
    ]

    assert merge_safety(contracts).approval_reason == "money; mail"
    assert merge_safety(contracts[1:3]).approval_reason is None


flags = st.booleans()
contracts = st.builds(
    ToolSafetyContract,
    side_effects=st.sampled_from(SideEffectLevel),
    stability=st.sampled_from(StabilityLevel),
    determinism_level=st.sampled_from(DeterminismLevel),
    idempotent=flags,
    cacheable=flags,
    safe_to_retry=flags,
    supports_dry_run=flags,
    requires_approval=flags,
)


@given(st.lists(contracts, min_size=1, max_size=5))
def test_a_merged_contract_promises_what_all_promise(several):
    merged = merge_safety(iter(several))

    for name, enum in [
        ("side_effects", SideEffectLevel),
        ("stability", StabilityLevel),
        ("determinism_level", DeterminismLevel),
    ]:
        ranks = [list(enum).index(getattr(each, name)) for each in several]
        assert list(enum).index(getattr(merged, name)) == max(ranks)
    for name in ["idempotent", "cacheable", "safe_to_retry", "supports_dry_run"]:
        assert getattr(merged, name) is all(getattr(each, name) for each in several)
    assert merged.requires_approval is any(each.requires_approval for each in several)
    assert merged.read_only is all(each.read_only for each in several)
