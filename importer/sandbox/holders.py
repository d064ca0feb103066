"""Who holds which value of the unique fields."""

from collections import defaultdict
from collections.abc import Iterable, Sequence


class Holders:
    """Owns the places of the contacts that hold a value, whatever its case; several where a value may be shared."""

    def __init__(self, names: Iterable[str]) -> None:
        self._places: dict[str, defaultdict[str, list[int]]] = {name: defaultdict(list) for name in names}

    def of(self, name: str, value: str) -> Sequence[int]:
        """The places of those who hold a value in any case, the first that got it first."""
        return self._places[name].get(value.lower(), ())

    def move(self, name: str, place: int, old: str | None, new: str) -> None:
        """A contact's value of a field is ``new`` from now on."""
        if old is not None:
            self._places[name][old.lower()].remove(place)
        self._places[name][new.lower()].append(place)
