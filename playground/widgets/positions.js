// Position encodings. A step is a position: its column lights up in both tables, and the curves compare it with all
// others. Positions run to the right, the numbers of a vector downwards; every number is looked up in the trace.

export default function (component) {
  return mount(component, ".pg-positions", Positions);
}

const TALL = 190; // CSS pixels of a table

class Positions extends Stepper {
  constructor(root) {
    super(root, "__positions");
  }

  get strideWords() { return [tr("One position"), tr("ten")]; }
  get rate() { return 16; }
  get countText() { return tr`position ${this.step}`; }

  build() {
    this.point = null;
    const go = (place) => this.goto(place);
    this.tables = ["sinusoidal", "learned"].map((name) => {
      const canvas = h("canvas", { role: "img", "aria-label": name === "learned" ? tr("learned positions: to the right the position, downwards its numbers; click chooses a position") : tr("sinusoidal positions: to the right the position, downwards its numbers; click chooses a position") });
      const table = { name, canvas, title: h("figcaption"), told: h("div", { class: "told" }) };
      canvas.addEventListener("pointermove", (event) => {
        this.point = { name, ...this.placeAt(event, table) };
        if (event.buttons & 1) this.goto(this.point.position);
        this.schedule();
      });
      canvas.addEventListener("pointerleave", () => { this.point = null; this.schedule(); });
      for (const type of ["pointerdown", "click"]) canvas.addEventListener(type, (event) => this.goto(this.placeAt(event, table).position));
      pointable(canvas, () => { const [columns, rows] = this.shapes[name]; return { columns, rows }; }, table.told);
      table.box = h("figure", {}, table.title, canvas, table.told);
      return table;
    });
    this.none = h("figure", {}, h("figcaption", {}, h("b", {}, tr("Learned"))), h("div", { class: "none" }, tr("No transformer with learned positions is among the checkpoints.")));
    this.here = new StepCurve(tr("Cosine of every position with the chosen one; click chooses another"), go);
    this.far = new StepCurve(tr("Mean cosine of two positions by their distance"), () => {});
    [this.hereTitle, this.farTitle] = [h("figcaption"), h("figcaption")];
    this.root.append(this.buildTransport(),
      h("div", { class: "tables" }, this.tables[0].box, this.tables[1].box, this.none),
      h("div", { class: "curves" }, h("figure", {}, this.hereTitle, this.here.canvas), h("figure", {}, this.farTitle, this.far.canvas)));
  }

  open({ meta, arrays, shapes }) {
    Object.assign(this, { arrays, shapes });
    this.count = shapes.sinusoidal[0];
    this.steps = this.count - 1;
    this.stride = 10;
    this.places = Int32Array.from({ length: this.count }, (_, i) => i);
    const learned = shapes.learned[0] > 0;
    this.shown = learned ? ["sinusoidal", "learned"] : ["sinusoidal"];
    this.tables[1].box.classList.toggle("pg-hidden", !learned);
    this.none.classList.toggle("pg-hidden", learned);
    this.limits = { sinusoidal: 1, learned: 1e-9 };
    for (const value of arrays.learned) this.limits.learned = Math.max(this.limits.learned, Math.abs(value));
    this.far_ = Object.fromEntries(this.shown.map((name) => {
      const length = shapes[`${name}_distance`][1];
      return [name, [0, 1, 2].map((row) => this.padded(arrays[`${name}_distance`].subarray(row * length, (row + 1) * length)))];
    }));
    this.images = null;
  }

  /** Values for the first positions, none for those that this table has not. */
  padded(values) { return Float64Array.from({ length: this.count }, (_, i) => (i < values.length ? values[i] : NaN)); }
  value(name, position, number) { return this.arrays[name][position * this.shapes[name][1] + number]; }
  cosine(name, i, j) { const length = this.shapes[name][0]; return i < length && j < length ? this.arrays[`${name}_cosine`][i * length + j] : NaN; }

  placeAt(event, { name, canvas }) {
    const [rows, columns] = this.shapes[name];
    const [x, y] = within(event, canvas);
    const share = (at, size) => clamp(at / size, 0, 0.9999);
    return { position: Math.floor(share(x, canvas.clientWidth) * rows), number: Math.floor(share(y, canvas.clientHeight) * columns) };
  }

  fit(width) {
    const { ratio } = this;
    const wide = width >= 780;
    const room = wide ? (width - 26) / 2 : width;
    for (const { name, canvas } of this.tables) {
      const [positions, numbers] = this.shapes[name];
      if (!positions) continue;
      const across = Math.max(1, Math.floor((room * ratio) / positions)); // whole device pixels: nothing is resampled
      const down = Math.max(1, Math.round((TALL * ratio) / numbers));
      fitCanvas(canvas, across * positions, down * numbers, ratio);
    }
    for (const curve of [this.here, this.far]) curve.fit(room, 158, ratio);
    this.images = null;
    this.fitted = (this.fitted ?? 0) + 1;
  }

