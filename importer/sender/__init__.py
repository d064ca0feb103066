"""Rows that are due become outcomes: each is sent at most once, at the pace that the server takes.

In: ``Due`` rows from the ledger. Out: an ``Outcome`` for each, written before it is reported.

The *worker pool* runs *deliveries*, one for each row; the *request policy* decides when a request leaves and whether it
is repeated; the *rate limiter* and the *circuit breaker* hold requests back; a *doubt* (a request whose answer was
lost) is settled by a search.
"""
