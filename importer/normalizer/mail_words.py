"""Words beside an e-mail address that are no name: of what kind it is, and who answers it (``noreply``). Pure."""

import re
from functools import cache
from typing import Final

from importer.data_table import word_table
from importer.normalizer.phone_labels import is_label, kinds_of_numbers
from importer.normalizer.placeholders import plain_words

_APART: Final = re.compile(r"[\s.:()\[\]*\"'/,|&+]+")


def is_mail_label(text: str) -> bool:
    """Whether a text before an address says that it is one, or of what kind: ``E-Mail``, ``work``."""
    return is_label(text) or plain_words(text) in _words()["address"]


def is_no_name(text: str) -> bool:
    """Whether a text beside an address has no word but such: ``Work e-mail``, ``privat``, ``old``, ``noreply``."""
    return is_label(text) or _beside_addresses().issuperset(filter(None, _APART.split(plain_words(text))))


@cache
def _beside_addresses() -> frozenset[str]:
    return kinds_of_numbers().union(*_words().values())


@cache
def _words() -> dict[str, frozenset[str]]:
    return {head: frozenset(map(plain_words, words)) for head, words in word_table(__file__, "mail_words.txt").items()}
