"""Read a configuration file: YAML of keys and values, each as it is written."""

from collections.abc import Collection
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from importer.config import environment
from importer.config.variables import plain_name
from importer.errors import ConfigError
from importer.files import small_files
from importer.message import Message

DEFAULT: Final = Path("config.yaml")
"""The file that counts where it exists and no other is named."""

LANG_VARIABLE: Final = plain_name("--lang")
PATH_VARIABLE: Final = plain_name("--config")


def chosen(path: Path | None) -> Path | None:
    """Return the file that counts, if there is one; ``path`` is that of ``--config``, which has a variable too."""
    if path is None and (named := environment.get(PATH_VARIABLE)):
        return Path(named)
    return DEFAULT if path is None and DEFAULT.exists() else path


def read(path: Path, keys: Collection[str]) -> dict[str, Any]:
    """Return the settings of a file that have a value; it may have these ``keys``. Raises ``ConfigError``."""
    content = _content(path, _read(path))
    for key in content:
        if key not in keys:
            near = get_close_matches(str(key), keys, n=1)
            see = Message("import-contacts config --example shows every key")
            advice = Message('did you mean "{near}"?', near=near[0]) if near else see
            raise ConfigError('{path}: unknown key "{key}"', advice, path=path, key=key)
    return {key: value for key, value in content.items() if value not in _ABSENT}


_ABSENT: Final = ("", "null", "~")
"""How YAML writes that a key has no value."""


def _read(path: Path) -> str:
    try:
        return _text(path)
    except FileNotFoundError:
        why = Message("{path}: no such configuration file", path=path)
        raise ConfigError(
            why, Message("make one and edit it: import-contacts config --example > config.yaml")
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        why = Message("{path}: cannot be read: {error}", path=path, error=error)
        raise ConfigError(why, Message("check its name, permissions and encoding (UTF-8)")) from None


def _content(path: Path, text: str) -> dict[str, Any]:
    """The keys and values of a text. Raises ``ConfigError``."""
    import yaml  # most runs have no such file

    try:
        # The base loader leaves every value as it is written: 0407 is no octal number, and NO is Norway.
        content = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - it makes text, lists, dicts
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
    return content


def value_of(path: Path, key: str) -> Any:
    """Return what a file says of one key, as it is written, ``None`` if nothing; whatever is wrong with another key
    does not matter.

    Raises ``ConfigError`` for a file that cannot be read, and for one that is no YAML if the key stands in it.
    """
    text = _read(path)
    if key not in text:  # PyYAML takes 15 ms
        return None
    found = _content(path, text).get(key)
    return None if found in _ABSENT else found


def _text(path: Path) -> str:
    return small_files.decode(path.read_bytes())


def language(path: Path) -> str:
    """Return what a file says of ``lang``, as ``setting`` does."""
    return setting(path, "lang")


def setting(path: Path, key: str) -> str:
    """Return what a file says of a key, before anything else is known; ``""`` if it says nothing that can be read.

    ``read`` tells later what is wrong with the file.
    """
    try:
        found = value_of(path, key)
    except ConfigError:
        return ""
    return found if isinstance(found, str) else ""
