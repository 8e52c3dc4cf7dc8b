// FVSBN: logit_i = b_i + Σ_{j before i} w_ij x_j, term by term. Weights and biases come from the trace; here they are
// looked up and added.

const TERMS = 9; // named in the sum; the others are added up
const LENS = 11; // weights across, under the pointer

export default function (component) {
  return mount(component, ".pg-fvsbn", Fvsbn);
}

class Fvsbn extends Stepper {
  constructor(root) {
    super(root, "__fvsbn");
  }

  // -------------------------------------------------------------------------------------------------------- elements

  build() {
    this.scaling = "shared";
    this.digit = new Cells(tr("The digit so far; point at a pixel for its sum, click pins it"), { tabindex: "0" });
    this.image = new Cells(tr("The weights of one pixel's conditional, at the pixels that they multiply"));
    this.digit.canvas.addEventListener("pointermove", (event) => this.point(this.digit.at(event)));
    this.digit.canvas.addEventListener("pointerleave", () => this.point(-1));
    this.digit.canvas.addEventListener("click", (event) => { if (this.stepOf[this.digit.at(event)] >= 0) this.pin(this.digit.at(event)); });
    this.image.canvas.addEventListener("pointermove", (event) => { this.input = this.image.at(event); this.schedule(); });
    this.image.canvas.addEventListener("pointerleave", () => { this.input = -1; this.schedule(); });
    this.matrix = h("canvas", { role: "img", class: "cells", "aria-label": tr("All weights: a row for each output, a column for each input, in the ordering"),
      onpointermove: (event) => this.pointMatrix(event), onpointerleave: () => { this.entry = null; this.point(-1); },
      onclick: () => { if (this.entry) this.pin(this.order[this.entry[0]]); } });
    this.readout = h("div", { class: "readout" });
    pointable(this.image.canvas, () => this.image, this.readout);
    pointable(this.matrix, () => ({ columns: this.steps, rows: this.steps }), this.readout);
    this.whole = document.createElement("canvas");
    this.scale = new Scale();
    this.input = -1;
    this.entry = null;
    this.eyebrow = h("span", { class: "pg-eyebrow" });
    this.place = h("div", { class: "place" });
    this.bar = h("canvas", { role: "img", "aria-label": tr("p from 0 to 1 with the uniform number u") });
    this.rows = Array.from({ length: TERMS + 4 }, () => {
      const [name, fill, value] = [h("span", { class: "name" }), h("span", { class: "fill" }), h("span", { class: "value" })];
      return { row: h("div", { class: "term" }, name, h("span", { class: "track" }, fill), value), name, fill, value };
    });
    this.result = Array.from({ length: 3 }, () => h("div", { class: "formula" }));
    this.caption = h("span", { class: "limit" });
    this.scaleButtons = this.segments(tr("Scale of the weight image"), "scaling", [["shared", tr("shared")], ["own", tr("own")]]);
    this.root.append(
      h("div", { class: "frame" },
        h("div", { class: "left" },
          h("div", { class: "caption" }, h("b", {}, tr("The digit")), (this.total = h("span", { class: "pg-muted" }))),
          this.digit.canvas,
          h("div", { class: "caption" }, h("b", {}, tr("Its weights")), this.caption, this.scaleButtons),
          this.image.canvas),
        h("div", { class: "middle" },
          h("div", { class: "line" }, this.eyebrow, (this.when = h("span", { class: "pg-muted" }))), this.place,
          h("div", { class: "terms" }, ...this.rows.map(({ row }) => row)),
          ...this.result, this.bar),
        h("div", { class: "right" },
          h("div", { class: "caption" }, h("b", {}, tr("All weights")), this.scale.box),
          this.matrix, this.readout)),
      this.buildTransport());
  }

  // -------------------------------------------------------------------------------------------------------- the trace

  open({ meta, arrays }) {
    Object.assign(this, arrays);
    this.steps = this.order.length;
    [this.height, this.width] = meta.shape;
    this.stride = this.width;
    this.stepOf = new Int32Array(this.width * this.height).fill(-1);
    this.order.forEach((position, k) => { this.stepOf[position] = k; });
    this.digit.shape(this.height, this.width);
    this.image.shape(this.height, this.width);
    const sizes = this.lower.map(Math.abs).sort();
    this.limit = sizes[Math.floor((sizes.length - 1) * 0.98)] || 1; // a few outliers must not dim all the others
    this.input = -1;
    this.entry = null;
  }

