// Ink on paper: strokes of a pen, and how a drawing is made into an image like those of MNIST.
(() => {
  "use strict";
  const cnn = (window.cnn ??= {});

  /** Pixels of MNIST's images, and of the box that their digits are scaled to. */
  const IMAGE = 28;
  const BOX = 20;
  /** The paper is finer than the image by this factor; a pen's place is told in eighths of a pixel of the image. */
  const FINE = 4;
  const STEPS = 8;
  const PAPER = IMAGE * FINE;
  /** Radius of the pen, in pixels of the image. */
  const PEN = 1.2;

  /**
   * Places of the pen one after the other, in pixels of the image.
   * @typedef {[number, number][]} Stroke
   */

  /** Draw a line of the pen onto paper, with soft edges. */
  function line(paper, [x1, y1], [x2, y2]) {
    const [fromX, fromY, toX, toY] = [x1, y1, x2, y2].map((place) => place * FINE - 0.5);
    const radius = PEN * FINE;
    const [along, down] = [toX - fromX, toY - fromY];
    const length = along * along + down * down || 1;
    const first = (a, b) => Math.max(0, Math.floor(Math.min(a, b) - radius));
    const last = (a, b) => Math.min(PAPER - 1, Math.ceil(Math.max(a, b) + radius));
    for (let y = first(fromY, toY); y <= last(fromY, toY); y++) {
      for (let x = first(fromX, toX); x <= last(fromX, toX); x++) {
        const nearest = ((x - fromX) * along + (y - fromY) * down) / length;
        const part = Math.min(1, Math.max(0, nearest));
        const distance = Math.hypot(x - fromX - part * along, y - fromY - part * down);
        const ink = Math.min(1, Math.max(0, radius + 0.5 - distance));
        paper[y * PAPER + x] = Math.max(paper[y * PAPER + x], ink);
      }
    }
  }

  /**
   * Put a digit, if there is one, and strokes on paper.
   * @param {ArrayLike<number> | undefined} digit 28 × 28 numbers from 0 to 1
   * @param {Stroke[]} strokes
   * @returns {Float32Array} 112 × 112 numbers: 0 is paper, 1 is ink
   */
  function drawn(digit, strokes) {
    const paper = new Float32Array(PAPER * PAPER);
    if (digit) {
      paper.forEach((_, at) => {
        const row = Math.floor(at / PAPER / FINE);
        paper[at] = digit[row * IMAGE + Math.floor((at % PAPER) / FINE)];
      });
    }
    for (const stroke of strokes) {
      stroke.forEach((place, i) => line(paper, stroke[Math.max(0, i - 1)], place));
    }
    return paper;
  }

  /**
   * Scale a piece of paper down, or up: each pixel is the mean of what it covers, so edges are soft.
   * @param {Float32Array} paper
   * @param {number} top @param {number} left where the piece begins @param {number} scale @param {number} side pixels
   */
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
    return Float32Array.from(
      covered(top).flatMap((down) =>
        columns.map((across) => {
          let mean = 0;
          for (const r of down) for (const c of across) mean += paper[r.cell * PAPER + c.cell] * r.share * c.share;
          return mean;
        }),
      ),
    );
  }

  /** First and last row or column with ink. */
  function extent(paper, where) {
    let [first, last] = [PAPER, -1];
    paper.forEach((ink, at) => {
      if (ink > 0) [first, last] = [Math.min(first, where(at)), Math.max(last, where(at))];
    });
    return [first, last + 1 - first];
  }

  /** Move an image; what leaves it is lost. @param {Float32Array} image @param {number} down @param {number} right */
  function shifted(image, down, right, side = IMAGE) {
    const moved = new Float32Array(IMAGE * IMAGE);
    image.forEach((value, at) => {
      const [row, column] = [Math.floor(at / side) + down, (at % side) + right];
      if (row >= 0 && row < IMAGE && column >= 0 && column < IMAGE) moved[row * IMAGE + column] = value;
    });
    return moved;
  }

  /** A drawing as it is, only as coarse as an image. @param {Float32Array} paper */
  const reduced = (paper) => scaled(paper, 0, 0, 1 / FINE, IMAGE);

  /**
   * A drawing prepared as MNIST's digits were: the longer side of its box is scaled to 20 pixels, and the whole is put
   * so that its centre of mass lies within half a pixel of row 14, column 14 (counted from 0).
   * @param {Float32Array} paper
   */
  function prepared(paper) {
    const [top, height] = extent(paper, (at) => Math.floor(at / PAPER));
    const [left, width] = extent(paper, (at) => at % PAPER);
    if (height <= 0) return new Float32Array(IMAGE * IMAGE);
    const box = scaled(paper, top, left, BOX / Math.max(height, width), BOX);
    const [total, rows, columns] = box.reduce(
      ([ink, down, across], value, at) => [ink + value, down + value * Math.floor(at / BOX), across + value * (at % BOX)],
      [0, 0, 0],
    );
    // A centre on the edge between two pixels stays there, in spite of rounding.
    const [down, right] = [rows, columns].map((sum) => Math.ceil(IMAGE / 2 - 0.5 - sum / total - 1e-5));
    return shifted(box, down, right, BOX);
  }

  /** Strokes as text for an address: four hexadecimal digits a place, "-" between strokes. @param {Stroke[]} strokes */
  function written(strokes) {
    const told = (place) => Math.round(Math.min(IMAGE, Math.max(0, place)) * STEPS).toString(16).padStart(2, "0");
    return strokes.map((stroke) => stroke.map(([x, y]) => told(x) + told(y)).join("")).join("-");
  }

  /** Strokes from such text. @param {string} text @returns {Stroke[]} */
  function read(text) {
    const places = (stroke) => stroke.match(/.{4}/g).map((place) => place.match(/../g).map((hex) => parseInt(hex, 16) / STEPS));
    return text ? text.split("-").map(places) : [];
  }

  cnn.ink = { IMAGE, PAPER, drawn, reduced, prepared, shifted, written, read };
})();
