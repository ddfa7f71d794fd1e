"""The overview tells how its parts are drawn."""

import pytest

from cnnfigs.illustrations.architectures.overview import FEW, Overview


@pytest.mark.parametrize("index", [4, 18])
def test_maps_with_a_tinted_ground_are_those_that_answer_to_empty_paper(index):
    picture = Overview(index=index)
    run = picture.result
    (part,) = (each for each in picture.describe(run).sentences if "2 in a row" in getattr(each, "heading", ""))
    for channel, sentence in zip(run.order["conv2d_1"][:FEW], part.sentences, strict=True):
        values = run.outputs["conv2d_1"][..., channel]
        assert sentence.startswith(f"Map {channel}, ")
        assert ("tinted" in sentence) == bool(values[-1, 0] > 0.01 * values.max())
