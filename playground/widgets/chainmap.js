// The landscape under a walk: the density as a quiet colour map, contour lines, axes with numbers, and along the axes
// the marginals. What does not move is drawn once on a sheet of its own; a frame copies it.

const QUIET = { light: 0.62, dark: 0.5 }; // how far the strongest colour goes from paper to the model's purple
const POWER = 0.4; // of p / max p: a funnel's neck would leave nothing else to see
const EDGE = { left: 36, bottom: 20 };

/** A round number of ticks between low and high: [values, digits]. */
function ticksBetween(low, high, most) {
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) found.push(i * step);
  return [found, Math.max(0, -Math.floor(Math.log10(step) + 1e-9))];
}

/** Line segments [x0, y0, x1, y1, …] in grid units where the field crosses a level: marching squares. */
function contour(field, rows, columns, level) {
  const found = [];
  for (let r = 0; r + 1 < rows; r++) {
    for (let c = 0; c + 1 < columns; c++) {
      const corner = r * columns + c;
      const [a, b, d, e] = [field[corner] - level, field[corner + 1] - level, field[corner + columns + 1] - level, field[corner + columns] - level];
      const crossings = [];
      if (a > 0 !== b > 0) crossings.push(c + a / (a - b), r);
      if (b > 0 !== d > 0) crossings.push(c + 1, r + b / (b - d));
      if (d > 0 !== e > 0) crossings.push(c + e / (e - d), r + 1);
      if (e > 0 !== a > 0) crossings.push(c, r + a / (a - e));
      if (crossings.length && crossings.every(Number.isFinite)) found.push(...crossings);
    }
  }
  return found;
}

