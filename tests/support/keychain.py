"""A keychain in a file, as the library ``keyring`` has one, for this process and for others."""

import json
import os
from pathlib import Path
from typing import Final

from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

from tests.support.pages import ROOT

FILE: Final = "TEST_KEYCHAIN"
"""The variable with the path of the file."""


class FileKeyring(KeyringBackend):
    priority = 1

    @property
    def kept(self) -> dict[str, str]:
        path = Path(os.environ[FILE])
        return json.loads(path.read_text()) if path.exists() else {}

    def _keep(self, kept: dict[str, str]) -> None:
        Path(os.environ[FILE]).write_text(json.dumps(kept))

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._keep({**self.kept, f"{service} {username}": password})

    def delete_password(self, service: str, username: str) -> None:
        kept = self.kept
        if kept.pop(f"{service} {username}", None) is None:
            raise PasswordDeleteError
        self._keep(kept)


def variables(path: Path) -> dict[str, str]:
    """What a process needs to have its keychain in a file."""
    return {
        FILE: str(path),
        "PYTHON_KEYRING_BACKEND": f"{FileKeyring.__module__}.{FileKeyring.__name__}",
        "PYTHONPATH": str(ROOT),
    }
