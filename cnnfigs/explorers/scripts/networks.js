// <cnn-digit>: the paper of digit.js, and every number that trained networks make of the drawing.
(() => {
  "use strict";
  const cnn = (window.cnn ??= {});
  const { make } = cnn;
  const { IMAGE } = cnn.ink;

  /** So many terms of a sum are told unless all are asked for. */
  const TOLD = 9;
  /** About so many pixels a map has in an overview; a map larger than this is shown twice as large. */
  const THUMB = 24;
  const NARROW = matchMedia("(max-width: 40rem)");

  const MOVES = { Left: ["←", 0, -1], Up: ["↑", -1, 0], Down: ["↓", 1, 0], Right: ["→", 0, 1] };
  const FURTHEST = 12;

  /** Pixels between the maps of an overview. */
  const GAP = 2;

  /** Arrays of any length. */
  const greatest = (values) => values.reduce((before, value) => Math.max(before, value), -Infinity);
  const number = (value) => cnn.number(value, 3);
  const signed = (value) => (value < 0 ? `− ${number(-value)}` : `+ ${number(value)}`);
  const button = (onclick, ...content) => make("button", { type: "button", onclick }, ...content);

  /** A unit: which number of which layer. @typedef {{index: number, unit: number}} Unit */

  class Digit extends cnn.DigitPad {
    static networks = ["convnet", "convnet_global_max", "dense_131"];

    build() {
      super.build();
      this.trail = [];
      this.tools.append(...this.controls("prepare"));
      this.restore = button(() => this.change({ off: "" }), "Switch all filters on");
      this.sheets = make("div");
      const inside = make("div", { class: "controls inside" }, ...this.controls("network"), this.restore);
      this.root.append(inside, this.sheets, this.#unitPanel());
      this.stage.children[0].after(this.#viewPanel());
      NARROW.addEventListener("change", () => {
        this.#layout();
        this.show();
      });
    }

    /** What the networks get, and buttons that move it. */
    #viewPanel() {
      this.view = this.#raster(() => 0, "What the networks get, a cell for each pixel", () => 0);
      this.view.layout(IMAGE, IMAGE, IMAGE, IMAGE);
      const move = (name) => {
        const [, down, right] = MOVES[name];
        const within = (place) => Math.min(FURTHEST, Math.max(-FURTHEST, place));
        this.change({ down: within(this.state.down + down), right: within(this.state.right + right) });
      };
      const onkeydown = (event) => {
        const name = event.key.replace("Arrow", "");
        if (name === event.key) return;
        event.preventDefault();
        move(name);
      };
      const buttons = Object.entries(MOVES).map(([name, [sign]]) => button(() => move(name), sign));
      buttons.forEach((each, at) => cnn.set(each, { "aria-label": `Move the digit ${Object.keys(MOVES)[at].toLowerCase()}` }));
      const arrows = { class: "arrows", role: "group", "aria-label": "Move the digit; arrow keys do it too", onkeydown };
      const panel = this.panel("input view", this.view.element, make("div", arrows, ...buttons));
      panel.name("What the networks get");
      return panel;
    }

    /** The chosen map, enlarged, and how the chosen number came about. */
    #unitPanel() {
      this.map = this.#raster(() => this.chosen.index, "The chosen map, a cell for each number", () => this.#place().channel);
      this.mapPanel = this.panel("output map", this.map.element);
      this.switch = button(() => this.#switch(), "Switch this filter off");
      this.formula = make("p", { class: "formula" });
      this.terms = make("ol", { class: "terms" });
      this.more = button(() => {
        this.all = !this.all;
        this.#explain();
      });
      this.back = button(() => {
        const last = this.trail.pop();
        this.#choose(last, this.trail);
      });
      const buttons = make("div", { class: "controls" }, this.back, this.more, this.switch);
      this.sum = this.panel("sum", this.formula, this.terms, buttons);
      return make("div", { class: "stage" }, this.mapPanel, this.sum);
    }

    /** A raster whose cells are units: the numbers of one map, `channel()`, of the layer `index()`. */
    #raster(index, label, channel) {
      const unit = (cell) => ({ index: index(), unit: cell * this.network.layers[index()].shape[2] + channel() });
      return new cnn.Raster(label, (cell) => (this.chosen ? this.#named(unit(cell)) : ""), (cell, how) => this.#point(unit(cell), how));
    }

    change(wanted) {
      // Another network has other layers.
      super.change("network" in wanted ? { unit: "", off: "", ...wanted } : wanted);
    }

    update() {
      const network = this.networks.find(({ name }) => name === this.state.network);
      const chosen = this.#read(network, this.state.unit);
      const off = this.#listed().map((filter) => this.#read(network, `${filter.replace(".", ",")},1,1`));
      // From here on nothing is refused.
      if (network !== this.network) {
        this.network = network;
        this.#layout();
      }
      for (const each of this.networks) each.off.forEach((filters) => filters.clear());
      for (const { index, unit } of off) network.off[index].add(unit % network.layers[index].shape[2]);
      this.chosen = chosen;
      super.update();
      if (this.saidUnit !== this.state.unit && this.state.unit) this.say(`${this.#named(this.chosen)}: ${this.formula.textContent}`);
      this.saidUnit = this.state.unit;
    }

    /** Find the unit that a text tells: layer, map, row and column, counted from 1. @returns {Unit | undefined} */
    #read(network, text) {
      if (!text) return undefined;
      const [layer, ...told] = text.split(",");
      const [channel, row, column] = told.map((each) => each - 1);
      const index = network.layers.findIndex(({ name }) => name === layer);
      const shape = network.layers[index]?.shape;
      if (!shape || row >= shape[0] || column >= shape[1] || channel >= shape[2] || Math.min(row, column, channel) < 0) {
        throw new cnn.Refusal(`${network.name} has no number “${text}”: layer, map, row and column are wanted, as in “conv2d_1,1,1,1”.`);
      }
      return { index, unit: network.unit(index, { row, column, channel }) };
    }

    /** Put a sheet of maps for each layer of the network. */
    #layout() {
      const { layers } = this.network;
      this.maps = layers.slice(1).map(({ name, className, shape: [rows, columns, channels] }, at) => {
        const index = at + 1;
        const strongest = (channel) => {
          const values = this.network.values[index].filter((_, unit) => unit % channels === channel);
          return { index, unit: values.indexOf(greatest(values)) * channels + channel };
        };
        const told = (channel) => `${name}, ${this.#part(index, channel)}`;
        const sheet = new cnn.Raster(`Maps of ${name}`, told, (channel, how) => this.#point(strongest(channel), how));
        sheet.zoom = columns > THUMB ? 2 : Math.round(THUMB / columns);
        const most = (columns > THUMB ? 16 : 32) / (NARROW.matches ? 2 : 1);
        const across = Math.min(channels, most);
        const down = Math.ceil(channels / across);
        sheet.layout(down, across, across * (columns * sheet.zoom + GAP), down * (rows * sheet.zoom + GAP), channels);
        sheet.element.classList.add("sheet");
        const size = rows * columns > 1 ? `${channels} maps of ${rows}×${columns}` : `${channels} numbers`;
        return { sheet, element: make("div", {}, make("p", { class: "layer" }, `${name} (${className}): ${size}`), sheet.element) };
      });
      this.sheets.replaceChildren(...this.maps.map(({ element }) => element));
    }

    #place({ index, unit } = this.chosen) {
      return this.network.place(index, unit);
    }

    /** What a channel of a layer is called. */
    #part(index, channel) {
      const { layers } = this.network;
      if (index === layers.length - 1) return `digit ${channel}`;
      return layers[index].className === "Dense" ? `unit ${channel + 1}` : `map ${channel + 1}`;
    }

    /** What a unit is called. @param {Unit} unit */
    #named({ index, unit }) {
      const { name, shape } = this.network.layers[index];
      const { row, column, channel } = this.#place({ index, unit });
      const place = `row ${row + 1}, column ${column + 1}`;
      if (index === 0) return `pixel in ${place}`;
      return `${name}, ${this.#part(index, channel)}${shape[0] * shape[1] > 1 ? `, ${place}` : ""}`;
    }

    /** Look at a unit while a pointer is over it; keep it once it is pressed, until it is pressed again. */
    #point(wanted, how) {
      if (how === "hover") {
        if (this.kept || (this.chosen.index === wanted.index && this.chosen.unit === wanted.unit)) return;
        this.chosen = wanted;
        this.trail = [];
        this.#explain();
      } else {
        const again = how === "press" && this.kept === this.state.unit && this.kept === this.#written(wanted);
        this.#choose(wanted);
        this.kept = again ? "" : this.state.unit;
      }
    }

    #written({ index, unit }) {
      const { row, column, channel } = this.#place({ index, unit });
      return [this.network.layers[index].name, channel + 1, row + 1, column + 1].join();
    }

    #choose(wanted, trail = []) {
      this.trail = trail;
      this.all = false;
      this.change({ unit: this.#written(wanted) });
      this.kept = this.state.unit;
    }

    #switch() {
      const { index } = this.chosen;
      const filter = `${this.network.layers[index].name}.${this.#place().channel + 1}`;
      const all = this.#listed();
      const off = all.includes(filter) ? all.filter((each) => each !== filter) : [...all, filter];
      this.change({ off: off.join(), unit: this.#written(this.chosen) });
    }

    /** The filters that are switched off, such as "conv2d_1.3". */
    #listed() {
      return this.state.off.split(",").filter(Boolean);
    }

    show() {
      super.show();
      const { network } = this;
      this.view.paint(this.image, [IMAGE, IMAGE, 1], { colors: "ink" });
      this.maps.forEach(({ sheet }, at) => {
        const [values, { shape }] = [network.values[at + 1], network.layers[at + 1]];
        sheet.paint(values, shape, { largest: greatest(values), zoom: sheet.zoom, gap: GAP });
      });
      this.chosen ??= { index: 1, unit: network.values[1].indexOf(greatest(network.values[1])) };
      this.#explain();
    }

    /** Show the chosen unit: where it stands, what it sees, and how it came about. */
    #explain() {
      const { network, chosen } = this;
      const { index, unit } = chosen;
      const { shape, className } = network.layers[index];
      const { row, column, channel } = this.#place();
      const [rows, columns] = shape;
      const values = network.values[index];
      if (this.map.rows !== rows || this.map.columns !== columns) this.map.layout(rows, columns, columns, rows);
      const colors = index ? "activation" : "ink";
      this.map.paint(values, shape, { only: channel, largest: index ? greatest(values) : 1, colors });
      this.map.go(row * columns + column);
      this.map.frame([{ kind: "chosen", row, column, height: 1, width: 1 }]);
      this.mapPanel.name(index ? `${network.layers[index].name}, ${this.#part(index, channel)}` : "The image");
      this.view.frame([{ kind: "window", ...network.field(index, unit) }]);

      const told = index ? network.explain(index, unit) : { terms: [], value: values[unit] };
      const size = ({ input, weight }) => (told.bias === undefined ? input : Math.abs(input * weight));
      const terms = told.terms.sort((one, other) => size(other) - size(one));
      const shown = this.all ? terms : terms.slice(0, TOLD);
      const { height, width } = network.field(index, unit);
      this.sum.name(`${this.#named(chosen)}: ${number(told.value)}`);
      this.formula.textContent = `${this.#formula(told, shown)} It sees ${height}×${width} pixels.`;
      this.#list(shown, told.bias === undefined);
      cnn.set(this.back, { hidden: !this.trail.length });
      this.back.textContent = this.trail.length ? `Back to ${this.#named(this.trail.at(-1))}` : "";
      cnn.set(this.more, { hidden: terms.length <= TOLD, "aria-pressed": String(this.all) });
      this.more.textContent = `All ${terms.length}`;
      const isOff = network.off[index].has(channel);
      cnn.set(this.switch, { hidden: !network.layers[index].kernel || index === network.layers.length - 1 });
      cnn.set(this.switch, { "aria-pressed": String(isOff) });
      cnn.set(this.restore, { hidden: !this.state.off });
      this.#frame(shown);
    }

    /** Frame the maps that the terms come from, and those that are switched off. */
    #frame(terms) {
      const { network, chosen } = this;
      this.maps.forEach(({ sheet }, at) => {
        const index = at + 1;
        const cell = (kind) => (channel) => ({
          kind,
          row: Math.floor(channel / sheet.columns),
          column: channel % sheet.columns,
          height: 1,
          width: 1,
        });
        const read = index === chosen.index - 1 ? terms.map(({ unit }) => network.place(index, unit).channel) : [];
        const here = index === chosen.index ? [this.#place().channel] : [];
        here.forEach((channel) => sheet.go(channel));
        sheet.frame([
          ...[...new Set(read)].map(cell("window")),
          ...[...network.off[index]].map(cell("off")),
          ...here.map(cell("chosen")),
        ]);
      });
    }

    /** The calculation in one sentence; `shown` are its largest terms. */
    #formula({ terms, bias, sum, value }, shown) {
      const { index, unit } = this.chosen;
      const { activation } = this.network.layers[index];
      if (!index) return "A pixel of the image: 0 is paper, 1 is ink.";
      if (bias === undefined) return `The largest of the ${terms.length} numbers under its window.`;
      const products = (some) => some.reduce((before, { input, weight }) => before + input * weight, 0);
      const rest = terms.length - shown.length;
      const others = rest ? ` ${signed(products(terms) - products(shown))} (the other ${rest})` : "";
      const largest = `${shown.length} ${rest ? "largest products" : "products"}`;
      const added = `${number(bias)} (bias) ${signed(products(shown))} (${largest})${others} = ${number(sum)}`;
      if (this.network.off[index].has(unit % this.network.layers[index].shape[2])) return `${added}, but its filter is switched off: 0.`;
      if (activation === "relu") return `ReLU(${added}) = ${number(value)}.`;
      return `${added}. Softmax takes e to this power, ${number(Math.exp(sum))}, and divides by the sum of all ten: ${number(value)}.`;
    }

    /** List terms. Buttons lead to where their numbers come from; the same ones serve again, so that the focus stays. */
    #list(terms, pooled) {
      const { index } = this.chosen;
      while (this.terms.children.length < terms.length) {
        const at = this.terms.children.length;
        const follow = () => this.#choose(this.listed[at], [...this.trail, this.chosen]);
        this.terms.append(make("li", {}, button(follow)));
      }
      this.listed = terms.map(({ unit }) => ({ index: index - 1, unit }));
      [...this.terms.children].forEach((item, at) => {
        item.hidden = at >= terms.length;
        if (item.hidden) return;
        const { input, weight } = terms[at];
        const product = pooled ? number(input) : `${number(input)} × ${cnn.factor(weight, 3)} = ${number(input * weight)}`;
        item.firstChild.textContent = `${this.#named(this.listed[at])}: ${product}`;
      });
    }

    static css = `${cnn.DigitPad.css}
      .view { width: 10.5rem; }
      .view .raster { border: 1px solid var(--cnn-input); }
      .arrows { display: flex; justify-content: space-between; margin-top: 0.5rem; }
      .arrows button { width: 2.25rem; padding: 0; }
      .inside { margin-top: 0.75rem; }
      .layer { margin: 0.25rem 0 0; color: var(--cnn-muted); font-size: 0.8125rem; }
      .sheet { width: fit-content; max-width: 100%; }
      .sheet canvas { width: auto; max-width: 100%; height: auto; image-rendering: auto; }
      .map { width: 14rem; }
      .map .raster { border: 1px solid var(--cnn-output); }
      .sum { flex: 1; min-width: 16rem; }
      .terms { max-height: 19rem; margin: 0.5rem 0; padding: 0; overflow-y: auto; list-style: none; }
      .terms button { width: 100%; min-height: 1.75rem; padding: 0.125rem 0.5rem; border-color: transparent; font-size: 0.8125rem; text-align: left; }
      [hidden] { display: none; }
    `;
  }

  cnn.define("digit", Digit);
})();
