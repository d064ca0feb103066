"""The recipes of docs/automation.md: those that this system has tools for run as they stand, the others name options
that there are. Docker's and Kubernetes' are in ``test_containers``."""

import configparser
import json
import os
import plistlib
import re
import shlex
import subprocess
import sys
import threading
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import pytest
import yaml

from tests.support.command_lines import unknown_options
from tests.support.pages import ROOT, all_blocks, the_block
from tests.support.service import HEADER, KEY, SECRET, Service
from tests.support.tools import tool

GOOD = HEADER + "Ann,ann@example.com,,C1\n"
BAD = GOOD + "Bob,bob@,,C2\n"


class Place(NamedTuple):
    """A tree that stands for the machine's own: ``crm`` for /srv/crm, ``state`` for /var/lib/import-contacts."""

    crm: Path
    state: Path

    def here(self, text: str) -> str:
        """A recipe with this tree in the place of the machine's."""
        return text.replace("/srv/crm", str(self.crm)).replace("/var/lib/import-contacts", str(self.state))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """With the program where the recipes have it; this checkout's, by this Python."""
    made = Place(tmp_path / "srv" / "crm", tmp_path / "var" / "lib" / "import-contacts")
    made.state.mkdir(parents=True)
    program = made.crm / ".venv" / "bin" / "import-contacts"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m importer "$@"\n')
    program.chmod(0o755)
    (made.crm / "export.csv").write_text(GOOD)
    return made


# -- cron ------------------------------------------------------------------------------------------------------------


def cron_command(line: str) -> tuple[str, str]:
    """The command of a line of a crontab, and its standard input: what follows the first ``%`` without a ``\\``."""
    command, *rest = re.split(r"(?<!\\)%", line.split(maxsplit=5)[5])
    return command.replace(r"\%", "%"), "\n".join(rest).replace(r"\%", "%")


