"""Divide a cell into the texts that may each be a phone number, and a text into the ways to read it. Pure."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from importer.normalizer.joining import joined_numbers
from importer.normalizer.phone_labels import unlabelled
from importer.normalizer.placeholders import is_nothing
from importer.normalizer.text import tidy

_SEVERAL_PHONES: Final = re.compile(r"[\r\n\v\f\x85\u2028\u2029;,|、&]+|:::|(?<=\d)\s+\+\s+(?=\d)")
_EXTENSION: Final = re.compile(
    r"(?:(?<![^\W\d_])(?:extension|extn|ext|int|poste|ramal|anexo|x)|#|доб|分机|分機|转|轉|内線)"
    r"[\s.:=]*([0-9]{1,7})(?=[\s)\]]*(?:$|[;,/|、\r\n(\[]|:::))",
    re.IGNORECASE,
)
_MARK: Final = re.compile("[^\\W\\d_]|#")  # what an extension begins with, found in a tenth of its pattern's time
_DASH_EXTENSION: Final = re.compile(r"(.*\d)\s*-\s*(\d{1,5})")
AROUND: Final = " '\"`´^=\\<>"
"""Marks around a number that are no part of it: quotation marks, brackets, and the signs by which Lotus and Excel have
a cell be text, centred, or a formula (``^+63…``, ``=+63…``)."""

AS_DASH: Final = dict.fromkeys(map(ord, ".\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-")
"""Dashes, and dots for dashes, in their plain form."""

_ENDING: Final = re.compile(
    r"(?P<head>\+?[^()\[\]]*(?:[(\[][^()\[\]]*[)\]])?[^()\[\]]*\d[^()\[\]\d]*)"
    r"(?P<brackets>[(\[](?P<ending>[\s\d/+.-]*\d[\s\d/.-]*)[)\]])"
)
# From as many digits on, brackets behind them cannot be a part of the same number.
_WHOLE_DIGITS: Final = 7
_NUMBER_DIGITS: Final = 6
_MOST_ENDING: Final = 3


class Way(NamedTuple):
    """One way to read a text: a number and the texts beside it. ``alone``: no other text may be the number."""

    text: str
    rest: tuple[str, ...] = ()
    alone: bool = True
    extension: str = ""


def divided(text: str) -> tuple[list[str], list[str], list[str]]:
    """The texts of a cell that may each be a number, those labelled as a fax, and the extensions among them."""
    text, extensions = _without_extensions(text)
    pieces: list[str] = []
    faxes: list[str] = []
    for piece in map(str.strip, _SEVERAL_PHONES.split(text)):
        if is_nothing("phone_number", tidy(piece)):
            continue
        for part, is_fax in (one for number in joined_numbers(piece) for one in unlabelled(number)):
            bare, more = _without_extensions(part)
            extensions += more
            (faxes if is_fax else pieces).append(bare.strip())
    return pieces, faxes, extensions


def _without_extensions(text: str) -> tuple[str, list[str]]:
    """A text without its extensions, and these."""
    if not _MARK.search(text):
        return text, []
    return _EXTENSION.sub("", text), _EXTENSION.findall(text)


def ways(piece: str) -> Iterator[Way]:
    """The ways to read a text: with slashes its first part, the whole (``0711/12345``), each further part.

    Behind a dash may stand an extension, as ``is_extension`` decides, and in brackets at the end another ending of the
    number, or another number.
    """
    bare = piece.strip()
    if found := bare.endswith((")", "]")) and _ENDING.fullmatch(bare):
        head, ending = found["head"].strip(), found["ending"]
        yield Way(head, (found["brackets"],), alone=_is_another(head, ending))
        if _is_another(head, ending):
            if _digits(ending) >= _NUMBER_DIGITS:
                yield Way(ending, (head,), alone=False)
            return
    parts = [part for part in piece.split("/") if part.strip()]
    if len(parts) > 1:
        yield Way(parts[0], tuple(parts[1:]), alone=False)
    yield Way(piece)
    for place in range(1, len(parts)):
        yield Way(parts[place], tuple(parts[:place] + parts[place + 1 :]), alone=False)
    if extended := _DASH_EXTENSION.fullmatch(piece.translate(AS_DASH)):
        yield Way(extended[1], alone=False, extension=extended[2])


def _is_another(head: str, ending: str) -> bool:
    """Whether brackets behind a number cannot be its last digits: they are few, or it is whole without them."""
    return _digits(ending) <= _MOST_ENDING or _digits(head) >= _WHOLE_DIGITS


def _digits(text: str) -> int:
    return sum(map(str.isdecimal, text))
