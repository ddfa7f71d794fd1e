"""What is asked of every page. Each check returns the problems that it found, one line each."""

import gzip
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from axe_playwright_python.sync_playwright import Axe
from fontTools.ttLib import TTFont
from lxml import html
from playwright.sync_api import Page
from serving import PACKED

#: The most that the first load of a page may move, compressed.
LIMIT = 150_000
#: A phone's width, narrow but common.
PHONE = {"width": 360, "height": 740}
#: A sheet of A4 with margins, in CSS pixels.
PAPER = {"width": 700, "height": 1000}
DESKTOP = {"width": 1280, "height": 900}


@dataclass
class Watch:
    """What goes wrong, and what is asked for, while pages load in a browser tab."""

    page: Page
    origin: str
    problems: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.problems.append(f"script error: {error}"))
        self.page.on("request", self._request)
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._response)

    def _failed(self, request) -> None:
        if request.failure != "net::ERR_ABORTED":  # who leaves a page wants no more of what is still under way
            self.problems.append(f"failed: {request.url}")

    def _console(self, message) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(f"console {message.type}: {message.text}")

    def _request(self, request) -> None:
        self.requests.append(request.url)
        if not request.url.startswith((self.origin, "data:", "blob:")):
            self.problems.append(f"another host: {request.url}")

    def _response(self, response) -> None:
        if response.status >= 400:
            self.problems.append(f"status {response.status}: {response.url}")


def open_page(page: Page, address: str) -> None:
    """Load a page and wait until nothing more is loading and fonts are there."""
    page.goto(address, wait_until="load")
    page.evaluate("document.fonts.ready")


def pictures_without_words(page: Page) -> list[str]:
    """Find pictures without a sentence for those who cannot see them, apart from decoration and labelled buttons."""
    pictures = page.evaluate(
        """() => [...document.querySelectorAll('img, svg')]
            .filter(picture => !picture.parentElement.closest('svg, button, label, summary, a'))
            .filter(picture => !picture.closest('[aria-hidden=true]') && picture.getClientRects().length)
            .map(picture => ({
                what: picture.getAttribute('src')?.slice(0, 60) ?? picture.outerHTML.slice(0, 60),
                role: picture.getAttribute('role'),
                is_svg: picture.tagName == 'svg',
                words: picture.getAttribute('alt') ?? picture.getAttribute('aria-label') ?? '',
            }))"""
    )
    return [
        f"{picture['what']!r} is described by {picture['words']!r}"
        for picture in pictures
        if not is_prose(picture["words"]) or (picture["is_svg"] and picture["role"] != "img")
    ]


def is_prose(text: str) -> bool:
    """Tell a sentence from nothing, a file name, a hash or a keyword: it has four words."""
    if re.search(r"\.(png|jpe?g|svg|webp|gif)\b|[0-9a-f]{16}", text):
        return False
    return len(re.findall(r"(?<!\S)[^\W\d_]{2,}", text)) >= 4


#: Run axe. Drawings of mere shapes and texts are looked at as wholes: in them there is nothing that a rule is about,
#: and to find no contrast of a text in SVG, it would take as long as for all the rest. Nor is it given mere numbers in
#: tables that are folded: of what is not shown it says nothing, once it has walked all of it for each rule.
RUN_AXE = """async ([context, options]) => {
    const told = ({name}) => /^(role|tabindex|aria-|on)/.test(name);
    const more = (each) => each.matches("a, title, desc, foreignObject, script") || [...each.attributes].some(told);
    const mere = [...document.querySelectorAll("svg")].filter(svg => ![...svg.querySelectorAll("*")].some(more));
    const folded = document.querySelectorAll("details:not([open]) > :not(summary) tbody");
    mere.push(...[...folded].filter(body => ![...body.querySelectorAll("*")].some(each => each.id || more(each))));
    const kept = mere.map(each => [each, [...each.childNodes]]);
    // What hears that the window has another size has heard it after two frames.
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    mere.forEach(each => each.replaceChildren());
    try {
        return (await axe.run(context ?? document, options)).violations;
    } finally {
        kept.forEach(([each, children]) => each.replaceChildren(...children));
    }
}"""


