// What the view of interpolation draws with: pictures, the film below them, tiles, curves along the path, and the paths on
// a latent plane. No mathematics of a model: codes, pictures, norms and scores come with the trace.

const WAYS = ["linear", "spherical", "fade"]; // in the trace's order; their colours are those of the style sheet
const DASHES = [[], [], [6, 4]];

/** Pictures of H × W bytes, drawn into a canvas as tiles of `scale` device pixels a pixel with `gap` between them. */
class Tiles {
  constructor(height, width) {
    Object.assign(this, { height, width });
    this.canvas = document.createElement("canvas");
  }

  /** pictures: an array of Uint8Arrays, row by row in `columns`; shades: 256 packed colours, back: CSS behind them. */
  paint(pictures, columns, scale, gap, shades, back) {
    const { canvas, height, width } = this;
    const rows = Math.ceil(pictures.length / columns);
    [this.scale, this.gap, this.columns] = [scale, gap, columns];
    canvas.width = columns * (width * scale + gap) - gap;
    canvas.height = rows * (height * scale + gap) - gap;
    const context = canvas.getContext("2d");
    context.fillStyle = back;
    context.fillRect(0, 0, canvas.width, canvas.height);
    const small = document.createElement("canvas");
    [small.width, small.height] = [width, height];
    const image = small.getContext("2d").createImageData(width, height);
    const pixels = new Uint32Array(image.data.buffer);
    context.imageSmoothingEnabled = false;
    pictures.forEach((picture, n) => {
      for (let i = 0; i < pixels.length; i++) pixels[i] = shades[picture[i]];
      small.getContext("2d").putImageData(image, 0, 0);
      context.drawImage(small, (n % columns) * (width * scale + gap), Math.floor(n / columns) * (height * scale + gap), width * scale, height * scale);
    });
  }
}

/** About `count` round numbers between two ends. */
function niceTicks(low, high, count) {
  const rough = (high - low) / count || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((width) => width >= rough * 0.999);
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9; i++) ticks.push(Number((i * step).toPrecision(10)));
  return ticks;
}

const decimals = (value, digits = 2) => (Number.isFinite(value) ? value.toFixed(digits).replace("-", Number(value.toFixed(digits)) === 0 ? "" : "−") : "–");

/**
 * Curves over t = 0 … 1 with a mark at `t`. lines: [{x, y, colour, dash, dots}] of arrays; band: [low, middle, high] that is
 * shaded, or null; level: a dotted line {value} or null. Returns the t under an x in CSS pixels.
 */
function drawPathChart(context, { width, height, lines, band, level, t, theme, colours, font }) {
  const box = { left: 42, right: width - 8, top: 6, bottom: height - 18 };
  const all = lines.flatMap(({ y }) => [...y]).concat(band ?? [], level ?? []).filter(Number.isFinite);
  let [low, high] = [Math.min(...all), Math.max(...all)];
  const margin = 0.08 * (high - low) || 0.5;
  [low, high] = [low - margin, high + margin];
  const toX = (share) => box.left + share * (box.right - box.left);
  const toY = (value) => box.bottom - ((value - low) / (high - low)) * (box.bottom - box.top);
  context.clearRect(0, 0, width, height);
  context.font = `11px ${font}`;
  if (band) {
    context.fillStyle = css(colours.band, theme.dark ? 0.24 : 0.16);
    context.fillRect(box.left, toY(band[2]), box.right - box.left, toY(band[0]) - toY(band[2]));
  }
  context.lineWidth = 1;
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (const value of niceTicks(low, high, 3)) {
    stroke(context, css(theme.text, 0.12), 1, [[box.left, toY(value)], [box.right, toY(value)]]);
    context.fillStyle = css(theme.text, 0.75);
    context.fillText(String(value).replace("-", "−"), box.left - 5, toY(value));
  }
  context.textBaseline = "alphabetic";
  for (const [share, words, side] of [[0, "t = 0", "left"], [0.5, "½", "center"], [1, "1", "right"]]) {
    context.textAlign = side;
    context.fillText(words, toX(share), height - 4);
  }
  for (const value of [band?.[1], level]) {
    if (value == null) continue;
    context.setLineDash([2, 3]);
    stroke(context, css(theme.text, 0.7), 1.2, [[box.left, toY(value)], [box.right, toY(value)]]);
    context.setLineDash([]);
  }
  for (const { x, y, colour, dash, dots } of lines) {
    context.setLineDash(dash);
    stroke(context, colour, 2, Array.from(y, (value, i) => [toX(x[i]), toY(value)]));
    context.setLineDash([]);
    context.fillStyle = colour;
    if (dots) y.forEach((value, i) => disc(context, toX(x[i]), toY(value), 2.2));
  }
  stroke(context, css(theme.accent, 0.85), 1.2, [[toX(t), box.top], [toX(t), box.bottom]]);
  for (const { x, y, colour } of lines) {
    const at = x.findIndex((value) => value >= t - 1e-9);
    const [from, to] = [Math.max(0, at - 1), Math.max(0, at)];
    const share = x[to] > x[from] ? (t - x[from]) / (x[to] - x[from]) : 1;
    context.fillStyle = colour;
    disc(context, toX(t), toY(y[from] + share * (y[to] - y[from])), 3.6);
  }
  return (x) => clamp((x - box.left) / (box.right - box.left), 0, 1);
}

