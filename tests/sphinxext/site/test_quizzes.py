"""Links to quiz files, on a small site: those that have been made, and none when there are none."""

from lxml import html
from sphinx_here import sphinx_build

CONFIGURATION = 'project = "P"\nextensions = ["myst_parser", "cnnfigs.sphinxext.site.quizzes"]\nhtml_theme = "furo"\n'
PAGE = "# Contents\n\n```{quizzes}\nTake one:\n```\n"


def test_files_are_offered_once_they_are_made_and_no_longer_when_they_are_gone(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/index.md").write_text(PAGE)
    (tmp_path / "conf.py").write_text(CONFIGURATION)

    def offered():
        built = sphinx_build(tmp_path, "-q", "-c", ".", "-b", "html", "-d", "doctrees", "docs", "site")
        assert (built.returncode, built.stderr) == (0, "")
        page = html.parse(tmp_path / "site/index.html").getroot()
        files = {path.relative_to(tmp_path / "site").as_posix() for path in (tmp_path / "site/kit").glob("*")}
        assert {*page.xpath("//a[@download]/@href")} == files
        assert ("Take one:" in page.text_content()) == bool(files)
        return files

    assert offered() == set()
    (tmp_path / "kit").mkdir()
    (tmp_path / "kit/quiz-gift.txt").write_text("::A::B{=C}\n")
    (tmp_path / "kit/README.txt").write_text("Not this.\n")
    assert offered() == {"kit/quiz-gift.txt"}
    (tmp_path / "kit/quiz-gift.txt").unlink()
    assert offered() == set()
