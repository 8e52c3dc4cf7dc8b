// All families on the same small world, one panel each: bars beside the truth, KL over the steps. Every number comes
// from the traces; here it is drawn and looked up.

const BARS = { possible: 24, others: 10 };
const PANEL = { narrowest: 172, gap: 12, head: 33, bars: 54, curve: 50, below: 8 }; // CSS pixels
const LEFT = 30; // of a panel: room for the numbers of the axis of KL
const FLOOR = 1e-3; // nats: the lowest KL that is drawn
const CLIP = 1.6; // bars are drawn up to so many times the likeliest state's p

export default function (component) {
  return mount(component, ".pg-families", FamilyWorlds);
}

class FamilyWorlds extends Stepper {
  constructor(root) {
    super(root, "__families");
  }

  get strideWords() { return [tr("One recorded step"), tr("ten")]; }
  get rate() { return this.steps / 7; }
  get countText() { return tr`step ${this.data.steps[this.step]} of ${this.data.steps[this.steps]}`; }

  build() {
    this.families = [];
    this.stage = h("canvas", {
      class: "stage", role: "img", tabindex: "0",
      "aria-label": tr("One panel for each family: probabilities of states beside the truth, KL over the steps. Arrow keys step, A and D go through the families, Enter compares."),
      onpointermove: (event) => this.point(event), onpointerdown: (event) => this.press(event), onpointerleave: () => this.leave(),
    });
    this.readout = h("div", { class: "readout" });
    const key = (kind, words) => h("span", { class: "key" }, h("i", { class: `swatch ${kind}` }), words);
    this.goalKey = h("span", { class: "key" }, h("i", { class: "swatch line goal" }), tr("VAE: −ELBO − H(p), GAN: JS(p ‖ q), nats"));
    this.comparedName = h("span");
    this.comparedKey = h("span", { class: "key" }, h("i", { class: "swatch line compared" }), this.comparedName);
    this.root.append(
      this.buildTransport(),
      h("div", { class: "legend", "aria-hidden": "true" },
        key("truth", tr("truth p")), key("model", tr("model q")), key("forbidden", tr("q where p = 0, the largest")),
        key("line", tr("KL(p ‖ q), nats, logarithmic")), this.goalKey, this.comparedKey),
      h("div", {}, this.stage), this.readout);
    this.scrub.setAttribute("aria-label", tr("Training step"));
  }

  open({ meta, arrays }) {
    this.data = arrays;
    this.families = meta.families;
    this.steps = arrays.steps.length - 1;
    this.stride = 10;
    this.sent = arrays.states.length;
    const allowed = Math.min(meta.possible, BARS.possible);
    const others = Math.min(this.sent - meta.possible, BARS.others);
    this.slots = [...Array.from({ length: allowed }, (_, i) => i), ...Array.from({ length: others }, (_, i) => meta.possible + i)];
    this.allowed = allowed;
    this.top = CLIP * Math.max(...arrays.truth);
    this.frames = this.steps + 1;
    const every = [...arrays.kl, ...arrays.goal].filter(Number.isFinite).map((value) => Math.max(value, FLOOR));
    this.low = Math.floor(Math.log10(Math.min(...every)) + 1e-9);
    this.high = Math.max(Math.log10(Math.max(...every)) + 0.05, this.low + 1);
    this.bar = this.at = -1;
    this.goalKey.classList.toggle("pg-hidden", !this.families.some(({ name }) => name === "vae" || name === "gan"));
    this.root.dataset.families = this.families.length;
  }

  cursorKey([right, down]) {
    const next = (this.hover < 0 ? -1 : this.hover) + right + down * this.columns;
    this.hover = clamp(next, 0, this.families.length - 1);
  }

  // ------------------------------------------------------------------------------------------------------------ layout

  fit(width) {
    const { ratio } = this;
    const count = this.families.length;
    this.columns = clamp(Math.floor((width + PANEL.gap) / (PANEL.narrowest + PANEL.gap)), 1, Math.max(count, 3));
    const rows = Math.ceil(count / this.columns);
    this.columns = Math.max(Math.ceil(count / rows), Math.min(this.columns, 3));
    this.panelWidth = (width - PANEL.gap * (this.columns - 1)) / this.columns;
    this.stretch = rows === 1 ? 2.6 : rows === 2 ? 1.5 : 1;
    const { head, bars, curve, below } = PANEL;
    this.panelHeight = head + (bars + curve) * this.stretch + below;
    fitCanvas(this.stage, Math.round(width * ratio), Math.round((rows * (this.panelHeight + PANEL.gap) - PANEL.gap + 6) * ratio), ratio);
    this.colourOf = Object.fromEntries(["data", "model", "rejected", "proposal", "accepted"].map((name) => [name, shadeOf(this.root, `--pg-${name}`)]));
    this.font = getComputedStyle(this.root).fontFamily;
  }

