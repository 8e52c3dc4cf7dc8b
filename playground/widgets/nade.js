// NADE: a ← a + W_·i x_i, h = g(a), logit_i = b_i + V_i·h. Weights come from the trace; here they are looked up and
// added, and g and σ are applied, so that scrubbing needs no server. A browser test holds the sums to the trace's.

const MOVED = 5; // units named in the update
const TERMS = 5; // units named in the logit
const GAP = 4; // CSS pixels between rows of bars

export default function (component) {
  return mount(component, ".pg-nade", Nade);
}

class Nade extends Stepper {
  constructor(root) {
    super(root, "__nade");
  }

  // -------------------------------------------------------------------------------------------------------- elements

  build() {
    this.showing = "h";
    this.pixel = -1;
    this.digit = new Cells(tr("The digit so far; click a pixel to go to its step"), { tabindex: "0" });
    this.digit.canvas.addEventListener("pointermove", (event) => { this.pixel = this.digit.at(event); this.schedule(); });
    this.digit.canvas.addEventListener("pointerleave", () => { this.pixel = -1; this.schedule(); });
    this.digit.canvas.addEventListener("click", (event) => { if (this.stepOf[this.digit.at(event)] >= 0) this.goto(this.stepOf[this.digit.at(event)]); });
    this.readout = h("div", { class: "readout" });
    this.into = new Cells(tr("W: what each pixel of ink adds to this unit"));
    this.from = new Cells(tr("V: what this unit adds to each pixel's logit"));
    this.bars = h("canvas", { role: "img", class: "cells", tabindex: "0", "aria-label": tr("The hidden units as bars, by number"),
      onpointermove: (event) => this.point(this.unitAt(event)), onpointerleave: () => this.point(-1),
      onclick: (event) => { if (this.unitAt(event) >= 0) this.pin(this.unitAt(event)); } });
    this.scale = h("span", { class: "limit" });
    this.unitName = h("b");
    this.unitNote = h("span", { class: "pg-muted" });
    this.intoScale = h("span", { class: "limit" });
    this.fromScale = h("span", { class: "limit" });
    this.bar = h("canvas", { role: "img", "aria-label": tr("p from 0 to 1 with the uniform number u") });
    const line = () => { const cells = Array.from({ length: 5 }, () => h("span")); return { row: h("div", { class: "update" }, ...cells), cells }; };
    this.moved = Array.from({ length: MOVED + 1 }, line);
    this.terms = Array.from({ length: TERMS + 2 }, () => {
      const [name, fill, value] = [h("span", { class: "name" }), h("span", { class: "fill" }), h("span", { class: "value" })];
      return { row: h("div", { class: "term" }, name, h("span", { class: "track" }, fill), value), name, fill, value };
    });
    this.updateTitle = h("div", { class: "place" });
    this.updateNote = h("div", { class: "formula" });
    this.logitTitle = h("div", { class: "place" });
    this.result = Array.from({ length: 2 }, () => h("div", { class: "formula" }));
    this.root.append(
      h("div", { class: "frame" },
        h("div", { class: "left" },
          h("div", { class: "caption" }, h("b", {}, tr("The digit")), (this.total = h("span", { class: "pg-muted" }))),
          this.digit.canvas,
          h("div", { class: "caption" }, this.unitName, this.unitNote),
          h("div", { class: "pair" },
            h("figure", {}, this.into.canvas, h("figcaption", {}, h("b", {}, "W"), ` ${tr("in")} `, this.intoScale)),
            h("figure", {}, this.from.canvas, h("figcaption", {}, h("b", {}, "V"), ` ${tr("out")} `, this.fromScale)))),
        h("div", { class: "middle" },
          h("div", { class: "caption" }, (this.title = h("b", {})), this.scale,
            this.segments(tr("What the bars show"), "showing", [["h", "h"], ["share", tr("V·h, its share")]])),
          this.bars, this.readout,
          h("div", { class: "halves" },
            h("section", {}, h("span", { class: "pg-eyebrow" }, tr("1 · Update")), this.updateTitle, this.updateNote,
              h("div", { class: "updates" }, ...this.moved.map(({ row }) => row))),
            h("section", {}, h("span", { class: "pg-eyebrow" }, tr("2 · Conditional")), this.logitTitle,
              h("div", { class: "terms short" }, ...this.terms.map(({ row }) => row)), ...this.result, this.bar)))),
      this.buildTransport());
  }

  // -------------------------------------------------------------------------------------------------------- the trace

