"""Formulas as MathML: what comes out, and that a mistake fails the build with its place."""

import subprocess
from xml.etree import ElementTree

import pytest
from lxml import html
from sphinx_here import sphinx_build

from cnnfigs.sphinxext.site.maths import to_mathml

MATHML = "{http://www.w3.org/1998/Math/MathML}"

#: What the tutorial needs, or nearly.
FORMULAS = [
    r"n_\text{out} = \left\lfloor \frac{n + 2p - k}{s} \right\rfloor + 1",
    r"y_{i,j} = b + \sum_{u=0}^{k-1} \sum_{v=0}^{k-1} w_{u,v}\, x_{i+u,\,j+v}",
    r"\operatorname{softmax}(z)_i = \frac{e^{z_i}}{\sum_j e^{z_j}}",
    r"\mathrm{ReLU}(x) = \max(0, x)",
    r"\hat{p} \pm z \sqrt{\frac{\hat{p}(1 - \hat{p})}{n} + \frac{z^2}{4 n^2}}",
    r"\begin{bmatrix} 1 & 0 \\ 0 & -1 \end{bmatrix}",
    r"f(x) = \begin{cases} x & x > 0 \\ 0 & \text{otherwise} \end{cases}",
    r"\begin{aligned} r_l &= r_{l-1} + (k_l - 1) \prod_{i<l} s_i \\ r_0 &= 1 \end{aligned}",
    r"\underbrace{3 \cdot 3 \cdot 1}_{\text{kernel}} \cdot 32 + 32 = 320",
    r"\mathbf{x} \in \mathbb{R}^{h \times w \times c}, \quad \lVert \mathbf{x} \rVert_2 \le 1",
    r"\hat{y} = \argmax_k p_k \approx 99{,}1\,\%",
]


def tree(latex: str, display: bool = False) -> ElementTree.Element:
    return ElementTree.fromstring(to_mathml(latex, display=display))


def texts(element: ElementTree.Element, tag: str) -> list[str | None]:
    return [part.text for part in element.iter(MATHML + tag)]


@pytest.mark.parametrize("latex", FORMULAS)
def test_formulas_become_well_formed_mathml_without_a_trace_of_latex(latex):
    math = tree(latex, display=True)
    assert math.tag == MATHML + "math"
    assert math.get("display") == "block"
    written = "".join(math.itertext())
    assert not set(written) & set("\\{}&") - set("{" if "cases" in latex else "")
    assert all(part.tag.startswith(MATHML) and "style" not in part.attrib for part in math.iter())


def test_a_formula_within_a_line_is_no_block():
    assert tree("x").get("display") is None


def test_structure_of_a_fraction_with_sums():
    math = tree(r"\frac{e^{z_i}}{\sum_j e^{z_j}}", display=True)
    numerator, denominator = math.find(f".//{MATHML}mfrac")
    assert texts(numerator, "mi") == ["e", "z", "i"]
    assert texts(denominator, "mo") == ["∑"]
    assert texts(denominator, "mi") == ["j", "e", "z", "j"]


def test_brackets_after_left_stretch_and_others_do_not():
    assert [part.get("stretchy") for part in tree(r"\left( x \right)").iter(MATHML + "mo")] == ["true", "true"]
    assert [part.get("stretchy") for part in tree(r"( \lfloor x \rfloor )").iter(MATHML + "mo")] == ["false"] * 4


def test_signs_are_operators_and_names_are_one_name():
    math = tree(r"\mathrm{ReLU}(x) \pm 1")
    assert "±" in texts(math, "mo")
    assert "ReLU" in texts(math, "mi")


def test_names_stand_close_to_their_bracket_and_off_a_letter():
    spaces = [
        (part.get("lspace"), part.get("rspace"))
        for part in tree(r"2 \log x + \max(0, x)").iter(MATHML + "mo")
        if part.text in ("log", "max")
    ]
    # TeXbook, chapter 18: a thin space beside an ordinary symbol, none before an opening bracket.
    assert spaces == [("0.1667em", "0.1667em"), ("0", "0")]


