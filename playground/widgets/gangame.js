// The game of a GAN in the plane. The visitor's presses are moves: `wanted` is what was asked for, one letter a step,
// `held` are the moves whose frames are here. Where they begin alike can be played, scrubbed and stepped back without a
// message; what is missing is asked for, a hundred steps at once. No mathematics: every frame comes from the trace.

const PHASES = ["D is shown", "D moves", "gradients", "G moves"];
const SECONDS = [1.3, 1.6, 1.8, 1.8]; // of each phase at speed 1
const PHASES_OF = { b: [0, 1, 2, 3], d: [0, 1], g: [2, 3] };
const STEPS_A_SECOND = 60; // at speed 1
const AT_ONCE = 100; // steps asked for beyond those that are here
const AHEAD = 1.2; // seconds of playing that are asked for before they run out
const WHOLE = -1;
const UNDOS = 50;
const PRESSES = [["d", 1, "D step"], ["g", 1, "G step"], ["b", 1, "Both"], ["b", 10, "10 both"], ["b", 100, "100 both"]];
const LAYERS = { optimal: ["D*", "line"], real: ["data", "disc"], fake: ["fakes", "diamond"], gradients: ["gradients", "arrow"], mesh: ["G’s grid", "grid"], pData: ["p_data", "line data"], pModel: ["p_g", "line model"] };

export default function (component) {
  return mount(component, ".pg-gangame", GanGame);
}

/** "b2d1" → "bbd". */
const spelled = (text) => text.replace(/([bdg])(\d*)/g, (_, letter, count) => letter.repeat(count === "" ? 1 : Number(count)));
/** "bbd" → "b2d1". */
const counted = (moves) => moves.replace(/(.)\1*/g, (run) => run[0] + run.length);

function alike(one, other) {
  const most = Math.min(one.length, other.length);
  for (let i = 0; i < most; i++) if (one[i] !== other[i]) return i;
  return most;
}

class GanGame extends GanGameStage {
  constructor(root) {
    super(root, "__game");
    this.focus = WHOLE;
  }

  // ------------------------------------------------------------------------------------------------------- elements

