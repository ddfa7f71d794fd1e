"""The browser and the built site that the tests of the site have too."""

from fixtures import browser, served, site, tab  # noqa: F401
