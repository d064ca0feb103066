"""``--invalid-values drop``: a row goes without its bad cell where another key is left, says so, and gets it later."""

import json
from pathlib import Path

import pytest

from importer.mapping.column_mapping import map_columns
from importer.message import sentence
from importer.models import Row
from importer.normalizer.columns import Rules
from tests.support.rows import NormalizedRow, normalized_row
from tests.support.service import Service

DROP = Rules(inbox_id="407", country="DE", types={"custom_attributes.age": "number"}, invalid_values="drop")


def normalized(cells: dict[str, str], rules: Rules = DROP) -> NormalizedRow:
    mapping = map_columns([*cells], {}, {}, "ignore")
    return normalized_row(mapping, rules, Row(2, tuple(cells.values())))


@pytest.mark.parametrize(
    ("title", "cell"),
    [
        *(("name", "#REF!"), ("first_name", "Jos\udce9"), ("phone_number", "12"), ("phone_number", "1.38E+10")),
        *(("avatar_url", "me.png"), ("custom_attributes.age", "old"), ("additional_attributes.city", "#REF!")),
    ],
)
def test_a_bad_value_is_left_out_where_another_key_is_left(title: str, cell: str) -> None:
    """The hint has the value and the reason; without the option the row is refused."""
    found = normalized({"email": "ann@example.org", title: cell})
    assert found.errors == ()
    assert found.contact.create_fields() == {"email": "ann@example.org", "inbox_id": "407"}
    assert found.contact.attributes == {}
    (remark,) = found.warnings
    assert remark.values["kind"] == "bad_value"
    assert cell.replace("\udce9", "\ufffd") in str(remark)
    refuse = Rules("407", "DE", DROP.types)
    assert normalized({"email": "ann@example.org", title: cell}, refuse).errors


@pytest.mark.parametrize(
    ("cells", "codes"),
    [
        ({"name": "Ann", "email": "ann@"}, ["bad_email"]),
        ({"email": "ann@", "phone_number": "12"}, ["bad_email", "bad_phone"]),
        ({"email": "ann@example.org", "identifier": "1.2E+15"}, ["precision_lost"]),
        ({"email": "ann@example.org", "identifier": "Jos\udce9"}, ["broken_text"]),
        ({"email": "ann@example.org", "inbox_id": "x"}, ["bad_inbox"]),
        ({"email": "ann@example.org", "phone_number": "12", "inbox_id": "x"}, ["bad_phone", "bad_inbox"]),
    ],
)
def test_what_a_row_cannot_go_without_refuses_it(cells: dict[str, str], codes: list[str]) -> None:
    """No key is left; an id that lost digits may be somebody else's; an inbox decides where a contact goes."""
    found = normalized(cells)
    assert sorted(error.code for error in found.errors) == sorted(codes)
    assert not any(message.values.get("kind") == "bad_value" for message in found.warnings)


def test_several_bad_values_of_a_row_are_all_told() -> None:
    """Each with its reason."""
    found = normalized({"identifier": "C-1", "email": "ann@", "phone_number": "12"})
    assert found.errors == ()
    assert "ann@" in sentence(found.warnings)
    assert '"12"' in sentence(found.warnings)


@pytest.mark.slow
def test_the_value_is_added_once_it_is_corrected(tmp_path: Path) -> None:
    """The summary counts the row; the same file again sends nothing; of the corrected one the row says what
    differs, and updates the contact where it may."""
    path = tmp_path / "list.csv"
    told = ("--inbox", "407", "--country", "DE", "--invalid-values", "drop", "--output-dir", tmp_path / "out", "--json")
    with Service() as service:

        def imported(phone: str, *more: str) -> tuple[dict[str, int], list[object]]:
            path.write_text(f"Name,Email,Phone\nAnn,ann@example.org,{phone}\n", encoding="utf-8")
            done = service.invoke(path, *told, *more)
            assert done.exit_code == 0
            summary = json.loads(done.stdout)
            return summary["counts"], summary["remarks"]

        assert imported("12") == ({"created": 1}, [{"kind": "bad_value", "count": 1}])
        assert imported("12") == ({"unchanged": 1}, [{"kind": "bad_value", "count": 1}])
        differs = {"exists": 1}, [{"kind": "differs", "count": 1}]
        assert imported("030 23125000") == differs
        assert imported("030 23125000") == differs  # and not unchanged, until the server has it
        assert imported("030 23125000", "--on-duplicate", "update") == ({"updated": 1}, [])
        assert imported("030 23125000") == ({"unchanged": 1}, [])
        (contact,) = service.sandbox.contacts
    assert contact["phone_number"] == "+493023125000"
