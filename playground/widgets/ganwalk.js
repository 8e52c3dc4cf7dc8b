// A plane through three codes of a generator, with the discriminator's verdict over it, and the line from A to B. All
// pictures were decoded by the server: under the pointer stands the nearest of them.

const MOSAIC = 13; // pictures along a side of the plane
const STRIP = 13;
const NAMES = ["A", "B", "C"];

export default function (component) {
  return mount(component, ".pg-ganwalk", GanWalk);
}

class GanWalk extends Stepper {
  constructor(root) {
    super(root, "__ganwalk");
  }

  get strideWords() { return [tr("One picture"), tr("ten")]; }
  get rate() { return 15; }
  get countText() { return `t = ${(this.step / this.steps).toFixed(3)}`; }

  build() {
    this.shown = "D";
    this.plane = h("canvas", { class: "plane", role: "img", tabindex: "0",
      "aria-label": tr("The plane through A, B and C, and what the discriminator says; point for a picture, click keeps it, W A S D walk"),
      onpointermove: (event) => this.point(event), onpointerdown: (event) => this.point(event),
      onpointerleave: () => { this.hover = -1; this.schedule(); },
      onclick: (event) => { this.focus = this.cellAt(event); this.hover = -1; this.changed(); } });
    this.scale = new Scale();
    const figure = () => {
      const parts = { cells: new Cells(tr("A picture of the generator")), title: h("b"), where: h("div"), logit: h("div", { class: "place" }), odds: h("div"), norm: h("div", { class: "pg-muted" }) };
      parts.bar = h("i");
      parts.box = h("figure", {}, h("figcaption", {}, parts.title), parts.cells.canvas, parts.logit, parts.odds, h("div", { class: "bar" }, parts.bar), parts.where, parts.norm);
      return parts;
    };
    [this.here, this.along] = [figure(), figure()];
    this.strip = h("canvas", { class: "strip", role: "img", "aria-label": tr("Pictures along the line from A to B; click for one"), onclick: (event) => this.stripTo(event) });
    this.curve = new StepCurve(tr("The logit of D along the line; click or drag for a place"), (place) => this.goto(place * this.steps));
    this.curveName = h("figcaption", { class: "under" });
    this.root.append(h("div", { class: "frame" },
      h("div", { class: "left" },
        h("div", { class: "caption" }, this.segments(tr("Shown on the plane"), "shown", [["D", tr("logit of D")], ["pictures", tr("pictures")]]), this.scale.box),
        this.plane, h("div", { class: "under" }, (this.planeWords = h("span", { class: "pg-muted" })))),
      h("div", { class: "middle" },
        h("div", { class: "pair" }, this.here.box, this.along.box),
        this.strip, this.curveName, this.curve.canvas)), this.buildTransport());
  }

  open({ meta, arrays, shapes }) {
    Object.assign(this, { arrays });
    this.side = shapes.logits[0];
    this.shape = meta.shape;
    this.size = this.shape[0] * this.shape[1];
    this.steps = shapes.line_logits[0] - 1;
    this.stride = 10;
    this.sheetKey = this.stripKey = null;
    for (const { cells } of [this.here, this.along]) cells.shape(...this.shape);
    const [low, high] = this.arrays.axis.length ? [arrays.axis[0], arrays.axis[this.side - 1]] : [0, 1];
    this.position = (value) => (((value - low) / (high - low)) * (this.side - 1) + 0.5) / this.side;
    this.limit = Math.max(0.01, ...Array.from(arrays.logits, Math.abs)); // 0 in the middle
    this.home = this.nearest(0, 0);
  }

  /** The plane's point nearest to u, v. */
  nearest(u, v) {
    const near = (value) => this.arrays.axis.reduce((best, x, i, all) => (Math.abs(x - value) < Math.abs(all[best] - value) ? i : best), 0);
    return near(v) * this.side + near(u);
  }

  cellAt(event) {
    const box = this.plane.getBoundingClientRect();
    const column = clamp(Math.floor(((event.clientX - box.left) / box.width) * this.side), 0, this.side - 1);
    const row = clamp(Math.floor((1 - (event.clientY - box.top) / box.height) * this.side), 0, this.side - 1);
    return row * this.side + column;
  }

  point(event) {
    const cell = this.cellAt(event);
    if (cell === this.hover) return;
    this.hover = cell;
    this.schedule();
  }

  get chosen() { return this.hover >= 0 ? this.hover : this.focus >= 0 ? this.focus : this.home; }

