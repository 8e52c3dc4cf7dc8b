// One sample, one conditional at a time: where it stands on the left (a plane with its density, or a picture), the
// conditional as a density and as a cumulative distribution on the right. Scrubbing, playing, choosing a sample and
// hovering stay in the browser. With `editable`, points are drawn onto the plane; Python hears of them at rest.

const REPORT_AFTER = 250;
const SEND_AFTER = 450; // ms after the last change of the points
const SPRAY = 16; // CSS pixels around the pointer
const UNDO_DEPTH = 100;
const SECONDS_A_STEP = 1.6; // in the plane; a picture's steps go by faster
const GUTTER = { left: 44, right: 10 }; // CSS pixels beside the curves
const CURVE_PLACES = 60; // along a curve, for the keyboard

export default function (component) {
  return mount(component, ".pg-density", Density);
}

const shown = (value, digits = 4) => (value < 0 ? "−" : "") + Math.abs(value).toPrecision(digits);
const fixed = (value, digits = 3) => (value < 0 ? "−" : "") + Math.abs(value).toFixed(digits);
const SUB = ["₁", "₂"];

class Density {
  constructor(root) {
    Object.assign(this, {
      root, step: 0, focus: 0, playing: false, request: 0, phase: 1, tool: "spray", done: [], undone: [], edit: 0,
      show: { data: true, samples: true }, hoverCurve: null, hoverMap: null, cursor: null, stroke: null, dots: new Uint8Array(0),
    });
    this.build();
    this.reporter = reporting(() => this.report(), REPORT_AFTER);
    this.sender = reporting(() => this.send(), SEND_AFTER);
    this.announcer = debounced(() => say(this.live, this.words()), 600);
    this.resizes = new ResizeObserver(() => this.fit());
    this.resizes.observe(root);
    this.controller = new AbortController();
    const { signal } = this.controller;
    root.addEventListener("keydown", (event) => this.onKey(event), { signal });
    document.addEventListener("keydown", (event) => {
      if (event.target === document.body && !event.defaultPrevented) this.onKey(event);
    }, { signal });
    root.__density = {
      step: () => this.step, focus: () => this.focus, goto: (step) => this.goto(step), points: () => Array.from(this.dots),
      value: (k) => this.value(this.focus, k), density: (x) => this.mixture(this.at()).density(x), below: (x) => this.mixture(this.at()).below(x),
    };
  }

  destroy() {
    cancelAnimationFrame(this.request);
    for (const timer of [this.reporter, this.sender, this.announcer]) timer.cancel();
    this.resizes.disconnect();
    this.controller.abort();
    this.root.replaceChildren();
    delete this.root.__density;
  }

  // ---------------------------------------------------------------------------------------------------- data in and out

  receive(component) {
    this.component = component;
    if (component.data !== this.bytes) {
      this.bytes = component.data;
      const { meta, arrays, shapes } = unpack(component.data);
      const first = !this.meta;
      this.pause();
      Object.assign(this, { meta, arrays, shapes });
      [this.samples, this.steps] = shapes.values;
      this.components = shapes.weights[2];
      this.plane = meta.shape[0] * meta.shape[1] === 2;
      if (first) Object.assign(this, { step: meta.step, focus: meta.focus });
      this.step = clamp(this.step, 0, this.steps);
      this.focus = clamp(this.focus, 0, Math.max(0, this.samples - 1));
      this.reported = first ? `${this.step}:${this.focus}` : this.reported;
      if (first) { // from here on the browser owns what is drawn
        this.dots = arrays.dots.slice();
        this.edit = meta.edit;
      }
      this.rank = new Int32Array(this.steps);
      arrays.order.forEach((position, k) => { this.rank[position] = k; });
      this.scrub.max = this.steps;
      this.root.dataset.steps = this.steps;
      this.root.classList.toggle("pg-alone", meta.alone);
      this.arrange();
      this.heat = null;
      this.thumbs = null;
    }
    this.theme = readTheme(this.root);
    this.heat = this.thumbs = null;
    this.fit();
  }

  report() {
    const here = `${this.step}:${this.focus}`;
    if (this.playing || this.reported === here || !this.samples) return;
    this.reported = here;
    this.component.setStateValue("view", { step: this.step, focus: this.focus });
  }

  send() {
    let text = "";
    for (const byte of this.dots) text += String.fromCharCode(byte);
    this.component.setStateValue("drawing", { edit: this.edit, points: btoa(text) });
  }

  value(n, k) { return this.arrays.values[n * this.steps + k]; }
  uniform(n, k) { return this.arrays.noise[n * this.steps + k]; }

  /** The step whose conditional is shown: the next one, or the last one at the end. */
  at() { return Math.min(this.step, this.steps - 1); }

  mixture(k) {
    const from = (this.focus * this.steps + k) * this.components;
    const part = (name) => this.arrays[name].subarray(from, from + this.components);
    return new Mixture(part("weights"), part("means"), part("scales"), this.meta.laplace);
  }

  /** Lowest and highest value on the axis of step k. */
  range(k) {
    if (!this.plane) return [-2, this.meta.levels + 2];
    const axis = this.arrays.order[k];
    return [this.meta.window[2 * axis], this.meta.window[2 * axis + 1]];
  }

  name(k) {
    const position = this.arrays.order[k];
    if (this.plane) return `x${SUB[position]}`;
    const width = this.meta.shape[1];
    return tr`pixel (${Math.floor(position / width) + 1}, ${(position % width) + 1})`;
  }

