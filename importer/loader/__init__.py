"""Read a file as rows of text, each with the number that a spreadsheet program shows.

In: a path, and the encoding, delimiter, sheet and passwords if the user names them. Out: a ``Table`` with titles and
batches of ``Row``.

A *row* is one data row of the input, its *cells* are text from the start (leading zeros live), the *titles* are the
cells of the header row. pandas reads CSV, calamine reads workbooks; HTML and the XML of Excel 2003 are read here.

A *protected* file has a password: ``Passwords`` has those that are given, and asks whoever is there. What it opens is a
temporary file for its owner alone, as what is unpacked from a ZIP is.

Copies, unpacked and decrypted files lie in a folder that is locked for as long as its process lives
(``files/scratch.py``); the next process removes what a killed one left. What a file is its content tells
(``contents.py``): a table whose titles are searched (``opening.py``), or records that name their values (``records/``).
Where the titles stand ``header.py`` decides, by rows as ``title_rows.py`` sees them; titles in several lines are joined
in ``grouped_titles.py``.
Tables that programs draw with signs, and columns of fixed width, become records of cells first (``drawn_text.py``).
Where a second table begins below the first is told by its titles before anything is read (``stacked.py``), and row by
row by the fields of its columns (``staging/stacked.py``); one with the same titles in another order becomes rows of the
first as it is read. Which sheet of a workbook has the contacts its rows tell, by the columns that the mapping would use
(``merit.py``), and its name (``sheet_choice.py``).
"""
