"""A watched folder: what appears in it is imported, each file as a run of its own, for as long as somebody watches.

In: a folder, and the terms of an import. Out: the files in ``done/`` or ``attention/``, and a ``WatchedFile`` for each
run.

A file has *settled* when its size and its time stayed the same for ``SETTLED_S``. It *waits* on while the system tells
that somebody writes it, and for ``CUT_S`` if it looks cut. What listings of the folder show decides
alone; what the system tells of changes only makes the next look come sooner, so that a folder of another machine, of
which it tells nothing, is watched as well.

What is due, and what becomes of a file after its run, ``queue.py`` decides from listings and exit codes alone;
``moves.py`` puts files away without ever taking another's place: it reserves the name first. ``waking.py`` hears what
the system tells of changes. Whether more of a file is to come ``library/file_writers.py`` asks the system, and
``loader/wholeness.py`` its last bytes. A file that is no longer what was imported is never put away.
"""
