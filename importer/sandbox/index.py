"""What the sandbox's searches look through."""

import re
from collections.abc import Callable, Iterable
from typing import Final

from importer.sandbox.faults import Faults


class Index:
    """Owns the searched text of every contact by its id, in order of storing, and since when it is found.

    ``clock`` gives seconds. No value holds a NUL and no query may, so that none matches across two fields.
    """

    def __init__(self, faults: Faults, clock: Callable[[], float]) -> None:
        self._lag_s = faults.search_lag_ms / 1000
        self._wildcards = faults.search_wildcards == "on"
        self._clock = clock
        self._texts: dict[int, str] = {}  # "" hides the contact
        self._stored_s: dict[int, float] = {}

    def add(self, contact_id: int, stored_s: float) -> None:
        """The next contact: hidden until it has a text."""
        self._texts[contact_id] = ""
        self._stored_s[contact_id] = stored_s

    def put(self, contact_id: int, values: Iterable[str]) -> None:
        """What this contact is found by from now on; without values it is hidden."""
        self._texts[contact_id] = "\0".join(values).lower()

    def remove(self, contact_id: int) -> None:
        """Forgets a contact."""
        del self._texts[contact_id], self._stored_s[contact_id]

    def find(self, query: str) -> list[int]:
        """The ids of the contacts with ``query`` in one of their values, in any case; all for ``""``."""
        wanted = query.strip().lower()
        if "\0" in wanted:
            return []
        if self._wildcards and re.search(r"[%_\\]", wanted):
            like = _like(wanted)
            hits = [contact_id for contact_id, text in self._texts.items() if text and like.search(text)]
        else:
            hits = [contact_id for contact_id, text in self._texts.items() if text and wanted in text]
        return self.seen(hits)

    def seen(self, ids: Iterable[int]) -> list[int]:
        """The ids, without those that were stored too late for a search to show them."""
        latest_s = self._clock() - self._lag_s
        return [contact_id for contact_id in ids if self._stored_s[contact_id] <= latest_s]


_WILDCARDS: Final = {"%": "[^\0]*", "_": "[^\0]"}


def _like(query: str) -> re.Pattern[str]:
    """What ``LIKE '%query%'`` matches where nobody escaped the query (kin): a backslash takes the next sign as it is,
    and the last one the closing percent sign, which then must end the value."""
    signs = re.findall(r"\\.|[^\\]|\\$", query, re.DOTALL)
    parts = [_WILDCARDS.get(sign, re.escape(sign[-1])) for sign in signs if sign != "\\"]
    return re.compile("".join(parts) + (r"%(?:\0|\Z)" if signs[-1] == "\\" else ""))
