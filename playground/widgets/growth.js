// Samples of several models on one axis of time. A tick is a share of the work: of each model's own steps, or of the
// network passes that the longest one takes. Pictures and numbers are looked up in the traces.

const TICKS = 1000;
const SIDE = 116; // CSS pixels that a panel's pictures take where all of them fit above the fold
const TALL = 470; // CSS pixels that all panels may take together

const steps = (done, all) => tr`step ${done}/${all}`;
const WAYS = {
  pixels: { kind: () => tr("pixel by pixel"), one: () => tr("one step writes one pixel"), count: (done, all) => tr`pixel ${done}/${all}` },
  sweeps: { kind: () => tr("Gibbs chain"), one: () => tr("one step is a sweep, v → h → v"), count: (done, all) => tr`sweep ${done}/${all}` },
  langevin: { kind: () => tr("Langevin chain"), one: () => tr("one step goes down ∇E and adds noise"), count: steps },
  shot: { kind: () => tr("one shot"), one: () => tr("one step decodes a code z"), count: steps },
};
const SCORES = {
  "log p": (value) => tr`log p of the pixels so far = ${signed(value, 2)} nats`,
  F: (value) => tr`free energy F(v) = ${signed(value, 2)} nats`,
  E: (value) => tr`energy E(x) = ${signed(value, 2)} nats`,
  D: (value) => tr`logit of D(x) = ${signed(value, 2)}`,
};

export default function (component) {
  return mount(component, ".pg-growth", Growth);
}

class Growth extends Stepper {
  constructor(root) {
    super(root, "__growth");
  }

  get rate() { return TICKS / 9; }
  get strideWords() { return ["0.1 %", "5 %"]; }
  get countText() { return `${(this.step / 10).toFixed(1)} %`; }

  // What is on the axis and what is shown are one number, which Python hears of.
  get byPasses() { return this.focus >= 0 && this.focus % 2 === 1; }
  get expected() { return this.focus >= 2; }

  build() {
    this.panels = [];
    this.grid = h("div", { class: "models", tabindex: "0", role: "group", "aria-label": tr("Samples; A and D go through them") });
    this.readout = h("div", { class: "readout" });
    const choice = (label, mine, choices) => {
      const group = h("div", { class: "pg-segments", role: "group", "aria-label": label });
      group.append(...choices.map(([on, words]) => h("button", { type: "button", "data-on": on, onclick: () => this.choose(mine, on) }, words)));
      return group;
    };
    this.axisChoice = choice(tr("What is on the axis"), 1, [[0, tr("each one's own steps")], [1, tr("network passes")]]);
    this.faceChoice = choice(tr("What the pictures show"), 2, [[0, tr("samples")], [2, tr("expected values")]]);
    this.passes = h("span", { class: "pg-muted" });
    this.root.append(this.grid,
      h("div", { class: "options" }, h("b", {}, tr("Axis")), this.axisChoice, this.passes, h("b", { class: "second" }, tr("Shown")), this.faceChoice),
      this.readout, this.buildTransport());
  }

  choose(bit, on) {
    this.focus = (Math.max(0, this.focus) & ~bit) | on;
    this.changed();
  }

  pin() {} // nothing here is pinned: the focus is what is chosen below

  // ------------------------------------------------------------------------------------------------------- the traces

  open({ meta, arrays, shapes }) {
    this.steps = TICKS;
    this.stride = 50;
    this.most = Math.max(...meta.models.map(({ passes }) => passes));
    this.count = shapes["0.drawn"][1];
    this.columns = Math.ceil(Math.sqrt(this.count));
    this.panels = meta.models.map((model, n) => this.panel(model, (name) => arrays[`${n}.${name}`], shapes[`${n}.drawn`], n));
    this.grid.replaceChildren(...this.panels.map(({ root }) => root));
    this.hover = -1;
    this.root.dataset.models = this.panels.length;
  }

  panel(model, array, [, count, height, width], n) {
    const cells = new Cells(tr`Samples of ${model.title}`);
    const rows = Math.ceil(count / this.columns);
    cells.shape(rows * (height + 1) - 1, this.columns * (width + 1) - 1);
    const [counted, passes, fill] = [h("span"), h("span", { class: "pg-muted" }), h("div", { class: "fill" })];
    const facts = h("div", { class: "facts" }, h("b", { title: model.name }, model.title), h("span", { class: "kind" }, WAYS[model.way].kind()), counted, passes,
      ...(model.prior ? [] : [h("span", { class: "warn" }, tr("has no prior of its own"))]));
    const panel = { ...model, cells, height, width, count, fill, counted, passesText: passes, n, frame: -1, asked: "" };
    for (const name of ["order", "kept", "drawn", "expected", "scores"]) panel[name] = array(name);
    cells.canvas.addEventListener("pointermove", (event) => { this.hover = this.sampleAt(event, panel); this.schedule(); });
    cells.canvas.addEventListener("pointerleave", () => { this.hover = -1; this.schedule(); });
    panel.root = h("div", { class: "model", "data-name": model.name }, h("div", { class: "body" }, cells.canvas, facts), h("div", { class: "bar" }, fill));
    panel.stepOf = new Int32Array(height * width).fill(-1);
    panel.order.forEach((position, step) => { panel.stepOf[position] = step; });
    return panel;
  }

  /** The number of the sample under the pointer, counted through all panels; −1 between them. */
  sampleAt(event, panel) {
    const at = panel.cells.at(event);
    if (at < 0) return -1;
    const [x, y] = [at % panel.cells.columns, Math.floor(at / panel.cells.columns)];
    const sample = Math.floor(y / (panel.height + 1)) * this.columns + Math.floor(x / (panel.width + 1));
    return sample < panel.count ? panel.n * this.count + sample : -1;
  }

