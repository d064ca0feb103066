"""What the program brings along for its user: sample files, and the configuration file with its comments."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def packaged(name: str) -> Path:
    """Return the path of ``contacts.csv``, ``config.example.yaml`` and so on.

    In a wheel they stand in the package, where pyproject.toml puts them; in a source tree where people look for them.
    """
    places = (_PACKAGE / "samples", _PACKAGE.parent / "sample_data", _PACKAGE.parent)
    return next(path for place in places if (path := place / name).exists())