class ChainMap {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { alpha: false });
    this.sheet = document.createElement("canvas");
  }

  /** landscape: {window, logDensity (rows y, columns x), rows, columns, levels, truth: [p(x), p(y)], logZ} or null. */
  show(landscape) {
    this.land = landscape;
    this.lines = landscape ? landscape.levels.map((level) => contour(landscape.logDensity, landscape.rows, landscape.columns, level)) : [];
  }

  /** Lay out `width` × `height` CSS pixels with strips of `strip` for the marginals. */
  fit(width, height, strip, ratio, theme, font) {
    Object.assign(this, { ratio, theme, font });
    fitCanvas(this.canvas, Math.round(width * ratio), Math.round(height * ratio), ratio);
    const side = Math.floor(Math.min((width - EDGE.left - strip) * ratio, (height - EDGE.bottom - strip) * ratio));
    this.box = { left: Math.round(EDGE.left * ratio), top: Math.round(strip * ratio), side };
    this.strip = Math.round((strip - 6) * ratio);
    this.side = side / ratio;
    this.drawSheet();
  }

  x(value) { const [low, high] = this.land.window; return this.box.left + ((value - low) / (high - low)) * this.box.side; }
  y(value) { const [, , low, high] = this.land.window; return this.box.top + ((high - value) / (high - low)) * this.box.side; }

  /** The point of the plane under CSS pixels of the canvas, or null beside the map. */
  point(cssX, cssY) {
    if (!this.land || !this.box) return null;
    const { left, top, side } = this.box;
    const [u, v] = [(cssX * this.ratio - left) / side, 1 - (cssY * this.ratio - top) / side];
    if (u < 0 || u > 1 || v < 0 || v > 1) return null;
    const [x0, x1, y0, y1] = this.land.window;
    return [x0 + u * (x1 - x0), y0 + v * (y1 - y0)];
  }

  /** log p by bilinear interpolation on the grid of cell centres. */
  logDensity(x, y) {
    const { window: [x0, x1, y0, y1], rows, columns, logDensity } = this.land;
    const place = (value, low, high, count) => clamp(((value - low) / (high - low)) * count - 0.5, 0, count - 1);
    const [u, v] = [place(x, x0, x1, columns), place(y, y0, y1, rows)];
    const [c, r] = [Math.min(Math.floor(u), columns - 2), Math.min(Math.floor(v), rows - 2)];
    const [s, t] = [u - c, v - r];
    const at = (row, column) => logDensity[row * columns + column];
    return (1 - t) * ((1 - s) * at(r, c) + s * at(r, c + 1)) + t * ((1 - s) * at(r + 1, c) + s * at(r + 1, c + 1));
  }

  drawSheet() {
    const { sheet, canvas, theme, ratio, box, land } = this;
    [sheet.width, sheet.height] = [canvas.width, canvas.height];
    const context = sheet.getContext("2d");
    context.fillStyle = css(theme.background);
    context.fillRect(0, 0, sheet.width, sheet.height);
    context.fillStyle = css(theme.paper);
    context.fillRect(box.left, box.top, box.side, box.side);
    if (land) {
      this.drawDensity(context);
      this.drawLines(context);
      this.drawAxes(context);
    }
    context.strokeStyle = css(theme.text, 0.35);
    context.lineWidth = ratio;
    context.strokeRect(box.left - ratio / 2, box.top - ratio / 2, box.side + ratio, box.side + ratio);
  }

  drawDensity(context) {
    const { rows, columns, logDensity } = this.land;
    const { paper, model, dark } = this.theme;
    const colours = ramp(paper, mix(paper, model, dark ? QUIET.dark : QUIET.light), 256);
    const small = new OffscreenCanvas(columns, rows);
    const inner = small.getContext("2d");
    const image = inner.createImageData(columns, rows);
    const pixels = new Uint32Array(image.data.buffer);
    let top = -Infinity;
    for (const value of logDensity) if (value > top) top = value;
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        const share = Math.exp(POWER * (logDensity[r * columns + c] - top)); // NaN, where there is no density: paper
        pixels[(rows - 1 - r) * columns + c] = colours[Math.round(255 * share) || 0];
      }
    }
    inner.putImageData(image, 0, 0);
    context.imageSmoothingQuality = "high";
    context.drawImage(small, this.box.left, this.box.top, this.box.side, this.box.side);
  }

  drawLines(context) {
    const { box, ratio, theme, land: { rows, columns } } = this;
    const across = (c) => box.left + ((c + 0.5) / columns) * box.side;
    const down = (r) => box.top + (1 - (r + 0.5) / rows) * box.side;
    context.save();
    context.beginPath();
    context.rect(box.left, box.top, box.side, box.side);
    context.clip();
    context.lineWidth = ratio;
    this.lines.forEach((segments, n) => {
      context.strokeStyle = css(theme.model, 0.75 - (0.45 * n) / Math.max(1, this.lines.length - 1));
      context.beginPath();
      for (let i = 0; i + 3 < segments.length; i += 4) {
        context.moveTo(across(segments[i]), down(segments[i + 1]));
        context.lineTo(across(segments[i + 2]), down(segments[i + 3]));
      }
      context.stroke();
    });
    context.restore();
  }

  drawAxes(context) {
    const { box, ratio, theme, land: { window: [x0, x1, y0, y1] } } = this;
    context.font = `${11 * ratio}px ${this.font}`;
    context.fillStyle = css(theme.text, 0.75);
    context.strokeStyle = css(theme.text, 0.35);
    context.lineWidth = ratio;
    const mark = (ax, ay, bx, by) => { context.beginPath(); context.moveTo(ax, ay); context.lineTo(bx, by); context.stroke(); };
    const bottom = box.top + box.side;
    const [xs, xDigits] = ticksBetween(x0, x1, 6);
    context.textAlign = "center";
    context.textBaseline = "top";
    for (const x of xs) {
      mark(this.x(x), bottom, this.x(x), bottom + 4 * ratio);
      context.fillText(signed(x, xDigits), this.x(x), bottom + 6 * ratio);
    }
    const [ys, yDigits] = ticksBetween(y0, y1, 6);
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const y of ys) {
      mark(box.left - 4 * ratio, this.y(y), box.left, this.y(y));
      context.fillText(signed(y, yDigits), box.left - 7 * ratio, this.y(y));
    }
    context.font = `italic ${12 * ratio}px ${this.font}`;
    context.textAlign = "left";
    context.fillText("y", box.left - 30 * ratio, box.top + 5 * ratio);
    context.fillText("x", box.left + box.side + 9 * ratio, bottom + 11 * ratio);
  }

  /** Histograms of visits along the axes (as densities, `bins` a side) against the true marginals. */
  drawMarginals(context, histograms, bins, counted) {
    const { box, strip, ratio, theme, land: { truth } } = this;
    const gap = 3 * ratio;
    for (const axis of [0, 1]) {
      const curve = truth[axis];
      const [low, high] = this.land.window.slice(2 * axis, 2 * axis + 2);
      let top = 0;
      for (const value of curve) if (value > top) top = value;
      const scale = counted ? bins / (counted * (high - low)) : 0; // a count → a density
      const tall = (density) => Math.min(1, density / (top * 1.35)) * strip;
      context.fillStyle = css(theme.ink, 0.42);
      const width = box.side / bins;
      for (let b = 0; b < bins; b++) {
        const size = tall(histograms[axis][b] * scale);
        if (axis === 0) context.fillRect(box.left + b * width, box.top - gap - size, Math.max(1, width - ratio), size);
        else context.fillRect(box.left + box.side + gap, box.top + box.side - (b + 1) * width, size, Math.max(1, width - ratio));
      }
      context.strokeStyle = css(theme.model);
      context.lineWidth = 1.75 * ratio;
      context.beginPath();
      for (let i = 0; i < curve.length; i++) {
        const along = ((i + 0.5) / curve.length) * box.side;
        if (axis === 0) context.lineTo(box.left + along, box.top - gap - tall(curve[i]));
        else context.lineTo(box.left + box.side + gap + tall(curve[i]), box.top + box.side - along);
      }
      context.stroke();
    }
  }
}