  open({ meta, arrays }) {
    Object.assign(this, arrays);
    this.steps = this.order.length;
    this.hidden = this.begin.length;
    [this.height, this.width] = meta.shape;
    this.stride = this.width;
    this.relu = meta.activation === "relu";
    this.stepOf = new Int32Array(this.width * this.height).fill(-1);
    this.order.forEach((position, k) => { this.stepOf[position] = k; });
    for (const cells of [this.digit, this.into, this.from]) cells.shape(this.height, this.width);
    this.before = new Float64Array(this.hidden); // a before the last update
    this.after = Float64Array.from(this.begin); // a now
    this.known = 0; // pixels that `after` holds
    this.top = this.relu ? 0 : 1;
    for (let k = 0; this.relu && k < this.steps; k++) { // one scale for all steps
      this.bring(k);
      for (const a of this.after) this.top = Math.max(this.top, a);
    }
    this.top ||= 1;
    this.unit = -1;
  }

  g(a) { return this.relu ? Math.max(0, a) : 1 / (1 + Math.exp(-a)); }

  /** Bring `before` and `after` to the state that step k sees: pixel by pixel, by the model's own recurrence. */
  bring(k) {
    const { hidden, before, after, values, encode } = this;
    if (k < this.known) { after.set(this.begin); this.known = 0; }
    if (k === 0) before.set(after);
    for (; this.known < k; this.known++) {
      if (this.known === k - 1) before.set(after);
      if (values[this.known]) for (let u = 0, at = this.known * hidden; u < hidden; u++, at++) after[u] += encode[at];
    }
  }

  /** The conditional of step k from the state at hand: its total, and each unit's share. */
  conditional(k) {
    const shares = new Float64Array(this.hidden);
    let total = this.bias[k];
    for (let u = 0, at = k * this.hidden; u < this.hidden; u++, at++) {
      shares[u] = this.decode[at] * this.g(this.after[u]);
      total += shares[u];
    }
    return { shares, total };
  }

  name(k) { return tr`row ${Math.floor(this.order[k] / this.width) + 1}, col ${(this.order[k] % this.width) + 1}`; }

  // ---------------------------------------------------------------------------------------------------------- drawing

  fit(width) {
    const wide = width >= 780;
    this.digit.fit(wide ? 280 : Math.min(300, width), this.ratio);
    const small = this.width * Math.max(1, Math.floor((128 * this.ratio) / Math.max(this.height, this.width)));
    for (const cells of [this.into, this.from]) cells.fit(small / this.ratio, this.ratio);
    const room = Math.floor((wide ? width - 280 - 22 : width) * this.ratio);
    this.across = Math.max(1, Math.min(this.hidden, Math.ceil(this.hidden / Math.max(1, Math.round((this.hidden * 5 * this.ratio) / room)))));
    this.lines = Math.ceil(this.hidden / this.across);
    this.pitch = room / this.across;
    this.tall = Math.floor(Math.min(150, 172 / this.lines - GAP) * this.ratio);
    fitCanvas(this.bars, room, this.lines * (this.tall + GAP * this.ratio), this.ratio);
    fitCanvas(this.bar, Math.floor(this.bar.parentElement.clientWidth * this.ratio), Math.round(40 * this.ratio), this.ratio);
  }

  draw() {
    const k = Math.min(this.step, this.steps - 1);
    this.bring(k);
    const now = this.conditional(k);
    const order = Array.from({ length: this.hidden }, (_, u) => u);
    const move = (u) => Math.abs(this.g(this.after[u]) - this.g(this.before[u]));
    const moved = k > 0 && this.values[k - 1] ? order.map((u) => [u, move(u), Math.abs(this.after[u] - this.before[u])]).sort((a, b) => b[1] - a[1] || b[2] - a[2]) : [];
    const looked = this.hover >= 0 ? this.hover : this.focus;
    if (looked >= 0) this.unit = looked;
    if (this.unit < 0) { // nobody looked at one yet: the one that moved most, else the one that says most
      const says = Array.from(now.shares, Math.abs);
      this.unit = moved.length ? moved[0][0] : says.indexOf(Math.max(...says));
    }
    this.drawDigit(k);
    this.drawBars(now);
    this.drawUnit(k);
    this.tellUpdate(k, moved);
    this.tellLogit(k, now);
    this.sayReadout(k, now);
    this.shown = { step: k, before: this.before, after: this.after, total: now.total };
  }

