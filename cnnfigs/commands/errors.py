"""What a command says when it cannot do what was asked."""

from cnnfigs.telling import one_line


class CommandError(Exception):
    """Something that the person at the keyboard can put right; the message says how, in one line or some."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(map(one_line, lines)))


def reason(error: OSError) -> str:
    """Say why a file could not be read or written.

    Examples
    --------
    >>> reason(FileNotFoundError(2, "No such file or directory", "x"))
    'no such file or directory'
    """
    return (error.strerror or str(error)).lower()
