"""Workbooks edited as archives, as other programs write them."""

import zipfile
from collections.abc import Callable
from pathlib import Path

SHEET = "xl/worksheets/sheet1.xml"


def edited(path: Path, member: str, edit: Callable[[bytes], bytes]) -> Path:
    """The same archive with one of its members changed."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in members.items():
            archive.writestr(name, edit(content) if name == member else content)
    return path


def prefixed(xml: bytes) -> bytes:
    """As the Open XML SDK writes it."""
    marked = xml.replace(b"</", b"\0").replace(b"<", b"<x:").replace(b"\0", b"</x:")
    return marked.replace(b"xmlns=", b"xmlns:x=").replace(b"<x:?xml", b"<?xml")
