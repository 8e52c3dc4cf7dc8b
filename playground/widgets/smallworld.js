// A training on a small world. No mathematics: every number comes from the trace; here it is drawn and looked up.

const RESTED = 250;
const SECONDS = 7; // to play a whole training at speed 1
const PACES = [0.25, 0.5, 1, 2, 4];
const LIKELY = { possible: 24, all: 32 }; // bars with pictures below them
const GAP = 1.2; // slots between what can happen and what cannot

class SmallWorld {
  constructor(root) {
    Object.assign(this, { root, frame: 0, reported: 0, playing: false, request: 0, speed: 1, show: "likely", hover: -1, look: -1 });
    this.build();
    this.reporter = reporting(() => this.report(), RESTED);
    this.resizes = new ResizeObserver(() => this.fit());
    this.resizes.observe(root);
    this.controller = new AbortController();
    const { signal } = this.controller;
    root.addEventListener("keydown", (event) => this.onKey(event), { signal });
    document.addEventListener("keydown", (event) => {
      if (event.target === document.body && !event.defaultPrevented) this.onKey(event);
    }, { signal });
    root.__world = { step: () => this.data.steps[this.frame], learned: () => Array.from(this.q()), shown: () => this.slots.map((s) => s.state) };
  }

  destroy() {
    cancelAnimationFrame(this.request);
    this.reporter.cancel();
    this.resizes.disconnect();
    this.controller.abort();
    this.root.replaceChildren();
    delete this.root.__world;
  }

  // ---------------------------------------------------------------------------------------------------- data in and out

  receive(component) {
    this.component = component;
    if (component.data !== this.bytes) {
      this.bytes = component.data;
      const { meta, arrays, shapes } = unpack(component.data);
      const fresh = !this.meta || this.meta.training !== meta.training;
      Object.assign(this, { meta, data: arrays, frames: arrays.steps.length, members: shapes.members[1] });
      [this.rows, this.columns] = meta.shape;
      this.scrub.max = this.frames - 1;
      this.top = arrays.truth.reduce((top, p) => Math.max(top, p), 0);
      for (const q of arrays.learned) this.top = Math.max(this.top, q);
      this.allButton.textContent = meta.states === arrays.listed.length ? tr`All ${meta.states} states` : tr`${arrays.listed.length} of ${meta.states.toLocaleString("en")}`;
      this.eachKey.classList.toggle("pg-hidden", this.members === 1);
      say(this.averageName, this.members === 1 ? "KL(p ‖ q)" : tr`average of ${this.members}`);
      say(this.floorName, tr`entropy ${meta.entropy.toFixed(4)}`);
      this.root.dataset.training = meta.training;
      this.root.dataset.frames = this.frames;
      if (fresh) this.start(meta.start);
    }
    this.theme = readTheme(this.root);
    this.arrange();
    this.fit();
  }

  start(frame) {
    this.pause();
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.hover = this.look = -1;
    this.reported = frame ?? 0;
    this.frame = frame ?? (still ? this.frames - 1 : 0);
    if (frame == null && !still) this.play();
    else this.reporter.later();
  }

  report() {
    if (this.playing || this.reported === this.frame) return;
    this.reported = this.frame;
    this.component.setStateValue("view", { training: this.meta.training, step: this.data.steps[this.frame] });
  }

  q() { return this.data.learned.subarray(this.frame * this.data.listed.length, (this.frame + 1) * this.data.listed.length); }

  // ------------------------------------------------------------------------------------------------------------ layout

  /** Which states have a bar, and where: slots count from the left, what cannot happen stands apart. */
  arrange() {
    const { possible } = this.meta;
    const count = this.data.listed.length;
    const likely = this.show === "likely";
    const allowed = likely ? Math.min(possible, count - possible ? LIKELY.possible : LIKELY.all) : possible;
    const others = likely ? Math.min(count - possible, LIKELY.all - allowed, Math.max(8, allowed)) : count - possible;
    this.slots = [];
    for (let i = 0; i < allowed; i++) this.slots.push({ index: i, at: i });
    const gap = allowed && others ? (likely ? GAP : (allowed + others) * 0.02) : 0;
    for (let i = 0; i < others; i++) this.slots.push({ index: possible + i, at: allowed + gap + i });
    for (const slot of this.slots) slot.state = this.data.listed[slot.index];
    this.span = allowed + gap + others;
    this.split = allowed;
    this.likelyOnly = likely;
  }

