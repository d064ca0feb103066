"""The options of a form: kinds, choices and defaults are those of the settings, in plain words."""

from typing import Any, get_args

import pytest

from importer import ConfigError, Settings
from importer.countries import country_code, named_countries
from importer.library.calls import terms_of
from importer.library.form import OPTIONS, Choice, Option
from importer.library.options import ImportOptions
from importer.message import LANGUAGES
from importer.models import Duplicates, InvalidValues, MatchBy, OnDuplicate, SharedValues

BY_NAME = {option.name: option for option in OPTIONS}
SENSE = {"text": "407", "country": "DE", "flag": True, "number": 3}


def test_every_option_is_a_keyword_of_an_import() -> None:
    """Each once, by its own name."""
    assert len(BY_NAME) == len(OPTIONS)
    assert BY_NAME.keys() <= ImportOptions.__annotations__.keys()


@pytest.mark.parametrize(
    ("name", "choices"),
    [
        ("match_by", MatchBy),
        ("on_duplicate", OnDuplicate),
        ("duplicates", Duplicates),
        ("shared_values", SharedValues),
        ("invalid_values", InvalidValues),
    ],
)
def test_choices_are_those_of_the_settings(name: str, choices: Any) -> None:
    """In their order, each with a sentence; the default is one of them."""
    option = BY_NAME[name]
    assert option.kind == "choice"
    assert tuple(choice.value for choice in option.choices) == get_args(choices)
    assert option.default in get_args(choices)
    assert all(str(choice.meaning).endswith(".") for choice in option.choices)


def _values(option: Option) -> list[Any]:
    if option.kind == "list":
        return [[choice.value] for choice in option.choices]
    if option.choices:
        return [choice.value for choice in option.choices]
    return [SENSE[option.kind]]


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_what_a_form_can_give_the_settings_take(option: Option) -> None:
    """Every choice, and the default as the settings have it."""
    name = {"inbox": "inbox_id"}.get(option.name, option.name)
    for value in _values(option):
        given: dict[str, Any] = {option.name: value}
        given |= {"on_duplicate": "update"} if option.name in ("keep", "clear") else {}
        assert name in terms_of(given).config.model_fields_set
    default = getattr(Settings(), name)
    assert option.default == ([*default] if isinstance(default, tuple) else default)


def test_bounds_are_those_of_the_settings() -> None:
    """A number beyond them is refused by both."""
    option = BY_NAME["concurrency"]
    assert (option.kind, option.default, option.least, option.most) == ("number", 10, 1, 1000)
    with pytest.raises(ConfigError, match="concurrency"):
        terms_of({"concurrency": 1001})


def test_a_country_is_chosen_by_its_name() -> None:
    """In the reader's language, in its order; beside them the word for numbers with their country code."""
    assert BY_NAME["country"].kind == "country"
    assert [choice.value for choice in BY_NAME["country"].choices] == ["international"]
    for language in LANGUAGES:
        names = named_countries(language)
        assert len(names) == len({name for _, name in names}) > 240
        assert {code: country_code(name) for code, name in names[::20]} == {code: code for code, _ in names[::20]}
    assert ("DE", "Germany") in named_countries("en")
    assert ("DE", "德国") in named_countries("zh")
    assert ("DE", "德國") in named_countries("zh-Hant")
    english = [name for _, name in named_countries("en")]
    assert english[:3] == ["Afghanistan", "Åland Islands", "Albania"]
    assert next(name for _, name in named_countries("zh")).startswith("阿")


def test_a_list_is_of_fields_that_an_update_can_change() -> None:
    """By their words."""
    assert BY_NAME["keep"].choices == BY_NAME["clear"].choices
    assert isinstance(BY_NAME["keep"].choices[0], Choice)
    assert [choice.value for choice in BY_NAME["keep"].choices] == ["name", "email", "phone_number", "identifier"]
