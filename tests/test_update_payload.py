"""What an update writes: the row's values where the rule lets it, and nothing else of the contact."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.livedesk.capabilities import DOCUMENTED_MERGES
from importer.livedesk.contact import ADDITIONAL, CUSTOM, SOCIAL_PROFILES, Contact
from importer.livedesk.payload import changes_of, has_value, kept_of, update_body, value_before, written_values
from importer.livedesk.responses import Found, updated
from importer.models import OVERWRITE, UPDATABLE, Json, UpdateRule

KEEP_ALL = UpdateRule("keep")
DOTTED = (
    f"{ADDITIONAL}.city",
    f"{ADDITIONAL}.company_name",
    f"{SOCIAL_PROFILES}twitter",
    f"{SOCIAL_PROFILES}github",
    f"{CUSTOM}.tier",
    f"{CUSTOM}.a.b",
)
FIELDS = (*UPDATABLE, *DOTTED)

texts = st.text("ab", min_size=1, max_size=2)
scalars = st.one_of(texts, st.integers(0, 3), st.booleans())
rules = st.builds(
    UpdateRule,
    st.sampled_from(["overwrite", "keep"]),
    st.dictionaries(st.sampled_from((*FIELDS, f"{CUSTOM}.*")), st.sampled_from(["overwrite", "keep"]), max_size=4),
)


@st.composite
def rows(draw: st.DrawFn) -> Contact:
    """A row with some values, and some of the other fields to be emptied."""
    fields = draw(st.dictionaries(st.sampled_from(UPDATABLE), texts))
    attributes = draw(st.dictionaries(st.sampled_from(DOTTED), scalars))
    empty = [name for name in FIELDS if name not in fields and name not in attributes]
    clears = draw(st.lists(st.sampled_from(empty), unique=True)) if empty else []
    return Contact(**fields, attributes=attributes, clears=tuple(clears))


@st.composite
def states(draw: st.DrawFn) -> dict[str, Any]:
    """A contact as the server's JSON has it, with what others wrote."""
    fields = {name: draw(st.none() | texts) for name in UPDATABLE}
    profiles = draw(st.dictionaries(st.sampled_from(["twitter", "github", "x"]), texts))
    additional = draw(st.dictionaries(st.sampled_from(["city", "company_name", "note"]), scalars))
    custom = draw(st.dictionaries(st.sampled_from(["tier", "a.b", "other"]), scalars))
    return {
        "id": 7,
        **fields,
        ADDITIONAL: {**additional, **({"social_profiles": profiles} if profiles else {})},
        CUSTOM: custom,
    }


def applied(state: Mapping[str, Any], body: Mapping[str, Json], *, merges: bool) -> dict[str, Any]:
    """The contact after an update, as the API documents it (custom ones are merged) and as kin has it (one level)."""
    after = {**state}
    for name, value in body.items():
        is_merged = name == CUSTOM or (name == ADDITIONAL and merges)
        after[name] = {**state[name], **value} if is_merged else value  # type: ignore[dict-item]
    return after


def values(state: Mapping[str, Any]) -> dict[str, Json]:
    """Every value of a contact by its field, an object's members each; no value is no field."""
    found: dict[str, Json] = {name: state[name] for name in UPDATABLE}
    for group in (ADDITIONAL, CUSTOM):
        for key, value in state[group].items():
            inner = value if isinstance(value, dict) else {}
            found |= {f"{group}.{key}.{member}": one for member, one in inner.items()} or {f"{group}.{key}": value}
    return {name: value for name, value in found.items() if value is not None}


