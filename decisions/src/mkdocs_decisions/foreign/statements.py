"""One sentence about a status to the claims it makes. Weighs no claim against another."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import vocabulary
from .dates import dates_in
from .words import Word, placeholder, word_at, words_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .document import Line

_ARROW = re.compile(r"\s*(?:-+>|=+>|→|⇒|➡️?|➔|⟶)\s*")
_SENTENCE_END = re.compile(r"[.;。；!](?=\s|$)|[。；]|\s•\s")
_SEGMENT_END = re.compile(r"[,，、()（）\[\]|&+]|/(?![Aa]\b)|\s[-–—]+\s|—|\s(?=(?:and|but)\s)")
_RECORD = (
    r"(?:(?:architecture|architectural|design|technical)\s+)?"
    r"(?:decision(?:\s+records?)?|adr|record|proposal|rfc|document|status)"
)
_IS = r"(?:is|was|has\s+been|have\s+been|has\s+since\s+been|has\s+now\s+been|had\s+been|got|became)"
_LEAD = re.compile(
    rf"""(?:
      (?:current\s+)?(?:(?:this|the|our)\s+)?{_RECORD}(?:\s*[:：]\s*|\s+{_IS}\s+)
    | (?:this|it|we)\s+(?:{_IS}|have)\s+(?:(?:still\s+)?an?\s+|still\s+)?
    | {_IS}\s+ | current(?:ly)?\s*[:：]\s*
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
    in\s+principle|in\s+part|for\s+(?:\w+\s+)?(?:review|discussion|consideration|comments?|trial|
    experiment\w*|evaluation|deprecation|removal|now)|as\s+(?:an?\s+)?(?:draft|proposal|
    experiment\w*|trial|poc|proof))\b""",
    re.VERBOSE | re.IGNORECASE,
)
_UNREAL = re.compile(
    r"""(?:\b(?:to|will|would|should|can|could|may|might|must|not|never|if|once|when|until|unless|
    before|being|previously|formerly|originally|initially|earlier|cannot|no|nor|without)|n['’]t|prior\s+to)
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
_PARTIAL_AFTER = re.compile(
    r"""^\s*\(?(?:in\s+part|partially|partly|mostly)\b
    | \bfor\s+(?:new|old|existing|some|most|certain)\b
    | \b(?:except|apart\s+from|other\s+than|only\s+for|with\s+respect\s+to|regarding|concerning|
      as\s+regards|with\s+regards?\s+to)\b""",
    re.VERBOSE | re.IGNORECASE,
)
_NOBODY = re.compile(r"\bx{2,}\b|\bn{3,}\b|<[^>]*>|\{[^}]*\}|-example\b", re.IGNORECASE)
_DENIED = re.compile(
    r"""\s*[:：=]?\s*(?:no|n/?a|false|never|tbd|tba|todo|-+|–|—)\W*$
    | \s+(?:is|are)\b
    | \s*[:：=]?\s*(?:none|nobody|nothing|no\s+(?:one|other|record|adr|decision)|not\s+yet)\b
    | \s*[:：=]\s*$""",
    re.VERBOSE | re.IGNORECASE,
)
_UNNAMED = re.compile(r"\s*[:：]?\s*(?:[\[({<].*)?$")
_OBJECT = re.compile(
    r"\s+(?:the\s+)?(?P<object>(?:adr|rfc|decision|record)s?[\s#_-]*\d+|#\d+"
    r"|(?!(?:19|20)\d\d\b)\d{1,8}\b|\ufffc)",
    re.IGNORECASE,
)
_OTHER_EVENT = re.compile(
    r"\b(?:by|until|till|due)\W*$|production|deploy|roll|releas|effective|live|start|begin|amend|updat|modif|review|revis|last|edit|creat|expir|until|before|target|next|chang",
    re.IGNORECASE,
)
_BECAUSE = re.compile(
    r"\b(?:because|due\s+to|(?:since|as)\s+(?:we|the|it|this|our|there)\b)", re.IGNORECASE
)
_AT_FIRST = re.compile(
    r"\s+(?:originally|initially|previously|formerly|at\s+first|before|earlier|until)\b",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(
    r"\s*(?:by|on|in|at|since|as\s+of|during|via|per|from|with|for)\b", re.IGNORECASE
)
_REFERENCE = re.compile(
    r"\b(?:[A-Z]{2,8}|adr|rfc|decision|record)s?[\s#_-]*\d+|#?\b\d{1,8}\b|\.md\b|\ufffc",
    re.IGNORECASE,
)
_ABOUT_THIS = re.compile(rf"\b(?:this|it)\b|\bthe\s+{_RECORD}\b", re.IGNORECASE)
_OTHER_LABEL = re.compile(r"^\W*(?P<label>[^:：\n]{1,30}?)\s*[:：](?:\s|$)")
_ALSO_ACTIVE = frozenset(
    ("superseded", "superceded", "superseeded", "replaced", "obsoleted", "deprecated", "ersetzt")
)
_QUOTES = ('"', "'", "“", "”", "‘", "’", "«", "»")
BUILT_TIERS = ("implemented", "implementing")


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement.

    Its `kind` is `told`; `built` (how far the code is, or who proposed it: told only if nothing
    else is); `partial`, `aside`, `ended` or `template`, which tell nothing; or `unclear`.
    """

    kind: str
    family: str | None
    line: Line
    word: str = ""
    date: str | None = None
    later: bool = False
    reason: str = ""


def claims_of(line: Line) -> list[Claim]:
    """The claims of a line; one that is a label of something else makes none."""
    label = _OTHER_LABEL.match(line.text)
    if label and _is_other_label(label["label"], label[0]):
        return []
    if placeholder(line.text):
        return [Claim("template", None, line)]
    return [
        claim
        for clause, after_arrow in clauses_of(line)
        for claim in _clause_claims(clause, after_arrow)
    ]


def _is_other_label(label: str, whole: str) -> bool:
    """Whether a label names something else than the status, a date or a record."""
    telling = any(words_in(label)) or _LEAD.fullmatch(whole) or _REFERENCE.search(label)
    return not telling and not any(dates_in(label))


def clauses_of(line: Line) -> Iterator[tuple[Line, bool]]:
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


def is_told_alone(line: Line) -> bool:
    """Whether a line says a status and nothing else."""
    bare = line.text.strip("[](){} ")
    word = word_at(bare, _after_lead(bare)[0])
    told = word is not None and word.family is not None and word.tier in ("strong", "whole")
    rest = _undated(bare[word.end :]) if word else ""
    return told and not re.search(r"\w", re.sub(r"^\s*(?:on|at|since)\b", "", rest))


def begins_with_status(line: Line) -> bool:
    """Whether the first words of a line are a status."""
    return opening_word(line) is not None


def opening_word(line: Line) -> Word | None:
    """The status word that opens a line, after its box and words such as "it is now"."""
    text = line.without_box().text
    return word_at(text, _after_lead(text)[0])


def is_reference(line: Line) -> bool:
    """Whether a line begins with a link or an id of a record."""
    first = len(line.text) - len(line.text.lstrip("*-_ ("))
    if any(span.start <= first < span.end for span in line.marked("link")):
        return True
    return _REFERENCE.match(line.text, first) is not None


def unreal(text: str, start: int) -> bool:
    """Whether the words before an offset say that what follows is not, or not yet, so."""
    return _UNREAL.search(text[max(0, start - 40) : start]) is not None


def about_this(text: str) -> bool:
    """Whether a sentence has this record for its subject."""
    return _ABOUT_THIS.match(text.lstrip("*_>⚠️ \t")) is not None


def short(text: str) -> str:
    """A text cut to be quoted in a reason."""
    flat = " ".join(text.split())
    return flat if len(flat) <= 60 else flat[:59] + "…"


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence with the titles of links blotted out, and the words that open it."""

    text: str
    line: Line
    start: int
    later: bool
    date: str | None


def _clause_claims(line: Line, after_arrow: bool) -> list[Claim]:
    text = _masked(line)
    start, turned, date = _after_lead(text)
    sentence = _Sentence(text, line, start, turned or after_arrow, date)
    word = word_at(text, start + 1 if text[start : start + 1] in ("(", "[", "{") else start)
    if word is None:
        return _prose_claims(sentence)
    end = _segment_stop(text, word.end)
    claims = [_leading(sentence, word, end)]
    claims += [
        _superseded(sentence, other, word.end, None, False)
        for other in words_in(text, word.end, end)
        if other.family == "superseded" != word.family and not unreal(text, other.start)
    ]
    while end < len(text):
        stop = _segment_stop(text, end + 1)
        claims += _following(sentence, end + 1, stop)
        end = stop
    return claims


def _segment_stop(text: str, start: int) -> int:
    found = _SEGMENT_END.search(text, start)
    return found.start() if found else len(text)


def _leading(sentence: _Sentence, word: Word, end: int) -> Claim:
    """What the words that open a sentence say."""
    text, line = sentence.text, sentence.line
    rest = text[word.end : end]
    date = sentence.date or _date_after(text, word.end)
    if word.family is None:
        if word.tier in BUILT_TIERS:
            return Claim("built", None, line, word.phrase)
        reason = f"“{word.phrase}” stands for none of the five statuses"
        if word.phrase in vocabulary.phrases(vocabulary.ENDED):
            return Claim("ended", None, line, word.phrase, reason=reason)
        return _unclear(line, word, reason)
    if _DENIED.match(rest):
        return Claim("aside", None, line, word.phrase)
    if re.match(r"\s*\?", text[word.end :]):
        return _unclear(line, word, "it is a question")
    if _may_be_active(text, word):
        return _unclear(line, word, f"“{short(line.text)}” may be about the other record")
    if word.family == "superseded":
        return _superseded(sentence, word, 0, date, sentence.later)
    if word.family == "accepted" and _CONDITION.search(_without_building(text[word.end :])):
        return _unclear(line, word, f"“{short(line.text)}” sets a condition")
    if word.tier == "whole" and re.match(r"\s*[:：]", rest):
        return Claim("aside", None, line, word.phrase)
    if not _is_understood(text, word, rest):
        reason = f"“{short(line.text)}” is not understood"
        strong = any(other.tier == "strong" for other in words_in(text, word.end))
        kind = "unclear" if strong or word.tier != "whole" else "ended"
        return Claim(kind, None, line, word.phrase, reason=reason)
    because = _BECAUSE.search(text, word.end, end)
    for other in words_in(text, word.end, because.start() if because else end):
        if _differs(text, other, word):
            return _unclear(line, word, f"two statuses: “{word.phrase}” and “{other.phrase}”")
    once = re.match(r"\s+by\b", rest) or re.search(r"\bwas\s+$", text[: word.start], re.IGNORECASE)
    by_someone = word.family == "proposed" and once
    kind = "built" if word.tier == "implemented" or by_someone else "told"
    return Claim(kind, word.family, line, word.phrase, date, sentence.later)


def _is_understood(text: str, word: Word, rest: str) -> bool:
    """Whether what follows a status word leaves it a status."""
    if word.tier == "whole":
        others = _REFERENCE.sub("", _undated(rest))
        return not any(map(str.isalpha, others)) or _PREPOSITION.match(rest) is not None
    if word.phrase.endswith(" in") or _FOLLOWS.match(text, word.end):
        return True
    return word_at(text, word.end + len(rest) - len(rest.lstrip())) is not None


def _may_be_active(text: str, word: Word) -> bool:
    """Whether "superseded ADR-3" may mean that this record did so."""
    if word.phrase not in _ALSO_ACTIVE:
        return False
    object_ = _OBJECT.match(text, word.end)
    return object_ is not None and not any(
        dated.start <= object_.end("object") <= dated.end for dated in dates_in(text)
    )


def _differs(text: str, other: Word, word: Word) -> bool:
    if other.tier in (*BUILT_TIERS, "whole") or other.family in (word.family, "superseded"):
        return False
    real = not unreal(text, other.start) and not _was_once(text, other)
    return real and not _NOUN_FOLLOWS.match(text, other.end)


def _was_once(text: str, word: Word) -> bool:
    """Whether a status is told as an earlier one: "(was: proposed)", "was accepted at first"."""
    if re.search(r"[(\[]\s*was\W*$|\bwas\s*:\s*$", text[: word.start], re.IGNORECASE):
        return True
    past = re.search(r"\bwas\s+$", text[: word.start], re.IGNORECASE)
    return past is not None and _AT_FIRST.match(text, word.end) is not None


def _superseded(
    sentence: _Sentence, word: Word, start: int, date: str | None, later: bool
) -> Claim:
    text, line = sentence.text, sentence.line
    after = text[word.end :]
    if _PARTIAL.search(text[start : word.start]) or _PARTIAL_AFTER.search(after):
        return Claim("partial", None, line, word.phrase)
    if re.match(r"\s*(?:by\s+)?(?:this|the\s+present)\b", after, re.IGNORECASE):
        return Claim("aside", None, line, word.phrase)
    example = any("example" in span.href for span in line.marked("link"))
    if example or _NOBODY.search(after):
        return _unclear(line, word, f"“{short(line.text)}” is a placeholder")
    refers = _REFERENCE.search(_undated(after)) is not None or bool(line.marked("link"))
    if word.phrase.endswith(" by") and not refers and _UNNAMED.match(after):
        return _unclear(line, word, f"“{short(line.text)}” names no successor")
    return Claim("told", "superseded", line, word.phrase, date, later or refers)


def _following(sentence: _Sentence, start: int, end: int) -> list[Claim]:
    """What a later part of a sentence adds: "(superseded by 5)", ", draft"."""
    text, line = sentence.text, sentence.line
    begin, turned, date = _after_lead(text[start:end])
    word = word_at(text, start + begin)
    if word is None or (word.tier == "whole" and re.search(r"[^\W\d]", text[word.end : end])):
        word = _stated_in(text, start + begin, end)
        turned = False
    if word is None or word.end > end or _NOUN_FOLLOWS.match(text, word.end):
        return []
    if word.family != "superseded" and _was_once(text, word):
        return []
    if _DENIED.match(text[word.end : end]):
        return []
    if word.family is None:
        if word.tier in BUILT_TIERS:
            return [Claim("built", None, line, word.phrase)]
        return [_unclear(line, word, f"“{short(line.text)}” is not settled")]
    if _may_be_active(text, word):
        return [_unclear(line, word, f"“{short(line.text)}” may be about the other record")]
    date = date or _date_after(text, word.end)
    if word.family == "superseded":
        return [_superseded(sentence, word, start, date, turned)]
    turned = (turned and not word.phrase.startswith("not ")) or word.phrase.startswith("no longer")
    kind = "built" if word.tier == "implemented" else "told"
    return [Claim(kind, word.family, line, word.phrase, date, turned)]


def _stated_in(text: str, start: int, end: int) -> Word | None:
    """The first status word of a stretch that is neither denied nor an adjective."""
    for word in words_in(text, start, end):
        real = not unreal(text, word.start) and not _NOUN_FOLLOWS.match(text, word.end)
        if word.tier == "strong" and real:
            return word
    return None


def _date_after(text: str, end: int) -> str | None:
    """The date that goes with a word: the next one, with nothing between that it may belong to."""
    for dated in dates_in(text):
        if dated.start >= end:
            between = text[end : dated.start]
            other = any(words_in(between)) or _OTHER_EVENT.search(between)
            return None if other else dated.iso
    return None


def _prose_claims(sentence: _Sentence) -> list[Claim]:
    """A sentence that does not begin with a status may still speak of one."""
    text, line = sentence.text, sentence.line
    if _PARTIAL.search(text) and any(word.family == "superseded" for word in words_in(text)):
        return [Claim("partial", None, line)]
    for word in words_in(text):
        before, after = text[: word.start], text[word.end :]
        quoted = before.endswith(_QUOTES) and after.startswith(_QUOTES)
        if word.tier != "strong" or quoted or unreal(text, word.start):
            continue
        by_another = word.family == "superseded" and (
            line.marked("link") or _REFERENCE.search(after)
        )
        if not _NOUN_FOLLOWS.match(after) and (_ABOUT_THIS.search(before) or by_another):
            return [Claim("aside", word.family, line, word.phrase)]
    return []


def _unclear(line: Line, word: Word, reason: str) -> Claim:
    return Claim("unclear", None, line, word.phrase, reason=reason)


def _without_building(text: str) -> str:
    for word in reversed(list(words_in(text))):
        if word.tier in BUILT_TIERS:
            text = text[: word.start] + text[word.end :]
    return text


def _undated(text: str) -> str:
    for dated in reversed(list(dates_in(text))):
        text = text[: dated.start] + text[dated.end :]
    return text
