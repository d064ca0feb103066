"""Tell the address of a street from a name: 12 Main St, Av. Loja 12, 人民路12号. Pure."""

import re
from typing import Final

from importer.data_table import word_table
from importer.texts import letters

_TABLE: Final = word_table(__file__, "streets.txt", None)
_WORDS: Final = frozenset(_TABLE["words"])
_ENDINGS: Final = tuple(_TABLE["endings"])
_NUMBER: Final = re.compile(r"[0-9]")
_WITHOUT_SPACES: Final = "|".join(sorted(_TABLE["together"]))
_TOGETHER: Final = re.compile(rf"[0-9](?:{_WITHOUT_SPACES})|(?:{_WITHOUT_SPACES}) ?[0-9]")
_WORD: Final = re.compile(r"[^\W\d_]+")


def is_street_address(cell: str) -> bool:
    """Whether a cell has a number and a word for a street."""
    if not _NUMBER.search(cell):
        return False
    words = map(letters, _WORD.findall(cell))
    return _TOGETHER.search(cell) is not None or any(w in _WORDS or w.endswith(_ENDINGS) for w in words)
