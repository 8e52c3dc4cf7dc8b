// A pad on which an ordering is drawn: the pixels that the pointer touches come first, in the order of touching.

const SEND_AFTER = 250; // ms after the last change

export default function (component) {
  return mount(component, ".pg-orderpad", OrderPad);
}

class OrderPad {
  constructor(root) {
    Object.assign(this, { root, order: [], strokes: [], edit: 0, cursor: -1, hover: -1, last: -1 });
    this.cells = new Cells(tr("Ordering: drag over the pixels that come first; arrow keys move a cursor, Space touches a pixel"), { tabindex: "0" });
    const { canvas } = this.cells;
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const type of ["pointerup", "pointercancel"]) canvas.addEventListener(type, () => this.up());
    canvas.addEventListener("pointerleave", () => { this.hover = -1; this.draw(); });
    canvas.addEventListener("keydown", (event) => this.onKey(event));
    this.note = h("div", { class: "readout" });
    this.undoButton = iconButton(ICONS.undo, tr("Undo the last stroke"), () => this.undo());
    this.clearButton = iconButton(ICONS.clear, tr("Clear the ordering"), () => this.clear());
    this.live = h("span", { class: "pg-unseen", "aria-live": "polite" });
    root.append(h("div", { class: "bar" }, h("b", {}, tr("Drawn ordering")), this.undoButton, this.clearButton), canvas, this.note, this.live);
    this.sender = reporting(() => this.send(), SEND_AFTER);
    this.resizes = new ResizeObserver(() => this.fit());
    this.resizes.observe(root);
    root.__orderpad = { order: () => [...this.order] };
  }

  destroy() {
    this.sender.cancel();
    this.resizes.disconnect();
    this.root.replaceChildren();
    delete this.root.__orderpad;
  }

  receive(component) {
    this.component = component;
    const { meta, arrays } = unpack(component.data);
    [this.height, this.width] = meta.shape;
    this.cells.shape(this.height, this.width);
    if (this.push !== meta.push) {
      this.push = meta.push;
      this.edit = meta.edit;
      this.order = [...arrays.order];
      this.strokes = this.order.length ? [0] : []; // where each stroke begins
      this.sender.cancel();
    }
    this.theme = readTheme(this.root);
    this.fit();
  }

  send() { this.component.setStateValue("drawing", { push: this.push, edit: this.edit, order: this.order }); }

  changed() {
    this.edit += 1;
    this.root.dataset.touched = this.order.length;
    this.sender.later();
    this.draw();
  }

  // --------------------------------------------------------------------------------------------------------- drawing

  touch(position) { if (!this.order.includes(position)) this.order.push(position); }

  /** All pixels on the straight way from the last one to this one. */
  line(to) {
    const [x0, y0, x1, y1] = [this.last % this.width, Math.floor(this.last / this.width), to % this.width, Math.floor(to / this.width)];
    const count = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0));
    for (let i = 1; i <= count; i++) this.touch(Math.round(y0 + ((y1 - y0) * i) / count) * this.width + Math.round(x0 + ((x1 - x0) * i) / count));
    this.last = to;
  }

  down(event) {
    const position = this.cells.at(event);
    if (event.button !== 0 || position < 0) return;
    event.preventDefault();
    this.cells.canvas.focus({ preventScroll: true });
    this.cells.canvas.setPointerCapture(event.pointerId);
    this.sender.cancel();
    this.strokes.push(this.order.length);
    this.last = position;
    this.touch(position);
    this.draw();
  }

  move(event) {
    const moves = event.getCoalescedEvents?.() ?? [];
    for (const each of moves.length ? moves : [event]) {
      const position = this.cells.at(each);
      this.hover = position;
      if (this.last >= 0 && position >= 0 && position !== this.last) this.line(position);
    }
    this.draw();
  }

  up() {
    if (this.last < 0) return;
    this.last = -1;
    if (this.strokes.at(-1) === this.order.length) { this.strokes.pop(); this.draw(); } // nothing new was touched
    else this.changed();
  }

  undo() {
    if (!this.strokes.length) return;
    this.order.length = this.strokes.pop();
    this.changed();
  }

  clear() {
    this.order = [];
    this.strokes = [];
    this.changed();
  }

  /** [keys, what they do], for the sheet of keys. */
  get keySheet() {
    return [["← → ↑ ↓", tr("move the cursor, once the pad has the focus (Tab)")], ["Space", tr("number this cell next")], ["Ctrl+Z", tr("undo")]];
  }

  onKey(event) {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") this.undo();
    else {
      const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (!way && event.key !== " ") return;
      if (this.cursor < 0) this.cursor = (this.height >> 1) * this.width + (this.width >> 1);
      else if (way) this.cursor = clamp(Math.floor(this.cursor / this.width) + way[1], 0, this.height - 1) * this.width + clamp((this.cursor % this.width) + way[0], 0, this.width - 1);
      if (event.key === " " && !this.order.includes(this.cursor)) { this.strokes.push(this.order.length); this.touch(this.cursor); this.changed(); }
      const at = this.order.indexOf(this.cursor);
      const place = tr`row ${Math.floor(this.cursor / this.width) + 1}, column ${(this.cursor % this.width) + 1}`;
      say(this.live, `${place}: ${at < 0 ? tr("not touched") : tr`number ${at + 1}`}`);
      this.draw();
    }
    event.preventDefault();
    event.stopPropagation();
  }

  fit() {
    if (!this.theme || !this.root.clientWidth) return;
    this.cells.fit(Math.min(this.root.clientWidth, 290), deviceRatio(this.root));
    this.draw();
  }

  draw() {
    if (!this.theme || !this.cells.cell) return;
    const { cells, theme, order } = this;
    const [early, late] = theme.dark ? [[220, 240, 255], [18, 49, 77]] : [[6, 52, 92], [150, 195, 230]];
    const colours = ramp(early, late, Math.max(2, order.length));
    cells.pixels.fill(packed(theme.blank));
    order.forEach((position, k) => { cells.pixels[position] = colours[k]; });
    cells.show();
    const halo = css(theme.paper, 0.9);
    for (const position of [this.cursor, this.hover]) if (position >= 0) cells.outline(position, css(theme.accent), halo);
    const at = order.indexOf(this.hover >= 0 ? this.hover : this.cursor);
    const total = this.height * this.width;
    if (at >= 0) say(this.note, tr`number ${at + 1} of ${order.length} touched`);
    else say(this.note, order.length ? tr`${order.length} pixels come first, then the other ${total - order.length} in raster order` : tr("Drag over the pixels that should come first; the others follow in raster order."));
    this.undoButton.disabled = this.clearButton.disabled = !order.length;
  }
}
