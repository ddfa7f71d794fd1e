// A kernel on its way over an input: every number of the output can be pointed at and is spelled out.
(() => {
  "use strict";
  const cnn = (window.cnn ??= {});
  const { make, number, factor } = cnn;

  const KERNEL_CELL = 44;
  const GAP = 28;
  /** Milliseconds from one place to the next. */
  const PACE = 800;
  /** Longer sums are not spelled out to the end. */
  const TERMS = 18;
  /** Where the pictures are cut: a row and a column. */
  const MIDDLES = { digit: [16, 17], ink: [16, 17], cat: [11, 8] };

  /** Kernels that are known at every size: the value at a row and a column of so many. */
  const SCALABLE = {
    "left-right": (row, column, size) => Math.sign(column - (size - 1) / 2),
    "top-bottom": (row, column, size) => Math.sign(row - (size - 1) / 2),
    ones: () => 1,
    average: (row, column, size) => 1 / size ** 2,
  };

  /** Change the side of a kernel, from its upper left corner or around its middle. */
  const resized = (slice, side, to, middle = false) => {
    const shift = middle ? Math.floor((to - side) / 2) : 0;
    const at = (row, column) =>
      row >= 0 && row < side && column >= 0 && column < side ? slice[row * side + column] : 0;
    return Array.from({ length: to * to }, (_, tap) => at(Math.floor(tap / to) - shift, (tap % to) - shift));
  };

  /** All pairs of two lists. */
  const pairs = (down, across) => down.flatMap((row) => across.map((column) => [row, column]));

  class Convolution extends cnn.Explorer {
    static css = `
      table { border-collapse: collapse; }
      td { padding: 0; border: 1px solid var(--cnn-kernel); background: var(--cnn-kernel-fill); }
      td.used { outline: 2.5px solid var(--cnn-kernel); outline-offset: -2px; }
      td input {
        width: ${KERNEL_CELL - 1}px; padding: 0; border: 0; border-radius: 0; background: none; text-align: center;
        font-variant-numeric: tabular-nums;
      }
      .panel > * + table, .panel > svg + svg { margin-top: 0.5rem; }
      .player { justify-content: center; margin: 0.5rem 0 0; }
      @media (prefers-reduced-motion: reduce) { .play { display: none; } }
    `;

    build() {
      this.place = [0, 0];
      this.inputs = [0, 1].map(
        () => new cnn.Grid("input", (...cell) => this.lightInput(...cell), (...press) => this.draw(...press)),
      );
      this.output = new cnn.Grid("output", (...cell) => this.lightOutput(...cell));
      this.kernels = [0, 1].map(() => make("table", { role: "grid", onkeydown: (event) => this.walk(event) }));
      const elements = this.inputs.map(({ element }) => element);
      this.panels = {
        input: this.panel("input", ...elements),
        kernel: this.panel("kernel", ...this.kernels),
        output: this.panel("output", this.output.element),
      };
      this.formula = make("p", { class: "formula" });
      this.player = make("button", { type: "button", class: "play", onclick: () => this.play(!this.playing) });
      const step = (by) => () => (this.play(false), this.step(by));
      this.more = make(
        "details",
        { open: /size|dilation|operation|channels|bias|before|after/.test(this.dataset.settings ?? "") },
        make("summary", {}, "More settings"),
        make(
          "div",
          { class: "controls" },
          ...this.controls("size", "kernel_size", "dilation_rate", "before", "after", "operation", "channels", "bias"),
          make("button", { type: "button", onclick: () => this.flip() }, "Flip the kernel"),
          this.upload(),
        ),
      );
      const [picture, strides, padding, relu] = this.controls("picture", "strides", "padding", "relu");
      this.root.append(
        make("div", { class: "controls" }, picture, this.gallery(), strides, padding, relu),
        this.more,
        make("div", { class: "stage" }, ...Object.values(this.panels)),
        make(
          "div",
          { class: "controls player" },
          make("button", { type: "button", onclick: step(-1) }, "Back"),
          this.player,
          make("button", { type: "button", onclick: step(1) }, "Step"),
        ),
        this.formula,
      );
      this.play(false);
      new ResizeObserver(() => this.clientWidth !== this.width && this.update()).observe(this);
    }

    /** Make the list of kernels. */
    gallery() {
      const names = [...Object.keys(SCALABLE), ...Object.keys(cnn.kernels)];
      const choose = () => {
        if (select.value !== "own") this.change({ kernel: select.value, kernel_size: cnn.kernels[select.value] ? 3 : this.state.kernel_size });
        else this.change({ kernel: this.written(this.slices) });
      };
      const select = make(
        "select",
        { onchange: choose },
        ...[...names, "own"].map((value) => make("option", { value }, value.replaceAll("-", " "))),
      );
      this.bound.set("kernel", { set value(text) { select.value = names.includes(text) ? text : "own"; } });
      return make("label", {}, "Kernel", select);
    }

    /** Make the button for a picture of the reader's. */
    upload() {
      const read = async ({ target }) => {
        const [file] = target.files;
        target.value = "";
        if (!file) return;
        try {
          this.own = await cnn.readPicture(file);
          this.change({ picture: "upload" });
        } catch (error) {
          if (!(error instanceof cnn.Refusal)) throw error;
          this.complain(error.message);
        }
      };
      return make("label", { class: "file" }, "Your picture", make("input", { type: "file", accept: "image/*", onchange: read }));
    }

    change(wanted) {
      const { kernel, kernel_size: side, channels } = this.state;
      const reshaped = "kernel_size" in wanted || "channels" in wanted;
      if (reshaped && !("kernel" in wanted) && /\d/.test(kernel)) {
        const [to, count] = [wanted.kernel_size ?? side, wanted.channels ?? channels].map(Number);
        const slices = Array.from({ length: count }, (_, index) => this.slices[index] ?? Array(side * side).fill(0));
        wanted = { ...wanted, kernel: this.written(slices.map((slice) => resized(slice, side, to))) };
      }
      super.change(wanted);
    }

    update() {
      const { state } = this;
      const channels = Number(state.channels);
      const image = this.drawn(channels);
      const slices = this.slicesOf(state, channels);
      const axis = {
        size: state.size,
        kernelSize: state.kernel_size,
        strides: state.strides,
        padding: state.padding === "explicit" ? [state.before, state.after] : state.padding,
        dilationRate: state.dilation_rate,
        transposed: state.operation === "transposed",
      };
      const weights = slices[0].flatMap((_, tap) => slices.map((slice) => slice[tap]));
      const bias = Number(state.bias);
      const sums = cnn.arithmetic.convolution(image, { filters: 1, values: weights }, [bias], [axis, axis]);
      // Nothing was refused: from here on the page changes.
      Object.assign(this, { axis, image, slices, bias, sums: sums.values, places: sums.size[0] });
      this.sources = cnn.arithmetic.sources(axis);
      this.around = axis.transposed ? [0, 0] : cnn.arithmetic.paddingAmounts(axis);
      this.show();
    }

    /** The input as it is set, rounded to tenths. */
    drawn(channels) {
      const { picture, size, drawing } = this.state;
      let cut;
      if (picture === "upload") {
        if (!this.own) throw new cnn.Refusal("There is no picture of yours yet: choose one with the button “Your picture”.");
        cut = this.own(size);
      } else if (picture === "drawing" && drawing) {
        const side = Math.sqrt(drawing.length);
        if (side % 1) throw new cnn.Refusal("A drawing is a square: its number of cells cannot be other than 1, 4, 9, 16, …");
        cut = { size: [size, size], channels: 1, values: resized(drawing.split("").map(Number), side, size) };
      } else {
        const name = picture === "cat" ? "cat" : "digit";
        cut = cnn.crop(cnn.picture(name), size, ...(MIDDLES[picture] ?? MIDDLES.digit));
      }
      const binary = picture === "ink" || picture === "drawing";
      const tenth = (value) => (binary ? Math.round(value) : Math.round(value * 10) / 10);
      const { values } = cut;
      const color = cut.channels === 3;
      const made = Array.from({ length: size * size }, (_, cell) => {
        const [red, green, blue] = values.slice(cell * cut.channels, (cell + 1) * cut.channels);
        if (channels === 1) return [tenth(color ? 0.299 * red + 0.587 * green + 0.114 * blue : red)];
        return color ? [tenth(red), tenth(green)] : [tenth(red), tenth(1 - tenth(red))];
      });
      const names = channels === 1 ? [""] : color ? ["red", "green"] : ["ink", "paper"];
      return { size: [size, size], channels, values: made.flat(), names, binary, color };
    }

    /** The slices of the kernel, one for each channel. */
    slicesOf({ kernel, kernel_size: side }, channels) {
      const known = SCALABLE[kernel] ?? cnn.kernels[kernel];
      if (known) {
        const slice = SCALABLE[kernel]
          ? Array.from({ length: side * side }, (_, tap) => known(Math.floor(tap / side), tap % side, side))
          : resized(known, 3, side, true);
        return [slice, slice.map((weight) => 0 - weight)].slice(0, channels);
      }
      const numbers = kernel.split(",").map(Number);
      if (numbers.length !== side * side * channels) {
        throw new cnn.Refusal(
          `The kernel has ${numbers.length} numbers: ${side}×${side} in ${channels} channel${channels > 1 ? "s" : ""} needs ${side * side * channels}.`,
        );
      }
      return Array.from({ length: channels }, (_, channel) => numbers.slice(channel * side * side, (channel + 1) * side * side));
    }

    /** Slices as the address has them. */
    written(slices) {
      return slices.flat().map((weight) => Number(weight.toFixed(4))).join(",");
    }

    flip() {
      this.change({ kernel: this.written(this.slices.map((slice) => slice.toReversed())) });
    }

    show() {
      const { axis, image, around, places, panels, state } = this;
      const { size } = axis;
      this.width = this.clientWidth;
      const shown = size + around[0] + around[1];
      const [inputCell, outputCell] = this.cells(shown, places);
      this.inputs.forEach((grid, channel) => {
        const hidden = channel >= image.channels;
        cnn.set(grid.element, { hidden });
        if (hidden) return;
        const label = `${image.names[channel] ? `${image.names[channel]} channel of the ` : ""}input`;
        const cells = pairs([...Array(shown).keys()], [...Array(shown).keys()]).map(([row, column]) =>
          this.inputCell(row - around[0], column - around[0], channel),
        );
        const lines = Array.from({ length: shown }, (_, row) => cells.slice(row * shown, (row + 1) * shown));
        grid.show(label, inputCell, lines, { before: around[0], after: around[1] });
      });
      const largest = Math.max(...this.sums.map(Math.abs), 1e-9);
      const outputs = Array.from({ length: places }, (_, row) =>
        Array.from({ length: places }, (_, column) => this.outputCell(row, column, largest)),
      );
      this.output.show("output", outputCell, outputs);
      this.kernels.forEach((table, channel) => this.showKernel(table, channel));
      const padded = around[0] || around[1] ? `, with zeros ${shown}×${shown}` : "";
      const twice = image.channels > 1 ? `×2, ${image.names.join(" and ")}` : "";
      panels.input.name(`input ${size}×${size}${twice}${padded}`);
      panels.kernel.name(`kernel ${axis.kernelSize}×${axis.kernelSize}${image.channels > 1 ? "×2" : ""}`);
      panels.output.name(`output ${places}×${places}`);
      this.formula.textContent = `Along each axis: ${cnn.arithmetic.sizeFormula(axis)}`;
      for (const name of ["before", "after"]) this.bound.get(name).disabled = state.padding !== "explicit";
      this.lightOutput(...this.place);
    }

    /** Sizes of the cells of input and output, so that both fit: side by side, or on a phone below each other. */
    cells(shown, places) {
      const [whole, kernel] = [this.width - 8, this.axis.kernelSize * KERNEL_CELL];
      const most = this.image.channels > 1 ? 28 : 40;
      const fit = (room, count) => Math.max(Math.min(Math.floor(room / count), most), 6);
      if (whole > 560) return Array(2).fill(fit(whole - kernel - 2 * GAP - 8, shown + places));
      const beside = fit(whole - kernel - GAP, places);
      return [fit(whole, shown), beside < 24 ? fit(whole, places) : beside];
    }

    inputCell(row, column, channel) {
      const { size, image, axis } = this;
      const side = axis.size;
      if (row < 0 || column < 0 || row >= side || column >= side) {
        return { text: "0", name: "padding: 0", fill: "var(--cnn-padding-fill)", ink: "var(--cnn-muted)", padded: true };
      }
      const value = image.values[(row * side + column) * image.channels + channel];
      const cell = { text: number(value), name: `row ${row + 1}, column ${column + 1}: ${number(value)}` };
      if (image.binary) return { ...cell, fill: `var(--cnn-${value ? "input-fill" : "background"})`, bold: value > 0 };
      const light = image.color || channel === 1 ? value : 1 - value;
      const fill = cnn.hex(...Array(3).fill(Math.round(light * 255)));
      return { ...cell, fill, ink: cnn.inkOn(fill) };
    }

    outputCell(row, column, largest) {
      const value = this.value(row, column);
      const cell = { text: number(value, 1), name: `row ${row + 1}, column ${column + 1}: ${number(value)}` };
      if (this.image.binary) return { ...cell, fill: "var(--cnn-output-fill)" };
      const relu = this.state.relu === "on";
      const fill = relu ? cnn.color("sequential", value / largest) : cnn.color("diverging", (value / largest + 1) / 2);
      return { ...cell, fill, ink: cnn.inkOn(fill) };
    }

    /** A number of the output, after ReLU if it is on. */
    value(row, column) {
      const sum = this.sums[row * this.places + column];
      return this.state.relu === "on" ? Math.max(sum, 0) : sum;
    }

    showKernel(table, channel) {
      const slice = this.slices[channel] ?? [];
      const side = this.axis.kernelSize;
      const name = this.image.names[channel];
      cnn.set(table, { "aria-label": name ? `kernel slice for ${name}` : "kernel" });
      if (table.querySelectorAll("td").length !== slice.length) {
        const cell = (row, column) =>
          make(
            "td",
            { role: "gridcell" },
            make("input", {
              "aria-label": `weight in row ${row + 1}, column ${column + 1}`,
              autocomplete: "off", inputmode: "text", tabindex: row || column ? -1 : 0,
              onfocus: ({ target }) => target.select(),
              oninput: ({ target }) => this.edit(target, channel, row * side + column, false),
              onchange: ({ target }) => this.edit(target, channel, row * side + column, true),
            }),
          );
        const sides = [...Array(slice.length ? side : 0).keys()];
        table.replaceChildren(
          ...sides.map((row) => make("tr", { role: "row" }, ...sides.map((column) => cell(row, column)))),
        );
      }
      table.querySelectorAll("input").forEach((input, tap) => {
        if (input !== this.editing) input.value = number(slice[tap]);
      });
    }

    /** Take over a weight that is typed; complain of nonsense when the reader is done. */
    edit(input, channel, tap, done) {
      const text = input.value.trim().replace("−", "-").replace(",", ".");
      const slices = this.slices.map((slice) => [...slice]);
      if (/^-?\d{0,4}(\.\d{0,4})?$/.test(text) && /\d/.test(text)) {
        slices[channel][tap] = Number(text);
        this.editing = done ? null : input;
        if (Number(text) !== Number(this.slices[channel][tap].toFixed(4)) && number(this.slices[channel][tap]) !== input.value) {
          this.change({ kernel: this.written(slices) });
        }
      } else if (done) {
        const kept = number(this.slices[channel][tap]);
        this.complain(`A weight cannot be “${input.value.slice(0, 24)}”: write a number such as −1 or 0.5. The kernel keeps ${kept}.`);
        input.value = kept;
      }
    }

    /** Move between the cells of the kernel, once the caret is at the edge of one. */
    walk(event) {
      const { target, key, currentTarget } = event;
      const side = this.axis.kernelSize;
      const inputs = [...currentTarget.querySelectorAll("input")];
      const at = inputs.indexOf(target);
      const steps = { ArrowUp: -side, ArrowDown: side };
      if (target.selectionStart === 0 && at % side > 0) steps.ArrowLeft = -1;
      if (target.selectionEnd === target.value.length && at % side < side - 1) steps.ArrowRight = 1;
      const next = inputs[at + steps[key]];
      if (!next) return;
      event.preventDefault();
      inputs.forEach((input) => (input.tabIndex = input === next ? 0 : -1));
      next.focus();
    }

    draw(row, column, dragged) {
      const { picture, size } = this.state;
      if (picture !== "drawing") return;
      const cells = Array.from({ length: size * size }, (_, cell) => this.image.values[cell * this.image.channels]);
      const [down, right] = [row - this.around[0], column - this.around[0]];
      if (down < 0 || right < 0 || down >= size || right >= size) return;
      const cell = down * size + right;
      if (!dragged) this.ink = 1 - cells[cell];
      if (cells[cell] === this.ink) return;
      cells[cell] = this.ink;
      this.change({ drawing: cells.join("") });
      this.lightInput(row, column);
    }

    /** Show what a number of the output is made of. */
    lightOutput(row, column) {
      row = Math.min(row, this.places - 1);
      column = Math.min(column, this.places - 1);
      this.place = [row, column];
      const [down, across] = [this.sources[row], this.sources[column]];
      const window = pairs(down, across).map(([r, c]) => [r.cell + this.around[0], c.cell + this.around[0]]);
      this.inputs.forEach((grid) => grid.frame(window, "kernel"));
      this.output.frame([[row, column]], "output");
      const used = new Set(pairs(down, across).map(([r, c]) => r.tap * this.axis.kernelSize + c.tap));
      this.kernels.forEach((table) =>
        table.querySelectorAll("td").forEach((cell, tap) => cell.classList.toggle("used", this.axis.transposed && used.has(tap))),
      );
      this.say(`row ${row + 1}, column ${column + 1}: ${this.sum(row, column)}`);
    }

    /** Spell out the sum of a place. */
    sum(row, column) {
      const { axis, image, bias } = this;
      const inside = ({ cell }) => cell >= 0 && cell < axis.size;
      const [down, across] = [this.sources[row].filter(inside), this.sources[column].filter(inside)];
      const products = pairs(down, across).flatMap(([r, c]) =>
        this.slices.map((slice, channel) => [
          image.values[(r.cell * axis.size + c.cell) * image.channels + channel],
          slice[r.tap * axis.kernelSize + c.tap],
        ]),
      );
      const terms = products
        .filter(([value, weight]) => value && weight)
        .map(([value, weight]) => `${number(value)}·${factor(weight)}`);
      const zeros = products.length - terms.length;
      const more = terms.length > TERMS ? [`… ${terms.length - TERMS} more`] : [];
      const all = [...terms.slice(0, TERMS), ...more, ...(bias ? [`${factor(bias)} (bias)`] : [])];
      const sum = this.sums[row * this.places + column];
      const left = zeros === 1 ? "one more product is 0" : `${zeros} more products are 0`;
      const told = terms.length
        ? `${number(sum)} = ${all.join(" + ")}${zeros ? `; ${left}` : ""}`
        : `${[number(sum), ...all].join(" = ")}, since no product is other than 0`;
      return this.state.relu === "on" && sum < 0 ? `0, which ReLU makes of ${told}` : told;
    }

    /** Show which numbers of the output a cell of the input goes into. */
    lightInput(row, column) {
      const [r, c] = [row - this.around[0], column - this.around[0]];
      const reads = (cell) => [...this.sources.keys()].filter((place) => this.sources[place].some((one) => one.cell === cell));
      const places = pairs(reads(r), reads(c));
      this.inputs.forEach((grid) => grid.frame([[row, column]], "input"));
      this.output.frame(places, "input");
      const { name } = this.inputCell(r, c, 0);
      const times = places.length === 1 ? "1 number" : `${places.length} numbers`;
      this.say(`input, ${name}. It goes into ${places.length ? times : "none"} of the ${this.places ** 2} of the output.`);
    }

    /** Go to another place, from the last on to the first. */
    step(by) {
      const count = this.places ** 2;
      const at = (this.place[0] * this.places + this.place[1] + by + count) % count;
      this.output.go(Math.floor(at / this.places), at % this.places);
      this.lightOutput(...this.output.at);
    }

    play(playing) {
      this.playing = playing;
      clearInterval(this.timer);
      if (playing) this.timer = setInterval(() => this.step(1), PACE);
      this.player.textContent = playing ? "Pause" : "Play";
    }
  }

  cnn.define("convolution", Convolution);
})();
