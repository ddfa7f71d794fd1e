// A box that scrolls can be reached with the keyboard and says what it is; one whose content fits is left alone.
(() => {
  const KINDS = {
    ".math-wrapper": "Equation",
    ".table-wrapper": "Table",
    ".output.text_html": "Figure",
    "article pre": "Code",
  };
  const names = new Map();

  for (const [selector, kind] of Object.entries(KINDS)) {
    document.querySelectorAll(selector).forEach((box, index) => {
      const number = (box.closest("figure") ?? box).querySelector(".caption-number, .eqno")?.firstChild;
      const name = number ? number.textContent.trim() : `${index + 1} on this page`;
      names.set(box, `${name.startsWith(kind) ? "" : `${kind} `}${name}, scrolls sideways`);
    });
  }

  function tell(box, scrolls) {
    if (scrolls) {
      box.tabIndex = 0;
      box.setAttribute("role", "region");
      box.setAttribute("aria-label", names.get(box));
    } else {
      for (const attribute of ["tabindex", "role", "aria-label"]) box.removeAttribute(attribute);
    }
  }

  // It hears of each box once it is shown, and then of each change. All are measured before any is changed: else the page
  // would be laid out anew for each, and what is folded too.
  const observer = new ResizeObserver((entries) => {
    const changed = entries.map(({ target }) => (names.has(target) ? target : target.parentElement));
    const measured = new Map(changed.map((box) => [box, box.scrollWidth > box.clientWidth]));
    measured.forEach((scrolls, box) => tell(box, scrolls));
  });
  for (const box of names.keys()) {
    observer.observe(box);
    if (box.firstElementChild) observer.observe(box.firstElementChild);
  }
})();

// The arrow keys turn pages, where nothing else wants them: no field has the focus, and the page does not scroll sideways.
(() => {
  const pages = { ArrowLeft: document.querySelector(".prev-page"), ArrowRight: document.querySelector(".next-page") };
  for (const [key, link] of Object.entries(pages)) link?.setAttribute("aria-keyshortcuts", key);

  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    const { body, documentElement: root } = document;
    if (target !== body || event.defaultPrevented || root.scrollWidth > root.clientWidth) return;
    if (!(event.altKey || event.ctrlKey || event.metaKey || event.shiftKey)) pages[key]?.click();
  });
})();

// Who comes for a part that stands on another page now is taken there, see sphinxext/site/moved.py.
(() => {
  function follow() {
    // Not by :target, which is set only when the page has been read to its end.
    // No name of a part needs a percent sign, so that an address is taken as it is, whatever it holds.
    const named = document.getElementById(location.hash.slice(1));
    const part = named?.matches(".cnn-moved") ? named.querySelector("a") : null;
    const page = document.querySelector(".cnn-gone a");
    if (part) location.replace(part.href);
    else if (page) location.replace(page.href + location.hash);
  }
  follow();
  addEventListener("hashchange", follow);
})();

// Pages that were read to their end get a tick in the contents. The list stays in this browser, and can be cleared, and
// with it what exercises.js keeps.
(() => {
  const KEY = "pages read";
  const SOLVED = "exercises solved";
  const nameOf = (address) => address.split(/[?#]/)[0].split("/").pop().replace(/\.html$/, "");
  let read = new Set();
  // Who forbids the browser to keep anything reads without ticks.
  const kept = (action) => { try { return action(); } catch { return null; } };

  function tick(place, isRead) {
    const mark = place.querySelector(".cnn-read");
    if (isRead && !mark) {
      const made = document.createElement("span");
      for (const [name, value] of Object.entries({ class: "cnn-read", role: "img", "aria-label": "read" })) {
        made.setAttribute(name, value);
      }
      place.append(made);
    } else if (!isRead) mark?.remove();
  }

  function show() {
    document.querySelectorAll(".sidebar-tree a[href]").forEach((link) => {
      tick(link, read.has(nameOf(link.href)));
    });
    const cards = [...document.querySelectorAll(".cnn-contents > li")];
    cards.forEach((card) => tick(card.querySelector(".cnn-minutes"), read.has(card.dataset.page)));
    const told = document.querySelector(".cnn-progress");
    if (!told) return;
    const count = cards.filter((card) => read.has(card.dataset.page)).length;
    const solved = Object.keys(kept(() => JSON.parse(localStorage.getItem(SOLVED))) ?? {}).length;
    told.hidden = count + solved === 0;
    const more = solved ? ` You have solved ${solved} exercise${solved > 1 ? "s" : ""}.` : "";
    told.querySelector("span").textContent = `You have read ${count} of ${cards.length} pages.${more}`;
  }

  function recall() {
    read = new Set(kept(() => JSON.parse(localStorage.getItem(KEY))) ?? []);
    show();
  }

  const button = document.querySelector(".cnn-progress button");
  button?.addEventListener("click", () => {
    for (const key of [KEY, SOLVED]) kept(() => localStorage.removeItem(key));
    recall();
    document.querySelector(".cnn-contents a")?.focus();
  });
  addEventListener("storage", recall);
  recall();

  const end = document.querySelector("article .cnn-goals") && document.querySelector("footer .related-pages");
  if (end) {
    const observer = new IntersectionObserver(([entry]) => {
      if (!entry.isIntersecting) return;
      observer.disconnect();
      // What another tab has read since counts too.
      recall();
      read.add(nameOf(location.pathname));
      kept(() => localStorage.setItem(KEY, JSON.stringify([...read])));
      show();
    });
    observer.observe(end);
  }
})();
