// The picture of cross-attention, laid out as the product that it is: the encoder's columns above, the queries of what
// was written to the left, weights where a row meets a column, and what each row took home to the right.

const [LEFT, RIGHT, SYMBOL, GAP] = [132, 104, 26, 22]; // CSS pixels
const NARROWEST = 520; // the picture; a narrower place scrolls sideways
const ROW = [14, 22]; // heights a written symbol's row may have

class CrossDrawing extends HeadStepper {
  /** Where everything stands, in CSS pixels; cells are whole device pixels. */
  layout(width) {
    const { ratio, length, width0, size } = this;
    const whole = (value) => Math.max(1, Math.floor(value * ratio)) / ratio;
    const column = whole(Math.min(24, (width - LEFT - RIGHT) / length));
    const unit = Math.max(1, Math.round((48 / size) * ratio)) / ratio; // a number of a head
    const tall = Math.max(1, Math.round((64 / width0) * ratio)) / ratio; // a number of the encoder's output
    const row = Math.round(clamp(200 / this.steps, ...ROW));
    const top = { source: 0, hidden: SYMBOL + 16 };
    top.keys = top.hidden + tall * width0 + GAP;
    top.values = top.keys + unit * size + 6;
    top.rows = top.values + unit * size + GAP;
    this.at = { column, unit, tall, row, top, right: LEFT + column * length, bottom: top.rows + row * this.steps };
  }

  fit() {
    const room = Math.max(this.main.parentElement.clientWidth, NARROWEST);
    this.layout(room);
    fitCanvas(this.main, Math.floor(room * this.ratio), Math.ceil((this.at.bottom + 2) * this.ratio), this.ratio);
  }

