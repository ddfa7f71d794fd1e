// Paper to draw a digit on, and what trained networks answer. <cnn-digit>, in networks.js, shows what is inside them.
(() => {
  "use strict";
  const cnn = (window.cnn ??= {});
  const { ink } = cnn;
  const { IMAGE, PAPER } = ink;

  /** The most characters that a drawing takes in an address. */
  const FULL = 4000;
  /** Instead of the number of a test digit: blank paper, or the sample, which lies there until something is drawn. */
  const [BLANK, SAMPLE] = [-1, -2];
  /** From one sample to the next: it shares no factor with their number, and ten steps lead to ten different digits. */
  const ANOTHER = 21;
  /** The settings of the paper, which Undo brings back. */
  const KEPT = ["digit", "sample", "drawing"];
  /** So many maps of each convolution are shown beside the paper, each of about so many pixels, with so many between them. */
  const [GLIMPSED, THUMB, GAP] = [4, 52, 4];
  /** Height of the longest bar in a picture that is 200 wide, where there is one answer and where there are several. */
  const [HIGH, LOW] = [100, 32];
  /** Write a probability; none is written as 100. */
  const percent = (share) => (share >= 0.9995 ? "over 99.9\u00a0%" : cnn.percent(share, 1));
  /** The digit with the largest probability; and that in words. */
  cnn.best = (probabilities) => probabilities.indexOf(cnn.most(probabilities));
  cnn.answered = (probabilities) => `${cnn.best(probabilities)}, ${percent(cnn.most(probabilities))}`;

  /** A bar for each digit, and the answer in words. */
  class Answer {
    constructor(name, high) {
      this.high = high;
      this.words = cnn.make("strong");
      this.bars = cnn.range(10).map((digit) => cnn.make("svg:rect", { x: digit * 20 + 3, width: 14 }));
      const names = cnn.range(10).map((digit) => cnn.words(digit * 20 + 10, high + 14, digit));
      this.picture = cnn.chart(200, high + 17, cnn.line("base", `M0 ${high + 2.5}H200`), ...this.bars, ...names);
      this.parts = [cnn.make("p", {}, `${name}: `, this.words), this.picture];
    }

    show(probabilities) {
      const best = cnn.best(probabilities);
      this.told = this.words.textContent = cnn.answered(probabilities);
      this.bars.forEach((bar, digit) => {
        const height = this.high * probabilities[digit];
        cnn.set(bar, { y: this.high + 2 - height, height, class: digit === best && "best" });
      });
      const seen = [...probabilities.keys()].filter((digit) => probabilities[digit] >= 0.0005);
      const each = seen.sort((one, other) => probabilities[other] - probabilities[one]).map((digit) => `${digit} has ${percent(probabilities[digit])}`);
      const others = seen.length < 10 ? `${seen.length < 9 ? "the others have" : "the other has"} less than 0.1\u00a0%` : [];
      cnn.set(this.picture, { "aria-label": `A bar for each digit from 0 to 9: ${each.concat(others).join(", ")}.` });
    }
  }

  /** Some maps of one convolution: those whose numbers differ most when they are first shown. */
  class Glimpse {
    constructor(network, index) {
      Object.assign(this, { network, index });
      const [rows, columns, channels] = network.layers[index].shape;
      this.shape = [rows, columns, GLIMPSED];
      this.raster = new cnn.Raster();
      this.raster.sheet(this.shape, GLIMPSED, Math.round(THUMB / columns), GAP);
      const size = cnn.make("p", {}, `${GLIMPSED} of ${channels} maps, ${cnn.square(rows, columns)}`);
      this.element = cnn.box("glimpse", size, this.raster.alone());
    }

    show() {
      const [, , channels] = this.network.layers[this.index].shape;
      const values = this.network.values[this.index];
      this.shown ??= this.#mostVaried(values, channels);
      const maps = cnn.picked(values, channels, this.shown);
      this.raster.paint(maps, this.shape, { largest: cnn.most(maps) });
    }

    #mostVaried(values, channels) {
      const variances = cnn.range(channels).map((channel) => {
        const map = cnn.picked(values, channels, [channel]);
        const mean = cnn.sum(map) / map.length;
        return cnn.sum(map.map((value) => (value - mean) ** 2));
      });
      return [...variances.keys()].sort((one, other) => variances[other] - variances[one]).slice(0, GLIMPSED);
    }
  }

  cnn.DigitPad = class extends cnn.Explorer {
    static networks = ["convnet"];
    /** Whether some maps are shown between the paper and the answer. */
    static glimpses = true;

    build() {
      this.networks = this.constructor.networks.map((name) => new cnn.Network(cnn.data[name]));
      this.answers = this.networks.map(({ name }) => new Answer(cnn.networkNames[name], this.networks.length > 1 ? LOW : HIGH));
      /** What was on the paper before each change. */
      this.past = [];
      this.undoing = cnn.button("Undo", () => this.undo());
      const samples = this.settings.sample.most + 1;
      const next = () => this.change({ digit: SAMPLE, sample: (this.state.sample + ANOTHER) % samples, drawing: "" });
      this.tools = cnn.box(
        "controls",
        cnn.button("Clear", () => this.clear(), { class: "primary" }),
        this.undoing,
        cnn.button("Another test digit", next),
      );
      this.sheet = this.panel("input paper", "", this.#paper(), this.tools); // the paper first: that is what to touch
      const answers = cnn.box("answers", ...this.answers.flatMap(({ parts }) => parts));
      this.glimpses = this.constructor.glimpses ? this.#glimpses(this.networks[0]) : [];
      const way = this.glimpses.map(({ element }) => element);
      this.stage = cnn.box("stage", this.sheet, ...(way.length ? [cnn.make("div", { class: "way", "aria-hidden": "true" }, ...way)] : []), answers);
      this.root.append(this.stage, this.#shelf());
    }

    connectedCallback() {
      super.connectedCallback();
      this.past = []; // what the address brings was not done here
      this.sync();
    }

    #paper() {
      const name = (cell) => `${cnn.place(cell, IMAGE)}, pen ${this.pen ? "down" : "up"}`;
      const label = "Paper: arrow keys move the pen, space puts it down and lifts it";
      this.paper = new cnn.Raster(label, name, (cell, how) => {
        if (how === "hover" || how === "press") return;
        if (how === "enter" && this.pen) return this.#liftAndTell();
        if (how === "enter") this.#putDown();
        if (this.pen) this.#draw([(cell % IMAGE) + 0.5, Math.floor(cell / IMAGE) + 0.5]);
        this.paper.go(cell);
        this.say(`Pen at ${name(cell)}.`);
      });
      this.paper.current = 5 * IMAGE + 9;
      this.paper.layout(IMAGE, IMAGE, PAPER, PAPER);
      const { element } = this.paper;
      cnn.set(element, {
        onpointerdown: (event) => {
          if (event.button || this.pointer !== undefined) return; // a palm beside the finger draws nothing
          element.setPointerCapture(event.pointerId);
          this.#lift();
          this.pointer = event.pointerId;
          this.#putDown();
          this.#follow(event);
        },
        onpointermove: (event) => {
          if (event.pointerId !== this.pointer) return;
          const all = event.getCoalescedEvents();
          for (const each of all.length ? all : [event]) this.#follow(each);
        },
        onlostpointercapture: (event) => {
          if (event.pointerId !== this.pointer) return;
          this.pointer = undefined;
          this.#lift();
        },
        onkeydown: (event) => {
          const act = { Backspace: () => this.undo(), Delete: () => this.clear(), Escape: this.pen && (() => this.#liftAndTell()) }[event.key];
          if (!act) return;
          event.preventDefault();
          event.stopPropagation(); // what lifts the pen ends no tour
          act();
        },
        onfocusout: () => this.pointer === undefined && this.#liftAndTell(),
      });
      return element;
    }

    #glimpses(network) {
      const convolutions = [...network.layers.keys()].filter((index) => network.layers[index].className === "Conv2D");
      return convolutions.map((index) => new Glimpse(network, index));
    }

    /** The test digits, a column for each digit from 0 to 9. */
    #shelf() {
      const digits = ink.testDigits();
      const rows = digits.length / 10;
      const digitAt = (cell) => (cell % 10) * rows + Math.floor(cell / 10);
      const name = (cell) => `test digit ${digitAt(cell)}: ${cell % 10}`;
      const shelf = new cnn.Raster("Digits of MNIST", name, (cell, how) => {
        if (how === "enter" || how === "press") this.change({ digit: digitAt(cell), drawing: "" });
        else if (how === "key") this.say(`This is ${name(cell)}. Enter takes it.`);
      });
      shelf.layout(rows, 10, 10 * IMAGE, rows * IMAGE);
      const pixel = (_, at) => digits[digitAt(at % digits.length)].image[Math.floor(at / digits.length)];
      const values = Float32Array.from({ length: IMAGE * IMAGE * digits.length }, pixel);
      shelf.paint(values, [IMAGE, IMAGE, digits.length], { colors: "ink" });
      return cnn.make("details", { class: "shelf" }, cnn.make("summary", {}, "Take a digit of MNIST instead"), shelf.element);
    }

    #putDown() {
      this.pen = [];
      this.strokes.push(this.pen);
    }

    #follow(event) {
      const [y, x] = this.paper.under(event).map((along) => Math.min(IMAGE, Math.max(0, along)));
      const last = this.pen?.at(-1);
      if (!last || Math.hypot(x - last[0], y - last[1]) > 0.5) this.#draw([x, y]);
    }

    #draw(place) {
      if (ink.written(this.strokes).length > FULL - 8) return this.complain("The paper takes no more ink. Clear it first.");
      this.pen.push(place);
      this.drawing ??= requestAnimationFrame(() => {
        this.drawing = undefined;
        this.show();
      });
    }

    #lift() {
      if (!this.pen) return;
      this.pen = undefined;
      this.told.replaceChildren(); // the same answer is heard again
      this.change({ drawing: ink.written(this.strokes.filter((stroke) => stroke.length)) });
    }

    /** For those who hear: the pen, and then what is made of the stroke. */
    #liftAndTell() {
      if (!this.pen) return;
      this.#lift();
      this.paper.go(this.paper.current);
      this.say(`Pen up. ${this.told.textContent}`);
    }

    clear() {
      this.pen = undefined;
      this.change({ digit: BLANK, drawing: "" });
    }

    change(wanted) {
      const before = this.state;
      super.change(wanted);
      if (KEPT.every((name) => before[name] === this.state[name])) return;
      this.past.push(before);
      this.sync();
    }

    /** Bring back what was on the paper before; take a stroke of a drawing that came with the address. */
    undo() {
      if (this.pen) this.#lift();
      const before = this.past.pop() ?? { ...this.state, drawing: this.state.drawing.replace(/(^|-)[^-]*$/, "") };
      super.change(Object.fromEntries(KEPT.map((name) => [name, before[name]])));
    }

    sync() {
      super.sync();
      cnn.enable(this.undoing, this.past.length || this.state.drawing);
    }

    update() {
      this.strokes = ink.read(this.state.drawing);
      this.show();
      const answers = this.answers.map((answer, index) => `${cnn.networkNames[this.networks[index].name]} says ${answer.told}`).join("; ");
      this.say(this.image.some(Boolean) ? `${answers}.` : `The paper is blank, and still a network must answer: ${answers}.`);
    }

    /** Show the drawing and what the networks make of it. */
    show() {
      const { digit, sample, prepare = "on", down = 0, right = 0 } = this.state;
      const drawn = this.strokes.some((stroke) => stroke.length);
      const under = this.under(digit === SAMPLE && !drawn ? sample : digit);
      this.sheet.name(under && digit !== SAMPLE ? "Draw on this test digit" : "Draw a digit here");
      const paper = ink.drawn(under?.image, this.strokes);
      this.paper.paint(paper, [PAPER, PAPER, 1], { colors: "ink" });
      const image = prepare === "off" ? ink.reduced(paper) : under ? ink.prepared(paper) : ink.penned(this.strokes);
      this.image = this.seen(ink.shifted(image, down, right));
      this.answer();
    }

    /** The test digit of a number, if there is one. */
    under(number) {
      return ink.testDigits()[number];
    }

    answer() {
      this.networks.forEach((network, index) => this.answers[index].show(network.run(this.image)));
      this.glimpses.forEach((glimpse) => glimpse.show());
    }

    /** What the networks get of an image, which is all of it, if they are as large. */
    seen(image) {
      return image;
    }

    static css = `${cnn.Raster.css}
      .stage { gap: 1rem 1.5rem; }
      .paper { width: 15rem; }
      .paper .controls { gap: 0.5rem; margin: 0.75rem 0 0; }
      .paper .raster { touch-action: none; cursor: crosshair; }
      .answers { flex: 1; min-width: 12rem; max-width: 20rem; color: var(--cnn-grid); }
      .answers p { margin: 0.25rem 0 0; color: var(--cnn-text); font-variant-numeric: tabular-nums; }
      .answers svg { fill: currentColor; }
      .base { stroke: currentColor; }
      .answers .best { fill: var(--cnn-output); }
      .way { display: grid; gap: 0.75rem; width: 13rem; }
      .glimpse p { margin: 0 0 0.125rem; color: var(--cnn-muted); font-size: 0.8125rem; line-height: 1.25; }
      .glimpse canvas { display: block; width: 100%; image-rendering: pixelated; }
      .glimpse canvas.values { filter: var(--cnn-values); }
      @media (min-width: 42.01rem) { .told { min-height: 0; } }
      @media (max-width: 42rem) {
        .paper { width: 100%; }
        .paper .raster { max-width: 14.5rem; }
        .way { order: 1; width: 100%; max-width: 20rem; }
      }
      @media (min-width: 100em) {
        .paper { width: 20rem; }
        .way { width: 20rem; }
        .answers { max-width: none; }
      }
      .shelf .raster { max-width: 28rem; }
    `;
  };

  cnn.define("digit-pad", cnn.DigitPad);
})();
