"""What a pull request changes: ADR7xx."""
