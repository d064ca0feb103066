"""The data: people who do not exist, with valid addresses and numbers, the same ones for the same count.

Every cell that must be unique is, by arithmetic and not by remembering: a million people take no memory.
"""

import csv
import random
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Final, Literal, NamedTuple
from xml.sax.saxutils import escape

SEED: Final = 407
TITLES: Final = ("Name", "Email", "Phone", "Customer ID", "Company", "City")
CREATE_COLUMNS: Final = 4
"""The first so many columns are what a create carries; each of the others would cost its row a PATCH."""

_FIRST: Final = (
    *("Anna", "Ben", "Chloe", "David", "Elif", "Farid", "Grace", "Hugo", "Ines", "Jonas", "Kenji", "Lucía"),
    *("Mateo", "Nadia", "Olga", "Pierre", "Quinn", "Rosa", "Søren", "Tomasz", "Uma", "Viktor", "Wei", "Zoë"),
)
_LAST: Final = (
    *("Andersen", "Bianchi", "Chen", "Dubois", "Evans", "Fischer", "García", "Hansen", "Ivanova", "Jones"),
    *("Kowalski", "Lindqvist", "Müller", "Novák", "O'Brien", "Petrov", "Quintero", "Rossi", "Schäfer", "Tanaka"),
    *("Ueda", "Vásquez", "Williams", "Xu", "Yılmaz", "Zhang"),
)
_TRADES: Final = ("Foods", "Logistics", "Textiles", "Optics", "Software", "Travel", "Energy", "Paper", "Toys", "Steel")
_FORMS: Final = ("GmbH", "Ltd", "Inc", "S.A.", "& Co")
_CITIES: Final = ("Berlin", "São Paulo", "Tokyo", "Paris", "Kraków", "Austin", "Leeds", "Sydney", "Madrid", "Shenzhen")
_PROVIDERS: Final = ("gmail.com", "outlook.com", "qq.com", "web.de", "yahoo.co.jp", "orange.fr")


class _Numbers(NamedTuple):
    """The mobile numbers of a country: how many digits are free, and a way to write them from first to last."""

    free: int
    write: Callable[[str], str]


_COUNTRIES: Final = (
    # In ranges that are in use, so that every number is valid whatever the free digits are.
    _Numbers(7, lambda d: f"+86 138{d[0]} {d[1:4]}{d[4:]}0"),
    _Numbers(7, lambda d: f"+491512{d}"),
    _Numbers(6, lambda d: f"+44 7400 {d}"),
    _Numbers(6, lambda d: f"+1 (415) 2{d[:2]}-{d[2:]}"),
    _Numbers(7, lambda d: f"+33 6 1{d[0]} {d[1:3]} {d[3:5]} {d[5:]}"),
    _Numbers(7, lambda d: f"+81-90-1{d[:3]}-{d[3:]}"),
    _Numbers(6, lambda d: f"+34 612 {d}"),
    _Numbers(6, lambda d: f"+61 412 {d[:3]} {d[3:]}"),
    _Numbers(6, lambda d: f"+48 512 {d[:3]} {d[3:]}"),
    _Numbers(7, lambda d: f"+55 (11) 98{d[:3]}-{d[3:]}"),
)
MOST: Final = 10_000_000
"""So many people at most: each of ten countries has a million numbers or more."""

_COPRIME: Final = 618_033  # with 10: n -> n * _COPRIME mod 10 ** free meets each number once


def people(count: int, columns: int = len(TITLES)) -> Iterator[tuple[str, ...]]:
    """So many rows of ``TITLES``, or of the first so many columns of it."""
    if count > MOST:
        raise ValueError(f"{count:,} people; the numbers are enough for {MOST:,}")
    chance = random.Random(SEED)
    for n in range(count):
        yield _person(n, chance)[:columns]


def _person(n: int, chance: random.Random) -> tuple[str, ...]:
    first, last, city = chance.choice(_FIRST), chance.choice(_LAST), chance.choice(_CITIES)
    owner = chance.choice(_LAST)
    trade, form = chance.choice(_TRADES), chance.choice(_FORMS)
    domain = chance.choice(_PROVIDERS) if n % 3 else f"{_plain(owner)}-{trade.lower()}.com"
    email = f"{_plain(first)}.{_plain(last)}{n}@{domain}"
    return f"{first} {last}", email, _phone(n), f"C-{n:07d}", f"{owner} {trade} {form}", city


def _phone(n: int) -> str:
    numbers = _COUNTRIES[n % len(_COUNTRIES)]
    digits = n // len(_COUNTRIES) * _COPRIME % 10**numbers.free
    return numbers.write(f"{digits:0{numbers.free}d}")


