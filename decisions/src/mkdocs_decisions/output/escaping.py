"""Makes text from outside harmless where it is printed. What is special to one format is there."""

from __future__ import annotations

import unicodedata


def visible(text: str) -> str:
    r"""A text on one line in which nothing can steer a terminal or pose as something else.

    Control, format and private characters, line ends and lone surrogates become escapes such as
    `\x1b`; every space becomes a plain one.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_visible(each) for each in text)


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Zs":
        return " "
    if category[0] in "CZ":
        return character.encode("unicode_escape").decode("ascii")
    return character


def logged(text: str) -> str:
    """A visible text that is no command either to a CI service that reads the log."""
    return visible(text).replace("##[", "##\\[").replace("##vso", "##\\vso")


def line_start(text: str) -> str:
    """A logged path at the start of a line, where two colons would begin a command."""
    clean = logged(text)
    return f"./{clean}" if clean.lstrip().startswith("::") else clean
