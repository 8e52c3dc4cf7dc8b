// The network as a graph. No mathematics: who sees whom comes with the trace; a changed degree is asked of the server,
// and until it has answered the number wanted is shown.

const MARGIN = { left: 92, right: 14, top: 46, bottom: 46 };

export default function (component) {
  return mount(component, ".pg-graph", Graph);
}

class Graph {
  constructor(root) {
    Object.assign(this, { root, edits: new Edits(), sort: "index", selected: -1, hover: -1, width: 0 });
    this.build();
    this.resizes = new ResizeObserver(() => unpressed(root, "draw", () => this.draw()));
    this.resizes.observe(root);
    root.__graph = { words: () => this.wordsShown.textContent, selected: () => this.selected };
  }

  destroy() {
    this.resizes.disconnect();
    this.root.replaceChildren();
    delete this.root.__graph;
  }

  build() {
    this.wordsShown = h("div", { class: "pg-graph-words", "aria-live": "polite" });
    this.less = h("button", { type: "button", class: "pg-icon", "aria-label": tr("Degree down"), title: tr("Degree down (↓)"), onclick: () => this.nudge(-1) }, "−");
    this.more = h("button", { type: "button", class: "pg-icon", "aria-label": tr("Degree up"), title: tr("Degree up (↑)"), onclick: () => this.nudge(1) }, "+");
    this.shown = h("output", { "aria-label": tr("Degree") });
    this.degreeBox = h("div", { class: "pg-graph-degree" }, this.less, this.shown, this.more);
    this.drawing = svg("svg", {
      class: "pg-graph-drawing", role: "group", "aria-label": tr("Network"),
      onclick: (event) => { if (!event.target.closest(".node, .nudge")) this.select(-1); },
    });
    const legend = h("div", { class: "pg-graph-legend" });
    const kinds = [["edge", tr("on a path from input to output")], ["edge dead", tr("open, on no such path")], ["edge leaking", tr("against the ordering")]];
    for (const [kind, words] of kinds) legend.append(h("span", {}, svg("svg", {}, svg("path", { class: kind, d: "M0 7 H26" })), words));
    const dead = svg("svg", {}, svg("g", { class: "node dead" }, svg("circle", { class: "body", cx: 13, cy: 7, r: 7, fill: "none" }),
      svg("line", { class: "strike", x1: 7, y1: 13, x2: 19, y2: 1 })));
    legend.append(h("span", {}, dead, tr("dead unit")), h("span", {}, tr("keys: ← → unit, ↑ ↓ degree, Tab layer")));
    this.root.append(
      h("div", { class: "pg-graph-bar" }, this.wordsShown, this.degreeBox,
        chosen(tr("Order of the units"), [["index", tr("as numbered")], ["degree", tr("by degree")]], "index", (sort) => { this.sort = sort; this.draw(); })),
      this.drawing, legend);
  }

  receive(component) {
    this.component = component;
    if (component.data !== this.bytes) {
      this.bytes = component.data;
      const lab = new Lab(unpack(component.data));
      const before = this.lab && [this.lab.inputs, ...this.lab.meta.hidden].join();
      if (before !== [lab.inputs, ...lab.meta.hidden].join()) this.selected = this.hover = -1;
      const wanted = this.degrees;
      this.lab = lab;
      if (this.edits.receive(lab.meta) || !wanted) {
        this.degrees = Array.from(lab.degree);
        this.order = [...lab.meta.order];
      }
      this.root.dataset.edit = lab.meta.edit;
      this.root.dataset.paths = lab.meta.paths;
    }
    readTheme(this.root);
    this.draw();
  }

  // ----------------------------------------------------------------------------------------------------------- editing

  /** The next degree up or down of the selected unit; of an input, its next place in the ordering. */
  nudge(by) {
    const { lab, selected } = this;
    if (selected < 0 || !this.canNudge(by)) return;
    if (lab.isHidden(selected)) this.degrees[selected] += by;
    else this.exchange(this.order.indexOf(lab.unit[selected]), this.order.indexOf(lab.unit[selected]) + by);
    this.ask();
  }

  exchange(one, other) { [this.order[one], this.order[other]] = [this.order[other], this.order[one]]; }

