"""Files that would harm whoever opens them, made here: models by their zip file, weights or configuration; pictures."""

import io
import json
import struct
import zipfile
import zlib

import h5py
import numpy as np
from PIL import Image

#: Control characters, a line break, and what turns the direction of writing.
RAW = "\x1b[31mred\x07\nline\x9b2J\u202eback\u2066\u200b\x7f\r\x00"
LONG = "n" * 1_000_000


def layer(kind, name, module="keras.layers", **config):
    return {"module": module, "class_name": kind, "config": {"name": name, **config}, "registered_name": None}


def start(*shape, name="start"):
    return layer("InputLayer", name, batch_shape=[None, *shape], dtype="float32")


def sequential(*layers, name="small"):
    return layer("Sequential", name, "keras", layers=list(layers))


def tensor(name, *shape):
    return {
        "class_name": "__keras_tensor__",
        "config": {"shape": [None, *shape], "dtype": "float32", "keras_history": [name, 0, 0]},
    }


def called(made, *inputs):
    """A layer of a functional model, called on tensors."""
    nodes = [{"args": list(inputs), "kwargs": {}}] if inputs else []
    return {**made, "name": made["config"]["name"], "inbound_nodes": nodes}


def functional(name, layers, outputs):
    begin = layers[0]["name"]
    return layer(
        "Functional",
        name,
        "keras.src.models.functional",
        layers=layers,
        input_layers=[[begin, 0, 0]],
        output_layers=[[outputs, 0, 0]],
    )


def small(**changes):
    """A model that is in order; changes replace what its Dense layer says."""
    dense = {"units": 3, "activation": "softmax", **changes}
    return sequential(start(8, 8, 1), layer("Flatten", "flat"), layer("Dense", "answer", **dense))


def weights(fill=0.01, shape=(64, 3)):
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file["layers/dense/vars/0"] = np.full(shape, fill, np.float32)
        file["layers/dense/vars/1"] = np.zeros(shape[-1:], np.float32)
    return buffer.getvalue()


