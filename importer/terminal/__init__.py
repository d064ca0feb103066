"""The streams of the program: what people and log collectors read, and what somebody types.

In: messages, notices and progress. Out: text in colours, systemd's journal, JSON, or what was typed. Results go to
standard output, everything else to standard error.

Words: the *console* is all streams together; a *style* says what a text is (good, odd, bad), not its colour.
"""
