"""Files of the disk that are no input: the output directory, temporary files, how any file is named and put in place.

In: paths and names that somebody gave. Out: folders and files that are ours, whole or not there at all, and an
``OutputError`` that names the place otherwise.

Words: the *workspace* is the output directory with its ledger, its lock and the folders of the runs. *Scratch* are
temporary files that go with their process, or with the next one. A *small file* is one that people or shells write.
"""
