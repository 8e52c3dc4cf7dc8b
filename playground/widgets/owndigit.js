// One picture in a variational autoencoder: where its posterior lies, what draws from it decode to, and how far below
// log p(x) the bounds are. A step is a size of the set of draws. Every number comes from the trace; what is computed here
// is log q(z|x) under the pointer and where things lie on the screen.

const OWN_PLANE = 336;
const OWN_CURVE = 210;
// The classes of a row's name and of its words.
const OWN_ROWS = { ELBO: ["bound", ""], gap: ["truth", ""], IWAE: ["drawn", ""], draws: ["pg-muted", "pg-muted"], grid: ["pg-muted", "pg-muted"] };

export default function (component) {
  return mount(component, ".pg-owndigit", OwnDigit);
}

class OwnDigit extends Stepper {
  constructor(root) {
    super(root, "__owndigit");
  }

  // -------------------------------------------------------------------------------------------------------- elements

  build() {
    Object.assign(this, { near: "near", show: "p", pixel: -1, hoverDimension: -1, hoverCode: null });
    this.planeCanvas = h("canvas", { class: "pg-plane", role: "img", "aria-label": tr("The plane of codes with q(z|x) and p(z|x); wheel or + and − zoom, drag pans") });
    this.plane = new Plane(this.planeCanvas, { onHover: (z) => { this.hoverCode = z; this.schedule(); }, onChoose: () => this.schedule() });
    this.plane.dots = false;
    this.plane.under.push((context) => this.drawMap(context, true));
    this.plane.layers.push((context) => this.drawMap(context, false), (context) => this.drawCodes(context));
    this.bars = h("canvas", { role: "img", "aria-label": tr("Mean and deviation of each dimension of the code, and its KL"),
      onpointermove: (event) => this.pointDimension(event), onpointerleave: () => { this.hoverDimension = -1; this.schedule(); } });
    this.readout = h("div", { class: "readout" });
    pointable(this.bars, () => {
      const { left, each, count } = this.bars.place;
      return { columns: count, rows: 1, box: [left, 0, each * count, this.bars.clientHeight] };
    }, this.readout);
    this.nearSwitch = this.segments(tr("What of the plane is seen"), "near", [["near", tr("near x")], ["whole", tr("whole plane")]]);
    this.nearSwitch.addEventListener("click", () => this.look());
    this.headline = h("div", { class: "headline" });
    this.sums = Array.from({ length: 6 }, () => ({ name: h("b"), words: h("span") }));
    this.curve = h("canvas", { role: "img", class: "curve", "aria-label": tr("The bound over the number of draws; drag to scrub"),
      onpointerdown: (event) => this.scrubOn(event), onpointermove: (event) => { if (event.buttons & 1) this.scrubOn(event); } });
    this.tileSwitch = this.segments(tr("What the pictures show"), "show", [["p", tr("p(pixel = 1 | z)")], ["log", tr("log p of each pixel")]]);
    this.scale = h("span", { class: "pg-muted" });
    this.tiles = h("div", { class: "tiles" });
    this.left = h("div", { class: "left" }, h("div", { class: "caption" }, (this.leftName = h("b")), this.nearSwitch), this.planeCanvas, this.bars);
    this.body = h("div", { class: "frame" }, this.left,
      h("div", { class: "middle" }, this.headline, h("div", { class: "sum" }, ...this.sums.flatMap(({ name, words }) => [name, words])), this.curve));
    this.root.append(this.body, this.readout,
      h("div", { class: "caption" }, h("b", {}, tr("The picture, and what z decodes to")), this.scale, this.tileSwitch), this.tiles, this.buildTransport());
  }

  destroy() {
    this.plane.destroy();
    super.destroy();
  }

  // ------------------------------------------------------------------------------------------------------- the trace

