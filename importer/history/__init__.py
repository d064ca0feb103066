"""Earlier runs: list them, compare them, write their files again, find a person in them, forget personal data.

In: the ledger and the folders beside it. Out: lists, comparisons, files written anew, data erased.

*Corrections* find the run that an errors file belongs to, and which of its rows that file has settled.

A *plan* that was cut off is gone on with, and one is checked against the import that is to do it. A run is *unfinished*
if its process ended before its files were written; *pairing* finds the same person in two runs.
"""
