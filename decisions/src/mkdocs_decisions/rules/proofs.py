"""Proofs and evidence: ADR6xx."""
