// Attention by hand: at each stage the matrices that are combined, large, and the way of all of them, small. Every
// number is looked up in the trace; pointing at a cell lights what it is made of and writes its sum out.

const ACROSS = 8; // a pinned cell is row · ACROSS + column
const NAMES = {
  embedding: "X", to_query: "W_Q", to_key: "W_K", to_value: "W_V", query: "Q", key: "K", value: "V", dots: "QKᵀ",
  scores: "QKᵀ/√d", masked: "masked", weights: "A", out: "Y",
};
/** What a matrix is called. */
const titled = (name) => (name === "masked" ? tr("masked") : NAMES[name]);
const EDITABLE = { embedding: "x", to_query: "q", to_key: "k", to_value: "v" };
const MAP = [["embedding"], ["to_query", "to_key", "to_value"], ["query", "key", "value"], ["dots", "scores"], ["masked", "weights"], ["out"]];
const STAGE_OF = { embedding: 0, to_query: 0, to_key: 0, to_value: 0, query: 1, key: 2, value: 3, dots: 4, scores: 5, masked: 6, weights: 7, out: 8 };
const PRODUCTS = {
  1: ["embedding", "to_query", "query"], 2: ["embedding", "to_key", "key"], 3: ["embedding", "to_value", "value"],
  4: ["query", "key", "dots"], 8: ["weights", "value", "out"],
};
const ENTRYWISE = { 5: ["dots", "scores"], 6: ["scores", "masked"], 7: ["masked", "weights"] };
const BY_WORD = new Set(["dots", "scores", "masked", "weights"]); // columns are words, too
const DIGITS = { weights: 3 };

export default function (component) {
  return mount(component, ".pg-hand", AttentionHand);
}

class AttentionHand extends Stepper {
  constructor(root) {
    super(root, "__hand");
  }

  // -------------------------------------------------------------------------------------------------------- elements

  build() {
    Object.assign(this, { boards: new Map(), entries: [], revision: -1, edit: 0, at: null, typing: null, refused: "" });
    [this.title, this.note] = [h("b"), h("span", { class: "pg-muted" })];
    this.board = h("div", { class: "board", onpointerleave: () => this.point(null) });
    this.sum = h("div", { class: "sum", "aria-live": "off" });
    this.thumbs = {};
    const thumb = (name) => {
      const cells = new Cells(tr`${titled(name)}, small`);
      const [words, size] = [h("span"), h("span")];
      const button = h("button", { type: "button", "data-go": name, onclick: () => this.goto(STAGE_OF[name]) }, cells.canvas, words);
      this.thumbs[name] = { cells, button, words, size };
      return button;
    };
    this.map = h("div", { class: "map", role: "group", "aria-label": tr("All matrices; click one for its stage") },
      ...MAP.map((names) => h("div", { class: "line" }, ...names.map(thumb))));
    this.root.append(this.buildTransport(), h("div", { class: "stagetitle" }, this.title, this.note),
      h("div", { class: "work" }, this.board, this.map), this.sum);
  }

  get strideWords() { return [tr("One stage"), tr("two")]; }
  get rate() { return 0.5; }
  get countText() { return tr`stage ${this.step} / ${this.steps}`; }

  // -------------------------------------------------------------------------------------------------------- the trace

  open({ meta, arrays, shapes }) {
    this.arrays = { ...arrays, masked: arrays.scores };
    this.shapes = { ...shapes, masked: shapes.scores };
    [this.count, this.width] = shapes.embedding;
    this.keys = shapes.query[1];
    this.steps = 8;
    this.stride = 2;
    this.words_ = meta.words;
    if (meta.revision !== this.revision || meta.edit >= this.edit) { // not an answer to an older edit
      Object.assign(this, { revision: meta.revision, edit: meta.edit, entries: meta.edits.map((entry) => [...entry]) });
    }
    this.typed = new Set();
    for (let i = 0; i < arrays.edited.length; i += 3) this.typed.add(`${["embedding", "to_query", "to_key", "to_value"][arrays.edited[i]]}.${arrays.edited[i + 1]}.${arrays.edited[i + 2]}`);
    this.limits = {};
    for (const name of Object.keys(NAMES)) this.limits[name] = this.arrays[name].reduce((most, v) => Math.max(most, Math.abs(v)), 1e-9);
    this.limits.weights = 1;
    for (const [name, { cells }] of Object.entries(this.thumbs)) cells.shape(...this.shapes[name]);
    this.drawn = null;
    this.at = null;
  }

