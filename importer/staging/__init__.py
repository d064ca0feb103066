"""Rows become rows of the ledger: checked, compared with the rest of the file and with earlier runs.

In: batches of rows. Out: rows for the ledger, each due, duplicate, invalid or unchanged.

A *person* is a row and its *duplicates*; a *shared value* belongs to two people, and the server allows it once. The
*memory* is what earlier runs know: contacts to the letter by their fingerprints, and people by their keys (*known id*).

Who a row's person is. Within the file ``person_index.py`` tells, on the server ``sender/resolution.py``, by the same
``--match-by``. Between the two, the ledger knows whom earlier runs wrote (``ledger/known_people.py``): staging gives
such a row the contact's id (``recognition.py``), and the sender searches for it before it creates anybody. Every other
row begins with its create, since nearly all are new, and a refusal leads to the same search.
"""
