"""The check: made when it is due, kept, looked through a page at a time, and corrected in place."""

import ast
import asyncio
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import importer
from importer.cancellation import Cancellation
from importer.error_codes import ERROR_CODES
from importer.message import ENGLISH_READER, Language, Message
from importer.web.jobs import Job, Purpose
from importer.web.observing import JobObserver
from importer.web.plain_words import Words, told
from importer.web.review.remedies import REMEDIES, remedies
from tests.support.preparing import Draft, begun, workbook
from tests.support.reviewing import (
    MIXED,
    TITLES,
    checked,
    draft_of,
    edit,
    ended,
    numbers,
    people,
    post,
    rows,
    screen_on,
    worked,
)
from tests.support.screens import Served


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Served]:
    with screen_on(tmp_path / "results") as found:
        yield found


def words_of(page: str) -> dict[str, Any]:
    """What the page tells its script."""
    found = re.search(r'id="words-check">(.*?)</script>', page, re.DOTALL)
    assert found
    words: dict[str, Any] = json.loads(found[1])
    return words


def is_due(draft: Draft) -> bool:
    due: bool = words_of(draft.get("check"))["isDue"]
    return due


@pytest.mark.slow
def test_the_check_is_due_where_none_was_made(screen: Served) -> None:
    """The script begins it; afterwards the page has counts, causes with what to do, and the filters of both."""
    draft = draft_of(screen)
    assert is_due(draft)
    assert '"kind": "progress"' in worked(draft, "check")
    page = draft.get("check")
    assert not words_of(page)["isDue"]
    assert "2 rows need attention" in page
    assert "2 of 5 rows would be imported." in page
    assert "Not an e-mail address" in page
    assert "Write it as name@example.com, or leave the cell empty" in page
    assert 'href="?code=bad_email#rows"' in page
    assert 'href="?status=duplicate#rows"' in page
    assert "Row 3" in page


@pytest.mark.slow
def test_a_check_is_kept_until_something_changes(screen: Served) -> None:
    """Files, options, corrections: each makes it due again; what decides nothing does not."""
    draft = checked(draft_of(screen))
    drafts = screen.screen.drafts
    drafts.change(draft.id, options={"concurrency": 3})
    assert not is_due(draft)
    drafts.change(draft.id, options={"country": "DE"})
    assert is_due(checked(draft)) is False
    edit(draft, 3, {1: "bob@x.example"})
    assert is_due(draft)
    assert is_due(checked(draft)) is False
    draft.upload("b.csv", MIXED.encode())
    assert is_due(draft)


@pytest.mark.slow
def test_a_check_that_cannot_be_made_says_why(tmp_path: Path) -> None:
    """In the words of the page, with a way to the steps where it is settled; it does not begin again and again."""
    with screen_on(tmp_path, inbox_id=None) as screen:
        draft = draft_of(screen)
        worked(draft, "check")
        page = draft.get("check")
        assert "The file cannot be checked yet" in page
        assert "No inbox: the contacts need an inbox to go to" in page
        assert not words_of(page)["isDue"]
        assert "--inbox" not in page
        screen.screen.drafts.change(draft.id, options={"inbox_id": "407"})
        assert is_due(draft)


@pytest.mark.slow
def test_a_file_that_breaks_says_so(screen: Served) -> None:
    """And nothing is lost: without it the check is made."""
    draft = begun(screen, ("a.csv", MIXED.encode()), ("b.xlsx", b"PK\x03\x04no workbook"))
    worked(draft, "check")
    assert "b.xlsx" in draft.get("check")
    screen.change("DELETE", f"/drafts/{draft.id}/files/b.xlsx")
    assert "2 rows need attention" in checked(draft).get("check")


def test_without_a_file_the_page_leads_to_one(screen: Served) -> None:
    """Nothing can be checked."""
    draft = begun(screen)
    assert "There is no file yet that can be read." in draft.get("check")
    assert post(draft, "check").status == 400


