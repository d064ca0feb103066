"""An import being prepared on a served screen: its files, its columns, its options."""

import json
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from openpyxl import Workbook

from tests.support.screens import Answer, Served

PEOPLE = b"Name,Email,Phone\nAnn Lee,ann@example.com,+49 30 1234567\nBob Ray,bob@example.com,030 7654321\n"


class Draft(NamedTuple):
    """A draft on a screen."""

    screen: Served
    id: str

    def get(self, step: str) -> str:
        """A page of it."""
        answer = self.screen.get(f"/drafts/{self.id}/{step}")
        assert answer.status == 200, answer.text
        return answer.text

    def ask(self, what: str) -> Any:
        """The JSON that a script of its pages asks for."""
        return self.screen.get(f"/drafts/{self.id}/{what}", Accept="application/json").json

    def put(self, what: str, **values: Any) -> Answer:
        """A change of it."""
        return self.screen.change("PUT", f"/drafts/{self.id}/{what}", values)

    def upload(self, name: str, content: bytes) -> None:
        """A file, of which all that a page waits for is known afterwards."""
        headers = {"X-File-Name": quote(name), "Content-Type": "application/octet-stream"}
        answer = self.screen.change("POST", f"/drafts/{self.id}/files", content, **headers)
        assert answer.status == 201, answer.text
        self.ask("looks")

    @property
    def options(self) -> dict[str, Any]:
        """What is on disk."""
        folder = self.screen.screen.output_dir / "ui" / "drafts" / self.id
        found: dict[str, Any] = json.loads((folder / "draft.json").read_text(encoding="utf-8"))["options"]
        return found


def begun(screen: Served, *files: tuple[str, bytes]) -> Draft:
    """A new draft with these files."""
    draft = Draft(screen, screen.change("POST", "/drafts").json["id"])
    for name, content in files:
        draft.upload(name, content)
    return draft


def workbook(folder: Path, sheets: dict[str, list[list[str]]]) -> bytes:
    """An .xlsx file."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(folder / "made.xlsx")
    return (folder / "made.xlsx").read_bytes()
