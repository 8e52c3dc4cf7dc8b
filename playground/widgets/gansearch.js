// A search for the code whose picture is nearest to a drawing: several starts, every step. All of it is in the trace.

export default function (component) {
  return mount(component, ".pg-gansearch", GanSearch);
}

class GanSearch extends Stepper {
  constructor(root) {
    super(root, "__gansearch");
  }

  get strideWords() { return [tr("One step"), tr("ten")]; }
  get rate() { return 20; }

  build() {
    const figure = (label) => {
      const parts = { cells: new Cells(label), title: h("b"), words: h("div"), more: h("div") };
      parts.box = h("figure", {}, h("figcaption", {}, parts.title), parts.cells.canvas, parts.words, parts.more);
      return parts;
    };
    this.target = figure(tr("The drawing"));
    this.now = figure(tr("The generator's picture at this step"));
    this.difference = figure(tr("What the generator's picture has more or less"));
    this.scale = new Scale();
    this.difference.box.append(this.scale.box);
    this.starts = h("canvas", { class: "starts", role: "img", tabindex: "0", "aria-label": tr("All starts; point at one, click pins it"),
      onpointermove: (event) => this.point(this.startAt(event)), onpointerleave: () => this.point(-1),
      onclick: (event) => { const start = this.startAt(event); if (start >= 0) this.pin(start); } });
    this.startsName = h("figcaption");
    const go = (place) => this.goto(place);
    this.curves = [[tr("RMSE to the drawing, per pixel"), "rmse"], [tr("logit of D of the picture found"), "logits"]].map(([words, name]) => ({
      name, curve: new StepCurve(tr`${words} over the steps; click or drag for a step`, go), words,
    }));
    this.root.append(
      h("div", { class: "details" }, this.target.box, this.now.box, this.difference.box,
        h("figure", { class: "all" }, this.startsName, this.starts)),
      h("div", { class: "curves" }, ...this.curves.map(({ curve, words }) => h("figure", {}, h("figcaption", {}, words), curve.canvas))),
      this.buildTransport());
  }

  open({ meta, arrays, shapes }) {
    Object.assign(this, { arrays });
    this.steps = shapes.rmse[0] - 1;
    this.count = shapes.rmse[1];
    this.shape = meta.shape;
    this.size = this.shape[0] * this.shape[1];
    this.stride = 10;
    for (const { cells } of [this.target, this.now, this.difference]) cells.shape(...this.shape);
    this.columns = this.count > 3 ? Math.ceil(this.count / 2) : this.count;
    this.places = Int32Array.from({ length: this.steps + 1 }, (_, i) => i);
    this.lines = {};
    for (const { name } of this.curves) this.lines[name] = Array.from({ length: this.count }, (_, start) => Float32Array.from(this.places, (step) => arrays[name][step * this.count + start]));
  }

  get chosen() { return this.hover >= 0 ? this.hover : this.focus >= 0 ? this.focus : this.meta.best; }

  point(start) {
    if (start === this.hover) return;
    this.hover = start;
    this.schedule();
  }

