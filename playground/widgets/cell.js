// A recurrent cell reads a text. Steps are characters read, 0 … S; what is followed is a unit. No mathematics of the
// model: every gate, sum and state comes from the trace.

const sorts = () => ({
  lasts: tr("how long they last"), line: tr("age of the line"), word: tr("age of the word"), capital: tr("capitals"),
  varies: tr("how much they vary"), alike: tr("who moves alike"), number: tr("number"),
});
const CANDIDATES = 10; // next characters that are listed, besides the one that comes

export default function (component) {
  return mount(component, ".pg-cell", Cell);
}

class Cell extends CellUnits {
  constructor(root) {
    super(root, "__cell");
  }

  get rate() { return 7; } // characters a second at speed 1
  get strideWords() { return [tr("One character"), tr("a line")]; }

  stepFrom(direction, far) {
    if (!far) return this.step + direction;
    let step = this.step + direction;
    while (step > 0 && step < this.steps && this.symbol(step - 1) !== "\n") step += direction;
    return step;
  }

  // ------------------------------------------------------------------------------------------------------- elements

  build() {
    Object.assign(this, { shown: "48", sort: "lasts", field: "memory", top: 0, pointer: null, bars: [], variables: {} });
    this.small = document.createElement("canvas");
    this.text = new Letters(tr("The text in the colours of one unit; press a character to go there"), {
      onclick: (event) => { const at = this.text.at(event); if (this.stepOf.has(at)) this.goto(this.stepOf.get(at)); },
      onpointermove: (event) => { const at = this.text.at(event); this.pointer = this.stepOf.has(at) ? { column: this.followed, step: this.stepOf.get(at), field: this.field } : null; this.schedule(); },
      onpointerleave: () => { this.pointer = null; this.schedule(); },
    });
    this.canvas = h("canvas", {
      class: "units", role: "img", tabindex: "0", "aria-label": tr("Units over the text, and the bars of this step"),
      onpointermove: (event) => { this.pointer = this.under(event); this.hover = this.pointer ? this.unitOf(this.pointer.column) : -1; this.schedule(); },
      onpointerleave: () => { this.pointer = null; this.hover = -1; this.schedule(); },
      onclick: (event) => { const found = this.under(event); if (found) this.follow(this.unitOf(found.column)); },
      onwheel: (event) => { if (this.rows < this.kept) { event.preventDefault(); this.top = clamp(this.top + Math.sign(event.deltaY) * Math.max(1, this.rows >> 4), 0, this.kept - this.rows); this.schedule(); } },
    });
    this.fields = h("div", { class: "pg-segments", role: "group", "aria-label": tr("Shown over the text") });
    const select = (label, choices, field, after) => {
      const element = h("select", { "aria-label": label, onchange: () => { this[field] = element.value; after(); this.schedule(); } },
        ...choices.map(([value, words]) => h("option", { value, selected: value === this[field] }, words)));
      return element;
    };
    this.sortSelect = select(tr("Units sorted by"), Object.entries(sorts()), "sort", () => this.arrange());
    this.rowSelect = select(tr("Units in sight"), [...[16, 48, 96].map((n) => [String(n), tr`${n} units`]), ["all", tr("all units")]], "shown", () => this.reveal());
    this.unitField = h("input", {
      type: "text", inputmode: "numeric", "aria-label": tr("Unit that is followed"), size: "4",
      onchange: () => { const unit = Number(this.unitField.value); if (/^\d+$/.test(this.unitField.value.trim()) && this.columnOf(unit) >= 0) this.follow(unit); this.unitField.value = this.unitOf(this.followed); },
    });
    this.readout = h("div", { class: "readout" });
    this.nextTitle = h("div", { class: "head" });
    this.nextRows = Array.from({ length: CANDIDATES + 1 }, () => {
      const parts = { letter: h("span", { class: "letter" }), fill: h("span", { class: "fill" }), value: h("span", { class: "value" }) };
      parts.row = h("div", { class: "next" }, parts.letter, h("span", { class: "track" }, parts.fill), parts.value);
      return parts;
    });
    this.nextSum = h("div", { class: "sum" });
    this.formulas = new Formulas();
    this.scale = new Scale();
    this.own = h("span");
    this.root.append(
      this.text.box,
      h("div", { class: "tools" },
        this.fields, this.scale.box, this.own,
        h("label", {}, tr("follow unit"), " ", this.unitField),
        h("label", {}, tr("sorted by"), " ", this.sortSelect), this.rowSelect),
      h("div", { class: "frame" }, this.canvas, h("div", { class: "right" }, this.nextTitle, ...this.nextRows.map(({ row }) => row), this.nextSum)),
      this.readout,
      this.formulas.box,
      this.buildTransport(),
    );
  }

  // ----------------------------------------------------------------------------------------------- data in and out

