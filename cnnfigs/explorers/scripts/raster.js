// Many small pictures, or one large one: pixels on a canvas, with cells over them to point at or go through by keys.
(() => {
  "use strict";
  const cnn = (window.cnn ??= {});

  /** 256 colours as pixels have them. */
  const pixelColors = (color) =>
    Uint32Array.from({ length: 256 }, (_, step) => {
      const [red, green, blue] = color(step / 255).match(/\w\w/g).map((channel) => parseInt(channel, 16));
      return 0xff000000 + (blue << 16) + (green << 8) + red;
    });
  const COLORS = {
    ink: pixelColors((share) => cnn.hex(...Array(3).fill(Math.round(255 * (1 - share))))),
    activation: pixelColors((share) => cnn.color("sequential", share)),
    signed: pixelColors((share) => cnn.color("diverging", share)),
  };

  const STEPS = { ...cnn.STEPS, PageUp: [-Infinity, 0], PageDown: [Infinity, 0] };
  const within = (place, count) => Math.min(count - 1, Math.max(0, place));

  /** Some channels of maps, or some filters of a kernel. */
  cnn.picked = (values, channels, chosen) =>
    cnn.range((values.length / channels) * chosen.length).map((at) => values[Math.floor(at / chosen.length) * channels + chosen[at % chosen.length]]);

  /** Cells, counted from 0 row by row, over a canvas. One of them is current, and takes the focus. */
  cnn.Raster = class {
    current = 0;
    /** Pixels that each number takes in either direction, and pixels between maps. */
    zoom = 1;
    gap = 0;

    /**
     * @param {string} [label]
     * @param {(cell: number) => string} [name] what a cell is called
     * @param {(cell: number, how: "key" | "enter" | "hover" | "press") => void} [onpoint]
     * @param {"sheet" | "view"} [kind] a class
     */
    constructor(label, name = () => "", onpoint, kind = "") {
      Object.assign(this, { name, onpoint });
      this.canvas = cnn.make("canvas", { "aria-hidden": "true" });
      this.frames = cnn.make("svg:g", { "aria-hidden": "true" });
      this.cursor = cnn.make("svg:rect", { role: "gridcell", tabindex: "0", class: "cursor", width: 1, height: 1 });
      this.row = cnn.make("svg:g", { role: "row" }, this.cursor);
      this.svg = cnn.make("svg:svg", { role: "grid", "aria-label": label, preserveAspectRatio: "none" }, this.frames, this.row);
      // Around the SVG, since one that listens for the focus would take it itself.
      this.element = cnn.make(
        "div",
        {
          class: `raster ${kind}`,
          onkeydown: (event) => this.#key(event),
          onpointermove: (event) => event.isPrimary && this.#point(event, "hover"),
          onclick: (event) => this.#point(event, "press"),
        },
        this.canvas,
        this.svg,
      );
    }

    /** Only the picture, without cells to go through; a label says what it shows, where that is not told elsewhere. */
    alone(label) {
      if (label) cnn.set(this.canvas, { "aria-hidden": null, role: "img", "aria-label": label });
      return this.canvas;
    }

    /** Set how many cells there are, in how many rows and columns, and how many pixels the canvas has. */
    layout(rows, columns, width, height, count = rows * columns) {
      Object.assign(this, { rows, columns, count });
      cnn.set(this.svg, { viewBox: `0 0 ${columns} ${rows}`, "aria-rowcount": rows, "aria-colcount": columns });
      cnn.set(this.canvas, { width, height });
      this.context = this.canvas.getContext("2d");
      this.image = this.context.createImageData(width, height);
      this.pixels = new Uint32Array(this.image.data.buffer);
      // Where the last row is not full, nothing is: neither map nor the lines between maps.
      const [full, last] = [(100 * Math.floor(count / columns)) / rows, (100 * (count % columns)) / columns];
      this.element.style.clipPath = last ? `polygon(0 0, 100% 0, 100% ${full}%, ${last}% ${full}%, ${last}% 100%, 0 100%)` : "";
      this.go(within(this.current, count));
    }

    /** Lay out maps side by side, so many in a row, with a cell for each. */
    sheet([height, width, channels], across, zoom, gap) {
      Object.assign(this, { zoom, gap });
      const [down, end] = [Math.ceil(channels / across), this.onpoint ? 0 : gap]; // a cell has the gap behind its map
      this.layout(down, across, across * (width * zoom + gap) - end, down * (height * zoom + gap) - end, channels);
    }

    /** Paint maps side by side, or only one of them; `largest` is what is strongest, for all maps or for each. */
    paint(values, [height, width, channels], { colors = "activation", largest = 1, only } = {}) {
      const { pixels, columns, zoom, gap } = this;
      const across = this.canvas.width;
      const palette = COLORS[colors];
      const zero = colors === "signed" ? 127.5 : 0;
      const [start, end] = only === undefined ? [0, channels] : [only, only + 1];
      for (let channel = start; channel < end; channel++) {
        const [row, column] = [Math.floor((channel - start) / columns), (channel - start) % columns];
        const most = largest[channel] ?? largest;
        const scale = most > 0 ? (255 - zero) / most : 0;
        for (let y = 0; y < height; y++) {
          let to = (row * (height * zoom + gap) + y * zoom) * across + column * (width * zoom + gap);
          for (let x = 0; x < width; x++, to += zoom) {
            const share = zero + values[(y * width + x) * channels + channel] * scale;
            const color = palette[share > 0 ? Math.min(255, Math.round(share)) : 0];
            for (let line = to; line < to + zoom * across; line += across) {
              for (let pixel = line; pixel < line + zoom; pixel++) pixels[pixel] = color;
            }
          }
        }
      }
      cnn.set(this.canvas, { class: colors === "ink" ? null : "values" });
      this.context.putImageData(this.image, 0, 0);
    }

    /** Make a cell the current one. That is counted from 0, as names are; what ARIA defines counts from 1. */
    go(cell) {
      this.current = cell;
      const [y, x] = [Math.floor(cell / this.columns), cell % this.columns];
      cnn.set(this.row, { "aria-rowindex": y + 1 });
      cnn.set(this.cursor, { x, y, "aria-colindex": x + 1, "aria-label": this.name(cell) });
    }

    /** The box of a cell. */
    box(kind, cell) {
      return { kind, row: Math.floor(cell / this.columns), column: cell % this.columns, height: 1, width: 1 };
    }

    /** Frame boxes of cells, each with a kind, which is a class. */
    frame(boxes) {
      const rect = (kind, { row, column, height, width }) => cnn.make("svg:rect", { class: kind, x: column, y: row, height, width });
      this.frames.replaceChildren(...boxes.flatMap((box) => [rect("halo", box), rect(box.kind, box)]));
    }

    /** Row and column under a pointer, with fractions. */
    under({ clientX, clientY }) {
      const { left, top, width, height } = this.svg.getBoundingClientRect();
      return [((clientY - top) / height) * this.rows, ((clientX - left) / width) * this.columns];
    }

    #point(event, how) {
      const [row, column] = this.under(event).map(Math.floor);
      const cell = within(row, this.rows) * this.columns + within(column, this.columns);
      if (cell >= this.count) return;
      if (how === "press") {
        this.go(cell);
        this.cursor.focus({ preventScroll: true });
      }
      this.onpoint(cell, how);
    }

    #key(event) {
      const { key, altKey, ctrlKey, metaKey } = event;
      const [down, right] = STEPS[key] ?? [];
      const enter = key === "Enter" || key === " ";
      if (altKey || ctrlKey || metaKey || (down === undefined && !enter)) return;
      event.preventDefault();
      if (!enter) {
        const row = within(Math.floor(this.current / this.columns) + down, this.rows);
        const column = within((this.current % this.columns) + right, this.columns);
        this.go(within(row * this.columns + column, this.count));
      }
      this.onpoint(this.current, enter ? "enter" : "key");
    }

    static css = `
      .raster { position: relative; display: grid; width: 100%; background: color-mix(in srgb, var(--cnn-grid) 40%, var(--cnn-background)); }
      .raster > * { width: 100%; height: 100%; }
      .raster > svg { position: absolute; inset: 0; } /* an SVG of no size of its own would make room for one */
      .raster canvas { image-rendering: pixelated; }
      .raster .values { filter: var(--cnn-values); }
      .raster rect { fill: none; stroke: var(--cnn-kernel); stroke-width: 2px; vector-effect: non-scaling-stroke; }
      .raster .halo { stroke: var(--cnn-background); stroke-width: 4.5px; }
      .raster .off { stroke: var(--cnn-error); stroke-dasharray: 3 2; }
      .raster .chosen { stroke: var(--cnn-output); stroke-width: 2.5px; }
      .raster .cursor { stroke: none; outline: none; }
      .raster .cursor:focus-visible { stroke: var(--cnn-accent); stroke-width: 4px; }
      .sheet { width: fit-content; max-width: 100%; }
      .sheet canvas { width: auto; max-width: 100%; height: auto; image-rendering: auto; }
      .input > .raster { border: 1px solid var(--cnn-input); }
      .output > .raster { border: 1px solid var(--cnn-output); }
    `;
  };
})();
