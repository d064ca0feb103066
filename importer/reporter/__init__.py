"""Turn the ledger into files and text: results, errors files, workbook copy, page, summary, metrics, notifications.

In: a run in the ledger. Out: the files of the run's folder, each written whole (temporary name, then rename).

A plan, a verification and an undo have a file of rows each; *changes* are lines of changes.csv. The *summary* counts a
run; a *cause* groups rows with one error code; a *cell error* is a place to correct.
"""
