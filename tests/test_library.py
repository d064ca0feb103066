"""The library: the program as functions, in any thread and any event loop, without a signal handler of its own."""

import asyncio
import gc
import inspect
import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import openpyxl
import pytest
from pydantic import SecretStr, ValidationError

import importer
from importer import (
    Cancellation,
    ConfigError,
    ImporterError,
    InputError,
    LedgerBusy,
    Notice,
    RunProgress,
    Settings,
    Summary,
    import_contacts,
    import_contacts_async,
    plan,
    plan_async,
    undo,
    undo_async,
    verify,
    verify_async,
    watch,
)
from importer.cli.run import run
from importer.files.locks import locked
from importer.library import ImportOptions
from importer.library.options import FileOptions, Listening, ServerOptions
from importer.models import Status
from importer.reporter.result_files import RESULT_COLUMNS
from tests.support.raw_server import Pause, RawServer, Request, Step
from tests.support.service import KEY, SECRET, Service, contacts, folders, results, wait_until_stored, written


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


MESSY = "Name,Email,Customer ID\nAnn,a@x.example,C1\nBob,bob@,C2\n=Dora,d@x.example,\n"


@pytest.mark.slow
def test_an_import_returns_a_summary_with_its_rows(account: dict[str, Any], service: Service) -> None:
    """``Summary.counts``, ``.exit_code``, and a result for each row in the input's order."""
    summary = import_contacts(contacts(3), **account)
    assert isinstance(summary, Summary)
    assert (summary.counts, summary.exit_code, summary.rows) == ({Status.CREATED: 3}, 0, 3)
    found = [*summary.results()]
    assert [(row.row, row.status, row.identifier) for row in found] == [(n, "created", f"C{n - 2}") for n in (2, 3, 4)]
    assert {row.identifier: row.contact_id for row in found} == service.stored


@pytest.mark.slow
def test_rows_that_need_attention_raise_nothing(account: dict[str, Any]) -> None:
    """They are in the summary, with what is wrong and what to do; a cell guarded against formulas is the cell."""
    summary = import_contacts(written(MESSY), **account)
    assert summary.exit_code == 1
    _, bob, formula = summary.results()
    assert (bob.status, bob.error_code, bob.email, bob.attempts) == ("invalid", "bad_email", "bob@", 0)
    assert '"bob@"' in bob.error
    assert bob.hint
    assert formula.name == "=Dora"


@pytest.mark.slow
def test_results_become_a_data_frame(account: dict[str, Any]) -> None:
    """A column for each column of results.csv, a line for each row."""
    frame = import_contacts(written(MESSY), **account).to_dataframe()
    assert [*frame.columns][: len(RESULT_COLUMNS)] == [*RESULT_COLUMNS]
    assert [*frame["row"]] == [2, 3, 4]
    assert [*frame["error_code"]][1] == "bad_email"


@pytest.mark.slow
def test_a_plan_a_verification_and_an_undo_have_their_lines(account: dict[str, Any]) -> None:
    """The frame is plan.csv, verify.csv or undo.csv, typed; ``results`` says so rather than being empty in silence."""
    planned = plan(contacts(2), **account)
    frame = planned.to_dataframe()
    assert [*frame.columns] == ["row", "action", "contact_id", "field", "before", "after"]
    assert {str(kind) for name, kind in frame.dtypes.items() if name != "row"} == {"string"}
    assert str(frame["row"].dtype) == "Int64"
    assert {*frame["row"]} == {2, 3}
    assert {*frame["action"]} == {"create"}
    summary = import_contacts(contacts(2), **account)
    server = {name: value for name, value in account.items() if name != "inbox"}
    verified = verify(summary.run.id, **server)
    undone = undo(summary.run.id, confirm=lambda _: True, **server)
    assert undone is not None
    assert [*verified.to_dataframe()["status"]] == ["same"] * 2
    assert [*undone.to_dataframe()["row"]] == [2, 3]
    for one, kind in ((planned, "plan"), (verified, "verify"), (undone, "undo")):
        with pytest.raises(ImporterError, match="has lines, and no results") as caught:
            one.results()
        assert f'files["{kind}"]' in str(caught.value.hint)
        Path(one.files[kind]).unlink()
        with pytest.raises(ImporterError, match=rf"{kind}\.csv is gone"):
            one.to_dataframe()


