// What all explorers share: settings that live in the address, controls, sentences, and their look.
(() => {
  "use strict";
  const cnn = (window.cnn ??= {});

  /** Where the site begins: this file is three folders below. */
  const site = document.currentScript?.src && new URL("../../", document.currentScript.src);

  /** Something that the reader can put right: its message is a sentence to be shown. */
  cnn.Refusal = class extends Error {};

  /** Make an element, of SVG if its tag begins with "svg:". Functions listen; strings become text, never markup. */
  cnn.make = (tag, attributes = {}, ...children) => {
    const [name, space] = tag.split(":").reverse();
    const element = space
      ? document.createElementNS("http://www.w3.org/2000/svg", name)
      : document.createElement(name);
    cnn.set(element, attributes);
    element.append(...children);
    return element;
  };

  /** What has the focus is about to be hidden: a button beside it takes it over. */
  function leave(element) {
    let [box, other] = [element];
    while (!other && (box = box.parentNode)) {
      other = [...box.querySelectorAll("button")].find((each) => !element.contains(each) && each.checkVisibility());
    }
    other?.focus();
  }

  /** Set attributes; null and false take one away. */
  cnn.set = (element, attributes) => {
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "hidden" && value && element.matches(":focus-within")) leave(element);
      if (typeof value === "function") element.addEventListener(name.slice(2), value);
      else if (value === null || value === undefined || value === false) element.removeAttribute(name);
      else element.setAttribute(name, value === true ? "" : value);
    }
  };

  /** Make a box of a kind, which is its class. */
  cnn.box = (kind, ...content) => cnn.make("div", { class: kind }, ...content);

  /** Make a chart so many units wide and high, and a line of it, or words in it. */
  cnn.chart = (width, height, ...content) =>
    cnn.make("svg:svg", { viewBox: `0 0 ${width} ${height}`, role: "img", class: "drawn" }, ...content);
  cnn.line = (kind, d) => cnn.make("svg:path", { class: kind, d });
  cnn.words = (x, y, text, kind) => cnn.make("svg:text", { x, y, class: kind }, text);
  /** The lines of some values, from left to right, each with its words. */
  cnn.levels = (left, wide, values, y, write) =>
    values.flatMap((value) => [cnn.line("axis", `M${left} ${y(value)}h${wide}`), cnn.words(left - 5, y(value) + 4, write(value), "end")]);

  /** So many whole numbers. */
  cnn.range = (count, start = 0) => Array.from({ length: count }, (_, index) => start + index);
  cnn.sum = (numbers) => numbers.reduce((one, other) => one + other, 0);
  cnn.most = (numbers) => numbers.reduce((one, other) => Math.max(one, other), -Infinity);
  cnn.square = (height, width = height) => `${height}×${width}`;

  /** Where a cell is, of so many in a row. */
  cnn.place = (cell, columns) => `row ${Math.floor(cell / columns)}, column ${cell % columns}`;

  /** Steps down and to the right, by their keys. */
  cnn.STEPS = {
    ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
    Home: [0, -Infinity], End: [0, Infinity],
  };

  /** Milliseconds of work at a time: so the page stays smooth. */
  const SLICE = 15;
  /** Let the page do what else there is. */
  cnn.turn = () => new Promise((resume) => setTimeout(resume));
  /** Do work that pauses often; returns whether it was done, and not given up. */
  cnn.slowly = async (work, wanted) => {
    for (let until = performance.now() + SLICE; !work.next().done; ) {
      if (performance.now() < until) continue;
      await cnn.turn();
      if (!wanted()) return false;
      until = performance.now() + SLICE;
    }
    return true;
  };

  /** Do what may be refused; a refusal then begins with the part that it is about. */
  cnn.partly = (part, action) => {
    try {
      return action();
    } catch (error) {
      throw error instanceof cnn.Refusal ? new cnn.Refusal(`${part}: ${error.message}`) : error;
    }
  };

  /** Up to so many choices stand side by side; more are a list. */
  const FEW = 3;
  /** Choices whose letters together are more than this take a whole line on a phone. */
  const LINE = 14;

  /** Make a labelled choice of values, or of pairs of a value and its text; its `control` has a value. */
  cnn.list = (label, options, choose) => {
    const pairs = options.map((option) => {
      const [value, text] = Array.isArray(option) ? option : [option, option];
      return [value, String(text).replace(/^-/, "−")];
    });
    if (pairs.length <= FEW) return segments(label, pairs, choose);
    const control = cnn.make(
      "select",
      { onchange: () => choose(control.value) },
      ...pairs.map(([value, text]) => cnn.make("option", { value }, text)),
    );
    const long = pairs.some(([, text]) => text.length > 5);
    return cnn.make("label", { class: long ? "long" : null }, label, control);
  };

  /** Make buttons side by side, of which one is pressed. */
  function segments(label, pairs, choose) {
    const inputs = pairs.map(([value]) => cnn.make("input", { type: "radio", name: label, value, onchange: () => choose(value) }));
    const parts = pairs.map(([, text], at) => cnn.make("label", {}, inputs[at], text));
    const whole = pairs.map(([, text]) => text).join("").length > LINE;
    const control = {
      get value() { return inputs.find(({ checked }) => checked)?.value; },
      set value(wanted) { for (const input of inputs) input.checked = input.value === String(wanted); },
    };
    const group = { role: "radiogroup", class: whole ? "whole" : null };
    const made = cnn.make("fieldset", group, cnn.make("legend", {}, label), cnn.box("segments", ...parts));
    return Object.assign(made, { control });
  }

  /** Make a button. */
  cnn.button = (text, onclick, attributes) => {
    const made = cnn.make("button", { type: "button", ...attributes }, text);
    cnn.set(made, { onclick: (event) => made.ariaDisabled || onclick?.(event) });
    return made;
  };

  /** Make buttons that move the digit; each has its step, down and to the right. */
  cnn.arrows = (move) => [["left", "←", 0, -1], ["up", "↑", -1, 0], ["down", "↓", 1, 0], ["right", "→", 0, 1]].map(([way, sign, ...by]) =>
    Object.assign(cnn.button(sign, () => move(...by), { "aria-label": `Move the digit ${way}` }), { by }));

  /** Let a button do something, or nothing: it keeps the focus. */
  cnn.enable = (control, able) => cnn.set(control, { "aria-disabled": able ? null : "true" });

  /** Write a number as the pages do: "−1.25". */
  cnn.number = (value, digits = 2) => String(Number(value.toFixed(digits))).replace("-", "−");

  /** Write a share as a percentage, and a whole number with its thousands, as the pages do. */
  cnn.percent = (share, digits = 0) => `${cnn.number(100 * share, digits)}\u00a0%`;
  cnn.count = (value) => value.toLocaleString("en");

  /** Write a number as a factor: negative ones in brackets. */
  cnn.factor = (value, digits) => (value < 0 ? `(${cnn.number(value, digits)})` : cnn.number(value, digits));

  /** Pick the colour at a share, 0 to 1, of the palette's map "diverging", "sequential", or that with "-dark". */
  cnn.color = (map, share) => {
    const anchors = cnn.colorMaps[map];
    const place = Math.min(Math.max(share, 0), 1) * (anchors.length - 1);
    const [low, high] = [Math.floor(place), Math.ceil(place)].map((at) => parseInt(anchors[at].slice(1), 16));
    const mixed = [16, 8, 0].map((shift) => {
      const [from, to] = [(low >> shift) & 255, (high >> shift) & 255];
      return Math.round(from + (to - from) * (place % 1));
    });
    return cnn.hex(...mixed);
  };
  cnn.hex = (...channels) => `#${channels.map((value) => value.toString(16).padStart(2, "0")).join("")}`;

  /** Black or white, whichever stands out more on a colour. */
  cnn.inkOn = (color) => {
    const linear = [1, 3, 5].map((at) => (parseInt(color.slice(at, at + 2), 16) / 255) ** 2.2);
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] > 0.18 ? "#000000" : "#fefefe";
  };

  /** Settings in the address, by the explorer's id, and before them a place of the page: #place;explore-a?x=1&y=2;explore-b?z=3 */
  const address = {
    parts: (url = location) => new URL(url).hash.slice(1).split(";").filter(Boolean),
    place: (url) => address.parts(url).find((part) => !part.includes("?")),
    read: (url, id) => {
      const part = address.parts(url).findLast((part) => part.startsWith(`${id}?`));
      return part === undefined ? part : new URLSearchParams(part.slice(id.length + 1));
    },
    write(id, settings) {
      const before = address.parts();
      const parts = before.filter((part) => !part.startsWith(`${id}?`));
      if (parts.length === before.length && !settings.size) return;
      if (settings.size) parts.push(address.part(id, settings));
      address.mark(parts.length ? `#${parts.join(";")}` : location.pathname + location.search);
    },
    part: (id, settings) => `${id}?${settings}`.replaceAll("%2C", ","),
    link: (id, settings) => `${location.href.split("#")[0]}#${address.part(id, settings)}`,
    /** Note that an entry of the history was seen: whoever comes back to it gets what its address says. */
    mark: (url) => history.replaceState({ ...history.state, explorers: true }, "", url),
  };

  /** Pixels below an explorer in a page of its own: the line that leads to the tutorial. */
  const FOOT = 44;

  /** Milliseconds that it is told for that something was copied. */
  const TOLD = 2500;

  const running = new Set();
  // Not at hashchange: until then what was before may be written into the entry that somebody comes back to.
  addEventListener("popstate", () => {
    const back = history.state?.explorers;
    const { href } = location; // who follows it may change it
    running.forEach((each) => each.follow(href, back));
    address.mark();
  });

  const shortened = (text) => (text.length > 24 ? `${text.slice(0, 24)}…` : text);

  /** Check settings that came as texts; whole numbers become numbers. */
  function checked(settings, wanted) {
    return Object.fromEntries(
      Object.entries(wanted).map(([name, value]) => {
        if (!Object.hasOwn(settings, name)) {
          throw new cnn.Refusal(`There is no setting “${shortened(name)}” here, so that nothing was changed.`);
        }
        const { label, options, least, most, pattern, expected } = settings[name];
        const text = String(value);
        const fits = options
          ? options.includes(text)
          : pattern
            ? new RegExp(`^(?:${pattern})$`).test(text)
            : /^-?\d{1,6}$/.test(text) && text >= least && text <= most;
        if (!fits) {
          const right = options ? options.join(", ") : expected ?? `a whole number from ${cnn.number(least)} to ${cnn.count(most)}`;
          throw new cnn.Refusal(`${label}: expected ${right}, got “${shortened(text)}”.`);
        }
        return [name, least === undefined ? text : Number(text)];
      }),
    );
  }

  const sheet = (css) => {
    const made = new CSSStyleSheet();
    made.replaceSync(css);
    return made;
  };

  /** The one thing to do. */
  const PRIMARY =
    "min-width: 5rem; border-color: var(--cnn-accent); background: var(--cnn-accent); color: var(--cnn-background); font-weight: 600;";

  const look = sheet(`
    :host { display: block; }
    :host(:fullscreen) { overflow: auto; padding: 1.5rem; background: var(--cnn-background); }
    :host(:fullscreen) .explorer { max-width: 80rem; margin: 0 auto; }
    [hidden] { display: none !important; }
    .explorer {
      padding: 1rem 1.25rem 1.25rem; border: 1px solid color-mix(in srgb, var(--cnn-grid) 40%, var(--cnn-surface)); border-radius: 0.5rem;
      background: var(--cnn-surface); font-size: 0.9375rem; line-height: 1.5; color: var(--cnn-text); text-align: left;
    }
    .explorer, .explorer * { box-sizing: border-box; }
    :focus-visible { outline: 2px solid var(--cnn-accent); outline-offset: 2px; }
    .head { display: flex; flex-wrap: wrap; align-items: center; gap: 0 0.75rem; margin-bottom: 0.75rem; }
    .title { flex: 1; margin: 0; font-size: 1.125rem; font-weight: 600; line-height: 1.25; }
    /* What is said of copying covers its button. */
    .sharing { display: grid; }
    .sharing > * { grid-area: 1 / 1; font-size: 0.8125rem; }
    .whole-screen { font-size: 0.8125rem; }
    @media (max-width: 42rem) { .whole-screen { display: none; } }
    @media (max-width: 50rem) { .embedding { display: none; } }
    .copied { z-index: 1; display: grid; place-items: center; border-radius: 0.375rem; background: var(--cnn-output-fill); color: var(--cnn-text); }
    .copied:empty { display: none; }
    .address { flex: 0 0 100%; min-width: 0; margin-top: 0.5rem; }
    .controls { display: flex; flex-wrap: wrap; align-items: end; gap: 0.5rem 0.75rem; margin: 0 0 0.75rem; }
    label { display: inline-flex; flex-direction: column; color: var(--cnn-muted); font-size: 0.8125rem; }
    fieldset { min-width: 0; margin: 0; padding: 0; border: 0; }
    legend { padding: 0; color: var(--cnn-muted); font-size: 0.8125rem; }
    .segments {
      display: inline-flex; flex-wrap: wrap; border-radius: 0.375rem; background: var(--cnn-background);
      box-shadow: inset 0 0 0 1px var(--cnn-grid);
    }
    .segments label {
      position: relative; flex: 1 1 auto; align-items: center; justify-content: center; min-width: 2.75rem; min-height: 2.25rem;
      padding: 0 0.5rem; border-radius: 0.375rem; color: var(--cnn-text); font-size: 0.9375rem; white-space: nowrap;
    }
    .segments input { position: absolute; inset: 0; width: 100%; height: 100%; margin: 0; opacity: 0; cursor: pointer; }
    .segments label:hover { box-shadow: inset 0 0 0 1px var(--cnn-accent); }
    .segments label:has(:checked) {
      background: color-mix(in srgb, var(--cnn-accent) 15%, var(--cnn-background)); box-shadow: inset 0 0 0 2px var(--cnn-accent);
    }
    .segments label:has(:focus-visible) { outline: 2px solid var(--cnn-accent); outline-offset: 2px; }
    /* On a phone controls stand in columns: where they are does not depend on how wide their words are. */
    @media (max-width: 42rem) {
      .explorer { padding: 0.75rem; }
      .even { display: grid; grid-template-columns: repeat(6, minmax(0, 1fr)); gap: 0.5rem; }
      .even > * { grid-column: span 3; }
      .even > :is(.arrows, .whole) { grid-column: 1 / -1; }
      details .even > label:not(.long, .file) { grid-column: span 2; }
      .even .segments { display: flex; }
      .even > .file { align-items: center; }
      .even > label { white-space: nowrap; }
      .even ~ .stage .heading { width: 0; min-width: 100%; white-space: nowrap; }
      .even select { width: 100%; max-width: none; padding-right: 0; }
    }
    select, button, .file, input {
      min-height: 2.25rem; padding: 0 0.5rem; border: 1px solid var(--cnn-grid); border-radius: 0.375rem;
      background: var(--cnn-background); color: var(--cnn-text); font: inherit; font-size: 0.9375rem;
    }
    select { max-width: 10rem; }
    button, .file, summary { cursor: pointer; }
    button:hover, .file:hover, select:hover { border-color: var(--cnn-accent); }
    button[aria-disabled] { color: var(--cnn-muted); border-style: dashed; cursor: default; }
    button[aria-pressed="true"] { border-color: var(--cnn-accent); background: color-mix(in srgb, var(--cnn-accent) 15%, var(--cnn-background)); }
    .primary { ${PRIMARY} }
    .primary:hover { background: color-mix(in srgb, var(--cnn-accent) 85%, var(--cnn-text)); }
    .primary[aria-disabled] { background: none; }
    .file { display: inline-flex; align-items: center; justify-content: center; }
    .file:focus-within { outline: 2px solid var(--cnn-accent); outline-offset: 2px; }
    .file input { position: absolute; width: 1px; min-height: 1px; height: 1px; padding: 0; opacity: 0; }
    details { margin-top: 0.5rem; }
    details > .controls { margin: 0.25rem 0 0; }
    summary { width: max-content; padding: 0.25rem 0; color: var(--cnn-muted); font-size: 0.875rem; }
    .stage { display: flex; flex-wrap: wrap; align-items: start; gap: 0.75rem 1.75rem; }
    .part { padding-top: 1.25rem; border-top: 1px solid color-mix(in srgb, var(--cnn-grid) 40%, var(--cnn-surface)); }
    p { margin: 0.5rem 0 0; }
    .heading { margin: 0 0 0.25rem; font-size: 0.875rem; font-weight: 600; line-height: 1.25; }
    .input .heading { color: var(--cnn-input); }
    .kernel .heading { color: var(--cnn-kernel); }
    .output .heading { color: var(--cnn-output); }
    svg { display: block; overflow: visible; font-family: inherit; user-select: none; -webkit-user-select: none; }
    .drawn { width: 100%; }
    .drawn text { fill: var(--cnn-muted); font-size: 11px; text-anchor: middle; }
    .drawn .end { text-anchor: end; }
    .drawn path { fill: none; }
    .drawn .axis { stroke: var(--cnn-grid); stroke-width: 0.5; }
    .told { min-height: 3em; font-variant-numeric: tabular-nums; }
    .formula { color: var(--cnn-muted); font-size: 0.875rem; font-variant-numeric: tabular-nums; }
    .hint { margin: 0 0 0.75rem; padding-left: 1.25rem; color: var(--cnn-muted); font-size: 0.875rem; text-indent: -1.25rem; }
    .hint::before {
      content: ""; display: inline-block; width: 0.5rem; height: 0.5rem; margin-right: 0.5rem; border: 2px solid var(--cnn-accent);
      border-radius: 50%; vertical-align: 0;
    }
    .complaint { position: sticky; z-index: 1; bottom: 0; background: var(--cnn-surface); color: var(--cnn-error); }
    .complaint:empty { display: none; }
    .held, .held * { cursor: grab; touch-action: none; }
    .grid + .grid, table + table { margin-top: 0.5rem; }
    .grid :focus { outline: none; }
    .grid:has(:focus-visible) { outline: 2px solid var(--cnn-accent); }
    .player { justify-content: center; margin: 0.75rem 0 0; }
    @media (prefers-reduced-motion: reduce) {
      .play { display: none; }
      .play.primary + button { ${PRIMARY} }
    }
    @media (pointer: coarse) {
      select, button, .file, summary, .address, .segments label { min-height: 2.75rem; }
      summary { line-height: 2.25rem; }
    }
  `);

  /**
   * Stands below the picture that it lets the reader play with. A subclass has build(), which fills this.root once, and update(), which
   * shows this.state, and may throw a Refusal before it changes anything on the page.
   */
  cnn.Explorer = class extends HTMLElement {
    static css = "";
    /** What a page that shows it in a frame has to allow. */
    static allow = "clipboard-write; fullscreen";
    /** Whether it has a use for more room than a page has. */
    static grows = false;

    connectedCallback() {
      if (this.root) return;
      const name = this.localName.slice(4);
      this.settings = cnn.settings[name];
      const own = Object.fromEntries(
        Object.entries(this.settings).map(([key, each]) => [key, each.default ?? each.options?.[0] ?? ""]),
      );
      const page = Object.fromEntries(new URLSearchParams(this.dataset.settings));
      this.bare = checked(this.settings, own);
      this.state = this.defaults = Object.freeze(checked(this.settings, { ...own, ...page }));
      this.bound = new Map();
      this.told = cnn.make("p", { class: "told", role: "status" });
      this.complaint = cnn.make("p", { class: "complaint", role: "alert" });
      const title = cnn.make("p", { class: "title", id: "title" }, cnn.titles[name]);
      this.root = cnn.make("div", { class: "explorer", role: "group", "aria-labelledby": "title" }, this.#head(title));
      this.build();
      this.root.append(...(this.told.parentNode ? [] : [this.told]), this.complaint);
      const shadow = this.attachShadow({ mode: "open" });
      shadow.adoptedStyleSheets = [look, sheet(this.constructor.css)];
      shadow.append(this.root);
      this.update();
      this.sync();
      this.follow(location);
      running.add(this);
      address.mark();
      this.#keepPlace();
      cnn.tour?.(this);
    }

    /** What is kept free for the explorer is right for one width: turned or enlarged, it is as high as what it shows. */
    #keepPlace() {
      const { clientWidth } = this;
      const watch = new ResizeObserver(() => {
        if (this.clientWidth === clientWidth) return;
        this.style.minHeight = "0";
        watch.disconnect();
      });
      watch.observe(this);
    }

    /** Take over what an address says of this explorer. One that a link leads to may say nothing: then all stays. */
    follow(url, back) {
      const query = address.read(url, this.id);
      if (query || back) this.change({ ...this.defaults, ...Object.fromEntries(query ?? []) });
      else this.note();
      // In a frame, this would move the page around it too.
      if (query && !back && !address.place(url) && parent === window) this.scrollIntoView({ block: "nearest" });
    }

    /** Change settings; what is not accepted is told, and changes nothing. */
    change(wanted) {
      const before = this.state;
      try {
        this.state = Object.freeze({ ...before, ...checked(this.settings, wanted) });
        this.update();
        this.complain("");
      } catch (error) {
        if (!(error instanceof cnn.Refusal)) throw error;
        this.state = before;
        this.complain(error.message);
      }
      this.sync();
      clearTimeout(this.writing);
      this.writing = setTimeout(() => this.note(), 250);
    }

    /** What differs from the defaults, those of this page or of none. */
    #changed(defaults = this.defaults) {
      return new URLSearchParams(Object.entries(this.state).filter(([name, value]) => value !== defaults[name]));
    }

    /** What differs, and may be given to others: a picture of the reader's stays here. */
    #shared(defaults) {
      const settings = this.#changed(defaults);
      if (this.state.picture === "upload") settings.delete("picture");
      return settings;
    }

    /** Write what differs from the defaults into the address. */
    note() {
      address.write(this.id, this.#changed());
    }

    /** The address of this explorer as it is set. */
    get link() {
      return address.link(this.id, this.#shared());
    }

    /** What shows this explorer in another page as it is set and as high as it is now, so no wider: what is wider may be higher. */
    get embedding() {
      const name = this.localName.slice(4);
      const src = new URL(`embed/${name}.html`, site);
      const settings = this.#shared(this.bare); // there the page sets nothing
      if (settings.size) src.hash = address.part(this.id, settings);
      const card = this.root.getBoundingClientRect();
      const height = Math.ceil(card.height) + FOOT;
      const { allow } = this.constructor;
      const frame = cnn.make("iframe", { src, title: cnn.titles[name], width: "100%", height, frameborder: 0, loading: "lazy", allow });
      frame.style.maxWidth = `${Math.ceil(card.width)}px`;
      return frame.outerHTML;
    }

    /** Make what stands on top: the title, and buttons that copy the address, and what embeds the explorer. */
    #head(title) {
      const field = cnn.make("input", { class: "address", readonly: true, hidden: true });
      const link = this.#copier("Copy link", field, "Address of this explorer, as it is set", () => this.link);
      const code = site && this.#copier("Copy embed code", field, "Code of this explorer for other pages, as it is set", () => this.embedding);
      code?.classList.add("embedding");
      return cnn.box("head", title, ...this.#wholeScreen(), link, ...(code ? [code] : []), field);
    }

    /** Make a button that copies something; where nothing may be copied, it is shown in the field, and marked. */
    #copier(text, field, label, content) {
      const copied = cnn.make("span", { class: "copied", role: "status" });
      const share = () => {
        field.value = content();
        field.ariaLabel = label;
        this.copy(field.value, copied, () => {
          cnn.set(field, { hidden: false });
          field.select();
        });
      };
      return cnn.box("sharing", cnn.button(text, share), copied);
    }

    /** Copy a text, and tell it for a moment; where nothing may be copied, it is marked. */
    async copy(text, told, mark) {
      try {
        await navigator.clipboard.writeText(text);
        this.say("Copied", told);
      } catch { // no clipboard here, or it is not for us
        mark();
        this.say("Copy it", told);
      }
      clearTimeout(told.ending);
      told.ending = setTimeout(() => told.replaceChildren(), TOLD);
    }

    /** Make a button that gives the explorer the whole screen, where it can use that. */
    #wholeScreen() {
      if (!this.constructor.grows || !document.fullscreenEnabled) return [];
      const turn = () => (document.fullscreenElement ? document.exitFullscreen() : this.requestFullscreen());
      const made = cnn.button("Full screen", turn, { class: "whole-screen" });
      this.addEventListener("fullscreenchange", () => (made.textContent = document.fullscreenElement ? "Leave full screen" : "Full screen"));
      return [made];
    }

    /** Take what the reader chose in a list; for a picture of their own they choose a file first. */
    choose(name, value) {
      if (value !== "upload" || this.own) return this.change({ [name]: value });
      this.sync();
      this.chooser.click();
    }

    /** Let the controls show the settings. */
    sync() {
      this.bound.forEach((control, name) => (control.value = this.state[name]));
    }

    /** Say a sentence, to those who see and to those who hear; parts of it may be elements. */
    say(sentence, where = this.told) {
      const parts = [sentence].flat();
      const text = parts.map((part) => part.textContent ?? part).join("");
      if (where.textContent !== text) where.replaceChildren(...parts); // what stays is not heard again
    }

    complain(sentence) {
      this.complaint.textContent = sentence;
    }

    /** Make a labelled control for each of some settings. */
    controls(...names) {
      return names.map((name) => {
        const { label, options, least, most } = this.settings[name];
        const values = options?.map((value) => [value, cnn.networkNames[value] ?? value]) ?? cnn.range(most - least + 1, least);
        const list = cnn.list(label, values, (value) => this.choose(name, value));
        // A list has the chooser of files in it; where there are buttons, it stands beside them.
        for (const input of list.querySelectorAll("[type=radio][value=upload]")) input.parentNode.hidden = true;
        this.bound.set(name, list.control);
        return list;
      });
    }

    /** Make a box of more controls; the setting `more` opens it. */
    details(names, ...others) {
      const controls = cnn.box("controls even", ...this.controls(...names), ...others);
      const box = cnn.make("details", {}, cnn.make("summary", {}, this.settings.more.label), controls);
      box.addEventListener("toggle", () => box.open !== (this.state.more === "on") && this.change({ more: box.open ? "on" : "off" }));
      this.bound.set("more", { set value(text) { box.open = text === "on"; } });
      return box;
    }

    /** Do what the reader may have to put right: then it is told. */
    async attempt(action) {
      this.complain(""); // of what was tried before
      try {
        await action();
      } catch (error) {
        if (!(error instanceof cnn.Refusal)) throw error;
        this.complain(error.message);
      }
    }

    /** Make a button for a picture of the reader's, a file that `open` gets. */
    upload(label = "Your picture", open = (file) => this.#own(file)) {
      const read = ({ target }) => {
        const [file] = target.files;
        if (!file) return;
        target.value = "";
        this.attempt(() => open(file));
      };
      this.chooser = cnn.make("input", { type: "file", accept: "image/*", onchange: read });
      return cnn.make("label", { class: "file" }, label, this.chooser);
    }

    async #own(file) {
      this.own = await cnn.readPicture(file);
      this.root.querySelector("[value=upload]").parentNode.hidden = false;
      this.change({ picture: "upload" });
    }

    /** The reader's picture, so many pixels wide. */
    mine(side) {
      if (this.own) return this.own(side);
      throw new cnn.Refusal("There is no picture of yours here: choose “upload”, and then a file.");
    }

    /** Make a sentence that tells what can be done here. */
    hint(sentence = "") {
      return cnn.make("p", { class: "hint" }, sentence);
    }

    /** Make a panel with a heading, which its name changes. */
    panel(kind, heading, ...content) {
      const words = cnn.make("p", { class: "heading" }, heading);
      return Object.assign(cnn.box(`panel ${kind}`, words, ...content), { name: (text) => (words.textContent = text) });
    }
  };

  /** Enter <cnn-NAME>; it starts once its data is there. */
  const known = new Map();
  cnn.define = (name, explorer) => known.set(`cnn-${name}`, explorer);
  cnn.start = (tag) => customElements.get(tag) ?? customElements.define(tag, known.get(tag));
})();
