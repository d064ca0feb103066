"""``python -m importer`` is ``import-contacts``."""

from importer.cli.main import main

if __name__ == "__main__":  # processes that help import this module as well
    main()
