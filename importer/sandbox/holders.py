"""Who holds which value of the unique fields."""

from collections import defaultdict
from collections.abc import Iterable, Sequence


class Holders:
    """Owns the ids of the contacts that hold a value, whatever its case; several where a value may be shared."""

    def __init__(self, names: Iterable[str]) -> None:
        self._ids: dict[str, defaultdict[str, list[int]]] = {name: defaultdict(list) for name in names}

    def of(self, name: str, value: str) -> Sequence[int]:
        """The ids of those who hold a value in any case, the first that got it first."""
        return self._ids[name].get(value.lower(), ())

    def move(self, name: str, contact_id: int, old: str | None, new: str | None) -> None:
        """A contact's value of a field is ``new`` from now on; ``None``: it has none."""
        if old is not None:
            self._ids[name][old.lower()].remove(contact_id)
        if new is not None:
            self._ids[name][new.lower()].append(contact_id)
