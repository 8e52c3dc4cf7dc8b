// What the canvases share that step through one trace beside a transport bar: playing, scrubbing, keys, reporting. The
// browser owns step and focus; Python hears of them when the picture has come to rest.

const REPORT_AFTER = 250; // ms at rest
const SPEEDS = [0.25, 0.5, 1, 2, 4, 8];

class Stepper {
  /** A subclass has build(), open(payload), draw(), fit(), cursorKey(direction), words(); `steps` and `stride`. */
  constructor(root, handle) {
    Object.assign(this, {
      root, handle, step: 0, focus: -1, hover: -1, playing: false, speed: 1, steps: 1, stride: 1, frameRequest: 0,
      lastFrame: 0, progress: 0,
    });
    this.build();
    this.reporter = reporting(() => this.report(), REPORT_AFTER);
    this.announcer = debounced(() => { if (!this.playing) say(this.live, this.words()); }, 600);
    this.resizes = new ResizeObserver(() => { if (this.id) this.resize(); });
    this.resizes.observe(root);
    this.controller = new AbortController();
    const { signal } = this.controller;
    root.addEventListener("keydown", (event) => this.onKey(event), { signal });
    document.addEventListener("keydown", (event) => {
      // Nothing has the focus (a lecturer just opened the link): the canvas that is on screen takes the keys.
      if (event.target === document.body && !event.defaultPrevented && this.onScreen()) this.onKey(event);
    }, { signal });
    root[handle] = this;
  }

  destroy() {
    cancelAnimationFrame(this.frameRequest);
    this.reporter.cancel();
    this.announcer.cancel();
    this.resizes.disconnect();
    this.controller.abort();
    this.root.replaceChildren();
    delete this.root[this.handle];
  }

  // ------------------------------------------------------------------------------------------------ data in and out

  receive(component) {
    this.component = component;
    this.theme = readTheme(this.root);
    if (component.data !== this.bytes) {
      this.bytes = component.data;
      const payload = unpack(component.data);
      const fresh = payload.meta.trace !== this.id;
      this.meta = payload.meta;
      this.id = payload.meta.trace;
      this.open(payload);
      if (fresh) this.start(payload.meta.start);
    }
    this.colours = diverging(this.theme);
    this.resize();
    this.root.dataset.trace = this.id;
    this.root.dataset.steps = this.steps;
    this.schedule();
  }

  start({ step, focus }) {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.pause();
    this.hover = -1;
    this.focus = focus ?? -1;
    this.step = step ?? (still ? this.steps : this.beginning);
    this.reported = [step ?? this.beginning, this.focus]; // what Python takes for granted until it hears otherwise
    this.scrub.max = this.steps;
    delete this.root.dataset.firstPaint;
    if (step == null && !still) this.play();
    else this.changed();
  }

  report() {
    if (this.playing || (this.reported[0] === this.step && this.reported[1] === this.focus)) return;
    this.reported = [this.step, this.focus];
    this.component.setStateValue("view", { trace: this.id, step: this.step, focus: this.focus });
  }

  // ------------------------------------------------------------------------------------------------------ transport

  get rate() { return this.steps / (3 + 6 * Math.min(1, this.steps / 784)); } // steps a second at speed 1

  get beginning() { return this.meta.begin ?? 0; } // where playing starts

  // What a canvas with another idea of a step says differently.
  get speedChoices() { return SPEEDS.map((value) => [value, `${value}×`]); }
  get strideWords() { return [tr("One pixel"), tr("a row")]; }
  get countText() { return `${this.step} / ${this.steps}`; }
  stepFrom(direction, far) { return this.step + direction * (far ? this.stride : 1); }
  progressStep(progress) { return Math.floor(progress); }

  play() {
    if (this.step >= this.steps) this.step = this.beginning;
    this.playing = true;
    this.progress = this.step;
    this.lastFrame = 0;
    this.reporter.cancel();
    this.showPlaying();
    this.schedule();
  }

  pause() {
    if (!this.playing) return;
    this.playing = false;
    this.showPlaying();
    this.changed();
  }

  toggle() { if (this.playing) this.pause(); else this.play(); }