def test_a_comma_in_braces_takes_no_space():
    (comma,) = tree("104{,}202").iter(MATHML + "mo")
    assert (comma.text, comma.get("lspace"), comma.get("rspace")) == (",", "0", "0")


def test_a_matrix_has_its_brackets_to_itself():
    math = tree(r"\begin{pmatrix} 1 \\ 2 \\ 3 \end{pmatrix} \begin{pmatrix} 1 \\ 2 \end{pmatrix}")
    rows = [row for row in math.iter(MATHML + "mrow") if row.find(MATHML + "mtable") is not None]
    assert [[part.tag for part in row] for row in rows] == [[MATHML + tag for tag in ("mo", "mtable", "mo")]] * 2


@pytest.mark.parametrize(
    ("latex", "problem"),
    [
        (r"\foo x", r"unknown command \foo in the formula \foo x"),
        (r"\left\foo x \right)", r"unknown command \foo "),
        (r"\mathfoo{x}", r"unknown command \mathfoo "),
        (r"\text{one \foo two}", r"unknown command \foo "),
        (r"\textsc{x}", r"unknown command \textsc "),
        (r"\style{color:red}{x}", r"unknown command \style "),
        (r"\label{x}", r"unknown command \label "),
        (r"\begin{foo} x \end{foo}", "unknown environment foo (there are aligned, "),
        # These number themselves, from 1 in each formula: Sphinx numbers, by label.
        (r"\begin{align} x \end{align}", "unknown environment align "),
        (r"\frac{1}", "a missing argument in "),
        ("x_", "missing super script or subscript in "),
        ("{x", "braces that do not pair in "),
        (r"\left( x", "extra left or missing right in "),
        ("a & b", "& outside of an environment "),
        (r"a \\ b", r"\\ outside of an environment "),
        (r"\boldsymbol{x}", "a bold italic, "),
    ],
)
def test_a_mistake_is_refused_in_one_line_that_quotes_it(latex, problem):
    with pytest.raises(ValueError, match=r"\A[^\n]*\Z") as error:
        to_mathml(latex)
    assert str(error.value).startswith(problem)
    assert str(error.value).endswith(f"in the formula {latex}")


def build(folder, page: str) -> subprocess.CompletedProcess[str]:
    (folder / "conf.py").write_text(
        'extensions = ["myst_parser", "cnnfigs.sphinxext.site.maths"]\n'
        'myst_enable_extensions = ["dollarmath"]\n'
        'html_math_renderer = "mathml"\nnumfig = True\n'
    )
    (folder / "index.md").write_text(page, encoding="utf-8")
    return sphinx_build(folder, "-q", "-W", "--keep-going", ".", "site")


def test_equations_keep_their_numbers_and_references(tmp_path):
    built = build(tmp_path, "# Page\n\nSee {eq}`second`.\n\n$$a$$ (first)\n\n$$b$$ (second)\n\n$$c$$\n")
    assert built.stderr == ""
    page = html.parse(tmp_path / "site/index.html").getroot()
    assert [number.text for number in page.find_class("eqno")] == ["(1)", "(2)"]
    (reference,) = page.xpath("//a[contains(@class, 'reference') and starts-with(@href, '#equation')]")
    target = page.get_element_by_id(reference.get("href")[1:])
    assert reference.text_content() == "(2)"
    assert target.xpath("string(.//*[local-name()='mi'])") == "b"
    assert not page.xpath("//script[contains(@src, 'mathjax')]")


def test_an_unknown_command_fails_the_build_with_page_and_line(tmp_path):
    built = build(tmp_path, "# Page\n\nWords.\n\nMore words with $\\foo$ in them.\n\n$$\n\\bar{x} + \\baz\n$$\n")
    assert built.returncode != 0
    page = tmp_path / "index.md"
    assert f"{page}:5: WARNING: unknown command \\foo in the formula \\foo" in built.stderr
    assert f"{page}:7: WARNING: unknown command \\baz in the formula \\bar{{x}} + \\baz" in built.stderr
