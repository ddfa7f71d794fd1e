// A window on an input, and an output with a number for each of its places: what convolution and pooling share.
(() => {
  "use strict";
  const cnn = (window.cnn ??= {});

  const GAP = 28;
  /** From so many pixels on, input and output stand side by side. */
  const WIDE = 520;
  /** Pixels of a cell: the least with a number in it, and the least of all. */
  const [READABLE, SMALLEST] = [26, 6];
  /** What frames take around a grid. */
  const EDGE = 8;
  /** The same with the whole screen. */
  const HUGE = 80;
  /** Pixels that the rest of an explorer takes below and above its cells. */
  const OTHERS = 455;
  /** Pixels of a cell: the most, also where several channels stand above one another, and the least of one that is typed into. */
  const [LARGEST, STACKED, TYPED] = [44, 32, 28];

  /** Change the side of a square of values, at its upper left corner or its middle; new cells are 0. */
  cnn.resized = (values, side, to, middle = false) => {
    const places = cnn.range(to, middle ? -Math.floor((to - side) / 2) : 0);
    return cnn.pairs(places, places).map(([row, column]) =>
      Math.min(row, column) >= 0 && Math.max(row, column) < side ? values[row * side + column] : 0,
    );
  };

  const themed = (light, dark) => `var(--cnn-if-light, ${light}) var(--cnn-if-dark, ${dark})`;
  /** What a cell shows whose colour is at a share of a colour map, in either theme. */
  cnn.mapCell = (text, map, share) => {
    const [light, dark] = [cnn.color(map, share), cnn.color(`${map}-dark`, share)];
    return { text, fill: themed(light, dark), ink: themed(cnn.inkOn(light), cnn.inkOn(dark)) };
  };
  /** What a cell of an image shows, which is the same in both themes. */
  cnn.greyCell = (text, light) => {
    const fill = cnn.hex(...Array(3).fill(Math.round(light * 255)));
    return { text, fill, ink: cnn.inkOn(fill) };
  };

  const place = (row, column) => `row ${row}, column ${column}`;

  /** Make a number of a sum, in the colour of what it is; or two with what is done to them. */
  cnn.chip = (...parts) =>
    cnn.make("span", { class: "chip" }, ...parts.map((part) => (Array.isArray(part) ? cnn.make("span", { class: part[0] }, part[1]) : part)));
  /** Put a text between each two of some parts. */
  cnn.between = (parts, text) => parts.flatMap((part, at) => (at ? [text, part] : [part]));

  /**
   * A subclass builds with assemble() and has compute(), which may refuse and else gives {image, axis, values, around}:
   * input, axis, output, padding to be shown; inputCell(), outputCell() and padCell, cells without names; and tell(), the
   * sentence of a place of the output, or its parts; mistakes(), pairs of a wrong rule and what it gives there; and may have
   * hinted(), drags, and taps, the side of a kernel that stands between input and output.
   */
  cnn.Windows = class extends cnn.Explorer {
    static css = `
      .stage { align-items: center; justify-content: center; }
      .said { flex-direction: row; align-items: center; gap: 0.5rem; color: inherit; font-size: inherit; }
      .said input { width: 5rem; }
      .told { min-height: 4.25rem; line-height: 1.875; }
      .chip { display: inline-block; border-radius: 0.25rem; background: var(--cnn-background); line-height: 1.5; white-space: nowrap; }
      .chip > * { display: inline-block; padding: 0 0.3125rem; border-radius: 0.25rem; }
      .value { background: var(--cnn-input-fill); box-shadow: inset 0 0 0 1px var(--cnn-input); }
      .weight { background: var(--cnn-kernel-fill); box-shadow: inset 0 0 0 1px var(--cnn-kernel); }
      .result { background: var(--cnn-output-fill); box-shadow: inset 0 0 0 1px var(--cnn-output); font-weight: 600; }
      @media (max-width: 42rem) { .told { min-height: 6.125rem; } }
    `;
    static grows = true;
    static padCell = { text: "0", fill: "var(--cnn-padding-fill)", ink: "var(--cnn-muted)", padded: true };

    /** @param {{channels: number, main: Node[], more: Node, middle?: Node}} parts */
    assemble({ channels, main, more, middle }) {
      this.inputs = cnn.range(channels).map(
        () =>
          new cnn.Grid(
            "input",
            (...cell) => this.lightInput(...cell),
            (...press) => this.press(...press),
            () => this.lightOutput(...this.output.at),
          ),
      );
      this.output = new cnn.Grid("output", (...cell) => this.lightOutput(...cell));
      this.output.at = [1, 1]; // the corner is often blank
      this.panels = [
        this.panel("input", "", ...this.inputs.map(({ element }) => element)),
        this.panel("output", "", this.output.element),
      ];
      this.stage = cnn.box("stage", this.panels[0], ...(middle ? [middle] : []), this.panels[1]);
      this.predictions = new cnn.Predictions(
        (text) => this.check(text),
        () => this.uncover(...this.output.at),
        (down, right) => {
          this.output.go(this.output.at[0] + down, this.output.at[1] + right);
          this.lightOutput(...this.output.at);
        },
      );
      // Whoever types on a number of the output means the line below.
      cnn.set(this.output.element, { onkeydown: ({ key }) => this.covering && /^[\d.,−-]$/.test(key) && this.predictions.field.focus() });
      const cover = cnn.button(this.settings.cover.label, () => this.change({ cover: this.covering ? "off" : "on" }));
      this.bound.set("cover", { set value(text) { cnn.set(cover, { "aria-pressed": String(text === "on") }); } });
      this.formula = cnn.make("p", { class: "formula" });
      this.can = this.hint();
      this.root.append(
        cnn.box("controls even", ...main),
        this.can,
        this.stage,
        this.output.player(() => this.next(), cover),
        this.predictions.form,
        this.told,
        this.formula,
        more,
      );
      new ResizeObserver(() => this.stage.clientWidth !== this.width && this.update()).observe(this.stage);
    }

    update() {
      const { values: before, covering: covered } = this;
      Object.assign(this, this.compute()); // What follows refuses nothing.
      const { axis, image, around, values } = this;
      this.covering = this.state.cover === "on";
      if (!covered || String(values) !== String(before)) this.predictions.shown.clear();
      for (const grid of [...this.inputs, this.output]) grid.still = this.covering;
      cnn.set(this.predictions.form, { hidden: !this.covering });
      this.root.querySelector(".play").classList.toggle("primary", !this.covering);
      const { channels, size: [size] } = image;
      this.sources = cnn.arithmetic.sources(axis);
      this.places = this.sources.length;
      this.width = this.stage.clientWidth;
      const shown = size + around[0] + around[1];
      const cell = this.cellSize(shown);
      this.inputs.forEach((grid, channel) => {
        cnn.set(grid.element, { hidden: channel >= channels });
        if (channel >= channels) return;
        const name = channels > 1 ? `${image.names[channel]} channel of the input` : "input";
        grid.show(name, cell, size, (row, column) => {
          if (Math.min(row, column) < 0 || Math.max(row, column) >= size) return { ...this.constructor.padCell, name: "padding" };
          const value = image.values[(row * size + column) * channels + channel];
          return { name: `${place(row, column)}: ${cnn.number(value)}`, ...this.inputCell(value, channel) };
        }, around);
      });
      this.cell = cell;
      this.showOutput();
      if (this.covering && !covered) this.output.go(0, 0);
      const deep = channels > 1 ? `×${channels}, ${image.names.join(" and ")}` : "";
      const padded = shown > size ? `, padded ${shown}×${shown}` : "";
      this.panels[0].name(`input ${size}×${size}${deep}${padded}`);
      this.panels[1].name(`output ${this.places}×${this.places}`);
      this.formula.textContent = `Along each axis: ${cnn.arithmetic.sizeFormula(axis)}`;
      this.lightOutput(...this.output.at);
    }

    showOutput() {
      const { places, values } = this;
      this.output.show("output", this.cell, places, (row, column) => {
        if (this.covers(row, column)) {
          return { text: "?", bold: true, fill: "var(--cnn-background)", ink: "var(--cnn-muted)", name: `${place(row, column)}: covered` };
        }
        const value = values[row * places + column];
        return { name: `${place(row, column)}: ${cnn.number(value)}`, ...this.outputCell(value) };
      });
      this.can.textContent = this.hinted();
    }

    /** Whether a number of the output is still to be said. */
    covers(row, column) {
      return this.covering && !this.predictions.shown.has(row * this.places + column);
    }

    /** The covered place from the marked one on. */
    covered() {
      const [{ places }, [row, column]] = [this, this.output.at];
      const all = cnn.pairs(cnn.range(places), cnn.range(places));
      const at = row * places + column;
      return [...all.slice(at), ...all.slice(0, at)].find((each) => this.covers(...each));
    }

    /** While playing: the next number; or the next covered one is uncovered, as long as there is one. */
    next() {
      if (!this.covering) this.output.step(1);
      const found = this.covered();
      if (found) {
        this.output.go(...found);
        this.uncover(...found);
      }
      return Boolean(!this.covering || this.covered());
    }

    uncover(row, column, ...before) {
      this.predictions.shown.add(row * this.places + column);
      this.showOutput();
      this.lightOutput(row, column, ...before);
    }

    /** Check what the reader says of the marked number; once it is uncovered, go to the next. */
    check(text) {
      const { at } = this.output;
      const { predictions } = this;
      this.complain("");
      if (!this.covers(...at)) {
        const next = this.covered();
        if (next) this.output.go(...next);
        return this.lightOutput(...this.output.at);
      }
      if (cnn.readNumber(text) === undefined) return this.complain(cnn.expected("Prediction", text));
      const value = this.values[at[0] * this.places + at[1]];
      if (predictions.meets(value)) return this.uncover(...at, "Right. ");
      this.told.replaceChildren(); // who says the same again hears the same again
      this.say(predictions.wrong(value, this.mistakes(...at)));
    }

    /** The number of a place by wrong rules that hold for every window. @param {(axis: object) => number[]} compute */
    misplaced(row, column, compute) {
      const { axis, places, values } = this;
      const { strides, kernelSize, padding, dilationRate = 1 } = axis;
      const along = (other) => {
        try {
          const side = cnn.arithmetic.outputSize({ ...axis, ...other });
          return Math.max(row, column) < side ? compute({ ...axis, ...other })[row * side + column] : NaN;
        } catch (error) {
          if (error instanceof cnn.Refusal) return NaN;
          throw error;
        }
      };
      return [
        ["row and column changed places", values[column * places + row]],
        ...(axis.transposed ? [] : [
          strides > 1 && ["the window moved by 1", along({ strides: 1 })],
          strides !== kernelSize && dilationRate === 1 && ["the window moved by its own size", along({ strides: kernelSize })],
          padding !== "valid" && ["there were no padding", along({ padding: "valid" })],
        ].filter(Boolean)),
      ];
    }

    /** What can be done here. */
    hinted() {
      const { covering, places, predictions: { shown } } = this;
      const count = `${shown.size} of ${places ** 2} are uncovered`;
      if (covering) return `Choose a covered number, and say what it will be: Enter checks, arrows move on. ${count}.`;
      return "Point at a number to see what it is made of. Drag the window.";
    }

    /** The size with which all cells fit: side by side, or on a phone the input above what becomes of it. */
    cellSize(shown) {
      const { places, taps = 0 } = this;
      const fit = (grids, cells, fixed = 0) => Math.floor((this.width - grids * EDGE - (grids - 1) * GAP - fixed) / cells);
      const beside = (...counts) => {
        const cells = counts.reduce((sum, count) => sum + count);
        const grids = taps ? counts.length + 1 : counts.length;
        const even = fit(grids, cells + taps);
        return even < TYPED && taps ? Math.min(fit(grids, cells, taps * TYPED), TYPED) : even;
      };
      const below = Math.min(fit(1, shown), beside(places) < READABLE ? fit(1, places) : beside(places));
      const size = this.width > WIDE ? beside(shown, places) : below;
      // With the whole screen rows count too.
      const high = Math.floor((innerHeight - OTHERS) / (shown * this.image.channels));
      const most = this.matches(":fullscreen") ? Math.min(HUGE, Math.max(high, LARGEST)) : this.image.channels > 1 ? STACKED : LARGEST;
      this.typed = Math.max(Math.min(size, most), TYPED);
      return Math.max(Math.min(size, most), SMALLEST);
    }

    /** The cells of the input that a place of the output is made of, padding too. */
    read(row, column) {
      return cnn.pairs(this.sources[row], this.sources[column]).map(([down, across]) => [down.cell, across.cell]);
    }

    frameInput(...frames) {
      this.inputs.slice(0, this.image.channels).forEach((grid) => grid.frame(...frames));
    }

    /** Show what a number of the output is made of. */
    lightOutput(row, column, ...before) {
      const window = this.read(row, column);
      this.frameInput([window, "kernel"]);
      for (const grid of this.inputs.slice(0, this.image.channels)) grid.hold(this.drags ? window : []);
      this.output.frame([[[row, column]], "output"]);
      this.predictions.ask(`${place(row, column).replace("r", "R")} will be`);
      const told = this.covers(row, column) ? ["what will it be?"] : this.tell(row, column);
      this.say([...before, `${place(row, column)}: `, ...told]);
    }

    /** Drag the window by the cell of it that was pressed. */
    press(row, column, dragged) {
      const [cell, { at }] = [[row, column], this.output];
      // The middle of what a place reads; a place may read nothing.
      const middle = (place) => (this.sources[place].at(0)?.cell + this.sources[place].at(-1)?.cell) / 2;
      if (!dragged) {
        const inside = this.read(...at).some((each) => String(each) === String(cell));
        this.grip = inside && cell.map((along, axis) => along - middle(at[axis]));
      } else if (this.grip) {
        const places = cell.map((along, axis) => {
          const far = this.sources.map((_, place) => Math.abs(middle(place) + this.grip[axis] - along));
          return far.indexOf(Math.min(...far.filter((distance) => distance >= 0)));
        });
        this.output.go(...places);
        this.lightOutput(...places);
      }
    }

    /** Whether the window can be dragged. */
    get drags() {
      return true;
    }

    /** Show which numbers of the output a cell of the input goes into. */
    lightInput(row, column) {
      const into = (cell) => [...this.sources.keys()].filter((at) => this.sources[at].some((one) => one.cell === cell));
      const places = cnn.pairs(into(row), into(column));
      const { at } = this.output; // its window stays where it is
      this.frameInput([this.read(...at), "kernel"], [[[row, column]], "input"]);
      this.output.frame([[at], "output"], [places, "input"]);
      const inside = Math.min(row, column) >= 0 && Math.max(row, column) < this.image.size[0];
      const count = places.length === 1 ? "1 number" : `${places.length || "none"}`;
      this.say(`${inside ? `input, ${place(row, column)}` : "padding"}: goes into ${count} of the ${this.places ** 2} of the output`);
    }
  };
})();
