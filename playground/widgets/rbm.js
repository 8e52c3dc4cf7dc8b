// Gibbs sampling in a restricted Boltzmann machine: the visible side, the hidden side, and the unit that is looked at.
// A step is half a sweep: odd ones draw h from v, even ones draw v from h. Every number is looked up in the trace.

const STRIP = 5; // filters in the row below the unit

export default function (component) {
  return mount(component, ".pg-rbm", Rbm);
}

class Rbm extends Stepper {
  constructor(root) {
    super(root, "__rbm");
  }

  // -------------------------------------------------------------------------------------------------------- elements

  build() {
    Object.assign(this, { face: "draw", order: "driven", pixel: -1, thumbs: [] });
    this.visible = new Cells(tr("The visible units of the chosen chain"));
    this.visible.canvas.addEventListener("pointermove", (event) => { this.pixel = this.visible.at(event); this.schedule(); });
    this.visible.canvas.addEventListener("pointerleave", () => { this.pixel = -1; this.schedule(); });
    [this.unitName, this.readout] = [h("b"), h("div", { class: "readout" })];
    pointable(this.visible.canvas, () => this.visible, this.readout);
    this.units = new Cells(tr("The hidden units by number; point at one for its filter, click to pin it"), { tabindex: "0" });
    this.units.canvas.addEventListener("pointermove", (event) => this.point(this.unitAt(event)));
    this.units.canvas.addEventListener("pointerleave", () => this.point(-1));
    this.units.canvas.addEventListener("click", (event) => { if (this.unitAt(event) >= 0) this.pinUnit(this.unitAt(event)); });
    this.filter = new Cells(tr("The weights of this unit as a picture"));
    this.scale = new Scale();
    this.curve = h("canvas", { class: "curve", role: "img", "aria-label": tr("Free energy F(v) of every chain by sweep; click to go there") });
    const seek = (event) => { if (event.type === "pointerdown" || event.buttons & 1) this.goto(this.stepAt(event)); };
    for (const type of ["pointerdown", "pointermove"]) this.curve.addEventListener(type, seek);
    [this.visibleNote, this.hiddenNote, this.curveNote] = Array.from({ length: 3 }, () => h("span", { class: "pg-muted" }));
    this.facts = Array.from({ length: 4 }, () => { const cells = [h("span"), h("span")]; return { row: h("div", { class: "fact" }, ...cells), cells }; });
    this.chains = h("div", { class: "chains", role: "group", "aria-label": tr("The chains; click one") });
    this.strip = h("div", { class: "filters", role: "group", "aria-label": tr("Filters; click one") });
    this.filters = Array.from({ length: STRIP }, () => this.buildFilter());
    this.strip.append(...this.filters.map(({ button }) => button));
    const caption = (...children) => h("div", { class: "caption" }, ...children);
    this.root.append(
      this.buildTransport(),
      h("div", { class: "frame" },
        (this.left = h("div", { class: "side" }, caption(h("b", {}, tr("Visible v")), this.visibleNote), this.visible.canvas)),
        (this.centre = h("div", { class: "side" }, caption((this.hiddenTitle = h("b", {}, tr("Hidden h"))), this.hiddenNote), this.units.canvas)),
        h("div", { class: "unit" }, caption(this.unitName, this.scale.box),
          h("div", { class: "pair" }, this.filter.canvas, h("div", { class: "facts" }, ...this.facts.map(({ row }) => row))),
          caption(h("b", {}, tr("Filters W")), this.segments(tr("Which filters"), "order", [["driven", tr("driven now")], ["opposed", tr("opposed")], ["strongest", tr("largest")]])), this.strip)),
      h("div", { class: "options" }, this.segments(tr("What the cells show"), "face", [["draw", tr("0 / 1 drawn")], ["p", tr("probabilities")]]), this.readout),
      h("div", { class: "below" },
        h("div", { class: "energy" }, caption(h("b", {}, tr("Free energy F(v), nats")), this.curveNote), this.curve),
        h("div", { class: "others" }, caption(h("b", {}, tr("Chains"))), this.chains)));
  }

