"""The command line: commands, options, streams and exit codes.

In: arguments, environment and terminal. Out: a call of ``library`` or ``history``, the summary on standard output,
everything else on standard error, and an exit code.

A *command* is a verb such as ``runs``; an *option* is a setting of one run; the *console* shows messages and progress.
"""
