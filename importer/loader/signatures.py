"""Tell by its first bytes what a file is that is neither a workbook nor a table of text, and what to do with it. Pure.

A *signature* is a pattern that such a file begins with. Of an archive the names of its members tell, of an OLE2 file
those of its streams.
"""

import codecs
import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from importer.message import Message

SPREADSHEETML: Final = "urn:schemas-microsoft-com:office:spreadsheet"
"""The namespace of an XML Spreadsheet 2003, which may begin in one of these ways."""
_XML: Final = ("<?xml", "<workbook", "<ss:workbook", "<!--")
_PAGE: Final = (b"<!doctype html", b"<html", b"<head", b"<meta", b"<table", b"<style", b"<body", b"<div")

JCARD: Final = rb"\[\s*(?:\[\s*)?\"vcard\"\s*,\s*\["
"""One card, or a list of cards."""

SAVE_AGAIN: Final = Message("open it in a spreadsheet program and save it as .xlsx, without a password")
SAVE_AS: Final = Message("open it in a spreadsheet program and save it as .xlsx or CSV UTF-8")
_EXPORT: Final = Message("export the table itself as .xlsx or CSV")
_UNPACK: Final = Message("unpack it first")
_CONVERT: Final = Message("convert it to CSV")
_ADDRESS_BOOK: Final = Message("open it in an address book, such as Google Contacts or Outlook, and export that as CSV")
_NUMBERS: Final = Message("in Numbers choose File, Export To, Excel (.xlsx) or CSV")
_QUERY: Final = Message("run it in its database, and export the table of contacts as CSV")


class Foreign(NamedTuple):
    """What a file is, behind "is", and what to do with it."""

    what: Message
    hint: Message


def _begins(pattern: bytes, flags: int = 0) -> re.Pattern[bytes]:
    return re.compile(pattern, flags | re.DOTALL)


_TEXTS: Final = (
    (
        _begins(rb"ID;P\w+[^\r\n]*[\r\n]+(?:P;[PEF]|[FO];[A-Z]|B;[YX]|C;[YXK]|NN;N|E[\r\n])"),
        Foreign(Message("a SYLK file (symbolic link)"), SAVE_AS),
    ),
    (_begins(rb"TABLE\r?\n0,1\r?\n"), Foreign(Message("a DIF file (data interchange format)"), SAVE_AS)),
    (_begins(rb"(?:#[^\n]*\n|version: *\d+\s+)*dn::? *\S"), Foreign(Message("an LDIF address book"), _ADDRESS_BOOK)),
    (
        _begins(JCARD),
        Foreign(
            Message("a jCard file (RFC 7095: vCard as JSON)"), Message("export the contacts as vCard (.vcf) or CSV")
        ),
    ),
    (
        _begins(rb"BEGIN:VCALENDAR", re.IGNORECASE),
        Foreign(Message("an iCalendar file"), Message("a calendar has no contacts: export those as CSV")),
    ),
    (
        _begins(
            rb"(?=(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*){1,40})(?=.{0,3000}?multipart/related)"
            rb"[\w-]+:.{0,3000}?^MIME-Version:|MIME-Version:(?=.{0,3000}?multipart/related)",
            re.IGNORECASE | re.MULTILINE,
        ),
        Foreign(Message("a saved web page (MHTML)"), SAVE_AS),
    ),
    (
        _begins(
            rb"(?:From [^\n]*\n)?(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*){0,40}?(?:MIME-Version|Message-ID|Return-Path):",
            re.IGNORECASE,
        ),
        Foreign(Message("an e-mail message"), Message("save the table that is attached to it")),
    ),
    (
        _begins(
            rb"(?:(?:--|#)[^\n]*\n|/\*.*?\*/;?|\s)*(?:INSERT +INTO|CREATE +(?:TABLE|DATABASE)|DROP +TABLE)\s",
            re.IGNORECASE,
        ),
        Foreign(Message("an SQL script"), _QUERY),
    ),
    (_begins(rb"(?:%YAML|---[ \t]*\r?\n(?:- )?[\w\"']+ *:(?:\s|$))"), Foreign(Message("YAML"), _CONVERT)),
    (
        _begins(
            rb"(?:#[^\n]*\n|\s)*(?:\[\[[^]\n]+\]\]|(?:\[[^]\n]+\]\s*)?[\w.\"'-]+[ \t]*=[ \t]*"
            rb"(?:\"[^\"\n]*\"|'[^'\n]*')[ \t]*(?:#[^\n]*)?\r?\n\s*(?:\[|[\w.\"'-]+[ \t]*=))"
        ),
        Foreign(Message("TOML"), _CONVERT),
    ),
    (
        _begins(rb"(?:[#;][^\n]*\n|\s)*\[[^]\n]+\][ \t]*\r?\n(?:[#;][^\n]*\n|\s)*[\w. -]+=[^\n]*(?:\n|$)"),
        Foreign(Message("an INI file"), _CONVERT),
    ),
    (_begins(rb"\{\\rtf"), Foreign(Message("a rich text document"), SAVE_AS)),
    (_begins(rb"%PDF"), Foreign(Message("a PDF document"), _EXPORT)),
    (_begins(rb"%!PS"), Foreign(Message("a PostScript document"), _EXPORT)),
    (_begins(rb"<\?xml", re.IGNORECASE), Foreign(Message("an XML document"), SAVE_AS)),
)
"""How a text begins, blanks and a byte order mark apart."""

