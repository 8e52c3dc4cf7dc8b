// States of a small world as bars: the truth outlined, a model filled, orange where the truth is 0; the likeliest states
// with a tiny picture below each. Also those tiny pictures alone. All numbers come from a trace.

/** A state as a tiny picture: its pixels are the binary digits of its number, the first one the highest. */
function drawState(context, state, x, y, cell, [rows, columns], theme, frame = null) {
  const [left, top] = [Math.round(x), Math.round(y)];
  context.fillStyle = frame ?? css(mix(theme.background, theme.text, 0.35));
  const edge = frame ? 3 : 1;
  context.fillRect(left - edge, top - edge, columns * cell + 2 * edge, rows * cell + 2 * edge);
  for (let i = 0; i < rows * columns; i++) {
    const on = Math.floor(state / 2 ** (rows * columns - 1 - i)) % 2;
    context.fillStyle = css(on ? theme.ink : theme.paper);
    context.fillRect(left + (i % columns) * cell, top + Math.floor(i / columns) * cell, cell, cell);
  }
}

const [MOST_BARS, NARROW_BARS, NARROW] = [32, 16, 520]; // on a wide canvas, on one below so many CSS pixels
const GAP = 1.2; // slots between what can happen and what cannot

class StateBars {
  /** @param hovered called with the number of the state that is pointed at, −1 for none; told: the element that says it. */
  constructor(label, hovered, told) {
    this.canvas = h("canvas", { role: "img", "aria-label": label, class: "statebars" });
    this.canvas.addEventListener("pointermove", (event) => {
      const place = Math.floor(((within(event)[0] * this.ratio - this.left) / this.slot));
      hovered(this.slots?.find(({ at }) => at <= place && place < at + 1)?.state ?? -1);
    });
    this.canvas.addEventListener("pointerleave", () => hovered(-1));
    pointable(this.canvas, () => ({
      columns: this.slots.length, rows: 1,
      box: [this.left / this.ratio, 0, (this.slot * this.span) / this.ratio, this.canvas.clientHeight],
    }), told);
  }

  /** Which states have a bar: the likeliest in `truth`, then those it forbids that `model` gives most. */
  arrange(truth, model) {
    const by = (values) => (a, b) => values[b] - values[a] || a - b;
    const every = Array.from(truth, (_, state) => state);
    const possible = every.filter((state) => truth[state] > 0).sort(by(truth));
    const others = every.filter((state) => truth[state] === 0).sort(by(model));
    [this.possible, this.forbidden] = [possible.length, others.length];
    this.ordered = { possible, others };
    this.choose();
  }

  /** As many of them as there is room for; three quarters at most for what can happen, if anything else has a bar. */
  choose() {
    const { possible, others } = this.ordered;
    const most = this.width < NARROW ? NARROW_BARS : MOST_BARS;
    const first = possible.slice(0, others.length ? (most * 3) / 4 : most);
    const rest = others.slice(0, most - first.length);
    const gap = first.length && rest.length ? GAP : 0;
    this.slots = [...first.map((state, at) => ({ state, at })), ...rest.map((state, i) => ({ state, at: first.length + gap + i }))];
    this.split = first.length;
    this.span = first.length + gap + rest.length;
  }

  fit(width, height, ratio, font) {
    [this.ratio, this.font, this.width] = [ratio, font, width];
    this.choose();
    fitCanvas(this.canvas, Math.max(120, Math.floor(width * ratio)), Math.floor(height * ratio), ratio);
  }

