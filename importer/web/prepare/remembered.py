"""Choices for columns, kept for the next file with the same titles, and offered there; nothing applies by itself.

They are kept as a saved mapping, by a name that is made from the titles, so that one which somebody saved for runs of
the command line is never changed. Choices of earlier runs are offered, too.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from importer.config import saved_mapping
from importer.files import moves, workspace
from importer.history.mappings import Offer, named, overrides_for
from importer.library.preview import Preview
from importer.texts import told_apart
from importer.web.access import digest

_PREFIX: Final = "screen-"


class Choices(NamedTuple):
    """What was chosen before: ``fields`` is the ``map`` that makes it so, ``source`` names the mapping or the run."""

    source: str
    fields: Mapping[str, str]
    run: str = ""


def remember(output_dir: Path, preview: Preview, given: Mapping[str, str]) -> None:
    """Keep the fields of a table's columns, if the user chose any of them; else let go of them.

    ``given`` is the ``map`` of the import. Raises ``OutputError``.
    """
    own = named(preview.titles)
    if not own:
        return
    path = saved_mapping.place_of(_name(own), output_dir)
    if not any(column.key in given for column in preview.columns):
        with suppress(OSError):
            path.unlink(missing_ok=True)
        return
    fields = _fields(preview)
    workspace.make_folder(path.parent)
    with moves.whole_file(path) as file:
        file.write(saved_mapping.as_text({title: fields.get(title, "") for title in own}).encode())


def _name(titles: Sequence[str]) -> str:
    return f"{_PREFIX}{digest(chr(10).join(sorted(titles)))[:12]}"


def _fields(preview: Preview) -> dict[str, str]:
    """``{title: field}`` of the columns in use, by the titles of mappings."""
    names = told_apart(preview.titles)
    return {names[column.index]: column.field for column in preview.columns if column.field}


def choices(untouched: Preview, given: Mapping[str, str]) -> Choices | None:
    """The newest choices that would change something; ``untouched`` is the table without choices of this import."""
    for offer in untouched.offers:
        fields = _overrides(offer, untouched)
        if any(given.get(title) != field for title, field in fields.items()):
            return Choices(offer.mapping or offer.run, fields, offer.run)
    return None


def _overrides(offer: Offer, untouched: Preview) -> dict[str, str]:
    """The ``map`` of an offer by the names of the columns, without what goes without saying."""
    keys = dict(zip(told_apart(untouched.titles), (column.key for column in untouched.columns), strict=True))
    found = _fields(untouched)
    wanted = overrides_for(offer.fields, found, untouched.titles, {}) if offer.mapping else offer.fields
    wanted = {title.removesuffix("#1") if title not in keys else title: field for title, field in wanted.items()}
    return {keys.get(title, title): field for title, field in wanted.items() if found.get(title, "") != field}