@pytest.mark.slow
def test_a_cancelled_check_is_said_to_be_incomplete(screen: Served) -> None:
    """Its rows can be looked at; it can be made again."""
    draft = draft_of(screen, people(40_000))
    job = post(draft, "check").json["job"]
    screen.change("POST", f"/jobs/{job}/cancel")
    ended(draft, job)
    page = draft.get("check")
    assert "The check was stopped before its end" in page
    assert not words_of(page)["isDue"]
    assert "No row needs attention" in checked(draft).get("check")


@pytest.mark.slow
def test_a_second_page_follows_the_same_check(screen: Served) -> None:
    """One at a time is made of a draft."""
    draft = draft_of(screen, people(40_000))
    first = post(draft, "check").json["job"]
    assert post(draft, "check").json["job"] == first
    assert f'data-job="{first}"' in draft.get("check")
    ended(draft, first)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [3, 4]),
        ("status=", [2, 3, 4, 5, 6]),
        ("status=valid", [2, 5]),
        ("status=attention&sort=name&down=1", [4, 3]),
        ("code=bad_email", [3]),
        ("q=DEE", [5]),
        ("q=bob%40", [3]),
        ("status=&q=ann%40x.example", [2, 6]),
        ("status=nonsense&sort=nonsense&page=x&size=7", [2, 3, 4, 5, 6]),
        ("status=&page=99", [2, 3, 4, 5, 6]),
        ("code=nonsense", []),
    ],
)
def test_an_address_says_which_rows(screen: Served, query: str, expected: list[int]) -> None:
    """Those that need attention where it says nothing; what nobody knows counts as not given."""
    assert numbers(checked(draft_of(screen)), query) == expected


@pytest.mark.slow
def test_rows_come_a_page_at_a_time(screen: Served) -> None:
    """With the place of the page among all."""
    draft = checked(draft_of(screen, people(120)))
    found = rows(draft, "status=&page=3&size=50")
    assert (found["all"], found["page"], found["pages"]) == (120, 3, 3)
    assert [row["place"][2] for row in found["rows"]] == [*range(102, 122)]


@pytest.mark.slow
def test_a_row_has_its_cells_with_titles_and_what_is_wrong_where(screen: Served) -> None:
    """By the column, with what to do there."""
    found = rows(checked(draft_of(screen)), "code=bad_email")
    (row,) = found["rows"]
    assert row["cells"] == ["Bob", "bob@", "+493012345679", "C2"]
    assert [column["title"] for column in found["sources"][row["source"]]] == ["Name", "Email", "Phone", "Customer ID"]
    assert found["sources"][row["source"]][2]["field"] == "Phone number"
    assert row["flaws"] == {
        "1": {
            "why": '"bob@" is not an email address (nothing after the @)',
            "todo": "Write it as name@example.com, or leave the cell empty",
        }
    }


@pytest.mark.slow
def test_a_correction_is_checked_and_kept_at_once(screen: Served) -> None:
    """The importer itself says what it thinks of it, and the next check has it."""
    draft = checked(draft_of(screen))
    still = edit(draft, 3, {1: "bob@x"}).json
    assert still["state"] == "bad"
    assert still["told"].startswith("Not right yet: Email")
    assert [*still["flaws"]] == ["1"]
    fine = edit(draft, 3, {1: "bob@x.example"}).json
    assert (fine["state"], fine["flaws"]) == ("good", {})
    assert fine["told"] == "Fine now: it will be sent."
    assert fine["edited"] == {"1": "bob@"}
    assert fine["corrections"] == "1 cell corrected: kept, and part of the import."
    assert "1 cell corrected" in draft.get("check") or is_due(draft)
    assert rows(draft, "status=&q=bob")["rows"][0]["cells"][1] == "bob@x.example"
    assert numbers(checked(draft)) == [4]


@pytest.mark.slow
def test_a_correction_is_undone_also_after_the_next_check(screen: Served) -> None:
    """What the file has in the cell is known on."""
    draft = checked(draft_of(screen))
    edit(draft, 3, {1: "bob@x.example", 0: "Bobby"})
    (row,) = rows(checked(draft), "q=bobby")["rows"]
    assert row["edited"] == {"0": "Bob", "1": "bob@"}
    assert edit(draft, 3, {0: "Bob"}).json["edited"] == {"1": "bob@"}
    assert edit(draft, 3, row["edited"]).json["edited"] == {}
    assert screen.screen.drafts.get(draft.id).corrected.cells == {}
    assert numbers(checked(draft)) == [3, 4]


