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


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def written(path: Path, parts: dict[str, str], encoding: str = "utf-8") -> Path:
    """An archive of these texts."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text.encode(encoding))
    return path


def xlsx_parts(rows: str, before: str = "", main: str = MAIN, related: str = RELATED) -> dict[str, str]:
    """The fewest parts that an .xlsx has; ``rows`` is the XML of its rows, ``before`` what stands above them."""
    package = "http://schemas.openxmlformats.org/package/2006"
    workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    head = '<?xml version="1.0"?>'
    return {
        "[Content_Types].xml": f'{head}<Types xmlns="{package}/content-types">'
        f'<Override PartName="/xl/workbook.xml" ContentType="{workbook}"/></Types>',
        "_rels/.rels": f'{head}<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="rId1" Type="{related}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{head}<workbook xmlns="{main}" xmlns:r="{related}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{head}<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="rId1" Type="{related}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        SHEET: f'{head}<worksheet xmlns="{main}">{before}<sheetData>{rows}</sheetData></worksheet>',
    }


def ods_parts(rows: str) -> dict[str, str]:
    """The fewest parts that an .ods has; ``rows`` is the XML of its rows."""
    named = "urn:oasis:names:tc:opendocument:xmlns"
    names = f'xmlns:office="{named}:office:1.0" xmlns:table="{named}:table:1.0" xmlns:text="{named}:text:1.0"'
    calc = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    return {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": f'<?xml version="1.0"?><manifest:manifest xmlns:manifest="{named}:manifest:1.0"/>',
        "content.xml": f'<?xml version="1.0"?><office:document-content {names} {calc}><office:body>'
        f'<office:spreadsheet><table:table table:name="S">{rows}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>",
    }
