"""What the options say about rows, and where a row says itself which country its phone numbers are of."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from importer.livedesk.contact import COUNTRY, COUNTRY_CODE
from importer.models import ValueType
from importer.normalizer.columns import PHONE_COUNTRY

COUNTRY_FIELDS: Final = (PHONE_COUNTRY, COUNTRY, COUNTRY_CODE)
"""Where a row says which country its phone numbers are of, or it is at home in."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the options say about rows.

    ``inbox_id`` serves rows without their own; ``country`` is ISO 3166 alpha-2; ``types`` are by attribute.
    """

    inbox_id: str | None = None
    country: str | None = None
    types: Mapping[str, ValueType] = dataclasses.field(default_factory=dict)

    def kind(self, name: str) -> ValueType:
        """What the cells of a field are read as."""
        return self.types.get(name, "text")
