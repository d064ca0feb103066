"""A watched folder: what appears in it is imported, each file as a run of its own, for as long as somebody watches.

In: a folder, and the terms of an import. Out: the files in ``done/`` or ``attention/``, and a ``WatchedFile`` for each
run.

A file has *settled* when its size and its time stayed the same for ``SETTLED_S``. It *waits* on while the system tells
that somebody writes it, and for ``CUT_S`` if it looks cut. What listings of the folder show
decides alone; what the system tells of changes only makes the next look come sooner, so that a folder of another
machine, of which it tells nothing, is watched as well.
"""