  buildFilter() {
    const cells = new Cells("", { role: null, "aria-hidden": "true" }); // its button has the name
    const words = h("span");
    const item = { cells, words, unit: -1 };
    item.button = h("button", {
      type: "button", onpointerenter: () => this.point(item.unit), onpointerleave: () => this.point(-1), onclick: () => this.pinUnit(item.unit),
    }, cells.canvas, words);
    return item;
  }

  // -------------------------------------------------------------------------------------------------------- the trace

  open({ meta, arrays, shapes }) {
    const { visible, hidden, ...others } = arrays; // packed bits; the canvases have these names
    Object.assign(this, others, { visibleArray: visible, hiddenArray: hidden });
    [this.height, this.width] = meta.shape;
    [this.count, this.sweeps, this.hiddenUnits] = shapes.inputs;
    this.positions = this.height * this.width;
    [this.bytesV, this.bytesH] = [shapes.visible[2], shapes.hidden[2]];
    this.steps = 2 * this.sweeps;
    this.stride = 10;
    this.across = Math.ceil(Math.sqrt(this.hiddenUnits * 1.2));
    this.visible.shape(this.height, this.width);
    this.units.shape(Math.ceil(this.hiddenUnits / this.across), this.across);
    this.filter.shape(this.height, this.width);
    for (const { cells } of this.filters) cells.shape(this.height, this.width);
    this.fallback = this.strongest[0];
    this.thumbs = Array.from({ length: this.count }, (_, chain) => {
      const cells = new Cells(tr`Chain ${chain + 1}`);
      cells.shape(this.height, this.width);
      return { cells, button: h("button", { type: "button", "aria-label": tr`Chain ${chain + 1}`, title: tr`Chain ${chain + 1}`, onclick: () => this.choose(chain) }, cells.canvas) };
    });
    this.chains.replaceChildren(...this.thumbs.map(({ button }) => button));
    this.given = this.keep.reduce((sum, one) => sum + one, 0);
    this.clamped = this.given > 0;
    const settled = []; // what the axis shows: a start in noise is far above all that follows
    for (let chain = 0; chain < this.count; chain++) {
      for (let s = Math.min(3, this.sweeps); s <= this.sweeps; s++) settled.push(this.free(chain, s));
    }
    const [low, high] = [Math.min(...settled), Math.max(...settled)];
    this.span = [low - 0.05 * (high - low) - 1, high + 0.05 * (high - low) + 1];
  }

  get chain() { return this.focus > 0 ? Math.floor(this.focus / (this.hiddenUnits + 1)) : 0; }
  get pinned() { return this.focus > 0 ? (this.focus % (this.hiddenUnits + 1)) - 1 : -1; }

  choose(chain) { this.focus = chain * (this.hiddenUnits + 1) + this.pinned + 1; this.changed(); }
  pinUnit(unit) {
    if (unit < 0) return;
    this.focus = this.chain * (this.hiddenUnits + 1) + (unit === this.pinned ? 0 : unit + 1);
    this.changed();
  }
  pin(unit) { this.pinUnit(unit); }

  get strideWords() { return [tr("Half a sweep"), tr("five sweeps")]; }
  get rate() { return Math.min(30, 1.5 + this.step / 3); } // the first sweeps one by one, the later ones faster

  /** Which recorded v and h stand on stage after a step; −1: none was drawn yet. */
  at(step) { return { v: Math.floor(step / 2), h: Math.ceil(step / 2) - 1, up: step % 2 === 1 }; }

  pixelOf(chain, v, i) { return (this.visibleBits(chain, v)[i >> 3] >> (7 - (i & 7))) & 1; }
  visibleBits(chain, v) { const from = (chain * (this.sweeps + 1) + v) * this.bytesV; return this.visibleArray.subarray(from, from + this.bytesV); }
  drawn(unit, s) { return (this.hiddenArray[(this.chain * this.sweeps + s) * this.bytesH + (unit >> 3)] >> (7 - (unit & 7))) & 1; }
  input(unit, s) { return this.inputs[(this.chain * this.sweeps + s) * this.hiddenUnits + unit]; }
  free(chain, v) { return this.energy[chain * (this.sweeps + 1) + v]; }

