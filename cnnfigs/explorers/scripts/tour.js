// A tour of an explorer. Its steps are a list of links in the page: what each sets, what there is to see, and which part of the
// explorer is in the spotlight. Here they are shown one at a time.
(() => {
  "use strict";
  const cnn = (window.cnn ??= {});
  const { button, make, set } = cnn;

  const look = new CSSStyleSheet();
  look.replaceSync(`
    .touring { overflow: clip; } /* what is dim ends with the card */
    .touring .tour {
      position: relative; z-index: 2; margin-bottom: 0.75rem; padding: 0.5rem;
      border-radius: 0.375rem; outline: 2px solid var(--cnn-accent); background: var(--cnn-background);
    }
    /* Its words stay in view, where enough is left of a window for what they are about. */
    @media (min-height: 35rem) {
      .touring .tour { position: sticky; top: 0.5rem; }
      .touring .tour button { scroll-margin-top: -50vh; } /* its own words do not cover it */
      @media (max-width: 63em) { .touring .tour { top: calc(var(--header-height) + 0.25rem); } }
    }
    :where(.spot) { position: relative; z-index: 1; border-radius: 0.375rem; }
    .spot { outline: 2px solid var(--cnn-accent); outline-offset: 5px; box-shadow: 0 0 0 200vmax color-mix(in srgb, var(--cnn-surface) 40%, transparent); }
  `);

  /** End the tour that is taken: there is one at a time. */
  let end;
  addEventListener("popstate", () => end?.()); // who goes back, or follows a link of the page, leaves it
  addEventListener("keydown", ({ key }) => key === "Escape" && end?.());

  /** Offer the tour of an explorer, if the page has one. */
  cnn.tour = (explorer) => {
    const { root, shadowRoot } = explorer;
    const steps = [...document.querySelectorAll(`#${explorer.id.replace("explore", "tour")} li`)];
    if (!steps.length) return;
    shadowRoot.adoptedStyleSheets.push(look);
    const { style } = document.documentElement;
    let at;
    let spot;

    const words = make("div", { role: "status" });
    const start = button("Take the tour", () => take());
    const back = button("Back", () => show(at - 1));
    const next = button("Next", () => show(at + 1), { class: "primary" });
    const during = [back, next, button("End the tour", () => end())];
    const tour = make("div", { class: "tour", role: "group", "aria-label": "Tour" }, make("div", { class: "controls" }, start, ...during), words);
    root.firstChild.after(tour);

    const light = (part) => {
      spot?.classList.remove("spot");
      spot = part && [...root.querySelectorAll(part)].find((each) => !tour.contains(each));
      spot?.classList.add("spot");
    };

    const turn = (on) => {
      for (const each of [root, document.body]) each.classList.toggle("touring", on);
      const [come, leave] = on ? [during, [start]] : [[start], during];
      const focused = tour.contains(shadowRoot.activeElement);
      for (const each of come) set(each, { hidden: false });
      if (on || focused) (on ? next : start).focus({ preventScroll: on }); // before its words, which else may not be heard
      for (const each of leave) set(each, { hidden: true });
    };
    turn(false);

    function take() {
      end?.();
      explorer.note();
      history.pushState(history.state, ""); // Back leads to what was there before
      end = () => {
        end = undefined;
        light();
        words.replaceChildren();
        style.scrollPadding = "";
        turn(false);
      };
      turn(true);
      show(0);
    }

    function show(step) {
      at = step;
      const told = steps[at].cloneNode(true);
      const link = told.querySelector(".cnn-explore");
      link.replaceWith(make("strong", {}, link.textContent));
      told.firstElementChild.prepend(make("span", { class: "formula" }, `${at + 1} of ${steps.length} `));
      words.replaceChildren(...told.childNodes);
      explorer.follow(link.href, true); // what that shows is heard after it
      cnn.enable(back, at);
      cnn.enable(next, at < steps.length - 1);
      light(steps[at].querySelector("[data-part]").dataset.part);
      // Below the words, also for whoever comes there by keyboard; to the end of the window nothing is kept free.
      const covered = Math.min(tour.offsetHeight + parseFloat(getComputedStyle(tour).top) + 12, innerHeight / 2);
      style.scrollPadding = `${covered}px 0 0`;
      const { top, bottom } = spot.getBoundingClientRect();
      if (top < covered || bottom > innerHeight) spot.scrollIntoView({ block: bottom - top < innerHeight - covered ? "center" : "start" });
    }
  };
})();
