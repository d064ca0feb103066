"""Precedence, and what a wrong setting is told."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from importer.config.loading import load
from importer.config.settings import Config
from importer.errors import ConfigError
from importer.message import Language

EXAMPLE = Path(__file__).parent.parent / "config.example.yaml"


def written(text: str, name: str = "config.yaml") -> Path:
    path = Path(name)
    path.write_text(text, encoding="utf-8")
    return path


def test_an_option_goes_before_the_environment_before_the_file_before_the_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The contract's order, one layer added at a time."""
    assert load({}).inbox_id is None
    written("inbox_id: 1\n")
    assert load({}).inbox_id == "1"
    monkeypatch.setenv("LIVEDESK_INBOX_ID", "2")
    assert load({}).inbox_id == "2"
    assert load({"inbox_id": "3"}).inbox_id == "3"


def test_what_the_environment_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials, where to, and whom to tell; and no other setting."""
    for name in ("API_KEY", "API_SECRET", "INBOX_ID", "COUNTRY"):
        monkeypatch.setenv(f"LIVEDESK_{name}", "7")
    monkeypatch.setenv("LIVEDESK_BASE_URL", "https://desk.example")
    monkeypatch.setenv("LIVEDESK_NOTIFY_URL", "https://hooks.example.com/a")
    config = load({})
    assert (config.credentials(), config.inbox_id, config.base_url) == (("7", "7"), "7", "https://desk.example")
    assert [address.get_secret_value() for address in config.notify] == ["https://hooks.example.com/a"]
    assert config.country is None


def test_an_empty_variable_counts_as_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    """``export LIVEDESK_INBOX_ID=`` is how people unset things."""
    written("inbox_id: 1\n")
    monkeypatch.setenv("LIVEDESK_INBOX_ID", "")
    assert load({}).inbox_id == "1"


@pytest.mark.slow
def test_what_is_told_of_the_settings_leaves_out_defaults_and_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """The record of a run shows how it was set up, from wherever that came, and holds nothing to steal."""
    monkeypatch.delenv("IMPORT_CONTACTS_SETTLE")
    written("api_key: k3y\napi_secret: s3cret\ncountry: Germany\nconcurrency: 10\n")
    assert load({"inbox_id": "7", "results": Path("x.csv")}).told() == {
        "inbox_id": "7",
        "country": "DE",
        "results": "x.csv",
    }


def test_only_the_file_that_is_named_is_read() -> None:
    """--config goes before ./config.yaml."""
    written("concurrency: 1\n")
    assert load({}, written("concurrency: 2\n", "other.yaml")).concurrency == 2


def test_map_and_set_are_joined_and_the_option_wins() -> None:
    """A file for the usual columns, an option for today's."""
    written("map: {A: name, B: email}\nset: {inbox_id: 5}\n")
    config = load({"map": {"B": ""}, "set": {"custom_attributes.a": "1"}})
    assert config.map == {"A": "name", "B": ""}
    assert config.set == {"inbox_id": "5", "custom_attributes.a": "1"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "file", "words"),
    [
        ({"inbox_id": "abc"}, "", '--inbox "abc": expected digits'),
        ({"inbox_id": "-5"}, "", '--inbox "-5": expected digits'),
        ({"inbox_id": ""}, "", '--inbox "": expected digits'),
        ({}, "inbox_id: abc\n", 'config.yaml: inbox_id "abc": expected digits'),
        ({}, "inbox: 407\n", 'config.yaml: unknown key "inbox"'),
        ({}, "concurency: 4\n", 'config.yaml: unknown key "concurency"'),
        ({}, "- a\n", "expected keys and values, found list"),
        ({}, "a: [\n", "not valid YAML"),
        ({"base_url": "http://example.com"}, "", "expected https"),
        ({"base_url": "http://127.0.0.1.example.com"}, "", "expected https"),
        ({"base_url": "ftp://example.com"}, "", "expected https"),
        ({"base_url": "example.com"}, "", "expected an address"),
        ({"base_url": "https://user:pass@example.com"}, "", "expected an address"),
        ({"base_url": "https://example.com:99999"}, "", "Port out of range"),
        ({"country": "Germny"}, "", '--country "Germny": expected a country by code or name, such as CN, Germany or'),
        ({"country": "Germny"}, "", 'did you mean "Germany"?'),
        ({"country": "XX"}, "", '--country "XX": expected a country by code or name'),
        ({}, "country: Congo\n", 'config.yaml: country "Congo": expected a country'),
        ({"concurrency": 0}, "", "--concurrency"),
        ({"max_attempts": 0}, "", "--max-attempts"),
        ({"timeout": -1}, "", "--timeout"),
        ({"rate": 0}, "", "--rate"),
        ({"limit": 0}, "", "--limit"),
        ({"limit": 10**30}, "", "--limit"),
        ({"canary": 10**30}, "", "--canary"),
        ({}, f"{'[' * 20_000}\n", "not valid YAML"),
        ({}, 'output_dir: "a\\0b"\n', "config.yaml: output_dir"),
        ({}, 'results: "a\\0b.csv"\n', "it holds bytes that are no text"),
        ({}, 'sheet: "\\ud83d"\n', "it holds bytes that are no text"),
        ({"results": Path("x.pdf")}, "", "ends in .csv or .xlsx"),
        (
            {"contact_link": "http://desk.example/contacts/{contact_id}"},
            "",
            "expected an https address with {contact_id}",
        ),
        ({"contact_link": "https://desk.example/contacts/"}, "", "expected an https address with {contact_id}"),
        ({"contact_link": "https://{contact_id}.example/contacts"}, "", "expected an https address with {contact_id}"),
        ({"contact_link": "https://a@desk.example/{contact_id}"}, "", "expected an https address with {contact_id}"),
        ({}, "contact_link: javascript:alert({contact_id})\n", "expected an https address with {contact_id}"),
    ],
    ids=lambda value: str(value)[:60] if value else "-",
)
def test_a_wrong_setting_names_place_and_value(options: dict[str, Any], file: str, words: str) -> None:
    """The option, the variable or the key of the file, what was found and what was expected."""
    written(file)
    with pytest.raises(ConfigError) as caught:
        load(options)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_key_is_told_the_nearest() -> None:
    """A typing error should cost a second."""
    written("concurency: 4\n")
    with pytest.raises(ConfigError) as caught:
        load({})
    assert str(caught.value.hint) == 'did you mean "concurrency"?'


