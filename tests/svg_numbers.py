"""Reading the texts of a picture back from its SVG, to compare them with what Keras returns."""

from lxml import etree

#: How every percentage ends: its sign is never alone on a line.
PERCENT = "\N{NO-BREAK SPACE}%"
SVG = "{http://www.w3.org/2000/svg}svg"
TEXT = "{http://www.w3.org/2000/svg}text"


def texts(picture, drawing=0):
    """All texts of a picture in the order of drawing: of its drawing for the column, or with -1 of that for a phone."""
    drawings = [*etree.fromstring(picture.to_html()).iter(SVG)]
    return ["".join(element.itertext()) for element in drawings[drawing].iter(TEXT)]


def number(text):
    """The number that a text is, with a true minus sign and thousands' commas; ValueError if it is none."""
    return float(text.replace("−", "-").replace(",", ""))


def numbers(picture, drawing=0):
    """All texts of a picture that are numbers, in the order of drawing; which drawing as in :func:`texts`."""
    found = []
    for text in texts(picture, drawing):
        try:
            found.append(number(text))
        except ValueError:
            continue
    return found
