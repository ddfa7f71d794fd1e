"""Send many models through ``cnnfigs explain``, compare each report with the model itself, and print a table.

``python tests/explain_many/run.py [WORD ...]`` takes those whose names hold one of the words.
"""

import contextlib
import io
import json
import re
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path

import keras
import numpy as np
from lxml import html
from models import CASES

sys.path.insert(0, str(Path(__file__).parents[1]))
from profiler import counted_by_tensorflow

from cnnfigs.arithmetic.receptive import as_image
from cnnfigs.commands.app import main
from cnnfigs.commands.arguments import read_image
from cnnfigs.commands.explain import fitted_image
from cnnfigs.data import FOLDER
from cnnfigs.models.opening import opened
from cnnfigs.models.records import layer_outputs, layer_records
from cnnfigs.runs.own_model import ShownRange

PHOTO = FOLDER / "chelsea.png"
NUMBER = r"(-?\d[\d,]*(?:\.\d+)?)"
#: Layers of each model whose field is checked, about.
CHECKED = 5
#: Layers whose multiply-adds both count, and those that TensorFlow's counter does not know or counts otherwise.
COUNTED = {"Conv2D", "DepthwiseConv2D", "SeparableConv2D", "Dense"}
NOT_COUNTED = {"Conv1D", "Conv3D", "Conv2DTranspose", "MultiHeadAttention", "Matmul"}
#: Names of models whose multiply-adds have been compared.
COMPARED = []
#: Name of a model to what was warned of, for an expert to look at.
WARNED = {}
#: Rules whose warnings an expert shares: the images here are smaller than those that the networks are for.
SHARED = {"weights-on-padding"}
#: Models that cannot be explained, and what must be said of them.
REFUSED = {
    "stateful": "layer 'goes_on' gives other numbers",
    "channels_first": "expected 'channels_last', got 'channels_first'",
}


def check(report, model, image):
    """Say what of a report is not what the model gives."""
    text = " ".join(report.text_content().replace("\N{MINUS SIGN}", "-").split())
    rows = {
        row[0].text_content(): [cell.text_content() for cell in row]
        for row in report.xpath("//section[h2='Layers']//tbody/tr")
    }
    if not rows:
        return ["no table of layers"]
    if rows["Total"][3] != f"{model.count_params():,}":
        yield f"total {rows['Total'][3]}"
    yield from check_rows(rows, model)
    yield from check_fields(rows, model)
    reasons = {
        item.findtext("strong"): item.text_content().partition(": ")[2]
        for item in report.xpath("//section[h2='What does not apply']//li")
    }
    for what, why in reasons.items():
        if len(why.split()) < 4 or re.match(r"\w*(Error|Exception)\b", why):
            yield f"{what} is left out, reason: {why!r}"
    if image is not None and "Answer" not in reasons:
        yield from check_answer(text, model, image)


def check_rows(rows, model):
    """Compare shapes and parameters of layers that stand in no other model."""
    for layer in model.layers:
        if layer.name in rows and not isinstance(layer, keras.Model) and hasattr(layer, "count_params"):
            row = rows[layer.name]
            shape = layer._inbound_nodes[-1].output_tensors[0].shape
            if None not in shape[1:] and row[2] != "(" + ", ".join(map(str, (None, *shape[1:]))) + ")":
                yield f"shape of {layer.name}: {row[2]}, not {shape}"
            if row[3] != f"{layer.count_params():,}":
                yield f"parameters of {layer.name}: {row[3]}"


