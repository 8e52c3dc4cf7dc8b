// The drawing of one step of contrastive divergence: energy, push, data and chains; the two gradients; curves, words.

const TITLES = { energy: "E", cost: "E + log Z = −log p", density: "p = exp(−E) / Z" };

/** A Stepper with the elements that contrastive.js builds. */
class ContrastiveStage extends Stepper {
  // -------------------------------------------------------------------------------------------------------- drawing

  fit(width) {
    const wide = width >= 780;
    this.size = Math.max(200, Math.floor(wide ? Math.min(378, width * 0.44) : Math.min(width, 420)));
    const right = wide ? width - this.size - 20 : width;
    this.smallSize = Math.max(120, Math.min(wide ? 206 : 300, Math.floor((right - 14) / 2)));
    this.main.parentElement.style.width = `${this.size}px`;
    fitCanvas(this.main, Math.round(this.size * this.ratio), Math.round(this.size * this.ratio), this.ratio);
    for (const canvas of Object.values(this.small)) fitCanvas(canvas, Math.round(this.smallSize * this.ratio), Math.round(this.smallSize * this.ratio), this.ratio);
    const space = this.chart.parentElement.clientWidth;
    this.chartSize = [space, 92];
    fitCanvas(this.chart, Math.round(space * this.ratio), Math.round(92 * this.ratio), this.ratio);
  }

  context(canvas) {
    const context = canvas.getContext("2d");
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    return context;
  }

  colour(name) { return getComputedStyle(this.root).getPropertyValue(name).trim(); }

  place(x, y, size) {
    const { reach } = this.meta;
    return [((x + reach) / (2 * reach)) * size, size - ((y + reach) / (2 * reach)) * size];
  }

  /** The energy in sight: before the step until it is made, and after it. */
  get energyStep() { return this.focus >= 0 && this.focus < 4 ? Math.max(0, this.step - 1) : this.step; }

  draw() {
    const { step, focus } = this;
    this.wholeButton.setAttribute("aria-pressed", String(focus === WHOLE));
    this.eventButtons.forEach((button, event) => button.setAttribute("aria-pressed", String(event === focus)));
    this.root.dataset.event = focus;
    const pushed = focus === 3 && step > 0;
    this.drawMain(pushed);
    this.drawSmall();
    this.drawCurve();
    this.drawTable();
    this.energyScale.box.classList.toggle("pg-hidden", pushed);
    this.pushScale.box.classList.toggle("pg-hidden", !pushed);
    const t = this.energyStep;
    const change = this.normalised ? "Δ(E + log Z)" : tr("ΔE = after − before");
    say(this.title, pushed ? tr`${change}, step ${step}` : tr`${TITLES[this.shown]}, step ${t}`);
    for (const words of this.root.querySelectorAll(".change")) say(words, this.normalised ? "−Δ log p" : "ΔE");
    say(this.said, this.words());
    say(this.readout, this.pointed());
  }

  drawMain(pushed) {
    const { size, theme, focus, step, side } = this;
    const context = this.context(this.main);
    if (pushed) {
      const values = this.pushed("push", "shift", step - 1, 1);
      const limit = this.pushLimit(values);
      spread(context, this.field.paint(this.faded(values), (value) => this.colours[shade(value, limit)]), size);
      arrows(context, values, side, limit, size, [this.colours[0], this.colours[510]].map(unpacked), css(theme.background, 0.8), this.likely());
      this.pushScale.show(this.colours, limit);
      say(this.pushScale.low, `▼ −${limit.toPrecision(2)}`);
      say(this.pushScale.high, `+${limit.toPrecision(2)} ▲ nats`);
    } else this.drawEnergy(context);
    const few = focus === WHOLE || focus >= 1;
    this.drawData(context, few ? 0.75 : 1, few ? 1.5 : 2.2);
    if (step > 0 && focus !== 0) this.drawChains(context);
    context.strokeStyle = css(theme.text, 0.25);
    context.lineWidth = 1;
    context.strokeRect(0.5, 0.5, size - 1, size - 1);
    context.font = "11px system-ui, sans-serif";
    context.textAlign = "right";
    context.fillStyle = css(theme.text, 0.8);
    const edge = brief(this.meta.reach, 1);
    context.fillText(tr`x₁, x₂ from −${edge} to ${edge}`, size - 6, size - 6);
  }

