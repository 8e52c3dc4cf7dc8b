// What the canvas of one picture draws: the maps of p(z|x) and the ellipse of q(z|x) on the plane, the bounds over the
// number of draws, and, where the code has many numbers, a bar for each of them.

const OWN_NATS = 60; // how far below its top the posterior is still seen on the whole plane

/** A small image of a map (rows upwards), `shade(nats)` → 0 … 1 of the truth's colour; made once for each theme. */
function posteriorImage(values, side, colour, shade) {
  const image = document.createElement("canvas");
  image.width = image.height = side;
  const context = image.getContext("2d");
  const data = context.createImageData(side, side);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const at = 4 * ((side - 1 - row) * side + column);
      data.data.set([...colour, Math.round(255 * clamp(shade(values[row * side + column]), 0, 1))], at);
    }
  }
  context.putImageData(data, 0, 0);
  return image;
}

/** Draw a map whose cells fill a window [x0, x1, y0, y1] of z. */
function drawPosterior(context, plane, image, [x0, x1, y0, y1]) {
  const [[left, top], [right, bottom]] = [plane.toScreen([x0, y1]), plane.toScreen([x1, y0])];
  context.imageSmoothingEnabled = false;
  context.drawImage(image, left, top, right - left, bottom - top);
}

/** One and two standard deviations of N(mean, diag deviation²), and its mean. */
function drawEllipse(context, plane, mean, deviation, colour, halo) {
  const [x, y] = plane.toScreen(mean);
  for (const [stroke, extra] of [[css(halo, 0.85), 2.5], [css(colour), 0]]) {
    for (const [reach, width] of [[1, 2.2], [2, 1.3]]) {
      const [rx, ry] = [reach * deviation[0] * plane.scale, reach * deviation[1] * plane.scale];
      context.lineWidth = width + extra;
      context.strokeStyle = stroke;
      context.beginPath();
      context.ellipse(x, y, Math.max(rx, 0.5), Math.max(ry, 0.5), 0, 0, 2 * Math.PI);
      context.stroke();
    }
  }
  context.fillStyle = css(colour);
  context.beginPath();
  context.arc(x, y, 2.6, 0, 7);
  context.fill();
}

/** The draws of a set, their areas in proportion to their weights, and one of them ringed. */
function drawDraws(context, plane, { z, weights, count, chosen, colour, theme }) {
  let total = 0;
  for (let i = 0; i < count; i++) total += weights[i];
  context.globalAlpha = 0.6;
  context.fillStyle = css(colour);
  for (let i = 0; i < count; i++) {
    const [x, y] = plane.toScreen([z[2 * i], z[2 * i + 1]]);
    if (!plane.within(x, y)) continue;
    const share = total ? (weights[i] * count) / total : 1;
    context.beginPath();
    context.arc(x, y, clamp(1.7 * Math.sqrt(share), 0.6, 6), 0, 7);
    context.fill();
  }
  if (chosen < 0) return;
  const [x, y] = plane.toScreen([z[2 * chosen], z[2 * chosen + 1]]);
  context.globalAlpha = 1;
  for (const [stroke, width] of [[css(theme.paper), 5], [css(theme.ink), 2]]) {
    context.strokeStyle = stroke;
    context.lineWidth = width;
    context.beginPath();
    context.arc(x, y, 8, 0, 7);
    context.stroke();
  }
}

/** Round numbers between two ends, about so many. */
function roundTicks(low, high, about) {
  const rough = (high - low) / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const gap = [1, 2, 5, 10].map((m) => m * power).find((m) => m >= rough - 1e-12);
  const digits = Math.max(0, -Math.floor(Math.log10(gap) + 1e-9));
  const ticks = [];
  for (let value = Math.ceil(low / gap) * gap; value <= high + 1e-9; value += gap) ticks.push(value);
  return { ticks, digits };
}

