"""How much a file takes, for people."""

from importer.message import Message


def size_words(size: int) -> Message:
    """``12.5 KiB``, of bytes."""
    if size >= 1 << 30:
        return Message("{size} GiB", size=f"{size / (1 << 30):.1f}")
    if size >= 1 << 20:
        return Message("{size} MiB", size=f"{size / (1 << 20):.1f}")
    return Message("{size} KiB", size=f"{size / (1 << 10):.1f}")
