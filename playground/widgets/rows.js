// A picture read row by row. No mathematics: every number comes from the trace. Rows run downwards in the picture, in the
// matrix of the memory and in the opinions, at the same height, so that a row can be followed across.

const SIDE = 280; // CSS pixels that the rows take together
const CLASS_WIDTH = 19;
const CURVE = 118;
/** What the matrix can show, in words. */
const named = (name) => ({
  memory: tr("memory c"), hidden: tr("hidden state h"), input: tr("input gate i"), forget: tr("forget gate f"), candidate: tr("candidate g"), output: tr("output gate o"),
})[name];

export default function (component) {
  return mount(component, ".pg-rows", RowReader);
}

class RowReader extends Stepper {
  constructor(root) {
    super(root, "__rows");
  }

  get rate() { return 5; } // rows a second at speed 1
  get strideWords() { return [tr("One row"), tr("four")]; }
  get countText() { return tr`row ${this.step} / ${this.steps}`; }

  // -------------------------------------------------------------------------------------------------------- elements

  build() {
    Object.assign(this, { show: "memory", row: -1, pixel: -1, kind: -1 });
    this.headline = h("div", { class: "place" });
    this.since = h("span", { class: "pg-muted" });
    this.readout = h("div", { class: "readout" });
    const canvas = (name, label, move, attributes = {}) => {
      const made = h("canvas", { role: "img", class: `cells ${name}`, "aria-label": label, ...attributes });
      made.addEventListener("pointermove", (event) => { this.away(); move(this.cellAt(event, made)); this.schedule(); });
      made.addEventListener("pointerleave", () => { this.away(); this.schedule(); });
      if (!attributes.tabindex) pointable(made, () => { const [rows, columns] = made.counts; return { columns, rows }; }, this.readout);
      return made;
    };
    this.picture = canvas("picture", tr("The picture; rows not yet read are faint"), ([row, column]) => { this.row = row; this.pixel = column; });
    this.matrix = canvas("matrix", tr("The units of the memory (across) after each row (down); click pins a unit"), ([row, unit]) => { this.row = row; this.hover = unit; }, { tabindex: "0" });
    this.matrix.addEventListener("click", (event) => this.pin(this.cellAt(event, this.matrix)[1]));
    this.opinions = canvas("opinions", tr("The probability of each class (across) after each row (down)"), ([row, kind]) => { this.row = row; this.kind = kind; });
    this.bars = canvas("bars", tr("The probability of each class now"), ([, kind]) => { this.kind = kind; });
    this.curve = h("canvas", { role: "img", class: "curve", "aria-label": tr("The probability of each class over the rows; drag to scrub"),
      onpointerdown: (event) => this.goto(this.rowOf(event)),
      onpointermove: (event) => { if (event.buttons & 1) this.goto(this.rowOf(event)); this.away(); this.row = this.rowOf(event) - 1; this.onCurve = true; this.schedule(); },
      onpointerleave: () => { this.away(); this.schedule(); } });
    this.switch = this.segments(tr("What the matrix shows"), "show", [["memory", tr("memory c")], ["hidden", "h"], ["input", "i"], ["forget", "f"], ["candidate", "g"], ["output", "o"]]);
    for (const button of this.switch.children) {
      const words = named(button.dataset.value);
      button.title = words;
      button.setAttribute("aria-label", words);
    }
    this.scale = new Scale();
    const figure = (words, ...parts) => h("figure", {}, h("div", { class: "caption" }, ...words), ...parts);
    this.root.append(
      h("div", { class: "told" }, this.headline, this.since),
      h("div", { class: "frame" },
        h("div", { class: "middle" },
          h("div", { class: "halves" },
            (this.pictureFigure = figure([(this.pictureName = h("b"))], this.picture)),
            figure([this.switch, this.scale.box], this.matrix)),
          figure([h("b", {}, tr("p(class) after each row")), (this.dashed = h("span", { class: "pg-muted" }))], this.curve)),
        h("div", { class: "right" }, figure([h("b", {}, tr("p(class | rows so far)"))], this.opinions),
          figure([(this.now = h("b"))], this.bars))),
      this.readout, this.buildTransport());
  }

  // ------------------------------------------------------------------------------------------------------- the trace

  open({ arrays, shapes }) {
    const { picture, ...numbers } = arrays;
    Object.assign(this, numbers, { ink: picture });
    [this.steps, this.width] = shapes.picture;
    this.units = shapes.memory[1];
    this.classes = shapes.probabilities[1];
    this.stride = 4;
    this.most = Math.log(this.classes);
    this.top = Math.max(...this.memory.map(Math.abs), 1e-6);
    this.heat = null;
    this.lines = null;
    this.away();
    this.root.dataset.rows = this.steps;
    this.root.dataset.units = this.units;
    say(this.dashed, tr`dashed: entropy, up to ln ${this.classes} = ${this.most.toFixed(3)} nats`);
  }

  away() {
    [this.row, this.pixel, this.kind, this.hover] = [-1, -1, -1, -1];
    this.onCurve = false;
  }

  /** [row, column] of the cell under a pointer event. */
  cellAt(event, canvas) {
    const box = canvas.getBoundingClientRect();
    const [rows, columns] = canvas.counts;
    const at = (share, count) => clamp(Math.floor(share * count), 0, count - 1);
    return [at((event.clientY - box.top) / box.height, rows), at((event.clientX - box.left) / box.width, columns)];
  }

