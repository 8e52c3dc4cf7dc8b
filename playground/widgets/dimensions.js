// The dimensions of a code, sorted by what they are worth, and each of them moved from −3 to 3. All pictures and numbers
// come from the trace; a step is a value of the dimension in focus.

const TILES = 13; // of a row: every second value
const FEW = { dimensions: 15, tiles: 7, row: 30 }; // with few dimensions there is room for whole pictures in the map
const MAP = { height: 460, label: 34, bar: 92, number: 54, leastBar: 24 };

export default function (component) {
  return mount(component, ".pg-dims", Dimensions);
}

class Dimensions extends Stepper {
  constructor(root) {
    super(root, "__dims");
  }

  get speedChoices() { return [0.25, 0.5, 1, 2, 4].map((value) => [value, `${value}×`]); }
  get strideWords() { return [tr("One value"), tr("a whole unit")]; }
  get countText() { return `z = ${signed(this.arrays.values[this.step], 2)}`; }
  get rate() { return 10; }

  build() {
    this.pointed = null; // {row, column} under the pointer
    this.summary = h("div", { class: "summary" });
    this.map = h("canvas", { class: "map", role: "img", tabindex: "0",
      "aria-label": tr("Every dimension by its KL, moved from −3 to 3; point at a tile, click pins its dimension; W and S choose another"),
      onpointermove: (event) => this.point(this.cellAt(event)), onpointerleave: () => this.point(null),
      onclick: (event) => this.choose(this.cellAt(event)) });
    this.mapWords = h("div", { class: "heads" });
    this.now = new Cells(tr("The picture decoded from the code with this value"));
    this.difference = new Cells(tr("What this value changes, against the value 0"));
    this.strip = h("canvas", { class: "strip", role: "img", "aria-label": tr("The row of this dimension; point or click for a value"),
      onpointermove: (event) => this.point(this.valueAt(event)), onpointerleave: () => this.point(null),
      onclick: (event) => { const cell = this.valueAt(event); if (cell) this.goto(cell.column); } });
    this.title = h("b", { class: "place" });
    this.verdict = h("span", { class: "verdict" });
    this.looked = h("span", { class: "pg-muted" });
    this.nowWords = h("figcaption");
    this.facts = Array.from({ length: 4 }, () => h("div", { class: "fact" }));
    this.scale = new Scale();
    const figure = (cells, words) => h("figure", {}, cells.canvas, words);
    this.root.append(this.summary, h("div", { class: "frame" },
      h("div", { class: "left" }, this.mapWords, this.map),
      h("div", { class: "middle" },
        h("div", { class: "caption" }, this.title, this.verdict, this.looked),
        h("div", { class: "pair" }, figure(this.now, this.nowWords),
          figure(this.difference, h("figcaption", {}, tr("minus that at z = 0"), this.scale.box))),
        this.strip, ...this.facts)), this.buildTransport());
  }

  open({ meta, arrays, shapes }) {
    Object.assign(this, { arrays });
    [this.dimensions, this.values] = shapes.pictures;
    this.shape = meta.shape;
    this.size = this.shape[0] * this.shape[1];
    this.steps = this.values - 1;
    this.stride = Math.round(this.steps / 6);
    this.rank = new Int32Array(this.dimensions);
    arrays.order.forEach((dimension, row) => { this.rank[dimension] = row; });
    this.pointed = null;
    this.mapKey = null;
    for (const cells of [this.now, this.difference]) cells.shape(...this.shape);
    this.root.dataset.dimensions = this.dimensions;
    say(this.summary, meta.summary);
  }

  start(opened) {
    super.start(opened);
    if (this.focus < 0) this.focus = this.arrays.order[0];
    this.reported[1] = opened.focus ?? this.focus;
  }

  get chosen() { return this.pointed?.row != null ? this.arrays.order[this.pointed.row] : this.focus < 0 ? this.arrays.order[0] : this.focus; }
  get column() { return this.pointed?.column ?? this.step; }

  point(cell) {
    if (JSON.stringify(cell) === JSON.stringify(this.pointed)) return;
    this.pointed = cell;
    this.schedule();
  }

  choose(cell) {
    if (!cell) return;
    this.focus = this.arrays.order[cell.row];
    if (cell.column == null) this.changed(); else this.goto(cell.column);
  }

  cursorKey([across, down]) {
    const row = clamp(this.rank[this.chosen] + down, 0, this.dimensions - 1);
    this.pointed = null;
    this.focus = this.arrays.order[row];
    if (across) this.goto(this.step + across);
    else this.changed();
  }

  /** The row and the value under a pointer event on the map. */
  cellAt(event) {
    const [x, y] = within(event, this.map).map((at) => at * this.ratio);
    const row = Math.floor(y / this.rowSide);
    if (row < 0 || row >= this.dimensions) return null;
    const tile = Math.floor((x - this.tilesLeft) / this.tileSide);
    const column = x < this.tilesLeft || tile >= this.tiles ? null : Math.round((tile * this.steps) / (this.tiles - 1));
    return { row, column };
  }

