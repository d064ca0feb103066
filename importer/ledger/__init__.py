"""The one place where a row's state lives: a SQLite file with every run, every row, and every contact sent.

In: staged rows, marks and outcomes. Out: rows that are due, results, and what earlier runs know.

A row goes from *pending* to *sent* to its *outcome*; the ledger writes each state to disk before the next begins.
*Group commit* writes many of these steps in one transaction. A *fingerprint* recognizes a contact in later runs. A row
is *in doubt* if it was sent and its outcome is not known; its *window* is the time in which it can have been stored. A
*change* is what an update does to one field of a contact that was there before, noted before the update leaves. A
*known id* is that of the contact whom an earlier run, or the file with ids, names for a row.

A *plan*, a *verification* and an *undo* are runs too, with rows and changes of their own. ``Ledger`` is the face of the
room; ``store`` holds its connections, and each further subject is a module over that.
"""