  /** Numbers as colours: `columns` columns of `size` numbers at (x, y), each in a cell of dx × dy CSS pixels. */
  field(numbers, from, columns, size, x, y, dx, dy, limit, across = false) {
    const { context, ratio, colours } = this;
    const [wide, high] = across ? [size, columns] : [columns, size];
    this.small ??= document.createElement("canvas");
    Object.assign(this.small, { width: wide, height: high });
    const brush = this.small.getContext("2d");
    const image = brush.createImageData(wide, high);
    const pixels = new Uint32Array(image.data.buffer);
    for (let c = 0; c < columns; c++) {
      for (let i = 0; i < size; i++) pixels[across ? c * size + i : i * columns + c] = colours[shade(numbers[from + c * size + i], limit)];
    }
    brush.putImageData(image, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(this.small, Math.round(x * ratio), Math.round(y * ratio), Math.round(wide * dx * ratio), Math.round(high * dy * ratio));
  }

  largest(numbers, from, count) {
    let found = 1e-9;
    for (let i = from; i < from + count; i++) found = Math.max(found, Math.abs(numbers[i]));
    return found;
  }

  label(text, x, y, { align = "left", size = 12, colour = css(this.theme.text), weight = 400, mono = false } = {}) {
    const { context, ratio } = this;
    const style = getComputedStyle(this.root);
    context.font = `${weight} ${size * ratio}px ${mono ? style.getPropertyValue("--st-code-font") || "monospace" : style.fontFamily}`;
    Object.assign(context, { fillStyle: colour, textAlign: align, textBaseline: "middle" });
    context.fillText(text, x * ratio, y * ratio);
  }

  box(x, y, wide, high, colour, line = 1) {
    const { context, ratio } = this;
    Object.assign(context, { strokeStyle: colour, lineWidth: line * ratio });
    context.strokeRect(x * ratio, y * ratio, wide * ratio, high * ratio);
  }

  arrow(points, colour, line = 1.25) {
    const { context, ratio } = this;
    Object.assign(context, { strokeStyle: colour, fillStyle: colour, lineWidth: line * ratio });
    context.beginPath();
    for (const [x, y] of points) context.lineTo(x * ratio, y * ratio);
    context.stroke();
    const [[x0, y0], [x, y]] = points.slice(-2);
    const turn = Math.atan2(y - y0, x - x0);
    context.beginPath();
    for (const [along, beside] of [[0, 0], [-7, 3.5], [-7, -3.5]]) {
      context.lineTo((x + along * Math.cos(turn) - beside * Math.sin(turn)) * ratio, (y + along * Math.sin(turn) + beside * Math.cos(turn)) * ratio);
    }
    context.fill();
  }

  drawMain(row) {
    const { main, theme } = this;
    this.context = main.getContext("2d");
    this.context.clearRect(0, 0, main.width, main.height);
    this.shades = strengths(theme);
    this.peak = this.largestWeight();
    this.drawBeams(row);
    this.drawSource(row);
    this.drawMemory();
    this.drawRows(row);
    this.scale.show(this.shades, this.peak);
    if (this.column >= 0) {
      const { at } = this;
      this.box(LEFT + this.column * at.column, 0.5, at.column, at.bottom - 0.5, css(theme.text, 0.5));
    }
  }

  /** Light from the source down to the row: as strong as the weight. */
  drawBeams(row) {
    if (row < 0) return;
    const { at, context, ratio, theme } = this;
    for (let s = 0; s < this.length; s++) {
      const share = this.weight(row, s) / this.peak;
      if (share < 0.02) continue;
      context.fillStyle = css(rgb(STRENGTH[theme.dark ? 1 : 0][2]), 0.42 * share);
      context.fillRect(Math.round((LEFT + s * at.column) * ratio), SYMBOL * ratio, Math.ceil(at.column * ratio), (at.top.rows + row * at.row - SYMBOL) * ratio);
    }
  }

  drawSource(row) {
    const { at, context, ratio, theme, meta } = this;
    const size = Math.min(14, at.column * 1.45);
    for (let s = 0; s < this.length; s++) {
      const level = row < 0 ? 0 : Math.round((255 * this.weight(row, s)) / this.peak);
      context.fillStyle = level ? unpacked(this.shades[level]) : css(theme.text, 0.06);
      context.fillRect(Math.round((LEFT + s * at.column) * ratio), 0, Math.ceil(at.column * ratio), SYMBOL * ratio);
      const dim = level > 120 ? css(theme.dark ? [10, 14, 20] : [255, 255, 255]) : css(theme.text);
      const symbol = meta.source[s];
      this.label(symbol === " " ? "␣" : symbol, LEFT + (s + 0.5) * at.column, SYMBOL / 2 + 1, { align: "center", size, mono: true, weight: 600, colour: symbol === " " && level <= 120 ? css(theme.text, 0.35) : dim });
    }
    this.label(tr("source"), 0, SYMBOL / 2, { weight: 600 });
  }

  /** The encoder's output, and the keys and values that each layer of the decoder makes of it, once. */
  drawMemory() {
    const { at, theme, layer, head, size, length, width0 } = this;
    const [quiet, line] = [css(theme.text, 0.66), css(theme.text, 0.45)];
    this.field(this.hidden, 0, length, width0, LEFT, at.top.hidden, at.column, at.tall, this.largest(this.hidden, 0, this.hidden.length));
    const middle = (from, high) => from + high / 2;
    const high = at.tall * width0;
    this.arrow([[LEFT + (at.column * length) / 2, SYMBOL + 1], [LEFT + (at.column * length) / 2, at.top.hidden - 1]], line);
    this.label(tr("encoder"), 0, middle(at.top.hidden, high) - 16, { weight: 600 });
    this.label(tr`output, ${width0} numbers`, 0, middle(at.top.hidden, high), { size: 11, colour: quiet });
    this.label(tr("a column, made once"), 0, middle(at.top.hidden, high) + 14, { size: 11, colour: quiet });
    const parts = [["keys", tr("keys K"), "K = Wᴷ h + bᴷ"], ["values", tr("values V"), "V = Wⱽ h + bⱽ"]];
    const from = (layer * this.heads + head) * length * size;
    for (const [name, title, formula] of parts) {
      const y = at.top[name];
      if (this.isMean) {
        this.context.fillStyle = css(theme.text, 0.05);
        this.context.fillRect(LEFT * this.ratio, y * this.ratio, at.column * length * this.ratio, at.unit * size * this.ratio);
        this.label(tr`${this.heads} heads of ${size} numbers each: choose one`, LEFT + (at.column * length) / 2, middle(y, at.unit * size), { align: "center", size: 11, colour: quiet });
      } else this.field(this[name], from, length, size, LEFT, y, at.column, at.unit, this.largest(this[name], from, length * size));
      this.label(title, 0, middle(y, at.unit * size) - 8, { weight: 600 });
      this.label(formula, 0, middle(y, at.unit * size) + 8, { size: 11, colour: quiet });
    }
    const down = at.top.hidden + high;
    this.label(tr`handed over once, to decoder layer ${layer + 1}`, LEFT + 16, down + GAP / 2, { size: 11, colour: quiet });
    this.arrow([[LEFT + 6, down], [LEFT + 6, at.top.keys - 1]], line);
    this.arrow([[LEFT - 1, down - 4], [LEFT - 9, down - 4], [LEFT - 9, middle(at.top.values, at.unit * size)], [LEFT - 1, middle(at.top.values, at.unit * size)]], line);
  }

  drawRows(current) {
    const { at, theme, context, ratio, length, size, layer, head, heads } = this;
    const quiet = css(theme.text, 0.66);
    const [q, m] = [this.queries, this.mixed];
    const from = (layer * heads + head) * this.steps * size;
    const limits = this.isMean ? [1, 1] : [q, m].map((numbers) => this.largest(numbers, from, this.steps * size));
    const strip = Math.min(at.unit, 48 / size);
    context.clearRect(0, at.top.rows * ratio, this.main.width, this.main.height); // of the light that falls from above
    const heading = at.top.rows - 9;
    this.label(tr("reads"), 4, heading, { size: 11, colour: quiet });
    this.label(tr("query q"), LEFT - 58, heading, { size: 11, colour: quiet });
    this.label(tr("weights = softmax(q · k / √d)"), LEFT + 16, heading, { size: 11, colour: quiet });
    this.label("Σ w v", at.right + 8, heading, { size: 11, colour: quiet });
    this.label(tr("writes"), at.right + RIGHT - 40, heading, { size: 11, colour: quiet });
    for (let t = 0; t < this.steps; t++) {
      const y = at.top.rows + t * at.row;
      const shown = t < this.step;
      const middle = y + at.row / 2;
      if (t <= this.step) this.label(t === 0 ? tr("start") : this.name(t - 1), 4, middle, { mono: t > 0, size: t ? 13 : 11, weight: t ? 600 : 400 });
      for (let s = 0; s < length; s++) {
        context.fillStyle = shown ? unpacked(this.shades[Math.round((255 * this.weight(t, s)) / this.peak)]) : css(theme.text, 0.04);
        context.fillRect(Math.round((LEFT + s * at.column) * ratio), Math.round(y * ratio), Math.ceil(at.column * ratio), Math.round((at.row - 1) * ratio));
      }
      if (!shown) continue;
      if (!this.isMean) {
        const high = at.row - 4;
        this.field(q, from + t * size, 1, size, LEFT - 58, y + 1, strip, high, limits[0], true);
        this.field(m, from + t * size, 1, size, at.right + 8, y + 1, strip, high, limits[1], true);
      }
      this.label(this.name(t), at.right + RIGHT - 34, middle, { mono: true, weight: 700, size: 13 });
      if (t === current) this.box(0.75, y - 0.5, at.right + RIGHT - 6, at.row, css(theme.accent), 1.75);
      else if (t === this.pinned) this.box(0.75, y - 0.5, at.right + RIGHT - 6, at.row, css(theme.rejected), 1.5);
    }
  }
}
