// Parts that the canvases of latent spaces share: small pictures in tiles, and curves over the steps with a marker.

const TILE = document.createElement("canvas");

/** 256 packed greys from paper to ink. */
function greysOf(theme) { return ramp(theme.paper, theme.ink, 256); }

/** One colour of the style sheet as [r, g, b]. */
function shadeOf(root, name) { return rgb(getComputedStyle(root).getPropertyValue(name).trim()); }

/** The side at which `drawTile` draws a picture of this shape where there is room for `side` device pixels. */
function tileSize(shape, side) {
  const most = Math.max(...shape);
  return side >= most ? Math.floor(side / most) * most : Math.ceil(most / Math.ceil(most / side));
}

/**
 * A picture of bytes (H, W) from `from` on, its corner at x, y: enlarged by whole factors only, or, where a tile has no
 * room for a device pixel each, the mean of blocks of whole pixels. Returns the side that was drawn.
 */
function drawTile(context, bytes, from, [height, width], x, y, side, greys) {
  const factor = Math.floor(side / Math.max(height, width));
  const block = factor >= 1 ? 1 : Math.ceil(Math.max(height, width) / side);
  const [rows, columns] = [Math.ceil(height / block), Math.ceil(width / block)];
  [TILE.height, TILE.width] = [rows, columns];
  const small = TILE.getContext("2d", { willReadFrequently: true });
  const image = small.createImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  for (let row = 0, i = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, i++) {
      let [sum, count] = [0, 0];
      for (let r = row * block; r < Math.min(height, (row + 1) * block); r++) {
        for (let c = column * block; c < Math.min(width, (column + 1) * block); c++) { sum += bytes[from + r * width + c]; count++; }
      }
      pixels[i] = greys[Math.round(sum / count)];
    }
  }
  small.putImageData(image, 0, 0);
  const scale = Math.max(1, factor);
  context.imageSmoothingEnabled = false;
  context.drawImage(TILE, x, y, columns * scale, rows * scale);
  return Math.max(rows, columns) * scale;
}

/** A picture of bytes into a Cells. */
function fillCells(cells, bytes, from, greys) {
  const count = cells.rows * cells.columns;
  for (let i = 0; i < count; i++) cells.pixels[i] = greys[bytes[from + i]];
  cells.show();
}

/** The difference of two pictures of bytes into a Cells: blue where the first has more ink, in full at a whole level. */
function fillDifference(cells, bytes, from, other, start, colours) {
  const count = cells.rows * cells.columns;
  for (let i = 0; i < count; i++) cells.pixels[i] = colours[shade(bytes[from + i] - other[start + i], 255)];
  cells.show();
}

/** A number in small figures below the line. */
function subscript(number) {
  return String(number).replace(/\d/g, (digit) => String.fromCharCode(0x2080 + Number(digit)));
}

/** A round gap between ticks, about a `parts`-th of the range. */
function roundGap(range, parts) {
  const raw = Math.max(range, 1e-9) / parts;
  const unit = 10 ** Math.floor(Math.log10(raw));
  return [1, 2, 5, 10].map((m) => m * unit).find((m) => m >= raw * 0.999);
}

/** Lines over steps on one canvas; a click or a drag goes to a step. */
class StepCurve {
  /** @param choose called with a place along x, in the units of `places`. */
  constructor(label, choose) {
    this.canvas = h("canvas", { role: "img", "aria-label": label, class: "curve" });
    const go = (event) => {
      if (!this.left) return;
      const x = within(event, this.canvas)[0];
      choose(clamp((x - this.left) / (this.right - this.left), 0, 1) * this.span + this.start);
    };
    this.canvas.addEventListener("pointerdown", go);
    this.canvas.addEventListener("pointermove", (event) => { if (event.buttons & 1) go(event); });
  }

  fit(width, height, ratio) {
    this.ratio = ratio;
    fitCanvas(this.canvas, Math.max(60, Math.floor(width * ratio)), Math.floor(height * ratio), ratio);
    this.key = null;
  }