def as_cron(place: Place) -> "subprocess.CompletedProcess[str]":
    """By sh, in the home folder, with the few variables that cron sets."""
    (line,) = the_block("cron", "import-contacts").splitlines()
    command, standard_input = cron_command(place.here(line))
    home = place.crm.parent
    environment = {"HOME": str(home), "LOGNAME": "crm", "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"}
    return subprocess.run(
        ["/bin/sh", "-c", command],
        input=standard_input,
        env=environment,
        cwd=home,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def credentials(place: Place, service: Service) -> None:
    """A line for each, which sh and --env-file read."""
    lines = [f"export {name}={value}\n" for name, value in service.environment.items()]
    file = place.crm / "livedesk.env"
    file.write_text("".join(lines))
    file.chmod(0o600)


@pytest.mark.slow
def test_the_cron_line_imports_and_says_nothing(place: Place, service: Service) -> None:
    """last.json is the summary; no mail, and no line in the log."""
    credentials(place, service)
    done = as_cron(place)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert json.loads((place.crm / "last.json").read_text())["counts"] == {"created": 1}
    assert len(service.stored) == 1
    assert not (place.crm / "import.log").exists()


@pytest.mark.parametrize(
    ("text", "code"),
    [pytest.param(BAD, 1, id="a bad row", marks=pytest.mark.slow), pytest.param("%PDF-1.7", 3, id="no table")],
)
def test_the_cron_line_notes_what_needs_attention(place: Place, service: Service, text: str, code: int) -> None:
    """The import's exit code is in the log; last.json has the summary of a run with files, else the error."""
    credentials(place, service)
    (place.crm / "export.csv").write_text(text)
    as_cron(place)
    assert (place.crm / "import.log").read_text() == f"import ended with {code}\n"
    told = json.loads((place.crm / "last.json").read_text())
    assert (told["exit_code"], "error" in told) == (code, code == 3)


@pytest.mark.slow
def test_the_cron_line_updates_who_was_edited(place: Place, service: Service) -> None:
    """The export of the next night: who is the same to the letter costs no request, and nobody is sent twice."""
    credentials(place, service)
    (place.crm / "export.csv").write_text(f"{GOOD}Bo,bo@example.com,,C2\n")
    as_cron(place)
    sent = service.sandbox.requests.total()
    for counts, requests in (({"updated": 1, "unchanged": 1}, True), ({"unchanged": 2}, False)):
        (place.crm / "export.csv").write_text(f"{GOOD}Bob,bo@example.com,,C2\n")
        as_cron(place)
        assert json.loads((place.crm / "last.json").read_text())["counts"] == counts
        assert (service.sandbox.requests.total() > sent) == requests
        sent = service.sandbox.requests.total()
    assert sorted(contact["name"] for contact in service.sandbox.contacts) == ["Ann", "Bob"]


@pytest.mark.parametrize(
    ("language", "containing"),
    [
        ("cron", "import-contacts"),
        ("ini", "Type=oneshot"),
        ("yaml", "runs-on:"),
        ("yaml", "kind: CronJob"),
        ("bash", "docker run"),
        ("xml", "schemas.microsoft.com"),
        ("xml", "<plist"),
    ],
)
def test_every_recipe_updates_by_the_customers_number(language: str, containing: str) -> None:
    """The same customers come every time: whoever was edited would be told and never changed."""
    words = " ".join(re.sub('[",]|</?string>', " ", the_block(language, containing)).split())
    assert "export.csv --inbox 407 --match-by identifier --on-duplicate update" in words


def test_a_percent_sign_is_a_new_line_to_cron() -> None:
    """The rule that the recipe warns of."""
    assert cron_command(r"0 2 * * * a \%d %b%c") == ("a %d ", "b\nc")


# -- systemd ---------------------------------------------------------------------------------------------------------


def unit(text: str) -> configparser.ConfigParser:
    parsed = configparser.ConfigParser(interpolation=None, delimiters="=", strict=False)  # keys may come twice
    parsed.optionxform = str  # type: ignore[assignment, method-assign]
    parsed.read_string(text)
    return parsed


WATCHING = "import-contacts.service.d/watch.conf"


FAILED = "import-contacts-failed.service"
"""The unit of OnFailure=."""


def units(place: Place) -> dict[str, str]:
    """``{path below /etc/systemd/system: text}`` of all, named as the recipes say."""
    texts = [place.here(one.text) for one in all_blocks("ini", "# /etc/systemd/")]
    return {text.split("\n", 1)[0].removeprefix("# /etc/systemd/system/"): text for text in texts}


@pytest.mark.slow
@pytest.mark.parametrize("watches", [False, True], ids=["by the timer", "watching"])
def test_systemd_takes_the_units(place: Place, tmp_path: Path, watches: bool) -> None:
    """No unknown key, no missing program, no date that never comes; and the hardening counts as such."""
    analyze = tool("systemd-analyze")
    wanted = [WATCHING] * watches + [FAILED, "import-contacts.service", "import-contacts.timer"]
    paths = [tmp_path / name for name in wanted]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        path.write_text(units(place)[path.relative_to(tmp_path).as_posix()])
    assert {WATCHING, *wanted} == {*units(place)}
    done = subprocess.run(
        [analyze, "verify", "--man=no", *map(str, paths[-3:])], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    threshold = [analyze, "security", "--offline=true", "--threshold=40", "--no-pager", str(paths[-2])]
    assert subprocess.run(threshold, capture_output=True, timeout=60, check=False).returncode == 0


def loaded(place: Place) -> list[str]:
    """The values of LoadCredential=, which a unit may have several of."""
    return re.findall("^LoadCredential=(.*)$", units(place)["import-contacts.service"], re.MULTILINE)


def begun(place: Place, service: Service, command: str) -> tuple["subprocess.Popen[bytes]", int]:
    """A unit's command as a service, with its environment and folder, and the other end of its journal."""
    section = unit(units(place)["import-contacts.service"])["Service"]
    secrets = {"api-key": KEY, "api-secret": SECRET}
    folder = place.state / "credentials"  # systemd makes one for each unit, which this user alone may read
    folder.mkdir(mode=0o700, exist_ok=True)
    for name, source in (pair.split(":") for pair in loaded(place)):
        (folder / name).write_text(secrets[Path(source).name])
        (folder / name).chmod(0o400)
    environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", "LANG": "C.UTF-8", "USER": "crm"}
    environment |= dict(pair.split("=", 1) for pair in shlex.split(section["Environment"]))
    environment |= {"CREDENTIALS_DIRECTORY": str(folder), "LIVEDESK_BASE_URL": service.url}
    reading, writing = os.pipe()
    found = os.fstat(writing)
    process = subprocess.Popen(
        shlex.split(command),
        env=environment | {"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"},
        cwd=section["WorkingDirectory"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=writing,
    )
    os.close(writing)
    return process, reading


def journal_of(process: "subprocess.Popen[bytes]", reading: int) -> tuple[int, list[str]]:
    """The exit code and the lines for the journal."""
    with os.fdopen(reading, encoding="utf-8") as stream:
        lines = stream.read().splitlines()
    return process.wait(60), lines


def as_service(place: Place, service: Service) -> tuple[int, list[str]]:
    """The exit code and the lines for the journal of the unit's ExecStart."""
    return journal_of(*begun(place, service, unit(units(place)["import-contacts.service"])["Service"]["ExecStart"]))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "code", "counts"),
    [
        pytest.param(GOOD, 0, "rows=1 created=1", id="all fine"),
        pytest.param(BAD, 1, "rows=2 created=1 invalid=1", id="a bad row"),
    ],
)
def test_the_service_imports_into_its_state_directory(
    place: Place, service: Service, text: str, code: int, counts: str
) -> None:
    """Rows are imported, every line has a priority, and nothing is written where the export is."""
    (place.crm / "export.csv").write_text(text)
    ended, lines = as_service(place, service)
    assert ended == code, lines
    assert [line for line in lines if not re.match("<[3-7]>", line)] == []
    assert f" status=done exit_code={code} {counts} " in lines[-1]
    assert len(service.stored) == 1
    assert (place.state / "ledger.sqlite3").exists()
    assert sorted(path.name for path in place.crm.iterdir()) == [".venv", "export.csv"]


@pytest.mark.slow
def test_the_service_that_watches_imports_what_is_dropped(place: Place, service: Service) -> None:
    """A line of key=value pairs for each run, a clean end at SIGTERM, and nothing written but to its two folders."""
    section = unit(units(place)[WATCHING])["Service"]
    inbox = place.crm / "inbox"
    inbox.mkdir()
    for name, text in (("good.csv", GOOD), ("bad.csv", BAD)):
        (inbox / name).write_text(text)
    process, reading = begun(place, service, section["ExecStart"])
    while not ((inbox / "done" / "good.csv").exists() and (inbox / "attention" / "bad.csv.txt").exists()):
        assert process.poll() is None
        threading.Event().wait(0.01)
    process.terminate()
    code, lines = journal_of(process, reading)
    assert code == int(section["SuccessExitStatus"]) == 143
    assert [line for line in lines if not re.match("<[3-7]>", line)] == []
    assert sorted(re.findall(r"status=done exit_code=(\d)", "\n".join(lines))) == ["0", "1"]
    assert section["ReadWritePaths"] == str(inbox)
    assert sorted(path.name for path in place.crm.iterdir()) == [".venv", "export.csv", "inbox"]


def test_the_state_directory_is_the_one_that_the_command_writes_to() -> None:
    """Everything else is read-only to the service."""
    section = unit(the_block("ini", "Type=oneshot"))["Service"]
    arguments = shlex.split(section["ExecStart"])
    written_to = arguments[arguments.index("--output-dir") + 1]
    assert written_to == f"/var/lib/{section['StateDirectory']}"
    assert section["ProtectSystem"] == "strict"


# -- launchd ---------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_agent_of_launchd_imports(place: Place, service: Service) -> None:
    """With the few variables that launchd sets, and those of the file; the log has the summary alone."""
    agent = plistlib.loads(the_block("xml", "<plist").replace("/Users/crm/livedesk", str(place.crm)).encode())
    assert f"{agent['Label']}.plist" in the_block("xml", "<plist")
    assert agent.keys() - {"Label", "StartCalendarInterval"} == {
        *("ProgramArguments", "WorkingDirectory", "StandardOutPath", "StandardErrorPath", "ExitTimeOut")
    }
    assert agent["StartCalendarInterval"] == {"Hour": 2, "Minute": 0}
    credentials(place, service)
    environment = {"HOME": str(place.crm.parent), "PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "SHELL": "/bin/zsh"}
    with Path(agent["StandardErrorPath"]).open("w") as log:
        done = subprocess.run(
            agent["ProgramArguments"],
            env=environment,
            cwd=agent["WorkingDirectory"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0
    assert Path(agent["StandardOutPath"]).read_text().startswith("The one row is fine")
    assert len(service.stored) == 1


# -- GitHub Actions --------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_step_of_github_actions_imports(place: Place, service: Service) -> None:
    """By bash, as a runner starts it, with the variables of the step, of which one is a secret that is not set."""
    workflow = yaml.safe_load(the_block("yaml", "runs-on:"))
    (step,) = [one for one in workflow["jobs"]["import"]["steps"] if one.get("run", "").startswith("import-contacts")]
    variables = dict.fromkeys(step["env"], "") | service.environment
    done = subprocess.run(
        [tool("bash"), "-e", "-c", step["run"]],
        env=variables | {"PATH": f"{place.crm}/.venv/bin:/usr/bin:/bin", "HOME": str(place.crm), "CI": "true"},
        cwd=place.crm,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(service.stored) == 1
    assert (place.crm / "import.log").exists()


# -- recipes that can only be read here ------------------------------------------------------------------------------


def test_the_steps_of_github_actions_name_options_that_there_are() -> None:
    """And the workflow does what its text says: one run at a time, results and ledger kept when a run fails."""
    workflow = yaml.safe_load(the_block("yaml", "runs-on:"))
    assert workflow["concurrency"]["cancel-in-progress"] is False
    steps = workflow["jobs"]["import"]["steps"]
    (run,) = [step for step in steps if step.get("run", "").startswith("import-contacts")]
    assert unknown_options(run["run"]) == []
    assert set(run["env"]) == {"LIVEDESK_API_KEY", "LIVEDESK_API_SECRET", "LIVEDESK_NOTIFY_URL"}
    kept = {step["uses"].split("@")[0]: step for step in steps[steps.index(run) + 1 :]}
    assert {name: step["if"] for name, step in kept.items()} == {
        "actions/cache/save": "always()",
        "actions/upload-artifact": "always()",
    }
    (restored,) = [step for step in steps if step.get("uses", "").startswith("actions/cache/restore")]
    saved = kept["actions/cache/save"]
    assert {name: restored["with"][name] for name in ("path", "key")} == saved["with"]
    assert restored["with"]["key"].startswith(restored["with"]["restore-keys"])


TASK = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}


@pytest.mark.slow
def test_the_task_of_windows_names_options_that_there_are() -> None:
    """The command line of the action; the program and the folder are those of the text, and its own user's."""
    text = the_block("xml", "schemas.microsoft.com")
    task = ElementTree.fromstring(text)
    execution = task.find("t:Actions/t:Exec", TASK)
    assert execution is not None
    command, arguments, folder = (execution.findtext(f"t:{name}", "", TASK) for name in EXECUTION)
    assert command == rf"{folder}\.venv\Scripts\import-contacts.exe"
    assert unknown_options(f"import-contacts {arguments}") == []
    assert task.findtext("t:Principals/t:Principal/t:RunLevel", "", TASK) == "LeastPrivilege"
    assert task.findtext("t:Settings/t:MultipleInstancesPolicy", "", TASK) == "IgnoreNew"
    registered = the_block("powershell", "Register-ScheduledTask")
    assert re.findall(r"<!-- (.*) -->", text) == re.findall(r"Get-Content -Raw (\S+)", registered)
    assert not text.startswith("<?xml"), "PowerShell gives it as text, whose encoding is not that of a file"


EXECUTION = ("Command", "Arguments", "WorkingDirectory")


def test_an_option_that_there_is_not_is_found() -> None:
    """What the two tests above would say after an option was renamed."""
    assert unknown_options("import-contacts x.csv --inbox 407 --frsh --limt=3") == ["--frsh", "--limt=3"]
