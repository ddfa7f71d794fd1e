"""The page that holds all explorers, with all of them running."""

import checks
from checks import Watch, open_page

from cnnfigs.explorers.registry import EXPLORERS

#: The most that the page may move, compressed, with all explorers: before the networks' weights, and with them.
BEFORE, WITH = 304_000, 650_000
WEIGHTS = ("convnet.js", "dense_131.js", "convnet_global_max.js")


def test_all_explorers_on_one_page_are_light(tab, site, served):
    watch = Watch(tab, served)
    open_page(tab, f"{served}/playground.html")
    names = [name for name in EXPLORERS if tab.locator(f"cnn-{name}").count()]
    assert len(names) >= 6
    for name in names:
        element = tab.locator(f"cnn-{name}")
        element.evaluate("element => element.scrollIntoView()")
        element.locator(".explorer").wait_for()
    weights = checks.weight(watch.requests, served, site)
    networks = {name: size for name, size in weights.items() if name.endswith(WEIGHTS)}
    assert len(networks) == len(WEIGHTS)
    assert sum(weights.values()) <= WITH, weights
    assert sum(weights.values()) - sum(networks.values()) <= BEFORE, weights
    assert watch.problems == []