  drawDigit(k) {
    const { digit, theme, order, values, step } = this;
    const colours = [packed(theme.paper), packed(theme.ink)];
    digit.pixels.fill(packed(theme.blank));
    for (let j = 0; j < step; j++) digit.pixels[order[j]] = colours[values[j]];
    digit.show();
    const halo = css(theme.paper, 0.9);
    if (k > 0) digit.outline(order[k - 1], css(theme.rejected), halo);
    digit.outline(order[k], css(theme.accent), halo);
    if (this.pixel >= 0) digit.outline(this.pixel, css(theme.text), halo, 1.5);
    say(this.total, step ? tr`log p = ${signed(this.nats[step - 1], 2)} nats` : tr("nothing written yet"));
  }

  /** One bar a unit, in rows, by number: grey what stayed, blue what the last pixel raised, orange what it lowered. */
  drawBars({ shares }) {
    const { bars, theme, ratio, tall, pitch, across } = this;
    const context = bars.getContext("2d");
    context.fillStyle = css(theme.paper);
    context.fillRect(0, 0, bars.width, bars.height);
    const share = this.showing === "share";
    const most = share ? Math.max(...shares.map(Math.abs), 1e-9) : this.top;
    const thick = Math.max(1, pitch - (pitch > 3 ? ratio : 0));
    const [rose, fell] = [unpacked(this.colours[470]), unpacked(this.colours[40])];
    for (let u = 0; u < this.hidden; u++) {
      const x = (u % across) * pitch;
      const base = (Math.floor(u / across) + 1) * (tall + GAP * ratio) - GAP * ratio;
      if (share) {
        const long = (shares[u] / most) * (tall / 2);
        context.fillStyle = shares[u] < 0 ? fell : rose;
        context.fillRect(x, base - tall / 2 - Math.max(0, long), thick, Math.max(Math.abs(long), 0.75 * ratio));
        continue;
      }
      const [old, now] = [this.g(this.before[u]), this.g(this.after[u])].map((value) => (value / most) * tall);
      context.fillStyle = css(theme.text, 0.42);
      context.fillRect(x, base - Math.max(Math.min(old, now), ratio), thick, Math.max(Math.min(old, now), ratio));
      if (old === now) continue;
      context.fillStyle = now > old ? rose : fell;
      context.fillRect(x, base - Math.max(old, now), thick, Math.abs(now - old));
    }
    const line = Math.floor(this.unit / across);
    context.strokeStyle = css(theme.accent);
    context.lineWidth = 1.5 * ratio;
    context.strokeRect((this.unit % across) * pitch - ratio, line * (tall + GAP * ratio) + ratio, thick + 2 * ratio, tall);
    say(this.title, share ? tr("V·h: what each unit adds to the logit") : tr`h = ${this.relu ? "max(0, a)" : "σ(a)"} of ${this.hidden} hidden units`);
    say(this.scale, share ? `± ${most.toPrecision(2)}` : tr`0 to ${most.toPrecision(3)}`);
  }

  drawUnit(k) {
    const { order, theme, unit, hidden } = this;
    for (const [cells, weights, note] of [[this.into, this.encode, this.intoScale], [this.from, this.decode, this.fromScale]]) {
      let limit = 0;
      for (let j = 0; j < this.steps; j++) limit = Math.max(limit, Math.abs(weights[j * hidden + unit]));
      cells.pixels.fill(packed(theme.blank));
      for (let j = 0; j < this.steps; j++) cells.pixels[order[j]] = this.colours[shade(weights[j * hidden + unit], limit)];
      cells.show();
      say(note, `± ${limit.toPrecision(2)}`);
    }
    const halo = css(theme.paper, 0.9);
    if (k > 0) this.into.outline(order[k - 1], css(theme.rejected), halo, 1.5);
    this.from.outline(order[k], css(theme.accent), halo, 1.5);
    say(this.unitName, tr`Unit ${unit + 1}`);
    say(this.unitNote, this.hover === unit ? tr("under the pointer") : this.focus === unit ? tr("pinned") : tr("point at a bar"));
  }

  // ------------------------------------------------------------------------------------------------------------ words