@pytest.mark.parametrize("url", ["https://x.org", "http://127.0.0.1:8407/", "http://localhost:1", "http://[::1]:1"])
def test_https_anywhere_and_http_on_this_machine(url: str) -> None:
    """Credentials never go over a network in the clear."""
    assert load({"base_url": url}).base_url == url.rstrip("/")


def test_the_file_means_what_it_says() -> None:
    """YAML would make Norway false, 0407 the number 263 and an all-digit key no text."""
    config = load({}, written("country: NO\ninbox_id: 0407\napi_key: 0123\nsheet: 2\nstrict: yes\nlimit:\nrate: ~\n"))
    assert (config.country, config.inbox_id, config.sheet, config.strict) == ("NO", "407", ("2",), True)
    assert config.api_key is not None
    assert config.api_key.get_secret_value() == "0123"
    assert (config.limit, config.rate) == (None, None)


@pytest.mark.parametrize("content", ["api_secret: [hunter7319]\n", "api_secret: {a: 7319}\n"], ids=["list", "mapping"])
def test_a_secret_is_in_no_error_and_no_repr(content: str) -> None:
    """Not even where it is what is wrong."""
    written(content)
    with pytest.raises(ConfigError) as caught:
        load({})
    assert "7319" not in str(caught.value) + str(caught.value.hint)
    assert "hunter2" not in repr(Config(api_key="k", api_secret="hunter2"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, "LIVEDESK_API_KEY and LIVEDESK_API_SECRET"),
        ({"api_key": "k"}, "LIVEDESK_API_SECRET"),
        ({"api_secret": "s"}, "LIVEDESK_API_KEY"),
        ({"api_key": "k", "api_secret": ""}, "LIVEDESK_API_SECRET"),
        ({"api_key": " ", "api_secret": "s"}, "LIVEDESK_API_KEY"),
    ],
    ids=["both", "secret", "key", "empty secret", "blank key"],
)
def test_missing_credentials_are_named(given: dict[str, str], missing: str) -> None:
    """The variable to set, and how to rehearse without."""
    with pytest.raises(ConfigError, match=f"{missing} not set") as caught:
        Config(**given).credentials()  # type: ignore[arg-type]
    assert "--sandbox" in str(caught.value.hint)