  valueAt(event) {
    const tile = Math.floor((within(event, this.strip)[0] * this.ratio) / this.stripSide);
    return tile < 0 || tile >= TILES ? null : { row: null, column: Math.round((tile * this.steps) / (TILES - 1)) };
  }

  offset(dimension, column) { return (dimension * this.values + column) * this.size; }

  fit(width) {
    const { ratio } = this;
    const wide = width >= 780;
    this.root.dataset.wide = wide;
    this.greys = greysOf(this.theme);
    const few = this.dimensions <= FEW.dimensions;
    const gap = Math.max(1, Math.floor(ratio));
    this.tiles = few ? FEW.tiles : TILES;
    const across = Math.floor(((width - MAP.label - MAP.number - MAP.leastBar) / this.tiles) * ratio) - gap;
    this.rowSide = Math.min(across, few ? Math.floor(FEW.row * ratio) : Math.max(14, Math.floor(MAP.height / this.dimensions)) * ratio | 0);
    this.tileSide = this.rowSide + gap;
    this.bar = clamp(width - MAP.label - MAP.number - (this.tiles * this.tileSide) / ratio, MAP.leastBar, MAP.bar);
    this.tilesLeft = Math.floor((MAP.label + this.bar + MAP.number) * ratio);
    fitCanvas(this.map, this.tilesLeft + this.tiles * this.tileSide, this.dimensions * this.rowSide, ratio);
    const room = wide ? width - this.map.width / ratio - 24 : width;
    this.stripSide = Math.floor((room / TILES) * ratio);
    fitCanvas(this.strip, this.stripSide * TILES, this.stripSide + Math.floor(15 * ratio), ratio);
    for (const cells of [this.now, this.difference]) cells.fit(Math.min(262, (room - 14) / 2), ratio);
    this.scale.show(this.colours, 1);
    this.mapWords.replaceChildren(
      h("span", { style: `width:${this.tilesLeft / ratio}px` }, this.meta.known ? tr("KL of each dimension, nats") : tr("KL not known")),
      h("span", {}, "z = −3"), h("span", {}, "0"), h("span", {}, "3"));
    this.mapKey = null;
  }

  draw() {
    const { chosen, column } = this;
    this.drawMap(chosen, column);
    fillCells(this.now, this.arrays.pictures, this.offset(chosen, column), this.greys);
    fillDifference(this.difference, this.arrays.pictures, this.offset(chosen, column), this.arrays.pictures, this.offset(chosen, this.steps / 2), this.colours);
    this.drawStrip(chosen, column);
    this.tell(chosen, column);
    this.root.dataset.dimension = chosen;
    this.root.dataset.column = column;
  }

  drawMap(chosen, column) {
    const key = `${this.theme.dark}`;
    if (this.mapKey !== key) { this.mapKey = key; this.sheet = this.mapSheet(); }
    const { ratio, rowSide, tileSide } = this;
    const context = this.map.getContext("2d");
    context.clearRect(0, 0, this.map.width, this.map.height);
    context.drawImage(this.sheet, 0, 0);
    const y = this.rank[chosen] * rowSide;
    const tile = Math.round((column * (this.tiles - 1)) / this.steps);
    context.lineWidth = ratio;
    context.strokeStyle = css(this.theme.text, 0.75);
    context.strokeRect(ratio / 2, y + ratio / 2, this.map.width - ratio, rowSide - ratio);
    context.lineWidth = 2 * ratio;
    context.strokeStyle = css(this.theme.accent);
    context.strokeRect(this.tilesLeft + tile * tileSide - ratio, y, tileSide + ratio, rowSide);
  }