  // ---------------------------------------------------------------------------------------------------------- drawing

  fit(width) {
    const wide = width >= 780;
    const side = wide ? Math.min(252, Math.floor((width - 36) * 0.29)) : Math.min(300, width);
    this.visible.fit(side, this.ratio);
    const rows = this.units.rows;
    this.units.fit(Math.min(side * (this.across / rows), wide ? width - 2 * side - 150 : width), this.ratio);
    this.filter.fit(112, this.ratio);
    for (const { cells } of this.filters) cells.fit(56, this.ratio);
    for (const { cells } of this.thumbs) cells.fit(this.count > 8 ? 44 : 56, this.ratio);
    this.root.style.setProperty("--chains", this.count > 8 ? 8 : this.count > 6 ? 4 : this.count);
    const room = this.curve.parentElement.clientWidth;
    fitCanvas(this.curve, Math.floor(room * this.ratio), Math.round(104 * this.ratio), this.ratio);
  }

  draw() {
    this.shades = ramp(this.theme.paper, this.theme.ink, 256);
    const now = this.at(this.step);
    const shown = this.hover >= 0 ? this.hover : this.pinned;
    this.unit = shown >= 0 ? shown : this.fallback;
    this.drawVisible(now);
    this.drawHidden(now);
    this.drawUnit(now);
    this.drawChains(now);
    this.drawCurve(now);
    this.drawFilters(now);
    this.tell(now);
    this.left.classList.toggle("active", !now.up && this.step > 0);
    this.centre.classList.toggle("active", now.up);
  }

  /** p of ink, or the draw; clamped pixels in the colour of what is given. */
  paint(cells, chain, v, face) {
    const { theme } = this;
    const bits = this.visibleBits(chain, v);
    const from = (chain * this.sweeps + v - 1) * this.positions;
    const [paper, ink] = [packed(theme.paper), packed(theme.ink)];
    const [givenPaper, givenInk] = [packed(mix(theme.paper, theme.given, 0.28)), packed(theme.given)];
    const ramped = this.shades;
    for (let i = 0; i < this.positions; i++) {
      const one = (bits[i >> 3] >> (7 - (i & 7))) & 1;
      if (this.keep[i]) cells.pixels[i] = one ? givenInk : givenPaper;
      else if (face === "p" && v > 0) cells.pixels[i] = ramped[this.probabilities[from + i]];
      else cells.pixels[i] = one ? ink : paper;
    }
    cells.show();
  }

  drawVisible({ v, up }) {
    this.paint(this.visible, this.chain, v, this.face);
    if (this.pixel >= 0) this.visible.outline(this.pixel, css(this.theme.accent), css(this.theme.paper, 0.9));
    say(this.visibleNote, v === 0 ? tr("the start") : up ? tr`sweep ${v * this.meta.every}` : tr`drawn from h · sweep ${v * this.meta.every}`);
  }

  drawHidden({ h: s, up }) {
    const { units, theme } = this;
    const ramped = this.shades;
    units.pixels.fill(packed(theme.background));
    for (let unit = 0; unit < this.hiddenUnits; unit++) {
      if (s < 0) units.pixels[unit] = packed(theme.blank);
      else units.pixels[unit] = ramped[this.face === "p" ? Math.round(255 * sigma(this.input(unit, s))) : 255 * this.drawn(unit, s)];
    }
    units.show();
    const halo = css(theme.paper, 0.9);
    if (this.pinned >= 0) units.outline(this.pinned, css(theme.rejected), halo);
    units.outline(this.unit, css(theme.accent), halo);
    let on = 0;
    for (let unit = 0; s >= 0 && unit < this.hiddenUnits; unit++) on += this.drawn(unit, s);
    say(this.hiddenTitle, tr("Hidden h"));
    say(this.hiddenNote, s < 0 ? tr("not drawn yet") : up ? tr`drawn from v · ${on} of ${this.hiddenUnits} on` : tr`${on} of ${this.hiddenUnits} on`);
  }