  value(name, row, column) { return this.arrays[name][row * this.shapes[name][1] + column]; }
  allowedAt(row, column) { return this.arrays.allowed[row * this.count + column] === 1; }
  never(name, row, column) { return (name === "masked" || name === "weights") && !this.allowedAt(row, column); }
  text(name, row, column, digits) {
    if (name === "masked" && !this.allowedAt(row, column)) return "−∞";
    const value = this.value(name, row, column);
    return Math.abs(value) >= 1000 ? value.toExponential(0).replace("-", "−") : signed(value, digits ?? (Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : DIGITS[name] ?? 2));
  }

  /** The pinned or pointed-at cell of the matrix that this stage makes, else its first one that says something. */
  get cell() {
    if (this.at) return this.at;
    const result = this.result;
    if (this.focus < 0) return { name: result, row: Math.min(1, this.shapes[result][0] - 1), column: 0 };
    return { name: result, row: Math.min(Math.floor(this.focus / ACROSS), this.shapes[result][0] - 1), column: Math.min(this.focus % ACROSS, this.shapes[result][1] - 1) };
  }

  get result() { return PRODUCTS[this.step]?.[2] ?? ENTRYWISE[this.step]?.[1] ?? "embedding"; }

  // ---------------------------------------------------------------------------------------------------------- drawing

  fit(width) {
    this.wide = width;
    this.drawn = null;
  }

  draw() {
    const key = `${this.step} ${this.theme.dark} ${this.wide} ${this.id}`;
    if (this.drawn !== key && !this.typing) {
      this.drawn = key;
      this.buildBoard();
      this.drawMap();
      say(this.title, this.heading[0]);
      say(this.note, this.heading[1]);
    }
    this.light();
    this.root.dataset.at = `${this.cell.name}.${this.cell.row}.${this.cell.column}`;
  }

  get heading() {
    const [t, d, e] = [this.count, this.width, this.keys];
    const named = { 1: tr("a query for each word"), 2: tr("a key for each word"), 3: tr("a value for each word") };
    const says = { 1: tr("what each word asks"), 2: tr("what each word answers to"), 3: tr("what each word tells") };
    if (named[this.step]) {
      const letter = "QKV"[this.step - 1];
      return [`${this.step} · ${letter} = X W_${letter}`, `${named[this.step]}: ${says[this.step]} · (${t}, ${d})·(${d}, ${e}) → (${t}, ${e})`];
    }
    return {
      0: [tr("0 · X, a vector for each word"), tr`(${t}, ${d}), and three projections (${d}, ${e}); click an entry to type another number`],
      4: ["4 · QKᵀ", tr`each query with each key · (${t}, ${e})·(${e}, ${t}) → (${t}, ${t})`],
      5: [tr("5 · divided by √d_k"), tr`√${e} = ${Math.sqrt(e).toFixed(3)}: scores keep a variance that does not grow with d_k`],
      6: [tr("6 · the mask"), this.meta.causal ? tr("causal: no word sees a later one; −∞ becomes the weight 0") : tr("none: every word sees every word")],
      7: ["7 · A = softmax", tr`along each row: positive, and its sum is 1 · (${t}, ${t})`],
      8: ["8 · Y = A V", tr`for each word the values' average under its weights · (${t}, ${t})·(${t}, ${e}) → (${t}, ${e})`],
    }[this.step];
  }

