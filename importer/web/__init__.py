"""The screen: the program in a browser on this machine, for people without a terminal.

In: requests of one person's browser, on loopback. Out: pages, JSON for the scripts of these pages, and streams of
events about work that goes on. What happens is done by the program's own functions; no rule about contacts stands here.

A *door* is a file with a secret of one use, by which a browser comes in; a *session* is what it has afterwards: a
cookie, and a *token* that the scripts of its pages send with each change. A *draft* is one import being prepared, on
disk; a *step* is a page of it, each at an address that can be reloaded. A *job* is work in a thread, which goes on
when a page is closed.

To add a page, write its functions in a module, their addresses in ``routes.py``, and its template in ``templates/``.

``import-contacts ui`` serves one user's browser on 127.0.0.1. ``access.py`` says what a request has to show, and
``app.py`` asks it of each before any page sees it; who shows less gets one answer for everything. A second process on
the same folder opens the first one's screen by a door of its own (``instance.py``). How a draft stands ``standing.py``
says for all pages; which runs are parts of one import ``history/runs.py`` knows. What the pages begin, they begin with
the settings and terms of ``settings.py``, by the functions of ``library/``. The steps before the check (``prepare/``)
open a file once, in a thread of their own (``looks.py``), and keep its first rows: what the columns are is asked of the
library anew at each choice. The check (``review/``) is a dry run that is kept beside the draft with a key of what it
was made from; a correction is on disk at once and judged by the library (``library/rows.py``), and the ten rows to try
are an import that stops after them. Messages with an option of the command line in them are told as the page has it, or
as Python code has it (``library/words/``).
"""
