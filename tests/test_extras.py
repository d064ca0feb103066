"""Libraries that few users need: whoever meets the absence of one reads the command that installs it."""

import ast
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from importer.cluster.settings import check_cluster
from importer.config import keychain
from importer.config.settings import Config
from importer.errors import ImporterError
from importer.extras import install, install_extra
from importer.loader.opening import open_table
from importer.loader.passwords import Passwords
from importer.loader.table import ReadOptions
from importer.message import Message
from importer.network import chat_services
from importer.sources.meant import inputs_of
from tests.support.protected import PASSWORD, aes_zip, protected_workbook

REPOSITORY = Path(__file__).parents[1]
AES = aes_zip({"people.csv": b"Email\n"}, PASSWORD.encode())


def _hint_of(refused: Callable[[], object]) -> Message | None:
    with pytest.raises(ImporterError) as caught:
        refused()
    return caught.value.hint


def _opened(content: bytes) -> Message | None:
    Path("people").write_bytes(content)
    return _hint_of(lambda: open_table(Path("people"), ReadOptions(passwords=Passwords((PASSWORD,)))))


def _no_keychain() -> Message | None:
    lacking = keychain.lacking()
    assert lacking is not None
    return lacking.hint


MISSING: dict[str, tuple[str, str, Callable[[], Message | None]]] = {
    "chat": ("notify", "apprise", lambda: chat_services.unreachable(["slack://a/b/c"])[0][1]),
    "keychain": ("keyring", "keyring", _no_keychain),
    "cluster": ("cluster", "distributed", lambda: _hint_of(lambda: check_cluster(Config(workers=2)))),
    "workbook with a password": ("passwords", "msoffcrypto", lambda: _opened(protected_workbook())),
    "ZIP with AES": ("passwords", "pyzipper", lambda: _opened(AES)),
    "Parquet": ("parquet", "pyarrow", lambda: _opened(b"PAR1" + bytes(99))),
    "s3": ("remote", "s3fs", lambda: _hint_of(lambda: inputs_of(["s3://bucket/a.csv"]))),
    "gs": ("remote", "gcsfs", lambda: _hint_of(lambda: inputs_of(["gs://bucket/a.csv"]))),
    "sftp": ("remote", "sshfs", lambda: _hint_of(lambda: inputs_of(["sftp://host/a.csv"]))),
}


@pytest.mark.slow
@pytest.mark.parametrize(("extra", "library", "hint"), MISSING.values(), ids=MISSING)
def test_what_is_missing_is_told_with_the_command_to_paste(
    extra: str, library: str, hint: Callable[[], Message | None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same command whatever is missing, and the extra is one that the program has and that brings the library."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, library, None)
    assert str(hint()).startswith(f"run pip install 'import-contacts[{extra}]'")
    assert any(one.startswith(library) for one in _extras()[extra])


@pytest.mark.slow
def test_every_extra_that_a_hint_names_is_one() -> None:
    """And nothing else in the program knows how an extra is installed."""
    named = {name for path in _modules() for name in _installed_by(path)}
    assert named == {extra for extra, _, _ in MISSING.values()}
    assert named <= {*_extras()}
    assert [path.name for path in _modules() if "pip install" in path.read_text(encoding="utf-8")] == []


def test_each_shell_reads_the_brackets_as_they_stand() -> None:
    """zsh would look for files of such names; cmd takes no single quotes."""
    assert str(install_extra("remote", system="posix")) == "run pip install 'import-contacts[remote]'"
    assert str(install_extra("remote", system="nt")) == "run pip install import-contacts[remote]"


def test_what_no_extra_brings_is_installed_by_its_name() -> None:
    """With what else there is to do."""
    assert str(install("adlfs")) == "run pip install adlfs"
    assert str(install("adlfs", Message("do without"))) == "run pip install adlfs, or do without"


def _extras() -> dict[str, list[str]]:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras: dict[str, list[str]] = project["optional-dependencies"]
    return extras


def _modules() -> list[Path]:
    return [*(REPOSITORY / "importer").rglob("*.py")]


def _installed_by(path: Path) -> Iterator[str]:
    """The extras that a module tells to install; that of a kind of address stands beside it."""
    text = path.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(text)) if "install_extra" in text else ():
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "install_extra":
            first = node.args[0]
            yield str(first.value) if isinstance(first, ast.Constant) else "remote"