@pytest.mark.slow
def test_a_value_of_another_row_is_told(screen: Served) -> None:
    """Of another person it is no good; of the same it makes a duplicate."""
    draft = checked(draft_of(screen))
    other = edit(draft, 3, {1: "ann@x.example"}).json
    assert other["state"] == "bad"
    assert "belongs to another person, in row 2" in other["told"]
    same = edit(draft, 3, {0: "Ann", 1: "ann@x.example", 2: "", 3: ""}).json
    assert (same["state"], same["told"]) == ("same", "The same person as row 2 (Email)")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lang", "said"),
    [("en", 'stands in row 3 of sheet "South" too, which is another person'), ("zh", "工作表“South”第 3 行")],
)
def test_what_a_correction_does_to_a_later_row_is_told(screen: Served, tmp_path: Path, lang: str, said: str) -> None:
    """The first of two rows keeps a value: the other one then needs attention. The place is said in whole."""
    sheet = [["Name", "Email", "Customer ID"], ["Ann", "ann@", "C1"]]
    south = [sheet[0], ["Cy", "cy@x.example", "C2"], ["Dee", "dee@x.example", "C3"]]
    draft = begun(screen, ("a.xlsx", workbook(tmp_path, {"North": sheet, "South": south})))
    screen.screen.drafts.change(draft.id, options={"sheet": ["all"]})
    screen.change("PUT", "/language", {"language": lang})
    found = edit(checked(draft), 2, {1: "dee@x.example"}, file="a.xlsx", sheet="North").json
    assert found["state"] == "same"
    assert said in found["told"]
    assert "第 工作表" not in found["told"]
    (later,) = rows(checked(draft), "code=shared_value")["rows"]
    assert later["place"] == ["a.xlsx", "South", 3]
    assert "第 工作表" not in later["error"]


def test_a_row_is_left_out_and_taken_in_again(screen: Served) -> None:
    """Its corrected cells stay."""
    draft = checked(draft_of(screen))
    assert edit(draft, 3, {0: "B"}, out=True).json["state"] == "out"
    assert rows(checked(draft), "status=left_out")["rows"][0]["out"] is True
    taken = edit(draft, 3, out=False).json
    assert (taken["isOut"], taken["edited"]) == (False, {"0": "Bob"})


@pytest.mark.slow
def test_all_rows_of_a_cause_are_left_out(screen: Served) -> None:
    """And all corrections taken back."""
    draft = checked(draft_of(screen, TITLES + "".join(f"P{n},bad,,C{n}\n" for n in range(1200))))
    assert post(draft, "check/leave-out", code="bad_email").json == {"rows": 1200}
    assert "No row needs attention" in checked(draft).get("check")
    screen.change("DELETE", f"/drafts/{draft.id}/check/corrections")
    assert "1,200 rows need attention" in checked(draft).get("check")


@pytest.mark.parametrize("code", [*REMEDIES, "partial"])
def test_rows_of_every_cause_can_be_left_out(code: str) -> None:
    """But for one that is about the others."""
    kinds = [remedy.kind for remedy in remedies(code, {})]
    assert (kinds.count("leave out"), kinds[-1] == "leave out") == ((0, False) if code == "strict" else (1, True))


@pytest.mark.slow
def test_a_button_of_a_cause_settles_all_its_rows(screen: Served) -> None:
    """By an option, such as the country that was chosen beside it."""
    draft = checked(draft_of(screen))
    assert re.search(r'data-remedies="no_country" data-place="0"', draft.get("check"))
    assert post(draft, "check/remedy", code="no_country", place=0, value="DE").status == 200
    assert draft.options == {"country": "DE"}
    assert numbers(checked(draft)) == [3]
    assert post(draft, "check/remedy", code="bad_email", place=0, value="").status == 200
    assert draft.options == {"country": "DE", "invalid_values": "drop"}
    page = checked(draft).get("check")
    assert "No row needs attention" in page
    assert 'href="?code=remark-bad_value#rows"' in page
    assert numbers(draft, "code=remark-bad_value") == [3]


