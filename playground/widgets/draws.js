// Draws of one variable: a uniform number falls on a ruler that is cut into the values' shares, and the value it falls
// upon goes into its bin. Counts and likelihoods come from the trace.

const [SECONDS, RULER, FALL] = [12, 94, 46]; // of a whole run at speed 1; CSS pixels of the ruler, and of the fall below it

export default function (component) {
  return mount(component, ".pg-draws", Draws);
}

class Draws extends Stepper {
  constructor(root) {
    super(root, "__draws");
  }

  get strideWords() { return [tr("One draw"), tr("ten")]; }
  get rate() { return this.steps / SECONDS; }
  get countText() { return tr`${this.step} of ${this.steps} draws`; }
  /** Slowly at first: the first draws are watched one by one, the later ones as a crowd. */
  progressStep(progress) { return Math.floor(this.early(progress)); }
  early(progress) { return progress ** 2 / this.steps; }

  play() {
    super.play();
    this.progress = Math.sqrt(this.step * this.steps);
  }

  build() {
    this.ruler = h("canvas", { role: "img", class: "ruler", "aria-label": tr("A ruler from 0 to 1, cut into the shares of the values, with the uniform number of this draw") });
    this.bins = h("canvas", { role: "img", "aria-label": tr("For each value its frequency so far beside its probability") });
    this.curve = new StepCurve(tr("Mean −log p of the draws so far; click for a number of draws"), (place) => this.goto(place));
    [this.told, this.binsTitle, this.curveTitle] = [h("div", { class: "told" }), h("figcaption"), h("figcaption", { class: "keys" })];
    this.bins.addEventListener("pointermove", (event) => { this.hover = this.binAt(event); this.schedule(); });
    this.bins.addEventListener("pointerleave", () => { this.hover = -1; this.schedule(); });
    pointable(this.bins, () => {
      const [left, right] = [this.box.left, this.box.right].map((x) => x / this.ratio);
      return { columns: this.values, rows: 1, box: [left, 0, right - left, this.bins.clientHeight] };
    }, this.binsTitle);
    this.root.append(this.told, this.ruler,
      h("div", { class: "halves" }, h("figure", {}, this.bins, this.binsTitle), h("figure", {}, this.curveTitle, this.curve.canvas)),
      this.buildTransport());
  }

  open({ meta, arrays }) {
    Object.assign(this, { meta, arrays });
    this.values = arrays.probabilities.length;
    this.steps = arrays.values.length;
    this.stride = 10;
    this.places = Int32Array.from({ length: this.steps + 1 }, (_, n) => n);
    const mean = (name) => Float64Array.from(this.places, (n) => (n ? -arrays[name][n] / n : NaN));
    [this.mean, this.best] = [mean("log_likelihood"), mean("best")];
    this.level = Float64Array.from(this.places, () => meta.entropy);
  }

  count(n, value) { return this.arrays.counts[n * this.values + value]; }

  // ------------------------------------------------------------------------------------------------------------ layout

  fit(width) {
    const { ratio } = this;
    const wide = width >= 780;
    const half = wide ? (width - 26) / 2 : width;
    this.greys = ramp(this.theme.paper, this.theme.ink, this.values);
    fitCanvas(this.ruler, Math.floor(width * ratio), Math.floor(RULER * ratio), ratio);
    fitCanvas(this.bins, Math.floor(half * ratio), Math.floor(284 * ratio), ratio);
    this.curve.fit(half, 262, ratio);
    this.fitted = (this.fitted ?? 0) + 1;
    this.font = getComputedStyle(this.root).fontFamily;
  }

  /** The colour of a value: as a pixel's level, paper for 0 and ink for the highest. */
  tone(value) { return unpacked(this.greys[value]); }

  name(value) { return `x = ${value}`; }

  // ----------------------------------------------------------------------------------------------------------- drawing

  draw() {
    const falling = this.playing && this.step < this.steps ? this.early(this.progress) - this.step : null;
    this.drawRuler(falling);
    this.drawBins(falling);
    this.drawCurve();
    this.tell();
  }

  span() { return [8 * this.ratio, this.ruler.width - 16 * this.ratio]; }

