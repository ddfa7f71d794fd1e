// <cnn-digit>: the paper of digit.js, and every number that trained networks make of the drawing.
(() => {
  "use strict";
  const cnn = (window.cnn ??= {});
  const { IMAGE } = cnn.ink;

  /** So many terms of a sum are told unless all are asked for. */
  const LISTED = 9;
  /** About so many pixels a map, and pixels between maps. */
  const [THUMB, GAP] = [24, 2];
  /** The most pixels that the digit is moved. */
  const FURTHEST = 12;

  const number = (value) => cnn.number(value, 3);
  const signed = (value) => (value < 0 ? `− ${number(-value)}` : `+ ${number(value)}`);

  /** One number of a layer. @typedef {{index: number, unit: number}} Unit */

  class Digit extends cnn.WhichInk {
    static networks = ["convnet", "convnet_global_max", "dense_131"];

    build() {
      super.build();
      /** The units that led to the chosen one. */
      this.trail = [];
      this.restore = cnn.button("Switch all filters on", () => this.change({ off: "" }));
      this.sheets = cnn.box("sheets");
      const inside = cnn.box("controls inside part", ...this.controls("network"), this.restore);
      const hint = this.hint("Point at a map, or tap it: below, it is shown large, with the sum behind one of its numbers.");
      // What is told of a map stays in view while the reader goes from map to map.
      this.root.append(inside, hint, cnn.make("div", {}, this.sheets, this.#unitPanel()));
      // A phone that is turned has another width.
      new ResizeObserver(() => {
        if (this.#across() === this.across) return;
        this.#layout();
        this.update();
      }).observe(this);
      this.stage.append(this.#viewPanel()); // the answers stand next to the paper, or right below it
    }

    /** What the networks get, and what decides it: buttons that move it, and whether a drawing is prepared. */
    #viewPanel() {
      this.view = this.#raster("What the networks get, pixel by pixel", () => ({ index: 0, channel: 0 }));
      this.view.layout(IMAGE, IMAGE, IMAGE, IMAGE);
      const move = (down, right) => {
        const within = (place) => Math.min(FURTHEST, Math.max(-FURTHEST, place));
        this.change({ down: within(this.state.down + down), right: within(this.state.right + right) });
      };
      const arrows = cnn.make("div", {
        class: "arrows",
        role: "group",
        "aria-label": "Move the digit; arrow keys do it too",
        onkeydown: (event) => {
          if (!event.key.startsWith("Arrow")) return;
          event.preventDefault();
          move(...cnn.STEPS[event.key]);
        },
      });
      this.moves = cnn.arrows(move);
      arrows.append(...this.moves);
      return this.panel("input view", "The networks get", this.view.element, arrows, ...this.controls("prepare"));
    }

    /** The chosen map, enlarged, and how the chosen number came about. */
    #unitPanel() {
      const here = () => ({ index: this.chosen.index, channel: this.#place().channel });
      this.map = this.#raster("The chosen map, number by number", here);
      this.mapPanel = this.panel("output map", "", this.map.element);
      this.formula = cnn.make("p", { class: "formula" });
      this.terms = cnn.make("ol");
      this.back = cnn.button("", () => this.#choose(this.trail.pop(), this.trail));
      this.more = cnn.button("", () => {
        this.all = !this.all;
        this.#explain();
      });
      this.switch = cnn.button("Switch it off", () => this.#switch());
      this.sum = this.panel("sum", "", this.formula, this.terms, cnn.box("controls", this.back, this.more, this.switch));
      return cnn.box("unit", this.mapPanel, this.sum);
    }

    /** A raster whose cells are the units of one map, of a layer and channel that `which` gives. */
    #raster(label, which) {
      const unit = (cell) => {
        const { index, channel } = which();
        return { index, unit: cell * this.network.layers[index].shape[2] + channel };
      };
      const name = (cell) => (this.network ? this.#named(unit(cell)) : "");
      return new cnn.Raster(label, name, (cell, how) => this.#point(unit(cell), how));
    }

    change(wanted) {
      // Another network has other layers.
      super.change("network" in wanted ? { unit: "", off: "", ...wanted } : wanted);
    }

    update() {
      const network = this.networks.find(({ name }) => name === this.state.network);
      const chosen = this.state.unit ? this.#read(network, this.state.unit) : undefined;
      const off = this.#listed().map((filter) => this.#read(network, `${filter.replace(".", ",")},0,0`));
      // From here on nothing is refused.
      if (network !== this.network) {
        this.network = network;
        this.#layout();
      }
      for (const each of this.networks) each.off.forEach((filters) => filters.clear());
      for (const { index, unit } of off) network.off[index].add(network.place(index, unit).channel);
      const other = this.state.unit !== this.said;
      this.said = this.state.unit;
      this.chosen = chosen;
      super.update();
      const place = [this.state.down, this.state.right];
      for (const each of this.moves) cnn.enable(each, each.by.every((step, axis) => Math.abs(place[axis] + step) <= FURTHEST));
      if (other && chosen) this.say(`${this.#named(chosen)}: ${this.formula.textContent}`);
    }

    /** Find the unit that a text tells: layer, map, row and column, counted from 0. @returns {Unit} */
    #read(network, text) {
      const [layer, ...place] = text.split(",");
      const [channel, row, column] = place.map(Number);
      const index = network.layers.findIndex(({ name }) => name === layer);
      const [rows, columns, channels] = network.layers[index]?.shape ?? [0, 0, 0];
      if (row >= rows || column >= columns || channel >= channels) {
        throw new cnn.Refusal(`${cnn.networkNames[network.name]} has no number ${text}: layer, map, row and column are wanted.`);
      }
      return { index, unit: (row * columns + column) * channels + channel };
    }

    #written({ index, unit }) {
      const { row, column, channel } = this.#place({ index, unit });
      return [this.network.layers[index].name, channel, row, column].join();
    }

    /** The filters that are switched off, such as "conv2d_1.2". */
    #listed() {
      return this.state.off.split(",").filter(Boolean);
    }

    #place({ index, unit } = this.chosen) {
      return this.network.place(index, unit);
    }

    /** What a channel of a layer is called. */
    #part(index, channel) {
      const { layers } = this.network;
      if (index === layers.length - 1) return `digit ${channel}`;
      return `${layers[index].className === "Dense" ? "unit" : "map"} ${channel}`;
    }

    /** What a unit is called. @param {Unit} unit */
    #named({ index, unit }) {
      const { name, shape } = this.network.layers[index];
      const { row, column, channel } = this.#place({ index, unit });
      const place = `row ${row}, column ${column}`;
      if (index === 0) return `pixel in ${place}`;
      return `${name}, ${this.#part(index, channel)}${shape[0] > 1 ? `, ${place}` : ""}`;
    }

    /** Maps in a row of a sheet: few enough for a finger. */
    #across() {
      return this.clientWidth < 448 ? 12 : 16;
    }

    /** Put a sheet of maps for each layer of the network. */
    #layout() {
      this.across = this.#across();
      this.maps = this.network.layers.map(({ name, shape: [rows, columns, channels] }, index) => {
        const strongest = (channel) => {
          const values = cnn.picked(this.network.values[index], channels, [channel]);
          return { index, unit: values.indexOf(cnn.most(values)) * channels + channel };
        };
        const title = (channel) => `${name}, ${this.#part(index, channel)}`;
        const sheet = new cnn.Raster(`Maps of ${name}`, title, (channel, how) => this.#point(strongest(channel), how), "sheet");
        sheet.sheet([rows, columns, channels], Math.min(channels, this.across), Math.max(1, Math.round(THUMB / columns)), GAP);
        // Whoever comes by keyboard finds it above what is said of it.
        cnn.set(sheet.element, { onkeyup: ({ key }) => key === "Tab" && panel.scrollIntoView({ block: "nearest" }) });
        const size = rows > 1 ? `${channels} maps of ${cnn.square(rows, columns)}` : `${channels} numbers`;
        const panel = this.panel("layer", `${name}: ${size}`, sheet.element);
        if (index === this.network.layers.length - 1) {
          const digits = cnn.range(channels).map((digit) => cnn.make("span", {}, digit));
          panel.append(cnn.make("div", { class: "names", "aria-hidden": "true" }, ...digits));
        }
        return { sheet, panel };
      });
      this.sheets.replaceChildren(...this.maps.slice(1).map(({ panel }) => panel));
      this.view.go(this.view.current); // now its pixels have names
    }

    /** Look at a unit while a pointer is over it; keep it once it is pressed, until it is pressed again. */
    #point(wanted, how) {
      const unit = this.#written(wanted);
      if (how !== "hover") {
        const again = this.kept === unit && how === "press";
        this.#choose(wanted);
        if (again) this.kept = "";
      } else if (!this.kept && unit !== this.#written(this.chosen)) {
        this.chosen = wanted;
        this.trail = [];
        this.#explain();
      }
    }

    #choose(wanted, trail = []) {
      this.trail = trail;
      this.all = false;
      this.kept = this.#written(wanted);
      this.change({ unit: this.kept });
    }

    #switch() {
      const filter = `${this.network.layers[this.chosen.index].name}.${this.#place().channel}`;
      const all = this.#listed();
      const off = all.includes(filter) ? all.filter((each) => each !== filter) : [...all, filter];
      this.change({ off: off.join(), unit: this.#written(this.chosen) });
    }

    show() {
      super.show();
      const { layers, values } = this.network;
      this.view.paint(this.image, [IMAGE, IMAGE, 1], { colors: "ink" });
      this.maps.forEach(({ sheet }, index) => index && sheet.paint(values[index], layers[index].shape, { largest: cnn.most(values[index]) }));
      this.chosen ??= { index: 1, unit: values[1].indexOf(cnn.most(values[1])) };
      this.#explain();
    }

    /** Show the chosen unit: where it stands, what it sees, and how it came about. */
    #explain() {
      const { network, chosen } = this;
      const { index, unit } = chosen;
      const { shape, kernel } = network.layers[index];
      const { row, column, channel } = this.#place();
      const [rows, columns] = shape;
      const values = network.values[index];
      if (this.map.rows !== rows || this.map.columns !== columns) this.map.layout(rows, columns, columns, rows);
      const look = index ? { largest: cnn.most(values) } : { colors: "ink" };
      this.map.paint(values, shape, { only: channel, ...look });
      this.map.go(row * columns + column);
      this.map.frame([this.map.box("chosen", row * columns + column)]);
      this.mapPanel.name(index ? `${network.layers[index].name}, ${this.#part(index, channel)}` : "The image");
      const field = network.field(index, unit);
      this.view.frame([{ kind: "window", ...field }]);

      const calculation = index ? network.explain(index, unit) : { terms: [], value: values[unit] };
      const size = ({ input, weight }) => (kernel ? Math.abs(input * weight) : input);
      const terms = calculation.terms.sort((one, other) => size(other) - size(one));
      const largest = this.all ? terms : terms.slice(0, LISTED);
      this.sum.name(`${this.#named(chosen)}: ${number(calculation.value)}`);
      if (this.explained !== this.#written(chosen)) this.sum.scrollTop = 0;
      this.explained = this.#written(chosen);
      this.formula.textContent = `${this.#formula(calculation, largest)} It sees ${field.height}×${field.width} pixels.`;
      const last = this.trail.at(-1);
      cnn.set(this.back, { hidden: !last });
      if (last) this.back.textContent = `Back to ${this.#named(last)}`;
      cnn.set(this.more, { hidden: terms.length <= LISTED, "aria-pressed": String(Boolean(this.all)) });
      this.more.textContent = `All ${cnn.count(terms.length)}`;
      const pressed = String(network.off[index].has(channel));
      cnn.set(this.switch, { hidden: !kernel || index === network.layers.length - 1, "aria-pressed": pressed });
      cnn.set(this.restore, { hidden: !this.state.off });
      cnn.set(this.terms, { hidden: !terms.length });
      this.#list(largest);
      this.#frame(largest);
    }

    /** Frame the chosen map, those that its terms come from, and those that are switched off. */
    #frame(terms) {
      const { index } = this.chosen;
      const { channel } = this.#place();
      this.maps.forEach(({ sheet }, at) => {
        const marked = (kind) => (cell) => sheet.box(kind, cell);
        const read = at === index - 1 ? terms.map(({ unit }) => this.network.place(at, unit).channel) : [];
        const here = at === index ? [channel] : [];
        const off = [...this.network.off[at]];
        sheet.frame([...[...new Set(read)].map(marked("window")), ...off.map(marked("off")), ...here.map(marked("chosen"))]);
        if (at === index) sheet.go(channel);
      });
    }

    /** The calculation in one sentence; `largest` are its largest terms. */
    #formula({ terms, bias, sum, value }, largest) {
      const { index } = this.chosen;
      if (!index) return "0 is paper, 1 is ink.";
      if (bias === undefined) return `The largest of the ${terms.length} numbers under its window.`;
      const products = (some) => cnn.sum(some.map(({ input, weight }) => input * weight));
      const rest = terms.length - largest.length;
      const others = rest ? ` ${signed(products(terms) - products(largest))} (the ${cnn.count(rest)} others)` : "";
      const main = `${signed(products(largest))} (${rest ? "the " : ""}${cnn.count(largest.length)} ${rest ? "largest " : ""}products)`;
      const added = `${number(bias)} (bias) ${main}${others} = ${number(sum)}`;
      if (this.network.off[index].has(this.#place().channel)) return `${added}, but its filter is switched off.`;
      if (this.network.layers[index].activation === "relu") return `ReLU(${added}) = ${number(value)}.`;
      return `${added}. Softmax: e to this power, divided by the sum of all ten, is ${number(value)}.`;
    }

    /** List terms as buttons that lead to where they come from. They serve again, so that the focus stays. */
    #list(terms) {
      const { index } = this.chosen;
      this.listed = terms.map(({ unit }) => ({ index: index - 1, unit }));
      while (this.terms.children.length < terms.length) {
        const at = this.terms.children.length;
        this.terms.append(cnn.make("li", {}, cnn.button("", () => this.#choose(this.listed[at], [...this.trail, this.chosen]))));
      }
      [...this.terms.children].forEach((item, at) => {
        cnn.set(item, { hidden: at >= terms.length });
        if (item.hidden) return;
        const { input, weight } = terms[at];
        const product = ` × ${cnn.factor(weight, 3)} = ${number(input * weight)}`;
        const term = this.network.layers[index].kernel ? number(input) + product : number(input);
        item.firstChild.textContent = `${this.#named(this.listed[at])}: ${term}`;
      });
    }

    static css = `${cnn.WhichInk.css}
      .told { min-height: 3em; }
      .view { width: 10.5rem; }
      .view fieldset { margin-top: 0.5rem; }
      .arrows { display: flex; justify-content: space-between; margin-top: 0.5rem; }
      .arrows button { flex: 0 1 2.5rem; padding: 0; }
      .inside { margin-top: 1.25rem; }
      .sheets { display: grid; grid-template-columns: repeat(auto-fit, minmax(19rem, 1fr)); gap: 1rem 1.25rem; }
      .layer { scroll-margin: 4rem 0 min(18rem, 50vh); }
      .layer .heading { color: var(--cnn-muted); font-weight: 400; }
      .names { display: grid; grid-template-columns: repeat(10, 1fr); width: ${10 * (THUMB + GAP)}px; max-width: 100%; font-size: 0.75rem; text-align: center; }
      .unit {
        position: sticky; bottom: 0; display: flex; gap: 1.25rem; height: min(17rem, 50vh); margin-top: 0.75rem; padding: 0.5rem 0;
        border-top: 1px solid var(--cnn-grid); background: var(--cnn-surface);
      }
      .map { flex: none; width: min(13rem, 50vh - 4rem); }
      .sum { flex: 1; min-width: 0; overflow-y: auto; }
      ol { margin: 0.5rem 0; padding: 0; list-style: none; }
      ol button { width: 100%; border-color: transparent; background: none; font-size: 0.8125rem; text-align: left; }
      @media (pointer: fine) { ol button { min-height: 1.75rem; } }
      @media (max-width: 42rem) {
        .unit { gap: 0.75rem; height: min(14rem, 50vh); }
        .map { width: min(9.5rem, 50vh - 4rem); }
      }
    `;
  }

  cnn.define("digit", Digit);
})();