  // -------------------------------------------------------------------------------------------------------- transport

  /** Where it stands, and to stand elsewhere, as the room of a lecture has it. */
  standing() { return this.meta ? { trace: `density-${this.samples}-${this.steps}`, step: this.step, focus: this.focus } : null; }

  stand({ step, focus }) {
    this.focus = clamp(focus ?? 0, 0, Math.max(0, this.samples - 1));
    this.goto(step);
    this.reporter.later(unhurried());
  }

  goto(step) {
    this.pause();
    this.step = clamp(Math.round(step), 0, this.steps);
    this.changed();
  }

  choose(sample) {
    this.pause();
    this.focus = (sample + this.samples) % this.samples;
    this.changed();
  }

  changed() {
    this.draw();
    this.reporter.later();
    this.announcer.later();
  }

  play() {
    if (!this.samples) return;
    if (this.step >= this.steps) this.step = 0;
    this.playing = true;
    this.showPlaying();
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const seconds = this.plane ? SECONDS_A_STEP : 12 / this.steps;
    let last = 0;
    this.phase = 0;
    const frame = (now) => {
      if (last) this.phase += Math.min(now - last, 250) / 1000 / seconds;
      last = now;
      if (this.phase >= 1) {
        this.phase = 0;
        this.step += 1;
        if (this.step >= this.steps) {
          if (!this.plane || this.focus + 1 >= this.samples) { this.pause(); return; }
          this.root.dataset.finished = this.focus;
          this.focus += 1; // in the plane a sample is soon done: go on with the next one
          this.step = 0;
        }
      }
      if (still || !this.plane) this.stillPhase = 1;
      else this.stillPhase = this.phase;
      this.draw();
      this.request = requestAnimationFrame(frame);
    };
    this.request = requestAnimationFrame(frame);
  }

  pause() {
    cancelAnimationFrame(this.request);
    const was = this.playing;
    this.playing = false;
    this.stillPhase = 1;
    if (this.playButton) this.showPlaying();
    if (was) this.changed();
  }

  showPlaying() {
    this.playButton.replaceChildren(icon(this.playing ? ICONS.pause : ICONS.play));
    this.playButton.setAttribute("aria-label", this.playing ? tr("Pause") : tr("Play"));
    this.root.dataset.playing = this.playing;
  }

  /** [keys, what they do], for the sheet of keys. */
  get keySheet() {
    return [["← →", tr("one step back, on")], ["Home End", tr("to the start, to the end")], ["Space", tr("play, pause")], ["↑ ↓", tr("another sample")],
      ...(this.meta?.editable ? [["Tab", tr("to the plane, where arrows move the pen and Space draws")], ["Ctrl+Z Ctrl+Y", tr("undo, redo")]] : [])];
  }

  onKey(event) {
    if (event.altKey || event.metaKey || event.defaultPrevented) return;
    const key = event.key.toLowerCase();
    if (event.ctrlKey) {
      if (!this.meta?.editable || (key !== "z" && key !== "y")) return;
      if (key === "y" || event.shiftKey) this.travel(this.undone, this.done);
      else this.travel(this.done, this.undone);
      event.preventDefault();
      return;
    }
    if (event.target === this.scrub && key.startsWith("arrow")) return; // the slider's own
    if (this.meta?.editable && event.target === this.map && this.penKey(key)) { event.preventDefault(); return; }
    if (!this.samples) return;
    const stride = event.shiftKey ? this.meta.shape[1] : 1;
    const jumps = { arrowright: this.step + stride, arrowleft: this.step - stride, home: 0, end: this.steps };
    if (key in jumps) this.goto(jumps[key]);
    else if (key === "arrowdown") this.choose(this.focus + 1);
    else if (key === "arrowup") this.choose(this.focus - 1);
    else if (key === " " && event.target.tagName !== "BUTTON" && event.target.type !== "checkbox") this.playing ? this.pause() : this.play();
    else return;
    event.preventDefault();
  }

  // ------------------------------------------------------------------------------------------------------ drawn points

  remember() {
    this.done.push(this.dots);
    if (this.done.length > UNDO_DEPTH) this.done.shift();
    this.undone = [];
  }

  travel(from, to) {
    if (!from.length) return;
    to.push(this.dots);
    this.dots = from.pop();
    this.edited();
  }

  edited() {
    this.edit += 1;
    this.root.dataset.edit = this.edit;
    this.sender.later();
    this.draw();
  }

  /** x and y from 0 to 1, y upwards. */
  addDot(x, y) {
    if (x < 0 || x > 1 || y < 0 || y > 1 || this.dots.length >= 2 * this.meta.most) return;
    const dots = new Uint8Array(this.dots.length + 2);
    dots.set(this.dots);
    dots.set([Math.round(x * 255), Math.round(y * 255)], this.dots.length);
    this.dots = dots;
  }

  /** The pen at a place: one point, some points around it, or an eraser. */
  dab(place) {
    const reach = SPRAY / this.side;
    if (this.tool === "erase") {
      const kept = [];
      for (let i = 0; i < this.dots.length; i += 2) {
        const far = Math.hypot(this.dots[i] / 255 - place.x, this.dots[i + 1] / 255 - place.y) > reach;
        if (far) kept.push(this.dots[i], this.dots[i + 1]);
      }
      this.dots = Uint8Array.from(kept);
    } else if (this.tool === "point") this.addDot(place.x, place.y);
    else {
      const [radius, angle] = [reach * Math.sqrt(Math.random()), 2 * Math.PI * Math.random()];
      this.addDot(place.x + radius * Math.cos(angle), place.y + radius * Math.sin(angle));
    }
  }

