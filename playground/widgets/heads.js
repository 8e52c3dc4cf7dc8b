// Attention heads on a text. A step is the position that asks; the pinned thing is the head that stands large. Position
// 0 has read nothing yet (⊢), position t the t-th character; every number is looked up in the trace.

export default function (component) {
  return mount(component, ".pg-heads", Heads);
}

const BEGIN = "⊢";

/** What is counted of a head, in words. */
const measured = (name) => ({
  itself: tr("the character itself"), before: tr("the character before"), same: tr("earlier ones of its kind"), "after same": tr("what followed those"),
  line: tr("the line's start"),
})[name];

class Heads extends Stepper {
  constructor(root) {
    super(root, "__heads");
  }

  get strideWords() { return [tr("One character"), tr("ten")]; }
  get rate() { return 6; }
  get countText() { return `${this.step} / ${this.steps}`; }

  // -------------------------------------------------------------------------------------------------------- elements

  build() {
    Object.assign(this, { cell: null, char: -1, entry: null, hoverHead: -1 });
    this.multiples = h("div", { class: "multiples", role: "group", "aria-label": tr("All heads; point at one, click makes it the large one") });
    this.multiples.addEventListener("pointerleave", () => this.pointHead(-1));
    this.rows = Array.from({ length: 7 }, () => { const cells = [h("span"), h("span"), h("span")]; return { row: h("div", { class: "measure" }, ...cells), cells }; });
    this.rows[0].row.classList.add("words");
    this.large = new Cells(tr("The weights of the chosen head: row asks, column is looked at"));
    this.large.canvas.addEventListener("pointermove", (event) => { const at = this.large.at(event); this.cell = at < 0 ? null : [Math.floor(at / this.count), at % this.count]; this.schedule(); });
    this.large.canvas.addEventListener("pointerleave", () => { this.cell = null; this.schedule(); });
    this.large.canvas.addEventListener("click", (event) => { const at = this.large.at(event); if (at >= 0) this.goto(Math.floor(at / this.count)); });
    this.readout = h("div", { class: "readout" });
    pointable(this.large.canvas, () => this.large, this.readout);
    [this.headName, this.headNote, this.textNote] = [h("b"), h("span", { class: "pg-muted" }), h("span", { class: "pg-muted" })];
    this.text = h("div", { class: "text", role: "group", tabindex: "0", "aria-label": tr("The text; darker: looked at more. Click a character to let it ask") });
    this.text.addEventListener("pointerleave", () => { this.char = -1; this.schedule(); });
    this.next = h("div", { class: "next" });
    this.chain = h("div", { class: "chain" });
    this.strips = ["mixed", "out"].map((name) => {
      const canvas = h("canvas", { role: "img", "aria-label": name === "mixed" ? tr("The heads' answers side by side") : tr("Their projection") });
      canvas.addEventListener("pointermove", (event) => { this.entry = { name, at: stripAt(event, canvas, this.width, name === "mixed" ? this.each : this.width, this.ratio) }; this.schedule(); });
      canvas.addEventListener("pointerleave", () => { this.entry = null; this.schedule(); });
      const words = h("figcaption");
      pointable(canvas, () => ({ columns: this.width, rows: 1 }), words);
      return { name, canvas, words };
    });
    const caption = (...children) => h("div", { class: "caption" }, ...children);
    this.root.append(
      this.buildTransport(),
      h("div", { class: "frame" },
        h("div", { class: "small" }, caption(h("b", {}, tr("All heads")), h("span", { class: "pg-muted" }, tr("layer ↓, head →"))), this.multiples,
          h("div", { class: "measures" }, ...this.rows.map(({ row }) => row))),
        h("div", { class: "large" }, caption(this.headName, this.headNote), this.large.canvas, this.readout),
        h("div", { class: "told" }, caption(h("b", {}, tr("The text")), this.textNote), this.text, this.next)),
      this.chain,
      h("div", { class: "strips" }, ...this.strips.map(({ canvas, words }) => h("figure", {}, words, canvas))));
  }

  // -------------------------------------------------------------------------------------------------------- the trace

