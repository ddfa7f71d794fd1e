// One pass of a network through the explorers' code and through TensorFlow.js, digit by digit in turn; called by run.py.
async function compare(digits, repeats) {
  const network = new cnn.Network(cnn.data.convnet);
  // Weights are handed over once; an image goes in, and all maps come out, as they do in the explorers.
  const prepare = () =>
    network.layers.slice(1).map(({ read, shape, kernel, bias, axes, activation }) => {
      const [kernelSize, strides, { padding }] = [axes.map((axis) => axis.kernelSize), axes.map((axis) => axis.strides), axes[0]];
      if (!kernel) return (maps) => tf.maxPool(maps, kernelSize, strides, padding);
      const [weights, biases] = [tf.tensor4d(kernel, [...kernelSize, read[2], shape[2]]), tf.tensor1d(bias)];
      const behind = activation === "relu" ? tf.relu : (sums) => tf.softmax(tf.reshape(sums, [1, shape[2]]));
      return (maps) => behind(tf.add(tf.conv2d(maps, weights, strides, padding), biases));
    });
  const theirs = (layers) => (digit) =>
    tf.tidy(() => {
      let maps = tf.tensor4d(digit, [1, 28, 28, 1]);
      return layers.map((layer) => (maps = layer(maps)).dataSync());
    });
  const ways = { "this project": { run: (digit) => (network.run(digit), network.values.slice(1)) } };
  for (const backend of ["cpu", "wasm"]) {
    if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js has no back end ${backend} here`);
    await tf.ready();
    ways[`TensorFlow.js, ${backend}`] = { backend, run: theirs(prepare()) };
  }

  const times = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  let apart = 0;
  for (let round = -1; round < repeats; round++) {
    for (const digit of digits.map((each) => Float32Array.from(each))) {
      let first;
      for (const [name, { backend, run }] of Object.entries(ways)) {
        if (backend) await tf.setBackend(backend);
        const start = performance.now();
        const maps = run(digit);
        const time = performance.now() - start;
        if (round >= 0) times[name].push(time); // the round before warms up
        first ??= maps.map((values) => Float32Array.from(values));
        maps.forEach((values, layer) => {
          values.forEach((value, unit) => (apart = Math.max(apart, Math.abs(value - first[layer][unit]))));
        });
      }
    }
  }
  return { times, apart };
}
