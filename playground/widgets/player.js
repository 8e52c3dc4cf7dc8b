// The player. After mounting, the browser owns the step: playing, scrubbing, hovering and temperature send nothing;
// when the picture has come to rest, step and focus are reported once. One requestAnimationFrame loop draws, and it
// runs only while something changes.

const SPEEDS = [0.25, 0.5, 1, 2, 4, 8];
const REPORT_AFTER = 250; // ms at rest before Python hears of it
const SURPRISE_TOP = 8; // bits at the end of the surprise scale

export default function (component) {
  return mount(component, ".pg-player", Player);
}

class Player {
  constructor(root) {
    Object.assign(this, {
      root, step: 0, focus: 0, playing: false, speed: 1, view: "picture", temperature: 1,
      hover: -1, cursor: -1, pinned: -1, // steps of pixels; −1 is none
      lookedSample: 0, differences: null, figures: [], thumbs: [], frameRequest: 0, lastFrame: 0, progress: 0, announced: 0,
      frameTimes: new Float64Array(60), frameCount: 0, touched: false,
    });
    this.build();
    this.reporter = reporting(() => this.report(), REPORT_AFTER);
    this.announcer = debounced(() => this.announce(), 600);
    this.resizes = new ResizeObserver(() => this.fit());
    this.resizes.observe(root);
    this.controller = new AbortController();
    const { signal } = this.controller;
    root.addEventListener("keydown", (event) => this.onKey(event), { signal });
    document.addEventListener("keydown", (event) => {
      // Nothing has the focus (a lecturer just opened the link): the player that is on screen takes the keys.
      if (event.target === document.body && !event.defaultPrevented && this.onScreen()) this.onKey(event);
    }, { signal });
    root.__player = {
      values: () => this.writtenValues(),
      step: () => this.step,
      goto: (step) => this.goto(step),
      trace: () => this.trace,
    };
  }

  destroy() {
    cancelAnimationFrame(this.frameRequest);
    this.reporter.cancel();
    this.announcer.cancel();
    this.resizes.disconnect();
    this.controller.abort();
    this.root.replaceChildren();
    delete this.root.__player;
  }

  // ------------------------------------------------------------------------------------------------ data in and out

  /** Called on mount, when the bytes changed, and when Streamlit's theme changed. */
  receive(component) {
    this.component = component;
    const payload = unpack(component.data);
    const fresh = !this.trace || payload.meta.trace !== this.trace.id;
    const commanded = fresh || payload.meta.command !== this.trace.meta.command;
    if (fresh) this.open(new Trace(payload));
    else this.trace.meta = payload.meta;
    this.theme = readTheme(this.root);
    this.root.style.setProperty("--pg-blank", css(this.theme.blank));
    this.arrange();
    if (commanded) this.start(payload.meta.start);
    this.refresh();
  }

  open(trace) {
    this.pause();
    this.trace = trace;
    this.temperature = trace.temperature;
    this.hover = this.cursor = this.pinned = -1;
    this.firstPainted = false;
    delete this.root.dataset.firstPaint;
    this.root.dataset.trace = trace.id;
    this.root.dataset.steps = trace.steps;
    this.scrub.max = trace.steps;
    this.findDifferences();
  }

  start({ step, focus, autoplay }) {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.focus = clamp(focus, 0, this.trace.samples - 1);
    this.step = step ?? (autoplay && still ? this.trace.steps : 0);
    this.lookedSample = this.focus;
    this.pinned = this.cursor = -1;
    this.reported = [step ?? 0, this.focus]; // what Python takes for granted until it hears otherwise
    if (step == null && autoplay && !still) this.play();
    else this.changed();
  }

  /** Tell Python where the visitor stands, unless it knows. */
  report() {
    const [step, focus] = this.reported;
    if (this.playing || (step === this.step && focus === this.focus)) return;
    this.reported = [this.step, this.focus];
    this.component.setStateValue("view", this.here());
  }

  force(value) {
    const step = this.pinned;
    if (step < 0) return;
    this.pause();
    // First the state, then the trigger: a report that came later would interrupt the run that serves the trigger.
    this.reporter.cancel();
    this.report();
    this.component.setTriggerValue("force", { ...this.here(), at: step, value });
  }

  here() { return { trace: this.trace.id, command: this.trace.meta.command, step: this.step, focus: this.focus }; }

  writtenValues() {
    const { trace } = this;
    const out = new Uint8Array(trace.width * trace.height).fill(255);
    for (let k = 0; k < this.step; k++) out[trace.order[k]] = trace.value(this.focus, k);
    return out;
  }

  // ------------------------------------------------------------------------------------------------------ transport

  get rate() { // steps a second at speed 1: 784 pixels take 6 s, a small image still takes a few
    return this.trace.steps / (3 + 3 * Math.min(1, this.trace.steps / 784));
  }

  play() {
    if (this.step >= this.trace.steps) this.step = 0;
    this.playing = true;
    this.progress = this.step;
    this.lastFrame = 0;
    this.frameCount = 0;
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
    this.step = this.reachable(clamp(Math.round(step), 0, this.trace.steps));
    this.changed();
  }

  /** How far one may go on: with Predict to the next question. */
  reachable(step) { return step > this.step ? this.predict.limit(this.step, step) : step; }

  get subject() { return this.focus; }

