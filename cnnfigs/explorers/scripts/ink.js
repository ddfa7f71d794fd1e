// Ink on paper: strokes of a pen, and how a drawing is made into an image like those of MNIST.
// A stroke is a list of places [x, y], in pixels of the image.
(() => {
  "use strict";
  const cnn = (window.cnn ??= {});

  /** Pixels of MNIST's images, and of the box that their digits are scaled to. */
  const [IMAGE, BOX] = [28, 20];
  /** The paper is finer than the image by this factor. */
  const FINE = 4;
  const PAPER = IMAGE * FINE;
  /** Radius of the pen, in pixels of the image; and into how many steps one is divided in an address. */
  const [PEN, STEPS] = [1.2, 8];
  /** Strokes are enlarged as if they went so many pixels at least: a dot stays one. */
  const SMALLEST = 1;

  /** Draw a line of the pen onto paper, with soft edges. */
  function line(paper, from, to) {
    const [[x1, y1], [x2, y2]] = [from, to].map((place) => place.map((along) => along * FINE - 0.5));
    const radius = PEN * FINE;
    const [right, down] = [x2 - x1, y2 - y1];
    const length = right * right + down * down || 1;
    const first = (a, b) => Math.max(0, Math.floor(Math.min(a, b) - radius));
    const last = (a, b) => Math.min(PAPER - 1, Math.ceil(Math.max(a, b) + radius));
    for (let y = first(y1, y2); y <= last(y1, y2); y++) {
      for (let x = first(x1, x2); x <= last(x1, x2); x++) {
        const part = Math.min(1, Math.max(0, ((x - x1) * right + (y - y1) * down) / length));
        const distance = Math.hypot(x - x1 - part * right, y - y1 - part * down);
        const ink = Math.min(1, Math.max(0, radius + 0.5 - distance));
        paper[y * PAPER + x] = Math.max(paper[y * PAPER + x], ink);
      }
    }
  }

  /** Put a digit (28 × 28 numbers), if there is one, and strokes on paper (112 × 112): 0 is paper, 1 is ink. */
  function drawn(digit, strokes) {
    const pixel = (at) => digit[Math.floor(at / PAPER / FINE) * IMAGE + Math.floor((at % PAPER) / FINE)];
    const paper = Float32Array.from({ length: PAPER * PAPER }, (_, at) => (digit ? pixel(at) : 0));
    for (const stroke of strokes) stroke.forEach((place, i) => line(paper, stroke[Math.max(0, i - 1)], place));
    return paper;
  }

  /** Scale a square of paper to so many pixels: each is the mean of what it covers, so that edges are soft. */
  function scaled(paper, top, left, scale, side) {
    // How much of each row (or column) of the paper a pixel covers.
    const covered = (from) =>
      Array.from({ length: side }, (_, pixel) => {
        const [first, end] = [from + pixel / scale, from + (pixel + 1) / scale];
        const cells = [];
        for (let cell = Math.floor(first); cell < Math.min(end, PAPER); cell++) {
          cells.push({ cell, share: (Math.min(end, cell + 1) - Math.max(first, cell)) * scale });
        }
        return cells;
      });
    const columns = covered(left);
    const mean = (down, across) => {
      let sum = 0;
      for (const r of down) for (const c of across) sum += paper[r.cell * PAPER + c.cell] * r.share * c.share;
      return sum;
    };
    return Float32Array.from(covered(top).flatMap((down) => columns.map((across) => mean(down, across))));
  }

  /** The first row (or column) with ink, and how many there are to the last. */
  function extent(paper, where) {
    let [first, end] = [PAPER, 0];
    paper.forEach((ink, at) => {
      if (ink > 0) [first, end] = [Math.min(first, where(at)), Math.max(end, where(at) + 1)];
    });
    return [first, end - first];
  }

  /** Move a square of pixels within an image; what leaves it is lost. */
  function shifted(image, down, right, side = IMAGE) {
    const moved = new Float32Array(IMAGE * IMAGE);
    image.forEach((value, at) => {
      const [row, column] = [Math.floor(at / side) + down, (at % side) + right];
      if (row >= 0 && row < IMAGE && column >= 0 && column < IMAGE) moved[row * IMAGE + column] = value;
    });
    return moved;
  }

  /** A drawing as it is, only as coarse as an image. */
  const reduced = (paper) => scaled(paper, 0, 0, 1 / FINE, IMAGE);

  /**
   * Paper prepared as MNIST's digits were: the longer side of its ink is scaled to 20 pixels, and it is moved by whole
   * pixels so that its centre of mass is within half a pixel of row 14, column 14 (counted from 0).
   */
  function prepared(paper) {
    const [top, height] = extent(paper, (at) => Math.floor(at / PAPER));
    const [left, width] = extent(paper, (at) => at % PAPER);
    if (height < 1) return new Float32Array(IMAGE * IMAGE);
    return centred(scaled(paper, top, left, BOX / Math.max(height, width), BOX));
  }

  /**
   * Strokes prepared in the same way. Their places are scaled, and then a pen of constant width follows them: scaled
   * with its ink, a small drawing would become a blob.
   */
  function penned(strokes) {
    const places = strokes.flat();
    if (!places.length) return new Float32Array(IMAGE * IMAGE);
    const most = (axis, sign) => places.reduce((before, place) => Math.max(before, sign * place[axis]), -Infinity);
    const least = [0, 1].map((axis) => -most(axis, -1));
    const longest = Math.max(most(0, 1) - least[0], most(1, 1) - least[1]);
    const scale = (BOX - 2 * PEN) / Math.max(longest, SMALLEST);
    const moved = (place) => place.map((along, axis) => PEN + scale * (along - least[axis]));
    return centred(scaled(drawn(undefined, strokes.map((stroke) => stroke.map(moved))), 0, 0, 1 / FINE, BOX));
  }

  /** Move a square of 20 pixels so that its centre of mass is in the middle of an image. */
  function centred(box) {
    const total = box.reduce((sum, ink) => sum + ink);
    const moved = (where) => {
      const centre = box.reduce((sum, ink, at) => sum + ink * where(at), 0) / total;
      return Math.ceil(IMAGE / 2 - 0.5 - centre - 1e-5); // a centre between two pixels stays there, in spite of rounding
    };
    return shifted(box, moved((at) => Math.floor(at / BOX)), moved((at) => at % BOX), BOX);
  }

  /** Strokes as text for an address: four hexadecimal digits a place, "-" between strokes. */
  function written(strokes) {
    const hex = (place) => Math.round(Math.min(IMAGE, Math.max(0, place)) * STEPS).toString(16).padStart(2, "0");
    return strokes.map((stroke) => stroke.flat().map(hex).join("")).join("-");
  }

  /** Strokes from such text. */
  function read(text) {
    const places = (stroke) => stroke.match(/.{4}/g).map((place) => place.match(/../g).map((hex) => parseInt(hex, 16) / STEPS));
    return text ? text.split("-").map(places) : [];
  }

  /** The test images that come along, so many of each digit, the zeros first. */
  let known;
  function testDigits(each = 5) {
    const [codes, size] = [known ? "" : atob(cnn.digits), IMAGE * IMAGE];
    known ??= Array.from({ length: codes.length / size }, (_, digit) => ({
      label: Math.floor(digit / each),
      image: Float32Array.from({ length: size }, (_, at) => codes.charCodeAt(digit * size + at) / 255),
    }));
    return known;
  }

  /**
   * Read digits that cnnfigs/data/small_digits.py has packed: first what each shows, and then its pixels, whole numbers from 0
   * to 3, four in a byte, which stand below each other.
   */
  async function unpacked({ packed, side }) {
    const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    const all = new Uint8Array(await new Response(stream).arrayBuffer());
    const [size, fours] = [side * side, side * Math.ceil(side / 4)];
    const count = all.length / (fours + 1);
    const pixels = Uint8Array.from({ length: count * size }, (_, at) => {
      const row = Math.floor((at % size) / side);
      return (all[count + Math.floor(at / size) * fours + (row >> 2) * side + (at % side)] >> (6 - 2 * (row & 3))) & 3;
    });
    return { labels: all.slice(0, count), pixels };
  }

  cnn.ink = { IMAGE, PAPER, drawn, reduced, prepared, penned, shifted, written, read, testDigits, unpacked };
})();
