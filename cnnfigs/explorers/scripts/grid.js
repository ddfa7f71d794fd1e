// A grid of numbers that can be pointed at and walked through with the arrow keys.
(() => {
  "use strict";
  const cnn = (window.cnn ??= {});
  const { make, set } = cnn;

  /** Below this size a cell shows its colour only. */
  const READABLE = 24;
  const MARGIN = 3;

  const STEPS = {
    ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
    Home: [0, -Infinity], End: [0, Infinity], PageUp: [-Infinity, 0], PageDown: [Infinity, 0],
  };

  /**
   * What a cell shows.
   * @typedef {{text: string, name: string, fill: string, ink?: string, bold?: boolean, padded?: boolean}} Cell
   */
  cnn.Grid = class {
    /**
     * @param {string} kind "input" or "output": the colour of its frame
     * @param {(row: number, column: number) => void} onpoint called for the cell that is pointed at or has the focus
     * @param {(row: number, column: number, dragged: boolean) => void} [onpress] called for a cell that is pressed
     */
    constructor(kind, onpoint, onpress) {
      Object.assign(this, { kind, onpoint, onpress, rows: 0, columns: 0, at: [0, 0], cells: [] });
      this.body = make("svg:g");
      this.edge = make("svg:rect", { fill: "none", stroke: `var(--cnn-${kind})`, "stroke-width": 1.5 });
      this.frames = make("svg:g", { fill: "none", "stroke-linejoin": "round", "pointer-events": "none" });
      this.element = make(
        "svg:svg",
        {
          role: "grid",
          onfocusin: ({ target }) => this.#point(target),
          onpointerover: ({ target, buttons }) => this.#point(target, buttons),
          onpointerdown: (event) => {
            event.target.releasePointerCapture?.(event.pointerId); // so that a finger reaches other cells too
            this.#point(event.target);
            this.#press(event.target, false);
          },
          onkeydown: (event) => this.#key(event),
        },
        this.body, this.edge, this.frames,
      );
    }

    /**
     * Show cells of a size in pixels; those of the same grid keep the focus.
     * @param {string} label @param {number} size @param {Cell[][]} cells
     * @param {{before?: number, after?: number}} [padding] rows and columns around what the frame holds
     */
    show(label, size, cells, { before = 0, after = 0 } = {}) {
      const [rows, columns] = [cells.length, cells[0].length];
      this.size = size;
      if (rows !== this.rows || columns !== this.columns) this.#build(rows, columns);
      const [width, height] = [columns, rows].map((count) => count * size + 2 * MARGIN);
      set(this.element, { "aria-label": label, width, height, viewBox: `${-MARGIN} ${-MARGIN} ${width} ${height}` });
      cells.forEach((line, row) => line.forEach((cell, column) => this.#paint(row, column, cell)));
      set(this.edge, {
        x: before * size, y: before * size,
        width: (columns - before - after) * size, height: (rows - before - after) * size,
      });
    }

    /** Frame cells, as one box if they are one. @param {[number, number][]} cells @param {string} color */
    frame(cells, color) {
      const inside = cells.filter(([row, column]) => this.cells[row]?.[column]);
      const lines = inside.map(([row]) => row);
      const across = inside.map(([, column]) => column);
      const [top, left] = [Math.min(...lines), Math.min(...across)];
      const [down, right] = [Math.max(...lines) - top + 1, Math.max(...across) - left + 1];
      const boxes =
        inside.length === down * right ? [[top, left, down, right]] : inside.map(([row, column]) => [row, column, 1, 1]);
      const box = ([row, column, height, width], stroke, thick) =>
        make("svg:rect", {
          x: column * this.size, y: row * this.size, width: width * this.size, height: height * this.size,
          stroke: `var(--cnn-${stroke})`, "stroke-width": thick,
        });
      this.frames.replaceChildren(
        ...boxes.map((each) => box(each, "background", 5)),
        ...boxes.map((each) => box(each, color, 2.5)),
      );
    }

    /** Make a cell the one that Tab comes to; with `focus`, go there. */
    go(row, column, focus = false) {
      const within = (value, count) => Math.min(Math.max(value, 0), count - 1);
      set(this.cells[this.at[0]]?.[this.at[1]]?.element ?? this.body, { tabindex: -1 });
      this.at = [within(row, this.rows), within(column, this.columns)];
      const { element } = this.cells[this.at[0]][this.at[1]];
      set(element, { tabindex: 0 });
      if (focus) element.focus();
    }

    #build(rows, columns) {
      Object.assign(this, { rows, columns });
      this.cells = Array.from({ length: rows }, (_, row) =>
        Array.from({ length: columns }, (_, column) => {
          const box = make("svg:rect");
          const text = make("svg:text", { "text-anchor": "middle", "aria-hidden": "true" });
          const element = make("svg:g", { role: "gridcell", tabindex: -1 }, box, text);
          element.place = [row, column];
          return { element, box, text };
        }),
      );
      this.body.replaceChildren(
        ...this.cells.map((line) => make("svg:g", { role: "row" }, ...line.map(({ element }) => element))),
      );
      this.go(...this.at);
    }

    #paint(row, column, { text: words, name, fill, ink = "var(--cnn-text)", bold, padded }) {
      const { element, box, text } = this.cells[row][column];
      const { size } = this;
      set(element, { "aria-label": name });
      set(box, {
        x: column * size, y: row * size, width: size, height: size, fill,
        stroke: size < 14 ? "none" : padded ? "var(--cnn-padding)" : "var(--cnn-grid)",
        "stroke-width": 0.75, "stroke-dasharray": padded ? "3 2" : null,
      });
      const tall = Math.min(Math.max(size * (words.length > 4 ? 0.3 : 0.38), 11), 15);
      set(text, {
        x: (column + 0.5) * size, y: (row + 0.5) * size + tall * 0.36, fill: ink, "font-size": tall,
        "font-weight": bold ? "bold" : null,
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
        const far = event.ctrlKey && (event.key === "Home" || event.key === "End");
        this.go(this.at[0] + (far ? right : down), this.at[1] + right, true);
      } else return;
      event.preventDefault();
    }
  };
})();
