// <cnn-train>: two small networks that learn side by side, in a worker, and then read what the reader draws.
(() => {
  "use strict";
  const cnn = (window.cnn ??= {});
  const { button, make } = cnn;

  /** Steps in a second; nothing computes as fast as the last. */
  const PACES = { slow: 3, medium: 60, fast: 1e5 };
  /** Milliseconds that the worker computes before it tells how far it is. */
  const BUDGET = 40;
  /** Milliseconds between two drawings of all but the weights, while they change. */
  const REDRAWN = 100;
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
  /** Standard deviations on either side of a mean that hold 95 % of a normal distribution. */
  const NORMAL = 1.959964;

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
  function work({ Learner, sgd }, { batch }) {
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
        losses.push(learners.map((learner) => learner.step(shown, labels, sgd, plan.rate).loss));
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

  /** Read the digits that come along: first what they show, and then four pixels in a byte, which stand below each other. */
  let known;
  const digits = () => (known ??= read());
  async function read() {
    const { packed, side, darkest, counts } = cnn.small;
    const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
    const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    const all = new Uint8Array(await new Response(unpacked).arrayBuffer());
    const [size, fours] = [side * side, side * Math.ceil(side / 4)];
    let [label, four] = [0, counts.train + counts.test];
    const part = (count) => {
      const labels = all.slice(label, (label += count));
      const pixels = Uint8Array.from({ length: count * size }, (_, at) => {
        const row = Math.floor((at % size) / side);
        return (all[four + Math.floor(at / size) * fours + (row >> 2) * side + (at % side)] >> (6 - 2 * (row & 3))) & 3;
      });
      four += count * fours;
      return { count, darkest, labels, pixels };
    };
    return { train: part(counts.train), test: part(counts.test) };
  }

  /** Where a share lies that was counted, with a confidence of 95 % (Wilson 1927). */
  function interval(right, answers) {
    const [share, square] = [right / answers, NORMAL ** 2 / answers];
    const reach = Math.sqrt(share * (1 - share) * square + square ** 2 / 4);
    return [-1, 1].map((sign) => (share + square / 2 + sign * reach) / (1 + square));
  }

  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const greatest = (values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

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
      this.raster = new cnn.Raster("", () => "", () => {});
      this.canvas = this.raster.canvas;
      cnn.set(this.canvas, { "aria-hidden": null, role: "img", "aria-label": label });
    }

    /** @param born the largest weight that there can be before the first step */
    show({ kernel, axes, shape: [, , filters] }, born) {
      const [height, width] = axes.map(({ kernelSize }) => kernelSize);
      const few = Float32Array.from({ length: height * width * SHOWN }, (_, at) => kernel[Math.floor(at / SHOWN) * filters + (at % SHOWN)]);
      const gap = 2;
      if (!this.raster.rows) this.raster.layout(1, SHOWN, SHOWN * (width * this.zoom + gap) - gap, height * this.zoom);
      // What the first weights are is pale: three times as much is the strongest colour, or more.
      this.raster.paint(few, [height, width, SHOWN], { colors: "signed", largest: Math.max(3 * born, greatest(few)), zoom: this.zoom, gap });
    }
  }

  /** A chart with a line for each network by the number of steps, and strokes that span where a value may lie. */
  class Chart {
    constructor(most, ticks, guess) {
      this.most = most;
      const { steps, interval } = cnn.small.recipe;
      const text = (x, y, words, kind) => make("svg:text", { x, y, class: kind }, words);
      const level = (value, kind) => make("svg:path", { d: `M${LEFT} ${this.y(value)}h${WIDE}`, class: kind });
      const axes = ticks.flatMap(([value, words]) => [level(value, "axis"), text(LEFT - 5, this.y(value) + 4, words, "end")]);
      for (let step = 0; step <= steps; step += 2 * interval) axes.push(text(this.x(step), TOP + HIGH + 16, String(step)));
      if (guess) axes.push(level(guess, "guess"), text(LEFT + WIDE, this.y(guess) - 5, "guessing", "end"));
      const paths = (kind) => [0, 1].map((index) => make("svg:path", { class: `line-${index}${kind}` }));
      Object.assign(this, { lines: paths(""), reaches: paths(" reach") });
      const box = { viewBox: `0 0 ${LEFT + WIDE + 6} ${TOP + HIGH + 36}`, role: "img" };
      this.picture = make("svg:svg", box, ...axes, text(LEFT + WIDE / 2, TOP + HIGH + 32, "steps"), ...this.reaches, ...this.lines);
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
        onerror: () => this.complain("This browser starts no second thread here, so that nothing can be trained."),
      });
      const settings = make("div", { class: "controls even" }, ...this.controls("pixels", "images", "rate", "speed"));
      this.main = button("Train", () => this.play(!this.playing), { class: "primary" });
      const start = () => this.begin();
      const other = () => this.change({ seed: (this.state.seed % this.settings.seed.most) + 1 });
      this.stepping = button("One step", () => this.ask(1));
      const player = make("div", { class: "controls player" }, this.main, this.stepping, button("Start over", start), button("Other noise", other));
      const { side } = cnn.small;
      this.examples = new cnn.Raster("", () => "", () => {});
      this.examples.layout(1, SHOWN, SHOWN * (side * ZOOM + GAP) - GAP, side * ZOOM); // its room, before the digits are there
      this.born = [new Born(12, "The convnet’s kernels"), new Born(3, "Weights of the dense network’s units")];
      const seen = this.panel("input born", this.examples.canvas);
      seen.name("Some of the digits");
      const born = this.born.map(({ canvas }, index) => {
        const made = this.panel("kernel", canvas);
        made.name(index ? `${SHOWN} of the dense network’s units` : "The convnet’s first kernels");
        return made;
      });
      this.charts = [new Chart(MOST, [0, 1, 2, 3].map((loss) => [loss, String(loss)]), Math.log(10)), new Chart(1, [0, 0.5, 1].map((part) => [part, cnn.percent(part)]))];
      const charts = this.charts.map(({ picture }, index) => {
        const made = this.panel("chart", picture);
        const title = index ? "Right on test digits" : "The loss on the digits of each step";
        made.name(title);
        cnn.set(picture, { "aria-label": `${title}: a line for each network. Its last number is in the table.` });
        return made;
      });
      this.table = make("table");
      this.root.append(
        settings,
        seen,
        make("div", { class: "stage" }, ...born),
        player,
        this.told,
        make("p", { class: "legend" }, ...this.#eachName("span")),
        make("div", { class: "stage" }, ...charts),
        this.table,
        make("p", { class: "title own" }, "Your digit, read by your networks"),
      );
      super.build();
      this.tools.firstChild.classList.remove("primary"); // the one thing to do is to train
      this.look = new cnn.Raster("", () => "", () => {});
      this.look.layout(1, 1, side, side);
      cnn.set(this.look.canvas, { "aria-hidden": null, role: "img", "aria-label": "The digit as the networks see it" });
      const look = this.panel("input look", this.look.canvas);
      look.name("As the networks see it");
      this.sheet.after(look);
      this.ready = digits().then((all) => this.worker.postMessage({ digits: all }));
      this.ready.catch(() => this.complain("This browser cannot unpack the digits, so that nothing can be trained."));
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
      this.draw(true);
    }

    #examples({ pixels, darkest }) {
      const { side } = cnn.small;
      const size = side * side;
      const values = Float32Array.from({ length: size * SHOWN }, (_, at) => {
        const pixel = Math.floor(at / SHOWN);
        return pixels[(at % SHOWN) * size + (this.order?.[pixel] ?? pixel)] / darkest;
      });
      this.examples.paint(values, [side, side, SHOWN], { colors: "ink", zoom: ZOOM, gap: GAP });
    }

    play(playing) {
      const { steps } = cnn.small.recipe;
      if (playing && this.step === steps) this.begin();
      this.playing = playing;
      this.main.textContent = playing ? "Pause" : this.step === steps ? "Train again" : "Train";
      if (!playing) return;
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
      if (!step) return "Both networks are noise: each weight is a number of chance. Train them.";
      const each = (write) => this.networks.map(({ name }, index) => `${cnn.networkNames[name]} ${write(index)}`).join("; ");
      const read = `of ${cnn.count(counts.test)} test digits are right: ${each((index) => cnn.percent(right.at(-1)[index] / counts.test, 1))}.`;
      if (step === recipe.steps) return `Trained: ${read} Now draw a digit below.`;
      const epochs = (steps) => cnn.number((steps * recipe.size) / this.size, 1);
      const loss = each((index) => cnn.number(this.losses.at(-1)[index]));
      return `Step ${step}, epoch ${epochs(step)} of ${epochs(recipe.steps)}, loss: ${loss}. At step ${this.#askedAt}, ${read}`;
    }

    /** Show how far both are: the weights each time, the rest less often, and what is read in peace when it is `worded`. */
    draw(worded) {
      this.networks.forEach(({ layers }, index) => this.born[index].show(layers[1], this.limits[index][1]));
      if (!worded && performance.now() - this.drawn < REDRAWN) return;
      this.drawn = performance.now();
      const { recipe, counts } = cnn.small;
      const [loss, share] = this.charts;
      const latest = this.networks.map((_, index) => {
        const points = [];
        for (let first = 0; first < this.losses.length; first += POINT) {
          const some = this.losses.slice(first, first + POINT);
          points.push([first + some.length, mean(some.map((both) => both[index]))]);
        }
        loss.show(index, points);
        const right = this.right.map((both, at) => [at * recipe.interval, both[index]]);
        const reaches = right.map(([step, count]) => [step, ...interval(count, counts.test)]);
        share.show(index, right.map(([step, count]) => [step, count / counts.test]), reaches);
        return points.at(-1)?.[1];
      });
      if (this.image) this.answer(); // it changes as they learn
      if (!worded) return;
      this.#rows(latest);
      cnn.enable(this.stepping, this.step < recipe.steps);
    }

    #eachName(tag, attributes) {
      return this.constructor.networks.map((name, index) => make(tag, { ...attributes, class: `line-${index}` }, cnn.networkNames[name]));
    }

    /** A table of both networks, and of what was trained before. */
    #rows(latest) {
      const { counts } = cnn.small;
      const row = (name, cells) => make("tr", {}, make("th", { scope: "row" }, name), ...cells.map((words) => make("td", {}, ...[words].flat())));
      const share = (count) => {
        const [from, to] = interval(count, counts.test).map((part) => (100 * part).toFixed(1));
        return [make("strong", {}, cnn.percent(count / counts.test, 1)), " ", make("span", {}, `(${from} to ${to})`)];
      };
      const weights = this.networks.map(({ layers }) => layers.reduce((sum, { kernel, bias }) => sum + (kernel ? kernel.length + bias.length : 0), 0));
      const head = make("tr", {}, make("td"), ...this.#eachName("th", { scope: "col" }));
      const now = this.right.at(-1);
      const rows = [
        row("weights and biases", weights.map(cnn.count)),
        row("loss", latest.map((value) => (value === undefined ? "–" : cnn.number(value)))),
        row(now ? `right at step ${this.#askedAt}` : "right", now ? now.map(share) : ["–", "–"]),
      ];
      const before = this.trained.slice(0, REMEMBERED).map(({ pixels, images, rate, seed, right }) =>
        row(`${images} ${pixels}, rate ${rate}, noise ${seed}`, right.map((count) => cnn.percent(count / counts.test, 1))),
      );
      this.table.replaceChildren(make("thead", {}, head), make("tbody", {}, ...rows), ...(before.length ? [make("tbody", {}, ...before)] : []));
    }

    /** The reader's digit as the networks see it: half as large, in as many shades, and in their order of pixels. */
    seen(image) {
      const { side, darkest } = cnn.small;
      const small = Float64Array.from({ length: side * side }, (_, at) => {
        const corner = 4 * side * Math.floor(at / side) + 2 * (at % side);
        const sum = [0, 1, 2 * side, 2 * side + 1].reduce((all, beside) => all + image[corner + beside], 0);
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
      .born { margin-bottom: 0.75rem; }
      .own { margin-bottom: 0.75rem; }
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
      th { padding: 0.125rem 0.5rem 0.125rem 0; font-weight: normal; text-align: left; }
      td { padding: 0.125rem 0.5rem 0.125rem 0; }
      thead th { font-weight: 600; }
      td span { white-space: nowrap; }
      .chart { flex: 1 1 17rem; max-width: 28rem; }
      .chart svg { width: 100%; }
      .chart text { fill: var(--cnn-muted); font-size: 11px; text-anchor: middle; }
      .chart .end { text-anchor: end; }
      .chart path { fill: none; stroke: var(--line); stroke-width: 2; }
      .chart .axis { --line: var(--cnn-grid); stroke-width: 0.5; }
      .chart .guess { --line: var(--cnn-muted); stroke-width: 1; stroke-dasharray: 4 3; }
      .line-0 { --line: var(--cnn-network-convnet); }
      .line-1 { --line: var(--cnn-network-dense-131); }
      .chart .line-0:not(.reach) { stroke-dasharray: 6 3; }
      .chart .reach { stroke-width: 1; }
      .panel > canvas { display: block; max-width: 100%; height: auto; image-rendering: pixelated; }
      .panel > canvas.values { filter: var(--cnn-values); }
      .look > canvas { width: 5.25rem; border: 1px solid var(--cnn-input); }
    `;
  });

})();
