// Where windows stand, and what is computed there: convolution, transposed convolution, pooling, receptive fields.
// Keras' rules, in float64. The same in Python is cnnfigs/arithmetic/; the tests compare both with Keras.
(() => {
  "use strict";
  const cnn = (window.cnn ??= {});

  /**
   * One axis of an operation; height and width do not know of each other.
   * @typedef {object} Axis
   * @property {number} size cells of the input
   * @property {number} kernelSize
   * @property {number} [strides]
   * @property {"valid" | "same" | [number, number]} [padding] a pair: cells before and after; transposed, cut off
   * @property {number} [dilationRate]
   * @property {boolean} [transposed]
   *
   * An image or feature maps, channels last.
   * @typedef {{size: [number, number], channels: number, values: ArrayLike<number>}} Maps
   *
   * All filters; values in the order height, width, channels, filters.
   * @typedef {{filters: number, values: ArrayLike<number>}} Kernel
   */

  /** Cells from the window's first to its last. @param {Axis} axis */
  const span = ({ kernelSize, dilationRate = 1 }) => dilationRate * (kernelSize - 1) + 1;

  /** Cells added before and after; for a transposed convolution, cut off. @param {Axis} axis */
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

  /** The formula of the output size with its numbers. @param {Axis} axis */
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
   * What each place of the output is made of: cells of the input (outside of it, padding), and for each its place in
   * the kernel. A convolution collects the cells under a window, a transposed one those whose windows reach the place.
   * @param {Axis} axis
   * @returns {{cell: number, tap: number}[][]}
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
   * Visit each place of the output with the cells of the input that it is made of, padding left out.
   * @param {[number, number]} size of the input
   * @param {[Axis, Axis]} axes
   * @param {(place: number, cells: {cell: number, tap: number}[]) => void} visit
   * @returns {[number, number]} size of the output
   */
  function eachPlace([height, width], axes, visit) {
    const [rows, columns] = axes.map(sources);
    const inside = (all, size) => all.filter(({ cell }) => cell >= 0 && cell < size);
    rows.forEach((down, row) => {
      columns.forEach((across, column) => {
        const cells = inside(down, height).flatMap((r) =>
          inside(across, width).map((c) => ({
            cell: r.cell * width + c.cell,
            tap: r.tap * axes[1].kernelSize + c.tap,
          })),
        );
        visit(row * columns.length + column, cells);
      });
    });
    return [rows.length, columns.length];
  }

  /**
   * Convolution, or transposed convolution if the axes are transposed.
   * @param {Maps} image @param {Kernel} kernel @param {ArrayLike<number>} bias one number a filter
   * @param {[Axis, Axis]} axes
   * @returns {Maps}
   */
  function convolution({ size, channels, values }, { filters, values: weights }, bias, axes) {
    const made = [];
    const outputs = eachPlace(size, axes, (place, cells) => {
      for (let filter = 0; filter < filters; filter++) {
        let sum = bias[filter];
        for (const { cell, tap } of cells) {
          for (let channel = 0; channel < channels; channel++) {
            sum += values[cell * channels + channel] * weights[(tap * channels + channel) * filters + filter];
          }
        }
        made.push(sum);
      }
    });
    return { size: outputs, channels: filters, values: Float64Array.from(made) };
  }

  const WAYS = {
    maximum: (seen) => Math.max(...seen),
    average: (seen) => seen.reduce((sum, value) => sum + value, 0) / seen.length,
    "pick one": (seen) => seen[0],
  };

  /**
   * Pooling, channel by channel; padded cells do not count.
   * @param {Maps} image @param {"maximum" | "average" | "pick one"} way @param {[Axis, Axis]} axes
   * @returns {Maps}
   */
  function pooling({ size, channels, values }, way, axes) {
    const made = [];
    const outputs = eachPlace(size, axes, (place, cells) => {
      if (!cells.length) throw new cnn.Refusal("A window stands on padding alone, where there is nothing to pool.");
      for (let channel = 0; channel < channels; channel++) {
        made.push(WAYS[way](cells.map(({ cell }) => values[cell * channels + channel])));
      }
    });
    return { size: outputs, channels, values: Float64Array.from(made) };
  }

  /**
   * The receptive field of each layer's units along one axis (Araujo, Norris and Sim 2019, equations 2 and 5).
   * @param {number} size pixels of the image
   * @param {Omit<Axis, "size">[]} layers
   * @returns {{size: number, jump: number, start: number, places: number}[]} pixels that a unit sees, pixels from one
   *   unit's field to the next, first pixel of the first unit's field, units side by side
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

  cnn.arithmetic = {
    span, paddingAmounts, outputSize, sizeFormula, sources, convolution, pooling, receptiveFields,
  };
})();