  /** What the next pixel may be, for Predict: of many levels four groups. */
  question(k) {
    const { trace, focus } = this;
    if (trace.isGiven(focus, k)) return null;
    const p = trace.conditional(focus, k, trace.temperature);
    const groups = Math.min(4, trace.levels);
    const first = (group) => Math.ceil((group * trace.levels) / groups);
    const value = trace.value(focus, k);
    const names = [tr("0, paper"), tr("1, ink")];
    const options = Array.from({ length: groups }, (_, group) => {
      const [low, high] = [first(group), first(group + 1) - 1];
      let sum = 0;
      for (let level = low; level <= high; level++) sum += p[level];
      return { key: String(trace.bernoulli ? group : group + 1), words: trace.bernoulli ? names[group] : `${low} – ${high}`, colour: this.levelColours[Math.round((low + high) / 2)], p: sum };
    });
    return {
      title: tr`The next pixel, row ${trace.row(k) + 1}, column ${trace.column(k) + 1}: what will it be?`, options, next: k + 1,
      answer: options.findIndex((_, group) => value >= first(group) && value < first(group + 1)), said: trace.bernoulli ? names[value] : tr`level ${value}`,
    };
  }

  /** Where it stands, and to stand elsewhere, as the room of a lecture has it. */
  standing() { return this.trace ? { trace: this.trace.id, step: this.step, focus: this.focus } : null; }

  stand({ step, focus }) {
    if (focus !== this.focus) this.setFocus(focus ?? 0);
    this.goto(step);
    this.reporter.later(unhurried());
  }

  setFocus(sample) {
    this.focus = clamp(sample, 0, this.trace.samples - 1);
    this.pinned = this.hover = -1;
    this.lookedSample = this.focus;
    this.refresh();
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
    if (this.playing) this.advance(now);
    this.draw();
    if (!this.firstPainted) {
      this.firstPainted = true;
      this.root.dataset.firstPaint = performance.now().toFixed(1);
    }
    if (this.playing) this.schedule();
  }

  advance(now) {
    if (this.lastFrame) {
      const elapsed = now - this.lastFrame;
      this.frameTimes[this.frameCount++ % 60] = elapsed;
      if (this.frameCount % 15 === 0) this.measure();
      this.progress += (Math.min(elapsed, 250) / 1000) * this.rate * this.speed; // a tab that slept does not leap
      const wanted = Math.min(this.trace.steps, Math.floor(this.progress));
      this.step = this.reachable(wanted);
      if (this.step >= this.trace.steps || this.step < wanted) this.pause();
    }
    this.lastFrame = now;
  }

  measure() {
    const known = Math.min(60, this.frameCount);
    let total = 0;
    for (let i = 0; i < known; i++) total += this.frameTimes[i];
    this.root.dataset.fps = ((1000 * known) / total).toFixed(1);
  }

  // --------------------------------------------------------------------------------------------------------- drawing

  draw() {
    const { trace, step } = this;
    if (!trace || !this.figures.length || !this.figures[0].cell) return;
    this.root.dataset.step = step;
    this.root.dataset.focus = this.focus;
    for (const figure of this.figures) this.drawFigure(figure);
    for (const thumb of this.thumbs) {
      if (thumb.written !== step) this.paint(thumb, "picture");
    }
    this.drawNow();
    this.drawInspector();
    this.predict.draw();
    this.scrub.value = step;
    this.scrub.style.setProperty("--fill", `${(100 * step) / trace.steps}%`);
    say(this.stepText, `${step} / ${trace.steps}`);
    if (this.differs) this.countDifferences();
  }

  /** Bring the small picture from the step it shows to this one: only the pixels between are touched. */
  paint(surface, view) {
    const { trace, step } = this;
    const from = surface.written;
    for (let k = from; k < step; k++) surface.pixels[trace.order[k]] = this.colour(surface.sample, k, view);
    for (let k = step; k < from; k++) surface.pixels[trace.order[k]] = 0; // transparent: the hatch shows through
    surface.written = step;
    surface.small.putImageData(surface.image, 0, 0);
  }

  colour(n, k, view) {
    const { trace, ramps } = this;
    if (view === "probability") return ramps.probability[Math.round(255 * trace.expected(n, k, this.temperature))];
    if (view === "surprise") return ramps.surprise[Math.min(255, Math.round((255 * trace.surprise(n, k)) / SURPRISE_TOP))];
    return (trace.isGiven(n, k) ? ramps.given : ramps.ink)[trace.value(n, k)];
  }

  drawFigure(figure) {
    const { trace, step, theme } = this;
    const { context, canvas, cell } = figure;
    if (figure.written !== step) this.paint(figure, this.view);
    context.imageSmoothingEnabled = false;
    context.drawImage(figure.hatch, 0, 0);
    context.drawImage(figure.small.canvas, 0, 0, canvas.width, canvas.height);
    context.drawImage(figure.grid, 0, 0);
    if (this.differs) this.outlineDifferences(figure);
    const { forced } = trace.meta;
    if (forced != null && forced < step) this.outline(figure, forced, css(theme.given), 3);
    const split = this.differences[figure.sample];
    if (split >= 0) this.outline(figure, split, css(theme.rejected), 2.5, [5, 3]);
    if (step < trace.steps) this.outline(figure, step, css(theme.accent), 2);
    if (this.pinned >= 0) this.outline(figure, this.pinned, css(theme.text), 2.5);
    const looked = this.looked();
    if (looked >= 0 && looked !== this.pinned) this.outline(figure, looked, css(theme.text), 1.5);
  }