  fit() {
    if (!this.meta || !this.root.clientWidth) return;
    this.ratio = deviceRatio(this.root);
    this.font = (size) => `${size * this.ratio}px ${getComputedStyle(this.root).fontFamily}`;
    const rest = this.root.clientWidth > 700 ? this.meta.height - 236 : 260;
    this.size(this.bars, rest);
    this.size(this.nll, this.root.clientWidth > 700 ? (this.meta.height - 150) / 2 : 150);
    this.size(this.kl, this.root.clientWidth > 700 ? (this.meta.height - 150) / 2 : 150);
    this.draw();
  }

  size(canvas, heightCss) {
    fitCanvas(canvas, Math.round(canvas.parentElement.clientWidth * this.ratio), Math.round(heightCss * this.ratio), this.ratio);
  }

  // ----------------------------------------------------------------------------------------------------------- drawing

  /** Where it stands, and to stand elsewhere, as the room of a lecture has it: in frames. */
  standing() { return this.meta ? { trace: this.meta.training, step: this.frame, focus: null } : null; }

  stand({ step }) {
    this.pause();
    this.goto(step);
    this.reporter.later(unhurried());
  }

  goto(frame) {
    const next = clamp(Math.round(frame), 0, this.frames - 1);
    if (next !== this.frame) { this.frame = next; this.draw(); }
    if (!this.playing) this.reporter.later();
  }

  draw() {
    if (!this.ratio || !this.slots) return;
    const { data, frame } = this;
    const step = data.steps[frame];
    this.root.dataset.step = step;
    say(this.nllText, data.nll[frame].toFixed(4));
    say(this.klText, nats(data.kl[frame]));
    say(this.totalText, data.total[frame].toFixed(5));
    say(this.forbiddenText, data.forbidden[frame].toFixed(4));
    this.drawBars();
    this.drawFirstCurve();
    const each = Array.from({ length: this.members > 1 ? this.members : 0 }, (_, m) => (
      { values: { at: (r) => data.members[r * this.members + m] }, colour: mix(this.theme.background, this.theme.text, 0.45), width: 1 }));
    this.drawCurve(this.kl, [...each, { values: data.kl, colour: this.theme.model, width: 2 }], { log: true });
    this.drawSamples();
    this.drawMean(this.truthMean, data.truthMean, 0);
    this.drawMean(this.modelMean, data.mean, frame * this.rows * this.columns);
    this.scrub.value = frame;
    this.scrub.style.setProperty("--fill", `${this.frames > 1 ? (frame / (this.frames - 1)) * 100 : 0}%`);
    this.scrub.setAttribute("aria-valuetext", tr`step ${step} of ${data.steps[this.frames - 1]}`);
    say(this.where, tr`step ${step} of ${data.steps[this.frames - 1]}`);
    this.tell();
  }

  drawFirstCurve() {
    const { data, meta, theme } = this;
    this.drawCurve(this.nll, [{ values: data.nll, colour: theme.model, width: 2 }], { floor: meta.entropy, log: false });
  }

  get plot() {
    const { ratio, bars } = this;
    const picture = this.likelyOnly ? Math.max(1, Math.floor(Math.min(((bars.width - 40 * ratio) / this.span) * 0.8, 30 * ratio) / this.columns)) : 0;
    const below = this.likelyOnly ? picture * this.rows + 8 * ratio : 4 * ratio;
    return { left: 40 * ratio, right: bars.width - 2 * ratio, top: (this.labelLines === 2 ? 30 : 16) * ratio, bottom: bars.height - below, picture };
  }

