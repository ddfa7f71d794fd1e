// The forward pass: what every layer of a trained network makes of an image, and how each number came about.
// Networks come from data scripts, which cnnfigs/models/export.py writes and tells of.
(() => {
  "use strict";
  const cnn = (globalThis.cnn ??= {});

  /**
   * What each kind of layer makes of what it reads, as pure functions on arrays of 32 or 64 bits. They stand in one function
   * that uses nothing around it, so that its text is code for a worker too, where pages are opened from disk as well.
   */
  function passes() {
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

    /** Where activation functions begin to cut off, and where they end. */
    const LIMITS = { relu: [0, Infinity], relu6: [0, 6] };

    /** A filter reads all channels; a depthwise one reads its own. */
    function convolve({ className, rows, columns, read, axes, kernel, bias, activation }, input, output) {
      const [, width, channels] = read;
      const filters = bias.length;
      const depthwise = className === "DepthwiseConv2D";
      const [least, most] = LIMITS[activation] ?? [-Infinity, Infinity];
      const sums = new output.constructor(filters);
      let made = 0;
      for (const down of rows) {
        for (const across of columns) {
          sums.set(bias);
          for (const r of down) {
            for (const c of across) {
              const first = (r.cell * width + c.cell) * channels;
              const weights = (r.tap * axes[1].kernelSize + c.tap) * channels;
              for (let channel = 0; channel < channels; channel++) {
                const value = input[first + channel];
                if (depthwise) sums[channel] += value * kernel[weights + channel];
                // Paper is 0, and so are most numbers behind a ReLU.
                else if (value !== 0) addRow(sums, value, kernel, (weights + channel) * filters);
              }
            }
          }
          for (let filter = 0; filter < filters; filter++) {
            output[made++] = sums[filter] < least ? least : sums[filter] > most ? most : sums[filter];
          }
        }
      }
    }

    function pool({ rows, columns, read }, input, output) {
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

    /** Fill a layer's output; softmax, which the last layer has, is left to who asks for it. */
    const forward = (layer, input, output) => (layer.kernel ? convolve : pool)(layer, input, output);

    function softmax(sums) {
      const most = Math.max(...sums);
      const powers = sums.map((sum) => Math.exp(sum - most));
      const total = powers.reduce((before, power) => before + power);
      return powers.map((power) => power / total);
    }

    return { forward, softmax };
  }

  const { forward, softmax } = passes();
  /** The functions, and their text. */
  cnn.passes = { forward, softmax, text: `(${passes})()` };

  /** What weights are stored as, by the bits that each has: whole numbers of steps, or as they are. */
  const KINDS = { 8: Int8Array, 16: Int16Array, 32: Float32Array };

  /** Unpack weights: a scale and a bias for each filter in 32 bits, then the kernel, which the scales multiply. */
  function unpacked(text, filters, bits = 8) {
    const content = atob(text);
    const bytes = new Uint8Array(content.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = content.charCodeAt(i);
    const scales = new Float32Array(bytes.buffer, 0, filters);
    const kernel = new Float32Array(new KINDS[bits](bytes.buffer, 8 * filters));
    for (let i = 0; i < kernel.length; i++) kernel[i] *= scales[i % filters];
    return { kernel, bias: new Float32Array(bytes.buffer, 4 * filters, filters) };
  }

  /**
   * A trained network whose every number can be looked at. All its layers are windows on maps: a dense layer has the
   * whole map as its window, so that Flatten, which changes no number, is left out; a row of numbers is maps of 1×1.
   * Layers have packed weights, or kernel and bias as arrays.
   */
  cnn.Network = class {
    constructor({ name, layers }, Numbers = Float32Array) {
      this.name = name;
      /** Each reads the one before it. */
      this.layers = [];
      for (const layer of layers) {
        const shape = layer.outputShape.length === 3 ? layer.outputShape : [1, 1, layer.outputShape[0]];
        if (!this.layers.length) this.layers.push({ ...layer, shape });
        else if (layer.className !== "Flatten") this.layers.push(this.#prepared(layer, shape));
      }
      /** The numbers of each layer, channels innermost; each run fills them anew. */
      this.values = this.layers.map(({ shape: [rows, columns, channels] }) => new Numbers(rows * columns * channels));
      /** What the last layer gives to softmax. */
      this.sums = new Numbers(this.values.at(-1).length);
      /** The filters of each layer that are switched off: their maps are 0. @type {Set<number>[]} */
      this.off = this.layers.map(() => new Set());
      /** The receptive fields on both axes, for each layer. */
      this.fields = [0, 1].map((axis) => {
        const windows = this.layers.slice(1).map(({ axes }) => axes[axis]);
        return [{ size: 1, jump: 1, start: 0 }, ...cnn.arithmetic.receptiveFields(this.layers[0].shape[axis], windows)];
      });
    }

    /** Add to a layer what it computes with. */
    #prepared(layer, shape) {
      const read = this.layers.at(-1).shape;
      const kernelSize = layer.kernelSize ?? read;
      const { strides = [1, 1], padding = "valid" } = layer;
      const axes = [0, 1].map((axis) => ({ size: read[axis], kernelSize: kernelSize[axis], strides: strides[axis], padding }));
      // For each row and column of the output, which ones of the input its windows cover.
      const [rows, columns] = axes.map((axis) =>
        cnn.arithmetic.sources(axis).map((cells) => cells.filter(({ cell }) => cell >= 0 && cell < axis.size)),
      );
      return { ...layer, shape, read, axes, rows, columns, ...(layer.weights && unpacked(layer.weights, shape[2], layer.bits)) };
    }

    /** Run the network on an image, 28 × 28 numbers from 0 to 1; returns the probabilities of the digits. */
    run(image) {
      this.values[0].set(image);
      this.layers.slice(1).forEach((layer, before) => {
        const output = this.values[before + 1];
        forward(layer, this.values[before], output);
        for (const filter of this.off[before + 1]) {
          for (let unit = filter; unit < output.length; unit += layer.shape[2]) output[unit] = 0;
        }
      });
      const answer = this.values.at(-1);
      this.sums.set(answer);
      answer.set(softmax(this.sums));
      return answer;
    }

    /** The same network with numbers of its own, so that those of this one stay. */
    copy() {
      return Object.assign(Object.create(this), { values: this.values.map((each) => each.slice()), sums: this.sums.slice() });
    }

    /** Row, column and channel of a unit, one of the numbers of the layer `index`. */
    place(index, unit) {
      const [, width, channels] = this.layers[index].shape;
      const cell = Math.floor(unit / channels);
      return { row: Math.floor(cell / width), column: cell % width, channel: unit % channels };
    }

    /**
     * Spell out how a unit of the last run came about: the units that it read in the layer before (`terms`), each with
     * its weight; the bias; the sum; and what ReLU or softmax made of it. Pooling has no bias, and its sum is the largest.
     */
    explain(index, unit) {
      const { rows, columns, read, shape, axes, kernel, bias } = this.layers[index];
      const { row, column, channel } = this.place(index, unit);
      const input = this.values[index - 1];
      const value = this.values[index][unit];
      const terms = [];
      for (const r of rows[row]) {
        for (const c of columns[column]) {
          const first = (r.cell * read[1] + c.cell) * read[2];
          const weights = (r.tap * axes[1].kernelSize + c.tap) * read[2];
          const [start, end] = kernel ? [0, read[2]] : [channel, channel + 1];
          for (let from = start; from < end; from++) {
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
      const place = this.place(index, unit);
      const [[row, height], [column, width]] = [place.row, place.column].map((cell, axis) => {
        const { size, jump, start } = this.fields[axis][index];
        const first = start + jump * cell;
        const seen = Math.max(0, first);
        return [seen, Math.min(first + size, this.layers[0].shape[axis]) - seen];
      });
      return { row, column, height, width };
    }
  };
})();