  goto(step) {
    this.playing = false;
    this.showPlaying();
    this.step = this.reachable(clamp(Math.round(step), 0, this.steps));
    this.changed();
  }

  /** How far one may go on: a canvas with questions stops before the next one. */
  reachable(step) { return this.predict && step > this.step ? this.predict.limit(this.step, step) : step; }

  get subject() { return 0; } // what the questions are about, if the canvas shows several

  /** Where it stands, and to stand elsewhere, as the room of a lecture has it. */
  standing() { return this.id ? { trace: this.id, step: this.step, focus: this.focus } : null; }

  stand({ step, focus }) {
    this.focus = -1; // a plain step, whatever a focus makes of one
    this.goto(step);
    this.focus = focus ?? -1;
    this.changed();
    this.reporter.later(unhurried());
  }

  pin(focus) {
    this.focus = focus === this.focus ? -1 : focus;
    this.changed();
  }

  changed() {
    this.schedule();
    if (!this.playing) { this.reporter.later(); this.announcer.later(); }
  }

  schedule() {
    if (!this.frameRequest) this.frameRequest = requestAnimationFrame((now) => this.frame(now));
  }

  frame(now) {
    this.frameRequest = 0;
    if (!this.ratio) return; // not laid out yet: the size observer comes back
    if (this.playing) {
      if (this.lastFrame) {
        this.progress += (Math.min(now - this.lastFrame, 250) / 1000) * this.rate * this.speed;
        const wanted = Math.min(this.steps, this.progressStep(this.progress));
        this.step = this.reachable(wanted);
        if (this.step >= this.steps || this.step < wanted) this.pause();
      }
      this.lastFrame = now;
    }
    this.root.dataset.step = this.step;
    this.root.dataset.focus = this.focus;
    this.scrub.value = this.step;
    this.scrub.style.setProperty("--fill", `${(100 * this.step) / this.steps}%`);
    say(this.stepText, this.countText);
    this.draw();
    this.predict?.draw();
    this.root.dataset.firstPaint ??= now.toFixed(1);
    if (this.playing) this.schedule();
  }

  resize() {
    if (!this.root.clientWidth) return;
    this.ratio = deviceRatio(this.root);
    this.fit(this.root.clientWidth);
    this.schedule();
  }

  // ------------------------------------------------------------------------------------------------------- keyboard

  onScreen() {
    const box = this.root.getBoundingClientRect();
    return box.bottom > 80 && box.top < innerHeight - 80;
  }

  /** [keys, what they do], for the sheet of keys. */
  get keySheet() {
    const [one, far] = this.strideWords;
    return [["← →", one], ["Shift+← Shift+→", far], ["Home End", tr("to the start, to the end")], ["Space", tr("play, pause")],
      ["W A S D", tr("look at another place")], ["Enter", tr("pin what is looked at")], ["Esc", tr("let go of it")], ...(this.predict?.keySheet ?? [])];
  }

