"""What others have named, in a line of ours: on a terminal, in a report, in an error."""

#: So long may a line be, and a name in it.
LINE, NAME = 500, 60


def one_line(text: str, most: int = LINE) -> str:
    r"""Write a text in one line that is not too long, in which nothing moves a cursor or changes a direction.

    Control characters, those that turn the direction of writing, and whatever else cannot be seen are written as Python
    escapes them; what is too long loses its middle. Whatever comes from a file, or from a library that read one, goes
    through here before it is shown.

    Parameters
    ----------
    text
        Whatever it holds.
    most
        How many characters it may have.

    Examples
    --------
    >>> print(one_line("red \x1b[31m\nand on"))
    red \x1b[31m and on
    >>> one_line("a_very_long_name", 9)
    'a_very…me'
    """
    if len(text) > 10 * most:  # what is cut out anyway need not be looked at
        text = text[: 5 * most] + text[-5 * most :]
    line = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in " ".join(text.split()))
    end = (most - 1) // 3
    return line if len(line) <= most else f"{line[: most - 1 - end]}…{line[-end:]}"
