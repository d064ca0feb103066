"""Byte order marks that some program read as text: ``ï»¿Name``. Pure."""

import codecs
from functools import cache
from typing import Final

from importer.loader.alphabets import SINGLE_BYTE

_MARK: Final = "\ufeff"
# In Chinese its last byte begins the next character: 锘縉ame is EF BB BF 4E and on.
_CHINESE: Final = "锘"


@cache
def _marks() -> tuple[str, ...]:
    """The mark as it is, and as each encoding shows it, such as ï»¿, п»ї or ∩╗┐; not letters alone: they may be a word.

    Made when a text first has more than ASCII: 26 encodings take 10 ms to load.
    """
    shown = {codecs.BOM_UTF8.decode(codec, "replace") for codec in SINGLE_BYTE}
    return _MARK, *sorted(mark for mark in shown if not mark.isalpha() and "\ufffd" not in mark)


def without_marks(text: str) -> str:
    """The text without byte order marks, misread ones too; a mark shows nothing, wherever it stands."""
    if text.isascii():
        return text
    for mark in _marks():  # 10 MB take 1 ms each, and a regular expression of all 60
        if mark in text:
            text = text.replace(mark, "")
    if not text.startswith(_CHINESE):
        return text
    begin = text[:2].encode("gb18030", "replace")
    if not begin.startswith(codecs.BOM_UTF8):
        return text
    return begin.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace") + text[2:]