  weight(k, j) { return j < k ? this.lower[(k * (k - 1)) / 2 + j] : 0; }

  name(k) { return tr`row ${Math.floor(this.order[k] / this.width) + 1}, col ${(this.order[k] % this.width) + 1}`; }

  /** The step whose sum is shown: of the pixel under the pointer, else the pinned one, else the next to be written. */
  subject() {
    const looked = this.hover >= 0 ? this.hover : this.focus;
    return looked >= 0 ? this.stepOf[looked] : Math.min(this.step, this.steps - 1);
  }

  /** The sum as it stands: its terms over the ink written so far, the largest first. */
  sum(k) {
    const known = Math.min(k, this.step);
    const terms = [];
    let total = this.bias[k];
    for (let j = 0; j < known; j++) {
      if (!this.values[j]) continue;
      const value = this.weight(k, j);
      total += value;
      terms.push([j, value]);
    }
    terms.sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]) || a[0] - b[0]);
    return { k, known, terms, total, paper: known - terms.length, waiting: k - known };
  }

  // ---------------------------------------------------------------------------------------------------------- drawing

  fit(width) {
    const wide = width >= 780;
    this.root.dataset.wide = wide;
    const side = wide ? 224 : Math.min(280, width);
    this.digit.fit(side, this.ratio);
    this.image.fit(side, this.ratio);
    const room = (wide ? Math.min(396, width - 224 - 290) : width) * this.ratio;
    this.cell = Math.max(1, Math.floor(room / this.steps)); // device pixels a weight, where there is room for it
    this.block = Math.max(1, Math.ceil(this.steps / room)); // else: weights across in one device pixel
    const span = Math.ceil(this.steps / this.block) * this.cell;
    fitCanvas(this.matrix, span, span, this.ratio);
    this.drawWhole();
    this.scale.show(this.colours, this.limit);
    fitCanvas(this.bar, Math.floor(this.bar.parentElement.clientWidth * this.ratio), 42 * this.ratio, this.ratio);
  }

  /** All weights once; where several share a dot, the one of largest size stands for them. */
  drawWhole() {
    const { steps, block, colours, limit } = this;
    const side = Math.ceil(steps / block);
    this.whole.width = this.whole.height = side;
    const context = this.whole.getContext("2d");
    const image = context.createImageData(side, side);
    const pixels = new Uint32Array(image.data.buffer).fill(packed(this.theme.blank));
    const strongest = new Float32Array(side * side);
    for (let k = 1, at = 0; k < steps; k++) {
      const row = Math.floor(k / block) * side;
      for (let j = 0; j < k; j++, at++) {
        const dot = row + Math.floor(j / block);
        const weight = this.lower[at];
        if (Math.abs(weight) < Math.abs(strongest[dot])) continue;
        strongest[dot] = weight;
        pixels[dot] = colours[shade(weight, limit)];
      }
    }
    context.putImageData(image, 0, 0);
  }

  draw() {
    const sum = this.sum(this.subject());
    this.drawDigit(sum.k);
    this.drawImage(sum);
    this.drawMatrix(sum.k);
    this.tell(sum);
    this.sayReadout(sum.k);
  }

  drawDigit(k) {
    const { digit, theme, order, values, step } = this;
    const colours = [packed(theme.paper), packed(theme.ink)];
    digit.pixels.fill(packed(theme.blank));
    for (let j = 0; j < step; j++) digit.pixels[order[j]] = colours[values[j]];
    digit.show();
    const halo = css(theme.paper, 0.9);
    if (step < this.steps) digit.outline(order[step], css(theme.accent), halo);
    if (k !== step) digit.outline(order[k], css(theme.rejected), halo, 2.5);
    const input = this.looksAt();
    if (input >= 0) digit.outline(order[input], css(theme.text), halo, 1.5);
    say(this.total, step ? tr`log p = ${signed(this.nats[step - 1], 2)} nats` : tr("nothing written yet"));
  }

  /** The step of the input that the pointer looks at, in the weight image or in the matrix. */
  looksAt() {
    if (this.entry) return this.entry[1];
    return this.input >= 0 ? this.stepOf[this.input] : -1;
  }

  drawImage({ k, known }) {
    const { image, theme, order } = this;
    let limit = this.limit;
    if (this.scaling === "own") { limit = 0; for (let j = 0; j < k; j++) limit = Math.max(limit, Math.abs(this.weight(k, j))); }
    image.pixels.fill(packed(theme.blank));
    for (let j = 0; j < k; j++) image.pixels[order[j]] = this.colours[shade(this.weight(k, j), limit)];
    image.show();
    const halo = css(theme.paper, 0.9);
    image.outline(order[k], css(k === this.step ? theme.accent : theme.rejected), halo);
    const { context, cell } = image;
    const dot = Math.max(2, Math.round(cell / 4));
    context.fillStyle = css(theme.text, 0.85);
    for (let j = 0; j < known; j++) { // a dot where there is ink: those weights count
      if (!this.values[j]) continue;
      context.fillRect((order[j] % image.columns) * cell + (cell - dot) / 2, Math.floor(order[j] / image.columns) * cell + (cell - dot) / 2, dot, dot);
    }
    const input = this.looksAt();
    if (input >= 0) image.outline(order[input], css(theme.text), halo, 1.5);
    say(this.caption, `±${(limit || 1).toPrecision(2)}`);
  }

  drawMatrix(k) {
    const { matrix, whole, theme, ratio } = this;
    const context = matrix.getContext("2d");
    const scale = matrix.width / whole.width;
    const pitch = scale / this.block; // device pixels a weight
    context.imageSmoothingEnabled = false;
    context.drawImage(whole, 0, 0, matrix.width, matrix.height);
    context.fillStyle = css(theme.text, 0.62);
    context.font = `${12 * ratio}px system-ui, sans-serif`;
    context.textAlign = "right";
    [tr("above the diagonal every weight is 0:"), tr("no pixel may look at itself"), tr("or at a later one")].forEach((words, i) => {
      if (matrix.width > 240 * ratio) context.fillText(words, matrix.width - 10 * ratio, (24 + 17 * i) * ratio);
    });
    context.strokeStyle = css(k === this.step ? theme.accent : theme.rejected);
    context.lineWidth = Math.max(1.5 * ratio, Math.min(pitch, 3 * ratio));
    context.beginPath();
    context.moveTo(0, (k + 0.5) * pitch);
    context.lineTo(Math.max((k + 0.5) * pitch, 2), (k + 0.5) * pitch);
    context.stroke();
    if (this.entry) this.drawLens(context);
  }

  /** The weights around the pointer, one by one, in the corner where there is nothing. */
  drawLens(context) {
    const { matrix, theme, ratio } = this;
    const cell = Math.max(4, Math.floor((matrix.width * 0.36) / LENS));
    const side = cell * LENS;
    const [left, top] = [matrix.width - side - 8 * ratio, 76 * ratio];
    const half = (LENS - 1) / 2;
    for (let r = 0; r < LENS; r++) {
      for (let c = 0; c < LENS; c++) {
        const [k, j] = [this.entry[0] + r - half, this.entry[1] + c - half];
        const there = k >= 0 && j >= 0 && k < this.steps && j < this.steps;
        const colour = !there ? theme.background : theme.blank;
        context.fillStyle = there && j < k ? unpacked(this.colours[shade(this.weight(k, j), this.limit)]) : css(colour);
        context.fillRect(left + c * cell, top + r * cell, cell, cell);
      }
    }
    context.lineWidth = ratio;
    context.strokeStyle = css(theme.text, 0.6);
    context.strokeRect(left, top, side, side);
    context.strokeRect(left + half * cell, top + half * cell, cell, cell);
  }

  // ------------------------------------------------------------------------------------------------------------ words

  tell(sum) {
    const { k, terms, total, paper, waiting } = sum;
    const { temperature } = this.meta;
    const looked = this.hover >= 0 ? tr("Under the pointer") : this.focus >= 0 ? tr("Pinned pixel") : this.step < this.steps ? tr("Next pixel") : tr("Last pixel");
    say(this.eyebrow, looked);
    say(this.when, tr`step ${k + 1} of ${this.steps}`);
    say(this.place, this.name(k));
    const named = terms.slice(0, TERMS);
    const others = terms.slice(TERMS);
    const list = [[tr("bias b"), this.bias[k]], ...named.map(([j, value]) => [`w · 1   ${this.name(j)}`, value])];
    if (others.length) list.push([`w · 1   ${tr`${others.length} others`}`, others.reduce((all, [, value]) => all + value, 0)]);
    list.push([`w · 0   ${tr`${paper} of paper`}`, 0]);
    if (waiting) list.push([`w · ?   ${tr`${waiting} not written yet`}`, null]);
    const most = Math.max(...list.map(([, value]) => Math.abs(value ?? 0)), 1e-9);
    this.rows.forEach(({ row, name, fill, value }, i) => {
      row.classList.toggle("pg-hidden", i >= list.length);
      if (i >= list.length) return;
      say(name, list[i][0]);
      say(value, list[i][1] === null ? "?" : signed(list[i][1], 4));
      const share = (list[i][1] ?? 0) / most;
      fill.style.width = `${50 * Math.abs(share)}%`;
      fill.style.left = share < 0 ? `${50 - 50 * Math.abs(share)}%` : "50%";
      fill.dataset.sign = share < 0 ? "negative" : "positive";
    });
    const p = 1 / (1 + Math.exp(-total / temperature));
    const heat = temperature === 1 ? "" : ` / ${temperature}`;
    say(this.result[0], `${waiting ? tr("sum so far") : tr("logit")} = ${signed(total, 4)}`);
    say(this.result[1], waiting ? tr("if all the others were paper:") : `p = σ(${tr("logit")}${heat}) = ${probabilityText(p)}`);
    const u = this.noise[k];
    let verdict = `u = ${u.toFixed(4)} ${this.values[k] ? "<" : "≥"} p  →  ${this.values[k] ? tr("1, ink") : tr("0, paper")}`;
    if (waiting) verdict = `p = σ(${tr("sum")}${heat}) = ${probabilityText(p)}`;
    say(this.result[2], verdict);
    drawBar(this.bar, { p, u, given: waiting > 0, theme: this.theme, ratio: this.ratio });
    this.shown = { step: k, total, terms: list, p };
  }

  sayReadout(k) {
    const input = this.looksAt();
    const row = this.entry ? this.entry[0] : k;
    if (input < 0) {
      const count = ((this.steps * (this.steps - 1)) / 2).toLocaleString("en");
      const rows = tr`rows: outputs, columns: inputs, in the ordering · ${count} weights below the diagonal`;
      say(this.readout, this.block > 1 ? tr`${rows} · a dot shows the largest of ${this.block}×${this.block}` : rows);
    } else if (input >= row) {
      const why = input === row ? tr("0, it is the pixel itself") : tr("0, it comes later");
      say(this.readout, `${this.name(row)} ← ${this.name(input)}: ${why}`);
    } else {
      const written = input < this.step ? `x = ${this.values[input]}` : tr("not written yet");
      say(this.readout, `${this.name(row)} ← ${this.name(input)}: w = ${signed(this.weight(row, input), 5)}, ${written}`);
    }
  }

  words() {
    return `${tr`Step ${this.step} of ${this.steps}`}. ${this.place.textContent}: ${this.result.map((line) => line.textContent).join(". ")}.`;
  }

  // --------------------------------------------------------------------------------------------------------- pointing

  point(position) {
    const found = position >= 0 && this.stepOf[position] >= 0 ? position : -1;
    if (found === this.hover) return;
    this.hover = found;
    this.schedule();
  }

  pointMatrix(event) {
    const box = this.matrix.getBoundingClientRect();
    const place = (share) => clamp(Math.floor(share * Math.ceil(this.steps / this.block) * this.block), 0, this.steps - 1);
    this.entry = [place((event.clientY - box.top) / box.height), place((event.clientX - box.left) / box.width)];
    this.hover = this.order[this.entry[0]];
    this.schedule();
  }

  cursorKey([right, down]) {
    const from = this.hover >= 0 ? this.hover : this.order[this.subject()];
    const x = clamp((from % this.width) + right, 0, this.width - 1);
    const y = clamp(Math.floor(from / this.width) + down, 0, this.height - 1);
    this.point(y * this.width + x);
  }
}
