"""Where the program begins: ``python -m importer``, and the script ``import-contacts``."""

from importer.signals import exit_at_a_signal


def main() -> None:
    """Run the command line. Signals count from here on: loading the commands takes a quarter of a second."""
    exit_at_a_signal()
    from importer.cli.main import main as program

    program()


if __name__ == "__main__":  # a cluster's processes import this module as well
    main()
