"""Guard cells that a spreadsheet program would run as a formula, and take the guard off again."""

import re
from collections.abc import Iterable
from typing import Final

# OWASP, "CSV Injection": = + - @, tab, carriage return and line feed start a formula, and so do the
# full-width = + - @ in some locales. Apostrophes in front are part of the pattern, so that a text which
# itself begins with a guard is guarded once more and both come off one at a time.
_RUNS_AS_FORMULA: Final = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_FIRST: Final = frozenset("'=+-@\t\r\n＝＋－＠")
_GUARDED: Final = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")
_PERHAPS: Final = re.compile("\n(?!\\+[0-9]{2,15}\n)['=+\\-@\t\r＝＋－＠]")
_PHONE_NUMBER: Final = re.compile(r"\+[0-9]{2,15}", re.ASCII)


def guard(text: str) -> str:
    """Put an apostrophe before a text that would run as a formula; an E.164 phone number stays as it is."""
    if _RUNS_AS_FORMULA.match(text) and not _PHONE_NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def guarded(texts: Iterable[str]) -> list[str]:
    """Guard each of the texts; few need a closer look."""
    return [guard(text) if text[:1] in _FIRST else text for text in texts]


def perhaps_any(lines: str) -> bool:
    """Whether ``guard`` must look at these texts, each with a line end before and behind it, and none inside."""
    return _PERHAPS.search(lines) is not None


def unguard(text: str) -> str:
    """Undo ``guard``: ``unguard(guard(text)) == text`` for every text that a spreadsheet did not guard."""
    return text[1:] if text[:1] == "'" and _GUARDED.match(text) else text