  paint() {
    this.images = {};
    for (const name of this.shown) {
      const [positions, numbers] = this.shapes[name];
      const image = document.createElement("canvas");
      [image.width, image.height] = [positions, numbers];
      const context = image.getContext("2d");
      const data = context.createImageData(positions, numbers);
      const pixels = new Uint32Array(data.data.buffer);
      for (let p = 0; p < positions; p++) for (let n = 0; n < numbers; n++) pixels[n * positions + p] = this.colours[shade(this.value(name, p, n), this.limits[name])];
      context.putImageData(data, 0, 0);
      this.images[name] = image;
    }
    this.painted = this.theme.dark;
  }

  draw() {
    if (!this.images || this.painted !== this.theme.dark) this.paint();
    const { step, theme, ratio } = this;
    for (const table of this.tables) {
      const { name, canvas } = table;
      if (!this.images[name]) continue;
      const context = canvas.getContext("2d");
      context.imageSmoothingEnabled = false;
      context.drawImage(this.images[name], 0, 0, canvas.width, canvas.height);
      const wide = canvas.width / this.shapes[name][0];
      if (step < this.shapes[name][0]) {
        for (const [colour, line] of [[css(theme.paper), 4], [css(shadeOf(this.root, "--pg-proposal")), 2]]) {
          context.strokeStyle = colour;
          context.lineWidth = line * ratio;
          context.strokeRect(step * wide - ratio, ratio, wide + 2 * ratio, canvas.height - 2 * ratio);
        }
      }
      this.tell(table);
    }
    this.drawCurves();
  }

  drawCurves() {
    const { step, theme } = this;
    const colour = { sinusoidal: shadeOf(this.root, "--pg-data"), learned: shadeOf(this.root, "--pg-model") };
    const font = getComputedStyle(this.root).fontFamily;
    const lines = this.shown.map((name) => ({ values: Float64Array.from(this.places, (j) => this.cosine(name, step, j)), colour: colour[name], width: 2 }));
    const key = `${theme.dark} ${this.fitted} ${this.id}`;
    const low = Math.min(0, ...Object.values(this.far_).map(([, least]) => Math.min(...Array.from(least).filter(Number.isFinite))));
    this.here.show(`${key} ${step}`, this.places, lines, step, theme, { font, low, high: 1, first: `${tr("position")} ` });
    const bands = this.shown.flatMap((name) => [
      ...[1, 2].map((row) => ({ values: this.far_[name][row], colour: colour[name], width: 1, dash: [3, 3] })),
      { values: this.far_[name][0], colour: colour[name], width: 2 },
    ]);
    const distance = this.point ? Math.abs(this.point.position - step) : 1;
    this.far.show(key, this.places, bands, Math.min(distance, this.steps), theme, { font, low, high: 1, first: `${tr("distance")} ` });
    const named = (text, name) => { const word = h("i", {}, text); word.style.color = css(colour[name]); return word; };
    const number = (value) => (Number.isFinite(value) ? signed(value, 3) : "–");
    const other = this.point ? this.point.position : Math.min(step + 1, this.steps);
    const told = (say_) => this.shown.flatMap((name, i) => [i ? " · " : "", named(`${name === "learned" ? tr("learned") : tr("sinusoidal")} ${say_(name)}`, name)]);
    this.hereTitle.replaceChildren(h("b", {}, tr("Cosine"), " "), tr`of ${step} and ${other}: `, ...told((name) => number(this.cosine(name, step, other))));
    this.farTitle.replaceChildren(h("b", {}, tr("By distance"), " "), tr`${distance}, mean: `, ...told((name) => number(this.far_[name][0][Math.min(distance, this.steps)])));
  }

  tell({ name, title, told }) {
    const [positions, numbers] = this.shapes[name];
    const norm = this.meta.norm[name === "learned" ? 1 : 0];
    const full = this.limits[name];
    say(title, "");
    title.replaceChildren(h("b", {}, name === "learned" ? tr("Learned") : tr("Sinusoidal")), " ", tr`${positions} positions × ${numbers} numbers, ±${full.toPrecision(2)} · mean length ${norm.toFixed(2)}`);
    const { position, number } = this.point?.name === name ? this.point : { position: Math.min(this.step, positions - 1), number: 0 };
    const wave = name === "sinusoidal" ? ` = ${number % 2 ? "cos" : "sin"}(${position} · 2π / ${this.arrays.period[number].toPrecision(4)})` : "";
    say(told, tr`position ${position}, number ${number + 1}${wave}: ${signed(this.value(name, position, number), 4)}`);
  }

  cursorKey([right]) { this.goto(this.step + right); }
  words() { return tr`Position ${this.step}. ${this.hereTitle.textContent}.`; }
}
