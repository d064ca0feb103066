"""Files of records: vCard, JSON, JSON Lines, Parquet. Each record brings the names of its values with it.

In: the content of a file. Out: a ``Table`` whose titles are those names, the row n being the n-th record.

A *format* recognizes a file by its first bytes and opens it as ``Records``. A *fault* is what could not be read of one
record: it makes that row invalid, and the others go on.
"""
