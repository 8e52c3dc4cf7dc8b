// A model fitted to a data set where every state is listed: the bars of all three distributions, and the curves of
// likelihood and of both divergences. A step is a recorded step of the training; all numbers come from the trace.

export default function (component) {
  return mount(component, ".pg-likelihood", Likelihood);
}

class Likelihood extends Stepper {
  constructor(root) {
    super(root, "__likelihood");
  }

  get strideWords() { return [tr("One frame"), tr("ten")]; }
  get rate() { return this.steps / 8; }
  get countText() { return tr`step ${this.at("steps").toLocaleString("en")}`; }

  build() {
    const go = (place) => this.gotoPlace(place);
    this.told = h("div", { class: "told" });
    this.bars = new StateBars(tr("Probability of every state: the world outlined, the data as dots, the model filled"), (state) => { this.state = state; this.schedule(); }, this.told);
    this.state = -1;
    this.curves = [
      { title: h("figcaption", { class: "keys" }), curve: new StepCurve(tr("Negative log-likelihood of data and of new draws by step; click for a step"), go) },
      { title: h("figcaption", { class: "keys" }), curve: new StepCurve(tr("The divergences by step; click for a step"), go) },
    ];
    this.root.append(this.told, h("figure", {}, this.bars.canvas),
      h("div", { class: "halves" }, ...this.curves.map(({ title, curve }) => h("figure", {}, title, curve.canvas))), this.buildTransport());
    this.scrub.setAttribute("aria-label", tr("Training step"));
  }

  open({ meta, arrays, shapes }) {
    Object.assign(this, { meta, arrays, shape: meta.shape });
    [this.frames, this.states] = shapes.learned;
    this.steps = this.frames - 1;
    this.stride = 10;
    const last = arrays.learned.subarray(this.steps * this.states);
    this.bars.arrange(arrays.truth, last);
    this.top = Math.max(...arrays.truth, ...arrays.data, ...last) * 1.02;
    const flat = (value) => Float64Array.from(arrays.steps, () => value);
    this.floors = { data: flat(meta.entropyData), truth: flat(meta.entropyTruth) };
  }

  at(name) { return this.arrays[name][this.step]; }

  gotoPlace(place) {
    const { steps } = this.arrays;
    let best = 0;
    for (let f = 1; f < this.frames; f++) if (Math.abs(steps[f] - place) < Math.abs(steps[best] - place)) best = f;
    this.goto(best);
  }

  fit(width) {
    const half = width >= 780 ? (width - 26) / 2 : width;
    this.font = getComputedStyle(this.root).fontFamily;
    this.bars.fit(width, 196, this.ratio, this.font);
    for (const { curve } of this.curves) curve.fit(half, 182, this.ratio);
    this.fitted = (this.fitted ?? 0) + 1;
  }

  draw() {
    const { arrays, theme, shape, root, step, states, meta } = this;
    const model = arrays.learned.subarray(step * states, (step + 1) * states);
    this.bars.show({ truth: arrays.truth, model, marks: arrays.data, shape, theme, root, highest: this.top, hover: this.state });
    const [data, reverse] = [shadeOf(root, "--pg-data"), shadeOf(root, "--pg-proposal")];
    const key = `${theme.dark} ${this.fitted} ${this.id}`;
    const look = { font: this.font, first: tr("step ") };
    this.curves[0].curve.show(key, arrays.steps, [
      { values: this.floors.data, colour: data, width: 1.25, dash: [4, 4] },
      { values: this.floors.truth, colour: theme.text, width: 1.25, dash: [4, 4] },
      { values: arrays.test, colour: theme.text, width: 2 },
      { values: arrays.train, colour: data, width: 2 },
    ], step, theme, look);
    this.curves[1].curve.show(key, arrays.steps, [
      { values: arrays.test_kl, colour: theme.text, width: 2 },
      { values: arrays.reverse, colour: reverse, width: 2 },
      { values: arrays.forward, colour: data, width: 2 },
    ], step, theme, { ...look, low: 0, zero: true });
    this.key(0, [["data", tr`data, train ${this.at("train").toFixed(4)}`], ["truth", tr`new draws, test ${this.at("test").toFixed(4)}`], ["level", tr`entropies ${meta.entropyData.toFixed(3)}, ${meta.entropyTruth.toFixed(3)} nats`]]);
    this.key(1, [["data", tr`KL(data ‖ q) ${this.at("forward").toFixed(4)}`], ["truth", tr`KL(world ‖ q) ${this.at("test_kl").toFixed(4)}`], ["reverse", tr`KL(q ‖ target) ${this.at("reverse").toFixed(4)}`]]);
    this.tell(model);
  }

  key(n, words) {
    const { title } = this.curves[n];
    const text = words.map(([, name]) => name).join();
    if (title.dataset.said === text) return;
    title.dataset.said = text;
    title.replaceChildren(...words.map(([kind, name]) => h("span", { class: "key" }, h("i", { class: `line ${kind}` }), name)));
  }

  tell(model) {
    const { arrays, meta, state } = this;
    say(this.told, state >= 0
      ? tr`state ${state}: world ${probabilityText(arrays.truth[state])}, data ${probabilityText(arrays.data[state])}, model ${probabilityText(model[state])}`
      : meta.objective === "forward"
        ? tr`Maximum likelihood: train ${this.at("train").toFixed(4)} − entropy of the data ${meta.entropyData.toFixed(4)} = KL(data ‖ q) ${this.at("forward").toFixed(4)} nats`
        : tr`Minimising KL(q ‖ target) = ${this.at("reverse").toFixed(4)} nats; slope ${this.at("slope").toPrecision(2)}`);
  }

  cursorKey() { }
  words() { return tr`Step ${this.at("steps")}. Train ${this.at("train").toFixed(3)}, test ${this.at("test").toFixed(3)} nats.`; }
}