  build() {
    Object.assign(this, {
      clock: 1, heat: "discriminator", magnify: 1, pointer: null, frames: [], frameMoves: "", curves: {}, wanted: "", asked: "", seen: 0,
      undos: [], edits: new Edits(), pending: false, until: 0, following: false, goal: null, tries: 0, note: "",
      shows: { optimal: true, real: true, fake: true, gradients: false, mesh: true, pData: false, pModel: false },
    });
    const hover = (event) => { this.pointer = { x: event.offsetX / event.target.clientWidth, y: 1 - event.offsetY / event.target.clientHeight }; this.schedule(); };
    this.main = h("canvas", {
      class: "plane", role: "img", "aria-label": "The plane: what D says, real points and the generator's", onpointermove: hover, onpointerdown: hover,
      onpointerleave: () => { this.pointer = null; this.schedule(); },
    });
    this.scale = h("canvas", { width: 96, height: 8, "aria-hidden": "true" });
    this.said = h("div", { class: "said" });
    this.readout = h("div", { class: "readout" });
    this.undoButton = iconButton(ICONS.undo, "Bring back what a press dropped (Ctrl+Z)", () => this.undo(), { "data-action": "undo", disabled: true });
    this.wholeButton = h("button", { type: "button", "data-phase": WHOLE, onclick: () => this.see(WHOLE) }, "Whole steps");
    this.phaseButtons = PHASES.map((name, phase) => h("button", { type: "button", "data-phase": phase, onclick: () => this.see(phase) }, `${phase + 1} ${name}`));
    const chart = (title, count) => {
      const values = Array.from({ length: count }, () => h("span", { class: "value" }, h("i"), h("span")));
      const plot = new GameChart(title, (step) => this.goto(step));
      return { chart: plot, values, box: h("figure", {}, h("figcaption", {}, h("b", {}, title), ...values), plot.canvas) };
    };
    this.charts = {
      loss: chart("Losses, nats", 2), value: chart("V, nats", 2), js: chart("JS(p_data, p_g), nats", 1), modes: chart("Modes", 1),
    };
    this.magnifier = h("select", { "aria-label": "Length of the arrows", onchange: () => { this.magnify = Number(this.magnifier.value); this.schedule(); } },
      ...[1, 10, 100].map((times) => h("option", { value: times }, `arrows ×${times}`)));
    this.root.append(
      h("div", { class: "presses" },
        ...PRESSES.map(([move, count, words]) => h("button", {
          type: "button", class: `pg-button${count === 1 && move === "b" ? " pg-both" : ""}`, "data-press": `${move}${count}`, onclick: () => this.press(move, count),
          title: `${words}${count === 1 ? ` (key ${move.toUpperCase()})` : count === 10 ? " (Shift and B)" : ""}`,
        }, words)),
        this.undoButton,
        iconButton(ICONS.clear, "Reset the game to step 0; the settings stay", () => this.reset(), { "data-action": "reset" }),
        h("div", { class: "slow" }, h("div", { class: "pg-segments", role: "group", "aria-label": "Whole steps, or the phases of one step in slow motion" }, this.wholeButton, ...this.phaseButtons))),
      this.said,
      h("div", { class: "frame" },
        h("div", { class: "left" },
          this.main,
          h("div", { class: "under" },
            this.segments("Colours show", "heat", [["discriminator", "D"], ["optimal", "D*"]]),
            h("div", { class: "scale" }, "fake 0", this.scale, "1 real"), this.magnifier)),
        h("div", { class: "middle" },
          h("div", { class: "charts" }, ...Object.values(this.charts).map(({ box }) => box)),
          this.readout,
          h("div", { class: "layers", role: "group", "aria-label": "Shown on the plane" }, ...Object.entries(LAYERS).map(([name, [words, glyph]]) => this.toggleOf(name, words, glyph))))),
      this.buildTransport());
  }

  get speedChoices() { return [[0.05, "3 steps/s"], [0.25, "15 steps/s"], [1, "60 steps/s"], [2, "120 steps/s"], [4, "240 steps/s"]]; }
  get strideWords() { return [this.focus >= 0 ? "One phase" : "One step", "ten steps"]; }
  stepFrom(direction, far) { return this.step + direction * (far ? 10 : 1); }
  get rate() { return STEPS_A_SECOND; }
  get countText() { return `step ${this.step} / ${this.steps}`; }

  toggleOf(name, words, glyph) {
    const button = h("button", {
      type: "button", "data-layer": name, "aria-pressed": String(this.shows[name]),
      onclick: () => { this.shows[name] = !this.shows[name]; button.setAttribute("aria-pressed", String(this.shows[name])); this.schedule(); },
    }, h("i", { class: `glyph ${glyph}`, "aria-hidden": "true" }), words);
    return button;
  }

  // ------------------------------------------------------------------------------------------------ data in and out

  /** The steps that can be gone to: asked for, and here. */
  get ready() { return Math.min(alike(this.frameMoves, this.wanted), this.seen); }

  open({ meta, arrays, shapes }) {
    const revision = this.edits.revision;
    this.edits.receive(meta);
    const moves = spelled(meta.moves);
    if (this.edits.revision !== revision) {
      Object.assign(this, { wanted: moves, asked: meta.moves, seen: moves.length, following: false, undos: revision === undefined ? [] : this.undos });
    }
    if (this.game !== meta.trace) {
      Object.assign(this, { game: meta.trace, frames: [], frameMoves: "", decoded: null });
      for (const name of CURVES) this.curves[name] = [];
    }
    this.take(meta.first, moves, arrays, shapes);
    this.pending = meta.edit < this.edits.edit;
    this.steps = this.ready;
    this.root.dataset.held = this.frameMoves.length;
    this.arrived();
  }

