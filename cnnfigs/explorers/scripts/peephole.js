// <cnn-peephole>: twelve digits to be told through holes, and how well networks do that look through such holes.
(() => {
  "use strict";
  const cnn = (window.cnn ??= {});
  const { IMAGE } = cnn.ink;
  const ROUNDS = 12;
  const MIDDLE = (IMAGE / 2) * (IMAGE + 1);
  /** The chart, in pixels: where its axes begin, and how far they go. */
  const [LEFT, TOP, WIDE, HIGH] = [38, 10, 250, 130];

  cnn.define("peephole", class extends cnn.Explorer {
    build() {
      const name = (cell) => cnn.place(cell, IMAGE);
      this.hole = new cnn.Raster("The digit behind the hole, which arrow keys move", name, (cell, how) => {
        this.#look(cell);
        const seen = Array.from(this.seen, (value) => (value > 0.5 ? "ink" : "paper")).join(" ");
        if (how === "key") this.say(`The middle of the hole is in ${name(cell)}. Row by row: ${seen}.`);
      });
      this.hole.layout(IMAGE, IMAGE, IMAGE, IMAGE);
      const guess = (digit) => !this.over && this.change({ guesses: this.state.guesses + digit });
      const keys = { class: "keys", role: "group", "aria-label": "Which digit is it?" };
      this.keys = cnn.make("div", keys, ...cnn.range(10).map((digit) => cnn.button(digit, () => guess(digit))));
      cnn.set(this.root, { onkeydown: ({ key, ctrlKey, altKey, metaKey }) => /^\d$/.test(key) && !(ctrlKey || altKey || metaKey) && guess(key) });
      this.behind = this.panel("input behind", "", this.hole.element, this.keys);
      this.picture = cnn.chart(LEFT + WIDE + 4, TOP + HIGH + 40);
      this.legend = cnn.make("p", { class: "legend" });
      const again = () => this.change({ seed: (this.state.seed % this.settings.seed.most) + 1, guesses: "" });
      this.again = cnn.button("Other digits", again);
      this.chart = this.panel("output chart", "", this.picture, this.legend, this.again);
      this.root.append(cnn.box("stage", this.behind, this.chart));
    }

    update() {
      const { seed, guesses } = this.state;
      const all = cnn.ink.testDigits();
      // Steps that share no factor with the number of digits come to each of them once.
      const digits = cnn.range(ROUNDS).map((round) => all[(seed * 17 + round * 21) % all.length]);
      const round = guesses.length;
      this.right = [...guesses].map((guess, at) => Number(guess) === digits[at].label);
      this.over = round === ROUNDS;
      // Two rounds for each size of hole.
      this.size = this.over ? IMAGE : cnn.peephole.windows[round >> 1];
      this.image = digits.at(this.over ? -1 : round).image;
      this.hole.go(MIDDLE);
      this.#look(MIDDLE);
      const size = cnn.square(this.size);
      this.behind.name(this.over ? "The last of twelve" : `${round + 1} of ${ROUNDS}: a hole of ${size}`);
      for (const key of this.keys.children) cnn.enable(key, !this.over);
      cnn.set(this.again, { class: this.over && "primary" });
      this.chart.name(round ? "Read right" : "Six holes, and two digits behind each");
      if (round) this.#chart();
      else this.#holes();
      const last = round ? `${this.right.at(-1) ? "Right" : "No"}: it was ${digits[round - 1].label}. ` : "";
      const next = this.over
        ? `You read ${this.right.filter(Boolean).length} of ${ROUNDS} right. Two digits for each hole are few: chance has a part in your line.`
        : `Move the hole of ${size} pixels over the digit, and then say which it is.`;
      this.say(last + next);
    }

    /** Put the middle of the hole on a cell, as far as it fits. */
    #look(cell) {
      const { size } = this;
      const first = (middle) => Math.min(IMAGE - size, Math.max(0, middle - (size >> 1)));
      const [row, column] = [first(Math.floor(cell / IMAGE)), first(cell % IMAGE)];
      this.seen = this.image.filter((_, at) => {
        const [y, x] = [Math.floor(at / IMAGE) - row, (at % IMAGE) - column];
        return y >= 0 && y < size && x >= 0 && x < size;
      });
      this.hole.paint(this.image, [IMAGE, IMAGE, 1], { colors: "ink" });
      const { context, image } = this.hole;
      context.clearRect(0, 0, IMAGE, IMAGE);
      context.putImageData(image, 0, 0, column, row, size, size);
      this.hole.frame([{ kind: "window", row, column, height: size, width: size }]);
    }

    /** Before anything is read there is no line: how large the holes are. */
    #holes() {
      const { windows } = cnn.peephole;
      const shapes = windows.flatMap((size, index) => {
        const [x, y] = [42 + (index % 3) * 80, 4 + Math.floor(index / 3) * 88];
        const at = (IMAGE - size) * 1.125;
        const square = (kind, place, side) => cnn.make("svg:rect", { class: kind, x: x + place, y: y + place, width: side, height: side });
        return [
          square("paper", 0, IMAGE * 2.25), square("hole", at, size * 2.25),
          cnn.words(x + IMAGE * 1.125, y + IMAGE * 2.25 + 14, cnn.square(size)),
        ];
      });
      this.picture.replaceChildren(...shapes);
      cnn.set(this.picture, { "aria-label": `Holes of ${windows.map((size) => cnn.square(size)).join(", ")} pixels, on paper of ${cnn.square(IMAGE)}.` });
      this.legend.textContent = "Your share of right answers is drawn here after the first.";
    }

    /** The reader's line, and when all is told, those of the networks. */
    #chart() {
      const { windows, lines } = cnn.peephole;
      const x = (index) => LEFT + (WIDE * (index + 0.5)) / windows.length;
      const y = (share) => TOP + HIGH * (1 - share);
      const own = windows.map((_, index) => {
        const some = this.right.slice(2 * index, 2 * index + 2);
        return some.length ? some.filter(Boolean).length / some.length : null;
      });
      const all = Object.entries({ "you, two digits a hole": own, ...(this.over && lines) });
      const shapes = cnn.levels(LEFT, WIDE, [0, 0.5, 1], y, cnn.percent);
      windows.forEach((size, index) => shapes.push(cnn.words(x(index), TOP + HIGH + 16, cnn.square(size))));
      shapes.push(cnn.words(LEFT + WIDE / 2, TOP + HIGH + 34, "size of the hole"));
      const sentences = all.map(([name, shares], number) => {
        const known = shares.flatMap((share, index) => (share === null ? [] : [{ share, index }]));
        const places = known.map(({ share, index }) => [x(index), y(share)]);
        if (known.length) shapes.push(cnn.line(`line-${number}`, `M${places.join("L")}`));
        for (const [cx, cy] of places) shapes.push(cnn.make("svg:circle", { cx, cy, r: number ? 2.5 : 4, class: `line-${number}` }));
        const each = known.map(({ share, index }) => `${cnn.square(windows[index])} ${cnn.percent(share)}`);
        return `${name}: ${each.join(", ") || "nothing yet"}.`;
      });
      this.picture.replaceChildren(...shapes);
      cnn.set(this.picture, { "aria-label": `Share of digits read right through holes of each size. ${sentences.join(" ")}` });
      this.legend.replaceChildren(...all.map(([name], number) => cnn.make("span", { class: `line-${number}` }, `● ${name}`)));
    }

    static css = `${cnn.Raster.css}
      .behind { width: 14rem; }
      .behind .raster { touch-action: none; }
      .behind .halo { stroke: none; }
      .keys { display: grid; grid-template-columns: repeat(5, 1fr); gap: 0.25rem; margin-top: 0.5rem; }
      .keys button { padding: 0; }
      .chart { flex: 1 1 16rem; max-width: 26rem; }
      path { stroke: currentColor; stroke-width: 2; }
      circle { fill: currentColor; }
      .paper { fill: color-mix(in srgb, var(--cnn-grid) 40%, var(--cnn-background)); }
      .hole { fill: var(--cnn-background); stroke: var(--cnn-kernel); stroke-width: 2; }
      .line-0 { color: var(--cnn-accent); }
      .line-1 { color: var(--cnn-series-1); }
      .line-2 { color: var(--cnn-series-2); }
      .legend { display: flex; flex-wrap: wrap; gap: 0 1rem; min-height: 3em; margin: 0.25rem 0; font-size: 0.8125rem; }
    `;
  });
})();