  cursorKey([across, down]) {
    const [row, column] = [Math.floor(this.chosen / this.side), this.chosen % this.side];
    this.hover = -1;
    this.focus = clamp(row - down, 0, this.side - 1) * this.side + clamp(column + across, 0, this.side - 1);
    this.changed();
  }

  stripTo(event) {
    const share = within(event, this.strip)[0] / this.strip.clientWidth;
    this.goto((Math.floor(share * STRIP) * this.steps) / (STRIP - 1));
  }

  fit(width) {
    const { ratio } = this;
    const wide = width >= 780;
    this.root.dataset.wide = wide;
    this.greys = greysOf(this.theme);
    const room = Math.floor(Math.min(wide ? 400 : width, width) * ratio);
    this.cell = Math.max(2, Math.floor(room / this.side));
    fitCanvas(this.plane, this.cell * this.side, this.cell * this.side, ratio);
    const rest = wide ? width - this.plane.width / ratio - 24 : width;
    for (const { cells } of [this.here, this.along]) cells.fit(Math.min(230, (rest - 20) / 2), ratio);
    this.stripSide = Math.floor((rest * ratio) / STRIP);
    fitCanvas(this.strip, this.stripSide * STRIP, this.stripSide + 2 * ratio, ratio);
    this.curve.fit(rest, 84, ratio);
    this.scale.show(this.colours, this.limit);
    this.sheetKey = this.stripKey = null;
    this.fitted = (this.fitted ?? 0) + 1;
  }

  draw() {
    this.drawPlane();
    this.drawStrip();
    const { arrays, theme } = this;
    const places = Float32Array.from({ length: this.steps + 1 }, (_, i) => i / this.steps);
    this.curve.show(`${theme.dark} ${this.fitted} ${this.id}`, places, [{ values: arrays.line_logits, colour: shadeOf(this.root, "--pg-model"), width: 2 }], this.step, theme,
      { font: getComputedStyle(this.root).fontFamily, first: "A, t = " });
    say(this.curveName, tr`logit of D along the line ${this.meta.spherical ? "(slerp)" : "(lerp)"}: above 0 taken for real`);
    this.tellHere();
    this.tellAlong();
    this.root.dataset.cell = this.chosen;
  }

