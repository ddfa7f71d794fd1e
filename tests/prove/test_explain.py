"""``cnnfigs explain`` on networks of keras.applications as they are, from files."""

import keras
import pytest
from lxml import html

from cnnfigs.arithmetic.receptive import receptive_field
from cnnfigs.commands.app import main
from cnnfigs.data import FOLDER
from cnnfigs.models.records import layer_records

NETWORKS = [
    *["VGG16", "ResNet50", "ResNet50V2", "DenseNet121", "Xception", "InceptionV3", "MobileNet", "MobileNetV2"],
    *["MobileNetV3Small", "EfficientNetB0", "EfficientNetV2B0", "ConvNeXtTiny"],
]


@pytest.mark.parametrize("name", NETWORKS)
def test_network_is_explained(tmp_path, monkeypatch, name):
    monkeypatch.setenv("CNNFIGS_CACHE", str(tmp_path / "kept"))
    keras.utils.set_random_seed(1)
    model = getattr(keras.applications, name)(weights=None)
    model.save(tmp_path / "model.keras")
    words = ["--image", FOLDER / "chelsea.png", "-o", tmp_path / "report"]
    assert main(["explain", str(tmp_path / "model.keras"), *map(str, words)]) == 0
    text = (tmp_path / "report" / "index.html").read_text("utf-8")
    assert len(text) < 1_000_000
    page = html.document_fromstring(text)
    headings = [heading.text_content() for heading in page.iter("h2")]
    assert headings[:4] == ["Architecture", "Findings", "Layers", "Costs"]
    assert headings[4:7] == ["Receptive fields", "Feature maps", "Answer"]
    # Untrained, it may be that no map speaks for the answer.
    left_out = page.xpath("//section[h2='What does not apply']//li/strong/text()")
    assert [what for what in left_out if not what.startswith("Grad-CAM")] == []
    rows = {
        row[0].text_content(): [cell.text_content() for cell in row]
        for row in page.xpath("//section[h2='Layers']//tbody/tr")
    }
    assert rows["Total"][3] == f"{model.count_params():,}"
    records = layer_records(model) if None not in model.inputs[0].shape[1:] else ()
    spatial = [record for record in records if len(record.output_shape) == 3 and record.output_shape[0] > 1]
    if spatial:
        field = receptive_field(records, spatial[-1].name)
        assert rows[spatial[-1].name][4] == "×".join(f"{size:,}" for size in field.size)