  tellUpdate(k, moved) {
    const start = k === 0;
    const ink = !start && this.values[k - 1] === 1;
    say(this.updateTitle, start ? tr("nothing revealed yet") : ink ? tr`${this.name(k - 1)} is ink` : tr`${this.name(k - 1)} is paper`);
    let note = tr("a = c, the bias of each unit");
    if (!start) note = ink ? tr`x = 1:  a ← a + W   in ${this.hidden} units` : "x = 0:  a ← a + W · 0";
    say(this.updateNote, note);
    this.moved.forEach(({ row, cells }, i) => {
      row.classList.toggle("words", !ink);
      row.classList.toggle("pg-hidden", !ink && i > 0);
      if (!ink) {
        if (i === 0) [start ? tr("The first pixel's logit is made of biases alone.") : tr`Nothing changes: all ${this.hidden} units stay as they are.`, "", "", "", ""].forEach((words, c) => say(cells[c], words));
        return;
      }
      const u = i ? moved[i - 1]?.[0] : -1;
      const [old, now] = [this.before[u], this.after[u]];
      const weight = this.encode[(k - 1) * this.hidden + u];
      const texts = i === 0 ? [tr("moved most"), "a", "+ W", "= a", "h"] : u === undefined ? ["", "", "", "", ""] :
        [tr`unit ${u + 1}`, signed(old, 3), `${weight < 0 ? "" : "+"}${signed(weight, 3)}`, signed(now, 3), `${this.g(old).toFixed(2)}→${this.g(now).toFixed(2)}`];
      texts.forEach((text, c) => say(cells[c], text));
    });
  }

  tellLogit(k, { shares, total }) {
    const { temperature } = this.meta;
    say(this.logitTitle, this.step < this.steps ? tr`next: ${this.name(k)}` : tr`last: ${this.name(k)}`);
    const largest = Array.from(shares, (value, u) => [u, value]).sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]) || a[0] - b[0]);
    const list = [[tr("bias b"), this.bias[k]], ...largest.slice(0, TERMS).map(([u, value]) => [`V·h  ${tr`unit ${u + 1}`}`, value]),
      [`V·h  ${tr`${Math.max(0, this.hidden - TERMS)} others`}`, largest.slice(TERMS).reduce((all, [, value]) => all + value, 0)]];
    const most = Math.max(...list.map(([, value]) => Math.abs(value)), 1e-9);
    this.terms.forEach(({ row, name, fill, value }, i) => {
      row.classList.toggle("pg-hidden", i >= list.length);
      if (i >= list.length) return;
      say(name, list[i][0]);
      say(value, signed(list[i][1], 4));
      const share = list[i][1] / most;
      fill.style.width = `${50 * Math.abs(share)}%`;
      fill.style.left = share < 0 ? `${50 - 50 * Math.abs(share)}%` : "50%";
      fill.dataset.sign = share < 0 ? "negative" : "positive";
    });
    const p = 1 / (1 + Math.exp(-total / temperature));
    const u = this.noise[k];
    say(this.result[0], `${tr("logit")} = ${signed(total, 4)}   p = ${probabilityText(p)}`);
    say(this.result[1], `u = ${u.toFixed(4)} ${this.values[k] ? "<" : "≥"} p  →  ${this.values[k] ? tr("1, ink") : tr("0, paper")}`);
    drawBar(this.bar, { p, u, theme: this.theme, ratio: this.ratio });
  }

  sayReadout(k, { shares }) {
    if (this.pixel >= 0 && this.stepOf[this.pixel] >= 0) {
      const j = this.stepOf[this.pixel];
      say(this.readout, j < this.step ? tr`${this.name(j)}: step ${j + 1}, x = ${this.values[j]}, logit ${signed(this.logits[j], 3)} · click to go there`
        : tr`${this.name(j)}: step ${j + 1}, not written yet · click to go there`);
      return;
    }
    const u = this.unit;
    say(this.readout, tr`unit ${u + 1}: a = ${signed(this.after[u], 4)}, h = ${this.g(this.after[u]).toFixed(4)}, V·h = ${signed(shares[u], 4)} for ${this.name(k)}`);
  }

  words() {
    return `${tr`Step ${this.step} of ${this.steps}`}. ${this.updateTitle.textContent}. ${this.logitTitle.textContent}: ${this.result.map((line) => line.textContent).join(". ")}. ${this.readout.textContent}`;
  }

  // --------------------------------------------------------------------------------------------------------- pointing

  unitAt(event) {
    const box = this.bars.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * this.across);
    const unit = Math.floor(((event.clientY - box.top) / box.height) * this.lines) * this.across + column;
    return column >= 0 && column < this.across && unit >= 0 && unit < this.hidden ? unit : -1;
  }

  point(unit) {
    if (unit === this.hover) return;
    this.hover = unit;
    this.schedule();
  }

  cursorKey([right, down]) { this.point(clamp((this.unit < 0 ? 0 : this.unit) + right + down * this.across, 0, this.hidden - 1)); }
}