/** The bound over the number of draws: its mean with a band, one set of draws, ELBO and exact log p as lines. */
function drawBounds(canvas, own) {
  const { ratio, theme, sizes, iwae, iwae_error: error, nested, meta, colours3: { bound, truth, drawn } } = own;
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  const [width, height] = [canvas.width / ratio, canvas.height / ratio];
  context.clearRect(0, 0, width, height);
  const box = { left: 52, right: width - 118, top: 8, bottom: height - 32 };
  const best = meta.exact ?? Math.max(...iwae);
  const gap = Math.max(best - meta.elbo, 0.05);
  const [low, high] = [meta.elbo - 0.42 * gap, best + 0.3 * gap];
  const span = Math.log(sizes[sizes.length - 1]) || 1;
  const x = (k) => box.left + ((box.right - box.left) * Math.log(k)) / span;
  const y = (nats) => box.bottom - ((box.bottom - box.top) * (nats - low)) / (high - low);
  canvas.place = { box, x };
  context.font = `11px ${own.font}`;
  Object.assign(context, { textAlign: "right", textBaseline: "middle" });
  const { ticks, digits } = roundTicks(low, high, 4);
  for (const value of ticks) {
    context.fillStyle = css(theme.text, 0.1);
    context.fillRect(box.left, Math.round(y(value)), box.right - box.left, 1);
    context.fillStyle = css(theme.text, 0.75);
    context.fillText(signed(value, digits), box.left - 6, y(value));
  }
  Object.assign(context, { textAlign: "center", textBaseline: "top" });
  for (const k of [1, 10, 100, 1000]) if (k <= sizes[sizes.length - 1]) context.fillText(k === 1 ? "k = 1" : k.toLocaleString("en"), x(k), box.bottom + 4);
  context.fillText(tr("draws of z in the bound, nats upwards"), (box.left + box.right) / 2, box.bottom + 18);
  context.save();
  context.beginPath();
  context.rect(box.left, box.top, box.right - box.left, box.bottom - box.top);
  context.clip();
  context.fillStyle = css(drawn, 0.24);
  context.beginPath();
  sizes.forEach((k, i) => context.lineTo(x(k), y(iwae[i] + 2 * (error[i] || 0))));
  for (let i = sizes.length - 1; i >= 0; i--) context.lineTo(x(sizes[i]), y(iwae[i] - 2 * (error[i] || 0)));
  context.fill();
  const line = (values, count, stroke, thickness, dash) => {
    Object.assign(context, { strokeStyle: stroke, lineWidth: thickness });
    context.setLineDash(dash);
    context.beginPath();
    for (let i = 0; i < count; i++) context.lineTo(x(sizes[i]), y(values[i]));
    context.stroke();
    context.setLineDash([]);
  };
  line(iwae, sizes.length, css(drawn), 2.2, []);
  line(nested, own.step, css(theme.text, 0.75), 1.3, []);
  const level = (nats, colour, dash) => {
    Object.assign(context, { strokeStyle: css(colour), lineWidth: 2 });
    context.setLineDash(dash);
    context.beginPath();
    context.moveTo(box.left, y(nats));
    context.lineTo(box.right, y(nats));
    context.stroke();
    context.setLineDash([]);
  };
  level(meta.elbo, bound, []);
  if (meta.exact !== null) level(meta.exact, truth, [6, 4]);
  if (own.step) {
    const [k, nats] = [sizes[own.step - 1], nested[own.step - 1]];
    context.fillStyle = css(theme.text, 0.4);
    context.fillRect(x(k), box.top, 1, box.bottom - box.top);
    context.fillStyle = css(theme.text);
    context.beginPath();
    context.arc(x(k), clamp(y(nats), box.top + 3, box.bottom - 3), 3.6, 0, 7);
    context.fill();
  }
  context.restore();
  boundNames(context, own, box, y);
}