@pytest.mark.slow
def test_a_button_says_how_many_rows_it_is_about_and_what_takes_it_back(screen: Served) -> None:
    """Where it settles the rows of other causes too."""
    draft = checked(draft_of(screen))
    page = draft.get("check")
    assert page.count("Send all such rows without their bad cells") == 2
    assert page.count("in all 2 rows of such causes, not in these alone") == 2
    assert page.count(f'<a href="{screen.root}/drafts/{draft.id}/options">Options takes it back</a>') == 3
    alone = checked(draft_of(screen, TITLES + "Bob,bob@,+493012345679,C2\n"))
    assert "of such causes" not in alone.get("check")


@pytest.mark.slow
def test_counts_agree_with_their_nouns(screen: Served) -> None:
    """One of two rows, and one of one."""
    page = checked(draft_of(screen, TITLES + "Ann,ann@x.example,,C1\nBob,bob@,,C2\n")).get("check")
    assert "1 of 2 rows would be imported." in page
    assert "1 of 1 row would be imported." in checked(draft_of(screen, TITLES + "Ann,ann@x.example,,C1\n")).get("check")


@pytest.mark.slow
@pytest.mark.parametrize(
    "values",
    [
        {"code": "no_country", "place": 0, "value": "Atlantis"},
        {"code": "no_country", "place": 9, "value": "DE"},
        {"code": "bad_email", "place": 1, "value": ""},
        {"code": 7},
    ],
)
def test_what_no_button_does_is_refused(screen: Served, values: dict[str, Any]) -> None:
    """And nothing is kept of it."""
    draft = checked(draft_of(screen))
    assert post(draft, "check/remedy", **values).status == 400
    assert draft.options == {}


@pytest.mark.parametrize(
    ("row", "cells", "more"),
    [(3, {99: "x"}, {}), (99, {0: "x"}, {}), (3, {0: 7}, {}), (3, {-1: "x"}, {}), (3, {}, {"out": "yes"})],
)
def test_a_cell_that_is_not_there_is_refused(
    screen: Served, row: int, cells: dict[int, Any], more: dict[str, Any]
) -> None:
    """And nothing is kept of it."""
    draft = checked(draft_of(screen))
    assert edit(draft, row, cells, **more).status == 400
    assert not screen.screen.drafts.get(draft.id).corrected


@pytest.mark.slow
def test_any_text_can_be_typed(screen: Served) -> None:
    """Also what is no text for a file."""
    draft = checked(draft_of(screen))
    for text in ("\ud800", "a\nb", "\0", "=1+1", "x" * 100_000):
        assert edit(draft, 3, {0: text}).status == 200
    checked(draft)


@pytest.mark.slow
def test_rows_of_several_sheets_are_told_apart(screen: Served, tmp_path: Path) -> None:
    """A correction is of one of them."""
    sheet = [["Name", "Email"], ["Ann", "ann@"], ["Bob", "bob@x.example"]]
    book = workbook(tmp_path, {"North": sheet, "South": [*sheet[:1], ["Cy", "cy@"], ["Dee", "dee@x.example"]]})
    draft = begun(screen, ("a.xlsx", book))
    screen.screen.drafts.change(draft.id, options={"sheet": ["all"]})
    found = rows(checked(draft))["rows"]
    assert [row["place"] for row in found] == [["a.xlsx", "North", 2], ["a.xlsx", "South", 2]]
    fine = edit(draft, 2, {1: "cy@x.example"}, file="a.xlsx", sheet="South").json
    assert fine["state"] == "good"
    assert [row["cells"][1] for row in rows(checked(draft), "q=x.example")["rows"]] == [
        "bob@x.example",
        "cy@x.example",
        "dee@x.example",
    ]


