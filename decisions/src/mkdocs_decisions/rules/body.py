"""The body of a record: ADR2xx."""