  /** Show what is wanted, and ask the server what follows from it. */
  ask() {
    const { lab } = this;
    for (const node of [...lab.rows[0], ...lab.rows.at(-1)]) this.degrees[node] = this.order.indexOf(lab.unit[node]) + 1;
    const degrees = lab.rows.slice(1, -1).map((row) => row.map((node) => this.degrees[node]));
    this.component.setStateValue("wanted", this.edits.next({ degrees, order: this.order }));
    this.draw();
  }

  /** Drag an input or output onto another: in its row by degree it moves there, else the two exchange their steps. */
  grab(event, node) {
    this.dragged = false;
    if (event.button) return;
    const shape = event.currentTarget;
    const begun = event.clientX;
    const released = new AbortController();
    const { signal } = released;
    let shift = 0;
    shape.setPointerCapture(event.pointerId);
    shape.addEventListener("pointermove", (moved) => {
      shift = moved.clientX - begun;
      this.dragged ||= Math.abs(shift) > 6;
      if (this.dragged) shape.setAttribute("transform", `translate(${shift / zoomOf(shape)} 0)`);
    }, { signal });
    const drop = () => {
      released.abort();
      shape.removeAttribute("transform");
    };
    shape.addEventListener("lostpointercapture", drop, { signal });
    shape.addEventListener("pointerup", () => {
      drop();
      if (!this.dragged) return;
      const away = (other) => Math.abs(this.spots[other][0] - this.spots[node][0] - shift);
      const target = this.places[this.lab.layer[node]].reduce((best, other) => (away(other) < away(best) ? other : best));
      if (target === node) return;
      const [from, to] = [node, target].map((one) => this.order.indexOf(this.lab.unit[one]));
      if (this.sort === "degree") this.order.splice(to, 0, ...this.order.splice(from, 1));
      else this.exchange(from, to);
      this.ask();
    }, { signal });
  }

  canNudge(by) {
    const top = this.lab.isHidden(this.selected) ? this.lab.inputs - 1 : this.lab.inputs;
    const next = this.degrees[this.selected] + by;
    return next >= 1 && next <= top;
  }

  select(node) {
    this.selected = node;
    this.draw();
  }

  /** [keys, what they do], for the sheet of keys. */
  get keys() {
    return [["← → Home End", tr("another unit of the row, once one has the focus (Tab)")], ["↑ ↓ + −", tr("change its degree or step")], ["Enter", tr("trace its paths")], ["Esc", tr("let go of it")]];
  }

