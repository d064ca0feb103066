"""The sandbox's own requests, for tests: they see everything, meet no faults, and are not counted.

``/sandbox/contacts``: GET lists every contact; POST, with ``?age_s=N``, stores a list of bodies as created so many
seconds ago and returns their ids. ``/sandbox/requests``: GET counts the API's requests by method, and filters as
``FILTER``.

What somebody else does meanwhile: PATCH ``/sandbox/contacts/ID`` changes any stored field, or empties it with null;
DELETE removes the contact; POST ``…/ID/merge`` with ``{"into": ID}`` merges it into another; and POST ``…/ID/usage``
with ``{"conversations": 2, "notes": 1, "labels": ["vip"]}`` says that somebody has used it so, just now. The contact is
the answer, where it is left; 404: it is not there; 422: a rule forbids it.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from aiohttp import web

from importer.models import Json
from importer.sandbox.account import Account
from importer.sandbox.answers import json_answer, with_body
from importer.sandbox.documented import NOT_FOUND, Response
from importer.sandbox.usage import use_from

OWN_PATHS: Final = "/sandbox/"

_CONTACTS: Final = OWN_PATHS + "contacts"
_CONTACT: Final = _CONTACTS + "/{id}"

Act = Callable[[str, Mapping[str, Json]], None]
"""What somebody does to the contact with this id."""


class OwnPaths:
    """Answers the sandbox's own requests; ``requests`` counts the API's."""

    def __init__(self, account: Account, requests: Counter[str]) -> None:
        self._account = account
        self._requests = requests

    def routes(self) -> list[web.RouteDef]:
        """The paths and what answers them."""
        return [
            web.get(_CONTACTS, self._list_everything),
            web.post(_CONTACTS, self._fill),
            web.get(OWN_PATHS + "requests", self._count_requests),
            web.patch(_CONTACT, self._act(self._account.change)),
            web.delete(_CONTACT, self._remove),
            web.post(_CONTACT + "/merge", self._act(lambda own, body: self._account.merge(own, body.get("into")))),
            web.post(_CONTACT + "/usage", self._act(lambda own, body: self._account.use(own, use_from(body)))),
        ]

    async def _list_everything(self, _: web.Request) -> web.Response:
        payload: list[Json] = [{"order": n, **contact} for n, contact in enumerate(self._account.contacts, start=1)]
        return json_answer(Response(200, {"payload": payload}))

    async def _fill(self, request: web.Request) -> web.Response:
        try:
            ids = self._account.fill(await request.json(), float(request.query.get("age_s", "0")))
        except ValueError as error:
            return json_answer(Response(422, {"error": str(error)}))
        return json_answer(Response(200, {"payload": [*ids]}))

    def _act(self, act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
        """Answers a request whose body says what is done to a contact."""

        async def answer(request: web.Request) -> web.Response:
            contact_id = request.match_info["id"]
            return await with_body(request, lambda body: self._done(contact_id, lambda: act(contact_id, body)))

        return answer

    async def _remove(self, request: web.Request) -> web.Response:
        contact_id = request.match_info["id"]
        return json_answer(self._done(contact_id, lambda: self._account.remove(contact_id)))

    def _done(self, contact_id: str, act: Callable[[], None]) -> Response:
        try:
            act()
        except LookupError:
            return NOT_FOUND
        except ValueError as error:
            return Response(422, {"error": str(error)})
        left: Json = self._account.stored(contact_id)
        return Response(200, left and {"payload": left})

    async def _count_requests(self, _: web.Request) -> web.Response:
        return json_answer(Response(200, dict(self._requests)))
