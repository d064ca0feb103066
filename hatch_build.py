"""Compiles the message catalogues of ``importer/locale`` into the wheel.

A source tree, and so an editable install, needs none: there ``importer/message.py`` reads the sources.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Catalogues(BuildHookInterface):
    """Owns the compiled files until they are in the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's own
        """Compile every catalogue, and have it put where its source stands."""
        self._folder = TemporaryDirectory()
        for number, source in enumerate(sorted(Path(self.root).glob("importer/locale/*/LC_MESSAGES/importer.po"))):
            compiled = Path(self._folder.name) / f"{number}.mo"
            with source.open(encoding="utf-8") as text, compiled.open("wb") as file:
                write_mo(file, read_po(text))
            place = source.relative_to(self.root).with_suffix(".mo").as_posix()
            build_data["force_include"][str(compiled)] = place

    def finalize(self, *_: object) -> None:
        """They are in."""
        self._folder.cleanup()
