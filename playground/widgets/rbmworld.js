// An RBM on a small world: what the canvas of small worlds shows, and log Z, counted and estimated.

export default function (component) {
  return mount(component, ".pg-world", RbmWorld);
}

class RbmWorld extends SmallWorld {
  constructor(root) {
    super(root);
    root.__world = { ...root.__world, logZ: () => [this.data.logZ[this.frame], this.data.estimated[this.frame], this.data.error[this.frame]] };
  }

  buildMain() {
    const main = super.buildMain();
    const [nll, , , forbidden] = main.querySelector(".numbers").children;
    const number = (name, title) => {
      const element = h("dd");
      return [h("div", { title }, h("dt", { class: "pg-eyebrow" }, name), element), element];
    };
    const [counted, countedText] = number(tr("log Z counted"), tr("log of the sum of exp(−F(v)) over all states, nats"));
    const [annealed, annealedText] = number(tr("log Z by AIS"), tr("annealed importance sampling, nats; the error comes from the spread of the weights"));
    const [cosine, cosineText] = number(tr("cos to ∇"), tr("cosine between the gradient of this step and the exact one"));
    Object.assign(this, { countedText, annealedText, cosineText });
    nll.remove();
    forbidden.before(counted, annealed, cosine);
    this.totalText.parentElement.remove();
    this.filters = h("canvas", { role: "img", "aria-label": tr("The weights of each hidden unit as a picture") });
    this.filtersScale = h("span", { class: "pg-muted" });
    const strip = main.querySelector(".strip");
    strip.append(h("span", { class: "pg-eyebrow" }, tr("Filters W at this step"), " ", this.filtersScale), this.filters);
    return main;
  }

  buildSide() {
    const side = super.buildSide();
    const [first] = side.children;
    first.querySelector(".pg-eyebrow").textContent = tr("AIS less counted log Z, nats");
    this.nll.setAttribute("aria-label", tr("Estimated less counted log Z by step, with error bars"));
    const key = (kind, name) => h("span", { class: "key" }, h("span", { class: `swatch line ${kind}` }), name);
    first.querySelector(".legend").replaceChildren(key("average", tr("counted: 0")), key("estimate", tr("AIS − counted, ± 1.96 s.e.")));
    return side;
  }

  draw() {
    super.draw();
    if (!this.ratio || !this.slots || !this.data.logZ) return;
    const { data, frame } = this;
    say(this.countedText, data.logZ[frame].toFixed(3));
    say(this.annealedText, `${data.estimated[frame].toFixed(3)} ± ${(1.96 * data.error[frame]).toFixed(3)}`);
    say(this.cosineText, data.agreement[frame].toFixed(3).replace("-", "−"));
    this.drawFilters();
  }

  /** AIS less the counted log Z: an honest error bar holds the line at 0 about 19 times of 20. */
  drawFirstCurve() {
    const { data, theme, ratio, nll, frames } = this;
    const off = (r) => data.estimated[r] - data.logZ[r];
    const bar = (r) => Math.min(1.96 * data.error[r], 3); // an error without a bound would flatten the rest
    const reach = (sign) => ({ values: { at: (r) => off(r) + sign * bar(r) }, colour: theme.background, width: 0.01 });
    this.drawCurve(nll, [reach(-1), reach(1), { values: { at: () => 0 }, colour: theme.model, width: 2 }], { floor: 0, log: false });
    const context = nll.getContext("2d");
    context.strokeStyle = context.fillStyle = css(this.proposal());
    context.lineWidth = 1.25 * ratio;
    for (let r = 0; r < frames; r++) {
      const x = nll.x(r);
      context.beginPath();
      context.moveTo(x, nll.y(off(r) - bar(r)));
      context.lineTo(x, nll.y(off(r) + bar(r)));
      context.stroke();
      context.fillRect(x - 1.5 * ratio, nll.y(off(r)) - 1.5 * ratio, 3 * ratio, 3 * ratio);
    }
  }

  drawFloor() {} // nothing here has a bound

  proposal() { return rgb(getComputedStyle(this.root).getPropertyValue("--pg-proposal").trim()); }

  drawFilters() {
    const { data, frame, ratio, theme, rows, columns, filters } = this;
    const size = rows * columns;
    const units = data.weight.length / this.frames / size;
    const cell = Math.max(1, Math.floor((34 * ratio) / Math.max(rows, columns)));
    const gap = Math.round(6 * ratio);
    const wide = columns * cell + gap;
    const from = frame * units * size;
    fitCanvas(filters, units * wide - gap, rows * cell, ratio);
    const context = filters.getContext("2d");
    context.clearRect(0, 0, filters.width, filters.height);
    let limit = 0.1;
    for (let i = 0; i < units * size; i++) limit = Math.max(limit, Math.abs(data.weight[from + i]));
    const colours = diverging(theme);
    for (let i = 0; i < units * size; i++) {
      const [unit, pixel] = [Math.floor(i / size), i % size];
      context.fillStyle = unpacked(colours[shade(data.weight[from + i], limit)]);
      context.fillRect(unit * wide + (pixel % columns) * cell, Math.floor(pixel / columns) * cell, cell, cell);
    }
    context.strokeStyle = css(theme.text, 0.25);
    context.lineWidth = ratio;
    for (let unit = 0; unit < units; unit++) context.strokeRect(unit * wide, 0, columns * cell, rows * cell);
    say(this.filtersScale, `± ${limit.toFixed(2)}`);
  }

  tell() {
    super.tell();
    const { data, hover, look, frame } = this;
    if (!data.logZ) return;
    if (hover >= 0) {
      const f = data.free[frame * data.listed.length + this.slots[hover].index];
      say(this.readout, `${this.readout.textContent} · F = ${signed(f, 3)}: log q = −F − log Z`);
    } else if (look >= 0) {
      say(this.readout, tr`step ${data.steps[look]} · KL ${nats(data.kl[look])} nats · log Z ${signed(data.logZ[look], 3)}, AIS ${signed(data.estimated[look], 3)} ± ${(1.96 * data.error[look]).toFixed(3)} nats, worth ${data.effective[look].toFixed(1)} weights`);
    }
  }
}
