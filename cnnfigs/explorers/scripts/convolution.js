// A kernel on its way over an input: every number of the output can be pointed at and is spelled out.
(() => {
  "use strict";
  const cnn = (window.cnn ??= {});

  /** Longer sums are cut. */
  const TERMS = 18;
  /** Around which row and column the pictures are cut. */
  const MIDDLES = { cat: [11, 8], digit: [16, 17] };

  /** Kernels that are known at every size: the value at a row and a column of so many. */
  const SCALABLE = {
    "left-right": (row, column, size) => Math.sign(column - (size - 1) / 2),
    "top-bottom": (row, column, size) => Math.sign(row - (size - 1) / 2),
    ones: () => 1,
  };

  const positive = (sum) => Math.max(sum, 0);

  /** The numbers of an output. @param {number[][]} slices of the kernel, one for each channel */
  function summed(image, slices, bias, axis) {
    const kernel = { filters: 1, values: slices[0].flatMap((_, tap) => slices.map((slice) => slice[tap])) };
    return cnn.arithmetic.convolution(image, kernel, [bias], [axis, axis]).values;
  }

  /** Slices as the address has them. */
  const written = (slices) => slices.flat().map((weight) => Number(weight.toFixed(4))).join(",");

  class Convolution extends cnn.Windows {
    static css = `${cnn.Windows.css}
      table { border-collapse: collapse; }
      td { padding: 0; border: 1px solid var(--cnn-kernel); background: var(--cnn-kernel-fill); }
      td.used { outline: 2.5px solid var(--cnn-kernel); outline-offset: -2px; }
      td input {
        width: calc(var(--cell) - 1px); height: calc(var(--cell) - 1px); min-height: 0; padding: 0; border: 0; border-radius: 0;
        background: none; font-size: clamp(0.75rem, var(--cell) * 0.38, max(0.9375rem, var(--cell) * 0.3)); font-variant-numeric: tabular-nums; text-align: center;
      }
      .drawing .input svg { touch-action: none; cursor: crosshair; }
    `;

    build() {
      this.kernels = cnn.range(2).map(() => cnn.make("table", { role: "grid", onkeydown: (event) => this.walk(event) }));
      this.kernel = this.panel("kernel", "", ...this.kernels);
      const [picture, ...others] = this.controls("picture", "padding", "strides", "relu");
      this.clear = cnn.button("Clear the drawing", () => this.change({ drawing: "0".repeat(this.state.size ** 2) }));
      this.assemble({
        channels: 2,
        main: [picture, this.gallery(), ...others, this.clear],
        more: this.details(
          ["size", "kernel_size", "dilation_rate", "before", "after", "bias", "operation", "channels"],
          cnn.button("Flip the kernel", () => this.flip()),
          this.upload(),
        ),
        middle: this.kernel,
      });
    }

    /** Make the list of kernels. */
    gallery() {
      const names = [...Object.keys(SCALABLE), ...Object.keys(cnn.kernels)];
      const options = [...names, "own"].map((name) => [name, name.replaceAll("-", " ")]);
      const list = cnn.list("Kernel", options, (name) => {
        const kernel = name === "own" ? written(this.slices) : name;
        this.change({ kernel, ...(cnn.kernels[name] && { kernel_size: 3 }) });
      });
      this.bound.set("kernel", { set value(text) { list.control.value = names.includes(text) ? text : "own"; } });
      return list;
    }

    /** The reader's weights are kept when their number changes. */
    change(wanted) {
      const { kernel, kernel_size: side, channels } = this.state;
      const reshaped = "kernel_size" in wanted || "channels" in wanted;
      if (reshaped && !("kernel" in wanted) && /\d/.test(kernel)) {
        const to = Number(wanted.kernel_size ?? side);
        const slices = cnn.range(Number(wanted.channels ?? channels)).map((index) => this.slices[index] ?? []);
        wanted = { ...wanted, kernel: written(slices.map((slice) => cnn.resized(slice, slice.length && side, to))) };
      }
      super.change(wanted);
    }

    compute() {
      const { state } = this;
      const image = this.picture(Number(state.channels));
      const slices = this.weights(image.channels);
      const axis = {
        size: state.size,
        kernelSize: state.kernel_size,
        strides: state.strides,
        padding: state.padding === "explicit" ? [state.before, state.after] : state.padding,
        dilationRate: state.dilation_rate,
        transposed: state.operation === "transposed",
      };
      const sums = summed(image, slices, Number(state.bias), axis);
      const around = axis.transposed ? [0, 0] : cnn.arithmetic.paddingAmounts(axis);
      const relu = state.relu === "on";
      const values = relu ? sums.map(positive) : sums;
      const largest = Math.max(...values.map(Math.abs), 1e-9);
      return { image, slices, axis, sums, relu, values, largest, around, taps: axis.kernelSize };
    }

    /** What a place would be by rules that people mistake for the right one. */
    mistakes(row, column) {
      const { axis, image, places, relu, slices } = this;
      const bias = Number(this.state.bias);
      const at = row * places + column;
      const side = axis.kernelSize;
      const made = (weights, added = bias, along = axis) => {
        const sums = summed(image, weights, added, along);
        return relu ? sums.map(positive) : sums;
      };
      const weighed = (change) => made(slices.map((slice) => slice.map(change)))[at];
      const sum = this.sums[at];
      return [
        ["the bias were left out", made(slices, 0)[at]],
        ["there were no ReLU", sum],
        ["there were a ReLU, which there is not", positive(sum)],
        ["the kernel were turned by half a turn first, as in mathematics", weighed((_, tap, slice) => slice[slice.length - 1 - tap])],
        ["the kernel's rows were its columns", weighed((_, tap, slice) => slice[(tap % side) * side + Math.floor(tap / side)])],
        ["the pixels were added without their weights", weighed(() => 1)],
        ["no weight were negative", weighed(Math.abs)],
        ["the weights were added without the pixels", slices.flat().reduce((before, weight) => before + weight, bias)],
        ["the sum were divided by the number of weights", weighed((weight) => weight / slices.flat().length)],
        ...(slices.length > 1 ? [[`only the channel ${image.names[0]} counted`, made([slices[0], slices[1].map(() => 0)])[at]]] : []),
        ...this.misplaced(row, column, (along) => made(slices, bias, along)),
      ];
    }

    /** The input as it is set, rounded to tenths. */
    picture(channels) {
      const { picture, size, drawing } = this.state;
      const binary = picture === "ink" || picture === "drawing";
      let cut;
      if (picture === "upload") cut = this.mine(size);
      else if (picture === "drawing" && drawing) {
        const side = Math.sqrt(drawing.length);
        if (side % 1) throw new cnn.Refusal("A drawing is a square: it has 1, 4, 9, 16, … cells.");
        cut = { channels: 1, values: cnn.resized([...drawing].map(Number), side, size) };
      } else {
        const name = picture === "cat" ? "cat" : "digit";
        cut = cnn.crop(cnn.picture(name), size, ...MIDDLES[name]);
      }
      const color = cut.channels === 3;
      const tenth = (value) => (binary ? Math.round(value) : Math.round(value * 10) / 10);
      const values = cnn.range(size * size).flatMap((cell) => {
        const [red, green, blue] = cut.values.slice(cell * cut.channels, (cell + 1) * cut.channels);
        if (channels === 1) return tenth(color ? 0.299 * red + 0.587 * green + 0.114 * blue : red);
        return [tenth(red), color ? tenth(green) : tenth(1 - tenth(red))];
      });
      return { size: [size, size], channels, values, names: color ? ["red", "green"] : ["ink", "paper"], binary, color };
    }

    /** The slices of the kernel, one for each channel; the second of a known kernel is the first, turned negative. */
    weights(channels) {
      const { kernel, kernel_size: side } = this.state;
      const taps = cnn.pairs(cnn.range(side), cnn.range(side));
      if (!/\d/.test(kernel)) {
        const slice = SCALABLE[kernel]
          ? taps.map(([row, column]) => SCALABLE[kernel](row, column, side))
          : cnn.resized(cnn.kernels[kernel], 3, side, true);
        return [slice, slice.map((weight) => 0 - weight)].slice(0, channels);
      }
      const numbers = kernel.split(",").map(Number);
      const needed = taps.length * channels;
      if (numbers.length !== needed) {
        throw new cnn.Refusal(`The kernel has ${numbers.length} numbers: with its size and channels it needs ${needed}.`);
      }
      return cnn.range(channels).map((channel) => numbers.slice(channel * taps.length, (channel + 1) * taps.length));
    }

    flip() {
      this.change({ kernel: written(this.slices.map((slice) => slice.toReversed())) });
    }

    update() {
      super.update();
      const { kernelSize: side } = this.axis;
      this.root.classList.toggle("drawing", !this.drags);
      cnn.set(this.clear, { hidden: this.drags });
      this.kernels.forEach((table, channel) => this.showKernel(table, channel, side));
      this.kernel.style.setProperty("--cell", `${this.typed}px`);
      this.kernel.name(`kernel ${side}×${side}${this.slices.length > 1 ? "×2" : ""}`);
    }

    /** Zeros that are not the reader's to set are told as they are. */
    sync() {
      super.sync();
      ["before", "after"].forEach((name, side) => {
        const list = this.bound.get(name);
        list.disabled = this.state.padding !== "explicit";
        if (list.disabled) list.value = this.around[side];
      });
    }

    get drags() {
      return this.state.picture !== "drawing";
    }

    hinted() {
      return this.drags || this.covering
        ? `${super.hinted()}${this.covering ? "" : " Type into the kernel."}`
        : "Draw on the input: press a cell, or go over several; a cell with ink is wiped. Type weights into the kernel.";
    }

    inputCell(value, channel) {
      const { binary, color } = this.image;
      if (binary) return { text: cnn.number(value), fill: `var(--cnn-${value ? "input-fill" : "background"})`, bold: value > 0 };
      return cnn.greyCell(cnn.number(value), color || channel ? value : 1 - value);
    }

    outputCell(value) {
      const text = cnn.number(value, 1);
      if (this.image.binary) return { text, fill: "var(--cnn-output-fill)" };
      const share = value / this.largest;
      return this.relu ? cnn.mapCell(text, "sequential", share) : cnn.mapCell(text, "diverging", (share + 1) / 2);
    }

    showKernel(table, channel, side) {
      const slice = this.slices[channel] ?? [];
      cnn.set(table, { "aria-label": channel || this.slices[1] ? `slice for ${this.image.names[channel]}` : "kernel" });
      if (table.querySelectorAll("td").length !== slice.length) {
        const cell = (row, column) => {
          const edit = (done) => ({ target }) => this.edit(target, channel, row * side + column, done);
          const attributes = {
            "aria-label": `weight in row ${row}, column ${column}`,
            autocomplete: "off", tabindex: row || column ? -1 : 0,
            onfocus: ({ target }) => target.select(), oninput: edit(false), onchange: edit(true),
          };
          return cnn.make("td", { role: "gridcell" }, cnn.make("input", attributes));
        };
        const line = (row) => cnn.make("tr", { role: "row" }, ...cnn.range(side).map((column) => cell(row, column)));
        table.replaceChildren(...cnn.range(slice.length && side).map(line));
      }
      table.querySelectorAll("input").forEach((input, tap) => {
        if (input !== this.editing) input.value = cnn.number(slice[tap]);
      });
    }

    /** Take over a weight while it is typed; complain once it is done. */
    edit(input, channel, tap, done) {
      const weight = cnn.readNumber(input.value);
      const kept = cnn.number(this.slices[channel][tap]);
      if (!done) this.complain(""); // of what stood there before
      if (weight !== undefined) {
        this.editing = done ? null : input;
        if (kept === input.value) return;
        const slices = this.slices.map((slice) => [...slice]);
        slices[channel][tap] = weight;
        this.change({ kernel: written(slices) });
      } else if (done) {
        this.complain(`${cnn.expected("Weight", input.value)} It is ${kept} again.`);
        input.value = kept;
      }
    }

    /** Move between the weights, to the side once the caret is at an edge. */
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

    /** Draw: a press turns a cell over, and a stroke gives the same to others. */
    press(row, column, dragged) {
      const { size } = this.state;
      if (this.drags) return super.press(row, column, dragged);
      if (Math.min(row, column) < 0 || Math.max(row, column) >= size) return;
      const cells = cnn.range(size * size).map((cell) => this.image.values[cell * this.image.channels]);
      const cell = row * size + column;
      if (!dragged) this.ink = 1 - cells[cell];
      cells[cell] = this.ink;
      this.change({ drawing: cells.join("") });
      this.lightInput(row, column);
    }

    lightOutput(row, column, ...before) {
      super.lightOutput(row, column, ...before);
      const { transposed, kernelSize } = this.axis;
      const used = cnn.pairs(this.sources[row], this.sources[column]).map(([r, c]) => r.tap * kernelSize + c.tap);
      this.kernels.forEach((table) =>
        table.querySelectorAll("td").forEach((cell, tap) => cell.classList.toggle("used", transposed && used.includes(tap))),
      );
    }

    /** Spell out the sum of a place. */
    tell(row, column) {
      const { axis, image, slices } = this;
      const inside = ({ cell }) => cell >= 0 && cell < axis.size;
      const products = cnn.pairs(this.sources[row].filter(inside), this.sources[column].filter(inside)).flatMap(([r, c]) =>
        slices.map((slice, channel) => [
          image.values[(r.cell * axis.size + c.cell) * slices.length + channel],
          slice[r.tap * axis.kernelSize + c.tap],
        ]),
      );
      const terms = products.filter(([value, weight]) => value && weight);
      const bias = Number(this.state.bias);
      const sum = this.sums[row * this.places + column];
      const summed = [
        ...terms.slice(0, TERMS).map(([value, weight]) => cnn.chip(["value", cnn.number(value)], " × ", ["weight", cnn.number(weight)])),
        ...(terms.length > TERMS ? [`… ${terms.length - TERMS} more`] : []),
        ...(bias ? [cnn.chip(["weight", cnn.number(bias)], " (bias)\u00a0")] : []),
      ];
      const zeros = products.length - terms.length;
      const rest = zeros ? [`; ${zeros} ${terms.length ? "more " : ""}${zeros === 1 ? "product is" : "products are"} 0`] : [];
      const spelled = [cnn.chip(["result", cnn.number(sum)]), ...(summed.length ? [" = "] : []), ...cnn.between(summed, " + "), ...rest];
      return this.relu && sum < 0 ? [cnn.chip(["result", "0"]), ", which ReLU makes of ", ...spelled] : spelled;
    }
  }

  cnn.define("convolution", Convolution);
})();
