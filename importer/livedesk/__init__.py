"""Everything that is LiveDesk's, and nothing else: no other room knows a path, a body or a status code of the API.

In: a ``Contact`` to create, change or find. Out: a ``Reply``, and the ``Decision`` on what it means.

The face of the room, which is all that ``sender`` knows of a desk:

    client.connect(access)          a ``Client``: ``create``, ``update``, ``search``, ``first_page``; each a ``Reply``
    retry.decide(reply)             an ``Action`` (done, busy, retry, doubt, refused, ...) with error_code and cause;
                                    ``may_conflict``, ``without_id``, ``message``, ``refused_fields`` say more of one
    retry.retrying(patience, ...)   how long to go on trying, as a policy
    search.search(ask, ...)         who holds a value, over all pages
    payload.changes_of(one, other)  what of a contact the server does not hold
    responses.is_foreign(reply)     whether whoever answers is another service
    contact                         ``Contact``, ``CREATE_FIELDS``, ``KEY_FIELDS``, attributes: the words of all rooms

A *key* is a field whose every value the server allows once; a *reply* is an answer or why there is none; a *doubt* is a
request that may have been carried out. ``api`` has what the sandbox answers by too. Another desk is another such room.
"""
