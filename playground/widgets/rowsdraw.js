// The drawing of a picture that is read row by row: what `rows.js` lays out, painted from the numbers of the trace.

const FAINT_INK = 0.12; // of a row that is not read yet

function drawRows(reader) {
  drawPicture(reader);
  drawMatrix(reader);
  drawOpinions(reader);
  drawBars(reader);
  drawLines(reader);
}

function fresh(canvas, theme) {
  const context = canvas.getContext("2d");
  context.imageSmoothingEnabled = false;
  context.fillStyle = css(theme.background);
  context.fillRect(0, 0, canvas.width, canvas.height);
  return context;
}

/** A small picture of packed colours, drawn over the first rows of a canvas without blurring. */
function paint(context, colours, rows, columns, width, height) {
  if (!rows) return;
  const small = document.createElement("canvas");
  [small.width, small.height] = [columns, rows];
  const image = small.getContext("2d").createImageData(columns, rows);
  new Uint32Array(image.data.buffer).set(colours.subarray(0, rows * columns));
  small.getContext("2d").putImageData(image, 0, 0);
  context.drawImage(small, 0, 0, width, height);
}

/** The frame around the row that was read last, and a thin one around the row under the pointer. */
function markRow(context, reader, canvas) {
  const { theme, cell, ratio, step, row } = reader;
  for (const [at, colour, line] of [[row, css(theme.text, 0.7), 1], [step - 1, css(theme.accent), 2]]) {
    if (at < 0) continue;
    const half = (line * ratio) / 2;
    context.strokeStyle = colour;
    context.lineWidth = line * ratio;
    context.strokeRect(half, at * cell + half, canvas.width - 2 * half, cell - 2 * half);
  }
}

function drawPicture(reader) {
  const { theme, ink, steps, width, picture: canvas } = reader;
  const colours = Uint32Array.from(ink, (value, i) =>
    packed(mix(theme.paper, theme.ink, value * (i < reader.step * width ? 1 : FAINT_INK))));
  const context = fresh(canvas, theme);
  paint(context, colours, steps, width, canvas.width, canvas.height);
  markRow(context, reader, canvas);
}

/** All rows of what the matrix shows, as packed colours, and the scale beside its name. */
function heatOf(reader) {
  const { theme, root, show, units, steps } = reader;
  const share = ["input", "forget", "output"].includes(show);
  const limit = show === "memory" ? reader.top : 1;
  const hue = (name) => rgb(getComputedStyle(root).getPropertyValue(`--pg-gate-${name}`).trim());
  const colours = share ? ramp(theme.dark ? [22, 26, 33] : [247, 247, 245], hue(show), 511) : reader.colours;
  reader.scale.show(colours, limit);
  if (share) {
    say(reader.scale.low, "0");
    say(reader.scale.high, "1");
  }
  return Uint32Array.from({ length: steps * units }, (_, i) => {
    const value = reader.value(Math.floor(i / units), i % units);
    return colours[share ? Math.round(clamp(value, 0, 1) * 510) : shade(value, limit)];
  });
}

function drawMatrix(reader) {
  const { theme, step, units, cell, across, ratio, matrix: canvas } = reader;
  const key = `${reader.show} ${theme.dark}`;
  if (reader.heat?.key !== key) reader.heat = { key, colours: heatOf(reader) };
  const context = fresh(canvas, theme);
  paint(context, reader.heat.colours, step, units, canvas.width, step * cell);
  const unit = reader.unit();
  if (unit >= 0) {
    context.strokeStyle = css(theme.model);
    context.lineWidth = 1.5 * ratio;
    context.strokeRect(unit * across - 0.75 * ratio, 0, across + 1.5 * ratio, canvas.height);
  }
  markRow(context, reader, canvas);
}

const classColours = (reader) => Array.from({ length: reader.classes }, (_, k) =>
  rgb(getComputedStyle(reader.root).getPropertyValue(`--pg-class-${k % 10}`).trim()));

function drawOpinions(reader) {
  const { theme, step, classes, cell, ratio, opinions: canvas } = reader;
  reader.hues = classColours(reader);
  const base = theme.dark ? [22, 26, 33] : [247, 247, 245];
  const colours = Uint32Array.from({ length: step * classes }, (_, i) =>
    packed(mix(base, reader.hues[i % classes], reader.probabilities[classes + i])));
  const context = fresh(canvas, theme);
  paint(context, colours, step, classes, canvas.width, step * cell);
  const across = canvas.width / classes;
  for (const row of reader.changes) {
    if (row > step) break;
    context.strokeStyle = css(theme.text);
    context.lineWidth = 1.5 * ratio;
    context.strokeRect(reader.verdicts[row] * across + 1, (row - 1) * cell + 1, across - 2, cell - 2);
  }
  markRow(context, reader, canvas);
}

