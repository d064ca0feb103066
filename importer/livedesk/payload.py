"""What of a contact the server does not hold, and the body of the request that changes it. Pure."""

from collections.abc import Mapping

from importer.livedesk.contact import ADDITIONAL, UPDATABLE, Contact, Scalar, as_text
from importer.livedesk.responses import Found
from importer.models import Json


def changes_of(contact: Contact, found: Contact) -> Contact:
    """What of ``contact`` the server does not hold: the fields it can tell about that differ, as a contact."""
    theirs = found.create_fields() | found.keys()
    mine = contact.create_fields() | contact.keys()
    differing = {name: getattr(contact, name) for name in UPDATABLE if name in mine and mine[name] != theirs.get(name)}
    attributes = contact.attributes.items()
    new = {name: value for name, value in attributes if _differs(value, found.attributes.get(name))}
    return Contact(**differing, attributes=new)


def _differs(value: Scalar, theirs: Scalar | None) -> bool:
    """Whether the server holds something else; a text is the same as the number or boolean that it spells."""
    if theirs is None or isinstance(value, str):
        return theirs is None or as_text(theirs) != value
    return as_text(theirs) != as_text(value) or isinstance(theirs, str)


def update_body(changes: Contact, found: Found | None) -> dict[str, Json]:
    """The body of ``PATCH /contacts/:id`` that makes ``changes``; ``found`` is the contact as it stands, if known."""
    return {**changes.create_fields(), **attributes_body(changes, found)}


def attributes_body(contact: Contact, found: Found | None) -> dict[str, Json]:
    """The attributes as a PATCH carries them.

    Only ``custom_attributes`` is documented to be merged key by key, so what the contact holds of the other group
    goes along with what is new.
    """
    body = contact.attributes_body()
    ours = body.get(ADDITIONAL)
    if found is not None and isinstance(ours, dict):
        body[ADDITIONAL] = _merged(found.additional, ours)
    return body


def _merged(old: Mapping[str, Json], new: Mapping[str, Json]) -> dict[str, Json]:
    """``new`` over ``old``, and so within the members that are objects in both."""
    merged = {**old, **new}
    for name in old.keys() & new.keys():
        one, other = old[name], new[name]
        if isinstance(one, dict) and isinstance(other, dict):
            merged[name] = _merged(one, other)
    return merged
