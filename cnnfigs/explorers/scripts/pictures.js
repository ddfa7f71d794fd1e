// Pictures to compute with: those that ship, and the reader's own.
(() => {
  "use strict";
  const cnn = (window.cnn ??= {});

  const LARGEST = 20e6; // bytes
  const WIDEST = 10_000; // pixels

  /** Read a picture of cnn.inputs: values 0 to 1, channels last. */
  cnn.picture = (name) => {
    const bytes = Uint8Array.from(atob(cnn.inputs[name]), (letter) => letter.charCodeAt(0));
    return { size: [28, 28], channels: bytes.length / 784, values: Float64Array.from(bytes, (byte) => byte / 255) };
  };

  /** Open a picture of the reader's; it stays in this page. @param {File} file */
  cnn.openPicture = async (file) => {
    if (!file.size) throw new cnn.Refusal("This file is empty: choose a picture.");
    if (file.size > LARGEST) {
      throw new cnn.Refusal(`This file has ${Math.round(file.size / 1e6)} MB: choose a picture of at most ${LARGEST / 1e6} MB.`);
    }
    const bitmap = await createImageBitmap(file).catch(() => {
      throw new cnn.Refusal("This file is no picture that the browser can read: choose a PNG, a JPEG or a WebP.");
    });
    const { width, height } = bitmap;
    if (Math.max(width, height) > WIDEST) {
      throw new cnn.Refusal(`This picture has ${cnn.count(width)}×${cnn.count(height)} pixels: choose one of at most ${cnn.count(WIDEST)} in a row.`);
    }
    return bitmap;
  };

  /** Draw the middle of a picture, so high and wide, as so many pixels, and as the browser makes them smaller at its best. */
  cnn.drawMiddle = (canvas, picture, [rows, columns], [high, wide], [height, width]) => {
    Object.assign(canvas, { height, width });
    const paper = canvas.getContext("2d", { willReadFrequently: true });
    paper.fillStyle = "white"; // for pictures that are transparent
    paper.fillRect(0, 0, width, height);
    paper.imageSmoothingQuality = "high";
    paper.drawImage(picture, (columns - wide) / 2, (rows - high) / 2, wide, high, 0, 0, width, height);
    return paper.getImageData(0, 0, width, height).data;
  };

  /**
   * Read a picture of the reader's; it stays in this page.
   * @param {File} file
   * @returns {Promise<(side: number) => Maps>} gives the largest square in its middle, so many pixels wide
   */
  cnn.readPicture = async (file) => {
    const bitmap = await cnn.openPicture(file);
    const { width, height } = bitmap;
    const square = Math.min(width, height);
    return (side) => {
      const canvas = document.createElement("canvas");
      const data = cnn.drawMiddle(canvas, bitmap, [height, width], [square, square], [side, side]);
      const values = Float64Array.from(data.filter((_, index) => index % 4 < 3), (byte) => byte / 255);
      return { size: [side, side], channels: 3, values };
    };
  };

  /** Cut a square out of a picture, around a row and a column. */
  cnn.crop = ({ size, channels, values }, side, row, column) => {
    const top = Math.min(Math.max(row - (side >> 1), 0), size[0] - side);
    const left = Math.min(Math.max(column - (side >> 1), 0), size[1] - side);
    const cut = new Float64Array(side * side * channels);
    for (let line = 0; line < side; line++) {
      const from = ((top + line) * size[1] + left) * channels;
      cut.set(values.subarray(from, from + side * channels), line * side * channels);
    }
    return { size: [side, side], channels, values: cut };
  };
})();