  /** A frame around one pixel, on a halo of paper so that it stands on ink as well as on paper. */
  outline({ context, cell }, k, colour, width, dash = []) {
    const line = width * this.ratio;
    const x = this.trace.column(k) * cell;
    const y = this.trace.row(k) * cell;
    context.strokeStyle = css(this.theme.paper, 0.9);
    context.lineWidth = line + 2 * this.ratio;
    context.strokeRect(x, y, cell, cell);
    context.setLineDash(dash.map((length) => length * this.ratio));
    context.strokeStyle = colour;
    context.lineWidth = line;
    context.strokeRect(x, y, cell, cell);
    context.setLineDash([]);
  }

  outlineDifferences({ context, cell }) {
    const { trace, step, theme, ratio } = this;
    const inset = ratio;
    context.beginPath();
    for (let i = 0; i < this.differs.length && this.differs[i] < step; i++) {
      const k = this.differs[i];
      context.rect(trace.column(k) * cell + inset, trace.row(k) * cell + inset, cell - 2 * inset, cell - 2 * inset);
    }
    context.strokeStyle = css(theme.rejected);
    context.lineWidth = 1.5 * ratio;
    context.stroke();
  }

  countDifferences() {
    let count = 0;
    while (count < this.differs.length && this.differs[count] < this.step) count++;
    const of = this.differs.length;
    const ended = this.step >= this.trace.steps;
    say(this.differText, ended ? tr`${count} of ${this.step} written pixels differ` : tr`${count} of ${this.step} written pixels differ (${of} at the end)`);
  }

  // ------------------------------------------------------------------------------------- panels: the numbers in words

  /** The conditional of the next pixel (of the last one at the end), with its uniform number. */
  drawNow() {
    const { trace, step, focus, temperature } = this;
    const k = Math.min(step, trace.steps - 1);
    const p = trace.conditional(focus, k, temperature);
    const u = trace.uniform(focus, k);
    const chosen = trace.drawn(focus, k, temperature);
    const given = trace.isGiven(focus, k);
    say(this.nowTitle, step < trace.steps ? tr("Next pixel") : tr("Last pixel"));
    say(this.nowPlace, tr`row ${trace.row(k) + 1}, column ${trace.column(k) + 1}`);
    say(this.nowStep, tr`step ${k + 1} of ${trace.steps}`);
    this.drawBar(p, u, chosen, given);
    if (!trace.bernoulli) this.drawLevels(p, chosen);
    this.sayFormula(k, p, u, chosen, given);
    const nats = trace.logLikelihood(focus, step);
    say(this.natsText, `${signed(nats, 2)} nats`);
    say(this.bitsText, step ? (Math.abs(nats) / (step * Math.LN2)).toFixed(3) : "–");
  }

  sayFormula(k, p, u, chosen, given) {
    const { trace, focus, temperature } = this;
    const was = chosen === trace.value(focus, k) ? "" : ` ${tr`(was ${trace.value(focus, k)})`}`;
    if (trace.bernoulli) {
      const side = u < p[1] ? "<" : "≥";
      say(this.formula[0], `p = σ(${signed(trace.logit(focus, k), 3)} / ${temperature.toFixed(2)}) = ${probabilityText(p[1])}`);
      say(this.formula[1], given ? tr`given, not drawn: ${chosen}` : `u = ${u.toFixed(4)} ${side} p = ${probabilityText(p[1])}  →  ${chosen}${was}`);
      return;
    }
    let below = 0;
    for (let level = 0; level < chosen; level++) below += p[level];
    say(this.formula[0], given ? tr("given, not drawn") : `${below.toFixed(4)} ≤ u = ${u.toFixed(4)} < ${(below + p[chosen]).toFixed(4)}`);
    say(this.formula[1], `→  ${tr`level ${chosen}`}${was}, p = ${probabilityText(p[chosen])}`);
  }

  /** [0, 1] cut into one piece per value; the uniform number falls into the piece of the value it picks. */
  drawBar(p, u, chosen, given) {
    const { context, width, height } = this.bar;
    const { theme, ratio } = this;
    if (!width) return;
    const top = 17 * ratio;
    const tall = 20 * ratio;
    const pad = 6 * ratio;
    const span = width - 2 * pad;
    context.clearRect(0, 0, width, height);
    let left = pad;
    let chosenLeft = 0;
    const levels = this.trace.levels;
    for (let i = 0; i < levels; i++) {
      const level = this.trace.bernoulli ? 1 - i : i; // Bernoulli: the ink comes first, as u < p picks it
      const wide = p[level] * span;
      context.fillStyle = this.levelColours[level];
      context.fillRect(left, top, wide, tall);
      if (level === chosen) chosenLeft = left;
      left += wide;
    }
    context.lineWidth = ratio;
    context.strokeStyle = css(theme.text, 0.35);
    context.strokeRect(pad, top, span, tall);
    context.lineWidth = 2 * ratio;
    context.strokeStyle = css(given ? theme.given : theme.accent);
    context.strokeRect(chosenLeft, top, Math.max(p[chosen] * span, ratio), tall);
    this.barText("0", pad, height - 3 * ratio, "left", theme.text, 0.6);
    this.barText("1", width - pad, height - 3 * ratio, "right", theme.text, 0.6);
    if (this.trace.bernoulli && p[1] > 0.06 && p[1] < 0.94) this.barText("p", pad + p[1] * span, height - 3 * ratio, "center", theme.text, 0.9);
    if (!given) this.drawTick(pad + u * span, top, tall);
  }

  drawTick(x, top, tall) {
    const { context } = this.bar;
    const { theme, ratio } = this;
    for (const [colour, line] of [[css(theme.background, 0.9), 4], [css(theme.accent), 2]]) {
      context.strokeStyle = colour;
      context.lineWidth = line * ratio;
      context.beginPath();
      context.moveTo(x, top - 4 * ratio);
      context.lineTo(x, top + tall + 3 * ratio);
      context.stroke();
    }
    this.barText("u", x, top - 5 * ratio, "center", theme.accent, 1);
  }

