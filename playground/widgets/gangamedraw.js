// What the game is drawn with: marks of points, arrows, a warped grid, and charts over the steps.

const NEITHER = 1e-6; // a density that is taken for none
const DEAD = 1e-5; // where p_data + p_g is smaller, D* is a ratio of nothing by nothing and is not drawn
const LIFT = 1.4; // CSS pixels of a halo
const SPANS = [20, 50, 100, 200, 400, 800, 1500]; // steps that a chart can show: it widens seldom

/** A disc or a diamond on a halo, drawn once: a picture put down at each point costs less than a path of all of them. */
function mark(shape, radius, colour, halo, ratio) {
  const half = Math.ceil(radius * 1.35 + LIFT);
  const canvas = h("canvas", { width: 2 * half * ratio, height: 2 * half * ratio });
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, half * ratio, half * ratio);
  context.beginPath();
  if (shape === "disc") context.arc(0, 0, radius, 0, 2 * Math.PI);
  else for (const [x, y] of [[0, -1], [1, 0], [0, 1], [-1, 0]]) context.lineTo(1.3 * radius * x, 1.3 * radius * y);
  context.closePath();
  context.strokeStyle = halo;
  context.lineWidth = LIFT;
  context.stroke();
  context.fillStyle = colour;
  context.fill();
  return { canvas, half };
}

/** A mark at n × 2 points. place(x, y) → CSS pixels. */
function points(context, values, place, { canvas, half }) {
  for (let i = 0; i < values.length; i += 2) {
    const [x, y] = place(values[i], values[i + 1]);
    context.drawImage(canvas, x - half, y - half, 2 * half, 2 * half);
  }
}

/** An arrow at each of every `stride`-th point: `length` CSS pixels for a gradient of 1, at most `most`. */
function pushes(context, from, gradient, place, { length, most, stride, colour, halo }) {
  for (let n = 0; n < from.length; n += 2 * stride) {
    const size = Math.hypot(gradient[n], gradient[n + 1]);
    const long = Math.min(most, size * length);
    if (!(long > 1)) continue;
    const [x, y] = place(from[n], from[n + 1]);
    const [ux, uy] = [gradient[n] / size, -gradient[n + 1] / size];
    const [tx, ty] = [x + ux * long, y + uy * long];
    const head = Math.min(4.5, 0.5 * long);
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(tx, ty);
    context.moveTo(tx - head * (ux - 0.6 * uy), ty - head * (uy + 0.6 * ux));
    context.lineTo(tx, ty);
    context.lineTo(tx - head * (ux + 0.6 * uy), ty - head * (uy - 0.6 * ux));
    context.strokeStyle = halo; // arrow by arrow: one path of them all would be filled as one large area
    context.lineWidth = 3;
    context.stroke();
    context.strokeStyle = colour;
    context.lineWidth = 1.3;
    context.stroke();
  }
}

/** L × L × 2 places of a lattice of codes, joined along both axes. */
function warped(context, mesh, count, place, colour) {
  const at = (row, column) => place(mesh[2 * (row * count + column)], mesh[2 * (row * count + column) + 1]);
  context.beginPath();
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < count; b++) {
      context[b ? "lineTo" : "moveTo"](...at(a, b));
    }
    for (let b = 0; b < count; b++) context[b ? "lineTo" : "moveTo"](...at(b, a));
  }
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.stroke();
}

/** D* = p_data / (p_data + p_g), not a number where both are next to nothing. */
function optimal(pData, pGenerator, into) {
  for (let i = 0; i < into.length; i++) {
    const sum = pData[i] + pGenerator[i];
    into[i] = sum > DEAD ? (pData[i] + NEITHER) / (sum + 2 * NEITHER) : NaN;
  }
  return into;
}

