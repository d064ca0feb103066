"""Issue 14, kinds 2 and 6: an answer counts only if it is about the row, and a PATCH that stays 404 creates nobody."""

import asyncio
import html
import json
import tracemalloc
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.ledger.records import EarlierId, RowKey, Window
from importer.livedesk.contact import Contact
from importer.livedesk.identity import Difference, Echo, echo_of, lacking, same_key, same_name
from importer.livedesk.responses import Reply, created, found_contacts, id_at_once
from importer.livedesk.retry import DONE, Answer
from importer.livedesk.search import Search, Sought, search
from importer.message import Message, sentence
from importer.models import Json
from importer.sandbox.account import Account
from importer.sandbox.faults import Fault
from importer.sender.evidence import CONFIRMED, Evidence
from importer.sender.id_table import IdTable
from tests.support.desk import script
from tests.support.examples import examples
from tests.support.raw_answers import Shown, honest, json_answer, new_account, rewritten
from tests.support.raw_server import RawServer, Request, Step
from tests.support.service import Service, by_phone, contacts, invoke, results, written

SHORT = ("--settle", "0.2")
ONE_BY_ONE = (*SHORT, "--concurrency", 1)


def told(name: str) -> list[str]:
    """A column of the newest results."""
    return [row[name] for row in results()]


def ids_are_right(account: Account) -> bool:
    """Whether every row's id is that of the contact with its name, and each is there once."""
    stored = [(contact["name"], str(contact["id"])) for contact in account.contacts]
    return sorted(stored) == sorted((row["name"], row["contact_id"]) for row in results())


# -- 2: the wrong id ---------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("fault", [Fault.ANSWER_OTHER, Fault.REPEAT_ID], ids=lambda fault: fault.value)
def test_answers_about_other_contacts_and_ids_given_again_are_not_believed(fault: Fault) -> None:
    """Off by one, or with an id that an earlier row has: a search finds each row's own, and every id is right."""
    faults: dict[str, Any] = {fault.value: 1.0}
    with Service(**faults) as service:
        done = service.invoke(contacts(40), "--inbox", 407, *SHORT)
        assert done.exit_code == 0, done.stderr
        assert service.sandbox.requests["POST"] == 40
        assert ids_are_right(service.sandbox.account)


BAD_IDS: list[Any] = [
    *(0, "0", "000", -1001, "-1001", "", " ", "../../../admin?x=1", "7/../8", "a b", "\x1b[31m7", "x" * 65, "７"),
    *(None, True, False, 1.5, [7], {"id": 7}),
    *("null", "None", "nil", "undefined", "NaN", "Infinity", "true", "FALSE", "1e3", "12E+3", "2e10"),
]


@pytest.mark.parametrize("bad", BAD_IDS, ids=repr)
def test_an_id_is_a_positive_number_or_a_plain_token(bad: Json) -> None:
    """Nothing else is taken from an answer, by the quick look at its bytes or by parsing it."""
    body: Json = {"payload": {"contact": {"id": bad, "name": "Ann", "email": "a@x.org"}}}
    found = created(body)
    assert found is not None
    assert found.id == ""
    text = json.dumps(body, separators=(",", ":")).encode()
    assert id_at_once(text, Contact(name="Ann", email="a@x.org"), 0.0) is None


@pytest.mark.parametrize(
    "good", [7, "7", "x-7_Z", 9223372036854775807, "x" * 64, "nullify", "none-1", "1e3f", "507f1f77bcf86cd799439011"]
)
def test_numbers_and_tokens_are_ids(good: Json) -> None:
    """As the example and the table of the API's page have them."""
    found = created({"payload": {"contact": {"id": good}}})
    assert found is not None
    assert found.id == str(good)


WITH_CITY = "Name,Email,City\n" + "".join(f"Person {n},p{n}@x.org,Bonn\n" for n in range(3))


