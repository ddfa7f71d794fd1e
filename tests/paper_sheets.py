"""What stands on the sheets of a PDF, by the places of its words."""

from pypdf import PageObject, PdfReader

#: Points at the foot of a sheet that only its number has.
FOOT = 40


def half_empty(pdf: PdfReader) -> list[int]:
    """Return the numbers, from 1, of the sheets whose lower half has no words."""
    return [
        number for number, page in enumerate(pdf.pages, 1) if not _words_below(page, float(page.mediabox.height) / 2)
    ]


def _words_below(page: PageObject, limit: float) -> bool:
    heights = []

    def see(text: str, current: list[float], matrix: list[float], *_: object) -> None:
        if text.strip():
            heights.append(matrix[4] * current[1] + matrix[5] * current[3] + current[5])

    page.extract_text(visitor_text=see)
    return any(FOOT < height < limit for height in heights)
