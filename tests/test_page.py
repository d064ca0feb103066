"""What the page says and draws, without a browser; ``test_browser.py`` has the rest."""

import json
import re
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.ledger.records import LedgerRow
from importer.ledger.run import Measures, Run
from importer.livedesk.contact import COMPANY, CREATE_FIELDS, Contact
from importer.message import Counted, Language, Message, sentence
from importer.models import NAME_PARTS, Mode, Outcome, Status
from importer.normalizer.columns import PHONE_COUNTRY
from importer.remarks import Remark
from importer.reporter.causes import Cause
from importer.reporter.page import commands
from importer.reporter.page.charts import (
    BAR_WIDTH,
    PLOT_HEIGHT,
    PLOT_WIDTH,
    bars_of_causes,
    bars_of_latencies,
    segments,
    short_number,
    throughput,
)
from importer.reporter.page.field_words import Plain
from importer.reporter.page.rows import ALL_ROWS, MOST_ROWS, PageRows, script_json, syntax_rules
from importer.reporter.page.words import Words, moment
from importer.reporter.summary import WORDS, Summary
from importer.reporter.verdict import verdict as plain_verdict
from tests.support.runs import BAD, GOOD, RUN

ROOT = Path(__file__).parent.parent
ENGLISH, CHINESE = Language("en"), Language("zh")


def words(counts: dict[Status, int], run: Run = RUN, language: Language = ENGLISH) -> Words:
    return Words(Summary(run, counts, {}), language)


# -- words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "run", "kind", "said"),
    [
        ({Status.CREATED: 1}, RUN, "good", "The one row is fine"),
        ({}, RUN, "good", "The file has no row to import"),
        ({Status.CREATED: 1200}, RUN, "good", "All 1,200 rows are fine"),
        ({Status.CREATED: 1, Status.FAILED: 1}, RUN, "bad", "1 of 2 rows needs attention"),
        ({Status.UNKNOWN: 2}, RUN, "bad", "2 of 2 rows need attention"),
        ({Status.NOT_SENT: 2}, replace(RUN, stopped=Message("interrupted")), "stop", "Stopped: interrupted"),
    ],
)
def test_the_verdict_is_one_sentence(counts: dict[Status, int], run: Run, kind: str, said: str) -> None:
    """Good, bad, or stopped before the end; and it never leaves open what to do."""
    verdict = words(counts, run).verdict()
    assert (verdict.kind, verdict.words) == (kind, said)
    assert verdict.next


def test_duplicates_with_another_name_are_not_called_fine() -> None:
    """Nor is a file of which most rows only repeat others; and a row that is wrong is told before both."""
    others = (Remark("other_name", 2, [3, 4]),)
    counts = {Status.CREATED: 5, Status.DUPLICATE: 2}
    headline = Words(Summary(RUN, counts, {}, remarks=others), ENGLISH).verdict()
    assert headline.words == "2 of 7 rows are left out as duplicates with another name: perhaps other people"
    assert (headline.kind, "another person" in headline.next) == ("bad", True)
    assert words(counts).verdict().words == "All 7 rows are fine"
    mostly = {Status.CREATED: 1, Status.DUPLICATE: 2}
    assert words(mostly).verdict().words == "2 of 3 rows only repeat earlier rows"
    wrong = Summary(RUN, {**mostly, Status.INVALID: 1}, {}, remarks=others)
    assert sentence(plain_verdict(wrong)) == "1 of 4 rows needs attention"


STRICT = replace(RUN, options={"strict": True})
CANARY = replace(
    RUN,
    stopped=Message("--canary sends the first rows alone: 1 sent"),
    arguments=("a.csv", "--canary", "1", "--inbox", "7"),
)


@pytest.mark.parametrize(
    ("language", "run", "counts", "said"),
    [
        (ENGLISH, STRICT, {Status.INVALID: 2, Status.NOT_SENT: 8}, "Nothing was sent: 2 of 10 rows not valid"),
        (CHINESE, STRICT, {Status.INVALID: 2, Status.NOT_SENT: 8}, "未发送任何内容：10 行中有 2 行无效"),
        (ENGLISH, replace(RUN, options={"limit": 5}), {Status.CREATED: 5}, "All 5 rows are fine; --limit 5"),
        (CHINESE, replace(RUN, options={"limit": 5}), {Status.CREATED: 5}, "全部 5 行均正常；--limit 5"),
    ],
)
def test_the_verdict_says_what_was_held_back(
    language: Language, run: Run, counts: dict[Status, int], said: str
) -> None:
    """Rows that --strict did not send, and rows that --limit did not look at: nobody signs for those unawares."""
    verdict = words(counts, run, language).verdict()
    assert verdict.words.startswith(said)
    if language == ENGLISH:
        assert sentence(plain_verdict(Summary(run, counts, {}))).startswith(said)
    assert verdict.kind == ("stop" if run is STRICT else "good")