@cache
def _plain(name: str) -> str:
    """A name as it stands in an address."""
    return "".join(letter for letter in name.lower() if "a" <= letter <= "z")


def write_csv(path: Path, count: int, columns: int = len(TITLES)) -> None:
    """So many people as UTF-8 with commas."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(TITLES[:columns])
        writer.writerows(people(count, columns))


Condition = Literal["clean", "second", "messy", "library"]
"""A file of people in China that needs no repair but of its numbers; the same with a second number in each row, which
is not sent and remarked upon; one with three cells to repair in each row; the same with numbers that no pattern
decides, and the phone library has to."""


def write_repairable(path: Path, count: int, condition: Condition) -> None:
    """So many people in China as UTF-8 with commas."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow((*TITLES, "Phone 2") if condition == "second" else TITLES)
        writer.writerows(_repairable(n, *person, condition=condition) for n, person in enumerate(people(count)))


def _repairable(n: int, name: str, email: str, _: str, *rest: str, condition: Condition) -> tuple[str, ...]:
    digits = f"{n * _COPRIME % MOST:07d}"
    if condition == "clean":
        return name, email, f"138{digits}0", *rest
    if condition == "second":
        return name, email, f"138{digits}0", *rest, f"139{digits}0"
    phone = f"138-{digits[:4]}-{digits[4:]}0" if condition == "messy" else f"+39 06 69{digits[:3]} {digits[3:]}"
    local, _, domain = email.partition("@")
    names = f" {name.replace(' ', '  ')}", name.replace(" ", "\u00a0")
    emails = f"mailto:{email}", f"{local}@{domain.upper()}", f"{email} "
    return names[n % len(names)], emails[n % len(emails)], phone, *rest


def write_xlsx(path: Path, count: int) -> None:
    """So many people as a workbook, with its texts in a table of their own as Excel has them.

    Written as XML and packed on the way: openpyxl would take minutes for a million rows. The people are made twice,
    for the sheet and for the texts, so that neither has to be in memory.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, text in _PARTS.items():
            archive.writestr(name, text)
        _write_part(archive, "xl/worksheets/sheet1.xml", _sheet(count))
        _write_part(archive, "xl/sharedStrings.xml", _texts(count))


def _write_part(archive: zipfile.ZipFile, name: str, parts: Iterator[str]) -> None:
    with archive.open(name, "w", force_zip64=True) as file:
        for part in parts:
            file.write(part.encode())


class _Numbering:
    """Owns the numbers of texts: one for each that repeats, and the next one for each that is unique."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}
        self._next = 0

    def number(self, column: int, text: str) -> tuple[int, bool]:
        """The number of a text, and whether it is a new one."""
        if column not in _UNIQUE and text in self._known:
            return self._known[text], False
        number, self._next = self._next, self._next + 1
        if column not in _UNIQUE:
            self._known[text] = number
        return number, True


_UNIQUE: Final = {1, 2, 3}
"""Columns in which no text repeats (a title is like none of them)."""


def _rows(count: int) -> Iterator[tuple[str, ...]]:
    yield TITLES
    yield from people(count)


def _sheet(count: int) -> Iterator[str]:
    yield f'{_XML}<worksheet xmlns="{_MAIN}"><dimension ref="A1:F{count + 1}"/><sheetData>'
    numbering = _Numbering()
    for row, cells in enumerate(_rows(count), start=1):
        numbers = (numbering.number(column, text)[0] for column, text in enumerate(cells))
        inner = "".join(
            f'<c r="{letter}{row}" t="s"><v>{number}</v></c>' for letter, number in zip("ABCDEF", numbers, strict=True)
        )
        yield f'<row r="{row}">{inner}</row>'
    yield "</sheetData></worksheet>"


def _texts(count: int) -> Iterator[str]:
    yield f'{_XML}<sst xmlns="{_MAIN}">'
    numbering = _Numbering()
    for cells in _rows(count):
        for column, text in enumerate(cells):
            if numbering.number(column, text)[1]:
                yield f"<si><t>{escape(text)}</t></si>"
    yield "</sst>"


_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SCHEMAS: Final = "http://schemas.openxmlformats.org"
_MAIN: Final = f"{_SCHEMAS}/spreadsheetml/2006/main"
_OFFICE: Final = f"{_SCHEMAS}/officeDocument/2006/relationships"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS: Final = {
    # What a workbook needs beside its sheet and its texts (ECMA-376, part 1, section 12).
    "[Content_Types].xml": f'{_XML}<Types xmlns="{_SCHEMAS}/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_TYPE}.sharedStrings+xml"/></Types>',
    "_rels/.rels": f'{_XML}<Relationships xmlns="{_SCHEMAS}/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
    '<sheets><sheet name="People" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_SCHEMAS}/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
}
