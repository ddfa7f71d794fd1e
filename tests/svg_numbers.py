"""Reading the texts of a picture back from its SVG, to compare them with what Keras returns."""

from lxml import etree

#: How every percentage ends: its sign is never alone on a line.
PERCENT = "\N{NO-BREAK SPACE}%"
SVG = "{http://www.w3.org/2000/svg}"


def drawing(picture, phone=False):
    """The SVG element that a picture puts into its page for the column, or for a phone."""
    return [*etree.fromstring(picture.to_html()).iter(f"{SVG}svg")][-1 if phone else 0]


def texts(picture, phone=False):
    """All texts of a picture in the order of drawing, as it is in the column or on a phone."""
    return ["".join(element.itertext()) for element in drawing(picture, phone).iter(f"{SVG}text")]


def number(text):
    """The number that a text is, with a true minus sign and thousands' commas; ValueError if it is none."""
    return float(text.replace("−", "-").replace(",", ""))


def numbers(picture, phone=False):
    """All texts of a picture that are numbers, in the order of drawing, as it is in the column or on a phone."""
    found = []
    for text in texts(picture, phone):
        try:
            found.append(number(text))
        except ValueError:
            continue
    return found
