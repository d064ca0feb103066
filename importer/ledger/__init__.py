"""The one place where a row's state lives: a SQLite file with every run, every row, and every contact sent.

In: staged rows, marks and outcomes. Out: rows that are due, results, and what earlier runs know.

A row goes from *pending* to *sent* to its *outcome*; the ledger writes each state to disk before the next begins.
*Group commit* writes many of these steps in one transaction. A *fingerprint* recognizes a contact in later runs. A row
is *in doubt* if it was sent and its outcome is not known; its *window* is the time in which it can have been stored.
"""
