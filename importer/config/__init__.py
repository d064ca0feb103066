"""The settings of a run: what they are, and where they come from.

In: the options that somebody typed, the environment (or the file of ``--env-file``), a configuration file, the system's
keychain. Out: ``Config``, valid and frozen, or a ``ConfigError`` with the place, the value and the remedy.

Words: a *setting* is a key of the configuration file; an *option* is the same on the command line, a *variable* the
same in the environment. A *secret* is a setting that nobody is shown and that is kept nowhere.
"""
