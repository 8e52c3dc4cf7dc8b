// Half a digit, completed by every model that can: a panel a model, a tile a completion. A frame is the same share of
// each model's own steps. All of it is in the trace.

const ROOM = 452; // CSS pixels that the panels may be tall
const [GAP, BETWEEN, LINES] = [6, 20, 58]; // between tiles, between panels, and a panel's lines of text

export default function (component) {
  return mount(component, ".pg-halfdigit", HalfDigit);
}

class HalfDigit extends Stepper {
  constructor(root) {
    super(root, "__halfdigit");
  }

  get rate() { return 16; }
  get strideWords() { return [tr("One frame"), tr("ten")]; }
  get countText() { return `${Math.round((100 * this.step) / this.steps)} %`; }

  // -------------------------------------------------------------------------------------------------------- elements

  build() {
    Object.assign(this, { face: "yours", panels: [] });
    this.board = h("div", { class: "board" });
    this.readout = h("div", { class: "readout" });
    this.legend = h("div", { class: "legend" });
    this.root.append(
      h("div", { class: "options" },
        this.segments(tr("What kept pixels show"), "face", [["yours", tr("your pixels")], ["model", tr("what the model has there")]]), this.legend),
      this.board, this.readout, this.buildTransport());
  }

  open({ meta, arrays, shapes }) {
    const { steps, fit, ...others } = arrays; // the canvas has these names
    Object.assign(this, others, { stepsOf: steps, fits: fit });
    [this.models, , this.count] = shapes.fit;
    this.steps = shapes.fit[1] - 1;
    this.stride = 10;
    this.shape = meta.shape;
    this.size = meta.shape[0] * meta.shape[1];
    let [still, moving] = [0, 0];
    this.places = meta.ways.map((way) => (isStill(way) ? [this.still, still++, 0] : [this.moving, moving++, 1]));
    this.panels = meta.titles.map((title, model) => this.buildPanel(title, model));
    this.board.replaceChildren(...this.panels.map(({ box }) => box));
    const key = (kind, words) => h("span", { class: "key" }, h("span", { class: `swatch ${kind}` }), words);
    this.legend.replaceChildren(key("given", tr("kept")), key("blank", tr("not there yet")), key("best", tr("fits best")));
  }

  buildPanel(title, model) {
    const canvas = h("canvas", { role: "img", tabindex: "0", "aria-label": tr`${title}, ${this.count} completions; point at one, click pins it`,
      onpointermove: (event) => this.point(this.tileAt(event, model)), onpointerleave: () => this.point(-1),
      onclick: (event) => { const tile = this.tileAt(event, model); if (tile >= 0) this.pin(tile); } });
    const small = document.createElement("canvas");
    [small.height, small.width] = this.shape;
    const context = small.getContext("2d");
    const image = context.createImageData(small.width, small.height);
    const fits = Array.from({ length: this.count }, () => h("span"));
    const measure = h("div", { class: "pg-muted measure" });
    const box = h("figure", { class: "panel" },
      h("figcaption", {}, h("b", {}, title), h("span", { class: "pg-muted" }, ` ${this.wayWords(model)}`)), measure, canvas, h("div", { class: "fits" }, ...fits));
    return { box, canvas, context: canvas.getContext("2d", { alpha: false }), small, smallContext: context, image, pixels: new Uint32Array(image.data.buffer), fits, measure };
  }

  // ------------------------------------------------------------------------------------------------------------ words

  wayWords(model) {
    return {
      conditionals: tr("pixel by pixel"), ordering: tr("kept pixels first"), gibbs: tr("clamped Gibbs"),
      langevin: tr("clamped Langevin"), posterior: tr("likeliest code"), nearest: tr("nearest code"),
    }[this.meta.ways[model]];
  }

  measureWords(model) {
    const way = this.meta.ways[model];
    if (way === "conditionals" && this.later[model]) return tr`${this.later[model]} kept come too late: their log p, nats`;
    return {
      conditionals: tr("exact samples given the kept pixels"), ordering: tr("exact samples in this ordering"), gibbs: tr("fit: log p(kept | h), nats"),
      langevin: tr("fit: RMSE at the kept pixels"), posterior: tr("fit: log p(kept | z), nats"), nearest: tr("fit: RMSE at the kept pixels"),
    }[way];
  }

  /** Whether there is a fit to speak of: what is sampled exactly has none. */
  measured(model) { return !isStill(this.meta.ways[model]) || this.later[model] > 0; }

  fitText(model, completion) {
    if (!this.measured(model)) return "";
    const value = this.fits[(model * (this.steps + 1) + this.step) * this.count + completion];
    return isDistance(this.meta.ways[model]) ? value.toFixed(3) : signed(value, 1);
  }

  words() {
    const done = Math.round((100 * this.step) / this.steps);
    return this.chosen < 0 ? tr`${done} % of each model's steps are done.` : this.tileWords(this.chosen);
  }

  tileWords(tile) {
    const [model, completion] = [Math.floor(tile / this.count), tile % this.count];
    const at = Math.round((this.step * this.stepsOf[model]) / this.steps);
    const name = this.meta.titles[model];
    const start = tr`${name}, completion ${completion + 1} of ${this.count}: ${this.unitWords(model, at)}`;
    if (!this.measured(model)) return tr`${start}. Nothing that was kept comes after a drawn pixel.`;
    const value = this.fitText(model, completion);
    return `${start}. ${{
      conditionals: tr`log p of the kept pixels that came too late, so far: ${value} nats.`,
      gibbs: tr`The hidden units would draw the kept pixels with log p = ${value} nats.`,
      langevin: tr`What the energy would denoise the kept pixels to is ${value} away from them (RMSE).`,
      posterior: tr`Under this code the kept pixels have log p = ${value} nats.`,
      nearest: tr`The picture of this code is ${value} away from the kept pixels (RMSE).`,
    }[this.meta.ways[model]]}`;
  }

