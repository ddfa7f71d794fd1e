// Windows and what is computed under them, by Keras' rules, in float64; the same in Python is cnnfigs/arithmetic/.
(() => {
  "use strict";
  const cnn = (globalThis.cnn ??= {});

  /**
   * Height or width. A pair as padding: cells before and after; transposed, they are cut off.
   * @typedef {{size: number, kernelSize: number, strides?: number, padding?: "valid" | "same" | [number, number],
   *   dilationRate?: number, transposed?: boolean}} Axis
   * @typedef {{size: [number, number], channels: number, values: ArrayLike<number>}} Maps channels last, as an image
   * @typedef {{filters: number, values: ArrayLike<number>}} Kernel values by height, width, channel, filter
   */

  /** The 97.5 % point of the normal distribution. */
  const NORMAL = 1.959964;

  /** Cells from the window's first to its last. */
  const span = ({ kernelSize, dilationRate = 1 }) => dilationRate * (kernelSize - 1) + 1;

  /** Cells added before and after; transposed, cut off. */
  function paddingAmounts(axis) {
    const { size, strides = 1, padding = "valid", transposed } = axis;
    if (Array.isArray(padding)) return padding;
    const excess = span(axis) - strides;
    if (transposed) {
      if (padding === "valid") return [0, Math.min(excess, 0)]; // Keras keeps the gap behind the last window
      const before = Math.floor(Math.max(excess, 0) / 2);
      return [before, excess - before];
    }
    if (padding === "valid") return [0, 0];
    const total = Math.max(Math.ceil(size / strides) * strides + excess - size, 0);
    return [Math.floor(total / 2), Math.ceil(total / 2)];
  }

  /** @param {Axis} axis */
  function outputSize(axis) {
    const { size, strides = 1, dilationRate = 1, transposed } = axis;
    if (strides > 1 && dilationRate > 1) {
      throw new cnn.Refusal("Strides and dilation rate cannot both be more than 1. It is the same in Keras.");
    }
    const [before, after] = paddingAmounts(axis);
    if (transposed) {
      const left = (size - 1) * strides + span(axis) - before - after;
      if (left < 1) throw new cnn.Refusal("So much is cut off that nothing is left of the output.");
      return left;
    }
    const room = size + before + after;
    if (span(axis) > room) {
      throw new cnn.Refusal(`A window that spans ${span(axis)} cells does not fit on ${room}: the output would be empty.`);
    }
    return Math.floor((room - span(axis)) / strides) + 1;
  }

  /** The formula of the output size with its numbers. */
  function sizeFormula(axis) {
    const { size, strides = 1, transposed } = axis;
    const [before, after] = paddingAmounts(axis);
    const signed = (number, plus, minus) => (number < 0 ? `${minus}${-number}` : `${plus}${number}`);
    const added = (plus, minus) => (before || after ? signed(before, plus, minus) + signed(after, plus, minus) : "");
    return transposed
      ? `(${size} − 1)·${strides} + ${span(axis)}${added(" − ", " + ")} = ${outputSize(axis)}`
      : `⌊(${size}${added(" + ", " − ")} − ${span(axis)}) / ${strides}⌋ + 1 = ${outputSize(axis)}`;
  }

  /**
   * The cells of the input (outside of it, padding) that each place of the output is made of, and the place of each in
   * the kernel: those under a window, or transposed, those whose windows reach the place.
   * @param {Axis} axis @returns {{cell: number, tap: number}[][]}
   */
  function sources(axis) {
    const { size, kernelSize, strides = 1, dilationRate = 1, transposed } = axis;
    const [before] = paddingAmounts(axis);
    const places = Array.from({ length: outputSize(axis) }, () => []);
    for (let window = 0; window < (transposed ? size : places.length); window++) {
      for (let tap = 0; tap < kernelSize; tap++) {
        const reached = window * strides - before + tap * dilationRate;
        if (transposed) places[reached]?.push({ cell: window, tap });
        else places[window].push({ cell: reached, tap });
      }
    }
    return places;
  }

  /**
   * Make each number of an output of the cells of the input that belong to it, padding left out.
   * @param {Maps["size"]} size @param {[Axis, Axis]} axes @param {number} channels of the output
   * @param {(cells: {cell: number, tap: number}[], channel: number) => number} compute
   * @returns {Maps}
   */
  function assemble(size, axes, channels, compute) {
    const [rows, columns] = axes.map((axis, at) =>
      sources(axis).map((all) => all.filter(({ cell }) => cell >= 0 && cell < size[at])),
    );
    const values = [];
    for (const down of rows) {
      for (const across of columns) {
        const cells = down.flatMap((r) =>
          across.map((c) => ({ cell: r.cell * size[1] + c.cell, tap: r.tap * axes[1].kernelSize + c.tap })),
        );
        for (let channel = 0; channel < channels; channel++) values.push(compute(cells, channel));
      }
    }
    return { size: [rows.length, columns.length], channels, values: Float64Array.from(values) };
  }

  /** @param {Maps} image @param {Kernel} kernel @param {ArrayLike<number>} bias @param {[Axis, Axis]} axes */
  function convolution({ size, channels, values }, { filters, values: weights }, bias, axes) {
    return assemble(size, axes, filters, (cells, filter) => {
      let sum = bias[filter];
      for (const { cell, tap } of cells) {
        for (let channel = 0; channel < channels; channel++) {
          sum += values[cell * channels + channel] * weights[(tap * channels + channel) * filters + filter];
        }
      }
      return sum;
    });
  }

  const WAYS = {
    maximum: (seen) => Math.max(...seen),
    average: (seen) => seen.reduce((sum, value) => sum + value, 0) / seen.length,
    "pick one": (seen) => seen[0],
  };

  /** Padded cells do not count. @param {Maps} image @param {keyof WAYS} way @param {[Axis, Axis]} axes */
  function pooling({ size, channels, values }, way, axes) {
    return assemble(size, axes, channels, (cells, channel) => {
      if (!cells.length) throw new cnn.Refusal("A window stands on padding alone, where there is nothing to pool.");
      return WAYS[way](cells.map(({ cell }) => values[cell * channels + channel]));
    });
  }

  /**
   * What the units of each layer see along one axis (Araujo, Norris and Sim 2019, equations 2 and 5): so many pixels, so
   * many further from one unit to the next, from which pixel on; and how many units there are.
   * @param {number} size pixels of the image @param {Omit<Axis, "size">[]} layers
   * @returns {{size: number, jump: number, start: number, places: number}[]}
   */
  function receptiveFields(size, layers) {
    let field = { size: 1, jump: 1, start: 0, places: size };
    return layers.map((layer) => {
      const axis = { ...layer, size: field.places };
      field = {
        size: field.size + (span(axis) - 1) * field.jump,
        jump: field.jump * (layer.strides ?? 1),
        start: field.start - paddingAmounts(axis)[0] * field.jump,
        places: outputSize(axis),
      };
      return field;
    });
  }

  /**
   * The pixels along one axis that a place behind some layers is made of: a dilation leaves gaps between them.
   * @param {number} size pixels of the image @param {Omit<Axis, "size">[]} layers @param {number} place
   * @returns {number[]} in ascending order
   */
  function pixelsRead(size, layers, place) {
    const sizes = [size, ...receptiveFields(size, layers).map(({ places }) => places)];
    return layers.reduceRight((read, layer, at) => {
      const { kernelSize, strides = 1, dilationRate = 1 } = layer;
      const [before] = paddingAmounts({ ...layer, size: sizes[at] });
      const reached = new Set();
      for (const each of read) {
        for (let tap = 0; tap < kernelSize; tap++) reached.add(each * strides - before + tap * dilationRate);
      }
      return [...reached].filter((cell) => cell >= 0 && cell < sizes[at]).sort((one, other) => one - other);
    }, [place]);
  }

  /** From where to where a share lies on other images, with a confidence of 95 % (Wilson 1927). */
  cnn.wilson = (right, asked) => {
    const [share, part] = [right / asked, NORMAL ** 2 / asked];
    const reach = NORMAL * Math.sqrt((share * (1 - share)) / asked + part / (4 * asked));
    return [-1, 1].map((way) => (share + part / 2 + way * reach) / (1 + part));
  };
  /** The same in words, as percentages. */
  cnn.reach = (...counts) => `(${cnn.wilson(...counts).map((share) => (100 * share).toFixed(1)).join(" to ")})`;

  cnn.arithmetic = {
    span, paddingAmounts, outputSize, sizeFormula, sources, convolution, pooling, receptiveFields, pixelsRead,
  };
})();
