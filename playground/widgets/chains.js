// Chains on a landscape, for one kernel or for two side by side: one transport drives both, step by step and within a
// step event by event. Everything comes with the trace; here it is looked up and drawn.

const PACES = [[0.25, "¼"], [0.5, "½"], [1, "1"], [2, "2"], [6, "6"], [25, "25"], [100, "100"], [400, "400"]]; // steps a second
const SLOW = 3; // steps a second up to which the events of a step are shown one after the other
const READABLE = 7; // steps a second up to which verdicts are written beside the points
const ROOM = { bar: 30, transport: 44, head: 24, gaps: 14, info: 152, least: 240 }; // CSS pixels
const MAP_PLACES = 40; // along each side of the landscape, for the keyboard

export default function (component) {
  return mount(component, ".pg-chains", Chains);
}

class Chains extends Stepper {
  constructor(root) {
    super(root, "__chains");
    this.focus = 0;
    this.speed = 1;
  }

  get rate() { return EVENTS; }
  get speedChoices() { return PACES.map(([value, words]) => [value, value > 1 ? tr`${words} steps/s` : tr`${words} step/s`]); }
  get strideWords() { return this.coarse ? [tr("One step"), tr("one event")] : [tr("One event"), tr("a whole step")]; }
  get countText() { return tr`step ${this.at.toLocaleString("en")} / ${(this.steps / EVENTS).toLocaleString("en")}`; }
  get at() { return Math.floor(this.step / EVENTS); }
  progressStep(progress) { return this.speed > SLOW ? Math.floor(progress / EVENTS) * EVENTS : Math.floor(progress); }

  stepFrom(direction, other) {
    if (Boolean(this.coarse) === Boolean(other)) return this.step + direction;
    return direction > 0 ? (this.at + 1) * EVENTS : (Math.ceil(this.step / EVENTS) - 1) * EVENTS;
  }

  destroy() { this.starts.destroy(); super.destroy(); }

  // ---------------------------------------------------------------------------------------------------- data in and out

  open({ meta, arrays, shapes }) {
    if (this.sides.length !== Math.max(1, meta.sides.length)) this.arrange(Math.max(1, meta.sides.length));
    const { window, levels } = meta;
    this.land = window ? { window, levels, logZ: meta.logZ, logDensity: arrays.logDensity, rows: shapes.logDensity[0], columns: shapes.logDensity[1], truth: [arrays.truthX, arrays.truthY] } : null;
    this.sides.forEach((side, s) => {
      side.walk = meta.sides[s] ? new Walk(s, meta.sides[s], arrays, shapes, window) : null;
      side.map.show(this.land);
      side.scene.show(side.walk);
      say(side.name, meta.sides[s]?.title ?? "");
      say(side.settings, meta.sides[s]?.settings ?? "");
      say(side.note, side.walk ? "" : meta.note);
    });
    this.walk = this.sides[0].walk;
    this.steps = (this.walk?.steps ?? 1) * EVENTS;
    this.stride = EVENTS;
    const points = Array.from({ length: this.walk?.chains ?? 0 }, (_, c) => [this.walk.positions[2 * c * (this.walk.steps + 1)], this.walk.positions[2 * c * (this.walk.steps + 1) + 1]]);
    this.answered = this.starts.receive(meta, points);
    this.warmRail.style.width = this.walk ? `${(100 * this.walk.warmup) / this.walk.steps}%` : "0";
    this.warmRail.classList.toggle("pg-hidden", !this.walk?.warmup);
    this.root.dataset.edit = meta.edit;
    this.root.dataset.chains = this.walk?.chains ?? 0;
    this.received = performance.now();
  }

  /** A new trace: the first opens where the link says; later ones stay at the step, or begin anew after another start. */
  start({ step, event, focus, opening }) {
    this.scrub.max = this.steps;
    this.scrub.step = EVENTS;
    delete this.root.dataset.firstPaint;
    if (this.opening !== opening) {
      this.opening = opening;
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      this.focus = clamp(focus ?? 0, 0, this.chains - 1);
      this.step = clamp(step == null ? (still ? this.steps : 0) : step * EVENTS + event, 0, this.steps);
      this.reported = step == null ? null : this.here;
      if (step == null && !still && this.walk) { this.play(); return; }
    } else {
      this.focus = clamp(this.focus, 0, this.chains - 1);
      this.step = clamp(this.step, 0, this.steps);
      this.progress = this.step;
    }
    this.changed();
  }

  receive(component) {
    super.receive(component);
    if (this.answered && this.resume) { this.resume = false; this.play(); }
    this.answered = false;
  }

  get here() { return `${this.step}:${this.focus}`; }

  report() {
    if (this.playing || this.reported === this.here || !this.walk || this.starts.waiting) return;
    this.reported = this.here;
    this.component.setStateValue("view", { step: this.at, event: this.step % EVENTS, focus: this.focus });
  }