  /** Frames from `first` on; what is here of another future gives way. */
  take(first, moves, arrays, shapes) {
    const fresh = shapes.fake[0];
    if (!fresh || first > alike(this.frameMoves, moves) + 1) return;
    if (arrays.real) {
      Object.assign(this, { real: arrays.real, pData: arrays.p_data, side: shapes.p_data[0], lattice: shapes.mesh[1] });
      this.field = new Field(this.side);
      this.scratch = new Float32Array(this.side ** 2);
    }
    this.frames.length = first;
    this.decoded = null;
    for (let n = 0; n < fresh; n++) {
      const frame = {};
      for (const name of HALVES) {
        const size = arrays[name].length / fresh;
        frame[name] = arrays[name].subarray(n * size, (n + 1) * size);
      }
      this.frames.push(frame);
    }
    for (const name of CURVES) {
      this.curves[name].length = first;
      for (const value of arrays[name]) this.curves[name].push(value);
    }
    this.frameMoves = moves;
    this.tries = 0;
  }

  /** After an answer: ask for what is still missing, and go on to where the visitor wanted to be. */
  arrived() {
    this.limit();
    if (!this.pending && alike(this.frameMoves, this.wanted) < this.wanted.length && this.tries++ < 3) this.ask();
    if (this.goal !== null && this.ready >= this.goal) {
      const { goal } = this;
      this.goal = null;
      this.step = goal;
      this.changed();
    }
    if (this.following && !this.playing) this.follow();
  }

  /** Show what a press has brought: one step at once or in its phases, more of them played. */
  follow() {
    if (this.step >= this.ready) return;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (this.focus < 0 && (still || this.seen - this.step === 1)) {
      this.step = this.ready;
      if (this.step >= this.seen) this.following = false;
      this.changed();
    } else this.run(this.seen);
  }

  limit() {
    this.steps = this.ready;
    this.scrub.max = Math.max(1, this.steps);
    this.root.dataset.steps = this.steps;
    this.undoButton.disabled = !this.undos.length;
  }

  receive(component) {
    super.receive(component);
    this.shades = muted(this.colours, this.theme);
    const context = this.scale.getContext("2d");
    const image = context.createImageData(96, 8);
    const pixels = new Uint32Array(image.data.buffer);
    for (let i = 0; i < pixels.length; i++) pixels[i] = this.shades[Math.round(((i % 96) / 95) * 510)];
    context.putImageData(image, 0, 0);
    this.report();
  }

  /** A game that is new to this canvas: as the link says; where only the settings changed, at the step that was seen. */
  start({ step, focus, opening }) {
    delete this.root.dataset.firstPaint;
    if (this.opening === opening) {
      this.step = clamp(this.step, 0, this.steps);
      this.progress = this.step;
      this.changed();
      return;
    }
    this.opening = opening;
    Object.assign(this, { playing: false, following: false, clock: 1, focus: focus ?? WHOLE, undos: [], goal: null });
    this.showPlaying();
    this.limit();
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.step = clamp(step ?? (still ? this.steps : 0), 0, this.steps);
    this.reported = `${step ?? 0}:${this.focus}`;
    if (step === null && !still && this.steps) this.run(this.steps);
    else this.changed();
  }

  report() {
    const here = `${this.step}:${this.focus}`;
    if (this.playing || this.pending || this.reported === here) return;
    this.reported = here;
    this.send({ revision: this.edits.revision, edit: this.edits.edit });
  }

  send(numbered) {
    const { step, focus, asked, frameMoves } = this;
    this.component.setStateValue("view", { ...numbered, moves: asked, held: counted(frameMoves), trace: this.game, step, focus });
  }

