"""Relations between records: ADR3xx."""