  penKey(key) {
    const move = { arrowleft: [-1, 0], arrowright: [1, 0], arrowup: [0, 1], arrowdown: [0, -1] }[key];
    if (!move && key !== " ") return false;
    if (!this.cursor) this.cursor = { x: 0.5, y: 0.5 };
    else if (move) this.cursor = { x: clamp(this.cursor.x + move[0] / 40, 0, 1), y: clamp(this.cursor.y + move[1] / 40, 0, 1) };
    if (key === " ") {
      this.remember();
      this.dab(this.cursor);
      this.edited();
    }
    say(this.live, tr`cursor at ${fixed(this.toX(this.cursor.x), 2)}, ${fixed(this.toY(this.cursor.y), 2)}; ${this.dots.length / 2} points`);
    this.draw();
    return true;
  }

  place(event) {
    const box = this.map.getBoundingClientRect();
    return { x: (event.clientX - box.left) / box.width, y: 1 - (event.clientY - box.top) / box.height };
  }

  onDown(event) {
    if (event.button !== 0) return;
    this.map.focus({ preventScroll: true });
    const place = this.place(event);
    if (!this.meta.editable) { this.pick(place); return; }
    event.preventDefault();
    this.map.setPointerCapture(event.pointerId);
    this.cursor = null;
    this.remember();
    this.stroke = place;
    this.dab(place);
    this.draw();
  }

  onMove(event) {
    const place = this.place(event);
    this.hoverMap = place;
    if (this.stroke) {
      for (const move of event.getCoalescedEvents?.().length ? event.getCoalescedEvents() : [event]) {
        const to = this.place(move);
        const far = Math.hypot(to.x - this.stroke.x, to.y - this.stroke.y) * this.side;
        const apart = this.tool === "point" ? 8 : 3;
        const from = this.stroke;
        const count = Math.floor(far / apart);
        for (let i = 1; i <= count; i++) this.dab({ x: from.x + ((to.x - from.x) * i) / count, y: from.y + ((to.y - from.y) * i) / count });
        if (count) this.stroke = to;
      }
    }
    this.draw();
  }

  onUp() {
    if (!this.stroke) return;
    this.stroke = null;
    this.edited();
  }

  /** A click on the plane takes the nearest sample; on the picture, the step of the pixel. */
  pick({ x, y }) {
    if (!this.plane) {
      const [height, width] = this.meta.shape;
      const [row, column] = [Math.floor((1 - y) * height), Math.floor(x * width)];
      if (row >= 0 && row < height && column >= 0 && column < width) this.goto(this.rank[row * width + column]);
      return;
    }
    let [best, least] = [-1, 14 / this.side];
    for (let n = 0; n < this.samples; n++) {
      const far = Math.hypot(this.atX(this.coordinate(n, 0)) - x, this.atY(this.coordinate(n, 1)) - y);
      if (far < least) [best, least] = [n, far];
    }
    if (best >= 0) { this.pause(); this.step = this.steps; this.choose(best); }
  }

  /** Sample n's coordinate along an axis of the plane. */
  coordinate(n, axis) { return this.value(n, this.rank[axis]); }

  atX(value) { return (value - this.meta.window[0]) / (this.meta.window[1] - this.meta.window[0]); }
  atY(value) { return (value - this.meta.window[2]) / (this.meta.window[3] - this.meta.window[2]); }
  toX(share) { return this.meta.window[0] + share * (this.meta.window[1] - this.meta.window[0]); }
  toY(share) { return this.meta.window[2] + share * (this.meta.window[3] - this.meta.window[2]); }

  // ----------------------------------------------------------------------------------------------------------- elements

