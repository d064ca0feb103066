"""Where the program begins: ``python -m importer``, and the script ``import-contacts``."""

from importer.signals import exit_at_a_signal, leave_to_the_system


def main() -> None:
    """Run the command line. Signals count from here on: loading the commands takes a quarter of a second."""
    exit_at_a_signal()
    try:
        from importer.runtime import little_garbage

        with little_garbage():  # what is loaded stays: looking at it again and again is a tenth of the start
            from importer.cli.main import main as program

            program()
    finally:
        leave_to_the_system()


if __name__ == "__main__":  # a cluster's processes import this module as well
    main()
