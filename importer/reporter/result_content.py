"""Tell by what is in a file that it is a table that imports write, and no list of contacts."""

import codecs
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final
from zipfile import ZipFile

from importer.errors import ImporterError
from importer.loader.opening import open_table
from importer.loader.table import ReadOptions
from importer.loader.unwrap import DAMAGED, ZIP_MAGIC
from importer.reporter.changes import CHANGE_COLUMNS
from importer.reporter.look_back import COLUMNS
from importer.reporter.plan_file import PLAN_COLUMNS
from importer.reporter.result_files import AUTHOR, RESULT_COLUMNS

_TITLES: Final = (RESULT_COLUMNS, CHANGE_COLUMNS, PLAN_COLUMNS, *COLUMNS.values())
_HEADS: Final[Mapping[str, re.Pattern[bytes]]] = {
    ".json": re.compile(rb'\{\n  "run": "[^"\n]*",\n  "mode": "'),
    ".csv": re.compile(b"|".join(re.escape(codecs.BOM_UTF8 + ",".join(titles).encode()) for titles in _TITLES)),
}
"""How the files of an ending begin."""

_HEAD_BYTES: Final = 1000
_CORE_BYTES: Final = 1 << 16
"""Of a workbook's properties no more is read: 1 MB of an archive may unpack to gigabytes."""


def is_result(path: Path) -> bool:
    """Whether a file is a table of results, changes, a plan, a verification or an undo, or a run's summary."""
    try:
        found = path.stat()
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError:  # the import tells
        return False
    if head.startswith(ZIP_MAGIC):
        return _is_results_workbook(path, found.st_size, found.st_mtime_ns)
    begins = _HEADS.get(path.suffix.lower())
    return begins is not None and begins.match(head) is not None


@lru_cache(1000)
def _is_results_workbook(path: Path, *_version: int) -> bool:
    """Of a workbook that the program has written, also where somebody has saved it again; other ones are not read.

    A folder is looked at again and again: each version of a file is read once.
    """
    try:
        with ZipFile(path) as archive, archive.open("docProps/core.xml") as core:
            if AUTHOR.encode() not in core.read(_CORE_BYTES):
                return False
        titles = open_table(path, ReadOptions()).titles
    except (*DAMAGED, KeyError, ImporterError):
        return False
    return titles[: len(RESULT_COLUMNS)] == RESULT_COLUMNS