  paintFilter(cells, unit) {
    const from = unit * this.positions;
    let limit = 0;
    for (let i = 0; i < this.positions; i++) limit = Math.max(limit, Math.abs(this.weight[from + i]));
    for (let i = 0; i < this.positions; i++) cells.pixels[i] = this.colours[shade(this.weight[from + i], limit)];
    cells.show();
    return limit;
  }

  drawUnit({ h: s }) {
    const { unit } = this;
    const limit = this.paintFilter(this.filter, unit);
    this.scale.show(this.colours, limit);
    say(this.unitName, this.hover !== unit && this.pinned === unit ? tr`Unit ${unit + 1}, pinned` : tr`Unit ${unit + 1}`);
    const [c, a] = [this.bias[unit], s < 0 ? NaN : this.input(unit, s)];
    const rows = [[tr("bias c"), signed(c, 3)], ["+ W v", s < 0 ? "–" : signed(a - c, 3)], [tr("= input"), s < 0 ? "–" : signed(a, 3)],
      ["p = σ", s < 0 ? "–" : `${probabilityText(sigma(a))} → ${this.drawn(unit, s)}`]];
    this.facts.forEach(({ cells }, i) => rows[i].forEach((text, c) => say(cells[c], text)));
  }

  drawChains({ v }) {
    this.thumbs.forEach(({ cells, button }, chain) => {
      this.paint(cells, chain, v, this.face);
      button.setAttribute("aria-pressed", String(chain === this.chain));
    });
  }

  drawFilters({ h: s }) {
    let list = Array.from(this.strongest.subarray(0, STRIP));
    if (this.order !== "strongest" && s >= 0) {
      const sign = this.order === "driven" ? -1 : 1;
      list = Array.from({ length: this.hiddenUnits }, (_, u) => u).sort((a, b) => sign * (this.input(a, s) - this.input(b, s)) || a - b);
    }
    this.filters.forEach((item, i) => {
      item.button.classList.toggle("pg-hidden", i >= list.length);
      if (i >= list.length) return;
      item.unit = list[i];
      this.paintFilter(item.cells, item.unit);
      item.button.setAttribute("aria-pressed", String(item.unit === this.pinned));
      item.button.setAttribute("aria-label", tr`Unit ${item.unit + 1}`);
      say(item.words, s < 0 ? `${item.unit + 1}` : signed(this.input(item.unit, s), 1));
      item.button.title = s < 0 ? tr`unit ${item.unit + 1}` : tr`unit ${item.unit + 1}, input ${signed(this.input(item.unit, s), 2)}`;
    });
  }

  get plot() { return { left: 46 * this.ratio, right: this.curve.width - 6 * this.ratio, top: 6 * this.ratio, bottom: this.curve.height - 16 * this.ratio }; }

  stepAt(event) {
    const { left, right } = this.plot;
    return clamp(((within(event)[0] * this.ratio - left) / (right - left)) * this.steps, 0, this.steps);
  }