@pytest.mark.slow
@pytest.mark.parametrize("bad", [0, -1001, "", "null", "../../../admin?x=1", "\x1b[31m7"], ids=repr)
def test_a_bad_id_of_a_create_is_settled_by_search(bad: Json) -> None:
    """Each row gets its own id, and its attributes reach that contact and no other path."""
    account = new_account()
    with RawServer(rewritten(honest(account), lambda shown, _: shown.update(id=bad))) as server:
        done = invoke(written(WITH_CITY), "--inbox", 407, *SHORT, **server.environment)
        assert done.exit_code == 0, done.stderr
        assert {request.path.rpartition("/")[2] for request in server.of("PATCH")} == {*told("contact_id")}
    assert ids_are_right(account)
    assert all(contact["additional_attributes"] == {"city": "Bonn"} for contact in account.contacts)


@pytest.mark.slow
@pytest.mark.parametrize("bad", [-1001, "../../../admin?x=1", "\x1b[31m7"], ids=repr)
def test_what_is_in_an_id_reaches_no_path_no_terminal_and_no_file(bad: Json) -> None:
    """Searches give the same bad id: the row is unknown, and the id is nowhere."""
    account, path = new_account(), written(WITH_CITY)
    handler = rewritten(honest(account), lambda shown, _: shown.update(id=bad), ("POST", "GET"))
    with RawServer(handler) as server:
        done = invoke(path, "--inbox", 407, *SHORT, **server.environment)
        assert done.exit_code == 1, done.stderr
        assert server.of("PATCH") == []
    assert told("status") == ["unknown"] * 3
    assert len(account.contacts) == 3
    seen = done.stdout + done.stderr + "".join(map(str, results()))
    assert str(bad) not in seen
    assert "\x1b" not in seen


@pytest.mark.slow
def test_an_id_given_to_two_rows_puts_both_in_doubt_an_outcome_on_disk_too() -> None:
    """The first row is on disk with the second one's id when that comes up: both are searched for, both are right."""
    account = new_account()
    first = account.contacts

    def change(shown: Shown, request: Request) -> None:
        if shown["name"] == "Person 0":
            shown["id"] = first[0]["id"] + 6

    with RawServer(rewritten(honest(account), change)) as server:
        done = invoke(contacts(8), "--inbox", 407, *ONE_BY_ONE, **server.environment)
        assert done.exit_code == 0, done.stderr
        assert len(server.of("POST")) == 8
        assert asked(server) == {"p0@example.com", "p6@example.com"}
    assert ids_are_right(account)


@pytest.mark.slow
def test_one_id_for_thirty_rows_is_one_rows_at_most() -> None:
    """And no other's, whatever else the answers show."""
    account = new_account(phones="shared")

    def change(shown: Shown, _: Request) -> None:
        shown["id"] = account.contacts[0]["id"]

    with RawServer(rewritten(honest(account), change)) as server:
        done = invoke(by_phone(30), "--inbox", 407, *SHORT, **server.environment)
        assert done.exit_code == 0, done.stderr
        assert len(server.of("POST")) == 30
    assert ids_are_right(account)


@pytest.mark.slow
def test_an_id_that_the_ledger_knows_for_another_person_is_no_answer() -> None:
    """An earlier run gave it to Ann; the answer to Bob shows all of Bob's values and Ann's id."""
    account = new_account()
    ask = honest(account)
    with RawServer(ask) as server:
        assert invoke(written("Name,Email\nAnn,a@x.org\n"), "--inbox", 407, **server.environment).exit_code == 0
        server.handler = rewritten(ask, lambda shown, _: shown.update(id=account.contacts[0]["id"]))
        done = invoke(written("Name,Email\nBob,b@x.org\n"), "--inbox", 407, *SHORT, **server.environment)
        assert done.exit_code == 0, done.stderr
    assert told("contact_id") == [str(account.contacts[1]["id"])]


