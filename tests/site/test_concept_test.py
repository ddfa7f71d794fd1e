"""The concept test in a browser: answered with keys, judged by idea, copied, and a list where no script runs."""

import json

import pytest
from checks import PHONE, open_page

from cnnfigs.commands.items import KEY, _checked

BOTH = json.loads(KEY.read_text("utf-8"))


@pytest.fixture
def test_page(served, tab):
    asked = []
    tab.on("request", lambda request: asked.append(request.url))
    open_page(tab, f"{served}/concept-test.html")
    asked.clear()
    yield tab
    assert [each for each in asked if not each.startswith((served, "data:"))] == []


def form(page, letter):
    return page.locator(f".cnn-concept-test[data-form={letter}]")


def answer(place, chosen):
    """Choose options by their names, as the key has them in order."""
    for name, option in chosen.items():
        at = place.evaluate(
            """(test, [name, option]) => {
                const number = [...test.querySelectorAll('[data-item]')].findIndex((e) => e.dataset.item === name);
                const key = test.querySelectorAll(':scope > details > ol > li')[number];
                return [...key.querySelectorAll('li')].findIndex((e) => e.dataset.option === option);
            }""",
            [name, option],
        )
        place.locator(f"input[name={name}]").nth(at).check()


def test_a_form_is_answered_judged_copied_and_begun_again(test_page):
    page, place = test_page, form(test_page, "A")
    known = BOTH["A"]["items"]
    assert place.get_by_role("group").count() == len(known) == 15
    # By the keyboard: the first question's radios are one stop, and arrows choose.
    place.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    assert place.get_by_role("radio").nth(1).is_checked()
    assert not place.get_by_text("Show the key").is_visible()

    place.get_by_role("button", name="Show my result").click()
    assert place.get_by_role("status").inner_text().startswith("Not answered yet: 2, 3, ")
    chosen = {name: item["right"] for name, item in known.items()}
    chosen["halved-a"] = "even"
    answer(place, chosen)
    place.get_by_role("button", name="Show my result").click()
    result = place.get_by_role("region", name="Result of form A")
    assert result.locator("h3").inner_text() == "14 of 15 right"
    assert page.evaluate("document.activeElement.textContent") == "14 of 15 right"
    lines = result.locator("li").all_inner_texts()
    assert len(lines) == 12
    missed = "Making maps half as large"
    assert [line for line in lines if "Read" in line] == [
        line for line in lines if line.startswith(f"{missed}: 0 of 1")
    ]
    assert result.locator("a").first.get_attribute("href") == "pooling.html"
    said = place.locator(".cnn-said:not(.right)")
    assert said.count() == 1
    assert said.inner_text().startswith(known["halved-a"]["wrong"]["even"])

    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    place.get_by_role("button", name="Copy my answers").click()
    place.get_by_text("Copied.").wait_for()
    copied = json.loads(page.evaluate("navigator.clipboard.readText()"))
    assert set(copied) == {"test", "form", "version", "answers"}
    assert _checked(copied, "clipboard", BOTH).chosen == chosen
    assert copied["version"] == BOTH["A"]["version"]
    assert page.evaluate("localStorage.length + document.cookie.length") == 0

    place.get_by_role("button", name="Begin again").click()
    assert place.locator(":checked").count() == place.locator(".cnn-said").count() == 0
    assert form(page, "B").get_by_role("group").count() == 15


def test_every_idea_of_both_forms_has_links(test_page):
    taught = test_page.locator(".cnn-ideas li").all()
    ideas = {each.locator("strong").inner_text(): each.locator("a").count() for each in taught}
    asked = {item["idea"] for each in BOTH.values() for item in each["items"].values()}
    assert set(ideas) == asked
    assert min(ideas.values()) >= 1


def test_a_question_fits_on_a_phone_and_its_radios_can_be_hit(test_page):
    test_page.set_viewport_size(PHONE)
    place = form(test_page, "A")
    assert test_page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    heights = [label.bounding_box()["height"] for label in place.locator("label").all()[:12]]
    assert min(heights) >= 24


def test_without_scripts_it_is_a_list_with_its_key_folded(served, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served}/concept-test.html")
    for letter in "AB":
        place = form(page, letter)
        assert place.locator("[data-item] > ol > li").count() >= 45
        assert place.locator("input, button").count() == 0
        assert not place.locator("[data-right]").first.is_visible()
        place.get_by_text("Show the key").click()
        assert place.locator("[data-right]").first.is_visible()
    context.close()
