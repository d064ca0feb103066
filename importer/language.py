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
_VARIABLES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")
"""In the order of POSIX (Base Definitions, 8.2): the first that is not empty counts."""

LANGUAGES: Final = ("en", *sorted(path.name for path in _LOCALE.iterdir() if path.is_dir()))
_WINDOWS: Final = {"chinese": "zh"}
"""How Windows begins the names of its locales."""


@dataclass(frozen=True, slots=True)
class Language:
    """One of ``LANGUAGES``, by its name."""

    name: str = "en"

    @property
    def catalogue(self) -> NullTranslations:
        """Its messages."""
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
        """A message as a sentence."""
        return message.told(self.catalogue)

    def sentence(self, messages: Iterable[Message]) -> str:
        """Messages in one line."""
        return sentence(messages, self.catalogue)


def language_of(environment: Mapping[str, str]) -> Language:
    """The language of a locale's variables, in any of its spellings; English where there is no other."""
    spelled = next(filter(None, map(environment.get, _VARIABLES)), "").lower()
    named = next((name for windows, name in _WINDOWS.items() if spelled.startswith(windows)), spelled)
    return Language(next((name for name in LANGUAGES if named.startswith(name)), "en"))


@cache
def _catalogue(name: str) -> NullTranslations:
    """As the build compiled it; in a source tree, where it may be old or missing, from its source."""
    if name == "en":
        return ENGLISH
    compiled = _LOCALE / name / "LC_MESSAGES" / "importer.mo"
    source = compiled.with_suffix(".po")
    content = _compiled(source) if source.exists() else compiled.read_bytes()
    return GNUTranslations(BytesIO(content))


def _compiled(source: Path) -> bytes:
    from babel.messages.mofile import write_mo  # where the build was not
    from babel.messages.pofile import read_po

    content = BytesIO()
    with source.open(encoding="utf-8") as file:
        write_mo(content, read_po(file))
    return content.getvalue()
