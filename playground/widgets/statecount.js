// n binary pixels, one more at each step: their states as tiny pictures as long as there is room, and the parameters of
// a joint distribution against those of independent pixels. A step is a number of pixels.

const [SHEET, CURVE] = [420, 292]; // CSS pixels
const EXACT = 53; // up to 2^53 JavaScript counts without rounding
const ATOMS = 80; // log₁₀ of the atoms in the observable universe, about
const A_SECOND = 9; // log₁₀ of the states that are looked at in a second
const A_YEAR = Math.log10(365.25 * 86_400);

export default function (component) {
  return mount(component, ".pg-statecount", StateCount);
}

/** A number from its log₁₀: with all digits as long as they are sure. */
function big(log10, exact) {
  if (exact != null) return exact.toLocaleString("en");
  const power = Math.floor(log10);
  const raised = String(power).replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]);
  return `${(10 ** (log10 - power)).toFixed(2)} × 10${raised}`;
}

class StateCount extends Stepper {
  constructor(root) {
    super(root, "__statecount");
  }

  get strideWords() { return [tr("One pixel"), tr("ten")]; }
  get rate() { return Math.max(1.4, this.steps / 12); }
  get countText() { return tr`${this.step} of ${this.steps} pixels`; }

  build() {
    this.sheet = h("canvas", { role: "img", "aria-label": tr("Every state of the pixels so far as a tiny picture") });
    this.curve = new StepCurve(tr("Parameters by number of pixels, logarithmic; click for a number of pixels"), (place) => this.goto(place));
    [this.sheetTitle, this.curveTitle, this.facts] = [h("figcaption"), h("figcaption", { class: "keys" }), h("div", { class: "facts" })];
    this.numbers = [["states", tr("states")], ["joint", tr("parameters of any distribution")], ["alone", tr("parameters if independent")]].map(([kind, name]) => {
      const value = h("b");
      this.facts.append(h("div", { class: kind }, h("span", {}, name), value));
      return value;
    });
    const key = (kind, name) => h("span", { class: "key" }, h("i", { class: `line ${kind}` }), name);
    this.atoms = key("level", tr("atoms in the universe"));
    this.curveTitle.append(tr("log₁₀ of the parameters"), key("model", tr("chain rule 1 + 2 + 4 + …")), key("rejected", tr("independent")), this.atoms);
    this.root.append(h("div", { class: "frame" }, h("figure", {}, this.sheetTitle, this.sheet),
      h("div", { class: "right" }, this.facts, h("figure", {}, this.curveTitle, this.curve.canvas))), this.buildTransport());
  }

  open({ meta, arrays }) {
    this.meta = meta;
    this.logs = arrays.log10_states;
    this.steps = meta.pixels;
    this.stride = 10;
    this.places = Int32Array.from({ length: this.steps + 1 }, (_, i) => i);
    this.joint = Float64Array.from(this.places, (i) => (i ? this.logs[i] + Math.log10(1 - 2 ** -i) : NaN)); // 2ⁱ − 1
    this.alone = Float64Array.from(this.places, (i) => (i ? Math.log10(i) : NaN));
    this.level = Float64Array.from(this.places, () => ATOMS);
    this.drawn = "";
  }

  fit(width) {
    const { ratio } = this;
    this.side = Math.floor(Math.min(SHEET, width) * ratio);
    fitCanvas(this.sheet, this.side, this.side, ratio);
    this.curve.fit(Math.max(240, width >= 780 ? width - SHEET - 30 : width), CURVE, ratio);
    this.font = getComputedStyle(this.root).fontFamily;
    this.fitted = (this.fitted ?? 0) + 1;
    this.drawn = "";
  }

