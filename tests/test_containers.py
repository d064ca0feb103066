"""The image and the manifests: checked against their schemas, and the program run as they say, without an engine."""

import fnmatch
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tomllib
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema
import pytest
import yaml

from tests.support import container
from tests.support.command_lines import unknown_options
from tests.support.container import USER, Container
from tests.support.pages import ROOT, the_block
from tests.support.service import HEADER, KEY, SECRET, Service, wait_until_stored
from tests.support.tools import tool


class Instruction(NamedTuple):
    name: str
    value: str


def dockerfile() -> list[Instruction]:
    """Its lines; a comment is none, and no line goes on in the next."""
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    return [Instruction(*line.split(maxsplit=1)) for line in lines if line and not line.startswith("#")]


def values(name: str) -> list[str]:
    return [one.value for one in dockerfile() if one.name == name]


def sent_to_the_engine(path: str) -> bool:
    """Whether .dockerignore lets a path into the image's making: the last pattern that fits it, or a folder above it,
    decides (https://docs.docker.com/build/concepts/context/#syntax)."""
    sent = True
    above = [path, *map(str, Path(path).parents)]
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        pattern = line.removeprefix("!").removeprefix("**/")
        names = [Path(one).name for one in above] if "**/" in line else above
        if not line.startswith("#") and any(fnmatch.fnmatchcase(name, pattern) for name in names):
            sent = line.startswith("!")
    return sent


# -- the image -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("importer/cli/main.py", True),
        ("importer/locale/zh/LC_MESSAGES/importer.po", True),
        ("importer/__pycache__/message.cpython-312.pyc", False),
        ("config.yaml", False),
        (".env", False),
        ("import-results/ledger.sqlite3", False),
        (".git/config", False),
        ("tests/test_cli.py", False),
    ],
)
def test_the_image_is_made_from_the_program_alone(path: str, sent: bool) -> None:
    """No results, no secret and no history of the source come near it."""
    assert sent_to_the_engine(path) == sent


def test_the_image_runs_the_program_as_a_number() -> None:
    """Kubernetes tells by a number that it is not root; both stages are of one Python."""
    assert values("USER") == [f"{USER}:{USER}"]
    assert json.loads(values("ENTRYPOINT")[0]) == ["import-contacts"]
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert scripts.keys() == {"import-contacts"}
    assert len({value.partition(" AS ")[0] for value in values("FROM")}) == 1
    assert [one.name for one in dockerfile()][-2:] == ["USER", "ENTRYPOINT"], "what runs before is root's"


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root gives a folder away")
def test_the_folder_of_the_data_is_that_users(tmp_path: Path) -> None:
    """The last line that sh runs, below another root: a volume is made like it."""
    command = values("RUN")[-1].replace("/data", str(tmp_path / "data"))
    subprocess.run(["/bin/sh", "-ec", command], check=True, timeout=10)
    found = (tmp_path / "data").stat()
    assert (found.st_uid, found.st_gid, found.st_mode & 0o777) == (USER, USER, 0o700)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that the image's making builds from what it gets, unpacked."""
    if find_spec("hatchling") is None:
        pytest.skip("hatchling is not installed")
    source, wheel = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for path in filter(sent_to_the_engine, os.listdir(ROOT)):  # noqa: PTH208 - names
        if (ROOT / path).is_dir():
            shutil.copytree(ROOT / path, source / path, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / path, source / path)
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheel)]
    subprocess.run(build, cwd=source, check=True, capture_output=True, timeout=60)
    (made,) = wheel.glob("*.whl")
    zipfile.ZipFile(made).extractall(wheel / "site")
    return wheel / "site"


# -- the manifests ---------------------------------------------------------------------------------------------------


def manifests() -> dict[str, Any]:
    """``{kind: manifest}`` of the recipe."""
    return {one["kind"]: one for one in yaml.safe_load_all(the_block("yaml", "kind: CronJob"))}


def pod() -> Any:
    return manifests()["CronJob"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]


