"""The name of a file that comes from an address, and its folders, which tell it from others of that name: the same at
each time, and safe on every system."""

import re
from pathlib import Path
from typing import Final
from urllib.parse import unquote, unquote_plus, urlsplit

from importer.files.names import safe_name, safe_stem

_LONGEST_FOLDER: Final = 40
_MOST_FOLDERS: Final = 2
_ENDING: Final = re.compile(r"\.[a-z][a-z0-9]{0,5}", re.IGNORECASE)
_PROGRAMS: Final = (".php", ".asp", ".aspx", ".ashx", ".jsp", ".cgi", ".do")
"""The endings of programs that make a file, and may call it by any name."""

_SHORTEST_SECRET: Final = 6
"""Shorter values are words and numbers, such as that of a sheet."""


def name_of(url: str, offered: str = "") -> str:
    """Return the last part of the path if it has an ending, else the ``offered`` name, else one made of the host.

    No name has anything of the address that may be a secret: its query, and what stands behind a ``;``.
    """
    parts = urlsplit(url)
    last = safe_name(unquote(_open_part(parts.path)), "")
    ending = last[last.rfind(".") :] if "." in last else ""
    if _ENDING.fullmatch(ending) and ending.lower() not in _PROGRAMS:
        return last
    offered = safe_name(_without_query(offered, parts.query), "")
    return offered or f"{safe_stem(parts.hostname or '') or 'download'}.csv"


def place_in(folder: Path, url: str, offered: str = "") -> Path:
    """Return where the file goes, in folders of its own: as those of a path do, they tell two of one name apart."""
    parts = urlsplit(url)
    above = [unquote(_open_part(part)) for part in parts.path.split("/")[:-1] if part]
    named = [safe_stem(part, _LONGEST_FOLDER) for part in (parts.hostname or "", *above[-_MOST_FOLDERS:])]
    place = folder.joinpath(*filter(None, named))
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place / name_of(url, offered)


def _open_part(path: str) -> str:
    """A part of a path without its parameters."""
    return path.rpartition("/")[2].partition(";")[0]


def _without_query(offered: str, query: str) -> str:
    """The name that a server offers, which may repeat the query, or a value of it."""
    name = offered.partition("?")[0]
    for given in re.split("[&;]", query):
        for value in {given.partition("=")[2], unquote_plus(given.partition("=")[2])}:
            if len(value) >= _SHORTEST_SECRET and value != name:
                name = name.replace(value, "_")
    return name if _ENDING.fullmatch(name[name.rfind(".") :]) or name not in query else ""
