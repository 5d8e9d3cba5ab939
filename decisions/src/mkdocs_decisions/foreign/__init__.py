"""Reads decision records of other formats: what they tell, and what they do not. Never guesses."""

from .folder import read_folder
from .model import ForeignRecord, Listing, Relation, Skipped, Unknown
from .reading import read_text

__all__ = [
    "ForeignRecord",
    "Listing",
    "Relation",
    "Skipped",
    "Unknown",
    "read_folder",
    "read_text",
]
