// <cnn-which-ink>: the paper of digit.js, how much each pixel would change what a network says, and a small change that flips it.
(() => {
  "use strict";
  const cnn = (window.cnn ??= {});
  const { IMAGE } = cnn.ink;

  /** In each step every pixel changes by so much; so many steps at most; and so probable the other digit has to be. */
  const [STEP, MOST, SURE] = [0.01, 50, 0.6];
  /** How often the change is halved once it flips the answer, to see whether less of it would do. */
  const HALVES = 6;
  const signed = (value, digits) => (value < 0 ? cnn.number(value, digits) : `+${cnn.number(value, digits)}`);
  const largest = (values) => cnn.most(values.map(Math.abs));
  const named = (cell) => cnn.place(cell, IMAGE);

  /** The gradient of what is added up for one digit to each pixel; less that of another. */
  function gradient(network, digit, other) {
    const sums = new Float32Array(network.sums.length);
    sums[digit] = 1;
    if (other !== undefined) sums[other] = -1;
    return cnn.backward.back(network.layers, network.values, sums);
  }

  /** The digit with the largest sum, but for one. */
  const rival = (sums, digit) => cnn.best(sums.map((sum, each) => (each === digit ? -Infinity : sum)));

  cnn.WhichInk = class extends cnn.DigitPad {
    static networks = ["convnet", "dense_131"];
    static glimpses = false;

    build() {
      super.build();
      /** Networks to try images on, while those that are shown keep their numbers. */
      this.copies = new Map(this.networks.map((network) => [network, network.copy()]));
      const toggle = (show) => () => this.change({ show: this.state.show === show ? "nothing" : show });
      this.matters = cnn.button("Which ink matters", toggle("matters"));
      this.turn = cnn.button("", toggle("flip"));
      const lists = this.controls("of", "into");
      const controls = cnn.box("controls asking part", ...[this.matters, this.turn].map((each, at) => cnn.box("pair", lists[at], each)));
      const raster = (label, name) => {
        const made = new cnn.Raster(label, name, (cell) => {
          made.go(cell);
          this.say(made.name(cell), this.place);
        });
        made.layout(IMAGE, IMAGE, IMAGE, IMAGE);
        return made;
      };
      const ink = (image) => (cell) => `${named(cell)}: ${cnn.number(image()?.[cell] ?? 0)} of ink`;
      this.before = raster("What the network gets", ink(() => this.image));
      this.slopes = raster("A number for each pixel", (cell) => `${named(cell)}: ${signed(this.numbers?.[cell] ?? 0, 3)}`);
      this.after = raster("What the network gets then", ink(() => this.changed));
      const rasters = [this.before, this.slopes, this.after];
      this.panels = rasters.map(({ element }, at) => this.panel(at === 1 ? "output" : "input", "The network gets", element));
      this.place = cnn.make("p", { class: "aside", role: "status" });
      this.finding = cnn.make("p", { role: "status" });
      this.legend = cnn.make("p", { class: "aside" });
      this.shown = cnn.make("div", {}, cnn.box("three", ...this.panels), this.place, this.finding, this.legend);
      this.root.append(this.told, controls, this.shown); // what is said of the drawing stands with the drawing
    }

    /** The network that is asked. */
    get asked() {
      return this.network ?? this.networks[0];
    }

    show() {
      super.show();
      const { show, into } = this.state;
      for (const [name, control] of [["matters", this.matters], ["flip", this.turn]]) {
        cnn.set(control, { "aria-pressed": String(show === name) });
      }
      this.turn.textContent = `Turn it into ${into === 8 ? "an" : "a"} ${into}`;
      this.shown.hidden = show === "nothing";
      this.panels[2].hidden = show !== "flip";
      // The same is not asked twice.
      const question = [show, this.state.of, into, this.asked.name, this.state.off, Boolean(this.pen), ...this.image].join();
      if (this.question === question) return;
      this.question = question;
      this.before.paint(this.image, [IMAGE, IMAGE, 1], { colors: "ink" });
      if (show === "matters") this.#weigh();
      else if (show === "flip") this.#search(question);
      else this.finding.replaceChildren(); // asked again, it is heard again
    }

    /** What a little more ink at each place would change. */
    weighed(network, image, of) {
      const best = cnn.best(network.run(image));
      const digit = of === "the answer" ? best : Number(of);
      return { digit, numbers: gradient(network, digit) };
    }

    #weigh() {
      const network = this.copies.get(this.asked);
      const { digit, numbers } = this.weighed(network, this.image, this.state.of);
      this.panels[1].name(`Which ink matters for ${digit}`);
      this.#paint(numbers);
      const strengths = numbers.map(Math.abs);
      const all = cnn.sum(strengths);
      const onInk = cnn.sum(strengths.filter((_, at) => this.image[at] > 0.5));
      const extreme = (sign) => numbers.reduce((most, value, at) => (sign * value > sign * numbers[most] ? at : most), 0);
      const told = (at) => `${signed(numbers[at], 2)} in ${named(at)}, on ${this.image[at] > 0.5 ? "ink" : "paper"}`;
      if (!this.pen) this.say(
        all
          ? `What ${cnn.networkNames[network.name]} adds up for ${digit} grows most with more ink there: ${told(extreme(1))}; and falls most there: ` +
            `${told(extreme(-1))}. ${cnn.percent(onInk / all)} of all strength lies on the ink, the rest on paper.`
          : `No pixel changes the sum for ${digit}.`,
        this.finding,
      );
      this.legend.textContent =
        `Orange: more ink there raises the sum for ${digit}. Purple: it lowers it. The stronger the colour, the more; the line is around the ink. ` +
        `This is a gradient: it tells what a little more ink would change, and is no reason for the answer.`;
    }

    /** Change all pixels step by step until the network says another digit; a step at a time, so that the page stays smooth. */
    async #search(question) {
      const { into } = this.state;
      const { image } = this;
      const network = this.copies.get(this.asked);
      const name = cnn.networkNames[network.name];
      this.panels[1].name("The change");
      this.panels[2].name("Then it gets");
      this.legend.textContent = "Orange: more ink. Purple: less. The stronger the colour, the more; the line is around the ink.";
      this.#turned(image);
      if (this.pen) return;
      if (cnn.best(network.run(image)) === into) return this.say(`${name} says ${into} already.`, this.finding);
      this.say("Searching …", this.finding);
      const changed = image.slice();
      for (let step = 0; network.run(changed)[into] < SURE; step++) {
        if (step === MOST) return this.say(`No change of up to ${cnn.number(STEP * MOST)} in each pixel does it.`, this.finding);
        gradient(network, into, rival(network.sums, into)).forEach((slope, at) => {
          changed[at] = Math.min(1, Math.max(0, changed[at] + STEP * Math.sign(slope)));
        });
        await cnn.turn();
        if (this.question !== question) return;
      }
      // Of the way there, perhaps a part is enough.
      const part = (share) => image.map((ink, at) => ink + share * (changed[at] - ink));
      let [low, high] = [0, 1];
      for (let count = 0; count < HALVES; count++) {
        await cnn.turn();
        if (this.question !== question) return;
        const middle = (low + high) / 2;
        if (network.run(part(middle))[into] < SURE) low = middle;
        else high = middle;
      }
      this.#turned(part(high));
      const says = (copy) => `${cnn.networkNames[copy.name]} says ${cnn.answered(copy.run(this.changed))}`;
      const others = [...this.copies.values()].filter((copy) => copy !== network);
      const most = cnn.number(largest(this.numbers));
      this.panels[1].name(`The change: up to ${most}`);
      this.say(
        `Now ${says(network)}, and no pixel was changed by more than ${most}, where 1 is from paper to ink. ` +
          `To the same ink ${others.map(says).join(", and ")}.`,
        this.finding,
      );
    }

    /** Show a changed image, and what was changed. */
    #turned(changed) {
      this.changed = changed;
      this.after.paint(changed, [IMAGE, IMAGE, 1], { colors: "ink" });
      this.#paint(changed.map((ink, at) => ink - this.image[at]));
    }

    /** Paint a number for each pixel, with a line around the ink. */
    #paint(numbers) {
      this.numbers = numbers;
      this.slopes.paint(numbers, [IMAGE, IMAGE, 1], { colors: "signed", largest: largest(numbers) });
      const inked = (row, column) => row >= 0 && column >= 0 && row < IMAGE && column < IMAGE && this.image[row * IMAGE + column] > 0.5;
      let line = "";
      for (let row = 0; row <= IMAGE; row++) {
        for (let column = 0; column <= IMAGE; column++) {
          if (inked(row, column) !== inked(row - 1, column)) line += `M${column} ${row}h1`;
          if (inked(row, column) !== inked(row, column - 1)) line += `M${column} ${row}v1`;
        }
      }
      this.slopes.frames.replaceChildren(cnn.line("outline", line || "M0 0"));
      for (const each of [this.before, this.slopes, this.after]) each.go(each.current); // its cells have other numbers now
      this.place.replaceChildren();
    }

    static css = `${cnn.DigitPad.css}
      .asking { margin: 1rem 0; }
      .pair { display: flex; align-items: end; gap: 0.5rem; }
      .aside { color: var(--cnn-muted); font-size: 0.875rem; }
      .three { display: grid; grid-template-columns: repeat(3, minmax(0, 11.5rem)); align-items: end; gap: 1rem; }
      .outline { fill: none; stroke: var(--cnn-text); stroke-width: 1.5px; vector-effect: non-scaling-stroke; }
      .aside:empty { display: none; }
      @media (max-width: 42rem) {
        .three { gap: 0.5rem; }
        .three .heading { font-size: 0.8125rem; }
      }
    `;
  };

  cnn.define("which-ink", cnn.WhichInk);
})();
