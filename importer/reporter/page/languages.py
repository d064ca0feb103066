"""The language of the report: English, or Chinese where the user or the locale says so. Pure."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from importer.reporter.page.chinese import MESSAGES, SENTENCES

_VARIABLES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")
"""In the order of POSIX (Base Definitions, 8.2): the first that is not empty counts."""


class Language(StrEnum):
    """A language that the report can be in."""

    ENGLISH = "en"
    CHINESE = "zh"

    @property
    def tag(self) -> str:
        """As HTML names it (BCP 47)."""
        return "zh-CN" if self is Language.CHINESE else "en"

    @property
    def joint(self) -> str:
        """What stands between the parts of a sentence."""
        return "；" if self is Language.CHINESE else "; "

    def gettext(self, text: str) -> str:
        """A text of the program, which is written in English."""
        return MESSAGES.get(text, text) if self is Language.CHINESE else text

    def ngettext(self, one: str, many: str, number: int) -> str:
        """The same of a text that counts something; Chinese has one form."""
        return (one if number == 1 else many) if self is Language.ENGLISH else self.gettext(many)

    def sentence(self, text: str) -> str:
        """What a row's error or hint says, its parts divided by ``; ``; a part that is not known stays as it is."""
        if self is Language.ENGLISH or not text:
            return text
        parts = re.split(r"; (?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", text) if text.count('"') % 2 == 0 else [text]
        return self.joint.join(map(_part, parts))


def _part(text: str) -> str:
    """One part of a sentence; of one with its cause in brackets behind it, what stands before them."""
    if text in MESSAGES:
        return MESSAGES[text]
    for pattern, chinese in SENTENCES:
        if found := pattern.fullmatch(text):
            reason = MESSAGES.get(found[2], found[2]) if "{2}" in chinese else ""
            return str(found.expand(chinese)).replace("{2}", reason)
    before, bracket, cause = text.partition(" (")
    return f"{MESSAGES[before]}（{cause.removesuffix(')')}）" if bracket and before in MESSAGES else text


def language_of(environment: Mapping[str, str]) -> Language:
    """The language of a locale's variables: Chinese in any of its spellings, else English."""
    spelled = next(filter(None, map(environment.get, _VARIABLES)), "")
    return Language.CHINESE if spelled.lower().startswith(("zh", "chinese")) else Language.ENGLISH
