// A stack of layers, and what one unit of each sees of the image.
(() => {
  "use strict";
  const cnn = (window.cnn ??= {});

  const SIDES = { digit: 28, photo: 224 };
  const KINDS = { c: "convolution", p: "pooling" };
  const LAYER = /^([cp])(\d+)(?:s(\d))?(?:d(\d))?(same|e\d)?$/;

  /** Read a layer as the address has it, and write it. */
  const read = (text) => {
    const [, kind, size, strides = 1, dilation = 1, around = "valid"] = LAYER.exec(text);
    const padding = around[0] === "e" ? Array(2).fill(Number(around[1])) : around;
    return { kind, kernelSize: Number(size), strides: Number(strides), dilationRate: Number(dilation), around, padding };
  };
  const write = ({ kind, kernelSize, strides, dilationRate, around }) =>
    [kind, kernelSize, strides > 1 && `s${strides}`, dilationRate > 1 && `d${dilationRate}`, around !== "valid" && around]
      .filter(Boolean).join("");

  /** The unit whose field has its middle nearest to a place. */
  const nearest = ({ start, size, jump, places }, place) =>
    Math.min(Math.max(Math.round((place - start - size / 2) / jump), 0), places - 1);

  /** The runs of neighbours among ascending numbers: each its first and how many. */
  const runs = (numbers) => {
    const ends = numbers.flatMap((each, at) => (numbers[at + 1] === each + 1 ? [] : [at + 1]));
    return ends.map((end, at) => [numbers[ends[at - 1] ?? 0], end - (ends[at - 1] ?? 0)]);
  };

  const describe = ({ kind, kernelSize, strides, dilationRate, around }) =>
    [
      `${KINDS[kind]} ${cnn.square(kernelSize)}`,
      strides > 1 && `strides ${strides}`,
      dilationRate > 1 && `dilation ${dilationRate}`,
      around !== "valid" && around.replace(/^e/, "padding "),
    ].filter(Boolean).join(", ");

  class ReceptiveField extends cnn.Explorer {
    static css = `
      .stage { justify-content: center; }
      .picture { flex: 0 1 19rem; min-width: 16rem; }
      .picture svg { width: 100%; height: auto; touch-action: none; cursor: crosshair; }
      .picture label { display: grid; grid-template-columns: 4rem 1fr; align-items: center; }
      input[type="range"] { width: 100%; min-height: 1.75rem; padding: 0; accent-color: var(--cnn-kernel); }
      .layers { flex: 1 1 22rem; } /* no row of the table is broken, in a wide font either */
      @media (min-width: 42.01rem) {
        .layers .controls { display: grid; grid-template-columns: repeat(6, minmax(0, 1fr)); gap: 0.5rem; }
        .layers .controls > * { grid-column: span 2; }
        .layers .controls > .whole { grid-column: span 4; }
        .layers .controls > button { grid-column: span 3; }
        .layers .segments { display: flex; }
        .layers select { max-width: none; }
      }
      .scroll { position: relative; max-height: 22rem; overflow-y: auto; margin-bottom: 0.5rem; }
      @media (max-width: 42rem) { .scroll { height: 15rem; } }
      table { width: 100%; border-collapse: collapse; font-size: 0.875rem; font-variant-numeric: tabular-nums; }
      th, td { padding: 0.125rem 0.25rem; border-bottom: 1px solid var(--cnn-grid); text-align: right; font-weight: 400; }
      th:first-child { text-align: left; }
      thead th { position: sticky; top: 0; background: var(--cnn-surface); color: var(--cnn-muted); }
      tbody label { flex-direction: row; align-items: center; gap: 0.375rem; min-height: 1.75rem; color: inherit; font-size: inherit; }
      .chosen { background: var(--cnn-kernel-fill); }
      input[type="radio"] { flex: none; min-height: 0; width: 1.125rem; height: 1.125rem; margin: 0; accent-color: var(--cnn-kernel); }
    `;

    build() {
      this.networks = cnn.list("Network", [...Object.keys(cnn.stacks), "own"], (name) => this.preset(name));
      // Another finger, or a palm, points at nothing.
      const point = (event) => event.isPrimary && (event.buttons || event.type === "pointerdown") && this.point(event);
      this.drawing = cnn.make("svg:svg", { role: "img", onpointerdown: point, onpointermove: point });
      this.sliders = ["row", "column"].map((name) => {
        const oninput = ({ target }) => this.change({ [name]: this.share(Number(target.value)) });
        return cnn.make("input", { type: "range", min: 0, oninput });
      });
      const labels = ["Row", "Column"].map((name, axis) => cnn.make("label", {}, name, this.sliders[axis]));
      this.picture = this.panel("kernel picture", "", this.drawing, ...labels);
      const headings = ["layer", "map", "sees", "jump", "start"].map((text) => cnn.make("th", { scope: "col" }, text));
      this.rows = cnn.make("tbody");
      const table = cnn.make("table", { "aria-label": "Layers" }, cnn.make("thead", {}, cnn.make("tr", {}, ...headings)), this.rows);
      this.scroll = cnn.box("scroll", table);
      this.formula = cnn.make("p", { class: "formula" });
      this.root.append(
        cnn.box("controls even", this.networks, ...this.controls("picture")),
        this.hint("Choose a layer in the table, and press on the image where its unit shall look. A layer can be changed below the table."),
        cnn.box("stage", this.picture, cnn.box("layers", this.scroll, this.editor())),
        this.formula,
      );
    }

    /** Make the controls for the chosen layer. */
    editor() {
      const sizes = cnn.range(11, 1).map((size) => [size, cnn.square(size)]);
      const paddings = ["valid", "same", ...cnn.range(3, 1).map((cells) => [`e${cells}`, `${cells} each side`])];
      const edit = (name) => (value) => this.edit((layer) => [{ ...layer, [name]: value }]);
      this.parts = {
        kind: cnn.list("Layer", Object.entries(KINDS), edit("kind")),
        kernelSize: cnn.list("Window", sizes, edit("kernelSize")),
        strides: cnn.list("Strides", cnn.range(4, 1), edit("strides")),
        dilationRate: cnn.list("Dilation", cnn.range(4, 1), edit("dilationRate")),
        around: cnn.list("Padding", paddings, edit("around")),
      };
      this.remove = cnn.button("Remove", () => this.edit(() => [], -1));
      return cnn.make(
        "div",
        { class: "controls even", role: "group", "aria-label": "The chosen layer" },
        ...Object.values(this.parts),
        cnn.button("Add a layer", () => this.edit((layer) => [layer, read("c3")], 1), { class: "primary" }),
        this.remove,
      );
    }

    /** Put other layers in the place of the chosen one, and choose another. */
    edit(replace, by = 0) {
      const layers = this.layers.flatMap((layer, index) => (index + 1 === this.chosen ? replace(layer) : [layer]));
      this.change({ layers: layers.map(write).join(","), layer: Math.max(this.chosen + by, 1) });
    }

    preset(name) {
      const [picture, layers] = cnn.stacks[name] ?? [];
      if (layers) this.change({ picture, layers, layer: 40 });
      else this.sync();
    }

    /** The lists show the network and the chosen layer, also after something was refused. */
    sync() {
      super.sync();
      const { picture, layers } = this.state;
      this.networks.control.value = Object.keys(cnn.stacks).find((name) => String(cnn.stacks[name]) === `${picture},${layers}`) ?? "own";
      for (const [name, { control }] of Object.entries(this.parts)) control.value = this.layers[this.chosen - 1][name];
      cnn.enable(this.remove, this.layers.length > 1);
    }

    update() {
      const { picture, layers: text, layer } = this.state;
      const [side, layers] = [SIDES[picture], text.split(",").map(read)];
      const fields = cnn.range(layers.length, 1).map((count) =>
        cnn.partly(`Layer ${count}`, () => cnn.arithmetic.receptiveFields(side, layers.slice(0, count)).at(-1)),
      );
      const chosen = Math.min(layer, layers.length);
      Object.assign(this, { layers, fields, side, chosen, field: fields[chosen - 1] });
      this.tabulate();
      this.draw();
    }

    /** Show the layers; rows that are there keep the focus. */
    tabulate() {
      while (this.rows.rows.length > this.layers.length) this.rows.lastChild.remove();
      this.layers.forEach((layer, index) => {
        const { places, size, jump, start } = this.fields[index];
        const chosen = index + 1 === this.chosen;
        if (!this.rows.rows[index]) {
          const radio = cnn.make("input", { type: "radio", name: "layer", onchange: () => this.change({ layer: index + 1 }) });
          const head = cnn.make("th", { scope: "row" }, cnn.make("label", {}, radio, cnn.make("span")));
          this.rows.append(cnn.make("tr", {}, head, ...cnn.range(4).map(() => cnn.make("td"))));
        }
        const row = this.rows.rows[index];
        row.querySelector("input").checked = chosen;
        row.querySelector("span").textContent = `${index + 1} ${describe(layer)}`;
        [cnn.square(places), cnn.square(size), jump, cnn.number(start)].forEach((text, at) => (row.cells[at + 1].textContent = text));
        row.className = chosen ? "chosen" : "";
        if (chosen) this.reveal(row);
      });
    }

    /** Scroll the table to a row. */
    reveal({ offsetTop, offsetHeight }) {
      const { scrollTop, clientHeight } = this.scroll;
      const least = offsetTop + offsetHeight - clientHeight;
      this.scroll.scrollTop = Math.min(Math.max(scrollTop, least), offsetTop - this.rows.offsetTop);
    }

    /** Where a unit of the chosen layer stands, as settings tell it. */
    share(unit) {
      return this.field.places > 1 ? Math.round((unit / (this.field.places - 1)) * 1000) : 500;
    }

    /** Draw the image with the fields. */
    draw() {
      const { field, side, drawing, chosen } = this;
      const unit = ["row", "column"].map((name) => Math.round((this.state[name] / 1000) * (field.places - 1)));
      const boxes = this.fields.slice(0, chosen).map((each) => {
        const [y, x] = unit.map((at) => each.start + each.jump * nearest(each, field.start + field.jump * at + field.size / 2));
        return { x, y, width: each.size, height: each.size };
      });
      const seen = boxes.pop(); // the others lie in it
      const read = unit.map((place) => cnn.arithmetic.pixelsRead(side, this.layers.slice(0, chosen), place));
      const [down, across] = read.map(runs);
      const pixels = down.flatMap(([y, height]) => across.map(([x, width]) => `M${x} ${y}h${width}v${height}h${-width}z`));
      const dotted = (color, thick) =>
        cnn.make("svg:path", {
          d: pixels.join(""), fill: "none", "vector-effect": "non-scaling-stroke", stroke: `var(--cnn-${color})`, "stroke-width": thick,
        });
      const least = Math.min(0, seen.x, seen.y) - side * 0.02;
      const most = Math.max(side, seen.x + field.size, seen.y + field.size) + side * 0.02 - least;
      const frame = (place, color, thick, more) =>
        cnn.make("svg:rect", {
          fill: "none", "vector-effect": "non-scaling-stroke", stroke: `var(--cnn-${color})`, "stroke-width": thick,
          ...place, ...more,
        });
      cnn.set(drawing, { viewBox: `${least} ${least} ${most} ${most}` });
      drawing.replaceChildren(
        frame(seen, "padding", 1, { fill: "var(--cnn-padding-fill)", "stroke-dasharray": "3 2" }),
        this.image(),
        frame({ width: side, height: side }, "input", 1.5),
        ...boxes.map((box) => frame(box, "kernel", 1)),
        frame(seen, "background", 5),
        // What lies between the pixels that it reads is left out.
        ...(pixels.length > 1
          ? [frame(seen, "kernel", 1.5, { "stroke-dasharray": "3 2" }), dotted("background", 4), dotted("kernel", 2)]
          : [frame(seen, "kernel", 2.5)]),
      );
      this.sliders.forEach((slider, axis) => {
        const valuetext = `${unit[axis]}, of 0 to ${field.places - 1}`;
        cnn.set(slider, { max: field.places - 1, "aria-valuetext": valuetext, disabled: field.places === 1 });
        slider.value = unit[axis];
      });
      const [rows, columns] = [seen.y, seen.x].map((start) => `${cnn.number(start)} to ${cnn.number(start + field.size - 1)}`);
      const over = Math.min(seen.x, seen.y) < 0 || Math.max(seen.x, seen.y) + field.size > side;
      const sentence =
        `layer ${chosen}, unit in row ${unit[0]}, column ${unit[1]} of ${cnn.square(field.places)}: ` +
        `sees rows ${rows} and columns ${columns}${over ? ", over the edge of the image" : ""}` +
        (pixels.length > 1 ? `; between them are gaps: it reads ${cnn.count(read[0].length * read[1].length)} pixels` : "");
      this.picture.name(`one unit of layer ${chosen} sees ${cnn.square(field.size)} of ${cnn.square(side)}`);
      cnn.set(drawing, { "aria-label": sentence });
      this.say(sentence);
      const [before, layer] = [this.fields[chosen - 2] ?? { size: 1, jump: 1 }, this.layers[chosen - 1]];
      const size = `${before.size} + (${cnn.arithmetic.span(layer)} − 1)·${before.jump} = ${field.size}`;
      this.formula.textContent = `Sees ${size}; jump ${before.jump}·${layer.strides} = ${field.jump}`;
    }

    image() {
      const { side } = this;
      if (this.state.picture === "photo") return cnn.make("svg:image", { href: cnn.photo, width: side, height: side });
      const pixel = (value, cell) =>
        cnn.make("svg:rect", {
          x: cell % side, y: Math.floor(cell / side), width: 1, height: 1, fill: cnn.greyCell("", 1 - value).fill,
        });
      return cnn.make("svg:g", { "shape-rendering": "crispEdges" }, ...[...cnn.picture("digit").values].map(pixel));
    }

    /** Choose the unit whose field has its middle nearest to where the reader points. */
    point({ clientX, clientY }) {
      const place = new DOMPoint(clientX, clientY).matrixTransform(this.drawing.getScreenCTM().inverse());
      const [row, column] = [place.y, place.x].map((at) => this.share(nearest(this.field, at)));
      this.change({ row, column });
    }
  }

  cnn.define("receptive-field", ReceptiveField);
})();
