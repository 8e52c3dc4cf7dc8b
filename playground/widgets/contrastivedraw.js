// What the view of contrastive divergence draws with: fields on a grid, contours, paths, arrows, curves. Row 0 is the
// lowest; all places are shares of the plane, 0 … 1, y upwards.

/** A function on G × G cells as an image of that size, `colour(value)` packed. */
class Field {
  constructor(side) {
    this.side = side;
    this.canvas = h("canvas", { width: side, height: side });
    this.context = this.canvas.getContext("2d");
    this.image = this.context.createImageData(side, side);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  paint(values, colour) {
    const { side } = this;
    for (let row = 0; row < side; row++) {
      for (let column = 0; column < side; column++) this.pixels[(side - 1 - row) * side + column] = colour(values[row * side + column]);
    }
    this.context.putImageData(this.image, 0, 0);
    return this.canvas;
  }
}

/** Draw a field over a plane of `size` CSS pixels: it stands for a smooth function, so it is interpolated. */
function spread(context, canvas, size) {
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = "high";
  context.drawImage(canvas, 0, 0, size, size);
}

/** Stroke the lines where values on G × G cells pass `level` (marching squares, straight within a cell). */
function contour(context, values, side, level, size) {
  const at = (i) => ((i + 0.5) / side) * size;
  context.beginPath();
  for (let row = 0; row + 1 < side; row++) {
    for (let column = 0; column + 1 < side; column++) {
      const i = row * side + column;
      const below = (values[i] < level) + (values[i + 1] < level) + (values[i + side + 1] < level) + (values[i + side] < level);
      if (below === 0 || below === 4) continue;
      const corners = [values[i], values[i + 1], values[i + side + 1], values[i + side]];
      if (corners.some(Number.isNaN)) continue; // the line ends where there is no number
      const places = [[column, row], [column + 1, row], [column + 1, row + 1], [column, row + 1]];
      const crossed = [];
      for (let edge = 0; edge < 4; edge++) {
        const [a, b] = [corners[edge], corners[(edge + 1) % 4]];
        if (a < level === b < level) continue;
        const share = (level - a) / (b - a);
        const [[x0, y0], [x1, y1]] = [places[edge], places[(edge + 1) % 4]];
        crossed.push([at(x0 + share * (x1 - x0)), size - at(y0 + share * (y1 - y0))]);
      }
      for (let n = 0; n + 1 < crossed.length; n += 2) {
        context.moveTo(...crossed[n]);
        context.lineTo(...crossed[n + 1]);
      }
    }
  }
  context.stroke();
}

/** Where a field pushes: a triangle at each of `count` × `count` places of `where`, ▼ where it is negative, ▲ where positive. */
function arrows(context, values, side, limit, size, colours, halo, where, count = 23) {
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < count; column++) {
      const [x, y] = [(column + 0.5) / count, (row + 0.5) / count];
      const i = Math.floor(y * side) * side + Math.floor(x * side);
      if (!where[i]) continue;
      const value = values[i];
      const share = Math.min(1, Math.abs(value) / (limit || 1));
      if (share < 0.06) continue;
      const tall = (0.55 + 1.5 * Math.sqrt(share)) * (size / count / 4.2) * Math.sign(value);
      const [cx, cy] = [x * size, size - y * size];
      context.beginPath();
      context.moveTo(cx, cy - tall);
      context.lineTo(cx - Math.abs(tall) * 0.8, cy + tall * 0.75);
      context.lineTo(cx + Math.abs(tall) * 0.8, cy + tall * 0.75);
      context.closePath();
      context.fillStyle = colours[value < 0 ? 0 : 1];
      context.fill();
      context.strokeStyle = halo;
      context.lineWidth = 1;
      context.stroke();
    }
  }
}

/** A number in about four characters more than its size needs, with a true minus sign. */
function brief(value, digits = 3) {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : value < 0 ? "−∞" : "–";
  const text = Math.abs(value) >= 1e5 ? value.toExponential(2) : value.toFixed(Math.abs(value) >= 1000 ? 0 : Math.abs(value) >= 100 ? 1 : digits);
  return text.replace(/^-/, Number(text) === 0 ? "" : "−").replace("e+", "e");
}

/**
 * Curves over the training's steps with a mark at `step`. lines: [{values, colour, dashed, from}], `from` the step of the
 * first value; level: a horizontal line or null. Returns the step under an x in CSS pixels.
 */
function drawChart(context, { width, height, lines, level, step, steps, theme }) {
  const box = { left: 40, right: width - 8, top: 6, bottom: height - 17 };
  const all = lines.flatMap(({ values }) => [Math.min(...values), Math.max(...values)]).concat(level ?? []).filter(Number.isFinite);
  let [low, high] = [Math.min(...all), Math.max(...all)];
  const margin = 0.06 * (high - low) || 0.5;
  [low, high] = [low - margin, high + margin];
  const toX = (t) => box.left + (t / steps) * (box.right - box.left);
  const toY = (value) => box.bottom - ((value - low) / (high - low)) * (box.bottom - box.top);
  context.clearRect(0, 0, width, height);
  chartAxes(context, box, low, high, toY, steps, theme);
  if (level != null) dottedLevel(context, box, toY(level), theme);
  for (const { values, colour, dashed, from } of lines) {
    context.strokeStyle = colour;
    context.fillStyle = colour;
    context.lineWidth = 1.6;
    context.setLineDash(dashed ? [5, 3] : []);
    context.beginPath();
    values.forEach((value, i) => { if (Number.isFinite(value)) context.lineTo(toX(i + from), toY(value)); });
    context.stroke();
    context.setLineDash([]);
    const now = values[step - from];
    if (now === undefined) continue;
    context.beginPath();
    context.arc(toX(step), toY(now), 3.2, 0, 2 * Math.PI);
    context.fill();
  }
  stepLine(context, box, toX(step), theme);
  return (x) => clamp(Math.round(((x - box.left) / (box.right - box.left)) * steps), 0, steps);
}
