// The masks as matrices: rows are units above, columns units below. No mathematics: the product and the gradients come
// with the trace. A flipped entry is shown at once and asked of the server, which answers with all that follows.

const LABEL = { left: 20, top: 50, bottom: 4 };
const SIGN = 22; // room for the sign between two matrices
const CELLS = { most: 30, least: 10, counts: 28, square: 230 }; // numbers need room, but no more than the square

export default function (component) {
  return mount(component, ".pg-masks", Masks);
}

class Masks {
  constructor(root) {
    Object.assign(this, { root, edits: new Edits(), sort: "degree", cursors: {} });
    this.build();
    this.resizes = new ResizeObserver(() => unpressed(root, "draw", () => this.draw()));
    this.resizes.observe(root);
  }

  destroy() {
    this.resizes.disconnect();
    this.root.replaceChildren();
  }

  build() {
    this.wordsShown = h("div", { class: "pg-masks-words", "aria-live": "polite" });
    this.drawing = svg("svg", { class: "pg-masks-drawing", role: "group", "aria-label": tr("Masks"),
      onpointerover: (event) => this.point(event), onpointerleave: () => this.tell() });
    this.legend = h("div", { class: "pg-masks-legend" });
    this.root.append(
      h("div", { class: "pg-masks-bar" }, this.wordsShown,
        chosen(tr("Order of rows and columns"), [["degree", tr("by degree")], ["index", tr("as numbered")]], "degree", (sort) => { this.sort = sort; this.draw(); })),
      this.drawing, this.legend);
  }

  receive(component) {
    this.component = component;
    if (component.data !== this.bytes) {
      this.bytes = component.data;
      this.lab = new Lab(unpack(component.data));
      if (this.edits.receive(this.lab.meta) || !this.flips) this.flips = this.lab.meta.flips.map((entry) => [...entry]);
      this.root.dataset.edit = this.lab.meta.edit;
      this.explain();
    }
    readTheme(this.root);
    this.root.classList.toggle("editable", this.lab.meta.editable);
    this.draw();
  }

  explain() {
    const swatch = (kind, mark = "") => svg("svg", { class: "pg-masks-drawing" }, svg("g", { class: `cell ${kind}` },
      svg("rect", { width: 14, height: 14 }), svg("text", { x: 7, y: 7.5 }, mark)));
    const items = [["one", "1", tr("1, on a path")], ["one dead", "1", tr("1, on no path")], ["", "", "0"],
      ["wrong", "!", tr("against the ordering")]];
    if (this.lab.meta.editable || this.flips.length) items.push(["one flipped", "+", tr("opened by hand")], ["flipped closed", "×", tr("closed by hand")]);
    this.legend.replaceChildren(...items.map(([kind, mark, words]) => h("span", {}, swatch(kind, mark), words)),
      h("span", {}, tr("numbers at the edges: degrees")));
  }

  // ----------------------------------------------------------------------------------------------------------- editing

  isFlipped(number, row, column) { return this.flips.some(([n, r, c]) => n === number && r === row && c === column); }

  flip(number, row, column) {
    const { meta } = this.lab;
    if (!meta.editable) return;
    if (this.isFlipped(number, row, column)) this.flips = this.flips.filter(([n, r, c]) => n !== number || r !== row || c !== column);
    else if (this.flips.length < meta.most) this.flips.push([number, row, column]);
    else { say(this.wordsShown, tr`At most ${meta.most} entries can be flipped at once: mend one first.`); return; }
    this.component.setStateValue("wanted", this.edits.next({ flips: this.flips }));
    this.draw();
    this.tell(number, row, column);
  }

  /** [keys, what they do], for the sheet of keys. */
  get keys() {
    return [["← → ↑ ↓", tr("go through a matrix that has the focus (Tab)")], ["Space", tr("break or mend an entry")]];
  }