  build() {
    this.playButton = iconButton(ICONS.play, tr("Play"), () => (this.playing ? this.pause() : this.play()));
    this.scrub = h("input", { type: "range", min: 0, max: 2, value: 0, "aria-label": tr("Step"), oninput: () => this.goto(Number(this.scrub.value)) });
    this.where = h("span", { class: "pg-density-where" });
    this.which = h("span", { class: "pg-density-sample" });
    this.map = h("canvas", { class: "map", tabindex: "0", role: "img" });
    this.map.addEventListener("pointerdown", (event) => this.onDown(event));
    this.map.addEventListener("pointermove", (event) => this.onMove(event));
    for (const type of ["pointerup", "pointercancel"]) this.map.addEventListener(type, () => this.onUp());
    this.map.addEventListener("pointerleave", () => { this.hoverMap = null; this.draw(); });
    this.map.addEventListener("blur", () => { this.cursor = null; this.draw(); });
    this.readout = h("div", { class: "pg-density-words" });
    pointable(this.map, () => {
      const [rows, columns] = this.plane ? this.shapes.density : this.meta.shape;
      return { columns, rows };
    }, this.readout);
    this.tools = h("div", { class: "pg-density-tools" });
    this.strip = h("canvas", { role: "img", "aria-label": tr("All samples; click one"), onclick: (event) => this.pickThumb(event) });
    this.title = h("div", { class: "pg-density-title" });
    this.curve = h("canvas", { role: "img", "aria-label": tr("The conditional: its density above, its cumulative distribution below") });
    this.curve.addEventListener("pointermove", (event) => { const [x, y] = within(event); this.hoverCurve = { x, y }; this.draw(); });
    this.curve.addEventListener("pointerleave", () => { this.hoverCurve = null; this.draw(); });
    this.drawn = h("div", { class: "pg-density-words" });
    pointable(this.curve, () => {
      const [{ left, right, top, bottom }] = this.plots();
      return { columns: CURVE_PLACES, rows: 1, box: [left, top, right - left, bottom - top] };
    }, this.drawn);
    this.cost = h("div", { class: "pg-density-words" });
    const key = (kind, words) => h("span", {}, h("span", { class: `pg-density-key ${kind}` }), words);
    this.live = h("div", { class: "pg-unseen", "aria-live": "polite" });
    this.root.append(
      h("div", { class: "pg-density-bar" },
        iconButton(ICONS.back, tr("One step back"), () => this.goto(this.step - 1)), this.playButton,
        iconButton(ICONS.forward, tr("One step on"), () => this.goto(this.step + 1)),
        this.scrub, this.where,
        iconButton(ICONS.back, tr("Previous sample"), () => this.choose(this.focus - 1)), this.which,
        iconButton(ICONS.forward, tr("Next sample"), () => this.choose(this.focus + 1))),
      h("div", { class: "pg-density-body" },
        h("div", { class: "pg-density-left" }, this.map, this.readout, this.tools, this.strip),
        h("div", { class: "pg-density-right" }, this.title, this.curve, this.drawn, this.cost,
          h("div", { class: "pg-density-keys" }, key("model", tr("conditional; dashed: its components")), key("draw", tr("u and what it draws"))))),
      this.live);
  }

  /** What depends on the kind of data: the tools under the left picture. */
  arrange() {
    const box = (name, words) => h("label", {},
      h("input", { type: "checkbox", ...(this.show[name] ? { checked: true } : {}), onchange: (event) => { this.show[name] = event.target.checked; this.draw(); } }),
      h("span", { class: `pg-density-key ${name}` }), words);
    this.strip.classList.toggle("pg-hidden", this.plane);
    this.tools.classList.toggle("pg-hidden", !this.plane);
    this.map.setAttribute("aria-label", !this.plane ? tr("The picture at this step") : this.meta.editable
      ? tr("The plane: draw points; arrow keys move a cursor, Space draws") : tr("The plane: density, data and samples"));
    const wanted = `${this.plane}:${this.meta.editable}`;
    if (this.arranged === wanted) return;
    this.arranged = wanted;
    const parts = this.meta.editable ? [box("samples", tr("samples"))] : [box("data", tr("data")), box("samples", tr("samples"))];
    if (this.meta.editable) {
      const tools = { spray: tr("Spray"), point: tr("Points"), erase: tr("Erase") };
      const group = h("div", { class: "pg-segments", role: "group", "aria-label": tr("Tool") });
      for (const [id, words] of Object.entries(tools)) {
        group.append(h("button", { type: "button", "data-tool": id, "aria-pressed": String(id === this.tool), onclick: () => {
          this.tool = id;
          for (const button of group.children) button.setAttribute("aria-pressed", String(button.dataset.tool === id));
        } }, words));
      }
      parts.unshift(group,
        iconButton(ICONS.undo, tr("Undo (Ctrl+Z)"), () => this.travel(this.done, this.undone)),
        iconButton(ICONS.clear, tr("Clear"), () => { this.remember(); this.dots = new Uint8Array(0); this.edited(); }, { "data-action": "clear" }));
    }
    this.tools.replaceChildren(...parts);
  }

  fit() {
    const width = this.root.clientWidth;
    if (!this.meta || !width) return;
    this.ratio = deviceRatio(this.root);
    this.side = Math.max(160, Math.min(this.meta.height, width > 620 ? width * 0.47 : width)); // as the style sheet has it
    if (!this.plane) this.side = Math.floor(this.side / this.meta.shape[1]) * this.meta.shape[1];
    fitCanvas(this.map, Math.round(this.side * this.ratio), Math.round(this.side * this.ratio), this.ratio);
    this.readout.style.width = this.tools.style.width = `${this.side}px`;
    const wide = Math.max(200, this.map.parentElement.nextElementSibling.clientWidth);
    this.curveSize = [wide, this.meta.height - 40];
    fitCanvas(this.curve, Math.round(wide * this.ratio), Math.round(this.curveSize[1] * this.ratio), this.ratio);
    this.draw();
    this.root.dataset.firstPaint ??= performance.now().toFixed(1);
  }

  // ------------------------------------------------------------------------------------------------------------ drawing

  draw() {
    if (!this.meta || !this.side) return;
    this.root.dataset.step = this.step;
    this.root.dataset.focus = this.focus;
    this.root.dataset.points = this.dots.length / 2;
    this.scrub.value = this.step;
    this.scrub.style.setProperty("--fill", `${(this.step / Math.max(1, this.steps)) * 100}%`);
    say(this.where, tr`step ${this.step} of ${this.steps}`);
    say(this.which, this.samples ? tr`sample ${this.focus + 1} of ${this.samples}` : tr("no samples yet"));
    if (this.plane) this.drawPlane();
    else { this.drawPicture(); this.drawStrip(); }
    this.drawCurves();
    this.tell();
  }

  context(canvas) {
    const context = canvas.getContext("2d");
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    return context;
  }

