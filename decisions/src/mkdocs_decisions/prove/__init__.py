"""Proofs: each named test is seen passing on the code, and failing when the code is broken."""

from mkdocs_decisions.prove.report import ProofReport, Result
from mkdocs_decisions.prove.run import prove
from mkdocs_decisions.prove.verdicts import Outcome

__all__ = ["Outcome", "ProofReport", "Result", "prove"]
