"""What the tests of the command line share."""

import re

import pytest
from lxml import html

from cnnfigs.commands.app import main


@pytest.fixture
def cnnfigs(capfd, tmp_path, monkeypatch):
    """Run the command line in an empty folder: returns exit status, standard output and standard error."""
    monkeypatch.chdir(tmp_path)

    def run(*words):
        capfd.readouterr()  # what a library has said of what the test itself did before
        status = main([str(word) for word in words])
        said = capfd.readouterr()
        return status, said.out, said.err

    return run


@pytest.fixture
def refused(cnnfigs):
    """Run the command line, expect one line and status 2, and return the line."""

    def run(*words):
        status, out, err = cnnfigs(*words)
        assert status == 2, out + err
        assert out == ""
        assert err.startswith("cnnfigs: ")
        assert err.count("\n") == 1, err
        return err.removeprefix("cnnfigs: ").rstrip("\n")

    return run


class Report:
    """A report, parsed."""

    def __init__(self, path):
        self.text = path.read_text("utf-8")
        self.page = html.document_fromstring(self.text)
        self.sections = {section.findtext("h2"): section for section in self.page.iter("section")}
        self.left_out = {
            item.findtext("strong"): item.text_content().partition(": ")[2]
            for item in self.page.xpath("//section[h2='What does not apply']//li")
        }

    def cells(self):
        """The layers: name to its row, by the headings of the table."""
        head = [cell.text_content() for cell in self.sections["Layers"].xpath(".//thead//th")]
        return {name: dict(zip(head, row, strict=True)) for name, row in self.rows().items()}

    def rows(self):
        """The layers: name to the texts of its row."""
        found = self.sections["Layers"].xpath(".//tbody/tr")
        return {row[0].text_content(): [cell.text_content() for cell in row] for row in found}

    def pictures(self, section):
        """What is told of a section's pictures: the name, and the description where there is one."""
        told = []
        for svg in self.sections[section].xpath(".//*[name()='svg'][@role='img']"):
            if not svg.xpath("ancestor::div[@class='cnn-narrow']"):  # the same again for a phone
                items = svg.xpath("ancestor::figure[1]//details//li[not(ul)]")
                told.append(" ".join([svg.get("aria-label"), *(item.text_content() for item in items)]))
        return told


def check_form(report):
    """What holds for every report."""
    page = report.page
    assert page.get("lang") == "en"
    assert page.findtext(".//title") == page.findtext(".//h1")
    assert len(page.findall(".//h1")) == 1
    assert not page.xpath("//script | //link | //iframe | //@style")
    addresses = page.xpath("//@href | //@src | //*[name()='image']/@*[local-name()='href']")
    assert all(address.startswith(("#", "data:image/")) for address in addresses)
    identifiers = page.xpath("//@id")
    assert len(identifiers) == len(set(identifiers))
    assert {address[1:] for address in addresses if address.startswith("#")} <= set(identifiers)
    for svg in page.xpath("//*[name()='svg'][not(@aria-hidden)]"):
        assert len(svg.get("aria-label").split()) > 8
        assert not svg.xpath("ancestor::*[@role='region']")  # whatever the width, no drawing has to be scrolled
        assert svg.get("width").endswith("rem")
        most = 328 if svg.xpath("ancestor::div[@class='cnn-narrow']") else 720
        assert float(svg.get("width").removesuffix("rem")) * 16 <= most
        if not svg.xpath("ancestor::div[contains(@class, 'cnn-widths')]"):
            assert float(svg.get("width").removesuffix("rem")) * 16 <= 328
        sizes = {each.get("font-size") for each in svg.iter("{*}text", "text")}
        assert {float(size.removesuffix("px")) for size in sizes} <= {13, 14}, sizes
    for number in ("nan", "inf"):
        assert not re.search(rf"\b{number}\b", page.text_content())


@pytest.fixture
def seeded():
    """Random weights are the same each time: with some, no map speaks for the answer."""
    import keras

    keras.utils.set_random_seed(3)


@pytest.fixture
def read_report(tmp_path, monkeypatch):
    """Read a report and check what holds for every one; random models are not kept beside the site's runs."""
    monkeypatch.setenv("CNNFIGS_CACHE", str(tmp_path / "kept"))

    def read(path):
        report = Report(path)
        check_form(report)
        return report

    return read


@pytest.fixture
def explained(cnnfigs, read_report, tmp_path):
    """Save a model, explain it, and return the report."""

    def run(model, *words):
        model.save(tmp_path / "own.keras")
        status, out, err = cnnfigs("explain", "own.keras", *words, "-o", "report")
        assert status == 0, err
        assert out == "report/index.html\n"
        return read_report(tmp_path / "report" / "index.html")

    return run
