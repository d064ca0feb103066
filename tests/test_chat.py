"""--notify by chat and mail: what people read, in their language and without personal data; the address is a secret."""

import json
import logging
import re
import signal
import socket
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from apprise import NotifyFormat, decorators
from hypothesis import given
from hypothesis import strategies as st

from importer import import_contacts
from importer.errors import ConfigError, Declined, InputError, LedgerBusy
from importer.message import LANGUAGES, Language, Message
from importer.models import Status
from importer.network import chat_services
from importer.network.chat_services import Note
from importer.network.muting import muted
from importer.reporter.causes import Cause, Example
from importer.reporter.notifications import failure_note, run_note
from importer.reporter.summary import Summary
from tests.support.hooks import Hook
from tests.support.runs import RUN
from tests.support.service import HEADER, Service, contacts, folders, invoke, start, wait_until, written
from tests.support.services import Mailbox, Services

TOKEN = "t0ken0f0the0service"
SLACK = f"slack://T1JJ3T3L2/A1BRTD4JD/{TOKEN}abcde"
ADDRESSES = {
    "hooks.slack.com": SLACK,
    "open.feishu.cn": f"feishu://{TOKEN}",
    "open.larksuite.com": f"lark://{TOKEN}",
    "oapi.dingtalk.com": f"dingtalk://{TOKEN}",
    "qyapi.weixin.qq.com": f"wecombot://{TOKEN}",
    "prod-1.westus.logic.azure.com": f"workflows://prod-1.westus.logic.azure.com:443/643e69f83c8944/{TOKEN}",
}
TWO = HEADER + "Ann,ann@personal.example,,C1\nBob,bob@,,C2\n"

takes: Any = decorators.notify
"""Makes a service of a function; it has no types."""

told_there: list[Any] = []
"""What came to the service ``loopback://``."""


def _loopback(body: str, title: str, notify_type: Any, *_: Any, **__: Any) -> bool:
    told_there.append((title, body, str(getattr(notify_type, "value", notify_type))))
    return True


takes(on="loopback", body_format=NotifyFormat.TEXT)(_loopback)


@pytest.fixture(autouse=True)
def _nothing_told() -> None:
    told_there.clear()


# -- where it goes ---------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_every_service_gets_the_same_sentences(tmp_path: Path) -> None:
    """Several addresses, a raw web hook among them, which has the summary as ever; each is told once."""
    with Services(tmp_path) as services, Hook() as hook:
        asked = [word for address in (*ADDRESSES.values(), hook.url) for word in ("--notify", address)]
        done = invoke(written(TWO), "--inbox", 407, "--sandbox", *asked, **services.environment)
    assert done.exit_code == 1, done.output
    assert "notification" not in done.stderr
    assert sorted(sent.host for sent in services.sent) == sorted(ADDRESSES)
    for sent in services.sent:
        plain = sent.text.replace("\\\\", "")  # Teams reads Markdown: apprise escapes what would be read as such
        assert "Needs attention: sandbox of contacts.csv" in plain
        assert "1 of 2 rows needs attention" in plain
        assert folders()[-1].name in plain
        assert "personal.example" not in sent.text
    assert [json.loads(posted.body)["exit_code"] for posted in hook.posted] == [1]


@pytest.mark.slow
def test_a_variable_has_an_address_in_each_line_and_a_file_too(tmp_path: Path) -> None:
    """So do a file that the environment names, systemd's credentials, and a list in the configuration file."""
    both = f"loopback://one/{TOKEN}\nloopback://two/{TOKEN}\n"
    (tmp_path / "livedesk_notify_url").write_text(both, encoding="utf-8")
    written("notify:\n" + "".join(f"  - {line}\n" for line in both.split()), "list.yaml")
    ways: list[tuple[dict[str, str], tuple[str, ...]]] = [
        ({"LIVEDESK_NOTIFY_URL": both}, ()),
        ({"LIVEDESK_NOTIFY_URL_FILE": str(tmp_path / "livedesk_notify_url")}, ()),
        ({"CREDENTIALS_DIRECTORY": str(tmp_path)}, ()),
        ({}, ("--config", "list.yaml")),
    ]
    for variables, options in ways:
        done = invoke(contacts(1), "--inbox", 407, "--sandbox", *options, **variables)
        assert done.exit_code == 0, done.output
        assert len(told_there) == 2
        told_there.clear()
        assert TOKEN not in invoke("config", *options, **variables).output


