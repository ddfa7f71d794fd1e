// The backward pass: how much a number changes with each number that it was made of, and with each weight; and what
// learns by it.
(() => {
  "use strict";
  const cnn = (globalThis.cnn ??= {});

  /**
   * All of it in one function, as in forward.js, so that its text is code for a worker too.
   *
   * Layers are those of a Network: `rows` and `columns` of cells under each window, what is `read`, `kernel` and `bias`. A
   * gradient is the change of some number, such as a loss, for a change of 1 of each number of an array, which it is as long as.
   */
  function passes({ forward, softmax }) {
    /**
     * Go back through a convolution or a dense layer. What is found is added to `reached`, the gradient to the input, and to
     * `weights`, those to the kernel and to the bias; either may be left out.
     */
    function convolution({ rows, columns, read, axes, kernel, bias, activation }, input, output, gradient, reached, weights) {
      const [, width, channels] = read;
      const filters = bias.length;
      const [active, flows] = [new Int32Array(filters), new Float64Array(filters)];
      let made = 0;
      for (const down of rows) {
        for (const across of columns) {
          // Nothing flows where ReLU gave 0, or where pooling kept another number.
          let count = 0;
          for (let filter = 0; filter < filters; filter++, made++) {
            if (gradient[made] === 0 || (activation === "relu" && !(output[made] > 0))) continue;
            active[count] = filter;
            flows[count++] = gradient[made];
          }
          if (!count) continue;
          if (weights) for (let i = 0; i < count; i++) weights.bias[active[i]] += flows[i];
          for (const r of down) {
            for (const c of across) {
              const first = (r.cell * width + c.cell) * channels;
              const taps = (r.tap * axes[1].kernelSize + c.tap) * channels;
              for (let channel = 0; channel < channels; channel++) {
                const row = (taps + channel) * filters;
                const value = input[first + channel];
                if (weights && value !== 0) for (let i = 0; i < count; i++) weights.kernel[row + active[i]] += value * flows[i];
                if (!reached) continue;
                let sum = 0;
                for (let i = 0; i < count; i++) sum += flows[i] * kernel[row + active[i]];
                reached[first + channel] += sum;
              }
            }
          }
        }
      }
    }

    /** Go back through max pooling: to the first of the largest, and where the window is the whole map, to each of them alike. */
    function pooling({ rows, columns, read, className }, input, output, gradient, reached) {
      const [, width, channels] = read;
      let made = 0;
      for (const down of rows) {
        for (const across of columns) {
          for (let channel = 0; channel < channels; channel++, made++) {
            if (gradient[made] === 0) continue;
            const largest = [];
            for (const r of down) {
              for (const c of across) {
                const cell = (r.cell * width + c.cell) * channels + channel;
                if (input[cell] === output[made]) largest.push(cell);
              }
            }
            const kept = className.startsWith("Global") ? largest : largest.slice(0, 1);
            for (const cell of kept) reached[cell] += gradient[made] / kept.length;
          }
        }
      }
    }

    /**
     * Go back from the gradient to the last layer's sums, before softmax. Without `weights` this returns the gradient to the image;
     * with them, an entry for each layer, what is found is added to them, and the image is left out, which saves time.
     */
    function back(layers, values, gradient, weights) {
      for (let index = layers.length - 1; index > 0; index--) {
        const [input, output] = [values[index - 1], values[index]];
        const reached = index > 1 || !weights ? new input.constructor(input.length) : undefined;
        const through = layers[index].kernel ? convolution : pooling;
        if (reached || layers[index].kernel) through(layers[index], input, output, gradient, reached, weights?.[index]);
        gradient = reached;
      }
      return gradient;
    }

    /** Stochastic gradient descent: a step against the gradient. */
    function sgd(weights, gradient, learningRate) {
      for (let i = 0; i < weights.length; i++) weights[i] -= learningRate * gradient[i];
    }

    /** A network that learns digits: its layers' kernels and biases change, each array in its place. */
    class Learner {
      /** @param layers those of a Network @param Numbers Float32Array or Float64Array, as the weights are */
      constructor(layers, Numbers = Float32Array) {
        this.layers = layers;
        this.values = layers.map(({ shape: [rows, columns, channels] }) => new Numbers(rows * columns * channels));
        const alike = (weights) => new Numbers(weights.length);
        this.gradients = layers.map(({ kernel, bias }) => kernel && { kernel: alike(kernel), bias: alike(bias) });
      }

      /** Give the probabilities of the classes. */
      run(image) {
        this.values[0].set(image);
        for (let index = 1; index < this.layers.length; index++) forward(this.layers[index], this.values[index - 1], this.values[index]);
        return softmax(this.values.at(-1));
      }

      /** Fill the gradients of the mean cross-entropy of some images; returns that, and how many are answered right. */
      learn(images, labels) {
        for (const each of this.gradients) if (each) for (const gradient of Object.values(each)) gradient.fill(0);
        let [loss, right] = [0, 0];
        images.forEach((image, at) => {
          const gradient = this.run(image);
          const label = labels[at];
          loss -= Math.log(Math.max(gradient[label], 1e-7)) / images.length; // as Keras, which lets no probability be 0
          if (gradient.every((probability) => probability <= gradient[label])) right++;
          // Of cross-entropy and softmax together, the gradient is what is answered minus what is right.
          gradient[label] -= 1;
          for (let i = 0; i < gradient.length; i++) gradient[i] /= images.length;
          back(this.layers, this.values, gradient, this.gradients);
        });
        return { loss, right };
      }

      /** One step of training on a batch. */
      step(images, labels, learningRate) {
        const found = this.learn(images, labels);
        this.layers.forEach(({ kernel, bias }, index) => {
          if (!kernel) return;
          sgd(kernel, this.gradients[index].kernel, learningRate);
          sgd(bias, this.gradients[index].bias, learningRate);
        });
        return found;
      }
    }

    return { back, Learner };
  }

  /** The functions, and their text: in a worker, `const { Learner } = …`, and then that text. */
  cnn.backward = { ...passes(cnn.passes), text: `(${passes})(${cnn.passes.text})` };
})();
