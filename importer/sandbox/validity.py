"""The rules for the values of a contact (kin): formats, lengths, and that nobody else has them. Pure."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from importer.models import Json
from importer.sandbox.documented import Response

UNIQUE: Final[Mapping[str, tuple[str, re.Pattern[str], str]]] = {
    # kin, in the order of the checks: what messages call the field, its format, what is wrong with another one
    "email": ("Email", re.compile(r"[^@\s]+@[^@\s]+"), "Invalid email"),
    "identifier": ("Identifier", re.compile(r".+", re.DOTALL), ""),
    "phone_number": ("Phone number", re.compile(r"\+[1-9][0-9]{1,14}"), "should be in e164 format"),
}

TITLES: Final = {"name": "Name", **{name: title for name, (title, *_) in UNIQUE.items()}}
"""What messages call the texts that an answer shows."""


def invalid(body: Mapping[str, Json], longest: int, is_taken: Callable[[str, str], bool]) -> Response | None:
    """422 if a value is malformed, longer than ``longest`` (0: no limit), or taken; it names the fields.

    No rule is about a null: it takes a value away."""
    problems = _too_long(body, longest)
    for name, (title, shape, wrong) in UNIQUE.items():
        if body.get(name) is not None:
            value = stored_form(name, str(body[name]))
            if is_taken(name, value):
                problems.append((name, f"{title} has already been taken"))
            if not shape.fullmatch(value):
                problems.append((name, f"{title} {wrong}"))
    if not problems:
        return None
    message = ", ".join(words for _, words in problems)
    return Response(422, {"message": message, "attributes": [name for name, _ in problems]})


def _too_long(body: Mapping[str, Json], longest: int) -> list[tuple[str, str]]:
    names = [name for name in TITLES if longest and len(str(body.get(name) or "")) > longest]
    return [(name, f"{TITLES[name]} is too long (maximum is {longest} characters)") for name in names]


def stored_form(name: str, value: str) -> str:
    """A unique value as it is stored and compared: e-mails in lower case (kin), the others as they are."""
    return value.lower() if name == "email" else value
