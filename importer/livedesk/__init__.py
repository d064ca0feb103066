"""Everything that is LiveDesk's, and nothing else: no other room knows a path, a body or a status code of the API.

In: a ``Contact`` to create, change or find. Out: a ``Reply``, and the ``Decision`` on what it means.

The face of the room: ``contact`` (fields, unique keys, bodies), ``payload`` (what an update carries), ``client``
(requests), ``responses`` (answers), ``retry`` (what an answer means and whether to try again), ``rate_headers``
(limits). A *key* is a field whose every value the server allows once; a *reply* is an answer or why there is none.
"""
