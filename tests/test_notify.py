"""--notify: what is posted and to whom, what is tried again, and that the address stays a secret."""

import json
import os
import signal
import socket
import threading
import traceback
from pathlib import Path
from typing import NoReturn

import pytest

from importer import __version__
from importer.cancellation import Cancellation
from importer.config.loading import load
from importer.errors import ConfigError, ExitCode
from importer.message import Message
from importer.reporter import webhook as notify
from importer.signals import Interrupt
from tests.support.certificates import Authority
from tests.support.hooks import Hook
from tests.support.service import HEADER, Service, contacts, folders, invoke, results, wait_until_stored, written

TOKEN = "t0ken-of-the-hook"
PATH = f"/hooks/{TOKEN}?key={TOKEN}"
BODY = b'{"run": "x"}'


def summary() -> object:
    return json.loads((folders()[-1] / "summary.json").read_text(encoding="utf-8"))


def posting(url: str, timeout_s: float = 5.0) -> tuple[str, list[float]]:
    """Why it failed, and the seconds that would have been slept."""
    slept: list[float] = []
    return str(notify.post_json(notify.Address(url), BODY, slept.append, timeout_s) or ""), slept


@pytest.mark.slow
@pytest.mark.parametrize("proxy", ["http:/user:s3cretpw@proxy:1", "http://user:s3cretpw@xn--é..b:1"])
def test_a_proxy_that_is_none_is_a_failure_without_its_password(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    """The library's words would hold it."""
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    why, _ = posting("https://hooks.example.invalid/TOKEN")
    assert "failed" in why or "not known" in why
    assert "s3cretpw" not in why


# -- what is posted --------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_summary_is_posted_once_the_files_are_there(service: Service) -> None:
    """As JSON, with the program's name, to the address with its path and query; and once."""
    with Hook() as hook:
        done = service.invoke(contacts(2), "--inbox", 407, "--notify", hook.url + PATH)
    assert done.exit_code == 0, done.output
    (posted,) = hook.posted
    assert (posted.method, posted.path) == ("POST", PATH)
    assert posted.headers["content-type"] == "application/json"
    assert posted.headers["user-agent"] == f"import-contacts/{__version__}"
    assert json.loads(posted.body) == summary()
    assert "Warning" not in done.stderr


RUNS: dict[str, tuple[str, list[object], int]] = {
    "rows that need attention": (HEADER + "Bob,bob@,,C1\n", ["--inbox", 407], 1),
    "stopped": (HEADER + "Ann,a@x.example,,C1\n", ["--inbox", 9], 4),
    "dry run": (HEADER + "Ann,a@x.example,,C1\n", ["--inbox", 407, "--dry-run"], 0),
    "sandbox": (HEADER + "Ann,a@x.example,,C1\n", ["--inbox", 407, "--sandbox"], 0),
}


@pytest.mark.slow
@pytest.mark.parametrize(("text", "arguments", "code"), RUNS.values(), ids=RUNS.keys())
def test_every_run_that_has_files_is_told(service: Service, text: str, arguments: list[object], code: int) -> None:
    """Whatever its exit code, rehearsals too: what is posted says how it ended, and in which mode."""
    with Hook() as hook:
        done = service.invoke(written(text), *arguments, "--notify", hook.url)
    assert done.exit_code == code, done.output
    assert [json.loads(posted.body) for posted in hook.posted] == [summary()]


def test_a_run_that_could_not_begin_is_not_told() -> None:
    """No files, no summary: exit codes 2, 3 and 5 post nothing."""
    with Hook() as hook:
        assert invoke("absent.csv", "--inbox", 407, "--sandbox", "--notify", hook.url).exit_code == 3
    assert hook.posted == []


@pytest.mark.slow
@pytest.mark.parametrize("source", ["variable", "key"])
def test_the_address_may_come_from_the_environment_or_the_file(source: str) -> None:
    """Neither stands in the list of processes."""
    with Hook() as hook:
        environment = {"LIVEDESK_NOTIFY_URL": hook.url} if source == "variable" else {}
        written(f"notify: {hook.url}\n" if source == "key" else "", "config.yaml")
        assert invoke(contacts(1), "--inbox", 407, "--sandbox", **environment).exit_code == 0
    assert len(hook.posted) == 1


# -- what is tried again, and what is not ----------------------------------------------------------------------------

ANSWERS: dict[str, tuple[list[int], int, str]] = {
    "taken": ([200], 1, ""),
    "a failure that passes": ([503, 204], 2, ""),
    "an overload that passes": ([429, 500, 202], 3, ""),
    "a broken connection that passes": ([0, 204], 2, ""),
    "a failure that stays": ([500], 3, "HTTP 500 Internal Server Error"),
    "an overload that stays": ([429], 3, "HTTP 429 Too Many Requests"),
    "a connection that breaks": ([0], 3, "the connection to it, or to the proxy, failed"),
    "refused": ([404], 1, "HTTP 404 Not Found"),
    "refused without a name": ([499], 1, "HTTP 499"),
    "redirected": ([302], 1, "HTTP 302 Found, and redirects are not followed"),
    "redirected with the body": ([307], 1, "HTTP 307 Temporary Redirect, and redirects are not followed"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("statuses", "tries", "cause"), ANSWERS.values(), ids=ANSWERS.keys())
def test_what_may_pass_is_tried_again_and_nothing_is_followed(statuses: list[int], tries: int, cause: str) -> None:
    """Three tries with growing waits between them; a cause in the program's words, never in the server's."""
    with Hook(statuses) as hook:
        assert posting(hook.url + PATH) == (cause, [1.0, 3.0][: tries - 1])
    assert [(posted.path, posted.body) for posted in hook.posted] == [(PATH, BODY)] * tries


@pytest.mark.slow
def test_a_server_that_never_answers_is_given_up() -> None:
    """After the time for one try, three times."""
    with Hook([-1]) as hook:
        assert posting(hook.url, timeout_s=0.05) == ("no answer within 0.05 s", [1.0, 3.0])
    assert len(hook.posted) == 3


@pytest.mark.slow
def test_nobody_who_listens_is_a_cause_like_another() -> None:
    """The system's words for it."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}{PATH}"
    assert posting(url) == ("connection refused", [1.0, 3.0])


@pytest.mark.parametrize("kind", ["good", "expired", "of_another_host", "unknown authority"])
def test_certificates_are_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """Only a valid one of an authority that is trusted lets anything through; the others are not tried again."""
    authority = Authority(tmp_path)
    known = authority if kind != "unknown authority" else Authority(tmp_path_beside(tmp_path))
    monkeypatch.setenv("SSL_CERT_FILE", str(known.file))
    certificate = getattr(authority, kind)() if kind in ("expired", "of_another_host") else authority.good()
    with Hook(certificate=certificate) as hook:
        cause, slept = posting(hook.url + PATH)
    assert slept == []
    assert cause == "" if kind == "good" else "its certificate cannot be trusted" in cause
    assert len(hook.posted) == (1 if kind == "good" else 0)


def tmp_path_beside(path: Path) -> Path:
    beside = path / "beside"
    beside.mkdir()
    return beside


@pytest.mark.slow
def test_the_proxy_of_the_environment_is_asked_and_sees_no_more_than_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """CONNECT is plain text; what follows goes to the host under TLS, and not at all where the proxy refuses."""
    with Hook([403]) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        cause, _ = posting("https://hooks.invalid" + PATH)
    assert cause == "the connection to it, or to the proxy, failed"
    assert {(posted.method, posted.path) for posted in proxy.posted} == {("CONNECT", "hooks.invalid:443")}
    assert TOKEN not in str(proxy.posted)


def test_no_proxy_stands_before_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor before the hosts that NO_PROXY names."""
    with Hook() as hook, Hook() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        assert posting(hook.url) == ("", [])
    assert (len(hook.posted), proxy.posted) == (1, [])


# -- what a failure changes ------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("status", [302, 404])
def test_a_failure_is_a_warning_that_names_the_host_alone(service: Service, status: int) -> None:
    """The run ends as it would have, with its files, and nothing of the path is said."""
    with Hook([status]) as hook:
        done = service.invoke(contacts(2), "--inbox", 407, "--notify", hook.url + PATH)
    assert (done.exit_code, len(results())) == (0, 2)
    assert f"Warning: the notification to 127.0.0.1 failed: HTTP {status}" in done.stderr
    assert TOKEN not in done.output


def test_what_a_notification_raises_is_its_failure_without_its_words(capfd: pytest.CaptureFixture[str]) -> None:
    """Words and traceback may hold the address; the others are told."""

    def fails() -> None:
        raise RuntimeError("https://hooks.invalid/t0ken")

    assert notify.notify([fails, lambda: None], Cancellation()) == [
        Message("an error of the program ({kind})", kind="RuntimeError"),
        None,
    ]
    assert "t0ken" not in "".join(capfd.readouterr())


def test_the_first_signal_after_the_run_gives_the_notification_up() -> None:
    """Nobody waits half a minute for it; the handlers are the run's own."""
    with Hook([-1]) as hook, Interrupt(lambda: None) as interrupt:

        def signalled() -> Message | None:
            os.kill(os.getpid(), signal.SIGTERM)
            return notify.post_json(notify.Address(hook.url), BODY)

        assert notify.notify([signalled], interrupt) == [Message("interrupted")]
    assert interrupt.exit_code is ExitCode.TERMINATED


@pytest.mark.slow
def test_an_interrupted_run_is_told_and_a_second_signal_ends_that() -> None:
    """The first signal came while rows were sent: its summary is posted all the same, until the second one."""
    with Hook([-1]) as hook, Service(latency_ms=20) as slow:
        process = slow.start(contacts(200), "--inbox", 407, "--notify", hook.url + PATH)
        wait_until_stored(slow, 10, process)
        process.send_signal(signal.SIGTERM)
        while not hook.posted:
            assert process.poll() is None, process.communicate()
            threading.Event().wait(0.005)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=120)
    assert process.returncode == 143, err
    assert json.loads(hook.posted[0].body)["exit_code"] == 143
    assert "the notification to 127.0.0.1 failed: interrupted" in err
    assert "not sent" in out
    assert TOKEN not in out + err


# -- the address is a secret -----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_no_artefact_of_a_run_holds_the_address() -> None:
    """Output, log, ledger, files and the next command: typed in both ways, refused and redirected."""
    told: list[str] = []
    text = HEADER + "Ann,ann@example.com,,C1\nBob,bob@,,C2\n"
    more = ("--inbox", 407, "--verbose", "--log-file", "import.log", "--output-dir", "out")
    with Service() as service, Hook([404, 302]) as hook:
        for typed in (["--notify", hook.url + PATH], [f"--notify={hook.url}{PATH}"]):
            told.append(service.invoke(written(text), *typed, *more).output)
            told.append(service.invoke(written(text), *typed, *more, "--json", "--dry-run").output)
        told.append(service.invoke(written(text), *typed, *more, "--sandbox", "--log-format", "journald").output)
        told += [invoke("runs", "--json", "--output-dir", "out").output, invoke("report", "--output-dir", "out").output]
    assert len(hook.posted) == 5
    assert len(told) == 7
    files = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    assert {".html", ".csv", ".json", ".sqlite3", ".log"} <= {path.suffix for path in files}
    assert [path for path, content in files.items() if TOKEN.encode() in content] == []
    assert [text for text in told if TOKEN in text] == []
    assert b'"--notify"' in files[Path("out/ledger.sqlite3")]
    assert b"***" in files[Path("out/ledger.sqlite3")]


@pytest.mark.slow
def test_the_next_command_leaves_the_option_out() -> None:
    """Pasted by hand it is looked at by hand; with a mask it would be refused."""
    with Hook() as hook:
        done = invoke(contacts(1), "--sandbox", "--notify", hook.url, "--inbox", 407, f"--notify={hook.url}")
    assert done.stdout.rstrip().endswith("To import it:\n  import-contacts contacts.csv --inbox 407")


class InFront(threading.Thread):
    """A thread that does its work before anybody waits for it, in the caller's own."""

    def start(self) -> None:
        self.run()

    def is_alive(self) -> bool:
        return False


def test_a_crash_and_a_debugger_show_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even with the variables of the program's own frames; the run ends as it would have."""
    seen: list[traceback.StackSummary] = []

    def crash(*_: object) -> NoReturn:
        seen.append(traceback.StackSummary.extract(traceback.walk_stack(None), capture_locals=True))
        raise RuntimeError(TOKEN)

    monkeypatch.setattr("importer.network.opener.proxy_for", crash)
    monkeypatch.setattr("importer.reporter.webhook.Thread", InFront)
    done = invoke(contacts(1), "--inbox", 407, "--sandbox", "--notify", f"https://hooks.invalid/{TOKEN}")
    assert (done.exit_code, done.exception) == (0, None)
    assert "the notification to hooks.invalid failed: an error of the program (RuntimeError)" in done.stderr
    assert TOKEN not in done.output
    own = [frame for frame in seen[0] if "/importer/" in frame.filename]
    assert {frame.name for frame in own} >= {"run", "run_import", "publish", "notify", "post_json", "opener_for"}
    # main has the words of the command line, as the list of processes has.
    assert {frame.name for frame in own if TOKEN in str(frame.locals)} <= {"main"}
    assert TOKEN not in repr(load({"notify": f"https://hooks.example.com/{TOKEN}"}))
    assert "notify" not in load({"notify": f"https://hooks.example.com/{TOKEN}"}).told()


BAD: dict[str, str] = {
    "plain http": f"http://hooks.example.com/{TOKEN}",
    "another scheme": f"ftp://hooks.example.com/{TOKEN}",
    "no scheme": f"hooks.example.com/{TOKEN}",
    "a user": f"https://user:{TOKEN}@hooks.example.com/",
    "no port": f"https://hooks.example.com:{TOKEN}/",
    "port 0": f"https://hooks.example.com:0/{TOKEN}",
    "a fragment": f"https://hooks.example.com/#{TOKEN}",
    "a space": f"https://hooks.example.com/a b{TOKEN}",
    "a line feed": f"https://hooks.example.com/a\n{TOKEN}",
    "not ASCII": f"https://hooks.example.com/é{TOKEN}",
    "no address": f"https://[{TOKEN}/",
    "a long label": f"https://{'a' * 64}.example/{TOKEN}",
    "empty": "",
}


@pytest.mark.parametrize("url", BAD.values(), ids=BAD.keys())
@pytest.mark.parametrize("source", ["option", "variable", "key"])
def test_a_wrong_address_is_refused_and_not_repeated(monkeypatch: pytest.MonkeyPatch, url: str, source: str) -> None:
    """Its place is named, what is expected, and nothing of what it holds."""
    if source == "variable":
        monkeypatch.setenv("LIVEDESK_NOTIFY_URL", url)
    if source == "key":
        written(f"notify: {json.dumps(url)}\n", "config.yaml")
    if not url and source != "option":
        assert load({}).notify == ()  # an empty variable and an empty key count as absent
        return
    with pytest.raises(ConfigError) as caught:
        load({"notify": url} if source == "option" else {})
    place = {"option": "--notify", "variable": "LIVEDESK_NOTIFY_URL", "key": "config.yaml: notify"}[source]
    assert str(caught.value).startswith(f"{place}: expected ")
    assert TOKEN not in str(caught.value) + str(caught.value.hint)


@pytest.mark.parametrize("url", ["https://hooks.example.com/a/b?c=d&e", "http://localhost:1/x", "http://[::1]:1/"])
def test_a_path_and_a_query_may_follow(url: str) -> None:
    """Webhooks have them; plain http is for this machine alone."""
    (given,) = load({"notify": url}).notify
    assert given.get_secret_value() == url