def test_a_run_that_stopped_says_how_to_go_on() -> None:
    """With its own command, without what ended with it; and a canary says so."""
    causes = (Cause("canary", ()),)
    verdict = Words(Summary(CANARY, {Status.CREATED: 1, Status.NOT_SENT: 9}, {}, causes), ENGLISH).verdict()
    assert verdict.next.startswith("The same command without --canary")
    assert verdict.command == "import-contacts a.csv --inbox 7"
    assert words({Status.CREATED: 1}).verdict().command == ""


@pytest.mark.parametrize("mode", ["dry run", "sandbox"])
def test_a_rehearsal_is_told_from_an_import(mode: Mode) -> None:
    """In words, in both languages."""
    run = replace(RUN, mode=mode)
    assert "nothing was sent to LiveDesk" in words({Status.VALID: 1}, run).verdict().mode
    assert "没有向 LiveDesk 发送" in words({Status.VALID: 1}, run, CHINESE).verdict().mode
    assert words({Status.CREATED: 1}).verdict().mode == ""


def test_the_facts_are_who_what_when_and_how_fast() -> None:
    """What is not known is empty, and left out by the page."""
    run = replace(RUN, started_by="ann@desk", measures=Measures(4.0, pauses=((1.0, 2.5),)), sheet="Kunden")
    found = words({Status.CREATED: 200}, run)
    facts = dict([*found.facts(), *found.figures()])
    expected = {
        "File": "contacts.csv",
        "Sheet": "Kunden",
        "Inbox": "407",
        "Address": "https://livedesk.example",
        "Started by": "ann@desk",
        "Duration": "4 s",
        "Rows a second": "50",
        "Requests": "5",
        "Tried again": "1",
        "Waited for the server's limit": "1.5 s",
        "Exit code": "1",
    }
    assert {name: facts[name] for name in expected} == expected
    assert dict(words({}, replace(RUN, finished_at=None, exit_code=None)).facts())["Duration"] == ""


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [
        (0.25, "0.2 s", "0.2 秒"),
        (12.0, "12 s", "12 秒"),
        (125.4, "2 min 5 s", "2 分 5 秒"),
        (3600.0, "1 h", "1 小时"),
        (3790.0, "1 h 3 min", "1 小时 3 分"),
    ],
)
def test_durations_are_read_at_a_glance(seconds: float, english: str, chinese: str) -> None:
    """Two units at most."""
    assert words({}).duration(seconds) == english
    assert words({}, language=CHINESE).duration(seconds) == chinese


