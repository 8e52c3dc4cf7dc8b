// A directed graph over binary pixels as arcs: a click takes an arrow away or puts it back, and the server answers with
// the nearest distribution of that graph. What each other arrow would do comes with the trace. No mathematics here.

const [TALL, FOOT, RADIUS] = [248, 74, 17]; // CSS pixels of the drawing, of what is below the nodes, of a node

export default function (component) {
  return mount(component, ".pg-arrows", MissingArrows);
}

class MissingArrows {
  constructor(root) {
    Object.assign(this, { root, edits: new Edits(), hover: null, state: -1 });
    this.build();
    this.resizes = new ResizeObserver(() => unpressed(root, "draw", () => this.draw()));
    this.resizes.observe(root);
    root.__arrows = { kept: () => this.wanted, words: () => this.told.textContent };
  }

  destroy() {
    this.resizes.disconnect();
    this.root.replaceChildren();
    delete this.root.__arrows;
  }

  build() {
    this.told = h("div", { class: "told", "aria-live": "polite" });
    this.drawing = svg("svg", { class: "drawing", role: "group", "aria-label": tr("The graph: arrows can be taken away and put back") });
    this.numbers = h("div", { class: "numbers" });
    this.bars = new StateBars(tr("Probability of every state: the world outlined, the graph's nearest distribution filled"), (state) => { this.state = state; this.showBars(); this.tell(); });
    this.grid = new StateGrid(tr("Samples of the graph's nearest distribution"));
    this.root.append(this.told, this.drawing, this.numbers, this.bars.canvas, h("figure", {}, h("figcaption", {}, tr("Samples of q, pixel after pixel along the arrows; orange: cannot happen")), this.grid.canvas));
  }

  /** [keys, what they do], for the sheet of keys. */
  get keySheet() { return [["Tab", tr("from arrow to arrow")], ["Enter", tr("take the arrow away, put it back")]]; }

  receive(component) {
    this.component = component;
    this.theme = readTheme(this.root);
    if (component.data !== this.bytes) {
      this.bytes = component.data;
      const { meta, arrays } = unpack(component.data);
      Object.assign(this, { meta, arrays, pixels: meta.shape[0] * meta.shape[1] });
      if (this.edits.receive(meta) || !this.wanted) this.wanted = meta.arrows;
      this.bars.arrange(arrays.truth, arrays.ranked);
      this.root.dataset.edit = meta.edit;
      this.root.dataset.kept = meta.arrows;
      this.hover = null;
    }
    this.draw();
  }

  toggle(arrow) {
    const marks = [...this.wanted];
    marks[arrow] = marks[arrow] === "1" ? "0" : "1";
    this.wanted = marks.join("");
    this.component.setStateValue("wanted", this.edits.next({ arrows: this.wanted }));
    this.drawGraph();
  }

  // ----------------------------------------------------------------------------------------------------------- drawing

  draw() {
    const width = this.root.clientWidth;
    if (!this.meta || !width) return;
    const ratio = deviceRatio(this.root);
    this.font = getComputedStyle(this.root).fontFamily;
    this.bars.fit(width, 138, ratio, this.font);
    this.grid.fit(width, 26, this.meta.samples, this.meta.shape, ratio);
    this.drawGraph();
    this.showBars();
    this.grid.show(this.arrays.samples, this.meta.samples, this.arrays.allowed, this.meta.shape, this.theme);
    this.showNumbers();
    this.tell();
  }

  showBars() {
    const { arrays, meta, theme, root, state } = this;
    this.bars.show({ truth: arrays.truth, model: arrays.model, shape: meta.shape, theme, root, highest: meta.highest, hover: state });
  }

  spot(pixel) {
    const side = 46;
    const gap = (this.root.clientWidth - 2 * side) / (this.pixels - 1);
    return [side + pixel * gap, TALL - FOOT];
  }

  drawGraph() {
    const focused = this.root.getRootNode().activeElement?.dataset?.arrow;
    const width = this.root.clientWidth;
    this.drawing.setAttribute("viewBox", `0 0 ${width} ${TALL}`);
    this.drawing.style.height = `${TALL}px`;
    const parts = [svg("defs", {}, svg("marker", { id: "tip", viewBox: "0 0 10 10", refX: 9, refY: 5, markerWidth: 9, markerHeight: 9, markerUnits: "userSpaceOnUse", orient: "auto-start-reverse" }, svg("path", { d: "M0 0 L10 5 L0 10 z" })))];
    let arrow = 0;
    for (let to = 0; to < this.pixels; to++) for (let from = 0; from < to; from++) parts.push(this.arc(arrow++, from, to));
    for (let pixel = 0; pixel < this.pixels; pixel++) parts.push(this.node(pixel));
    this.drawing.replaceChildren(...parts);
    if (focused != null) this.drawing.querySelector(`[data-arrow="${focused}"]`)?.focus({ preventScroll: true });
  }

