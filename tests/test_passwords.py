"""Files with a password: what opens them, where the password comes from, and that it stands nowhere afterwards."""

import gc
import getpass
import io
import logging
import os
import re
import shutil
import signal
import sys
import tempfile
import warnings
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as any_of
from hypothesis import strategies as st
from msoffcrypto.method.container.ecma376_encrypted import ECMA376Encrypted

import importer
from importer.config import sources
from importer.config.loading import load
from importer.config.settings import Config
from importer.errors import ConfigError, InputError, PasswordNeeded
from importer.library.preview import count_rows, preview
from importer.loader.opening import open_table
from importer.loader.passwords import Passwords
from importer.loader.shelf import open_files
from importer.loader.table import ReadOptions, Table
from importer.models import Row
from importer.terminal import typed
from tests.support.protected import (
    PASSWORD,
    TABLE,
    aes_zip,
    encrypted,
    protected_workbook,
    protected_zip,
    standard_workbook,
    workbook,
    xor_workbook,
)
from tests.support.rows import rows_of
from tests.support.service import KEY, SECRET, Service, contacts, folders, invoke, results, written
from tests.support.terminal import at_a_terminal, talked

DATA = Path(__file__).parent / "data"
CSV = b"Name,Email\nAnn,a@b.co\nBo,b@b.co\n"
ROWS = [Row(2, ("Ann", "a@b.co")), Row(3, ("Bo", "b@b.co"))]
OF_LIBREOFFICE = "s3same-of-the"
OPENED = "opened with its password; what is written of it has none"


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where contents are decrypted."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def opened(content: bytes, *passwords: str, name: str = "x.xlsx", ask: object = None) -> Table:
    Path(name).write_bytes(content)
    assert ask is None or callable(ask)
    return open_table(Path(name), ReadOptions(passwords=Passwords(passwords, ask)))


def refused(content: bytes, *passwords: str, name: str = "x.xlsx") -> InputError:
    with pytest.raises(InputError) as caught:
        opened(content, *passwords, name=name)
    assert str(caught.value.hint)
    assert not any(password in f"{caught.value}{caught.value.hint}" for password in passwords)
    return caught.value


def xored() -> bytes:
    xor_workbook(Path("xored.xls"), TABLE)
    return Path("xored.xls").read_bytes()


# -- what is opened --------------------------------------------------------------------------------------------------

KINDS: dict[str, Callable[[], bytes]] = {
    "workbook": protected_workbook,
    "workbook of Excel 2007": standard_workbook,
    "xls with XOR": xored,
    "ZIP": lambda: protected_zip({"list.csv": CSV}, PASSWORD.encode()),
    "ZIP with AES": lambda: aes_zip({"list.csv": CSV}, PASSWORD.encode()),
    "workbook in a ZIP, each with the password": lambda: aes_zip({"a.xlsx": protected_workbook()}, PASSWORD.encode()),
}


@pytest.mark.slow
@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
def test_a_protected_file_is_read_with_its_password(make: Callable[[], bytes]) -> None:
    """Whatever its name says; a note tells that what is written has none."""
    table = opened(make(), "another", PASSWORD, name="x.dat")
    assert rows_of(table) == ROWS
    assert [*map(str, table.notes)].count(OPENED) == 1


@pytest.mark.slow
def test_a_binary_workbook_is_read_with_its_password() -> None:
    """Any package of Office may be encrypted."""
    plain = (DATA / "contacts.xlsb").read_bytes()
    assert rows_of(opened(encrypted(plain), PASSWORD)) == rows_of(opened(plain, name="plain.xlsb"))


@pytest.mark.slow
def test_an_xls_with_rc4_is_read_with_its_password() -> None:
    """As LibreOffice wrote it."""
    table = opened((DATA / "protected.xls").read_bytes(), OF_LIBREOFFICE)
    assert rows_of(table)[0] == Row(4, ("Ann", "13800138000", "2024-01-02"))


@pytest.mark.slow
@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
def test_without_its_password_a_file_is_refused(make: Callable[[], bytes]) -> None:
    """What to do depends on whether one was tried."""
    error = refused(make())
    assert isinstance(error, PasswordNeeded)
    assert str(error) == "x.xlsx is protected by a password"
    assert "set IMPORT_CONTACTS_PASSWORD or IMPORT_CONTACTS_PASSWORD_FILE" in str(error.hint)
    wrong = refused(make(), "another")
    assert isinstance(wrong, PasswordNeeded)
    assert str(wrong) == "x.xlsx cannot be opened with the given password"
    assert "check IMPORT_CONTACTS_PASSWORD" in str(wrong.hint)