@pytest.mark.slow
def test_without_a_key_an_answer_about_somebody_else_is_unknown() -> None:
    """Another name, where no key can come back; nobody can be searched for, and nothing is sent twice."""
    account = new_account()
    with RawServer(rewritten(honest(account), lambda shown, _: shown.update(name="Zoe"))) as server:
        assert invoke(written("Name\nKim\n"), "--inbox", 407, *SHORT, **server.environment).exit_code == 1
        assert len(server.of("POST")) == 1
    assert (told("status"), told("error_code")) == (["unknown"], ["bad_answer"])


# -- 2: the rule of a contradiction ------------------------------------------------------------------------------------

ANN = Contact(name="Ann", email="Ann@X.org", phone_number="+49 151 1", identifier="A-7")


@pytest.mark.parametrize(
    ("name", "one", "other", "same"),
    [
        ("email", "Ann@X.org", "ann@x.ORG", True),
        ("email", "ann@x.org", "ann@x.com", False),
        ("phone_number", "+49 (151) 1", "49-151-1", True),
        ("phone_number", "+491511", "+491512", False),
        ("identifier", "A-7", "A-7", True),
        ("identifier", "A-7", "a-7", False),
        ("identifier", "007", "7", False),
    ],
)
def test_keys_are_compared_each_in_its_form(name: str, one: str, other: str, same: bool) -> None:
    """E-mail without case, phone by its digits, identifier as text."""
    assert same_key(name, one, other) is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Zoë", unicodedata.normalize("NFD", "Zoë"), True),
        ("  Ann   Lee ", "Ann Lee", True),
        ("O'Neil & Sons", html.escape("O'Neil & Sons"), True),
        ("ANN", "ann", True),
        ("Straße", "STRASSE", True),
        ("x" * 300, "x" * 255, True),
        ("x" * 254 + "a", "x" * 254 + "b", False),
        ("Ann", "Anna", False),
    ],
)
def test_names_are_the_same_however_a_server_writes_them(one: str, other: str, same: bool) -> None:
    """NFC, trimmed, HTML-unescaped, casefolded, cut at 255."""
    assert same_name(one, other) is same
    assert same_name(other, one) is same


@pytest.mark.slow
@settings(max_examples=examples(50))
@given(st.text(max_size=20))
def test_a_name_is_the_same_as_its_written_forms(name: str) -> None:
    """Whatever the letters: composed, escaped, with spaces around."""
    plain = html.unescape(name)
    assert same_name(plain, html.escape(plain))
    assert same_name(name, f" {name}\n")
    assert same_name(name, unicodedata.normalize("NFC", name))


@pytest.mark.parametrize(
    ("shown", "agrees", "missing", "differs"),
    [
        (ANN, 3, (), ()),
        (Contact(email="ann@x.org"), 1, ("identifier", "phone_number"), ()),
        (Contact(), 0, ("identifier", "email", "phone_number"), ()),
        (Contact(email="bob@x.org", phone_number="+491511"), 1, ("identifier",), ("email",)),
        (Contact(name="Bob"), 0, ("identifier", "email", "phone_number"), ("name",)),
        (Contact(name="Bob", email="ann@x.org"), 1, ("identifier", "phone_number"), ()),
        (Contact(name="Bob", email="bob@x.org"), 0, ("identifier", "phone_number"), ("email",)),
        (Contact(name=" ANN "), 0, ("identifier", "email", "phone_number"), ()),
    ],
)
def test_a_contradiction_is_another_key_and_a_null_is_none(
    shown: Contact, agrees: int, missing: tuple[str, ...], differs: tuple[str, ...]
) -> None:
    """A name decides only where no key comes back."""
    echo = echo_of(ANN, shown)
    assert len(echo.agrees) == agrees
    assert echo.missing == missing
    assert tuple(difference.field for difference in echo.differs) == differs


