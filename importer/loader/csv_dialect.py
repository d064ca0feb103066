r"""Find out how a text divides its records into cells, and bring what pandas cannot read into a form that it can. Pure.

Besides the delimiter these differ: cells in single quotation marks, blanks before an opening mark, ``\"`` for a mark
inside a cell, and whole records that some program put in quotation marks once more.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from importer.loader.csv_grammar import Grammar
from importer.loader.drawn_text import Layout, layout_of
from importer.loader.open_quotes import Columns, Settler, columns_of
from importer.loader.stray_quotes import mended, mender
from importer.mapping.title_fields import alias
from importer.texts import ERROR_TITLE, ID_TITLE, ROW_TITLE, STATUS_TITLE

# In the order in which they win when all else is equal: a comma stands in prose, a tab hardly ever.
DELIMITERS: Final[Mapping[str, str]] = {"tab": "\t", "semicolon": ";", "pipe": "|", "comma": ","}
STAND_IN: Final = "\x1f"
"""Stands for a delimiter that is no single character of ASCII, or of several: ASCII calls it "unit separator"."""

# The last titles of what the importer writes, and what stands between them and those before.
_OUR_LAST: Final = (ERROR_TITLE, STATUS_TITLE)
_OUR_TITLES: Final = re.compile(
    rf'(?:{ROW_TITLE}|{ID_TITLE})"?([^"\r\n]{{1,4}}?)"?(?:{"|".join(_OUR_LAST)})(?=["\r\n])'
)
_UNSPLIT: Final = (False, 0.0, 1)
# What may separate cells: no letters, digits, quotation marks and blanks, and nothing of which addresses are made.
_SIGNS: Final = re.compile(r"[^\w\s\"'`@.()+\-/\\&<>]+")
_MOST_SIGNS: Final = 4
_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_ESCAPED: Final = re.compile(r"\\([\"'\\])")
# With more than a few marks that open a cell behind a blank and do not close it, they are marks in a text.
_NEARLY_ALL: Final = 0.9
_HALF: Final = 0.5


@dataclass(frozen=True, slots=True)
class Dialect:
    r"""How records are written. ``delimiter`` is what the file has, of one character or several.

    ``blanks`` says that some stand before opening quotation marks, ``escaped`` that ``\"`` is a mark inside a cell,
    ``wrapped`` that records are single quoted cells with the true cells in them. ``stray`` is how many cells a line has
    in which marks inside a cell are to be doubled, 0 where none is. ``others`` are signs that separate titles as well,
    in the first line alone. ``layout`` is how lines are drawn that no delimiter divides. ``settler`` ends the cells
    that no quotation mark closes, ``None`` where none needs it.
    """

    delimiter: str
    quote: str = '"'
    blanks: bool = False
    escaped: bool = False
    wrapped: bool = False
    stray: int = 0
    others: str = ""
    layout: Layout | None = None
    settler: Settler | None = None

    @property
    def separator(self) -> str:
        """The single ASCII character that separates cells in what ``plain`` gives."""
        if self.layout:
            return STAND_IN
        return self.delimiter if len(self.delimiter) == 1 and self.delimiter.isascii() else STAND_IN

    @property
    def is_plain(self) -> bool:
        """Whether pandas can read the text as it stands."""
        odd = self.escaped or self.wrapped or self.stray or self.others or self.settler
        return not odd and self.separator == self.delimiter

    def plain(self, blocks: Iterable[str]) -> Iterator[str]:
        """The text in a form that has but quotes, blanks and the separator, a block at a time."""
        if self.layout:
            return self.layout.records(_lines(blocks), STAND_IN)
        if self.others:
            blocks = _first_changed(_lines(blocks), dict.fromkeys(map(ord, self.others), self.delimiter))
        if self.wrapped:
            settle = Settler(Grammar(self.delimiter, '"'), Columns(1, ()))
            blocks = _unwrapped(settle(blocks), self.delimiter)
        if self.stray:
            blocks = mended(_lines(blocks), mender(self.delimiter, self.stray))
        if self.escaped:
            blocks = _held(blocks, "\\", lambda text: _ESCAPED.sub(self._unescaped, text))
        if self.separator != self.delimiter:
            blocks = _held(blocks, self.delimiter[0], lambda text: text.replace(self.delimiter, STAND_IN))
        return self.settler(blocks) if self.settler else iter(blocks)

    def settled(self, sample: str, blocks: Iterable[str]) -> "Dialect":
        """The same, with what settles where records end if the whole text, in blocks, needs it."""
        grammar = Grammar(self.separator, self.quote, self.blanks)
        if self.layout:
            return self
        settler = Settler(grammar, columns_of(grammar, "".join(self.plain([sample]))))
        return replace(self, settler=settler) if settler.needs(self.plain(blocks)) else self

    def _unescaped(self, found: re.Match[str]) -> str:
        return self.quote * 2 if found[1] == self.quote else found[1]

    def records(self, text: str, *, strict: bool = False) -> list[list[str]]:
        """The records of a text. Raises ``csv.Error`` for a ``strict`` reader's complaint."""
        stream = io.StringIO("".join(self.plain([text])), newline="")
        return [
            *csv.reader(
                stream, delimiter=self.separator, quotechar=self.quote, skipinitialspace=self.blanks, strict=strict
            )
        ]


