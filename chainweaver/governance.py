"""Who answers for a flow, and how far it has come in review."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class FlowLifecycle(StrEnum):
    """How far a flow has come in review. It never influences a run."""

    OBSERVED = "observed"
    SUGGESTED = "suggested"
    DRAFT = "draft"
    REVIEWED = "reviewed"
    ACTIVE = "active"
    IGNORED = "ignored"
    ARCHIVED = "archived"


_TRANSITIONS: dict[FlowLifecycle, tuple[FlowLifecycle, ...]] = {
    FlowLifecycle.OBSERVED: (FlowLifecycle.SUGGESTED, FlowLifecycle.IGNORED),
    FlowLifecycle.SUGGESTED: (FlowLifecycle.DRAFT, FlowLifecycle.IGNORED),
    FlowLifecycle.DRAFT: (FlowLifecycle.REVIEWED, FlowLifecycle.IGNORED),
    FlowLifecycle.REVIEWED: (
        FlowLifecycle.DRAFT,
        FlowLifecycle.ACTIVE,
        FlowLifecycle.ARCHIVED,
    ),
    FlowLifecycle.ACTIVE: (FlowLifecycle.ARCHIVED,),
    FlowLifecycle.IGNORED: (FlowLifecycle.SUGGESTED,),
    FlowLifecycle.ARCHIVED: (FlowLifecycle.REVIEWED,),
}


class FlowGovernance(BaseModel):
    """Who answers for a flow, and how far it has come. Frozen.

    Attributes:
        lifecycle: Where it stands.
        owner: Who answers for it.
        replaces_tools: Tools whose separate use it replaces.
        estimated_model_calls_removed: Model calls a run saves.
        estimated_token_savings: Tokens a run saves.
        reviewed_by: Who reviewed it.
        review_notes: What they found.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    lifecycle: FlowLifecycle = FlowLifecycle.ACTIVE
    owner: str | None = None
    replaces_tools: tuple[str, ...] = ()
    estimated_model_calls_removed: int = Field(default=0, ge=0)
    estimated_token_savings: int | None = Field(default=None, ge=0)
    reviewed_by: str | None = None
    review_notes: str | None = None

    def transition_to(
        self,
        target: FlowLifecycle,
        *,
        reviewed_by: str | None = None,
        review_notes: str | None = None,
    ) -> FlowGovernance:
        """Return a copy at another point of the life cycle.

        Args:
            target: Where it shall stand.
            reviewed_by: Who reviewed it; None leaves the name there is.
            review_notes: What they found; None leaves the text there is.

        Raises:
            ValueError: There is no way from here to there.
        """
        target = FlowLifecycle(target)
        allowed = _TRANSITIONS[self.lifecycle]
        if target not in allowed:
            raise ValueError(
                f"cannot transition from '{self.lifecycle.value}' to '{target.value}'; "
                f"allowed: {', '.join(allowed)}"
            )
        changes = {"reviewed_by": reviewed_by, "review_notes": review_notes}
        given = {name: text for name, text in changes.items() if text is not None}
        return self.model_copy(update={"lifecycle": target, **given})