  barText(text, x, y, align, colour, alpha) {
    const { context } = this.bar;
    context.font = this.canvasFont;
    context.textAlign = align;
    context.textBaseline = "alphabetic";
    context.fillStyle = css(colour, alpha);
    context.fillText(text, x, y);
  }

  drawLevels(p, chosen) {
    const { context, width, height } = this.chart;
    const { theme, ratio } = this;
    if (!width) return;
    context.clearRect(0, 0, width, height);
    let top = 0;
    for (let level = 0; level < p.length; level++) top = Math.max(top, p[level]);
    const pad = 6 * ratio;
    const slot = (width - 2 * pad) / p.length;
    for (let level = 0; level < p.length; level++) {
      const tall = Math.max(ratio, (p[level] / top) * (height - 2 * ratio));
      context.fillStyle = css(level === chosen ? theme.accent : theme.model, level === chosen ? 1 : 0.75);
      context.fillRect(pad + level * slot + slot * 0.1, height - tall, Math.max(1, slot * 0.8), tall);
    }
  }

  /** The step that pointer or keyboard cursor looks at, −1 for none. */
  looked() { return this.hover >= 0 ? this.hover : this.cursor; }

  drawInspector() {
    const { trace, step } = this;
    const focus = this.pinned >= 0 || trace.meta.layout !== "compare" ? this.focus : this.lookedSample;
    const k = this.pinned >= 0 ? this.pinned : this.looked();
    const written = k >= 0 && k < step;
    const eyebrow = this.pinned >= 0 ? tr("Pinned pixel") : tr("Pixel under the cursor");
    say(this.lookTitle, k < 0 ? tr("Look at a pixel") : eyebrow);
    this.lookHint.classList.toggle("pg-hidden", written);
    this.lookTable.classList.toggle("pg-hidden", !written);
    this.forceRow.classList.toggle("pg-hidden", this.pinned < 0);
    if (!written) {
      say(this.lookPlace, k < 0 ? "" : tr`row ${trace.row(k) + 1}, column ${trace.column(k) + 1}`);
      say(this.lookHint, k < 0 ? tr("Point at a written pixel, or move with W\u00a0A\u00a0S\u00a0D. Click or Enter pins it.") : tr`Not written yet: step ${k + 1}.`);
      return;
    }
    const value = trace.value(focus, k);
    const p = trace.conditional(focus, k, 1)[value];
    say(this.lookPlace, tr`row ${trace.row(k) + 1}, column ${trace.column(k) + 1} · step ${k + 1}`);
    say(this.lookNames.p, `p(x = ${value})`);
    say(this.lookValues.value, trace.isGiven(focus, k) ? tr`${value} (given)` : `${value}`);
    say(this.lookValues.p, probabilityText(p));
    say(this.lookValues.surprise, tr`${trace.surprise(focus, k).toFixed(3)} bits`);
    say(this.lookValues.u, trace.isGiven(focus, k) ? "–" : trace.uniform(focus, k).toFixed(4));
  }

  // ----------------------------------------------------------------------------------------------------- temperature

  setTemperature(value) {
    // The stored draw belongs to the stored temperature: the notch nearest to it is that number itself.
    this.temperature = Math.abs(value - this.trace.temperature) < 0.0051 ? this.trace.temperature : value;
    this.findDifferences();
    if (this.view === "probability") this.repaint();
    this.showTemperature();
    this.schedule();
  }

  findDifferences() {
    const { trace, temperature } = this;
    this.differences = Int32Array.from({ length: trace.samples }, (_, n) => trace.firstDifference(n, temperature));
  }

  showTemperature() {
    const { trace, temperature, focus } = this;
    const same = temperature === trace.temperature;
    const share = (100 * (temperature - 0.1)) / 2.9;
    this.heat.value = temperature;
    this.heat.style.setProperty("--fill", `${share}%`);
    this.heatMark.style.left = `calc(8px + (100% - 16px) * ${clamp((trace.temperature - 0.1) / 2.9, 0, 1)})`;
    say(this.heatText, `T = ${temperature.toFixed(2)}`);
    this.heatReset.disabled = same;
    const k = this.differences[focus];
    const changing = this.differences.reduce((count, first) => count + (first >= 0), 0);
    const others = trace.samples > 1 ? ` ${tr`${changing} of ${trace.samples} samples change.`}` : "";
    let note = tr("Drawn at this temperature. Slide: the conditional re-normalises at once.");
    if (!same && k < 0) note = `${tr("Same picture to the last pixel, with the same random numbers.")}${others}`;
    if (!same && k >= 0) note = `${tr`Same until step ${k + 1} (row ${trace.row(k) + 1}, column ${trace.column(k) + 1}); from there a new run is needed.`}${others}`;
    say(this.heatNote, note);
    this.heatNote.classList.toggle("pg-warn", k >= 0);
    this.splitMark.classList.toggle("pg-hidden", k < 0);
    this.splitMark.style.left = `calc(8px + (100% - 16px) * ${Math.max(0, k) / trace.steps})`;
    this.root.dataset.firstDifference = k;
  }

  // ---------------------------------------------------------------------------------------------- keyboard and pointer

  onScreen() {
    const box = this.root.getBoundingClientRect();
    return box.bottom > 80 && box.top < innerHeight - 80;
  }

