// <cnn-train>: two small networks that learn side by side, in a worker, and then read what the reader draws.
(() => {
  "use strict";
  const cnn = (window.cnn ??= {});

  /** Steps in a second; nothing computes as fast as the last. */
  const PACES = { slow: 3, medium: 60, fast: 1e5 };
  /** Milliseconds that the worker computes before it tells how far it is. */
  const BUDGET = 40;
  /** Milliseconds between two drawings of anything but the weights, while they change. */
  const REDRAWN = 50;
  /** Milliseconds between two sentences for those who hear them. */
  const CALM = 5000;
  /** So many steps are one point of the line of the loss; and the loss that is on top of the chart. */
  const [POINT, MOST] = [20, 3];
  /** So many digits, and units of the dense network, are shown. */
  const SHOWN = 8;
  /** Pixels of the screen for one of theirs, and between two of them. */
  const [ZOOM, GAP] = [3, 4];
  /** So many trainings are remembered, below the one that is shown. */
  const REMEMBERED = 4;
  /** The chart, in pixels: where its axes begin, and how far they go. */
  const [LEFT, TOP, WIDE, HIGH] = [38, 10, 270, 120];

  /** Chance that a seed repeats, and orders drawn by it. It uses nothing around it: the worker has its text. */
  function chance() {
    /** Numbers from 0 to 1 (Tommy Ettinger's mulberry32). */
    const random = (seed) => () => {
      seed = (seed + 0x6d2b79f5) | 0;
      let mixed = Math.imul(seed ^ (seed >>> 15), seed | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
    /** The numbers from 0 to count − 1 in an order of chance. */
    const shuffled = (count, seed) => {
      const [next, all] = [random(seed), Array.from({ length: count }, (_, at) => at)];
      for (let at = count - 1; at > 0; at--) {
        const other = Math.floor(next() * (at + 1));
        [all[at], all[other]] = [all[other], all[at]];
      }
      return all;
    };
    /** The digits of a step: each epoch goes through all of them, in an order of its own. */
    const batch = ({ images, size, seed }, step) => {
      const first = (step * size) % images;
      return shuffled(images, 1e4 * seed + Math.floor((step * size) / images)).slice(first, first + size);
    };
    return { random, shuffled, batch };
  }

  /** The worker: it is told to begin, and then each time how many steps to take. It uses nothing around it but its arguments. */
  function work({ Learner }, { batch }) {
    let digits, learners, plan, step;

    const images = (part, order) => {
      const { pixels, count, darkest } = digits[part];
      const size = pixels.length / count;
      return Array.from({ length: count }, (_, image) =>
        Float64Array.from({ length: size }, (_, at) => pixels[image * size + (order ? order[at] : at)] / darkest),
      );
    };

    const begin = (wanted) => {
      plan = { ...wanted, train: images("train", wanted.order), test: images("test", wanted.order) };
      learners = plan.networks.map((layers) => new Learner(layers, Float64Array));
      step = 0;
      tell([], asked());
    };

    /** How many of the test digits each network reads. */
    const asked = () =>
      learners.map((learner) => {
        const best = plan.test.map((image) => learner.run(image)).map((answer) => answer.indexOf(Math.max(...answer)));
        return best.filter((answer, at) => answer === digits.test.labels[at]).length;
      });

    const advance = (steps, budget) => {
      const [losses, end] = [[], performance.now() + budget];
      let right;
      while (losses.length < steps && step < plan.steps && !right && performance.now() < end) {
        const chosen = batch(plan, step);
        const [shown, labels] = [plan.train, digits.train.labels].map((all) => chosen.map((at) => all[at]));
        losses.push(learners.map((learner) => learner.step(shown, labels, plan.rate).loss));
        if (++step % plan.interval === 0) right = asked();
      }
      tell(losses, right);
    };

    const tell = (losses, right) => {
      const weights = learners.map(({ layers }) => layers.map(({ kernel, bias }) => kernel && { kernel, bias }));
      postMessage({ run: plan.run, step, losses, right, weights });
    };

    onmessage = ({ data }) => {
      digits = data.digits ?? digits;
      if (data.begin) begin(data.begin);
      else if (data.steps) advance(data.steps, data.budget);
    };
  }

  cnn.chance = chance();

  /** Start the worker; its text is that of functions, since no browser takes a file for one in a page from disk. */
  function worker() {
    const text = `(${work})(${cnn.backward.text}, (${chance})())`;
    const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    const made = new Worker(address);
    URL.revokeObjectURL(address);
    return made;
  }

  /** The digits that come along: those to learn from, and those to be judged by. */
  let known;
  const digits = () => (known ??= cnn.ink.unpacked(cnn.small).then(({ labels, pixels }) => {
    const { side, counts } = cnn.small;
    const part = (first, count) => ({
      count,
      darkest: cnn.small.darkest,
      labels: labels.slice(first, first + count),
      pixels: pixels.slice(first * side * side, (first + count) * side * side),
    });
    return { train: part(0, counts.train), test: part(counts.train, counts.test) };
  }));

  /** Write a loss; none is written as 0 that is not. */
  const written = (loss) => cnn.number(loss, loss < 0.01 ? 5 : 2);
  const mean = (values) => cnn.sum(values) / values.length;

  /** Give a layer its first weights, as Glorot and Bengio (2010) and Keras do; returns how large one can be. */
  function fill(layer, random) {
    const { read, shape, axes, className } = layer;
    const area = axes[0].kernelSize * axes[1].kernelSize;
    const [from, to] = [area * read[2], (className === "Dense" ? 1 : area) * shape[2]];
    const limit = Math.sqrt(6 / (from + to));
    layer.kernel = Float64Array.from({ length: from * shape[2] }, () => limit * (2 * random() - 1));
    layer.bias = new Float64Array(shape[2]);
    return limit;
  }

  /** Kernels, or units of a dense layer, which become something out of noise. */
  class Born {
    constructor(zoom, label) {
      this.zoom = zoom;
      this.raster = new cnn.Raster();
      this.canvas = this.raster.alone(label);
    }

    /** @param born the largest weight that there can be before the first step */
    show({ kernel, axes, shape: [, , filters] }, born) {
      const [height, width] = axes.map(({ kernelSize }) => kernelSize);
      const few = cnn.picked(kernel, filters, cnn.range(SHOWN));
      const shape = [height, width, SHOWN];
      if (!this.raster.rows) this.raster.sheet(shape, SHOWN, this.zoom, 2);
      // What the first weights are is pale: three times as much is the strongest colour, or more.
      this.raster.paint(few, shape, { colors: "signed", largest: Math.max(3 * born, cnn.most(few.map(Math.abs))) });
    }
  }

  /** A chart with a line for each network by the number of steps, and strokes that span where a value may lie. */
  class Chart {
    constructor(most, ticks, write, guess) {
      this.most = most;
      const { steps, interval } = cnn.small.recipe;
      const axes = cnn.levels(LEFT, WIDE, ticks, (value) => this.y(value), write);
      for (let step = 0; step <= steps; step += 2 * interval) axes.push(cnn.words(this.x(step), TOP + HIGH + 16, step));
      if (guess) axes.push(cnn.line("guess", `M${LEFT} ${this.y(guess)}h${WIDE}`), cnn.words(LEFT + WIDE, this.y(guess) - 5, "guessing", "end"));
      const lines = (kind) => [0, 1].map((index) => cnn.line(`line-${index}${kind}`));
      Object.assign(this, { lines: lines(""), reaches: lines(" reach") });
      const below = cnn.words(LEFT + WIDE / 2, TOP + HIGH + 32, "steps");
      this.picture = cnn.chart(LEFT + WIDE + 6, TOP + HIGH + 36, ...axes, below, ...this.reaches, ...this.lines);
    }

    x(step) {
      return LEFT + (WIDE * step) / cnn.small.recipe.steps;
    }

    /** What is more than the chart holds, or no number, is at its top. */
    y(value) {
      return TOP + HIGH * (1 - (value < this.most ? value / this.most : 1));
    }

    show(index, points, reaches = []) {
      const places = points.map(([step, value]) => `${this.x(step).toFixed(1)} ${this.y(value).toFixed(1)}`);
      cnn.set(this.lines[index], { d: places.length ? `M${places.join("L")}` : null });
      cnn.set(this.reaches[index], { d: reaches.map(([step, from, to]) => `M${this.x(step)} ${this.y(from)}V${this.y(to)}`).join("") || null });
    }
  }

  cnn.define("train", class extends cnn.DigitPad {
    static networks = ["small_convnet", "small_dense"];
    static glimpses = false;

    build() {
      this.trained = [];
      this.worker = worker();
      cnn.set(this.worker, {
        onmessage: ({ data }) => this.report(data),
        onerror: () => this.complain("This browser starts no thread here: nothing can be trained."),
      });
      const settings = cnn.box("controls even", ...this.controls("pixels", "images", "rate", "speed"));
      this.main = cnn.button("Train", () => this.play(!this.playing), { class: "primary" });
      const start = () => this.begin();
      const other = () => this.change({ seed: (this.state.seed % this.settings.seed.most) + 1 });
      this.stepping = cnn.button("One step", () => this.ask(1));
      const player = cnn.box("controls player", this.main, this.stepping, cnn.button("Start over", start), cnn.button("Other noise", other));
      const { side } = cnn.small;
      this.examples = new cnn.Raster();
      this.examples.sheet([side, side, SHOWN], SHOWN, ZOOM, GAP); // its room, before the digits are there
      this.born = [new Born(12, "The convnet’s kernels"), new Born(3, "Weights of the dense network’s units")];
      const seen = this.panel("input born", "Some of the digits", this.examples.alone("Some of the digits"));
      const born = this.born.map(({ canvas }, index) =>
        this.panel("kernel", index ? `${SHOWN} of the dense network’s units` : "The convnet’s first kernels", canvas));
      this.charts = [new Chart(MOST, [0, 1, 2, 3], String, Math.log(10)), new Chart(1, [0, 0.5, 1], cnn.percent)];
      const charts = this.charts.map(({ picture }, index) => {
        const title = index ? "Right on test digits" : "The loss on the digits of each step";
        cnn.set(picture, { "aria-label": `${title}: a line for each network. Its last number is in the table.` });
        return this.panel("chart", title, picture);
      });
      this.table = cnn.make("table");
      this.root.append(
        settings,
        seen,
        cnn.box("stage", ...born),
        player,
        this.told,
        cnn.make("p", { class: "legend" }, ...this.#eachName("span")),
        cnn.box("stage", ...charts),
        this.table,
        cnn.make("p", { class: "title own" }, "Your digit, read by your networks"),
      );
      super.build();
      this.tools.firstChild.classList.remove("primary"); // the one thing to do is to train
      this.look = new cnn.Raster();
      this.look.layout(1, 1, side, side);
      this.sheet.after(this.panel("input look", "As the networks see it", this.look.alone("The digit as the networks see it")));
      this.ready = digits().then((all) => this.worker.postMessage({ digits: all }));
      this.ready.catch(() => this.complain("This browser cannot unpack digits: nothing can be trained."));
    }

    /** Settings that begin anew, and only these. */
    get experiment() {
      return ["pixels", "images", "rate", "seed"].map((name) => this.state[name]).join();
    }

    update() {
      if (this.begun !== this.experiment) this.begin();
      super.update();
      if (!this.touched) this.say(this.progress());
    }

    /** Both networks as they are before the first step: weights of chance, as Keras draws them, and biases of 0. */
    begin() {
      this.begun = this.experiment;
      const { pixels, seed, images, rate } = this.state;
      const { side, recipe } = cnn.small;
      this.run = (this.run ?? 0) + 1;
      this.size = Number(images.replace(",", ""));
      this.order = pixels === "shuffled" ? cnn.chance.shuffled(side * side, seed) : undefined;
      const random = cnn.chance.random(seed);
      this.limits = this.networks.map(({ layers }) => layers.map((layer) => layer.activation && fill(layer, random)));
      Object.assign(this, { step: 0, losses: [], right: [], touched: false, spoken: performance.now(), waiting: true });
      this.play(false);
      const networks = this.networks.map(({ layers }) => layers);
      const plan = { run: this.run, networks, order: this.order, rate: Number(rate), seed, images: this.size, ...recipe };
      this.ready.then(() => this.worker.postMessage({ begin: plan }));
      digits().then(({ train }) => this.#examples(train));
    }

    #examples({ pixels, darkest }) {
      const { side } = cnn.small;
      const size = side * side;
      const values = Float32Array.from({ length: size * SHOWN }, (_, at) => {
        const pixel = Math.floor(at / SHOWN);
        return pixels[(at % SHOWN) * size + (this.order?.[pixel] ?? pixel)] / darkest;
      });
      this.examples.paint(values, [side, side, SHOWN], { colors: "ink" });
    }

    play(playing) {
      const { steps } = cnn.small.recipe;
      if (playing && this.step === steps) this.begin();
      this.playing = playing;
      this.main.textContent = playing ? "Pause" : this.step === steps ? "Train again" : "Train";
      if (!playing) {
        this.draw(true);
        return this.tell();
      }
      this.since = performance.now();
      requestAnimationFrame((now) => this.#tick(now));
    }

    /** Ask for the steps that are due. */
    #tick(now) {
      if (!this.playing) return;
      const pace = PACES[this.state.speed] / 1000;
      const due = Math.floor((now - this.since) * pace);
      if (!this.waiting && due > 0) {
        this.since += due / pace; // a moment in which nothing was computed is not caught up
        this.ask(due);
      }
      requestAnimationFrame((next) => this.#tick(next));
    }

    ask(steps) {
      if (this.waiting) return;
      this.waiting = true;
      this.worker.postMessage({ steps, budget: BUDGET });
    }

    /** What the worker has done since it was asked. */
    report({ run, step, losses, right, weights }) {
      if (run !== this.run) return;
      this.waiting = false;
      this.step = step;
      this.losses.push(...losses);
      if (right) this.right.push(right);
      weights.forEach((layers, index) => layers.forEach((arrays, at) => Object.assign(this.networks[index].layers[at], arrays)));
      const over = step === cnn.small.recipe.steps;
      if (over && losses.length) {
        this.trained.unshift({ ...this.state, right });
        this.play(false);
      }
      if (!this.playing || right || !matchMedia("(prefers-reduced-motion: reduce)").matches) this.draw(!this.playing || right);
      if (!this.playing || performance.now() - this.spoken > CALM) this.tell();
    }

    /** The step at which the test digits were asked last. */
    get #askedAt() {
      return (this.right.length - 1) * cnn.small.recipe.interval;
    }

    tell() {
      this.spoken = performance.now();
      this.say(this.progress());
    }

    progress() {
      const { step, right } = this;
      const { recipe, counts } = cnn.small;
      if (!step) return `Noise ${this.state.seed}: in both networks, each weight is a number of chance. Train them.`;
      const each = (write) => this.networks.map(({ name }, index) => `${cnn.networkNames[name]} ${write(index)}`).join("; ");
      const read = `of ${cnn.count(counts.test)} test digits are right: ${each((index) => cnn.percent(right.at(-1)[index] / counts.test, 1))}.`;
      if (step === recipe.steps) return `Trained: ${read} Now draw a digit below.`;
      const epochs = (steps) => cnn.number((steps * recipe.size) / this.size, 1);
      const loss = each((index) => written(this.losses.at(-1)[index]));
      return `Step ${step}, epoch ${epochs(step)} of ${epochs(recipe.steps)}, loss: ${loss}. At step ${this.#askedAt}, ${read}`;
    }

    /** Show how far both are: the weights each time; the losses and the answer in turn, so that no frame is late; all when it is `worded`. */
    draw(worded) {
      this.networks.forEach(({ layers }, index) => this.born[index].show(layers[1], this.limits[index][1]));
      if (!worded && performance.now() - this.drawn < REDRAWN) return;
      this.drawn = performance.now();
      this.turn = !this.turn;
      if (this.image && (worded || this.turn)) this.answer(); // it changes as they learn
      if (!worded && this.turn) return;
      const latest = this.networks.map((_, index) => this.#losses(index));
      if (!worded) return;
      const { recipe, counts } = cnn.small;
      this.networks.forEach((_, index) => {
        const right = this.right.map((both, at) => [at * recipe.interval, both[index]]);
        const reaches = right.map(([step, count]) => [step, ...cnn.wilson(count, counts.test)]);
        this.charts[1].show(index, right.map(([step, count]) => [step, count / counts.test]), reaches);
      });
      this.#rows(latest);
      cnn.enable(this.stepping, this.step < recipe.steps);
    }

    /** Draw the losses of a network; returns the last, if there is one. */
    #losses(index) {
      const points = [];
      for (let first = 0; first < this.losses.length; first += POINT) {
        const some = this.losses.slice(first, first + POINT);
        points.push([first + some.length, mean(some.map((both) => both[index]))]);
      }
      this.charts[0].show(index, points);
      return points.at(-1)?.[1];
    }

    #eachName(tag, attributes) {
      return this.constructor.networks.map((name, index) => cnn.make(tag, { ...attributes, class: `line-${index}` }, cnn.networkNames[name]));
    }

    /** A table of both networks, and of what was trained before. */
    #rows(latest) {
      const { counts } = cnn.small;
      const row = (name, cells) => cnn.make("tr", {}, cnn.make("th", { scope: "row" }, name), ...cells.map((words) => cnn.make("td", {}, ...[words].flat())));
      const share = (count) =>
        [cnn.make("strong", {}, cnn.percent(count / counts.test, 1)), " ", cnn.make("span", {}, cnn.reach(count, counts.test))];
      const weights = this.networks.map(({ layers }) => cnn.sum(layers.map(({ kernel, bias }) => (kernel ? kernel.length + bias.length : 0))));
      const head = cnn.make("tr", {}, cnn.make("td"), ...this.#eachName("th", { scope: "col" }));
      const now = this.right.at(-1);
      const rows = [
        row("weights and biases", weights.map(cnn.count)),
        row("loss", latest.map((value) => (value === undefined ? "–" : written(value)))),
        row(now ? `right at step ${this.#askedAt}` : "right", now ? now.map(share) : ["–", "–"]),
      ];
      const before = this.trained.slice(0, REMEMBERED).map(({ pixels, images, rate, seed, right }) =>
        row(`${images} ${pixels}, rate ${rate}, noise ${seed}`, right.map((count) => cnn.percent(count / counts.test, 1))),
      );
      this.table.replaceChildren(cnn.make("thead", {}, head), cnn.make("tbody", {}, ...rows), ...(before.length ? [cnn.make("tbody", {}, ...before)] : []));
    }

    /** The reader's digit as the networks see it: half as large, in as many shades, and in their order of pixels. */
    seen(image) {
      const { side, darkest } = cnn.small;
      const small = Float64Array.from({ length: side * side }, (_, at) => {
        const corner = 4 * side * Math.floor(at / side) + 2 * (at % side);
        const sum = cnn.sum([0, 1, 2 * side, 2 * side + 1].map((beside) => image[corner + beside]));
        return Math.floor((sum * darkest) / 4 + 0.5) / darkest;
      });
      const ordered = this.order ? small.map((_, at) => small[this.order[at]]) : small;
      this.look?.paint(ordered, [side, side, 1], { colors: "ink" });
      return ordered;
    }

    change(wanted) {
      this.touched = "drawing" in wanted || "digit" in wanted;
      super.change(wanted);
    }

    static css = `${cnn.DigitPad.css}
      .told { min-height: 3em; margin-bottom: 0.5rem; }
      .born, .own { margin-bottom: 0.75rem; }
      .legend { display: flex; flex-wrap: wrap; gap: 0 1.5rem; margin: 0 0 0.5rem; font-size: 0.875rem; }
      .legend span::before { content: ""; display: inline-block; width: 1.75rem; margin-right: 0.5rem; border-top: 2px solid var(--line); vertical-align: 0.3em; }
      .legend .line-0::before { border-top-style: dashed; }
      @media (max-width: 42rem) {
        .told { min-height: 6em; }
        .even > :last-child { grid-column: 1 / -1; }
        .stage > .look > .heading { white-space: normal; }
      }
      table { width: 100%; margin: 0.75rem 0 1.25rem; border-collapse: collapse; font-size: 0.875rem; font-variant-numeric: tabular-nums; }
      tbody { border-top: 1px solid var(--cnn-grid); }
      th, td { padding: 0.125rem 0.5rem 0.125rem 0; font-weight: normal; text-align: left; }
      thead th { font-weight: 600; }
      td span { white-space: nowrap; }
      .chart { flex: 1 1 17rem; max-width: 28rem; }
      .guess { stroke: var(--cnn-muted); stroke-dasharray: 4 3; }
      path[class^="line"] { stroke: var(--line); stroke-width: 2; }
      .line-0 { --line: var(--cnn-network-convnet); }
      .line-1 { --line: var(--cnn-network-dense-131); }
      path.line-0:not(.reach) { stroke-dasharray: 6 3; }
      path.reach[class] { stroke-width: 1; }
      .panel > canvas { display: block; max-width: 100%; height: auto; image-rendering: pixelated; }
      .panel > canvas.values { filter: var(--cnn-values); }
      .look > canvas { width: 5.25rem; border: 1px solid var(--cnn-input); }
    `;
  });

})();