def test_fields_that_were_not_sent_and_avatar_and_inbox_never_count() -> None:
    """An account may fill them as it likes."""
    shown = Contact(name="Ann", email="a@x.org", phone_number="+1", identifier="9", avatar_url="x", inbox_id="9")
    assert echo_of(Contact(email="a@x.org", avatar_url="y", inbox_id="1"), shown) == Echo(("email",), (), ())
    assert lacking(Contact(email="a@x.org", avatar_url="y", inbox_id="1"), Contact(email="a@x.org")) == ()


@pytest.mark.parametrize(
    ("sent", "shown", "way"),
    [
        ("ab", "AB", "another case"),
        ("ｱ", "ア", "another Unicode form"),
        ("A 7", "A7", "other spaces"),
        ("a&b", "a&amp;b", "HTML escapes"),
        ("007", "7", "without leading zeros"),
        ("A-7", "a7", "without punctuation"),
        ("x" * 300, "x" * 255, "cut off"),
        ("A-7", "A-8", None),
    ],
)
def test_a_way_of_writing_explains_a_difference(sent: str, shown: str, way: str | None) -> None:
    """Those that are known; any other difference is somebody else's value."""
    echo = echo_of(Contact(identifier=sent), Contact(identifier=shown))
    assert echo.differs == (Difference("identifier", Message(way) if way else None),)
    assert not echo.is_same()
    assert not echo.is_same(set(echo.differs))  # no key agrees


def test_a_known_way_of_writing_is_the_same_person_and_another_value_is_not() -> None:
    """A key agrees, and the other one differs as the server writes it."""
    sent = Contact(email="a@x.org", identifier="007")
    echo = echo_of(sent, Contact(email="a@x.org", identifier="7"))
    assert not echo.is_same()
    assert echo.is_same({*echo.differs})
    assert not echo_of(sent, Contact(email="a@x.org", identifier="8")).is_same({*echo.differs})


# -- 2: how the server writes ------------------------------------------------------------------------------------------


def without_zeros(shown: Shown, _: Request) -> None:
    """A server that shows identifiers without their leading zeros."""
    shown["identifier"] = (shown["identifier"] or "").lstrip("0") or None


def zeros(rows: int) -> Path:
    """People who have nothing but such an identifier."""
    return written("Name,Customer ID\n" + "".join(f"Person {n},00{n * 7 + 3}\n" for n in range(rows)))


def asked(server: RawServer) -> set[str]:
    """What was searched for."""
    return {request.query["q"] for request in server.of("GET") if "q" in request.query}


@pytest.mark.slow
def test_a_servers_way_of_writing_is_proved_by_searches_and_said_once() -> None:
    """Identifiers lose their zeros: the first three rows are searched for, the others believed, one remark."""
    account = new_account()
    with RawServer(rewritten(honest(account), without_zeros, ("POST", "GET"))) as server:
        done = invoke(zeros(8), "--inbox", 407, *ONE_BY_ONE, **server.environment)
        assert done.exit_code == 0, done.stderr
        assert len({text.lstrip("0") for text in asked(server)}) == CONFIRMED
        assert len(server.of("POST")) == 8
    assert told("status") == ["created"] * 8
    assert ids_are_right(account)
    assert done.stderr.count("in its own way") == 1
    assert "identifier" in done.stderr


@pytest.mark.slow
def test_search_hits_are_compared_by_the_same_rule() -> None:
    """The way of writing is proved by then: a lost answer's contact is the row's own, though its identifier differs."""
    account = new_account()
    ask = rewritten(honest(account), without_zeros, ("POST", "GET"))

    def handler(request: Request) -> Iterable[Step]:
        answer = ask(request)
        lost = request.method == "POST" and request.body["name"] == "Person 6"
        return [json_answer({}, 500)] if lost else answer

    lines = (f"Person {n},person{n}@example.com,00{n * 7 + 3}\n" for n in range(8))
    with RawServer(handler) as server:
        path = written("Name,Email,Customer ID\n" + "".join(lines))
        done = invoke(path, "--inbox", 407, *ONE_BY_ONE, **server.environment)
        assert done.exit_code == 0, done.stderr
        assert len(server.of("POST")) == 8
    assert told("status") == ["created"] * 8
    assert ids_are_right(account)


