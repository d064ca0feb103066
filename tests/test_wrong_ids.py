"""An id that one run got in an answer, and that a later run finds to be somebody else's: both rows get their own."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from threading import Event

import pytest
from click.testing import Result

from importer.sandbox.account import Account
from tests.support.raw_answers import Shown, honest, new_account, rewritten
from tests.support.raw_server import Pause, RawServer, Request, Step
from tests.support.service import folders, invoke, kill, results, start, written

ONE_BY_ONE = ("--inbox", 407, "--settle", "0.2", "--concurrency", 1)

HEAD = "Name,Email,Phone\n"
ANN, BOB = "Ann,,+4915112000001\n", "Bob,,+4915112000002\n"
"""People whom nobody refuses a second time: phone numbers may be shared here."""

KIM = "Kim,,\n"
"""Who cannot be marked ahead: what is known by then is on disk when the request leaves."""

ANN_BY_MAIL, BOB_BY_MAIL = "Ann,ann@x.org,\n", "Bob,bob@x.org,\n"


class Desk:
    """A server, and the program against it."""

    def __init__(self, account: Account, server: RawServer) -> None:
        self.account = account
        self._server = server

    def lie(self, **ids: int) -> None:
        """Answer the creates of these people with such ids from now on."""
        honestly = honest(self.account)

        def change(shown: Shown, _: Request) -> None:
            shown["id"] = ids.get(shown["name"], shown["id"])

        self._server.handler = rewritten(honestly, change)

    def run(self, rows: str, *options: object, exit_code: int = 0) -> Result:
        """An import of a file of these rows; the truth from now on."""
        done = invoke(written(HEAD + rows), *ONE_BY_ONE, *options, **self._server.environment)
        assert done.exit_code == exit_code, done.stderr
        self._server.handler = honest(self.account)
        return done

    def kill(self, rows: str, at: str) -> None:
        """The same, and the process is killed while the request of the row ``at`` is on the way, which is lost."""
        honestly, came = honest(self.account), Event()

        def handle(request: Request) -> Iterable[Step]:
            is_it = request.method == "POST" and request.body["name"] == at.partition(",")[0]
            return [came, Pause(60.0)] if is_it else honestly(request)

        self._server.handler = handle
        process = start(written(HEAD + rows), *ONE_BY_ONE, **self._server.environment)
        assert came.wait(60), process.communicate()
        kill(process)
        self._server.handler = honestly

    @property
    def creates(self) -> int:
        return len(self._server.of("POST"))

    def id_of(self, name: str) -> str:
        (found,) = (contact["id"] for contact in self.account.contacts if contact["name"] == name)
        return str(found)


def wrong_ids() -> object:
    """How many the newest run found out."""
    return json.loads((folders()[-1] / "summary.json").read_text())["wrong_ids"]


def told() -> list[tuple[str, str, str]]:
    """The newest results."""
    return [(row["name"], row["status"], row["contact_id"]) for row in results()]


@pytest.fixture
def desk() -> Iterator[Desk]:
    account = new_account(phones="shared")
    with RawServer(honest(account)) as server:
        yield Desk(account, server)


def next_id(desk: Desk) -> int:
    """That of the next contact but one."""
    (first,) = desk.account.fill([{"name": "Somebody", "phone_number": "+4915112000009", "inbox_id": 407}])
    return int(first) + 2


@pytest.mark.slow
def test_a_row_says_to_whom_its_attributes_were_sent_in_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The answer to its create had its own values and another's id, and no search told yet: only the answer to the
    second request does."""
    monkeypatch.chdir(tmp_path)
    account = new_account(search_lag_ms=400)
    account.fill([{"name": "Zed", "email": "zed@x.org", "inbox_id": 407}], 9_000.0)
    zed = account.contacts[0]["id"]
    with RawServer(honest(account)) as server:
        desk = Desk(account, server)
        desk.lie(Ann=zed)
        file = written("Name,Email,City\nAnn,ann@x.org,Ulm\n")
        done = invoke(file, "--inbox", 407, "--settle", 1, **server.environment)
    (row,) = results()
    assert (done.exit_code, row["status"], row["contact_id"] == str(zed)) == (0, "created", False), done.output
    assert f"attributes of this row were sent to contact {zed}, another's" in row["hint"]
    assert [contact["additional_attributes"] for contact in account.contacts] == [{"city": "Ulm"}] * 2