  /** Whether a change is one of E + log Z: then no constant of E is in it. */
  get normalised() { return this.shown !== "energy"; }

  /** A push in nats, times `unit`; of E, or of −log p. */
  pushed(name, shift, index, unit) {
    const values = this.cells(name, index);
    const more = this.normalised ? this.arrays[shift][index] * unit : 0;
    return more ? Float32Array.from(values, (value) => value + more) : values;
  }

  /** Which cells were likely before the step. */
  likely() {
    const before = this.cells("energy", this.step - 1);
    const { low } = this.range(this.step - 1, before);
    return before.map((energy) => energy < low + this.meta.likely);
  }

  /** A push as it is coloured: it fades where no probability is. */
  faded(values) {
    const before = this.cells("energy", this.step - 1);
    const edge = this.range(this.step - 1, before).low + this.meta.likely;
    return values.map((value, i) => value * clamp(1 - (before[i] - edge) / 8, 0.12, 1));
  }

  /** The end of the colours: the largest change where points were likely. */
  pushLimit(values) {
    const likely = this.likely();
    return values.reduce((most, value, i) => likely[i] ? Math.max(most, Math.abs(value)) : most, 1e-6);
  }

  drawEnergy(context) {
    const { size, theme, side } = this;
    const values = this.cells("energy", this.energyStep);
    const { low, high } = this.range(this.energyStep, values);
    const model = rgb(this.colour("--pg-model"));
    this.shades = ramp(theme.dark ? mix(model, [255, 255, 255], 0.1) : mix(model, [0, 0, 0], 0.15), theme.paper, 256);
    const density = this.shown === "density";
    const share = density ? (value) => 1 - Math.exp((low - value) / 2) : (value) => (value - low) / (high - low);
    spread(context, this.field.paint(values, (value) => this.shades[Math.round(255 * clamp(share(value), 0, 1))]), size);
    context.strokeStyle = css(theme.text, density ? 0.12 : 0.28);
    context.lineWidth = 1;
    for (const level of roundTicks(low, high, 7)) contour(context, values, side, level, size);
    this.showEnds(density, low, high);
  }

  /** Lowest energy in the window, and where the colours end. */
  range(t, values) {
    this.extent[t] ??= (() => {
      const sorted = Float32Array.from(values).sort();
      return { low: sorted[0], high: sorted[0] + Math.max(6, sorted[Math.floor(sorted.length / 2)] - sorted[0]) };
    })();
    return this.extent[t];
  }

  /** The colours with the numbers at their ends. */
  showEnds(density, low, high) {
    const { strip } = this.energyScale;
    const context = strip.getContext("2d");
    for (let x = 0; x < strip.width; x++) {
      context.fillStyle = unpacked(this.shades[Math.round((255 * x) / (strip.width - 1))]);
      context.fillRect(x, 0, 1, strip.height);
    }
    const logZ = this.arrays.log_z[this.energyStep];
    const more = this.normalised ? logZ : 0;
    say(this.energyScale.low, density ? `p = ${Math.exp(-low - logZ).toPrecision(3)}` : brief(low + more, 2));
    say(this.energyScale.high, density ? "0" : `≥ ${brief(high + more, 2)}`);
  }

  drawData(context, alpha, radius, size = this.size) {
    context.fillStyle = this.colour("--pg-data");
    context.globalAlpha = alpha;
    context.beginPath();
    for (let i = 0; i < this.points; i++) {
      const [x, y] = this.place(this.arrays.points[2 * i], this.arrays.points[2 * i + 1], size);
      context.moveTo(x + radius, y);
      context.arc(x, y, radius, 0, 2 * Math.PI);
    }
    context.fill();
    context.globalAlpha = 1;
  }

  /** Chain i after l Langevin steps, as a place. */
  chain(i, l) {
    const from = (((this.step - 1) * this.chains + i) * (this.k + 1) + l) * 2;
    return this.place(this.arrays.paths[from], this.arrays.paths[from + 1], this.size);
  }

