"""Remarks have kinds: counted in the summary, a card and a filter in the report."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from importer.ledger.records import LedgerRow
from importer.message import Language, Message
from importer.normalizer.cells import read
from importer.remarks import REMARKS, RemarkCount, kinds_of
from importer.reporter.terminal import closing_words
from tests.support.runs import GOOD, RUN, filed
from tests.support.service import invoke, written

SECOND = read("email", "ann@example.org; bo@example.org").warnings
OTHER = Message("a hint about this row alone")


def remarked(*numbers: int) -> list[LedgerRow]:
    """Rows that were created, with a second email left out and a hint without a kind."""
    outcome = GOOD.outcome._replace(hint=(*SECOND, OTHER))
    return [replace(GOOD, number=number, outcome=outcome) for number in numbers]


def test_every_kind_has_its_words_in_both_languages() -> None:
    """Whoever adds a kind says what it is."""
    assert all(Language("zh").tell(meaning) != str(meaning) for meaning in REMARKS.values())


@pytest.mark.parametrize(
    ("field", "cell", "kind"),
    [
        ("additional_attributes.city", "Bonn ::: Köln", "second_value"),
        ("phone_number", "+49 30 23125000 ext. 12", "extension"),
        ("phone_number", "+123456789", "improbable"),
        ("name", "2024-01-31", "no_letter"),
        ("name", "王*明", "masked"),
        ("identifier", "2024-01-31", "odd_name"),
        ("identifier", "A\\1", "unsearchable"),
        ("avatar_url", f"https://example.com/{'a' * 250}", "long_link"),
        ("email", "ann@gmial.com", "mail_domain"),
        ("name", "Èâàí", "other_encoding"),
    ],
)
def test_what_is_sent_with_a_remark_has_a_kind(field: str, cell: str, kind: str) -> None:
    """So that the summary and the report can count it."""
    assert [*kinds_of(read(field, cell).warnings)] == [kind]
    assert kind in REMARKS


def test_several_values_in_a_cell_are_a_kind_by_their_field() -> None:
    """What is left out is told by the row, and counted by the run."""
    phones = read("phone_number", "+49 30 23125000 / +49 30 23125001").warnings
    assert [*kinds_of(SECOND)] == ["second_email"]
    assert [*kinds_of(phones)] == ["second_phone_number"]
    assert [*kinds_of((OTHER,))] == []


def test_a_row_counts_once_for_each_kind() -> None:
    """However many of its cells have such a remark; the first rows are named."""
    count = RemarkCount()
    for number in range(2, 8):
        count.add(number, (*SECOND, *SECOND, OTHER))
    (remark,) = count.found()
    assert (remark.count, str(remark.where)) == (6, "rows 2, 3, 4 and 3 more")


def test_the_summary_counts_remarks(tmp_path: Path) -> None:
    """In words for people, and by kind for programs."""
    summary = filed(tmp_path, [*remarked(3, 4, 9), GOOD], RUN)
    assert json.loads(Path(summary.files["summary"]).read_text())["remarks"] == [{"kind": "second_email", "count": 3}]
    assert "        3  a second email left out (rows 3, 4, 9)" in closing_words(summary).splitlines()


def test_the_report_has_a_card_and_a_filter_for_each_kind(tmp_path: Path) -> None:
    """The card leads to its rows; a hint without a kind makes none."""
    page = Path(filed(tmp_path, [*remarked(3, 4), GOOD], RUN).files["report"]).read_text(encoding="utf-8")
    card = re.search(r'id="remarks">.*?</section>', page, re.DOTALL)
    assert card is not None
    assert "a second email left out" in card[0]
    assert 'href="#code=second_email"' in card[0]
    data = re.search(r'id="data">(.*?)</script>', page, re.DOTALL)
    assert data is not None
    assert [row[12] for row in json.loads(data[1])] == [None, ["second_email"], ["second_email"]]
    assert '"kinds":{"second_email":"a second email left out"}' in page


def test_a_number_of_a_second_column_is_told_by_the_summary() -> None:
    """A column that is filled is shown as such, though nothing of it is sent."""
    written("Name,Mobile,Landline\nAnn,+447400123401,+442079460018\nBob,+447400123402,+442079460019\n")
    done = invoke("contacts.csv", "--inbox", 407, "--dry-run")
    assert "Landline (phone_number, by its title): 100% filled, 100% of them valid" in done.output
    assert "        2  a second phone number left out (rows 2, 3)" in done.stdout
