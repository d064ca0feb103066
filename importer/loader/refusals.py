"""Refuse what cannot be a table: a path that cannot be read, and a file of another kind, by its first bytes."""

import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from importer.errors import InputError
from importer.loader.encoding import refuse_binary, utf16_without_mark
from importer.loader.unwrap import Content
from importer.message import Message

_UNREADABLE: Final[Mapping[type[OSError], tuple[Message, Message]]] = {
    FileNotFoundError: (Message("does not exist"), Message("check the path and the spelling")),
    PermissionError: (
        Message("may not be read"),
        Message("allow this account to read it, or close the program that holds it"),
    ),
}

SAVE_AS: Final = Message("open it in a spreadsheet program and save it as .xlsx or CSV UTF-8")
_EXPORT: Final = Message("export the table itself as .xlsx or CSV")
_UNPACK: Final = Message("unpack it first")
_CONVERT: Final = Message("convert it to CSV")
# What a file begins with that is neither a workbook nor a table of text, in lower case.
_FOREIGN: Final = (
    ((b"%pdf",), Message("a PDF document"), _EXPORT),
    ((b"\x89png", b"\xff\xd8\xff", b"gif8"), Message("an image"), _EXPORT),
    ((b"bzh91ay&sy",), Message("a bzip2 archive"), _UNPACK),
    ((b"\xfd7zxz",), Message("an xz archive"), _UNPACK),
    ((b"\x28\xb5\x2f\xfd",), Message("a zstd archive"), _UNPACK),
    ((b"7z\xbc\xaf",), Message("a 7z archive"), _UNPACK),
    ((b"rar!\x1a",), Message("a RAR archive"), _UNPACK),
    ((b"{\\rtf",), Message("a rich text document"), SAVE_AS),
    ((b"<?xml",), Message("an XML document"), SAVE_AS),
    ((b'{"', b"[{"), Message("JSON"), _CONVERT),
)
_PAGE: Final = (b"<!doctype html", b"<html", b"<head", b"<meta", b"<table", b"<style", b"<body", b"<div")

# Behind one of these is a text, whatever characters it has: UTF-16 and UTF-32 are full of NULs.
_TEXT_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")
_CONTROLS: Final = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1a\x1b"))


def refuse_unreadable(path: Path) -> None:
    """Raise ``InputError`` for a file that is empty or cannot be opened, and for what is no file."""
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            what = Message("a folder") if stat.S_ISDIR(mode) else Message("not a regular file")
            hint = Message("name a file, or - to read CSV from standard input")
            raise InputError("{path} is {what}", hint, path=path, what=what)
        with path.open("rb") as file:
            is_empty = not file.read(1)
    except OSError as error:
        other = Message("cannot be read: {reason}", reason=error.strerror), Message("check the path and the disk")
        what, advice = _UNREADABLE.get(type(error), other)
        raise InputError("{path} {what}", advice, path=path, what=what) from error
    if is_empty:
        raise InputError("{path} is empty (0 bytes)", "export it again", path=path)


def is_page(head: bytes) -> bool:
    """Tell whether a file that begins so is an HTML page."""
    return _start(head).startswith(_PAGE)


def refuse_foreign(content: Content, head: bytes, encoding: str | None) -> None:
    """Raise ``InputError`` for a file that begins as no text of records does, and say what it is.

    Where the user names an ``encoding``, control characters are no reason.
    """
    for magic, what, hint in _FOREIGN:
        if _start(head).startswith(magic):
            raise InputError("{content} is {what}, and not a table", hint, content=content, what=what)
    if encoding is None and not head.startswith(_TEXT_MARKS) and not utf16_without_mark(head):
        refuse_binary(content, len(head) - len(head.translate(None, _CONTROLS)), len(head))


def _start(head: bytes) -> bytes:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
