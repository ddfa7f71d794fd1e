// <cnn-own-photo>: a photo of the reader's, or the cat, goes through the first blocks of a large network, here in the page.
// The layers and the cat come from cnnfigs/explorers/own_photo.py, and the weights too, once the reader asks for maps.
(() => {
  "use strict";
  const cnn = (globalThis.cnn ??= {});

  const WEIGHTS = "first-blocks.js";
  /** Sides of a photo as the network gets it, as in cnnfigs/models/imagenet.py: one more than a multiple of so many pixels. */
  const [SHORT, LONG, STEP] = [225, 353, 32];
  /** So many places of a map are shown, so many pixels apart, or half of what a unit sees. */
  const [PLACES, APART] = [6, 24];
  /** Rows and columns in settings are shares of so many: the sizes of maps depend on the photo. */
  const SHARES = 1000;
  /** Until the reader chooses a place of a map, it is the strongest. */
  const ANY_PLACE = { row: -1, column: -1 };

  /** Why there is no picture of the camera, by what the browser calls it. */
  const WITHOUT = { NotAllowedError: "was not allowed", NotFoundError: "is missing", "": "needs an address with https" };

  /** What of a picture the network gets, and how large: its middle, the shorter side 225 pixels long. */
  function fitted([rows, columns]) {
    const short = Math.min(rows, columns);
    const longest = Math.max(1, Math.round((short * LONG) / SHORT));
    const middle = [rows, columns].map((side) => Math.min(side, longest));
    return [middle, middle.map((side) => Math.min(LONG, STEP * Math.round(((side / short) * SHORT - 1) / STEP) + 1))];
  }

  /** The network for photos of one size. */
  function build([height, width]) {
    let shape = [height, width, 3];
    const layers = cnn.ownPhoto.layers.map((layer) => {
      shape = [...[0, 1].map((axis) => Math.ceil(shape[axis] / layer.strides[axis])), layer.filters];
      return { ...layer, outputShape: shape, weights: cnn.firstBlocks[layer.name] };
    });
    return new cnn.Network({ layers: [{ outputShape: [height, width, 3] }, ...layers] });
  }

  /** Compute all layers, with a pause after each row of maps. */
  function* rowByRow({ layers, values }) {
    for (let index = 1; index < layers.length; index++) {
      const { adds, rows, shape: [, width, channels] } = layers[index];
      for (let row = 0; row < rows.length; row++) {
        const output = values[index].subarray(row * width * channels, (row + 1) * width * channels);
        cnn.passes.forward({ ...layers[index], rows: [rows[row]] }, values[index - 1], output);
        yield;
      }
      const added = adds && values[layers.findIndex(({ name }) => name === adds)];
      if (added) for (let i = 0; i < added.length; i++) values[index][i] += added[i];
    }
  }

  /** The largest number of each map. */
  function largestOf(values, channels) {
    const largest = new Float32Array(channels);
    values.forEach((value, at) => value > largest[at % channels] && (largest[at % channels] = value));
    return largest;
  }

  /** The cells where a map is strongest, above 0, each so many cells from the others. */
  function strongest(values, [rows, columns, channels], channel, apart) {
    const found = [];
    const far = (cell) => (other) =>
      Math.abs((cell % columns) - (other % columns)) >= apart || Math.abs(Math.floor(cell / columns) - Math.floor(other / columns)) >= apart;
    while (found.length < PLACES) {
      let [best, most] = [-1, 0];
      for (let cell = 0; cell < rows * columns; cell++) {
        const value = values[cell * channels + channel];
        if (value > most && found.every(far(cell))) [best, most] = [cell, value];
      }
      if (best < 0) break;
      found.push(best);
    }
    return found;
  }

  cnn.define("own-photo", class extends cnn.Explorer {
    static allow = `${super.allow}; camera`;

    build() {
      this.main = cnn.button("Look inside", () => this.#next(), { class: "primary" });
      this.camera = cnn.button("Camera", () => this.attempt(() => (this.stream ? this.#shoot() : this.#film())));
      this.close = cnn.button("Close the camera", () => this.#stop());
      this.again = cnn.button("The cat again", () => this.#cat(), { hidden: true });
      const choose = cnn.box("controls", this.upload("Your photo", (file) => this.#open(file)), this.camera, this.close, this.again);
      this.canvas = cnn.make("canvas");
      this.video = cnn.make("video", { muted: true, playsinline: true, "aria-label": "What the camera sees" });
      this.frames = cnn.make("svg:svg", { preserveAspectRatio: "none", "aria-hidden": "true" });
      const view = cnn.make("div", { class: "view", onclick: (event) => this.#point(event) }, this.canvas, this.frames, this.video);
      const input = (this.seen = this.panel("input", "", view));
      const raster = (label, name, choose) => {
        const made = new cnn.Raster(label, (cell) => (this.shown ? name(cell) : "no map yet"), (cell, how) => how !== "hover" && this.shown && choose(cell), "view");
        made.layout(1, 1, 1, 1);
        return made;
      };
      this.sheet = raster("All maps of the layer", (map) => `map ${map}`, (map) => this.change({ ...ANY_PLACE, map }));
      this.map = raster("The chosen map, number by number", (cell) => this.#told(cell), (cell) => this.#go(cell));
      this.maps = this.panel("output", "Its maps", this.sheet.element);
      this.one = this.panel("output", "One map", this.map.element);
      this.pieces = cnn.box("pieces", ...cnn.range(PLACES).map((at) => cnn.button("", () => this.#go(this.shown.places[at]), { hidden: true })));
      this.answer = cnn.box("answer", this.one, this.panel("kernel", "Where it is strongest", this.pieces));
      const drop = (event) => {
        if (!event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        if (event.type === "drop") this.attempt(() => this.#open(event.dataTransfer.files[0]));
      };
      cnn.set(this.root, { ondragover: drop, ondrop: drop });
      document.addEventListener("paste", ({ clipboardData }) => {
        const file = [...clipboardData.files].find(({ type }) => type.startsWith("image/"));
        if (file && this.isConnected) this.attempt(() => this.#open(file));
      });
      document.addEventListener("visibilitychange", () => document.hidden && this.#stop());
      this.root.append(
        this.hint("Choose, drop, paste or take a photo. Nothing is sent anywhere."),
        choose,
        cnn.box("controls", this.main, this.#layers()),
        cnn.box("stage", input, this.maps, this.told, this.answer),
      );
      this.#filming(false);
      this.#cat();
    }

    /** Who follows a link to a layer asks for its maps, as who chooses it in the list; who arrives with an address does not. */
    follow(url, back) {
      this.asked ||= this.photo && String(url).includes("#explore-own-photo?layer");
      super.follow(url, back);
    }

    /** Make the list of layers, each with what its units see. */
    #layers() {
      const { layers } = cnn.ownPhoto;
      const windows = layers.map(({ kernelSize, strides, padding }) => ({ kernelSize: kernelSize[0], strides: strides[0], padding }));
      const fields = cnn.arithmetic.receptiveFields(LONG, windows);
      const { label, options } = this.settings.layer;
      const size = (layer) => fields[layers.findIndex(({ name }) => name === layer)].size;
      const pairs = options.map((layer) => [layer, `${cnn.plain(layer)}: a unit sees ${cnn.square(size(layer))}`]);
      const made = cnn.list(label, pairs, (layer) => {
        this.asked = true;
        this.change({ ...ANY_PLACE, layer, map: 0 });
      });
      this.bound.set("layer", made.control);
      return made;
    }

    /** Take the cat that comes with the explorer. */
    async #cat() {
      const { photo } = this;
      const cat = Object.assign(new Image(), { src: cnn.ownPhoto.cat });
      await cat.decode();
      if (photo === this.photo) await this.#take(cat, [cat.naturalHeight, cat.naturalWidth], "The cat");
    }

    /** Take a file of the reader's. */
    async #open(file) {
      if (!file) return;
      const picture = await cnn.openPicture(file);
      this.asked = true;
      await this.#take(picture, [picture.height, picture.width], "Your photo");
    }

    /** Begin to show what the camera sees. */
    async #film() {
      const refuse = ({ name }) => {
        throw new cnn.Refusal(`The camera ${WITHOUT[name] ?? "gives no picture"}. Choose a photo instead.`);
      };
      const cameras = navigator.mediaDevices ?? refuse({ name: "" });
      const stream = await cameras.getUserMedia({ video: { facingMode: "environment" } }).catch(refuse);
      this.#stop();
      this.stream = this.video.srcObject = stream;
      await this.video.play();
      this.#filming(true);
    }

    async #shoot() {
      const { video } = this;
      this.asked = true;
      await this.#take(video, [video.videoHeight, video.videoWidth], "Your photo");
    }

    #stop() {
      for (const track of this.stream?.getTracks() ?? []) track.stop();
      this.stream = this.video.srcObject = null;
      this.#filming(false);
    }

    #filming(on) {
      for (const each of [this.video, this.close]) cnn.set(each, { hidden: !on });
      this.seen.name(on ? "What the camera sees" : "The photo, as the network gets it");
      this.camera.textContent = on ? "Take the picture" : "Camera";
    }

    /** Take a picture of so many rows and columns. The browser makes it smaller, at its best, and beside this page's work. */
    async #take(picture, size, name) {
      const [middle, sides] = fitted(size);
      const [[top, left], [height, width]] = [size.map((side, axis) => Math.floor((side - middle[axis]) / 2)), sides];
      const smaller = { resizeWidth: width, resizeHeight: height, resizeQuality: "high" };
      const small = await createImageBitmap(picture, left, top, middle[1], middle[0], smaller);
      const pixels = cnn.drawMiddle(this.canvas, small, sides, sides, sides);
      this.#stop();
      this.photo = { name, height, width, pixels };
      this.style.setProperty("--sides", width / height);
      cnn.set(this.frames, { viewBox: `0 0 ${width} ${height}` });
      cnn.set(this.canvas, { role: "img", "aria-label": `${name}, ${cnn.square(height, width)} pixels` });
      cnn.set(this.again, { hidden: name === "The cat" });
      if (this.shown) this.change(ANY_PLACE); // not a row and a column of another photo
      else this.update();
    }

    /** Load the weights if they are not there yet, and compute the maps of the photo, unless another one comes. */
    async #compute() {
      const { photo } = this;
      if (photo.begun) return;
      photo.begun = true;
      cnn.enable(this.main, false);
      this.complain("");
      this.say(`${photo.name} goes through the network.`);
      try {
        await cnn.load(WEIGHTS, this.dataset.version);
      } catch {
        photo.begun = this.asked = false;
        cnn.enable(this.main, true);
        return this.complain("The weights did not come. Try again.");
      }
      const network = build([photo.height, photo.width]);
      const { mean, deviation } = cnn.ownPhoto;
      const input = network.values[0];
      for (let at = 0; at < input.length; at++) {
        const channel = at % 3;
        input[at] = (photo.pixels[4 * Math.floor(at / 3) + channel] / 255 - mean[channel]) / deviation[channel];
      }
      if (!(await cnn.slowly(rowByRow(network), () => photo === this.photo))) return;
      photo.network = network;
      cnn.enable(this.main, true);
      this.update();
    }

    update() {
      const { layer, map } = this.state;
      const { filters } = cnn.ownPhoto.layers.find(({ name }) => name === layer);
      if (map >= filters) throw new cnn.Refusal(`Map: expected 0 to ${filters - 1}, got ${map}.`);
      if (this.photo?.network) return this.#show();
      this.frames.replaceChildren();
      if (this.photo && this.asked) this.#compute();
      else this.say(`To look inside needs the network's weights, ${cnn.ownPhoto.kilobytes} kB.`);
    }

    /** Show the maps of the layer, one of them, and what one of its units sees. */
    #show() {
      const { network } = this.photo;
      const { layer, map: channel } = this.state;
      const index = network.layers.findIndex((each) => each.name === layer);
      const { shape } = network.layers[index];
      const [rows, columns, channels] = shape;
      const values = network.values[index];
      const before = this.shown;
      const other = before?.network !== network || before.index !== index;
      const largest = other ? largestOf(values, channels) : before.largest;
      const { size, jump } = network.fields[0][index];
      const places = strongest(values, shape, channel, Math.max(APART, size / 2) / jump);
      const [row, column] = ["row", "column"].map((axis, at) => Math.round((this.state[axis] / SHARES) * (shape[at] - 1)));
      const cell = Math.min(this.state.row, this.state.column) < 0 ? (places[0] ?? 0) : row * columns + column;
      this.answer.classList.add("shown"); // while there is nothing to see, it covers nothing
      this.shown = { network, index, shape, values, channel, cell, places, largest };
      const field = (each) => network.field(index, each * channels + channel);

      if (other) {
        const zoom = columns < 40 ? 2 : 1;
        // As many in a row as there are rows: then all maps together are as high and wide as one.
        this.sheet.sheet(shape, Math.ceil(Math.sqrt(channels)), zoom, Math.ceil((columns * zoom) / 24));
        this.sheet.paint(values, shape, { largest });
        this.map.layout(rows, columns, columns, rows);
        this.maps.name(`The ${channels} maps of ${cnn.square(rows, columns)} in ${cnn.plain(layer)}`);
      }
      this.map.paint(values, shape, { largest, only: channel });
      for (const [raster, place] of [[this.sheet, channel], [this.map, cell]]) {
        raster.go(place);
        raster.frame([raster.box("chosen", place)]);
      }
      this.one.name(`Map ${channel}: 0 to ${cnn.number(largest[channel])}`);

      const seen = field(cell);
      this.frames.replaceChildren(...cnn.frames(places.map(field), seen));
      this.#crop(places);
      this.main.textContent = "Next map";
      const what = places.length ? `${this.#told(cell)}${cell === places[0] ? ", its strongest" : ""}` : "0 everywhere";
      const [last, end] = [seen.row + seen.height - 1, seen.column + seen.width - 1];
      const sees = `This unit sees rows ${seen.row} to ${last} and columns ${seen.column} to ${end} of the photo.`;
      this.say(`Map ${channel} of ${cnn.plain(layer)}, in Keras ${layer}: ${what}. ${sees}`);
    }

    /** Tell a unit of the chosen map. */
    #told(cell) {
      const { shape: [, columns, channels], values, channel } = this.shown;
      return `${cnn.place(cell, columns)}: ${cnn.number(values[cell * channels + channel])}`;
    }

    /** Show what units see where the map is strongest. */
    #crop(places) {
      const { network, index, values, shape: [, , channels], channel, cell } = this.shown;
      [...this.pieces.children].forEach((piece, at) => {
        const place = places[at];
        piece.hidden = place === undefined;
        if (piece.hidden) return;
        const { row, column, height, width } = network.field(index, place * channels + channel);
        const canvas = cnn.make("canvas", { height, width });
        canvas.getContext("2d").drawImage(this.canvas, column, row, width, height, 0, 0, width, height);
        piece.replaceChildren(canvas, cnn.number(values[place * channels + channel]));
        cnn.set(piece, { "aria-label": `${piece.textContent}, place ${at}: ${this.#told(place)}`, "aria-pressed": String(place === cell) });
      });
    }

    /** Choose a unit of the map. */
    #go(cell) {
      const { shape: [rows, columns] } = this.shown;
      const share = (place, count) => Math.round((place / (count - 1)) * SHARES);
      this.change({ row: share(Math.floor(cell / columns), rows), column: share(cell % columns, columns) });
    }

    /** Choose the unit whose field has its middle where the reader points. */
    #point({ clientX, clientY }) {
      if (!this.photo?.network) return;
      const { left, top, width, height } = this.canvas.getBoundingClientRect();
      const { shape: [rows, columns] } = this.shown;
      // The middles of the first and of the last field are the first and the last pixel.
      const [row, column] = [[(clientY - top) / height, rows], [(clientX - left) / width, columns]].map(([share, count]) =>
        Math.min(count - 1, Math.max(0, Math.round(share * (count - 1)))),
      );
      this.#go(row * columns + column);
    }

    /** The one thing to do: to look inside, and then to go from map to map. */
    #next() {
      if (!this.photo?.network) {
        this.asked = true;
        return this.update();
      }
      this.change({ ...ANY_PLACE, map: (this.state.map + 1) % this.shown.shape[2] });
    }

    static css = `${cnn.Raster.css}${cnn.frames.css}
      .stage { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); }
      .answer { display: contents; }
      .long select { max-width: 100%; }
      .view {
        position: relative; width: min(100%, 18rem * var(--sides, 1.57)); aspect-ratio: var(--sides, 1.57); margin: 0 auto;
        background: color-mix(in srgb, var(--cnn-grid) 20%, var(--cnn-background)); cursor: crosshair;
      }
      .view > * { position: absolute; inset: 0; width: 100%; height: 100%; }
      .input > .view { outline: 1px solid var(--cnn-input); }
      .view canvas { image-rendering: auto; }
      .answer canvas { image-rendering: pixelated; }
      video { background: var(--cnn-background); }
      .told { grid-column: 1 / -1; min-height: 4.5em; margin: 0; }
      .pieces { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); grid-auto-rows: 6.5rem; min-height: 13.5rem; gap: 0.5rem; }
      .pieces button { display: grid; gap: 0.25rem; justify-items: center; padding: 0.25rem; font-size: 0.8125rem; }
      .pieces canvas { height: 4.5rem; max-width: 100%; }
      @media (max-width: 42rem) {
        .stage { grid-template-columns: minmax(0, 1fr); }
        .told { min-height: 9em; }
        .answer {
          bottom: 0; display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 0.75rem; padding: 0.5rem 0;
          border-top: 1px solid var(--cnn-grid); background: var(--cnn-surface);
        }
        .shown { position: sticky; }
        .answer .view { width: min(100%, 7rem * var(--sides, 1.57)); }
        .pieces { grid-auto-rows: 3.25rem; min-height: 6.75rem; gap: 0.25rem; }
        .pieces button { gap: 0; padding: 0; font-size: 0.75rem; line-height: 1.25; }
        .pieces canvas { height: 2rem; }
      }
    `;
  });
})();