  /** Bars and tiles, which do not change while a trace is shown. */
  mapSheet() {
    const { ratio, rowSide, theme, arrays } = this;
    const sheet = document.createElement("canvas");
    [sheet.width, sheet.height] = [this.map.width, this.map.height];
    const context = sheet.getContext("2d");
    const font = getComputedStyle(this.root).fontFamily;
    const [model, idle] = [shadeOf(this.root, "--pg-model"), shadeOf(this.root, "--pg-rejected")];
    const most = this.meta.known ? Math.max(...arrays.kl, 1e-6) : 1;
    context.textBaseline = "middle";
    for (let row = 0; row < this.dimensions; row++) {
      const dimension = arrays.order[row];
      const [top, middle] = [row * rowSide, (row + 0.5) * rowSide];
      const collapsed = this.meta.known && arrays.collapsed[dimension];
      context.font = `${Math.min(12, rowSide / ratio - 3) * ratio}px ${font}`;
      context.textAlign = "right";
      context.fillStyle = collapsed ? css(idle) : css(theme.text, 0.8);
      context.fillText(`z${subscript(dimension + 1)}`, (MAP.label - 6) * ratio, middle);
      if (this.meta.known) {
        const wide = Math.max(1.5 * ratio, (arrays.kl[dimension] / most) * (this.bar - 4) * ratio);
        context.fillStyle = css(collapsed ? idle : model);
        context.fillRect(MAP.label * ratio, top + 2 * ratio, wide, rowSide - 4 * ratio);
        context.fillStyle = collapsed ? css(idle) : css(theme.text);
        context.fillText(`${collapsed ? "✕ " : ""}${arrays.kl[dimension].toFixed(3)}`, this.tilesLeft - 7 * ratio, middle);
      }
      const side = tileSize(this.shape, rowSide);
      const inset = Math.floor((rowSide - side) / 2);
      for (let tile = 0; tile < this.tiles; tile++) {
        const value = Math.round((tile * this.steps) / (this.tiles - 1));
        drawTile(context, arrays.pictures, this.offset(dimension, value), this.shape, this.tilesLeft + tile * this.tileSide + inset, top + inset, side, this.greys);
      }
    }
    return sheet;
  }

  drawStrip(chosen, column) {
    const { ratio, stripSide, strip, theme } = this;
    const context = strip.getContext("2d");
    context.clearRect(0, 0, strip.width, strip.height);
    context.font = `${11 * ratio}px ${getComputedStyle(this.root).fontFamily}`;
    context.textAlign = "center";
    context.textBaseline = "top";
    const near = Math.round((column * (TILES - 1)) / this.steps);
    for (let tile = 0; tile < TILES; tile++) {
      const value = Math.round((tile * this.steps) / (TILES - 1));
      const side = tileSize(this.shape, stripSide - 2 * ratio);
      const x = tile * stripSide + Math.floor((stripSide - side) / 2);
      drawTile(context, this.arrays.pictures, this.offset(chosen, value), this.shape, x, 2 * ratio, side, this.greys);
      context.fillStyle = css(theme.text, tile === near ? 1 : 0.6);
      context.fillText(signed(this.arrays.values[value], tile % 2 ? 1 : 0), tile * stripSide + stripSide / 2, side + 4 * ratio);
      if (tile !== near) continue;
      context.lineWidth = 2 * ratio;
      context.strokeStyle = css(theme.accent);
      context.strokeRect(x - ratio, ratio, side + 2 * ratio, side + 2 * ratio);
    }
  }

  tell(dimension, column) {
    const { arrays, meta } = this;
    say(this.title, tr`Dimension ${dimension + 1}`);
    const collapsed = meta.known && arrays.collapsed[dimension];
    say(this.verdict, !meta.known ? "" : collapsed ? tr("✕ collapsed") : tr("active"));
    this.verdict.dataset.verdict = !meta.known ? "" : collapsed ? "rejected" : "accepted";
    say(this.looked, this.pointed ? tr("under the pointer; click keeps it") : tr("W, S: another dimension"));
    say(this.nowWords, `z${subscript(dimension + 1)} = ${signed(arrays.values[column], 2)}, p(pixel = 1)`);
    const lines = [];
    if (meta.known) {
      lines.push(tr`KL = ${arrays.kl[dimension].toFixed(4)} nats, rank ${this.rank[dimension] + 1} of ${this.dimensions}, ${((100 * arrays.kl[dimension]) / (meta.total || 1)).toFixed(1)} % of all`);
      const [activity, spread] = [arrays.activity[dimension].toFixed(4), arrays.deviation[dimension].toFixed(3)];
      lines.push(arrays.idle[dimension] ? tr`Var(μ) = ${activity} (below 0.01) · mean σ = ${spread}` : tr`Var(μ) = ${activity} · mean σ = ${spread}`);
    }
    const sigma = arrays.own.length ? ` ± ${arrays.own[dimension].toFixed(3)}` : "";
    lines.push(tr`from −3 to 3 a pixel moves by ${arrays.reach[dimension].toFixed(4)} on average`, tr`the code itself: ${`z${subscript(dimension + 1)} = ${signed(arrays.z[dimension], 3)}${sigma}`}`);
    this.facts.forEach((line, i) => say(line, lines[i] ?? ""));
  }

  words() {
    const { chosen, column, arrays } = this;
    const [number, value] = [chosen + 1, signed(arrays.values[column], 2)];
    if (!this.meta.known) return tr`Dimension ${number}, at ${value}.`;
    const kl = arrays.kl[chosen].toFixed(3);
    return arrays.collapsed[chosen] ? tr`Dimension ${number}, KL ${kl} nats, collapsed, at ${value}.` : tr`Dimension ${number}, KL ${kl} nats, at ${value}.`;
  }
}
