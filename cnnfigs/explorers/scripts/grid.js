// A grid of numbers that can be pointed at and walked through with the arrow keys.
(() => {
  "use strict";
  const cnn = (window.cnn ??= {});
  const { STEPS } = cnn;

  /** Below this size a cell shows its colour only. */
  const READABLE = 26;
  const MARGIN = 3;
  /** Milliseconds from one cell to the next while playing. */
  const PACE = 800;

  /** All pairs of two lists. */
  cnn.pairs = (down, across) => down.flatMap((row) => across.map((column) => [row, column]));

  /**
   * Rows and columns are counted from 0; padding has those below 0 and behind the last. A cell has a name to be heard.
   * @typedef {{text: string, name: string, fill: string, ink?: string, bold?: boolean, padded?: boolean}} Cell
   */
  cnn.Grid = class {
    /** Whether only a press points at a cell. */
    still = false;

    /**
     * @param {"input" | "output"} kind
     * @param {(row: number, column: number) => void} onpoint for the cell that is pointed at or has the focus
     * @param {(row: number, column: number, dragged: boolean) => void} [onpress]
     * @param {() => void} [onleave] once nothing is pointed at any more
     */
    constructor(kind, onpoint, onpress, onleave) {
      Object.assign(this, { onpoint, onpress, at: [0, 0], shape: "" });
      this.body = cnn.make("svg:g");
      this.edge = cnn.make("svg:rect", { fill: "none", stroke: `var(--cnn-${kind})`, "stroke-width": 1.5 });
      this.frames = cnn.make("svg:g", { fill: "none", "stroke-linejoin": "round", "pointer-events": "none" });
      this.svg = cnn.make("svg:svg", { role: "grid" }, this.body, this.edge, this.frames);
      // Around the SVG, since one that listens for the focus would take it itself.
      this.element = cnn.make(
        "div",
        {
          class: "grid",
          onfocusin: ({ target }) => this.#point(target),
          onpointerover: ({ target, buttons, isPrimary }) => isPrimary && (buttons || !this.still) && this.#point(target, buttons),
          onpointerleave: ({ pointerType }) => pointerType === "touch" || this.still || onleave?.(), // a finger always leaves
          onpointerdown: ({ target, pointerId, isPrimary }) => {
            if (!isPrimary) return; // one finger presses; another, or a palm, does not
            target.releasePointerCapture?.(pointerId); // so that a finger reaches other cells too
            this.#point(target);
            this.#press(target, false);
          },
          onkeydown: (event) => this.#key(event),
        },
        this.svg,
      );
    }

    /** Show count × count cells of a size in pixels, and padding. @param {(row: number, column: number) => Cell} cell */
    show(label, size, count, cell, [before, after] = [0, 0]) {
      Object.assign(this, { size, count, before });
      const all = cnn.range(before + count + after, -before);
      if (this.shape !== String(all)) this.#build(all);
      const side = all.length * size + 2 * MARGIN;
      const corner = -before * size - MARGIN;
      cnn.set(this.svg, { "aria-label": label, width: side, height: side, viewBox: `${corner} ${corner} ${side} ${side}` });
      this.cells.forEach((parts) => this.#paint(parts, cell(...parts.place)));
      cnn.set(this.edge, { width: count * size, height: count * size });
    }

    /** Frame cells, as one box if they are one. @param {...[[number, number][], string]} frames cells and their colour */
    frame(...frames) {
      const box = ([row, column, height, width], color, thick) =>
        cnn.make("svg:rect", {
          x: column * this.size, y: row * this.size, width: width * this.size, height: height * this.size,
          stroke: `var(--cnn-${color})`, "stroke-width": thick,
        });
      this.frames.replaceChildren(
        ...frames.filter(([cells]) => cells.length).flatMap(([cells, color]) => {
          const [top, left] = [0, 1].map((axis) => Math.min(...cells.map((cell) => cell[axis])));
          const [down, right] = [0, 1].map((axis) => Math.max(...cells.map((cell) => cell[axis])) + 1);
          const whole = cells.length === (down - top) * (right - left);
          const boxes = whole ? [[top, left, down - top, right - left]] : cells.map((cell) => [...cell, 1, 1]);
          return [...boxes.map((each) => box(each, "background", 5)), ...boxes.map((each) => box(each, color, 2.5))];
        }),
      );
    }

    /** Let cells be dragged, with a finger too. */
    hold(cells) {
      const held = new Set(cells.map(String));
      this.places.forEach(({ element }, place) => element.classList.toggle("held", held.has(place)));
    }

    /** Make a cell the one that Tab comes to; with `focus`, go there. */
    go(row, column, focus = false) {
      const within = (value) => Math.min(Math.max(value, this.first), this.last);
      cnn.set(this.#cell(), { tabindex: -1 });
      this.at = [within(row), within(column)];
      cnn.set(this.#cell(), { tabindex: 0 });
      if (focus) this.#cell().focus();
    }

    /** Point at another cell, from the last on to the first. */
    step(by) {
      const all = this.count ** 2;
      const at = (this.at[0] * this.count + this.at[1] + by + all) % all;
      this.go(Math.floor(at / this.count), at % this.count);
      this.onpoint(...this.at);
    }

    /** Make buttons that lead through the cells; nothing moves unasked. @param {() => boolean} next whether it goes on */
    player(next, ...others) {
      let timer = 0;
      const play = (playing) => {
        clearInterval(timer);
        timer = playing && setInterval(() => next() || play(false), PACE);
        middle.textContent = playing ? "Pause" : "Play";
      };
      const step = (by) => () => (play(false), this.step(by));
      const middle = cnn.button("Play", () => play(!timer), { class: "play primary" });
      return cnn.make("div", { class: "controls player" }, cnn.button("Back", step(-1)), middle, cnn.button("Step", step(1)), ...others);
    }

    #cell() {
      return this.places.get(String(this.at)).element;
    }

    #build(all) {
      const keep = this.at;
      Object.assign(this, { shape: String(all), at: [all[0], all[0]], first: all[0], last: all.at(-1) });
      this.cells = cnn.pairs(all, all).map((place) => {
        const box = cnn.make("svg:rect");
        const text = cnn.make("svg:text", { "text-anchor": "middle", "aria-hidden": "true" });
        const element = cnn.make("svg:g", { role: "gridcell", tabindex: -1 }, box, text);
        return Object.assign(element, { place }), { element, box, text, place };
      });
      this.places = new Map(this.cells.map((parts) => [String(parts.place), parts]));
      const rows = all.map(() => cnn.make("svg:g", { role: "row" }));
      this.cells.forEach(({ element, place }) => rows[place[0] - all[0]].append(element));
      this.body.replaceChildren(...rows);
      this.go(...keep);
    }

    #paint({ element, box, text, place: [row, column] }, { text: words, name, fill, ink, bold, padded }) {
      const { size } = this;
      cnn.set(element, { "aria-label": name });
      cnn.set(box, {
        x: column * size, y: row * size, width: size, height: size, fill,
        stroke: size < 14 ? "none" : `var(--cnn-${padded ? "padding" : "grid"})`,
        "stroke-width": 0.75, "stroke-dasharray": padded ? "3 2" : null,
      });
      const tall = Math.min(Math.max(size * (words.length > 4 ? 0.3 : 0.38), 12), Math.max(15, size * 0.3));
      cnn.set(text, {
        x: (column + 0.5) * size, y: (row + 0.5) * size + tall * 0.36, fill: ink ?? "var(--cnn-text)",
        "font-size": tall, "font-weight": bold ? "bold" : null,
      });
      text.textContent = size < READABLE ? "" : words;
    }

    #point(target, buttons = 0) {
      const cell = target.closest("[role=gridcell]");
      if (!cell) return;
      this.go(...cell.place);
      this.onpoint(...cell.place);
      if (buttons & 1) this.#press(target, true);
    }

    #press(target, dragged) {
      const cell = target.closest("[role=gridcell]");
      if (cell) this.onpress?.(...cell.place, dragged);
    }

    #key(event) {
      if (event.key === " " || event.key === "Enter") this.#press(event.target, false);
      else if (STEPS[event.key] && !event.altKey) {
        const [down, right] = STEPS[event.key];
        this.go(this.at[0] + (event.ctrlKey && !down ? right : down), this.at[1] + right, true);
      } else return;
      event.preventDefault();
    }
  };
})();