@pytest.mark.slow
def test_a_letter_has_a_subject_and_readable_text() -> None:
    """Plain: nothing of a file's name is taken for markup."""
    with Mailbox() as mailbox:
        address = f"mailto://user:{TOKEN}@127.0.0.1:{mailbox.port}?from=a@b.example&to=team@b.example&smtp=127.0.0.1"
        done = invoke(written(TWO, "a_b_c & <i>.csv"), "--inbox", 407, "--sandbox", "--notify", address)
    assert "notification" not in done.stderr, done.stderr
    (letter,) = mailbox.letters
    assert letter["Subject"] == "Needs attention: sandbox of a_b_c & <i>.csv"
    assert letter["To"] == "team@b.example"
    assert TOKEN not in letter.as_string()
    assert "1 of 2 rows needs attention (a_b_c & <i>.csv to the sandbox" in letter.get_content()


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        ("SLACK://a/b", "slack"),
        ("HTTPS://a/b", ""),
        ("http://a/b", ""),
        ("c://a/b", ""),
        ("slack://a b", ""),
        ("slack://a\nb", ""),
        ("slack:a", ""),
        ("", ""),
    ],
)
def test_an_address_of_a_service_has_a_scheme_that_is_not_of_the_web(text: str, scheme: str) -> None:
    """A drive of Windows has one letter; what has blanks is no address."""
    assert chat_services.service_scheme(text) == scheme


@pytest.mark.slow
def test_the_library_takes_one_address_or_several(tmp_path: Path) -> None:
    """By the keyword ``notify``; what is no text is refused."""
    path = contacts(1)
    import_contacts(path, inbox=407, sandbox=True, notify="loopback://one", output_dir=tmp_path)
    import_contacts(path, inbox=407, sandbox=True, notify=["loopback://one", "loopback://two"], output_dir=tmp_path)
    assert len(told_there) == 3
    with pytest.raises(ConfigError, match="notify=: expected a text"):
        import_contacts(path, inbox=407, sandbox=True, notify=["loopback://one", 3])  # type: ignore[list-item]


# -- what people read ------------------------------------------------------------------------------------------------


def note_of(summary: Summary, name: str = "en") -> Note:
    return run_note(summary, Language(name))


def test_a_note_says_what_when_how_many_and_where(tmp_path: Path) -> None:
    """In a few paragraphs; errors by their codes."""
    cause = Cause("bad_email", (), 1, [Example(2, (Message("email: {value}", value="bob@private"),))])
    counts = {Status.CREATED: 1200, Status.INVALID: 1}
    summary = Summary(replace(RUN, exit_code=1), counts, {"report": "x/report.html"}, (cause,), base=tmp_path)
    note = note_of(summary)
    assert (note.title, note.mood) == (f"Needs attention: import of {RUN.file}", "warning")
    first, counts_line, causes, when, place = note.body.split("\n\n")
    assert first.startswith(f"1 of 1,201 rows needs attention ({RUN.file} to inbox 407 at ")
    assert counts_line == "created: 1,200, invalid: 1"
    assert causes == "Most frequent errors: bad_email in 1 row"
    assert re.fullmatch(r"From 2026-\S+ \S+ UTC\S* to 2026-\S+ \S+ UTC\S*", when)
    assert place.endswith(f": {tmp_path / 'x/report.html'}")


MOODS: dict[str, tuple[int, str, str, str]] = {
    "fine": (0, "", "success", "Done: "),
    "attention": (1, "", "warning", "Needs attention: "),
    "stopped": (4, "credentials refused", "failure", "Stopped: "),
    "interrupted": (143, "terminated", "failure", "Stopped: "),
}


