"""Drafts: imports being prepared, each a folder with one JSON file, so that a closed browser loses nothing.

A draft holds personal data (corrections), and never a secret.
"""

import hashlib
import json
import re
import secrets
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from importer.config.sources import HIDDEN
from importer.corrections import NO_CORRECTIONS, Corrections
from importer.errors import unwritable
from importer.files import moves, own_folders
from importer.files.moves import NAME_ANOTHER
from importer.files.workspace import draft_of, uploads_of
from importer.message import Message
from importer.models import Json

FIRST_STEP: Final = "file"
_ROWS: Final = "rows"
_ID: Final = re.compile(r"[0-9a-f]{16}")


class NotThere(Exception):
    """Something that an address names is gone, or never was: ``message`` says what, for a page with a way back."""

    def __init__(self, message: Message) -> None:
        self.message = message
        super().__init__(message)


class UploadedFile(NamedTuple):
    """A file in the draft's folder of uploads: its name there, its size in bytes, and their SHA-256, if it is known."""

    name: str
    size: int
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """One import being prepared.

    ``created_at`` is ISO 8601 in UTC. ``options`` are the library's keyword options, ``{key of Config: JSON}``;
    ``corrections`` are the steps' own, ``runs`` the runs made of it, in their order; ``step`` is the page that was seen
    last. ``sent_as`` is the ``key`` that it had for its newest import. It ``is_unreadable`` if none of its files has a
    table, and no password would help.
    """

    id: str
    created_at: str
    files: tuple[UploadedFile, ...] = ()
    options: Mapping[str, Json] = field(default_factory=dict)
    corrections: Mapping[str, Json] = field(default_factory=dict)
    runs: tuple[str, ...] = ()
    step: str = FIRST_STEP
    sent_as: str = ""
    is_unreadable: bool = False

    @property
    def corrected(self) -> Corrections:
        """The user's corrections of rows, for an import, a check or a plan."""
        rows = self.corrections.get(_ROWS)
        try:
            return Corrections.from_json(rows if isinstance(rows, list) else ())
        except ValueError:  # another version wrote them
            return NO_CORRECTIONS

    @property
    def rehearses(self) -> bool:
        """Whether nothing of it goes to LiveDesk: it has an account and a ledger of its own."""
        return bool(self.options.get("sandbox"))

    @property
    def key(self) -> str:
        """What tells its files, options and corrections from others; that it follows a plan does not."""
        options = {name: value for name, value in self.options.items() if name != "plan"}
        told = [[(file.name, file.size) for file in self.files], options, self.corrected.key]
        text = json.dumps(told, ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    def with_corrections(self, corrections: Corrections) -> "Draft":
        """Return the draft with these corrections."""
        return replace(self, corrections={**self.corrections, _ROWS: corrections.as_json()})

    def as_json(self) -> dict[str, Json]:
        """As its file has it. Raises ``ValueError`` if an option is a secret."""
        if found := HIDDEN & self.options.keys():
            raise ValueError(f"a draft keeps no {', '.join(sorted(found))}")
        told: dict[str, Any] = {each.name: getattr(self, each.name) for each in fields(self)}
        return told | {"files": [file._asdict() for file in self.files], "runs": [*self.runs]}


class Drafts:
    """Owns the drafts of an output directory. ``clock`` gives the time; ids are random."""

    def __init__(self, output_dir: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._output_dir = output_dir
        self._folder = draft_of(output_dir, "")
        self._clock = clock

    def begin(self, options: Mapping[str, Json] | None = None) -> Draft:
        """A new draft, on disk. Raises ``OutputError``."""
        draft = Draft(secrets.token_hex(8), self._clock().isoformat(timespec="microseconds"), options=options or {})
        self.save(draft)
        return draft

    def save(self, draft: Draft) -> None:
        """Write a draft whole. Raises ``ConfigError`` if its folder is not ours, ``OutputError``, ``ValueError`` for a
        secret."""
        content = json.dumps(draft.as_json(), ensure_ascii=False, indent=1)
        own_folders.make(self._path(draft.id).parent, self._output_dir)
        with moves.whole_file(self._path(draft.id)) as file:
            file.write(content.encode("utf-8", "surrogatepass"))

    def change(self, draft_id: str, **changes: Any) -> Draft:
        """Save a draft with other values, and return it. Raises ``NotThere``, ``OutputError``."""
        draft = replace(self.get(draft_id), **changes)
        self.save(draft)
        return draft

    def get(self, draft_id: str) -> Draft:
        """The draft of an id. Raises ``NotThere``."""
        draft = self._read(draft_id) if _ID.fullmatch(draft_id) else None
        if draft is None:
            raise NotThere(Message("This import is not there any more, or its address is wrong."))
        return draft

    def recent(self, most: int = 20) -> list[Draft]:
        """The drafts that can be read, the newest first."""
        names = (path.name for path in self._folder.glob("*") if _ID.fullmatch(path.name))
        found = [draft for name in names if (draft := self._read(name))]
        return sorted(found, key=lambda draft: draft.created_at, reverse=True)[:most]

    def uploads(self, draft: Draft) -> Path:
        """The folder of a draft's files, whether it is there or not."""
        return uploads_of(self._output_dir, draft.id)

    def made_uploads(self, draft: Draft) -> Path:
        """The folder of a draft's files, which is there then. Raises ``ConfigError``, ``OutputError``."""
        own_folders.make(self.uploads(draft), self._output_dir)
        return self.uploads(draft)

    def check(self, draft: Draft) -> Path:
        """The folder in which the newest check of a draft is kept, whether it is there or not."""
        return self._path(draft.id).parent / "check"

    def paths(self, draft: Draft) -> list[Path]:
        """Where a draft's files are."""
        return [self.uploads(draft) / file.name for file in draft.files]

    def remove(self, draft_id: str) -> None:
        """Remove a draft and its files. Raises ``NotThere``, ``OutputError``."""
        draft = self.get(draft_id)
        for folder in (self.uploads(draft), self._path(draft.id).parent):  # the draft last: it names the rest
            try:
                with suppress(FileNotFoundError):
                    shutil.rmtree(folder)
            except OSError as error:
                raise unwritable(folder, error, NAME_ANOTHER) from error

    def _path(self, draft_id: str) -> Path:
        return self._folder / draft_id / "draft.json"

    def _read(self, draft_id: str) -> Draft | None:
        try:
            return _draft(draft_id, json.loads(self._path(draft_id).read_text(encoding="utf-8")))
        except (OSError, ValueError, RecursionError):
            return None


def _draft(draft_id: str, content: object) -> Draft | None:
    """What a file says, as far as it is of the right kind: another version may have written it."""
    if not isinstance(content, dict):
        return None
    return Draft(
        draft_id,
        _text(content.get("created_at")),
        tuple(file for each in _list(content.get("files")) if (file := _file(each))),
        {key: value for key, value in _object(content.get("options")).items() if key not in HIDDEN},
        _object(content.get("corrections")),
        tuple(run for run in _list(content.get("runs")) if isinstance(run, str)),
        _text(content.get("step")) or FIRST_STEP,
        _text(content.get("sent_as")),
        content.get("is_unreadable") is True,
    )


def _file(content: Any) -> UploadedFile | None:
    """A file by its name alone: a path leads out of the folder."""
    match content:
        case {"name": str(name), "size": int(size)} if is_plain_name(name):
            return UploadedFile(name, size, _text(content.get("digest")))
    return None


def is_plain_name(name: str) -> bool:
    """Whether a name stands for a file in a folder, and for no other place."""
    return bool(name) and not name.startswith(".") and not set(name) & {"/", "\\", "\0"}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else []


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