  open({ meta, arrays }) {
    Object.assign(this, arrays);
    this.flat = meta.latent === 2;
    this.steps = this.sizes.length;
    this.stride = 8;
    [this.height, this.width] = meta.shape;
    this.cells = this.height * this.width;
    this.count = this.terms.length;
    this.planeCanvas.classList.toggle("pg-hidden", !this.flat);
    this.nearSwitch.classList.toggle("pg-hidden", !this.flat);
    this.bars.classList.toggle("pg-hidden", this.flat);
    this.root.dataset.latent = meta.latent;
    this.images = null;
    this.deepest = Math.min(...this.log_pixel);
    if (this.flat) this.openPlane();
    this.buildTiles();
    say(this.leftName, this.flat ? tr("q(z|x) and p(z|x)") : tr`q(z|x): μ ± σ of ${meta.latent} numbers`);
  }

  openPlane() {
    const { codes, labels } = this;
    let reach = 3;
    for (const value of codes) reach = Math.max(reach, Math.abs(value));
    this.whole = [-reach * 1.04, reach * 1.04, -reach * 1.04, reach * 1.04];
    this.plane.show({ codes: Float32Array.from(codes), labels, window: this.whole });
    this.look();
  }

  /** Frame the posterior, or everything. */
  look() {
    if (!this.flat || !this.plane.theme) return;
    const [x0, x1, y0, y1] = this.window;
    if (this.near === "whole") this.plane.home();
    else {
      this.plane.view = { x: (x0 + x1) / 2, y: (y0 + y1) / 2, zoom: 1 };
      const fits = Math.min(this.plane.box.width / (x1 - x0), this.plane.box.height / (y1 - y0));
      this.plane.zoom(fits / this.plane.least, ...this.plane.toScreen([(x0 + x1) / 2, (y0 + y1) / 2]));
    }
    this.looked = this.id;
  }

  buildTiles() {
    this.tiles.replaceChildren();
    const add = (label, tile) => {
      const cells = new Cells(label);
      cells.shape(this.height, this.width);
      cells.canvas.addEventListener("pointermove", (event) => { this.pixel = cells.at(event); this.point(tile); });
      cells.canvas.addEventListener("pointerleave", () => { this.pixel = -1; this.point(-1); });
      pointable(cells.canvas, () => cells, this.readout);
      if (tile >= 0) cells.canvas.addEventListener("click", () => this.pin(tile));
      const words = [h("figcaption"), h("figcaption", { class: "pg-muted" })];
      const figure = h("figure", { "data-tile": tile }, words[0], cells.canvas, words[1]);
      this.tiles.append(figure);
      return { cells, tile, words, figure };
    };
    this.panels = [add(tr("The picture x"), -1), ...Array.from({ length: this.count }, (_, tile) =>
      add(tile ? tr`What draw ${tile} of z decodes to; click pins it` : tr("What μ decodes to; click pins it"), tile))];
    this.panels.forEach(({ tile, words }) => words[0].append(...(tile < 0 ? [h("b", {}, "x")] : tile ? [tr`z of draw ${tile}`] : ["z = μ"])));
  }

  // ------------------------------------------------------------------------------------------------------- transport

  get drawn() { return this.step ? this.sizes[this.step - 1] : 0; }
  get rate() { return this.steps / 7; }
  get strideWords() { return [tr("One size"), tr("a decade")]; }
  get countText() { return `k = ${this.drawn.toLocaleString("en")}`; }

  cursorKey([across]) {
    if (!across) return;
    this.hover = clamp(this.chosen() + across, 0, this.count - 1);
  }

  point(tile) {
    if (tile === this.hover && this.pixel < 0) return;
    this.hover = tile;
    this.schedule();
  }

  /** The reconstruction under the pointer or pinned, −1 for none. */
  chosen() { return this.hover >= 0 ? this.hover : this.focus; }

  scrubOn(event) {
    const { box, x } = this.curve.place;
    const at = within(event, this.curve)[0];
    let best = 0;
    this.sizes.forEach((k, i) => { if (Math.abs(x(k) - at) < Math.abs(x(this.sizes[best]) - at)) best = i; });
    this.goto(at < box.left - 6 ? 0 : best + 1);
  }

  pointDimension(event) {
    const { left, each, count } = this.bars.place;
    const at = Math.floor((within(event, this.bars)[0] - left) / each);
    this.hoverDimension = at >= 0 && at < count ? at : -1;
    this.schedule();
  }