  shadeOf(name, row, column) {
    if (name === "weights") return mix(this.theme.background, rgb(getComputedStyle(this.root).getPropertyValue("--pg-data")), Math.min(1, 0.06 + 0.94 * this.value(name, row, column)));
    return channels(this.colours[shade(this.value(name, row, column), this.limits[name] * 1.25)]);
  }

  /** A matrix as a table of buttons. turned: transposed. heads: words at its side, words or numbers on top. */
  matrix(name, { turned = false, side = true, top = true, aligned = false } = {}) {
    const [rows, columns] = turned ? [...this.shapes[name]].reverse() : this.shapes[name];
    const wordRows = turned ? false : !name.startsWith("to_");
    const wordColumns = turned || BY_WORD.has(name);
    const box = h("div", { class: "matrix", role: "group", "aria-label": titled(name) });
    box.style.gridTemplateColumns = `${side ? (aligned ? "58px " : "minmax(44px, auto) ") : ""}repeat(${columns}, ${this.cellWidth}px)`;
    box.style.setProperty("--high", `${this.cellHeight}px`);
    const head = (text, more = "") => h("div", { class: `head ${more}`, title: text }, h("span", {}, text));
    if (!top) box.append(head(titled(name), "side name"), ...Array.from({ length: columns }, () => h("div")));
    else {
      if (side) box.append(head(turned ? `${titled(name)}ᵀ` : titled(name), "side name"));
      for (let c = 0; c < columns; c++) box.append(head(wordColumns ? this.words_[c] : `${c + 1}`));
    }
    for (let r = 0; r < rows; r++) {
      if (side) box.append(head(wordRows ? this.words_[r] : `${r + 1}`, "side"));
      for (let c = 0; c < columns; c++) {
        const [row, column] = turned ? [c, r] : [r, c];
        box.append(this.button(name, row, column));
      }
    }
    return box;
  }

  button(name, row, column) {
    const colour = this.shadeOf(name, row, column);
    const id = `${name}.${row}.${column}`;
    const classes = [this.never(name, row, column) ? "never" : "", this.typed.has(id) ? "typed" : ""].join(" ");
    const button = h("button", {
      type: "button", class: classes, "data-cell": id, onpointerenter: () => this.point({ name, row, column }),
      onfocus: () => this.point({ name, row, column }), onclick: () => this.press(name, row, column),
    }, this.text(name, row, column));
    button.style.setProperty("--cell", css(colour));
    button.style.setProperty("--ink", inkOn(colour));
    return button;
  }

  buildBoard() {
    const room = Math.max(300, this.wide - (this.wide >= 780 ? 242 : 0));
    const product = PRODUCTS[this.step];
    const pair = ENTRYWISE[this.step];
    const across = product ? this.shapes[product[0]][1] + (product[1] === "key" && this.step === 4 ? this.count : this.keys) : pair ? 2 * this.count : Math.max(this.width + this.keys, 3 * this.keys);
    const down = product ? this.count + (this.step === 4 ? this.keys : this.shapes[product[1]][0]) + 1 : pair ? this.count + 1 : this.count + this.width + 2;
    this.cellWidth = clamp(Math.floor((room - (pair ? 112 : 130)) / across) - 2, 34, 62);
    this.board.style.setProperty("--size", this.cellWidth < 44 ? "11px" : "13px");
    this.cellHeight = clamp(Math.floor(336 / down) - 2, 21, 32);
    this.root.style.setProperty("--tall", "344px");
    if (product) {
      const [left, top, result] = product;
      this.board.replaceChildren(h("div", { class: "grid" }, h("div"), this.matrix(top, { turned: this.step === 4, aligned: true }),
        this.matrix(left), this.matrix(result, { top: false, aligned: true })));
    } else if (pair) this.board.replaceChildren(h("div", { class: "row" }, this.matrix(pair[0]),
        h("div", {}, h("div", { class: "over" }, titled(pair[1])), this.matrix(pair[1], { side: false }))));
    else {
      this.board.replaceChildren(h("div", { class: "row" }, this.matrix("embedding"),
        ...["to_query", "to_key", "to_value"].map((name) => this.matrix(name))));
    }
    this.buttons = new Map(Array.from(this.board.querySelectorAll("[data-cell]"), (button) => [button.dataset.cell, button]));
  }