  resize() {
    this.theme.proposal = rgb(getComputedStyle(this.root).getPropertyValue("--pg-proposal"));
    this.theme.accepted = rgb(getComputedStyle(this.root).getPropertyValue("--pg-accepted"));
    this.theme.data = rgb(getComputedStyle(this.root).getPropertyValue("--pg-data"));
    super.resize();
  }

  // ------------------------------------------------------------------------------------- what the starting points ask for

  get subject() { return this.focus; }

  /** How many chains can be chosen: those that are shown, or those that are wanted while their walk is on its way. */
  get chains() { return Math.max(1, this.starts.waiting ? this.starts.points.length : this.walk?.chains ?? 1); }

  /** Whether the proposal on stage will be accepted, for Predict. */
  question(tick) {
    const { walk } = this;
    if (!walk?.tested || this.starts.waiting || tick % EVENTS !== 1) return null;
    const step = Math.floor(tick / EVENTS);
    const move = walk.move(this.focus, step);
    const p = Number.isFinite(move.logRatio) ? Math.exp(Math.min(0, move.logRatio)) : 0;
    const names = [tr("it is accepted"), tr("it is rejected")];
    return {
      title: tr`Chain ${this.focus + 1}, step ${step + 1}: will the proposal be accepted?`, answer: move.accepted ? 0 : 1, next: (step + 1) * EVENTS,
      options: [{ key: "1", words: names[0], p }, { key: "0", words: names[1], p: 1 - p }], said: names[move.accepted ? 0 : 1],
    };
  }

  chosen(chain) { this.focus = chain; this.starts.place(); this.changed(); }

  said(words) { say(this.readout, words); this.noted = words; }

  /** Other starts are wanted: the picture shows them, at step 0, and goes on when the new walk is there. */
  edited() {
    if (this.playing) this.resume = true;
    this.playing = false;
    this.showPlaying();
    this.step = 0;
    this.noted = "";
    this.schedule();
  }

  /** The chains' states that a side shows, none while a new walk is on its way. */
  states(side) {
    if (this.starts.waiting || !side.walk || this.step === 0) return null;
    return Array.from({ length: side.walk.chains }, (_, c) => side.walk.state(c, this.at));
  }

  // ----------------------------------------------------------------------------------------------------------- keyboard

  /** [keys, what they do], for the sheet of keys. */
  get keySheet() {
    return [...super.keySheet.filter(([names]) => names !== "W A S D" && names !== "Enter"), ["↑ ↓", tr("another chain")], ["Ctrl+Z", tr("undo the last change of starting points")],
      ["← → ↑ ↓", tr("move a starting point that has the focus (Tab)")], ["Del", tr("remove it")]];
  }