function stroke(context, colour, width, points) {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  for (const point of points) context.lineTo(...point);
  context.stroke();
}

function disc(context, x, y, radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

/** Z numbers as bars up and down from a middle line, ±`reach` the whole height. */
function drawCode(context, { width, height, code, reach, colours, theme }) {
  context.clearRect(0, 0, width, height);
  const wide = width / code.length;
  const middle = height / 2;
  stroke(context, css(theme.text, 0.3), 1, [[0, middle], [width, middle]]);
  code.forEach((value, i) => {
    const tall = clamp(value / reach, -1, 1) * (middle - 1);
    context.fillStyle = value < 0 ? colours.negative : colours.positive;
    context.fillRect(i * wide + 0.5, Math.min(middle, middle - tall), Math.max(1, wide - 1), Math.abs(tall));
  });
}

/** The lines of a path or a surface of codes on a plane: for each row and each column of the grid one. */
function planeLines(codes, rows, columns) {
  const at = (row, column) => [codes[2 * (row * columns + column)], codes[2 * (row * columns + column) + 1]];
  const along = (count, place) => Array.from({ length: count }, (_, i) => place(i));
  const lines = Array.from({ length: rows }, (_, row) => along(columns, (column) => at(row, column)));
  if (rows > 1) lines.push(...Array.from({ length: columns }, (_, column) => along(rows, (row) => at(row, column))));
  return lines;
}

/** A polyline of codes on a plane, on a halo. */
function drawOnPlane(context, plane, lines, colour, width, dash) {
  for (const [ink, wide] of [[css(plane.theme.paper, 0.85), width + 2.6], [colour, width]]) {
    context.setLineDash(ink === colour ? dash : []);
    for (const line of lines) stroke(context, ink, wide, line.map((z) => plane.toScreen(z)));
  }
  context.setLineDash([]);
}

/** A letter in a disc at a code. */
function drawEnd(context, plane, z, letter, active) {
  const [x, y] = plane.toScreen(z);
  const { theme } = plane;
  context.fillStyle = active ? css(theme.accent) : css(theme.ink);
  context.strokeStyle = css(theme.paper);
  context.lineWidth = 2;
  context.beginPath();
  context.arc(x, y, 9, 0, 2 * Math.PI);
  context.fill();
  context.stroke();
  Object.assign(context, { font: `700 11px ${plane.font}`, textAlign: "center", textBaseline: "middle" });
  context.fillStyle = active ? "#ffffff" : css(theme.paper);
  context.fillText(letter, x, y + 0.5);
}