@pytest.mark.slow
def test_terse_answers_are_proved_by_the_first_rows() -> None:
    """A null is no contradiction: three searches, and the other rows need none."""
    with Service(answers="terse") as service:
        done = service.invoke(contacts(20), "--inbox", 407, *ONE_BY_ONE)
        assert done.exit_code == 0, done.stderr
        assert service.sandbox.requests == {"POST": 20, "GET": 1 + CONFIRMED}
        assert ids_are_right(service.sandbox.account)


@pytest.mark.slow
def test_a_terse_answer_that_no_search_confirms_yet_is_no_proof() -> None:
    """The search lags: not found, and after ``--settle`` found; nobody is created twice."""
    with Service(answers="terse", search_lag_ms=120, phones="shared") as service:
        done = service.invoke(by_phone(5), "--inbox", 407, "--settle", "0.3")
        assert done.exit_code == 0, done.stderr
        assert service.sandbox.requests["POST"] == 5
        assert ids_are_right(service.sandbox.account)


@pytest.mark.slow
def test_a_terse_answer_about_somebody_else_is_found_out() -> None:
    """Null for every key, and the id of another contact: the search proves it wrong, and no terse answer counts."""
    account = new_account()
    strangers = account.fill([{"inbox_id": 407, "name": f"Z {n}", "email": f"z{n}@x.org"} for n in range(20)])
    left = iter(strangers)

    def change(shown: Shown, _: Request) -> None:
        shown.update(dict.fromkeys(("name", "email", "phone_number", "identifier")), id=next(left))

    with RawServer(rewritten(honest(account), change)) as server:
        done = invoke(contacts(8), "--inbox", 407, *ONE_BY_ONE, **server.environment)
        assert done.exit_code == 0, done.stderr
        assert len(server.of("POST")) == 8
    stored = {contact["name"]: str(contact["id"]) for contact in account.contacts}
    assert [stored[row["name"]] for row in results()] == told("contact_id")


@pytest.mark.parametrize("lost", ["phone_number", "name"])
def test_a_contact_that_lacks_a_sent_value_stops_the_run_and_names_the_field(lost: str) -> None:
    """The server says nothing of it in its answer, and the search shows what is not there: exit 4."""
    account = new_account()

    def change(shown: Shown, request: Request) -> None:
        shown[lost] = None
        if request.method == "POST":
            shown.update(dict.fromkeys(("name", "email", "phone_number", "identifier")))

    with RawServer(rewritten(honest(account), change, ("POST", "GET"))) as server:
        done = invoke(contacts(5), "--inbox", 407, *ONE_BY_ONE, **server.environment)
        assert done.exit_code == 4, done.stderr
        assert len(server.of("POST")) == 1
    assert lost in done.stderr
    assert told("status") == ["unknown", *["not_sent"] * 4]
    assert told("error_code")[0] == "not_stored"


@pytest.mark.slow
def test_a_terse_answer_whose_contact_is_not_found_is_no_reason_to_stop() -> None:
    """Not found is no proof before ``--settle``: only a contact that is found and lacks a value stops the run."""
    account = new_account()
    terse = dict.fromkeys(("name", "email", "phone_number", "identifier"))
    ask = rewritten(honest(account), lambda shown, _: shown.update(terse))
    blind = iter(range(1))

    def handler(request: Request) -> Iterable[Step]:
        if "q" in request.query and next(blind, None) is not None:
            return [json_answer({"meta": {}, "payload": []})]
        return ask(request)

    with RawServer(handler) as server:
        done = invoke(contacts(5), "--inbox", 407, *ONE_BY_ONE, **server.environment)
        assert done.exit_code == 0, done.stderr
        assert len(server.of("POST")) == 5
    assert ids_are_right(account)


