"""The life of a record, compared with a base: ADR4xx."""