@pytest.mark.parametrize(
    ("value", "shown"), [(0.04, "0.0"), (0.5, "0.5"), (3.0, "3"), (12.6, "13"), (1234.5, "1,234"), (98765.0, "99k")]
)
def test_numbers_have_the_digits_that_tell_something(value: float, shown: str) -> None:
    """On an axis there is no room for more."""
    assert short_number(value) == shown


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("Asia/Shanghai", "2026-01-17 16:15:30 UTC+08:00"),
        ("America/Chicago", "2026-01-17 02:15:30 UTC-06:00"),
        ("UTC", "2026-01-17 08:15:30 UTC"),
    ],
)
def test_moments_say_how_far_from_utc_they_are(monkeypatch: pytest.MonkeyPatch, zone: str, shown: str) -> None:
    """A reviewer may sit elsewhere, and CST is the name of two times."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert moment("2026-01-17T08:15:30.000+00:00") == shown
    finally:
        monkeypatch.undo()
        time.tzset()
    assert moment("") == ""


# -- fields in words -------------------------------------------------------------------------------------------------

TAKEN = Message('{field} "{value}" is held by contact {id}', field="phone_number", value="+861", id="7")
ADDED = Message("added {fields}", fields=['name "Kim"', 'custom_attributes.shoe_size "42"', "email"])


@pytest.mark.parametrize(
    ("message", "english", "chinese"),
    [
        pytest.param(
            Message("phone_number: {value} has no country code", value='"12"'),
            'Phone number: "12" has no country code',
            '电话号码："12" 没有国家代码',
            id="a sentence that begins with one",
        ),
        pytest.param(TAKEN, 'Phone number "+861" is held by contact 7', '电话号码 "+861" 已属于联系人 7', id="a value"),
        pytest.param(
            Message("{what}: {held}", what="taken", held=TAKEN),
            'taken: Phone number "+861" is held by contact 7',
            None,
            id="within another message",
        ),
        pytest.param(
            ADDED, 'added Name "Kim", shoe_size "42", Email', '已补充 姓名 "Kim"、shoe_size "42"、邮箱', id="several"
        ),
        pytest.param(Message("{cell} is odd", cell='email: "x"'), 'Email: "x" is odd', None, id="a beginning"),
        pytest.param(Message("{value} is odd", value="email"), "email is odd", None, id="what a cell holds"),
        pytest.param(Message("name the encoding"), "name the encoding", None, id="a word that is no field"),
        pytest.param(
            Counted("{number} {field}", "{number} {field}s", 2, field="email"), "2 Emails", None, id="a count"
        ),
    ],
)
def test_messages_name_fields_as_people_do(message: Message, english: str, chinese: str | None) -> None:
    """Of an attribute its key; the values in a message stay as they are."""
    assert Plain(ENGLISH).tell(message) == english
    if chinese:
        assert Plain(CHINESE).tell(message) == chinese


@pytest.mark.parametrize("field", [*CREATE_FIELDS, *NAME_PARTS, COMPANY, PHONE_COUNTRY])
def test_every_field_that_livedesk_shows_has_a_word(field: str) -> None:
    """In both languages, and none of them is the field's own name."""
    said = [Plain(language).field(field) for language in (ENGLISH, CHINESE)]
    assert field not in said
    assert len({*said}) == 2


# -- commands --------------------------------------------------------------------------------------------------------

REHEARSED = replace(
    RUN,
    mode="sandbox",
    arguments=("my list.csv", "--sandbox", "--sheet", "2", "--inbox", "407"),
    options={"inbox_id": "407", "sandbox": True, "dry_run": True, "output_dir": "out put"},
)


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("Kunden 2026 (neu).xlsx", "Kunden 2026 (neu)-corrected.csv"),
        ("客户名单.csv", "客户名单-corrected.csv"),
        ('a"$(rm)`b`\\%PATH%!.csv', "a__(rm)_b___PATH__-corrected.csv"),
        ("..a.csv", "_a-corrected.csv"),
    ],
)
def test_the_file_to_download_has_a_name_that_no_shell_reads_otherwise(file: str, name: str) -> None:
    """Within quotation marks, in sh, PowerShell and the command prompt of Windows; and browsers keep it."""
    run = replace(RUN, file=file)
    assert commands.corrected_name(run) == name
    assert f'import-contacts "$HOME/Downloads/{name}" --country DE' == commands.import_corrected(run)


def test_a_rehearsal_is_followed_by_the_import_itself() -> None:
    """Of the original file as it was asked for, and of the corrected one with the same settings; neither rehearses."""
    assert commands.import_original(REHEARSED) == "import-contacts 'my list.csv' --sheet 2 --inbox 407"
    assert commands.import_corrected(REHEARSED) == (
        "import-contacts \"$HOME/Downloads/contacts-corrected.csv\" --inbox 407 --output-dir 'out put'"
    )
    assert commands.import_original(replace(REHEARSED, arguments=())) == ""


def test_somebody_is_found_where_the_ledger_is() -> None:
    """A rehearsal has none."""
    assert commands.find_command(RUN) == "import-contacts find"
    run = replace(RUN, options={"output_dir": "out put"})
    assert commands.find_command(run) == "import-contacts find --output-dir 'out put'"
    assert commands.find_command(REHEARSED) == ""


# -- charts ----------------------------------------------------------------------------------------------------------


def test_one_bad_row_in_200_000_can_be_seen() -> None:
    """Every status has its share of the bar, the shares come to the whole, in the order of the summary."""
    found = segments({Status.INVALID: 1, Status.CREATED: 199_999})
    assert [segment.status for segment in found] == [Status.CREATED, Status.INVALID]
    assert found[1].width > 0.5
    assert sum(segment.width for segment in found) == pytest.approx(100, abs=0.01)
    assert found[1].x == pytest.approx(found[0].width, abs=0.01)


@pytest.mark.slow
@given(st.dictionaries(st.sampled_from(list(WORDS)), st.integers(0, 10**6)))
def test_the_bar_is_whole_for_any_counts(counts: dict[Status, int]) -> None:
    """None beyond its end, none that is not there."""
    found = segments(counts)
    assert {segment.status for segment in found} == {status for status, count in counts.items() if count}
    assert all(segment.x >= 0 and segment.x + segment.width <= 100.01 for segment in found)


