"""Rows become rows of the ledger: checked, compared with the rest of the file and with earlier runs.

In: batches of rows. Out: rows for the ledger, each due, duplicate, invalid or unchanged.

A *person* is a row and its *duplicates*; a *shared value* belongs to two people, and the server allows it once. The
*memory* is what earlier runs know: contacts to the letter by their fingerprints, and people by their keys (*known id*).
"""