SCHEMA = json.loads((ROOT / "tests" / "data" / "kubernetes-1.33.json").read_text())


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["CronJob", "PersistentVolumeClaim"])
def test_kubernetes_takes_the_manifests(kind: str) -> None:
    """No field that there is not, none of another type."""
    (name,) = [one["$ref"] for one in SCHEMA["oneOf"] if one["$ref"].endswith(f".{kind}")]
    jsonschema.validate(manifests()[kind], SCHEMA | {"oneOf": [{"$ref": name}]})


@pytest.mark.slow
def test_a_field_that_there_is_not_is_found() -> None:
    """What the test above would say."""
    job = manifests()["CronJob"]
    job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["restartPolice"] = "Never"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(job, SCHEMA)


@pytest.mark.slow
def test_the_cron_job_is_what_its_text_says() -> None:
    """One run at a time, no privileges; it writes to its volume and its temporary folder alone."""
    job = manifests()["CronJob"]["spec"]
    assert job["concurrencyPolicy"] == "Forbid"
    (one,) = pod()["containers"]
    assert unknown_options(shlex.join(["import-contacts", *one["args"]])) == []
    assert pod()["securityContext"] | {"runAsUser": USER, "runAsGroup": USER} == pod()["securityContext"]
    assert one["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    mounted = {mount["name"]: mount["mountPath"] for mount in one["volumeMounts"]}
    assert set(mounted) == {volume["name"] for volume in pod()["volumes"]}
    assert [mounted["crm"]] == [one["workingDir"]] == values("WORKDIR") == values("VOLUME")
    claims = [volume["persistentVolumeClaim"]["claimName"] for volume in pod()["volumes"] if volume["name"] == "crm"]
    assert claims == [manifests()["PersistentVolumeClaim"]["metadata"]["name"]]


@pytest.mark.slow
def test_a_pod_is_started_again_only_where_that_helps() -> None:
    """Not for rows to correct, a wrong command or a wrong file; Kubernetes wants such a pod never to restart itself."""
    spec = manifests()["CronJob"]["spec"]["jobTemplate"]["spec"]
    policy = {rule["action"]: rule for rule in spec["podFailurePolicy"]["rules"]}
    assert policy["FailJob"]["onExitCodes"]["values"] == [1, 2, 3]
    assert policy["FailJob"]["onExitCodes"]["containerName"] == pod()["containers"][0]["name"]
    assert policy["Ignore"]["onPodConditions"] == [{"type": "DisruptionTarget", "status": "True"}]
    assert (pod()["restartPolicy"], spec["backoffLimit"]) == ("Never", 3)


@pytest.mark.slow
def test_the_secrets_are_files_of_the_user_alone() -> None:
    """Which the program reads by their variables, and warns of none."""
    (one,) = pod()["containers"]
    mounted = {mount["name"]: mount["mountPath"] for mount in one["volumeMounts"]}
    variables = {one["name"]: one["value"] for one in one["env"]}
    assert {Path(path).parent.as_posix() for name, path in variables.items() if name.endswith("_FILE")} == {
        mounted["livedesk"]
    }
    (secret,) = [volume["secret"] for volume in pod()["volumes"] if "secret" in volume]
    assert secret["defaultMode"] & 0o007 == 0
    docker = shlex.split(the_block("bash", "docker run").partition("docker run")[2])
    assert {pair for pair in docker if pair.startswith("LIVEDESK")} == {
        f"{name}={path}" for name, path in variables.items() if name.endswith("_FILE")
    }


def test_the_lines_of_docker_are_the_image_and_options_that_there_are(tmp_path: Path) -> None:
    """Run by bash with a docker that tells its arguments: the file, the options, no privileges, a read-only root."""
    told = tmp_path / "docker"
    told.write_text('#!/bin/sh\nfor word; do printf "%s\\n" "$word"; done > "$HERE/$1"\n')
    told.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "HERE": str(tmp_path)}
    lines = the_block("bash", "docker run")
    subprocess.run([tool("bash"), "-euc", lines], check=True, env=environment, cwd=tmp_path, timeout=10)
    built, ran = ((tmp_path / verb).read_text().splitlines() for verb in ("build", "run"))
    assert built == ["build", "-t", "import-contacts", "."]
    options, command = ran[: ran.index("import-contacts")], ran[ran.index("import-contacts") :]
    assert unknown_options(shlex.join(command)) == []
    assert {"--read-only", "--cap-drop", "no-new-privileges", f"crm:{values('WORKDIR')[0]}"} <= {*options}


