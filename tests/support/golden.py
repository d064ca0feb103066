"""Golden cases: a folder each, with an input as people have it, options and variables, and what becomes of each row.

``python -m tests.support.golden`` writes what the program does now into every ``expected.json``, with the beginnings of
names into those cases alone; read the difference.
"""

import csv
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from importer.sandbox.server import EVERY_INBOX
from tests.support.service import Service, invoke

CASES = sorted(path for path in (Path(__file__).parents[1] / "golden").iterdir() if path.is_dir())
SHOWN = ("row", "status", "error_code", "name", "email", "phone_number", "identifier", "avatar_url", "hint")


def outcome(case: Path, output_dir: Path) -> dict[str, Any]:
    """What becomes of a case: exit code, mapping, and for each row what is sent and what is said."""
    (source,) = case.glob("input.*")
    told = json.loads((case / "case.json").read_text(encoding="utf-8"))
    with Service(EVERY_INBOX) as service:
        arguments = [str(source), "--inbox", "407", "--json", "--output-dir", str(output_dir), *told["options"]]
        done = invoke(*arguments, **service.environment, **told.get("environment", {}))
    assert isinstance(done.exception, SystemExit | None), done.exception
    found: dict[str, Any] = {"exit_code": done.exit_code}
    summary = json.loads(done.stdout)
    if "error" in summary:
        return found | {"error": done.stderr.splitlines()[0].replace(str(source), source.name)}
    stored = {str(contact["id"]): contact for contact in service.sandbox.contacts}
    with Path(summary["files"]["results"]).open(encoding="utf-8-sig", newline="") as file:
        rows = [_shown(row, stored.get(row["contact_id"], {})) for row in csv.DictReader(file)]
    return found | {"mapping": summary["mapping"], "rows": rows}


def _shown(row: dict[str, str], contact: dict[str, Any]) -> dict[str, Any]:
    """A line of the results without what is empty, with the attributes that reached the server."""
    attributes = {name: contact.get(name) for name in ("additional_attributes", "custom_attributes")}
    told = {name: row[name] for name in SHOWN} | attributes
    return {name: value for name, value in told.items() if value}


if __name__ == "__main__":
    for path in [case for case in CASES if case.name.startswith(tuple(sys.argv[1:]) or "")]:
        with tempfile.TemporaryDirectory() as folder:
            text = json.dumps(outcome(path, Path(folder)), ensure_ascii=False, indent=1)
        (path / "expected.json").write_text(text + "\n", encoding="utf-8")
