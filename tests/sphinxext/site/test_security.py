"""The policy in each page lets it run what was written into it, and nothing else."""

import pytest
from serving import security_policy

from cnnfigs.sphinxext.site.security import policy, secured

PAGE = """<!doctype html>
<html><head><meta charset="utf-8"/>
<title>A page</title><script>document.title = "run"</script><style>p { color: red }</style>
</head><body><p id="target">text</p>PLACE</body></html>
"""


def test_hashes_are_those_that_a_server_would_send():
    sent = {part.split()[0]: set(part.split()[1:]) for part in security_policy(PAGE).split("; ")}
    written = {part.split()[0]: set(part.split()[1:]) - {"file:"} for part in policy(PAGE).split("; ")}
    for kind, allowed in sent.items():
        assert written[kind] == allowed


#: A page that tells in its title what it could start a worker from, and what it could not.
WORKER = """<script>
const text = "postMessage('here')";
const tried = {blob: URL.createObjectURL(new Blob([text])), data: "data:text/javascript," + text};
const told = Object.entries(tried).map(([kind, address]) => new Promise(done => {
    try {
        const worker = new Worker(address);
        worker.onmessage = () => done(kind);
        worker.onerror = () => done("not " + kind);
    } catch { done("not " + kind); }
}));
Promise.all(told).then(all => document.title = all.join(", "));
</script>"""


@pytest.mark.parametrize(
    ("element", "started"),
    [
        ("", "not blob, not data"),
        ('<cnn-pooling id="a"></cnn-pooling>', "not blob, not data"),
        ('<cnn-train id="a"></cnn-train>', "blob, not data"),
    ],
)
def test_only_an_explorer_that_computes_in_a_worker_may_start_one_and_from_text_alone(element, started, tmp_path, tab):
    page = secured(PAGE.replace("PLACE", element + WORKER))
    assert ("worker-src blob:" in page) == ("train" in element)
    path = tmp_path / "page.html"
    path.write_text(page, "utf-8")
    tab.goto(path.as_uri())
    tab.wait_for_function("title => document.title === title", arg=started)


def test_a_page_is_given_one_policy_however_often():
    once = secured(PAGE)
    assert once.count("Content-Security-Policy") == 1
    assert once.index("Content-Security-Policy") < once.index("<script>")
    assert secured(once) == once


@pytest.mark.parametrize(
    "planted", ['<script>document.title = "planted"</script>', '<img src="x" onerror="document.title = \'planted\'">']
)
def test_what_is_written_in_runs_and_what_is_planted_does_not(planted, tmp_path, tab):
    path = tmp_path / "page.html"
    for content, title in ((secured(PAGE), "run"), (secured(PAGE).replace("PLACE", planted), "run")):
        path.write_text(content, "utf-8")
        tab.goto(path.as_uri())
        tab.wait_for_load_state("load")
        assert tab.title() == title
    path.write_text(PAGE.replace("PLACE", planted), "utf-8")
    tab.goto(path.as_uri())
    tab.wait_for_function("document.title === 'planted'")  # without a policy it does run
