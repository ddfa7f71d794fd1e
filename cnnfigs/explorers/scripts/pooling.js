// One number of each window: the largest, the mean, or one that is picked; and what changes when the digit moves.
(() => {
  "use strict";
  const cnn = (window.cnn ??= {});

  class Pooling extends cnn.Windows {
    static css = `${cnn.Windows.css}
      .told { min-height: 2.25rem; }
      .arrows { display: flex; align-items: center; justify-content: center; gap: 0.25rem; margin-top: 0.5rem; color: var(--cnn-muted); font-size: 0.8125rem; }
      .arrows button { min-width: 2.75rem; }
    `;
    static padCell = { ...cnn.Windows.padCell, text: "" };

    build() {
      this.arrows = cnn.arrows((down, right) => this.change({ down: this.state.down + down, right: this.state.right + right }));
      this.assemble({
        channels: 1,
        main: [
          ...this.controls("picture"),
          this.upload(),
          ...this.controls("way", "pool_size", "strides"),
        ],
        more: this.details(["size", "down", "right", "padding"]),
      });
      this.panels[0].append(cnn.box("arrows", "Move the digit", ...this.arrows));
    }

    compute() {
      const { way, pool_size, strides, padding, size, down, right } = this.state;
      const axis = { size, kernelSize: way === "pick one" ? 1 : pool_size, strides, padding };
      const pool = (image) => cnn.arithmetic.pooling(image, way, [axis, axis]).values;
      const [image, still] = [this.map(down, right), this.map(0, 0)];
      const [values, before] = [pool(image), pool(still)];
      const largest = Math.max(...image.values, 1e-9);
      const changed = (now, then) => now.filter((value, index) => value !== then[index]).length;
      const moved = (down || right) && {
        input: `${changed(image.values, still.values)} of ${image.values.length}`,
        output: `${changed(values, before)} of ${values.length}`,
      };
      return { image, axis, values, largest, moved, around: cnn.arithmetic.paddingAmounts(axis) };
    }

    /** The input, moved by so many pixels; a feature map is that of the moved digit. */
    map(down, right) {
      const { picture, size } = this.state;
      let whole;
      if (picture === "upload") {
        const { values } = this.mine(28);
        whole = cnn.range(784).map((cell) => (values[cell * 3] + values[cell * 3 + 1] + values[cell * 3 + 2]) / 3);
      } else whole = [...cnn.picture("digit").values];
      const edge = cnn.range(28);
      const shifted = cnn.pairs(edge, edge).map(([row, column]) => {
        const [from, across] = [row - down, column - right];
        return Math.min(from, across) < 0 || Math.max(from, across) > 27 ? 0 : whole[from * 28 + across];
      });
      let image = { size: [28, 28], channels: 1, values: Float64Array.from(shifted) };
      if (picture === "map") {
        const axis = { size: 28, kernelSize: 3 };
        const { weights, bias } = cnn.filter;
        image = cnn.arithmetic.convolution(image, { filters: 1, values: weights }, [bias], [axis, axis]);
        image.values = image.values.map((sum) => Math.max(sum, 0));
      }
      if (size > image.size[0]) throw new cnn.Refusal(`A map of the digit has ${image.size[0]} rows: choose an input size of at most that.`);
      const cut = cnn.crop(image, size, 16, 17);
      return { ...cut, values: cut.values.map((value) => Math.round(value * 10) / 10) };
    }

    update() {
      super.update();
      if (this.moved) {
        this.formula.textContent += `. The move changes ${this.moved.input} numbers of the input and ${this.moved.output} of the output.`;
      }
      this.bound.get("pool_size").disabled = this.state.way === "pick one";
      const within = (name, step) => Math.abs(this.state[name] + step) <= this.settings[name].most;
      for (const each of this.arrows) cnn.enable(each, within("down", each.by[0]) && within("right", each.by[1]));
    }

    inputCell(value) {
      const share = value / this.largest;
      if (this.state.picture === "map") return cnn.mapCell(cnn.number(value), "sequential", share);
      return cnn.greyCell(cnn.number(value), this.state.picture === "digit" ? 1 - value : value);
    }

    outputCell(value) {
      return cnn.mapCell(cnn.number(value, 1), "sequential", value / this.largest);
    }

    /** The cells of a window that count, and their values. */
    seen(row, column) {
      const { size: [side], values } = this.image;
      const cells = this.read(row, column).filter((cell) => Math.min(...cell) >= 0 && Math.max(...cell) < side);
      return [cells, cells.map(([r, c]) => values[r * side + c])];
    }

    lightOutput(row, column, ...before) {
      super.lightOutput(row, column, ...before);
      if (this.covers(row, column)) return;
      const [cells, values] = this.seen(row, column);
      const kept = this.state.way === "average" ? [] : [cells[values.indexOf(this.values[row * this.places + column])]];
      this.frameInput([this.read(row, column), "kernel"], [kept, "output"]);
    }

    /** What a place would be by rules that people mistake for the right one. */
    mistakes(row, column) {
      const { way, pool_size, strides } = this.state;
      const { size: [side], values } = this.image;
      const [[top, left]] = this.read(row, column);
      const whole = cnn.pairs(cnn.range(strides, top), cnn.range(strides, left)).filter((cell) => Math.max(...cell) < side);
      // Where one is picked, the others of its window are those that were not looked at.
      const seen = way === "pick one" ? whole.map(([r, c]) => values[r * side + c]) : this.seen(row, column)[1];
      const sum = seen.reduce((before, value) => before + value, 0);
      const pool = (along) => cnn.arithmetic.pooling(this.image, way, [along, along]).values;
      return [
        ["the largest number were taken", Math.max(...seen)],
        ["the smallest number were taken", Math.min(...seen)],
        ["the mean were taken", sum / seen.length],
        ["the numbers were added", sum],
        ["the zeros of the padding counted", sum / pool_size ** 2],
        ["the number at the upper left were taken", seen[0]],
        ["the number at the lower right were taken", seen.at(-1)],
        ...this.misplaced(row, column, pool),
      ];
    }

    tell(row, column) {
      const [, values] = this.seen(row, column);
      const result = cnn.chip(["result", cnn.number(this.values[row * this.places + column])]);
      const { way, strides } = this.state;
      if (way === "pick one") {
        return [result, `, which is picked; ${strides ** 2 - 1} of ${strides ** 2} numbers are never looked at`];
      }
      const list = values.map((each) => cnn.chip(["value", cnn.number(each)]));
      return way === "maximum"
        ? [result, " is the largest of ", ...cnn.between(list, ", ")]
        : [result, " = (", ...cnn.between(list, " + "), `) / ${list.length}`];
    }
  }

  cnn.define("pooling", Pooling);
})();