def test_the_example_file_loads_and_shows_every_key() -> None:
    """Uncommented, it is a valid configuration; no key is left unexplained."""
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    load({}, EXAMPLE)
    shown = "\n".join(
        line.removeprefix("# ") if line.startswith("# ") and line[2:3] != " " and ": " in line else line
        for line in lines
        if not line.startswith("## ")
    )
    assert set(yaml.safe_load(shown)) == set(Config.model_fields)
    load({}, written(shown, "shown.yaml"))


def test_a_file_that_is_named_and_missing_is_an_error() -> None:
    """Unlike ./config.yaml, which may be absent."""
    with pytest.raises(ConfigError, match="no such configuration file"):
        load({}, Path("absent.yaml"))


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"name": "number"}, '"name" is no attribute'),
        ({"custom_attributes.age": "date"}, "expected one of text, number, boolean"),
    ],
)
def test_a_type_is_of_an_attribute_and_one_of_three(given: dict[str, str], complaint: str) -> None:
    """The six fields of a create are texts."""
    with pytest.raises(ConfigError, match="--type") as caught:
        load({"type": given})
    assert complaint in str(caught.value)


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "no whole number": ({"limit": "1.5"}, "expected a whole number", "应为整数"),
    "a list for a number": ({"limit": ["1"]}, "expected a whole number", "应为整数"),
    "too many digits": ({"limit": "9" * 5000}, "expected a whole number", "应为整数"),
    "below the least": ({"limit": "0"}, "expected at least 1", "至少应为 1"),
    "above the most": ({"concurrency": "2000"}, "expected at most 1,000", "最多为 1,000"),
    "above a billion": ({"limit": "9" * 30}, "expected at most 1,000,000,000", "最多为 1,000,000,000"),
    "not above": ({"rate": "0"}, "expected more than 0", "应大于 0"),
    "no number": ({"rate": "fast"}, "expected a number", "应为数字"),
    "endless": ({"rate": "inf"}, "expected a number", "应为数字"),
    "no switch": ({"strict": "maybe"}, "expected true or false", "应为 true 或 false"),
    "no choice": ({"match_by": "x"}, "one of auto, identifier, email, phone_number", "email、phone_number 之一"),
    "no choice within": ({"type": {"custom_attributes.a": "x"}}, "text, number, boolean", "number、boolean 之一"),
    "no pairs": ({"map": "Tel"}, "expected keys and values", "应为“名称: 值”的形式"),
    "no list": ({"sheet": {"a": "b"}}, "expected a list", "应为列表"),
    "no text": ({"country": ["CN"]}, "expected a text", "应为文本"),
    "no path": ({"results": {"a": "b"}}, "expected a text", "应为文本"),
    "nothing": ({"plan": ""}, "expected a text that is not empty", "不能为空"),
}


@pytest.mark.parametrize(("options", "english", "chinese"), WRONG.values(), ids=WRONG)
def test_why_a_setting_is_wrong_is_told_in_the_readers_language(
    options: dict[str, Any], english: str, chinese: str
) -> None:
    """pydantic speaks English alone; its errors become messages."""
    with pytest.raises(ConfigError) as raised:
        load(options)
    assert str(raised.value).endswith(english)
    assert Language("zh").tell(raised.value.message).endswith(chinese)