def held(**shapes):
    """Weights of ones, by their paths."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        for path, shape in shapes.items():
            file[path] = np.ones(shape, np.float32)
    return buffer.getvalue()


def packed(configuration, content=None, method=zipfile.ZIP_STORED, version="3.15.0", more=()):
    """A .keras file."""
    told = configuration if isinstance(configuration, str | bytes) else json.dumps(configuration)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": version}))
        archive.writestr("config.json", told)
        archive.writestr("model.weights.h5", weights() if content is None else content)
        for name, text in more:
            archive.writestr(name, text)
    return buffer.getvalue()


def restated(content, name, field, value, method="<I"):
    """A zip file of which both headers of one member say something else."""
    content = bytearray(content)
    for signature, place, length in ((b"PK\3\4", field, 30), (b"PK\1\2", field + 2, 46)):
        at = -1
        while (at := content.find(signature, at + 1)) >= 0:
            if content[at + length : at + length + len(name)] == name.encode():
                struct.pack_into(method, content, at + place, value)
    return bytes(content)


#: Where a zip file's header of a member says what.
FLAGS, METHOD, CHECK, PACKED, SIZE = 6, 8, 14, 18, 22


def zips():
    """Zip files: name to content."""
    good = packed(small())
    spaces = b" " * 150_000_000
    bomb = packed(small(), spaces, zipfile.ZIP_DEFLATED)
    yield "no bytes", b""
    yield "text", b"no model"
    for cut in (1, 20, 400, len(good) // 2, len(good) - 30, len(good) - 1):
        yield f"cut at {cut}", good[:cut]
    for first in range(0, len(good) // 2, len(good) // 12):
        yield f"other bytes from {first}", good[:first] + b"x" * 200 + good[first + 200 :]
    yield "a bomb as weights", bomb
    yield "a bomb beside", packed(small(), method=zipfile.ZIP_DEFLATED, more=[("assets/many.txt", spaces)])
    parts = [(f"assets/{each}.txt", spaces[:20_000_000]) for each in range(6)]
    yield "a bomb in parts", packed(small(), method=zipfile.ZIP_DEFLATED, more=parts)
    yield "a bomb as configuration", packed(spaces[:40_000_000], method=zipfile.ZIP_DEFLATED)
    yield "a large configuration", packed(json.dumps(small()) + " " * 10_000_000)
    for name, content in (("model.weights.h5", bomb), ("config.json", packed(spaces, method=zipfile.ZIP_DEFLATED))):
        small_one = restated(content, name, SIZE, 5000)
        yield f"a bomb that says it is small as {name}", restated(small_one, name, CHECK, zlib.crc32(spaces[:5000]))
    yield (
        "weights that say they are smaller",
        restated(packed(small(), method=zipfile.ZIP_DEFLATED), "model.weights.h5", SIZE, 500),
    )
    for name in ("config.json", "model.weights.h5"):
        yield f"{name} says 4 GB", restated(good, name, SIZE, 0xFFFFFFF0)
        yield f"{name} says 50 MB", restated(good, name, SIZE, 50_000_000)
        yield f"{name} with another check", restated(good, name, CHECK, 7)
        yield f"{name} with a lock", restated(good, name, FLAGS, 1, "<H")
        yield f"{name} packed as nobody does", restated(good, name, METHOD, 99, "<H")
    yield "packed as bz2", packed(small(), method=zipfile.ZIP_BZIP2)
    yield "packed as lzma", packed(small(), method=zipfile.ZIP_LZMA)
    yield "weights missing", good.replace(b"model.weights.h5", b"model.waights.h5")
    yield "configuration missing", good.replace(b"config.json", b"confug.json")
    yield "HDF5", weights()
    extra = [("assets/a.txt", "a"), ("assets/b.txt", "b" * 100)]
    yield "a broken thing beside", restated(packed(small(), more=extra), "assets/b.txt", CHECK, 7)


def written(make):
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file["layers/dense/vars/1"] = np.zeros(3, np.float32)
        make(file)
    return packed(small(), buffer.getvalue())


AT = "layers/dense/vars/0"


def huge(file, shape, **form):
    file.create_dataset(AT, shape, "f4", **form)


def weights_before():
    """Files of weights that are refused before Keras is asked: name to content."""
    good = weights()
    yield "weights are text", packed(small(), b"no weights")
    yield "weights are empty", packed(small(), b"")
    yield "weights are cut", packed(small(), good[: len(good) // 2])
    yield "weights end early", packed(small(), good[:-100])
    yield "a terabyte that is not there", written(lambda file: huge(file, (10**6, 10**6), chunks=(1000, 1000)))
    yield "three gigabytes, not there", written(lambda file: huge(file, (750_000_000,), chunks=(10_000_000,)))
    yield "packed arrays", written(lambda file: huge(file, (750_000_000,), chunks=(10_000_000,), compression="gzip"))


def weights_by_keras():
    """Files of weights that Keras has to refuse: name to content."""
    yield "weights without content", packed(small(), held())
    yield "another shape", packed(small(), weights(shape=(5, 7)))
    yield "words", written(lambda file: file.create_dataset(AT, data=[b"word"] * 3))
    yield "a link to another file", written(lambda file: file.__setitem__(AT, h5py.ExternalLink("/etc/passwd", "/x")))
    yield "a link to nothing", written(lambda file: file.__setitem__(AT, h5py.SoftLink("/nowhere")))
    yield "a loop", written(lambda file: file.__setitem__(AT, file["layers"]))
    yield "stored in another file", written(lambda file: huge(file, (64, 3), external=[("/etc/passwd", 0, 768)]))
    layout = h5py.VirtualLayout((64, 3), "f4")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", (64, 3))
    yield "from elsewhere", written(lambda file: file.create_virtual_dataset(AT, layout))
    yield "a group for numbers", written(lambda file: file.create_group(AT))


def nested(depth):
    """A model that calls the one inside of it twice, and so on: few words, many calls."""
    inner = functional(
        "m0", [called(start(4)), called(layer("Activation", "a", activation="relu"), tensor("start", 4))], "a"
    )
    for number in range(1, depth):
        one = called(inner, tensor("start", 4))
        one["inbound_nodes"].append({"args": [tensor(inner["config"]["name"], 4)], "kwargs": {}})
        name = inner["config"]["name"]
        inner = functional(f"m{number}", [called(start(4)), one], name)
        inner["config"]["output_layers"] = [[name, 1, 0]]
    return inner


def not_ours(kind, module="keras.layers", config=None, registered=None):
    """A model whose last layer is of some class."""
    last = {"module": module, "class_name": kind, "config": config or {"name": "last"}, "registered_name": registered}
    return sequential(start(8, 8, 1), last)


def known_before():
    """Configurations that are refused before Keras is asked: name to content."""
    yield "no JSON", "{"
    for name, told in (("a list", []), ("a number", 7), ("nothing", None), ("a text", '"model"'), ("empty", {})):
        yield f"it is {name}", told
    yield "brackets", "[" * 5_000 + "]" * 5_000
    yield "many brackets", "[" * 1_000_000
    yield "nested objects", '{"config":' * 5_000 + "1" + "}" * 5_000
    yield "nested 400 deep", '{"class_name": "Dense", "config": {"x":' * 200 + "1" + "}}" * 200
    yield "a number of digits", f'{{"units": {"9" * 10_000}}}'
    yield "not UTF-8", b'{"class_name": "\xff\xfe"}'
    for kind in ("Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer", "__lambda__"):
        yield f"a {kind}", not_ours(kind)
        yield f"a layers.{kind}", not_ours(f"layers.{kind}", "keras")
    yield "a Lambda registered", not_ours("Dense", registered="keras>Lambda")
    yield "a Lambda far inside", not_ours("src.layers.core.lambda_layer.Lambda", "keras")
    relu = {"module": "keras.ops", "class_name": "function", "config": "relu", "registered_name": "relu"}
    yield "a Lambda of Keras' own function", not_ours("layers.Lambda", "keras", {"name": "last", "function": relu})
    for module, kind in (("os", "system"), ("subprocess", "Popen"), ("builtins", "exec"), ("pickle", "loads")):
        yield f"{module}.{kind}", not_ours(kind, module)
        function = {"module": module, "class_name": "function", "config": kind, "registered_name": kind}
        if module != "builtins":
            yield f"the function {module}.{kind}", small(activation=function)
    yield "Popen as one of ours", not_ours("Popen", "subprocess", registered="cnnfigs>Popen")
    yield "unknown as one of ours", not_ours("Gate", "cnnfigs", registered="cnnfigs>Gate")
    yield "no module", not_ours("Dense", None)
    yield "a module of numbers", not_ours("Dense", [1, 2])
    yield "a class with raw characters", not_ours(f"Den{RAW}se", "mine")
    yield "a class of a million letters", not_ours(LONG, "mine")
    yield "a layer's name with raw characters", not_ours("Gate", "mine", {"name": f"gate{RAW}"})
    yield "a layer's name of a million letters", not_ours("Gate", "mine", {"name": LONG})
    yield "half a character", not_ours("Gate\ud800", "mine", {"name": "\udfff"})
    constant = {"class_name": "__numpy__", "config": {"value": 5, "dtype": "<U1000000000"}}
    yield "one word of 4 GB", layer("Rescaling", "r", scale=constant)
    yield "a thousand million calls", nested(30)
    yield "very many layers", sequential(start(4), *(layer("Identity", f"i{n}") for n in range(45_000)))


def known_by_keras():
    """Configurations that Keras or the model's first pass has to refuse: name to content."""
    yield "a class that is a number", not_ours(5)
    yield "no model but a layer", layer("Dense", "d", units=3)
    yield "an unknown layer", not_ours("Nothing")
    yield "a layer with raw characters", not_ours(f"Unkn{RAW}own")
    yield "a layer of a million letters", not_ours(LONG)
    yield (
        "a file for words",
        sequential(
            layer("InputLayer", "words", batch_shape=[None, 1], dtype="string"),
            layer("StringLookup", "lookup", vocabulary="/etc/passwd"),
        ),
    )
    get = {"module": "keras.utils", "class_name": "function", "config": "get_file", "registered_name": "get_file"}
    yield "a function that fetches", small(activation=get)
    load = {"module": "keras.saving", "class_name": "function", "config": "load_model", "registered_name": "load_model"}
    yield "a function that loads", small(activation=load)
    for units in (10**6, 10**8, 10**12, -3, 0, 2.5, "many", None, [3]):
        yield f"{units!r} units", small(units=units)
    yield "an activation with raw characters", small(activation=f"re{RAW}lu")
    yield "an activation of a million letters", small(activation=LONG)
    yield "a kind of number with raw characters", small(dtype=f"float{RAW}")
    yield "a word of Keras' with raw characters", small(**{f"wo{RAW}rd": 1})
    image = start(8, 8, 1)
    yield "many filters", sequential(image, layer("Conv2D", "c", filters=10**8, kernel_size=3))
    yield "a large kernel", sequential(image, layer("Conv2D", "c", filters=1, kernel_size=30_000, padding="same"))
    yield "many words", sequential(start(4), layer("Embedding", "e", input_dim=10**9, output_dim=64))
    yield (
        "large weights in a layer inside",
        sequential(start(4, 4), layer("TimeDistributed", "t", layer=layer("Dense", "d", units=10**9))),
    )
    flat = layer("Flatten", "f")
    yield "a large input", sequential(start(100_000, 100_000, 3), flat)
    yield "a long input", sequential(start(10**9), layer("Activation", "a", activation="relu"))
    batch = layer("InputLayer", "b", batch_shape=[10**9, 4], dtype="float32")
    yield "many at a time", sequential(batch, layer("Activation", "a", activation="relu"))
    yield "made larger", sequential(image, layer("UpSampling2D", "u", size=100_000))
    yield "padded", sequential(image, layer("ZeroPadding2D", "z", padding=100_000))
    yield "repeated", sequential(start(8), layer("RepeatVector", "r", n=10**9))
    yield "resized", sequential(image, layer("Resizing", "r", height=10**6, width=10**6))
    yield "large windows", sequential(start(9000, 9000, 1), layer("MaxPooling2D", "m", pool_size=5000, strides=1))
    cell = held(
        **{f"layers/simple_rnn/cell/vars/{number}": shape for number, shape in enumerate([(1, 1), (1, 1), (1,)])}
    )
    yield "many steps", packed(sequential(start(10**7, 1), layer("SimpleRNN", "r", units=1)), cell)
    yield (
        "each with each",
        functional(
            "a",
            [called(start(100_000, 1)), called(layer("Attention", "at"), [tensor("start", 100_000, 1)] * 2)],
            "at",
        ),
    )
    yield "no size", sequential(start(0, 0, 1), flat)
    yield "a size below none", sequential(start(-4, 8, 1), flat)
    yield "no layers", sequential()
    yield (
        "two layers of one name",
        functional("f", [called(start(4)), called(flat, tensor("start", 4)), called(flat)], "f"),
    )
    yield (
        "a circle",
        functional(
            "f", [called(start(4)), called(flat, tensor("g", 4)), called(layer("Flatten", "g"), tensor("f", 4))], "g"
        ),
    )
    yield "an output that is not there", functional("f", [called(start(4)), called(flat, tensor("start", 4))], "none")
    yield "nested 12 deep", sequential_inside(12)
    yield "half a character in a name", convolutional("\ud83d")
    yield "a version with raw characters", packed(small(units=4), version=RAW)