  open({ meta, arrays, shapes }) {
    Object.assign(this, { arrays });
    [this.layers, this.heads, this.count] = shapes.weights;
    this.width = shapes.mixed[2];
    this.each = this.width / this.heads;
    this.steps = this.count - 1;
    this.stride = 10;
    this.characters = [BEGIN, ...meta.text];
    this.large.shape(this.count, this.count);
    this.limits = Object.fromEntries(["mixed", "out"].map((name) => [name, Array.from({ length: this.layers }, (_, layer) => {
      let most = 1e-9;
      const part = arrays[name].subarray(layer * this.count * this.width, (layer + 1) * this.count * this.width);
      for (const value of part) most = Math.max(most, Math.abs(value));
      return most * 0.7;
    })]));
    this.thumbs = Array.from({ length: this.layers * this.heads }, (_, head) => {
      const canvas = h("canvas", { "aria-hidden": "true" });
      const button = h("button", {
        type: "button", "aria-label": this.nameOf(head), title: this.nameOf(head), "data-head": head,
        onpointerenter: () => this.pointHead(head), onclick: () => this.choose(head),
      }, canvas);
      return { canvas, button };
    });
    this.multiples.style.setProperty("--heads", this.heads);
    this.multiples.replaceChildren(...Array.from({ length: this.layers }, (_, layer) => [h("span", {}, String(layer + 1)),
      ...this.thumbs.slice(layer * this.heads, (layer + 1) * this.heads).map(({ button }) => button)]).flat());
    this.spans = this.characters.map((character, t) => h("span", {
      "data-t": t, onpointerenter: () => { this.char = t; this.schedule(); }, onclick: () => this.goto(t),
    }, character === "\n" ? "↵\n" : character));
    this.text.replaceChildren(...this.spans);
    this.images = null;
  }

  nameOf(head) { return tr`Layer ${Math.floor(head / this.heads) + 1}, head ${(head % this.heads) + 1}`; }
  get chosen() { return this.focus >= 0 ? this.focus : this.meta.best; }
  get head() { return this.hoverHead >= 0 ? this.hoverHead : this.chosen; }
  get layer() { return Math.floor(this.head / this.heads); }
  weight(head, row, column) { return this.arrays.weights[(head * this.count + row) * this.count + column]; }
  of(name, head, t) { return this.arrays[name][head * this.count + t]; }
  vector(name, t) { return (this.layer * this.count + t) * this.width; }

  choose(head) { this.focus = head; this.hoverHead = -1; this.changed(); }
  pointHead(head) { if (head !== this.hoverHead) { this.hoverHead = head; this.schedule(); } }
  cursorKey([right, down]) {
    const head = this.chosen;
    const row = clamp(Math.floor(head / this.heads) + down, 0, this.layers - 1);
    this.choose(row * this.heads + clamp((head % this.heads) + right, 0, this.heads - 1));
  }

  // ---------------------------------------------------------------------------------------------------------- drawing

  fit(width) {
    const wide = width >= 780;
    const thumb = Math.max(22, Math.min(92, Math.floor(254 / this.heads) - 9, Math.floor(256 / this.layers) - 9));
    for (const { canvas } of this.thumbs) fitCanvas(canvas, Math.round(thumb * this.ratio), Math.round(thumb * this.ratio), this.ratio);
    this.large.fit(Math.min(width, 326), this.ratio);
    const strip = wide ? (width - 22) / 2 : width;
    for (const { canvas } of this.strips) fitCanvas(canvas, Math.floor(strip * this.ratio), Math.round(14 * this.ratio), this.ratio);
    this.images = null;
  }

  paint() {
    this.ramped = attentionRamp(this.root, this.theme);
    this.images = this.thumbs.map((_, head) => weightsImage(this.arrays.weights, head * this.count * this.count, this.count, this.ramped, packed(this.theme.background)));
    this.thumbs.forEach(({ canvas }, head) => drawImageIn(canvas, this.images[head], canvas.width));
    this.painted = this.theme.dark;
  }

  draw() {
    if (!this.images || this.painted !== this.theme.dark) this.paint();
    const { head, step } = this;
    this.thumbs.forEach(({ button }, at) => {
      button.setAttribute("aria-pressed", String(at === this.chosen));
      button.classList.toggle("hover", at === this.hoverHead);
    });
    this.drawLarge(head, step);
    this.drawText(head, step);
    this.drawStrips(step);
    this.tell(head, step);
    this.root.dataset.head = head;
  }

  drawLarge(head, step) {
    const { large, theme, ratio } = this;
    large.context.imageSmoothingEnabled = false;
    large.context.drawImage(this.images[head], 0, 0, large.canvas.width, large.canvas.height);
    const mark = (row, colour) => {
      large.context.strokeStyle = colour;
      large.context.lineWidth = 1.5 * ratio;
      large.context.strokeRect(0, row * large.cell - ratio, (row + 1) * large.cell + ratio, large.cell + 2 * ratio);
    };
    mark(step, getComputedStyle(this.root).getPropertyValue("--pg-proposal"));
    if (this.cell) large.outline(this.cell[0] * this.count + this.cell[1], css(theme.rejected), css(theme.paper, 0.9), 1.5);
  }