def check_fields(rows, model):
    """Compare what some layers' numbers see with the pixels that the gradient of a middle one reaches."""
    import tensorflow as tf

    flat = opened(model)
    shape = flat.inputs[0].shape[1:]
    if len(flat.inputs) != 1 or not flat.inputs[0].dtype.startswith("float") or len(shape) < 2:
        return
    outputs = layer_outputs(flat)
    told = [name for name, row in rows.items() if name in outputs and row[4]]
    for name in told[:: max(1, len(told) // CHECKED)]:
        image = tf.cast(tf.random.uniform((1, *shape), seed=3), flat.inputs[0].dtype)
        with tf.GradientTape() as tape:
            tape.watch(image)
            numbers = tf.reshape(keras.Model(flat.inputs, outputs[name])([image], training=False), [-1])
            number = numbers[len(numbers) // 2]
        gradient = tape.gradient(number, image)
        sizes = [int(size.replace(",", "")) for size in rows[name][4].split("×")]
        reached = np.nonzero(np.asarray(gradient)[0]) if gradient is not None else [np.zeros(0)]
        if reached[0].size and any(np.ptp(axis) + 1 > size for axis, size in zip(reached, sizes, strict=False)):
            yield f"field of {name}: {rows[name][4]}, but it reaches {[int(np.ptp(axis)) + 1 for axis in reached]}"


def check_answer(text, model, image):
    """Compare what is told of the answer with what the model predicts of the same values."""
    told = re.search(r"values from (-?[\d.]+) to (-?[\d.]+), ", text)
    low, high = map(float, told.groups())
    shape = model.inputs[0].shape[1:]
    shape = tuple(224 if side is None else side for side in shape)
    size = as_image(layer_records(model))[0].output_shape if None not in model.inputs[0].shape[1:] else shape
    pixels = fitted_image(read_image(PHOTO), (*size, 1)[:3], ShownRange(low, high, ""))
    values = pixels.reshape(1, *shape).astype(model.inputs[0].dtype)
    outputs = keras.tree.flatten(model.predict(values, verbose=0))
    row = next(output[0] for output in outputs if output.ndim == 2).astype("float32")
    if row.size == 1:
        percent = re.search(rf"how sure it is of class 1: {NUMBER} %", text)
        number = re.search(rf"Its one answer is {NUMBER}", text)
        found = float(percent[1]) / 100 if percent else float(number[1])
        if abs(found - row[0]) > 0.02 * max(1, abs(row[0])):
            yield f"answer {found}, not {row[0]}"
        return
    best, share, percent = re.search(rf"that of class (\d+), counted from 0: {NUMBER}( ?%)?", text).groups()
    number = float(share.replace(",", "")) / (100 if percent else 1)
    close = 0.02 * max(1, abs(row.max()))
    if row[int(best)] < row.max() - close or abs(number - row.max()) > close:
        yield f"answer {best} with {share}, not {row.argmax()} with {row.max():.3f}"


def check_costs(told, model):
    """Compare the multiply-adds with TensorFlow's own count, where it knows of all that is counted."""
    layers = told["layers"]
    kinds = {layer["class"] for layer in layers}
    whole = set().union(*(operations(each) for each in model.layers))
    if told["totals"]["not_counted"] or not kinds & COUNTED or kinds & NOT_COUNTED or not whole or "odd" in whole:
        return
    if any(each is None for tensor in model.inputs for each in tensor.shape[1:]):
        return
    counted = counted_by_tensorflow(model)
    if counted != told["totals"]["multiply_adds"]:
        yield f"multiply-adds: {told['totals']['multiply_adds']:,}, but TensorFlow counts {counted:,}"
    else:
        COMPARED.append(model.name)


def operations(layer):
    """Say of a layer whether TensorFlow's counter knows it: not of groups, nor of holes."""
    if isinstance(layer, keras.Model):
        return set().union(*(operations(each) for each in layer.layers))
    grouped = getattr(layer, "groups", 1) not in (1, None) and hasattr(layer, "kernel_size")
    holes = any(each > 1 for each in getattr(layer, "dilation_rate", None) or ())
    quantised = getattr(layer, "quantization_mode", None)
    return {"odd" if grouped or holes or quantised else "plain"}


def explain(case, folder):
    """Explain one model: what came of it, and what is wrong with that."""
    keras.utils.set_random_seed(7)
    model = case.make()
    path = folder / "model.keras"
    model.save(path)
    words = [
        "explain",
        str(path),
        "-o",
        str(folder / "report"),
        "--json",
        str(folder / "told.json"),
        *(["--image", str(PHOTO)] if case.image else []),
    ]
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main(words)
    said = err.getvalue().strip()
    if status:
        expected = REFUSED.get(case.name)
        wrong = [] if expected and expected in said and said.count("\n") == 0 else [f"refused: {said}"]
        return model, f"refused: {said.rpartition(': ')[2][:70]}", wrong
    report = html.document_fromstring((folder / "report" / "index.html").read_text("utf-8"))
    sections = [heading.text_content().partition(":")[0] for heading in report.iter("h2")]
    wrong = list(check(report, model, PHOTO if case.image else None))
    told_in_data = json.loads((folder / "told.json").read_text("utf-8"))
    wrong += check_costs(told_in_data, model)
    wrong += [
        f"warns of {each['layer']}: {each['rule']}, {each['message']}"
        for each in told_in_data["findings"]
        if each["severity"] == "warning" and case.name.startswith("applications.") and each["rule"] not in SHARED
    ]
    left_out = [item.text_content() for item in report.xpath("//section[h2='What does not apply']//li")]
    if case.name in REFUSED:
        wrong.append("is not refused")
    told = f"{told_in_data['totals']['multiply_adds']:,} multiply-adds, "
    told += f"{len(told_in_data['findings'])} findings, "
    told += f"{len([each for each in sections if each != 'What does not apply'])} sections"
    WARNED[case.name] = [
        f"{each['rule']} at {each['layer'] or 'the whole'}"
        for each in told_in_data["findings"]
        if each["severity"] == "warning"
    ]
    return model, told + "".join(f"; {each}" for each in left_out), wrong


def run(words):
    """Explain all, print a row for each, and return how many were wrong."""
    warnings.simplefilter("ignore")
    cases = [case for case in CASES if not words or any(word.lower() in case.name.lower() for word in words)]
    bad = 0
    print(f"{'model':<40} {'parameters':>12} {'s':>5}  what came of it")
    for case in cases:
        begun = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            try:
                model, told, wrong = explain(case, Path(folder))
                size = f"{model.count_params():,}"
            except Exception as error:  # whatever stops one is told, and the others go on
                size, told, wrong = "", "", [f"{type(error).__name__}: {error}"]
        keras.backend.clear_session()
        bad += bool(wrong)
        print(f"{case.name:<40} {size:>12} {time.monotonic() - begun:5.0f}  {told[:150]}", flush=True)
        for each, count in Counter(WARNED.get(case.name, ())).items():
            print(f"{'':<40} warned of {each}" + (f", {count} times" if count > 1 else ""), flush=True)
        for each in wrong:
            print(f"{'':<40} WRONG: {each[:500]}", flush=True)
    print(f"{len(cases)} models, {bad} wrong; multiply-adds compared with TensorFlow's of {len(COMPARED)}")
    return bad


if __name__ == "__main__":
    sys.exit(1 if run(sys.argv[1:]) else 0)