def sequential_inside(depth):
    """Sequential models in one another, the innermost of them without layers."""
    inner = sequential(name="m0")
    for number in range(1, depth):
        inner = sequential(start(4), inner, name=f"m{number}")
    return inner


def pictures():
    """Pictures: name to content."""
    cat = np.random.default_rng(0).integers(0, 255, (20, 30, 3), np.uint8)

    def saved(image, form, **how):
        buffer = io.BytesIO()
        image.save(buffer, form, **how)
        return buffer.getvalue()

    good = {form: saved(Image.fromarray(cat), form) for form in ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM")}
    yield "nothing.png", b""
    yield "text.png", b"no picture"
    yield "large.png", png(13_000, 13_000)
    yield "huge.png", png(60_000, 60_000, 0)
    yield "endless.png", png(2**31 - 1, 2**31 - 1, 0)
    yield "narrow.png", png(1, 60_000_000, 0)
    yield "none.png", png(0, 0, 0)
    text = zlib.compress(b"x" * 100_000_000)
    yield "words.png", good["PNG"][:33] + chunk(b"zTXt", b"a\0\0" + text) + good["PNG"][33:]
    yield "profile.png", good["PNG"][:33] + chunk(b"iCCP", b"a\0\0" + text) + good["PNG"][33:]
    for form, content in good.items():
        yield f"cut.{form.lower()}", content[: len(content) // 3]
        yield f"short.{form.lower()}", content[:12]
    yield "check.png", good["PNG"].replace(b"IDAT", b"IDAQ")
    yield "large.gif", b"GIF89a" + struct.pack("<HH", 65_535, 65_535) + good["GIF"][10:]
    yield "large.bmp", good["BMP"][:18] + struct.pack("<ii", 100_000, 100_000) + good["BMP"][26:]
    yield "large.ppm", b"P6 100000 100000 255\n" + bytes(10)
    yield "words.ppm", b"P3 7000 7000 255\n" + b"1 " * 100
    at = good["JPEG"].index(b"\xff\xc0")
    yield "large.jpeg", good["JPEG"][: at + 5] + struct.pack(">HH", 65_000, 65_000) + good["JPEG"][at + 9 :]
    yield "numbers.tiff", saved(Image.fromarray(np.ones((4, 4), np.float32)), "TIFF")
    yield "whole.tiff", saved(Image.fromarray(np.ones((4, 4), np.int32)), "TIFF")
    yield "program.eps", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(beside) (w) file\nshowpage\n"
    yield "program.png", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(beside) (w) file\nshowpage\n"
    yield "script.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    yield "archive.png", packed(small())
    yield "other.psd", b"8BPS" + bytes(60)
    yield f"na\x1b[31mme{RAW[:6]}\u202e.png", b"no picture"


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width, height, rows=None):
    """A PNG of one color, or with only so many rows."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    rows = height if rows is None else rows
    return (
        b"\x89PNG\r\n\x1a\n"
        + head
        + chunk(b"IDAT", zlib.compress(bytes((width // 8 + 1) * rows)))
        + chunk(b"IEND", b"")
    )


def convolutional(name, suffix=""):
    """A model whose names all begin alike."""
    conv = layer("Conv2D", f"{name}1{suffix}", filters=2, kernel_size=3)
    dense = layer("Dense", f"{name}3{suffix}", units=3, activation="softmax")
    layers = [start(8, 8, 1, name=f"{name}0{suffix}"), conv, layer("Flatten", f"{name}2{suffix}"), dense]
    shapes = {"conv2d/vars/0": (3, 3, 1, 2), "conv2d/vars/1": 2, "dense/vars/0": (72, 3), "dense/vars/1": 3}
    content = held(**{f"layers/{path}": shape for path, shape in shapes.items()})
    return packed(sequential(*layers, name=f"{name}{suffix}"), content)


def accepted():
    """Models that are opened, with names that must not come out as they are: name to content."""
    yield "raw names", convolutional(f"la{RAW}yer<script>alert(1)")
    yield "names of a million letters", convolutional(LONG)
    yield "names that differ in the middle", convolutional("n" * 100, "n" * 100)
    yield "no numbers", packed(small(), weights(np.nan))
    one = np.full((64, 3), 0.01)
    one[0, 0] = np.nan
    yield "no numbers in one place", packed(small(activation="linear"), weights(one))
    yield "without end", packed(small(), weights(np.inf))
    beside = [("../../beside", "out"), ("/beside", "out"), ("..\\beside", "out"), ("assets/x", "in")]
    yield "things beside", packed(small(), more=beside)
