"""File and metadata: ADR1xx."""