_MAGIC: Final = (
    (
        _begins(rb"\x89PNG|\xff\xd8\xff|GIF8|II\*\0|MM\0\*|BM.{4}\0{4}|RIFF.{4}WEBP|.{4}ftyp(?:hei|mif1|avif)"),
        Foreign(Message("an image"), _EXPORT),
    ),
    (_begins(rb"BZh[1-9]1AY&SY"), Foreign(Message("a bzip2 archive"), _UNPACK)),
    (_begins(rb"\xfd7zXZ"), Foreign(Message("an xz archive"), _UNPACK)),
    (_begins(rb"\x28\xb5\x2f\xfd"), Foreign(Message("a zstd archive"), _UNPACK)),
    (_begins(rb"7z\xbc\xaf"), Foreign(Message("a 7z archive"), _UNPACK)),
    (_begins(rb"Rar!\x1a"), Foreign(Message("a RAR archive"), _UNPACK)),
    (_begins(rb".{257}ustar"), Foreign(Message("a tar archive"), _UNPACK)),
    (_begins(rb"FEA1"), Foreign(Message("a Feather file of version 1"), _CONVERT)),
    (_begins(rb"Obj\x01"), Foreign(Message("an Avro file"), _CONVERT)),
    (
        _begins(rb"SQLite format 3\0|\0\x01\0\0Standard (?:Jet|ACE) DB"),
        Foreign(Message("a database"), Message("open it in its program, and export the table of contacts as CSV")),
    ),
    (_begins(rb"[\x03\x30\x83\xf5][\x50-\x90][\x01-\x0c][\x01-\x1f]"), Foreign(Message("a dBase table"), SAVE_AS)),
    (
        _begins(rb"\t(?:\0\x04|[\2\4]\x06)\0|\t\x08[\x08\x10]\0"),
        Foreign(Message("a workbook of an Excel before version 5"), SAVE_AS),
    ),
    (_begins(rb"\0\0(?:\x02\0\x04\x04|\x1a\0)"), Foreign(Message("a Lotus 1-2-3 worksheet"), SAVE_AS)),
    (_begins(rb"bplist00"), Foreign(Message("an Apple property list or web archive"), _EXPORT)),
    (
        _begins(rb"!BDN"),
        Foreign(
            Message("an Outlook data file"),
            Message("in Outlook choose File, Open & Export, Import/Export, Export to a file, Comma Separated Values"),
        ),
    ),
)
"""How other files begin, to the byte."""

_MEMBERS: Final = (
    (re.compile(r"word/.*"), Foreign(Message("a Word document"), _EXPORT)),
    (re.compile(r"ppt/.*"), Foreign(Message("a PowerPoint presentation"), _EXPORT)),
    (
        re.compile(r"Index/(?:Tables/.*|CalculationEngine.*\.iwa)|(?:.*/)?index\.numbers"),
        Foreign(Message("an Apple Numbers spreadsheet"), _NUMBERS),
    ),
    (
        re.compile(r"Index/.*\.iwa|index\.apxl(?:\.gz)?|(?:.*/)?Index\.zip"),
        Foreign(Message("a document of Apple's Numbers, Pages or Keynote"), _NUMBERS),
    ),
)
"""The members that tell what an archive is, the telling ones first."""

_MIMETYPES: Final = (
    (
        re.compile(r"application/vnd\.oasis\.opendocument\.(?!spreadsheet).*"),
        Foreign(Message("an OpenDocument text, drawing or presentation"), _EXPORT),
    ),
    (re.compile(r"application/epub.*"), Foreign(Message("an e-book"), _EXPORT)),
)

_STREAMS: Final = (
    ("WordDocument", Foreign(Message("a Word document"), _EXPORT)),
    ("PowerPoint Document", Foreign(Message("a PowerPoint presentation"), _EXPORT)),
    (
        "__properties_version1.0",
        Foreign(Message("an Outlook message"), Message("save the table that is attached to it")),
    ),
)


def foreign(head: bytes) -> Foreign | None:
    """What a file is that begins so, if it is no text of records."""
    found = next((kind for magic, kind in _MAGIC if magic.match(head)), None)
    return found or next((kind for pattern, kind in _TEXTS if pattern.match(beginning(head))), None)


def foreign_archive(names: Iterable[str], mimetype: str = "") -> Foreign | None:
    """What a ZIP with these members is, if it is neither a workbook nor a wrapping."""
    members = [*names]
    if any(name.startswith("xl/") for name in members):
        return None
    found = next((kind for pattern, kind in _MIMETYPES if pattern.match(mimetype)), None)
    return found or next((kind for pattern, kind in _MEMBERS if any(map(pattern.fullmatch, members))), None)


def foreign_streams(names: Iterable[str]) -> Foreign | None:
    """What an OLE2 file with these streams is, if it is no workbook."""
    streams = {*names}
    return next((kind for name, kind in _STREAMS if name in streams and not {"Workbook", "Book"} & streams), None)


def is_page(head: bytes) -> bool:
    """Tell whether a file that begins so is an HTML page."""
    return beginning(head).lower().startswith(_PAGE)


def is_spreadsheetml(head: bytes) -> bool:
    """Whether a file that begins so is an XML Spreadsheet 2003, and no other XML."""
    text = beginning(head).decode("utf-8", "replace")
    return text.lower().startswith(_XML) and SPREADSHEETML in text


def beginning(head: bytes) -> bytes:
    """A text's beginning in UTF-8 or another superset of ASCII, without byte order mark and blanks."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        head = head.decode("utf-16", "replace").encode("utf-8", "replace")
    return head.removeprefix(codecs.BOM_UTF8).lstrip()
