"""What an approval of a step looks like in its record."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class ApprovalDecision(StrEnum):
    """Whether a step may run."""

    APPROVE = "approve"
    DENY = "deny"


class ApprovalRecord(BaseModel):
    """The answer that a step's approval got, kept in its record.

    Attributes:
        decision: The answer.
        reason: Why, if a reason was given.
    """

    model_config = ConfigDict(frozen=True)

    decision: ApprovalDecision
    reason: str | None = None
