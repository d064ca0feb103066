"""The one place where the state of a row lives: a SQLite file with every run, row and contact sent.

In: staged rows, marks and outcomes. Out: rows that are due, results, and what earlier runs know.

A row goes from *pending* to *sent* to its *outcome*, each on disk before the next begins. *Group commit* writes many
of these steps in one transaction; a *fingerprint* recognizes a contact in later runs; a row is *in doubt* if it was
sent and nobody knows what became of it.
"""
