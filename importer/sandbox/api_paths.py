"""The API's requests, without their faults: what of an HTTP request the account is asked."""

from typing import Final

from aiohttp import web

from importer.livedesk.api import CONTACTS_PATH, FILTER_PATH, USAGE_PATHS
from importer.sandbox.account import Account
from importer.sandbox.answers import absent, json_answer, with_body
from importer.sandbox.dice import Dice
from importer.sandbox.documented import NOT_FOUND
from importer.sandbox.faults import Faults
from importer.sandbox.listing import Order

_CONTACT: Final = CONTACTS_PATH + "/{id}"


class ApiPaths:
    """Answers the requests that the API's pages document, and those of kin that ``Faults`` does not leave out.

    What is left out is 404, as a path that nobody knows.
    """

    def __init__(self, account: Account, dice: Dice, faults: Faults) -> None:
        self._account = account
        self._dice = dice
        self._faults = faults

    def routes(self) -> list[web.RouteDef]:
        """The paths and what answers them."""
        return [
            web.post(CONTACTS_PATH, self._create),
            web.get(CONTACTS_PATH, self._search),
            web.post(FILTER_PATH, self._filter),
            web.patch(_CONTACT, self._update),
            web.get(_CONTACT, self._show),
            web.delete(_CONTACT, self._delete),
            web.get(f"{_CONTACT}/{{list:{'|'.join(USAGE_PATHS)}}}", self._usage),
        ]

    async def _create(self, request: web.Request) -> web.Response:
        return await with_body(request, self._account.create)

    async def _update(self, request: web.Request) -> web.Response:
        contact_id = request.match_info["id"]
        if self._dice.patch_missing(contact_id):
            return json_answer(NOT_FOUND)
        return await with_body(request, lambda body: self._account.update(contact_id, body))

    async def _search(self, request: web.Request) -> web.Response:
        asked = request.query
        if "sort" not in asked:
            return json_answer(self._account.search(asked.get("q", ""), asked.get("page")))
        order = Order(asked["sort"], asked.get("direction", ""))
        return json_answer(self._account.search_in_order(asked.get("q", ""), asked.get("page"), order))

    async def _filter(self, request: web.Request) -> web.Response:
        if self._faults.filter == "absent":
            return absent()
        return await with_body(request, lambda body: self._account.filter(body, request.query.get("page")))

    async def _show(self, request: web.Request) -> web.Response:
        if self._faults.show == "absent":
            return absent()
        return json_answer(self._account.show(request.match_info["id"]))

    async def _delete(self, request: web.Request) -> web.Response:
        if self._faults.delete == "absent":
            return absent()
        return json_answer(self._account.delete(request.match_info["id"]))

    async def _usage(self, request: web.Request) -> web.Response:
        answer = self._account.usage(request.match_info["id"], request.match_info["list"])
        if answer is None:
            return absent()
        return json_answer(answer)
