"""What is reached with few filters, and digits to ask a network about that was broken, as scripts for a browser.

The digits come when the reader asks about them.
"""

from cnnfigs.data.asked_digits import asked_digits
from cnnfigs.explorers.inputs import script
from cnnfigs.explorers.small import packed_digits
from cnnfigs.illustrations.filters.knocked_out import FiltersKnockedOut


def breaking_script() -> str:
    """Write how many digits are asked and wanted, how many the search reads, and how many are read by chance.

    The search's numbers are those with so many filters left, from 0 on. Of the orders of chance these are the least,
    the mean and the most, by the number of filters left.
    """
    run = FiltersKnockedOut().result
    reached = zip(run.random.min(axis=0), run.means, run.random.max(axis=0), strict=True)
    return script(
        breaking={
            "kilobytes": round(len(asked_digits_script()) / 1000),
            "asked": run.asked,
            "wanted": run.wanted,
            "searched": run.searched.tolist(),
            "random": {
                int(left): [int(least), round(float(mean), 1), int(most)]
                for left, (least, mean, most) in zip(run.left, reached, strict=True)
            },
        }
    )


def asked_digits_script() -> str:
    """Write the digits, packed, and how many pixels stand in a row of them."""
    digits = asked_digits()
    return script(askedDigits={"packed": packed_digits(digits.labels, digits.shades), "side": digits.shades.shape[-1]})
