"""Send many models through ``cnnfigs explain``, compare each report with the model itself, and print a table.

``python tests/explain_many/run.py [WORD ...]`` takes those whose names hold one of the words. Each model is made in a
process of its own, one after another, so that a large one takes no memory from the next; its row is printed as soon
as it is known. In the columns of what is compared, ``=`` is equal to the unit.

Compared are parameters with Keras' and PyTorch's own count and with published tables; multiply-adds with TensorFlow's
profiler, with what PyTorch counts, and with torchvision's notes; fields with the pixels that really reach a number
(``fields.py``) and with a published table (``published.py``). Faults that are planted must be named at their layer.
"""

import contextlib
import io
import json
import multiprocessing
import os
import re
import sys
import tempfile
import time
import warnings
from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path

import keras
import numpy as np
import onnx
from lxml import html

sys.path.insert(0, str(Path(__file__).parents[1]))
from fields import compare_keras, compare_onnx
from graphs import GRAPHS
from models import CASES
from planted import IN_KERAS, IN_ONNX
from products import counted_by_products
from profiler import counted_by_tensorflow
from published import FIELDS, PARAMETERS, SIDES, TORCHVISION

from cnnfigs.arithmetic.receptive import as_image
from cnnfigs.commands.app import main
from cnnfigs.commands.arguments import read_image
from cnnfigs.commands.explain import explain, fitted_image
from cnnfigs.data import FOLDER
from cnnfigs.models.archive import NotStaticError, described_archive
from cnnfigs.models.described import described
from cnnfigs.models.onnx_files import read_onnx
from cnnfigs.models.onnx_records import described_onnx
from cnnfigs.models.opening import opened
from cnnfigs.models.records import layer_outputs, layer_records
from cnnfigs.runs.own_model import ShownRange

PHOTO = FOLDER / "chelsea.png"
NUMBER = r"(-?\d[\d,]*(?:\.\d+)?)"
#: Seconds that one model may take.
LIMIT = 420
#: Files that exporters have written, and what PyTorch counted of each.
EXPORTED = Path(__file__).parents[1] / "models" / "exported"
TOLD = json.loads((EXPORTED / "told.json").read_text("utf-8"))
#: Numbers in a file that PyTorch does not count, see tests/models/test_exported.py.
WRITTEN_BESIDE = {"groups": 4}
#: Layers whose multiply-adds both count, and those that TensorFlow's counter does not know or counts otherwise.
COUNTED = {"Conv2D", "DepthwiseConv2D", "SeparableConv2D", "Dense"}
NOT_COUNTED = {"Conv1D", "Conv3D", "Conv2DTranspose", "MultiHeadAttention", "Matmul"}
#: Networks of keras.applications whose field is compared on a strip that is as long as the largest.
STRIPS = {"ResNet50": 32, "DenseNet121": 32, "Xception": 75, "MobileNetV2": 32}
#: Models that cannot be explained, and what must be said of them.
REFUSED = {
    "stateful": "layer 'goes_on' gives other numbers",
    "channels_first": "expected 'channels_last', got 'channels_first'",
}
#: Warnings that an expert shares, of models in which no fault was planted: how the model's name begins, the rule, why.
SHARED = (
    ("exported transposed", "checkerboard", "its window of 3 steps by 2"),
    ("kind applications", "weights-on-padding", "these images are smaller than those that the network is for"),
)


@dataclass
class Outcome:
    """What came of one model."""

    parameters: int | None = None
    #: For each quantity whether it is equal to the unit, and to what; empty where nothing counts it too.
    equal: dict[str, str] = field(default_factory=dict)
    told: str = ""
    wrong: list[str] = field(default_factory=list)
    #: Severity, rule, layer and message.
    findings: list[tuple[str, str, str, str]] = field(default_factory=list)

    def compare(self, quantity, ours, theirs, whose):
        """Hold a number against one that was counted elsewhere."""
        if ours == theirs:
            self.equal[quantity] = "="
        else:
            self.equal[quantity] = "no"
            self.wrong.append(f"{quantity}: {ours:,}, but {whose}: {theirs:,}")

    def compare_fields(self, compared):
        """Enter fields that were compared."""
        self.wrong += compared.wrong
        if compared.regions:
            self.equal["fields"] = "no" if compared.wrong else f"{compared.regions}/{compared.sizes} ="


