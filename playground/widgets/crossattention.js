// Encoder and decoder. A step is a written symbol: it asks all columns of the source, and takes home a mixture of
// values. Every number is looked up in the trace; the mean over heads is the only thing that is computed here.

export default function (component) {
  return mount(component, ".pg-cross", Cross);
}

class Cross extends CrossDrawing {
  constructor(root) {
    super(root, "__cross");
  }

  // ------------------------------------------------------------------------------------------------------- elements

  build() {
    Object.assign(this, { column: -1, pointed: null });
    this.main = h("canvas", { role: "img", tabindex: "0", "aria-label": tr("Columns of the source, rows of the written symbols; point for numbers, click a row to pin it") });
    this.main.addEventListener("pointermove", (event) => this.point(this.under(event)));
    this.main.addEventListener("pointerleave", () => this.point(null));
    this.main.addEventListener("click", (event) => {
      const found = this.under(event);
      if (found?.row >= 0) { if (found.row < this.step) this.pin(found.row); else this.goto(found.row + 1); }
    });
    this.scale = new WeightScale();
    this.readout = h("div", { class: "readout" });
    [this.title, this.titleNote] = [h("b"), h("span", { class: "pg-muted" })];
    this.writtenText = h("div", { class: "written", "aria-label": tr("Written so far") });
    this.bars = h("div", { class: "bars" });
    [this.answerFact, this.exactFact, this.verdict, this.nats] = [h("b"), h("b"), h("div", { class: "verdict" }), h("span")];
    this.root.append(
      this.buildTransport(),
      h("div", { class: "options" }, ...this.buildChoice(), this.scale.box),
      h("div", { class: "frame" },
        h("div", { class: "middle" }, this.main),
        h("div", { class: "next" },
          h("div", { class: "line" }, this.title, this.titleNote), this.writtenText, this.bars,
          h("div", { class: "facts" },
            h("div", {}, tr("the model:"), " ", this.answerFact),
            h("div", {}, tr("exact:"), " ", this.exactFact),
            this.verdict, this.nats))),
      this.readout);
  }

  // ------------------------------------------------------------------------------------------------------- the trace

  open({ meta, arrays, shapes }) {
    Object.assign(this, arrays);
    [this.layers, this.heads, this.steps, this.length] = shapes.cross;
    [this.width0, this.size, this.things] = [shapes.hidden[1], shapes.keys[3], this.steps];
    this.states = shapes.probabilities[1];
    this.stride = this.steps;
    this.column = -1;
    this.openChoice();
    const names = [...meta.symbols, tr("end")];
    this.rows = names.map((name) => {
      const [fill, value] = [h("span", { class: "fill" }), h("span", { class: "value" })];
      return { row: h("div", { class: "bar" }, h("span", {}, name), h("span", { class: "track" }, fill), value), fill, value };
    });
    this.bars.replaceChildren(...this.rows.map(({ row }) => row));
  }

  get rate() { return 1.1; } // symbols a second
  get strideWords() { return [tr("One symbol"), tr("to the end")]; }

  name(t) { return this.meta.symbols[this.written[t]] ?? tr("end"); }

  weight(t, s) {
    const at = (head) => this.cross[((this.layer * this.heads + head) * this.steps + t) * this.length + s];
    if (!this.isMean) return at(this.head);
    let sum = 0;
    for (let head = 0; head < this.heads; head++) sum += at(head);
    return sum / this.heads;
  }

  score(t, s) { return this.scores[((this.layer * this.heads + this.head) * this.steps + t) * this.length + s]; }

  largestWeight() {
    let found = 1e-9;
    for (let t = 0; t < this.steps; t++) for (let s = 0; s < this.length; s++) found = Math.max(found, this.weight(t, s));
    return found;
  }

  /** The row that is looked at: the one under the pointer, else the pinned one, else the newest; −1 before the first. */
  get row() {
    const there = (row) => row >= 0 && row < this.step;
    if (there(this.hover)) return this.hover;
    return there(this.pinned) ? this.pinned : this.step - 1;
  }

  // --------------------------------------------------------------------------------------------------------- drawing

  draw() {
    const { row } = this;
    this.showChoice();
    this.drawMain(row);
    this.tellNext(row);
    this.tell(row);
    this.root.dataset.row = row;
  }