  open({ meta, arrays, shapes }) {
    Object.assign(this, { arrays, kept: arrays.units.length, steps: arrays.codes.length, kind: kindOf(meta.cell) });
    this.alphabet = Array.from(meta.symbols);
    this.letters = Array.from(meta.text);
    this.bars = BARS[this.kind];
    this.columnsOf = new Map(Array.from(arrays.units, (unit, column) => [unit, column]));
    this.stepOf = new Map(Array.from(arrays.at, (at, i) => [at, i + 1]));
    this.gateAt = new Map(meta.gates.map((name, n) => [name, n]));
    this.sumAt = new Map(meta.sums.map((name, n) => [name, n]));
    [this.gateCount, this.sumCount] = [meta.gates.length, shapes.from_input[1]];
    const most = (values) => values.reduce((found, value) => Math.max(found, Math.abs(value)), 1e-6);
    const usual = (values) => Float32Array.from(values, Math.abs).sort()[Math.floor(0.995 * (values.length - 1))] || 1e-6; // a few stand out
    this.limits = { memory: most(arrays.memory), hidden: this.kind === "lstm" ? most(arrays.hidden) : most(arrays.memory), candidate: 1 };
    this.heatLimits = { memory: usual(arrays.memory), hidden: this.kind === "lstm" ? usual(arrays.hidden) : usual(arrays.memory), candidate: 1 };
    if (!this.bars.includes(this.field)) this.field = this.bars.at(-1);
    this.fields.replaceChildren(...this.bars.map((name) => h("button", {
      type: "button", "data-value": name, title: nameOf(name), "aria-pressed": String(name === this.field), onclick: () => this.see(name),
    }, SIGNS[name])));
    this.text.write(this.letters, new Set(Array.from(this.letters.keys()).filter((i) => !this.stepOf.has(i))));
    this.formulas.open(meta.cell);
    this.arrange();
    this.tinted = null;
  }

  start(opened) {
    super.start(opened);
    this.reveal();
  }

  resize() {
    this.variables = {};
    const towards = (name) => ramp(this.theme.dark ? [22, 26, 33] : [247, 247, 245], rgb(this.colour(`--pg-gate-${name}`)), 256);
    this.ramps = Object.fromEntries(this.meta.gates.filter((name) => name !== "candidate").map((name) => [name, towards(name)]));
    this.mono = getComputedStyle(this.root).getPropertyValue("--st-code-font").trim() || "monospace";
    this.tinted = this.picture = null;
    super.resize();
  }

  // ---------------------------------------------------------------------------------------------------- looking up

  symbol(i) { return this.alphabet[this.arrays.codes[i]]; }
  unitOf(column) { return this.arrays.units[column]; }
  columnOf(unit) { return this.columnsOf.get(unit) ?? -1; }

  /** The column of the unit that is followed. */
  get followed() { return Math.max(0, this.columnOf(this.focus >= 0 ? this.focus : this.meta.start.focus)); }

  value(field, step, column) {
    const { arrays, kept } = this;
    if (field === "memory" || (field === "hidden" && this.kind !== "lstm")) return arrays.memory[step * kept + column];
    if (field === "hidden") return arrays.hidden[step * kept + column];
    return arrays.gate[(step * this.gateCount + this.gateAt.get(field)) * kept + column] / this.meta.fine;
  }

  /** Numbers of one step and one unit, for the formulas. */
  lookup(step, column) {
    const { arrays, kept, sumCount } = this;
    const sum = (values, row, name) => values[(row * sumCount + this.sumAt.get(name)) * kept + column];
    return {
      value: (name) => this.value(name, step, column),
      before: (name) => (step ? this.value(name, step - 1, column) : 0),
      fromInput: (name) => sum(arrays.from_input, arrays.row[step], name),
      fromHidden: (name) => sum(arrays.from_hidden, step, name),
    };
  }

  /** The units in the chosen order, and where each stands in it. */
  arrange() {
    const { arrays, kept, sort } = this;
    const n = this.meta.scores.indexOf(sort);
    const score = (column) => { const found = arrays.score[n * kept + column]; return sort === "alike" ? found : -Math.abs(found); };
    this.order = Array.from({ length: kept }, (_, column) => column);
    if (n >= 0) this.order.sort((a, b) => score(a) - score(b) || a - b);
    this.place = new Int32Array(kept);
    this.order.forEach((column, place) => { this.place[column] = place; });
    this.reveal();
  }

  /** The followed unit's row is brought into sight. */
  reveal() {
    if (!this.order || !this.meta?.start) return;
    const place = this.place[this.followed];
    const rows = Math.min(this.shown === "all" ? this.kept : Number(this.shown), this.kept);
    if (place < this.top || place >= this.top + rows) this.top = clamp(place - (rows >> 1), 0, this.kept - rows);
  }