@pytest.mark.slow
def test_a_workbook_that_excel_itself_has_encrypted_needs_no_password() -> None:
    """Read only, recommended, is a password that every Excel knows; nobody needs to be told of it."""
    table = opened(protected_workbook("VelvetSweatshop"))
    assert rows_of(table) == ROWS
    assert table.notes == ()


def test_a_file_without_a_password_is_read_without() -> None:
    """Although some are given."""
    table = opened(workbook(), PASSWORD)
    assert (rows_of(table), table.notes) == (ROWS, ())


SPELLED = {"composed": normalize("NFC", "pässwörd"), "taken apart": normalize("NFD", "pässwörd")}


@pytest.mark.parametrize("password", SPELLED.values(), ids=SPELLED)
@pytest.mark.parametrize("given", SPELLED.values(), ids=SPELLED)
def test_letters_may_be_spelled_as_another_system_spells_them(password: str, given: str) -> None:
    """Composed, or taken apart."""
    assert rows_of(opened(protected_zip({"a.csv": CSV}, password.encode()), given)) == ROWS


@pytest.mark.parametrize(
    ("password", "encoding"), [("Grüße", "cp437"), ("Grüße", "cp1252"), ("密码", "gb18030"), ("パス", "shift_jis")]
)
def test_a_zip_may_have_its_password_in_the_letters_of_an_older_system(password: str, encoding: str) -> None:
    """A ZIP does not say which."""
    assert rows_of(opened(protected_zip({"a.csv": CSV}, password.encode(encoding)), password)) == ROWS


def test_blanks_at_the_ends_are_part_of_a_password() -> None:
    """Nothing is stripped."""
    content = protected_zip({"a.csv": CSV}, b" 7q ")
    assert rows_of(opened(content, "7q", " 7q", " 7q ")) == ROWS
    refused(content, "7q", " 7q", "7q ")


