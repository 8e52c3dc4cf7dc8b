// One training of a small VAE, or two with other values of β, frame by frame: digits from the prior, reconstructions, the
// KL of each dimension, the terms of the bound. All of it comes from the traces.

const PARTS = { sample: 6, gap: 1 };

export default function (component) {
  return mount(component, ".pg-beta", BetaTraining);
}

class BetaTraining extends Stepper {
  constructor(root) {
    super(root, "__beta");
  }

  get strideWords() { return [tr("One frame"), tr("ten")]; }
  get rate() { return 12; }
  get countText() { return tr`step ${this.sides[0].arrays.kept[this.step].toLocaleString("en")}`; }

  build() {
    this.sides = [];
    this.row = h("div", { class: "sides" });
    this.root.append(this.row, this.buildTransport());
    this.scrub.setAttribute("aria-label", tr("Training step"));
  }

  open({ meta, arrays, shapes }) {
    this.stride = 10;
    this.sides = meta.sides.map((side, n) => this.side(side, n, arrays, shapes));
    this.steps = this.sides[0].arrays.kept.length - 1;
    this.row.replaceChildren(...this.sides.map(({ box }) => box));
    this.row.dataset.sides = this.sides.length;
    this.root.dataset.sides = this.sides.length;
    this.hovered = null;
  }

  /** The elements and the arrays of one training. */
  side(meta, n, all, shapes) {
    const arrays = {};
    for (const [name, array] of Object.entries(all)) if (name.startsWith(`${n}.`)) arrays[name.slice(2)] = array;
    const at = (name) => shapes[`${n}.${name}`];
    const [count, latent, shown] = [at("samples")[1], at("kl")[1], at("reconstructions")[1]];
    const last = arrays.kl.subarray(arrays.kl.length - latent);
    const order = Array.from({ length: latent }, (_, d) => d).sort((a, b) => last[b] - last[a]);
    const point = (event) => { this.hovered = { n, event }; this.schedule(); };
    const leave = () => { this.hovered = null; this.schedule(); };
    const side = {
      n, meta, arrays, count, latent, shown, order, shape: at("samples").slice(2),
      title: h("b", { class: "place" }), active: h("span", { class: "active" }),
      numbers: ["−ELBO", "−log p(x|z)", "KL"].map((name, i) => ({ name, value: h("b"), box: h("span", { class: `number n${i}` }) })),
      samples: h("canvas", { role: "img", "aria-label": tr`β = ${meta.beta}: digits decoded from draws of the prior` }),
      pairs: h("canvas", { role: "img", "aria-label": tr`β = ${meta.beta}: held-out digits above, reconstructions below` }),
      bars: h("canvas", { role: "img", class: "bars", "aria-label": tr`β = ${meta.beta}: KL of each dimension`, onpointermove: point, onpointerleave: leave }),
      curve: new StepCurve(tr`β = ${meta.beta}: −ELBO, reconstruction and KL over the training; click for a step`, (place) => this.gotoPlace(n, place)),
      readout: h("div", { class: "readout" }),
    };
    pointable(side.bars, () => ({ columns: side.latent, rows: 1 }), side.readout);
    for (const number of side.numbers) number.box.append(`${number.name} `, number.value, " nats");
    side.total = Float32Array.from(arrays.kept, (_, f) => arrays.kl.subarray(f * latent, (f + 1) * latent).reduce((a, b) => a + b, 0));
    side.bound = side.total.map((kl, f) => kl + arrays.reconstruction[f]);
    side.box = h("section", { "aria-label": `β = ${meta.beta}` },
      h("div", { class: "caption" }, side.title, side.active),
      h("div", { class: "numbers" }, ...side.numbers.map(({ box }) => box)),
      h("div", { class: "blocks" },
        h("div", { class: "pictures" },
          h("figure", {}, h("figcaption", {}, tr("from the prior: z ∼ N(0, I)")), side.samples),
          h("figure", {}, h("figcaption", {}, tr("held-out, and decoded from μ")), side.pairs)),
        h("div", { class: "charts" },
          h("figure", {}, h("figcaption", {}, tr("KL of each dimension, nats")), side.bars, side.readout),
          h("figure", {}, h("figcaption", { class: "keys" }, h("i", { class: "line bound" }), "−ELBO", h("i", { class: "line rec" }), "−log p(x|z)", h("i", { class: "line kl" }), "KL, nats"), side.curve.canvas))));
    return side;
  }

  gotoPlace(n, place) {
    const { kept } = this.sides[n].arrays;
    let best = 0;
    for (let f = 1; f < kept.length; f++) if (Math.abs(kept[f] - place) < Math.abs(kept[best] - place)) best = f;
    this.goto(best);
  }

  cursorKey() { }

  fit(width) {
    const { ratio } = this;
    const alone = this.sides.length === 1;
    const wide = width >= 780;
    this.root.dataset.wide = wide;
    this.greys = greysOf(this.theme);
    const room = alone || !wide ? width : (width - 26) / 2;
    for (const side of this.sides) {
      const columns = PARTS.sample;
      const pictures = alone && wide ? room * 0.37 : (room - 20) / 2;
      side.tile = Math.max(8, Math.floor((pictures * ratio) / columns));
      side.tile -= (side.tile - 1) % Math.max(...side.shape); // whole device pixels a pixel, one between two
      const rows = Math.ceil(side.count / columns);
      fitCanvas(side.samples, side.tile * columns, side.tile * rows, ratio);
      fitCanvas(side.pairs, side.tile * side.shown, side.tile * 2, ratio);
      const charts = alone && wide ? room - pictures - 34 : room;
      fitCanvas(side.bars, Math.floor(charts * ratio), Math.floor((alone ? 170 : 96) * ratio), ratio);
      side.curve.fit(charts, alone ? 190 : 128, ratio);
    }
    this.fitted = (this.fitted ?? 0) + 1;
  }