@pytest.mark.parametrize(("code", "stopped", "mood", "head"), MOODS.values(), ids=MOODS.keys())
def test_the_title_says_whether_somebody_must_look(code: int, stopped: str, mood: str, head: str) -> None:
    """And the service gives the message a colour for it."""
    counts = {Status.CREATED: 1} | ({Status.INVALID: 1} if code else {})
    note = note_of(Summary(replace(RUN, exit_code=code, stopped=Message(stopped) if stopped else None), counts, {}))
    assert (note.mood, note.title[: len(head)]) == (mood, head)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_note_is_in_the_readers_language(language: str) -> None:
    """All of it, but names and codes."""
    expected = {"en": "Needs attention: ", "zh": "需要处理：", "zh-Hant": "需要處理："}[language]
    note = note_of(Summary(replace(RUN, exit_code=1), {Status.INVALID: 2}, {"report": "report.html"}), language)
    assert note.title.startswith(expected)
    failure = failure_note(InputError("x"), "import", ["contacts.csv"], Language(language))
    if language != "en":
        names = f"{RUN.file} {RUN.base_url} {Path.cwd()} {socket.gethostname()} report.html contacts.csv"
        words = re.findall("[A-Za-z]{4,}", " ".join([*note[:2], *failure[:2]]))
        assert {*words} <= {*re.findall("[A-Za-z]{4,}", names)}


PEOPLE = st.text(st.characters(categories=["L"]), min_size=8, max_size=20).map(lambda name: f"Zq{name}")


@pytest.mark.slow
@given(PEOPLE, PEOPLE, st.sampled_from([Status.INVALID, Status.FAILED, Status.UNKNOWN]))
def test_no_note_has_anything_of_a_row(name: str, value: str, status: Status) -> None:
    """Neither the errors' values, nor the people whom the file no longer has, nor a cell that was repaired."""
    error = (Message("{column}: {value} is none", column=name, value=value),)
    cause = Cause("taken", (Message("{value}", value=value),), 1, [Example(2, error)])
    summary = Summary(
        replace(RUN, exit_code=1, mapping={name: "email"}), {status: 1}, {}, (cause,), vanished=(name, value)
    )
    for language in LANGUAGES:
        note = note_of(summary, language)
        assert name not in note.title + note.body
        assert value not in note.title + note.body


# -- runs that could not begin ---------------------------------------------------------------------------------------


def test_people_hear_of_a_run_that_could_not_begin() -> None:
    """Whoever schedules it nightly waits for news; the file's name is told, and not the error, which may quote it."""
    with Hook() as hook:
        done = invoke("gone.csv", "--inbox", 407, "--sandbox", "--notify", "loopback://", "--notify", hook.url)
    assert done.exit_code == 3
    ((title, body, kind),) = told_there
    assert (title, kind) == ("Failed: sandbox of gone.csv", "failure")
    assert body.startswith("the input cannot be read (exit code 3)")
    assert hook.posted == []  # a program expects a summary


def test_a_pattern_that_matches_nothing_is_told_too() -> None:
    """What stands on the command line is read before a run begins."""
    assert invoke("exports/*.csv", "--inbox", 407, "--sandbox", "--notify", "loopback://").exit_code == 3
    assert [title for title, _, _ in told_there] == ["Failed: sandbox of *.csv"]


def test_the_library_tells_it_and_raises() -> None:
    """As the command line does."""
    with pytest.raises(InputError):
        import_contacts("gone.csv", inbox=407, sandbox=True, notify="loopback://")
    assert len(told_there) == 1


