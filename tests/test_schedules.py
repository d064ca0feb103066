"""The recipes of docs/automation.md: cron and systemd run as they stand, the others name options that there are."""

import configparser
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import click
import pytest
import yaml

from importer.cli.main import cli
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
    pairs = " ".join(f"{name}={value}" for name, value in service.environment.items())
    (place.crm / "livedesk.env").write_text(f"export {pairs}\n")


def test_the_cron_line_imports_and_says_nothing(place: Place, service: Service) -> None:
    """last.json is the summary; no mail, and no line in the log."""
    credentials(place, service)
    done = as_cron(place)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert json.loads((place.crm / "last.json").read_text())["counts"] == {"created": 1}
    assert len(service.stored) == 1
    assert not (place.crm / "import.log").exists()


@pytest.mark.parametrize(("text", "code"), [(BAD, 1), ("%PDF-1.7", 3)], ids=["a bad row", "no table"])
def test_the_cron_line_notes_what_needs_attention(place: Place, service: Service, text: str, code: int) -> None:
    """The import's exit code is in the log; last.json has the summary of a run with files, else the error."""
    credentials(place, service)
    (place.crm / "export.csv").write_text(text)
    as_cron(place)
    assert (place.crm / "import.log").read_text() == f"import ended with {code}\n"
    told = json.loads((place.crm / "last.json").read_text())
    assert (told["exit_code"], "error" in told) == (code, code == 3)


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
        ("ini", "ExecStart="),
        ("yaml", "runs-on:"),
        ("yaml", "kind: CronJob"),
        ("powershell", "Register-ScheduledTask"),
    ],
)
def test_every_recipe_updates_by_the_customers_number(language: str, containing: str) -> None:
    """The same customers come every time: whoever was edited would be told and never changed."""
    words = re.sub('[",]', "", the_block(language, containing))
    assert "export.csv --inbox 407 --match-by identifier --on-duplicate update" in words


def test_a_percent_sign_is_a_new_line_to_cron() -> None:
    """The rule that the recipe warns of."""
    assert cron_command(r"0 2 * * * a \%d %b%c") == ("a %d ", "b\nc")


# -- systemd ---------------------------------------------------------------------------------------------------------


def unit(text: str) -> configparser.ConfigParser:
    parsed = configparser.ConfigParser(interpolation=None, delimiters="=", strict=True)
    parsed.optionxform = str  # type: ignore[assignment, method-assign]
    parsed.read_string(text)
    return parsed


def units(place: Place) -> dict[str, str]:
    """``{file name: text}`` of both, named as the recipe says."""
    texts = [place.here(one.text) for one in all_blocks("ini", "# /etc/systemd/")]
    return {Path(text.split("\n", 1)[0].removeprefix("# ")).name: text for text in texts}


def test_systemd_takes_the_units(place: Place, tmp_path: Path) -> None:
    """No unknown key, no missing program, no date that never comes; and the hardening counts as such."""
    analyze = tool("systemd-analyze")
    paths = []
    for name, text in units(place).items():
        paths.append(tmp_path / name)
        paths[-1].write_text(text)
    assert [path.name for path in paths] == ["import-contacts.service", "import-contacts.timer"]
    done = subprocess.run(
        [analyze, "verify", "--man=no", *map(str, paths)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    threshold = [analyze, "security", "--offline=true", "--threshold=40", "--no-pager", str(paths[0])]
    assert subprocess.run(threshold, capture_output=True, timeout=60, check=False).returncode == 0


def as_service(place: Place, service: Service) -> tuple[int, list[str]]:
    """The exit code and the lines for the journal of the unit's ExecStart, with its environment and folder."""
    section = unit(units(place)["import-contacts.service"])["Service"]
    pairs = f"LIVEDESK_API_KEY={KEY}\nLIVEDESK_API_SECRET={SECRET}\nLIVEDESK_BASE_URL={service.url}\n"
    Path(section["EnvironmentFile"]).write_text(pairs)
    environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", "LANG": "C.UTF-8", "USER": "crm"}
    environment |= dict(pair.split("=", 1) for pair in shlex.split(section["Environment"]))
    environment |= dict(line.split("=", 1) for line in Path(section["EnvironmentFile"]).read_text().splitlines())
    reading, writing = os.pipe()
    found = os.fstat(writing)
    process = subprocess.Popen(
        shlex.split(section["ExecStart"]),
        env=environment | {"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"},
        cwd=section["WorkingDirectory"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=writing,
    )
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as stream:
        lines = stream.read().splitlines()
    return process.wait(60), lines


@pytest.mark.parametrize(
    ("text", "code", "counts"),
    [(GOOD, 0, "rows=1 created=1"), (BAD, 1, "rows=2 created=1 invalid=1")],
    ids=["all fine", "a bad row"],
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
    assert sorted(path.name for path in place.crm.iterdir()) == [".venv", "export.csv", "livedesk.conf"]


def test_the_state_directory_is_the_one_that_the_command_writes_to() -> None:
    """Everything else is read-only to the service."""
    section = unit(the_block("ini", "ExecStart="))["Service"]
    arguments = shlex.split(section["ExecStart"])
    written_to = arguments[arguments.index("--output-dir") + 1]
    assert written_to == f"/var/lib/{section['StateDirectory']}"
    assert section["ProtectSystem"] == "strict"


# -- recipes that can only be read here ------------------------------------------------------------------------------

RUN = cli.commands["run"]
OPTIONS = {name: option for option in RUN.params if isinstance(option, click.Option) for name in option.opts}


def unknown_options(command: str) -> list[str]:
    """The options of a command line that the program does not have; the rest of it must be complete."""
    program, *arguments = shlex.split(command)
    assert program == "import-contacts"
    unknown = [word for word in arguments if word.startswith("--") and word.partition("=")[0] not in OPTIONS]
    if not unknown:
        RUN.make_context("import-contacts", arguments)
    return unknown


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


def test_the_cron_job_of_kubernetes_is_what_its_text_says() -> None:
    """One run at a time, none again by itself, no privileges; it writes to its two volumes alone."""
    job = yaml.safe_load(the_block("yaml", "kind: CronJob"))["spec"]
    assert (job["concurrencyPolicy"], job["jobTemplate"]["spec"]["backoffLimit"]) == ("Forbid", 0)
    pod = job["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert unknown_options(shlex.join([*container["command"], *container["args"]])) == []
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    mounted = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    assert set(mounted) == {volume["name"] for volume in pod["volumes"]}
    assert mounted["crm"] == container["workingDir"]


def test_the_task_of_windows_names_options_that_there_are() -> None:
    """The command line of the action."""
    (arguments,) = re.findall(r'-Argument "([^"]+)"', the_block("powershell", "Register-ScheduledTask"))
    assert unknown_options(f"import-contacts {arguments}") == []


def test_an_option_that_there_is_not_is_found() -> None:
    """What the two tests above would say after an option was renamed."""
    assert unknown_options("import-contacts x.csv --inbox 407 --frsh --limt=3") == ["--frsh", "--limt=3"]
