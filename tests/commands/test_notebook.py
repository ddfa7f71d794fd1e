"""``cnnfigs.explain`` on models as objects and as files."""

import html

import keras
import pytest
from lxml import html as parser
from onnx_networks import Built

import cnnfigs
from cnnfigs.commands.notebook import ModelReport
from cnnfigs.data import FOLDER
from cnnfigs.errors import CnnfigsError

pytestmark = pytest.mark.usefixtures("seeded")
CAT = FOLDER / "chelsea.png"


def small():
    stack = [keras.layers.Rescaling(1 / 255), keras.layers.Conv2D(4, 3, activation="relu", name="conv")]
    end = [keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(3, "softmax", name="answer")]
    return keras.Sequential([keras.Input((16, 16, 3), name="image"), *stack, *end], name="small")


def built():
    graph = Built(3, 16, 16)
    graph.conv("conv", 4, 3, 3)
    graph.add("GlobalAveragePool", "mean")
    return graph


def test_objects_and_files_are_told_alike(tmp_path):
    model = small()
    model.save(tmp_path / "small.keras")
    one, other = cnnfigs.explain(model).data, cnnfigs.explain(tmp_path / "small.keras").data
    assert (one["network"].pop("kind"), other["network"].pop("kind")) == ("Keras", "archive")
    assert one == other
    one = cnnfigs.explain(built().model()).data
    assert one == cnnfigs.explain(str(built().save(tmp_path / "built.onnx"))).data
    assert one["totals"]["multiply_adds"] == 14 * 14 * 4 * 3 * 3 * 3


def test_a_notebook_shows_the_report_in_a_frame_of_its_own():
    report = cnnfigs.explain(small(), images=[CAT], ignore=["field-below-input"])
    frame = parser.fragment_fromstring(report._repr_html_())
    assert frame.tag == "iframe"
    assert frame.get("sandbox") == ""
    assert frame.get("srcdoc") == report.html()
    page = parser.document_fromstring(frame.get("srcdoc"))
    assert "Feature maps" in [heading.text_content() for heading in page.iter("h2")]
    assert html.escape(report.html()) in report._repr_html_()
    assert "field-below-input" not in {each.rule for each in report.findings}
    assert repr(report).startswith("<small: 127 parameters, ")


def test_a_model_of_pytorch_is_told_how_it_is_read():
    module = type("Linear", (), {"__module__": "torch.nn.modules.linear"})
    with pytest.raises(CnnfigsError, match=r"got 'Net': torch.onnx.export writes it as NAME.onnx, which is read$"):
        cnnfigs.explain(type("Net", (module,), {})())


def test_it_is_written_where_it_is_wanted(tmp_path):
    report = cnnfigs.explain(small())
    assert isinstance(report, ModelReport)
    assert report.save(tmp_path / "report").read_text("utf-8") == report.html()


def test_what_is_no_model_is_told_in_one_line(tmp_path):
    with pytest.raises(CnnfigsError, match=r"^model: expected a Keras model, an onnx.ModelProto or the path.*'int'$"):
        cnnfigs.explain(3)
    with pytest.raises(CnnfigsError, match="expected a Keras functional or Sequential model, got a Dense"):
        cnnfigs.explain(keras.layers.Dense(3))
    with pytest.raises(CnnfigsError, match="got no file"):
        cnnfigs.explain(tmp_path / "none.keras")