  drawChains(context) {
    const { focus, theme, k } = this;
    const upto = focus === 1 ? 0 : focus === 2 ? clamp(this.clock * 1.1, 0, 1) * k : k;
    const ink = css(theme.ink);
    if (upto > 0 && focus !== 3) {
      context.strokeStyle = css(theme.ink, focus === 2 ? 0.6 : 0.22);
      context.lineWidth = 1;
      context.beginPath();
      for (let i = 0; i < this.chains; i++) {
        for (let l = 0; l <= Math.floor(upto); l++) { if (l) context.lineTo(...this.chain(i, l)); else context.moveTo(...this.chain(i, 0)); }
      }
      context.stroke();
    }
    for (let i = 0; i < this.chains; i++) {
      const [whole, part] = [Math.floor(upto), upto - Math.floor(upto)];
      let [x, y] = this.chain(i, whole);
      if (part) { const [toX, toY] = this.chain(i, whole + 1); x += part * (toX - x); y += part * (toY - y); }
      const fresh = focus === 1 && this.meta.mode === "persistent" && this.arrays.restarted[(this.step - 1) * this.chains + i];
      context.beginPath();
      context.arc(x, y, fresh ? 4 : 3, 0, 2 * Math.PI);
      context.fillStyle = fresh ? this.colour("--pg-proposal") : ink;
      context.fill();
      context.strokeStyle = css(theme.paper);
      context.lineWidth = 1.2;
      context.stroke();
    }
  }

  drawSmall() {
    const { step, theme, smallSize } = this;
    const limit = step ? this.arrays.limit[step - 1] : 1;
    for (const [name, canvas] of Object.entries(this.small)) {
      const context = this.context(canvas);
      context.fillStyle = unpacked(this.colours[255]);
      context.fillRect(0, 0, smallSize, smallSize);
      if (step) {
        const values = this.pushed(`${name}_push`, `${name}_shift`, step - 1, this.meta.levels / limit);
        spread(context, this.field.paint(this.faded(values), (value) => this.colours[shade(value, this.meta.levels)]), smallSize);
        context.strokeStyle = css(theme.text, 0.35);
        context.lineWidth = 1;
        contour(context, values, this.side, 0, smallSize);
      }
      this.drawData(context, 0.6, 0.8, smallSize);
      context.strokeStyle = css(theme.text, 0.25);
      context.strokeRect(0.5, 0.5, smallSize - 1, smallSize - 1);
    }
    this.smallScale.show(this.colours, limit);
    say(this.smallScale.low, step ? `▼ −${limit.toPrecision(2)}` : tr("▼ down"));
    say(this.smallScale.high, step ? `+${limit.toPrecision(2)} ▲ nats` : tr("up ▲"));
  }

  // ---------------------------------------------------------------------------------------------------------- words

  /** The curves that were chosen: what is drawn, and what is said of this step. */
  curves() {
    const { arrays, step } = this;
    const [data, model, ink, warn] = ["--pg-data", "--pg-model", "--pg-generated", "--pg-rejected"].map((name) => this.colour(name));
    const line = (values, colour, words, from = 0, dashed = false) => ({ values, colour, words, from, dashed });
    if (this.curve === "nll") return { level: this.meta.entropy, unit: tr`nats; dotted: entropy ${brief(this.meta.entropy)}`, lines: [line(arrays.nll, data, tr("−log p data")), line(arrays.held_nll, model, tr("held-out"), 0, true)] };
    if (this.curve === "kl") return { level: 0, unit: tr("nats, by quadrature"), lines: [line(arrays.kl, model, tr("KL(data ‖ model)"))] };
    if (this.curve === "energy") return { level: null, unit: "nats", lines: [line(arrays.data_energy, data, tr("E on data")), line(arrays.chain_energy, ink, tr("chains"), 1, true), line(arrays.model_energy, model, tr("under p"))] };
    const layers = this.meta.layers.length;
    this.allCosines ??= arrays.cosine.filter((_, i) => i % layers === layers - 1);
    return { level: 0, unit: tr`mean of all steps ${brief(this.allCosines.reduce((a, b) => a + b, 0) / this.steps, 2)}`, lines: [line(this.allCosines, warn, tr("cos(estimated, exact)"), 1)] };
  }

  drawCurve() {
    const { lines, level, unit } = this.curves();
    const [width, height] = this.chartSize;
    this.stepAt = drawChart(this.context(this.chart), { width, height, lines, level, step: this.step, steps: this.steps, theme: this.theme });
    const parts = lines.flatMap(({ values, words, from, colour }) => {
      const value = values[this.step - from];
      return [h("span", { style: `color:${colour}` }, "● "), `${words} `, h("b", {}, value === undefined ? "–" : brief(value)), "  "];
    });
    this.values.replaceChildren(...parts, h("span", {}, unit));
  }