  drawCurve({ v }) {
    const { curve, theme, ratio } = this;
    const context = curve.getContext("2d");
    const { left, right, top, bottom } = this.plot;
    const [low, high] = this.span;
    const x = (s) => left + ((right - left) * s) / this.sweeps;
    const y = (f) => bottom - ((bottom - top) * (f - low)) / (high - low);
    context.clearRect(0, 0, curve.width, curve.height);
    context.font = `${11 * ratio}px ${getComputedStyle(this.root).fontFamily}`;
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const [value, at] of [[high, y(high) + 5 * ratio], [(low + high) / 2, y((low + high) / 2)], [low, y(low) - 4 * ratio]]) {
      context.fillStyle = css(theme.text, 0.1);
      context.fillRect(left, Math.round(y(value)), right - left, ratio);
      context.fillStyle = css(theme.text, 0.7);
      context.fillText(signed(value, 0), left - 5 * ratio, at);
    }
    context.textBaseline = "alphabetic";
    for (const share of [0, 0.5, 1]) {
      context.textAlign = share === 0 ? "left" : share === 1 ? "right" : "center";
      const sweep = Math.round(share * this.sweeps) * this.meta.every;
      context.fillText(share ? String(sweep) : tr("sweep 0"), left + share * (right - left), curve.height - 3 * ratio);
    }
    const line = (chain, colour, wide, last) => {
      context.beginPath();
      for (let s = 0; s <= last; s++) context.lineTo(x(s), y(this.free(chain, s)));
      Object.assign(context, { strokeStyle: colour, lineWidth: wide * ratio, lineJoin: "round" });
      context.stroke();
    };
    context.save();
    context.beginPath();
    context.rect(left, top - 2 * ratio, right - left, bottom - top + 4 * ratio);
    context.clip();
    for (let chain = 0; chain < this.count; chain++) if (chain !== this.chain) line(chain, css(theme.text, 0.22), 1, this.sweeps);
    line(this.chain, css(theme.model, 0.35), 1.5, this.sweeps);
    line(this.chain, css(theme.model), 2, v);
    context.restore();
    context.beginPath();
    context.arc(x(v), Math.max(top, y(this.free(this.chain, v))), 4 * ratio, 0, 2 * Math.PI);
    Object.assign(context, { fillStyle: css(theme.model), strokeStyle: css(theme.background), lineWidth: 1.5 * ratio });
    context.fill();
    context.stroke();
    const f = this.free(this.chain, v);
    say(this.curveNote, `F = ${signed(f, 2)}${this.meta.logZ == null ? "" : ` · log p = −F − log Z ≈ ${signed(-f - this.meta.logZ, 1)}`}`);
  }

  // ------------------------------------------------------------------------------------------------------------ words

  tell({ v, h: s, up }) {
    if (this.pixel >= 0) {
      const place = tr`pixel row ${Math.floor(this.pixel / this.width) + 1}, col ${(this.pixel % this.width) + 1}`;
      const p = v > 0 ? `p(v = 1 | h) = ${(this.probabilities[(this.chain * this.sweeps + v - 1) * this.positions + this.pixel] / 255).toFixed(3)}, ` : "";
      const w = tr`w to unit ${this.unit + 1}: ${signed(this.weight[this.unit * this.positions + this.pixel], 3)}`;
      say(this.readout, `${place}: ${this.keep[this.pixel] ? `${tr("clamped")}, ` : p}v = ${this.pixelOf(this.chain, v, this.pixel)} · ${w}`);
      return;
    }
    const unseen = this.meta.every > 1 ? ` · ${tr`${this.meta.every - 1} sweeps between two pictures are not shown`}` : "";
    say(this.readout, `${this.stageWords(up)}${unseen}`);
  }

  /** What this half of a sweep does. */
  stageWords(up) {
    const coins = this.positions - this.given;
    if (this.step === 0) return this.clamped ? tr("v is the start: clamped pixels, the others coins") : tr("v is the start: press play, or → for half a sweep");
    if (up) return tr`1 · up: p(h = 1 | v) = σ(c + W v), then ${this.hiddenUnits} coins at once`;
    return this.given ? tr`2 · down: p(v = 1 | h) = σ(b + Wᵀh), then ${coins} coins at once; ${this.given} pixels are clamped`
      : tr`2 · down: p(v = 1 | h) = σ(b + Wᵀh), then ${coins} coins at once`;
  }

  words() {
    const { v } = this.at(this.step);
    return tr`Step ${this.step} of ${this.steps}, chain ${this.chain + 1}. ${this.readout.textContent}. F = ${signed(this.free(this.chain, v), 1)} nats. ${this.unitName.textContent}.`;
  }

  // --------------------------------------------------------------------------------------------------------- pointing

  unitAt(event) {
    const unit = this.units.at(event);
    return unit < this.hiddenUnits ? unit : -1;
  }

  point(unit) {
    if (unit === this.hover) return;
    this.hover = unit;
    this.schedule();
  }

  cursorKey([right, down]) { this.point(clamp((this.unit ?? 0) + right + down * this.across, 0, this.hiddenUnits - 1)); }
}

const sigma = (a) => 1 / (1 + Math.exp(-a));
