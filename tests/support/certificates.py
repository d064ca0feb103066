"""Certificates for servers on this machine, good and bad, from an authority that nobody else knows."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

import trustme

HOST: Final = "127.0.0.1"


class Certificate(NamedTuple):
    """PEM files of a server: its certificate with the chain, and its key."""

    chain: Path
    key: Path


class Authority:
    """Owns a private certificate authority; its files go to ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._ca = trustme.CA()
        self._folder = folder
        self.file = folder / "authority.pem"
        self._ca.cert_pem.write_to_path(str(self.file))

    def good(self) -> Certificate:
        """For ``HOST``, and valid today."""
        return self._written("good", self._ca.issue_cert(HOST))

    def expired(self) -> Certificate:
        """For ``HOST``, until yesterday."""
        today = datetime.now(UTC)
        ended = self._ca.issue_cert(HOST, not_before=today - timedelta(days=9), not_after=today - timedelta(days=1))
        return self._written("expired", ended)

    def of_another_host(self) -> Certificate:
        """Valid today, for a host that is not this one."""
        return self._written("other", self._ca.issue_cert("desk.example"))

    def _written(self, name: str, leaf: trustme.LeafCert) -> Certificate:
        written = Certificate(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        for number, blob in enumerate(leaf.cert_chain_pems):
            blob.write_to_path(str(written.chain), append=number > 0)
        leaf.private_key_pem.write_to_path(str(written.key))
        return written