/** The names of the lines at their right ends, and the gap between ELBO and log p. */
function boundNames(context, own, box, y) {
  const { meta, iwae, colours3: { bound, truth, drawn }, theme } = own;
  const last = iwae[iwae.length - 1];
  const names = [["ELBO", meta.elbo, bound], [`IWAE, k = ${own.sizes[own.sizes.length - 1].toLocaleString("en")}`, last, drawn]];
  if (meta.exact !== null) names.push([tr("log p(x), exact"), meta.exact, truth]);
  Object.assign(context, { textAlign: "left", textBaseline: "middle", font: `600 11.5px ${own.font}` });
  let above = Infinity;
  for (const [words, nats, colour] of names) {
    const at = Math.min(y(nats), above - 15);
    context.fillStyle = css(colour);
    context.fillText(words, box.right + 7, at);
    above = at;
  }
  if (meta.gap === null || y(meta.elbo) - y(meta.exact) < 26) return;
  const [top, bottom, left] = [y(meta.exact) + 3, y(meta.elbo) - 3, box.right - 12];
  Object.assign(context, { strokeStyle: css(theme.text, 0.7), lineWidth: 1.2, fillStyle: css(theme.text) });
  context.beginPath();
  for (const [from, to] of [[top, 4], [bottom, -4]]) {
    context.moveTo(left - 3, from + to);
    context.lineTo(left, from);
    context.lineTo(left + 3, from + to);
  }
  context.moveTo(left, top);
  context.lineTo(left, bottom);
  context.stroke();
  Object.assign(context, { textAlign: "right", font: `11.5px ${own.font}` });
  const words = `KL(q ‖ p(z|x)) = ${signed(meta.gap, 3)}`;
  const wide = context.measureText(words).width;
  context.fillStyle = css(theme.background, 0.88);
  context.fillRect(left - 10 - wide, (top + bottom) / 2 - 8, wide + 5, 16);
  context.fillStyle = css(theme.text);
  context.fillText(words, left - 7, (top + bottom) / 2);
}

/** μ ± σ of every dimension over the prior's ±1, and below it the KL of each, in nats. */
function drawDimensions(canvas, own, width, height) {
  const { ratio, theme, mean, deviation, kl, hoverDimension: at, colours3: { bound } } = own;
  fitCanvas(canvas, Math.round(width * ratio), Math.round(height * ratio), ratio);
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  const count = mean.length;
  const [left, right, middle] = [34, width - 4, Math.round(height * 0.6)];
  const each = (right - left) / count;
  canvas.place = { left, each, count };
  const reach = Math.max(3, ...Array.from(mean, (m, i) => Math.abs(m) + deviation[i])) * 1.05;
  const y = (value) => 6 + (middle - 12) * (0.5 - value / (2 * reach));
  const top = Math.max(...kl, 0.1) * 1.08;
  const up = (nats) => height - 18 - (height - 18 - middle - 16) * (nats / top);
  context.fillStyle = css(theme.text, 0.07);
  context.fillRect(left, y(1), right - left, y(-1) - y(1));
  Object.assign(context, { font: `11px ${own.font}`, textAlign: "right", textBaseline: "middle" });
  for (const value of [-3, -2, -1, 0, 1, 2, 3]) {
    context.fillStyle = css(theme.text, value ? 0.08 : 0.3);
    context.fillRect(left, y(value), right - left, 1);
    context.fillStyle = css(theme.text, 0.75);
    context.fillText(signed(value, 0), left - 5, y(value));
  }
  const { ticks, digits } = roundTicks(0, top, 3);
  for (const value of ticks) {
    context.fillStyle = css(theme.text, 0.1);
    context.fillRect(left, up(value), right - left, 1);
    context.fillStyle = css(theme.text, 0.75);
    context.fillText(signed(value, digits), left - 5, up(value));
  }
  for (let i = 0; i < count; i++) {
    const [x, wide] = [left + (i + 0.5) * each, Math.max(2, each * 0.56)];
    if (i === at) { context.fillStyle = css(theme.text, 0.12); context.fillRect(left + i * each, 0, each, height); }
    const from = y(mean[i] + deviation[i]);
    context.fillStyle = css(bound, 0.5);
    context.fillRect(x - wide / 2, from, wide, Math.max(1.5, y(mean[i] - deviation[i]) - from));
    context.fillStyle = css(bound);
    context.fillRect(x - wide / 2 - 1, y(mean[i]) - 1, wide + 2, 2);
    context.fillRect(x - wide / 2, up(kl[i]), wide, height - 18 - up(kl[i]));
  }
  Object.assign(context, { textAlign: "left", font: `600 11.5px ${own.font}`, fillStyle: css(theme.text) });
  context.fillText(tr("KL of each dimension, nats"), left, middle + 7);
  Object.assign(context, { textAlign: "center", textBaseline: "top", font: `11px ${own.font}`, fillStyle: css(theme.text, 0.75) });
  const stride = Math.ceil(count / 9);
  for (let i = 0; i < count; i += stride) context.fillText(i ? String(i + 1) : "z₁", left + (i + 0.5) * each, height - 15);
}
