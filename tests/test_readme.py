"""What the README shows is what the program says."""

import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from importer.cli import cli

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
TRANSCRIPTS = re.findall(r"```console\n\$ import-contacts (.*)\n((?:.*\n)*?)```", README)
VARYING = (
    (r"-\d{8}-\d{6}(-\d+)?/", "-DATE-TIME/"),
    (r"rows in [\d.,]+ s, [\d.,]+ rows/s", "rows in N s, N rows/s"),
)


def steady(text: str) -> list[str]:
    """The lines without what differs from run to run."""
    for pattern, word in VARYING:
        text = re.sub(pattern, word, text)
    return [line.rstrip() for line in text.strip().splitlines()]


def test_there_are_transcripts() -> None:
    """The two samples are shown."""
    assert len(TRANSCRIPTS) == 2


@pytest.mark.parametrize(("arguments", "shown"), TRANSCRIPTS, ids=[arguments for arguments, _ in TRANSCRIPTS])
def test_a_transcript_is_what_a_user_sees(arguments: str, shown: str) -> None:
    """Both streams as a terminal mixes them, but for times and rates."""
    shutil.copytree(ROOT / "sample_data", "sample_data")
    done = CliRunner().invoke(cli, shlex.split(arguments), prog_name="import-contacts")
    assert steady(done.output) == steady(shown)


def test_the_two_set_up_lines_stand_first() -> None:
    """``.ci/run`` reads the first two ``sh`` blocks and runs them."""
    first, second, *_ = re.findall(r"```sh\n(.*)\n```", README)
    assert first.endswith("import-contacts sample_data/contacts.xlsx --inbox 407 --sandbox")
    assert second.endswith("-m pytest")
