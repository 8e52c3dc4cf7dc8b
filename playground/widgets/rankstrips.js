// One picture among real digits under every model. A strip is the density of real digits on one scale for all models: 0
// is their median, ±1 holds their middle 68 %, right is strange. All numbers are in the trace.

const REPORT_AFTER = 250; // ms at rest
const SVG_UNITS = [600, 28]; // of a strip; it is stretched to its place

export default function (component) {
  return mount(component, ".pg-rankstrips", RankStrips);
}

class RankStrips {
  constructor(root) {
    Object.assign(this, { root, version: 0, reported: 0, at: -1 });
    this.reporter = reporting(() => this.report(), REPORT_AFTER);
    this.live = h("span", { class: "pg-unseen", "aria-live": "polite" });
    this.table = h("div", { class: "table" });
    this.readout = h("div", { class: "readout" });
    root.append(this.table, this.readout, this.live);
    this.controller = new AbortController();
    root.addEventListener("keydown", (event) => this.onKey(event), { signal: this.controller.signal });
    root.__rankstrips = this;
  }

  destroy() {
    this.reporter.cancel();
    this.controller.abort();
    this.root.replaceChildren();
    delete this.root.__rankstrips;
  }

  receive(component) {
    this.component = component;
    this.theme = readTheme(this.root);
    if (component.data !== this.bytes) {
      this.bytes = component.data;
      const { meta, arrays } = unpack(component.data);
      const fresh = meta.trace !== this.id;
      Object.assign(this, { meta, id: meta.trace, arrays, models: meta.titles.length, versions: meta.versions.length });
      if (fresh) this.version = this.reported = meta.start.step ?? 0;
    }
    this.build();
    this.root.dataset.trace = this.id;
    this.root.dataset.firstPaint ??= performance.now().toFixed(1);
  }

  report() {
    if (this.reported === this.version) return;
    this.reported = this.version;
    this.component.setStateValue("view", { trace: this.id, step: this.version, focus: -1 });
  }

  choose(version) {
    this.version = clamp(version, 0, this.versions - 1);
    this.show();
    say(this.live, this.readout.textContent);
    this.reporter.later();
  }