  see(field) {
    this.field = field;
    for (const button of this.fields.children) button.setAttribute("aria-pressed", String(button.dataset.value === field));
    this.schedule();
  }

  follow(unit) {
    this.focus = unit;
    this.reveal();
    this.changed();
  }

  pin(unit) { this.follow(unit); }

  cursorKey([across, down]) {
    if (across) this.goto(this.step + across);
    else this.follow(this.unitOf(this.order[clamp(this.place[this.followed] + down, 0, this.kept - 1)]));
  }

  // -------------------------------------------------------------------------------------------- text, next, words

  /** The followed unit's value over the text, as colour; what is not yet read is faint. */
  drawText() {
    const key = [this.id, this.followed, this.field, this.theme.dark].join();
    if (this.tinted !== key) {
      this.tinted = key;
      const { theme } = this;
      let most = 1e-6; // the text has a scale of the unit's own
      for (let step = 0; step <= this.steps; step++) most = Math.max(most, Math.abs(this.value(this.field, step, this.followed)));
      say(this.own, tr`the text: full at ${most.toPrecision(2)}`);
      for (const [at, step] of this.stepOf) {
        const colour = this.shadeOf(this.field, this.value(this.field, step, this.followed), most);
        this.text.colour(at, unpacked(colour), inkOn(channels(colour)));
      }
      this.marked = this.readTo = null;
    }
    if (this.readTo !== this.step) {
      const at = this.step ? this.arrays.at[this.step - 1] : -1;
      this.text.spans.forEach((span, i) => span.classList.toggle("ahead", i > at));
      this.text.spans[this.marked]?.classList.remove("here");
      this.text.spans[at]?.classList.add("here");
      this.text.reveal(at < 0 ? 0 : at);
      [this.readTo, this.marked] = [this.step, at];
    }
    if (document.activeElement !== this.unitField && this.root.getRootNode().activeElement !== this.unitField) this.unitField.value = this.unitOf(this.followed);
    for (const element of [this.scale.box, this.own]) element.classList.toggle("pg-hidden", Boolean(this.ramps[this.field]));
    this.scale.show(this.colours, this.heatLimits[this.field] ?? 1);
  }

  drawNext() {
    const { step, alphabet } = this;
    const log = this.arrays.log_p.subarray(step * alphabet.length, (step + 1) * alphabet.length);
    const order = Array.from(log.keys()).sort((a, b) => log[b] - log[a] || a - b);
    const comes = step < this.steps ? this.arrays.codes[step] : -1;
    say(this.nextTitle, step ? tr`p(next), after ${quoted(this.symbol(step - 1))}` : tr("p(first character)"));
    const listed = order.slice(0, CANDIDATES);
    const rank = order.indexOf(comes);
    listed.push(rank >= CANDIDATES ? comes : order[CANDIDATES]);
    this.nextRows.forEach(({ row, letter, fill, value }, n) => {
      const code = listed[n];
      row.classList.toggle("pg-hidden", code === undefined);
      if (code === undefined) return;
      say(letter, visible(alphabet[code]));
      fill.style.width = `${100 * Math.exp(log[code])}%`;
      say(value, probabilityText(Math.exp(log[code])));
      row.classList.toggle("comes", code === comes);
      row.title = tr`${quoted(alphabet[code])}: p = ${Math.exp(log[code]).toPrecision(4)}, rank ${order.indexOf(code) + 1} of ${order.length}`;
    });
    say(this.nextSum, comes < 0 ? tr("the text ends here") : tr`${quoted(alphabet[comes])} comes: rank ${rank + 1}, −log p = ${(-log[comes]).toFixed(3)} nats`);
  }

  /** The numbers under the pointer, else of the unit that is followed. */
  pointed() {
    const { column, step, field } = this.pointer ?? { column: this.followed, step: this.step, field: this.field };
    const score = (name) => signed(this.arrays.score[this.meta.scores.indexOf(name) * this.kept + column], 2);
    const when = step ? tr`after character ${step}, ${quoted(this.symbol(step - 1))}` : tr("before the text");
    return tr`Unit ${this.unitOf(column)} ${when}: ${SIGNS[field]} = ${signed(this.value(field, step, column), 4)}. Its ${
      this.kind === "lstm" ? "c" : "h"} correlates with its own past ${score("lasts")}, the line's age ${score("line")}, the word's ${score("word")}, capitals ${score("capital")}.`;
  }

  words() {
    const { step } = this;
    const here = this.lookup(step, this.followed);
    return tr`${step} of ${this.steps} characters read. Unit ${this.unitOf(this.followed)}: ${this.bars.map((name) => `${nameOf(name)} ${signed(here.value(name), 2)}`).join(", ")}.`;
  }
}