  drawBars() {
    const { bars, theme, ratio, data, meta } = this;
    const context = bars.getContext("2d");
    context.font = this.font(11);
    const slot = (this.plot.right - this.plot.left) / this.span;
    const labels = this.groupLabels(context, this.plot.left, slot);
    this.labelLines = labels.length && labels.at(-1).line; // `plot` leaves room for them
    const { left, right, top, bottom, picture } = this.plot;
    const y = (p) => bottom - (bottom - top) * Math.min(1, p / (this.top * 1.04));
    context.clearRect(0, 0, bars.width, bars.height);
    this.drawScale(context, y, left, right);
    const q = this.q();
    const thin = slot < 6 * ratio;
    for (const [place, { index, at }] of this.slots.entries()) {
      const x = left + at * slot;
      const possible = index < meta.possible;
      if (place === this.hover) {
        context.fillStyle = css(theme.text, 0.1);
        context.fillRect(x, top, Math.max(slot, 2 * ratio), bars.height - top);
      }
      context.fillStyle = css(possible ? theme.model : theme.rejected);
      const inset = thin ? 0 : slot * 0.26;
      const high = Math.max(y(q[index]), top);
      context.fillRect(x + inset, high, Math.max(slot - 2 * inset, ratio), bottom - high);
      if (possible) {
        context.strokeStyle = context.fillStyle = css(this.dataColour());
        const tall = y(data.truth[index]);
        if (thin) context.fillRect(x, tall - ratio, Math.max(slot, ratio), 2 * ratio);
        else {
          context.lineWidth = 1.5 * ratio;
          context.strokeRect(x + slot * 0.1, tall, slot * 0.8, bottom - tall);
        }
      }
      if (picture) this.drawState(context, this.slots[place].state, x + (slot - picture * this.columns) / 2, bottom + 5 * ratio, picture);
    }
    context.textAlign = "left";
    context.textBaseline = "top";
    context.fillStyle = css(theme.text, 0.75);
    for (const { text, x, line } of labels) context.fillText(text, x, (line * 14 - 12) * ratio);
  }

  dataColour() { return rgb(getComputedStyle(this.root).getPropertyValue("--pg-data").trim()); }

  drawScale(context, y, left, right) {
    const { theme, ratio } = this;
    const gap = niceStep(this.top / 3);
    context.font = this.font(11);
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (let p = 0; p <= this.top * 1.001; p += gap) {
      context.fillStyle = css(theme.text, p ? 0.1 : 0.4);
      context.fillRect(left, Math.round(y(p)), right - left, ratio);
      context.fillStyle = css(theme.text, 0.7);
      context.fillText(String(Number(p.toPrecision(3))), left - 5 * ratio, y(p));
    }
  }

  /** What is written above the states that can and that cannot happen: {text, x, line}; two lines where one is too short. */
  groupLabels(context, left, slot) {
    const { ratio, meta, data } = this;
    const others = this.slots.length - this.split;
    const hidden = meta.states - meta.allPossible;
    const allowed = this.split === meta.allPossible ? tr`can happen: ${this.split}` : tr`can happen: ${this.split} of ${meta.allPossible}`;
    const labels = this.split ? [{ text: allowed, x: left + 2 * ratio, line: 1 }] : [];
    if (!others) return labels;
    const from = this.slots[this.split].at;
    const words = others === hidden ? tr`cannot happen: ${others}` : tr`cannot happen: ${others} of ${hidden.toLocaleString("en")}`;
    let sum = 0;
    const q = this.q();
    for (let i = this.split; i < this.slots.length; i++) sum += q[this.slots[i].index];
    const more = others === hidden ? "" : tr`, the others together ${(Math.max(0, data.forbidden[this.frame] - sum)).toFixed(4)}`;
    const text = words + more;
    const x = Math.min(left + from * slot, this.bars.width - context.measureText(text).width - 2 * ratio);
    const crowded = this.split && left + context.measureText(allowed).width + 12 * ratio > x;
    return [...labels, { text, x, line: crowded ? 2 : 1 }];
  }

  /** A state as a tiny picture: its pixels are the binary digits of its number, the first one the highest. */
  drawState(context, state, x, y, cell) {
    const { theme, rows, columns } = this;
    const [left, top] = [Math.round(x), Math.round(y)];
    context.fillStyle = css(mix(theme.background, theme.text, 0.35));
    context.fillRect(left - 1, top - 1, columns * cell + 2, rows * cell + 2);
    for (let i = 0; i < rows * columns; i++) {
      const on = (state >>> (rows * columns - 1 - i)) & 1;
      context.fillStyle = css(on ? theme.ink : theme.paper);
      context.fillRect(left + (i % columns) * cell, top + Math.floor(i / columns) * cell, cell, cell);
    }
  }