  onKey(event) {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !event.altKey) this.starts.undo();
    else if (event.ctrlKey || event.metaKey || event.altKey || !this.walk) return;
    else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      if (event.composedPath()[0].tagName === "SELECT") return;
      this.cursorKey([0, event.key === "ArrowUp" ? -1 : 1]);
    } else if (event.key === "Escape") this.hovering = null;
    else { super.onKey(event); return; }
    event.preventDefault();
    event.stopPropagation();
    this.schedule();
  }

  cursorKey([across, down]) {
    this.chosen((this.focus + across + down + this.chains) % this.chains);
  }

  // ----------------------------------------------------------------------------------------------------------- elements

  build() {
    Object.assign(this, { sides: [], coarse: false, scope: -1, focus: 0, speed: 1, cost: 0 });
    this.starts = new StartPoints(this);
    this.predict = new Predict(this, (tick) => this.question(tick), [0.1, 0.4, 0.8]);
    this.stage = h("div", { class: "sides" });
    this.readout = h("div", { class: "readout" });
    this.warmRail = h("div", { class: "warmrail pg-hidden" }, h("span", {}, tr("warm-up")));
    const transport = this.buildTransport();
    transport.querySelector(".rail").append(this.warmRail);
    this.root.append(this.stage,
      h("div", { class: "bar" },
        iconButton("M10 4 V16 M4 10 H16", tr("Add a starting point in the middle; arrow keys then move it"), () => this.addMiddle(), { "data-action": "add" }),
        iconButton(ICONS.undo, tr("Undo the last change of the starting points (Ctrl+Z)"), () => this.starts.undo(), { "data-action": "undo" }),
        iconButton(ICONS.clear, tr("Remove all starting points"), () => this.starts.clear(), { "data-action": "clear" }),
        this.readout,
        this.segments(tr("Histograms, visits and acceptance of"), "scope", [[-1, tr("all chains")], [0, tr("this chain")]]),
        this.segments(tr("Arrow keys and buttons go"), "coarse", [[false, tr("by event")], [true, tr("by step")]])),
      transport);
    this.arrange(1);
  }

  addMiddle() {
    if (!this.land) return;
    const { window: [x0, x1, y0, y1] } = this.land;
    if (this.starts.add([(x0 + x1) / 2, (y0 + y1) / 2])) this.sides[0].layer.lastChild.focus({ preventScroll: true });
  }

  arrange(count) {
    this.sides = Array.from({ length: count }, (_, s) => this.buildSide(s, count));
    this.stage.replaceChildren(...this.sides.map((side) => side.box));
    this.sides[0].panel.box.prepend(this.predict.box);
    this.root.dataset.sides = count;
  }

  buildSide(s, count) {
    const label = count > 1
      ? tr`The landscape of kernel ${s + 1}: a click places a starting point, arrow keys go through the steps`
      : tr("The landscape: a click places a starting point, arrow keys go through the steps");
    const canvas = h("canvas", { class: "map", tabindex: 0, role: "img", "aria-label": label });
    const side = { map: new ChainMap(canvas), panel: new ChainPanel((step) => this.goto(step * EVENTS), count > 1), layer: h("div", { class: "starts" }), name: h("b"), settings: h("span", { class: "pg-muted" }), note: h("div", { class: "empty" }) };
    side.scene = new ChainScene(side.map);
    side.field = h("div", { class: "field" }, canvas, side.layer, side.note);
    side.box = h("div", { class: "side", "data-side": s }, h("div", { class: "head" }, side.name, side.settings), h("div", { class: "body" }, side.field, side.panel.box));
    this.starts.listen(side);
    const hover = (event) => {
      const [x, y] = within(event, canvas);
      this.hovering = { x, y, side };
      this.noted = "";
      this.schedule();
    };
    side.field.addEventListener("pointermove", hover);
    pointable(canvas, () => {
      const { box: { left, top, side: wide }, ratio } = side.map;
      return { columns: MAP_PLACES, rows: MAP_PLACES, box: [left, top, wide, wide].map((x) => x / ratio) };
    }, this.readout, (event) => this.starts.put(event, side));
    side.field.addEventListener("pointerleave", () => { this.hovering = null; this.schedule(); });
    return side;
  }

  fit(width) {
    const font = getComputedStyle(this.root).fontFamily;
    const two = this.sides.length > 1;
    const wide = width > 720;
    const body = this.meta.height - ROOM.bar - ROOM.transport - ROOM.head - ROOM.gaps;
    const share = two && wide ? (width - 22) / 2 : width;
    const strip = two ? 36 : 54;
    const tall = Math.max(ROOM.least, wide ? body - (two ? ROOM.info : 0) : Math.min(body, width));
    const across = Math.min(share, tall + EDGE.left - EDGE.bottom);
    for (const side of this.sides) {
      side.map.fit(across, tall, strip, this.ratio, this.theme, font);
      const beside = two || !wide ? share : share - across - 22;
      side.panel.fit(beside, two ? [150, 14] : [beside, 26], two ? 40 : Math.max(90, tall - 258), this.ratio, this.theme, font);
    }
    this.starts.place();
  }

  draw() {
    const begun = performance.now();
    if (this.walk) {
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches || !this.playing || this.speed > SLOW;
      const view = {
        tick: this.step, share: still ? 1 : Math.min(1, (this.progress - this.step) * 1.6), focus: this.focus, hidden: this.starts.waiting,
        chain: this.scope < 0 ? -1 : this.focus, labels: !this.playing || this.speed <= READABLE, brief: this.playing && this.speed > READABLE,
      };
      if (view.hidden) view.focus = Math.min(view.focus, this.walk.chains - 1);
      for (const side of this.sides) {
        side.scene.draw(view);
        side.panel.draw(side.walk, view);
        say(side.note, this.starts.points.length ? "" : tr("Click on the landscape to place a starting point."));
      }
    } else for (const { scene } of this.sides) scene.draw({ tick: 0 });
    say(this.readout, this.noted || this.pointed());
    this.scrub.setAttribute("aria-valuetext", this.countText);
    this.root.dataset.event = this.step % EVENTS;
    this.root.dataset.at = this.at;
    this.root.dataset.waiting = String(this.starts.waiting);
    this.cost = performance.now() - begun;
  }

  pointed() {
    if (!this.land) return "";
    const under = this.hovering && this.hovering.side.map.point(this.hovering.x, this.hovering.y);
    if (!under) return tr`Lines hold ${this.meta.shares} of p. At the edges: the true marginals, bars: visited.`;
    const log = this.hovering.side.map.logDensity(...under);
    return tr`at ${pair(under)}: log p = ${number(log)} nats, E = −log p − log Z = ${number(-log - this.land.logZ)} nats`;
  }

  words() {
    if (!this.walk) return "";
    const told = this.sides.map(({ name, panel }) => `${name.textContent}: ${panel.title.textContent}, ${panel.rows.map(({ value }) => value.textContent).filter((text) => text !== "…").join("; ")}`);
    return told.join(". ");
  }
}
