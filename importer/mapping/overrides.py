"""Check ``--map`` and ``--set`` against the fields and the file's titles."""

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Final

from importer.errors import ConfigError
from importer.livedesk.contact import CREATE_FIELDS
from importer.mapping.title_fields import AROUND, alias, own_column
from importer.message import Message
from importer.models import ATTRIBUTE_PREFIXES, NAME_PARTS
from importer.normalizer.columns import PHONE_COUNTRY
from importer.texts import column_letter, listed, title_key, told_apart

_NUMBERED: Final = re.compile(r"(.+)#([1-9][0-9]*)", re.DOTALL)


def is_field(field: str) -> bool:
    """Whether a column can have this field."""
    if field.startswith(ATTRIBUTE_PREFIXES):
        return field.partition(".")[2].strip() != ""
    return field in (*CREATE_FIELDS, *NAME_PARTS, PHONE_COUNTRY)


def check_constants(constants: Mapping[str, str]) -> None:
    """Raise ``ConfigError`` for a ``--set`` with an unknown field or without a value."""
    for field, value in constants.items():
        _check_field(f'--set "{field}={value}"', field)
        if not value.strip():
            raise ConfigError(
                '--set "{field}=": there is no value', "write --set {field}=VALUE, or leave it out", field=field
            )


def read_overrides(titles: Sequence[str], overrides: Mapping[str, str]) -> dict[int, str]:
    """``--map`` as ``{index: field}``, with ``""`` for a dropped column. Raises ``ConfigError``."""
    fixed: dict[int, str] = {}
    for title, field in overrides.items():
        option = f'--map "{title}={field}"'
        if field:
            _check_field(option, field)
        index = _find(titles, title, option)
        if index in fixed:
            said = {"option": option, "title": titles[index]}
            raise ConfigError('{option}: the column "{title}" has a --map already', "name each column once", **said)
        if field and field in fixed.values():
            raise ConfigError(
                "{option}: another --map gives {field} a column", "name each field once", option=option, field=field
            )
        fixed[index] = field
    return fixed


def as_before(titles: Sequence[str], before: Mapping[str, str], overrides: Mapping[str, str]) -> dict[str, str]:
    """The ``--map`` of an errors file: ``overrides``, then what ``before`` says, the mapping of the run that wrote it.

    Both are ``{title: field}``. A few bad rows say less about a column than the whole file did, so an unused column
    stays unused, and a column whose title says nothing keeps its field.
    """
    said = {title_key(title) for title in overrides}
    kept = dict(overrides)
    repeated = {name.rpartition("#")[0] for name in told_apart(titles)} & {title.strip() for title in titles}
    for name, title in zip(told_apart(titles), titles, strict=True):
        field = before.get(name, "")
        free = not field or (alias(title) is None and not is_field(title.strip(AROUND)) and field not in kept.values())
        if free and own_column(title) is None and title.strip() and title_key(name) not in said:
            kept[f"{name}#1" if name in repeated else name] = field
    return kept


def _check_field(option: str, field: str) -> None:
    if is_field(field):
        return
    known = [*CREATE_FIELDS, *NAME_PARTS, PHONE_COUNTRY, *(f"{prefix}KEY" for prefix in ATTRIBUTE_PREFIXES)]
    near = difflib.get_close_matches(field.lower(), known, n=1, cutoff=0.5)
    fields = Message("Fields: {fields}", fields=known)
    hint = Message("did you mean {field}? {fields}", field=near[0], fields=fields) if near else fields
    raise ConfigError('{option}: there is no field "{field}"', hint, option=option, field=field)


def _find(titles: Sequence[str], wanted: str, option: str) -> int:
    """The column that an option names, to the letter or else by ``title_key``; ``Title#2`` is the second of two."""
    numbered = _NUMBERED.fullmatch(wanted)
    found = _positions(titles, wanted)
    if not found and numbered:
        found = _positions(titles, numbered[1])[int(numbered[2]) - 1 :][:1]
    if not found:
        values = {"option": option, "wanted": wanted, "columns": listed(titles)}
        raise ConfigError('{option}: the file has no column "{wanted}"', "its columns: {columns}", **values)
    if len(found) > 1:
        where = [*map(column_letter, found)]
        hint = Message('write "{title}#1" for the first of them, "#2" for the second', title=titles[found[0]].strip())
        raise ConfigError(
            '{option}: the columns {where} are all titled "{wanted}"', hint, option=option, where=where, wanted=wanted
        )
    return found[0]


def _positions(titles: Sequence[str], wanted: str) -> list[int]:
    exact = [index for index, title in enumerate(titles) if title.strip() == wanted.strip()]
    key = title_key(wanted)
    return exact or [index for index, title in enumerate(titles) if key and title_key(title) == key]