  drawPlane() {
    const { side, theme, arrays } = this;
    const context = this.context(this.map);
    context.fillStyle = css(theme.paper);
    context.fillRect(0, 0, side, side);
    if (this.samples) {
      this.heat ??= this.heatmap();
      context.imageSmoothingEnabled = false;
      context.drawImage(this.heat, 0, 0, side, side);
    }
    const dot = (x, y, radius) => { context.beginPath(); context.arc(x * side, (1 - y) * side, radius, 0, 2 * Math.PI); context.fill(); };
    const styles = getComputedStyle(this.root);
    if (this.show.data || this.meta.editable) {
      context.fillStyle = styles.getPropertyValue("--pg-data");
      context.globalAlpha = this.meta.editable ? 0.95 : 0.7;
      if (this.meta.editable) for (let i = 0; i < this.dots.length; i += 2) dot(this.atX(this.dotX(i)), this.atY(this.dotY(i)), 2.2);
      else for (let i = 0; i < arrays.points.length; i += 2) dot(this.atX(arrays.points[i]), this.atY(arrays.points[i + 1]), 1.5);
      context.globalAlpha = 1;
    }
    if (this.show.samples) {
      context.fillStyle = css(theme.ink);
      for (let n = 0; n < this.samples; n++) {
        if (n !== this.focus) dot(this.atX(this.coordinate(n, 0)), this.atY(this.coordinate(n, 1)), 1.7);
      }
    }
    if (this.samples) { this.drawSlice(context); this.drawSample(context); }
    if (this.cursor) {
      context.strokeStyle = css(theme.accent);
      context.lineWidth = 1.5;
      context.strokeRect(this.cursor.x * side - 6, (1 - this.cursor.y) * side - 6, 12, 12);
    } else if (this.meta.editable && this.hoverMap && this.tool !== "point") {
      context.strokeStyle = css(theme.text, 0.6);
      context.lineWidth = 1;
      context.beginPath();
      context.arc(this.hoverMap.x * side, (1 - this.hoverMap.y) * side, SPRAY, 0, 2 * Math.PI);
      context.stroke();
    }
    context.strokeStyle = css(theme.text, 0.25);
    context.lineWidth = 1;
    context.strokeRect(0.5, 0.5, side - 1, side - 1);
    this.label(context, `x₁: ${fixed(this.meta.window[0], 2)} … ${fixed(this.meta.window[1], 2)}`, side - 6, side - 6, "right", theme.text, 0.75);
    this.label(context, `x₂: ${fixed(this.meta.window[2], 2)} … ${fixed(this.meta.window[3], 2)}`, 6, 15, "left", theme.text, 0.75);
  }

  dotX(i) { return (this.dots[i] / 127.5 - 1) * this.meta.edge; }
  dotY(i) { return (this.dots[i + 1] / 127.5 - 1) * this.meta.edge; }

  heatmap() {
    const { density } = this.arrays;
    const cells = this.shapes.density[0];
    const most = density.reduce((a, b) => Math.max(a, b), 0) || 1;
    const model = rgb(getComputedStyle(this.root).getPropertyValue("--pg-model"));
    const colours = ramp(this.theme.paper, this.theme.dark ? mix(model, [255, 255, 255], 0.25) : mix(model, [0, 0, 0], 0.1), 256);
    const canvas = h("canvas", { width: cells, height: cells });
    const context = canvas.getContext("2d");
    const image = context.createImageData(cells, cells);
    const pixels = new Uint32Array(image.data.buffer);
    for (let row = 0; row < cells; row++) {
      for (let column = 0; column < cells; column++) {
        const share = Math.sqrt(density[row * cells + column] / most); // the square root lets thin tails be seen
        pixels[(cells - 1 - row) * cells + column] = colours[Math.round(255 * share)];
      }
    }
    context.putImageData(image, 0, 0);
    return canvas;
  }

  /** The conditional as a ridge on the plane: along the edge for the first coordinate, along the drawn line after. */
  drawSlice(context) {
    const { side, theme } = this;
    const k = this.at();
    const axis = this.arrays.order[k];
    const mixture = this.mixture(k);
    const [low, high] = this.range(k);
    const samples = 260;
    const heights = Array.from({ length: samples + 1 }, (_, i) => mixture.density(low + ((high - low) * i) / samples));
    const most = Math.max(...heights) || 1;
    const other = 1 - axis;
    const foot = k === 0 ? 0 : (other ? this.atY : this.atX).call(this, this.value(this.focus, 0));
    const up = foot > 0.75 ? -0.22 : 0.22;
    context.beginPath();
    heights.forEach((height, i) => {
      const [along, across] = [i / samples, foot + (up * height) / most];
      const [x, y] = axis === 0 ? [along, across] : [across, along];
      context.lineTo(x * side, (1 - y) * side);
    });
    context.strokeStyle = css(theme.paper, 0.9);
    context.lineWidth = 4;
    context.stroke();
    context.strokeStyle = getComputedStyle(this.root).getPropertyValue("--pg-model");
    context.lineWidth = 2;
    context.stroke();
  }