@pytest.mark.slow
def test_where_searches_are_terse_too_nothing_is_proved_and_one_warning_says_so() -> None:
    """The contact is found under its id, with null for everything."""
    with Service(answers="terse_searches") as service:
        done = service.invoke(contacts(12), "--inbox", 407, *ONE_BY_ONE)
        assert done.exit_code == 0, done.stderr
        assert service.sandbox.requests["POST"] == 12
        assert ids_are_right(service.sandbox.account)
    assert done.stderr.count("is unproved") == 1


# -- 2: what a session knows -------------------------------------------------------------------------------------------

TERSE = Echo((), ("email",), ())
ZEROS = Echo(("email",), (), (Difference("identifier", Message("without leading zeros")),))
OTHER = Echo((), (), (Difference("email", None),))


@pytest.mark.parametrize("echo", [TERSE, ZEROS])
def test_three_searches_prove_a_kind_of_answer(echo: Echo) -> None:
    """Two do not; and a whole answer needs none."""
    evidence = Evidence()
    assert evidence.believes(Echo(("email",), (), ()))
    for _ in range(CONFIRMED):
        assert not evidence.believes(echo)
        evidence.confirm(echo)
    assert evidence.believes(echo)
    assert not evidence.believes(Echo((), echo.missing, (Difference("phone_number", Message("cut off")),)))


def test_a_difference_that_no_way_explains_is_never_believed() -> None:
    """However often a search finds somebody there."""
    evidence = Evidence()
    for _ in range(2 * CONFIRMED):
        evidence.confirm(OTHER)
    assert not evidence.believes(OTHER)
    assert evidence.ways == set()


def test_one_wrong_id_ends_all_belief() -> None:
    """What was proved by then, and what would be later."""
    evidence = Evidence()
    for _ in range(CONFIRMED):
        evidence.confirm(TERSE)
    evidence.refute()
    assert not evidence.believes(TERSE)
    for _ in range(CONFIRMED):
        evidence.confirm(TERSE)
    assert not evidence.believes(TERSE)


def test_a_way_of_writing_is_announced_once_and_counts_when_it_is_proved() -> None:
    """One remark; searches compare by it only after the third proof."""
    said: list[Message] = []
    evidence = Evidence(said.append)
    for times in range(2 * CONFIRMED):
        assert evidence.ways == (set() if times < CONFIRMED else {*ZEROS.differs})
        evidence.confirm(ZEROS)
    assert [sentence(message) for message in [said]] == [
        "the server writes identifier in its own way: without leading zeros"
    ]


def test_terse_searches_are_announced_once() -> None:
    """And from then on terse answers are believed."""
    said: list[Message] = []
    evidence = Evidence(said.append)
    evidence.give_up_on_terse()
    evidence.give_up_on_terse()
    assert evidence.believes(TERSE)
    assert len(said) == 1


ROWS = st.tuples(st.integers(0, 3), st.integers(1, 40))
IDS = st.one_of(
    st.integers(1, 40).map(str), st.sampled_from(["x-1", "x-2", "1" * 18, "9" * 18, "1" * 19, "9" * 30, "0" * 17 + "1"])
)


@pytest.mark.slow
@given(st.lists(st.tuples(IDS, ROWS, st.booleans()), max_size=120))
def test_the_table_of_ids_says_what_a_dict_says(claims: list[tuple[str, RowKey, bool]]) -> None:
    """An id is the first row's that claims it; a search's finding wins, and puts a holder without proof in doubt."""
    evidence = Evidence()
    model: dict[str, tuple[RowKey, bool]] = {}
    disputed: set[RowKey] = set()
    for contact_id, row, found in claims:
        held = model.get(_number(contact_id))
        is_others = held is not None and held[0] != row
        assert evidence.claim(contact_id, row, None, found=found) is (found or not is_others)
        if held is not None and is_others and not held[1]:
            disputed.add(held[0])
        if not is_others or found:
            model[_number(contact_id)] = row, found
    assert evidence.take_disputed() == disputed
    assert evidence.take_disputed() == set()