  drawMap() {
    for (const [name, { cells, button, words }] of Object.entries(this.thumbs)) {
      const [rows, columns] = this.shapes[name];
      cells.fit(Math.max(rows, columns) * clamp(Math.floor(186 / (5 * this.count + this.width)), 3, 8), this.ratio);
      for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) cells.pixels[r * columns + c] = packed(this.never(name, r, c) ? this.theme.background : this.shadeOf(name, r, c));
      cells.show();
      const used = this.step ? (PRODUCTS[this.step] ?? ENTRYWISE[this.step]) : ["embedding", "to_query", "to_key", "to_value"];
      button.setAttribute("aria-pressed", String(used.includes(name)));
      button.classList.toggle("later", STAGE_OF[name] > this.step);
      say(words, `${titled(name)} (${rows}, ${columns})`);
    }
  }

  /** What the cell is made of, as keys of buttons. */
  parts({ name, row, column }) {
    const product = PRODUCTS[this.step];
    if (product && name === product[2]) {
      const inner = this.shapes[product[0]][1];
      return Array.from({ length: inner }, (_, i) => [`${product[0]}.${row}.${i}`, this.step === 4 ? `key.${column}.${i}` : `${product[1]}.${i}.${column}`]).flat();
    }
    if (this.step === 7 && name === "weights") return Array.from({ length: this.count }, (_, i) => `masked.${row}.${i}`);
    if (ENTRYWISE[this.step]?.[1] === name) return [`${ENTRYWISE[this.step][0]}.${row}.${column}`];
    return [];
  }

  light() {
    const cell = this.cell;
    const lit = new Set(this.parts(cell));
    const here = `${cell.name}.${cell.row}.${cell.column}`;
    for (const [id, button] of this.buttons) {
      button.classList.toggle("lit", lit.has(id));
      button.classList.toggle("here", id === here);
      button.setAttribute("aria-label", `${titled(button.dataset.cell.split(".")[0])} ${id.split(".").slice(1).map((n) => Number(n) + 1).join(", ")}: ${button.textContent}`);
    }
    const [left, right] = this.refused ? [`${this.refused}: `, tr`a number from −${this.meta.limit} to ${this.meta.limit} is allowed`] : this.written(cell);
    this.sum.replaceChildren(h("b", {}, left), right);
  }

  // ------------------------------------------------------------------------------------------------------------ words

  /** The sum of a cell with its numbers: [what it is, = how it comes about]. */
  written(cell) {
    const { name, row, column } = cell;
    const word = (i) => this.words_[i];
    const bracket = (text) => (text.startsWith("−") ? `(${text})` : text);
    const at = BY_WORD.has(name) ? `[${word(row)} → ${word(column)}]` : name.startsWith("to_") ? `[${row + 1}, ${column + 1}]` : `[${word(row)}, ${column + 1}]`;
    const own = this.text(name, row, column, 3);
    const product = PRODUCTS[this.step];
    if (product && name === product[2]) {
      const inner = this.shapes[product[0]][1];
      const terms = Array.from({ length: inner }, (_, i) => {
        const other = this.step === 4 ? this.text("key", column, i) : this.text(product[1], i, column);
        return `${bracket(this.text(product[0], row, i))}·${bracket(other)}`;
      });
      return [`${titled(name)}${at}`, ` = ${terms.join(" + ")} = ${own}`];
    }
    if (name === "scores" && this.step === 5) return [`(QKᵀ/√d_k)${at}`, ` = ${this.text("dots", row, column, 3)} / √${this.keys} = ${own}`];
    if (name === "masked" && this.step === 6) return [`${titled(name)}${at}`, this.allowedAt(row, column) ? tr` = ${own}: ${word(row)} may look at ${word(column)}` : tr` = −∞: ${word(column)} comes after ${word(row)}`];
    if (name === "weights" && this.step === 7) {
      if (!this.allowedAt(row, column)) return [`A${at}`, tr` = 0: ${word(column)} comes after ${word(row)}`];
      const e = (i) => this.arrays.exps[row * this.count + i].toFixed(3);
      const seen = Array.from({ length: this.count }, (_, i) => i).filter((i) => this.allowedAt(row, i));
      return [`A${at}`, tr` = e^(${this.text("scores", row, column, 3)} − ${bracket(signed(this.arrays.largest[row], 3))}) / Σ = ${e(column)} / (${seen.map(e).join(" + ")}) = ${own}; − max changes nothing but keeps e^ finite`];
    }
    const typed = this.typed.has(`${name}.${row}.${column}`) ? tr` = ${own}, typed by hand` : ` = ${own}`;
    return [`${titled(name)}${at}`, this.step === 0 ? tr`${typed}; click to type another number` : typed];
  }

  words() { return `${this.heading.join(": ")}. ${this.sum.textContent}`; }

  // --------------------------------------------------------------------------------------------------------- pointing

  point(cell) {
    if (this.typing) return;
    this.at = cell;
    this.schedule();
  }

  press(name, row, column) {
    this.refused = "";
    if (name in EDITABLE && this.step === 0) this.type(name, row, column);
    else if (name === this.result) this.pin(row * ACROSS + column);
    else if (STAGE_OF[name] < this.step) this.goto(STAGE_OF[name]);
  }

  goto(step) {
    this.refused = "";
    this.at = null;
    super.goto(step);
  }

  cursorKey([right, down]) {
    const { row, column } = this.cell;
    const [rows, columns] = this.shapes[this.result];
    this.at = null;
    this.focus = clamp(row + down, 0, rows - 1) * ACROSS + clamp(column + right, 0, columns - 1);
    this.changed();
  }

  /** A field in place of an entry; Enter or leaving it sends the number, Escape leaves it as it was. */
  type(name, row, column) {
    const button = this.buttons.get(`${name}.${row}.${column}`);
    const field = h("input", { type: "text", inputmode: "decimal", "aria-label": tr("A number; Enter takes it"), value: button.textContent.replace("−", "-") });
    let open = true;
    const close = (take) => {
      if (!open) return;
      open = false;
      this.typing = null;
      const value = Number(field.value.trim().replace("−", "-").replace(",", "."));
      const good = take && field.value.trim() && Number.isFinite(value) && Math.abs(value) <= this.meta.limit;
      field.replaceWith(button);
      if (good && value !== this.value(name, row, column)) this.send(name, row, column, Math.round(value * 1e4) / 1e4);
      else if (take && !good && field.value.trim()) this.refused = field.value.trim().slice(0, 20);
      this.schedule();
    };
    field.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") close(true);
      else if (event.key === "Escape") close(false);
    });
    field.addEventListener("blur", () => close(true));
    this.typing = field;
    button.replaceWith(field);
    field.focus();
    field.select();
  }

  send(name, row, column, value) {
    const letter = EDITABLE[name];
    this.entries = [...this.entries.filter(([n, r, c]) => n !== letter || r !== row || c !== column), [letter, row, column, value]];
    this.edit += 1;
    say(this.buttons.get(`${name}.${row}.${column}`), signed(value, 2)); // at once; what follows from it comes with the answer
    this.component.setStateValue("wanted", { revision: this.revision, edit: this.edit, edits: this.entries });
  }
}
