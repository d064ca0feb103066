"""The conditions of ``POST /contacts/filter`` (kin): how they are read. Pure."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from importer.livedesk.contact import KEY_FIELDS
from importer.models import Json

_EQUAL: Final = "equal_to"


class Condition(NamedTuple):
    """``name``, one of ``KEY_FIELDS``, is ``value``."""

    name: str
    value: str


def alternatives(body: Mapping[str, Json]) -> list[list[Condition]]:
    """The conditions that hold together, for each alternative: ``AND`` binds before ``OR``, as in SQL.

    Raises ``ValueError`` if a field or an operator is unknown, or the conditions are not joined. Stricter than kin on
    purpose: a filter without a condition finds everybody there.
    """
    sent = body.get("payload")
    if not isinstance(sent, list) or not sent:
        raise ValueError("payload: expected a list of conditions")
    groups: list[list[Condition]] = [[]]
    for left, each in enumerate(sent, start=1 - len(sent)):
        if not isinstance(each, dict):
            raise ValueError("payload: expected an object for each condition")
        groups[-1].append(_condition(each))
        if _joins(each.get("query_operator"), is_last=left == 0) == "OR":
            groups.append([])
    return groups


def _condition(sent: Mapping[str, Json]) -> Condition:
    name, operator, values = (sent.get(part) for part in ("attribute_key", "filter_operator", "values"))
    if not isinstance(name, str) or name not in KEY_FIELDS:
        raise ValueError(f"Invalid attribute key - [{name}]. The key should be one of {', '.join(KEY_FIELDS)}")
    if operator != _EQUAL:
        raise ValueError(f"Invalid operator. The allowed operators for {name} are [{_EQUAL}]")
    if not (isinstance(values, list) and values and isinstance(values[0], str)):
        raise ValueError(f"Invalid value. The values provided for {name} are invalid")
    return Condition(name, values[0])


def _joins(operator: Json, *, is_last: bool) -> str | None:
    word = operator.upper() if isinstance(operator, str) else operator
    if word not in ((None,) if is_last else ("AND", "OR")):
        raise ValueError("Query operator must be either AND or OR, and the last one null")
    return word if isinstance(word, str) else None
