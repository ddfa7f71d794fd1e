"""What a command says when it cannot do what was asked."""


class CommandError(Exception):
    """Something that the person at the keyboard can put right; the message is one line and says how."""


def reason(error: OSError) -> str:
    """Say why a file could not be read or written.

    Examples
    --------
    >>> reason(FileNotFoundError(2, "No such file or directory", "x"))
    'no such file or directory'
    """
    return (error.strerror or str(error)).lower()