  // --------------------------------------------------------------------------------------------------------- drawing

  fit(width) {
    const { ratio, theme } = this;
    const wide = width >= 780;
    this.root.dataset.wide = wide;
    this.font = getComputedStyle(this.root).fontFamily;
    const colour = (name) => rgb(getComputedStyle(this.root).getPropertyValue(name).trim());
    this.colours3 = { bound: theme.model, truth: colour("--pg-data"), drawn: colour("--pg-proposal") };
    this.greys = ramp(theme.paper, theme.ink, 256);
    this.costs = ramp(theme.paper, theme.rejected, 256);
    this.images = null;
    const side = wide ? OWN_PLANE : Math.min(width, 460);
    if (this.flat) {
      this.plane.fit(side, side, ratio, theme, this.root);
      if (this.looked !== this.id) this.look();
    } else this.barSize = [side, side];
    const tile = wide ? Math.min(84, (width - 8 * this.count) / (this.count + 1)) : 84;
    for (const { cells } of this.panels) cells.fit(tile, ratio);
    const across = wide ? width - side - 22 : width;
    fitCanvas(this.curve, Math.floor(across * ratio), Math.floor((wide ? OWN_CURVE : 220) * ratio), ratio);
  }

  draw() {
    if (this.flat) this.plane.draw();
    else drawDimensions(this.bars, this, ...this.barSize);
    drawBounds(this.curve, this);
    this.drawTiles();
    this.tell();
  }

  /** Near x its density lies under everything; of the whole plane, where it is a speck, log p(z|x) over the codes. */
  drawMap(context, under) {
    const { colours3: { truth }, meta: { reach } } = this;
    this.images ??= {
      near: posteriorImage(this.posterior, Math.sqrt(this.posterior.length), truth, this.relative(this.posterior)),
      whole: posteriorImage(this.wide, Math.sqrt(this.wide.length), truth, this.logarithmic(this.wide)),
    };
    const near = this.plane.view.zoom > 3;
    if (near && under) {
      drawPosterior(context, this.plane, this.images.near, this.window);
      this.drawLabels(context);
    } else if (under) this.drawSpecks(context);
    else if (!near) {
      drawPosterior(context, this.plane, this.images.whole, [-reach, reach, -reach, reach]);
      this.plane.drawNames(context);
    }
  }

  /** The codes without their classes, behind the map. */
  drawSpecks(context) {
    const { plane, codes, labels } = this;
    context.fillStyle = css(this.theme.text, 0.26);
    for (let i = 0; i < labels.length; i++) {
      const [x, y] = plane.toScreen([codes[2 * i], codes[2 * i + 1]]);
      if (plane.within(x, y)) context.fillRect(x - 0.7, y - 0.7, 1.4, 1.4);
    }
  }

  /** Faint, so that the posterior stays in front: the classes of the codes around it. */
  drawLabels(context) {
    const { plane, codes, labels } = this;
    Object.assign(context, { font: `600 12px ${this.font}`, textAlign: "center", textBaseline: "middle", globalAlpha: 0.4 });
    labels.forEach((label, i) => {
      const [x, y] = plane.toScreen([codes[2 * i], codes[2 * i + 1]]);
      if (!plane.within(x, y)) return;
      context.fillStyle = css(plane.colours[label]);
      context.fillText(String(label), x, y);
    });
  }

  /** Density as a share of its top. */
  relative(values) {
    const top = values.reduce((a, b) => Math.max(a, b), -Infinity);
    return (nats) => 0.92 * Math.exp(nats - top);
  }

  /** log density, from its top down. */
  logarithmic(values) {
    const top = values.reduce((a, b) => Math.max(a, b), -Infinity);
    return (nats) => 0.85 * (1 + (nats - top) / OWN_NATS);
  }

  drawCodes(context) {
    const { plane, z, weights, theme } = this;
    drawDraws(context, plane, { z, weights, count: this.drawn, chosen: this.chosen() - 1, colour: this.colours3.drawn, theme });
    context.globalAlpha = 1;
    drawEllipse(context, plane, this.mean, this.deviation, this.colours3.bound, theme.paper);
  }