  drawSample(context) {
    const { side, step } = this;
    const colour = getComputedStyle(this.root).getPropertyValue("--pg-rejected");
    const [first, second] = this.arrays.order;
    const share = (axis) => (axis === 0 ? this.atX : this.atY).call(this, this.coordinate(this.focus, axis));
    const at = share(first);
    context.strokeStyle = colour;
    context.lineWidth = 2;
    context.setLineDash(step === 0 ? [5, 4] : []);
    context.beginPath();
    if (first === 0) { context.moveTo(at * side, 0); context.lineTo(at * side, side); }
    else { context.moveTo(0, (1 - at) * side); context.lineTo(side, (1 - at) * side); }
    if (step > 0 || this.stillPhase > 0.9 || !this.playing) context.stroke();
    context.setLineDash([]);
    if (step === 0) return;
    const [x, y] = first === 0 ? [at, share(second)] : [share(second), at];
    if (step === 1 && this.playing && this.stillPhase < 0.9) return;
    context.beginPath();
    context.arc(x * side, (1 - y) * side, 6, 0, 2 * Math.PI);
    context.fillStyle = step === 2 ? colour : css(this.theme.paper);
    context.fill();
    context.stroke();
  }

  drawPicture() {
    const { side, theme, step } = this;
    const [height, width] = this.meta.shape;
    const cell = side / width;
    const context = this.context(this.map);
    const scale = this.meta.levels - 1;
    for (let position = 0; position < this.steps; position++) {
      const k = this.rank[position];
      const level = clamp(Math.floor(this.value(this.focus, k)), 0, scale);
      context.fillStyle = css(k < step ? mix(theme.paper, theme.ink, level / scale) : theme.blank);
      context.fillRect((position % width) * cell, Math.floor(position / width) * cell, cell, cell);
    }
    context.strokeStyle = css(theme.text, 0.12);
    context.lineWidth = 1;
    for (let i = 0; i <= width; i++) { context.strokeRect(i * cell, 0, 0, side); context.strokeRect(0, i * cell, side, 0); }
    const marks = [[this.arrays.order[this.at()], getComputedStyle(this.root).getPropertyValue("--pg-rejected"), 3]];
    const over = this.overPixel();
    if (over >= 0) marks.push([over, css(theme.text), 1.5]);
    for (const [position, colour, line] of marks) {
      context.strokeStyle = colour;
      context.lineWidth = line;
      context.strokeRect((position % width) * cell + 1, Math.floor(position / width) * cell + 1, cell - 2, cell - 2);
    }
  }

  overPixel() {
    if (!this.hoverMap || this.plane) return -1;
    const [height, width] = this.meta.shape;
    const [row, column] = [Math.floor((1 - this.hoverMap.y) * height), Math.floor(this.hoverMap.x * width)];
    return row >= 0 && row < height && column >= 0 && column < width ? row * width + column : -1;
  }

  /** All samples, small; a click chooses one. */
  drawStrip() {
    const [height, width] = this.meta.shape;
    const gap = 2;
    const cell = Math.max(1, Math.floor(((this.side + gap) / this.samples - gap) / width));
    this.thumb = width * cell + gap;
    fitCanvas(this.strip, Math.round(this.thumb * this.samples * this.ratio), Math.round((height * cell + 4) * this.ratio), this.ratio);
    const context = this.context(this.strip);
    context.clearRect(0, 0, this.thumb * this.samples, height * cell + 4);
    for (let n = 0; n < this.samples; n++) {
      for (let k = 0; k < this.steps; k++) {
        const position = this.arrays.order[k];
        const level = clamp(Math.floor(this.value(n, k)), 0, this.meta.levels - 1) / (this.meta.levels - 1);
        context.fillStyle = css(mix(this.theme.paper, this.theme.ink, level));
        context.fillRect(n * this.thumb + (position % width) * cell, Math.floor(position / width) * cell, cell, cell);
      }
    }
    context.fillStyle = css(this.theme.accent);
    context.fillRect(this.focus * this.thumb, height * cell + 1, this.thumb - gap, 3);
  }

  pickThumb(event) {
    const sample = Math.floor(within(event)[0] / this.thumb);
    if (sample >= 0 && sample < this.samples) this.choose(sample);
  }

  // ------------------------------------------------------------------------------------------------------------- curves

  /** Where the two plots lie on the canvas, CSS pixels. */
  plots() {
    const [wide, tall] = this.curveSize;
    const middle = Math.round(tall * 0.56);
    const sides = { left: GUTTER.left, right: wide - GUTTER.right };
    return [{ ...sides, top: 8, bottom: middle - 24 }, { ...sides, top: middle + 4, bottom: tall - 20 }];
  }

