// <cnn-break>: the paper of digit.js, and the filters of the convnet, to be knocked out and edited; how many digits it still
// reads, and how few filters are enough, beside what a search reached: cnnfigs/explorers/breaking.py.
(() => {
  "use strict";
  const cnn = (window.cnn ??= {});
  const { ink } = cnn;
  const { IMAGE } = ink;

  const DIGITS = "asked-digits.js";
  /** From this number on a digit is one of those that are asked; and so many that are read wrongly are shown. */
  const [FIRST, SHOWN] = [50, 30];
  /** Filters as bits of a number, those of the first layer the lowest. */
  const bits = (count, start) => ((1n << BigInt(count)) - 1n) << BigInt(start);

  cnn.define("break", class extends cnn.DigitPad {
    static glimpses = false;

    build() {
      super.build();
      this.tools.firstChild.classList.remove("primary"); // the one thing to do is to ask
      const [network] = this.networks;
      /** It is asked, while the numbers of what is on the paper stay. */
      this.asking = network.copy();
      /** What is edited: an array, a place in it, and what was there before. */
      this.edited = [];
      this.missed = [];
      this.filters = [];
      this.sheets = [...network.layers.keys()].filter((index) => network.layers[index].className === "Conv2D").map((index) => this.#sheet(index));
      this.slices = new cnn.Raster("Slices of the kernel", (slice) => `slice ${slice}`, (slice, how) => how !== "hover" && this.change({ slice }), "sheet");
      this.inputs = cnn.range(10).map((number) => cnn.make("input", {
        type: "number",
        step: "any",
        "aria-label": number < 9 ? `weight in ${cnn.place(number, 3)}` : "bias",
        onchange: ({ target }) => this.#edit(number, target.valueAsNumber),
      }));
      this.one = this.panel("kernel one", "", this.slices.element, cnn.box("weights", ...this.inputs.slice(0, 9)),
        cnn.make("label", {}, "Bias", this.inputs[9]));
      this.one.firstChild.role = "status";
      this.main = cnn.button(`Ask ${cnn.breaking.asked} digits`, () => this.#ask(), { class: "primary" });
      this.back = cnn.button("", () => this.#much(this.before ?? { out: "0", weights: "" }));
      this.score = cnn.make("p", { class: "score", role: "status" });
      const wrong = (cell) => `${this.digits[this.missed[cell]].label}, read as ${this.answered[this.missed[cell]]}`;
      this.which = cnn.make("p", { role: "status" });
      this.wrong = new cnn.Raster("Digits that are read wrongly", (cell) => (this.missed.length ? wrong(cell) : "none"), (cell, how) => {
        if (how === "hover") return;
        const looks = how === "key";
        if (!looks) this.change({ digit: FIRST + this.missed[cell], drawing: "" });
        this.say(`${wrong(cell)}: ${looks ? "Enter takes it" : "it is on the paper now"}.`, this.which);
      }, "sheet");
      this.misread = this.panel("input", "", this.wrong.element, this.which);
      const { asked, wanted, searched, kilobytes } = cnn.breaking;
      const par = searched.findIndex((right) => right >= wanted);
      this.root.append(
        this.told,
        this.hint("Press a map: its filter is knocked out and gives zeros. Press again: it is back. Or edit weights."),
        cnn.box("stage", cnn.box("layers", ...this.sheets.map(({ panel }) => panel)), this.one),
        cnn.make("p", {}, `How few filters are enough for ${wanted} of ${asked} digits? A search came down to ${par}. The digits are ${kilobytes} kB.`),
        cnn.box("controls player", this.main, this.back),
        this.score,
        this.misread,
      );
    }

    /** Make the sheet of a layer's maps, and the button for all of them. */
    #sheet(index) {
      const { name, shape } = this.networks[0].layers[index];
      const [start, count] = [this.filters.length, shape[2]];
      this.filters.push(...cnn.range(count).map((channel) => ({ index, channel, name: `Filter ${channel} of ${name}` })));
      const title = (channel) => `filter ${channel}${this.out?.(start + channel) ? ", out" : ""}`;
      const sheet = new cnn.Raster(`Maps of ${name}`, title, (channel, how) => {
        const filter = start + channel;
        if (how !== "hover") this.change({ filter, slice: 0, ...(how !== "key" && { out: this.#turned(bits(1, filter)) }) });
      }, "sheet");
      sheet.sheet(shape, 12, Math.round(24 / shape[1]), 2);
      const all = cnn.button("", () => this.#much({ out: this.#turned(bits(count, start)) }));
      return { sheet, name, index, start, all, panel: this.panel("layer", "", sheet.element, all) };
    }

    /** Change much at once; the next press of a button undoes it, as long as nothing else is changed. */
    #much(wanted) {
      const { before, question, state: { out, weights } } = this;
      this.change(wanted);
      if (wanted !== before && question !== this.question) this.#undoable({ out, weights });
    }

    #undoable(before) {
      this.before = before;
      this.back.textContent = before ? "Undo that" : "As it was trained";
    }

    /** Turn some filters: those that are all out are back. */
    #turned(some) {
      const out = BigInt(`0x${this.state.out}`);
      return ((out & some) === some ? out & ~some : out | some).toString(16);
    }

    /** Where a weight of a filter stands, or its bias, which is the last: an array, and the place in it. */
    #weight(filter, weight) {
      const { index, channel } = this.filters[filter] ?? {};
      const { kernel = [], bias = [] } = this.networks[0].layers[index] ?? {};
      const first = weight * bias.length;
      if (first < kernel.length) return [kernel, first + channel];
      if (index && first === kernel.length) return [bias, channel];
      throw new cnn.Refusal(`There is no weight ${weight} of filter ${filter}.`);
    }

    /** The number of a weight among those of its filter, by its place in the slice that is shown; or that of the bias. */
    #number(place) {
      return place < 9 ? place * this.slices.count + this.state.slice : 9 * this.slices.count;
    }

    #edit(place, value) {
      if (!(Math.abs(value) < 99.9995)) {
        this.sync();
        return this.complain("Weight: expected −100 to 100.");
      }
      const name = `${this.state.filter}_${this.#number(place)}_`;
      const others = this.state.weights.split(",").filter((each) => each && !each.startsWith(name));
      this.change({ weights: [...others, name + Number(value.toFixed(3))].join() });
    }

    sync() {
      super.sync();
      this.inputs.forEach((input, place) => {
        const [array, at] = this.#weight(this.state.filter, this.#number(place));
        input.value = Number(array[at].toFixed(3));
      });
    }

    update() {
      const { out, weights, filter, slice, digit } = this.state;
      const { layers, off } = this.networks[0];
      const edits = weights.split(",").filter(Boolean).map((edit) => edit.split("_").map(Number));
      const places = edits.map(([of, weight]) => this.#weight(of, weight));
      const { index, channel, name } = this.filters[filter];
      const { read: [, , slices], bias } = layers[index];
      if (slice >= slices) throw new cnn.Refusal(`Slice: expected 0 to ${slices - 1}, got ${slice}.`);
      // From here on nothing is refused.
      for (const [array, at, value] of this.edited.splice(0).reverse()) array[at] = value;
      places.forEach(([array, at], edit) => {
        this.edited.push([array, at, array[at]]);
        array[at] = edits[edit][2];
      });
      const all = BigInt(`0x${out}`);
      this.out = (number) => Boolean((all >> BigInt(number)) & 1n);
      off.forEach((each) => each.clear());
      this.filters.forEach((each, number) => this.out(number) && off[each.index].add(each.channel));
      super.update();
      for (const { sheet, name, index, start, all, panel } of this.sheets) {
        const [gone, here] = [[...off[index]], filter - start];
        const chosen = sheet.count > here && here >= 0;
        panel.name(`${name}: ${sheet.count - gone.length} of ${sheet.count} filters left`);
        all.textContent = gone.length < sheet.count ? `Knock out all of ${name}` : `Put all of ${name} back`;
        sheet.frame([...gone.map((each) => sheet.box("off", each)), ...(chosen ? [sheet.box("chosen", here)] : [])]);
        sheet.go(chosen ? here : sheet.current);
      }
      const { kernel } = layers[index];
      const own = cnn.picked(kernel, bias.length, [channel]);
      this.slices.sheet([3, 3, slices], Math.min(slices, 8), 8, 2); // a finger finds one
      this.slices.paint(own, [3, 3, slices], { colors: "signed", largest: cnn.most(own.map(Math.abs)) });
      this.slices.go(slice);
      this.slices.frame([this.slices.box("chosen", slice)]);
      this.say(`${name}${this.out(filter) ? ", out" : ""}${slices > 1 ? `: slice ${slice} of ${slices}` : ""}`, this.one.firstChild);
      if (digit >= FIRST && !this.digits) this.#load().then(() => this.digits && this.update());
      const question = `${out} ${weights}`;
      if (this.question === question) return;
      this.question = question;
      this.#undoable();
      this.kept = this.filters.length - cnn.sum(off.map(({ size }) => size));
      this.say(`${this.kept} of ${this.filters.length} filters left.`, this.score);
      this.misread.hidden = true;
      if (this.main.ariaDisabled) this.#ask();
    }

    show() {
      super.show();
      const { layers, values } = this.networks[0];
      for (const { sheet, index } of this.sheets) sheet.paint(values[index], layers[index].shape, { largest: cnn.most(values[index]) });
    }

    under(number) {
      return super.under(number) ?? this.digits?.[number - FIRST];
    }

    /** A digit that is asked is seen here as it is there. */
    seen(image) {
      return (this.state.drawing || this.pen ? undefined : this.digits?.[this.state.digit - FIRST]?.image) ?? image;
    }

    async #load() {
      try {
        await cnn.load(DIGITS, this.dataset.version);
      } catch {
        cnn.enable(this.main, true);
        return this.complain("The digits did not come. Try again.");
      }
      const { labels, pixels } = await ink.unpacked(cnn.askedDigits);
      const image = (at) => Float32Array.from(pixels.subarray(at * IMAGE ** 2, (at + 1) * IMAGE ** 2), (shade) => shade / 3);
      this.digits ??= [...labels].map((label, at) => ({ label, image: image(at) }));
    }

    /** Ask all digits, unless something else is changed meanwhile. */
    async #ask() {
      cnn.enable(this.main, false); // from now on each change asks again
      const { asking, kept, question } = this;
      await this.#load();
      const { digits } = this;
      const answers = [];
      const work = function* () {
        for (const { image } of digits ?? []) yield answers.push(cnn.best(asking.run(image)));
      };
      if (!(await cnn.slowly(work(), () => question === this.question)) || !digits) return;
      this.answered = answers;
      this.missed = [...answers.keys()].filter((at) => answers[at] !== digits[at].label);
      const { asked, wanted, searched, random } = cnn.breaking;
      const right = asked - this.missed.length;
      if (right >= wanted && !(this.fewest < kept)) this.fewest = kept;
      const near = Object.keys(random).find((left) => left >= kept);
      const [least, mean, most] = random[near] ?? [];
      this.say(
        `${kept} of ${this.filters.length} filters left: ${right} of ${asked} right, ${cnn.percent(right / asked, 1)} ${cnn.reach(right, asked)}. ` +
          `${right < wanted ? `Too few: ${wanted} are wanted. ` : ""}${this.fewest ? `Your fewest: ${this.fewest}. ` : ""}` +
          `The search reads ${searched[kept]} with ${kept} filters${near ? `; by chance, ${near} read ${mean}, from ${least} to ${most}` : ""}.`,
        this.score,
      );
      const some = this.missed.slice(0, SHOWN);
      this.misread.hidden = !some.length;
      this.say("Press one: how was it read?", this.which);
      if (!some.length) return;
      this.misread.name(`${this.missed.length} read wrongly${this.missed.length > SHOWN ? `: you see ${SHOWN}` : ""}`);
      const shape = [IMAGE, IMAGE, some.length];
      this.wrong.sheet(shape, Math.min(10, some.length), 1, 2);
      this.wrong.paint(cnn.range(IMAGE ** 2 * some.length).map((at) => digits[some[at % some.length]].image[Math.floor(at / some.length)]), shape, { colors: "ink" });
    }

    static css = `${cnn.DigitPad.css}
      .layers { display: grid; gap: 0.75rem; }
      .layer button { margin-top: 0.25rem; font-size: 0.8125rem; }
      .one { flex: 1; min-width: 11.5rem; max-width: 15rem; position: sticky; top: 4rem; }
      .one .heading { min-height: 2.5em; }
      .weights { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 0.25rem; margin: 0.125rem 0 0.5rem; }
      .one input { width: 100%; padding: 0 0.25rem; font-size: 0.8125rem; }
      .score { min-height: 3.5em; margin-bottom: 0.5rem; padding: 0.25rem 0; border-top: 1px solid var(--cnn-grid); background: var(--cnn-surface); }
      @media (min-height: 35rem) {
        .score { position: sticky; z-index: 1; bottom: 0; }
      }
    `;
  });
})();
