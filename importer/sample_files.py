"""What the program brings along for its user: sample files, and the configuration file with its comments."""

from pathlib import Path
from typing import Final

from importer.message import Language

# In a wheel they stand in the package, where pyproject.toml puts them; in a source tree where people look for them.
_PACKAGE: Final = Path(__file__).parent
_PLACES: Final = (_PACKAGE / "samples", _PACKAGE.parent / "sample_data", _PACKAGE.parent)


def packaged(*names: str) -> Path:
    """Return the path of the first of these files that there is, such as ``contacts.csv``, ``config.example.yaml``."""
    return next(path for name in names for place in _PLACES if (path := place / name).exists())


def example_for(language: Language) -> Path:
    """Return the path of the configuration file with comments in a language; in English where it has none."""
    tags = (language.name, language.name.partition("-")[0])
    return packaged(*(f"config.example.{tag}.yaml" for tag in tags), "config.example.yaml")
