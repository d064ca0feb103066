"""What the program brings along for its user: sample files, and the configuration file with its comments."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from importer.message import Language
from importer.models import Json

# In a wheel they stand in the package, where pyproject.toml puts them; in a source tree where people look for them.
_PACKAGE: Final = Path(__file__).parent.parent
_PLACES: Final = (_PACKAGE / "samples", _PACKAGE.parent / "sample_data", _PACKAGE.parent)


def packaged(*names: str) -> Path:
    """Return the path of the first of these files that there is, such as ``contacts.csv``, ``config.example.yaml``."""
    return next(path for name in names for place in _PLACES if (path := place / name).exists())


def example_for(language: Language) -> Path:
    """Return the path of the configuration file with comments in a language; in English where it has none."""
    tags = (language.name, language.name.partition("-")[0])
    return packaged(*(f"config.example.{tag}.yaml" for tag in tags), "config.example.yaml")


_DEMOS: Final = {"en": ("messy-en.csv", "GB")}
"""The sample for readers of a language, with the country of its phone numbers; for others the one in Chinese."""

_OTHER_DEMO: Final = ("messy.csv", "CN")


def demo_for(language: Language) -> tuple[Path, Mapping[str, Json]]:
    """Return the path of the sample to rehearse with, and the settings that it needs, by the keys of ``Config``."""
    name, country = _DEMOS.get(language.name, _OTHER_DEMO)
    return packaged(name), {"sandbox": True, "inbox_id": "407", "country": country}
