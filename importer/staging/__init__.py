"""Checked rows become rows of the ledger: who is whom in this file, and what earlier runs know of them.

In: batches of rows with what their check found. Out: rows for the ledger, each due, duplicate, invalid or unchanged.

A *person* is a row and its *duplicates*; a *shared value* belongs to two people, and the server allows it once.
"""
