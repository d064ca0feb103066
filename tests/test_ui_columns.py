"""The page of columns: what each is and why, choices that are kept at once, and what the library says of them."""

import ast
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import importer
from importer.config import saved_mapping
from importer.library import import_contacts
from importer.message import Message
from importer.web.plain_words import plain
from tests.support.preparing import PEOPLE, Draft, begun
from tests.support.screens import Served
from tests.support.service import Service

FIRM = b"Kunde,Kontakt,E-Mail,Telefon,Mobil,Ref\nACME AG,Anna Weber,a@acme.de,030 1234567,0151 23456789,x1\n"


def fields_of(page: str) -> dict[str, str]:
    """The field that each select of a page has."""
    found = {}
    for key, options in re.findall(r'data-chooses="([^"]*)"(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)"[^>]* selected>', options)
        found[key] = chosen[1] if chosen else ""
    return found


def choose(draft: Draft, key: str, field: str | None, **more: object) -> dict[str, str]:
    """Give a column a field; what each column is then."""
    answer = draft.put("columns", key=key, field=field, **more)
    assert answer.status == 200, answer.text
    return {column["key"]: column["field"] for column in answer.json["tables"][0]["columns"]}


@pytest.mark.slow
def test_each_column_has_its_field_examples_and_why(screen: Served) -> None:
    """As the importer reads it; what is unsure is marked, with what it may be instead."""
    page = begun(screen, ("a.csv", FIRM)).get("columns")
    assert fields_of(page) == {
        "Kunde": "additional_attributes.company_name",
        "Kontakt": "name",
        "E-Mail": "email",
        "Telefon": "phone_number",
        "Mobil": "phone_number",
        "Ref": "",
    }
    assert "1 column is unsure: look at it." in page
    assert "Rather: Name" in page
    assert "ACME AG" in page
    assert "The person stands beside it" in page
    assert "Neither its title nor its cells say a field." in page


@pytest.mark.slow
def test_a_choice_is_kept_at_once_and_has_the_consequences_that_the_library_sees(screen: Served) -> None:
    """The column that had the field has it no more, and the page says why."""
    draft = begun(screen, ("a.csv", FIRM))
    answer = draft.put("columns", key="Mobil", field="phone_number")
    mobile = {column["key"]: column for column in answer.json["tables"][0]["columns"]}
    assert draft.options["map"] == {"Mobil": "phone_number"}
    assert (mobile["Mobil"]["field"], mobile["Mobil"]["why"]) == ("phone_number", "Chosen by you")
    assert (mobile["Telefon"]["field"], mobile["Telefon"]["why"]) == ("", '"Mobil" is used for Phone number')
    assert fields_of(draft.get("columns"))["Mobil"] == "phone_number"
    assert choose(draft, "Mobil", None)["Telefon"] == "phone_number"
    assert draft.options == {}


@pytest.mark.slow
def test_two_choices_for_one_field_are_told_at_once(screen: Served) -> None:
    """Nothing is kept then; on a word, the field is taken from the column that had it."""
    draft = begun(screen, ("a.csv", FIRM))
    choose(draft, "Mobil", "phone_number")
    refused = draft.put("columns", key="Telefon", field="phone_number")
    assert refused.status == 409
    error = refused.json["error"]
    assert (error["code"], error["message"]) == ("taken", 'Not saved: you gave this field to "Mobil".')
    assert draft.options["map"] == {"Mobil": "phone_number"}
    assert choose(draft, "Telefon", "phone_number", takes=True)["Mobil"] == ""
    assert draft.options["map"] == {"Telefon": "phone_number"}


@pytest.mark.slow
def test_two_choices_for_one_field_are_told_of_several_files_too(screen: Served) -> None:
    """Each table by itself: the columns of two files may well have one field."""
    draft = begun(screen, ("a.csv", FIRM), ("b.csv", PEOPLE))
    choose(draft, "Mobil", "phone_number")
    refused = draft.put("columns", key="Telefon", field="phone_number")
    assert (refused.status, refused.json["error"]["code"]) == (409, "taken")
    assert draft.put("columns", key="Phone", field="phone_number").status == 200


@pytest.mark.slow
def test_of_choices_at_once_none_is_lost(screen: Served) -> None:
    """Whoever sends them: two pages may be open."""
    draft = begun(screen, ("a.csv", FIRM))
    wanted = {"Kunde": "custom_attributes.a", "Telefon": "", "Ref": "identifier", "Mobil": "phone_number"}
    with ThreadPoolExecutor(4) as pool:
        answers = [*pool.map(lambda pair: draft.put("columns", key=pair[0], field=pair[1]).status, wanted.items())]
    assert answers == [200] * 4
    assert draft.options["map"] == wanted


