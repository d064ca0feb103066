"""Read a file as rows of text, each with the number that a spreadsheet program shows.

In: a path, and the encoding, delimiter, sheet and passwords if the user names them. Out: a ``Table`` with titles and
batches of ``Row``.

A *row* is one data row of the input, its *cells* are text from the start (leading zeros live), the *titles* are the
cells of the header row. pandas reads CSV, calamine reads workbooks; HTML and the XML of Excel 2003 are read here.

A *protected* file has a password: ``Passwords`` has those that are given, and asks whoever is there. What it opens is a
temporary file for its owner alone, as what is unpacked from a ZIP is.
"""
