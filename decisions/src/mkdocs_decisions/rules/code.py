"""Records and code: ADR5xx."""
