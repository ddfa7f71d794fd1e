// <cnn-hierarchy>: what units of a large network see in a photo, layer by layer, and what drives what; and the photo in
// tiles with the network's answers. All is computed before and comes in data-hierarchy.js.
(() => {
  "use strict";
  const cnn = (window.cnn ??= {});
  const { make } = cnn;
  const { photo, levels, square, tiles } = cnn.hierarchy;
  const [HEIGHT, WIDTH, SIDE] = [225, 353, 225];
  /** Crops of so few pixels show them; larger ones are smoothed. */
  const PIXELS = 24;

  const percent = (share) => `${cnn.number(100 * share, share < 0.0995 ? 1 : 0)} %`;
  const image = () => make("svg:image", { href: photo, width: WIDTH, height: HEIGHT });

  /** What a unit sees, as a picture. */
  function crop({ box: [top, left, height, width] }) {
    const kind = height <= PIXELS ? "crop sharp" : "crop";
    return make("svg:svg", { viewBox: `${left} ${top} ${width} ${height}`, class: kind, "aria-hidden": "true" }, image());
  }

  class Hierarchy extends cnn.Explorer {
    build() {
      this.frames = make("svg:g");
      this.photo = make("svg:svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" }, image(), this.frames);
      this.here = this.panel("kernel");
      this.below = this.panel("kernel");
      this.above = this.panel("output");
      const where = this.panel("input where", this.photo);
      where.name("Where on the photo");
      const linked = make("div", { class: "linked" }, this.above, this.below);
      this.canvas = make("canvas", { width: SIDE, height: SIDE, role: "img" });
      this.square = Object.assign(new Image(), { src: square });
      const ready = this.square.decode().then(() => this.#scramble());
      ready.catch(() => this.complain("The photo cannot be shown."));
      this.bar = make("svg:rect", { height: 12, class: "bar" });
      const scale = make("svg:svg", { viewBox: "0 0 200 12", class: "scale", "aria-hidden": "true" }, make("svg:rect", { width: 200, height: 12, class: "whole" }), this.bar);
      this.answer = make("p");
      const mixed = this.panel("input mixed", this.canvas, scale, this.answer);
      mixed.name("The photo in tiles");
      const controls = (...content) => make("div", { class: "controls" }, ...content);
      this.root.append(
        controls(this.#slider("depth")),
        make("div", { class: "stage" }, where, this.here),
        linked,
        controls(this.#slider("tiles"), ...this.controls("order")),
        make("div", { class: "stage" }, mixed),
      );
    }

    #slider(name) {
      const { label, least, most } = this.settings[name];
      const slider = make("input", { type: "range", min: least, max: most, step: 1 });
      cnn.set(slider, { oninput: () => this.change({ [name]: slider.value, ...(name === "depth" && { unit: 1 }) }) });
      this.bound.set(name, slider);
      slider.value = this.state[name];
      return make("label", {}, label, slider);
    }

    update() {
      const { depth, unit, tiles: fineness, order } = this.state;
      const level = levels[depth - 1];
      const chosen = level.units[unit - 1];
      if (!chosen) throw new cnn.Refusal(`At depth ${depth} there are ${level.units.length} units here, and none is number ${unit}.`);
      const [rows, columns, channels] = level.shape;
      this.here.name(`${level.layer}: ${channels} maps of ${rows}×${columns}`);
      this.#show(this.here, level.units.map((each, at) => [each, depth, at + 1, chosen.box === each.box]));
      const upper = chosen.drives.map(([number, share]) => [levels[depth].units[number], depth + 1, number + 1, false, share]);
      const lower = (levels[depth - 2]?.units ?? []).flatMap((each, at) =>
        each.drives.filter(([number]) => number === unit - 1).map(([, share]) => [each, depth - 1, at + 1, false, share]),
      );
      this.above.name(depth === levels.length ? "It drives the answer" : "It drives");
      this.below.name(depth === 1 ? "It reads the first maps of the photo" : lower.length ? "It is driven by" : "What drives it is not among the strongest");
      this.#show(this.above, upper);
      this.#show(this.below, lower);
      this.frames.replaceChildren(
        ...level.units.flatMap((each) => {
          const [y, x, height, width] = each.box;
          const kinds = each === chosen ? ["halo", "chosen"] : ["window"];
          return kinds.map((kind) => make("svg:rect", { x, y, width, height, class: kind }));
        }),
      );
      const [top, left, height, width] = chosen.box;
      const share = percent(chosen.share);
      const told = `Map ${chosen.channel + 1} of ${level.layer} is excited most at this place. It sees ${height}×${width} pixels`;
      const drives = depth === levels.length ? `${share} of all that speaks for a cat` : `${share} of what drives unit ${chosen.drives[0]?.[0] + 1} above`;
      cnn.set(this.photo, { "aria-label": `The cat with a frame for each of ${level.units.length} units; the chosen one begins at row ${top}, column ${left}.` });
      const mixed = `${fineness} ${order}`;
      this.#scramble();
      this.say(this.mixed !== undefined && this.mixed !== mixed ? this.answer.textContent : `${told}, and gives ${drives}.`);
      this.mixed = mixed;
    }

    /** Show crops as buttons that lead to their units. */
    #show(panel, units) {
      const [heading, before] = panel.children;
      const row = before ?? make("div", { class: "units" });
      if (!before) panel.append(row);
      while (row.children.length < units.length) row.append(make("button", { type: "button" }));
      [...row.children].forEach((button, at) => {
        button.hidden = at >= units.length;
        if (button.hidden) return;
        const [unit, depth, number, pressed, share] = units[at];
        const size = `${unit.box[2]} px`;
        button.replaceChildren(crop(unit), share === undefined ? size : `${size}, ${percent(share)}`);
        button.onclick = () => this.change({ depth, unit: number });
        cnn.set(button, { "aria-pressed": share === undefined ? String(pressed) : null, "aria-label": `Unit ${number} of ${levels[depth - 1].layer}, ${button.textContent}` });
      });
      row.hidden = !units.length;
      return heading;
    }

    /** Draw the photo in tiles, and tell the answer. */
    #scramble() {
      const { side, answers } = tiles[this.state.tiles];
      const { order, cats, name, probability } = answers[(this.state.order - 1) % answers.length];
      const size = SIDE / side;
      const context = this.canvas.getContext("2d");
      const place = (cell) => [(cell % side) * size, Math.floor(cell / side) * size];
      if (this.square.complete) {
        order.forEach((from, to) => context.drawImage(this.square, ...place(from), size, size, ...place(to), size, size));
      }
      const pieces = side > 1 ? `In ${side * side} tiles` : "As it is";
      this.answer.textContent = `${pieces}: a cat with ${percent(cats)}. The best answer is “${name}” with ${percent(probability)}.`;
      cnn.set(this.canvas, { "aria-label": `The middle of the photo of the cat. ${this.answer.textContent}` });
      cnn.set(this.bar, { width: 200 * cats });
    }

    static css = `
      .stage { align-items: start; justify-content: start; }
      input[type="range"] { width: 14rem; padding: 0; accent-color: var(--cnn-accent); }
      .where { flex: 1 1 20rem; max-width: 26rem; }
      .kernel { flex: 1 1 14rem; }
      .where svg { width: 100%; overflow: hidden; }
      rect { fill: none; vector-effect: non-scaling-stroke; }
      .window { stroke: var(--cnn-kernel); stroke-width: 1.5px; }
      .halo { stroke: var(--cnn-background); stroke-width: 6px; }
      .chosen { stroke: var(--cnn-accent); stroke-width: 3px; }
      .linked { display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); gap: 0.75rem; min-height: 8rem; margin: 0.75rem 0; }
      .units { display: flex; flex-wrap: wrap; gap: 0.375rem; }
      .units button { width: 4.5rem; padding: 0.25rem; font-size: 0.75rem; line-height: 1.25; }
      .crop { width: 4rem; height: 4rem; margin: 0 auto 0.125rem; overflow: hidden; }
      .sharp image { image-rendering: pixelated; }
      .mixed { width: 15rem; }
      .mixed canvas { width: 100%; border: 1px solid var(--cnn-input); }
      .scale { width: 100%; margin-top: 0.375rem; }
      .whole { fill: var(--cnn-surface); stroke: var(--cnn-grid); }
      .bar { fill: var(--cnn-output); }
      [hidden] { display: none !important; }
    `;
  }

  cnn.define("hierarchy", Hierarchy);
})();
