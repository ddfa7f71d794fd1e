// The forward pass: what every layer of a trained network makes of an image, and how each number came about.
"use strict";
((cnn) => {
  /**
   * One layer, as `cnnfigs.models.export` writes it.
   *
   * @typedef {object} Layer
   * @property {string} name
   * @property {string} className - Keras' name: InputLayer, Conv2D, MaxPooling2D, GlobalMaxPooling2D, Flatten or Dense.
   * @property {number[]} outputShape - Height, width and channels, or one number.
   * @property {number[]} [kernelSize] - Height and width of the window of a convolution or pooling.
   * @property {number[]} [strides]
   * @property {"valid" | "same"} [padding]
   * @property {"relu" | "softmax"} [activation]
   * @property {string} [weights] - In base64: a scale and a bias for each filter or unit as 32-bit floating-point
   *   numbers, then the kernel as Keras lays it out, filters last, as 8-bit whole numbers that the scales multiply.
   *
   * @typedef {object} Term
   * @property {number} unit - Which number of the layer that is read.
   * @property {number} input - Its value.
   * @property {number} weight - What multiplies it; 1 in a pooling.
   *
   * @typedef {object} Explanation
   * @property {number} source - The layer that is read.
   * @property {Term[]} terms - The numbers that are read.
   * @property {number} [bias] - What is added; undefined in a pooling, which takes the largest term.
   * @property {number} sum - All terms and the bias added up, or the largest input.
   * @property {number} value - The number itself: behind ReLU or softmax, or 0 where its filter is switched off.
   */

  /** Add `factor` times a row of weights to `sums`: four at a time, which takes half as long. */
  function addRow(sums, factor, weights, first) {
    const count = sums.length;
    const rest = count % 4;
    for (let i = 0; i < rest; i += 1) sums[i] += factor * weights[first + i];
    for (let i = rest, at = first + rest; i < count; i += 4, at += 4) {
      sums[i] += factor * weights[at];
      sums[i + 1] += factor * weights[at + 1];
      sums[i + 2] += factor * weights[at + 2];
      sums[i + 3] += factor * weights[at + 3];
    }
  }

  /** Decode the weights of a layer with `count` filters or units. */
  function decoded(text, count) {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    const scales = new Float32Array(bytes.buffer, 0, count);
    const bias = new Float32Array(bytes.buffer, 4 * count, count);
    const kernel = Float32Array.from(new Int8Array(bytes.buffer, 8 * count), (step, at) => step * scales[at % count]);
    return { kernel, bias };
  }

  /** Cells of padding before the first row and column: TensorFlow's "same" puts the odd one behind. */
  function paddingBefore({ kernelSize, strides, padding, outputShape }, inputShape) {
    return [0, 1].map((axis) => {
      const wanted = (outputShape[axis] - 1) * strides[axis] + kernelSize[axis] - inputShape[axis];
      return padding === "same" ? Math.max(0, wanted) >> 1 : 0;
    });
  }

  function softmax(sums, values) {
    const largest = Math.max(...sums);
    sums.forEach((sum, unit) => (values[unit] = Math.exp(sum - largest)));
    const total = values.reduce((before, value) => before + value);
    values.forEach((value, unit) => (values[unit] = value / total));
  }

  /** A trained network whose every number can be looked at. */
  cnn.Network = class Network {
    /** @param {{ name: string, layers: Layer[] }} description */
    constructor({ name, layers }) {
      this.name = name;
      /** What each layer computes with: its description, its weights, and the shape that it reads. */
      this.layers = layers.map((layer, index) => {
        const inputShape = layers[index - 1]?.outputShape ?? [];
        const weights = layer.weights ? decoded(layer.weights, layer.outputShape.at(-1)) : {};
        const before = layer.kernelSize ? paddingBefore(layer, inputShape) : [0, 0];
        return { ...layer, ...weights, inputShape, before };
      });
      /** Every layer's numbers, channels innermost; each run fills them anew. The first are the image's. */
      this.values = [];
      for (const { className, outputShape } of this.layers) {
        const size = outputShape.reduce((product, length) => product * length);
        // Flatten changes no number.
        this.values.push(className === "Flatten" ? this.values.at(-1) : new Float32Array(size));
      }
      /** The sums before softmax. */
      this.sums = new Float32Array(layers.at(-1).outputShape[0]);
      /** For each layer, which of its filters or units are switched off: their numbers are 0. */
      this.off = layers.map(() => /** @type {Set<number>} */ (new Set()));
      this.fields = this.#receptiveFields();
    }

    /**
     * Run the network.
     *
     * @param {ArrayLike<number>} image - 28 × 28 numbers from 0 to 1, row by row.
     * @returns {Float32Array} The probabilities of the digits.
     */
    run(image) {
      this.values[0].set(image);
      this.layers.forEach((layer, index) => {
        const [input, output] = [this.values[index - 1], this.values[index]];
        if (layer.className === "Conv2D") this.#convolve(layer, input, output);
        if (layer.className === "MaxPooling2D") this.#pool(layer, input, output);
        if (layer.className === "GlobalMaxPooling2D") this.#poolAll(layer, input, output);
        if (layer.className === "Dense") this.#join(layer, input, output);
        const channels = layer.outputShape.at(-1);
        for (const channel of this.off[index]) {
          for (let unit = channel; unit < output.length; unit += channels) output[unit] = 0;
        }
      });
      return this.values.at(-1);
    }

    #convolve({ inputShape, outputShape, kernelSize, strides, before, kernel, bias, activation }, input, output) {
      const [height, width, channels] = inputShape;
      const [rows, columns, filters] = outputShape;
      const sums = new Float32Array(filters);
      for (let row = 0, at = 0; row < rows; row += 1) {
        for (let column = 0; column < columns; column += 1, at += filters) {
          sums.set(bias);
          for (let i = 0; i < kernelSize[0]; i += 1) {
            const y = row * strides[0] + i - before[0];
            for (let j = 0; j < kernelSize[1]; j += 1) {
              const x = column * strides[1] + j - before[1];
              if (y < 0 || y >= height || x < 0 || x >= width) continue;
              const first = (y * width + x) * channels;
              const weights = (i * kernelSize[1] + j) * channels;
              for (let channel = 0; channel < channels; channel += 1) {
                const value = input[first + channel];
                // Behind a ReLU half of all numbers are zero.
                if (value !== 0) addRow(sums, value, kernel, (weights + channel) * filters);
              }
            }
          }
          for (let filter = 0; filter < filters; filter += 1) {
            output[at + filter] = activation === "relu" && sums[filter] < 0 ? 0 : sums[filter];
          }
        }
      }
    }

    #pool({ inputShape, outputShape, kernelSize, strides, before }, input, output) {
      const [height, width, channels] = inputShape;
      const [rows, columns] = outputShape;
      output.fill(-Infinity);
      for (let row = 0, at = 0; row < rows; row += 1) {
        for (let column = 0; column < columns; column += 1, at += channels) {
          for (let i = 0; i < kernelSize[0]; i += 1) {
            const y = row * strides[0] + i - before[0];
            for (let j = 0; j < kernelSize[1]; j += 1) {
              const x = column * strides[1] + j - before[1];
              if (y < 0 || y >= height || x < 0 || x >= width) continue;
              const first = (y * width + x) * channels;
              for (let channel = 0; channel < channels; channel += 1) {
                if (input[first + channel] > output[at + channel]) output[at + channel] = input[first + channel];
              }
            }
          }
        }
      }
    }

    #poolAll({ inputShape }, input, output) {
      const channels = inputShape[2];
      output.fill(-Infinity);
      input.forEach((value, unit) => (output[unit % channels] = Math.max(output[unit % channels], value)));
    }

    #join({ kernel, bias, activation }, input, output) {
      const units = output.length;
      const sums = activation === "softmax" ? this.sums : output;
      sums.set(bias);
      for (let unit = 0; unit < input.length; unit += 1) {
        if (input[unit] !== 0) addRow(sums, input[unit], kernel, unit * units);
      }
      if (activation === "softmax") softmax(sums, output);
      if (activation === "relu") output.forEach((sum, unit) => (output[unit] = Math.max(0, sum)));
    }

    /** Which layer's numbers a layer reads; Flatten only hands them on. */
    source(index) {
      return this.layers[index - 1].className === "Flatten" ? index - 2 : index - 1;
    }

    /** Row, column and channel of a unit on its map; behind Flatten and global pooling there are only channels. */
    place(index, unit) {
      const [, width, channels] = this.layers[index].outputShape;
      if (channels === undefined) return { row: 0, column: 0, channel: unit };
      const position = Math.floor(unit / channels);
      return { row: Math.floor(position / width), column: position % width, channel: unit % channels };
    }

    /** The number of a unit that stands at a row, column and channel. */
    unit(index, row, column, channel) {
      const [, width, channels] = this.layers[index].outputShape;
      return channels === undefined ? channel : (row * width + column) * channels + channel;
    }

    /**
     * Spell out how a number of the last run came about.
     *
     * @param {number} index - Its layer.
     * @param {number} unit - Which of the layer's numbers.
     * @returns {Explanation}
     */
    explain(index, unit) {
      const layer = this.layers[index];
      const source = this.source(index);
      const input = this.values[source];
      const { row, column, channel } = this.place(index, unit);
      const terms = [];
      const read = (from, weight) => terms.push({ unit: from, input: input[from], weight });
      if (layer.className === "Dense") {
        input.forEach((value, from) => read(from, layer.kernel[from * layer.outputShape[0] + unit]));
      } else {
        const [height, width, channels] = layer.inputShape;
        const [size, strides] = layer.kernelSize ? [layer.kernelSize, layer.strides] : [[height, width], [1, 1]];
        for (let i = 0; i < size[0]; i += 1) {
          for (let j = 0; j < size[1]; j += 1) {
            const y = row * strides[0] + i - layer.before[0];
            const x = column * strides[1] + j - layer.before[1];
            if (y < 0 || y >= height || x < 0 || x >= width) continue;
            if (layer.kernel) {
              for (let from = 0; from < channels; from += 1) {
                const weight = ((i * size[1] + j) * channels + from) * layer.outputShape[2] + channel;
                read(this.unit(source, y, x, from), layer.kernel[weight]);
              }
            } else read(this.unit(source, y, x, channel), 1);
          }
        }
      }
      const bias = layer.bias?.[channel];
      const sum = layer.kernel
        ? terms.reduce((before, term) => before + term.input * term.weight, bias)
        : Math.max(...terms.map((term) => term.input));
      return { source, terms, bias, sum, value: this.values[index][unit] };
    }

    /** The part of the image that a unit can see: first row, first column, height, width, padding left out. */
    field(index, unit) {
      const { row, column } = this.place(index, unit);
      const [rows, columns] = [row, column].map((position, axis) => {
        const { size, jump, start } = this.fields[index][axis];
        const first = start + jump * position;
        const end = Math.min(first + size, this.layers[0].outputShape[axis]);
        return [Math.max(0, first), end];
      });
      return { row: rows[0], column: columns[0], height: rows[1] - rows[0], width: columns[1] - columns[0] };
    }

    /** Size, distance and start of every layer's receptive fields on each axis, after Araujo, Norris and Sim (2019). */
    #receptiveFields() {
      const fields = [[0, 1].map(() => ({ size: 1, jump: 1, start: 0 }))];
      for (const { kernelSize, strides, before, inputShape } of this.layers.slice(1)) {
        fields.push(
          fields.at(-1).map(({ size, jump, start }, axis) => {
            // A layer without a window joins all places; behind it all numbers see the same.
            const [span, step] = kernelSize ? [kernelSize[axis], strides[axis]] : [inputShape[axis] ?? 1, 0];
            return { size: size + jump * (span - 1), jump: jump * step, start: start - jump * before[axis] };
          }),
        );
      }
      return fields;
    }
  };

  /** The descriptions that data files have brought along, by the name of the network. */
  cnn.descriptions ??= {};
})((window.cnn ??= {}));
