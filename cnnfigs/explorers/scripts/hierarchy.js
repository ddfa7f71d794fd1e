// <cnn-hierarchy>: what units of a large network see in a photo, layer by layer, and what drives what; and the network's
// answers to the photo in tiles. All of it was computed before: cnnfigs/explorers/hierarchy.py.
(() => {
  "use strict";
  const cnn = (window.cnn ??= {});
  const [HEIGHT, WIDTH, SIDE] = [225, 353, 225];
  /** Crops of so few pixels show them; larger ones are smoothed. */
  const PIXELS = 24;

  const percent = (share) => cnn.percent(share, share < 0.00095 ? 2 : share < 0.0995 ? 1 : 0);
  const pieces = (side) => (side > 1 ? `In ${side * side} tiles` : "As it is");
  /** What a layer is called; Keras' name for it says more than a reader needs. */
  const plain = (cnn.plain = (layer) =>
    layer.replace(/^block_(\d+)_\w+$/, "block $1").replace(/^out_\w+$/, "the last maps")
      .replace(/^Conv1_\w+$/, "the first layer").replace(/^expanded_conv_\w+$/, "block 0"));

  /** Frame what units see, and what the chosen one sees. */
  cnn.frames = (windows, chosen, choose) => {
    const frame = (kind, { row, column, height, width }, onclick) =>
      ["halo", kind].map((each) => cnn.make("svg:rect", { class: each, y: row, x: column, height, width, onclick }));
    return [...windows.flatMap((each, at) => frame("window", each, choose?.(at))), ...frame("chosen", chosen)];
  };
  cnn.frames.css = `
      .window, .halo, .chosen { fill: none; stroke: var(--cnn-kernel); stroke-width: 2px; vector-effect: non-scaling-stroke; }
      .halo { stroke: var(--cnn-background); stroke-width: 5px; }
      .chosen { stroke: var(--cnn-accent); stroke-width: 3px; }
  `;
  const image = () => cnn.make("svg:image", { href: cnn.hierarchy.photo, width: WIDTH, height: HEIGHT });

  cnn.define("hierarchy", class extends cnn.Explorer {
    build() {
      this.frames = cnn.make("svg:g");
      this.photo = cnn.make("svg:svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" }, image(), this.frames);
      const where = this.panel("input where", "Where on the photo", this.photo, this.told);
      const [here, above, below] = ["kernel", "output", "kernel"].map((kind) => this.panel(kind, "", cnn.box("units")));
      Object.assign(this, { here, above, below });
      this.canvas = cnn.make("canvas", { width: SIDE, height: SIDE, role: "img" });
      this.square = Object.assign(new Image(), { src: cnn.hierarchy.square, onload: () => this.#scramble() });
      this.bar = cnn.make("svg:rect", { height: 12 });
      this.answer = cnn.make("p", { role: "status" });
      this.apart = cnn.button("", () => this.change(this.next), { class: "primary" });
      const scale = cnn.make("svg:svg", { viewBox: "0 0 200 12" }, cnn.make("svg:rect", { class: "whole", width: 200, height: 12 }), this.bar);
      const mixed = this.panel("input mixed", "The photo in tiles", this.canvas);
      this.root.append(
        this.hint("Choose a frame on the photo, or a piece: you see what it drives, and what drives it."),
        cnn.box("controls", this.apart, this.#slider("depth")),
        cnn.box("stage", where, here),
        cnn.box("stage linked", above, below),
        cnn.box("stage part", mixed, cnn.box("said", this.#slider("tiles"), ...this.controls("order"), scale, this.answer)),
      );
    }

    #slider(name) {
      const { label, least, most } = this.settings[name];
      const slider = cnn.make("input", { type: "range", min: least, max: most, value: this.state[name] });
      cnn.set(slider, { oninput: () => this.change({ [name]: slider.value, ...(name === "depth" && { unit: 0 }) }) });
      this.bound.set(name, slider);
      return cnn.make("label", {}, label, slider);
    }

    update() {
      const { depth, unit, tiles } = this.state;
      const { levels } = cnn.hierarchy;
      const { layer, shape, units } = levels[depth - 1];
      const chosen = units[unit];
      if (!chosen) throw new cnn.Refusal(`At depth ${depth} there are units 0 to ${units.length - 1}: there is no unit ${unit}.`);
      const top = depth === levels.length;
      const lower = (levels[depth - 2]?.units ?? []).flatMap(({ drives }, at) =>
        drives.filter((each) => each.unit === unit).map(({ share }) => ({ unit: at, share })),
      );
      // What drives it most; where nothing does, it goes on from the top.
      const strongest = lower.reduce((most, each) => (each.share > (most?.share ?? 0) ? each : most), undefined);
      this.next = strongest ? { depth: depth - 1, unit: strongest.unit } : { depth: levels.length, unit: 0 };
      this.apart.textContent = strongest ? "Take it apart" : "Begin at the top";
      this.here.name(`${plain(layer).replace(/^./, (letter) => letter.toUpperCase())}: ${cnn.count(shape[2])} maps of ${shape[0]}×${shape[1]}`);
      this.above.name(top ? "It drives the answer" : "It drives: share of its whole map");
      this.below.name(lower.length ? "It is driven by: share of the whole map" : depth > 1 ? "No unit below was strong enough to be kept" : "Here the tree ends");
      this.#show(this.here, depth, units.map((_, at) => ({ unit: at, pressed: String(at === unit) })));
      this.#show(this.above, depth + 1, chosen.drives);
      this.#show(this.below, depth - 1, lower);
      const seen = ({ box: [row, column, height, width] }) => ({ row, column, height, width });
      this.frames.replaceChildren(...cnn.frames(units.map(seen), seen(chosen), (at) => () => this.change({ unit: at })));
      const [y, x, height, width] = chosen.box;
      cnn.set(this.photo, { "aria-label": `The cat with ${units.length} frames; the chosen one begins at row ${y}, column ${x}.` });
      this.#scramble();
      this.bound.get("order").disabled = !tiles;
      cnn.set(this.bound.get("depth"), { "aria-valuetext": `${depth} of ${levels.length}: ${plain(layer)}` });
      cnn.set(this.bound.get("tiles"), { "aria-valuetext": pieces(cnn.hierarchy.tiles[tiles].side) });
      const parts = top ? [[chosen, "all that speaks for a cat"]] : chosen.drives.map((each) => [each, `what drives unit ${each.unit} above`]);
      const [row, column] = chosen.place;
      this.say(
        `Unit ${unit}: map ${cnn.count(chosen.channel)} of ${plain(layer)} (in Keras ${layer}), row ${row}, column ${column}. It sees ${height}×${width} pixels. ` +
          parts.map(([{ share, own }, all]) => `Its whole map gives ${percent(share)} of ${all}, this unit alone ${percent(own)}.`).join(" "),
      );
    }

    /** Show what units see, as buttons that lead to them. The same ones serve again, so that the focus stays. */
    #show(panel, depth, crops) {
      const row = panel.lastChild;
      while (row.children.length < crops.length) row.append(cnn.button(""));
      [...row.children].forEach((button, at) => {
        cnn.set(button, { hidden: at >= crops.length });
        if (button.hidden) return;
        const { unit, share, pressed } = crops[at];
        const { layer, units } = cnn.hierarchy.levels[depth - 1];
        const [top, left, height, width] = units[unit].box;
        const crop = { viewBox: `${left} ${top} ${width} ${height}`, class: height > PIXELS ? "" : "sharp", "aria-hidden": "true" };
        button.replaceChildren(cnn.make("svg:svg", crop, image()), `${height} px`, ...(share ? [", ", cnn.make("br"), percent(share)] : []));
        button.onclick = () => this.change({ depth, unit });
        cnn.set(button, { "aria-label": `${button.textContent}: unit ${unit} of ${plain(layer)}`, "aria-pressed": pressed });
      });
    }

    /** Draw the photo in tiles, and tell the answer. */
    #scramble() {
      const { side, answers } = cnn.hierarchy.tiles[this.state.tiles];
      const { order, cats, name, probability } = answers[this.state.order % answers.length];
      const size = SIDE / side;
      const place = (cell) => [(cell % side) * size, Math.floor(cell / side) * size, size, size];
      const context = this.canvas.getContext("2d");
      if (this.square.complete) order.forEach((from, to) => context.drawImage(this.square, ...place(from), ...place(to)));
      this.say(`${pieces(side)}: a cat, with ${percent(cats)}. The best answer is “${name}” with ${percent(probability)}.`, this.answer);
      cnn.set(this.canvas, { "aria-label": `The middle of the photo. ${this.answer.textContent}` });
      cnn.set(this.bar, { width: 200 * cats });
    }

    static css = `${cnn.frames.css}
      input[type="range"] { width: 14rem; padding: 0; accent-color: var(--cnn-accent); }
      .where { flex: 1 1 20rem; max-width: 26rem; }
      .kernel, .output { flex: 1 1 14rem; }
      svg { width: 100%; overflow: hidden; }
      .window { pointer-events: all; cursor: pointer; }
      .controls { gap: 0.75rem 1.5rem; }
      .linked { min-height: 8.5rem; margin: 1.25rem 0; }
      .units { display: flex; flex-wrap: wrap; gap: 0.5rem; }
      .units button { width: 4.5rem; padding: 0.25rem; font-size: 0.75rem; line-height: 1.25; }
      .units svg { height: 4rem; }
      .sharp { image-rendering: pixelated; }
      .mixed { width: 15rem; }
      canvas { width: 100%; border: 1px solid var(--cnn-input); }
      .said { display: grid; gap: 0.75rem; flex: 1 1 14rem; max-width: 20rem; margin-top: 1.5rem; }
      .said svg { fill: var(--cnn-output); }
      .whole { fill: var(--cnn-background); stroke: var(--cnn-grid); }
    `;
  });
})();