  drawTable() {
    const { layers } = this.meta;
    if (!this.rows || this.rows.length !== layers.length) {
      this.rows = layers.map((_, n) => {
        const fill = h("div", { class: "fill" });
        const row = { fill, cosine: h("div", { class: "value" }), length: h("div", { class: "value" }) };
        row.cells = [h("div", {}, n === layers.length - 1 ? tr("all") : tr`layer ${n + 1}`), h("div", { class: "bar" }, h("div", { class: "track" }, fill)), row.cosine, row.length];
        return row;
      });
      const head = [tr("gradient"), tr("cosine"), tr("length")].map((words, n) => h("div", { class: "head", style: n === 1 ? "grid-column: span 2" : n ? "text-align: right" : "" }, words));
      this.table.title = tr("Between the estimated and the exact gradient: the cosine, and the length of the estimated one in lengths of the exact one");
      this.table.replaceChildren(...head, ...this.rows.flatMap((row) => row.cells));
    }
    this.rows.forEach(({ fill, cosine, length }, n) => {
      const i = (this.step - 1) * layers.length + n;
      const c = this.step ? this.arrays.cosine[i] : 0;
      fill.dataset.sign = c < 0 ? "negative" : "positive";
      fill.style.left = `${c < 0 ? 50 + 50 * c : 50}%`;
      fill.style.width = `${50 * Math.abs(c)}%`;
      say(cosine, this.step ? brief(c, 2) : "–");
      say(length, this.step ? `${brief(this.arrays.length[i], 2)}×` : "–");
    });
  }

  words() {
    const { step, focus, arrays, meta } = this;
    if (!step) return tr`Before the first step: the weights of the seed, on a wide Gaussian bowl. E on data ${brief(arrays.data_energy[0])}, −log p ${brief(arrays.nll[0])} nats.`;
    const [before, after] = [arrays.data_energy[step - 1], arrays.data_energy[step]];
    const ends = arrays.chain_energy[step - 1];
    const lost = arrays.lost[step - 1] ? ` ${tr`${arrays.lost[step - 1]} ran away; noise took their place.`}` : "";
    if (focus === 0) return tr`1 Data: ${this.points} points. The mean of E on them, ${brief(before)}, is to go down.`;
    if (focus === 1) {
      const fresh = arrays.restarted.subarray((step - 1) * this.chains, step * this.chains).reduce((a, b) => a + b, 0);
      return {
        data: tr`2 ${meta.chains} chains (${this.chains} shown) start at data points.`,
        noise: tr`2 ${meta.chains} chains (${this.chains} shown) start from noise.`,
        persistent: tr`2 ${meta.chains} chains (${this.chains} shown) start where they ended in the step before, ${fresh} of those shown from noise (amber).`,
        none: tr`2 ${meta.chains} chains (${this.chains} shown) start from noise, only to watch.`,
      }[meta.mode];
    }
    if (focus === 2) return tr`3 k = ${this.k} Langevin steps: x ← x − ε²/2 ∇E(x) + ε ξ. They end at a mean E of ${brief(ends)}; under p it is ${brief(arrays.model_energy[step - 1])}.${lost}`;
    if (focus === 3) {
      const agree = brief(arrays.cosine[step * meta.layers.length - 1], 2);
      if (meta.mode === "none") return tr("4 Push: E goes down (▼), and nothing pushes it up where the chains are.");
      return meta.momentum ? tr`4 Push: down (▼) on the data, up (▲) at the chain samples; the earlier steps' momentum is in it. Cosine with the exact gradient ${agree}.`
        : tr`4 Push: down (▼) on the data, up (▲) at the chain samples. Cosine with the exact gradient ${agree}.`;
    }
    if (focus === 4) return tr`5 After: mean E on data ${brief(before)} → ${brief(after)}, −log p ${brief(arrays.nll[step - 1])} → ${brief(arrays.nll[step])} nats.`;
    return tr`Step ${step}: mean E on data ${brief(before)} → ${brief(after)}, on chain samples ${brief(ends)}, −log p of data ${brief(arrays.nll[step])} nats, log Z ${brief(arrays.log_z[step])}.${lost}`;
  }
}
