"""What ``--stamp`` writes beside a contact's data, which no comparison counts."""

from typing import Final

from importer.livedesk.contact import CUSTOM

STAMPS: Final = frozenset(f"{CUSTOM}.{name}" for name in ("import_run", "import_file", "import_row", "imported_at"))
