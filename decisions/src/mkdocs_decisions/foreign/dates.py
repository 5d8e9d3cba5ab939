"""Dates as people write them, read without guessing the order of day and month."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_MONTHS = {
    1: "january jan januar januari janvier janv enero ene janeiro gennaio gen stycznia января",
    2: "february feb februar februari février fevrier févr fév febrero fevereiro fev febbraio"
    " lutego февраля",
    3: "march mar märz maerz maart mars marzo março marca марта mrz",
    4: "april apr avril avr abril abr aprile kwietnia апреля",
    5: "may mai mei maj mayo maio maggio mag maja мая",
    6: "june jun juni juin junio junho giugno giu czerwca июня",
    7: "july jul juli juillet juil julio julho luglio lug lipca июля",
    8: "august aug augustus août aout agosto ago sierpnia августа augusti",
    9: "september sep sept septembre septiembre setembro set settembre września сентября",
    10: "october oct oktober okt octobre octubre outubro out ottobre ott października октября",
    11: "november nov novembre noviembre novembro listopada ноября",
    12: "december dec dezember dez desember des décembre decembre déc diciembre dic dezembro"
    " dicembre grudnia декабря",
}
_MONTH_OF = {name: month for month, names in _MONTHS.items() for name in names.split()}
_NAME = "|".join(sorted(_MONTH_OF, key=len, reverse=True))
_YEAR = r"(?:19|20)\d\d"
_DATE = re.compile(
    rf"""(?<![\w./-])(?:
      (?P<y1>{_YEAR})(?P<sep>[-/.])(?P<m1>\d{{1,2}})(?P=sep)(?P<d1>\d{{1,2}})(?!\d|[-/.]\d)(?=T\d|\b|_)
    | (?P<y2>{_YEAR})(?P<m2>\d\d)(?P<d2>\d\d)(?![\w/-])
    | (?P<y3>{_YEAR})[年년]\s*(?P<m3>\d{{1,2}})[月월]\s*(?P<d3>\d{{1,2}})[日일]
    | (?P<a>\d{{1,2}})(?P<sep2>[/.-])(?P<b>\d{{1,2}})(?P=sep2)(?P<y4>{_YEAR})(?!\w)
    | (?P<d5>\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?[\s-]+(?:(?:of|de|d[ei]l)\s+)?(?P<n5>{_NAME})\.?,?
      [\s-]+(?:(?:de|of|del)\s+)?(?P<y5>{_YEAR})(?!\w)
    | (?P<n6>{_NAME})\.?\s+(?P<d6>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y6>{_YEAR})(?!\w)
    | (?P<y7>{_YEAR})[\s,-]+(?P<n7>{_NAME})\.?[\s-]+(?P<d7>\d{{1,2}})(?:st|nd|rd|th)?(?!\w)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_MONTH_ONLY = re.compile(rf"^\W*(?:(?:{_NAME})\.?,?\s+{_YEAR}|{_YEAR}[-/]\d\d?|{_YEAR})\W*$", re.I)
_SHORT_YEAR = re.compile(r"^\W*\d{1,2}([/.-])\d{1,2}\1\d\d\W*$")


@dataclass(frozen=True, slots=True)
class Dated:
    """A date found in a text: `iso`, or the `reason` why it cannot be told."""

    start: int
    end: int
    iso: str | None
    reason: str = ""


def dates_in(text: str, *, day_first: bool = False) -> Iterator[Dated]:
    """Every date in a text, in order; `day_first` reads 3/4/2020 as the third of April."""
    for found in _DATE.finditer(text):
        for year, month, day in (("y1", "m1", "d1"), ("y2", "m2", "d2"), ("y3", "m3", "d3")):
            if found[year]:
                yield _dated(found, found[year], int(found[month]), found[day])
        for year, name, day in (("y5", "n5", "d5"), ("y6", "n6", "d6"), ("y7", "n7", "d7")):
            if found[year]:
                yield _dated(found, found[year], _MONTH_OF.get(found[name].lower(), 0), found[day])
        if found["y4"]:
            yield _either_order(found, found["y4"], int(found["a"]), int(found["b"]), day_first)


def _either_order(
    found: re.Match[str], year: str, first: int, second: int, day_first: bool
) -> Dated:
    if not day_first and first != second and first <= 12 and second <= 12:
        return Dated(*found.span(), None, f"“{found[0]}” may be day or month first")
    day, month = (first, second) if first > 12 or (day_first and second <= 12) else (second, first)
    return _dated(found, year, month, str(day))


def _dated(found: re.Match[str], year: str, month: int, day: str) -> Dated:
    try:
        iso = datetime.date(int(year), month, int(day)).isoformat()
    except ValueError:
        return Dated(*found.span(), None, f"“{found[0]}” is no day of the calendar")
    return Dated(*found.span(), iso)


def read_date(text: str, *, day_first: bool = False) -> tuple[str | None, str]:
    """The one date that a value tells.

    Returns:
        The ISO date and "", or None and the reason. The reason is "" too if the value is empty.
    """
    found = list(dates_in(text, day_first=day_first))
    days = {dated.iso for dated in found}
    if len(days) == 1:
        return found[0].iso, found[0].reason
    if found:
        return None, "several dates are told"
    if _MONTH_ONLY.match(text):
        return None, f"“{text.strip()}” has no day"
    if _SHORT_YEAR.match(text):
        return None, f"“{text.strip()}” has a year of two digits"
    if not re.search(r"\w", text):
        return None, ""
    return None, f"“{text.strip()[:40]}” is no date"
