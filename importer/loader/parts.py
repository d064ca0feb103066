"""Find a sheet in the archive of an .xlsx, and read a tag of its XML: for what calamine does not give."""

import html
import posixpath
import re
import zipfile
from typing import Final

_WORKBOOK: Final = "xl/workbook.xml"
_RELATIONS: Final = "xl/_rels/workbook.xml.rels"
_SHEET: Final = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_RELATION: Final = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")


def sheet_part(archive: zipfile.ZipFile, place: int) -> str | None:
    """The part in which the sheet at ``place`` (from 0) is, by the workbook's list and its relations (ISO/IEC 29500-2).

    ``None`` where the archive is no .xlsx, or has no such part.
    """
    names = set(archive.namelist())
    if not {_WORKBOOK, _RELATIONS} <= names:
        return None
    sheets = _SHEET.findall(archive.read(_WORKBOOK))
    if place >= len(sheets):
        return None
    wanted = attribute(sheets[place], rb"\w+:id")
    for tag in _RELATION.findall(archive.read(_RELATIONS)):
        if attribute(tag, b"Id") == wanted:
            part = posixpath.normpath(posixpath.join("/xl", attribute(tag, b"Target"))).lstrip("/")
            return part if part in names else None
    return None


def attribute(tag: bytes, name: bytes) -> str:
    """Return the attribute of a tag by its name (a regular expression), ``""`` if it has none."""
    found = re.search(rb"\s" + name + rb"""\s*=\s*(?:"([^"]*)"|'([^']*)')""", tag)
    return html.unescape((found[1] or found[2] or b"").decode("utf-8", "replace")) if found else ""
