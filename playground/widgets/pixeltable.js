// The joint table of one pixel, level of red by level of red: every cell is a colour and needs a probability. The counts
// come from the trace.

const [SLICE, SHEET] = [512, 240]; // CSS pixels

export default function (component) {
  return mount(component, ".pg-pixeltable", PixelTable);
}

class PixelTable extends Stepper {
  constructor(root) {
    super(root, "__pixeltable");
  }

  get strideWords() { return [tr("One level of red"), tr("sixteen")]; }
  get rate() { return this.steps / 9; }
  get countText() { return tr`red ${this.step} of ${this.steps}`; }

  build() {
    this.slice = new Cells(tr("The newest slice of the table: green to the right, blue downwards"), { class: "cells" });
    this.sheet = h("canvas", { role: "img", "aria-label": tr("All slices so far, one for each level of red") });
    [this.sliceTitle, this.sheetTitle, this.ways] = [h("figcaption"), h("figcaption"), h("div", { class: "ways" })];
    this.slice.canvas.addEventListener("pointermove", (event) => { this.hover = this.slice.at(event); this.schedule(); });
    this.slice.canvas.addEventListener("pointerleave", () => { this.hover = -1; this.schedule(); });
    pointable(this.slice.canvas, () => ({ columns: this.levels, rows: this.levels }), this.sliceTitle);
    this.way = {};
    for (const [name, title] of [["table", tr("One table p(red, green, blue)")], ["chain", tr("Chain rule p(r) p(g | r) p(b | r, g)")], ["independent", tr("Independent p(r) p(g) p(b)")]]) {
      const [number, parts, bar] = [h("b"), h("span", { class: "parts" }), h("i")];
      this.way[name] = { number, parts, bar };
      this.ways.append(h("section", { class: name }, h("span", { class: "title" }, title), number, h("div", { class: "bar" }, bar), parts));
    }
    this.root.append(h("div", { class: "frame" },
      h("figure", {}, this.sliceTitle, this.slice.canvas),
      h("div", { class: "right" }, h("figure", {}, this.sheetTitle, this.sheet), this.ways)), this.buildTransport());
  }

  open({ meta, arrays }) {
    Object.assign(this, { arrays, levels: meta.levels });
    this.steps = meta.levels;
    this.stride = 16;
    this.columns = Math.ceil(Math.sqrt(meta.levels));
    this.painted = -1;
    this.tiles = [];
  }

  shade(level) { return Math.round((255 * level) / (this.levels - 1)); }

  fit(width) {
    const { ratio, levels } = this;
    this.slice.shape(levels, levels);
    this.slice.fit(Math.min(SLICE, width), ratio);
    const side = Math.max(2, Math.floor((SHEET * ratio) / this.columns));
    fitCanvas(this.sheet, side * this.columns, side * Math.ceil(levels / this.columns), ratio);
    this.side = side;
    this.painted = -1;
  }

  draw() {
    const red = Math.max(0, this.step - 1);
    const { slice, levels } = this;
    for (let blue = 0, i = 0; blue < levels; blue++) {
      for (let green = 0; green < levels; green++, i++) slice.pixels[i] = packed([this.shade(red), this.shade(green), this.shade(blue)]);
    }
    slice.show();
    if (!this.step) this.cover(slice);
    this.drawSheet();
    this.tell(red);
  }

  cover({ context, canvas }) {
    context.fillStyle = css(this.theme.blank);
    context.fillRect(0, 0, canvas.width, canvas.height);
  }

  /** The slices that have been counted; each is drawn once, and taken away when the step goes back. */
  drawSheet() {
    const { sheet, side, columns, step, levels, theme, ratio } = this;
    const context = sheet.getContext("2d", { willReadFrequently: true });
    if (this.painted < 0 || this.painted > step || this.dark !== theme.dark) {
      context.fillStyle = css(theme.blank);
      context.fillRect(0, 0, sheet.width, sheet.height);
      [this.painted, this.dark] = [0, theme.dark];
    }
    const tile = Math.max(1, side - Math.round(ratio));
    for (let red = this.painted; red < step; red++) {
      const image = context.createImageData(tile, tile);
      const pixels = new Uint32Array(image.data.buffer);
      for (let y = 0, i = 0; y < tile; y++) {
        const blue = this.shade(Math.floor((y / tile) * levels));
        for (let x = 0; x < tile; x++, i++) pixels[i] = packed([this.shade(red), this.shade(Math.floor((x / tile) * levels)), blue]);
      }
      context.putImageData(image, (red % columns) * side, Math.floor(red / columns) * side);
    }
    this.painted = step;
  }

  tell(red) {
    const { arrays, step, levels, hover } = this;
    const say3 = (name) => Array.from(arrays[name].subarray(step * 3, step * 3 + 3));
    const [chain, alone] = [say3("chain"), say3("independent")];
    const whole = (value) => value.toLocaleString("en");
    const totals = { table: arrays.table[step], chain: chain[0] + chain[1] + chain[2], independent: alone[0] + alone[1] + alone[2] };
    const most = arrays.table[levels];
    for (const [name, total] of Object.entries(totals)) {
      say(this.way[name].number, whole(total));
      this.way[name].bar.style.width = `max(${total ? 2 : 0}px, ${(100 * total) / most}%)`;
    }
    say(this.way.table.parts, step === levels ? tr`${levels}³ cells; the last probability follows from the others: ${levels}³ − 1` : tr`${step} slices of ${whole(levels ** 2)} cells`);
    say(this.way.chain.parts, `${whole(chain[0])} + ${whole(chain[1])} + ${whole(chain[2])}`);
    say(this.way.independent.parts, `${whole(alone[0])} + ${whole(alone[1])} + ${whole(alone[2])}`);
    const [green, blue] = [hover % levels, Math.floor(hover / levels)];
    say(this.sliceTitle, hover >= 0 && step ? tr`p(red ${red}, green ${green}, blue ${blue}) is number ${whole(red * levels ** 2 + blue * levels + green + 1)}`
      : step ? tr`red = ${red}: green →, blue ↓` : tr("no cell counted yet"));
    say(this.sheetTitle, tr`all ${step} slices so far`);
    this.root.dataset.total = totals.table;
  }

  cursorKey() { }
  words() { return `${this.sheetTitle.textContent}. ${this.way.table.number.textContent}`; }
}