@pytest.mark.slow
@given(st.lists(st.tuples(st.integers(1, 1 << 40), ROWS), max_size=200))
def test_a_table_of_ids_that_grows_keeps_its_entries(entries: list[tuple[int, RowKey]]) -> None:
    """Where it began with room for four, each id has the row that entered it first."""
    table, model = IdTable(8), dict[int, RowKey]()
    for key, row in entries:
        table.put(key, row, proved=False)
        model.setdefault(key, row)
    assert table.used == len(model)
    assert {key: table.holder(str(key)) for key in model} == model


def _number(contact_id: str) -> str:
    """Leading zeros tell no two short numbers apart."""
    return str(int(contact_id)) if len(contact_id) < 19 and contact_id.isdecimal() else contact_id


@pytest.mark.slow
def test_the_table_of_ids_grows_and_forgets_nothing() -> None:
    """Ids in runs, scattered, and tokens, well beyond its first size; each is still its first row's."""
    evidence = Evidence()
    names = [name for n in range(1, 6001) for name in (str(n), str(n * 2**40 + 7), f"t-{n}")]
    for number, name in enumerate(names, start=1):
        assert evidence.claim(name, (0, number), None)
    for number, name in enumerate(names, start=1):
        assert evidence.claim(name, (0, number), None)
        assert not evidence.claim(name, (1, number), None)
    assert evidence.take_disputed() == {(0, number) for number in range(1, len(names) + 1)}


@pytest.mark.slow
def test_ids_are_kept_as_numbers_of_a_fixed_size() -> None:
    """20,000 rows in 1 MB, with room to grow; a dict of them would take 4."""
    evidence = Evidence()
    tracemalloc.start()
    try:
        for number in range(1, 20_001):
            evidence.claim(str(2_219_259 + number), (0, number), None)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 1_200_000


def test_the_ledger_is_asked_unless_a_search_proved_it() -> None:
    """An earlier run gave the id to somebody else."""
    questions: list[tuple[str, bytes | None]] = []

    def earlier(contact_id: str, fingerprint: bytes | None) -> Sequence[EarlierId]:
        questions.append((contact_id, fingerprint))
        return [EarlierId(b"g", Window(0.0, 1.0), Contact(name="Ann"), is_created=True)]

    evidence = Evidence(earlier=earlier)
    assert not evidence.claim("7", (0, 1), b"f")
    assert questions == [("7", b"f")]
    assert evidence.claim("7", (0, 1), b"f", found=True)


# -- 2: what a search tells --------------------------------------------------------------------------------------------

Page = list[Mapping[str, Json]]


def searched(pages: list[Page], name: str = "email", value: str = "a@x.org", **options: Any) -> tuple[Search, int]:
    """A search over these pages, the last one again and again; and how many it asked for."""
    pages_asked = count()

    async def ask(text: str, page: int) -> Answer:
        assert text == value
        assert page == next(pages_asked) + 1
        found: list[Json] = [dict(each) for each in pages[min(page, len(pages)) - 1]]
        return Answer(Reply(200, {"payload": found}), DONE)

    return asyncio.run(search(ask, Sought(name, value, **options))), next(pages_asked)


def person(contact_id: Json, email: str) -> Mapping[str, Json]:
    return {"id": contact_id, "email": email}


def test_a_search_ends_with_the_page_that_has_a_holder_unless_it_looks_for_a_second() -> None:
    """Several pages; to the end, both holders are told."""
    pages = [[person(1, "aa@x.org")], [person(2, "A@x.org")], [person(3, "a@X.org")], []]
    first, requests = searched(pages)
    assert ([found.id for found in first.holders], requests) == (["2"], 2)
    every, requests = searched(pages, to_the_end=True)
    assert ([found.id for found in every.holders], requests) == (["2", "3"], 4)