@pytest.mark.slow
def test_nothing_is_corrected_while_the_rows_are_sent(screen: Served) -> None:
    """It would not be among them; the page says so, and why."""
    draft = checked(draft_of(screen))
    ends, started = threading.Event(), threading.Event()

    def work(_: JobObserver, __: Cancellation) -> None:
        started.set()
        assert ends.wait(120)

    async def start() -> Job:
        return screen.screen.jobs.start(draft.id, Purpose.IMPORT, work)

    job = asyncio.run_coroutine_threadsafe(start(), screen.loop).result(20)
    started.wait(120)
    try:
        assert edit(draft, 3, {1: "bob@x.example"}).status == 409
        assert post(draft, "check/leave-out", code="bad_email").status == 409
        assert "This import is at work" in draft.get("check")
    finally:
        ends.set()
    ended(draft, job.id)
    assert edit(draft, 3, {1: "bob@x.example"}).status == 200


def test_what_is_in_the_file_is_no_markup(screen: Served) -> None:
    """Cells, titles, texts of errors."""
    hostile = 'Name,"<img src=x>",Email\n"<em>x</em>","</script><script>","<i>a@"\n'
    draft = checked(draft_of(screen, hostile, name="<u>.csv"))
    page = draft.get("check")
    for markup in ("<img", "<em>", "<i>", "<u>", "</script><script>"):
        assert markup not in page


@pytest.mark.slow
@pytest.mark.parametrize("code", ERROR_CODES)
def test_the_page_has_no_options_of_the_command_line_for_a_row_of_a_check(code: str) -> None:
    """It has steps and buttons."""
    if [*ERROR_CODES].index(code) <= [*ERROR_CODES].index("not_cleared"):
        words = Words(ENGLISH_READER)
        assert "--" not in words.meaning(code) + words.advice(code)


@pytest.mark.slow
def test_the_page_speaks_the_readers_language(screen: Served) -> None:
    """Also what the importer says of a cell."""
    draft = checked(draft_of(screen))
    screen.change("PUT", "/language", {"language": Language("zh").name})
    assert "2 行需要处理" in draft.get("check")
    assert "还不对" in edit(draft, 3, {1: "bob@x"}).json["told"]


def spoken(*modules: str) -> Iterator[str]:
    """Every text of these modules in which an option stands."""
    for module in modules:
        source = (Path(importer.__file__).parent / module).read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and node.args:
                texts = [each.value for each in node.args[:2] if isinstance(each, ast.Constant)]
                yield from (text for text in texts if isinstance(text, str) and re.search(r"--[a-z]", text))


BESIDE = {
    # A note that the page shows nowhere, and questions and answers of the command line.
    *("--save-mapping: the sheets or files have different titles", "answer with y, or add --yes"),
    "--clear: nobody agreed that values are erased; nothing was sent",
    "update: {name}: overwrite: --on-duplicate fill replaces no value",  # of the configuration file alone
}


SPEAKERS = ("pipeline/opening.py", "pipeline/updating.py", "sender/differences.py", "staging/memory.py")


@pytest.mark.parametrize("template", sorted({*spoken(*SPEAKERS)} - BESIDE))
def test_what_a_check_or_a_row_says_has_no_option_on_the_page(template: str) -> None:
    """A page has steps and buttons where a command has options."""
    found = told(Message(template))
    assert not re.search(r"--[a-z]", found.text)
    assert {*re.findall(r"\{(\w+)", found.text)} <= {*re.findall(r"\{(\w+)", template)}


@pytest.mark.slow
def test_rows_without_a_name_are_told_of_and_can_be_shown(screen: Served) -> None:
    """As other remarks on rows that are taken; an invalid row has its own cause."""
    draft = checked(draft_of(screen, "Name,Email\nAnn,ann@x.example\n,bob@x.example\n,cy@\n,dee@x.example\n"))
    page = draft.get("check")
    assert re.search(r"<span>Sent without a name</span><span class=\"count\">2 rows</span>", page)
    assert 'href="?code=nameless#rows"' in page
    assert numbers(draft, "code=nameless") == [3, 5]
    assert numbers(draft, "code=nameless&q=dee") == [5]
    assert "without a name" not in checked(draft_of(screen, people(2))).get("check")
