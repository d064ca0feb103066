"""What of a contact the server does not hold, and the body of the request that adds it. Pure."""

from collections.abc import Collection, Mapping, Set
from dataclasses import replace
from typing import Any, Final

from importer.livedesk.capabilities import DOCUMENTED_MERGES
from importer.livedesk.contact import (
    ADDITIONAL,
    ATTRIBUTE_GROUPS,
    KEY_FIELDS,
    SOCIAL_PROFILES,
    STAMPS,
    Contact,
    Scalar,
    as_text,
)
from importer.livedesk.identity import same_key, same_spelling
from importer.livedesk.responses import Found
from importer.models import OVERWRITE, UPDATABLE, Json, UpdateRule


def changes_of(contact: Contact, found: Contact, rule: UpdateRule = OVERWRITE) -> Contact:
    """What an update by this rule writes, as a contact: the fields that the server's answers show with another value.

    A field without a value is none of them: nothing erases but ``clears``, those of the contact's that the server has a
    value in.
    """
    differing = {
        name: value
        for name in UPDATABLE
        if (value := getattr(contact, name))
        and _is_other(name, value, found)
        and rule.may_write(name)
        and not (rule.keeps(name) and has_value(found, name))
    }
    new = {
        name: value
        for name, value in contact.attributes.items()
        if _differs(value, found.attributes.get(name))
        and rule.may_write(name)
        and not (rule.keeps(name) and has_value(found, name))
    }
    emptied = tuple(name for name in contact.clears if rule.may_write(name) and has_value(found, name))
    return Contact(**differing, attributes=new, clears=emptied)


def kept_of(contact: Contact, found: Contact, rule: UpdateRule) -> Contact:
    """What of ``contact`` the server does not hold, and an update by this rule does not write."""
    differing, written = changes_of(contact, found), written_values(changes_of(contact, found, rule))
    fields = {name: value for name, value in differing.create_fields().items() if name not in written}
    attributes = {name: value for name, value in differing.attributes.items() if name not in written}
    return Contact(**fields, attributes=attributes, clears=())


def without(changes: Contact, names: Collection[str]) -> Contact:
    """The changes, but none of the fields of these names."""
    if not names:
        return changes
    attributes = {name: value for name, value in changes.attributes.items() if name not in names}
    clears = tuple(name for name in changes.clears if name not in names)
    emptied: dict[str, Any] = {name: None for name in UPDATABLE if name in names}
    return replace(changes, attributes=attributes, clears=clears, **emptied)


def has_value(found: Contact, name: str) -> bool:
    """Whether the server has a value in a field, dotted for an attribute; one that holds members is an object."""
    if name in UPDATABLE:
        return bool(getattr(found, name))
    return found.attributes.get(name) is not None or any(held.startswith(f"{name}.") for held in found.attributes)


def written_values(changes: Contact) -> dict[str, Scalar | None]:
    """What an update with these changes writes: ``{field: value}``, ``None`` for one that it empties."""
    return {**changes.create_fields(), **changes.attributes, **dict.fromkeys(changes.clears)}


def value_before(found: Found, name: str) -> Json:
    """The value that the server holds in a field, dotted for an attribute, as its JSON has it; ``None`` for none."""
    if name in UPDATABLE:
        value: Json = getattr(found.contact, name)
        return value
    group, _, key = name.partition(".")
    members = members_of(found, group)
    if name.startswith(SOCIAL_PROFILES):
        profiles, key = members.get("social_profiles"), name.removeprefix(SOCIAL_PROFILES)
        members = profiles if isinstance(profiles, dict) else {}
    return members[key] if key in members else found.contact.attributes.get(name)


def value_of(contact: Contact, name: str) -> Scalar | None:
    """A field's value, the name dotted for an attribute; ``None`` if it has none."""
    value: str | None = getattr(contact, name) if name in UPDATABLE else None
    return value or contact.attributes.get(name)


def is_anothers(changes: Contact, before: Found, now: Found) -> bool:
    """Whether a field that an update writes has a value that is neither the one from before nor the update's."""
    return any(
        not same_value(name, held, after) and not same_value(name, held, value_before(before, name))
        for name, after in written_values(changes).items()
        if name not in STAMPS
        for held in (value_before(now, name),)
    )


def shows(changes: Contact, now: Found) -> bool:
    """Whether every field that an update writes has its new value."""
    return all(same_value(name, value_before(now, name), after) for name, after in written_values(changes).items())


def unchanged_in(changes: Contact, before: Found, shown: Found) -> tuple[str, ...]:
    """The fields that an update writes and of which its answer shows the value from before.

    That a value is not shown, or in another way of writing, proves nothing.
    """
    return tuple(
        name
        for name, after in written_values(changes).items()
        if after is not None and has_value(shown.contact, name) and is_unchanged(name, after, before, shown)
    )


def is_unchanged(name: str, after: Json, before: Found, now: Found) -> bool:
    """Whether a contact still has the value from before in a field that an update was to give another; ``after`` is
    ``None`` where it was to empty it."""
    if after is None:
        return has_value(now.contact, name)
    held = value_before(now, name)
    return same_value(name, held, value_before(before, name)) and not same_value(name, held, after)