  draw() {
    const high = Math.max(...this.sides.map(({ arrays, latent }) => Math.max(...arrays.kl.subarray(this.step * latent, (this.step + 1) * latent))), 0.5);
    const cost = Math.max(...this.sides.map(({ bound }) => bound[0])) * 1.08; // β near 0: the KL leaves the picture
    for (const side of this.sides) {
      this.drawPictures(side);
      this.drawBars(side, high);
      this.drawCurve(side, cost);
      this.tell(side);
    }
    this.root.dataset.active = this.sides.map((side) => this.activeCount(side)).join(",");
  }

  drawPictures({ samples, pairs, arrays, shape, tile, count, shown }) {
    const [height, width] = shape;
    const side = tile - 1;
    const paint = (canvas, bytes, from, n, columns, top = 0) => drawTile(canvas.getContext("2d"), bytes, from, shape, (n % columns) * tile, top + Math.floor(n / columns) * tile, side, this.greys);
    for (const canvas of [samples, pairs]) canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
    for (let n = 0; n < count; n++) paint(samples, arrays.samples, (this.step * count + n) * height * width, n, PARTS.sample);
    for (let n = 0; n < shown; n++) {
      paint(pairs, arrays.shown, n * height * width, n, shown);
      paint(pairs, arrays.reconstructions, (this.step * shown + n) * height * width, n, shown, tile);
    }
  }

  activeCount({ arrays, latent }) {
    let active = 0;
    for (let d = 0; d < latent; d++) active += arrays.kl[this.step * latent + d] >= 0.01;
    return active;
  }

  drawBars(side, high) {
    const { bars, arrays, latent, order } = side;
    const { ratio, theme } = this;
    const context = bars.getContext("2d");
    const [model, idle] = [shadeOf(this.root, "--pg-model"), shadeOf(this.root, "--pg-rejected")];
    const [top, bottom] = [16 * ratio, bars.height - 17 * ratio];
    const slot = bars.width / latent;
    context.clearRect(0, 0, bars.width, bars.height);
    context.font = `${11 * ratio}px ${getComputedStyle(this.root).fontFamily}`;
    context.textAlign = "center";
    context.textBaseline = "alphabetic";
    context.fillStyle = css(theme.text, 0.3);
    context.fillRect(0, Math.round(bottom), bars.width, ratio);
    side.slot = slot / ratio;
    order.forEach((d, place) => {
      const kl = arrays.kl[this.step * latent + d];
      const collapsed = kl < 0.01;
      const tall = Math.max(1.5 * ratio, (bottom - top) * Math.min(1, kl / high));
      const x = place * slot;
      context.fillStyle = css(collapsed ? idle : model);
      context.fillRect(x + slot * 0.16, bottom - tall, slot * 0.68, tall);
      context.fillText(collapsed ? "✕" : kl < 9.95 ? kl.toFixed(slot > 34 * ratio ? 2 : 1) : kl.toFixed(0), x + slot / 2, bottom - tall - 4 * ratio);
      context.fillStyle = css(theme.text, 0.75);
      context.fillText(`z${subscript(d + 1)}`, x + slot / 2, bottom + 13 * ratio);
    });
  }

  drawCurve(side, cost) {
    const lines = [
      { values: side.arrays.reconstruction, colour: shadeOf(this.root, "--pg-data") },
      { values: side.total, colour: shadeOf(this.root, "--pg-model") },
      { values: side.bound, colour: this.theme.text, width: 2 },
    ];
    side.curve.show(`${this.theme.dark} ${this.fitted} ${this.id}`, side.arrays.kept, lines, this.step, this.theme, { low: 0, high: cost, zero: true, font: getComputedStyle(this.root).fontFamily });
  }

  tell(side) {
    const { meta, latent, arrays } = side;
    const active = this.activeCount(side);
    say(side.title, `β = ${meta.beta}`);
    say(side.active, latent - active ? tr`${active} of ${latent} dimensions active (KL ≥ 0.01), ${latent - active} collapsed` : tr`${active} of ${latent} dimensions active (KL ≥ 0.01)`);
    const values = [side.bound[this.step], arrays.reconstruction[this.step], side.total[this.step]];
    side.numbers.forEach(({ value }, i) => say(value, values[i].toFixed(2)));
    const at = this.hovered?.n === side.n ? Math.floor(within(this.hovered.event, side.bars)[0] / side.slot) : -1;
    if (at < 0 || at >= latent) { say(side.readout, tr("point at a bar for its numbers")); return; }
    const d = side.order[at];
    const i = this.step * latent + d;
    say(side.readout, tr`${`z${subscript(d + 1)}`}: KL ${arrays.kl[i].toFixed(4)} nats · Var(μ) ${arrays.activity[i].toFixed(4)} · all codes' deviation ${arrays.spread[i].toFixed(3)} (prior: 1)`);
  }

  words() {
    const told = this.sides.map((side) => tr`β ${side.meta.beta}: −ELBO ${side.bound[this.step].toFixed(1)} nats, ${this.activeCount(side)} of ${side.latent} dimensions active`);
    return tr`Step ${this.sides[0].arrays.kept[this.step]}. ${told.join(". ")}.`;
  }
}