  /** Ask for the next of the steps that are wanted. */
  ask() {
    const here = alike(this.frameMoves, this.wanted);
    const text = counted(this.wanted.slice(0, here + AT_ONCE));
    if (this.pending && text === this.asked) return;
    this.asked = text;
    this.pending = true;
    this.reporter.cancel();
    this.reported = `${this.step}:${this.focus}`;
    this.root.dataset.asked = performance.now().toFixed(1);
    this.send(this.edits.next({}));
  }

  // ---------------------------------------------------------------------------------------------------------- moves

  press(move, count) {
    if (!this.frames.length) return;
    const going = this.following || (this.playing && this.step >= this.ready);
    const base = going ? this.seen : this.step;
    const more = Math.min(count, this.meta.most - base);
    if (more < 1) { this.remark(`${this.meta.most.toLocaleString("en")} steps are the most: go back and press, or reset.`); return; }
    const moves = this.wanted.slice(0, base) + move.repeat(more);
    if (base < this.seen) {
      this.remember();
      this.remark(`A new future from step ${base}: ${(this.seen - base).toLocaleString("en")} steps dropped; undo brings them back.`);
    }
    if (base < this.seen || !this.wanted.startsWith(moves)) this.wanted = moves; // else they were asked for while it played
    this.seen = moves.length;
    this.playing = false;
    this.following = true;
    this.goal = null;
    this.showPlaying();
    this.tries = 0;
    this.limit();
    if (counted(this.wanted) !== this.asked || this.ready < this.seen) this.ask();
    this.follow();
    this.schedule();
  }

  remember() {
    this.undos.push([this.wanted.slice(0, this.seen), this.step]);
    if (this.undos.length > UNDOS) this.undos.shift();
  }

  undo() {
    if (!this.undos.length) return;
    const [moves, step] = this.undos.pop();
    Object.assign(this, { wanted: moves, seen: moves.length, following: false, playing: false, tries: 0 });
    this.showPlaying();
    this.limit();
    this.goal = step <= this.ready ? null : step;
    this.step = Math.min(step, this.ready);
    this.remark(`Back to the game of ${moves.length.toLocaleString("en")} steps.`);
    this.ask();
    this.schedule();
  }

  /** Step 0 again: the frames are dropped, the moves can be brought back. */
  reset() {
    if (!this.seen) return;
    this.remember();
    Object.assign(this, { wanted: "", seen: 0, step: 0, focus: WHOLE, following: false, playing: false, goal: null, frameMoves: "", decoded: null });
    this.frames.length = 1;
    for (const name of HALVES) this.frames[0][name] = this.frames[0][name].slice(); // a view would keep the whole block
    for (const name of CURVES) this.curves[name].length = 1;
    this.root.dataset.held = 0;
    this.showPlaying();
    this.limit();
    this.ask();
    this.schedule();
  }

  remark(words) {
    this.note = words;
    say(this.live, words);
    this.schedule();
  }

  // ------------------------------------------------------------------------------------------- playing, phases, keys

  /** The phases of the step in sight. */
  get phases() { return PHASES_OF[this.frameMoves[Math.max(0, this.step - 1)]] ?? PHASES_OF.b; }

  see(phase) {
    this.playing = this.following = false;
    this.showPlaying();
    this.clock = 1;
    if (phase >= 0 && this.step === 0) this.step = Math.min(1, this.ready);
    if (phase >= 0 && !this.step) { this.remark("Press a step first: slow motion shows its phases."); return; }
    this.focus = phase >= 0 && !this.phases.includes(phase) ? this.phases[0] : phase;
    this.changed();
  }

  /** In slow motion one step on or back is one phase. */
  goto(step) {
    const by = Math.round(step) - this.step;
    this.following = false;
    this.goal = null;
    this.note = "";
    this.clock = 1;
    if (this.focus >= 0 && Math.abs(by) === 1) { this.advance(by); super.goto(this.step); return; }
    super.goto(step);
    if (this.focus >= 0) this.focus = this.step ? this.phases.at(-1) : WHOLE;
  }