  tellNext(row) {
    const { meta, states } = this;
    say(this.title, row < 0 ? tr("Nothing written yet") : tr`Symbol ${row + 1}`);
    say(this.titleNote, row < 0 ? "" : this.hover === row ? tr("under the pointer") : this.pinned === row ? tr("pinned") : tr("p(symbol | …)"));
    let text = "";
    for (let t = 0; t < this.step; t++) text += this.written[t] < meta.symbols.length ? this.name(t) : "";
    say(this.writtenText, this.step >= this.steps && meta.ended ? text : `${text}▏`);
    this.rows.forEach(({ row: element, fill, value }, v) => {
      const p = row < 0 ? NaN : this.probabilities[row * states + v];
      say(value, row < 0 ? "–" : probabilityText(p));
      fill.style.width = row < 0 ? "0" : `${100 * p}%`;
      element.classList.toggle("chosen", row >= 0 && this.written[row] === v);
    });
    const done = this.step >= this.steps;
    say(this.answerFact, done ? meta.answer || tr("nothing") : "…");
    say(this.exactFact, meta.exact || tr("no such phrase"));
    const verdict = !meta.exact ? "none" : !done ? "" : meta.exact === meta.answer ? "same" : "other";
    this.verdict.dataset.verdict = verdict;
    say(this.verdict, {
      none: tr("It answers all the same: do not trust it."), "": " ", 
      same: meta.apart ? tr("✓ the same · never trained on") : tr("✓ the same · may have been trained on"),
      other: meta.apart ? tr("✗ not the same · never trained on") : tr("✗ not the same · may have been trained on"),
    }[verdict]);
    let total = 0;
    for (let t = 0; t < this.step; t++) total += Math.log(this.probabilities[t * states + this.written[t]]);
    say(this.nats, done && !meta.ended ? tr`log p of what is written = ${signed(total, 4)} nats; no end: its length ran out` : tr`log p of what is written = ${signed(total, 4)} nats`);
  }

  tell(row) {
    const { pointed, meta } = this;
    const symbol = (s) => `“${meta.source[s] === " " ? "␣" : meta.source[s]}” (${s + 1})`;
    if (pointed && pointed.column >= 0) {
      const s = pointed.column;
      if (pointed.part === "rows" && pointed.row < this.step) {
        const t = pointed.row;
        const [weight, name] = [probabilityText(this.weight(t, s)), this.name(t)];
        say(this.readout, this.isMean ? tr`${this.headWords}: writing ${t + 1}, “${name}”, on ${symbol(s)}: weight ${weight}`
          : tr`${this.headWords}: writing ${t + 1}, “${name}”, on ${symbol(s)}: score q · k / √d = ${signed(this.score(t, s), 3)}, weight ${weight}`);
        return;
      }
      if (pointed.part === "hidden") { say(this.readout, tr`encoder's output at ${symbol(s)}, number ${pointed.index + 1}: ${signed(this.hidden[s * this.width0 + pointed.index], 3)}`); return; }
      if ((pointed.part === "keys" || pointed.part === "values") && !this.isMean) {
        const value = this[pointed.part][((this.layer * this.heads + this.head) * this.length + s) * this.size + pointed.index];
        say(this.readout, pointed.part === "keys" ? tr`${this.headWords}: key of ${symbol(s)}, number ${pointed.index + 1}: ${signed(value, 3)}`
          : tr`${this.headWords}: value of ${symbol(s)}, number ${pointed.index + 1}: ${signed(value, 3)}`);
        return;
      }
      if (row >= 0) { say(this.readout, tr`${symbol(s)} gets weight ${probabilityText(this.weight(row, s))} of symbol ${row + 1}, “${this.name(row)}” (${this.headWords})`); return; }
    }
    if (row < 0) { say(this.readout, tr("The whole source is read at once, before anything is written. Press play, or →.")); return; }
    const most = Array.from({ length: this.length }, (_, s) => [s, this.weight(row, s)]).sort((a, b) => b[1] - a[1]).slice(0, 3);
    say(this.readout, tr`${this.headWords}: to write “${this.name(row)}” it looks at ${most.map(([s, w]) => `${symbol(s)} ${w.toFixed(3)}`).join(", ")}`);
  }

  words() {
    const { row } = this;
    return tr`Step ${this.step} of ${this.steps}. Written ${this.writtenText.textContent} ${row < 0 ? "" : `p = ${probabilityText(this.probabilities[row * this.states + this.written[row]])}.`} ${this.readout.textContent}`;
  }

  // -------------------------------------------------------------------------------------------------------- pointing

  under(event) {
    const { at } = this;
    const [x, y] = within(event);
    const column = Math.floor((x - LEFT) / at.column);
    const found = { column: column >= 0 && column < this.length ? column : -1, row: -1, part: "", index: -1 };
    const inside = (part, high) => y >= at.top[part] && y < at.top[part] + high;
    if (y < SYMBOL) found.part = "source";
    else if (inside("hidden", at.tall * this.width0)) Object.assign(found, { part: "hidden", index: Math.floor((y - at.top.hidden) / at.tall) });
    else if (inside("rows", at.row * this.steps)) Object.assign(found, { part: "rows", row: Math.floor((y - at.top.rows) / at.row) });
    for (const part of ["keys", "values"]) {
      if (inside(part, at.unit * this.size)) Object.assign(found, { part, index: Math.floor((y - at.top[part]) / at.unit) });
    }
    return found;
  }

  point(found) {
    this.pointed = found;
    this.hover = found?.row ?? -1;
    this.column = found?.column ?? -1;
    this.schedule();
  }

  cursorKey([right, down]) {
    if (!this.step) return;
    const row = clamp((this.hover >= 0 ? this.hover : this.row) + down, 0, this.step - 1);
    const column = right ? clamp((this.column < 0 ? 0 : this.column) + right, 0, this.length - 1) : this.column;
    this.point({ row, column, part: "rows", index: -1 });
  }
}