  startAt(event) {
    const box = this.starts.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * this.columns);
    const row = Math.floor(((event.clientY - box.top) * this.ratio) / this.tile);
    const start = row * this.columns + column;
    return column >= 0 && column < this.columns && start >= 0 && start < this.count ? start : -1;
  }

  cursorKey([across, down]) {
    this.hover = -1;
    this.focus = clamp(this.chosen + across + down * this.columns, 0, this.count - 1);
    this.changed();
  }

  fit(width) {
    const { ratio } = this;
    const wide = width >= 780;
    this.root.dataset.wide = wide;
    this.greys = greysOf(this.theme);
    const side = Math.min(204, wide ? (width - 36) / 4.5 : (width - 18) / 2);
    for (const { cells } of [this.target, this.now, this.difference]) cells.fit(side, ratio);
    const rest = wide ? width - 3 * (this.now.cells.canvas.width / ratio + 18) : width;
    const rows = Math.ceil(this.count / this.columns);
    this.tile = Math.floor((Math.min(rest / this.columns, (wide ? 204 : 260) / rows)) * ratio);
    fitCanvas(this.starts, this.tile * this.columns, this.tile * rows, ratio);
    for (const { curve } of this.curves) curve.fit(wide ? (width - 22) / 2 : width, 172, ratio);
    this.scale.show(this.colours, 1);
    this.fitted = (this.fitted ?? 0) + 1;
  }

  offset(start) { return (this.step * this.count + start) * this.size; }
  value(name, start = this.chosen) { return this.arrays[name][this.step * this.count + start]; }

  draw() {
    const { chosen, arrays } = this;
    fillCells(this.target.cells, arrays.target, 0, this.greys);
    fillCells(this.now.cells, arrays.pictures, this.offset(chosen), this.greys);
    fillDifference(this.difference.cells, arrays.pictures, this.offset(chosen), arrays.target, 0, this.colours);
    this.drawStarts(chosen);
    this.drawCurves(chosen);
    this.tell(chosen);
    this.root.dataset.start = chosen;
  }

  drawStarts(chosen) {
    const { starts, tile, columns, ratio, theme } = this;
    const context = starts.getContext("2d");
    context.clearRect(0, 0, starts.width, starts.height);
    for (let start = 0; start < this.count; start++) {
      const [x, y] = [(start % columns) * tile, Math.floor(start / columns) * tile];
      const side = drawTile(context, this.arrays.pictures, this.offset(start), this.shape, x + 3 * ratio, y + 3 * ratio, tile - 6 * ratio, this.greys);
      context.lineWidth = (start === chosen ? 2.5 : 1) * ratio;
      context.strokeStyle = start === chosen ? css(shadeOf(this.root, "--pg-model")) : css(theme.text, 0.2);
      context.strokeRect(x + 2 * ratio, y + 2 * ratio, side + 2 * ratio, side + 2 * ratio);
    }
  }

  drawCurves(chosen) {
    const { theme } = this;
    const model = shadeOf(this.root, "--pg-model");
    const order = Array.from({ length: this.count }, (_, start) => start).filter((start) => start !== chosen).concat(chosen);
    for (const { name, curve } of this.curves) {
      const lines = order.map((start) => ({ values: this.lines[name][start], colour: start === chosen ? model : mix(theme.background, theme.text, 0.34), width: start === chosen ? 2.5 : 1 }));
      const low = name === "rmse" ? 0 : undefined;
      curve.show(`${theme.dark} ${this.fitted} ${this.id} ${chosen}`, this.places, lines, this.step, theme, { low, zero: name === "rmse", font: getComputedStyle(this.root).fontFamily });
    }
  }

  tell(chosen) {
    const D = (logit) => probabilityText(1 / (1 + Math.exp(-logit)));
    say(this.target.title, tr("x, the drawing"));
    say(this.target.words, tr`logit ${signed(this.meta.logit, 2)}, D = ${D(this.meta.logit)}`);
    say(this.now.title, chosen === this.meta.best ? tr`G(z), start ${chosen + 1}, ends nearest` : tr`G(z), start ${chosen + 1}`);
    say(this.now.words, `RMSE ${this.value("rmse").toFixed(4)}, ‖z‖ = ${this.value("norm").toFixed(2)}`);
    say(this.now.more, tr`logit ${signed(this.value("logits"), 2)}, D = ${D(this.value("logits"))}`);
    say(this.difference.title, "G(z) − x");
    say(this.startsName, this.hover >= 0 ? tr`${this.count} starts; click keeps this one` : this.focus >= 0 ? tr`${this.count} starts; pinned, Esc lets go` : tr`${this.count} starts; the nearest is chosen`);
    say(this.difference.words, tr`a draw has ‖z‖ ≈ √Z = ${Math.sqrt(this.meta.latent).toFixed(2)}`);
  }

  words() { return tr`Step ${this.step} of ${this.steps}. Start ${this.chosen + 1}: RMSE ${this.value("rmse").toFixed(3)}.`; }
}