/** Curves over the steps. `lines`: [{values, colour, dashed}]; only steps up to `seen` are drawn. */
class GameChart {
  constructor(label, ongoto) {
    this.canvas = h("canvas", { role: "img", "aria-label": tr`${label}, over the steps; click for a step`, class: "chart" });
    const go = (event) => { if (this.box) ongoto(((within(event)[0] - this.box.left) / (this.box.right - this.box.left)) * this.span); };
    this.canvas.addEventListener("pointerdown", (event) => { this.held = true; this.canvas.setPointerCapture(event.pointerId); go(event); });
    this.canvas.addEventListener("pointermove", (event) => { if (this.held) go(event); });
    for (const type of ["pointerup", "pointercancel"]) this.canvas.addEventListener(type, () => { this.held = false; });
  }

  fit(width, height, ratio) {
    Object.assign(this, { width, height, ratio });
    fitCanvas(this.canvas, Math.round(width * ratio), Math.round(height * ratio), ratio);
  }

  /** levels: [[value, words, below]]; range: [low, high], else that of the lines and `floor`; key: equal where only `step` differs. */
  draw({ lines, levels, range, floor, seen, step, theme, key }) {
    const { width, height, ratio } = this;
    const fresh = `${key}:${seen}:${this.canvas.width}:${this.canvas.height}:${theme.dark}`;
    if (this.key !== fresh) {
      this.key = fresh;
      this.sheet ??= document.createElement("canvas");
      [this.sheet.width, this.sheet.height] = [this.canvas.width, this.canvas.height];
      const context = this.sheet.getContext("2d");
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      this.drawSheet(context, lines, levels, range ?? this.range(lines, levels, seen, floor), seen, theme);
    }
    const context = this.canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    context.drawImage(this.sheet, 0, 0, width, height);
    const { box, toX, toY } = this;
    for (const { values, colour } of lines) {
      if (!Number.isFinite(values[step])) continue;
      context.fillStyle = colour;
      context.beginPath();
      context.arc(toX(step), toY(values[step]), 3.2, 0, 2 * Math.PI);
      context.fill();
    }
    stepLine(context, box, toX(step), theme);
  }

  drawSheet(context, lines, levels, [low, high], seen, theme) {
    const { width, height } = this;
    const box = this.box = { left: 36, right: width - 8, top: 7, bottom: height - 16 };
    const span = this.span = SPANS.find((most) => most >= seen) ?? seen;
    const toX = this.toX = (t) => box.left + (t / span) * (box.right - box.left);
    const toY = this.toY = (value) => box.bottom - ((value - low) / (high - low)) * (box.bottom - box.top);
    chartAxes(context, box, low, high, toY, span, theme);
    this.level(context, levels, toY, theme);
    for (const { values, colour, dashed } of lines) {
      context.strokeStyle = colour;
      context.lineWidth = 1.5;
      context.setLineDash(dashed ? [5, 3] : []);
      context.beginPath();
      for (let t = 0; t <= seen && t < values.length; t++) if (Number.isFinite(values[t])) context.lineTo(toX(t), toY(values[t]));
      context.stroke();
      context.setLineDash([]);
    }
  }

  /** Lowest and highest value in sight, with a margin. */
  range(lines, levels, seen, floor = Infinity) {
    let [low, high] = [floor, -Infinity];
    for (const [value] of levels) [low, high] = [Math.min(low, value), Math.max(high, value)];
    for (const { values } of lines) {
      for (let t = 0; t <= seen && t < values.length; t++) {
        if (values[t] < low) low = values[t];
        if (values[t] > high) high = values[t];
      }
    }
    if (!Number.isFinite(high - low)) [low, high] = [0, 1];
    const margin = 0.06 * (high - low) || 0.5;
    return [low - margin, high + margin];
  }

  level(context, levels, toY, theme) {
    const { box } = this;
    context.textAlign = "right";
    for (const [value, words, below] of levels) {
      dottedLevel(context, box, toY(value), theme);
      context.fillStyle = css(theme.text, 0.75);
      context.fillText(words, box.right, toY(value) + (below ? 12 : -4));
    }
  }
}

/** The diverging colours at a strength on which points can be seen. */
function muted(colours, theme) {
  return Uint32Array.from(colours, (colour) => packed(mix(theme.background, [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255], theme.dark ? 0.62 : 0.6)));
}