  cursorKey([across, down]) {
    const total = this.panels.length * this.count;
    this.hover = clamp(Math.max(0, this.hover) + across + down * this.count, 0, total - 1);
  }

  /** Steps done at the tick; one that is under way counts, so that what takes one step is there at once. */
  done({ steps, passes }) {
    const share = this.step / TICKS;
    return Math.min(steps, Math.ceil((this.byPasses ? (share * this.most * steps) / passes : share * steps) - 1e-9));
  }

  frameOf({ kept }, done) {
    let frame = 0;
    while (frame + 1 < kept.length && kept[frame + 1] <= done) frame++;
    return frame;
  }

  score(panel, sample, done) {
    const each = panel.scores.length / panel.count;
    if (!each) return NaN;
    return panel.scores[sample * each + (panel.way === "pixels" ? done : this.frameOf(panel, done))];
  }

  // ---------------------------------------------------------------------------------------------------------- drawing

  fit(width) {
    const wide = width >= 780;
    const across = wide ? Math.min(4, Math.max(2, Math.ceil(this.panels.length / 3))) : width >= 480 ? 2 : 1;
    const down = Math.ceil(this.panels.length / across);
    const room = Math.max(SIDE, Math.min(width / across - 130, wide ? TALL / down - 22 : 168));
    this.grid.style.setProperty("--across", across);
    for (const panel of this.panels) {
      panel.cells.fit(room, this.ratio);
      panel.asked = "";
    }
  }

  draw() {
    const { theme } = this;
    const scheme = JSON.stringify([theme.paper, theme.ink, theme.background]);
    if (scheme !== this.scheme) {
      [this.scheme, this.shades] = [scheme, ramp(theme.paper, theme.ink, 256)];
      for (const panel of this.panels) panel.asked = "";
    }
    this.root.dataset.axis = this.byPasses ? "passes" : "share";
    this.root.dataset.face = this.expected ? "expected" : "drawn";
    for (const button of this.axisChoice.children) button.setAttribute("aria-pressed", String(Number(button.dataset.on) === (this.byPasses ? 1 : 0)));
    for (const button of this.faceChoice.children) button.setAttribute("aria-pressed", String(Number(button.dataset.on) === (this.expected ? 2 : 0)));
    say(this.passes, this.byPasses ? tr`${Math.ceil((this.step / TICKS) * this.most)} of ${this.most} passes` : "");
    for (const panel of this.panels) this.drawPanel(panel);
    say(this.readout, this.readoutWords());
  }

  drawPanel(panel) {
    const done = this.done(panel);
    panel.root.dataset.done = done;
    panel.fill.style.width = `${(100 * done) / panel.steps}%`;
    say(panel.counted, WAYS[panel.way].count(done, panel.steps));
    const passes = panel.way === "shot" ? done : Math.round((done * panel.passes) / panel.steps);
    say(panel.passesText, passes === 1 ? tr("1 pass") : tr`${passes} passes`);
    const mark = Math.floor(this.hover / this.count) === panel.n && this.hover >= 0 ? this.hover % this.count : -1;
    const asked = `${panel.way === "pixels" ? done : this.frameOf(panel, done) + (done > 0 ? 0.5 : 0)}/${this.expected}/${mark}`;
    if (asked === panel.asked) return; // nothing to be seen has changed
    panel.asked = asked;
    this.paint(panel, done);
    if (mark >= 0) this.frameSample(panel, mark);
  }

  paint(panel, done) {
    const { cells, height, width, count, stepOf } = panel;
    const source = this.expected ? panel.expected : panel.drawn;
    const from = this.frameOf(panel, done) * count * height * width;
    const blank = packed(this.theme.blank);
    cells.pixels.fill(packed(mix(this.theme.background, this.theme.text, 0.28))); // the lines between the samples
    for (let sample = 0; sample < count; sample++) {
      const top = Math.floor(sample / this.columns) * (height + 1);
      const left = (sample % this.columns) * (width + 1);
      for (let i = 0; i < height * width; i++) {
        const there = panel.way === "pixels" ? stepOf[i] < done : panel.way !== "shot" || done > 0;
        const at = (top + Math.floor(i / width)) * cells.columns + left + (i % width);
        cells.pixels[at] = there ? this.shades[source[from + sample * height * width + i]] : blank;
      }
    }
    cells.show();
  }

  frameSample({ cells, height, width }, sample) {
    const [x, y] = [(sample % this.columns) * (width + 1), Math.floor(sample / this.columns) * (height + 1)];
    const { context, cell } = cells;
    context.strokeStyle = css(this.theme.accent);
    context.lineWidth = 2 * this.ratio;
    context.strokeRect(x * cell + 1, y * cell + 1, width * cell - 2, height * cell - 2);
  }

  // ------------------------------------------------------------------------------------------------------------ words

  readoutWords() {
    if (this.hover < 0) return tr("Point at a sample for what its own model says of it, at any moment.");
    const panel = this.panels[Math.floor(this.hover / this.count)];
    const sample = this.hover % this.count;
    const done = this.done(panel);
    const score = this.score(panel, sample, done);
    const said = panel.score && Number.isFinite(score) ? SCORES[panel.score](score) : tr("no number comes with a sample of this family");
    return tr`${panel.title}, sample ${sample + 1}: ${WAYS[panel.way].one()}; ${WAYS[panel.way].count(done, panel.steps)}; ${said}`;
  }

  words() {
    const finished = this.panels.filter((panel) => this.done(panel) >= panel.steps).length;
    const here = this.hover >= 0 ? ` ${this.readoutWords()}.` : "";
    return tr`${this.countText}: ${finished} of ${this.panels.length} models are done.` + here;
  }
}