  rowOf(event) {
    const [left, right] = this.span.map((x) => x / this.ratio);
    return clamp(Math.round(((within(event, this.curve)[0] - left) / (right - left)) * this.steps), 0, this.steps);
  }

  cursorKey([across, down]) {
    const from = this.hover >= 0 ? this.hover : this.focus >= 0 ? this.focus : 0;
    this.row = -1;
    this.hover = clamp(from + across + 8 * down, 0, this.units - 1);
  }

  unit() { return this.hover >= 0 ? this.hover : this.focus; }

  /** What the matrix shows of a unit in the step that read a row, 0 the first. */
  value(row, unit, show = this.show) {
    if (show === "memory" || show === "hidden") return this[show][(row + 1) * this.units + unit];
    return this.gates[(["input", "forget", "candidate", "output"].indexOf(show) * this.steps + row) * this.units + unit];
  }

  p(rows, kind) { return this.probabilities[rows * this.classes + kind]; }

  // ----------------------------------------------------------------------------------------------------------- sizes

  fit(width) {
    const { ratio } = this;
    const wide = width >= 780;
    this.root.dataset.wide = wide;
    const cell = Math.max(1, Math.floor((SIDE * ratio) / Math.max(this.steps, this.width)));
    this.cell = cell;
    const set = (canvas, rows, columns, across, down) => {
      canvas.counts = [rows, columns];
      fitCanvas(canvas, columns * across, rows * down, ratio);
    };
    const kind = Math.floor(CLASS_WIDTH * ratio);
    set(this.picture, this.steps, this.width, cell, cell);
    const taken = (this.width * cell + this.classes * kind) / ratio + 2 * 22;
    const room = wide ? width - taken : width;
    this.across = Math.max(1, Math.floor((Math.min(room, 520) * ratio) / this.units));
    set(this.matrix, this.steps, this.units, this.across, cell);
    set(this.opinions, this.steps, this.classes, kind, cell);
    this.bars.counts = [1, this.classes];
    fitCanvas(this.bars, this.classes * kind, Math.floor(CURVE * ratio), ratio);
    const left = wide ? (this.width * cell + this.units * this.across) / ratio + 22 : width;
    fitCanvas(this.curve, Math.floor(left * ratio), Math.floor(CURVE * ratio), ratio);
    this.heat = null;
    this.lines = null;
  }

  // ----------------------------------------------------------------------------------------------------------- words

  draw() {
    drawRows(this);
    const { step } = this;
    const verdict = this.verdicts[step];
    this.root.dataset.verdict = verdict;
    this.root.dataset.show = this.show;
    const read = step ? tr`After row ${step} of ${this.steps}` : tr("Before the first row");
    say(this.headline, tr`${read}: ${verdict}, p = ${probabilityText(this.p(step, verdict))}, entropy ${this.entropy[step].toFixed(3)} nats`);
    const changed = [...this.changes].filter((row) => row <= step);
    say(this.since, !changed.length ? tr("verdict not changed so far") : changed.length > 1 ? tr`verdict changed after rows ${changed.join(", ")}` : tr`verdict changed after row ${changed[0]}`);
    say(this.pictureName, tr`${this.steps} rows of ${this.width} pixels`);
    say(this.now, tr`now: ${verdict}`);
    say(this.readout, this.readoutWords());
  }

  readoutWords() {
    if (this.onCurve) return this.opinionWords(this.row + 1);
    const row = this.row >= 0 ? this.row : this.step - 1; // of the matrix and the picture, 0 the first
    if (this.pixel >= 0) {
      const ink = this.ink[row * this.width + this.pixel].toFixed(3);
      return row < this.step ? tr`row ${row + 1}, column ${this.pixel + 1}: ink ${ink}` : tr`row ${row + 1}, column ${this.pixel + 1}: ink ${ink}, not read yet`;
    }
    if (this.kind >= 0) return tr`after row ${row + 1}: p(${this.kind}) = ${probabilityText(this.p(row + 1, this.kind))}, entropy ${this.entropy[row + 1].toFixed(4)} nats`;
    if (this.unit() >= 0) return this.unitWords(row, this.unit());
    return tr("Point at a unit for its gates, at a class for its probability; a click pins a unit.");
  }

  opinionWords(rows) {
    const order = Array.from({ length: this.classes }, (_, k) => k).sort((a, b) => this.p(rows, b) - this.p(rows, a));
    return tr`after row ${rows}: ${order.slice(0, 4).map((k) => `p(${k}) = ${probabilityText(this.p(rows, k))}`).join(", ")}, entropy ${this.entropy[rows].toFixed(4)} nats`;
  }

  unitWords(row, unit) {
    if (row < 0) return tr`unit ${unit + 1}: c = 0, h = 0 before the first row`;
    const of = (show, at = row) => signed(this.value(at, unit, show), 3);
    const before = row ? of("memory", row - 1) : "0";
    return tr`row ${row + 1}, unit ${unit + 1}: c = f·c + i·g = ${of("forget")}·(${before}) + ${of("input")}·(${of("candidate")}) = ${of("memory")},  h = o·tanh c = ${of("output")}·tanh(${of("memory")}) = ${of("hidden")}`;
  }

  words() {
    const verdict = this.verdicts[this.step];
    return tr`${this.step} of ${this.steps} rows read. Verdict ${verdict}, probability ${probabilityText(this.p(this.step, verdict))}.`;
  }
}
