"""The account's lists: searches and filters, page by page, and a contact as answers show it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from importer.models import Json
from importer.sandbox.documented import Response
from importer.sandbox.faults import Faults
from importer.sandbox.filtering import Condition, alternatives
from importer.sandbox.index import Index
from importer.sandbox.store import SANDBOX_ONLY, Contact, Store, number
from importer.sandbox.validity import TITLES

PAGE_SIZE: Final = 15
LAST_PAGE: Final = 10
"""The last page that has anybody with ``Faults.list`` "capped"."""

SORTS: Final = ("name", "email", "phone_number", "last_activity_at", "created_at")
"""What a list is sorted by (kin); any other word leaves it in order of arrival."""


class Order(NamedTuple):
    """The ``sort`` and ``direction`` of a request (doc); kin: ``-name`` descends as well."""

    sort: str = ""
    direction: str = ""

    def of(self, contacts: Sequence[Contact]) -> list[Contact]:
        """The contacts in this order: texts without case, equal ones as they come, those without a value last."""
        name = self.sort.removeprefix("-")
        if name not in SORTS:
            return [*contacts]
        descends = self.sort.startswith("-") or self.direction.lower() == "desc"
        having = [contact for contact in contacts if contact.get(name) not in (None, "")]
        lacking = [contact for contact in contacts if contact.get(name) in (None, "")]
        return sorted(having, key=lambda contact: _sortable(contact[name]), reverse=descends) + lacking


ARRIVAL: Final = Order()


class Listing:
    """Answers with contacts; owns how many pages of the list it gave, by which ``Faults.list`` "shifting" moves it."""

    def __init__(self, store: Store, index: Index, faults: Faults) -> None:
        self._store = store
        self._index = index
        self._faults = faults
        self._pages_given = 0
        created_at = () if faults.created_at == "shown" else ("created_at",)
        activity = () if faults.usage == "on" else ("last_activity_at",)
        self._hidden = frozenset((*SANDBOX_ONLY, *created_at, *activity))

    def search(self, query: str, page: str | None, order: Order) -> Response:
        """Returns a page of the contacts with ``query`` in one of the four fields, in any case; all for ``""``.

        kin: a contact without email, phone number and identifier is left out; ``current_page`` is the number 1, or
        the request's own text; the newest upstream counts the page's contacts alone (``Faults.meta_count``).
        """
        found = self._index.find(query)
        if order.sort:
            found = [contact["id"] for contact in order.of([self._store[each] for each in found])]
        return self._page(found, page) if query.strip() else self._page_of_all(found, page)

    def _page_of_all(self, ids: Sequence[int], page: str | None) -> Response:
        """A page of the list, with its faults."""
        if self._faults.list == "shifting" and ids:
            moved = self._pages_given % len(ids)
            self._pages_given += 1
            ids = [*ids[len(ids) - moved :], *ids[: len(ids) - moved]]
        return self._page(ids, page, LAST_PAGE if self._faults.list == "capped" else None)

    def filter(self, body: Mapping[str, Json], page: str | None) -> Response:
        """Returns a page of the contacts that meet the conditions, or 422 (kin: at once, it reads the database).

        ``Faults.filter`` tells how wrong it is.
        """
        if self._faults.filter in ("everybody", "nobody"):
            everybody = [contact["id"] for contact in self._store.contacts]
            return self._page(everybody if self._faults.filter == "everybody" else (), page)
        try:
            found = {each for together in alternatives(body) for each in self._meeting(together)}
        except ValueError as error:
            return Response(422, {"error": str(error)})
        ids = sorted(found)
        return self._page(self._index.seen(ids) if self._faults.filter == "lagging" else ids, page)

    def _meeting(self, together: Sequence[Condition]) -> set[int]:
        """The ids of the contacts that meet every condition (kin: texts are compared without case)."""
        plus = "+" if self._faults.filter == "prefixed" else ""
        holders = self._store.holders
        each = [holders.of(name, plus + value if name == "phone_number" else value) for name, value in together]
        return set(each[0]).intersection(*each[1:])

    def _page(self, found: Sequence[int], page: str | None, last: int | None = None) -> Response:
        """15 of the contacts with these ids, none beyond the ``last`` page, and how many there are."""
        place = number(page or "") or 1
        terse = self._faults.answers == "terse_searches"
        ids = found[(place - 1) * PAGE_SIZE : place * PAGE_SIZE] if last is None or place <= last else ()
        payload: list[Json] = [self.shown(self._store[each], terse) for each in ids]
        count = len(payload) if self._faults.meta_count == "page" else len(found)
        return Response(200, {"meta": {"count": count, "current_page": page or 1}, "payload": payload})

    def shown(self, contact: Mapping[str, Any], terse: bool = False) -> dict[str, Json]:
        """A contact as an answer shows it."""
        shown = {name: value for name, value in contact.items() if name not in self._hidden}
        return {**shown, **dict.fromkeys(name for name in TITLES if shown[name])} if terse else shown


def _sortable(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value
