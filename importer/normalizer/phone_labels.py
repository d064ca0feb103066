"""Take known words off a phone number: ``Tel. 010 …``, ``+86 138 … (mobile)``, ``139 …（微信同号）``. Pure."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

from importer.data_table import word_table
from importer.normalizer.placeholders import plain_words

# Scripts that write words without spaces: a label of theirs may follow another, or a number.
_UNSPACED: Final = "\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_LETTER: Final = rf"[^\W\d_{_UNSPACED}]"
_BEFORE: Final = " \t.:=)]>/&,'\"•·*°º"
_AROUND: Final = " \t.:()[]<>*_"
_DIVIDES: Final = re.compile(r"[/,;|&+]")
_NUMBER: Final = re.compile(r"\d(?:[\s().\-/]{0,3}\d){6,}")
_BEFORE_A_COLON: Final = re.compile(r"[^\W\d_][^:：|,;\n\d]{0,25}[:：]")
_BEHIND: Final = " \t.:=([</&,'\"•·*"


class Labelled(NamedTuple):
    """A text with the digits of one number, as far as labels tell, and whether they say that it is a fax."""

    text: str
    is_fax: bool = False


def unlabelled(text: str) -> list[Labelled]:
    """The numbers of a text without the words beside them; the text as it is if it has an unknown word, or no word.

    Words stand before their numbers; if the first number has none before it, behind them.
    """
    if not any(map(str.isalpha, text)):
        return [Labelled(text)]
    folded = plain_words(text)
    pieces = _label().split(folded)
    texts, words = pieces[::2], pieces[1::2]
    if not words or any(any(map(str.isalpha, piece)) for piece in texts):
        return [Labelled(text)]
    return [*_numbers(texts, words)]


def says_numbers(text: str) -> bool:
    """Whether a text is numbers under labels, and nothing else: ``Tipo fone: Celular | Fone: 479…``. A label has a
    colon, and one of them at least is known."""
    folded = plain_words(text)
    if not _NUMBER.search(folded) or not _label().search(folded):
        return False
    return not any(map(str.isalpha, _label().sub("", _BEFORE_A_COLON.sub("", folded))))


def is_label(text: str) -> bool:
    """Whether a text is nothing but a kind of number (Mobile, Arbeit, 手机): what a program writes beside no number."""
    kinds = [word.strip(_AROUND) for word in _DIVIDES.split(plain_words(text))]
    return kinds_of_numbers().issuperset(kinds)


def _numbers(texts: list[str], words: list[str]) -> Iterator[Labelled]:
    found: list[str] = []
    around: list[list[str]] = [[]]  # the words before each number, and those behind the last one
    for text, word in zip(texts, [*words, ""], strict=True):
        if any(map(str.isdecimal, text)):
            found.append(_trimmed(text))
            around.append([])
        around[-1].append(word)
    behind = not around[0] or not around[0][0]
    for place, text in enumerate(found):
        own = around[place + 1] if behind else around[place]
        yield Labelled(text, not _faxes().isdisjoint(own))


def _trimmed(text: str) -> str:
    """A number without the signs that tie it to a label; brackets that are whole stay."""
    bare = text.lstrip(_BEFORE).rstrip(_BEHIND).strip("-").strip()
    if bare.count("(") < bare.count(")"):
        bare = bare.rstrip(") ")
    return bare.lstrip("( ") if bare.count("(") > bare.count(")") else bare


@cache
def _words() -> dict[str, frozenset[str]]:
    table = word_table(__file__, "phone_labels.txt")
    return {head: frozenset(map(plain_words, words)) for head, words in table.items()}


@cache
def _faxes() -> frozenset[str]:
    return _words()["fax"]


@cache
def kinds_of_numbers() -> frozenset[str]:
    """The words for a kind of number (home, mobile), without case and accents."""
    return _words()["kinds"] | _faxes()


@cache
def _label() -> re.Pattern[str]:
    """A label: longer ones go first. One letter counts before a number, or in brackets."""
    words = sorted({word for head, some in _words().items() if head != "letters" for word in some}, key=len)[::-1]
    spaced = "|".join(re.escape(word) for word in words if not re.match(f"[{_UNSPACED}]", word))
    unspaced = "|".join(re.escape(word) for word in words if re.match(f"[{_UNSPACED}]", word))
    letters = "|".join(sorted(_words()["letters"], key=len)[::-1])
    return re.compile(
        rf"((?<!{_LETTER})(?:{spaced})(?!{_LETTER})|{unspaced}"
        rf"|^(?:{letters})(?=[.: ])|(?<=\()(?:{letters})(?=\.?\)))"
    )