@pytest.mark.parametrize("error", [Declined(Message("no"))])
def test_what_somebody_said_no_to_is_no_news(error: Declined, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor what a signal stopped before it began."""

    def declined(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("importer.library.verbs.do_import", declined)
    assert invoke(contacts(1), "--inbox", 407, "--sandbox", "--notify", "loopback://").exit_code == 2
    assert told_there == []


def test_the_path_of_an_address_is_not_told() -> None:
    """A link to a file may hold a token: its host alone is named."""
    note = failure_note(
        LedgerBusy(Message("busy")), "import", [f"https://files.example/{TOKEN}?sig={TOKEN}"], Language()
    )
    assert note.title == "Failed: import of files.example"
    assert "exit code 5" in note.body


@pytest.mark.parametrize(
    ("given", "told"),
    [(f"https://[{TOKEN}/a.csv", "https://…"), (f"s3://{TOKEN}/a.csv", "s3://…"), ("exports/of://day.csv", "day.csv")],
)
def test_what_is_told_of_an_input_is_never_a_secret(given: str, told: str) -> None:
    """A broken address ends in no traceback, a bucket is not named, and a file may have such signs in its path."""
    assert failure_note(InputError("x"), "import", [given], Language()).title == f"Failed: import of {told}"


def test_a_broken_address_is_told_and_ends_in_no_traceback() -> None:
    """The user reads what is wrong with it, and the service hears that there was no run."""
    done = invoke(f"https://[{TOKEN}/a.csv", "--inbox", 407, "--sandbox", "--notify", "loopback://")
    assert done.exit_code == 2
    assert "Traceback" not in done.output
    assert [title for title, _, _ in told_there] == ["Failed: sandbox of https://…"]


# -- the address is a secret -----------------------------------------------------------------------------------------

BAD = {
    "an unknown scheme": f"nonsense://{TOKEN}",
    "a known scheme, and not its form": f"slack://{TOKEN}",
    "no certificates": f"{SLACK}?verify=no",
    "no scheme": TOKEN,
}


@pytest.mark.parametrize("address", BAD.values(), ids=BAD.keys())
def test_an_address_that_no_service_has_is_refused_before_anything_is_sent(service: Service, address: str) -> None:
    """Nothing but its scheme is repeated, by us and by apprise; one that is right does not help another."""
    done = service.invoke(contacts(1), "--inbox", 407, "--notify", "loopback://", "--notify", address)
    assert done.exit_code == 2
    assert "--notify: expected " in done.stderr
    assert TOKEN not in done.output
    assert service.sandbox.contacts == []
    assert told_there == []


@pytest.mark.slow
def test_without_the_extra_the_import_goes_on_and_warns_at_its_start(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the address is right nobody can tell; web hooks need no extra."""
    monkeypatch.setitem(sys.modules, "apprise", None)
    with Hook() as hook:
        addresses = ["--notify", f"feishu://{TOKEN}", "--notify", hook.url]
        done = service.invoke(contacts(1), "--inbox", 407, *addresses)
    assert done.exit_code == 0, done.output
    first, *_ = done.stderr.splitlines()
    assert first == "Warning: nobody is told by feishu://, which needs apprise"
    assert "pip install 'import-contacts[notify]'" in done.stderr
    assert "the notification to feishu:// failed: apprise is not installed" in done.stderr
    assert TOKEN not in done.output
    assert len(service.sandbox.contacts) == len(hook.posted) == 1


BROKEN: dict[str, dict[str, str]] = {
    "a secret file that is missing": {"LIVEDESK_API_KEY_FILE": "gone", "LIVEDESK_API_SECRET": "s"},
    "no credentials": {},
    "a wrong setting": {"LIVEDESK_INBOX_ID": "many"},
}


@pytest.mark.parametrize("where", ["variable", "file", "key"])
@pytest.mark.parametrize("environment", BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.parametrize("watches", [False, True])
def test_people_hear_of_wrong_settings(environment: dict[str, str], where: str, watches: bool) -> None:
    """Wherever the address stands: at night a secret that is missing fails first, and nobody reads the log."""
    found = {"variable": {"LIVEDESK_NOTIFY_URL": "loopback://"}, "file": {"LIVEDESK_NOTIFY_URL_FILE": "url"}, "key": {}}
    Path("url").write_text("loopback://\n")
    Path("config.yaml").write_text("notify: [loopback://]\nrate: 5\n" if where == "key" else "rate: 5\n")
    Path("in").mkdir()
    what = ["--watch", "in"] if watches else [contacts(1)]
    done = invoke(*what, **{"LIVEDESK_INBOX_ID": "407"} | environment | found[where])
    assert done.exit_code == 2
    ((title, body, _),) = told_there
    assert title == f"Failed: import of {'in' if watches else 'contacts.csv'}"
    assert body.startswith("wrong usage or configuration (exit code 2)")


USAGE: dict[str, tuple[list[str], dict[str, str]]] = {
    "an option that there is not": (["--inboxx", "4", "--notify", "loopback://"], {}),
    "a value that it does not take": (["--concurrency", "many", "--notify=loopback://"], {}),
    "an option without its value": (["--notify", "loopback://", "--country"], {}),
    "a secret behind such an option": (["--notify", "loopback://", "--bogus", "-k", "SECRETKEY123"], {}),
    "with a variable": (["--inboxx=4"], {"LIVEDESK_NOTIFY_URL": "loopback://"}),
    "with a file of settings": (["--inboxx", "4", "--config", "other.yaml"], {}),
}


@pytest.mark.slow
@pytest.mark.parametrize(("options", "environment"), USAGE.values(), ids=USAGE)
@pytest.mark.parametrize("verb", [[], ["run"], ["plan"]], ids=["no verb", "run", "plan"])
def test_people_hear_of_a_command_line_that_is_wrong(
    options: list[str], environment: dict[str, str], verb: list[str]
) -> None:
    """Of a run at night that began to fail with an update of its timer."""
    Path("other.yaml").write_text("notify: [loopback://]\n")
    done = invoke(*verb, contacts(1), *options, **environment)
    assert done.exit_code == 2
    ((title, body, _),) = told_there
    assert title.endswith(" of contacts.csv"), "and of nothing else: a word behind an option may be a secret"
    assert "Usage: import-contacts" in done.stderr
    assert body.startswith("wrong usage or configuration (exit code 2)")


def test_of_a_command_line_without_a_file_people_hear_too() -> None:
    """Where a variable of a shell was empty; but not of help, and of commands that import nothing."""
    for arguments in (["runs", "--odd"], ["report", "a", "b"], ["--help"], []):
        invoke(*arguments, LIVEDESK_NOTIFY_URL="loopback://")
    assert told_there == []
    invoke("--inbox", "407", LIVEDESK_NOTIFY_URL="loopback://")
    assert [title for title, *_ in told_there] == ["Failed: import of …"]


def test_nobody_hears_of_what_somebody_mistypes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who sits there reads it."""
    monkeypatch.setattr("importer.terminal.console.Console.has_somebody", True)
    assert invoke(contacts(1), "--inboxx", "4", "--notify", "loopback://").exit_code == 2
    assert told_there == []


def test_nobody_hears_where_the_address_itself_is_wrong() -> None:
    """And the error is that of the settings."""
    done = invoke(contacts(1), "--inbox", 407, "--notify", f"nonsense://{TOKEN}", LIVEDESK_API_KEY_FILE="gone")
    assert done.exit_code == 2
    assert "LIVEDESK_API_KEY_FILE" in done.stderr


def test_a_reason_that_stands_beside_a_file_is_where_to_look() -> None:
    """Of a watched folder nobody reads the log."""
    note = failure_note(InputError(Message("no")), "import", ["a.csv"], Language(), Path("in/attention/a.csv.txt"))
    assert note.body.endswith(f"What is wrong stands on {socket.gethostname()}: in/attention/a.csv.txt")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("status", "cause", "tries"),
    [
        (302, "HTTP 302 Found, and redirects are not followed", 1),
        (404, "HTTP 404 Not Found", 1),
        (429, "HTTP 429 Too Many Requests", 2),
        (500, "HTTP 500 Internal Server Error", 2),
    ],
)
def test_a_failure_is_a_warning_that_names_the_scheme_and_the_status_alone(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    cause: str,
    tries: int,
) -> None:
    """No token in any output, nor in what the libraries log, at any level; the run ends as it would have. What may
    pass is tried once more."""
    monkeypatch.setattr(chat_services, "WAIT_S", 0.0)
    caplog.set_level(0)
    logging.getLogger("urllib3").setLevel(0)
    with Services(tmp_path, status) as services:
        done = invoke(
            *(contacts(1), "--inbox", 407, "--sandbox", "--verbose", "--log-file", "import.log", "--notify", SLACK),
            **services.environment,
        )
    assert done.exit_code == 0
    assert f"Warning: the notification to slack:// failed: {cause}\n" in done.stderr
    assert services.asked == ["hooks.slack.com"] * tries  # no redirect is followed
    held = [path for path in Path().rglob("*") if path.is_file() and TOKEN.encode() in path.read_bytes()]
    assert (TOKEN in done.output, TOKEN in caplog.text, held) == (False, False, [])


@pytest.mark.parametrize(
    ("logged", "cause", "tries"),
    [
        (f"A Connection error occurred sending to https://x/{TOKEN}.", "it was not reached in time", 2),
        ("Failed to send Slack notification: Bad Gateway, error=502.", "HTTP 502 Bad Gateway", 2),
        (f"Feishu rejected our notification: code=19001 msg={TOKEN}", "it refused the message (code 19001)", 1),
        (f"Failed to send to {TOKEN}", "it was not reached, or did not take it", 1),
    ],
)
def test_what_apprise_logs_says_why(logged: str, cause: str, tries: int, caplog: pytest.LogCaptureFixture) -> None:
    """As far as it is no secret; what may pass is tried once more after a pause, and may succeed then."""
    sent, slept = list[int](), list[float]()
    succeeds = False

    def tell(*_: object, **__: object) -> bool:
        sent.append(1)
        if succeeds and len(sent) > 1:
            return True
        logging.getLogger("apprise").warning(logged)
        return False

    scheme = f"wordy{len(logged)}"  # apprise takes each once
    takes(on=scheme)(tell)
    failed = chat_services.send(f"{scheme}://", Note("title", "body", "success"), slept.append)
    assert str(failed).startswith(cause)
    assert (len(sent), slept, caplog.records) == (tries, [chat_services.WAIT_S] * (tries - 1), [])
    sent.clear()
    succeeds = True
    failed = chat_services.send(f"{scheme}://", Note("title", "body", "success"), slept.append)
    assert (failed is None) == (tries == 2)


def test_a_failure_is_heard_while_another_thread_sends(caplog: pytest.LogCaptureFixture) -> None:
    """Whose filter is there first."""

    def tell(*_: object, **__: object) -> bool:
        logging.getLogger("apprise").warning("error=404")
        return False

    takes(on="late")(tell)
    begun, ended = threading.Event(), threading.Event()

    def mute() -> None:
        with muted():
            begun.set()
            ended.wait(10)

    other = threading.Thread(target=mute)
    other.start()
    begun.wait(10)
    failed = chat_services.send("late://", Note("title", "body", "success"))
    ended.set()
    other.join()
    assert str(failed) == "HTTP 404 Not Found"
    assert caplog.records == []


def test_other_threads_log_as_ever(caplog: pytest.LogCaptureFixture) -> None:
    """Only what the sending thread says is dropped, and only meanwhile."""
    log = logging.getLogger("some.library")

    def tell(*_: object, **__: object) -> bool:
        log.warning("from inside")
        other = threading.Thread(target=log.warning, args=["from another"])
        other.start()
        other.join()
        return True

    takes(on="talking")(tell)
    assert chat_services.send("talking://", Note("title", "body", "success")) is None
    log.warning("afterwards")
    assert [record.message for record in caplog.records] == ["from another", "afterwards"]


def test_nothing_is_logged_of_a_library_that_makes_its_loggers_meanwhile(caplog: pytest.LogCaptureFixture) -> None:
    """As those do that are imported only when they are needed, and apprise itself as it begins."""

    def tell(*_: object, **__: object) -> bool:
        logging.getLogger("made.meanwhile").warning(TOKEN)
        return True

    takes(on="making")(tell)
    caplog.set_level(0)
    logging.getLogger("apprise").setLevel(0)
    assert chat_services.send(f"making://{TOKEN}", Note("title", "body", "success")) is None
    assert caplog.records == []


def test_a_service_that_raises_is_a_failure_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    """They may hold the address."""

    def fail(*_: object, **__: object) -> bool:
        raise RuntimeError(TOKEN)

    takes(on="broken")(fail)
    assert "did not take it" in str(chat_services.send(f"broken://{TOKEN}", Note("title", "body", "failure")))
    assert TOKEN not in caplog.text


@pytest.mark.slow
def test_a_service_that_never_answers_holds_up_nobody(tmp_path: Path) -> None:
    """The first signal after the run gives it up, and the process ends: no thread of apprise's is waited for."""
    with Services(tmp_path, -1) as services, Service() as desk:
        environment = desk.environment | services.environment | {"LIVEDESK_NOTIFY_URL": SLACK}
        process = start(contacts(1), "--inbox", 407, **environment)
        wait_until(lambda: bool(services.sent), process)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert "the notification to slack:// failed: interrupted" in err
    assert TOKEN not in out + err
