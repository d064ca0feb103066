"""Names for files and folders that every system takes, made from what a user's file, a page or an address is called.

Folders of results are shared and copied: what Linux allows, Windows may refuse, or take for something else (``a:b`` is
a stream of the file ``a``). macOS writes accents as letters of their own, others do not.
"""

import os
import re
import unicodedata
from pathlib import Path
from typing import Final

LONGEST: Final = 150
"""Bytes of a name that this program makes up; what stands behind it has room."""

_MOST_BYTES: Final = 255
_LONGEST_ENDING: Final = 20

_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_FORBIDDEN: Final = '<>:"|?*\\/'
_LONGEST_PATH: Final = 259
"""UTF-16 units of a path on Windows, where nobody switched longer ones on (MAX_PATH without its zero)."""

_BELOW: Final = len("-20260117-081530-99\\.results.xlsx.tmp")
"""What stands behind a run's stem in the longest path within its folder."""

_SHORTEST: Final = 8

_EDGES: Final = re.compile(r"^[\s.]+|[\s.]+$")


def safe_stem(stem: str, most_bytes: int = LONGEST) -> str:
    """Return a name without its ending, like ``stem``: composed (NFC), cut, with ``_`` for what some system forbids.

    It may be empty.
    """
    composed = unicodedata.normalize("NFC", stem)
    kept = "".join(letter if _is_allowed(letter) else "_" for letter in composed)
    name = f"_{kept}" if _RESERVED.fullmatch(_bare(kept)) else kept
    return _bare(name.encode("utf-8", "replace")[:most_bytes].decode(errors="ignore"))


def safe_name(name: str, otherwise: str = "file") -> str:
    """Return a name for a file like ``name``, of a path its last part; ``otherwise`` if nothing is left before the
    ending."""
    last = _bare(re.split(r"[/\\]", name)[-1])
    stem, dot, ending = last.rpartition(".") if "." in last else (last, "", "")
    safe = safe_stem(stem) or otherwise
    return f"{safe}{dot}{safe_stem(ending, _LONGEST_ENDING)}" if safe else ""


def _bare(name: str) -> str:
    """Without the blanks of any width and the dots at its ends, which Windows leaves out."""
    return _EDGES.sub("", name)


def _is_allowed(letter: str) -> bool:
    """Whether it is seen and means nothing to a system; wide and hard blanks are blanks."""
    return (letter.isprintable() or unicodedata.category(letter) == "Zs") and letter not in _FORBIDDEN


def room_for_run(output_dir: Path, system: str = os.name) -> int:
    """Return the most characters of the stem of a run's folder, lest paths of its files are too long on Windows."""
    if system != "nt":
        return LONGEST
    return max(_SHORTEST, _LONGEST_PATH - len(str(output_dir.absolute())) - 1 - _BELOW)


def fitted(stem: str, ending: str = "") -> str:
    """Return a name of at most the 255 bytes that file systems take; whole letters of the stem are left out."""
    while len(os.fsencode(stem + ending)) > _MOST_BYTES:
        stem = stem[:-1]
    return stem + ending


def temporary_beside(path: Path) -> Path:
    """Return where a file is written until it takes its place at ``path``: hidden, and as such no input."""
    return path.with_name(fitted(f".{path.name}", ".tmp"))


def spellings(name: str) -> tuple[str, ...]:
    """Return a name as it is, and with its accents composed (NFC) and as letters of their own (NFD), each once."""
    forms = (unicodedata.normalize(form, name) for form in ("NFC", "NFD"))
    return tuple(dict.fromkeys((name, *forms)))
