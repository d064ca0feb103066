"""``python -m importer`` is ``import-contacts``."""

from importer.cli import main

main()
