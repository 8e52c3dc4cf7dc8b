// How a class of digits looks on every plane: a colour and a mark of its own, so that neither alone has to carry it; and
// the legend that switches classes on and off.

const CLASSES = 10;
const DIGITS_FROM = 3.2; // magnification from which on the digit itself is the mark

/** The mark of a class, as a path around (0, 0) within ±1, and whether it is filled. */
const CLASS_MARKS = [
  { filled: false, path: (c) => c.arc(0, 0, 0.82, 0, 2 * Math.PI) },
  { filled: true, path: (c) => c.rect(-0.32, -1, 0.64, 2) },
  { filled: true, path: (c) => planeRing(c, [[0, -1], [0.95, 0.75], [-0.95, 0.75]]) },
  { filled: true, path: (c) => planeRing(c, [[0, 1], [0.95, -0.75], [-0.95, -0.75]]) },
  { filled: false, path: (c) => { c.moveTo(-1, 0); c.lineTo(1, 0); c.moveTo(0, -1); c.lineTo(0, 1); } },
  { filled: true, path: (c) => c.rect(-0.8, -0.8, 1.6, 1.6) },
  { filled: true, path: (c) => c.arc(0, 0, 0.9, 0, 2 * Math.PI) },
  { filled: false, path: (c) => { c.moveTo(-0.8, -0.8); c.lineTo(0.8, 0.8); c.moveTo(-0.8, 0.8); c.lineTo(0.8, -0.8); } },
  { filled: false, path: (c) => c.rect(-0.72, -0.72, 1.44, 1.44) },
  { filled: true, path: (c) => planeRing(c, [[0, -1], [1, 0], [0, 1], [-1, 0]]) },
];

function planeRing(context, points) {
  points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.closePath();
}

/** The colours of the ten classes in this theme, [r, g, b] each: the --pg-class-… variables of common.css. */
function classColours(root) {
  const style = getComputedStyle(root);
  return Array.from({ length: CLASSES }, (_, i) => rgb(style.getPropertyValue(`--pg-class-${i}`).trim() || "#808080"));
}

/** Draw the mark of a class in a canvas, around (x, y), `size` its radius. */
function drawMark(context, label, x, y, size, colour) {
  const mark = CLASS_MARKS[label];
  context.save();
  context.translate(x, y);
  context.scale(size, size);
  context.beginPath();
  mark.path(context);
  context.fillStyle = context.strokeStyle = css(colour);
  context.lineWidth = 0.5;
  if (mark.filled) context.fill();
  else context.stroke();
  context.restore();
}

/** A small canvas with the mark of a class, or with its digit, `size` device pixels in radius. */
function markSprite(label, size, colour, font) {
  const side = 2 * Math.ceil(size + 1) + 1;
  const sprite = new OffscreenCanvas(side, side);
  const context = sprite.getContext("2d");
  if (font) {
    Object.assign(context, { font: `600 ${2.1 * size}px ${font}`, textAlign: "center", textBaseline: "middle", fillStyle: css(colour) });
    context.fillText(String(label), side / 2, side / 2 + 0.1 * size);
  } else drawMark(context, label, side / 2, side / 2, size, colour);
  return sprite;
}

/**
 * The legend of one or several planes: a button for each class that is among their codes, pressed while it is shown.
 * A double click, or a click with Shift, shows this class alone; once more, all. `legend.paint()` after a change of theme.
 */
class PlaneLegend {
  constructor(planes) {
    this.planes = planes;
    this.root = h("div", { class: "pg-legend", role: "group", "aria-label": tr("Classes that are shown") });
    this.buttons = Array.from({ length: CLASSES }, (_, label) => h("button", {
      type: "button", "data-class": label, title: tr`Digit ${label}: click to hide or show, double-click to show it alone`,
      onclick: (event) => { if (event.shiftKey) this.alone(label); else this.toggle(label); },
      ondblclick: () => this.alone(label),
    }, h("canvas", { width: 12, height: 12, "aria-hidden": "true" }), String(label)));
    this.root.append(...this.buttons);
  }

  get shown() { return this.planes[0].shown; }

  toggle(label) { this.set(this.shown.map((on, i) => (i === label ? 1 - on : on))); }

  alone(label) {
    const already = this.shown.every((on, i) => on === (i === label ? 1 : 0));
    this.set(this.shown.map((_, i) => (already || i === label ? 1 : 0)));
  }

  set(shown) {
    for (const plane of this.planes) { plane.shown = Uint8Array.from(shown); plane.refresh(); }
    this.paint();
  }

  paint() {
    const { planes: [plane] } = this;
    this.buttons.forEach((button, label) => {
      button.classList.toggle("pg-hidden", !this.planes.some((each) => each.counts[label]));
      button.setAttribute("aria-pressed", String(this.shown[label] === 1));
      button.setAttribute("aria-label", tr`Digit ${label}: ${plane.counts[label].toLocaleString("en")} codes`);
      if (!plane.colours) return;
      const canvas = button.firstChild;
      fitCanvas(canvas, Math.round(12 * plane.ratio), Math.round(12 * plane.ratio), plane.ratio);
      const context = canvas.getContext("2d");
      context.clearRect(0, 0, canvas.width, canvas.height);
      drawMark(context, label, canvas.width / 2, canvas.height / 2, 4.6 * plane.ratio, plane.colours[label]);
    });
  }
}

/** The frame of a plane, ticks with round numbers, and which coordinate runs where. */
function drawPlaneAxes(context, plane) {
  const { box, theme, font, scale } = plane;
  const [right, bottom] = [box.left + box.width, box.top + box.height];
  const rough = 62 / scale; // one number every 62 CSS pixels or more
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const ticks = (low, high) => Array.from({ length: Math.max(0, Math.floor(high / step) - Math.ceil(low / step) + 1) }, (_, i) => (Math.ceil(low / step) + i) * step);
  const words = (value) => (Math.abs(value) < step / 2 ? 0 : value).toFixed(digits).replace("-", "−");
  Object.assign(context, { font: `11px ${font}`, fillStyle: css(theme.text, 0.75), strokeStyle: css(theme.text, 0.35), lineWidth: 1 });
  context.strokeRect(box.left - 0.5, box.top - 0.5, box.width + 1, box.height + 1);
  context.beginPath();
  const [[low, lower], [high, higher]] = [plane.toCode(box.left, bottom), plane.toCode(right, box.top)];
  Object.assign(context, { textAlign: "center", textBaseline: "top" });
  for (const value of ticks(low, high)) {
    const [x] = plane.toScreen([value, 0]);
    context.moveTo(x, bottom);
    context.lineTo(x, bottom + 3);
    if (x < right - 22) context.fillText(words(value), x, bottom + 5);
  }
  Object.assign(context, { textAlign: "right", textBaseline: "middle" });
  for (const value of ticks(lower, higher)) {
    const [, y] = plane.toScreen([0, value]);
    context.moveTo(box.left - 3, y);
    context.lineTo(box.left, y);
    if (y > box.top + 16) context.fillText(words(value), box.left - 5, y);
  }
  context.stroke();
  context.font = `italic 12px ${font}`;
  context.textBaseline = "top";
  context.fillText(plane.axes[0], right, bottom + 4);
  context.fillText(plane.axes[1], box.left - 6, box.top);
}