  drawSamples() {
    const { data, frame, ratio, theme, rows, columns, samples } = this;
    const count = data.samples.length / this.frames;
    const cell = Math.max(1, Math.floor((30 * ratio) / columns));
    const pad = Math.round(3 * ratio);
    const [wide, tall] = [columns * cell + 2 * pad, rows * cell + 2 * pad];
    const gap = Math.round(2 * ratio);
    const across = clamp(Math.floor((samples.parentElement.clientWidth * ratio + gap) / (wide + gap)), 1, count);
    fitCanvas(samples, across * (wide + gap) - gap, Math.ceil(count / across) * (tall + gap) - gap, ratio);
    const context = samples.getContext("2d");
    context.clearRect(0, 0, samples.width, samples.height);
    for (let i = 0; i < count; i++) {
      const [x, y] = [(i % across) * (wide + gap), Math.floor(i / across) * (tall + gap)];
      if (!data.sampled[frame * count + i]) {
        context.fillStyle = css(theme.rejected);
        context.fillRect(x, y, wide, tall);
      }
      this.drawState(context, data.samples[frame * count + i], x + pad, y + pad, cell);
    }
  }

  drawMean(canvas, values, from) {
    const { ratio, theme, rows, columns } = this;
    const cell = Math.max(1, Math.floor((22 * ratio) / Math.max(rows, columns)));
    fitCanvas(canvas, columns * cell, rows * cell, ratio);
    const context = canvas.getContext("2d");
    const words = [];
    for (let i = 0; i < rows * columns; i++) {
      context.fillStyle = css(mix(theme.paper, theme.ink, values[from + i]));
      context.fillRect((i % columns) * cell, Math.floor(i / columns) * cell, cell, cell);
      words.push(values[from + i].toFixed(2));
    }
    canvas.title = Array.from({ length: rows }, (_, row) => words.slice(row * columns, (row + 1) * columns).join("  ")).join("\n");
  }

  // ------------------------------------------------------------------------------------------------------------ curves

  drawCurve(canvas, lines, { floor = null, log }) {
    const { theme, ratio, frames, frame, data } = this;
    const context = canvas.getContext("2d");
    const box = { left: 44 * ratio, right: canvas.width - 8 * ratio, top: 8 * ratio, bottom: canvas.height - 20 * ratio };
    const all = lines.flatMap(({ values }) => Array.from({ length: frames }, (_, r) => values.at(r)));
    const scale = log ? logScale(all, box) : linearScale([...all, floor], box);
    const last = data.steps[frames - 1];
    const x = (r) => box.left + ((box.right - box.left) * data.steps[r]) / last;
    Object.assign(canvas, { x, y: scale.y });
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.font = this.font(11);
    context.textBaseline = "middle";
    context.textAlign = "right";
    for (const [value, words] of scale.ticks) {
      context.fillStyle = css(theme.text, 0.1);
      context.fillRect(box.left, Math.round(scale.y(value)), box.right - box.left, ratio);
      context.fillStyle = css(theme.text, 0.7);
      context.fillText(words, box.left - 5 * ratio, scale.y(value));
    }
    context.textBaseline = "alphabetic";
    for (const share of [0, 0.5, 1]) {
      context.textAlign = share === 0 ? "left" : share === 1 ? "right" : "center";
      context.fillStyle = css(theme.text, 0.7);
      context.fillText(share === 0 ? tr("step 0") : String(Math.round(last * share)), box.left + share * (box.right - box.left), canvas.height - 4 * ratio);
    }
    for (const line of lines) this.drawLine(context, line, x, scale.y);
    if (floor != null) this.drawFloor(context, box, scale.y(floor));
    this.drawMarker(context, box, x(frame), scale.y(lines.at(-1).values.at(frame)));
  }

  drawLine(context, { values, colour, width }, x, y) {
    context.beginPath();
    for (let r = 0; r < this.frames; r++) context.lineTo(x(r), y(values.at(r)));
    context.strokeStyle = css(colour);
    context.lineWidth = width * this.ratio;
    context.lineJoin = "round";
    context.stroke();
  }

