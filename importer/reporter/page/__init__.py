"""report.html: one file that works offline, in each of the program's languages.

In: a run's summary and rows. Out: the page, with its style, its script and the rows as data inside.

Python chooses the *rows*, and says in *words* (fields included) what there is to know of the run, with the *commands*
to go on with; ``page.html.jinja`` lays it out. The script needs no build step: its modules are joined in the order of
``page.py``. *filter* says which rows are shown, *row* draws one with its cells to correct by the rules of *syntax*,
*corrections* keep what was typed and make the file to download.
"""
