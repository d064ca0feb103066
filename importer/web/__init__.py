"""The screen: the program in a browser on this machine, for people without a terminal.

In: requests of one person's browser, on loopback. Out: pages, JSON for the scripts of these pages, and streams of
events about work that goes on. What happens is done by the program's own functions; no rule about contacts stands here.

A *door* is a file with a secret of one use, by which a browser comes in; a *session* is what it has afterwards: a
cookie, and a *token* that the scripts of its pages send with each change. A *draft* is one import being prepared; a
*step* is a page of it, each at an address that can be reloaded. A *job* is work in a thread, which goes on
when a page is closed.

To add a page, write its functions in a module, their addresses in ``routes.py``, and its template in ``templates/``.
"""
