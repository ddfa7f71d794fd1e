// <cnn-design>: a convnet put together of blocks, what it costs, and what such ones reached that were trained:
// cnnfigs/explorers/designs.py.
(() => {
  "use strict";
  const cnn = (window.cnn ??= {});
  const { outputSize, receptiveFields } = cnn.arithmetic;

  const [SIDE, CLASSES, MOST] = [28, 10, 4];
  const FILTERS = [2, 4, 8, 16, 32, 64];
  const KERNELS = [1, 3, 5, 7];
  /** What follows a convolution, by its letter in the address: its name and, if it pools, its layer in Keras. */
  const AFTER = { "": ["nothing"], p: ["max pooling", "MaxPooling2D"], a: ["mean pooling", "AveragePooling2D"], s: ["strides of 2"] };
  /** Numbers of a design, by the settings that show them on the chart: costs, and digits read right. */
  const COSTS = { parameters: "parameters", "multiply-adds": "multiplyAdds" };
  const READ = { "in place": "home", moved: "moved" };
  /** The chart: where its axes begin, and how far they go; shares that its ticks may tell; how near a finger must come. */
  const [LEFT, TOP, WIDE, HIGH] = [44, 14, 284, 220];
  const TICKS = [0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99];
  const [TICK, NEAR] = [15, 24];

  const least = (all, measure) => all.reduce((one, other) => (measure(other) < measure(one) ? other : one));
  const read = (text) => text.split(",").map((block) => {
    const [, filters, kernelSize, after] = /^(\d+)k(\d)(\w?)$/.exec(block);
    return { filters: Number(filters), kernelSize: Number(kernelSize), after };
  });
  const write = (blocks) => blocks.map(({ filters, kernelSize, after }) => `${filters}k${kernelSize}${after}`).join(",");

  const percent = (right) => `${(100 * right / cnn.designs.asked).toFixed(1)}\u00a0%`;
  const withInterval = (right) => `${percent(right)} ${cnn.reach(right, cnn.designs.asked)}`;
  const costs = ({ parameters, multiplyAdds }) => `${cnn.count(parameters)} parameters, ${cnn.count(multiplyAdds)} multiply-adds`;
  const inWords = (name, value) => ({
    parameters: () => `${cnn.count(value)} parameters`,
    multiplyAdds: () => `${cnn.count(value)} multiply-adds`,
    home: () => `${percent(value)} read right`,
    moved: () => `${percent(value)} of the moved digits read right`,
  })[name]();

  /**
   * What a design costs, block by block and at its end.
   * @param {{blocks: string, last: string, dense: string}} settings
   */
  cnn.design = ({ blocks: text, last, dense }) => {
    const blocks = read(text);
    const windows = [];
    let [size, channels] = [SIDE, 1];
    const move = (kernelSize, strides) => {
      size = outputSize({ size, kernelSize, strides });
      windows.push({ kernelSize, strides });
    };
    const parts = blocks.map(({ filters, kernelSize, after }, at) => cnn.partly(`Block ${at + 1}`, () => {
      const weights = kernelSize ** 2 * channels * filters;
      channels = filters;
      move(kernelSize, after === "s" ? 2 : 1);
      const multiplyAdds = size ** 2 * weights;
      if (AFTER[after][1]) move(2, 2);
      const field = receptiveFields(SIDE, windows).at(-1).size;
      return { size, channels, field, parameters: weights + filters, multiplyAdds };
    }));
    const flat = last === "flatten" ? size ** 2 * channels : channels;
    const units = [...(Number(dense) ? [Number(dense)] : []), CLASSES];
    const inputs = [flat, ...units];
    const total = (each) => cnn.sum(units.map(each));
    const end = { parameters: total((unit, at) => (inputs[at] + 1) * unit), multiplyAdds: total((unit, at) => inputs[at] * unit) };
    const all = (name) => cnn.sum([...parts, end].map((each) => each[name]));
    return { blocks, parts, flat, units, end, parameters: all("parameters"), multiplyAdds: all("multiplyAdds") };
  };

  /** Write a design in Keras. */
  cnn.designCode = ({ blocks, last, dense }) => {
    const layers = read(blocks).flatMap(({ filters, kernelSize, after }) => [
      `Conv2D(${filters}, kernel_size=${kernelSize}${after === "s" ? ", strides=2" : ""}, activation="relu")`,
      ...(AFTER[after][1] ? [`${AFTER[after][1]}(pool_size=2)`] : []),
    ]);
    layers.push(last === "flatten" ? "Flatten()" : "GlobalMaxPooling2D()");
    if (Number(dense)) layers.push(`Dense(${dense}, activation="relu")`);
    layers.push(`Dense(${CLASSES}, activation="softmax")`);
    return `import keras
from keras import layers

model = keras.Sequential(
    [
        keras.Input((${SIDE}, ${SIDE}, 1)),
${layers.map((layer) => `        layers.${layer},\n`).join("")}    ]
)
optimizer = keras.optimizers.Adam(${cnn.designs.rate})
model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
model.summary()
`;
  };

  /** Every design that was trained: its settings, what it costs, and how many digits it read right, in place and moved. */
  let trained;
  const everyTrained = () => (trained ??= Object.entries(cnn.designs.trained).flatMap(([blocks, ends]) =>
    Object.entries(ends).map(([end, [home, moved]]) => {
      const [last, dense] = cnn.designs.ends[end];
      const settings = { blocks, last, dense };
      const { parameters, multiplyAdds } = cnn.design(settings);
      return { settings, parameters, multiplyAdds, home, moved };
    }),
  ));

  /** Which rule of a challenge a design breaks, if any. */
  const broken = ({ most, least }, design) =>
    Object.keys(most).find((name) => design[name] > most[name]) ?? Object.keys(least).find((name) => design[name] < least[name]);
  /** The best trained design by the rules of a challenge: costs are to be low, and many digits read. */
  cnn.par = (challenge) => {
    const sign = Object.values(COSTS).includes(challenge.best) ? 1 : -1;
    return least(everyTrained().filter((each) => !broken(challenge, each)), (each) => sign * each[challenge.best]);
  };
  /** The designs to which no other is as cheap and better, the cheapest first. */
  cnn.front = (cost, right) => {
    let most = -1;
    const cheapest = [...everyTrained()].sort((one, other) => one[cost] - other[cost] || other[right] - one[right]);
    return cheapest.filter((each) => each[right] > most && ((most = each[right]), true));
  };

  /** In how many choices two designs differ; a block more counts as three. */
  const apart = (one, other) => {
    const [here, there] = [read(one.blocks), read(other.blocks)];
    const blocks = cnn.range(Math.max(here.length, there.length)).map((at) =>
      here[at] && there[at] ? cnn.sum(Object.keys(here[at]).map((name) => here[at][name] !== there[at][name])) : 3);
    return cnn.sum(blocks) + (one.last !== other.last) + (one.dense !== other.dense);
  };

  cnn.define("design", class extends cnn.Explorer {
    build() {
      const formula = () => cnn.make("p", { class: "formula" });
      const heading = (text) => cnn.make("p", { class: "heading" }, text);
      this.blocks = cnn.range(MOST).map((at) => {
        const choose = (name) => (value) => this.#edit((blocks) => blocks[at] && (blocks[at][name] = value));
        const controls = {
          filters: cnn.list("Filters", FILTERS, choose("filters")),
          kernelSize: cnn.list("Kernel", KERNELS.map((size) => [size, cnn.square(size)]), choose("kernelSize")),
          after: cnn.list("Then", Object.entries(AFTER).map(([letter, [name]]) => [letter, name]), choose("after")),
        };
        const [name, numbers] = [`Block ${at + 1}`, formula()];
        const group = cnn.make("div", { role: "group", "aria-label": name }, heading(name), cnn.box("controls", ...Object.values(controls)), numbers);
        return { controls, numbers, group };
      });
      this.more = cnn.button("Add a block", () => this.#edit((blocks) => blocks.push(blocks.at(-1))), { class: "primary" });
      this.fewer = cnn.button("Remove the last", () => this.#edit((blocks) => blocks.pop()));
      this.end = formula();
      const parts = this.panel("kernel parts", `A digit of ${cnn.square(SIDE)} pixels goes in`, ...this.blocks.map(({ group }) => group),
        cnn.box("controls", this.more, this.fewer), heading("End"), cnn.box("controls even", ...this.controls("last", "dense")), this.end);
      const tasks = Object.entries(cnn.designs.challenges).map(([name, { title }]) => [name, title]);
      this.tasks = cnn.list("Challenge", [["none", "none"], ...tasks], (name) => this.#challenge(name));
      this.bound.set("challenge", this.tasks.control);
      this.task = cnn.make("p", { role: "status", class: "task" });
      this.chart = cnn.chart(LEFT + WIDE + 12, TOP + HIGH + 40);
      this.chart.onclick = (event) => this.#point(event);
      this.fronts = cnn.make("select", { onchange: () => this.fronts.value && this.change(this.front[this.fronts.value].settings) });
      this.near = cnn.button("Go to the nearest trained design", () => this.change(this.nearest.settings));
      const reached = this.panel("output reached", "What trained designs reached", cnn.box("controls even", ...this.controls("cost", "right")),
        this.chart,
        cnn.make("p", { class: "formula" }, "On the line: the best for their costs. Ring: yours; its bar is the 95\u00a0% interval for other digits."),
        cnn.box("controls", cnn.make("label", { class: "long" }, "The best for their costs", this.fronts), this.near));
      this.code = cnn.make("code");
      const copied = cnn.make("span", { role: "status" });
      const copy = () => this.copy(this.code.textContent, copied, () => getSelection().selectAllChildren(this.code));
      this.root.append(
        cnn.box("controls", this.tasks), this.task,
        this.hint("Put blocks together. Each dot is a trained design: press it to have it here."),
        cnn.box("stage", parts, reached), this.told,
        cnn.make("details", {}, cnn.make("summary", {}, "The code in Keras"), cnn.make("pre", {}, this.code),
          cnn.box("controls", cnn.button("Copy the code", copy), copied)),
      );
    }

    /** Change the blocks. */
    #edit(how) {
      const blocks = read(this.state.blocks);
      how(blocks);
      this.change({ blocks: write(blocks) });
    }

    /** Take a challenge, and let the chart show what it is about. */
    #challenge(challenge) {
      const { most, best } = cnn.designs.challenges[challenge] ?? {};
      const setting = (all, value) => Object.keys(all).find((name) => all[name] === value);
      const shown = best && { cost: setting(COSTS, Object.keys(most)[0] ?? best), right: setting(READ, best) ?? "in place" };
      this.change({ challenge, ...shown });
    }

    /** The lists show the blocks, also after something was refused. */
    sync() {
      super.sync();
      read(this.state.blocks).forEach((block, at) => {
        for (const [name, { control }] of Object.entries(this.blocks[at].controls)) control.value = block[name];
      });
    }

    update() {
      const { blocks, last, dense, cost, right, challenge } = this.state;
      const settings = { blocks, last, dense };
      const design = cnn.design(settings);
      const nearest = least(everyTrained(), (each) => apart(each.settings, settings));
      const own = apart(nearest.settings, settings) ? undefined : nearest;
      Object.assign(this, { design, nearest, own, front: cnn.front(COSTS[cost], READ[right]) });
      this.blocks.forEach(({ numbers, group }, at) => {
        const part = design.parts[at];
        group.hidden = !part;
        if (!part) return;
        numbers.textContent = `${cnn.square(part.size)}×${part.channels} numbers, each sees ${cnn.square(part.field)}; ${costs(part)}`;
      });
      cnn.enable(this.more, design.parts.length < MOST);
      cnn.enable(this.fewer, design.parts.length > 1);
      this.end.textContent = `${[design.flat, ...design.units].map(cnn.count).join(" → ")} numbers; ${costs(design.end)}`;
      this.code.textContent = cnn.designCode(settings);
      cnn.enable(this.near, !own);
      const { asked, moved } = cnn.designs;
      this.say(`In all ${costs(design)}. ${
        own
          ? `Of ${cnn.count(asked)} test digits, it reads ${withInterval(own.home)} right, and once they are moved by ${moved} pixels ${withInterval(own.moved)}.`
          : "Not trained: nobody knows how many digits it would read."
      }`);
      this.#judge(cnn.designs.challenges[challenge]);
      this.#draw(COSTS[cost], READ[right]);
    }

    /** Say how the design does in a challenge. */
    #judge(challenge) {
      if (!challenge) return this.say("", this.task);
      const { words, best } = challenge;
      const made = this.own ?? this.design;
      const fault = broken(challenge, made);
      const par = cnn.par(challenge)[best];
      const yours = fault
        ? `Yours breaks the rule: ${inWords(fault, made[fault])}.`
        : !this.own
          ? "Yours was not trained."
          : made[best] === par ? "Yours reaches par." : `Yours: ${inWords(best, made[best])}.`;
      return this.say(`${words} Par, the best of all that were trained: ${inWords(best, par)}. ${yours}`, this.task);
    }

    /** Draw all trained designs, the front of the best, and the reader's. */
    #draw(cost, right) {
      const { asked, challenges } = cnn.designs;
      const { own, design, front } = this;
      const all = everyTrained();
      const [low, high] = [Math.min, Math.max].map((end) => end(design[cost], ...all.map((each) => each[cost])));
      // Both axes go by factors: of costs, and of errors.
      const height = (share) => -Math.log(1 - share);
      const [worst, top] = [Math.min, Math.max].map((end) => height(end(...all.map((each) => each[right])) / asked));
      const x = (value) => LEFT + 8 + ((WIDE - 16) * Math.log(value / low)) / Math.log(high / low);
      const y = (share) => TOP + 8 + ((HIGH - 16) * (top - height(share))) / (top - worst);
      const places = all.map((each) => ({ each, cx: x(each[cost]), cy: y(each[right] / asked) }));
      let above = Infinity;
      const shares = TICKS.filter((share) => {
        const [at, inside] = [y(share), height(share) >= worst && height(share) <= top];
        return inside && above - at >= TICK && (above = at);
      });
      const powers = cnn.range(9).map((power) => 10 ** power).filter((value) => value >= low && value <= high);
      const shapes = [
        ...cnn.levels(LEFT, WIDE, shares, y, cnn.percent),
        ...powers.flatMap((value) => [cnn.line("axis", `M${x(value)} ${TOP}v${HIGH}`), cnn.words(x(value), TOP + HIGH + 16, cnn.count(value))]),
        cnn.words(LEFT + WIDE / 2, TOP + HIGH + 34, this.state.cost),
      ];
      const { most = {}, least: fewest = {} } = challenges[this.state.challenge] ?? {};
      if (most[cost]) shapes.push(cnn.line("limit", `M${x(most[cost])} ${TOP}v${HIGH}`));
      if (fewest[right]) shapes.push(cnn.line("limit", `M${LEFT} ${y(fewest[right] / asked)}h${WIDE}`));
      const steps = front.map((each, at) => `${at ? "H" : "M"}${x(each[cost])}${at ? "V" : " "}${y(each[right] / asked)}`);
      shapes.push(cnn.line("front", `${steps.join("")}H${LEFT + WIDE}`));
      const dots = (kind, some) => some.map(({ cx, cy }) => cnn.make("svg:circle", { cx, cy, r: 3, class: kind }));
      const best = places.filter(({ each }) => front.includes(each));
      shapes.push(...dots("", places), ...dots("best", best)); // one that is as good must not cover it
      const here = x(design[cost]);
      if (own) {
        const [from, to] = cnn.wilson(own[right], asked).map(y);
        shapes.push(cnn.line("own", `M${here} ${from}V${to}`), cnn.make("svg:circle", { cx: here, cy: y(own[right] / asked), r: 7, class: "own" }));
      } else shapes.push(cnn.line("own unknown", `M${here} ${TOP}v${HIGH}`));
      this.chart.replaceChildren(...shapes);
      this.places = places;
      const told = (each) => `${cnn.count(each[cost])}: ${percent(each[right])}`;
      cnn.set(this.chart, {
        "aria-label": `${all.length} trained designs by their ${this.state.cost}: digits read right, ${this.state.right}. ` +
          `${own ? `Yours: ${told(own)}` : "Yours was not trained"}. The best for their costs: ${front.map(told).join(", ")}.`,
      });
      this.fronts.replaceChildren(cnn.make("option", { value: "" }, "choose one"), ...front.map((each, at) => cnn.make("option", { value: at }, told(each))));
      this.fronts.value = front.includes(own) ? front.indexOf(own) : "";
    }

    /** Take the trained design nearest to where the reader points. */
    #point({ clientX, clientY }) {
      const point = new DOMPoint(clientX, clientY).matrixTransform(this.chart.getScreenCTM().inverse());
      const far = ({ cx, cy }) => Math.hypot(cx - point.x, cy - point.y);
      const place = least(this.places, far);
      if (far(place) < NEAR) this.change(place.each.settings);
    }

    static css = `
      .parts, .reached { flex: 1 1 19rem; min-width: 0; }
      .parts > :not(:first-child).heading, .parts [role="group"] .heading { margin-top: 0.75rem; }
      .parts .controls { margin: 0.25rem 0 0; }
      .parts .formula { margin: 0.25rem 0 0; }
      .task { margin-bottom: 0.5rem; }
      .task:empty { display: none; }
      /* In whatever font, the third choice of a block has a line of its own there. */
      @media (max-width: 22rem) {
        .parts [role="group"] .controls > :last-child { flex-basis: 100%; }
      }
      /* On a phone what is told of a design stays in view, wherever it is changed. */
      @media (max-width: 42rem) and (min-height: 35rem) {
        .told { position: sticky; z-index: 1; bottom: 0; padding: 0.25rem 0; border-top: 1px solid var(--cnn-grid); background: var(--cnn-surface); }
      }
      .drawn { max-width: 30rem; cursor: crosshair; }
      .reached .controls { margin: 0.5rem 0 0; }
      .reached > .even { margin: 0 0 0.5rem; }
      .reached select { max-width: 14rem; }
      .drawn text { font-size: 12px; }
      circle { fill: var(--cnn-background); stroke: var(--cnn-muted); }
      .front { stroke: var(--cnn-series-1); stroke-width: 1.5; }
      .best { fill: var(--cnn-series-1); stroke: var(--cnn-series-1); }
      .limit { stroke: var(--cnn-error); stroke-dasharray: 2 3; stroke-width: 1.5; }
      .own { fill: none; stroke: var(--cnn-accent); stroke-width: 2.5; }
      .unknown { stroke-dasharray: 5 4; }
      pre { margin: 0.5rem 0; padding: 0.5rem; border-radius: 0.375rem; background: var(--cnn-background); font-size: 0.8125rem; white-space: pre-wrap; }
    `;
  });
})();
