// A stack of layers, and what one unit of each sees of the image.
(() => {
  "use strict";
  const cnn = (window.cnn ??= {});
  const { make, number, range, set } = cnn;

  const SIDES = { digit: 28, photo: 224 };
  const KINDS = { c: "convolution", p: "pooling" };
  const LAYER = /^([cp])(\d+)(?:s(\d))?(?:d(\d))?(same|e\d)?$/;

  /** Read layers as the address has them, and write them. */
  const read = (text) =>
    text.split(",").map((each) => {
      const [, kind, kernelSize, strides = "1", dilationRate = "1", told = "valid"] = LAYER.exec(each);
      const padding = told[0] === "e" ? Array(2).fill(Number(told[1])) : told;
      return { kind, kernelSize: Number(kernelSize), strides: Number(strides), dilationRate: Number(dilationRate), told, padding };
    });
  const write = ({ kind, kernelSize, strides, dilationRate, told }) =>
    `${kind}${kernelSize}${strides > 1 ? `s${strides}` : ""}${dilationRate > 1 ? `d${dilationRate}` : ""}${told === "valid" ? "" : told}`;

  const square = (size) => `${size}×${size}`;
  const describe = ({ kind, kernelSize, strides, dilationRate, told }) =>
    [
      `${KINDS[kind]} ${square(kernelSize)}`,
      strides > 1 && `strides ${strides}`,
      dilationRate > 1 && `dilation ${dilationRate}`,
      told !== "valid" && (told === "same" ? told : `padding ${told[1]}`),
    ].filter(Boolean).join(", ");

  class ReceptiveField extends cnn.Explorer {
    static css = `
      .stage { align-items: start; }
      .picture { flex: 0 1 20rem; min-width: 16rem; }
      .picture svg { width: 100%; height: auto; touch-action: none; cursor: crosshair; }
      .picture label { display: grid; grid-template-columns: 4rem 1fr; align-items: center; }
      input[type="range"] { width: 100%; min-height: 1.75rem; padding: 0; accent-color: var(--cnn-kernel); }
      .layers { flex: 1 1 20rem; }
      table { width: 100%; border-collapse: collapse; font-size: 0.875rem; font-variant-numeric: tabular-nums; }
      th, td { padding: 0.125rem 0.25rem; border-bottom: 1px solid var(--cnn-grid); text-align: right; font-weight: 400; }
      th:first-child { text-align: left; }
      thead th { color: var(--cnn-muted); }
      tbody label { flex-direction: row; align-items: center; gap: 0.375rem; min-height: 1.75rem; color: inherit; font-size: inherit; }
      tr.chosen { background: var(--cnn-kernel-fill); }
      input[type="radio"] { flex: none; min-height: 0; width: 1.125rem; height: 1.125rem; margin: 0; accent-color: var(--cnn-kernel); }
      .scroll { max-height: 22rem; overflow-y: auto; margin-bottom: 0.5rem; }
    `;

    build() {
      const [picture] = this.controls("picture");
      this.presets = cnn.list("Network", [...Object.keys(cnn.stacks), "own"], (name) => this.preset(name));
      this.body = make("tbody");
      const headings = ["layer", "map", "sees", "jump", "start"].map((text) => make("th", { scope: "col" }, text));
      const table = make("table", { "aria-label": "Layers" }, make("thead", {}, make("tr", {}, ...headings)), this.body);
      this.drawing = make("svg:svg", { role: "img", onpointerdown: (event) => this.point(event), onpointermove: (event) => event.buttons && this.point(event) });
      this.sliders = ["row", "column"].map((name) =>
        make("input", { type: "range", min: 0, oninput: ({ target }) => this.change({ [name]: this.share(Number(target.value)) }) }),
      );
      const panel = this.panel("kernel picture", this.drawing, ...["Row", "Column"].map((name, axis) => make("label", {}, name, this.sliders[axis])));
      this.picture = panel;
      this.root.append(
        make("div", { class: "controls" }, this.presets, picture),
        make(
          "div",
          { class: "stage" },
          panel,
          make("div", { class: "layers" }, make("div", { class: "scroll" }, table), this.editor()),
        ),
      );
      this.formula = make("p", { class: "formula" });
      this.root.append(this.formula);
    }

    /** Make the controls for the chosen layer. */
    editor() {
      const lists = {
        kind: Object.entries(KINDS),
        kernelSize: range(11, 1).map((size) => [size, square(size)]),
        strides: range(4, 1).map((each) => [each, each]),
        dilationRate: range(4, 1).map((each) => [each, each]),
        told: ["valid", "same", "e1", "e2", "e3"].map((each) => [each, each[0] === "e" ? `${each[1]} each side` : each]),
      };
      const labels = { kind: "Layer", kernelSize: "Window", strides: "Strides", dilationRate: "Dilation", told: "Padding" };
      this.parts = Object.entries(lists).map(([name, options]) => {
        const list = cnn.list(labels[name], options, (value) => this.edit((layer) => [{ ...layer, [name]: value }]));
        return Object.assign(list, { part: name });
      });
      return make(
        "div",
        { class: "controls", role: "group", "aria-label": "The chosen layer" },
        ...this.parts,
        cnn.button("Add a layer", () => this.edit((layer) => [layer, read("c3")[0]], 1)),
        cnn.button("Remove", () => this.edit(() => [], -1)),
      );
    }

    /** Put other layers in the place of the chosen one. */
    edit(replace, by = 0) {
      const layers = this.layers.flatMap((layer, index) => (index + 1 === this.chosen ? replace(layer) : [layer]));
      if (!layers.length) return this.complain("One layer must be left.");
      this.change({ layers: layers.map(write).join(","), layer: Math.max(this.chosen + by, 1) });
    }

    preset(name) {
      const [picture, layers] = cnn.stacks[name] ?? [];
      if (layers) this.change({ picture, layers, layer: 40 });
    }

    update() {
      const { picture, layers: text, layer } = this.state;
      const layers = read(text);
      const side = SIDES[picture];
      const fields = layers.map((_, index) => {
        try {
          return cnn.arithmetic.receptiveFields(side, layers.slice(0, index + 1)).at(-1);
        } catch (error) {
          throw error instanceof cnn.Refusal ? new cnn.Refusal(`Layer ${index + 1}: ${error.message}`) : error;
        }
      });
      Object.assign(this, { layers, fields, side, chosen: Math.min(layer, layers.length) });
      this.field = fields[this.chosen - 1];
      const known = Object.entries(cnn.stacks).find(([, stack]) => stack[0] === picture && stack[1] === text);
      this.presets.control.value = known?.[0] ?? "own";
      this.list();
      this.show();
    }

    /** List the layers; rows that are there already are kept, with the focus. */
    list() {
      while (this.body.rows.length > this.layers.length) this.body.lastChild.remove();
      this.layers.forEach((layer, index) => {
        const { places, size, jump, start } = this.fields[index];
        if (!this.body.rows[index]) {
          const radio = make("input", { type: "radio", name: "layer", onchange: () => this.change({ layer: index + 1 }) });
          const cells = range(4).map(() => make("td"));
          this.body.append(make("tr", {}, make("th", { scope: "row" }, make("label", {}, radio, make("span"))), ...cells));
        }
        const row = this.body.rows[index];
        row.querySelector("span").textContent = `${index + 1} ${describe(layer)}`;
        row.querySelector("input").checked = index + 1 === this.chosen;
        row.className = index + 1 === this.chosen ? "chosen" : "";
        [square(places), square(size), String(jump), number(start)].forEach((text, at) => (row.cells[at + 1].textContent = text));
      });
      const layer = this.layers[this.chosen - 1];
      this.parts.forEach(({ part, control }) => (control.value = layer[part]));
    }

    /** The unit of a layer that stands where the reader has pointed. */
    unit({ places }) {
      return ["row", "column"].map((name) => Math.round((this.state[name] / 1000) * (places - 1)));
    }

    share(unit) {
      return this.field.places > 1 ? Math.round((unit / (this.field.places - 1)) * 1000) : 500;
    }

    /** Draw the image with the fields. */
    show() {
      const { field, side, drawing } = this;
      const box = (each, shift = 0) => {
        const [row, column] = this.unit(each);
        return { x: each.start + each.jump * (column + shift), y: each.start + each.jump * row, width: each.size, height: each.size };
      };
      const seen = box(field);
      const least = Math.min(0, seen.x, seen.y) - side * 0.02;
      const most = Math.max(side, seen.x + seen.width, seen.y + seen.height) + side * 0.02 - least;
      const frame = (attributes) => make("svg:rect", { fill: "none", "vector-effect": "non-scaling-stroke", ...attributes });
      const orange = { stroke: "var(--cnn-kernel)", "stroke-width": 2.5 };
      set(drawing, { viewBox: `${least} ${least} ${most} ${most}` });
      drawing.replaceChildren(
        frame({ ...seen, fill: "var(--cnn-padding-fill)", stroke: "var(--cnn-padding)", "stroke-dasharray": "3 2" }),
        this.image(),
        frame({ width: side, height: side, stroke: "var(--cnn-input)", "stroke-width": 1.5 }),
        ...this.fields.slice(0, this.chosen - 1).map((each) => frame({ ...box(each), ...orange, "stroke-width": 1 })),
        frame({ ...seen, stroke: "var(--cnn-background)", "stroke-width": 5 }),
        frame({ ...seen, ...orange }),
      );
      const [row, column] = this.unit(field);
      this.sliders.forEach((slider, axis) => {
        const at = [row, column][axis];
        set(slider, { max: field.places - 1, "aria-valuetext": `${at + 1} of ${field.places}`, disabled: field.places === 1 });
        slider.value = at;
      });
      const from = (start) => `${number(start + 1)} to ${number(start + field.size)}`;
      const hangs = seen.x < 0 || seen.y < 0 || seen.x + seen.width > side || seen.y + seen.height > side;
      this.picture.name(`one unit of layer ${this.chosen} sees ${square(field.size)} of ${square(side)}`);
      const sentence = `layer ${this.chosen}, unit in row ${row + 1}, column ${column + 1} of ${square(field.places)}: sees rows ${from(seen.y)} and columns ${from(seen.x)}${hangs ? ", over the edge of the image" : ""}`;
      set(drawing, { "aria-label": sentence });
      this.say(sentence);
      const before = this.fields[this.chosen - 2] ?? { size: 1, jump: 1 };
      const layer = this.layers[this.chosen - 1];
      const span = cnn.arithmetic.span(layer);
      this.formula.textContent =
        `Sees ${before.size} + (${span} − 1)·${before.jump} = ${field.size}; jump ${before.jump}·${layer.strides} = ${field.jump}`;
    }

    image() {
      if (this.state.picture === "photo") return make("svg:image", { href: cnn.photo, width: this.side, height: this.side });
      const { values } = cnn.picture("digit");
      const ink = [...values].map((value, cell) => (value ? `M${cell % 28} ${Math.floor(cell / 28)}h1v1h-1z` : ""));
      return make(
        "svg:g",
        { "shape-rendering": "crispEdges" },
        make("svg:rect", { width: 28, height: 28, fill: "#ffffff" }),
        ...ink.map((d, cell) => d && make("svg:path", { d, fill: cnn.hex(...Array(3).fill(Math.round(255 * (1 - values[cell])))) })).filter(Boolean),
      );
    }

    /** Choose the unit whose field has its middle nearest to where the reader points. */
    point(event) {
      const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.drawing.getScreenCTM().inverse());
      const { start, size, jump, places } = this.field;
      const [row, column] = [place.y, place.x].map((at) => {
        const unit = Math.round((at - start - size / 2) / jump);
        return this.share(Math.min(Math.max(unit, 0), places - 1));
      });
      this.change({ row, column });
    }
  }

  cnn.define("receptive-field", ReceptiveField);
})();
