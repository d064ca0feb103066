"""Where the program begins: ``python -m importer``, and the script ``import-contacts``."""

import os
import sys

from importer.signals import Unbegun, exit_at_a_signal, leave_to_the_system, pass_over_signals


def main() -> None:
    """Run the command line. Signals count from here on: loading the commands takes a quarter of a second."""
    exit_at_a_signal()
    try:
        from importer.runtime import little_garbage

        with little_garbage():  # what is loaded stays: looking at it again and again is a tenth of the start
            from importer.cli.main import main as program

            program()
    except Unbegun:
        pass_over_signals()
        _tell_that_nothing_began()
        raise
    finally:
        leave_to_the_system()


def _tell_that_nothing_began() -> None:
    """In the language of the locale: the command line may not be read yet."""
    from importer.message import Message, language_of
    from importer.terminal.system_locale import system_locale

    if sys.stderr is not None:
        told = Message("Stopped before a run began: nothing was sent, and there are no results.")
        print(language_of(os.environ, system_locale).tell(told), file=sys.stderr)  # noqa: T201 - no console yet


if __name__ == "__main__":  # a cluster's processes import this module as well
    main()
