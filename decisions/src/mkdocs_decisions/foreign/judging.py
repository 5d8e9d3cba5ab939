"""What the words of a status say: one family, or why none can be told. Knows no places."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .dates import dates_in
from .words import Word, placeholder, word_at, words_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .document import Line

_ARROW = re.compile(r"\s*(?:-+>|=+>|→|⇒|➡️?|➔|⟶)\s*")
_SENTENCE_END = re.compile(r"[.;。；!](?=\s|$)|[。；]|\s•\s")
_SEGMENT_END = re.compile(r"[,，、()（）\[\]|/&+]|\s[-–—]+\s|—|\s(?=(?:and|but|then|now|later)\s)")
_RECORD = (
    r"(?:(?:architecture|architectural|design|technical)\s+)?"
    r"(?:decision(?:\s+records?)?|adr|record|proposal|rfc|document|status)"
)
_IS = r"(?:is|was|has\s+been|have\s+been|has\s+since\s+been|has\s+now\s+been|had\s+been|got|became)"
_LEAD = re.compile(
    rf"""(?:
      (?:current\s+)?(?:(?:this|the|our)\s+)?{_RECORD}(?:[\s#-]+\d+)?(?:\s*[:：]\s*|\s+{_IS}\s+)
    | (?:this|it|we)\s+(?:{_IS}|have)\s+
    | {_IS}\s+
    | (?P<turn>(?:and\s+)?(?:now|but|then|later|since|subsequently|however|afterwards|meanwhile|
        eventually|finally|today|currently)\b[\s,]*)
    | (?:officially|formally|fully|unanimously|already|also|and|been|:[a-z0-9_+-]+:)(?!\w)[\s,]*
    )+""",
    re.VERBOSE | re.IGNORECASE,
)
_DECORATION = re.compile(r"(?::[a-z0-9_+-]+:|[^\w(\[{]|_)*")
_FOLLOWS = re.compile(
    r"""\s*$ | \s*[^\w\s] | \s+(?:\d+|by|on|in|at|as|after|with|without|and|but|for|since|due|per|
    via|during|under|from|because|when|while|unanimously|now|later|then|not|to|of|this|until|if|once|
    unless|provisionally|tentatively|conditionally|pending|subject|is|was|has|adr|rfc|pr|am|im|vom|
    von|durch|mit|seit|le|par|en|el|por|em|de|del|il|da|dal|av|af|den|på|op|door|dne|w|на|в|by:|via:|
    partially|partly|mostly|fully|today|following|see|which|that|where|although|though)\b""",
    re.VERBOSE | re.IGNORECASE,
)
_CONDITION = re.compile(
    r"""\b(?:pending|awaiting|subject\s+to|provided\s+that|provisional(?:ly)?|tentative(?:ly)?|
    condition(?:al|ally)?|conditions|if|once|unless|temporar(?:y|ily)|
    (?:partial(?:ly)?|partly)(?!\W+(?:supers|superc|replac|obsolet))|
    in\s+principle|for\s+(?:\w+\s+)?(?:review|discussion|consideration|comments?|trial|
    experiment\w*|evaluation|deprecation|removal|now)|as\s+(?:an?\s+)?(?:draft|proposal|
    experiment\w*|trial|poc|proof))\b""",
    re.VERBOSE | re.IGNORECASE,
)
_UNREAL = re.compile(
    r"""(?:\b(?:to|will|would|should|can|could|may|might|must|not|never|if|once|when|until|unless|
    before|previously|formerly|originally|initially|earlier|cannot|no|nor|without)|n['’]t|prior\s+to)
    \W+(?:\w+\W+){0,2}$""",
    re.VERBOSE | re.IGNORECASE,
)
_NOUN_FOLLOWS = re.compile(
    r"""\s+(?:solutions?|changes?|approach(?:es)?|design|options?|alternatives?|versions?|features?|
    apis?|code|systems?|packages?|methods?|functions?|endpoints?|implementation|prs?|documents?|
    pull\s+requests?|libraries|library|model|architecture|fields?|types?|modules?|names?)\b""",
    re.VERBOSE | re.IGNORECASE,
)
_PARTIAL = re.compile(
    r"""\b(?:partial(?:ly)?|partly|mostly|half|some|parts?|sections?|portions?|aspects?|points?|
    items?|paragraphs?|teilweise|partiellement|parcialmente|parzialmente|deels|delvis|częściowo)\b""",
    re.VERBOSE | re.IGNORECASE,
)
_PARTIAL_AFTER = re.compile(r"\s*\(?(?:in\s+part|partially|partly|mostly)\b", re.IGNORECASE)
_PREPOSITION = re.compile(
    r"\s*(?:by|on|in|at|since|as\s+of|during|via|per|from|with|for)\b", re.IGNORECASE
)
_REFERENCE = re.compile(
    r"\b(?:[A-Z]{2,8}|adr|rfc|decision|record)s?[\s#_-]*\d+|#?\b\d{1,8}\b|\.md\b|\ufffc",
    re.IGNORECASE,
)
_ABOUT_THIS = re.compile(rf"\b(?:this|it)\b|\bthe\s+{_RECORD}\b", re.IGNORECASE)
_OTHER_LABEL = re.compile(r"^\W*(?P<label>[^:：\n]{1,30}?)\s*[:：](?:\s|$)")
_QUOTES = ('"', "'", "“", "”", "‘", "’", "«", "»")
_BUILT_TIERS = ("implemented", "implementing")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a place tells.

    Attributes:
        kind: `told`, `silent` (nothing is said) or `unclear` (something is, but not which).
        text: The words as written.
        date: ISO date that stands with the status.
    """

    kind: str
    family: str | None
    line: int | None
    text: str | None
    reason: str = ""
    date: str | None = None


@dataclass(frozen=True, slots=True)
class _Claim:
    """One statement.

    Its `kind` is `told`; `built` (how far the code is, or who proposed it: told only if nothing
    else is); `partial`, `aside` or `template`, which tell nothing; or `unclear`.
    """

    kind: str
    family: str | None
    line: Line
    word: str = ""
    date: str | None = None
    later: bool = False
    reason: str = ""


def judge(lines: Sequence[Line]) -> Verdict:
    """Judge the words that stand where a status is told.

    Args:
        lines: The value of a label, or the paragraphs and items of a status section.
    """
    given = [line for line in lines if line.text]
    text = "\n".join(line.text for line in given)[:500] or None
    first = given[0].number if given else (lines[0].number if lines else None)
    if not given:
        struck = any(line.struck for line in lines)
        return Verdict("silent", None, first, None, "it is struck out" if struck else "it is empty")
    boxes = [line for line in given if line.box is not None]
    if boxes:
        given = [line.without_box() for line in boxes if line.box]
        if not given:
            return Verdict("silent", None, first, text, "no box is ticked")
    chosen = _bold_choice(given)
    if chosen is not None:
        word, line = chosen
        return Verdict("told", word.family, line.number, text, date=_date_of(line.text))
    own = [line for line in given if not placeholder(line.text)] or given
    whole = " ".join(line.text for line in own)
    if placeholder(whole):
        return Verdict("silent", None, first, text, f"“{_short(whole)}” is a placeholder")
    claims = [claim for line in _unwrapped(given) for claim in _line_claims(line)]
    return _combined(claims, text, first, whole)


def is_told_alone(line: Line) -> bool:
    """Whether a line says a status and nothing else."""
    bare = line.text.strip("[](){} ")
    word = word_at(bare, _after_lead(bare)[0])
    told = word is not None and word.family is not None and word.tier in ("strong", "whole")
    return told and not re.search(r"\w", bare[word.end :] if word else "")


def begins_with_status(line: Line) -> bool:
    """Whether the first words of a line are a status."""
    text = line.without_box().text
    return word_at(text, _after_lead(text)[0]) is not None


def notice(line: Line) -> Verdict | None:
    """A sentence such as "This record has been superseded by 12", or a status that stands alone."""
    if placeholder(line.text):
        return None
    clauses = [clause for clause, _ in _clauses(line)]
    if not any(_ABOUT_THIS.match(c.text.lstrip("*_>⚠️ \t")) or _is_outcome(c) for c in clauses):
        return None
    verdict = judge([line])
    return verdict if verdict.kind == "told" else None


def _is_outcome(clause: Line) -> bool:
    """Whether a sentence opens with the end of a record's life, or is a status and no more."""
    word = word_at(clause.text, _after_lead(clause.text)[0])
    if word is None or word.tier != "strong":
        return False
    return word.family in ("deprecated", "superseded") or is_told_alone(clause)


def unreal(text: str, start: int) -> bool:
    """Whether the words before an offset say that what follows is not, or not yet, so."""
    return _UNREAL.search(text[max(0, start - 40) : start]) is not None


def _bold_choice(lines: Sequence[Line]) -> tuple[Word, Line] | None:
    """The one status in bold among several families that are not."""
    marked: list[tuple[Word, Line]] = []
    families: set[str | None] = set()
    for line in lines:
        for word in words_in(line.text):
            if word.tier in ("strong", "whole", "implemented"):
                families.add(word.family)
                if any(s.start <= word.start and word.end <= s.end for s in line.marked("strong")):
                    marked.append((word, line))
    joined = " ".join(line.text for line in lines)
    listed = placeholder(joined) or placeholder(joined.strip("[]{}<>_* "))
    one = {word.family for word, _ in marked}
    return marked[0] if len(one) == 1 and len(families) > 1 and listed else None


def _unwrapped(lines: Sequence[Line]) -> Iterator[Line]:
    """Lines with those joined that an editor has wrapped."""
    waiting: Line | None = None
    last = 0
    for line in lines:
        if waiting is None:
            waiting = line
        elif line.number == last + 1 and _continues(waiting.text, line.text):
            waiting = waiting.joined(line)
        else:
            yield waiting
            waiting = line
        last = line.number
    if waiting is not None:
        yield waiting


def _continues(before: str, after: str) -> bool:
    if re.search(
        r"\b(?:by|with|in|of|the|to|from|on|for|and|been|is|was|a|an|has|be|not|yet)$", before
    ):
        return True
    starts_anew = word_at(after, 0) and word_at(before, _after_lead(before)[0])
    return after[:1].islower() and not starts_anew


def _line_claims(line: Line) -> list[_Claim]:
    label = _OTHER_LABEL.match(line.text)
    if label and _is_other_label(label["label"], label[0]):
        return []
    if placeholder(line.text):
        return [_Claim("template", None, line)]
    return [
        claim
        for clause, after_arrow in _clauses(line)
        for claim in _clause_claims(clause, after_arrow)
    ]


def _is_other_label(label: str, whole: str) -> bool:
    """Whether a label names something else than the status, a date or a record."""
    telling = any(words_in(label)) or _LEAD.fullmatch(whole) or _REFERENCE.search(label)
    return not telling and not any(dates_in(label))


def _clauses(line: Line) -> Iterator[tuple[Line, bool]]:
    """The sentences of a line, each with whether an arrow leads to it."""
    masked = _masked(line)
    start, arrow = 0, False
    ends = sorted(
        [(end.start(), end.end(), False) for end in _SENTENCE_END.finditer(masked)]
        + [(end.start(), end.end(), True) for end in _ARROW.finditer(masked)]
    )
    for stop, resume, is_arrow in [*ends, (len(masked), len(masked), False)]:
        if stop < start or (not is_arrow and _numbers_a_title(masked, stop)):
            continue
        clause = line.part(start, stop)
        if clause.text:
            yield clause, arrow
        start, arrow = resume, is_arrow


def _numbers_a_title(text: str, stop: int) -> bool:
    """Whether the full stop belongs to "3. Title"."""
    return stop < len(text) and re.search(r"(?:^|[\s(#])\d{1,4}$", text[:stop]) is not None


def _masked(line: Line) -> str:
    """The text with the titles of linked records blotted out, unless they are the status."""
    text = line.text
    for span in line.marked("link"):
        inside = text[span.start : span.end]
        word = word_at(inside, 0)
        if inside and not (word and word.end == len(inside)):
            text = text[: span.start] + "\ufffc" * len(inside) + text[span.end :]
    return text


def _after_lead(text: str) -> tuple[int, bool, str | None]:
    """Where a statement begins, whether it says "now", and the date before it."""
    start = _DECORATION.match(text).end()  # type: ignore[union-attr]
    date = None
    on = re.compile(r"(?:on|am|le|el)\s+", re.IGNORECASE).match(text, start)
    for dated in dates_in(text):
        if dated.start == (on.end() if on else start):
            date = dated.iso
            after = _DECORATION.match(text, dated.end)
            start = after.end() if after else dated.end
        break
    lead = _LEAD.match(text, start)
    if lead:
        start = lead.end()
        again = _DECORATION.match(text, start)
        start = again.end() if again else start
    turned = bool(lead and (lead["turn"] or "since" in lead[0].lower()))
    return start, turned, date


def _clause_claims(clause: Line, after_arrow: bool) -> list[_Claim]:
    text = _masked(clause)
    start, turned, date = _after_lead(text)
    opened = text[start : start + 1] in ("(", "[", "{")
    word = word_at(text, start + 1 if opened else start)
    if word is None:
        return _prose_claims(text, clause)
    dates = [dated.iso for dated in dates_in(text)]
    date = dates[0] if len(dates) == 1 else date
    end = _segment_stop(text, word.end)
    claims = [_leading(text, word, end, clause, date, turned or after_arrow)]
    claims += [
        _superseded(text, other, clause, date, False)
        for other in words_in(text, word.end, end)
        if other.family == "superseded" != word.family and not unreal(text, other.start)
    ]
    while end < len(text):
        stop = _segment_stop(text, end + 1)
        claims += _following(text, end + 1, stop, clause, date)
        end = stop
    return claims


def _segment_stop(text: str, start: int) -> int:
    found = _SEGMENT_END.search(text, start)
    return found.start() if found else len(text)


def _leading(
    text: str, word: Word, end: int, clause: Line, date: str | None, later: bool
) -> _Claim:
    rest = text[word.end : end]
    built = _without_building(text[word.end :])
    if word.family is None:
        if word.tier in _BUILT_TIERS:
            return _Claim("built", None, clause, word.phrase)
        return _unclear(clause, f"“{word.phrase}” stands for none of the five statuses", word)
    if re.match(r"\s*\?", text[word.end :]):
        return _unclear(clause, "it is a question", word)
    if word.family == "superseded":
        return _superseded(text, word, clause, date, later)
    if word.family == "accepted" and _CONDITION.search(built):
        return _unclear(clause, f"“{_short(clause.text)}” sets a condition", word)
    if word.tier == "whole" and re.match(r"\s*[:：]", rest):
        return _Claim("aside", None, clause, word.phrase)
    if word.tier == "whole":
        bare = "".join(c for c in _REFERENCE.sub("", _undated(rest)) if c.isalpha())
        if bare and not _PREPOSITION.match(rest):
            return _unclear(clause, f"“{_short(clause.text)}” is not understood", word)
    elif not _FOLLOWS.match(text, word.end) and not _word_follows(text, word.end):
        return _unclear(clause, f"“{_short(clause.text)}” is not understood", word)
    for other in words_in(text, word.end, end):
        if _differs(text, other, word):
            return _unclear(clause, f"two statuses: “{word.phrase}” and “{other.phrase}”", word)
    by_someone = word.family == "proposed" and re.match(r"\s+by\b", rest)
    kind = "built" if word.tier == "implemented" or by_someone else "told"
    return _Claim(kind, word.family, clause, word.phrase, date, later)


def _word_follows(text: str, end: int) -> bool:
    return word_at(text, end + len(text[end:]) - len(text[end:].lstrip())) is not None


def _differs(text: str, other: Word, word: Word) -> bool:
    if other.tier in _BUILT_TIERS or other.tier == "whole" or other.family == word.family:
        return False
    if other.family == "superseded":
        return False
    return not unreal(text, other.start) and not _NOUN_FOLLOWS.match(text, other.end)


def _superseded(text: str, word: Word, clause: Line, date: str | None, later: bool) -> _Claim:
    after = text[word.end :]
    if _PARTIAL.search(text[: word.start]) or _PARTIAL_AFTER.match(after):
        return _Claim("partial", None, clause, word.phrase)
    if re.match(r"\s*(?:by\s+)?(?:this|the\s+present)\b", after, re.IGNORECASE):
        return _Claim("aside", None, clause, word.phrase)
    if re.search(r"\bx{2,}\b|\bn{3,}\b|<[^>]*>|\{[^}]*\}|-example\b", after, re.IGNORECASE) or any(
        "example" in span.href for span in clause.marked("link")
    ):
        return _unclear(clause, f"“{_short(clause.text)}” is a placeholder", word)
    referring = _REFERENCE.search(_undated(after)) is not None or bool(clause.marked("link"))
    return _Claim("told", "superseded", clause, word.phrase, date, later or referring)


def _following(text: str, start: int, end: int, clause: Line, date: str | None) -> list[_Claim]:
    """What a later part of a sentence adds: "(superseded by 5)", ", draft"."""
    begin, turned, own_date = _after_lead(text[start:end])
    begin += start
    word = word_at(text, begin)
    dates = [dated.iso for dated in dates_in(text[start:end])]
    own = dates[0] if len(dates) == 1 else own_date
    if word is None or (word.tier == "whole" and re.search(r"[^\W\d]", text[word.end : end])):
        word = next(
            (
                found
                for found in words_in(text, begin, end)
                if found.tier == "strong"
                and not unreal(text, found.start)
                and not _NOUN_FOLLOWS.match(text, found.end)
            ),
            None,
        )
    if word is None or word.end > end:
        return []
    if word.family is None and word.tier in _BUILT_TIERS:
        return [_Claim("built", None, clause, word.phrase)]
    if word.family is None:
        return [_unclear(clause, f"“{_short(clause.text)}” is not settled", word)]
    if _NOUN_FOLLOWS.match(text, word.end):
        return []
    if word.family == "superseded":
        return [_superseded(text[:], word, clause, own or date, turned)]
    kind = "built" if word.tier == "implemented" else "told"
    return [_Claim(kind, word.family, clause, word.phrase, own, turned)]


def _prose_claims(text: str, clause: Line) -> list[_Claim]:
    """A sentence that does not begin with a status may still speak of one."""
    if _PARTIAL.search(text) and any(w.family == "superseded" for w in words_in(text)):
        return [_Claim("partial", None, clause)]
    for word in words_in(text):
        if word.tier != "strong" or unreal(text, word.start) or _NOUN_FOLLOWS.match(text, word.end):
            continue
        if text[: word.start].endswith(_QUOTES) and text[word.end :].startswith(_QUOTES):
            continue
        about_this = _ABOUT_THIS.search(text[: word.start])
        by_another = word.family == "superseded" and (
            clause.marked("link") or _REFERENCE.search(text[word.end :])
        )
        if about_this or by_another:
            return [_Claim("aside", word.family, clause, word.phrase)]
    return []


def _combined(claims: list[_Claim], text: str | None, first: int | None, whole: str) -> Verdict:
    def unclear(claim: _Claim, reason: str) -> Verdict:
        return Verdict("unclear", None, claim.line.number, text, reason)

    doubts = [claim for claim in claims if claim.kind == "unclear"]
    if doubts:
        return unclear(doubts[0], doubts[0].reason)
    told = [claim for claim in claims if claim.kind == "told"]
    if not told:
        told = [claim for claim in claims if claim.kind == "built" and claim.family]
        if told and any(claim.kind == "built" and not claim.family for claim in claims):
            return unclear(told[0], "it says how far the code is, not what was decided")
    if not told:
        return _nothing_told(claims, text, first, whole)
    chosen = _chosen(told)
    if chosen is None:
        families = list(dict.fromkeys(claim.word for claim in told))
        return unclear(told[-1], "two statuses: " + " and ".join(f"“{w}”" for w in families))
    for claim in claims:
        if claim.kind == "aside" and claim.family not in (None, chosen.family):
            return unclear(claim, f"“{_short(claim.line.text)}” may say another status")
    return Verdict("told", chosen.family, chosen.line.number, text, date=chosen.date)


def _nothing_told(claims: list[_Claim], text: str | None, first: int | None, whole: str) -> Verdict:
    for kind, reason in (
        ("partial", "it is superseded in part; what holds for the rest is not told"),
        ("built", "it says how far the code is, not what was decided"),
        ("aside", "a sentence speaks of a status, but does not state it"),
    ):
        for claim in claims:
            if claim.kind == kind:
                return Verdict("unclear", None, claim.line.number, text, reason)
    if any(claim.kind == "template" for claim in claims):
        return Verdict("silent", None, first, text, f"“{_short(whole)}” is a placeholder")
    return Verdict("silent", None, first, text, f"“{_short(whole)}” is no known status")


def _chosen(told: list[_Claim]) -> _Claim | None:
    """The claim that holds: the only one, or the one that is told to have come last."""
    families = {claim.family for claim in told}
    if len(families) == 1:
        return next((claim for claim in reversed(told) if claim.date), told[0])
    if all(claim.date for claim in told):
        latest = max(claim.date or "" for claim in told)
        last = [claim for claim in told if claim.date == latest]
        return last[0] if len({claim.family for claim in last}) == 1 else None
    replaced = [claim for claim in told if claim.family == "superseded" and claim.later]
    if replaced and "rejected" not in families:
        return replaced[0]
    if told[-1].later and len(families) == 2 and told[-1].family != "superseded":
        return told[-1]
    if told[-1].family == "superseded" and told[-1].line.number > told[0].line.number:
        return told[-1] if "rejected" not in families and len(families) == 2 else None
    return None


def _unclear(clause: Line, reason: str, word: Word) -> _Claim:
    return _Claim("unclear", None, clause, word.phrase, reason=reason)


def _without_building(text: str) -> str:
    for word in reversed(list(words_in(text))):
        if word.tier in _BUILT_TIERS:
            text = text[: word.start] + text[word.end :]
    return text


def _undated(text: str) -> str:
    for dated in reversed(list(dates_in(text))):
        text = text[: dated.start] + text[dated.end :]
    return text


def _date_of(text: str) -> str | None:
    dates = {dated.iso for dated in dates_in(text)}
    return dates.pop() if len(dates) == 1 else None


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 60 else flat[:59] + "…"