  drawCurves() {
    const context = this.context(this.curve);
    const [wide, tall] = this.curveSize;
    context.clearRect(0, 0, wide, tall);
    if (!this.samples) return;
    const { theme } = this;
    const k = this.at();
    const mixture = this.mixture(k);
    const [low, high] = this.range(k);
    const [upper, lower] = this.plots();
    const model = getComputedStyle(this.root).getPropertyValue("--pg-model");
    const orange = getComputedStyle(this.root).getPropertyValue("--pg-rejected");
    const toX = (x) => upper.left + ((x - low) / (high - low)) * (upper.right - upper.left);
    const grid = Array.from({ length: 481 }, (_, i) => low + ((high - low) * i) / 480);
    for (const mean of mixture.means) if (mean > low && mean < high) grid.push(mean); // no peak falls between two points
    grid.sort((a, b) => a - b);
    const heights = grid.map((x) => mixture.density(x));
    const top = Math.max(...heights) * 1.1 || 1;
    const toP = (p) => upper.bottom - (p / top) * (upper.bottom - upper.top);
    const toU = (u) => lower.bottom - u * (lower.bottom - lower.top);
    this.axes(context, upper, niceTicks(low, high, 7), toX, niceTicks(0, top, 3), toP);
    this.axes(context, lower, niceTicks(low, high, 7), toX, [0, 0.5, 1], toU);
    this.label(context, tr("density p"), upper.left + 6, upper.top + 10, "left", theme.text, 0.7);
    this.label(context, tr("cumulative F"), lower.right - 6, lower.bottom - 8, "right", theme.text, 0.7);

    const path = (values, toY) => { context.beginPath(); grid.forEach((x, i) => context.lineTo(toX(x), toY(values[i]))); };
    const hovered = this.hovered(mixture, low, high, upper, lower);
    context.save();
    context.beginPath();
    context.rect(upper.left, 0, upper.right - upper.left, tall);
    context.clip();
    for (let j = 0; j < mixture.count; j++) {
      path(grid.map((x) => mixture.part(j, x)), toP);
      context.strokeStyle = model;
      context.globalAlpha = hovered && hovered.part === j ? 1 : 0.55;
      context.lineWidth = hovered && hovered.part === j ? 2.5 : 1;
      context.setLineDash([4, 3]);
      context.stroke();
    }
    context.setLineDash([]);
    context.globalAlpha = 0.14;
    path(heights, toP);
    context.lineTo(toX(high), upper.bottom);
    context.lineTo(toX(low), upper.bottom);
    context.fillStyle = model;
    context.fill();
    context.globalAlpha = 1;
    path(heights, toP);
    context.strokeStyle = model;
    context.lineWidth = 2.2;
    context.stroke();
    path(grid.map((x) => mixture.below(x)), toU);
    context.stroke();
    context.restore();
    this.drawDraw(context, orange, mixture, k, [low, high], toX, toP, toU, upper, lower);
    if (hovered) this.drawHover(context, hovered, toX, toP, toU, upper, lower);
  }

  /** From u on the left, across to the curve, down to the value, and up to the density. */
  drawDraw(context, colour, mixture, k, [low, high], toX, toP, toU, upper, lower) {
    const [u, x] = [this.uniform(this.focus, k), this.value(this.focus, k)];
    const phase = this.playing ? this.stillPhase : 1;
    const inside = clamp(x, low, high);
    const across = lower.left + (toX(inside) - lower.left) * Math.min(1, phase / 0.45);
    const halo = (line) => {
      for (const [stroke, width] of [[css(this.theme.background, 0.85), 5], [colour, 2]]) {
        context.strokeStyle = stroke;
        context.lineWidth = width;
        context.beginPath();
        line();
        context.stroke();
      }
    };
    halo(() => { context.moveTo(lower.left, toU(u)); context.lineTo(across, toU(u)); });
    this.label(context, `u = ${u.toFixed(3)}`, lower.left + 6, toU(u) + (u > 0.5 ? 14 : -6), "left", rgb(colour), 1, true);
    if (phase < 0.45) return;
    const down = toU(u) + (lower.bottom - toU(u)) * Math.min(1, (phase - 0.45) / 0.4);
    halo(() => { context.moveTo(toX(inside), toU(u)); context.lineTo(toX(inside), down); });
    if (phase < 0.85) return;
    context.setLineDash([3, 3]);
    context.strokeStyle = colour;
    context.lineWidth = 1.2;
    context.beginPath();
    context.moveTo(toX(inside), toU(u));
    context.lineTo(toX(inside), upper.bottom);
    context.stroke();
    context.setLineDash([]);
    const p = mixture.density(x);
    halo(() => { context.moveTo(toX(inside), upper.bottom); context.lineTo(toX(inside), toP(p)); });
    context.beginPath();
    context.arc(toX(inside), toP(p), 5, 0, 2 * Math.PI);
    context.fillStyle = colour;
    context.fill();
    const right = toX(inside) > upper.right - 122;
    this.label(context, `${this.plane ? this.name(k) : tr("value")} = ${fixed(x)}`, toX(inside) + (right ? -9 : 9), Math.max(upper.top + 22, toP(p) + 4), right ? "right" : "left", rgb(colour), 1, true);
  }

  hovered(mixture, low, high, upper, lower) {
    const point = this.hoverCurve;
    if (!point || point.x < upper.left || point.x > upper.right) return null;
    if (point.y >= lower.top && point.y <= lower.bottom) {
      const u = (lower.bottom - point.y) / (lower.bottom - lower.top);
      return { u, x: mixture.quantile(u, low, high) };
    }
    const x = low + ((point.x - upper.left) / (upper.right - upper.left)) * (high - low);
    return point.y < lower.top ? { x, part: mixture.likeliest(x) } : null;
  }

  drawHover(context, hovered, toX, toP, toU, upper, lower) {
    context.strokeStyle = css(this.theme.text, 0.55);
    context.lineWidth = 1;
    context.beginPath();
    if (hovered.u === undefined) { context.moveTo(toX(hovered.x), upper.top); context.lineTo(toX(hovered.x), lower.bottom); }
    else { context.moveTo(lower.left, toU(hovered.u)); context.lineTo(toX(hovered.x), toU(hovered.u)); context.lineTo(toX(hovered.x), lower.bottom); }
    context.stroke();
  }

