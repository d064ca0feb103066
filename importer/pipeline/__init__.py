"""The import: stage, send, report, each from one durable state to the next. Only this package wires the others.

In: the ``Terms`` of a run, and the paths of its files. Out: a ``Summary``, and the files of the run's folder.

*Opening* a file maps its columns; *stage* reads and checks every row and writes it to the ledger; *send* takes the rows
that are due and settles each; *report* turns the ledger into files. A crash in any of them is repaired by running them
again.

A *plan* looks at the rows that are due instead of sending them. A verification and an undo *look back* at an import,
their *subject*: runs of their own, with rows staged from its rows.

What a user corrects by hand. Texts for single cells, and rows to leave out (``corrections.py``), lie over a table as it
is read (``loader/table.py``), once its columns have their fields (``correcting.py``): check, plan and import see the
same rows by the same way. A check (``check.py``) is a dry run whose ledger is kept; whoever looks through rows, of a
check or of a run that works, reads them by a connection of its own (``ledger/browsing.py``).

Looking back. A verification and an undo are runs about another (``looking_back.py``): their rows are staged from that
run's, looked at twice where a search may be late (``sender/two_looks.py``), and compared by what the ledger noted; an
undo marks each row and writes what it restores before a request leaves (``sender/restoring.py``,
``sender/removal.py``).
"""
