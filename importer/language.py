"""The languages that the program speaks: English in the source, the others in ``locale``.

To add a message, write ``Message("{field}: … {value} …", field=…, value=…)`` where it is told, with a literal template
(an error takes its own template, its hint's, and the values), and its translation into each catalogue.
``tests/test_language.py`` names every message that a catalogue lacks and prints the entry to fill in; it names every
entry that nothing uses, and every translation with other places than its template.

To add a language, put one file there, ``locale/<language>/LC_MESSAGES/importer.po``. ``Language`` in its header is what
HTML calls it. The build compiles catalogues and leaves out their sources (``hatch_build.py``).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Final

from importer.message import ENGLISH, Message, sentence

_LOCALE: Final = Path(__file__).with_name("locale")
LANGUAGES: Final = ("en", *sorted(path.name for path in _LOCALE.iterdir() if path.is_dir()))


@dataclass(frozen=True, slots=True)
class Language:
    """One of ``LANGUAGES``, by its name."""

    name: str = "en"

    @property
    def catalogue(self) -> NullTranslations:
        return _catalogue(self.name)

    @property
    def tag(self) -> str:
        """As HTML names it (BCP 47)."""
        return self.catalogue.info().get("language", self.name).replace("_", "-")

    @property
    def joint(self) -> str:
        """What stands between sentences in one line."""
        return self.catalogue.gettext("; ")

    def tell(self, message: Message) -> str:
        return message.told(self.catalogue)

    def sentence(self, messages: Iterable[Message]) -> str:
        """Messages in one line."""
        return sentence(messages, self.catalogue)


def language_of(environment: Mapping[str, str]) -> Language:
    """The language of a locale's variables, in any of its spellings; English where there is no other."""
    in_order = ("LC_ALL", "LC_MESSAGES", "LANG")  # of POSIX (Base Definitions, 8.2): the first that is not empty counts
    spelled = next(filter(None, map(environment.get, in_order)), "").lower()
    named = "zh" if spelled.startswith("chinese") else spelled  # so Windows names its locales
    return Language(next((name for name in LANGUAGES if named.startswith(name)), "en"))


@cache
def _catalogue(name: str) -> NullTranslations:
    """As the build compiled it; in a source tree, where it may be old or missing, from its source."""
    if name == "en":
        return ENGLISH
    source = _LOCALE / name / "LC_MESSAGES" / "importer.po"
    if not source.exists():
        return GNUTranslations(BytesIO(source.with_suffix(".mo").read_bytes()))
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with source.open(encoding="utf-8") as file:
        write_mo(compiled, read_po(file))
    compiled.seek(0)
    return GNUTranslations(compiled)
