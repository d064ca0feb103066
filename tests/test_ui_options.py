"""The page of options: the library's own list, each kept as it is chosen, and what is wrong told at its field."""

import re
from pathlib import Path

import pytest

from importer.library import import_contacts
from importer.library.form import OPTIONS
from importer.web.prepare.option_words import ELSEWHERE, FIRST
from tests.support.preparing import PEOPLE, begun
from tests.support.screens import Served, served
from tests.support.service import KEY, SECRET, Service

NUMBERS = b"Name,Phone\nA,13800138000\nB,13900139000\nC,+8613700137000\nD,13600136000\nE,12\nF,13500135000\n"
INBOXES = b"Name,Email,Inbox ID\nAnn,ann@example.com,407\n"


def value_of(page: str, name: str) -> str:
    """What the field of an option holds."""
    found = re.search(rf'id="option-{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


@pytest.mark.slow
def test_every_option_of_the_library_is_asked_for(screen: Served) -> None:
    """What everybody decides first, the rest behind; what another step asks, there."""
    asked = re.findall(r'data-option="(\w+)"', begun(screen, ("a.csv", PEOPLE)).get("options"))
    assert {*asked} == {option.name for option in OPTIONS} - ELSEWHERE
    assert {*asked[: len(FIRST)]} == {*FIRST}


@pytest.mark.slow
def test_a_choice_is_kept_and_stands_there_again(screen: Served) -> None:
    """Numbers, switches and lists as the settings have them; what is emptied is as usual again."""
    draft = begun(screen, ("a.csv", PEOPLE))
    sent = {
        "inbox": "0407",
        "on_duplicate": "update",
        "strict": True,
        "keep": ["name"],
        "concurrency": "4",
        "rate": "2.5",
    }
    answer = draft.put("options", **sent).json
    assert (answer["errors"], answer["shown"]["inbox"]) == ({}, "407")
    kept = {
        "inbox_id": "407",
        "on_duplicate": "update",
        "strict": True,
        "keep": ["name"],
        "concurrency": 4,
        "rate": 2.5,
    }
    assert draft.options == kept
    page = draft.get("options")
    assert value_of(page, "inbox") == "407"
    assert re.search(r'name="on_duplicate" value="update" checked', page)
    assert '<details class="card" id="more" open>' in page
    draft.put("options", concurrency="")
    assert "concurrency" not in draft.options


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("inbox", "abc", "Expected digits, the Channel ID of the console's channel settings"),
        ("concurrency", "0", "Expected at least 1"),
        ("concurrency", "many", "Expected a whole number"),
        ("rate", "-1", "Expected more than 0"),
        ("country", "Germny", 'did you mean "Germany"?'),
        ("match_by", "shoe size", "Expected one of"),
        ("keep", ["height"], '"height" cannot be updated'),
    ],
)
def test_a_wrong_value_is_told_at_its_field(screen: Served, name: str, value: object, told: str) -> None:
    """The others are kept, and so is what held before."""
    draft = begun(screen, ("a.csv", PEOPLE))
    answer = draft.put("options", **{name: value, "stamp": True}).json
    assert told in answer["errors"][name]
    assert "--" not in answer["errors"][name]
    assert draft.options == {"stamp": True}


def test_an_option_of_another_kind_is_refused(screen: Served) -> None:
    """A page sends no secret, no path, and no address."""
    draft = begun(screen, ("a.csv", PEOPLE))
    for name in ("api_secret", "base_url", "output_dir", "canary", "nothing"):
        assert draft.put("options", **{name: "x"}).status == 400
    assert draft.options == {}


@pytest.mark.slow
def test_a_country_is_what_the_reader_calls_it(screen: Served) -> None:
    """It is kept as a code; the page tells what it means, and what the file's own numbers become."""
    draft = begun(screen, ("a.csv", NUMBERS))
    assert "1 of 6 numbers in the first rows can be read." in draft.get("options")
    screen.change("PUT", "/language", {"language": "zh"})
    answer = draft.put("options", country="中国").json
    assert draft.options == {"country": "CN"}
    assert answer["shown"]["country"] == "中国"
    assert "+86" in answer["country"]
    assert {"cell": "13800138000", "number": "+8613800138000", "problem": ""} in answer["phones"]["shown"]
    assert [each["cell"] for each in answer["phones"]["shown"] if each["problem"]] == ["12"]
    assert value_of(draft.get("options"), "country") == "中国"


@pytest.mark.slow
def test_international_is_a_country_of_the_list(screen: Served) -> None:
    """In words, and back."""
    draft = begun(screen, ("a.csv", b"Name,Phone\nA,8613800138000\n"))
    words = "International: numbers begin with their country code"
    assert f'<option value="{words}">' in draft.get("options")
    assert draft.put("options", country=words).json["shown"]["country"] == words
    assert draft.options == {"country": "international"}


def test_a_country_is_suggested_where_most_numbers_fit_it(screen: Served) -> None:
    """By the codes of the file's own numbers, and never chosen by itself."""
    draft = begun(screen, ("a.csv", NUMBERS))
    assert re.search(r'id="suggested" data-country="China">', draft.get("options"))
    assert draft.options == {}
    assert draft.put("options", country="China").json["suggested"] == ""
    without = begun(screen, ("b.csv", b"Name,Phone\nA,030 1234567\nB,030 1234568\n"))
    assert re.search(r'id="suggested" data-country="" hidden>', without.get("options"))


def test_an_inbox_is_needed_unless_a_column_has_it(screen: Served) -> None:
    """The page says so at its field."""
    assert '"needsInbox": true' in begun(screen, ("a.csv", PEOPLE)).get("options")
    page = begun(screen, ("a.csv", INBOXES)).get("options")
    assert '"needsInbox": false' in page
    assert "A column of your file says it, too" in page


@pytest.mark.slow
def test_inbox_and_country_are_those_of_the_last_import(screen: Served, service: Service, tmp_path: Path) -> None:
    """The page says where they are from; what is emptied then stays empty."""
    (tmp_path / "a.csv").write_bytes(PEOPLE)
    import_contacts(
        tmp_path / "a.csv",
        base_url=service.url,
        api_key=KEY,
        api_secret=SECRET,
        inbox=407,
        country="DE",
        output_dir=screen.screen.output_dir,
    )
    draft = begun(screen, ("a.csv", PEOPLE))
    page = draft.get("options")
    assert (value_of(page, "inbox"), value_of(page, "country")) == ("407", "Germany")
    assert page.count("As in the last import") == 2
    assert draft.options == {"inbox_id": "407", "country": "DE"}
    draft.put("options", country="")
    assert value_of(draft.get("options"), "country") == ""


@pytest.mark.slow
def test_what_the_configuration_says_is_shown_with_its_place(tmp_path: Path) -> None:
    """It holds until this page says something else."""
    (tmp_path / "config.yaml").write_text("inbox_id: '12'\non_duplicate: fill\n")
    with served(tmp_path / "results", config_path=tmp_path / "config.yaml") as screen:
        draft = begun(screen, ("a.csv", PEOPLE))
        page = draft.get("options")
        assert value_of(page, "inbox") == "12"
        assert page.count(f"From {tmp_path / 'config.yaml'}") == 2
        assert re.search(r'name="on_duplicate" value="fill" checked', page)
        draft.put("options", inbox="13")
        assert value_of(draft.get("options"), "inbox") == "13"