  drawTiles() {
    const chosen = this.chosen();
    for (const { cells, tile, words, figure } of this.panels) {
      const [shown, waiting] = [tile < 0 || tile === chosen, tile > this.drawn];
      const heat = tile >= 0 && (this.show === "log" || shown);
      for (let i = 0; i < this.cells; i++) {
        cells.pixels[i] = tile < 0 ? this.greys[255 * this.picture[i]]
          : heat ? this.costs[Math.round(255 * Math.sqrt(clamp(this.log_pixel[tile * this.cells + i] / -4, 0, 1)))]
          : this.greys[Math.round(255 * this.probability[tile * this.cells + i])];
      }
      cells.show();
      if (this.pixel >= 0 && (tile < 0 || tile === chosen || this.hover < 0)) cells.outline(this.pixel, css(this.theme.text), css(this.theme.paper, 0.9), 1.2);
      figure.dataset.waiting = String(waiting);
      figure.dataset.chosen = String(tile >= 0 && tile === chosen);
      say(words[1], tile < 0 ? tr`${this.picture.reduce((a, b) => a + b, 0)} of ${this.cells}` : signed(this.terms[tile], 2));
    }
    say(this.scale, this.show === "log" || chosen >= 0 ? tr("log p(x|z) below, nats; orange: what a pixel costs, to −4 nats") : tr("log p(x|z) below, nats"));
  }

  // ----------------------------------------------------------------------------------------------------------- words

  tell() {
    const { meta, step } = this;
    const kl = this.kl.reduce((a, b) => a + b, 0);
    const term = meta.exactTerm ?? meta.term;
    const k = this.drawn;
    say(this.headline, meta.exact === null ? tr`log p(x) ≥ ${signed(this.iwae[this.iwae.length - 1], 3)} nats: the bound of ${this.sizes[this.sizes.length - 1].toLocaleString("en")} draws`
      : tr`log p(x) = ${signed(meta.exact, 3)} nats, exact: summed over all z`);
    const number = (value, error, digits = 3) => `${signed(value, digits)}${Number.isFinite(error) ? ` ± ${error.toFixed(digits)}` : ""}`;
    const parts = this.flat ? `(${Array.from(this.kl, (v) => v.toFixed(3)).join(" + ")})` : kl.toFixed(3);
    const rows = [["ELBO", `E_q log p(x|z) − KL(q ‖ prior) = ${signed(term, 3)} − ${parts} = ${number(meta.elbo, meta.exact === null ? meta.term_error : NaN)}`]];
    if (meta.gap !== null) rows.push(["gap", tr`log p(x) − ELBO = ${signed(meta.exact - meta.elbo, 3)} = KL(q ‖ p(z|x)), by its own sum ${signed(meta.gap, 3)}`]);
    const sets = Math.floor(meta.draws / k).toLocaleString("en");
    rows.push(["IWAE", step ? tr`bound of k = ${k.toLocaleString("en")}: ${number(this.iwae[step - 1], this.iwae_error[step - 1])}, a mean over ${sets} sets` : tr("play: the more draws of z, the tighter the bound")]);
    rows.push(["this set", step ? tr`log (1/k Σ w) = ${signed(this.nested[step - 1], 3)}; effective sample size ${this.effective[step - 1].toFixed(1)} of ${k.toLocaleString("en")}` : tr("no draw yet")]);
    const [mean, draws] = [number(meta.term, meta.term_error), meta.draws.toLocaleString("en")];
    rows.push(["draws", meta.exact === null ? tr`E_q log p(x|z) = ${mean} from ${draws}` : tr`E_q log p(x|z) = ${mean} from ${draws}; by quadrature ${signed(meta.exactTerm, 3)}`]);
    if (meta.exact !== null) rows.push(["grid", tr`log p(x) by cells of ${Array.from(this.spacing, (side, i) => `${side.toPrecision(2)}: ${signed(this.levels[i], 4)}`).slice(-3).join(", ")}`]);
    const names = { gap: tr("gap"), "this set": tr("this set"), draws: tr("draws"), grid: tr("grid") };
    while (rows.length < this.sums.length) rows.push(["", ""]);
    this.sums.forEach(({ name, words }, i) => {
      [name.className, words.className] = OWN_ROWS[rows[i][0]] ?? ["", ""];
      say(name, names[rows[i][0]] ?? rows[i][0]);
      say(words, rows[i][1]);
      words.title = rows[i][1];
    });
    say(this.readout, this.pointed());
  }

