"""The options of an import, as their page shows them: the library's own list, with what holds now and where it is from.

What most people decide stands first; the rest, which is right as it is, stands behind.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from importer.config.settings import Config
from importer.countries import INTERNATIONAL, calling_code, named_countries
from importer.library.form import OPTIONS, Option
from importer.library.wording import key_of
from importer.message import Language, Message

FIRST: Final = ("inbox", "country", "match_by", "on_duplicate", "invalid_values", "shared_values", "duplicates")
"""What everybody is asked, in this order; the others follow under "more"."""

ELSEWHERE: Final = frozenset({"extra_columns", "canary"})
"""What other steps ask."""

ANY_COUNTRY: Final = Message("International: numbers begin with their country code")


class ChoiceView(NamedTuple):
    """A choice: its value, what it does, and whether it holds, or is usual."""

    value: str
    words: str
    holds: bool
    is_usual: bool


class OptionView(NamedTuple):
    """An option: ``value`` is what holds, as a form has it; ``source`` says where that is from, if from elsewhere."""

    name: str
    kind: str
    label: str
    about: str
    choices: Sequence[ChoiceView]
    value: str
    source: str
    is_usual: bool
    is_decimal: bool


class GroupView(NamedTuple):
    """Options about one matter."""

    words: str
    options: Sequence[OptionView]


def groups(config: Config, sources: Mapping[str, str], language: Language) -> tuple[list[GroupView], list[GroupView]]:
    """The options that everybody is asked, and the others, in their groups; ``sources`` is by the option's name."""
    known = {option.name: option for option in OPTIONS if option.name not in ELSEWHERE}
    first = [known[name] for name in FIRST if name in known]
    others = [option for option in known.values() if option.name not in FIRST]
    parts = [_grouped(part, config, sources, language) for part in (first, others)]
    return parts[0], parts[1]


def _grouped(
    options: Iterable[Option], config: Config, sources: Mapping[str, str], language: Language
) -> list[GroupView]:
    found: dict[Message, list[OptionView]] = {}
    for option in options:
        view = option_view(option, value_of(config, option.name), sources.get(option.name, ""), language)
        found.setdefault(option.group, []).append(view)
    return [GroupView(language.tell(group), views) for group, views in found.items()]


def value_of(config: Config, name: str) -> Any:
    """What holds of an option, as JSON."""
    key = key_of(name)
    return config.model_dump(mode="json", include={key})[key]


def option_view(option: Option, value: Any, source: str, language: Language) -> OptionView:
    """An option with the value that holds."""
    held = value if isinstance(value, list) else [value]
    usual = option.default if isinstance(option.default, list) else [option.default]
    choices = [
        ChoiceView(choice.value, language.tell(choice.meaning), choice.value in held, choice.value in usual)
        for choice in option.choices
    ]
    return OptionView(
        option.name,
        option.kind,
        language.tell(option.label),
        language.tell(option.about),
        choices,
        _shown(option, value, language),
        source,
        value == option.default,
        option.name in ("rate", "timeout"),
    )


def _shown(option: Option, value: Any, language: Language) -> str:
    """A value as a field of a form has it."""
    if value is None or isinstance(value, list):
        return ""
    if option.kind == "country":
        return country_name(str(value), language)
    if option.kind == "flag":
        return "on" if value else ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def country_name(code: str, language: Language) -> str:
    """What a reader calls a country of the settings."""
    if code == INTERNATIONAL:
        return language.tell(ANY_COUNTRY)
    return dict(named_countries(language.name)).get(code, code)


def country_words(code: str | None, language: Language) -> str:
    """What a country means for phone numbers."""
    if code is None:
        return language.gettext("Numbers need their country code, such as +86; others are listed for you to correct.")
    if code == INTERNATIONAL:
        return language.gettext("Digits without + begin with their country code: 8613800138000 is +8613800138000.")
    return language.gettext("Numbers without a country code are read as numbers of {code}.", code=calling_code(code))


def countries(language: Language) -> list[tuple[str, str]]:
    """The countries to choose from: a name, and the calling code of its numbers."""
    named = ((name, calling_code(code)) for code, name in named_countries(language.name))
    return [(language.tell(ANY_COUNTRY), ""), *named]


def given_value(option: Option, sent: Any, language: Language) -> Any:
    """What a form sent, as the settings take it; ``None`` for what is usual."""
    if option.kind == "list":
        return [str(each) for each in sent] if isinstance(sent, list) else None
    if option.kind == "flag":
        return sent is True
    text = str(sent or "").strip()
    if option.kind == "country" and text == language.tell(ANY_COUNTRY):
        return INTERNATIONAL
    return text or None
