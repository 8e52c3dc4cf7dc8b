// The drawing pad. What is drawn lives here while the page is open; Python hears of it when the pen is lifted.

const SEND_AFTER = 150; // ms after the last change
const UNDO_DEPTH = 100;
const CRISP = 8; // a picture with fewer pixels a side is drawn in whole pixels
const TOOLS = {
  pen: { icon: ICONS.pen },
  eraser: { icon: ICONS.eraser },
  keep: { icon: ICONS.keep, mask: true },
  release: { icon: ICONS.release, mask: true },
  rectangle: { icon: ICONS.rectangle, mask: true },
};

export default function (component) {
  return mount(component, ".pg-pad", Pad);
}

function base64(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

class Pad {
  constructor(root) {
    Object.assign(this, { root, tool: "pen", size: 0, undone: [], done: [], edit: 0, cursor: null, pointer: null, stroke: null, box: null, frameRequest: 0 });
    this.build();
    this.sender = reporting(() => this.send(), SEND_AFTER);
    this.resizes = new ResizeObserver(() => this.fit());
    this.resizes.observe(root);
    root.addEventListener("keydown", (event) => this.onKey(event));
    root.__pad = { picture: () => this.picture.slice(), keep: () => this.keep.slice(), marker: () => this.marker };
  }

  destroy() {
    cancelAnimationFrame(this.frameRequest);
    this.sender.cancel();
    this.resizes.disconnect();
    this.root.replaceChildren();
    delete this.root.__pad;
  }

  // ------------------------------------------------------------------------------------------------ data in and out

  /** Called on mount, when Python pushes another picture, and when Streamlit's theme changed. */
  receive(component) {
    this.component = component;
    const { meta, arrays } = unpack(component.data);
    const sameSize = this.meta && String(meta.shape) === String(this.meta.shape);
    if (!sameSize) this.resize(meta, arrays);
    else if (meta.push !== this.meta.push) {
      this.remember(); // what Python pushes can be undone like a stroke
      this.picture.set(arrays.picture);
      this.keep.set(arrays.keep);
      this.marker = this.prefix();
      this.sender.cancel();
      this.edit = 0;
    }
    this.meta = meta;
    this.complete = meta.mode === "complete";
    this.root.dataset.mode = meta.mode;
    this.root.dataset.push = meta.push;
    for (const [id, button] of Object.entries(this.toolButtons)) button.classList.toggle("pg-hidden", !this.complete && !!TOOLS[id].mask);
    this.handle.classList.toggle("pg-hidden", !this.complete);
    this.count.classList.toggle("pg-hidden", !this.complete);
    for (const part of [this.sizeSlider, ...this.dots, this.centreButton]) part.classList.toggle("pg-hidden", this.crisp);
    this.root.classList.toggle("crisp", this.crisp);
    this.root.style.minHeight = !this.crisp && meta.height < 380 ? `${meta.height}px` : ""; // a small pad leaves no gap
    this.theme = readTheme(this.root);
    this.fit();
  }

  resize(meta, { picture, keep }) {
    [this.height, this.width] = meta.shape;
    this.picture = picture.slice();
    this.keep = keep.slice();
    this.marker = this.prefix();
    this.edit = meta.edit;
    this.done = [];
    this.undone = [];
    const side = Math.max(this.height, this.width);
    this.crisp = side < CRISP;
    const widest = side * 0.14;
    this.size = side * 0.045;
    Object.assign(this.sizeSlider, { min: String(side * 0.02), max: String(widest), step: String(side * 0.005), value: String(this.size) });
    this.small.canvas.width = this.width;
    this.small.canvas.height = this.height;
    this.image = this.small.createImageData(this.width, this.height);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  /** How many pixels from the first one on are kept, in raster order. */
  prefix() {
    const open = this.keep.indexOf(0);
    return open < 0 ? this.keep.length : open;
  }

  send() {
    this.component.setStateValue("drawing", {
      push: this.meta.push, edit: this.edit, picture: base64(this.picture), keep: base64(this.keep),
    });
  }

  changed() {
    this.edit += 1;
    this.root.dataset.edit = this.edit;
    this.sender.later();
    this.schedule();
  }

  // ------------------------------------------------------------------------------------------------------------ undo

  snapshot() { return { picture: this.picture.slice(), keep: this.keep.slice(), marker: this.marker }; }

  remember() {
    this.done.push(this.snapshot());
    if (this.done.length > UNDO_DEPTH) this.done.shift();
    this.undone = [];
  }

  travel(from, to) {
    if (!from.length) return;
    to.push(this.snapshot());
    const { picture, keep, marker } = from.pop();
    this.picture.set(picture);
    this.keep.set(keep);
    this.marker = marker;
    this.changed();
  }

  undo() { this.travel(this.done, this.undone); }
  redo() { this.travel(this.undone, this.done); }

  clear() {
    this.remember();
    this.picture.fill(0);
    this.keep.fill(0);
    this.marker = 0;
    this.changed();
  }

  centre() {
    // First the state, then the trigger: a message that came later would interrupt the run that serves the trigger.
    this.sender.now();
    this.component.setTriggerValue("centre", true);
  }

  // --------------------------------------------------------------------------------------------------------- drawing

  /** One dab of the brush at a place in pixels: ink with a soft edge, or the mask without one. */
  dab(x, y) {
    if (this.crisp) { this.fillCell(x, y); return; }
    const radius = this.size;
    const { tool, width, height } = this;
    for (let row = Math.max(0, Math.floor(y - radius - 1)); row <= Math.min(height - 1, Math.ceil(y + radius + 1)); row++) {
      for (let column = Math.max(0, Math.floor(x - radius - 1)); column <= Math.min(width - 1, Math.ceil(x + radius + 1)); column++) {
        const cover = clamp(radius + 0.5 - Math.hypot(column + 0.5 - x, row + 0.5 - y), 0, 1);
        const i = row * width + column;
        if (tool === "pen") this.picture[i] = Math.max(this.picture[i], Math.round(255 * cover));
        else if (tool === "eraser") this.picture[i] = Math.min(this.picture[i], Math.round(255 * (1 - cover)));
        else if (cover >= 0.5) this.keep[i] = tool === "keep" ? 1 : 0;
      }
    }
  }

  /** A picture of a few pixels has no soft edges: a stroke fills whole ones, with paper where it began on ink. */
  fillCell(x, y) {
    const [row, column] = [Math.floor(y), Math.floor(x)];
    if (row < 0 || column < 0 || row >= this.height || column >= this.width) return;
    const i = row * this.width + column;
    if (TOOLS[this.tool].mask) this.keep[i] = this.tool === "keep" ? 1 : 0;
    else this.picture[i] = this.tool === "pen" ? this.ink : 0;
  }

  line(from, to) {
    const steps = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) * 4));
    for (let i = 1; i <= steps; i++) this.dab(from.x + ((to.x - from.x) * i) / steps, from.y + ((to.y - from.y) * i) / steps);
  }

  place(event) {
    const box = this.canvas.getBoundingClientRect();
    return { x: ((event.clientX - box.left) / box.width) * this.width, y: ((event.clientY - box.top) / box.height) * this.height };
  }

  onDown(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.canvas.focus({ preventScroll: true });
    this.canvas.setPointerCapture(event.pointerId);
    this.cursor = null;
    this.remember();
    this.stroke = this.place(event);
    const { x, y } = this.stroke;
    this.ink = this.picture[clamp(Math.floor(y), 0, this.height - 1) * this.width + clamp(Math.floor(x), 0, this.width - 1)] > 127 ? 0 : 255;
    if (this.tool === "rectangle") this.box = { from: this.stroke, to: this.stroke };
    else this.dab(this.stroke.x, this.stroke.y);
    this.schedule();
  }

  onMove(event) {
    this.pointer = this.place(event);
    if (this.stroke) {
      const moves = event.getCoalescedEvents?.() ?? [];
      for (const move of moves.length ? moves : [event]) {
        const to = this.place(move);
        if (this.box) this.box.to = to;
        else this.line(this.stroke, to);
        this.stroke = to;
      }
    }
    this.schedule();
  }

  onUp() {
    if (!this.stroke) return;
    if (this.box) this.keepBox();
    this.stroke = this.box = null;
    this.changed();
  }

  keepBox() {
    const { left, top, right, bottom } = this.boxCells();
    for (let row = top; row <= bottom; row++) this.keep.fill(1, row * this.width + left, row * this.width + right + 1);
  }

  boxCells() {
    const { from, to } = this.box;
    const cell = (value, limit) => clamp(Math.floor(value), 0, limit - 1);
    return {
      left: cell(Math.min(from.x, to.x), this.width), right: cell(Math.max(from.x, to.x), this.width),
      top: cell(Math.min(from.y, to.y), this.height), bottom: cell(Math.max(from.y, to.y), this.height),
    };
  }

  // -------------------------------------------------------------------------------------------------- hand-over marker

  /** Move the marker; only the pixels that it passes change, so a region painted elsewhere stays. */
  moveMarker(to) {
    to = clamp(to, 0, this.keep.length);
    if (to > this.marker) this.keep.fill(1, this.marker, to);
    else this.keep.fill(0, to, this.marker);
    this.marker = to;
    this.schedule();
  }

  onHandleDown(event) {
    event.preventDefault();
    this.handle.focus();
    this.handle.setPointerCapture(event.pointerId);
    this.remember();
    this.dragging = true;
  }

  onHandleMove(event) {
    if (!this.dragging) return;
    const { x, y } = this.place(event);
    const row = clamp(Math.floor(y), 0, this.height);
    this.moveMarker(row * this.width + (row === this.height ? 0 : clamp(Math.round(x), 0, this.width)));
  }

  onHandleUp() {
    if (!this.dragging) return;
    this.dragging = false;
    this.changed();
  }

  onHandleKey(event) {
    const stride = event.shiftKey ? this.width : 1;
    const to = {
      ArrowLeft: this.marker - stride, ArrowRight: this.marker + stride, ArrowUp: this.marker - this.width,
      ArrowDown: this.marker + this.width, Home: 0, End: this.keep.length,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.remember();
    this.moveMarker(to);
    this.changed();
  }

  // -------------------------------------------------------------------------------------------------------- keyboard

  /** [keys, what they do], for the sheet of keys. */
  get keySheet() {
    return [["← → ↑ ↓", tr("move the pen, once the pad has the focus (Tab)")], ["Space", tr("draw or erase there")], ["Ctrl+Z Ctrl+Y", tr("undo, redo")]];
  }

  onKey(event) {
    const key = event.key.toLowerCase();
    if ((event.ctrlKey || event.metaKey) && (key === "z" || key === "y")) {
      event.preventDefault();
      event.stopPropagation();
      if (key === "y" || event.shiftKey) this.redo();
      else this.undo();
      return;
    }
    if (event.composedPath()[0] !== this.canvas) return;
    const move = { arrowleft: [-1, 0], arrowright: [1, 0], arrowup: [0, -1], arrowdown: [0, 1] }[key];
    if (!move && key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    if (!this.cursor) this.cursor = { x: this.width >> 1, y: this.height >> 1 };
    else if (move) this.cursor = { x: clamp(this.cursor.x + move[0], 0, this.width - 1), y: clamp(this.cursor.y + move[1], 0, this.height - 1) };
    if (key === " ") this.toggleCell();
    const i = this.cursor.y * this.width + this.cursor.x;
    const level = this.picture[i] > 127 ? tr("ink") : tr("paper");
    const place = tr`row ${this.cursor.y + 1}, column ${this.cursor.x + 1}`;
    say(this.live, this.keep[i] ? tr`${place}: ${level}, kept` : `${place}: ${level}`);
    this.schedule();
  }

  toggleCell() {
    const i = this.cursor.y * this.width + this.cursor.x;
    this.remember();
    if (TOOLS[this.tool].mask) this.keep[i] = 1 - this.keep[i];
    else this.picture[i] = this.picture[i] > 127 ? 0 : 255;
    this.changed();
  }

  // -------------------------------------------------------------------------------------------------------- painting

  schedule() {
    if (!this.frameRequest) this.frameRequest = requestAnimationFrame(() => { this.frameRequest = 0; this.draw(); });
  }

  draw() {
    if (!this.cell) return;
    const { context, canvas, cell, pixels, picture, keep, complete, ramps } = this;
    for (let i = 0; i < pixels.length; i++) {
      pixels[i] = (!complete ? ramps.ink : keep[i] ? ramps.given : ramps.faint)[picture[i]];
    }
    this.small.putImageData(this.image, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(this.small.canvas, 0, 0, canvas.width, canvas.height);
    if (cell >= 6 * this.ratio) this.drawGrid();
    if (complete) this.drawMarker();
    this.drawPointer();
    this.undoButton.disabled = !this.done.length;
    this.redoButton.disabled = !this.undone.length;
    if (complete) this.sayCount();
  }

  sayCount() {
    let given = 0;
    for (const kept of this.keep) given += kept;
    say(this.count, tr`${given} of ${this.keep.length} pixels given`);
  }

  drawGrid() {
    const { context, canvas, cell, theme } = this;
    context.fillStyle = css(this.crisp ? mix(theme.paper, theme.ink, 0.35) : theme.text, this.crisp ? 1 : 0.08);
    for (let x = cell; x < canvas.width; x += cell) context.fillRect(x, 0, 1, canvas.height);
    for (let y = cell; y < canvas.height; y += cell) context.fillRect(0, y, canvas.width, 1);
  }

  /** The edge between kept and free pixels in raster order is a stair with one step. */
  drawMarker() {
    const { context, canvas, cell, theme, ratio, marker } = this;
    const row = Math.floor(marker / this.width);
    const x = (marker % this.width) * cell;
    const y = row * cell;
    context.beginPath();
    context.moveTo(0, Math.min(y + cell, canvas.height));
    context.lineTo(x, Math.min(y + cell, canvas.height));
    context.lineTo(x, y);
    context.lineTo(canvas.width, y);
    context.strokeStyle = css(theme.given);
    context.lineWidth = 2.5 * ratio;
    context.stroke();
    this.handle.style.left = `${x / ratio}px`;
    this.handle.style.top = `${Math.min(y + cell / 2, canvas.height) / ratio}px`;
    this.handle.setAttribute("aria-valuenow", marker);
    this.handle.setAttribute("aria-valuetext", tr`${marker} pixels before the hand-over: row ${row + 1}, column ${(marker % this.width) + 1}`);
  }

  drawPointer() {
    const { context, cell, theme, ratio, cursor, pointer } = this;
    context.lineWidth = 2 * ratio;
    context.strokeStyle = css(theme.accent);
    if (this.box) {
      const { left, top, right, bottom } = this.boxCells();
      context.strokeRect(left * cell, top * cell, (right - left + 1) * cell, (bottom - top + 1) * cell);
    } else if (cursor) context.strokeRect(cursor.x * cell, cursor.y * cell, cell, cell);
    else if (pointer && this.crisp) {
      context.strokeRect(Math.floor(pointer.x) * cell, Math.floor(pointer.y) * cell, cell, cell);
    } else if (pointer && this.tool !== "rectangle") {
      context.lineWidth = 1.5 * ratio;
      context.beginPath();
      context.arc(pointer.x * cell, pointer.y * cell, Math.max(this.size, 0.5) * cell, 0, 2 * Math.PI);
      context.stroke();
    }
  }

  // ------------------------------------------------------------------------------------------------ building and sizes

  build() {
    const names = { pen: tr("Pen"), eraser: tr("Eraser"), keep: tr("Keep"), release: tr("Release"), rectangle: tr("Box") };
    this.toolButtons = Object.fromEntries(Object.entries(TOOLS).map(([id, { icon: path }]) =>
      [id, h("button", { type: "button", "data-tool": id, "aria-pressed": String(id === this.tool), onclick: () => this.choose(id) }, icon(path), names[id])]));
    this.canvas = h("canvas", { tabindex: "0", role: "img", "aria-label": tr("Drawing: arrow keys move a cursor, Space toggles the pixel") });
    this.context = this.canvas.getContext("2d", { alpha: false });
    this.small = document.createElement("canvas").getContext("2d");
    this.canvas.addEventListener("pointerdown", (event) => this.onDown(event));
    this.canvas.addEventListener("pointermove", (event) => this.onMove(event));
    for (const type of ["pointerup", "pointercancel"]) this.canvas.addEventListener(type, () => this.onUp());
    // Who leaves the sheet may be on the way to a button: what is drawn must be there before the click.
    this.canvas.addEventListener("pointerleave", () => { this.pointer = null; this.sender.now(); this.schedule(); });
    this.canvas.addEventListener("blur", () => { this.cursor = null; this.sender.now(); this.schedule(); });
    this.buildHandle();
    this.sizeSlider = h("input", { type: "range", "aria-label": tr("Brush size"), title: tr("Brush size"), oninput: () => { this.size = Number(this.sizeSlider.value); this.showSize(); } });
    this.undoButton = iconButton(ICONS.undo, tr("Undo (Ctrl+Z)"), () => this.undo());
    this.redoButton = iconButton(ICONS.redo, tr("Redo (Ctrl+Y)"), () => this.redo());
    this.centreButton = iconButton(ICONS.centre, tr("Centre, as MNIST's digits are"), () => this.centre(), { "data-action": "centre" });
    this.dots = ["small", "large"].map((size) => h("span", { class: `dot ${size}` }));
    this.count = h("div", { class: "count" });
    this.live = h("div", { class: "pg-unseen", "aria-live": "polite" });
    this.frame = h("div", { class: "frame" },
      h("div", { class: "pg-segments", role: "group", "aria-label": tr("Tool") }, ...Object.values(this.toolButtons)),
      h("div", { class: "sheet" }, this.canvas, this.handle),
      h("div", { class: "tools" }, this.undoButton, this.redoButton,
        this.centreButton,
        iconButton(ICONS.clear, tr("Clear"), () => this.clear(), { "data-action": "clear" }),
        this.dots[0], this.sizeSlider, this.dots[1]),
      this.count, this.live);
    this.root.replaceChildren(this.frame);
  }

  buildHandle() {
    this.handle = h("button", { type: "button", class: "handle", role: "slider", "aria-label": tr("Hand-over: every pixel before it is given"), "aria-valuemin": "0", title: tr("Drag: every pixel before it is given") });
    this.handle.addEventListener("pointerdown", (event) => this.onHandleDown(event));
    this.handle.addEventListener("pointermove", (event) => this.onHandleMove(event));
    for (const type of ["pointerup", "pointercancel"]) this.handle.addEventListener(type, () => this.onHandleUp());
    this.handle.addEventListener("keydown", (event) => this.onHandleKey(event));
  }

  choose(tool) {
    this.tool = tool;
    for (const [id, button] of Object.entries(this.toolButtons)) button.setAttribute("aria-pressed", String(id === tool));
    this.schedule();
  }

  showSize() {
    const { min, max } = this.sizeSlider;
    this.sizeSlider.style.setProperty("--fill", `${(100 * (this.size - min)) / (max - min)}%`);
    this.schedule();
  }

  fit() {
    const width = this.root.clientWidth;
    if (!this.meta || !width) return;
    const { theme } = this;
    this.ratio = deviceRatio(this.root);
    const side = Math.min(width, this.meta.height - 88 - (this.complete ? 24 : 0));
    this.cell = Math.max(1, Math.floor((side * this.ratio) / Math.max(this.width, this.height)));
    fitCanvas(this.canvas, this.cell * this.width, this.cell * this.height, this.ratio);
    this.frame.style.setProperty("--side", this.canvas.style.width);
    this.handle.setAttribute("aria-valuemax", this.keep.length);
    const pale = (colour, share) => mix(theme.paper, colour, share);
    this.ramps = {
      ink: ramp(theme.paper, theme.ink, 256),
      given: ramp(pale(theme.given, 0.22), theme.given, 256),
      faint: ramp(theme.blank, mix(theme.blank, theme.ink, 0.3), 256),
    };
    if (!this.complete && TOOLS[this.tool].mask) this.choose("pen");
    this.showSize();
    this.draw();
  }
}