@pytest.mark.slow
@any_of(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_password_opens_what_it_was_made_for(password: str) -> None:
    """And leaves nothing to guess."""
    assert rows_of(opened(protected_zip({"a.csv": CSV}, password.encode()), password, name="any.zip")) == ROWS


@pytest.mark.slow
def test_what_is_decrypted_is_its_owners_alone_and_goes_with_its_table(temporary: Path) -> None:
    """Nothing of it stays; a wrong password leaves nothing either."""
    table = opened(protected_workbook(), PASSWORD)
    (folder,) = temporary.iterdir()
    (copy,) = folder.glob("*/*")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert copy.stat().st_mode & 0o777 == 0o600
    assert rows_of(table) == ROWS
    del table
    gc.collect()
    assert [*temporary.iterdir()] == []
    refused(protected_zip({"a.csv": CSV * 100}, b"x"), "another")
    gc.collect()
    assert [*temporary.iterdir()] == []


# -- what no password opens ------------------------------------------------------------------------------------------


def without_information(package: bytes) -> bytes:
    """As rights management encrypts a workbook: in the same stream, with nothing of a password."""
    stream = io.BytesIO()
    ECMA376Encrypted(package, b"x" * 64).write_to(stream)
    return stream.getvalue().replace("EncryptionInfo".encode("utf-16-le"), "DRMContent\0\0\0\0".encode("utf-16-le"))


def strongly(content: bytes) -> bytes:
    """The flag of PKZIP's own way."""
    found = bytearray(content)
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        found[found.index(magic) + offset] |= 0x40
    return bytes(found)


def extensible() -> bytes:
    stream = io.BytesIO()
    ECMA376Encrypted(b"x" * 64, b"\4\0\3\0" + bytes(60)).write_to(stream)
    return stream.getvalue()


def patient() -> bytes:
    """A workbook that wants a password hashed ten million times, which the format allows."""
    before, after = re.compile(rb'spinCount="100000"([^\n]*\n) '), rb'spinCount="9999999"\1'
    content, times = before.subn(after, protected_workbook())
    assert times == 1
    return content


def text_document() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        kinds = "http://schemas.openxmlformats.org/package/2006/content-types"
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{kinds}"/>')
        archive.writestr("word/document.xml", os.urandom(1 << 14))
    return encrypted(stream.getvalue())


def _changed(content: bytes) -> bytes:
    """With other bytes at the end of what is encrypted: where the directory of its ZIP is."""
    return content[:-2500] + bytes(2500)


NEVER: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "OpenDocument": ((DATA / "protected.ods").read_bytes, "as an OpenDocument file", "save it as .xlsx"),
    "rights": (lambda: without_information(bytes(64)), "rights management", "take the protection off"),
    "unknown way": (extensible, "in a way that is not supported", "without a password"),
    "many hashes": (patient, "in a way that is not supported", "without a password"),
    "strong ZIP": (lambda: strongly(protected_zip({"a": CSV}, b"x")), "not supported", "without a password"),
    "text document": (text_document, "is a Word document", "export the table"),
    "damaged": (lambda: protected_workbook()[:4096], "damaged", "download it again"),
    "damaged inside": (lambda: _changed(protected_workbook()), "its bytes have changed", "download it again"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("make", "words", "remedy"), NEVER.values(), ids=NEVER)
def test_what_no_password_opens_says_so(make: Callable[[], bytes], words: str, remedy: str) -> None:
    """Nobody is asked for one; what to do is another thing."""
    error = refused(make(), PASSWORD)
    assert not isinstance(error, PasswordNeeded)
    assert words in str(error)
    assert remedy in str(error.hint)


@pytest.mark.slow
def test_a_protected_workbook_that_is_cut_is_damaged_wherever_it_ends() -> None:
    """In our words, and not taken for one of rights management, nor for one without a password."""
    whole = protected_workbook()
    for end in (*range(512, len(whole) - 512, 999), len(whole) // 2):  # its last sector is mostly empty
        error = refused(whole[:end], PASSWORD)
        assert not isinstance(error, PasswordNeeded), end
        assert str(error).endswith(": it breaks off, or it is none of its kind"), (end, error)


@pytest.mark.parametrize(("module", "kind"), [("msoffcrypto", "workbook"), ("pyzipper", "ZIP with AES")])
def test_without_the_extra_the_error_says_what_to_install(
    module: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a ZIP with its own encryption needs none."""
    content = KINDS[kind]()
    monkeypatch.setitem(sys.modules, module, None)
    assert "pip install 'import-contacts[passwords]', or save it" in str(refused(content, PASSWORD).hint)
    assert rows_of(opened(KINDS["ZIP"](), PASSWORD)) == ROWS


# -- what somebody enters --------------------------------------------------------------------------------------------


def answers(*entered: str | None) -> tuple[list[tuple[str, int]], Callable[[object, int], str | None]]:
    """Somebody who enters these, and what they were asked."""
    left, asked = [*entered], list[tuple[str, int]]()

    def ask(shown: object, times: int) -> str | None:
        asked.append((str(shown), times))
        return left.pop(0)

    return asked, ask


def test_a_password_is_asked_for_three_times() -> None:
    """The third may be right."""
    asked, ask = answers("a", "b", PASSWORD)
    assert rows_of(opened(protected_zip({"a": CSV}, PASSWORD.encode()), ask=ask)) == ROWS
    assert asked == [("x.xlsx", 0), ("x.xlsx", 1), ("x.xlsx", 2)]
    asked, ask = answers("a", "b", "c")
    with pytest.raises(PasswordNeeded, match="cannot be opened with the given password"):
        opened(protected_zip({"a": CSV}, PASSWORD.encode()), ask=ask)
    assert len(asked) == 3


@pytest.mark.parametrize("nothing", [None, ""])
def test_nothing_entered_ends_the_questions(nothing: str | None) -> None:
    """Whoever does not know it presses Enter."""
    asked, ask = answers(nothing)
    with pytest.raises(PasswordNeeded, match="is protected by a password"):
        opened(protected_zip({"a": CSV}, b"x"), ask=ask)
    assert len(asked) == 1


@pytest.mark.slow
def test_what_was_entered_once_opens_the_other_files_too() -> None:
    """And the same file when its rows are read again."""
    paths = [Path("a.zip"), Path("b.xlsx"), Path("c.zip")]
    paths[0].write_bytes(protected_zip({"a": CSV}, PASSWORD.encode()))
    paths[1].write_bytes(standard_workbook())
    paths[2].write_bytes(protected_zip({"a": CSV}, b"other"))
    asked, ask = answers(PASSWORD, "other")
    options = ReadOptions(passwords=Passwords((), ask))
    tables = [table for found in open_files(paths, options) for table in found]
    assert [rows_of(table) for table in (*tables, *tables)] == [ROWS] * 6
    assert asked == [("a.zip", 0), ("c.zip", 0)]


def test_options_with_passwords_show_none_and_are_told_apart_by_them() -> None:
    """A ``repr`` may go anywhere; looks at files are kept by their options."""
    options = ReadOptions(passwords=Passwords((PASSWORD,)))
    assert PASSWORD not in f"{options!r}{options}"
    assert options == ReadOptions(passwords=Passwords((PASSWORD,), lambda *_: None))
    assert len({options, ReadOptions(), ReadOptions(passwords=Passwords((PASSWORD,)))}) == 2


# -- where it comes from ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("held", "passwords"),
    [
        (" a b \n", (" a b ",)),
        (" a b ", (" a b ",)),
        ("one\r\ntwo\r\n", ("one", "two")),
        ("one\n\ntwo", ("one", "two")),
        ("a\x85b\u2028c\x0bd\n", ("a\x85b\u2028c\x0bd",)),
        ("\ufeff密码\n", ("密码",)),
    ],
    ids=["blanks", "no end", "Windows", "empty line", "other line ends", "mark"],
)
def test_a_file_has_a_password_a_line(held: str, passwords: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """What ends a line is no part of it, whatever else is."""
    Path("pw").write_bytes(held.encode())
    monkeypatch.setenv("IMPORT_CONTACTS_PASSWORD_FILE", "pw")
    assert load({}).passwords == passwords


def test_the_sources_go_before_one_another_as_those_of_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """One layer added at a time; ``config`` shows none."""
    written("password: of-the-file\n", "config.yaml").chmod(0o600)
    assert load({}).passwords == ("of-the-file",)
    Path("credentials").mkdir()
    written("of-systemd\n", "credentials/import_contacts_password")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "credentials")
    assert load({}).passwords == ("of-systemd",)
    monkeypatch.setenv("IMPORT_CONTACTS_PASSWORD_FILE", str(written("of-a-file\n", "pw")))
    assert load({}).passwords == ("of-a-file",)
    monkeypatch.setenv("IMPORT_CONTACTS_PASSWORD", "of-a-variable")
    assert load({}).passwords == ("of-a-variable",)
    assert load({"password": "of-a-call"}).passwords == ("of-a-call",)
    shown = invoke("config")
    assert 'password: "***"  # IMPORT_CONTACTS_PASSWORD' in shown.stdout
    assert "of-a" not in shown.output
    assert "IMPORT_CONTACTS_PASSWORD_FILE counts for nothing beside IMPORT_CONTACTS_PASSWORD" in shown.stderr


@pytest.mark.slow
def test_a_file_with_a_password_is_known_and_warned_of_where_others_may_read_it() -> None:
    """As one with the key of the API."""
    path = written("x\n", "pw")
    path.chmod(0o604)
    done = invoke(contacts(1), "--inbox", 407, "--dry-run", IMPORT_CONTACTS_PASSWORD_FILE="pw")
    assert done.exit_code == 0
    assert "pw holds password, and every user of this machine may read it" in done.stderr
    assert "no such variable" not in done.stderr


@pytest.mark.parametrize("held", ["", "\n", "\r\nx"])
def test_a_file_without_a_password_is_exit_2(held: str) -> None:
    """Its first line has to be one."""
    Path("pw").write_bytes(held.encode())
    done = invoke(contacts(1), "--inbox", 407, "--dry-run", IMPORT_CONTACTS_PASSWORD_FILE="pw")
    assert done.exit_code == 2
    assert "its first line is empty" in done.stderr


def test_it_is_never_an_option() -> None:
    """The list of processes shows options."""
    done = invoke(contacts(1), "--inbox", 407, "--dry-run", "--password", PASSWORD)
    assert done.exit_code == 2
    assert PASSWORD not in done.output


def test_the_credentials_are_those_of_livedesk_alone() -> None:
    """A password does not stand for a missing key."""
    with pytest.raises(ConfigError, match="LIVEDESK_API_KEY and LIVEDESK_API_SECRET not set"):
        load({"password": "x"}).credentials()
    assert {*sources.CREDENTIALS} < {*sources.SECRETS}


# -- runs ------------------------------------------------------------------------------------------------------------


def people() -> Path:
    """A protected workbook with two people, one of whom is wrong."""
    path = Path("people.xlsx")
    path.write_bytes(protected_workbook(rows=(("Name", "Email"), ("Ann", "ann@example.com"), ("Bo", "bob@"))))
    return path


@pytest.mark.slow
def test_an_import_leaves_the_password_nowhere(service: Service) -> None:
    """Not in a result, the ledger, the log or an output."""
    ran = invoke(
        people(),
        *("--inbox", 407, "--verbose", "--log-file", "import.log", "--json"),
        **service.environment,
        IMPORT_CONTACTS_PASSWORD=PASSWORD,
    )
    assert ran.exit_code == 1, ran.stderr
    assert OPENED in ran.stderr
    assert [row["status"] for row in results()] == ["created", "invalid"]
    held = [path for path in Path().rglob("*") if path.is_file()]
    assert {"ledger.sqlite3", "import.log", "summary.json", "errors.xlsx"} <= {path.name for path in held}
    assert [path for path in held if PASSWORD.encode() in path.read_bytes()] == []
    assert PASSWORD not in ran.output


@pytest.mark.slow
@pytest.mark.parametrize("make", [standard_workbook, protected_workbook, xored])
def test_no_library_logs_it(make: Callable[[], bytes], caplog: pytest.LogCaptureFixture) -> None:
    """A notebook may log everything; what was set is as before afterwards."""
    content = make()
    caplog.clear()
    with caplog.at_level(logging.DEBUG):
        opened(content, PASSWORD)
        with pytest.raises(InputError):
            opened(content, "wr0ng-of-the-test")
    assert PASSWORD not in caplog.text
    assert "wr0ng" not in caplog.text
    assert logging.getLogger("msoffcrypto").level == logging.NOTSET
    assert logging.getLogger("msoffcrypto").filters == []


@pytest.mark.slow
def test_of_two_threads_each_leaves_the_log_as_it_was(tmp_path: Path) -> None:
    """The screen looks at a file while another is imported."""
    (tmp_path / "x.xlsx").write_bytes(standard_workbook())
    options = ReadOptions(passwords=Passwords((PASSWORD,)))
    with ThreadPoolExecutor(4) as pool:
        found = [*pool.map(lambda _: rows_of(open_table(tmp_path / "x.xlsx", options)), range(8))]
    assert found == [ROWS] * 8
    assert logging.getLogger("msoffcrypto").level == logging.NOTSET
    assert logging.getLogger("msoffcrypto").filters == []


@pytest.mark.slow
def test_without_a_terminal_nobody_waits(service: Service) -> None:
    """Exit code 3 with what to do; a wrong password says so with the file's name."""
    done = service.invoke(people(), "--inbox", 407)
    assert (done.exit_code, done.stdout) == (3, "")
    assert "people.xlsx is protected by a password; set IMPORT_CONTACTS_PASSWORD" in done.stderr
    wrong = invoke(people(), "--inbox", 407, **service.environment, IMPORT_CONTACTS_PASSWORD="another")
    assert wrong.exit_code == 3
    assert "people.xlsx cannot be opened with the given password" in wrong.stderr
    assert not Path("import-results").exists()


@pytest.mark.slow
def test_plan_import_and_the_same_command_again(service: Service) -> None:
    """The content of the file decides, not how it was opened."""
    command = (people(), "--inbox", 407)
    given_here = {**service.environment, "IMPORT_CONTACTS_PASSWORD": PASSWORD}
    assert invoke("plan", *command, **given_here).exit_code == 1
    run = folders()[-1].name
    assert invoke(*command, "--plan", run, **given_here).exit_code == 1
    requests = service.sandbox.requests.total()
    again = invoke(*command, **given_here)
    assert [row["status"] for row in results()] == ["unchanged", "invalid"]
    assert (again.exit_code, service.sandbox.requests.total()) == (1, requests)


@pytest.mark.slow
def test_looking_back_needs_no_password() -> None:
    """The ledger has what was sent, and the cells of what was not; what is corrected is not protected."""
    with Service(delete="on", usage="on") as service:
        given_here = {**service.environment, "IMPORT_CONTACTS_PASSWORD": PASSWORD}
        assert invoke(people(), "--inbox", 407, **given_here).exit_code == 1
        folder = folders()[-1]
        Path("people.xlsx").unlink()
        shutil.rmtree(folder)
        assert service.invoke("report").exit_code == 0
        assert rows_of(open_table(folder / "errors.xlsx", ReadOptions()))[0].cells[-1] == "bob@"
        assert service.invoke("verify").exit_code == 0
        assert service.invoke("undo", folder.name, "--yes").exit_code == 0


def asked(service: Service, *entered: bytes, **environment: str) -> tuple[str, int]:
    """What an import of ``people`` shows where somebody types these answers, and its exit code."""
    command = [sys.executable, "-m", "importer", str(people()), "--inbox", "407"]
    with at_a_terminal(command, {**os.environ, **service.environment, **environment}) as (terminal, process):
        shown = talked(terminal, ((b"Password of people.xlsx: ", answer) for answer in entered))
        return shown.decode(), process.wait(120)


@pytest.mark.slow
def test_at_a_terminal_it_is_asked_for_without_an_echo(service: Service) -> None:
    """A wrong one is told; the right one is used for the whole run."""
    shown, code = asked(service, b"wr0ng\n", f"{PASSWORD}\n".encode())
    assert code == 1, shown
    assert "that is not the password of people.xlsx" in shown
    assert PASSWORD not in shown
    assert "wr0ng" not in shown
    assert [row["status"] for row in results()] == ["created", "invalid"]


@pytest.mark.slow
def test_three_wrong_ones_end_the_run(service: Service) -> None:
    """Exit code 3."""
    shown, code = asked(service, b"a\n", b"b\n", b"c\n")
    assert code == 3, shown
    assert shown.count("that is not the password") == 2
    assert "people.xlsx cannot be opened with the given password" in shown


@pytest.mark.slow
@pytest.mark.parametrize("key", [b"\x03", b"\x04"], ids=["Ctrl-C", "Ctrl-D"])
def test_the_question_can_be_left(service: Service, key: bytes) -> None:
    """By a signal with its exit code, by the end of the input as by nothing entered."""
    shown, code = asked(service, key)
    assert code == (128 + signal.SIGINT if key == b"\x03" else 3), shown
    assert service.sandbox.requests.total() == 0


def test_where_a_terminal_has_no_modes_it_is_asked_for_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows' console; a password that would be shown is not taken."""
    monkeypatch.setitem(sys.modules, "termios", None)
    asked = []

    def getpass_(question: str, stream: object) -> str:
        asked.append((question, stream))
        if len(asked) > 1:
            warnings.warn("it is shown", getpass.GetPassWarning, stacklevel=1)
        return PASSWORD

    monkeypatch.setattr(getpass, "getpass", getpass_)
    err = io.StringIO()
    assert typed.unseen_line("Password: ", err, lambda: False) == PASSWORD
    assert asked == [("Password: ", err)]
    assert typed.unseen_line("Password: ", err, lambda: False) is None


@pytest.mark.slow
def test_what_the_environment_gives_is_not_asked_for(service: Service) -> None:
    """A terminal is there, and nobody needs it."""
    shown, code = asked(service, IMPORT_CONTACTS_PASSWORD=PASSWORD)
    assert code == 1, shown
    assert "Password of" not in shown


# -- the library -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_library_takes_it_as_a_keyword(service: Service) -> None:
    """In an import, a plan, a preview and a count; what it lacks is told as code has it."""
    desk = {"inbox": 407, "api_key": KEY, "api_secret": SECRET, "base_url": service.url}
    path = people()
    assert importer.plan(path, password=PASSWORD, **desk).exit_code == 1  # type: ignore[arg-type]
    assert importer.import_contacts(path, password=f"another\n{PASSWORD}", **desk).exit_code == 1  # type: ignore[arg-type]
    (seen,) = preview(path, password=PASSWORD)
    assert seen.titles == ("Name", "Email")
    assert count_rows(seen, password=PASSWORD) == 2
    with pytest.raises(importer.PasswordNeeded, match="is protected") as caught:
        importer.import_contacts(path, **desk)  # type: ignore[arg-type]
    assert "give password=" in str(caught.value.hint)


def test_settings_show_no_password() -> None:
    """Nor does an error about one."""
    assert PASSWORD not in repr(Config(password=PASSWORD))  # type: ignore[arg-type]
    for wrong in (7319, [PASSWORD], f"{PASSWORD}\0"):
        with pytest.raises(ConfigError) as caught:
            importer.import_contacts("x.xlsx", password=wrong)  # type: ignore[arg-type]
        assert "password=" in str(caught.value)
        assert PASSWORD not in f"{caught.value!r}{caught.value.__cause__!r}"
        assert "7319" not in str(caught.value)