  drawText(head, step) {
    for (let t = 0; t < this.count; t++) {
      const span = this.spans[t];
      const read = t <= step;
      const weight = read ? this.weight(head, step, t) : 0;
      const colour = this.ramped[weightShade(weight)];
      span.style.background = read ? unpacked(colour) : "";
      span.style.color = read ? inkOn(channels(colour)) : "";
      span.className = t === step ? "asks" : read ? "" : "unread";
      if (read) span.title = `${seen(this.characters[t])}: ${weight.toFixed(4)}`;
      else span.removeAttribute("title");
    }
    const asks = this.spans[step];
    if (this.playing) {
      const box = this.text;
      if (asks.offsetTop - box.offsetTop > box.scrollTop + box.clientHeight - 24 || asks.offsetTop - box.offsetTop < box.scrollTop) box.scrollTop = asks.offsetTop - box.offsetTop - 24;
    }
    const top = Array.from({ length: 5 }, (_, i) => ({ place: this.arrays.top[step * 5 + i], p: this.arrays.probability[step * 5 + i] }));
    const came = this.characters[step + 1];
    this.next.replaceChildren(h("span", { class: "pg-muted" }, tr("next:")), ...top.map(({ place, p }) => {
      const symbol = this.meta.symbols[place];
      const code = h("code", { class: symbol === came ? "came" : "", title: `p = ${probabilityText(p)}` }, `${seen(symbol)} ${p.toFixed(2)}`);
      code.style.setProperty("--p", p);
      return code;
    }));
  }

  drawStrips(step) {
    for (const { name, canvas } of this.strips) {
      drawStrip(canvas, this.arrays[name], this.vector(name, step), this.width, name === "mixed" ? this.each : this.width, this.limits[name][this.layer], this.colours, this.ratio);
    }
  }

  // ------------------------------------------------------------------------------------------------------------ words

  tell(head, step) {
    const { count: T, width, heads: A, each, layer } = this;
    say(this.headName, this.nameOf(head));
    say(this.headNote, tr("row asks"));
    const [row, column] = this.cell ?? [step, this.char >= 0 ? this.char : this.strongest(head, step)];
    const place = (t) => (t ? `${t} “${seen(this.characters[t])}”` : `0 ${BEGIN}`);
    const found = [place(row), place(column), this.weight(head, row, column).toFixed(4), this.of("entropy", head, row).toFixed(3), Math.log(row + 1).toFixed(3)];
    say(this.readout, column > row ? tr`${place(row)} may not look at ${place(column)}: it comes later` : this.rowWords(found, !this.cell && this.char < 0));
    say(this.textNote, tr`position ${place(step)} asks`);
    const M = this.meta.measures.length;
    const number = (value) => (Number.isFinite(value) ? value.toFixed(3) : "–");
    const mean = (of) => { let sum = 0; for (let t = 1; t < T; t++) sum += of(t); return T > 1 ? sum / (T - 1) : NaN; };
    const lines = [[tr("mean weight on"), tr("head"), tr("uniform")], ...this.meta.measures.map((name, m) => [measured(name), number(this.arrays.measured[head * M + m]), number(this.arrays.uniform[m]), this.arrays.counted[m]]),
      [tr("entropy, nats"), number(mean((t) => this.of("entropy", head, t))), number(mean((t) => Math.log(t + 1)))]];
    this.rows.forEach(({ row: line, cells }, i) => {
      lines[i].slice(0, 3).forEach((text, c) => say(cells[c], text));
      if (lines[i].length > 3) line.title = tr`mean over ${lines[i][3]} positions that have one`;
    });
    say(this.chain, tr`x (${T}, ${width}) → Q, K, V: ${A} × (${T}, ${each}) → weights ${A} × (${T}, ${T}) → ${A} × (${T}, ${each}) → side by side (${T}, ${width}) → · W_O (${width}, ${width}) → (${T}, ${width})`);
    const shares = Array.from({ length: A }, (_, a) => this.of("share", layer * A + a, step).toFixed(2)).join(" · ");
    const told = (name) => {
      if (this.entry?.name !== name || this.entry.at < 0) return "";
      const { at } = this.entry;
      const value = signed(this.arrays[name][this.vector(name, step) + at], 3);
      return name === "mixed" ? tr`head ${Math.floor(at / each) + 1}, number ${(at % each) + 1}: ${value}` : tr`number ${at + 1}: ${value}`;
    };
    say(this.strips[0].words, told("mixed") || tr`${A} answers of ${each} numbers; lengths through W_O ${shares}`);
    say(this.strips[1].words, told("out") || tr`projected by W_O: ${width} numbers, added to the trunk`);
  }

  /** A pair of positions; most: it is where the row looks most. */
  rowWords([row, column, weight, entropy, uniform], most) {
    if (most) return tr`${row} → most: ${column}: weight ${weight} · entropy of the row ${entropy} nats, uniform ${uniform}`;
    return tr`${row} → ${column}: weight ${weight} · entropy of the row ${entropy} nats, uniform ${uniform}`;
  }

  strongest(head, row) {
    let best = 0;
    for (let column = 1; column <= row; column++) if (this.weight(head, row, column) > this.weight(head, row, best)) best = column;
    return best;
  }

  words() { return `${this.headName.textContent}. ${this.readout.textContent}.`; }
}
