"""Read a configuration file: YAML of keys and values, each as it is written."""

import os
import stat
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Collection
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from importer.errors import ConfigError
from importer.message import Message

DEFAULT: Final = Path("config.yaml")
"""The file that counts where it exists and no other is named."""

LANG_VARIABLE: Final = "IMPORT_CONTACTS_LANG"


def chosen(path: Path | None) -> Path | None:
    """Return the file that counts, if there is one; ``path`` is that of ``--config``."""
    return DEFAULT if path is None and DEFAULT.exists() else path


def is_open(path: Path) -> bool:
    """Whether every user of this machine may read a file, as far as POSIX tells; a group may be meant to."""
    return os.name == "posix" and bool(path.stat().st_mode & stat.S_IROTH)


def read(path: Path, keys: Collection[str]) -> dict[str, Any]:
    """Return the settings of a file that have a value; it may have these ``keys``. Raises ``ConfigError``."""
    import yaml  # most runs have no such file

    try:
        # The base loader leaves every value as it is written: 0407 is no octal number, and NO is Norway.
        content = yaml.load(_text(path), yaml.BaseLoader)  # noqa: S506 - it makes text, lists, dicts
    except FileNotFoundError:
        why = Message("{path}: no such configuration file", path=path)
        raise ConfigError(
            why, Message("make one and edit it: import-contacts config --example > config.yaml")
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        why = Message("{path}: cannot be read: {error}", path=path, error=error)
        raise ConfigError(why, Message("check its name, permissions and encoding (UTF-8)")) from None
    except (yaml.YAMLError, RecursionError) as error:  # the second: more brackets than any file of settings has
        place = getattr(error, "problem_mark", None)
        where = Message("{path}, line {line}", path=path, line=place.line + 1) if place else path
        why = Message("{where}: not valid YAML", where=where)
        raise ConfigError(why, Message("compare it with what import-contacts config --example prints")) from None
    if content in (None, ""):
        return {}
    if not isinstance(content, dict):
        why = Message("{path}: expected keys and values, found {kind}", path=path, kind=type(content).__name__)
        raise ConfigError(why, Message("write key: value lines"))
    for key in content:
        if key not in keys:
            near = get_close_matches(str(key), keys, n=1)
            see = Message("import-contacts config --example shows every key")
            advice = Message('did you mean "{near}"?', near=near[0]) if near else see
            raise ConfigError('{path}: unknown key "{key}"', advice, path=path, key=key)
    absent = ("", "null", "~")  # how YAML writes that a key has no value
    return {key: value for key, value in content.items() if value not in absent}


def _text(path: Path) -> str:
    """UTF-8, or UTF-16 where its mark says so: what ``>`` of Windows PowerShell writes."""
    raw = path.read_bytes()
    return raw.decode("utf-16" if raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig")


def language(path: Path) -> str:
    """Return what a file says of ``lang``, before anything else is known; ``""`` if it says nothing that can be read.

    ``read`` tells later what is wrong with the file, in the language that is chosen without it.
    """
    try:
        text = _text(path)
    except (OSError, ValueError):
        return ""
    if "lang" not in text:  # PyYAML takes 15 ms
        return ""
    import yaml

    try:
        content = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - as above
    except (yaml.YAMLError, RecursionError):
        return ""
    found = content.get("lang") if isinstance(content, dict) else None
    return found if isinstance(found, str) else ""