  drawRuler(falling) {
    const { ruler, ratio, theme, arrays } = this;
    const context = ruler.getContext("2d");
    const [left, wide] = this.span();
    const [top, tall] = [30 * ratio, 26 * ratio];
    context.clearRect(0, 0, ruler.width, ruler.height);
    context.font = `600 ${12 * ratio}px ${this.font}`;
    context.textAlign = "center";
    arrays.edges.forEach((edge, place) => {
      const value = arrays.order[place];
      const from = place ? arrays.edges[place - 1] : 0;
      context.fillStyle = this.tone(value);
      context.fillRect(left + wide * from, top, wide * (edge - from), tall);
      context.strokeStyle = css(theme.text, 0.4);
      context.lineWidth = ratio;
      context.strokeRect(left + wide * from, top, wide * (edge - from), tall);
      const words = `${this.name(value)} · ${(edge - from).toFixed(3)}`;
      const room = wide * (edge - from) - 6 * ratio;
      context.fillStyle = css(theme.text, 0.85);
      const text = context.measureText(words).width < room ? words : context.measureText(String(value)).width < room ? String(value) : "";
      context.fillText(text, left + (wide * (from + edge)) / 2, top + tall + 16 * ratio);
    });
    context.font = `${11 * ratio}px ${this.font}`;
    context.fillStyle = css(theme.text, 0.6);
    context.textAlign = "left";
    context.fillText("0", left, top + tall + 31 * ratio);
    context.textAlign = "right";
    context.fillText("1", left + wide, top + tall + 31 * ratio);
    const first = Math.max(0, this.step - 200);
    for (let n = first; n < this.step; n++) { // the numbers so far, the newest darkest
      context.fillStyle = css(theme.text, 0.12 + 0.5 * ((n - first + 1) / (this.step - first)) ** 4);
      context.fillRect(left + wide * arrays.uniforms[n], top - 7 * ratio, ratio, 6 * ratio);
    }
    const here = falling == null ? this.step - 1 : this.step;
    if (here < 0) return;
    const x = left + wide * arrays.uniforms[here];
    context.fillStyle = css(theme.accent);
    context.fillRect(x - 1.25 * ratio, top - 10 * ratio, 2.5 * ratio, tall + 13 * ratio);
    context.font = `600 ${12 * ratio}px ${this.font}`;
    const text = `u = ${arrays.uniforms[here].toFixed(4)}`;
    const half = context.measureText(text).width / 2;
    context.textAlign = "center";
    context.fillText(text, clamp(x, left + half, left + wide - half), top - 14 * ratio);
  }

  get box() {
    const { bins, ratio } = this;
    return { left: 34 * ratio, right: bins.width - 4 * ratio, top: 26 * ratio, bottom: bins.height - 26 * ratio };
  }

  drawBins(falling) {
    const { bins, ratio, theme, arrays, box, step } = this;
    const context = bins.getContext("2d");
    const slot = (box.right - box.left) / this.values;
    const highest = Math.min(1, Math.max(...arrays.probabilities) * 1.25 + 0.05);
    const y = (share) => box.bottom - (box.bottom - box.top) * Math.min(1, share / highest);
    context.clearRect(0, 0, bins.width, bins.height);
    context.font = `${11 * ratio}px ${this.font}`;
    context.textBaseline = "middle";
    const gap = roundGap(highest, 4);
    for (let share = 0; share <= highest + 1e-9; share += gap) {
      context.textAlign = "right";
      context.fillStyle = css(theme.text, share ? 0.1 : 0.4);
      context.fillRect(box.left, Math.round(y(share)), box.right - box.left, ratio);
      context.fillStyle = css(theme.text, 0.7);
      context.fillText(String(Number(share.toPrecision(3))), box.left - 5 * ratio, y(share));
    }
    context.textBaseline = "alphabetic";
    context.textAlign = "center";
    const [data, model] = [shadeOf(this.root, "--pg-data"), shadeOf(this.root, "--pg-model")];
    for (let value = 0; value < this.values; value++) {
      const x = box.left + slot * value;
      const share = step ? this.count(step, value) / step : 0;
      if (value === this.hover) { context.fillStyle = css(theme.text, 0.08); context.fillRect(x, 0, slot, bins.height); }
      context.fillStyle = css(data, 0.85);
      context.fillRect(x + slot * 0.22, y(share), slot * 0.56, box.bottom - y(share));
      context.strokeStyle = css(model);
      context.lineWidth = 2.5 * ratio;
      context.strokeRect(x + slot * 0.12, y(arrays.probabilities[value]), slot * 0.76, box.bottom - y(arrays.probabilities[value]));
      context.fillStyle = css(theme.text, 0.85);
      context.font = `600 ${12 * ratio}px ${this.font}`;
      const tall = Math.min(y(share), y(arrays.probabilities[value]));
      context.fillText(step ? `${this.count(step, value)} · ${share.toFixed(3)}` : "0", x + slot / 2, tall - 7 * ratio);
      const size = 12 * ratio;
      context.fillStyle = this.tone(value);
      context.fillRect(x + slot / 2 - 30 * ratio, box.bottom + 7 * ratio, size, size);
      context.strokeStyle = css(theme.text, 0.5);
      context.lineWidth = ratio;
      context.strokeRect(x + slot / 2 - 30 * ratio, box.bottom + 7 * ratio, size, size);
      context.fillStyle = css(theme.text, 0.85);
      context.fillText(this.name(value), x + slot / 2 + 6 * ratio, box.bottom + 18 * ratio);
    }
    if (falling != null) this.drawFall(context, falling, slot, y);
  }