def test_whose_id_a_new_contact_gets_is_searched_for_again(desk: Desk) -> None:
    """Ann was told the id that Bob's contact gets a run later: a search proves it Bob's, and the next run of her file
    finds hers, and creates nobody. The run between them says which row that is."""
    desk.lie(Ann=next_id(desk))
    desk.run(ANN)
    before = folders()[-1].name
    done = desk.run(BOB)
    assert told() == [("Bob", "created", desk.id_of("Bob"))]
    said = " ".join(done.stdout.split())
    assert f"1 row of an earlier run has the id of somebody else's contact (row 2 of {before})" in said
    assert invoke("ledger", "check").exit_code == 0
    again = desk.run(ANN)
    assert told() == [("Ann", "created", desk.id_of("Ann"))]
    assert "somebody else's" not in again.stdout
    desk.run(ANN)
    assert told() == [("Ann", "unchanged", desk.id_of("Ann"))]
    assert invoke("ledger", "check").exit_code == 0
    assert desk.creates == 2


@pytest.mark.slow
@pytest.mark.parametrize("more", [(), ("--on-duplicate", "update")], ids=["skip", "update"])
def test_a_row_of_the_same_file_is_set_right_at_once(desk: Desk, more: tuple[str, ...]) -> None:
    """Ann is unchanged until Bob's row shows that her id is his: both are right in this run, and nothing is left."""
    desk.lie(Ann=next_id(desk))
    desk.run(ANN, *more)
    done = desk.run(ANN + BOB, *more)
    assert told() == [("Ann", "created", desk.id_of("Ann")), ("Bob", "created", desk.id_of("Bob"))]
    assert "somebody else's" not in done.stdout
    assert desk.creates == 2


@pytest.mark.slow
@pytest.mark.parametrize("more", [(), ("--on-duplicate", "update")], ids=["skip", "update"])
def test_an_id_of_somebody_who_was_there_for_long_was_never_the_row_s(desk: Desk, more: tuple[str, ...]) -> None:
    """Zoe has been there for a day when Ann is told her id: her time alone says so, whether her row changes her or not;
    and if Ann is in the same file, no row is taken for a duplicate of hers."""
    (zoe,) = desk.account.fill([{"name": "Zoe", "email": "zoe@x.org", "inbox_id": 407}], age_s=86_400)
    desk.lie(Ann=zoe)
    desk.run(ANN_BY_MAIL, *more)
    desk.run(ANN_BY_MAIL + "Zoe B,zoe@x.org,\n", *more)
    status = "updated" if more else "exists"
    assert told()[0] == ("Ann", "created", desk.id_of("Ann"))
    assert told()[1][1:] == (status, str(zoe))
    assert desk.creates == 2


@pytest.mark.slow
def test_ids_that_were_exchanged_within_a_run_are_found_out_by_the_row_s_own_contact(desk: Desk) -> None:
    """Ann was told Bob's id and he hers. Bob's row is edited: a search shows him under the id that the ledger has for
    Ann, created when she may have been; hers is found under another id, and so his old one is wrong too."""
    other = next_id(desk)
    desk.lie(Ann=other, Bob=other - 1)
    desk.run(ANN_BY_MAIL + BOB_BY_MAIL)
    assert told() == [("Ann", "created", desk.id_of("Bob")), ("Bob", "created", desk.id_of("Ann"))]
    done = desk.run("Bobby,bob@x.org,\n")
    assert told()[0][1:] == ("exists", desk.id_of("Bob"))
    assert "1 row of an earlier run" in done.stdout
    desk.run(ANN_BY_MAIL + BOB_BY_MAIL)
    assert told() == [("Ann", "created", desk.id_of("Ann")), ("Bob", "created", desk.id_of("Bob"))]
    assert desk.creates == 2