def test_rows_over_time_are_steps_with_their_pauses() -> None:
    """Two seconds at work, a pause of three, and again; the peak is the highest step."""
    found = throughput(Measures(6.0, 1.0, (100, 50, 0, 0, 0, 200), ((2.0, 5.0),)))
    assert found is not None
    assert (found.peak, found.seconds) == (200.0, 6.0)
    assert found.path.startswith(f"M0 {PLOT_HEIGHT:g}V56.0H46.0V84.0H92.0V{PLOT_HEIGHT}H")
    assert found.pauses == ((PLOT_WIDTH / 3, PLOT_WIDTH / 2),)
    assert [mark.value for mark in found.rates] == [0.0, 100.0, 200.0]
    assert [mark.value for mark in found.times] == [0.0, 2.0, 4.0, 6.0]


def test_the_last_span_is_as_long_as_it_took() -> None:
    """Ten rows in its first tenth of a second are no collapse, and no peak either."""
    found = throughput(Measures(4.1, 1.0, (100, 100, 100, 100, 10)))
    assert found is not None
    assert found.peak == pytest.approx(100.0)
    half = throughput(Measures(2.5, 1.0, (100, 100, 50)))
    assert half is not None
    assert half.path.count("V0.0") == 3


@pytest.mark.parametrize("measures", [Measures(), Measures(0.2, 1.0, (42,)), Measures(9.0, 1.0, (0, 0))])
def test_too_little_is_not_drawn(measures: Measures) -> None:
    """A line over less than two spans says nothing."""
    assert throughput(measures) is None


@pytest.mark.slow
@given(
    st.floats(0.1, 1e5),
    st.integers(0, 10).map(lambda power: 2.0**power),
    st.lists(st.integers(0, 10**5), min_size=1, max_size=120),
)
def test_what_is_drawn_stays_in_its_frame(lasted: float, span: float, settled: list[int]) -> None:
    """Whatever was measured."""
    found = throughput(Measures(lasted, span, tuple(settled), ((0.5, lasted),)))
    if found is not None:
        heights = [float(text) for text in re.findall(r"V([\d.e+-]+)", found.path)]
        places = [float(text) for text in re.findall(r"H([\d.e+-]+)", found.path)]
        assert all(-0.01 <= height <= PLOT_HEIGHT for height in heights)
        assert all(0 <= place <= PLOT_WIDTH + 0.01 for place in places)
        assert 1 <= len(found.times) <= 6


def test_percentiles_and_causes_are_bars_in_proportion() -> None:
    """The longest fills its room, and every cause has a bar."""
    bars = bars_of_latencies(Measures(latencies=((10.0, 90), (20.0, 10))))
    assert [(bar.name, bar.value, bar.width) for bar in bars][:1] == [("0.5", 10.0, BAR_WIDTH / 2)]
    assert bars[-1].width == BAR_WIDTH
    causes = [Cause(f"code{number}", (), 20 - number) for number in range(12)]
    found = bars_of_causes(causes)
    assert [bar.name for bar in found] == [cause.code for cause in causes]
    assert (found[0].width, found[10].width) == (BAR_WIDTH, BAR_WIDTH / 2)
    assert bars_of_latencies(Measures()) == bars_of_causes([]) == []


# -- rows ------------------------------------------------------------------------------------------------------------


def numbers(rows: list[LedgerRow], counts: dict[Status, int]) -> list[int]:
    page = PageRows(RUN, counts, ENGLISH)
    for row in rows:
        page.add(row)
    return [json.loads(line)[0] for line in page.lines]


def test_a_small_run_is_shown_whole_and_of_a_large_one_what_is_not_plainly_fine() -> None:
    """Errors, and rows with a remark."""
    remarked = replace(GOOD, number=3, outcome=GOOD.outcome._replace(hint=(Message("sent as it is"),)))
    duplicate = replace(
        GOOD, number=5, outcome=Outcome(Status.DUPLICATE, error_code="duplicate", error=(Message("as row 2"),))
    )
    rows = [GOOD, remarked, BAD, duplicate]
    assert numbers(rows, {Status.CREATED: ALL_ROWS}) == [2, 3, 4, 5]
    assert numbers(rows, {Status.CREATED: ALL_ROWS + 1}) == [3, 4, 5]