  onKey(event) {
    if (!this.id || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.composedPath()[0];
    if (target.tagName === "SELECT" || target.tagName === "TEXTAREA" || target.type === "text") return;
    if (this.predict?.onKey(event)) { event.preventDefault(); event.stopPropagation(); return; }
    const jumps = { ArrowRight: this.stepFrom(1, event.shiftKey), ArrowLeft: this.stepFrom(-1, event.shiftKey), Home: 0, End: this.steps };
    const direction = { a: [-1, 0], d: [1, 0], w: [0, -1], s: [0, 1] }[letterOf(event)];
    if (event.key in jumps) this.goto(jumps[event.key]);
    else if (direction) { this.cursorKey(direction); this.schedule(); this.announcer.later(); }
    else if (event.key === "Escape") { this.hover = -1; this.focus = -1; this.changed(); }
    else if (event.key === "Enter" && target.tagName !== "BUTTON" && this.hover >= 0) this.pin(this.hover);
    else if (event.key === " " && target.tagName !== "BUTTON") this.toggle();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // ------------------------------------------------------------------------------------------------------- elements

  showPlaying() {
    this.root.dataset.playing = String(this.playing);
    this.playButton.replaceChildren(icon(this.playing ? ICONS.pause : ICONS.play));
    this.playButton.setAttribute("aria-label", this.playing ? tr("Pause") : tr("Play"));
    this.playButton.title = this.playing ? tr("Pause (Space)") : tr("Play (Space)");
  }

  buildTransport() {
    const move = (step) => () => this.goto(step());
    this.playButton = iconButton(ICONS.play, tr("Play"), () => this.toggle(), { class: "pg-icon pg-primary pg-solid", "data-action": "play" });
    this.scrub = h("input", { type: "range", min: "0", max: "1", step: "1", value: "0", "aria-label": tr("Step"), oninput: () => this.goto(Number(this.scrub.value)) });
    this.stepText = h("span", { class: "count" });
    this.live = h("span", { class: "pg-unseen", "aria-live": "polite" });
    const speed = h("select", { "aria-label": tr("Speed"), onchange: () => { this.speed = Number(speed.value); } },
      ...this.speedChoices.map(([value, words]) => h("option", { value, selected: value === this.speed }, words)));
    const [one, far] = this.strideWords;
    return h("div", { class: "transport", role: "group", "aria-label": tr("Playback") },
      iconButton(ICONS.first, tr("To the start (Home)"), move(() => 0)),
      iconButton(ICONS.back, tr`${one} back (←, with Shift ${far})`, move(() => this.stepFrom(-1))),
      this.playButton,
      iconButton(ICONS.forward, tr`${one} on (→, with Shift ${far})`, move(() => this.stepFrom(1))),
      iconButton(ICONS.last, tr("To the end (End)"), move(() => this.steps)),
      h("div", { class: "rail" }, this.scrub), this.stepText, ...(this.predict ? [this.predict.button] : []), speed, this.live);
  }

  segments(label, field, choices) {
    const group = h("div", { class: "pg-segments", role: "group", "aria-label": label });
    for (const [value, words] of choices) {
      group.append(h("button", {
        type: "button", "data-value": value, "aria-pressed": String(this[field] === value),
        onclick: () => {
          this[field] = value;
          for (const button of group.children) button.setAttribute("aria-pressed", String(button.dataset.value === String(value)));
          this.schedule();
        },
      }, words));
    }
    return group;
  }
}

/** A small picture, enlarged without blurring: `pixels` are packed colours, one a cell, row by row. */
class Cells {
  constructor(label, attributes = {}) {
    this.canvas = h("canvas", { role: "img", "aria-label": label, class: "cells", ...attributes });
    this.context = this.canvas.getContext("2d", { alpha: false });
    this.small = document.createElement("canvas");
    this.rows = this.columns = 0;
  }

  shape(rows, columns) {
    if (rows === this.rows && columns === this.columns) return;
    [this.rows, this.columns, this.small.height, this.small.width] = [rows, columns, rows, columns];
    this.image = this.small.getContext("2d").createImageData(columns, rows);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  /** The largest whole number of device pixels a cell that fits into `side` CSS pixels. */
  fit(side, ratio) {
    this.ratio = ratio;
    this.cell = Math.max(1, Math.floor((side * ratio) / Math.max(this.rows, this.columns)));
    fitCanvas(this.canvas, this.columns * this.cell, this.rows * this.cell, ratio);
  }

  show() {
    this.small.getContext("2d").putImageData(this.image, 0, 0);
    this.context.imageSmoothingEnabled = false;
    this.context.drawImage(this.small, 0, 0, this.canvas.width, this.canvas.height);
  }

  /** A frame around a cell on a halo, so that it stands on any colour. */
  outline(position, colour, halo, width = 2) {
    const { context, cell, ratio } = this;
    const [x, y] = [(position % this.columns) * cell, Math.floor(position / this.columns) * cell];
    for (const [stroke, line] of [[halo, width + 2], [colour, width]]) {
      context.strokeStyle = stroke;
      context.lineWidth = line * ratio;
      context.strokeRect(x, y, cell, cell);
    }
  }

  /** The cell under a pointer event, −1 outside. */
  at(event) {
    const box = this.canvas.getBoundingClientRect();
    const x = Math.floor(((event.clientX - box.left) / box.width) * this.columns);
    const y = Math.floor(((event.clientY - box.top) / box.height) * this.rows);
    return x >= 0 && y >= 0 && x < this.columns && y < this.rows ? y * this.columns + x : -1;
  }
}

/** 511 packed colours from the most negative (orange) over 0 to the most positive (blue). */
function diverging(theme) {
  const middle = theme.dark ? [22, 26, 33] : [247, 247, 245];
  const [negative, positive] = theme.dark ? [[255, 150, 70], [96, 178, 242]] : [[196, 82, 0], [0, 96, 160]];
  return Uint32Array.from({ length: 511 }, (_, i) =>
    packed(mix(middle, i < 255 ? negative : positive, Math.abs(i - 255) / 255)));
}

/** A packed colour as CSS. */
function unpacked(colour) { return `rgb(${colour & 255} ${(colour >> 8) & 255} ${(colour >> 16) & 255})`; }

/** A strip of those colours with its ends named. */
class Scale {
  constructor() {
    this.strip = h("canvas", { width: 72, height: 8, "aria-hidden": "true" });
    [this.low, this.high] = [h("span"), h("span")];
    this.box = h("div", { class: "scale" }, this.low, this.strip, this.high);
  }

  show(colours, limit) {
    const context = this.strip.getContext("2d");
    const image = context.createImageData(72, 8);
    const pixels = new Uint32Array(image.data.buffer);
    for (let i = 0; i < pixels.length; i++) pixels[i] = colours[Math.round(((i % 72) / 71) * 510)];
    context.putImageData(image, 0, 0);
    say(this.low, `−${limit.toPrecision(2)}`);
    say(this.high, `+${limit.toPrecision(2)}`);
  }
}

const shade = (value, limit) => 255 + Math.round(clamp((value / (limit || 1)) * 255, -255, 255));

/** The bar from 0 to 1 that is cut at p: the uniform number falls left of p (ink) or right of it (paper). */
function drawBar(canvas, { p, u, given, theme, ratio }) {
  const context = canvas.getContext("2d");
  const { width, height } = canvas;
  const [top, tall, pad] = [13 * ratio, 16 * ratio, 6 * ratio];
  const span = width - 2 * pad;
  context.clearRect(0, 0, width, height);
  context.fillStyle = css(theme.ink);
  context.fillRect(pad, top, span * p, tall);
  context.fillStyle = css(theme.paper);
  context.fillRect(pad + span * p, top, span * (1 - p), tall);
  context.lineWidth = ratio;
  context.strokeStyle = css(theme.text, 0.35);
  context.strokeRect(pad, top, span, tall);
  context.font = `600 ${11 * ratio}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.fillStyle = css(theme.text, 0.7);
  for (const [text, x] of [["0", 0], ["1", 1]]) context.fillText(text, pad + span * x, height - 2 * ratio);
  if (p > 0.06 && p < 0.94) context.fillText("p", pad + span * p, height - 2 * ratio);
  if (given) return;
  for (const [colour, line] of [[css(theme.background, 0.9), 5], [css(theme.accent), 2.5]]) {
    context.strokeStyle = colour;
    context.lineWidth = line * ratio;
    context.beginPath();
    context.moveTo(pad + span * u, top - 3 * ratio);
    context.lineTo(pad + span * u, top + tall + 3 * ratio);
    context.stroke();
  }
  context.fillStyle = css(theme.accent);
  context.fillText("u", pad + span * u, top - 4 * ratio);
}

/** A number with a true minus sign. */
function signed(value, digits) {
  const text = value.toFixed(digits).replace("-", "−");
  return Number(value.toFixed(digits)) === 0 ? text.replace("−", "") : text;
}

/** Four decimals, or powers of ten where four decimals would say 0 or 1. */
function probabilityText(p) {
  if (p > 0 && p < 0.0001) return p.toExponential(1).replace("-", "−");
  return p < 1 && p > 0.9999 ? `1 − ${(1 - p).toExponential(1).replace("-", "−")}` : p.toFixed(4);
}
