"""Where the cells lie that a normalised number depends on is told as it is drawn."""

import pytest

from cnnfigs.illustrations.filters.normalized_over import NormalizedOverWhat


@pytest.mark.parametrize("images", [2, 3])
def test_columns_and_rows_are_told_with_their_images(images):
    picture = NormalizedOverWhat(images=images)
    batch, _, layer = (part.sentences[0] for part in picture.describe(picture.result).sentences[2:])
    assert batch.endswith(
        f"a column from top to bottom in each of the images {'0 and 1' if images == 2 else '0, 1 and 2'}."
    )
    assert layer.endswith("a row from left to right in image 0.")