  /** The corner and the parts of a panel, CSS pixels. */
  box(n) {
    const x = (n % this.columns) * (this.panelWidth + PANEL.gap);
    const y = Math.floor(n / this.columns) * (this.panelHeight + PANEL.gap);
    const barsBottom = y + PANEL.head + PANEL.bars * this.stretch;
    return { x, y, left: x + LEFT, right: x + this.panelWidth - 4, barsTop: y + PANEL.head, barsBottom, curveTop: barsBottom + PANEL.below, curveBottom: barsBottom + PANEL.below + PANEL.curve * this.stretch };
  }

  slotX(box, slot) {
    const gap = this.allowed && this.allowed < this.slots.length ? 0.8 : 0;
    const wide = (box.right - box.left) / (this.slots.length + gap);
    return [box.left + (slot + (slot >= this.allowed ? gap : 0)) * wide, wide];
  }

  stepX(box, row) { return box.left + ((box.right - box.left) * this.data.steps[row]) / this.data.steps[this.steps]; }
  klY(box, value) {
    const share = (Math.log10(Math.max(value, FLOOR)) - this.low) / (this.high - this.low);
    return box.curveBottom - clamp(share, 0, 1) * (box.curveBottom - box.curveTop);
  }

  q(n, slot, row = this.step) { return this.data.learned[(n * this.frames + row) * this.sent + this.slots[slot]]; }
  kl(n, row = this.step) { return this.data.kl[n * this.frames + row]; }
  goal(n, row = this.step) { return this.data.goal[n * this.frames + row]; }

  // ----------------------------------------------------------------------------------------------------------- drawing