def test_a_field_that_does_not_exist_is_refused(screen: Served) -> None:
    """In the words of the page, which has no options to write."""
    draft = begun(screen, ("a.csv", FIRM))
    refused = draft.put("columns", key="Ref", field="phone")
    assert (refused.status, refused.json["error"]["message"]) == (409, 'there is no field "phone"')
    assert draft.options == {}


@pytest.mark.slow
def test_an_attribute_gets_the_name_that_is_typed(screen: Served) -> None:
    """A name of nothing is refused."""
    draft = begun(screen, ("a.csv", FIRM))
    assert draft.put("columns", key="Ref", attribute="customer ref").status == 200
    assert draft.options["map"] == {"Ref": "custom_attributes.customer_ref"}
    assert "attribute “customer_ref”" in draft.get("columns")
    assert draft.put("columns", key="Ref", attribute="  ").status == 400


@pytest.mark.slow
def test_choices_are_offered_for_the_next_file_with_these_titles(screen: Served) -> None:
    """Seen, and never applied by themselves; a click makes them, and then nothing is offered any more."""
    choose(begun(screen, ("a.csv", FIRM)), "Ref", "identifier")
    draft = begun(screen, ("b.csv", FIRM.replace(b"Anna", b"Beate")))
    page = draft.get("columns")
    assert fields_of(page)["Ref"] == ""
    assert draft.options == {}
    assert "<bdi>Ref</bdi> → Identifier" in page
    (source,) = re.findall(r'data-source="([^"]+)"', page)
    assert draft.put("columns/before", source=source).status == 200
    assert draft.options == {"map": {"Ref": "identifier"}}
    assert '<div id="before" class="card offer" hidden>' in draft.get("columns")


def test_choices_that_are_taken_back_are_offered_no_more(screen: Served) -> None:
    """What is kept for the next file follows."""
    draft = begun(screen, ("a.csv", FIRM))
    choose(draft, "Ref", "identifier")
    choose(draft, "Ref", None)
    assert 'class="card offer" hidden' in begun(screen, ("b.csv", FIRM)).get("columns")


def test_a_mapping_that_somebody_saved_stays_as_it_is(screen: Served) -> None:
    """A run of every night may follow it; it is offered here, too."""
    folder = screen.screen.output_dir / "mappings"
    folder.mkdir()
    fields = {"Kunde": "", "Kontakt": "name", "E-Mail": "email", "Telefon": "", "Mobil": "", "Ref": "identifier"}
    (folder / "nightly.yaml").write_text(saved_mapping.as_text(fields))
    draft = begun(screen, ("a.csv", FIRM))
    assert "<bdi>Telefon</bdi> → not imported" in draft.get("columns")
    choose(draft, "Ref", "custom_attributes.ref")
    assert saved_mapping.load("nightly", screen.screen.output_dir) == fields
    assert len(saved_mapping.known(screen.screen.output_dir)) == 2


@pytest.mark.slow
def test_what_a_run_had_is_offered(screen: Served, service: Service, tmp_path: Path) -> None:
    """Whoever began it."""
    (tmp_path / "a.csv").write_bytes(FIRM)
    import_contacts(
        tmp_path / "a.csv",
        base_url=service.url,
        api_key="key",
        api_secret="secret",
        inbox=407,
        country="DE",
        map={"Ref": "identifier"},
        output_dir=screen.screen.output_dir,
    )
    assert "<bdi>Ref</bdi> → Identifier" in begun(screen, ("b.csv", FIRM)).get("columns")


def test_other_columns_are_kept_by_one_switch(screen: Served) -> None:
    """As attributes that are named after their titles."""
    draft = begun(screen, ("a.csv", FIRM))
    answer = draft.put("columns/extra", keep=True)
    assert answer.json["tables"][0]["columns"][5]["field"] == "custom_attributes.ref"
    assert draft.options == {"extra_columns": "custom"}
    assert re.search(r'id="extra" checked', draft.get("columns"))
    draft.put("columns/extra", keep=False)
    assert fields_of(draft.get("columns"))["Ref"] == ""


def test_a_value_for_all_rows_is_checked_and_kept(screen: Served) -> None:
    """And taken away again."""
    draft = begun(screen, ("a.csv", FIRM))
    assert draft.put("constants", attribute="source", value="fair").status == 200
    assert draft.put("constants", field="additional_attributes.city", value="Berlin").status == 200
    assert draft.options["set"] == {"custom_attributes.source": "fair", "additional_attributes.city": "Berlin"}
    assert "Attribute “source”" in draft.get("columns")
    for wrong in (
        {"attribute": "", "value": "x"},
        {"attribute": "source", "value": " "},
        {"field": "nick", "value": "x"},
    ):
        assert draft.put("constants", **wrong).status == 400
    for nothing in ("nobody", "n/a"):
        assert draft.put("constants", field="email", value=nothing).status == 400
    draft.put("constants", field="custom_attributes.source", value=None)
    assert draft.options["set"] == {"additional_attributes.city": "Berlin"}


