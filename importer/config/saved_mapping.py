"""Saved mappings: the fields of a file's columns as YAML, ``{title: field}``, with ``""`` for a column that is dropped.

A bare name stands for a file beside the ledger; a name with a separator or an ending of YAML is a path.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from importer.errors import ConfigError
from importer.message import Message

_FOLDER: Final = "mappings"
_ENDINGS: Final = (".yaml", ".yml")
_HEAD: Final = '# The fields of a file\'s columns, for import-contacts --mapping. "" drops a column.\n'


def place_of(name: str, output_dir: Path) -> Path:
    """Return the path that a name of --mapping or --save-mapping means."""
    if "/" in name or "\\" in name or name.lower().endswith(_ENDINGS):
        return Path(name)
    return folder_of(output_dir) / f"{name}{_ENDINGS[0]}"


def folder_of(output_dir: Path) -> Path:
    """Return the folder of the mappings beside the ledger."""
    return output_dir / _FOLDER


def known(output_dir: Path) -> dict[str, Path]:
    """Return the mappings beside the ledger, by their bare names."""
    return {path.stem: path for path in sorted(folder_of(output_dir).glob(f"*{_ENDINGS[0]}"))}


def as_text(mapping: Mapping[str, str]) -> str:
    """Return a mapping as the content of its file."""
    import yaml  # few runs need it

    return _HEAD + yaml.safe_dump(dict(mapping), allow_unicode=True, sort_keys=False, width=1000)


def load(name: str, output_dir: Path) -> dict[str, str]:
    """Read the mapping of a name. Raises ``ConfigError`` if there is none, or if the file is something else."""
    import yaml

    path = place_of(name, output_dir)
    try:
        # The base loader leaves every value as it is written: No is a title, and not false.
        content: Any = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506 - it makes text, dicts
    except FileNotFoundError:
        raise _missing(name, path, known(output_dir)) from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise _unread(path, type(error).__name__) from None
    if not isinstance(content, dict) or not all(isinstance(field, str) for field in content.values()):
        raise _unread(path, type(content).__name__)
    return content


def _missing(name: str, path: Path, names: Iterable[str]) -> ConfigError:
    near = get_close_matches(name, names, n=1)
    hint = Message('did you mean "{near}"?', near=near[0]) if near else Message("--save-mapping NAME writes one")
    return ConfigError(Message('--mapping "{name}": there is no {path}', name=name, path=path), hint)


def _unread(path: Path, found: str) -> ConfigError:
    why = Message("{path}: expected titles and fields in YAML, found {kind}", path=path, kind=found)
    return ConfigError(why, Message("save it anew with --save-mapping"))