  onKey(event, node) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const row = this.places[this.lab.layer[node]];
    const at = row.indexOf(node);
    const along = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: row.length - 1 };
    const by = { ArrowUp: 1, ArrowDown: -1, "+": 1, "-": -1 };
    if (event.key in along) {
      this.select(row[clamp(along[event.key], 0, row.length - 1)]);
      this.focus();
    } else if (event.key in by) {
      if (this.selected !== node) this.selected = node;
      this.nudge(by[event.key]);
    } else if (event.key === "Enter" || event.key === " ") this.select(node);
    else if (event.key === "Escape") this.select(-1);
    else return;
    event.preventDefault();
  }

  focus() { this.drawing.querySelector(`[data-node="${this.selected}"]`)?.focus({ preventScroll: true }); }

  // ----------------------------------------------------------------------------------------------------------- drawing

  plan() {
    const { lab } = this;
    const width = this.root.clientWidth;
    const height = lab.meta.height;
    const key = (node) => (this.sort === "degree" ? lab.degree[node] : 0);
    this.places = lab.rows.map((row) => [...row].sort((a, b) => key(a) - key(b) || a - b));
    const most = Math.max(...this.places.map((row) => row.length));
    const across = width - MARGIN.left - MARGIN.right;
    const down = (height - MARGIN.top - MARGIN.bottom) / (lab.rows.length - 1);
    this.radius = Math.min(19, across / most * 0.42, down * 0.24);
    this.spots = [];
    this.places.forEach((row, layer) => {
      const step = Math.min(across / row.length, 96);
      const left = MARGIN.left + across / 2 - step * (row.length - 1) / 2;
      row.forEach((node, place) => { this.spots[node] = [left + step * place, height - MARGIN.bottom - layer * down]; });
    });
    return { width, height, down };
  }

  draw() {
    if (!this.lab || !this.root.clientWidth) return;
    const focused = this.drawing.contains(this.root.getRootNode().activeElement);
    const { lab } = this;
    const { width, height, down } = this.plan();
    this.drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.drawing.style.height = `${height}px`;
    const parts = [];
    lab.rows.forEach((row, layer) => {
      const y = height - MARGIN.bottom - layer * down;
      const name = layer === 0 ? tr("inputs") : layer > lab.layers ? tr("outputs") : tr`hidden h${layer}`;
      parts.push(svg("text", { class: "row-name", x: 0, y: y + 4 }, name));
      if (layer === 0) return;
      const last = layer > lab.layers;
      const strict = lab.meta.strict[last ? 1 : 0];
      const wrong = last && !strict;
      parts.push(svg("text", { class: `row-rule${wrong ? " wrong" : ""}`, x: 0, y: y + down / 2 + 4 },
        tr`below ${strict ? "<" : "≤"} above` + (wrong ? " !" : "")));
    });
    this.edges = [];
    const marks = [];
    for (let above = 0; above < lab.nodes; above++) {
      for (let below = 0; below < above; below++) if (lab.at("slot", above, below)) this.edge(above, below, marks);
    }
    parts.push(svg("g", {}, ...this.edges.map(({ line }) => line)), svg("g", {}, ...marks));
    this.shapes = this.places.flat().map((node) => this.node(node));
    parts.push(...this.shapes, ...this.arrows());
    this.drawing.replaceChildren(...parts);
    if (focused) this.focus();
    this.look();
  }

  edge(above, below, marks) {
    const { lab } = this;
    const [open, flipped] = [lab.at("open", above, below), lab.at("flipped", above, below)];
    if (!open && !flipped) return;
    const [x0, y0] = this.spots[below];
    const [x1, y1] = this.spots[above];
    const direct = lab.layer[above] - lab.layer[below] > 1;
    const bow = direct ? (x0 + x1 < this.root.clientWidth + MARGIN.left ? -1 : 1) * 60 : 0;
    const d = direct ? `M${x0} ${y0} C${x0 + bow} ${y0 + (y1 - y0) / 3} ${x1 + bow} ${y0 + (y1 - y0) * 2 / 3} ${x1} ${y1}` : `M${x0} ${y0} L${x1} ${y1}`;
    const kinds = ["edge", direct && "direct", open && !lab.onPath(above, below) && "dead", lab.at("leaking", above, below) && "leaking",
      flipped && (open ? "opened" : "closed")];
    this.edges.push({ above, below, open, line: svg("path", { class: kinds.filter(Boolean).join(" "), d }) });
    if (flipped) {
      marks.push(svg("text", { class: "mark", x: (x0 + x1) / 2 + bow * 0.75, y: (y0 + y1) / 2 + 5, "text-anchor": "middle" }, open ? "+" : "×"));
    }
  }

  node(node) {
    const { lab, radius } = this;
    const [x, y] = this.spots[node];
    const degree = this.degrees[node];
    const share = Math.round(10 + 80 * (degree - 1) / Math.max(1, lab.inputs - 1));
    const dead = !lab.living[node];
    const leaks = this.lab.isOutput(node) && lab.listed("sees", node).some((i) => lab.degree[i] >= lab.degree[node]);
    const group = svg("g", {
      class: `node${dead ? " dead" : ""}${lab.isHidden(node) ? "" : " place"}${leaks ? " wrong" : ""}${node === this.selected ? " selected" : ""}`,
      "data-node": node, role: "button", "aria-label": lab.words(node), "aria-pressed": String(node === this.selected),
      tabindex: this.tabStop(node) ? 0 : -1,
      onpointerdown: (event) => { if (!lab.isHidden(node)) this.grab(event, node); },
      onclick: () => {
        if (this.dragged) { this.dragged = false; return; }
        this.select(node === this.selected ? -1 : node);
        this.focusOn(node);
      },
      onpointerenter: (event) => { if (event.pointerType !== "touch") { this.hover = node; this.look(); } },
      onpointerleave: () => { this.hover = -1; this.look(); },
      onfocus: (event) => { if (event.target.matches(":focus-visible") && this.selected !== node) { this.selected = node; this.look(); this.refresh(); } },
      onkeydown: (event) => this.onKey(event, node),
    });
    const fill = dead ? "var(--st-background-color)" : `color-mix(in srgb, var(--pg-data) ${share}%, var(--st-background-color))`;
    const ink = dead || share < 52 ? "var(--st-text-color)" : "var(--st-background-color)";
    group.append(
      svg("circle", { class: "ring", cx: x, cy: y, r: radius + 4 }),
      svg("circle", { class: "body", cx: x, cy: y, r: radius, style: `fill:${fill}` }));
    if (dead && lab.isHidden(node)) {
      const reach = radius * 0.95;
      group.append(svg("line", { class: "strike", x1: x - reach, y1: y + reach, x2: x + reach, y2: y - reach }));
    }
    group.append(svg("text", { class: "number", x, y, style: `fill:${ink}` }, String(degree)));
    if (!lab.isHidden(node)) {
      const out = lab.isOutput(node);
      group.append(svg("text", { class: "name", x, y: out ? y - radius - 7 : y + radius + 16 }, out ? `p(x${lab.unit[node]})${leaks ? " !" : ""}` : `x${lab.unit[node]}`));
    }
    return group;
  }

  /** One unit of each layer takes the tab key: the selected one, else the first. */
  tabStop(node) {
    const row = this.places[this.lab.layer[node]];
    return row.includes(this.selected) ? node === this.selected : node === row[0];
  }

  focusOn(node) { this.drawing.querySelector(`[data-node="${node}"]`)?.focus({ preventScroll: true }); }

  refresh() {
    for (const shape of this.shapes) shape.classList.toggle("selected", Number(shape.dataset.node) === this.selected);
    this.drawing.querySelectorAll(".nudge").forEach((arrow) => arrow.remove());
    this.drawing.append(...this.arrows());
  }

  /** The buttons above and below the selected unit. */
  arrows() {
    if (this.selected < 0) return [];
    const [x, y] = this.spots[this.selected];
    const side = this.radius + 5;
    return [1, -1].map((by) => svg("g", {
      class: `nudge${this.canNudge(by) ? "" : " idle"}`, "aria-hidden": "true", "data-by": by, onclick: () => { this.nudge(by); this.focus(); },
    },
    svg("rect", { x: x - 16, y: by > 0 ? y - side - 22 : y + side - 2, width: 32, height: 24 }),
    svg("path", { d: by > 0 ? `M${x - 8} ${y - side - 2} h16 l-8 -10 z` : `M${x - 8} ${y + side + 2} h16 l-8 10 z` })));
  }

  /** Highlight all that feeds the unit under the pointer, or the selected one, and all that it feeds. */
  look() {
    const { lab } = this;
    const node = this.hover >= 0 ? this.hover : this.selected;
    this.drawing.classList.toggle("looking", node >= 0);
    const below = node >= 0 ? lab.family(node, -1) : new Set();
    const above = node >= 0 ? lab.family(node, 1) : new Set();
    for (const { above: a, below: b, open, line } of this.edges) {
      line.classList.toggle("below", open && below.has(a) && below.has(b));
      line.classList.toggle("above", open && above.has(a) && above.has(b));
    }
    for (const shape of this.shapes) {
      const one = Number(shape.dataset.node);
      shape.classList.toggle("kin", below.has(one) || above.has(one));
      shape.classList.toggle("below", one !== node && below.has(one));
      shape.classList.toggle("above", one !== node && above.has(one));
    }
    this.tell(node);
  }

  tell(node) {
    const { lab, selected } = this;
    const dead = lab.rows.slice(1, -1).flat().filter((unit) => !lab.living[unit]).length;
    const units = dead === 0 ? tr("no dead unit") : dead === 1 ? tr("1 dead unit") : tr`${dead} dead units`;
    const hint = tr("Point at a unit to see what it sees; click it to change its degree; drag an input to another place in the ordering.");
    say(this.wordsShown, node >= 0 ? lab.words(node) : `${tr`${lab.meta.paths} paths from inputs to outputs; ${units}.`} ${hint}`);
    say(this.shown, selected < 0 ? "–" : String(this.degrees[selected]));
    this.degreeBox.toggleAttribute("data-idle", selected < 0);
    this.less.disabled = selected < 0 || !this.canNudge(-1);
    this.more.disabled = selected < 0 || !this.canNudge(1);
  }
}