@pytest.mark.slow
def test_reasons_are_in_the_language_of_the_call(account: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain texts, and keywords in the place of options; a row of several files is told with its file."""
    summary = import_contacts(written(MESSY), **account)
    (first,) = [one for one in summary.reasons if one.code == "bad_email"]
    assert (first.count, first.examples[0].row) == (1, 3)
    assert "is not an email address" in first.examples[0].error
    assert first.hint == "write it as name@example.com, or leave the cell empty"
    paths = written(MESSY, "a.csv"), written("Name,Email\nEve,eve@\n", "b.csv")
    asked = import_contacts(*paths, lang="zh", dry_run=True, **account)
    monkeypatch.setenv("IMPORT_CONTACTS_LANG", "zh")
    for told in (asked, import_contacts(*paths, dry_run=True, **account)):
        (first,) = [one for one in told.reasons if one.code == "bad_email"]
        assert first.examples[0].row == "a.csv 第 3 行"
        assert "不是邮箱地址" in first.examples[0].error
    monkeypatch.setenv("IMPORT_CONTACTS_LANG", "en")
    no_country = import_contacts(written("Name,Phone\nAnn,030 1234567\n"), dry_run=True, **account)
    assert "--" not in no_country.reasons[0].hint
    assert "country=" in no_country.reasons[0].hint


@pytest.mark.slow
def test_paths_may_be_texts(account: dict[str, Any]) -> None:
    """As ``open`` takes them."""
    assert import_contacts(str(contacts(1)), **account).exit_code == 0


@pytest.mark.slow
def test_a_run_of_standard_input_is_called_so(account: dict[str, Any]) -> None:
    """Python calls it <stdin>, and no folder is named so."""
    file = io.BytesIO(b"Name,Email\nAnn,ann@x.example\n")
    file.name = "<stdin>"
    assert import_contacts(file, **account).run.id.startswith("stdin-")


@pytest.mark.slow
def test_progress_is_told_by_stage(account: dict[str, Any]) -> None:
    """Each stage rises to its total; a sent row counts when its outcome is on disk."""
    told: list[RunProgress] = []
    import_contacts(contacts(40), **account, progress=told.append)
    for stage, total in (("check", None), ("send", 40)):
        of_stage = [one for one in told if one.stage == stage]
        assert [one.done for one in of_stage] == sorted(one.done for one in of_stage)
        assert (of_stage[-1].done, of_stage[-1].total) == (40, total)
    assert {one.stage for one in told} == {"check", "send"}


def test_progress_tells_the_pace_and_the_time_left() -> None:
    """Without a total, or before the first row, nobody knows the time left."""
    assert RunProgress("send", 50, 200, 10.0).rows_per_second == 5.0
    assert RunProgress("send", 50, 200, 10.0).seconds_left == 30.0
    assert RunProgress("check", 50, None, 10.0).seconds_left is None
    assert RunProgress("send", 0, 200, 0.0).seconds_left is None


def test_notices_are_sentences_in_the_language_asked_for(account: dict[str, Any]) -> None:
    """What the terminal would say goes to ``notice``."""
    told: list[Notice] = []
    import_contacts(contacts(1), **account, lang="zh", country="CN", notice=told.append)
    assert Notice("info", "1 行：1 行待发送") in told


class Refused(Exception):
    """A callback's own."""


@pytest.mark.slow
@pytest.mark.parametrize("error", [Refused, SystemExit, KeyboardInterrupt])
@pytest.mark.parametrize("stage", ["check", "send"])
def test_an_error_of_a_callback_stops_the_run_like_a_cancellation(
    stage: str, error: type[BaseException], account: dict[str, Any], service: Service
) -> None:
    """Its requests are settled, its files written; then the error is raised, and no callback is called any more."""
    raised = 0

    def fail(now: RunProgress) -> None:
        nonlocal raised
        if now.stage == stage and now.done:
            raised += 1
            raise error

    path = contacts(3_000)
    with pytest.raises(error):
        import_contacts(path, **account, progress=fail, concurrency=2)
    assert raised == 1
    found = results()
    assert len(found) == 3_000
    assert len(service.stored) == sum(row["status"] == "created" for row in found) < 3_000
    assert import_contacts(path, **account, limit=5).exit_code == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", ["notice", "confirm"])
def test_every_callback_may_raise(name: str, account: dict[str, Any]) -> None:
    """In an event loop too; where a run could not even begin, the callback's error counts."""

    def fail(_: object) -> bool:
        raise StopIteration if name == "notice" else Refused

    import_contacts(written("Name,Email,Customer ID\nAnn,a@x.example,C1\n"), **account)
    path = written("Name,Email,Customer ID\nAnn,,C1\n")
    asking: dict[str, Any] = {"clear": "email", "on_duplicate": "update", "match_by": "identifier", name: fail}
    with pytest.raises(RuntimeError if name == "notice" else Refused):
        asyncio.run(import_contacts_async(path, **account, **asking))


@pytest.mark.slow
@pytest.mark.parametrize("answer", ["no", 1, "True", [0], None])
def test_only_true_is_yes(answer: Any, account: dict[str, Any], service: Service) -> None:
    """A text that somebody typed may be "no"; and the hint names the keyword."""
    import_contacts(written("Name,Email,Customer ID\nAnn,a@x.example,C1\n"), **account)
    asking: dict[str, Any] = {"clear": "email", "on_duplicate": "update", "match_by": "identifier"}
    with pytest.raises(ConfigError, match=r"^clear=: nobody agreed") as caught:
        import_contacts(
            written("Name,Email,Customer ID\nAnn,,C1\n"), **account, **asking, confirm=lambda question: answer
        )
    assert str(caught.value.hint) == "give confirm=, a function that gets the question and returns True"
    assert [contact["email"] for contact in service.sandbox.contacts] == ["a@x.example"]


def test_an_error_is_told_in_the_language_of_the_call(account: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Its text and its hint; that of an option too. The code for programs stays."""
    with pytest.raises(InputError) as caught:
        import_contacts("nobody.csv", **account, lang="zh")
    assert "没有" in str(caught.value) or "不存在" in str(caught.value)
    assert caught.value.code == "input"
    with pytest.raises(ConfigError, match="没有") as wrong:
        import_contacts("nobody.csv", **account, lang="zh", contry="DE")  # type: ignore[call-arg]
    assert "country" in str(wrong.value.hint)
    assert "did you mean" not in str(wrong.value.hint)
    monkeypatch.setenv("IMPORT_CONTACTS_LANG", "zh")
    with pytest.raises(ConfigError, match="没有要导入的文件"):
        import_contacts("", **account)


@pytest.mark.parametrize("run", [Path("x"), 3, "", " "])
def test_what_is_no_name_of_a_run_is_refused(run: Any) -> None:
    """``None`` is the newest for a verification alone: what is undone has to be named."""
    with pytest.raises(ConfigError, match="is no name of a run"):
        verify(run)
    with pytest.raises(ConfigError, match="is no name of a run"):
        undo(None)  # type: ignore[arg-type]


@pytest.mark.slow
def test_what_cannot_begin_is_an_error(account: dict[str, Any]) -> None:
    """By the exit codes of the command line: 2, 3 and 5."""
    with pytest.raises(InputError, match=r"nobody\.csv"):
        import_contacts("nobody.csv", **account)
    with pytest.raises(ConfigError, match="no inbox"):
        import_contacts(contacts(1), **account | {"inbox": None})
    with pytest.raises(ConfigError, match="no file"):
        import_contacts(**account)
    Path("import-results").mkdir()
    with locked(Path("import-results/ledger.sqlite3"), importer.message.Message("a test")), pytest.raises(LedgerBusy):
        import_contacts(contacts(1), **account)


def test_a_wrong_option_is_named_as_the_caller_wrote_it(account: dict[str, Any]) -> None:
    """By its keyword, with the value and what would be right."""
    with pytest.raises(ConfigError, match='inbox= "x": expected digits'):
        import_contacts(contacts(1), **account | {"inbox": "x"})
    with pytest.raises(ConfigError, match="there is no option contry") as caught:
        import_contacts(contacts(1), **account, contry="DE")  # type: ignore[call-arg]
    assert str(caught.value.hint) == 'did you mean "country"?'


@pytest.mark.slow
def test_secrets_given_as_keywords_are_shown_nowhere(account: dict[str, Any]) -> None:
    """Not in an error, and not in what the run writes."""
    with pytest.raises(ConfigError) as caught:
        import_contacts(contacts(1), **account, rate=-1)
    assert SECRET not in repr(caught.value)
    import_contacts(contacts(1), **account)
    files = [path for path in Path("import-results").rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if SECRET.encode() in path.read_bytes()]


@pytest.mark.slow
def test_the_environment_and_a_file_count_as_on_the_command_line(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keyword, environment, file, default: the first that says something wins."""
    for name, value in service.environment.items():
        monkeypatch.setenv(name, value)
    written("inbox_id: '1'\nstamp: true\n", "mine.yaml")
    summary = import_contacts(contacts(1), inbox=407, config="mine.yaml")
    assert (summary.run.inbox_id, summary.run.options["stamp"]) == ("407", True)


@pytest.mark.slow
def test_settings_alone_count_where_they_are_given(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """A configuration file beside the program and the environment change nothing; keywords go before the settings."""
    monkeypatch.setenv("LIVEDESK_INBOX_ID", "9")
    written("stamp: true\n", "config.yaml")
    settings = Settings(inbox_id="407", base_url=service.url, api_key=SecretStr(KEY), api_secret=SecretStr(SECRET))
    summary = import_contacts(contacts(2), settings=settings, limit=1)
    assert (summary.run.inbox_id, summary.rows, summary.run.options.get("stamp")) == ("407", 1, None)
    with pytest.raises(ConfigError, match="settings and a configuration file"):
        import_contacts(contacts(2), settings=settings, config="config.yaml")


@pytest.mark.slow
def test_an_import_within_a_running_loop(account: dict[str, Any]) -> None:
    """As in a notebook, whose cells run in one."""

    async def cell() -> Summary:
        return import_contacts(contacts(2), **account)

    assert asyncio.run(cell()).counts == {Status.CREATED: 2}


@pytest.mark.slow
def test_the_async_twin_leaves_the_loop_free(account: dict[str, Any]) -> None:
    """The caller's other tasks go on while rows are sent."""

    async def main() -> tuple[Summary, int]:
        turns = 0

        async def count() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        counting = asyncio.create_task(count())
        summary = await import_contacts_async(contacts(20), **account)
        counting.cancel()
        return summary, turns

    summary, turns = asyncio.run(main())
    assert summary.counts == {Status.CREATED: 20}
    assert turns > 10


@pytest.mark.slow
def test_imports_in_several_threads(account: dict[str, Any], service: Service) -> None:
    """Each on a ledger of its own; and nothing that they switch in the process is left on."""
    before = sys.getswitchinterval(), gc.get_threshold()
    paths = [contacts(n + 20, f"{n}.csv") for n in range(3)]
    threads = [
        threading.Thread(target=import_contacts, args=(path,), kwargs=account | {"output_dir": path.stem})
        for path in paths
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(results(folders(path.stem)[0])) for path in paths] == [20, 21, 22]
    assert len(service.stored) == 22
    assert (sys.getswitchinterval(), gc.get_threshold()) == before


def test_no_signal_handler_is_ours(account: dict[str, Any]) -> None:
    """The caller's own stay, before, during and after."""
    seen = set()
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)

    def look(_: RunProgress) -> None:
        seen.add((signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)))

    import_contacts(contacts(5), **account, progress=look)
    assert seen == {before}


def slowly(seen: Callable[[], object], after: int) -> Callable[[RunProgress], None]:
    """Calls ``seen`` once so many rows have been sent."""

    def progress(told: RunProgress) -> None:
        if told.stage == "send" and told.done >= after:
            seen()

    return progress


@pytest.mark.slow
def test_a_cancelled_import_settles_what_is_in_flight(account: dict[str, Any], service: Service) -> None:
    """Every row has its line, none is in doubt, and the same call continues."""
    cancel, path = Cancellation(), contacts(3_000)
    summary = import_contacts(path, **account, cancel=cancel, progress=slowly(cancel.cancel, 1), concurrency=2)
    assert summary.exit_code == 130
    assert {*summary.counts} == {Status.CREATED, Status.NOT_SENT}
    assert sum(summary.counts.values()) == 3_000
    assert import_contacts(path, **account).exit_code == 0
    assert len(service.stored) == 3_000


def test_what_is_cancelled_before_it_begins_sends_nothing(account: dict[str, Any], service: Service) -> None:
    """The rows are told all the same."""
    cancel = Cancellation()
    cancel.cancel()
    assert import_contacts(contacts(3), **account, cancel=cancel).counts == {Status.NOT_SENT: 3}
    assert service.stored == {}


@pytest.mark.parametrize("when", ["before it begins", "while it waits"])
def test_a_cancelled_import_does_not_wait_for_the_first_answer(when: str, account: dict[str, Any]) -> None:
    """Whether the server takes the credentials is only read; it may hang for as long as --timeout."""
    cancel = Cancellation()

    def hang(_: Request) -> list[Step]:
        cancel.cancel()
        return [Pause(60)]

    if when == "before it begins":
        cancel.cancel()
    with RawServer(hang) as server:
        began = time.monotonic()
        summary = import_contacts(contacts(3), **account | {"base_url": server.url, "timeout": 60}, cancel=cancel)
        assert time.monotonic() - began < 10
        assert len(server.requests) == (when == "while it waits")
    assert (summary.exit_code, summary.counts) == (130, {Status.NOT_SENT: 3})


@pytest.mark.slow
def test_a_cancelled_task_settles_first(account: dict[str, Any], service: Service) -> None:
    """``CancelledError`` comes when the run's files are written, however often the task is cancelled."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        task = asyncio.create_task(
            import_contacts_async(
                contacts(3_000),
                **account,
                concurrency=2,
                progress=slowly(lambda: loop.call_soon_threadsafe(task.cancel), 1),
            )
        )
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    found = results()
    assert len(found) == 3_000
    assert {row["status"] for row in found} == {"created", "not_sent"}
    assert len(service.stored) == sum(row["status"] == "created" for row in found)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT for one process")
def test_ctrl_c_in_a_notebook_settles_first(service: Service) -> None:
    """``KeyboardInterrupt`` reaches the caller when the run's files are written."""
    code = (
        "from importer import import_contacts\n"
        "try:\n    import_contacts('contacts.csv', inbox=407, rate=50)\n"
        "except KeyboardInterrupt:\n    print('interrupted')\n"
    )
    contacts(500)
    child = subprocess.Popen(
        [sys.executable, "-c", code], env=os.environ | service.environment, stdout=subprocess.PIPE, text=True
    )
    wait_until_stored(service, 5, child)
    child.send_signal(signal.SIGINT)
    assert child.communicate(timeout=60)[0] == "interrupted\n"
    found = results()
    assert {row["status"] for row in found} == {"created", "not_sent"}
    assert len(service.stored) == sum(row["status"] == "created" for row in found)


@pytest.mark.slow
def test_questions_go_to_confirm() -> None:
    """Without it the answer is no, and nothing is done."""
    with Service(delete="on", usage="on") as service:
        server: dict[str, Any] = {"base_url": service.url, "api_key": KEY, "api_secret": SECRET}
        import_contacts(contacts(2), inbox=407, **server)
        with pytest.raises(ConfigError, match="nothing was undone"):
            undo("latest", **server)
        asked: list[str] = []

        def yes(question: str) -> bool:
            asked.append(question)
            return True

        done = undo("latest", **server, confirm=yes)
        assert done is not None
        assert done.counts == {Status.UNDONE: 2}
        assert len(asked) == 1
        assert service.stored == {}
        assert undo("latest", **server, confirm=yes) is None


@pytest.mark.slow
def test_a_run_is_verified_and_undone_from_a_loop(account: dict[str, Any]) -> None:
    """The async twins do the same."""
    server = {name: value for name, value in account.items() if name not in ("inbox", "settle")}

    async def main() -> list[object]:
        planned = await plan_async(contacts(2), **account)
        await import_contacts_async(contacts(2), **account)
        same = await verify_async(**server)
        undone = await undo_async("latest", dry_run=True, remove_untold=True, **server)
        assert undone is not None
        return [planned.counts, same.counts, undone.counts]

    assert asyncio.run(main()) == [{Status.CREATE: 2}, {Status.SAME: 2}, {Status.UNDONE: 2}]
    assert verify(**server).counts == {Status.SAME: 2}


def test_the_keywords_are_the_settings_and_the_command_lines_options() -> None:
    """No option of the one is missing in the other."""
    keywords = {*ImportOptions.__annotations__} - {*Listening.__annotations__}
    assert {{"inbox": "inbox_id"}.get(name, name) for name in keywords} == {*Settings.model_fields}
    of_terminal = {"quiet", "verbose", "yes", "as_json", "log_file", "log_format", "files", "lang"}
    of_terminal |= {"config_path", "env_file"}
    of_functions = {"watch"}  # one of its own
    options = {str(option.name) for option in run.params} - of_terminal - of_functions
    assert options <= {*Settings.model_fields}
    assert {*ServerOptions.__annotations__} <= {*ImportOptions.__annotations__}


def test_choices_of_keywords_are_those_of_the_settings() -> None:
    """A type checker tells a wrong choice."""
    assert get_args(ImportOptions.__annotations__["on_duplicate"]) == ("skip", "update", "fill", "fail")


@pytest.mark.parametrize("name", importer.__all__)
def test_every_public_name_is_there(name: str) -> None:
    """``from importer import …``, and ``dir(importer)``."""
    assert getattr(importer, name).__doc__
    assert name in dir(importer)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    """As of any module."""
    with pytest.raises(AttributeError, match="import_contact"):
        _ = importer.import_contact


def test_importing_the_package_loads_nothing_heavy() -> None:
    """A program that may import contacts one day starts no slower."""
    heavy = ("pydantic", "asyncio", "pandas", "aiohttp", "babel")
    code = f"import sys, importer; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_counts_are_of_texts_and_of_statuses(account: dict[str, Any]) -> None:
    """``Status`` is public, and is its text; the type checker of these tests takes both."""
    counts = import_contacts(contacts(2), **account).counts
    assert counts["created"] == counts[importer.Status.CREATED] == 2
    assert counts.get("invalid", 0) == 0


def test_a_summary_is_read_from_another_folder(account: dict[str, Any], tmp_path: Path) -> None:
    """Its paths are as they were given; the rows are found whatever folder the process is in by now."""
    summary = import_contacts(contacts(2), **account)
    (tmp_path / "elsewhere").mkdir()
    os.chdir(tmp_path / "elsewhere")
    assert len([*summary.results()]) == len(summary.to_dataframe()) == 2
    assert summary.files["results"].startswith("import-results")


def test_results_that_are_gone_name_what_writes_them_again(account: dict[str, Any]) -> None:
    """An error of the program, at the call."""
    summary = import_contacts(contacts(2), **account)
    Path(summary.files["results"]).unlink()
    for read in (summary.results, summary.to_dataframe):
        with pytest.raises(ImporterError, match=r"results\.csv is gone") as caught:
            read()
        assert f"import-contacts report {summary.run.id}" in str(caught.value.hint)


def test_columns_of_a_data_frame_have_types(account: dict[str, Any]) -> None:
    """Whole numbers stay whole beside none, and texts are texts, also in a frame without a row."""
    summary = import_contacts(written(MESSY), **account)
    frame, path = summary.to_dataframe(), Path(summary.files["results"])
    path.write_text(path.read_text(encoding="utf-8").splitlines()[0], encoding="utf-8")
    empty = summary.to_dataframe()
    for types in (frame.dtypes, empty.dtypes):
        numbers = {name for name, kind in types.items() if str(kind) == "Int64"}
        assert numbers == {"row", "http_status", "attempts"}
        assert {str(kind) for name, kind in types.items() if name not in numbers} == {"string"}
    assert [*frame["http_status"].isna()] == [False, True, False]
    assert frame["status"][1] == "invalid"


@pytest.mark.parametrize(
    "wrong",
    [
        *({"api_secret": b"x"}, {"api_secret": ["x"]}, {"api_key": {}}, {"notify": 3}, {"settings": {}}),
        *({"cancel": True}, {"progress": 3}, {"notice": "x"}, {"confirm": True}, {"corrections": 3}),
        *({"config": {"a": 1}}, {"config": "a\0b"}, {"config": ""}, {"output_dir": Path("a\0b")}, {"output_dir": b"x"}),
        *({"limit": True}, {"concurrency": True}, {"rate": True}, {"inbox": True}, {"inbox": b"407"}, {"sheet": True}),
        *({"sheet": [None]}, {"lang": 3}, {"map": "Name=name"}, {"results": "a\0.csv"}),
    ],
    ids=str,
)
def test_a_keyword_of_the_wrong_type_is_a_wrong_option(wrong: dict[str, Any]) -> None:
    """Not an error of the code that trips over it."""
    book = openpyxl.Workbook()
    for row in (["Name", "Email"], ["Ann", "ann@x.example"]):
        book.active.append(row)  # type: ignore[union-attr]
    book.save("book.xlsx")
    with pytest.raises(ConfigError):
        import_contacts("book.xlsx", **{"inbox": 407, "sandbox": True, **wrong})


@pytest.mark.slow
def test_a_sheet_is_named_by_its_number_too() -> None:
    """As a number or a text, one or several."""
    book = openpyxl.Workbook()
    for name in ("Ann", "Bob"):
        sheet = book.create_sheet(name)
        sheet.append(["Name", "Email"])
        sheet.append([name, f"{name}@x.example"])
    book.save("book.xlsx")
    rehearsal: dict[str, Any] = {"inbox": 407, "dry_run": True}
    assert [row.name for row in import_contacts("book.xlsx", sheet=3, **rehearsal).results()] == ["Bob"]
    assert [row.name for row in import_contacts("book.xlsx", sheet=[2, "3"], **rehearsal).results()] == ["Ann", "Bob"]


def test_settings_take_a_number_for_the_inbox_and_show_no_secret() -> None:
    """Pydantic's own text of an error has no input: a secret may stand in the place of another setting. The program's
    own shows what is no secret."""
    assert Settings.model_validate({"inbox_id": 407}).inbox_id == "407"
    for wrong in ({"api_secret": [SECRET]}, {"concurrency": SECRET}, {SECRET: SECRET}):
        with pytest.raises(ValidationError) as caught:
            Settings.model_validate(wrong)
        assert f"input_value='{SECRET}" not in str(caught.value)
    with pytest.raises(ConfigError, match=r'rate= "-1": expected more than 0'):
        import_contacts("a.csv", inbox=407, rate=-1)


@pytest.mark.parametrize(
    ("function", "keywords"),
    [
        *((one, FileOptions) for one in (import_contacts, import_contacts_async, plan, plan_async)),
        *((one, ServerOptions) for one in (verify, verify_async, undo, undo_async)),
        (watch, ImportOptions),
    ],
)
def test_help_lists_every_keyword(function: Callable[..., object], keywords: type) -> None:
    """With the default that holds where nothing is given; an editor completes them."""
    shown = inspect.signature(function).parameters
    assert {*keywords.__annotations__} <= {*shown}
    assert (shown["timeout"].default, shown["output_dir"].default) == (30.0, "import-results")


@pytest.mark.slow
def test_details_are_told_to_who_wants_them(account: dict[str, Any]) -> None:
    """As with --verbose."""
    levels: list[set[str]] = []
    for verbose in (False, True):
        told: list[Notice] = []
        import_contacts(contacts(1), **account | {"dry_run": True}, notice=told.append, verbose=verbose)
        levels.append({one.level for one in told})
    assert "detail" not in levels[0]
    assert "detail" in levels[1]


@pytest.mark.slow
def test_a_summary_is_shown_in_a_line(account: dict[str, Any]) -> None:
    """In a notebook, whose cell ends with it."""
    summary = import_contacts(contacts(2), **account)
    assert repr(summary) == f"<Summary of {summary.run.id}: {{'created': 2}}, exit code 0>"


def test_a_title_that_no_file_has_is_held_against_those_of_all(account: dict[str, Any]) -> None:
    """The error lists the columns of every file."""
    paths = written("Name,Email\nAnn,a@x.example\n", "a.csv"), written("Nom,Mail\nBob,b@x.example\n", "b.csv")
    with pytest.raises(ConfigError) as caught:
        import_contacts(*paths, **account, map={"Nane": "name"})
    for title in ("Name", "Email", "Nom", "Mail"):
        assert title in f"{caught.value} {caught.value.hint}"
