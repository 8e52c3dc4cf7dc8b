// Contrastive divergence in the plane. A step can be seen whole, or in slow motion as five events: the data, where the
// chains start, their Langevin steps, the push, the energy after. No mathematics of the model: all fields, chains and
// gradients come from the trace.

const events = () => [tr("data"), tr("chains start"), tr("Langevin steps"), tr("push"), tr("energy after")];
const SECONDS = [1, 1.2, 2.6, 2, 1.4]; // of each event at speed 1
const STEPS_A_SECOND = 20; // whole steps at speed 1
const WHOLE = -1;

export default function (component) {
  return mount(component, ".pg-contrastive", Contrastive);
}

class Contrastive extends ContrastiveStage {
  constructor(root) {
    super(root, "__contrastive");
  }

  // ------------------------------------------------------------------------------------------------------- elements

  build() {
    Object.assign(this, { clock: 1, shown: "cost", curve: "nll", pointer: null });
    this.wholeButton = h("button", { type: "button", "data-event": WHOLE, onclick: () => this.see(WHOLE) }, tr("Whole steps"));
    this.eventButtons = events().map((name, event) => h("button", { type: "button", "data-event": event, onclick: () => this.see(event) }, `${event + 1} ${name}`));
    const plane = (label) => h("canvas", {
      class: "plane", role: "img", "aria-label": label,
      onpointermove: (event) => { const [x, y] = within(event); this.pointer = { x: x / event.target.clientWidth, y: 1 - y / event.target.clientHeight }; this.schedule(); },
      onpointerleave: () => { this.pointer = null; this.schedule(); },
    });
    this.readout = h("span", { class: "pg-muted" });
    this.main = plane(tr("The plane: energy or push, data and chains"));
    this.small = { estimated: plane(tr("The push of the estimated gradient")), exact: plane(tr("The push of the exact gradient")) };
    this.said = h("div", { class: "said" });
    for (const canvas of [this.main, ...Object.values(this.small)]) pointable(canvas, () => ({ columns: this.side, rows: this.side }), this.readout);
    this.title = h("b");
    this.pushScale = new Scale();
    this.smallScale = new Scale();
    this.energyScale = new Scale();
    this.chart = h("canvas", { class: "chart", role: "img", "aria-label": tr("Curves over the training; click for a step"), onclick: (event) => this.goto(this.stepAt?.(within(event)[0]) ?? this.step) });
    this.chart.style.cursor = "pointer";
    this.values = h("div", { class: "values" });
    this.table = h("div", { class: "agree" });
    const key = (kind, words) => h("span", {}, h("i", { class: `dot ${kind}` }), words);
    this.root.append(
      h("div", { class: "events" },
        h("div", { class: "pg-segments", role: "group", "aria-label": tr("Whole steps") }, this.wholeButton),
        h("span", { class: "pg-muted" }, tr("slow motion:")),
        h("div", { class: "pg-segments", role: "group", "aria-label": tr("Events of one step, in slow motion") }, ...this.eventButtons)),
      this.said,
      h("div", { class: "frame" },
        h("div", { class: "left" },
          h("div", { class: "under" }, this.title, this.energyScale.box, this.pushScale.box),
          this.main,
          h("div", { class: "under" }, this.segments(tr("Shown"), "shown", [["energy", "E"], ["cost", "−log p"], ["density", "p"]]),
            h("div", { class: "keys" }, key("data", tr("data")), key("chain", tr("chain samples"))))),
        h("div", { class: "middle" },
          h("div", { class: "pair" },
            h("figure", {}, h("figcaption", {}, h("b", {}, tr("Estimated")), tr("gradient alone:"), h("span", { class: "change" })), this.small.estimated),
            h("figure", {}, h("figcaption", {}, h("b", {}, tr("Exact")), tr("by quadrature:"), h("span", { class: "change" })), this.small.exact)),
          h("div", { class: "under" }, this.readout, this.smallScale.box),
          h("div", { class: "halves" },
            h("div", {}, this.segments(tr("Curve"), "curve", [["nll", "NLL"], ["kl", "KL"], ["energy", "E"], ["cosine", tr("cosine")]]), this.chart, this.values),
            this.table))),
      this.buildTransport(),
    );
    const [, back, , on] = this.root.querySelectorAll(".transport button");
    for (const [button, words] of [[back, tr("One step back (←; in slow motion one event)")], [on, tr("One step on (→; in slow motion one event)")]]) {
      button.title = words;
      button.setAttribute("aria-label", words);
    }
  }