def _first_changed(lines: Iterable[str], signs: Mapping[int, str]) -> Iterator[str]:
    """The lines, the first that is not blank with other signs."""
    rest = iter(lines)
    for line in rest:
        yield line.translate(signs)
        if line.strip():
            break
    yield from rest


def _held(blocks: Iterable[str], begin: str, change: Callable[[str], str]) -> Iterator[str]:
    """Each block changed; what may begin a sign at its end waits for the next one."""
    rest = ""
    for block in blocks:
        text = rest + block
        kept = text.rstrip(begin)
        rest = text[len(kept) :]
        yield change(kept)
    yield change(rest)


def _unwrapped(blocks: Iterable[str], delimiter: str) -> Iterator[str]:
    """Records without the quotation marks around them as a whole; others as they are."""
    for record in csv.reader(_lines(blocks), delimiter=delimiter):
        if len(record) == 1 and delimiter in record[0]:
            yield record[0] + "\n"
        else:
            line = io.StringIO(newline="")
            csv.writer(line, delimiter=delimiter, lineterminator="\n").writerow(record)
            yield line.getvalue() if record else "\n"


def _lines(blocks: Iterable[str]) -> Iterator[str]:
    """The lines with their ends, which are those of CSV alone."""
    rest = ""
    for block in blocks:
        text = rest + block
        cut = max(text.rfind("\n"), text.rfind("\r", 0, -1)) + 1
        yield from _LINE.findall(text[:cut])
        rest = text[cut:]
    yield from _LINE.findall(rest)


def detect_dialect(sample: str, delimiter: str | None = None, escapes: Sequence[str] = ()) -> Dialect:
    """Return the dialect in which the sample makes the most sense; ``delimiter`` is what is known already.

    ``escapes`` are further lines of the file with a backslash before a quotation mark, or with one that may stray.
    """
    if delimiter is None and (layout := layout_of(sample)):
        return Dialect("|" if layout.kind == "frame" else " ", layout=layout)
    char = delimiter or detect_delimiter(sample)
    dialect = Dialect(char)
    if delimiter is None and (wrapped := _wrapped(sample)):
        return wrapped
    if delimiter is None and (single := _single_quoted(sample)):
        dialect = single
    lines = [line for line in sample.splitlines() if "\\" + dialect.quote in line]
    width = next(filter(None, map(len, dialect.records(sample))), 0)
    dialect = replace(dialect, escaped=_is_escaped(dialect, [*lines, *escapes], width))
    if dialect.quote == '"' and not dialect.escaped and len(char) == 1:
        mend = mender(char, width)
        dialect = replace(dialect, stray=width * any(map(mend, [*sample.splitlines(), *escapes])))
    dialect = replace(dialect, others="" if delimiter else _other_signs(dialect, sample))
    return replace(dialect, blanks=_has_blanks(dialect, sample))


