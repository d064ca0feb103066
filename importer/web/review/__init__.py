"""The steps that look ahead: the check with its corrections, the plan, and ten rows to try.

In: a request about a draft. Out: the step's page, or JSON for its script. A *check* is a dry run that is kept beside
the draft, with the *key* of what it was made from; what has another key is made anew. A *remedy* is what one button
does about all rows of a cause. What is wrong with a row, the library says.
"""
