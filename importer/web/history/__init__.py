"""The pages of the history, a module each, and the result of an import; ``routes`` has their addresses.

In: requests about *runs*, whichever command or page began them. Out: lists, one run whole, people over all runs, a
comparison of two, and the plan of what is to be forgotten. Whatever only reads works while another process imports.
"""