  onKey(event) {
    if (!this.trace || event.ctrlKey || event.metaKey) return;
    const target = event.composedPath()[0];
    if (target === this.heat || target.tagName === "SELECT" || target.type === "number") return;
    const handled = (!event.altKey && this.predict.onKey(event)) || (event.altKey ? this.onCursorKey(event.key.replace("Arrow", "")) : this.onTransportKey(event, target));
    if (!handled) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** [keys, what they do], for the sheet of keys. */
  get keySheet() {
    return [["← →", tr("one pixel back, on")], ["Shift+← Shift+→", tr("as many as a row has")], ["Home End", tr("to the start, to the end")],
      ["Space", tr("play, pause")], ["↑ ↓", tr("another sample")], ["W A S D", tr("look at a pixel")], ["Enter", tr("pin it")], ["Esc", tr("let go of it")], ...this.predict.keySheet];
  }

  onTransportKey(event, target) {
    const stride = event.shiftKey ? this.trace.width : 1;
    switch (event.key) {
      case "ArrowLeft": this.goto(this.step - stride); return true;
      case "ArrowRight": this.goto(this.step + stride); return true;
      case "ArrowUp": this.setFocus(this.focus - 1); return true;
      case "ArrowDown": this.setFocus(this.focus + 1); return true;
      case "Home": this.goto(0); return true;
      case "End": this.goto(this.trace.steps); return true;
      case "Escape": this.pin(-1); this.cursor = -1; return true;
      case " ": if (target.tagName === "BUTTON") return false; this.toggle(); return true;
      case "Enter": if (target.tagName === "BUTTON" || this.cursor < 0) return false; this.pin(this.cursor); return true;
      default: return this.onCursorKey({ a: "Left", d: "Right", w: "Up", s: "Down" }[letterOf(event)]);
    }
  }

  /** Move the cursor over the picture: the keyboard's way to hover. */
  onCursorKey(direction) {
    const move = { Left: [-1, 0], Right: [1, 0], Up: [0, -1], Down: [0, 1] }[direction];
    if (!move) return false;
    const { trace } = this;
    const from = this.cursor >= 0 ? this.cursor : Math.max(0, this.step - 1);
    const still = this.cursor < 0; // the first key only shows the cursor
    const x = clamp(trace.column(from) + (still ? 0 : move[0]), 0, trace.width - 1);
    const y = clamp(trace.row(from) + (still ? 0 : move[1]), 0, trace.height - 1);
    this.cursor = trace.stepOf[y * trace.width + x];
    this.hover = -1;
    this.lookedSample = this.focus;
    this.schedule();
    this.announcer.later();
    return true;
  }

  pin(k) {
    this.pinned = k >= 0 && k < this.step ? k : -1;
    if (this.pinned >= 0) { this.pause(); this.offerForce(); }
    this.schedule();
  }

  offerForce() {
    const value = this.trace.value(this.focus, this.pinned);
    if (this.trace.bernoulli) say(this.forceButton, tr`Force to ${1 - value}`);
    else {
      this.forceLevel.value = String(value === this.trace.levels - 1 ? value - 1 : value + 1);
      this.nameForce();
    }
  }

  nameForce() {
    say(this.forceButton, tr`Force to ${this.forceLevel.value}`);
    this.forceButton.disabled = Number(this.forceLevel.value) === this.trace.value(this.focus, this.pinned);
  }

  /** Pointer event → step of the pixel under it. */
  stepAt(event, figure) {
    const box = figure.canvas.getBoundingClientRect();
    const x = Math.floor(((event.clientX - box.left) / box.width) * this.trace.width);
    const y = Math.floor(((event.clientY - box.top) / box.height) * this.trace.height);
    const inside = x >= 0 && y >= 0 && x < this.trace.width && y < this.trace.height;
    return inside ? this.trace.stepOf[y * this.trace.width + x] : -1;
  }

  onHover(event, figure) {
    const k = event.type === "pointerleave" ? -1 : this.stepAt(event, figure);
    if (k === this.hover && figure.sample === this.lookedSample) return;
    this.hover = k;
    this.lookedSample = figure.sample;
    this.schedule();
  }

  onClick(event, figure) {
    const k = this.stepAt(event, figure);
    if (figure.sample !== this.focus) this.setFocus(figure.sample);
    figure.canvas.focus({ preventScroll: true });
    this.pin(k === this.pinned ? -1 : k);
  }

  announce() {
    const { trace, step, focus } = this;
    if (this.playing) return;
    const look = this.looked();
    say(this.live, look >= 0
      ? `${this.lookPlace.textContent}. ${look < step ? tr`value ${trace.value(focus, look)}, surprise ${trace.surprise(focus, look).toFixed(2)} bits` : tr("not written yet")}`
      : tr`Step ${step} of ${trace.steps}, ${this.nameOf(focus)}, ${this.natsText.textContent}.`);
  }

  nameOf(sample) { return this.trace.meta.titles[sample] ?? tr`sample ${sample + 1}`; }

  showPlaying() {
    this.root.dataset.playing = String(this.playing);
    this.playButton.replaceChildren(icon(this.playing ? ICONS.pause : ICONS.play));
    this.playButton.setAttribute("aria-label", this.playing ? tr("Pause") : tr("Play"));
    this.playButton.title = this.playing ? tr("Pause (Space)") : tr("Play (Space)");
  }

  // ------------------------------------------------------------------------------------ building, sizes and colours

  build() {
    this.predict = new Predict(this, (k) => this.question(k), [0.2, 0.5, 0.9]);
    this.figuresBox = h("div", { class: "figures" });
    const views = { picture: tr("Picture"), probability: tr("Probability"), surprise: tr("Surprise") };
    this.viewButtons = Object.entries(views).map(([view, name]) =>
      h("button", { type: "button", "aria-pressed": String(view === "picture"), "data-view": view, onclick: () => this.setView(view) }, name));
    this.legend = h("div", { class: "legend", "aria-hidden": "true" });
    this.differText = h("p", { class: "differ" });
    this.thumbBox = h("div", { class: "thumbs", role: "group", "aria-label": tr("All samples") });
    this.frameBox = h("div", { class: "frame" },
      h("div", { class: "tools" }, h("div", { class: "pg-segments", role: "group", "aria-label": tr("What the picture shows") }, ...this.viewButtons), this.legend),
      h("div", { class: "stage" }, this.figuresBox, this.differText),
      (this.panel = h("div", { class: "panel" }, this.predict.box, this.buildNow(), this.buildTemperature())),
      (this.side = h("div", { class: "side" }, this.thumbBox, this.buildInspector())),
      this.buildTransport(),
      (this.live = h("div", { class: "pg-unseen", "aria-live": "polite" })));
    this.root.replaceChildren(this.frameBox);
  }

  buildNow() {
    this.nowTitle = h("span", { class: "pg-eyebrow" });
    this.nowStep = h("span", { class: "pg-muted small" });
    this.nowPlace = h("div", { class: "place" });
    this.formula = [h("div"), h("div")];
    this.natsText = h("dd");
    this.bitsText = h("dd");
    const barCanvas = h("canvas", { role: "img", "aria-label": tr("The conditional as a bar from 0 to 1 with the uniform number u") });
    const chartCanvas = h("canvas", { role: "img", "aria-label": tr("Probability of each level") });
    this.bar = { canvas: barCanvas, context: barCanvas.getContext("2d") };
    this.chart = { canvas: chartCanvas, context: chartCanvas.getContext("2d") };
    return h("section", { class: "now pg-conceal" },
      h("div", { class: "line" }, this.nowTitle, this.nowStep), this.nowPlace,
      barCanvas, chartCanvas,
      h("div", { class: "formula" }, ...this.formula),
      h("dl", { class: "numbers" },
        h("div", {}, h("dt", { class: "pg-eyebrow" }, tr("log p so far")), this.natsText),
        h("div", {}, h("dt", { class: "pg-eyebrow" }, tr("bits/dim")), this.bitsText)));
  }

  buildTemperature() {
    this.heat = h("input", { type: "range", min: "0.1", max: "3", step: "0.01", "aria-label": tr("Temperature"), oninput: () => this.setTemperature(Number(this.heat.value)) });
    this.heatMark = h("span", { class: "mark", title: tr("The temperature of this run") });
    this.heatText = h("span", { class: "strong" });
    this.heatReset = h("button", { type: "button", class: "link", onclick: () => this.setTemperature(this.trace.temperature) }, tr("Reset"));
    this.heatNote = h("p", { class: "note", "aria-live": "polite" });
    return h("section", { class: "heat pg-conceal" },
      h("div", { class: "line" }, h("span", { class: "pg-eyebrow" }, tr("Temperature")), this.heatReset, this.heatText),
      h("div", { class: "rail" }, this.heatMark, this.heat), this.heatNote);
  }

  buildInspector() {
    this.lookTitle = h("span", { class: "pg-eyebrow" });
    this.lookPlace = h("div", { class: "small pg-muted" });
    this.lookHint = h("p", { class: "note" });
    this.lookNames = {};
    this.lookValues = {};
    this.lookTable = h("dl", { class: "facts" }, ...Object.entries({ value: tr("value"), p: "p", surprise: tr("surprise"), u: "u" }).map(([id, name]) =>
      h("div", {}, (this.lookNames[id] = h("dt", {}, name)), (this.lookValues[id] = h("dd")))));
    this.forceLevel = h("select", { "aria-label": tr("Level to force"), onchange: () => this.nameForce() });
    this.forceButton = h("button", { type: "button", class: "pg-button pg-primary", "data-action": "force", onclick: () => this.force(this.trace.bernoulli ? 1 - this.trace.value(this.focus, this.pinned) : Number(this.forceLevel.value)) });
    this.forceRow = h("div", { class: "force" }, this.forceLevel, this.forceButton,
      h("button", { type: "button", class: "pg-button", onclick: () => this.pin(-1) }, tr("Unpin")));
    return h("section", { class: "look" }, this.lookTitle, this.lookPlace, this.lookHint, this.lookTable, this.forceRow);
  }

  buildTransport() {
    const move = (step) => () => this.goto(step());
    this.playButton = iconButton(ICONS.play, tr("Play"), () => this.toggle(), { class: "pg-icon pg-primary pg-solid", "data-action": "play" });
    this.scrub = h("input", { type: "range", min: "0", max: "1", step: "1", value: "0", "aria-label": tr("Step"), oninput: () => this.goto(Number(this.scrub.value)) });
    this.splitMark = h("span", { class: "mark split pg-hidden", title: tr("First pixel that would differ") });
    this.forcedMark = h("span", { class: "mark forced pg-hidden", title: tr("The forced pixel") });
    this.stepText = h("span", { class: "count" });
    const speed = h("select", { "aria-label": tr("Speed"), onchange: () => { this.speed = Number(speed.value); } },
      ...SPEEDS.map((value) => h("option", { value, selected: value === 1 }, `${value}×`)));
    return h("div", { class: "transport", role: "group", "aria-label": tr("Playback") },
      iconButton(ICONS.first, tr("To the start (Home)"), move(() => 0)),
      iconButton(ICONS.back, tr("One pixel back (←, with Shift as many as a row has)"), move(() => this.step - 1)),
      this.playButton,
      iconButton(ICONS.forward, tr("One pixel on (→, with Shift as many as a row has)"), move(() => this.step + 1)),
      iconButton(ICONS.last, tr("To the end (End)"), move(() => this.trace.steps)),
      h("div", { class: "rail" }, this.splitMark, this.forcedMark, this.scrub), this.stepText, this.predict.button, speed);
  }

  setView(view) {
    this.view = view;
    for (const button of this.viewButtons) button.setAttribute("aria-pressed", String(button.dataset.view === view));
    this.refresh();
  }

  /** Make the surfaces that this trace and layout need: one or two large pictures, a thumbnail for each sample. */
  arrange() {
    const { trace } = this;
    const { layout, titles, forceable } = trace.meta;
    const compare = layout === "compare";
    this.root.dataset.layout = layout;
    this.frameBox.classList.toggle("compare", compare);
    const wanted = JSON.stringify([trace.id, layout, titles, trace.meta.height]);
    if (this.arranged !== wanted) {
      this.arranged = wanted;
      this.figures = Array.from({ length: compare ? 2 : 1 }, (_, n) => this.makeFigure(n, compare || titles.length > 0));
      this.figuresBox.replaceChildren(...this.figures.map((figure) => figure.box));
      const thumbs = compare || trace.samples === 1 ? 0 : trace.samples;
      this.thumbs = Array.from({ length: thumbs }, (_, n) => this.makeThumb(n));
      this.thumbBox.replaceChildren(...this.thumbs.map((thumb) => thumb.button));
      this.forceLevel.replaceChildren(...Array.from({ length: trace.bernoulli ? 0 : trace.levels }, (_, level) => h("option", { value: level }, `${level}`)));
    }
    this.differs = null;
    if (compare) this.differs = Array.from({ length: trace.steps }, (_, k) => k).filter((k) => trace.value(0, k) !== trace.value(1, k));
    this.differText.classList.toggle("pg-hidden", !compare);
    this.thumbBox.classList.toggle("pg-hidden", !this.thumbs.length);
    this.chart.canvas.classList.toggle("pg-hidden", trace.bernoulli);
    this.forceButton.classList.toggle("pg-hidden", !forceable);
    this.forceLevel.classList.toggle("pg-hidden", !forceable || trace.bernoulli);
    const { forced } = trace.meta;
    this.forcedMark.classList.toggle("pg-hidden", forced == null);
    this.forcedMark.style.left = `calc(8px + (100% - 16px) * ${(forced ?? 0) / trace.steps})`;
    this.prepareColours();
    this.fit();
  }

  makeSurface(sample, canvas) {
    canvas.width = this.trace.width;
    canvas.height = this.trace.height;
    const small = canvas.getContext("2d");
    const image = small.createImageData(this.trace.width, this.trace.height);
    return { sample, small, image, pixels: new Uint32Array(image.data.buffer), written: 0 };
  }

  makeFigure(sample, titled) {
    const canvas = h("canvas", { tabindex: "0", role: "img", class: "picture" });
    const title = h("span", { class: "title" });
    const figure = Object.assign(this.makeSurface(sample, document.createElement("canvas")), {
      canvas, title, context: canvas.getContext("2d", { alpha: false }), cell: 0,
      hatch: document.createElement("canvas"), grid: document.createElement("canvas"),
      box: h("figure", {}, ...(titled ? [h("figcaption", {}, title)] : []), canvas),
    });
    for (const type of ["pointermove", "pointerdown", "pointerleave"]) canvas.addEventListener(type, (event) => this.onHover(event, figure));
    canvas.addEventListener("click", (event) => this.onClick(event, figure));
    return figure;
  }

  makeThumb(sample) {
    const canvas = h("canvas", {});
    const thumb = this.makeSurface(sample, canvas);
    const total = this.trace.logLikelihood(sample, this.trace.steps);
    const label = tr`${this.nameOf(sample)}: log p = ${signed(total, 2)} nats`;
    thumb.canvas = canvas;
    thumb.button = h("button", { type: "button", class: "thumb", title: label, "aria-label": label, "data-sample": sample, onclick: () => this.setFocus(sample) }, canvas);
    return thumb;
  }

  prepareColours() {
    const { theme, trace } = this;
    const paleGiven = mix(theme.paper, theme.given, 0.22);
    this.ramps = {
      ink: ramp(theme.paper, theme.ink, trace.levels),
      given: ramp(paleGiven, theme.given, trace.levels),
      probability: ramp(theme.paper, theme.model, 256),
      surprise: ramp(theme.paper, theme.rejected, 256),
    };
    this.levelColours = Array.from({ length: trace.levels }, (_, level) => css(mix(theme.paper, theme.ink, level / (trace.levels - 1))));
    this.root.style.setProperty("--ratio-width", trace.width / trace.height);
  }

  /** Everything that depends on focus, view or theme, but not on the step. */
  refresh() {
    const { trace } = this;
    if (this.figures.length === 1) this.figures[0].sample = this.focus;
    for (const figure of this.figures) {
      say(figure.title, this.nameOf(figure.sample));
      figure.canvas.setAttribute("aria-label", tr`${this.nameOf(figure.sample)}, ${trace.height} × ${trace.width} pixels. Arrow keys step, Space plays, W A S D look at a pixel.`);
      figure.box.classList.toggle("focused", this.figures.length > 1 && figure.sample === this.focus);
    }
    this.thumbs.forEach((thumb, n) => thumb.button.setAttribute("aria-pressed", String(n === this.focus)));
    this.showLegend();
    this.showTemperature();
    this.repaint();
  }

  showLegend() {
    const { trace } = this;
    const scales = {
      probability: [trace.bernoulli ? "p(x = 1)  0" : tr("mean level  0"), trace.bernoulli ? "1" : `${trace.levels - 1}`, "var(--pg-model)"],
      surprise: ["−log₂ p  0", tr`${SURPRISE_TOP}+ bits`, "var(--pg-rejected)"],
    };
    const scale = scales[this.view];
    if (scale) {
      const strip = h("span", { class: "strip" });
      strip.style.background = `linear-gradient(to right, var(--pg-paper), ${scale[2]})`;
      this.legend.replaceChildren(scale[0], strip, scale[1]);
      return;
    }
    const key = (kind, name) => h("span", { class: "key" }, h("span", { class: `swatch ${kind}` }), name);
    const anyGiven = trace.given.includes(1);
    this.legend.replaceChildren(key("blank", tr("unwritten")), key("next", tr("next")), ...(anyGiven ? [key("given", tr("given"))] : []),
      ...(this.differs ? [key("differs", tr("differs"))] : []));
  }

  repaint() {
    for (const surface of [...this.figures, ...this.thumbs]) {
      surface.pixels.fill(0);
      surface.written = 0;
      if (this.step === 0) surface.small.putImageData(surface.image, 0, 0);
    }
    this.schedule();
  }

  /** Sizes: the largest whole number of device pixels per image pixel that the room allows. */
  fit() {
    const { trace } = this;
    const width = this.root.clientWidth;
    if (!trace || !width) return;
    this.ratio = deviceRatio(this.root);
    this.canvasFont = `600 ${11 * this.ratio}px ${getComputedStyle(this.root).fontFamily}`;
    const side = this.pictureSide(width);
    for (const figure of this.figures) {
      figure.cell = Math.max(1, Math.floor((side * this.ratio) / Math.max(trace.width, trace.height)));
      fitCanvas(figure.canvas, figure.cell * trace.width, figure.cell * trace.height, this.ratio);
      this.drawBackdrop(figure);
    }
    this.fitThumbs();
    this.fitStrip(this.bar, 54);
    this.fitStrip(this.chart, 44);
    this.draw();
  }

  pictureSide(width) {
    const compare = this.figures.length > 1;
    const titled = compare || this.trace.meta.titles.length > 0;
    const tall = this.trace.meta.height - 92 - (titled ? 26 : 0) - (compare ? 60 : 0);
    if (width < 560) return compare ? (width - 12) / 2 : width;
    const rest = compare ? 250 + 24 : width < 800 ? 250 + 24 : 240 + 176 + 48;
    return Math.max(120, Math.min(tall, compare ? (width - rest - 16) / 2 : width - rest));
  }

  fitThumbs() {
    const count = this.thumbs.length;
    if (!count) return;
    const columns = Math.ceil(Math.sqrt(count));
    const gap = count > 25 ? 3 : 6;
    const room = Math.min(this.side.clientWidth, 244);
    const tall = this.trace.meta.height - 236; // leaves the readout below its place beside the picture
    const rows = Math.ceil(count / columns);
    const fitting = Math.min((room - gap * (columns - 1)) / columns, (tall - gap * (rows - 1)) / rows);
    const side = clamp(Math.floor(fitting), 16, 110);
    const { style } = this.thumbBox;
    style.setProperty("--columns", columns);
    style.setProperty("--side", `${side}px`);
    style.setProperty("--gap", `${gap}px`);
  }

  fitStrip(strip, heightCss) {
    const width = strip.canvas.parentElement.clientWidth;
    strip.width = Math.round(width * this.ratio);
    strip.height = Math.round(heightCss * this.ratio);
    fitCanvas(strip.canvas, strip.width, strip.height, this.ratio);
  }

  /** Drawn once per size and theme: the hatch under unwritten pixels, and the faint lines between pixels. */
  drawBackdrop(figure) {
    const { theme, ratio } = this;
    const { cell, hatch, grid, canvas } = figure;
    for (const layer of [hatch, grid]) { layer.width = canvas.width; layer.height = canvas.height; }
    const under = hatch.getContext("2d");
    under.fillStyle = css(theme.blank);
    under.fillRect(0, 0, hatch.width, hatch.height);
    under.strokeStyle = css(mix(theme.blank, theme.text, 0.16));
    under.lineWidth = ratio;
    under.beginPath();
    for (let x = -hatch.height; x < hatch.width; x += 8 * ratio) { under.moveTo(x, hatch.height); under.lineTo(x + hatch.height, 0); }
    under.stroke();
    if (cell < 6 * ratio) return; // lines would eat the pixels
    const lines = grid.getContext("2d");
    lines.fillStyle = css(theme.text, 0.08);
    for (let x = cell; x < grid.width; x += cell) lines.fillRect(x, 0, 1, grid.height);
    for (let y = cell; y < grid.height; y += cell) lines.fillRect(0, y, grid.width, 1);
  }
}

/** A number with a true minus sign. */
function signed(value, digits) { return value.toFixed(digits).replace("-", "−"); }

/** Four decimals, or powers of ten where four decimals would say 0 or 1. */
function probabilityText(p) {
  if (p > 0 && p < 0.0001) return p.toExponential(1).replace("-", "−");
  return p < 1 && p > 0.9999 ? `1 − ${(1 - p).toExponential(1).replace("-", "−")}` : p.toFixed(4);
}