  draw() {
    const context = this.stage.getContext("2d");
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, this.stage.width, this.stage.height);
    for (let n = 0; n < this.families.length; n++) {
      const box = this.box(n);
      this.drawHead(context, n, box);
      this.drawBars(context, n, box);
      this.drawCurves(context, n, box);
    }
    this.comparedKey.classList.toggle("pg-hidden", this.focus < 0);
    if (this.focus >= 0) say(this.comparedName, tr`KL of ${this.families[this.focus].title}`);
    this.tell();
  }

  drawHead(context, n, box) {
    const { theme } = this;
    const family = this.families[n];
    if (n === this.hover || n === this.focus) {
      context.fillStyle = css(n === this.focus ? this.colourOf.accepted : theme.text, n === this.focus ? 0.12 : 0.06);
      context.fillRect(box.x, box.y, this.panelWidth, this.panelHeight);
    }
    context.textBaseline = "alphabetic";
    context.fillStyle = css(theme.text);
    context.textAlign = "left";
    context.font = `600 13px ${this.font}`;
    context.fillText(family.title, box.x + 4, box.y + 13);
    context.textAlign = "right";
    context.fillText(nats(this.kl(n)), box.right, box.y + 13);
    context.font = `11px ${this.font}`;
    context.fillStyle = css(theme.text, 0.7);
    context.fillText(family.parameters.toLocaleString("en"), box.right, box.y + 28);
    context.textAlign = "left";
    context.fillText(family.kind, box.x + 4, box.y + 28);
  }

  drawBars(context, n, box) {
    const { theme, colourOf, slots, allowed } = this;
    const tall = box.barsBottom - box.barsTop;
    const height = (p) => tall * Math.min(1, p / this.top);
    context.fillStyle = css(theme.text, 0.3);
    context.fillRect(box.left, box.barsBottom, box.right - box.left, 1 / this.ratio);
    for (let slot = 0; slot < slots.length; slot++) {
      const [x, wide] = this.slotX(box, slot);
      if (slot === this.bar) {
        context.fillStyle = css(theme.text, 0.12);
        context.fillRect(x, box.barsTop, wide, tall);
      }
      const q = this.q(n, slot);
      const high = height(q);
      context.fillStyle = css(slot < allowed ? colourOf.model : colourOf.rejected);
      context.fillRect(x + wide * 0.2, box.barsBottom - high, wide * 0.6, high);
      if (q > this.top) this.drawBeyond(context, x + wide / 2, box.barsTop, wide);
      if (slot >= allowed) continue;
      const p = height(this.data.truth[slots[slot]]);
      context.strokeStyle = css(colourOf.data);
      context.lineWidth = 1.25;
      context.strokeRect(x + wide * 0.08, box.barsBottom - p, wide * 0.84, p);
    }
  }

  /** The mark of a bar that goes on beyond the panel. */
  drawBeyond(context, x, y, wide) {
    const half = clamp(wide * 0.4, 2, 5);
    context.beginPath();
    context.moveTo(x - half, y);
    context.lineTo(x, y - half);
    context.lineTo(x + half, y);
    context.fill();
  }

  drawCurves(context, n, box) {
    const { theme, colourOf } = this;
    context.font = `10px ${this.font}`;
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (let e = this.low; e <= this.high; e++) {
      const y = this.klY(box, 10 ** e);
      context.fillStyle = css(theme.text, 0.1);
      context.fillRect(box.left, y, box.right - box.left, 1 / this.ratio);
      context.fillStyle = css(theme.text, 0.7);
      context.fillText(e >= -2 ? String(10 ** e) : `1e−${-e}`, box.left - 4, y);
    }
    for (let other = 0; other < this.families.length; other++) {
      if (other !== n) this.drawLine(context, box, (row) => this.kl(other, row), css(theme.text, 0.14), 1);
    }
    if (this.focus >= 0 && this.focus !== n) this.drawLine(context, box, (row) => this.kl(this.focus, row), css(colourOf.accepted), 1.5);
    if (Number.isFinite(this.goal(n, 0))) this.drawLine(context, box, (row) => this.goal(n, row), css(colourOf.proposal), 1.5, [4, 3]);
    this.drawLine(context, box, (row) => this.kl(n, row), css(colourOf.model), 2);
    const x = this.stepX(box, this.step);
    context.fillStyle = css(theme.text, 0.4);
    context.fillRect(x - 0.5, box.curveTop, 1, box.curveBottom - box.curveTop);
    context.beginPath();
    context.arc(x, this.klY(box, this.kl(n)), 3.2, 0, 7);
    context.fillStyle = css(colourOf.model);
    context.fill();
  }

  drawLine(context, box, value, colour, width, dash = []) {
    context.setLineDash(dash);
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.lineJoin = "round";
    context.beginPath();
    for (let row = 0; row < this.frames; row++) context.lineTo(this.stepX(box, row), this.klY(box, value(row)));
    context.stroke();
    context.setLineDash([]);
  }

  // ---------------------------------------------------------------------------------------------------------- pointing

  /** What is under the pointer: the panel, a bar's slot and a recorded step of its curve, −1 for none. */
  under(event) {
    const [x, y] = [event.offsetX, event.offsetY];
    const n = this.families.findIndex((_, i) => {
      const box = this.box(i);
      return x >= box.x && x < box.x + this.panelWidth && y >= box.y && y < box.y + this.panelHeight;
    });
    if (n < 0) return { n, slot: -1, row: -1 };
    const box = this.box(n);
    const slot = y < box.barsTop || y > box.barsBottom + 3 ? -1 : this.slots.findIndex((_, i) => { const [left, wide] = this.slotX(box, i); return x >= left && x < left + wide; });
    if (y < box.curveTop) return { n, slot, row: -1 };
    let row = 0;
    for (let r = 1; r < this.frames; r++) if (Math.abs(this.stepX(box, r) - x) < Math.abs(this.stepX(box, row) - x)) row = r;
    return { n, slot, row };
  }

  point(event) {
    const { n, slot, row } = this.under(event);
    [this.hover, this.bar, this.at] = [n, slot, row];
    if (event.buttons & 1 && row >= 0) this.goto(row);
    this.schedule();
  }

  press(event) {
    const { n, row } = this.under(event);
    if (row >= 0) this.goto(row);
    else if (n >= 0) this.pin(n);
  }

  leave() {
    this.hover = this.bar = this.at = -1;
    this.schedule();
  }

  tell() {
    const { data, hover: n } = this;
    if (n < 0) return say(this.readout, tr("Point at a bar or a curve for its numbers; click a panel to draw its KL into all the others, a curve to go to a step."));
    const { title } = this.families[n];
    if (this.bar >= 0) {
      const state = data.states[this.slots[this.bar]];
      const bits = state.toString(2).padStart(this.meta.shape[0] * this.meta.shape[1], "0").match(new RegExp(`.{${this.meta.shape[1]}}`, "g")).join(" ");
      const p = data.truth[this.slots[this.bar]];
      const q = probabilityText(this.q(n, this.bar));
      return say(this.readout, p > 0 ? tr`${title}: rows ${bits}: truth p = ${probabilityText(p)}, model q = ${q}` : tr`${title}: rows ${bits} cannot happen: p = 0, model q = ${q}`);
    }
    const row = this.at >= 0 ? this.at : this.step;
    const at = n * this.frames + row;
    const own = { vae: tr`, −ELBO − H(p) ${nats(data.goal[at])}`, gan: tr`, JS(p ‖ q) ${nats(data.goal[at])}` }[this.families[n].name] ?? "";
    return say(this.readout, tr`${title}, step ${data.steps[row]}: KL ${nats(data.kl[at])} nats${own}, q where p = 0: ${data.forbidden[at].toFixed(4)}, sum of q ${data.total[at].toFixed(6)}`);
  }

  words() {
    const order = this.families.map((_, n) => n).sort((a, b) => this.kl(a) - this.kl(b));
    const list = order.map((n) => `${this.families[n].title} ${nats(this.kl(n))}`).join(", ");
    return tr`Step ${this.data.steps[this.step]}. KL in nats, the lowest first: ${list}.`;
  }
}

/** Four digits that count. */
function nats(value) { return Math.abs(value) < 0.001 ? value.toExponential(1).replaceAll("-", "−") : value.toFixed(value < 10 ? 4 : 2); }
