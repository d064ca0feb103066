"""What a user names as input: files of this machine, and what has to become one first.

In: what stands on a command line or in a call of ``import_contacts``. Out: paths, and ``LocalCopy`` for everything
else, for as long as a run needs it.

An *address* begins with a scheme (``https://``, ``s3://``); what of it may be a secret is told and kept nowhere
(``importer.network.addresses.public``). ``links`` has the links of a browser that stand for a file, ``download`` one
try by https, ``remote`` the schemes that fsspec knows.

A *source* is input that is no file of this machine: standard input, an open file, an address, a DataFrame. It is
*fetched* once (``meant.py``), within bounds and until somebody cancels, to a temporary file that only this account may
read, and read from there as often as a run likes. It is told by the words that the user knows.
"""