  drawFloor(context, box, y) {
    const { ratio } = this;
    const colour = rgb(getComputedStyle(this.root).getPropertyValue("--pg-accepted").trim());
    context.setLineDash([5 * ratio, 4 * ratio]);
    context.strokeStyle = css(colour);
    context.lineWidth = 2 * ratio;
    context.beginPath();
    context.moveTo(box.left, y);
    context.lineTo(box.right, y);
    context.stroke();
    context.setLineDash([]);
  }

  drawMarker(context, box, x, y) {
    const { theme, ratio } = this;
    context.fillStyle = css(theme.text, 0.35);
    context.fillRect(x - ratio / 2, box.top, ratio, box.bottom - box.top);
    context.beginPath();
    context.arc(x, y, 4.5 * ratio, 0, 2 * Math.PI);
    context.fillStyle = css(theme.model);
    context.fill();
    context.lineWidth = 2 * ratio;
    context.strokeStyle = css(theme.background);
    context.stroke();
  }

  // ---------------------------------------------------------------------------------------------------------- pointing

  pointBars(event) {
    const { left, right } = this.plot;
    const at = ((within(event)[0] * this.ratio - left) / (right - left)) * this.span;
    this.hover = this.slots.findIndex((slot) => at >= slot.at && at < slot.at + 1);
    this.drawBars();
    this.tell();
  }

  pointCurve(event, canvas) {
    const x = within(event)[0] * this.ratio;
    let nearest = 0;
    for (let r = 1; r < this.frames; r++) if (Math.abs(canvas.x(r) - x) < Math.abs(canvas.x(nearest) - x)) nearest = r;
    if (event.buttons & 1 || event.type === "pointerdown") { this.pause(); this.goto(nearest); }
    this.look = nearest;
    this.tell();
  }

  leave() {
    this.hover = this.look = -1;
    this.drawBars();
    this.tell();
  }

  tell() {
    const { data, meta, hover, look } = this;
    if (hover >= 0) {
      const { index, state } = this.slots[hover];
      const bits = state.toString(2).padStart(this.rows * this.columns, "0").match(new RegExp(`.{${this.columns}}`, "g")).join(" ");
      const [p, q] = [data.truth[index], this.q()[index]];
      const nature = index < meta.possible ? tr`truth p = ${probability(p)}` : tr("cannot happen: p = 0");
      say(this.readout, tr`state ${state}, rows ${bits} · ${nature} · model q = ${probability(q)}`);
    } else if (look >= 0) {
      const each = this.members > 1 ? ` · ${tr`alone ${Array.from({ length: this.members }, (_, m) => nats(data.members[look * this.members + m])).join(", ")}`}` : "";
      say(this.readout, tr`step ${data.steps[look]} · NLL ${data.nll[look].toFixed(4)} · KL ${nats(data.kl[look])} nats` + each);
    } else say(this.readout, tr("Point at a bar for its state, at a curve for its numbers."));
  }

  // ----------------------------------------------------------------------------------------------------------- playing

  play() {
    if (this.frame >= this.frames - 1) this.goto(0);
    this.reporter.cancel();
    this.setPlaying(true);
    let last = performance.now();
    let exact = this.frame;
    const tick = (now) => {
      exact += (Math.min(now - last, 250) / 1000) * this.speed * (this.frames - 1) / SECONDS;
      last = now;
      this.goto(Math.floor(exact));
      if (this.frame >= this.frames - 1) this.pause();
      else this.request = requestAnimationFrame(tick);
    };
    this.request = requestAnimationFrame(tick);
  }

  pause() {
    cancelAnimationFrame(this.request);
    if (!this.playing) return;
    this.setPlaying(false);
    this.reporter.later();
  }

  setPlaying(playing) {
    this.playing = playing;
    this.root.dataset.playing = String(playing);
    this.playButton.replaceChildren(icon(playing ? ICONS.pause : ICONS.play));
    this.playButton.setAttribute("aria-label", playing ? tr("Pause") : tr("Play"));
    this.playButton.title = playing ? tr("Pause (Space)") : tr("Play (Space)");
  }

