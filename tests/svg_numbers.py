"""Reading the texts of a picture back from its SVG, to compare them with what Keras returns."""

from lxml import etree

#: How every percentage ends: its sign is never alone on a line.
PERCENT = "\N{NO-BREAK SPACE}%"
TEXT = "{http://www.w3.org/2000/svg}text"


def texts(picture):
    """All texts of a picture in the order of drawing."""
    return ["".join(element.itertext()) for element in etree.fromstring(picture.to_html()).iter(TEXT)]


def number(text):
    """The number that a text is, with a true minus sign and thousands' commas; ValueError if it is none."""
    return float(text.replace("−", "-").replace(",", ""))


def numbers(picture):
    """All texts of a picture that are numbers, in the order of drawing."""
    found = []
    for text in texts(picture):
        try:
            found.append(number(text))
        except ValueError:
            continue
    return found
