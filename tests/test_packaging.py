"""What a package index, a distribution and a type checker find in the wheel."""

import re
import shutil
import zipfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from readme_renderer import markdown

from importer import __version__
from tests.support.pages import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Built from a copy of what goes into it."""
    source = tmp_path_factory.mktemp("source")
    hidden = shutil.ignore_patterns("__pycache__")
    for folder in ("importer", "sample_data"):
        shutil.copytree(ROOT / folder, source / folder, ignore=hidden)
    (source / "docs").mkdir()
    for path in (*ROOT.glob("*.*"), ROOT / "LICENSE", ROOT / "docs" / "import-contacts.1"):
        if path.is_file():
            shutil.copy(path, source / path.relative_to(ROOT))
    (built,) = WheelBuilder(str(source)).build(directory=str(source / "dist"), versions=["standard"])
    return zipfile.ZipFile(built)


def metadata(wheel: zipfile.ZipFile) -> Message:
    (name,) = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
    return message_from_bytes(wheel.read(name))


@pytest.mark.slow
@pytest.mark.parametrize(
    "end",
    [
        *("importer/py.typed", "importer/samples/messy.csv", "importer/samples/config.example.zh.yaml"),
        *("importer/locale/zh/LC_MESSAGES/importer.mo", "importer/locale/zh_Hant/LC_MESSAGES/importer.mo"),
        *("data/share/man/man1/import-contacts.1", ".dist-info/licenses/LICENSE", ".dist-info/entry_points.txt"),
    ],
)
def test_the_wheel_has_what_its_users_need(wheel: zipfile.ZipFile, end: str) -> None:
    """Types, samples, catalogues, the manual page where ``man`` looks, the license."""
    assert [name for name in wheel.namelist() if name.endswith(end)]


def test_the_wheel_has_nothing_else(wheel: zipfile.ZipFile) -> None:
    """No test, no source of a catalogue, no bytecode."""
    strange = re.compile(r"\.po$|\.pyc$|^tests/|^docs/|^benchmarks/")
    assert [name for name in wheel.namelist() if strange.search(name)] == []


def test_the_version_is_one(wheel: zipfile.ZipFile) -> None:
    """In the metadata, the program and the changelog."""
    assert metadata(wheel)["Version"] == __version__
    assert f"\n## {__version__} (" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_readme_is_shown_by_a_package_index(wheel: zipfile.ZipFile) -> None:
    """Its own renderer takes it; no picture and no link leads to a file that is not there."""
    found = metadata(wheel)
    assert found["Description-Content-Type"].startswith("text/markdown")
    text = str(found.get_payload())
    assert markdown.render(text) is not None
    links = re.findall(r"\]\(([^)]*)\)", text)
    assert [link for link in links if not link.startswith("https://")] == []
    assert "](" in text
    assert "\nTroubleshooting has the others.\n" in text
    assert "The report of a rehearsal" not in text
    assert "English** ·" not in text
    assert "[install](#install)" not in text


def test_links_and_license_hold(wheel: zipfile.ZipFile) -> None:
    """An expression of SPDX and the file; addresses by https."""
    found = metadata(wheel)
    assert (found["License-Expression"], found["License-File"]) == ("MIT", "LICENSE")
    assert all(", https://" in url for url in found.get_all("Project-URL", []))
    pages = Path(ROOT / "docs" / "import-contacts.1").read_text(encoding="utf-8")
    assert __version__ in pages