def test_a_page_is_no_larger_than_a_browser_bears(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that are very long are fewer, and it is known how many of the wrong ones are there; none is cut."""
    monkeypatch.setattr("importer.reporter.page.rows.MOST_BYTES", 100_000)
    long = replace(BAD, cells=("x" * 40_000, "bob@", ""))
    page = PageRows(RUN, {Status.INVALID: 9}, ENGLISH)
    for number in range(2, 11):
        page.add(replace(long, number=number))
    assert page.wrong == len(page.lines) == 3
    assert len(json.loads(page.lines[0])[10][0]) == 40_000
    told = list(words({Status.INVALID: 9}).remarks(len(page.lines), page.wrong))
    assert "3 of 9" in told[0]
    assert "9 rows need attention, and the first 3" in told[1]


@pytest.mark.parametrize(
    ("run", "open_to_others"),
    [
        (replace(RUN, started_by="ann@desk"), False),
        (replace(RUN, started_by="ann@desk", mapping={"Land": "additional_attributes.country"}), True),
        (replace(RUN, started_by=""), True),
    ],
    ids=["no country but --country's", "a column of countries", "a run of an older version"],
)
def test_a_number_without_a_country_is_refused_only_where_none_can_be_known(run: Run, open_to_others: bool) -> None:
    """A row may have a country of its own, and of an old run nobody knows the options."""
    phone = syntax_rules(run, set())["phone"]
    assert isinstance(phone, dict)
    assert phone["ownCountries"] is open_to_others


def test_the_page_has_the_numbering_plans_of_the_countries_that_its_rows_name() -> None:
    """In phone numbers, in a column of countries, and of --country: all of them are 140 KB."""
    run = replace(RUN, mapping={"Email": "email", "Name": "phone_country"}, options={"country": "FR"})
    page = PageRows(run, {Status.INVALID: 4}, ENGLISH)
    for number, country in (("+861380013800", ""), ("(0044) 20 79", "+49"), ("12", "Schweiz"), (None, "nowhere")):
        contact = replace(BAD.contact, phone_number=number)
        page.add(replace(BAD, contact=contact, cells=(country, *BAD.cells[1:])))
    phone = syntax_rules(run, page.codes)["phone"]
    assert isinstance(phone, dict)
    codes, plans = phone["codes"], phone["plans"]
    assert isinstance(codes, dict)
    assert isinstance(plans, dict)
    assert codes.keys() == {"33", "41", "44", "49", "86"}
    assert (codes["44"], codes["86"]) == (["GB", "GG", "IM", "JE"], ["CN"])
    assert {"FR", "CH", "GB", "GG", "IM", "JE", "DE", "CN"} <= plans.keys()
    assert "US" not in plans


def test_rows_that_need_attention_go_before_remarks_where_there_is_no_room_for_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And stand in the input's order all the same."""
    monkeypatch.setattr("importer.reporter.page.rows.MOST_ROWS", 3)
    remarked = replace(GOOD, outcome=GOOD.outcome._replace(hint=(Message("sent as it is"),)))
    rows = [replace(remarked if number % 2 else BAD, number=number) for number in range(1, 7)]
    assert numbers(rows[:4], {Status.CREATED: ALL_ROWS, Status.INVALID: 2}) == [1, 2, 4]
    assert numbers(rows, {Status.CREATED: ALL_ROWS, Status.INVALID: 3}) == [2, 4, 6]
    assert MOST_ROWS == 50_000


@pytest.mark.slow
@given(st.text())
def test_no_text_ends_the_script_it_stands_in(text: str) -> None:
    """And it is read back as it was, but for what no file can hold."""
    written = script_json({"name": text})
    assert not re.search("[<>&\u2028\u2029]", written)
    assert json.loads(written)["name"] == re.sub("[\ud800-\udfff]", "\ufffd", text)


def test_only_rows_that_need_attention_carry_their_cells() -> None:
    """What is fine is not there to be corrected."""
    page = PageRows(RUN, {Status.CREATED: 1, Status.INVALID: 1}, ENGLISH)
    for row in (GOOD, replace(BAD, outcome=BAD.outcome._replace(flaws=()))):
        page.add(row)
    fine, wrong = (json.loads(line) for line in page.lines)
    assert fine[10:] == [None, None, None, None, None, "", "407", "", None]
    reason = 'email: "bob@" is not one → write it whole'
    assert wrong[10:] == [["=1+1", "bob@", "x"], None, None, None, None, "", "", "", ["4", reason]]
    assert Contact(name="Ann", phone_number="+861", inbox_id="407").name == fine[6]
