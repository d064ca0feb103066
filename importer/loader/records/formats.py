"""Which formats of records there are, and how a file of each is known by its first bytes.

Each has a module here with ``open_records(content, given)``: the records of a file, in the encoding that the user
names.
"""

import re
from importlib import import_module
from typing import Final, NamedTuple

from importer.loader.records.record import Records
from importer.loader.signatures import JCARD, beginning, foreign
from importer.loader.unwrap import Content


class RecordFormat(NamedTuple):
    """How the files of a format begin, and the name of its module. Of a text, ``begins`` sees what it begins with in
    UTF-8 or another superset of ASCII, without blanks."""

    begins: re.Pattern[bytes]
    module: str
    is_text: bool = True

    def open(self, content: Content, given: str | None) -> Records:
        """Open a file; ``given`` is the encoding that the user names. Raises ``InputError``, ``ConfigError``."""
        # Loaded when needed: a text of records needs none of them.
        records: Records = import_module(f"{__package__}.{self.module}").open_records(content, given)
        return records


_JSON: Final = (
    rb"(?!" + JCARD + rb")\x1e?\s*(?:\{\s*(?:\"|\}\s*(?:$|[\[{]))"
    rb"|\[\s*(?:[{\]]|\[\s*[\[\]{\"\d-]|\"(?:[^\"\\]|\\.)*\"\s*[],]|(?:null|true|false)\s*,))"
)
"""How JSON begins, and neither TOML nor a row of titles in brackets. jCard is told apart."""

_SAYS_JSON: Final = (".json", ".jsonl", ".ndjson")
_BY_NAME: Final = re.compile(
    rb"[\[{]\s*\Z|\[\s*(?:[\[{\"\d-]|(?:null|true|false)\b)"
    rb"|(?:\"(?:[^\"\\]|\\.)*\"?|-?\d[\d.eE+-]*|true|false|null)\s*\Z",
    re.DOTALL,
)
"""What is JSON in a file whose name says so, and might be a text elsewhere: a single value, or a list that is cut."""

_OF_JSON: Final = RecordFormat(re.compile(_JSON, re.DOTALL), "json_file")
FORMATS: Final = (
    RecordFormat(re.compile(rb"BEGIN\s*:\s*VCARD\s*(?:[\r\n]|$)", re.IGNORECASE), "vcard_file"),
    _OF_JSON,
    RecordFormat(re.compile(rb"PAR[1E]|ARROW1"), "arrow_file", is_text=False),
)


def record_format(head: bytes, name: str = "") -> RecordFormat | None:
    """The format of a file that begins so, if it is one of records."""
    text = beginning(head)
    if b"\0" in text[:8]:  # UTF-16 and UTF-32 without a mark
        text = text.replace(b"\0", b"").lstrip()
    found = next((one for one in FORMATS if one.begins.match(text if one.is_text else head)), None)
    if found is None and name.lower().endswith(_SAYS_JSON) and _BY_NAME.match(text) and not foreign(head):
        return _OF_JSON
    return found
