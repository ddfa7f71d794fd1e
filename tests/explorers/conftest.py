"""The browser and the built site, as the tests of the site have them."""

from fixtures import browser, served, site, tab  # noqa: F401