def run_axe(page: Page, context: dict | None = None, rules: Sequence[str] = ()) -> list[dict]:
    """Return the violations of all rules, or of some, that axe finds in a page, or in some of it.

    A page gets axe's code once: it is long.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    # Two rules that axe leaves out unless asked, and Lighthouse asks.
    extra = {name: {"enabled": True} for name in ("target-size", "label-content-name-mismatch")}
    asked = {"runOnly": {"type": "rule", "values": list(rules)}} if rules else {"rules": extra}
    return page.evaluate(RUN_AXE, [context, {"resultTypes": ["violations"], **asked}])


def axe_violations(page: Page, *rules: str) -> list[str]:
    """Find what axe objects to, by all rules or by some."""
    return [
        f"{violation['id']}: {node['html'][:160]} ({' / '.join(node['failureSummary'].split())[:160]})"
        for violation in run_axe(page, rules=rules)
        for node in violation["nodes"]
    ]


def out_of_reach(page: Page) -> list[str]:
    """Find what is wider than the window and cannot be scrolled to with the keyboard, with everything unfolded."""
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return page.evaluate(
        """() => {
            const problems = [];
            const width = document.documentElement.clientWidth;
            const tell = (element, what) => problems.push(
                `${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''} ${what}`);
            if (document.documentElement.scrollWidth > width)
                problems.push(`the page is ${document.documentElement.scrollWidth} wide in a window of ${width}`);
            const scrolls = box => /auto|scroll/.test(getComputedStyle(box).overflowX)
                && box.scrollWidth > box.clientWidth;
            const wanted = 'figure, table, img, svg, math[display=block], .eqno, pre';
            for (const element of document.querySelectorAll(wanted)) {
                if (!element.getClientRects().length || element.parentElement.closest('svg, button')) continue;
                if (element.closest('.sidebar-drawer')?.getBoundingClientRect().right <= 0) continue; // it is closed
                let box = element;
                while (box && !scrolls(box)) box = box.parentElement;
                if (box && box !== document.documentElement && box !== document.body) {
                    if (box.tabIndex !== 0) tell(element, 'is in a scroller that takes no focus');
                    if (box.getAttribute('role') !== 'region' || !box.getAttribute('aria-label')?.trim())
                        tell(element, 'is in a scroller without role and name');
                }
                const start = box?.scrollLeft;
                const limits = () => {
                    const { left, right } = (box ?? document.documentElement).getBoundingClientRect();
                    return box ? [Math.max(left, 0), Math.min(right, width)] : [0, width];
                };
                const content = () => {
                    if (element !== box) return element.getBoundingClientRect();
                    const range = document.createRange();
                    range.selectNodeContents(element);
                    return range.getBoundingClientRect();
                };
                if (box) box.scrollLeft = 0;
                if (content().left < limits()[0] - 1) tell(element, 'is cut at its left edge');
                if (box) box.scrollLeft = box.scrollWidth;
                if (content().right > limits()[1] + 1) tell(element, 'is cut at its right edge');
                for (let around = element.parentElement; around && around !== box; around = around.parentElement)
                    if (/hidden|clip/.test(getComputedStyle(around).overflowX)
                        && content().right > around.getBoundingClientRect().right + 1)
                        tell(element, 'is cut by what is around it');
                if (box) box.scrollLeft = start;
            }
            return problems;
        }"""
    )


def pushed_sideways(page: Page) -> list[str]:
    """Find pictures and tables that are wider than the room they have, scrolled or not, with everything unfolded."""
    return page.evaluate(
        """() => {
            document.querySelectorAll('details').forEach(details => details.open = true);
            const width = document.documentElement.clientWidth;
            const tables = 'table.cnn-table, table.cnn-numbers, .cnn-rows, .cnn-stacked table';
            const inner = `.cnn-widths, svg.cnn-figure, ${tables}`;
            return [...document.querySelectorAll(inner)].filter(each => each.getClientRects().length).flatMap(each => {
                const { left, right } = each.getBoundingClientRect();
                const box = each.closest('.output, figure, .explorer, .table-wrapper') ?? document.body;
                const fits = left >= -1 && right <= width + 1 && box.scrollWidth <= box.clientWidth + 1;
                const id = each.closest('figure')?.id ?? '';
                return fits ? [] : [`${id} ${each.tagName} ${each.getAttribute('class')}: ${left} to ${right}`];
            });
        }"""
    )


def cut_numbers(page: Page) -> list[str]:
    """Find lists whose longest number has no room beside its words, with everything unfolded."""
    return page.evaluate(
        """() => {
            document.querySelectorAll('details').forEach(details => details.open = true);
            const pen = document.createElement('canvas').getContext('2d');
            const left = each => each.getBoundingClientRect().left;
            const clips = each => getComputedStyle(each).overflowX !== 'visible' && each !== document.documentElement;
            return [...document.querySelectorAll('ol')].flatMap(list => {
                const items = [...list.children].filter(each => each.matches('li'));
                if (!items.length || !list.checkVisibility()) return [];
                const { font, listStyleType } = getComputedStyle(items[0]);
                if (listStyleType !== 'decimal') return [];
                pen.font = font;
                const last = list.start + items.length - 1;
                let edge = 0;
                for (let around = list; around; around = around.parentElement)
                    if (clips(around)) edge = Math.max(edge, left(around));
                const [wanted, room] = [pen.measureText(`${last}. `).width, left(items[0]) - edge];
                if (wanted <= room + 0.5) return [];
                return [`${last}. takes ${Math.round(wanted)} pixels of ${Math.round(room)}`];
            });
        }"""
    )


def heard(page: Page) -> dict[str, list[str]]:
    """Return what the accessibility tree has, everything unfolded: names by role, in the order of the tree."""
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    session = page.context.new_cdp_session(page)
    names: dict[str, list[str]] = {}
    for node in session.send("Accessibility.getFullAXTree")["nodes"]:
        if not node["ignored"]:
            words = " ".join(node.get("name", {}).get("value", "").split())
            names.setdefault(node["role"]["value"], []).append(words)
    session.detach()
    return names


def cut_on_paper(page: Page) -> list[str]:
    """Find what a sheet of paper would cut off, and dark paper."""
    page.set_viewport_size(PAPER)
    page.emulate_media(media="print", color_scheme="dark")
    problems = page.evaluate(
        """() => {
            const width = document.documentElement.clientWidth;
            const background = getComputedStyle(document.body).backgroundColor;
            const problems = /^rgb\\(255, 255, 255\\)$|, 0\\)$/.test(background) ? [] : [`the paper is ${background}`];
            for (const element of document.querySelectorAll('figure, table, img, svg, math, pre'))
                if (element.getBoundingClientRect().right > width + 1 || element.scrollWidth > element.clientWidth + 1
                    && /auto|scroll|hidden/.test(getComputedStyle(element).overflowX))
                    problems.push(`${element.outerHTML.slice(0, 80)} is cut`);
            return problems;
        }"""
    )
    page.emulate_media(media="screen", color_scheme="light")
    return problems


def double_ids(page: Page) -> list[str]:
    """Find ids that more than one element has."""
    return page.evaluate(
        """() => {
            const ids = [...document.querySelectorAll('[id]')].map(element => element.id);
            return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))].map(id => `id ${id} twice`);
        }"""
    )


def broken_links(site: Path) -> list[str]:
    """Find links within the site that lead nowhere, on all pages."""
    pages = {path: html.parse(path).getroot() for path in sorted(site.rglob("*.html"))}
    ids = {path: {*root.xpath("//@id"), *root.xpath("//a/@name")} for path, root in pages.items()}
    problems = []
    for path, root in pages.items():
        for link in dict.fromkeys(root.xpath("//a/@href | //link/@href")):
            address = urlsplit(urljoin(path.as_uri(), link))
            if address.scheme != "file":
                continue
            target = Path(unquote(address.path))
            fragment = unquote(address.fragment).partition("?")[0]  # behind it stand an explorer's settings
            if not target.is_file():
                problems.append(f"{path.relative_to(site)} links to {link}, which is not there")
            elif fragment and fragment not in ids.get(target, ()):
                problems.append(f"{path.relative_to(site)} links to {link}, which has no such place")
    return problems


def signs_without_glyph(site: Path, *fonts: Path) -> list[str]:
    """Find what the formulas of the pages write and the maths fonts of the site do not draw."""
    known = {code for font in fonts for code in TTFont(font).getBestCmap()}
    missing: dict[str, str] = {}
    for path in sorted(site.rglob("*.html")):
        for element in html.parse(path).getroot().xpath("//math//*[not(*)]"):
            for sign in set(drawn(element.tag, element.text or "")):
                if ord(sign) not in known and not sign.isspace():
                    missing.setdefault(sign, path.relative_to(site).as_posix())
    return [f"{sign} (U+{ord(sign):04X}) of {page}" for sign, page in sorted(missing.items())]


def drawn(tag: str, text: str) -> str:
    """Return what browsers draw: a variable of one letter in mathematical italic (MathML Core, math-auto)."""
    text = text.strip()
    if tag == "mi" and len(text) == 1:
        kind = "CAPITAL" if text.isupper() else "SMALL"
        if text == "h":
            return "ℎ"
        if text.isascii() and text.isalpha():
            return unicodedata.lookup(f"MATHEMATICAL ITALIC {kind} {text}")
        if re.fullmatch("[α-ωΑ-Ω]", text):
            return unicodedata.lookup(
                unicodedata.name(text).replace("GREEK", "MATHEMATICAL ITALIC").replace(" LETTER", "")
            )
    return text


def weight(requests: list[str], origin: str, site: Path) -> dict[str, int]:
    """Return the bytes that each request moves when the server compresses."""
    weights = {}
    for request in dict.fromkeys(requests):
        if request.startswith(origin):
            path = site / (
                unquote(urlsplit(request).path.removeprefix(urlsplit(origin).path)).lstrip("/") or "index.html"
            )
            content = path.read_bytes()
            weights[path.relative_to(site).as_posix()] = len(
                content if path.suffix in PACKED else gzip.compress(content, 6)
            )
    return weights


def search(page: Page, address: str, word: str) -> list[str]:
    """Type a word into the search box of a page, and return the titles found."""
    open_page(page, address)
    page.get_by_role("searchbox").or_(page.locator("input.sidebar-search")).first.fill(word)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Search Results").wait_for()
    return page.locator("#search-results ul.search li > a").all_inner_texts()


#: Which texts are alike, so that one font draws them: all that are written alike, with the letters that are in any of
#: them. A copy of these letters is put into the page for each such kind. Gives the first text of each, its element,
#: whether that is code, and all letters.
ALIKE = """() => {
    const kinds = new Map();
    const note = (element, text) => {
        const style = getComputedStyle(element);
        const wanted = ["font-family", "font-weight", "font-style", "font-stretch", "font-size", "font-variant",
            "font-feature-settings", "font-variation-settings", "font-synthesis", "text-transform"];
        const written = Object.fromEntries(wanted.map((name) => [name, style.getPropertyValue(name)]));
        const lang = element.closest("[lang]")?.lang ?? document.documentElement.lang;
        const code = element.closest("pre, code, kbd, samp") !== null;
        // Where letters are changed, as in formulas, it depends on their neighbours to what.
        const whole = written["text-transform"] === "none" ? "" : text;
        const key = JSON.stringify([written, lang, code, whole]);
        const tag = element.localName;
        if (!kinds.has(key)) kinds.set(key, {written, lang, code, tag, text, letters: new Set(), whole});
        for (const letter of text) kinds.get(key).letters.add(letter);
    };
    const walk = (root) => {
        const nodes = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
        const range = document.createRange();
        for (let node = nodes.currentNode; node; node = nodes.nextNode()) {
            if (node.nodeType === Node.TEXT_NODE) {
                const element = node.parentElement ?? root.host;
                range.selectNodeContents(node);
                if (node.data.trim() && range.getClientRects().length) note(element, node.data.trim());
            } else {
                if (node.shadowRoot) walk(node.shadowRoot);
                const chosen = node.selectedOptions?.[0]?.label;
                if (node.matches?.("select, input, textarea") && node.getClientRects().length)
                    for (const text of [chosen ?? node.value, node.placeholder ?? ""])
                        if (text.trim()) note(node, text.trim());
            }
        }
    };
    walk(document.body);
    const copies = document.createElement("div");
    copies.id = "copies-of-letters";
    for (const kind of kinds.values()) {
        const {written, lang} = kind;
        const copy = copies.appendChild(document.createElement("div"));
        copy.lang = lang;
        copy.textContent = kind.letters = kind.whole || [...kind.letters].join("");
        for (const [name, value] of Object.entries(written)) copy.style.setProperty(name, value);
    }
    document.body.append(copies);
    const found = [...kinds.values()].map(({text, tag, code, letters}) => [text, tag, code, letters]);
    return document.fonts.ready.then(() => found);
}"""


def foreign_fonts(page: Page, code: str) -> list[str]:
    """Find texts that are not drawn with a font of the site, or, in code, with the one that is named.

    The browser is asked once for all texts that are written alike: for each text, it would take seconds.
    """
    kinds = page.evaluate(ALIKE)
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument", {"depth": 0})["root"]["nodeId"]
    copies = session.send("DOM.querySelectorAll", {"nodeId": root, "selector": "#copies-of-letters > div"})["nodeIds"]
    problems = []
    for (text, tag, in_code, letters), node in zip(kinds, copies, strict=True):
        for font in session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]:
            if not (font["isCustomFont"] or (in_code and font["familyName"] == code)):
                problems.append(
                    f"{tag} {text[:40]!r}, or alike: of {letters!r} some are drawn with {font['familyName']}"
                )
    session.detach()
    page.evaluate("document.getElementById('copies-of-letters').remove()")
    return problems