  // ----------------------------------------------------------------------------------------------- data in and out

  open({ arrays, shapes }) {
    Object.assign(this, { arrays, shapes });
    [this.steps, this.chains, this.points] = [shapes.push[0], shapes.paths[1], shapes.points[0]];
    this.k = shapes.paths[2] - 1;
    this.side = shapes.energy[1];
    this.stride = 10;
    this.field = new Field(this.side);
    this.pixelsOf = null;
    this.extent = {};
  }

  get rate() { return STEPS_A_SECOND; }

  /** One field of G × G cells out of a stack. */
  cells(name, index) {
    const size = this.side ** 2;
    return this.arrays[name].subarray(index * size, (index + 1) * size);
  }

  // ------------------------------------------------------------------------------------------------- steps and events

  /** Whole steps, or an event of this step. */
  see(event) {
    this.playing = false;
    this.showPlaying();
    this.focus = event;
    if (event >= 0 && this.step === 0) this.step = 1;
    this.clock = 1;
    this.changed();
  }

  /** In slow motion one step on or back is one event. */
  goto(step) {
    const [slow, by] = [this.focus >= 0, Math.round(step) - this.step];
    this.clock = 1;
    if (!slow || Math.abs(by) !== 1) { super.goto(step); if (slow && this.step === 0) this.focus = 4; return; }
    this.advance(by);
    super.goto(this.step);
  }

  /** One event on or back. False at an end. Step 0 has only its energy. */
  advance(by) {
    if (by > 0 ? this.step >= this.steps && this.focus === 4 : this.step === 0) return false;
    const event = this.step === 0 ? 5 : this.focus + by;
    if (event > 4) [this.step, this.focus] = [this.step + 1, 0];
    else if (event < 0) [this.step, this.focus] = [this.step - 1, 4];
    else this.focus = event;
    return true;
  }

  play() {
    if (this.focus >= 0) {
      if (this.step >= this.steps && this.focus === 4) [this.step, this.focus] = [0, 4];
      const { step } = this;
      this.step = Math.min(step, this.steps - 1); // so that it does not start over
      super.play();
      this.step = step;
      this.clock = 0;
      this.last = 0;
    } else super.play();
  }

  pause() {
    this.clock = 1;
    super.pause();
  }

  frame(now) {
    if (this.playing && this.focus >= 0) {
      if (this.last) this.clock += (Math.min(now - this.last, 250) / 1000 / SECONDS[this.focus]) * this.speed;
      this.last = now;
      this.lastFrame = 0; // the steps do not run by themselves
      if (this.clock >= 1) {
        if (this.advance(1)) this.clock = 0;
        else this.pause();
      }
    }
    super.frame(now);
  }

  cursorKey() { }

  /** The numbers under the pointer. */
  pointed() {
    if (!this.pointer) return tr("point at a plane for its numbers");
    const { side, step } = this;
    const [column, row] = [this.pointer.x, this.pointer.y].map((share) => clamp(Math.floor(share * side), 0, side - 1));
    const at = (name, index) => this.cells(name, index)[row * side + column];
    const [x, y] = [column, row].map((i) => this.meta.reach * (2 * (i + 0.5) / side - 1));
    const energy = at("energy", this.energyStep);
    const where = `(${brief(x, 2)}, ${brief(y, 2)}): E = ${brief(energy)}, log p = ${brief(-energy - this.arrays.log_z[this.energyStep], 2)}`;
    if (!step) return where;
    const more = this.normalised ? this.arrays.shift[step - 1] : 0;
    return `${where}, ${this.normalised ? "−Δ log p" : "ΔE"} = ${brief(at("push", step - 1) + more, 3)}`;
  }
}