  pointed() {
    const chosen = this.chosen();
    if (this.pixel >= 0) {
      const place = tr`row ${Math.floor(this.pixel / this.width) + 1}, column ${(this.pixel % this.width) + 1}: x = ${this.picture[this.pixel]}`;
      if (chosen < 0) return place;
      const at = chosen * this.cells + this.pixel;
      return `${place}, p(pixel = 1 | z) = ${probabilityText(this.probability[at])}, log p(x_i|z) = ${signed(this.log_pixel[at], 4)} nats`;
    }
    if (this.hoverDimension >= 0) {
      const i = this.hoverDimension;
      return `z${i + 1}: μ = ${signed(this.mean[i], 3)}, σ = ${this.deviation[i].toFixed(3)}, KL(q ‖ prior) = ${this.kl[i].toFixed(4)} nats${this.kl[i] < 0.01 ? tr(": collapsed, it says nothing of x") : ""}`;
    }
    const z = this.hoverCode ?? (this.flat ? this.plane.point : null);
    if (z) return this.codeWords(z);
    if (chosen >= 0) return chosen ? tr`draw ${chosen}: z = (${this.codeOf(chosen - 1)}), log p(x|z) = ${signed(this.terms[chosen], 3)} nats` : `μ: log p(x|z) = ${signed(this.terms[0], 3)} nats`;
    if (this.flat && this.plane.view.zoom <= 3) return tr`blue: log p(z|x), fading out ${OWN_NATS} nats below its top; the digits stand where the codes of their class are densest`;
    return this.flat ? tr`μ = (${this.vector(this.mean)}), σ = (${this.vector(this.deviation)}); the area of a dot is its weight w = p(x, z) / q(z|x)`
      : tr("Point at a dimension or at a pixel for its numbers.");
  }

  vector(values) { return Array.from(values, (v) => signed(v, 3)).join(", "); }

  codeOf(draw) {
    const values = this.z.subarray(draw * this.meta.latent, (draw + 1) * this.meta.latent);
    return values.length > 4 ? `${this.vector(values.subarray(0, 4))}, …` : this.vector(values);
  }

  codeWords(z) {
    let log = -Math.log(2 * Math.PI);
    z.forEach((value, i) => { log -= ((value - this.mean[i]) / this.deviation[i]) ** 2 / 2 + Math.log(this.deviation[i]); });
    const [x0, x1, y0, y1] = this.window;
    const { reach } = this.meta;
    const found = this.lookUp(this.posterior, [x0, x1, y0, y1], z) ?? this.lookUp(this.wide, [-reach, reach, -reach, reach], z);
    const known = `z = (${this.vector(z)}): log q(z|x) = ${signed(log, 2)}`;
    return found === null ? known : tr`${known}, log p(z|x) = ${signed(found, 2)} (of the map's cell)`;
  }

  lookUp(values, [x0, x1, y0, y1], [a, b]) {
    const side = Math.sqrt(values.length);
    const [column, row] = [Math.floor(((a - x0) / (x1 - x0)) * side), Math.floor(((b - y0) / (y1 - y0)) * side)];
    return column >= 0 && row >= 0 && column < side && row < side ? values[row * side + column] : null;
  }

  words() {
    const k = this.drawn;
    const exact = this.meta.exact === null ? "" : ` ${tr`log p(x) is ${signed(this.meta.exact, 2)}.`}`;
    const elbo = signed(this.meta.elbo, 2);
    const told = k ? tr`${k} draws of z. ELBO ${elbo} nats, IWAE ${signed(this.iwae[this.step - 1], 2)}.` : tr`${k} draws of z. ELBO ${elbo} nats.`;
    return `${told}${exact}`;
  }
}