  unitWords(model, at) {
    const all = this.stepsOf[model];
    const way = this.meta.ways[model];
    if (isStill(way)) return tr`${at} of ${all} pixels`;
    if (way === "gibbs") return tr`${at} of ${all} sweeps`;
    return tr`${at} of ${all} steps`;
  }

  // ----------------------------------------------------------------------------------------------------------- layout

  get chosen() { return this.hover >= 0 ? this.hover : this.focus; }

  point(tile) {
    if (tile === this.hover) return;
    this.hover = tile;
    this.schedule();
  }

  tileAt(event, model) {
    const box = event.currentTarget.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * this.count);
    return column >= 0 && column < this.count ? model * this.count + column : -1;
  }

  cursorKey([across, down]) {
    const from = this.chosen < 0 ? 0 : this.chosen;
    this.hover = -1;
    this.focus = clamp(from + across + down * this.count * this.columns, 0, this.models * this.count - 1);
    this.changed();
  }

  /** As many panels in a row as make the tiles largest, in whole device pixels, while all rows find room. */
  arranged(width) {
    const side = Math.max(...this.shape);
    const cellOf = (columns) => Math.floor((((width - BETWEEN * (columns - 1)) / columns - GAP * (this.count - 1)) / this.count) * (this.ratio / side));
    const narrow = width < 600;
    let best = { cell: 0, columns: 1 };
    for (let columns = 1; columns <= this.models; columns++) {
      const rows = Math.ceil(this.models / columns);
      const most = narrow ? Infinity : Math.floor(((ROOM / rows - LINES) * this.ratio) / side);
      const cell = Math.min(cellOf(columns), most, Math.round(4 * this.ratio));
      if (cell > best.cell) best = { cell, columns };
    }
    if (best.cell) return best;
    const columns = Math.max(1, Math.min(this.models, Math.floor((width + BETWEEN) / (this.count * (2 * side + GAP) + BETWEEN))));
    return { cell: Math.max(1, Math.min(cellOf(columns), Math.round(2 * this.ratio))), columns };
  }

  fit(width) {
    const { ratio, theme } = this;
    const { cell, columns } = this.arranged(width);
    Object.assign(this, { cell, columns, gap: Math.round(GAP * ratio) });
    this.board.style.setProperty("--columns", columns);
    const wide = this.count * cell * this.shape[1] + (this.count - 1) * this.gap;
    for (const { canvas, fits, box } of this.panels) {
      fitCanvas(canvas, wide, cell * this.shape[0], ratio);
      box.style.setProperty("--wide", `${wide / ratio}px`);
      for (const fit of fits) fit.style.width = `${(cell * this.shape[1]) / ratio}px`;
    }
    this.greys = ramp(theme.paper, theme.ink, 256);
    this.blues = ramp(mix(theme.paper, theme.given, 0.22), theme.given, 256);
    this.purples = ramp(theme.paper, theme.model, 256);
    this.blank = packed(theme.blank);
  }

  // ---------------------------------------------------------------------------------------------------------- drawing

  draw() {
    this.panels.forEach((panel, model) => this.drawPanel(panel, model));
    say(this.readout, this.chosen < 0 ? tr("Point at a completion for its numbers; click to pin it.") : this.tileWords(this.chosen));
    this.root.dataset.face = this.face;
  }

  drawPanel({ canvas, context, small, smallContext, image, pixels, fits, measure }, model) {
    const { size, cell, gap, keep, given, written, step, theme, ratio } = this;
    const [array, place, moves] = this.places[model];
    context.fillStyle = css(theme.background);
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.imageSmoothingEnabled = false;
    say(measure, this.measureWords(model));
    for (let n = 0; n < this.count; n++) {
      const from = ((moves ? place * (this.steps + 1) + step : place) * this.count + n) * size;
      for (let i = 0; i < size; i++) {
        const there = written[model * size + i] <= step;
        if (keep[i] && this.face === "yours") pixels[i] = this.blues[given[model * size + i]];
        else if (!there) pixels[i] = this.blank;
        else pixels[i] = (keep[i] ? this.purples : this.greys)[array[from + i]];
      }
      smallContext.putImageData(image, 0, 0);
      const x = n * (cell * this.shape[1] + gap);
      context.drawImage(small, x, 0, cell * this.shape[1], cell * this.shape[0]);
      const tile = model * this.count + n;
      const best = this.count > 1 && this.measured(model) && this.meta.best[model] === n && step === this.steps;
      if (best || tile === this.chosen) {
        context.lineWidth = (tile === this.chosen ? 3 : 2) * ratio;
        context.strokeStyle = tile === this.chosen ? css(theme.accent) : css(rgb(getComputedStyle(this.root).getPropertyValue("--pg-accepted").trim()));
        const half = context.lineWidth / 2;
        context.strokeRect(x + half, half, cell * this.shape[1] - 2 * half, canvas.height - 2 * half);
      }
      say(fits[n], this.fitText(model, n));
    }
  }
}

/** Whether a way writes each pixel once, so that one picture serves every frame. */
function isStill(way) { return way === "conditionals" || way === "ordering"; }

/** Whether a way's fit is a distance, so that low is good. */
function isDistance(way) { return way === "langevin" || way === "nearest"; }