  axes(context, plot, xs, toX, ys, toY) {
    const { theme } = this;
    for (const x of xs) {
      context.strokeStyle = css(theme.text, 0.08);
      context.lineWidth = 1;
      context.beginPath();
      context.moveTo(toX(x), plot.top);
      context.lineTo(toX(x), plot.bottom);
      context.stroke();
      this.label(context, short(x), toX(x), plot.bottom + 15, "center", theme.text, 0.75);
    }
    for (const y of ys) this.label(context, short(y), plot.left - 6, toY(y) + 4, "right", theme.text, 0.75);
    context.strokeStyle = css(theme.text, 0.4);
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(plot.left, plot.top);
    context.lineTo(plot.left, plot.bottom);
    context.lineTo(plot.right, plot.bottom);
    context.stroke();
  }

  label(context, text, x, y, align, colour, alpha, bold = false) {
    context.font = `${bold ? "600 13px" : "11.5px"} ${getComputedStyle(this.root).fontFamily}`;
    context.textAlign = align;
    context.lineWidth = 3.5;
    context.strokeStyle = css(this.theme.background, bold ? 0.9 : 0.6);
    context.strokeText(text, x, y);
    context.fillStyle = css(colour, alpha);
    context.fillText(text, x, y);
  }

  // -------------------------------------------------------------------------------------------------- numbers in words

  words() {
    if (!this.samples) return "";
    const k = this.at();
    const x = this.value(this.focus, k);
    return `u = ${this.uniform(this.focus, k).toFixed(4)}  →  ${this.name(k)} = F⁻¹(u) = ${fixed(x, 4)},  p = ${shown(this.mixture(k).density(x))}`;
  }

  heading(k) {
    if (!this.plane) return `p(${this.name(k)} | ${k === 0 ? tr("nothing yet") : k === 1 ? tr("1 pixel before it") : tr`${k} pixels before it`})`;
    if (k === 0) return `p(${this.name(0)})`;
    return `p(${this.name(1)} | ${this.name(0)} = ${fixed(this.value(this.focus, 0))})`;
  }

  tell() {
    if (!this.samples) {
      say(this.title, this.meta.note);
      for (const element of [this.drawn, this.cost]) say(element, "");
      say(this.readout, this.counted());
      return;
    }
    const k = this.at();
    const [one, many] = this.meta.laplace ? [tr("1 Laplacian"), tr`${this.components} Laplacians`] : [tr("1 Gaussian"), tr`${this.components} Gaussians`];
    say(this.title, `${this.heading(k)}: ${this.components > 1 ? many : one}`);
    const mixture = this.mixture(k);
    const [low, high] = this.range(k);
    const hovered = this.hovered(mixture, low, high, ...this.plots());
    if (!hovered) say(this.drawn, this.words());
    else if (hovered.u !== undefined) say(this.drawn, tr`u = ${hovered.u.toFixed(3)} would give ${fixed(hovered.x)}`);
    else {
      const j = hovered.part;
      say(this.drawn, tr`at ${fixed(hovered.x)}: p = ${shown(mixture.density(hovered.x))}, F = ${mixture.below(hovered.x).toFixed(4)} · nearest component ${j + 1}: weight ${mixture.weights[j].toFixed(3)}, mean ${fixed(mixture.means[j])}, ${this.meta.laplace ? tr("scale") : "σ"} ${shown(mixture.scales[j], 3)}`);
    }
    const total = this.step ? this.arrays.log_likelihood[this.focus * this.steps + this.step - 1] : 0;
    say(this.cost, this.step === 1 ? tr`log-density of the 1 value drawn so far: ${fixed(total)} nats` : tr`log-density of the ${this.step} values drawn so far: ${fixed(total)} nats`);
    say(this.readout, this.pointed());
  }

  counted() {
    const count = this.dots.length / 2;
    if (count >= this.meta.most) return tr`${count} points drawn: as many as a link can carry`;
    return count === 1 ? tr("1 point drawn") : tr`${count} points drawn`;
  }

  pointed() {
    if (!this.plane) {
      const position = this.overPixel();
      if (position < 0) return tr("point at a pixel for its value, click it for its conditional");
      const k = this.rank[position];
      const words = tr`row ${Math.floor(position / this.meta.shape[1]) + 1}, column ${(position % this.meta.shape[1]) + 1}`;
      return k >= this.step ? tr`${words}: not drawn yet` : tr`${words}: ${fixed(this.value(this.focus, k))}, level ${clamp(Math.floor(this.value(this.focus, k)), 0, this.meta.levels - 1)}`;
    }
    if (this.meta.editable && (this.stroke || !this.hoverMap)) return this.counted();
    if (!this.hoverMap) return tr("point at the plane for its density, click a sample to follow it");
    const cells = this.shapes.density[0];
    const { x, y } = this.hoverMap;
    const [row, column] = [clamp(Math.floor(y * cells), 0, cells - 1), clamp(Math.floor(x * cells), 0, cells - 1)];
    const p = this.arrays.density[row * cells + column];
    return tr`at (${fixed(this.toX((column + 0.5) / cells))}, ${fixed(this.toY((row + 0.5) / cells))}): p = ${shown(p)}, log p = ${p > 0 ? fixed(Math.log(p)) : "−∞"} nats`;
  }
}

/** About `count` round numbers between two ends. */
function niceTicks(low, high, count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((size) => size >= rough);
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9; i++) ticks.push(i * step);
  return ticks;
}

function short(value) {
  const text = String(Number(value.toPrecision(4)));
  return text.startsWith("-") ? `−${text.slice(1)}` : text;
}
