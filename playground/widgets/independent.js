// A small world beside the best model of independent pixels: samples of both grow pixel by pixel with the same uniform
// numbers, and every state's two probabilities stand below. A step is a number of pixels written.

export default function (component) {
  return mount(component, ".pg-independent", Independent);
}

class Independent extends Stepper {
  constructor(root) {
    super(root, "__independent");
  }

  get strideWords() { return [tr("One pixel"), tr("a row")]; }
  get rate() { return 1.6; }
  get countText() { return tr`pixel ${this.step} of ${this.steps}`; }

  build() {
    [this.told, this.numbers] = [h("div", { class: "told" }), h("div", { class: "numbers" })];
    this.sides = [tr("Samples of the world, by its chain rule"), tr("Samples of independent pixels, the same u")].map((label) => {
      const grid = new StateGrid(label);
      const title = h("figcaption", {}, h("b", {}, label));
      grid.canvas.addEventListener("pointermove", (event) => { this.pointed = this.sampleAt(event, grid); this.schedule(); });
      grid.canvas.addEventListener("pointerleave", () => { this.pointed = 0; this.schedule(); });
      pointable(grid.canvas, () => grid.places, this.told);
      return { grid, title, box: h("figure", {}, title, grid.canvas) };
    });
    this.bars = new StateBars(tr("Probability of every state: the world outlined, independent pixels filled"), (state) => { this.state = state; this.schedule(); }, this.told);
    [this.state, this.pointed] = [-1, 0];
    this.root.append(h("div", { class: "halves" }, ...this.sides.map(({ box }) => box)), this.told,
      h("figure", {}, this.bars.canvas), this.numbers, this.buildTransport());
  }

  open({ meta, arrays, shapes }) {
    Object.assign(this, { meta, arrays, shape: meta.shape });
    [this.count, this.steps] = shapes.samples;
    this.stride = meta.shape[1];
    this.bars.arrange(arrays.truth, arrays.model);
    this.top = Math.max(...arrays.truth, ...arrays.model);
    this.numbers.replaceChildren(...[
      [tr("KL(p ‖ independent)"), meta.kl], [tr("entropy of the world"), meta.entropy], [tr("probability of what cannot happen"), meta.forbidden],
    ].map(([name, value], i) => h("span", {}, `${name} `, h("b", {}, value.toFixed(4)), i < 2 ? tr(" nats") : "")));
  }

  fit(width) {
    const { ratio } = this;
    const half = width >= 780 ? (width - 26) / 2 : width;
    this.font = getComputedStyle(this.root).fontFamily;
    for (const { grid } of this.sides) grid.fit(half, 32, this.count, this.shape, ratio);
    this.bars.fit(width, 172, ratio, this.font);
  }

  sampleAt(event, { canvas, across, wide, tall }) {
    const [x, y] = within(event).map((at) => at * this.ratio);
    const n = Math.floor(y / tall) * across + Math.floor(x / wide);
    return canvas.width && n >= 0 && n < this.count ? n : 0;
  }

  draw() {
    const { arrays, theme, shape, step, count, root } = this;
    const [truth, model] = this.sides;
    const every = { true: arrays.true_samples, own: arrays.samples };
    truth.grid.show(every.true, count, arrays.true_allowed, shape, theme, step);
    model.grid.show(every.own, count, arrays.allowed, shape, theme, step);
    this.bars.show({ truth: arrays.truth, model: arrays.model, shape, theme, root, highest: this.top, hover: this.state });
    this.tell();
  }

  tell() {
    const { arrays, step, steps, pointed, state } = this;
    if (state >= 0) {
      say(this.told, tr`state ${state}: p = ${probabilityText(arrays.truth[state])} in the world, ${probabilityText(arrays.model[state])} under independent pixels`);
    } else if (step < steps) {
      const at = pointed * steps + step;
      say(this.told, tr`sample ${pointed + 1}, pixel ${step + 1}: u = ${arrays.uniforms[at].toFixed(3)} · p(1 | pixels before) = ${arrays.truth_p[at].toFixed(3)} in the world, ${arrays.marginals[step].toFixed(3)} independent`);
    } else {
      const wrong = arrays.allowed.reduce((sum, good) => sum + (good ? 0 : 1), 0);
      say(this.told, tr`${wrong} of ${this.count} samples of independent pixels cannot happen in the world (orange frame)`);
    }
  }

  cursorKey() { }
  words() { return this.told.textContent; }
}