  draw() {
    const { step, theme, meta } = this;
    const what = `${Math.min(step, meta.listed + 1)} ${theme.dark}`;
    if (this.drawn !== what) {
      this.drawn = what;
      if (step <= meta.listed) this.drawStates(step);
      else this.refuse();
    }
    const lines = [{ values: this.joint, colour: theme.model, width: 2.5 }, { values: this.alone, colour: theme.rejected, width: 2.5 }];
    const far = this.logs[this.steps] > ATOMS * 0.7;
    this.atoms.classList.toggle("pg-hidden", !far);
    if (far) lines.push({ values: this.level, colour: theme.text, width: 1.25, dash: [4, 4] });
    this.curve.show(`${theme.dark} ${this.fitted} ${this.id}`, this.places, lines, step, theme, { low: 0, zero: true, font: this.font, first: tr("pixels ") });
    this.tell();
  }

  /** All states of the first `pixels` pixels, each near-square, in the order of their numbers. */
  drawStates(pixels) {
    const { sheet, side, theme } = this;
    const context = sheet.getContext("2d");
    const count = 2 ** pixels;
    const columns = Math.max(1, Math.ceil(Math.sqrt(pixels)));
    const shape = [Math.max(1, Math.ceil(pixels / columns)), columns];
    const across = Math.ceil(Math.sqrt(count));
    const slot = Math.floor(side / across);
    const cell = Math.max(1, Math.floor(Math.min(slot * 0.82, slot - 2, 96 * this.ratio) / Math.max(...shape)));
    context.clearRect(0, 0, side, side);
    const row = Math.max(cell * shape[0] + Math.max(2, slot - cell * shape[1]), slot * shape[0] / shape[1]);
    for (let state = 0; state < count; state++) {
      const [x, y] = [(state % across) * slot + 1, Math.floor(state / across) * row + 1];
      context.fillStyle = css(theme.text, 0.35);
      context.fillRect(Math.round(x) - 1, Math.round(y) - 1, shape[1] * cell + 2, shape[0] * cell + 2);
      for (let i = 0; i < shape[0] * shape[1]; i++) {
        const on = (state >>> (pixels - 1 - i)) & 1;
        context.fillStyle = css(i >= pixels ? theme.background : on ? theme.ink : theme.paper);
        context.fillRect(Math.round(x) + (i % columns) * cell, Math.round(y) + Math.floor(i / columns) * cell, cell, cell);
      }
    }
  }

  refuse() {
    const context = this.sheet.getContext("2d");
    context.clearRect(0, 0, this.side, this.side);
    context.fillStyle = css(this.theme.blank);
    context.fillRect(0, 0, this.side, this.side);
    context.font = `${15 * this.ratio}px ${this.font}`;
    context.textAlign = "center";
    context.fillStyle = css(this.theme.text, 0.8);
    const words = [tr`This square holds the ${(2 ** this.meta.listed).toLocaleString("en")} pictures of ${this.meta.listed} pixels.`, tr("More of them would be smaller than a dot.")];
    words.forEach((line, i) => context.fillText(line, this.side / 2, this.side / 2 + (i - 0.5) * 26 * this.ratio));
  }

  tell() {
    const { step, logs, meta } = this;
    const states = step <= EXACT ? 2 ** step : null;
    [big(logs[step], states), big(this.joint[step], step <= EXACT ? 2 ** step - 1 : null), String(step)].forEach((text, i) => say(this.numbers[i], text));
    const years = logs[step] - A_SECOND - A_YEAR;
    const seconds = logs[step] - A_SECOND;
    say(this.sheetTitle, step <= meta.listed ? tr`all ${big(0, states)} states of ${step} pixels`
      : years > 0 ? tr`${step} pixels: at a billion states a second, ${big(years, years < 5 ? Math.round(10 ** years) : null)} years`
        : tr`${step} pixels: at a billion states a second, ${seconds < 0 ? "< 1" : Math.round(10 ** seconds).toLocaleString("en")} s`);
    this.root.dataset.states = states ?? "";
  }

  cursorKey() { }
  words() { return `${this.sheetTitle.textContent}. ${this.facts.textContent}`; }
}