  /** [keys, what they do], for the sheet of keys. */
  get keySheet() { return [["← → Home End", tr("another version of the picture, once one has the focus (Tab)")], ["↑ ↓", tr("what another model says of it")]]; }

  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const jumps = { ArrowRight: this.version + 1, ArrowLeft: this.version - 1, Home: 0, End: this.versions - 1 };
    if (event.key in jumps) {
      this.choose(jumps[event.key]);
      this.heads[this.version].focus();
    } else if (by) {
      this.point(clamp(this.at + by, -1, this.models - 1));
      say(this.live, this.readout.textContent);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // ------------------------------------------------------------------------------------------------------------ words

  versionWords(version) {
    return {
      "as drawn": tr("unchanged"), inverted: tr("inverted"), shuffled: tr("shuffled"), rotated: tr("turned 90°"), blurred: tr("blurred"),
      noise: tr("noise"),
    }[this.meta.versions[version]];
  }

  kindWords(model) {
    const count = this.arrays.averaged[model];
    if (count > 1) return tr`−log p, ${count} orderings averaged`;
    return {
      exact: tr("−log p, exact"), bound: tr("−ELBO, a bound on −log p"), "free energy": tr("F(v) = −log p − log Z"),
      energy: tr("E(x) = −log p − log Z"), reconstruction: tr("−log p(x|z): no likelihood"), logit: tr("logit of D: no likelihood"),
    }[this.meta.kinds[model]];
  }

  figureText(model, version) {
    const value = this.arrays.figures[model * this.versions + version];
    const digits = this.meta.kinds[model] === "logit" ? 2 : Math.abs(value) < 1_000 ? 1 : 0;
    return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace("-", "−");
  }

  rank(model, version) { return this.arrays.ranks[model * this.versions + version]; }

  rankText(model, version) {
    const share = this.rank(model, version);
    if (Number.isNaN(share)) return "–";
    return share > 0 && share < 0.001 ? "< 0.1 %" : share < 1 && share > 0.999 ? "> 99.9 %" : `${(100 * share).toFixed(share === 1 || share === 0 ? 0 : 1)} %`;
  }

  rowWords(model) {
    const { version } = this;
    const bound = this.arrays.tighter[model * this.versions + version];
    const many = this.arrays.many[model].toLocaleString("en");
    const [name, figure, rank, kind] = [this.meta.titles[model], this.figureText(model, version), this.rankText(model, version), this.kindWords(model)];
    const words = this.arrays.many[model] ? tr`${name}, ${kind}: ${figure}. Stranger than ${rank} of ${many} real digits.` : tr`${name}, ${kind}: ${figure}. It carries no figures of real digits.`;
    return Number.isNaN(bound) ? words : `${words} ${tr`The importance-weighted bound is tighter: ${bound.toFixed(1)} nats.`}`;
  }

  /** Who finds the chosen version strangest, and who most usual. */
  disagreement() {
    const known = this.meta.titles.map((_, model) => model).filter((model) => this.arrays.many[model]);
    if (known.length < 2) return tr("Choose two models or more to see where they disagree.");
    const sorted = known.sort((a, b) => this.rank(a, this.version) - this.rank(b, this.version));
    const [low, high] = [sorted[0], sorted[sorted.length - 1]];
    const what = this.versionWords(this.version);
    if (this.rank(low, this.version) === this.rank(high, this.version)) return tr`The picture ${what}: all models agree, stranger than ${this.rankText(low, this.version)} of real digits.`;
    return tr`The picture ${what}: ${this.meta.titles[high]} finds it strangest (stranger than ${this.rankText(high, this.version)} of real digits), ${this.meta.titles[low]} most usual (${this.rankText(low, this.version)}).`;
  }

  // -------------------------------------------------------------------------------------------------------- elements

  build() {
    const { theme } = this;
    this.greys = ramp(theme.paper, theme.ink, 256);
    this.heads = this.meta.versions.map((_, version) => this.buildHead(version));
    const head = h("div", { class: "row head" }, h("span", { class: "corner" }, tr("model and what it says")), h("span", { class: "figure corner" }, tr("nats")),
      h("span", { class: "axis corner" }, h("span", {}, tr("← usual")), h("span", {}, tr("real digits")), h("span", {}, tr("strange →"))), ...this.heads);
    this.rows = this.meta.titles.map((title, model) => this.buildRow(title, model));
    this.table.style.setProperty("--versions", this.versions);
    this.table.style.setProperty("--tall", `${clamp(Math.floor(400 / this.models), 28, 40)}px`);
    this.table.replaceChildren(head, ...this.rows.map(({ row }) => row));
    this.show();
  }

  buildHead(version) {
    const [height, width] = this.meta.shape;
    const canvas = h("canvas", { width, height, "aria-hidden": "true" });
    const context = canvas.getContext("2d");
    const image = context.createImageData(width, height);
    const pixels = new Uint32Array(image.data.buffer);
    for (let i = 0; i < height * width; i++) pixels[i] = this.greys[this.arrays.pictures[version * height * width + i]];
    context.putImageData(image, 0, 0);
    return h("button", { type: "button", class: "version", "data-version": version, title: tr("Show its place on the strips"), onclick: () => this.choose(version) },
      canvas, h("span", {}, this.versionWords(version)));
  }

  buildRow(title, model) {
    const figure = h("span", { class: "figure" });
    const strip = this.buildStrip(model);
    const ranks = this.meta.versions.map((_, version) => {
      const cell = h("span", { class: "rank" }, this.rankText(model, version));
      const share = this.rank(model, version);
      cell.style.background = `color-mix(in srgb, var(--pg-rejected) ${Number.isNaN(share) ? 0 : Math.round(45 * share ** 3)}%, transparent)`;
      return cell;
    });
    const row = h("div", { class: "row", "data-model": model, onpointerenter: () => this.point(model), onpointerleave: () => this.point(-1) },
      h("span", { class: "name" }, h("b", {}, title), h("span", {}, this.kindWords(model))), figure, h("span", {}, strip.svg), ...ranks);
    for (const cell of row.children) cell.addEventListener("pointerenter", () => this.point(model));
    row.lastChild.addEventListener("pointerleave", () => this.point(-1));
    return { row, figure, ranks, ...strip };
  }

  buildStrip(model) {
    const [wide, tall] = SVG_UNITS;
    const svg = element("svg", { viewBox: `0 0 ${wide} ${tall}`, preserveAspectRatio: "none", class: "strip", role: "img" });
    const { counts, edges, many } = this.arrays;
    const bins = edges.length - 1;
    const own = counts.subarray(model * bins, (model + 1) * bins);
    const top = Math.max(1, ...own);
    const points = Array.from(own, (count, i) => `${this.x(edges[i])},${tall - (count / top) * (tall - 3)} ${this.x(edges[i + 1])},${tall - (count / top) * (tall - 3)}`);
    if (many[model]) svg.append(element("polygon", { points: `0,${tall} ${points.join(" ")} ${wide},${tall}`, fill: "var(--pg-data)", opacity: 0.55 }));
    svg.append(element("line", { x1: this.x(0), x2: this.x(0), y1: 0, y2: tall, stroke: "currentColor", "stroke-opacity": 0.25, "vector-effect": "non-scaling-stroke" }));
    const others = this.meta.versions.map(() => element("line", { y1: 4, y2: tall - 4, stroke: "currentColor", "stroke-opacity": 0.45, "stroke-width": 1.5, "vector-effect": "non-scaling-stroke" }));
    const mark = element("line", { y1: 0, y2: tall, stroke: "var(--pg-rejected)", "stroke-width": 3.5, "vector-effect": "non-scaling-stroke" });
    svg.append(...others, mark);
    return { svg, mark, others };
  }

  /** Where a place on the scale is in a strip; beyond its ends it stands at the edge. */
  x(place) {
    const { edges } = this.arrays;
    const [low, high] = [edges[0], edges[edges.length - 1]];
    return clamp((place - low) / (high - low), 0.004, 0.996) * SVG_UNITS[0];
  }

  point(model) {
    if (model === this.at) return;
    this.at = model;
    say(this.readout, model < 0 ? this.disagreement() : this.rowWords(model));
  }

  show() {
    this.root.dataset.version = this.version;
    this.heads.forEach((button, version) => button.setAttribute("aria-pressed", String(version === this.version)));
    this.rows.forEach(({ figure, ranks, mark, others, svg }, model) => {
      say(figure, this.figureText(model, this.version));
      ranks.forEach((cell, version) => { cell.dataset.chosen = String(version === this.version); });
      const place = (version) => this.arrays.places[model * this.versions + version];
      const known = this.arrays.many[model] > 0;
      [...others, mark].forEach((line, i) => {
        const version = i < others.length ? i : this.version;
        const hidden = !known || (i < others.length && i === this.version);
        line.setAttribute("visibility", hidden ? "hidden" : "visible");
        if (known) for (const end of ["x1", "x2"]) line.setAttribute(end, this.x(place(version)));
      });
      svg.setAttribute("aria-label", this.rowWords(model));
    });
    this.at = -1;
    say(this.readout, this.disagreement());
  }
}

/** An SVG element with attributes. */
function element(tag, attributes) {
  const found = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) found.setAttribute(name, value);
  return found;
}