@pytest.mark.slow
def test_files_with_the_same_columns_are_shown_once(screen: Served) -> None:
    """Others have a table of their own, and a choice is for the columns that it names."""
    draft = begun(screen, ("a.csv", PEOPLE), ("b.csv", PEOPLE), ("c.csv", FIRM))
    page = draft.get("columns")
    assert re.findall(r'<h2 id="table-\d">(.*?)</h2>', page) == [
        "<bdi>a.csv</bdi>, <bdi>b.csv</bdi>",
        "<bdi>c.csv</bdi>",
    ]
    tables = draft.put("columns", key="Ref", field="identifier").json["tables"]
    assert [table["problem"] for table in tables] == ["", ""]


@pytest.mark.slow
def test_choices_for_a_column_that_is_gone_are_let_go_of(screen: Served) -> None:
    """A run would refuse them."""
    draft = begun(screen, ("a.csv", FIRM), ("b.csv", PEOPLE))
    choose(draft, "Ref", "identifier")
    screen.change("DELETE", f"/drafts/{draft.id}/files/a.csv")
    draft.get("columns")
    assert "map" not in draft.options


def test_a_file_without_people_says_what_to_do(screen: Served) -> None:
    """The selects keep what was chosen meanwhile, and a column for a person makes it sound."""
    draft = begun(screen, ("a.csv", b"Item,Price,Note\nPen,2,blue\nInk,3,red\n"))
    page = draft.get("columns")
    problem = re.search(r'role="alert"><p class="why">(.+?)</p>', page)
    assert problem
    assert "--" not in problem[1]
    answer = draft.put("columns", key="Item", field="name").json
    assert (answer["sound"], answer["tables"][0]["problem"]) == (True, "")


def test_a_product_is_named(screen: Served) -> None:
    """Its columns are known."""
    titles = b"Name,Given Name,Family Name,E-mail 1 - Type,E-mail 1 - Value,Phone 1 - Type,Phone 1 - Value\n"
    export = titles + b"Ann Lee,Ann,Lee,Home,ann@example.com,Mobile,+49301234567\n"
    assert "Exported by Google Contacts" in begun(screen, ("a.csv", export)).get("columns")


def test_without_a_file_the_page_leads_to_one(screen: Served) -> None:
    """And no further."""
    for step in ("columns", "options"):
        page = begun(screen).get(step)
        assert "There is no file yet that can be read." in page
        assert 'id="next"' not in page


@pytest.mark.slow
def test_the_page_speaks_the_readers_language(screen: Served) -> None:
    """Also what the library says of a column."""
    draft = begun(screen, ("a.csv", FIRM))
    screen.change("PUT", "/language", {"language": "zh"})
    page = draft.get("columns")
    assert "公司" in page
    assert "By its title" not in page


BESIDE = {
    # What no preview says: these are of the settings, of runs and of lines of the command line.
    "expected a country by code or name, such as CN, Germany or 德国, or international"
}


def spoken(*rooms: str) -> Iterator[str]:
    """Every text of these rooms in which an option stands."""
    folder = Path(importer.__file__).parent
    for path in (path for room in rooms for path in (folder / room).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                texts = [arg.value for arg in node.args[:2] if isinstance(arg, ast.Constant)]
                yield from (text for text in texts if isinstance(text, str) and re.search(r"--[a-z]", text))


@pytest.mark.parametrize("template", sorted({*spoken("loader", "mapping")} - BESIDE))
def test_what_opening_a_file_says_has_no_option_on_the_page(template: str) -> None:
    """A page has a select or a button where a command has an option."""
    found = plain(Message(template))
    assert found is None or not re.search(r"--[a-z]", found.text)
    if found is not None:
        assert {*re.findall(r"\{(\w+)", found.text)} <= {*re.findall(r"\{(\w+)", template)}


@pytest.mark.slow
def test_the_data_of_the_page_are_no_markup(screen: Served) -> None:
    """Titles and cells are anybody's."""
    hostile = b'Name,Email,"<img src=x>""\' onload="\n"</script><b>",a@example.com,"<i>"\n'
    draft = begun(screen, ('<u>"a".csv', hostile))
    for step in ("file", "columns", "options"):
        page = draft.get(step)
        assert "<img" not in page
        assert "<b>" not in page
        assert "<i>" not in page
    key = json.loads(json.dumps([*fields_of(draft.get("columns"))][2])).replace("&lt;", "<").replace("&gt;", ">")
    assert draft.put("columns", key=key.replace("&#34;", '"').replace("&#39;", "'"), field="").status == 200
