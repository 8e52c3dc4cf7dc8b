// The game of a GAN in the plane: its elements, playing, slow motion, keys. No mathematics: every frame comes from the
// trace.

const SECONDS = [1.3, 1.6, 1.8, 1.8]; // of each phase at speed 1
const PHASES_OF = { b: [0, 1, 2, 3], d: [0, 1], g: [2, 3] };
const STEPS_A_SECOND = 60; // at speed 1
const AHEAD = 1.2; // seconds of playing that are asked for before they run out
const WHOLE = -1;

export default function (component) {
  return mount(component, ".pg-gangame", GanGame);
}

class GanGame extends GanGameMoves {
  constructor(root) {
    super(root, "__game");
    this.focus = WHOLE;
  }

  // ------------------------------------------------------------------------------------------------------- elements

  build() {
    const phases = [tr("D is shown"), tr("D moves"), tr("gradients"), tr("G moves")];
    const presses = [
      ["d", 1, tr("D step"), tr("D step (key D)")], ["g", 1, tr("G step"), tr("G step (key G)")], ["b", 1, tr("Both"), tr("Both (key B)")],
      ["b", 10, tr("10 both"), tr("10 both (Shift and B)")], ["b", 100, tr("100 both"), tr("100 both")],
    ];
    const layers = { optimal: ["D*", "line"], real: [tr("data"), "disc"], fake: [tr("fakes"), "diamond"], gradients: [tr("gradients"), "arrow"], mesh: [tr("G’s grid"), "grid"], pData: ["p_data", "line data"], pModel: ["p_g", "line model"] };
    Object.assign(this, {
      clock: 1, heat: "discriminator", magnify: 1, pointer: null, frames: [], frameMoves: "", curves: {}, wanted: "", asked: "", seen: 0,
      undos: [], edits: new Edits(), pending: false, until: 0, following: false, goal: null, tries: 0, version: 0, note: "", fourth: "modes",
      shows: { optimal: true, real: true, fake: true, gradients: false, mesh: true, pData: false, pModel: false },
    });
    const hover = (event) => { this.note = ""; const [x, y] = within(event); this.pointer = { x: x / event.target.clientWidth, y: 1 - y / event.target.clientHeight }; this.schedule(); };
    this.main = h("canvas", {
      class: "plane", role: "img", tabindex: "0", "aria-label": tr("The plane: what D says, real points and the generator’s; with the focus here, arrow keys move a cursor that reads the numbers"), onpointermove: hover, onpointerdown: hover,
      onpointerleave: () => { this.pointer = null; this.schedule(); }, onblur: () => { this.pointer = null; this.schedule(); },
    });
    this.scale = h("canvas", { width: 96, height: 8, "aria-hidden": "true" });
    this.said = h("div", { class: "said" });
    this.readout = h("div", { class: "readout" });
    this.undoButton = iconButton(ICONS.undo, tr("Bring back what a press dropped (Ctrl+Z)"), () => this.undo(), { "data-action": "undo", disabled: true });
    this.wholeButton = h("button", { type: "button", "data-phase": WHOLE, onclick: () => this.see(WHOLE) }, tr("Whole steps"));
    this.phaseButtons = phases.map((name, phase) => h("button", { type: "button", "data-phase": phase, onclick: () => this.see(phase) }, `${phase + 1} ${name}`));
    const chart = (title, ...keys) => {
      const values = keys.map((key) => h("span", { class: "value" }, h("i", { class: key }), h("span")));
      const plot = new GameChart(title, (step) => this.goto(step));
      const words = h("b", {}, title);
      return { chart: plot, values, title: words, box: h("figure", {}, h("figcaption", {}, words, ...values), plot.canvas) };
    };
    this.charts = {
      loss: chart(tr("Loss, nats"), "ink", "model"), value: chart("V, nats", "ink", "data"), js: chart("JS(p_data, p_g), nats", "model"), last: chart(tr("|∂L_G/∂x| at fakes"), "model"),
    };
    this.fourthChoice = this.segments(tr("Fourth curve"), "fourth", [["modes", tr("Modes")], ["steepness", "|∂L_G/∂x|"]]);
    this.fourthChoice.title = tr("Modes that p_g covers; or the mean length of −∂L_G/∂x at the fakes, nats per unit");
    this.charts.last.title.before(this.fourthChoice);
    this.magnifier = h("select", { "aria-label": tr("Length of the arrows"), onchange: () => { this.magnify = Number(this.magnifier.value); this.schedule(); } },
      ...[1, 10, 100].map((times) => h("option", { value: times }, tr`arrows ×${times}`)));
    this.root.append(
      h("div", { class: "presses" },
        ...presses.map(([move, count, words, title]) => h("button", {
          type: "button", class: `pg-button${count === 1 && move === "b" ? " pg-both" : ""}`, "data-press": `${move}${count}`, onclick: () => this.press(move, count),
          title,
        }, words)),
        this.undoButton,
        iconButton(ICONS.clear, tr("Reset the game to step 0; the settings stay"), () => this.reset(), { "data-action": "reset" }),
        h("div", { class: "slow" }, h("div", { class: "pg-segments", role: "group", "aria-label": tr("Whole steps, or the phases of one step in slow motion") }, this.wholeButton, ...this.phaseButtons))),
      this.said,
      h("div", { class: "frame" },
        h("div", { class: "left" },
          this.main,
          h("div", { class: "under" },
            this.segments(tr("Colours show"), "heat", [["discriminator", "D"], ["optimal", "D*"]]),
            h("div", { class: "scale" }, tr("fake 0"), this.scale, tr("1 real")), this.magnifier)),
        h("div", { class: "middle" },
          h("div", { class: "charts" }, ...Object.values(this.charts).map(({ box }) => box)),
          this.readout,
          h("div", { class: "layers", role: "group", "aria-label": tr("Shown on the plane") }, ...Object.entries(layers).map(([name, [words, glyph]]) => this.toggleOf(name, words, glyph))))),
      this.buildTransport());
    this.movesRail = h("div", { class: "movesrail", title: tr("Moves of one player alone: dark D, purple G") });
    this.scrub.after(this.movesRail);
  }

