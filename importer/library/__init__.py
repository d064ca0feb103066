"""The program as functions: what Python code, the screen and the command line call.

In: paths, open files and DataFrames, the options of an import as keywords, and callbacks. Out: a ``Summary``, or an
``ImporterError``.

A *job* is one such call in a thread of its own, so that it may be made from a notebook, from a running event loop or
from any thread; no signal handler is set. *Listening* turns what a run says into the calls of callbacks: a *notice* is
a sentence, a *run progress* counts rows. The command line has a terminal for an observer, and signals for a
cancellation, and calls the *verbs* in its own thread.

The screen's steps stand on further modules, each loaded by whoever needs it: ``preview`` (a first look at files),
``fields`` and ``form`` (what can be chosen), ``checking`` (a kept check, and the rows of any run a page at a time),
``rows`` (one row, checked as it is typed) and ``history`` (earlier runs). ``words`` has what they and Python code say
where the command line names an option.
"""

from importer.library.calls import (
    import_contacts,
    import_contacts_async,
    plan,
    plan_async,
    undo,
    undo_async,
    verify,
    verify_async,
    watch,
)
from importer.library.job import Job
from importer.library.listening import Listeners, Notice, RunProgress
from importer.library.options import FileOptions, ImportOptions, ServerOptions
from importer.library.watching.loop import WatchedFile

__all__ = [
    "FileOptions",
    "ImportOptions",
    "Job",
    "Listeners",
    "Notice",
    "RunProgress",
    "ServerOptions",
    "WatchedFile",
    "import_contacts",
    "import_contacts_async",
    "plan",
    "plan_async",
    "undo",
    "undo_async",
    "verify",
    "verify_async",
    "watch",
]