def _other_signs(dialect: Dialect, sample: str) -> str:
    """The usual delimiters but this one that the titles have between them, if they are as many as the cells then.

    The rows agree on how many these are, the titles are known, and no quotation mark stands among them.
    """
    first = next(filter(None, map(str.strip, sample.splitlines())), "")
    others = "".join(char for char in DELIMITERS.values() if char != dialect.delimiter and char in first)
    if not others or dialect.wrapped or dialect.quote in first or first.lower().startswith("sep="):
        return ""
    titles, *rows = filter(None, dialect.records(sample))
    usual, times = Counter(map(len, rows)).most_common(1)[0] if rows else (0, 0)
    divided = _first(replace(dialect, others=others), sample)
    agreed = times >= _NEARLY_ALL * len(rows) and len(titles) != usual == len(divided) > 1
    return others if agreed and _known(divided) > max(1, _known(titles)) else ""


def detect_delimiter(sample: str) -> str:
    """Return the delimiter that splits the sample's records most evenly; a comma if none splits them.

    An uncommon one, ``~`` or ``||``, must split all of them, and show known titles.
    """
    if own := _own_delimiter(sample):
        return own
    best, split = _most_even(sample)
    signs = (sign for sign in uncommon_delimiters(sample) if not split or best in sign)
    return next((sign for sign in signs if _has_titles(sample, sign)), best)


def _own_delimiter(sample: str) -> str | None:
    """The delimiter of an errors file or a file with ids of ours: where their last title stands alone, it is right."""
    if not any(title in sample for title in _OUR_LAST):
        return None
    found = _OUR_TITLES.search(sample)
    signs = (*([found[1]] if found else ()), *DELIMITERS.values())
    return next((sign for sign in signs if _first(Dialect(sign), sample)[-1] in _OUR_LAST), None)


def _most_even(sample: str) -> tuple[str, bool]:
    """The usual delimiter that splits most evenly, a comma if none does, and whether it splits at all."""
    scores = {char: _evenness_of(sample, char) for char in DELIMITERS.values()}
    best = max(scores, key=scores.__getitem__)
    return (best, True) if scores[best] > _UNSPLIT else (",", False)


def uncommon_delimiters(sample: str) -> list[str]:
    """Signs of the first record that split all records evenly, the longest first."""
    first = next(filter(None, map(str.strip, sample.splitlines())), "")
    runs = [run for run in _SIGNS.findall(first) if len(run) <= _MOST_SIGNS]
    found = {*runs, *"".join(runs)} - {*DELIMITERS.values()}
    signs = sorted(
        (sign for sign in found if not _is_blank_columns(sample, sign)),
        key=lambda sign: (-len(sign), -first.count(sign)),
    )
    return [sign for sign in signs if splits_all(sample, sign)]


def _is_blank_columns(sample: str, sign: str) -> bool:
    """Whether a run of one usual delimiter (``;;;;``) is that of empty cells: others of it are no multiple of it."""
    char = sign[0]
    if len(sign) == 1 or sign != char * len(sign) or char not in DELIMITERS.values():
        return False
    return any(len(run) % len(sign) for run in re.findall(rf"{re.escape(char)}+", sample))


def splits_all(sample: str, sign: str) -> bool:
    """Whether a sign divides all records into the same number of cells."""
    lengths = [len(record) for record in Dialect(sign).records(sample) if record]
    whole = lengths if len(lengths) < 3 else lengths[:-1]  # the sample may end in a record
    return len(whole) > 1 and whole[0] > 1 and len({*whole}) == 1


def _has_titles(sample: str, sign: str) -> bool:
    first = _first(Dialect(sign), sample)
    return all(map(str.strip, first)) and _known(first) > 1


def _first(dialect: Dialect, sample: str) -> list[str]:
    """The first record that is not blank."""
    return next(filter(None, dialect.records(sample)), [])


def _known(cells: Sequence[str]) -> int:
    """How many of the cells are known titles."""
    return sum(alias(cell.strip()) is not None for cell in cells if cell.strip())


def _evenness_of(sample: str, delimiter: str) -> tuple[bool, float, int]:
    r"""The evenness of the records, where ``\"`` stands in them read in the way that suits the delimiter better."""
    plainly = _evenness(record_lengths(sample, delimiter))
    if '\\"' not in sample:
        return plainly
    return max(plainly, _evenness([*map(len, Dialect(delimiter, escaped=True).records(sample))]))