# -- the program as in a container ------------------------------------------------------------------------------------


@pytest.fixture
def contained(tmp_path: Path, installed: Path) -> Container:
    """Of the image's own wheel."""
    if not container.is_possible():
        pytest.skip("no namespaces for this user")
    made = Container(tmp_path, installed)
    (made.data / "export.csv").write_text(f"{HEADER}Ann,ann@example.com,,C1\nBob,bob@,,C2\n")
    return made


def as_the_job(contained: Container, service: Service) -> "subprocess.Popen[str]":
    """The job's own arguments and variables, its folders in the place of its mounts."""
    (one,) = pod()["containers"]
    secrets = contained.tmp / "secrets"
    places = {"/run/secrets/livedesk": secrets, "/tmp": contained.tmp}
    secrets.mkdir()
    for name, text in (("api-key", KEY), ("api-secret", SECRET)):
        (secrets / name).write_text(f"{text}\n")
        (secrets / name).chmod(0o440)
    here = re.compile(f"^({'|'.join(places)})(?=/|$)")
    variables = {one["name"]: here.sub(lambda place: str(places[place[1]]), one["value"]) for one in one["env"]}
    return contained.program(one["args"], variables | {"LIVEDESK_BASE_URL": service.url})


@pytest.mark.slow
def test_the_job_imports_where_it_may_write_nowhere_else(contained: Container, service: Service) -> None:
    """As a user without a name or a home, with a read-only root and no terminal: exit code 1 for the row to correct.

    Temporary files are gone, the ledger and the run's folder are in the volume.
    """
    process = as_the_job(contained, service)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1, err
    assert "1 of 2 rows needs attention" in out
    assert "Warning" not in err
    assert "Traceback" not in err
    assert len(service.stored) == 1
    assert (contained.data / "import-results" / "ledger.sqlite3").exists()
    assert [path.name for path in contained.tmp.iterdir()] == ["secrets"]


@pytest.mark.slow
def test_process_1_heeds_a_sigterm(contained: Container) -> None:
    """It has no handlers of the system's: the requests in flight are settled, and it ends with 143."""
    with Service(latency_ms=20) as slow:
        people = "".join(f"Person {n},p{n}@example.com,,C{n}\n" for n in range(200))
        (contained.data / "export.csv").write_text(HEADER + people)
        process = as_the_job(contained, slow)
        wait_until_stored(slow, 30, process)
        os.kill(container.first_process(process), signal.SIGTERM)
        _, err = process.communicate(timeout=60)
        assert process.returncode == 143, err
        (summary,) = (contained.data / "import-results").glob("*/summary.json")
        counts = json.loads(summary.read_text())["counts"]
        assert (counts["created"], counts.keys()) == (len(slow.stored), {"created", "not_sent"})


@pytest.mark.slow
def test_the_container_is_one(contained: Container) -> None:
    """The tests above prove something: nothing can be written elsewhere, and nobody is anybody."""
    asked = 'id -u; echo $$; for place in / /tmp /var/tmp "$HERE"; do touch "$place/x" 2>&1; done'
    asked += "; grep CapEff /proc/self/status"
    process = contained.start(["sh", "-c", asked], {"HERE": str(ROOT)})
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    user, first, *refused, capabilities = out.splitlines()
    assert (user, first, capabilities.split()[1]) == (str(USER), "1", "0" * 16)
    assert len([line for line in refused if "Read-only" in line]) == 4
