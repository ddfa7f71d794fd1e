"""What whoever operates an explorer by keyboard hears of it: every sentence, in order. Drawing: test_drawing.py."""

import re

import pytest

#: By explorer: settings, what has the focus at first (a role and a name), and keys, each with what is heard after it.
RUNS = {
    "convolution": (
        "picture=ink&size=5&kernel=ones",
        ("gridcell", r"row 1, column 1: [2-9]"),  # of the output; the input has 0 and 1
        [
            ("ArrowRight", [r"row 1, column 2: (\d) = 1 × 1( \+ 1 × 1)*(; \d more products? (is|are) 0)?"]),
            ("ArrowLeft", [r"row 1, column 1: \d = .*"]),
            ("Shift+Tab", []),  # to the weights, of which the reader hears the name
            ("ArrowDown", []),
            ("ArrowRight", []),
            ("2", [r"row 1, column 1: \d = .*1 × 2.*"]),  # the one in the middle is 2 now
            ("Backspace", []),
            ("x", []),
            ("Tab", [r"Weight: expected a number such as −1, 0\.5 or 1/9, got “x”\. It is 2 again\."]),
        ],
    ),
    "pooling": (
        "",
        ("button", "Move the digit right"),
        [
            ("Enter", [r"row 1, column 1: [\d.]+ is the largest of ([\d.]+, ){3}[\d.]+"]),
            ("Enter", [r"row 1, column 1: .*"]),
        ],
    ),
    "receptive-field": (
        "layers=c3,c3d4",
        ("radio", "2 convolution 3×3, dilation 4"),
        [
            ("ArrowUp", [r"layer 1, unit in row 13, column 13 of 26×26: sees rows 13 to 15 and columns 13 to 15"]),
            (
                "ArrowDown",
                [
                    r"layer 2, unit in row 9, column 9 of 18×18: sees rows 9 to 19 and columns 9 to 19; "
                    r"between them are gaps: it reads 81 pixels"
                ],
            ),
        ],
    ),
    "hierarchy": (
        "",
        ("slider", "Depth, from the photo to the answer"),
        [
            (
                "ArrowRight",
                [r"Unit 0: map \d+ of block 12 \(in Keras block_12_expand_relu\), row \d+, column \d+\. It sees .*"],
            ),
            ("ArrowLeft", [r"Unit 0: map \d+ of block 8 .*"]),
        ],
    ),
    "peephole": (
        "",
        ("button", "3"),
        [
            ("3", [r"(Right|No): it was \d\. Move the hole of 3×3 pixels over the digit, and then say which it is\."]),
            ("Enter", [r"(Right|No): it was \d\. Move the hole of \d+×\d+ pixels .*"]),
        ],
    ),
    "design": (
        "blocks=8k3p",
        ("button", "Add a block"),
        [
            ("Enter", [r"In all [\d,]+ parameters, [\d,]+ multiply-adds\. Of 10,000 test digits, it reads .*\)\."]),
            ("Enter", [r"In all [\d,]+ parameters, [\d,]+ multiply-adds\. Of 10,000 test digits, it reads .*\)\."]),
            ("Tab", []),
            ("Enter", [r"In all .*"]),
        ],
    ),
    "break": (
        "",
        ("gridcell", "filter 0"),
        [
            ("ArrowRight", ["Filter 1 of conv2d_1"]),
            ("Enter", ["Filter 1 of conv2d_1, out", r"223 of 224 filters left\."]),
            ("ArrowLeft", ["Filter 0 of conv2d_1"]),
        ],
    ),
    "digit": (
        "unit=conv2d_2,12,3,4",
        ("gridcell", "conv2d_2, map 12"),
        [
            ("ArrowRight", [r"conv2d_2, map 13, row \d+, column \d+: ReLU\(.*\) = [\d.]+\. It sees 8×8 pixels\."]),
            ("ArrowLeft", [r"conv2d_2, map 12, row \d+, column \d+: .*"]),
        ],
    ),
}


@pytest.mark.parametrize("name", RUNS)
def test_what_is_heard_by_keyboard(open_explorer, name):
    settings, (role, label), keys = RUNS[name]
    opened = open_explorer(name, settings)
    control = opened.element.get_by_role(
        role, name=re.compile(f"^{label}" if role == "gridcell" else f"^{re.escape(label)}$")
    )
    control.first.focus()
    opened.listen()
    for key, patterns in keys:
        opened.page.keyboard.press(key)
        heard = opened.heard
        assert len(heard) == len(patterns), (key, heard)
        for pattern, sentence in zip(patterns, heard, strict=True):
            assert re.fullmatch(pattern, sentence), (key, sentence)