# --- What a report says of a Keras model ------------------------------------------------------------------------------


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


def no_smaller(path, model):
    """Compare the sizes of fields with the pixels that the gradient of a number reaches, of any kind of input."""
    import tensorflow as tf

    flat = opened(model)
    if len(flat.inputs) != 1 or not flat.inputs[0].dtype.startswith("float") or len(flat.inputs[0].shape) < 3:
        return
    sizes, outputs = explain(path).fields.sizes, layer_outputs(flat)
    for name in [name for name in sizes if name in outputs][::3]:
        image = tf.cast(tf.random.uniform((1, *flat.inputs[0].shape[1:]), seed=3), flat.inputs[0].dtype)
        with tf.GradientTape() as tape:
            tape.watch(image)
            numbers = tf.reshape(keras.Model(flat.inputs, outputs[name])([image], training=False), [-1])
            number = numbers[len(numbers) // 2]
        gradient = tape.gradient(number, image)
        found = np.nonzero(np.asarray(gradient)[0]) if gradient is not None else [np.zeros(0)]
        if found[0].size and any(np.ptp(axis) + 1 > size for axis, size in zip(found, sizes[name], strict=False)):
            yield f"field of {name}: {sizes[name]}, but it reaches {[int(np.ptp(axis)) + 1 for axis in found]}"


def countable(told, model):
    """Say whether TensorFlow's profiler knows of all that is counted."""
    kinds = {layer["class"] for layer in told["layers"]}
    whole = set().union(*(operations(each) for each in model.layers))
    fixed = all(None not in tensor.shape[1:] for tensor in model.inputs)
    return fixed and kinds & COUNTED and not (told["totals"]["not_counted"] or kinds & NOT_COUNTED or "odd" in whole)


def operations(layer):
    """Say of a layer whether TensorFlow's counter knows it: not of groups, nor of holes."""
    if isinstance(layer, keras.Model):
        return set().union(*(operations(each) for each in layer.layers))
    grouped = getattr(layer, "groups", 1) not in (1, None) and hasattr(layer, "kernel_size")
    holes = any(each > 1 for each in getattr(layer, "dilation_rate", None) or ())
    quantised = getattr(layer, "quantization_mode", None)
    return {"odd" if grouped or holes or quantised else "plain"}


def check_static(path, model):
    """Compare what is read of the file as data with what Keras makes of it."""
    try:
        made, _ = described_archive(path)
    except NotStaticError as error:
        return f"Keras is needed: {error}", []
    expected = described(opened(model))
    same = plain(made.layers) == plain(expected.layers)
    return "", [] if same else ["read as data it has other layers than in Keras"]


def plain(layers):
    """Write records in one order, whichever of several calls of a layer is called the first."""

    def first(name):
        return (name or "").partition(" (call ")[0]

    def own(layer):
        inputs = tuple(map(first, layer.inputs))
        return replace(layer, name=first(layer.name), inputs=inputs, shares_weights_with=None)

    return sorted(map(repr, map(own, layers)))


# --- One model of each kind -------------------------------------------------------------------------------------------


def asked(folder, path, *words):
    """Run the command: its status, what it said of errors, and the data."""
    data, out, err = folder / "told.json", io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main(["explain", str(path), "--json", str(data), *map(str, words)])
    return status, err.getvalue().strip(), json.loads(data.read_text("utf-8")) if data.exists() else None


def enter(outcome, told):
    """Note what was found."""
    outcome.parameters = told["totals"]["parameters"]
    outcome.findings = [(each["severity"], each["rule"], each["layer"], each["message"]) for each in told["findings"]]


def of_kind(case, folder):
    """A Keras model of some kind, with an image where one can be shown."""
    outcome = Outcome()
    model = case.make()
    path = folder / "model.keras"
    model.save(path)
    status, said, told = asked(folder, path, "-o", folder / "report", *(["--image", PHOTO] if case.image else []))
    if status:
        expected = REFUSED.get(case.name)
        outcome.told = f"refused: {said.rpartition(': ')[2][:70]}"
        outcome.wrong += [] if expected and expected in said and said.count("\n") == 0 else [f"refused: {said}"]
        return outcome
    if case.name in REFUSED:
        outcome.wrong.append("is not refused")
    enter(outcome, told)
    report = html.document_fromstring((folder / "report" / "index.html").read_text("utf-8"))
    outcome.wrong += check(report, model, PHOTO if case.image else None)
    outcome.compare("parameters", told["totals"]["parameters"], model.count_params(), "Keras counts")
    if countable(told, model):
        counted = counted_by_tensorflow(model)
        outcome.compare("multiply-adds", told["totals"]["multiply_adds"], counted, "TensorFlow's profiler counts")
    elif not told["totals"]["not_counted"]:
        counted = counted_by_products(model)
        outcome.compare("multiply-adds", told["totals"]["multiply_adds"], counted, "products with ones are")
    compared = compare_keras(model)
    outcome.compare_fields(compared)
    if not compared.regions:
        outcome.wrong += no_smaller(path, model)
    needs, wrong = check_static(path, model)
    outcome.wrong += wrong
    left_out = [item.text_content() for item in report.xpath("//section[h2='What does not apply']//li")]
    outcome.told = "; ".join([needs or "read as data too", *left_out])
    return outcome


def of_applications(name, folder):
    """A network of keras.applications in its full size, from its file and without Keras."""
    outcome = Outcome()
    side = SIDES.get(name, 224)
    model = getattr(keras.applications, name)(weights=None, input_shape=(side, side, 3))
    path = folder / "model.keras"
    model.save(path)
    status, said, told = asked(folder, path, "-o", folder / "report")
    if status:
        return Outcome(wrong=[f"refused: {said}"])
    enter(outcome, told)
    outcome.told = f"{told['totals']['multiply_adds']:,} multiply-adds"
    if told["network"]["kind"] != "archive":
        outcome.wrong.append("it took Keras to read it")
    outcome.compare("parameters", told["totals"]["parameters"], model.count_params(), "Keras counts")
    outcome.compare("parameters", told["totals"]["parameters"], PARAMETERS[name], "published are")
    counted = counted_by_tensorflow(model)
    outcome.compare("multiply-adds", told["totals"]["multiply_adds"], counted, "TensorFlow's profiler counts")
    compare_published(outcome, name, explain(path))
    if name in STRIPS:
        narrow = STRIPS[name]
        small = getattr(keras.applications, name)(weights=None, include_top=False, input_shape=(side, side, 3))
        largest = max(size[0] for size in explain(path).fields.sizes.values())
        compared = compare_keras(small, (2 * (largest // 2) + 256, narrow, 3))
        outcome.compare_fields(compared)
        outcome.told += f"; on a strip {compared.regions} fields"
    return outcome


def compare_published(outcome, name, explained):
    """Compare fields with those that are published."""
    wanted, wrong = FIELDS.get(name, {}), []
    names = [layer.name for layer in explained.network.layers]
    for layer, (size, jump, padding) in wanted.items():
        # Of a node in ONNX the activation function is told with it.
        found = explained.fields.fields.get(layer if layer in names else f"{layer}.relu")
        if found is None or (found.size, found.jump) != ((size,) * 2, (jump,) * 2):
            wrong.append(f"field of {layer}: {found}, but published are size {size} and jump {jump}")
        elif padding is not None and found.start != (-padding,) * 2:
            wrong.append(f"start of {layer}: {found.start}, but published is a padding of {padding}")
    outcome.wrong += wrong
    if wanted:
        outcome.equal["fields"] = "no" if wrong else f"{len(wanted)} pub ="


def of_graphs(name, folder):
    """A graph in ONNX, of which numbers are published."""
    outcome = Outcome()
    path = folder / f"{name}.onnx"
    onnx.save(GRAPHS[name](), path)
    status, said, told = asked(folder, path, "-o", folder / "report")
    if status:
        return Outcome(wrong=[f"refused: {said}"])
    enter(outcome, told)
    work = told["totals"]["multiply_adds"]
    outcome.told = f"{work:,} multiply-adds"
    if name in TORCHVISION:
        parameters, giga = TORCHVISION[name]
        # Means and spreads of what was seen are no parameters in PyTorch.
        outcome.compare("parameters", told["totals"]["trainable_parameters"], parameters, "torchvision notes")
        outcome.compare("multiply-adds", round(work / 1e9, 3), giga, "torchvision notes, in thousand millions,")
    compare_published(outcome, name, explain(path))
    return outcome


def of_exporters(name, folder):
    """A file that an exporter has written."""
    outcome = Outcome()
    path = EXPORTED / f"{name}.onnx"
    network, exporter = name.split(".")
    status, said, told = asked(folder, path, "-o", folder / "report")
    if status:
        return Outcome(wrong=[f"refused: {said}"])
    enter(outcome, told)
    outcome.told = f"{told['totals']['multiply_adds']:,} multiply-adds"
    if exporter != "keras":
        counted = TOLD[network]
        weights = counted["trained"] + counted["not_trained"] + WRITTEN_BESIDE.get(network, 0)
        outcome.compare("parameters", told["totals"]["parameters"], weights, "PyTorch counts")
        outcome.compare("multiply-adds", told["totals"]["multiply_adds"], counted["multiply_adds"], "PyTorch counts")
    else:
        import keras_networks

        model = keras_networks.networks()[network]
        outcome.compare("parameters", told["totals"]["parameters"], model.count_params(), "Keras counts")
        if countable(told, model):
            counted = counted_by_tensorflow(model)
            outcome.compare("multiply-adds", told["totals"]["multiply_adds"], counted, "TensorFlow's profiler counts")
    proto = read_onnx(path)
    outcome.compare_fields(compare_onnx(proto, described_onnx(proto, name)))
    return outcome


def of_faults(case, folder):
    """A network with a planted fault."""
    maker, rule, layer, *more = case
    in_keras = not more
    path = folder / ("planted.keras" if in_keras else "planted.onnx")
    if in_keras:
        maker().save(path)
    else:
        onnx.save(more[0](), path)
    images = ("dead-channels", "duplicate-channels", "shift-sensitive", "saturated-answer")
    status, said, told = asked(folder, path, "-o", folder / "report", *(["--image", PHOTO] if rule in images else []))
    if status:
        return Outcome(wrong=[f"refused: {said}"])
    outcome = Outcome()
    enter(outcome, told)
    found = [(each["rule"], each["layer"]) for each in told["findings"]]
    outcome.equal["fault"] = "named" if (rule, layer) in found else "no"
    outcome.told = f"{rule} at {layer or 'the whole'}"
    if (rule, layer) not in found:
        outcome.wrong.append(f"{rule} at {layer} is not named, but {found}")
    return outcome


KINDS = {
    "kind": (of_kind, {case.name: case for case in CASES}),
    "keras.applications": (of_applications, {name: name for name in PARAMETERS}),
    "graph": (of_graphs, {name: name for name in GRAPHS}),
    "exported": (of_exporters, {path.stem: path.stem for path in sorted(EXPORTED.glob("*.onnx"))}),
    "fault in Keras": (of_faults, {f"{case[0].__name__} {case[1]}": case for case in IN_KERAS}),
    "fault in ONNX": (of_faults, {f"{case[0]} {case[1]}": case for case in IN_ONNX}),
}


# --- All of them ------------------------------------------------------------------------------------------------------


def work(kind, name, answers):
    """Explain one model in a process of its own; what libraries say there is left aside."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    warnings.simplefilter("ignore")
    sys.path.append(str(EXPORTED))
    keras.utils.set_random_seed(7)
    call, cases = KINDS[kind]
    with tempfile.TemporaryDirectory() as folder:
        try:
            outcome = call(cases[name], Path(folder))
        except Exception as error:  # whatever stops one is told, and the others go on
            outcome = Outcome(wrong=[f"{type(error).__name__}: {error}"])
    answers.send(outcome)


def in_process(kind, name):
    """Explain one model, and end what takes too long."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["keras", "onnx"])
    answers, sender = context.Pipe(duplex=False)
    process = context.Process(target=work, args=(kind, name, sender), daemon=True)
    process.start()
    sender.close()
    outcome = Outcome(wrong=[f"it takes longer than {LIMIT} s"])
    try:
        if answers.poll(LIMIT):
            outcome = answers.recv()
    except EOFError:
        outcome = Outcome(wrong=[f"its process ended with code {process.exitcode}"])
    process.kill()
    process.join()
    return outcome


QUANTITIES = ("parameters", "multiply-adds", "fields", "fault")


def print_row(label, outcome, seconds):
    counted = "" if outcome.parameters is None else f"{outcome.parameters:,}"
    marks = [outcome.equal.get(each, "") for each in QUANTITIES]
    amounts = [sum(each[0] == severity for each in outcome.findings) for severity in ("warning", "hint", "info")]
    print(
        f"{label:<58.58} {counted:>12} {marks[0]:>6} {marks[1]:>6} {marks[2]:>8} {marks[3]:>6} "
        f"{amounts[0]:>3} {amounts[1]:>3} {amounts[2]:>3} {seconds:5.0f}  {outcome.told[:110]}",
        flush=True,
    )
    for each in outcome.wrong:
        print(f"{'':<20} WRONG: {each[:500]}", flush=True)


def print_findings(found):
    """Print every warning and hint of models in which nothing was planted, for an expert to read."""
    for severity in ("warning", "hint"):
        rules = {rule: each for (kind, rule), each in found.items() if kind == severity}
        print(f"\n{severity}s where nothing was planted: {sum(map(len, rules.values()))}, of {len(rules)} rules")
        for rule, each in sorted(rules.items()):
            by_model = defaultdict(list)
            for label, layer, message in each:
                by_model[label].append((layer, message))
            print(f"  {rule}: {len(each)} in {len(by_model)} models")
            for label, places in by_model.items():
                layer, message = places[0]
                more = f" (and {len(places) - 1} more)" if len(places) > 1 else ""
                why = f" [shared: {shared(label, rule)}]" if severity == "warning" else ""
                print(f"    {label}: {layer or 'the whole'}: {message}{more}{why}")


def shared(label, rule):
    """Why an expert shares a warning; empty where none does."""
    return next((why for begin, each, why in SHARED if label.startswith(begin) and rule == each), "")


def run(words):
    """Explain all, print a row for each, and return how many were wrong."""
    chosen = [
        (kind, name, f"{kind} {name}")
        for kind, (_, cases) in KINDS.items()
        for name in cases
        if not words or any(word.lower() in f"{kind} {name}".lower() for word in words)
    ]
    bad, found = 0, defaultdict(list)
    compared, equal = dict.fromkeys(QUANTITIES, 0), dict.fromkeys(QUANTITIES, 0)
    print(
        f"{'model':<58} {'parameters':>12} {'param.':>6} {'m-adds':>6} {'fields':>8} {'fault':>6} "
        f"{'W':>3} {'H':>3} {'I':>3} {'s':>5}  what came of it"
    )
    for kind, name, label in chosen:
        begun = time.monotonic()
        outcome = in_process(kind, name)
        if not kind.startswith("fault"):
            for severity, rule, layer, message in outcome.findings:
                found[severity, rule].append((label, layer, message))
            warned = {rule for severity, rule, *_ in outcome.findings if severity == "warning"}
            outcome.wrong += [f"warns: {rule}" for rule in sorted(warned) if not shared(label, rule)]
        for quantity, mark in outcome.equal.items():
            compared[quantity] += 1
            equal[quantity] += mark != "no"
        bad += bool(outcome.wrong)
        print_row(label, outcome, time.monotonic() - begun)
    print_findings(found)
    told = ", ".join(f"{each} of {compared[each]}, {equal[each]} equal" for each in QUANTITIES[:3])
    print(f"\n{len(chosen)} models, {bad} with something wrong. Compared were {told};")
    print(f"planted faults named: {equal['fault']} of {compared['fault']}")
    return bad


if __name__ == "__main__":
    sys.exit(1 if run(sys.argv[1:]) else 0)