@pytest.mark.slow
def test_a_contact_that_somebody_gave_to_another_person_in_the_desk_was_the_row_s(desk: Desk) -> None:
    """Ann's answer was true, and the desk knows best that her contact is Bob's by now. She stays unchanged."""
    desk.run(ANN_BY_MAIL)
    hers = desk.id_of("Ann")
    desk.account.update(hers, {"name": "Bob", "email": "bob@x.org"})
    done = desk.run(BOB_BY_MAIL)
    assert told() == [("Bob", "exists", hers)]
    assert "somebody else's" not in done.stdout
    desk.run(ANN_BY_MAIL)
    assert told() == [("Ann", "unchanged", hers)]
    assert desk.creates == 2


@pytest.mark.slow
def test_a_run_says_how_many_rows_it_has_found(desk: Desk) -> None:
    """``wrong_ids`` of its summary.json; the report of an earlier run does not change."""
    desk.lie(Ann=next_id(desk))
    desk.run(ANN)
    assert wrong_ids() == 0
    desk.run(BOB)
    assert wrong_ids() == 1


@pytest.mark.slow
def test_what_an_earlier_run_found_out_does_not_count_again(desk: Desk) -> None:
    """Ann has the id of Bob's contact, and Carl that of Dora's: each of their runs finds one, and names that row."""
    anns = next_id(desk)
    desk.lie(Ann=anns + 1)
    desk.run(ANN)
    desk.lie(Carl=anns + 2)
    desk.run(ANN.replace("Ann", "Carl").replace("1\n", "3\n"))
    of_carl = folders()[-1].name
    desk.run(BOB)
    assert wrong_ids() == 1
    done = desk.run(BOB.replace("Bob", "Dora").replace("2\n", "4\n"))
    assert (told()[0][1], wrong_ids()) == ("created", 1)
    assert f"(row 2 of {of_carl})" in " ".join(done.stdout.split())


@pytest.mark.slow
def test_what_a_row_finds_out_counts_also_where_it_fails(desk: Desk) -> None:
    """With ``--on-duplicate fail`` Zoe's row fails since she is there; her id was Ann's, who is searched for again."""
    (zoe,) = desk.account.fill([{"name": "Zoe", "email": "zoe@x.org", "inbox_id": 407}], age_s=86_400)
    desk.lie(Ann=zoe)
    desk.run(ANN_BY_MAIL)
    desk.run("Zoe,zoe@x.org,\n", "--on-duplicate", "fail", exit_code=1)
    assert (told(), wrong_ids()) == ([("Zoe", "failed", "")], 1)
    desk.run(ANN_BY_MAIL)
    assert told() == [("Ann", "created", desk.id_of("Ann"))]


@pytest.mark.slow
def test_what_a_killed_run_has_found_out_the_next_one_tells(desk: Desk) -> None:
    """Once: Bob is unchanged for it, and it cannot find out again whose id Ann has. Kim's request is never answered."""
    desk.lie(Ann=next_id(desk))
    desk.run(ANN)
    before = folders()[-1].name
    desk.kill(BOB + KIM, KIM)
    done = desk.run(BOB + KIM, exit_code=1)
    assert [status for _, status, _ in told()] == ["unchanged", "unknown"]
    assert (wrong_ids(), f"(row 2 of {before})" in " ".join(done.stdout.split())) == (1, True)
    desk.run(BOB + KIM, exit_code=1)
    assert wrong_ids() == 0
    desk.run(ANN)
    assert told() == [("Ann", "created", desk.id_of("Ann"))]
