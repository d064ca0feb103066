"""The import: stage, send, report, each from one durable state to the next. Only this package wires the others.

In: the ``Terms`` of a run, and the paths of its files. Out: a ``Summary``, and the files of the run's folder.

*Opening* a file maps its columns; *stage* reads and checks every row and writes it to the ledger; *send* takes the rows
that are due and settles each; *report* turns the ledger into files. A crash in any of them is repaired by running them
again.

A *plan* looks at the rows that are due instead of sending them. A verification and an undo *look back* at an import,
their *subject*: runs of their own, with rows staged from its rows.
"""