  onKey(event, panel) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const cursor = this.cursors[panel.key] ?? [0, 0];
    const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    if (event.key in steps) {
      const [down, across] = steps[event.key];
      this.cursors[panel.key] = [clamp(cursor[0] + down, 0, panel.rows.length - 1), clamp(cursor[1] + across, 0, panel.columns.length - 1)];
      this.moveCursor(panel);
    } else if ((event.key === "Enter" || event.key === " ") && panel.number >= 0) {
      const { unit } = this.lab;
      this.flip(panel.number, unit[panel.rows[cursor[0]]], unit[panel.columns[cursor[1]]]);
    } else return;
    event.preventDefault();
  }

  moveCursor(panel) {
    const [row, column] = this.cursors[panel.key] ?? [0, 0];
    panel.cursor.setAttribute("x", panel.x + column * panel.cell);
    panel.cursor.setAttribute("y", panel.y + row * panel.cell);
    const { unit } = this.lab;
    this.tell(panel.number, unit[panel.rows[row]], unit[panel.columns[column]], panel.key);
  }

  // ------------------------------------------------------------------------------------------------------------ layout

  sorted(layer) {
    const { lab } = this;
    return this.sort === "degree" ? [...lab.rows[layer]].sort((a, b) => lab.degree[a] - lab.degree[b] || a - b) : [...lab.rows[layer]];
  }

  panels() {
    const { lab } = this;
    const top = lab.layers + 1;
    const called = (layer) => (layer === 0 ? "x" : layer === top ? tr("out") : `h${layer}`);
    const found = [];
    for (let number = top; number >= 1; number--) {
      found.push({ key: `M${number}`, number, title: `M${number}`, under: `${called(number - 1)} → ${called(number)}`, sign: number > 1 ? "·" : "=",
        rows: this.sorted(number), columns: this.sorted(number - 1) });
    }
    if (lab.meta.direct) {
      found.at(-1).sign = "+";
      found.push({ key: "M0", number: 0, title: tr("direct"), under: `x → ${tr("out")}`, sign: "=", rows: this.sorted(top), columns: this.sorted(0) });
    }
    const square = { number: -1, rows: this.sorted(top), columns: this.sorted(0) };
    found.push({ ...square, key: "paths", title: tr("paths"), under: tr("x → out, counted"), sign: lab.meta.gradient ? " " : "" });
    if (lab.meta.gradient) found.push({ ...square, key: "gradient", title: tr("gradient"), under: tr("|∂logit / ∂x|, measured"), sign: "" });
    return found;
  }

  /** The largest cells with which all matrices fit into the height; no smaller than a finger can hit. */
  plan() {
    const width = this.root.clientWidth;
    const panels = this.panels();
    const counts = Math.min(CELLS.counts, Math.floor(CELLS.square / this.lab.inputs));
    const square = LABEL.top + LABEL.bottom + this.lab.inputs * counts; // smaller cells would not shrink it
    for (let cell = CELLS.most; ; cell--) {
      let [x, y, deepest] = [0, 0, 0];
      for (const panel of panels) {
        panel.cell = panel.number < 0 ? Math.max(cell, counts) : cell;
        const wide = LABEL.left + panel.columns.length * panel.cell + (panel.sign ? SIGN : 0);
        if (x && x + wide > width) { [x, y, deepest] = [0, y + deepest, 0]; }
        panel.x = x + LABEL.left;
        panel.y = y + LABEL.top;
        x += wide;
        deepest = Math.max(deepest, LABEL.top + panel.rows.length * panel.cell + LABEL.bottom);
      }
      const height = y + deepest;
      if (height <= Math.max(this.lab.meta.height, square) || cell <= CELLS.least) return { width, height: Math.max(height, 0), panels };
    }
  }

  // ----------------------------------------------------------------------------------------------------------- drawing

  draw() {
    if (!this.lab || !this.root.clientWidth) return;
    const focused = this.root.getRootNode().activeElement?.closest?.(".matrix")?.dataset.panel;
    const { width, height, panels } = this.plan();
    this.shown = panels;
    this.drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.drawing.style.height = `${height}px`;
    this.drawing.replaceChildren(...panels.flatMap((panel) => this.matrix(panel)));
    if (focused) this.drawing.querySelector(`[data-panel="${focused}"]`)?.focus({ preventScroll: true });
    this.tell();
  }

  matrix(panel) {
    const { lab } = this;
    const { x, y, cell, rows, columns } = panel;
    const [wide, tall] = [columns.length * cell, rows.length * cell];
    const group = svg("g", {
      class: "matrix", tabindex: 0, role: "group", "data-panel": panel.key,
      "aria-label": panel.number >= 0 && lab.meta.editable ? tr`${panel.title}, ${rows.length} rows, ${columns.length} columns; arrow keys move, Enter flips`
        : tr`${panel.title}, ${rows.length} rows, ${columns.length} columns`,
      onkeydown: (event) => this.onKey(event, panel), onfocus: () => this.moveCursor(panel),
    });
    group.append(svg("text", { class: "title", x, y: y - 36 }, panel.title), svg("text", { class: "under", x, y: y - 21 }, panel.under));
    const label = (node) => (panel.number < 0 ? lab.unit[node] : lab.degree[node]);
    rows.forEach((node, r) => group.append(svg("text", { class: "degree row", x: x - 4, y: y + (r + 0.5) * cell }, label(node))));
    columns.forEach((node, c) => group.append(svg("text", { class: "degree column", style: cell < 13 ? "font-size:8px" : null, x: x + (c + 0.5) * cell, y: y - 5 }, label(node))));
    rows.forEach((above, r) => columns.forEach((below, c) => {
      group.append(panel.number < 0 ? this.result(panel, above, below, r, c) : this.entry(panel, above, below, r, c));
    }));
    if (panel.number < 0 && this.sort === "degree") {
      const stairs = rows.map((_, r) => `H${x + r * cell} V${y + (r + 1) * cell}`).join(" ");
      group.append(svg("path", { class: "stairs", d: `M${x} ${y} ${stairs} ` }));
    }
    panel.cursor = svg("rect", { class: "cursor", x, y, width: cell, height: cell });
    group.append(svg("rect", { class: "frame", x, y, width: wide, height: tall }), panel.cursor);
    const parts = [group];
    if (panel.sign) parts.push(svg("text", { class: "sign", x: x + wide + SIGN / 2 - 4, y: y + tall / 2 }, panel.sign));
    return parts;
  }

  entry(panel, above, below, r, c) {
    const { lab } = this;
    const [row, column] = [lab.unit[above], lab.unit[below]];
    const flipped = this.isFlipped(panel.number, row, column);
    const open = lab.at("rule", above, below) !== flipped;
    const leaks = open && lab.at("open", above, below) && lab.at("leaking", above, below);
    const kinds = ["cell", open && "one", flipped && "flipped", flipped && !open && "closed"];
    if (open && lab.at("open", above, below)) kinds.push(!lab.onPath(above, below) && "dead", leaks && "leaking");
    const mark = flipped ? (open ? "+" : "×") : leaks ? "!" : open && panel.cell >= 15 ? "1" : "";
    return svg("g", {
      class: kinds.filter(Boolean).join(" "), "data-cell": `${panel.number}.${row}.${column}`, "data-open": Number(open),
      onclick: () => { this.cursors[panel.key] = [r, c]; this.flip(panel.number, row, column); },
    },
    svg("rect", { x: panel.x + c * panel.cell, y: panel.y + r * panel.cell, width: panel.cell, height: panel.cell }),
    svg("text", { x: panel.x + (c + 0.5) * panel.cell, y: panel.y + (r + 0.54) * panel.cell, style: panel.cell < 14 ? "font-size:10px" : null }, mark));
  }

  /** A cell of the product or of the gradients: how much, and whether the ordering forbids it. */
  result(panel, above, below, r, c) {
    const { lab } = this;
    const at = lab.unit[above] * lab.inputs + lab.unit[below];
    const forbidden = lab.forbidden[at] === 1;
    const amount = panel.key === "paths" ? lab.count[at] : lab.jacobian[at];
    const most = panel.key === "paths" ? Math.max(...lab.count) : Math.max(...lab.jacobian);
    const share = amount > 0 ? Math.round(25 + 75 * Math.sqrt(amount / most)) : 0;
    const wrong = forbidden && amount > 0;
    const words = panel.key === "paths" ? (amount || forbidden ? String(amount || "") : "0") : amount > 0 ? short(amount) : forbidden ? "" : "0";
    const group = svg("g", {
      class: `cell${wrong ? " wrong" : ""}${forbidden && !wrong ? " later" : ""}${share > 55 ? " ink" : ""}`, "data-result": `${panel.key}.${lab.unit[above]}.${lab.unit[below]}`,
    });
    const style = wrong || !share ? "" : `fill:color-mix(in srgb, var(--pg-data) ${share}%, var(--st-background-color))`;
    group.append(svg("rect", { x: panel.x + c * panel.cell, y: panel.y + r * panel.cell, width: panel.cell, height: panel.cell, style }));
    const small = panel.cell < 24;
    const long = words.length * (small ? 5.3 : 6) > panel.cell - 2;
    const text = long ? (wrong ? "!" : "") : words;
    group.append(svg("text", { x: panel.x + (c + 0.5) * panel.cell, y: panel.y + (r + 0.54) * panel.cell, style: `font-size:${small ? 9 : 10}px` }, text));
    return group;
  }

  // ---------------------------------------------------------------------------------------------------------- pointing

  point(event) {
    const cell = event.target.closest("[data-cell], [data-result]");
    if (!cell) { this.tell(); return; }
    if (cell.dataset.cell) this.tell(...cell.dataset.cell.split(".").map(Number));
    else {
      const [key, row, column] = cell.dataset.result.split(".");
      this.tell(-1, Number(row), Number(column), key);
    }
  }

  tell(number, row, column, key) {
    const { lab } = this;
    if (row === undefined) {
      say(this.wordsShown, lab.meta.editable ? tr("Click an entry to flip it; click it again to mend it.")
        : tr("Rows are the units above, columns the units below; multiplied, the masks count the paths from each input to each output."));
      return;
    }
    if (number < 0) {
      const at = row * lab.inputs + column;
      const place = !lab.forbidden[at] ? tr`x${column} is an input that comes earlier.`
        : row === column ? tr`x${column} is its own input.` : tr`x${column} is an input that comes later in the ordering.`;
      const counted = lab.count[at] === 1 ? tr`From input x${column} to output x${row}: 1 path.` : tr`From input x${column} to output x${row}: ${lab.count[at]} paths.`;
      const measured = tr`∂logit of x${row} / ∂x${column} = ${lab.jacobian[at].toPrecision(6)}, root mean square over all ${2 ** lab.inputs} states.`;
      say(this.wordsShown, `${key === "paths" ? counted : measured} ${place}`);
      return;
    }
    const layer = number || lab.layers + 1;
    const [above, below] = [lab.rows[layer][row], lab.rows[number ? number - 1 : 0][column]];
    const last = layer > lab.layers;
    const sign = lab.meta.strict[last ? 1 : 0] ? "<" : "≤";
    const by = lab.at("rule", above, below);
    const flipped = this.isFlipped(number, row, column);
    const entry = tr`${lab.called(below)} → ${lab.called(above)} (entry ${number}.${row}.${column})`;
    const rule = `${lab.degree[below]} ${sign} ${lab.degree[above]}`;
    const [yes, no] = [tr`${entry}: degree ${rule} is true, so the mask is 1`, tr`${entry}: degree ${rule} is false, so the mask is 0`];
    say(this.wordsShown, flipped ? tr`${by ? yes : no}; by hand it is ${by ? 0 : 1}.` : `${by ? yes : no}.`);
  }
}

/** At most four characters. */
const short = (value) => (value >= 9.995 ? value.toFixed(0) : value >= 0.0095 ? value.toFixed(2).replace(/^0/, "") : "·");
