// Paper to draw a digit on, and what trained networks answer; and, in <cnn-digit>, every number inside them.
(() => {
  "use strict";
  const cnn = (window.cnn ??= {});
  const { make, ink } = cnn;
  const { IMAGE, PAPER } = ink;

  /** Test images of each digit that come along, and the most characters that a drawing takes. */
  const EACH = 5;
  const FULL = 4000;
  const CODES = Uint8Array.from(atob(cnn.digits), (code) => code.charCodeAt(0));
  const DIGITS = Array.from({ length: 10 * EACH }, (_, digit) =>
    Float32Array.from(CODES.subarray(digit * IMAGE * IMAGE, (digit + 1) * IMAGE * IMAGE), (code) => code / 255),
  );

  /** Write a probability; none is written as 100. */
  const percent = (share) => (share >= 0.9995 ? "over 99.9 %" : `${cnn.number(100 * share, 1)} %`);
  const largest = (values) => values.indexOf(Math.max(...values));

  /** What a network answers: a name, a bar for each digit, and the best one in words. */
  class Answer {
    constructor(name) {
      this.words = make("strong");
      this.bars = Array.from({ length: 10 }, (_, digit) => make("svg:rect", { class: "bar", x: digit * 20 + 3, width: 14 }));
      const names = this.bars.map((_, digit) => make("svg:text", { x: digit * 20 + 10, y: 46 }, String(digit)));
      const base = make("svg:path", { d: "M0 34.5H200", class: "base" });
      this.picture = make("svg:svg", { viewBox: "0 0 200 49", role: "img" }, base, ...this.bars, ...names);
      this.element = make("div", { class: "answer" }, make("p", {}, `${name}: `, this.words), this.picture);
    }

    /** @param {Float32Array} probabilities */
    show(probabilities) {
      const best = largest(probabilities);
      this.told = `${best} with ${percent(probabilities[best])}`;
      this.words.textContent = this.told;
      this.bars.forEach((bar, digit) => {
        const height = 32 * probabilities[digit];
        cnn.set(bar, { y: 34 - height, height, class: digit === best ? "bar best" : "bar" });
      });
      cnn.set(this.picture, { "aria-label": `A bar for each digit from 0 to 9; the highest is ${this.told}.` });
    }
  }

  class DigitPad extends cnn.Explorer {
    /** The networks that are asked. */
    static networks = ["convnet"];

    build() {
      this.networks = this.constructor.networks.map((name) => new cnn.Network(cnn.data[name]));
      this.answers = this.networks.map(({ name }) => new Answer(name));
      this.#buildPaper();
      this.#buildDigits();
      const button = (text, onclick) => make("button", { type: "button", onclick }, text);
      this.tools = make(
        "div",
        { class: "controls" },
        button("Clear", () => this.clear()),
        button("Undo", () => this.undo()),
        button("Another test digit", () => this.change({ digit: (this.state.digit % DIGITS.length) + 1, drawing: "" })),
      );
      const paper = this.panel("input", this.paper.element);
      paper.name("Draw a digit here");
      this.told.classList.add("short");
      const answers = make("div", { class: "panel answers" }, ...this.answers.map(({ element }) => element));
      this.stage = make("div", { class: "stage" }, paper, answers);
      this.root.append(this.tools, this.stage, this.shelf);
    }

    #buildPaper() {
      const name = (cell) =>
        `row ${Math.floor(cell / IMAGE) + 1}, column ${(cell % IMAGE) + 1}, pen ${this.pen ? "down" : "up"}`;
      this.paper = new cnn.Raster("Paper: arrow keys move the pen, space puts it down or lifts it", name, (cell, how) => {
        if (how === "enter" && this.pen) this.#lift();
        else if (how === "enter") this.#putDown();
        if (this.pen && !this.pointing && how !== "hover") this.#draw(this.#middle(cell));
        if (how === "key" || how === "enter") this.say(`Pen at ${name(cell)}.`);
      });
      this.paper.current = 5 * IMAGE + 9;
      this.paper.layout(IMAGE, IMAGE, PAPER, PAPER);
      this.paper.element.classList.add("paper");
      const { svg } = this.paper;
      cnn.set(svg, {
        onpointerdown: (event) => {
          if (event.button) return;
          svg.setPointerCapture(event.pointerId);
          this.#lift();
          this.pointing = true;
          this.#putDown();
          this.#follow(event);
        },
        onpointermove: (event) => {
          if (!this.pointing || !svg.hasPointerCapture(event.pointerId)) return;
          const all = event.getCoalescedEvents?.() ?? [];
          for (const each of all.length ? all : [event]) this.#follow(each);
        },
        onlostpointercapture: () => {
          this.pointing = false;
          this.#lift();
        },
        onkeydown: (event) => {
          const keys = { Backspace: () => this.undo(), Delete: () => this.clear(), Escape: () => this.#lift() };
          if (!(event.key in keys)) return;
          event.preventDefault();
          keys[event.key]();
        },
        onfocusout: () => this.pointing || this.#lift(),
      });
    }

    #buildDigits() {
      const name = (cell) => `test digit ${cell + 1}, a ${Math.floor(cell / EACH)}`;
      const [rows, columns] = [EACH, 10];
      // A column for each digit from 0 to 9.
      const digitAt = (cell) => (cell % columns) * EACH + Math.floor(cell / columns);
      this.digits = new cnn.Raster("Digits of MNIST", (cell) => name(digitAt(cell)), (cell, how) => {
        if (how === "enter" || how === "press") this.change({ digit: digitAt(cell) + 1, drawing: "" });
        if (how === "key") this.say(`This is ${name(digitAt(cell))}. Enter takes it.`);
      });
      this.digits.layout(rows, columns, columns * IMAGE, rows * IMAGE);
      const side = IMAGE * IMAGE;
      const values = Float32Array.from({ length: DIGITS.length * side }, (_, at) => {
        const [pixel, cell] = [Math.floor(at / DIGITS.length), at % DIGITS.length];
        return DIGITS[digitAt(cell)][pixel];
      });
      this.digits.paint(values, [IMAGE, IMAGE, DIGITS.length], { colors: "ink" });
      const summary = make("summary", {}, "Take a digit of MNIST instead");
      this.shelf = make("details", { class: "shelf" }, summary, this.digits.element);
    }

    #middle(cell) {
      return [(cell % IMAGE) + 0.5, Math.floor(cell / IMAGE) + 0.5];
    }

    #putDown() {
      this.pen = [];
      this.strokes.push(this.pen);
    }

    #follow(event) {
      const [y, x] = this.paper.under(event).map((place) => Math.min(IMAGE, Math.max(0, place)));
      const last = this.pen.at(-1);
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
      this.change({ drawing: ink.written(this.strokes) });
    }

    clear() {
      this.pen = undefined;
      this.change({ digit: 0, drawing: "", down: 0, right: 0 });
    }

    /** Take back the last stroke, or the one that is being drawn. */
    undo() {
      if (this.pen) {
        this.pen = undefined;
        return this.update();
      }
      const strokes = ink.read(this.state.drawing);
      this.change(strokes.length ? { drawing: ink.written(strokes.slice(0, -1)) } : { digit: 0 });
    }

    update() {
      this.strokes = ink.read(this.state.drawing);
      this.show();
      this.say(this.answered());
    }

    warm() {
      for (const network of this.networks) network.run(DIGITS[0]);
      this.show();
    }

    /** The sentence that tells the answers. */
    answered() {
      if (!this.image.some((value) => value > 0)) return "The paper is blank, and still a network must answer.";
      return `${this.answers.map(({ told }, index) => `${this.networks[index].name} says ${told}`).join("; ")}.`;
    }

    /** Show the drawing and what the networks make of it. */
    show() {
      const { digit, prepare = "on", down = 0, right = 0 } = this.state;
      const paper = ink.drawn(DIGITS[digit - 1], this.strokes);
      this.paper.paint(paper, [PAPER, PAPER, 1], { colors: "ink" });
      const image = prepare === "on" ? ink.prepared(paper) : ink.reduced(paper);
      this.image = down || right ? ink.shifted(image, down, right) : image;
      this.networks.forEach((network, index) => this.answers[index].show(network.run(this.image)));
    }

    static css = `${cnn.Raster.css}
      .stage { align-items: start; justify-content: start; }
      .paper { width: 14rem; aspect-ratio: 1; border: 1px solid var(--cnn-input); cursor: crosshair; }
      .paper svg { touch-action: none; cursor: crosshair; }
      .paper .cursor:focus-visible { stroke-width: 3px; }
      .answers { flex: 1; min-width: 12rem; max-width: 20rem; display: grid; gap: 0.25rem; }
      .answer p { margin: 0; font-variant-numeric: tabular-nums; }
      .answer svg { width: 100%; }
      .answer text { fill: var(--cnn-muted); font-size: 11px; text-anchor: middle; }
      .bar { fill: var(--cnn-grid); }
      .best { fill: var(--cnn-output); }
      .base { stroke: var(--cnn-grid); }
      .shelf .raster { max-width: 28rem; margin-top: 0.25rem; }
    `;
  }

  cnn.DigitPad = DigitPad;
  cnn.define("digit-pad", DigitPad);
})();
