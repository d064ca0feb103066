"""What reading a file says of it, as a page says it; ``None`` for what a page shows in its own places."""

from collections.abc import Mapping
from typing import Final

from importer.message import Message

OF_FILES: Final[Mapping[str, Message | None]] = {
    # What the page shows in its own places.
    "encoding {encoding} ({origin}), delimiter {delimiter} ({source})": None,
    "the titles stand in row {row}": None,
    'sheet "{name}" taken; the workbook has {sheets}': None,
    "sheets {names} taken; the workbook has {sheets}": None,
    'sheet "{name}" taken, which has the most contacts; the workbook has {sheets}': Message(
        'sheet "{name}" is taken: it has the most contacts'
    ),
    'sheet "{name}" taken, which has the most contacts with a name and an address or a number; '
    "the workbook has {sheets}": Message(
        'sheet "{name}" is taken: it has the most contacts with a name and an address or a number'
    ),
    'sheet "{name}" taken because "{passed}" has no contacts; the workbook has {sheets}': Message(
        'sheet "{name}" is taken: "{passed}" has no contacts'
    ),
    "export of {product}": None,
    "a mapping for these titles is saved: {option}": None,
    "columns with these titles had options in {run}: {options}": None,
    # Options of the command line.
    "if names look wrong, name the file's encoding with --encoding": None,
    'sheet "{name}" has contacts too, and is not imported: --sheet "{name}" takes it, --sheet all takes every one': (
        Message('sheet "{name}" has contacts too, and is not imported: tick it if it should be')
    ),
    'sheet "{name}" is hidden and has contacts, which are not imported: --sheet "{name}" takes it': Message(
        'sheet "{name}" is hidden and has contacts, which are not imported: tick it if they should be'
    ),
    'sheet "{name}" may have contacts too, and is not imported: '
    "--sheet takes it, if each sheet that you want is named so": Message(
        'sheet "{name}" has contacts too, and is not imported: tick it if it should be'
    ),
    "the sheets are {sheets}; name one with --sheet": Message(
        "its sheets are {sheets}: put the contacts into one that is visible, and drop the file again"
    ),
    'if that separates the cells, add --delimiter "{sign}"': Message(
        'if "{sign}" separates the cells, choose it as the separator'
    ),
    'no header: the data begin in row {row}, and the columns are called "{title}" and so on; '
    'say what one is with --map "{title}=name"': Message(
        'there is no row of titles: the data begin in row {row}, and the columns are called "{title}" and so on'
    ),
    'row {row} "{text}" is taken for the titles; if it is somebody: --no-header': Message(
        'row {row} "{text}" is taken for the titles: if it is somebody, tick that there is no row of titles'
    ),
    "--sheet is not used: this file has no sheets": None,
    "--delimiter is not used: this is no CSV file": None,
    "--encoding is not used: this file is no text": None,
    "encoding {encoding} ({origin})": None,
    "put quotation marks around cells that contain the delimiter, or name the right one with --delimiter": Message(
        "put quotation marks around cells that contain the separator, or choose the right one"
    ),
    "export it again as CSV UTF-8, or read it as it stands with --encoding utf-8": Message(
        "export it again as CSV UTF-8, or choose UTF-8 as the encoding"
    ),
    "name another encoding with --encoding, or save the file as CSV UTF-8": Message(
        "choose another encoding, or save the file as CSV UTF-8"
    ),
    '--encoding {encoding} reads "{word}"': Message('in {encoding} one word is "{word}"'),
    "name it with --encoding (gb18030, big5, shift_jis, cp1251, ...), or save the file as CSV UTF-8": Message(
        "choose the encoding, or save the file as CSV UTF-8"
    ),
    "give a .csv or .xlsx file; for UTF-16 without a byte order mark add --encoding utf-16-le": Message(
        "give a .csv or .xlsx file; if it is UTF-16, choose that as the encoding"
    ),
}