  /** One phase on or back; false where there is none. */
  advance(by) {
    const here = this.step ? this.phases.indexOf(this.focus) + by : 99;
    if (here >= 0 && here < this.phases.length) this.focus = this.phases[here];
    else if (by > 0 ? this.step >= this.ready : this.step <= 1) return false;
    else {
      this.step += by;
      this.focus = by > 0 ? this.phases[0] : this.phases.at(-1);
    }
    return true;
  }

  /** Play on without end: what is here, and then what is asked for in time. */
  play() {
    if (this.step >= this.meta.most) { this.step = 0; this.run(this.seen); return; }
    this.following = false;
    this.run(Infinity);
  }

  run(until) {
    Object.assign(this, { until, note: "" });
    if (this.focus >= 0 && this.step < this.ready) { this.step += 1; [this.focus] = this.phases; }
    this.progress = this.step;
    this.clock = 0;
    this.last = 0;
    this.playing = true;
    this.reporter.cancel();
    this.showPlaying();
    this.schedule();
  }

  pause() {
    if (!this.playing) return;
    this.clock = 1;
    this.following = false;
    super.pause();
  }

  frame(now) {
    if (this.playing) {
      const passed = this.last ? Math.min(now - this.last, 100) / 1000 : 0;
      if (this.focus >= 0) this.slowly(passed);
      else this.quickly(passed);
      this.last = now;
      this.lastFrame = 0; // the steps do not run by themselves
    }
    super.frame(now);
  }

  quickly(passed) {
    const most = Math.min(alike(this.frameMoves, this.wanted), this.until);
    this.progress = Math.min(most, this.progress + (this.last ? passed * this.rate * this.speed : 1));
    this.step = Math.floor(this.progress);
    this.reveal();
    this.root.dataset.waiting = String(this.step >= most && this.step < this.until);
    if (this.step >= Math.min(this.until, this.meta.most)) this.pause();
  }

  slowly(passed) {
    this.clock += (passed / SECONDS[this.focus]) * this.speed * (this.speed < 1 ? 4 : 1);
    if (this.clock < 1) return;
    const last = this.phases.at(-1) === this.focus;
    if (last && this.step >= this.until) { this.pause(); return; }
    if (last) this.reveal(1);
    if (this.advance(1)) this.clock = 0;
    else this.clock = 1; // the next step is on its way
  }

  /** Without an end, the steps that are reached become part of the game, and the next are asked for before they run out. */
  reveal(more = 0) {
    if (this.until !== Infinity) return;
    const { most } = this.meta;
    this.seen = Math.min(most, Math.max(this.seen, this.step + more));
    const ahead = Math.ceil(this.rate * this.speed * AHEAD);
    if (!this.pending && this.wanted.length < most && this.wanted.length - this.step < ahead) {
      this.wanted += "b".repeat(Math.min(AT_ONCE, most - this.wanted.length));
      this.tries = 0;
      this.ask();
    }
    this.limit();
  }

  onKey(event) {
    const key = event.key.toLowerCase();
    const target = event.composedPath()[0];
    const typing = target.tagName === "SELECT" || target.tagName === "TEXTAREA" || target.type === "text" || target.type === "number";
    if ((event.ctrlKey || event.metaKey) && key === "z" && !event.altKey) this.undo();
    else if (event.ctrlKey || event.metaKey || event.altKey || typing || !"dgb".includes(key)) { super.onKey(event); return; }
    else this.press(key, key === "b" && event.shiftKey ? 10 : 1);
    event.preventDefault();
    event.stopPropagation();
  }

  cursorKey() { }
}

/** The diverging colours at a strength on which points can be seen. */
function muted(colours, theme) {
  return Uint32Array.from(colours, (colour) => packed(mix(theme.background, [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255], theme.dark ? 0.62 : 0.6)));
}