@pytest.mark.parametrize("bad", [0, -1, None, "../x", ""])
def test_a_holder_without_an_id_that_can_be_named_is_no_answer(bad: Json) -> None:
    """It is there, so the row must not be sent again; and it cannot be named."""
    found, _ = searched([[person(bad, "a@x.org")]])
    assert not found.is_answered


def test_a_stranger_without_an_id_is_no_matter() -> None:
    """The page goes on, and so do the pages."""
    found, _ = searched([[person(None, "b@x.org"), person(5, "a@x.org")]])
    assert [each.id for each in found.holders] == ["5"]


def test_the_contact_that_an_answer_claimed_is_told_wherever_it_comes_up() -> None:
    """With another value, on an earlier page; or not at all."""
    pages: list[Page] = [[person(1, "aa@x.org")], [person(2, "b@x.org")], []]
    found, _ = searched(pages, claimed_id="1")
    assert found.claimed is not None
    assert (found.claimed.id, found.holders) == ("1", ())
    assert searched(pages, claimed_id="9")[0].claimed is None


def test_ids_of_search_pages_are_judged_as_those_of_creates() -> None:
    """A bad one is empty, never passed on."""
    found = found_contacts(Reply(200, {"payload": [{"id": bad} for bad in BAD_IDS]}))
    assert found is not None
    assert {each.id for each in found} == {""}


# -- 6: a PATCH that stays 404 -----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_patch_that_stays_404_is_attributes_failed_and_never_a_second_create() -> None:
    """Three runs: the same contacts, the same ids, exit 1; when updates work again, the attributes alone are sent."""
    path = written(WITH_CITY)
    with Service(patch_missing=1.0) as service:
        for _ in range(3):
            assert service.invoke(path, "--inbox", 407, *SHORT).exit_code == 1
            assert told("status") == ["failed"] * 3
            assert told("error_code") == ["attributes_failed"] * 3
            assert ids_are_right(service.sandbox.account)
        service.sandbox.dice.patch_missing = lambda contact_id: False  # type: ignore[method-assign]
        done = service.invoke(path, "--inbox", 407, *SHORT)
        assert done.exit_code == 0, done.stderr
        assert told("status") == ["created"] * 3
        assert service.sandbox.requests["POST"] == 3
        assert [contact["additional_attributes"] for contact in service.sandbox.contacts] == [{"city": "Bonn"}] * 3


@pytest.mark.slow
def test_attributes_of_a_contact_found_after_a_lost_answer_fail_the_same_way() -> None:
    """Found by search, and its PATCH is 404: one contact, ``attributes_failed``."""
    with Service(patch_missing=1.0) as service:
        script(service.sandbox, [Fault.DROP_AFTER])
        for _ in range(2):
            assert service.invoke(written(WITH_CITY), "--inbox", 407, *SHORT).exit_code == 1
        assert told("error_code") == ["attributes_failed"] * 3
        assert ids_are_right(service.sandbox.account)


@pytest.mark.slow
def test_an_index_that_lags_is_not_searched_for_every_row() -> None:
    """No search can prove an id here; after a few in vain, whole answers count, and the attributes follow."""
    lines = [f"Person {n},p{n}@example.com,Firm {n}\n" for n in range(100)]
    with Service(search_lag_ms=60_000) as desk:
        done = desk.invoke(written("Name,Email,Company\n" + "".join(lines)), "--inbox", 407)
        assert done.exit_code == 0, done.output
        assert desk.sandbox.requests["GET"] <= 1 + 2 * 20
        assert {contact["additional_attributes"]["company_name"] for contact in desk.sandbox.contacts} == {
            f"Firm {n}" for n in range(100)
        }
