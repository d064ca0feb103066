"""What the options say about every row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from importer.livedesk.contact import COUNTRY, COUNTRY_CODE
from importer.models import ValueType
from importer.normalizer.columns import PHONE_COUNTRY

COUNTRY_FIELDS: Final = (PHONE_COUNTRY, COUNTRY, COUNTRY_CODE)
"""The fields in which a row names the country of its phone numbers, or its own; the first that does decides."""


@dataclass(frozen=True, slots=True)
class Rules:
    """``inbox_id`` is for rows without their own; ``country`` is ISO 3166 alpha-2; ``types`` is by attribute."""

    inbox_id: str | None = None
    country: str | None = None
    types: Mapping[str, ValueType] = field(default_factory=dict)

    def kind(self, name: str) -> ValueType:
        """The type of a field's values."""
        return self.types.get(name, "text")