def same_value(name: str, one: Json, other: Json) -> bool:
    """Whether two values of a field are one, however the server writes it; ``None`` and an empty text are no value.

    The case of a name counts: somebody may have corrected it.
    """
    if one in (None, "") or other in (None, ""):
        return one in (None, "") and other in (None, "")
    if name in KEY_FIELDS:
        return same_key(name, str(one), str(other))
    if name == "name":
        return same_spelling(str(one), str(other))
    return not _differs(one, other) if isinstance(one, _SCALARS) and isinstance(other, _SCALARS) else one == other


def other_fields(values: Mapping[str, Json], found: Found) -> tuple[str, ...]:
    """The fields in which the server holds another value than these."""
    return tuple(name for name, value in values.items() if not same_value(name, value, value_before(found, name)))


_SCALARS: Final = (str, int, float, bool)


def valued(values: Mapping[str, Json]) -> Contact:
    """Changes that give these fields these values, as ``value_before`` has them; ``None`` empties one."""
    texts = {name: str(value) for name, value in values.items() if name in UPDATABLE and value is not None}
    attributes: dict[str, Any] = {
        name: value for name, value in values.items() if name not in UPDATABLE and value is not None
    }
    return Contact(**texts, attributes=attributes, clears=tuple(name for name in values if values[name] is None))


def with_value(found: Found, name: str, value: Json) -> Found:
    """A contact after an update of one field, as far as that goes along with the next update."""
    additional = update_body(valued({name: value}), found).get(ADDITIONAL)
    return replace(found, additional=additional) if isinstance(additional, dict) else found


def shows_no_key(found: Found) -> bool:
    """Whether the server hides the values of a contact: a search for a key found it, and it is shown without any."""
    return not any(getattr(found.contact, name) for name in KEY_FIELDS)


def attributes_missing(contact: Contact, found: Found | None) -> Mapping[str, Scalar]:
    """The attributes of ``contact`` that the server does not show; all of them if nothing is ``found``.

    Where a stamp alone differs nothing is missing: the one that is there names the run that created the contact.
    """
    if found is None:
        return contact.attributes
    missing = changes_of(contact, found.contact).attributes
    is_stamp = missing.keys() <= {*STAMPS} and all(has_value(found.contact, name) for name in missing)
    return {} if is_stamp else missing


def _is_other(name: str, value: str, found: Contact) -> bool:
    theirs = getattr(found, name)
    return not theirs or (not same_key(name, value, theirs) if name in KEY_FIELDS else value != theirs)


def _differs(value: Scalar, theirs: Scalar | None) -> bool:
    """Whether the server holds another value; a text equals the number or boolean that it spells."""
    if theirs is None or isinstance(value, str):
        return theirs is None or as_text(theirs) != value
    return as_text(theirs) != as_text(value) or isinstance(theirs, str)


def update_body(changes: Contact, found: Found | None, *, merges: Set[str] = DOCUMENTED_MERGES) -> dict[str, Json]:
    """The body of ``PATCH /contacts/:id`` that makes ``changes``; ``found`` is the contact's state, if known.

    A group of attributes that is none of those that the server ``merges`` key by key goes with all that the contact
    already holds; and ``social_profiles`` always goes whole.
    """
    body = _with_nulls({**changes.create_fields(), **changes.attributes_body()}, changes.clears)
    for group in ATTRIBUTE_GROUPS:
        if found is not None and isinstance(ours := body.get(group), dict):
            there = members_of(found, group)
            theirs = {name: value for name, value in there.items() if group not in merges or name in ours}
            body[group] = _merged(theirs, ours)
    return body


def members_of(found: Found, group: str) -> Mapping[str, Json]:
    """What a contact holds in a group of attributes."""
    return found.additional if group == ADDITIONAL else found.custom


def _with_nulls(body: dict[str, Json], clears: tuple[str, ...]) -> dict[str, Json]:
    """The body of an update that also empties fields."""
    for name in clears:
        *groups, key = name.split(".", 2 if name.startswith(SOCIAL_PROFILES) else 1)
        place = body
        for group in groups:
            inner = place.setdefault(group, {})
            place = inner if isinstance(inner, dict) else place
        place[key] = None
    return body


def goes_along(changes: Contact, *, merges: Set[str]) -> bool:
    """Whether an update with these changes brings more of the contact's state than the changes."""
    whole = SOCIAL_PROFILES, *(f"{group}." for group in ATTRIBUTE_GROUPS if group not in merges)
    return any(name.startswith(whole) for name in (*changes.attributes, *changes.clears))


def wiped(changes: Contact, found: Found, shown: Found) -> tuple[str, ...]:
    """The attributes of ``found`` that an update with a part of their group took away, as what is ``shown`` after it
    says; dotted. That nothing of the part is shown proves nothing."""
    body = update_body(changes, None)
    return tuple(
        f"{group}.{name}"
        for group in ATTRIBUTE_GROUPS
        if isinstance(ours := body.get(group), dict) and not members_of(shown, group).keys().isdisjoint(ours)
        for name, value in members_of(found, group).items()
        if value is not None and name not in ours and name not in members_of(shown, group)
    )


def _merged(old: Mapping[str, Json], new: Mapping[str, Json]) -> dict[str, Json]:
    """``new`` over ``old``, recursively where both are objects."""
    merged = {**old, **new}
    for name in old.keys() & new.keys():
        one, other = old[name], new[name]
        if isinstance(one, dict) and isinstance(other, dict):
            merged[name] = _merged(one, other)
    return merged
