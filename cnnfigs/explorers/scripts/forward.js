// The forward pass: what every layer of a trained network makes of an image, and how each number came about.
// Needs arithmetic.js, and the data script of a network, which cnnfigs/models/export.py writes.
(() => {
  "use strict";
  const cnn = (window.cnn ??= {});

  /**
   * One layer as the data script tells it.
   * @typedef {object} Told
   * @property {string} name
   * @property {string} className Keras' name: InputLayer, Conv2D, MaxPooling2D, GlobalMaxPooling2D, Flatten or Dense
   * @property {number[]} outputShape height, width and channels, or only channels
   * @property {[number, number]} [kernelSize]
   * @property {[number, number]} [strides]
   * @property {"valid" | "same"} [padding]
   * @property {"relu" | "softmax"} [activation]
   * @property {string} [weights] in base64: a scale and a bias for each filter as 32-bit floating-point numbers, then
   *   the kernel in Keras' order, filters last, as 8-bit whole numbers to be multiplied by the scales
   *
   * How a number came about.
   * @typedef {object} Explanation
   * @property {{unit: number, input: number, weight: number}[]} terms the numbers that were read from the layer before,
   *   and what multiplied each
   * @property {number} [bias] missing in a pooling, where nothing is added up
   * @property {number} sum of all products and the bias; in a pooling, the largest number that was read
   * @property {number} value what ReLU or softmax made of the sum; 0 if the filter is switched off
   */

  /** Add a multiple of a row of weights to sums: four at a time, which takes half as long. */
  function addRow(sums, factor, weights, first) {
    const rest = sums.length % 4;
    for (let i = 0; i < rest; i++) sums[i] += factor * weights[first + i];
    for (let i = rest, at = first + rest; i < sums.length; i += 4, at += 4) {
      sums[i] += factor * weights[at];
      sums[i + 1] += factor * weights[at + 1];
      sums[i + 2] += factor * weights[at + 2];
      sums[i + 3] += factor * weights[at + 3];
    }
  }

  /** @param {string} text @param {number} filters */
  function decoded(text, filters) {
    const content = atob(text);
    const bytes = new Uint8Array(content.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = content.charCodeAt(i);
    const scales = new Float32Array(bytes.buffer, 0, filters);
    const bias = new Float32Array(bytes.buffer, 4 * filters, filters);
    const kernel = new Float32Array(new Int8Array(bytes.buffer, 8 * filters));
    for (let i = 0; i < kernel.length; i++) kernel[i] *= scales[i % filters];
    return { kernel, bias };
  }

  /** @param {Float32Array} sums */
  function softmax(sums) {
    const largest = Math.max(...sums);
    const powers = sums.map((sum) => Math.exp(sum - largest));
    const total = powers.reduce((before, power) => before + power);
    return powers.map((power) => power / total);
  }

  /**
   * A trained network whose every number can be looked at.
   *
   * All its layers are windows on maps. A dense layer is a convolution whose window is the whole map, so that Flatten,
   * which changes no number, is left out; global pooling is pooling with such a window; a row of numbers is a row of
   * maps of 1×1.
   */
  cnn.Network = class {
    /** @param {{name: string, layers: Told[]}} data */
    constructor({ name, layers }) {
      this.name = name;
      /** Without Flatten, from the image to the answer: each layer reads the one before it. */
      this.layers = [];
      for (const told of layers) {
        const shape = told.outputShape.length === 3 ? told.outputShape : [1, 1, told.outputShape[0]];
        if (told.className === "InputLayer") this.layers.push({ ...told, shape });
        else if (told.className !== "Flatten") this.layers.push(this.#prepared(told, shape));
      }
      /** The numbers of each layer, channels innermost; each run fills them anew. */
      this.values = this.layers.map(({ shape }) => new Float32Array(shape[0] * shape[1] * shape[2]));
      /** What the last layer gives to softmax. */
      this.sums = new Float32Array(this.values.at(-1).length);
      /** The filters of each layer that are switched off: their maps are 0. @type {Set<number>[]} */
      this.off = this.layers.map(() => new Set());
      const windows = (axis) =>
        this.layers.slice(1).map(({ kernelSize, strides, padding }) => ({
          kernelSize: kernelSize[axis],
          strides: strides[axis],
          padding,
        }));
      /** Size, jump and start of the receptive fields on both axes, for each layer. */
      this.fields = [0, 1].map((axis) => [
        { size: 1, jump: 1, start: 0 },
        ...cnn.arithmetic.receptiveFields(this.layers[0].shape[axis], windows(axis)),
      ]);
    }

    /** Add to what is told of a layer what it computes with. */
    #prepared(told, shape) {
      const read = this.layers.at(-1).shape;
      const whole = { kernelSize: [read[0], read[1]], strides: [1, 1], padding: "valid" };
      const layer = { ...whole, ...told, shape, read };
      // For each row and column of the output, which ones of the input its windows cover.
      const [rows, columns] = [0, 1].map((axis) =>
        cnn.arithmetic
          .sources({
            size: read[axis],
            kernelSize: layer.kernelSize[axis],
            strides: layer.strides[axis],
            padding: layer.padding,
          })
          .map((cells) => cells.filter(({ cell }) => cell >= 0 && cell < read[axis])),
      );
      return { ...layer, rows, columns, ...(told.weights && decoded(told.weights, shape[2])) };
    }

    /**
     * Run the network, whose `values` then tell all that it made.
     * @param {ArrayLike<number>} image 28 × 28 numbers from 0 to 1, row by row
     * @returns {Float32Array} the probabilities of the digits
     */
    run(image) {
      this.values[0].set(image);
      for (let index = 1; index < this.layers.length; index++) {
        const layer = this.layers[index];
        const output = this.values[index];
        if (layer.kernel) this.#convolve(layer, this.values[index - 1], output);
        else this.#pool(layer, this.values[index - 1], output);
        for (const filter of this.off[index]) {
          for (let unit = filter; unit < output.length; unit += layer.shape[2]) output[unit] = 0;
        }
      }
      const answer = this.values.at(-1);
      this.sums.set(answer);
      answer.set(softmax(this.sums));
      return answer;
    }

    #convolve({ rows, columns, read, shape, kernelSize, kernel, bias, activation }, input, output) {
      const [, width, channels] = read;
      const filters = shape[2];
      const sums = new Float32Array(filters);
      let made = 0;
      for (const down of rows) {
        for (const across of columns) {
          sums.set(bias);
          for (const r of down) {
            for (const c of across) {
              const first = (r.cell * width + c.cell) * channels;
              const weights = (r.tap * kernelSize[1] + c.tap) * channels;
              for (let channel = 0; channel < channels; channel++) {
                const value = input[first + channel];
                // Paper is 0, and so are most numbers behind a ReLU.
                if (value !== 0) addRow(sums, value, kernel, (weights + channel) * filters);
              }
            }
          }
          for (let filter = 0; filter < filters; filter++) {
            output[made++] = activation === "relu" && sums[filter] < 0 ? 0 : sums[filter];
          }
        }
      }
    }

    #pool({ rows, columns, read }, input, output) {
      const [, width, channels] = read;
      output.fill(-Infinity);
      let made = 0;
      for (const down of rows) {
        for (const across of columns) {
          for (const r of down) {
            for (const c of across) {
              const first = (r.cell * width + c.cell) * channels;
              for (let channel = 0; channel < channels; channel++) {
                if (input[first + channel] > output[made + channel]) output[made + channel] = input[first + channel];
              }
            }
          }
          made += channels;
        }
      }
    }

    /** Row, column and channel of a unit. @param {number} index the layer's @param {number} unit */
    place(index, unit) {
      const [, width, channels] = this.layers[index].shape;
      const cell = Math.floor(unit / channels);
      return { row: Math.floor(cell / width), column: cell % width, channel: unit % channels };
    }

    /** The unit at a place. */
    unit(index, { row, column, channel }) {
      const [, width, channels] = this.layers[index].shape;
      return (row * width + column) * channels + channel;
    }

    /**
     * Spell out how a number of the last run came about.
     * @param {number} index the layer's, 1 or more
     * @param {number} unit
     * @returns {Explanation}
     */
    explain(index, unit) {
      const { rows, columns, read, shape, kernelSize, kernel, bias } = this.layers[index];
      const { row, column, channel } = this.place(index, unit);
      const input = this.values[index - 1];
      const value = this.values[index][unit];
      const terms = [];
      for (const r of rows[row]) {
        for (const c of columns[column]) {
          const first = (r.cell * read[1] + c.cell) * read[2];
          const weights = (r.tap * kernelSize[1] + c.tap) * read[2];
          for (let from = kernel ? 0 : channel; from < (kernel ? read[2] : channel + 1); from++) {
            const weight = kernel ? kernel[(weights + from) * shape[2] + channel] : 1;
            terms.push({ unit: first + from, input: input[first + from], weight });
          }
        }
      }
      if (!kernel) return { terms, sum: Math.max(...terms.map(({ input }) => input)), value };
      const sum = terms.reduce((before, { input, weight }) => before + input * weight, bias[channel]);
      return { terms, bias: bias[channel], sum, value };
    }

    /** The pixels that a unit can see, padding left out. */
    field(index, unit) {
      const { row, column } = this.place(index, unit);
      const [down, across] = [row, column].map((place, axis) => {
        const { size, jump, start } = this.fields[axis][index];
        const first = start + jump * place;
        return { first: Math.max(0, first), end: Math.min(first + size, this.layers[0].shape[axis]) };
      });
      return {
        row: down.first,
        column: across.first,
        height: down.end - down.first,
        width: across.end - across.first,
      };
    }
  };
})();
