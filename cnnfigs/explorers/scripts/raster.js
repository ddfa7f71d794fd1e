// Many small pictures, or one large one: pixels on a canvas, with cells over them to point at or go through by keys.
(() => {
  "use strict";
  const cnn = (window.cnn ??= {});

  /** 256 opaque colours as pixels have them. @param {(share: number) => string} color of a share from 0 to 1 */
  const pixelColors = (color) =>
    Uint32Array.from({ length: 256 }, (_, step) => {
      const [red, green, blue] = color(step / 255).match(/\w\w/g).map((channel) => parseInt(channel, 16));
      return 0xff000000 + (blue << 16) + (green << 8) + red;
    });

  const grey = (share) => Math.round(255 * (1 - share));
  const MAPS = {
    ink: pixelColors((share) => cnn.hex(grey(share), grey(share), grey(share))),
    activation: pixelColors((share) => cnn.color("sequential", share)),
  };

  const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  const HALO = "halo";

  /** A grid of cells, counted from 0 row by row, over a canvas. One cell is current; it takes the focus. */
  cnn.Raster = class {
    current = 0;

    /**
     * @param {string} label
     * @param {(cell: number) => string} name what a cell is called
     * @param {(cell: number, how: "key" | "enter" | "hover" | "press") => void} onpoint
     */
    constructor(label, name, onpoint) {
      const { make } = cnn;
      Object.assign(this, { name, onpoint });
      this.canvas = make("canvas", { "aria-hidden": "true" });
      this.frames = make("svg:g", { "aria-hidden": "true" });
      this.cursor = make("svg:rect", { role: "gridcell", tabindex: "0", class: "cursor", width: 1, height: 1 });
      this.row = make("svg:g", { role: "row" }, this.cursor);
      const listeners = {
        onkeydown: (event) => this.#key(event),
        onpointermove: (event) => this.#point(event, "hover"),
        onclick: (event) => this.#point(event, "press"),
      };
      const fixed = { role: "grid", "aria-label": label, preserveAspectRatio: "none" };
      this.svg = make("svg:svg", { ...fixed, ...listeners }, this.frames, this.row);
      this.element = make("div", { class: "raster" }, this.canvas, this.svg);
    }

    /** Set how many cells there are, of how many rows and columns, and how many pixels the canvas has. */
    layout(rows, columns, width, height, count = rows * columns) {
      Object.assign(this, { rows, columns, count });
      cnn.set(this.svg, { viewBox: `0 0 ${columns} ${rows}`, "aria-rowcount": rows, "aria-colcount": columns });
      cnn.set(this.canvas, { width, height });
      this.context = this.canvas.getContext("2d");
      this.image = this.context.createImageData(width, height);
      this.pixels = new Uint32Array(this.image.data.buffer);
      this.go(Math.min(this.current, count - 1));
    }

    /**
     * Paint maps side by side, each pixel of the canvas a number or a part of one.
     * @param {ArrayLike<number>} values channels innermost
     * @param {[number, number, number]} shape
     * @param {object} [options]
     * @param {"ink" | "activation"} [options.colors]
     * @param {number} [options.largest] what gets the last colour
     * @param {number} [options.only] the one map to paint
     * @param {number} [options.zoom] pixels a number @param {number} [options.gap] pixels between maps
     */
    paint(values, [height, width, channels], { colors = "activation", largest = 1, only, zoom = 1, gap = 0 } = {}) {
      const { pixels, columns } = this;
      const across = this.canvas.width;
      const scale = largest > 0 ? 255 / largest : 0;
      const [first, end] = only === undefined ? [0, channels] : [only, only + 1];
      const palette = MAPS[colors];
      for (let channel = first; channel < end; channel++) {
        const [row, column] = [Math.floor((channel - first) / columns), (channel - first) % columns];
        for (let y = 0; y < height; y++) {
          let to = (row * (height * zoom + gap) + y * zoom) * across + column * (width * zoom + gap);
          for (let x = 0; x < width; x++, to += zoom) {
            const value = values[(y * width + x) * channels + channel] * scale;
            const color = palette[value > 0 ? Math.min(255, Math.round(value)) : 0];
            for (let line = to; line < to + zoom * across; line += across) {
              for (let pixel = line; pixel < line + zoom; pixel++) pixels[pixel] = color;
            }
          }
        }
      }
      this.context.putImageData(this.image, 0, 0);
    }

    /** Make a cell the current one. */
    go(cell) {
      this.current = cell;
      const [row, column] = [Math.floor(cell / this.columns), cell % this.columns];
      cnn.set(this.row, { "aria-rowindex": row + 1 });
      cnn.set(this.cursor, { x: column, y: row, "aria-colindex": column + 1, "aria-label": this.name(cell) });
    }

    /** Frame boxes of cells. @param {{kind: string, row: number, column: number, height: number, width: number}[]} boxes */
    frame(boxes) {
      this.frames.replaceChildren(
        ...boxes.flatMap(({ kind, row, column, height, width }) =>
          [HALO, kind].map((name) => cnn.make("svg:rect", { class: name, x: column, y: row, height, width })),
        ),
      );
    }

    /** Row and column under a pointer, with fractions. */
    under({ clientX, clientY }) {
      const { left, top, width, height } = this.svg.getBoundingClientRect();
      return [((clientY - top) / height) * this.rows, ((clientX - left) / width) * this.columns];
    }

    #point(event, how) {
      if (event.pointerType === "touch" && how === "hover") return;
      const [row, column] = this.under(event).map(Math.floor);
      const cell = row * this.columns + column;
      if (row < 0 || column < 0 || column >= this.columns || cell >= this.count) return;
      if (how === "press") {
        this.go(cell);
        this.cursor.focus({ preventScroll: true });
      }
      this.onpoint(cell, how);
    }

    #key(event) {
      if (event.altKey || event.metaKey) return;
      const [row, column] = [Math.floor(this.current / this.columns), this.current % this.columns];
      let wanted;
      if (event.key in STEPS) {
        const [down, right] = STEPS[event.key];
        if (column + right < 0 || column + right >= this.columns) wanted = this.current;
        else wanted = (row + down) * this.columns + column + right;
      } else if (event.key === "Home") wanted = event.ctrlKey ? 0 : row * this.columns;
      else if (event.key === "End") wanted = event.ctrlKey ? this.count - 1 : (row + 1) * this.columns - 1;
      else if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        this.onpoint(this.current, "enter");
        return;
      } else return;
      event.preventDefault();
      if (wanted < 0 || wanted >= this.count) return;
      this.go(wanted);
      this.onpoint(wanted, "key");
    }

    /** What pages share of the look. */
    static css = `
      .raster { position: relative; display: grid; width: 100%; touch-action: manipulation; }
      .raster > * { grid-area: 1 / 1; width: 100%; height: 100%; }
      .raster canvas { image-rendering: pixelated; background: color-mix(in srgb, var(--cnn-grid) 40%, var(--cnn-background)); }
      .raster rect { fill: none; vector-effect: non-scaling-stroke; pointer-events: none; }
      .raster .${HALO} { stroke: var(--cnn-background); stroke-width: 4.5px; }
      .raster :is(.window, .off, .chosen) { stroke: var(--cnn-kernel); stroke-width: 2px; }
      .raster .off { stroke: var(--cnn-error); stroke-dasharray: 3 2; }
      .raster .chosen { stroke: var(--cnn-output); stroke-width: 2.5px; }
      .raster .cursor:focus-visible { stroke: var(--cnn-accent); stroke-width: 4px; }
    `;
  };
})();
