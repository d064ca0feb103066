"""Turns due rows into outcomes: sends each at most once, at the pace that the server accepts.

In: ``Due`` rows from the ledger. Out: an ``Outcome`` for each, on disk before it is reported.

The *worker pool* runs one *delivery* a row. The *request policy* decides when a request leaves and whether to repeat
it; the *rate limiter* and the *circuit breaker* hold requests back. A search settles a *doubt*, a request whose answer
was lost.
"""