  drawPlane() {
    const key = `${this.shown} ${this.theme.dark} ${this.id} ${this.fitted}`;
    if (this.sheetKey !== key) { this.sheetKey = key; this.sheet = this.shown === "D" ? this.verdictSheet() : this.mosaicSheet(); }
    const { plane, cell, side, ratio, theme } = this;
    const context = plane.getContext("2d");
    context.clearRect(0, 0, plane.width, plane.height);
    context.drawImage(this.sheet, 0, 0);
    const at = (u, v) => [this.position(u) * plane.width, (1 - this.position(v)) * plane.height];
    const ends = NAMES.map((name, i) => at(i === 1 ? 1 : 0, i === 2 ? 1 : 0));
    for (const [colour, line] of [[css(theme.background, 0.85), 4], [css(theme.text, 0.85), 1.5]]) {
      context.strokeStyle = colour;
      context.lineWidth = line * ratio;
      context.beginPath();
      context.moveTo(...ends[0]);
      context.lineTo(...ends[1]);
      context.stroke();
    }
    context.font = `600 ${12 * ratio}px ${getComputedStyle(this.root).fontFamily}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    ends.forEach(([x, y], i) => this.badge(context, x, y, NAMES[i]));
    const [x, y] = at(this.arrays.line_place[this.step], 0);
    context.fillStyle = css(theme.accent);
    context.strokeStyle = css(theme.background);
    context.lineWidth = 2 * ratio;
    context.beginPath();
    context.arc(x, y, 6 * ratio, 0, 7);
    context.fill();
    context.stroke();
    const [row, column] = [Math.floor(this.chosen / side), this.chosen % side];
    if (this.hover < 0 && this.focus < 0) return this.saySize(); // A has its badge
    for (const [colour, line] of [[css(theme.background), 4], [css(theme.text), 2]]) {
      context.strokeStyle = colour;
      context.lineWidth = line * ratio;
      context.strokeRect(column * cell, plane.height - (row + 1) * cell, cell, cell);
    }
    this.saySize();
  }

  saySize() {
    const { side } = this;
    say(this.planeWords, this.meta.spherical ? tr`${side} × ${side} decoded points; A + u (B − A) + v (C − A), lengths kept` : tr`${side} × ${side} decoded points; A + u (B − A) + v (C − A)`);
  }

  badge(context, x, y, name) {
    const { ratio, theme } = this;
    context.beginPath();
    context.arc(x, y, 9 * ratio, 0, 7);
    context.fillStyle = css(theme.background, 0.92);
    context.fill();
    context.lineWidth = 1.5 * ratio;
    context.strokeStyle = css(theme.text, 0.8);
    context.stroke();
    context.fillStyle = css(theme.text);
    context.fillText(name, x, y + ratio / 2);
  }

  verdictSheet() {
    const { side, cell, arrays, limit } = this;
    const small = new Cells("");
    small.shape(side, side);
    for (let row = 0; row < side; row++) for (let column = 0; column < side; column++) small.pixels[(side - 1 - row) * side + column] = this.colours[shade(arrays.logits[row * side + column], limit)];
    small.cell = cell;
    [small.canvas.width, small.canvas.height] = [cell * side, cell * side];
    small.show();
    return small.canvas;
  }

  mosaicSheet() {
    const { plane, side, size, shape, arrays } = this;
    const sheet = document.createElement("canvas");
    [sheet.width, sheet.height] = [plane.width, plane.height];
    const context = sheet.getContext("2d");
    const step = plane.width / MOSAIC;
    for (let row = 0; row < MOSAIC; row++) {
      for (let column = 0; column < MOSAIC; column++) {
        const near = (n) => Math.floor(((n + 0.5) / MOSAIC) * side);
        drawTile(context, arrays.pictures, (near(row) * side + near(column)) * size, shape, Math.round(column * step), Math.round(plane.height - (row + 1) * step), Math.floor(step) - 1, this.greys);
      }
    }
    return sheet;
  }

  drawStrip() {
    const key = `${this.theme.dark} ${this.id} ${this.fitted}`;
    const { strip, stripSide, ratio } = this;
    if (this.stripKey !== key) {
      this.stripKey = key;
      this.stripSheet = document.createElement("canvas");
      [this.stripSheet.width, this.stripSheet.height] = [strip.width, strip.height];
      const sheet = this.stripSheet.getContext("2d");
      for (let n = 0; n < STRIP; n++) {
        const side = tileSize(this.shape, stripSide - 2 * ratio);
        drawTile(sheet, this.arrays.line_pictures, Math.round((n * this.steps) / (STRIP - 1)) * this.size, this.shape, n * stripSide + Math.floor((stripSide - side) / 2), ratio + Math.floor((stripSide - side) / 2), side, this.greys);
      }
    }
    const context = strip.getContext("2d");
    context.clearRect(0, 0, strip.width, strip.height);
    context.drawImage(this.stripSheet, 0, 0);
    const near = Math.round((this.step * (STRIP - 1)) / this.steps);
    context.strokeStyle = css(this.theme.accent);
    context.lineWidth = 2 * ratio;
    context.strokeRect(near * stripSide + ratio, ratio, stripSide - 2 * ratio, stripSide - 2 * ratio);
  }

  fill(parts, bytes, number, logit, norm) {
    fillCells(parts.cells, bytes, number * this.size, this.greys);
    const p = 1 / (1 + Math.exp(-logit));
    say(parts.logit, tr`logit ${signed(logit, 2)}`);
    say(parts.odds, logit >= 0 ? tr`D = ${probabilityText(p)}: taken for real` : tr`D = ${probabilityText(p)}: taken for generated`);
    parts.bar.style.width = `${(100 * p).toFixed(2)}%`;
    parts.box.dataset.verdict = logit >= 0 ? "real" : "fake";
    say(parts.norm, `‖z‖ = ${norm.toFixed(2)}, √Z = ${Math.sqrt(this.meta.latent).toFixed(2)}`);
  }

  tellHere() {
    const { chosen, side, arrays } = this;
    this.fill(this.here, arrays.pictures, chosen, arrays.logits[chosen], arrays.norms[chosen]);
    say(this.here.title, this.hover >= 0 ? tr("Nearest to the pointer") : this.focus >= 0 ? tr("Kept on the plane") : tr("A, on the plane"));
    say(this.here.where, `u = ${signed(arrays.axis[chosen % side], 2)}, v = ${signed(arrays.axis[Math.floor(chosen / side)], 2)}`);
  }

  tellAlong() {
    const { step, arrays } = this;
    this.fill(this.along, arrays.line_pictures, step, arrays.line_logits[step], arrays.line_norms[step]);
    say(this.along.title, tr("On the line from A to B"));
    say(this.along.where, `t = ${(step / this.steps).toFixed(3)}`);
  }

  words() {
    const { arrays, chosen, step } = this;
    return tr`On the plane: logit ${signed(arrays.logits[chosen], 1)}. On the line at ${(step / this.steps).toFixed(2)}: logit ${signed(arrays.line_logits[step], 1)}.`;
  }
}