function drawBars(reader) {
  const { theme, step, classes, ratio, bars: canvas } = reader;
  const context = fresh(canvas, theme);
  const [across, top, bottom] = [canvas.width / classes, 16 * ratio, canvas.height - 18 * ratio];
  context.font = `600 ${11 * ratio}px ${getComputedStyle(reader.root).fontFamily}`;
  context.textAlign = "center";
  for (let kind = 0; kind < classes; kind++) {
    const p = reader.p(step, kind);
    const tall = Math.max(ratio, p * (bottom - top));
    context.fillStyle = css(reader.hues[kind]);
    context.fillRect(Math.round(kind * across + 3 * ratio), bottom - tall, Math.round(across - 6 * ratio), tall);
    context.fillStyle = css(theme.text, kind === reader.verdicts[step] ? 1 : 0.66);
    context.fillText(String(kind), (kind + 0.5) * across, canvas.height - 4 * ratio);
    if (kind === reader.verdicts[step]) {
      context.textAlign = kind < 1 ? "left" : kind > classes - 2 ? "right" : "center";
      context.fillText(p.toFixed(2), kind < 1 ? 0 : kind > classes - 2 ? canvas.width : (kind + 0.5) * across, bottom - tall - 4 * ratio);
      context.textAlign = "center";
    }
  }
  context.fillStyle = css(theme.text, 0.35);
  context.fillRect(0, bottom, canvas.width, ratio);
}

function drawLines(reader) {
  const { theme, steps, ratio, curve: canvas } = reader;
  const key = `${theme.dark} ${canvas.width}`;
  const box = { left: 30 * ratio, right: canvas.width - 8 * ratio, top: 14 * ratio, bottom: canvas.height - 18 * ratio };
  const x = (rows) => box.left + ((box.right - box.left) * rows) / steps;
  const y = (share) => box.bottom - (box.bottom - box.top) * share;
  reader.span = [box.left, box.right];
  if (reader.lines?.key !== key) reader.lines = { key, sheet: linesOf(reader, box, x, y) };
  const context = fresh(canvas, theme);
  context.drawImage(reader.lines.sheet, 0, 0);
  context.fillStyle = css(theme.background, 0.78); // what is not read yet
  context.fillRect(x(reader.step) + ratio, box.top - 2 * ratio, box.right - x(reader.step), box.bottom - box.top + 1 * ratio);
  context.fillStyle = css(theme.accent);
  context.fillRect(Math.round(x(reader.step)), box.top, 2 * ratio, box.bottom - box.top);
  if (reader.onCurve) {
    context.fillStyle = css(theme.text, 0.6);
    context.fillRect(Math.round(x(reader.row + 1)), box.top, ratio, box.bottom - box.top);
  }
}

/** The lines once, on a canvas of their own: while playing only the marker moves. */
function linesOf(reader, box, x, y) {
  const { theme, steps, ratio, classes, curve } = reader;
  const sheet = document.createElement("canvas");
  [sheet.width, sheet.height] = [curve.width, curve.height];
  const context = sheet.getContext("2d");
  context.font = `${11 * ratio}px ${getComputedStyle(reader.root).fontFamily}`;
  for (const [share, words] of [[0, "0"], [0.5, "½"], [1, "1"]]) {
    context.fillStyle = css(theme.text, 0.12);
    context.fillRect(box.left, Math.round(y(share)), box.right - box.left, ratio);
    context.fillStyle = css(theme.text, 0.7);
    context.textAlign = "right";
    context.fillText(words, box.left - 5 * ratio, y(share) + 4 * ratio);
  }
  const every = steps > 16 ? 4 : 1;
  for (let rows = 0; rows <= steps; rows += every) {
    context.textAlign = rows ? "center" : "left";
    context.fillText(rows ? String(rows) : tr("row 0"), x(rows), curve.height - 4 * ratio);
  }
  const line = (colour, width, dash, value) => {
    context.strokeStyle = colour;
    context.lineWidth = width * ratio;
    context.setLineDash(dash.map((length) => length * ratio));
    context.beginPath();
    for (let rows = 0; rows <= steps; rows++) context.lineTo(x(rows), y(value(rows)));
    context.stroke();
  };
  line(css(theme.text, 0.6), 1.5, [4, 4], (rows) => reader.entropy[rows] / reader.most);
  for (let kind = 0; kind < classes; kind++) line(css(reader.hues[kind]), 2, [], (rows) => reader.p(rows, kind));
  context.font = `600 ${11 * ratio}px ${getComputedStyle(reader.root).fontFamily}`;
  context.textAlign = "center";
  for (const row of reader.changes) {
    context.fillStyle = css(reader.hues[reader.verdicts[row]]);
    context.fillText(String(reader.verdicts[row]), x(row), box.top - 4 * ratio);
  }
  return sheet;
}
