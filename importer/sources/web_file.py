"""A file at an https address, fetched with bounds and without any credentials."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from importer.errors import ConfigError
from importer.message import Message
from importer.network.addresses import public, scheme_of, to_fetch
from importer.network.opener import Address
from importer.sources.address_names import place_in
from importer.sources.download import blocks, check_page, opened
from importer.sources.failures import FetchFailed, as_input_error, check_wanted
from importer.sources.links import Found, file_behind
from importer.sources.source import BOUNDS, Bounds, Fetching, FileAtAddress, spooled

_LOOKED_AT_BYTES: Final = 1 << 16
_LONGEST_WAIT_S: Final = 60.0
"""A server that asks for more patience is given up."""


@dataclass(frozen=True, slots=True)
class WebFile(FileAtAddress):
    """A file at an https address."""

    def fetch(self, terms: Fetching) -> Path:
        """Download the file, once more if that may help. Raises ``InputError``, ``OutputError``."""
        waits = iter(self.bounds.waits_s)
        while True:
            try:
                return self._fetched(file_behind(self.url), terms)
            except FetchFailed as failed:
                wait_s = next(waits, None)
                if wait_s is None or failed.wait_s is None or failed.wait_s > _LONGEST_WAIT_S or terms.is_given_up():
                    raise as_input_error(failed, self.shown) from None
                self.bounds.sleep(max(wait_s, failed.wait_s))

    def _fetched(self, found: Found, terms: Fetching) -> Path:
        check_wanted(terms)  # the wait before a further try may have been long
        answer = opened(Address(to_fetch(found.address.url)), terms.silence_s)
        with answer.response as response:
            check_wanted(terms)
            path = place_in(terms.folder, self.url, answer.offered_name)
            try:
                with spooled(path) as file:
                    file.writelines(blocks(answer, self.bounds.most_bytes, terms))
                with path.open("rb") as file:
                    head = file.read(_LOOKED_AT_BYTES)
                check_page(head, response.headers.get("Content-Type", ""), shared=found.shared)
            except BaseException:
                path.unlink(missing_ok=True)
                raise
        return path


def web_file(url: str, bounds: Bounds = BOUNDS) -> WebFile:
    """Return the source that an address names. Raises ``ConfigError`` for one that is not fetched."""
    try:
        to_fetch(file_behind(url).address.url)
    except ValueError as error:
        reason = error.args[0] if isinstance(error.args[0], Message) else Message("it is no address")
        # What is no sound address may have its password anywhere.
        shown = f"{scheme_of(url) or 'https'}://…" if "@" in url else public(url)
        raise ConfigError("{source} cannot be read: {reason}", source=shown, reason=reason) from None
    return WebFile(url.strip(), bounds)