  /** truth, model: by state number; marks: a third distribution drawn as dots; highest: the top of the scale. */
  show({ truth, model, marks = null, shape, theme, root, highest, hover = -1 }) {
    const { canvas, ratio } = this;
    const context = canvas.getContext("2d");
    const font = (size, weight = 400) => `${weight} ${size * ratio}px ${this.font}`;
    const left = 40 * ratio;
    const slot = Math.min((canvas.width - left - 2 * ratio) / this.span, 64 * ratio);
    const picture = Math.max(1, Math.floor(Math.min(slot * 0.8, 30 * ratio) / shape[1]));
    const [top, bottom] = [18 * ratio, canvas.height - picture * shape[0] - 9 * ratio];
    const y = (p) => bottom - (bottom - top) * Math.min(1, p / (highest * 1.04));
    [this.left, this.slot] = [left, slot];
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.font = font(11);
    context.textAlign = "right";
    context.textBaseline = "middle";
    const gap = roundGap(highest, 3);
    for (let p = 0; p <= highest * 1.001; p += gap) {
      context.fillStyle = css(theme.text, p ? 0.1 : 0.4);
      context.fillRect(left, Math.round(y(p)), canvas.width - left, ratio);
      context.fillStyle = css(theme.text, 0.7);
      context.fillText(String(Number(p.toPrecision(3))), left - 5 * ratio, y(p));
    }
    const data = shadeOf(root, "--pg-data");
    for (const { state, at } of this.slots) {
      const x = left + at * slot;
      if (state === hover) { context.fillStyle = css(theme.text, 0.1); context.fillRect(x, top, slot, canvas.height - top); }
      context.fillStyle = css(truth[state] > 0 ? theme.model : theme.rejected);
      context.fillRect(x + slot * 0.26, y(model[state]), slot * 0.48, bottom - y(model[state]));
      if (truth[state] > 0) {
        context.strokeStyle = css(data);
        context.lineWidth = 1.5 * ratio;
        context.strokeRect(x + slot * 0.1, y(truth[state]), slot * 0.8, bottom - y(truth[state]));
      }
      if (marks && marks[state] > 0) {
        context.fillStyle = css(data);
        context.strokeStyle = css(theme.background);
        context.beginPath();
        context.arc(x + slot / 2, y(marks[state]), Math.min(4 * ratio, slot * 0.3), 0, 7);
        context.fill();
        context.stroke();
      }
      drawState(context, state, x + (slot - picture * shape[1]) / 2, bottom + 5 * ratio, picture, shape, theme);
    }
    this.label(context, font(11), left, slot, theme);
  }

  label(context, font, left, slot, theme) {
    const { ratio, canvas, split } = this;
    context.font = font;
    context.textAlign = "left";
    context.textBaseline = "top";
    context.fillStyle = css(theme.text, 0.75);
    const of = (shown, all) => (shown === all ? String(all) : tr`${shown} of ${all.toLocaleString("en")}`);
    if (split) context.fillText(tr`can happen: ${of(split, this.possible)}`, left + 2 * ratio, 2 * ratio);
    const rest = this.slots.length - split;
    if (!rest) return;
    const words = tr`cannot happen: ${of(rest, this.forbidden)}`;
    context.fillText(words, Math.min(left + this.slots[split].at * slot, canvas.width - context.measureText(words).width - 2 * ratio), 2 * ratio);
  }
}

/** Pictures of states (N, n) of 0 and 1 as a grid; what `allowed` forbids has an orange frame; the first `written` pixels. */
class StateGrid {
  constructor(label) {
    this.canvas = h("canvas", { role: "img", "aria-label": label });
  }

  fit(width, most, count, [rows, columns], ratio) {
    this.ratio = ratio;
    const cell = Math.max(2, Math.floor((Math.min(34, most) * ratio) / Math.max(rows, columns)));
    const pad = Math.round(3 * ratio);
    const gap = Math.round(3 * ratio);
    Object.assign(this, { cell, pad, wide: columns * cell + 2 * pad + gap, tall: rows * cell + 2 * pad + gap });
    this.across = clamp(Math.floor((width * ratio + gap) / this.wide), 1, count);
    fitCanvas(this.canvas, this.across * this.wide - gap, Math.ceil(count / this.across) * this.tall - gap, ratio);
  }

  /** Its samples as places that can be pointed at. */
  get places() {
    const { canvas, across, wide, tall } = this;
    return { columns: across, rows: Math.ceil(canvas.height / tall), box: [0, 0, (across * wide) / this.ratio, (Math.ceil(canvas.height / tall) * tall) / this.ratio] };
  }

  show(pixels, count, allowed, [rows, columns], theme, written = rows * columns) {
    const context = this.canvas.getContext("2d");
    const { cell, pad, wide, tall, ratio } = this;
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    for (let n = 0; n < count; n++) {
      const [x, y] = [(n % this.across) * wide, Math.floor(n / this.across) * tall];
      const done = written === rows * columns;
      context.fillStyle = done && !allowed[n] ? css(theme.rejected) : css(mix(theme.background, theme.text, 0.35));
      const edge = done && !allowed[n] ? 0 : pad - Math.max(1, Math.round(ratio));
      context.fillRect(x + edge, y + edge, columns * cell + 2 * (pad - edge), rows * cell + 2 * (pad - edge));
      for (let i = 0; i < rows * columns; i++) {
        context.fillStyle = css(i >= written ? theme.blank : pixels[n * rows * columns + i] ? theme.ink : theme.paper);
        context.fillRect(x + pad + (i % columns) * cell, y + pad + Math.floor(i / columns) * cell, cell, cell);
      }
    }
  }
}