@pytest.mark.slow
@given(row=rows(), state=states(), rule=rules, merges=st.booleans())
def test_an_update_leaves_everything_but_what_it_may_change(
    row: Contact, state: dict[str, Any], rule: UpdateRule, merges: bool
) -> None:
    """Kept fields are kept, the row's others are the row's, cleared ones are empty, and all else is as it was."""
    found = updated({"payload": state})
    assert found is not None
    changes, groups = changes_of(row, found.contact, rule), DOCUMENTED_MERGES | ({ADDITIONAL} if merges else set())
    before, after = values(state), values(applied(state, update_body(changes, found, merges=groups), merges=merges))
    written = written_values(row)
    for name in {*before, *after, *written}:
        if name not in written:
            assert after.get(name) == before.get(name), "nobody asked for that"
        elif written[name] is None:
            assert name not in after
        elif rule.keeps(name) and name in before:
            assert after[name] == before[name]
        else:
            assert not changes_of(Contact(**one(name, written[name])), shown(after)).attributes
            assert name in after
    again = updated({"payload": applied(state, update_body(changes, found, merges=groups), merges=merges)})
    assert again is not None
    assert changes_of(row, again.contact, rule) == Contact(), "the next run finds nothing to change"
    assert kept_of(row, again.contact, rule) == kept_of(row, found.contact, rule)


def one(name: str, value: Any) -> dict[str, Any]:
    return {name: value} if name in UPDATABLE else {"attributes": {name: value}}


def shown(after: Mapping[str, Json]) -> Contact:
    fields: dict[str, Any] = {name: value for name, value in after.items() if name in UPDATABLE}
    return Contact(**fields, attributes={name: value for name, value in after.items() if "." in name})  # type: ignore[misc]


@pytest.mark.slow
@given(row=rows(), state=states(), rule=rules)
def test_what_differs_is_written_or_kept(row: Contact, state: dict[str, Any], rule: UpdateRule) -> None:
    """Nothing of the row is lost between the two: the hint tells what an update does not do."""
    found = updated({"payload": state})
    assert found is not None
    written = written_values(changes_of(row, found.contact, rule))
    kept = written_values(kept_of(row, found.contact, rule))
    assert written.keys().isdisjoint(kept)
    assert {*written, *kept} == {*written_values(changes_of(row, found.contact))}
    assert all(rule.keeps(name) for name in kept)


def test_an_object_is_a_value_that_fill_leaves() -> None:
    """Somebody keeps an object where the row has a text: it is no empty field."""
    found = updated({"payload": {"id": 7, CUSTOM: {"tier": {"level": 3}}}})
    assert found is not None
    row = Contact(attributes={f"{CUSTOM}.tier": "gold"})
    assert has_value(found.contact, f"{CUSTOM}.tier")
    assert changes_of(row, found.contact, KEEP_ALL) == Contact()
    assert changes_of(row, found.contact).attributes == row.attributes
    assert value_before(found, f"{CUSTOM}.tier") == {"level": 3}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", "Ann"),
        ("email", None),
        (f"{ADDITIONAL}.city", "Bonn"),
        (f"{ADDITIONAL}.tags", ["a", "b"]),
        (f"{SOCIAL_PROFILES}twitter", "@a"),
        (f"{SOCIAL_PROFILES}github", None),
        (f"{CUSTOM}.n", 3),
        (f"{CUSTOM}.a.b", "dotted"),
        (f"{CUSTOM}.c.d", "nested"),
        (f"{CUSTOM}.gone", None),
    ],
)
def test_the_value_before_is_as_the_server_has_it(name: str, value: Json) -> None:
    """A list is no text: what undo restores is what was there."""
    state: dict[str, Json] = {
        "id": 7,
        "name": "Ann",
        ADDITIONAL: {"city": "Bonn", "tags": ["a", "b"], "social_profiles": {"twitter": "@a"}},
        CUSTOM: {"n": 3, "a.b": "dotted", "c": {"d": "nested"}, "gone": None},
    }
    found = updated({"payload": state})
    assert isinstance(found, Found)
    assert value_before(found, name) == value


def test_an_empty_cell_erases_nothing() -> None:
    """A row without a value says nothing about it, unless ``--clear`` names the field."""
    found = Contact(name="Ann", attributes={f"{CUSTOM}.tier": "gold"})
    assert changes_of(Contact(email="a@x.org"), found, OVERWRITE) == Contact(email="a@x.org")
    row = Contact(email="a@x.org", clears=("name", f"{CUSTOM}.tier", f"{CUSTOM}.age"))
    assert changes_of(row, found).clears == ("name", f"{CUSTOM}.tier")
    assert update_body(changes_of(row, found), None) == {"email": "a@x.org", "name": None, CUSTOM: {"tier": None}}
