"""A small site, built by Sphinx: no line ends between a number and its percent sign."""

from lxml import html
from sphinx_here import sphinx_build

PAGE = """# 99 % is not certainty

Prose says 95 % and *18.2%*, code `7 % 2` and `50%`, mathematics $7 \\% 2$; % is a sign, and 20%25 an address.

- Of 40 % and
  more.
"""


def test_the_sign_is_kept_at_its_number_in_words_and_not_in_code(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/index.md").write_text(PAGE, encoding="utf-8")
    (tmp_path / "conf.py").write_text(
        'extensions = ["myst_parser", "cnnfigs.sphinxext.site.percents"]\n'
        'myst_enable_extensions = ["dollarmath"]\nhtml_math_renderer = "mathjax"\n'
    )
    done = sphinx_build(tmp_path, "-q", "-W", "-c", ".", "docs", "site")
    assert done.returncode == 0, done.stderr
    page = html.parse(tmp_path / "site/index.html").getroot()
    body = page.xpath("//div[@role='main' or @class='body']")[0]
    words = " ".join(body.text_content().replace("\N{NO-BREAK SPACE}", "~").split())
    assert "99~% is not certainty" in words
    assert "Prose says 95~% and 18.2~%, code 7 % 2 and 50%, mathematics" in words
    assert "% is a sign, and 20%25 an address" in words
    assert "Of 40~% and more" in words