  /** The next draw on its way from the ruler above into its bin. */
  drawFall(context, share, slot, y) {
    const { ratio, arrays, step, box, theme } = this;
    const value = arrays.values[step];
    const [left, wide] = this.span();
    const from = Math.min(left + wide * arrays.uniforms[step], this.bins.width - 8 * ratio);
    const to = box.left + slot * (value + 0.5);
    const bottom = y(step ? this.count(step, value) / step : 0);
    const at = [from + (to - from) * share, -FALL * ratio * (1 - share) + bottom * share ** 2];
    const size = 13 * ratio;
    context.fillStyle = this.tone(value);
    context.strokeStyle = css(theme.accent);
    context.lineWidth = 2 * ratio;
    context.fillRect(at[0] - size / 2, at[1] - size, size, size);
    context.strokeRect(at[0] - size / 2, at[1] - size, size, size);
  }

  drawCurve() {
    const { theme, meta } = this;
    const low = Math.max(0, meta.entropy - 0.45);
    this.curve.show(`${theme.dark} ${this.fitted} ${this.id}`, this.places, [
      { values: this.level, colour: theme.text, width: 1.25, dash: [4, 4] },
      { values: this.best, colour: shadeOf(this.root, "--pg-data"), width: 1.75 },
      { values: this.mean, colour: shadeOf(this.root, "--pg-model"), width: 2 },
    ], this.step, theme, { low, high: meta.entropy + 0.45, zero: low === 0, font: this.font, first: tr("draws ") });
  }

  // ------------------------------------------------------------------------------------------------------------- words

  tell() {
    const { arrays, step, meta } = this;
    const value = step ? arrays.values[step - 1] : 0;
    say(this.told, step
      ? tr`Draw ${step}: u = ${arrays.uniforms[step - 1].toFixed(4)} falls on ${this.name(value)}. log p of all draws so far: ${signed(arrays.log_likelihood[step], 3)} nats; with their own frequencies ${signed(arrays.best[step], 3)}.`
      : tr("No draw yet. Each one takes one uniform number u, and the value is what u falls upon."));
    const at = this.hover;
    say(this.binsTitle, at >= 0
      ? tr`${this.name(at)}: probability ${arrays.probabilities[at].toFixed(5)}, drawn ${this.count(step, at)} times of ${step}`
      : tr("filled: frequency so far · outlined: probability"));
    const key = (kind, name) => h("span", { class: "key" }, h("i", { class: `line ${kind}` }), name);
    const words = [tr`−log p a draw ${step ? signed(this.mean[step], 4) : "–"}`, tr`its least, with the frequencies ${step ? signed(this.best[step], 4) : "–"}`, tr`entropy ${meta.entropy.toFixed(4)} nats`];
    if (this.curveWords !== words.join()) {
      this.curveWords = words.join();
      this.curveTitle.replaceChildren(key("model", words[0]), key("data", words[1]), key("level", words[2]));
    }
  }

  binAt(event) {
    const { box, ratio } = this;
    const x = within(event)[0] * ratio;
    const value = Math.floor(((x - box.left) / (box.right - box.left)) * this.values);
    return value >= 0 && value < this.values ? value : -1;
  }

  cursorKey() { }
  words() { return this.told.textContent; }
}
