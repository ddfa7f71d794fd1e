"""Sphinx configuration. Sphinx is run from here, with the pages in docs/: see noxfile.py."""

import importlib.metadata
import os
import tomllib
from pathlib import Path

from cnnfigs.sphinxext.reading import MYST_EXTENSIONS

ROOT = Path(__file__).parent

project = "A brief introduction to convolutional neural networks"
author = "the CNN tutorial's contributors"
version = importlib.metadata.version("cnnfigs")
copyright = f"{author}; text and pictures CC BY 4.0, pictures with MNIST digits CC BY-SA 4.0"
language = "en"

extensions = [
    "myst_nb",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinxcontrib.bibtex",
    "cnnfigs.sphinxext.reading.building",
    "cnnfigs.sphinxext.reading.citing",
    "cnnfigs.sphinxext.reading.freshness",
    "cnnfigs.sphinxext.reading.quoting",
    "cnnfigs.sphinxext.site.assets",
    "cnnfigs.sphinxext.site.contents",
    "cnnfigs.sphinxext.site.explorers",
    "cnnfigs.sphinxext.site.gallery",
    "cnnfigs.sphinxext.site.goals",
    "cnnfigs.sphinxext.site.head",
    "cnnfigs.sphinxext.site.here",
    "cnnfigs.sphinxext.site.hosted",
    "cnnfigs.sphinxext.site.maths",
    "cnnfigs.sphinxext.site.moved",
    "cnnfigs.sphinxext.site.percents",
    "cnnfigs.sphinxext.site.quizzes",
    "cnnfigs.sphinxext.site.searching",
    "cnnfigs.sphinxext.site.security",
    "cnnfigs.sphinxext.site.tasks",
    "cnnfigs.sphinxext.site.tours",
    "cnnfigs.sphinxext.books.book",
    "cnnfigs.sphinxext.books.downloads",
    "cnnfigs.sphinxext.notebooks.pages",
]
exclude_patterns = ["_static", "_templates"]
templates_path = ["docs/_templates"]

# Pages: MyST Markdown whose cells are run, once, and again when what they depend on has changed.
myst_enable_extensions = [*MYST_EXTENSIONS]
myst_heading_anchors = 3
nb_execution_mode = "cache"
nb_execution_cache_path = str(ROOT / ".cache" / "jupyter")
nb_execution_timeout = 300
nb_output_stderr = "remove"  # the console has it
nb_code_prompt_show = "Show the code"
nb_code_prompt_hide = "Hide the code"
_runs = Path(os.environ.get("CNNFIGS_CACHE") or ROOT / ".cache" / "runs").expanduser()
os.environ["CNNFIGS_CACHE"] = str(_runs.absolute())  # the kernels inherit it, and run in the folder of the pages

# References
bibtex_bibfiles = ["docs/references.bib"]
bibtex_default_style = "plain"
bibtex_reference_style = "author_year"
numfig = True
numfig_secnum_depth = 0
numfig_format = {
    "figure": "Figure %s",
    "table": "Table %s",
    "code-block": "Listing %s",
    "section": "Section %s",
}
math_eqref_format = "({number})"

# Where the site is published and where its source is. What needs an address is left out while it is not set.
html_baseurl = os.environ.get("CNNFIGS_SITE_URL", "")  # such as https://NAME.github.io/cnn-tutorial/
site_repository = os.environ.get("CNNFIGS_REPOSITORY", "")  # such as https://github.com/NAME/cnn-tutorial
site_branch = "main"
# Those who run notebooks for others take them from the branch that .github/workflows/publish.yml writes.
owner_and_name = site_repository.removeprefix("https://github.com/")
if owner_and_name:
    notebook_services = {
        "Open in Colab": f"https://colab.research.google.com/github/{owner_and_name}/blob/notebooks/{{page}}.ipynb",
        "Open in Binder": f"https://mybinder.org/v2/gh/{owner_and_name}/notebooks?labpath={{page}}.ipynb",
    }

# Old addresses lead to the new ones.
moved = tomllib.loads((ROOT / "docs/moved.toml").read_text(encoding="utf-8"))

# The site
html_theme = "furo"
html_title = project
html_context = {"short_name": "Inside a convnet"}  # in the bar, beside the mark; the title stands below it
html_theme_options = {
    # One accent, the palette's, in both themes.
    f"{theme}_css_variables": {f"color-brand-{part}": "var(--cnn-accent)" for part in ("primary", "content", "visited")}
    for theme in ("light", "dark")
}
html_static_path = ["docs/_static"]
html_favicon = "docs/_static/favicon.svg"
html_css_files = ["site.css", "animation.css", "exercises.css", "concept-test.css"]
html_js_files = [(name, {"defer": "defer"}) for name in ("site.js", "exercises.js", "concept-test.js")]
html_math_renderer = "mathml"
html_copy_source = False
html_show_search_summary = False  # it is fetched, which file:// refuses
html_use_index = False
html_domain_indices = False

# The ePub, which is printed as the PDF too
epub_basename = "cnn-tutorial"
epub_title = project
epub_author = epub_publisher = epub_contributor = author
epub_description = "A tutorial in which every picture, table and number comes out of a real network"
epub_uid = "book"
epub_show_urls = "no"
epub_tocdepth = 2