def _evenness(lengths: list[int]) -> tuple[bool, float, int]:
    """Whether the first record has the usual number of cells, the share of records with it, and the number."""
    filled = [length for length in lengths if length]
    if not filled:
        return _UNSPLIT
    usual, times = Counter(filled).most_common(1)[0]
    return (filled[0] == usual, times / len(filled), usual) if usual > 1 else _UNSPLIT


def record_lengths(sample: str, delimiter: str) -> list[int]:
    """Count the cells of each record, with quotes respected; 0 for a blank line."""
    return [len(record) for record in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)]


def _wrapped(sample: str) -> Dialect | None:
    """The dialect of whole records in quotation marks: inside they have one length, which any other record has too.

    Either most have further marks inside, or the cells of the first are known titles.
    """
    if _most_even(sample)[1]:
        return None
    for char in DELIMITERS.values():
        records = _strictly(Dialect(char), sample)
        inside = [record[0] for record in records if len(record) == 1 and char in record[0]]
        if len(inside) < max(1, len(records) * _HALF):
            continue
        lengths = [len(record) for text in inside for record in Dialect(char).records(text)[:1]]
        usual, times = Counter(lengths).most_common(1)[0]
        others = {len(record) for record in records if len(record) > 1}
        alone = sum(len(record) == 1 for record in records) - len(inside)
        marked = sum('"' in text for text in inside)
        shown = marked >= _HALF * len(inside) or _known(_first(Dialect(char, wrapped=True), sample)) > 1
        if times >= _NEARLY_ALL * len(inside) and others <= {usual} and alone <= 1 and shown:
            return Dialect(char, wrapped=True)
    return None


def _strictly(dialect: Dialect, text: str) -> list[list[str]]:
    """The records that are not empty, but for a last line that may be cut; none if a strict reader complains."""
    for part in (text, text[: text.rstrip().rfind("\n") + 1]):
        with suppress(csv.Error):
            return [record for record in dialect.records(part, strict=True) if record]
    return []


def _single_quoted(sample: str) -> Dialect | None:
    """The dialect of single quotation marks: all titles are in them, and cells that begin with one end with one."""
    first = next(filter(None, map(str.strip, sample.splitlines())), "")
    for char in DELIMITERS.values():
        titles = first.split(char)
        if len(titles) < 2 or not all(re.fullmatch(r"'[^'\"]+'", title.strip()) for title in titles):
            continue
        dialect = Dialect(char, quote="'")
        known = replace(dialect, escaped=True).settled(sample, [sample])
        return dialect if _strictly(known, sample) else None
    return None


def _is_escaped(dialect: Dialect, lines: Sequence[str], width: int) -> bool:
    r"""Whether ``\"`` means a quotation mark: some lines make sense so alone, and none makes sense otherwise alone."""
    plainly = [_is_line(dialect, line, width) for line in lines]
    escaped = [_is_line(replace(dialect, escaped=True), line, width) for line in lines]
    return (
        any(escaped)
        and not any(plain and not other for plain, other in zip(plainly, escaped, strict=True))
        and (escaped != plainly)
    )


def _is_line(dialect: Dialect, line: str, width: int) -> bool:
    """Whether a line makes sense as a record, or a part of one, with no more cells than the titles."""
    try:
        return [len(record) <= width for record in dialect.records(line, strict=True)] == [True]
    except csv.Error:
        return False


def _has_blanks(dialect: Dialect, sample: str) -> bool:
    """Whether quotation marks open cells behind a delimiter and blanks: then they close them too."""
    text = "".join(dialect.plain([sample]))
    begin = rf"(?:^|{re.escape(dialect.separator)}) +{dialect.quote}"
    mark = dialect.quote
    opened = len(re.findall(begin, text, re.MULTILINE))
    cell = rf"{begin}(?:[^{mark}]|{mark}{mark})*{mark} *(?={re.escape(dialect.separator)}|[\r\n]|\Z)"
    return bool(opened) and len(re.findall(cell, text, re.MULTILINE)) >= _NEARLY_ALL * opened