  /** Below the rail: where D, or G, moved alone. */
  showMoves() {
    const moves = this.wanted.slice(0, this.ready);
    if (this.railed === moves) return;
    this.railed = moves;
    const stops = [];
    for (const { 0: run, index } of moves.matchAll(/(.)\1*/g)) {
      const colour = { b: "transparent", d: "var(--pg-generated)", g: "var(--pg-model)" }[run[0]];
      stops.push(`${colour} ${(100 * index) / moves.length}% ${(100 * (index + run.length)) / moves.length}%`);
    }
    this.movesRail.style.background = /[dg]/.test(moves) ? `linear-gradient(to right, ${stops.join(", ")})` : "none";
  }

  get speedChoices() { return [0.05, 0.25, 1, 2, 4].map((value) => [value, tr`${STEPS_A_SECOND * value} steps/s`]); }
  get strideWords() { return [this.focus >= 0 ? tr("One phase") : tr("One step"), tr("ten steps")]; }
  stepFrom(direction, far) { return this.step + direction * (far ? 10 : 1); }
  get rate() { return STEPS_A_SECOND; }
  get countText() { return tr`step ${this.step} / ${this.steps}`; }

  toggleOf(name, words, glyph) {
    const button = h("button", {
      type: "button", "data-layer": name, "aria-pressed": String(this.shows[name]),
      onclick: () => { this.shows[name] = !this.shows[name]; button.setAttribute("aria-pressed", String(this.shows[name])); this.schedule(); },
    }, h("i", { class: `glyph ${glyph}`, "aria-hidden": "true" }), words);
    return button;
  }

  // ------------------------------------------------------------------------------------------- playing, phases, keys

  /** The phases of the step in sight. */
  get phases() { return PHASES_OF[this.frameMoves[Math.max(0, this.step - 1)]] ?? PHASES_OF.b; }

  see(phase) {
    this.playing = this.following = false;
    this.showPlaying();
    this.clock = 1;
    if (phase >= 0 && this.step === 0) this.step = Math.min(1, this.ready);
    if (phase >= 0 && !this.step) { this.remark(tr("Press a step first: slow motion shows its phases.")); return; }
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
    this.note = "";
    if (this.step >= this.meta.most) { this.step = 0; this.run(this.seen); return; }
    this.following = false;
    this.run(Infinity);
  }

  run(until) {
    this.until = until;
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
    if (!this.playing) this.showMoves();
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

  /** [keys, what they do], for the sheet of keys. */
  get keys() {
    return [["D G B", tr("train the discriminator, the generator, both")], ["Shift+B", tr("both, ten times")], ["Ctrl+Z", tr("undo")], ...super.keys.filter(([names]) => names !== "W A S D" && names !== "Enter"),
      ["← → ↑ ↓", tr("read the plane cell by cell, once it has the focus (Tab)")]];
  }

  onKey(event) {
    const key = event.key.toLowerCase();
    const target = event.composedPath()[0];
    const typing = target.tagName === "SELECT" || target.tagName === "TEXTAREA" || target.type === "text" || target.type === "number";
    if ((event.ctrlKey || event.metaKey) && key === "z" && !event.altKey) this.undo();
    else if (target === this.main && key.startsWith("arrow") && !event.ctrlKey && !event.metaKey && !event.altKey) this.moveCursor(key, event.shiftKey ? 5 : 1);
    else if (event.ctrlKey || event.metaKey || event.altKey || typing || !"dgb".includes(key)) { super.onKey(event); return; }
    else this.press(key, key === "b" && event.shiftKey ? 10 : 1);
    event.preventDefault();
    event.stopPropagation();
  }

  cursorKey() { }

  /** The plane's numbers by keyboard: a cursor that goes from cell to cell. */
  moveCursor(key, cells) {
    const [across, up] = { arrowleft: [-1, 0], arrowright: [1, 0], arrowup: [0, 1], arrowdown: [0, -1] }[key];
    const { side } = this;
    const middle = (share, by) => (clamp(Math.floor(share * side) + by * cells, 0, side - 1) + 0.5) / side;
    const { x, y } = this.pointer ?? { x: 0.5, y: 0.5 };
    this.pointer = { x: middle(x, across), y: middle(y, up), keyed: true };
    this.note = "";
    say(this.live, this.pointed());
    this.schedule();
  }
}