  arc(arrow, from, to) {
    const [x0, y] = this.spot(from);
    const [x1] = this.spot(to);
    const kept = this.wanted[arrow] === "1";
    const reach = to - from;
    const high = reach === 1 ? 0 : ((TALL - FOOT - 44) * (reach - 1)) / Math.max(1, this.pixels - 2) + 30;
    const lean = RADIUS * (reach === 1 ? 1.25 : 0.72); // where the arc meets a node
    const drop = reach === 1 ? 0 : RADIUS * 0.95;
    const d = reach === 1 ? `M${x0 + lean} ${y} L${x1 - lean} ${y}`
      : `M${x0 + lean} ${y - drop} C${x0 + lean + high * 0.35} ${y - drop - high * 1.18} ${x1 - lean - high * 0.35} ${y - drop - high * 1.18} ${x1 - lean} ${y - drop}`;
    const look = () => { this.hover = { from, to, kept, arrow }; this.tell(); };
    const leave = () => { this.hover = null; this.tell(); };
    const press = () => this.toggle(arrow);
    return svg("g", {
      class: `arrow${kept ? "" : " missing"}`, role: "button", tabindex: 0, "data-arrow": arrow, "aria-pressed": String(kept),
      "aria-label": kept ? tr`arrow from x${from + 1} to x${to + 1}, kept` : tr`arrow from x${from + 1} to x${to + 1}, missing`,
      onclick: press, onpointerenter: look, onpointerleave: leave, onfocus: look, onblur: leave,
      onkeydown: (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); press(); } },
    }, svg("path", { class: "reach", d }), svg("path", { class: "line", d, "marker-end": kept ? "url(#tip)" : null }));
  }

  node(pixel) {
    const [x, y] = this.spot(pixel);
    const { arrays, meta } = this;
    const [rows, columns] = meta.shape;
    const cell = 7;
    const [left, top] = [x - (columns * cell) / 2, y + RADIUS + 6];
    const where = Array.from({ length: rows * columns }, (_, i) => svg("rect", {
      class: i === pixel ? "here" : i < pixel ? "before" : "after", x: left + (i % columns) * cell, y: top + Math.floor(i / columns) * cell, width: cell, height: cell,
    }));
    const term = arrays.terms[pixel];
    return svg("g", { class: "node" }, svg("circle", { cx: x, cy: y, r: RADIUS }), svg("text", { class: "name", x, y }, `x${subscript(pixel + 1)}`), ...where,
      svg("text", { class: "cost", x, y: top + rows * cell + 13 }, `${arrays.parameters[pixel]}`),
      svg("text", { class: `term${term > 5e-5 ? " lost" : ""}`, x, y: top + rows * cell + 26 }, term > 5e-5 ? `+${term.toFixed(3)}` : "0"));
  }

  // ------------------------------------------------------------------------------------------------------------- words

  showNumbers() {
    const { meta } = this;
    this.numbers.replaceChildren(...[
      [tr("parameters, sum of 2^parents"), tr`${meta.parameters} of ${meta.full}`], [tr("KL(p ‖ q)"), tr`${meta.kl.toFixed(4)} nats`],
      [tr("entropy of the world"), meta.entropy.toFixed(4)], [tr("cannot happen"), meta.forbidden.toFixed(4)],
    ].map(([name, value]) => h("span", {}, `${name} `, h("b", {}, value))));
  }

  tell() {
    const { hover, meta, arrays, state } = this;
    if (state >= 0) { say(this.told, tr`state ${state}: p = ${probabilityText(arrays.truth[state])}, q = ${probabilityText(arrays.model[state])}`); return; }
    if (!hover) { say(this.told, tr("Click an arrow to take it away. Below each pixel: its parameters, and the nats that its missing arrows cost.")); return; }
    const { from, to, kept } = hover;
    const kl = arrays.changed[to * this.pixels + from];
    const [now, then] = [arrays.parameters[to], kept ? arrays.parameters[to] / 2 : arrays.parameters[to] * 2];
    const change = signed(kl - meta.kl, 4);
    say(this.told, kept
      ? tr`Without x${from + 1} → x${to + 1}: ${now - then} parameters fewer, KL ${kl.toFixed(4)} nats (${kl > meta.kl ? "+" : ""}${change})`
      : tr`With x${from + 1} → x${to + 1}: ${then - now} parameters more, KL ${kl.toFixed(4)} nats (${kl > meta.kl ? "+" : ""}${change})`);
  }
}