  /**
   * lines: [{values, colour: [r, g, b], width, dash, name}], all over `places`. The lines are drawn once for each `key`;
   * afterwards only the marker moves. low, high: the range, else that of the lines.
   */
  show(key, places, lines, at, theme, { low, high, zero = false, font, digits = null, first = tr("step ") } = {}) {
    if (this.key !== key) {
      this.key = key;
      this.plot(places, lines, theme, { low, high, zero, font, digits, first });
    }
    const { canvas, ratio } = this;
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.drawImage(this.sheet, 0, 0);
    context.fillStyle = css(theme.text, 0.45);
    context.fillRect(Math.round(this.x(places[at])), this.box.top, ratio, this.box.bottom - this.box.top);
    for (const { values, colour } of lines) {
      if (!Number.isFinite(values[at])) continue;
      context.fillStyle = css(colour);
      context.beginPath();
      context.arc(this.x(places[at]), clamp(this.y(values[at]), this.box.top, this.box.bottom), 3.5 * ratio, 0, 7);
      context.fill();
    }
  }

  plot(places, lines, theme, { low, high, zero, font, digits, first }) {
    const { canvas, ratio } = this;
    this.sheet = document.createElement("canvas");
    [this.sheet.width, this.sheet.height] = [canvas.width, canvas.height];
    const context = this.sheet.getContext("2d");
    const every = lines.flatMap(({ values }) => Array.from(values).filter(Number.isFinite));
    low ??= Math.min(...every);
    high ??= Math.max(...every);
    const pad = Math.max((high - low) * 0.06, 1e-3);
    [low, high] = [zero && low >= 0 ? 0 : low - pad, high + pad];
    const box = { left: 44 * ratio, right: canvas.width - 8 * ratio, top: 5 * ratio, bottom: canvas.height - 18 * ratio };
    const last = places[places.length - 1];
    [this.start, this.span] = [places[0], last - places[0] || 1];
    this.x = (place) => box.left + ((box.right - box.left) * (place - this.start)) / this.span;
    this.y = (value) => box.bottom - ((box.bottom - box.top) * (value - low)) / (high - low);
    [this.box, this.left, this.right] = [box, box.left / ratio, box.right / ratio];
    context.font = `${11 * ratio}px ${font}`;
    context.textBaseline = "middle";
    context.textAlign = "right";
    const gap = roundGap(high - low, 4);
    const decimals = digits ?? Math.max(0, -Math.floor(Math.log10(gap) + 1e-9));
    for (let value = Math.ceil(low / gap) * gap; value <= high; value += gap) {
      context.fillStyle = css(theme.text, Math.abs(value) < gap / 2 ? 0.3 : 0.1);
      context.fillRect(box.left, Math.round(this.y(value)), box.right - box.left, ratio);
      context.fillStyle = css(theme.text, 0.7);
      context.fillText(signed(value, decimals), box.left - 5 * ratio, this.y(value));
    }
    context.textBaseline = "alphabetic";
    for (const share of [0, 0.5, 1]) {
      context.textAlign = share === 0 ? "left" : share === 1 ? "right" : "center";
      const place = this.start + share * this.span;
      const words = Number.isInteger(place) ? String(place) : signed(place, 1);
      context.fillText(share ? words : `${first}${words}`, box.left + share * (box.right - box.left), box.bottom + 14 * ratio);
    }
    context.save();
    context.beginPath();
    context.rect(box.left, box.top - ratio, box.right - box.left, box.bottom - box.top + 2 * ratio);
    context.clip();
    for (const { values, colour, width = 1.5, dash = [] } of lines) {
      context.strokeStyle = css(colour);
      context.lineWidth = width * ratio;
      context.setLineDash(dash.map((part) => part * ratio));
      context.beginPath();
      let open = false;
      for (let i = 0; i < places.length; i++) {
        if (!Number.isFinite(values[i])) { open = false; continue; }
        if (open) context.lineTo(this.x(places[i]), this.y(values[i])); else context.moveTo(this.x(places[i]), this.y(values[i]));
        open = true;
      }
      context.stroke();
    }
    context.restore();
  }
}
