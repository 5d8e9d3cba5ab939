"""What the name of a file says: its number or date, or that it is a template or an index."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

_PREFIX = (
    "(?:[a-z]{0,8}adrs?|add?|rfc|[cjkltp]ep|otep|slep|[abcefkps]ip|tap|msc|cfp|mdr|[a-z]{0,3}dr"
    "|decision|record|proposal)"
)
_FORMS = tuple(
    re.compile(form, re.IGNORECASE | re.DOTALL)
    for form in (
        r"(?P<date>\d{4}-\d{2}-\d{2})(?:[-_ .]+(?P<slug>.+))?",
        r"(?P<date>\d{8})[-_ ]+(?P<slug>.+)",
        rf"{_PREFIX}[-_ .#]*(?P<number>\d{{1,6}})(?:[-_ .:]+(?P<slug>.*))?",
        r"(?P<number>\d{1,6})(?:[-_ .:]+(?P<slug>.+))?",
        r"(?-i:[A-Z]{2,12})[-_](?P<number>\d{1,6})(?:[-_ .:]+(?P<slug>.*))?",
    )
)
_KIND = "adr|madr|decision|record|rfc|kep|nygard|short|long|full|bare|minimal"
_TEMPLATE_SLUG = re.compile(
    rf"(?:{_KIND})?[-_ ]*(?:adr|record)?[-_ ]*templates?(?:[-_ ](?:{_KIND}|[a-z]{{2}}))*",
    re.IGNORECASE,
)
_TEMPLATE_NUMBER = re.compile(
    r"(?:[a-z]{2,8}[-_]?)?(?:0+|n{2,}|x{2,}|y{4}.*)[-_ ].*template.*", re.IGNORECASE
)
_ABOUT_OTHERS = """
    readme index _index toc summary contents _sidebar _navbar sidebar overview changelog
    contributing license code_of_conduct glossary table-of-contents decision-log adr-log log
    adr-index process
"""


@dataclass(frozen=True, slots=True)
class Name:
    """A record's name taken apart. `id` is the number as written, or a dated name as a whole."""

    id: str
    date: str | None
    slug: str


def read_name(stem: str) -> Name | None:
    """Take a file or folder name without its suffix apart; None if it names no record."""
    for form in _FORMS:
        found = form.fullmatch(stem)
        if found is None:
            continue
        groups = found.groupdict()
        slug = groups.get("slug") or ""
        if groups.get("number") is not None:
            return Name(groups["number"], None, slug)
        date = _date(groups["date"])
        return Name(stem, date, slug) if date is not None else None
    return None


def _date(digits: str) -> str | None:
    try:
        return datetime.datetime.strptime(digits.replace("-", ""), "%Y%m%d").date().isoformat()
    except ValueError:
        return None


def is_template(stem: str) -> bool:
    """Whether a name is that of a template rather than of a decision about templates."""
    name = read_name(stem)
    if _TEMPLATE_NUMBER.fullmatch(stem):
        return True
    if name is None:
        bare = stem.strip("_. -")
        return (
            _TEMPLATE_SLUG.fullmatch(bare) is not None
            or re.search(r"(?:^|[-_])template$", bare, re.I) is not None
        )
    slug_is_template = _TEMPLATE_SLUG.fullmatch(name.slug) is not None
    return slug_is_template and (name.slug.lower() == "template" or not name.id.strip("0"))


def is_index(stem: str) -> bool:
    """Whether a name is that of an introduction or a table of contents."""
    return stem.lower() in _ABOUT_OTHERS.split()