  jump(frame) { this.pause(); this.goto(frame); }

  /** [keys, what they do], for the sheet of keys. */
  get keySheet() { return [["← →", tr("one moment of the training back, on")], ["Shift+← Shift+→", tr("ten of them")], ["Home End", tr("to the start, to the end")], ["Space", tr("play, pause")]]; }

  onKey(event) {
    if (!this.meta || event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
    const target = event.composedPath()[0];
    if (target.tagName === "SELECT") return;
    const stride = event.shiftKey ? 10 : 1;
    const jumps = { ArrowRight: this.frame + stride, ArrowLeft: this.frame - stride, Home: 0, End: this.frames - 1 };
    if (event.key in jumps) this.jump(jumps[event.key]);
    else if (event.key === " " && target.tagName !== "BUTTON") { if (this.playing) this.pause(); else this.play(); }
    else return;
    event.preventDefault();
  }

  // ---------------------------------------------------------------------------------------------------------- elements

  build() {
    this.root.replaceChildren(this.buildTransport(), h("div", { class: "body" }, this.buildMain(), this.buildSide()));
  }

  buildTransport() {
    this.playButton = iconButton(ICONS.play, tr("Play"), () => (this.playing ? this.pause() : this.play()), { class: "pg-icon pg-primary pg-solid", "data-action": "play" });
    this.scrub = h("input", { type: "range", min: 0, max: 1, step: 1, value: 0, "aria-label": tr("Step"), oninput: () => this.jump(Number(this.scrub.value)) });
    this.where = h("span", { class: "where" });
    const speed = h("select", { "aria-label": tr("Speed"), onchange: () => { this.speed = Number(speed.value); } },
      ...PACES.map((value) => h("option", { value, selected: value === 1 }, `${value}×`)));
    return h("div", { class: "transport", role: "group", "aria-label": tr("Playback") },
      iconButton(ICONS.first, tr("Before training (Home)"), () => this.jump(0)),
      iconButton(ICONS.back, tr("One recorded step back (←, with Shift ten)"), () => this.jump(this.frame - 1)),
      this.playButton,
      iconButton(ICONS.forward, tr("One recorded step on (→, with Shift ten)"), () => this.jump(this.frame + 1)),
      iconButton(ICONS.last, tr("To the end (End)"), () => this.jump(this.frames - 1)),
      this.scrub, this.where, speed);
  }

  buildMain() {
    const number = (name, element, title) => h("div", { title }, h("dt", { class: "pg-eyebrow" }, name), element);
    [this.nllText, this.klText, this.totalText, this.forbiddenText] = Array.from({ length: 4 }, () => h("dd"));
    this.likelyButton = h("button", { type: "button", "data-value": "likely", "aria-pressed": "true", onclick: () => this.choose("likely") }, tr("Likely states"));
    this.allButton = h("button", { type: "button", "data-value": "all", "aria-pressed": "false", onclick: () => this.choose("all") }, tr("All states"));
    this.bars = h("canvas", {
      class: "bars", role: "img", tabindex: "0", "aria-label": tr("Probability of each state, model beside truth. Arrow keys step, Space plays."),
      onpointermove: (event) => this.pointBars(event), onpointerleave: () => this.leave(),
    });
    this.readout = h("div", { class: "readout" });
    pointable(this.bars, () => {
      const [left, right] = [this.plot.left, this.plot.right].map((x) => x / this.ratio);
      return { columns: Math.ceil(this.span), rows: 1, box: [left, 0, ((right - left) * Math.ceil(this.span)) / this.span, this.bars.clientHeight] };
    }, this.readout);
    this.samples = h("canvas", { role: "img", "aria-label": tr("16 samples of the model at this step") });
    this.truthMean = h("canvas", { role: "img", "aria-label": tr("Mean image of the world") });
    this.modelMean = h("canvas", { role: "img", "aria-label": tr("Mean image of the model") });
    const key = (kind, name) => h("span", { class: "key" }, h("span", { class: `swatch ${kind}` }), name);
    return h("div", { class: "main" },
      h("dl", { class: "numbers" },
        number(tr("NLL, nats"), this.nllText, tr("exact expectation of −log q over the world")),
        number(tr("KL(p ‖ q), nats"), this.klText, tr("NLL less the world's entropy")),
        number(tr("total probability"), this.totalText, tr("the sum of q over all states")),
        number(tr("q where p = 0"), this.forbiddenText, tr("the sum of q over the states that cannot happen"))),
      h("div", { class: "options" },
        h("div", { class: "pg-segments", role: "group", "aria-label": tr("Which states") }, this.likelyButton, this.allButton),
        h("div", { class: "legend", "aria-hidden": "true" }, key("truth", tr("truth p")), key("model", tr("model q")), key("forbidden", tr("q where p = 0"))),
        h("div", { class: "means" }, tr("mean p"), this.truthMean, "q", this.modelMean)),
      h("div", {}, this.bars), this.readout,
      h("div", { class: "strip" }, h("span", { class: "pg-eyebrow" }, tr("Samples at this step")), this.samples));
  }

  buildSide() {
    const curve = (label) => {
      const canvas = h("canvas", { role: "img", "aria-label": label, onpointerleave: () => this.leave() });
      for (const type of ["pointermove", "pointerdown"]) canvas.addEventListener(type, (event) => this.pointCurve(event, canvas));
      return canvas;
    };
    this.nll = curve(tr("Negative log-likelihood by step, with the entropy as its floor"));
    this.kl = curve(tr("KL divergence by step, on a logarithmic scale"));
    this.floorName = h("span");
    this.averageName = h("span");
    this.eachKey = h("span", { class: "key" }, h("span", { class: "swatch line each" }), tr("each alone"));
    const legend = (...keys) => h("div", { class: "legend", "aria-hidden": "true" }, ...keys);
    return h("div", { class: "side" },
      h("div", { class: "curve" }, h("span", { class: "pg-eyebrow" }, tr("NLL, nats")), this.nll,
        legend(h("span", { class: "key" }, h("span", { class: "swatch line floor" }), this.floorName))),
      h("div", { class: "curve" }, h("span", { class: "pg-eyebrow" }, tr("KL, nats, logarithmic")), this.kl,
        legend(h("span", { class: "key" }, h("span", { class: "swatch line average" }), this.averageName), this.eachKey)));
  }

  choose(show) {
    this.show = show;
    this.hover = -1;
    this.likelyButton.setAttribute("aria-pressed", String(show === "likely"));
    this.allButton.setAttribute("aria-pressed", String(show === "all"));
    this.arrange();
    this.draw();
  }
}

/** 1, 2 or 5 times a power of ten, at or above a size. */
function niceStep(size) {
  const power = 10 ** Math.floor(Math.log10(size));
  return [1, 2, 5, 10].find((factor) => factor * power >= size) * power;
}

function linearScale(values, { top, bottom }) {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const room = Math.max(high - low, 0.05);
  const [from, to] = [low - 0.06 * room, high + 0.04 * room];
  const y = (value) => bottom - ((value - from) / (to - from)) * (bottom - top);
  const gap = niceStep((to - from) / 4);
  const ticks = [];
  for (let value = Math.ceil(from / gap) * gap; value <= to; value += gap) ticks.push([value, String(Number(value.toPrecision(4)) || 0).replace("-", "−")]);
  return { y, ticks };
}

function logScale(values, { top, bottom }) {
  const exponent = (value) => Math.log10(Math.max(value, 1e-6));
  const from = Math.floor(exponent(Math.min(...values)) + 1e-9);
  const to = Math.max(exponent(Math.max(...values)) + 0.1, from + 1);
  const y = (value) => bottom - ((exponent(value) - from) / (to - from)) * (bottom - top);
  const ticks = [];
  for (let e = from; e <= to; e++) ticks.push([10 ** e, e < -3 ? `1e−${-e}` : String(10 ** e)]);
  return { y, ticks };
}

/** Four decimals, or powers of ten where four decimals would say 0. */
function probability(p) { return p > 0 && p < 0.0001 ? p.toExponential(1).replace("-", "−") : p.toFixed(4); }

function nats(value) { return Math.abs(value) < 0.001 ? value.toExponential(1).replaceAll("-", "−") : value.toFixed(4); }
