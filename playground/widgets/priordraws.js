// "Is it generative?": the same draws fall into the codes of an autoencoder and of a variational one, one after the other.
// A step is one draw. Distances, judgements and densities come from the trace.

export default function (component) {
  return mount(component, ".pg-priordraws", PriorDraws);
}

class PriorDraws extends Stepper {
  constructor(root) {
    super(root, "__priordraws");
  }

  build() {
    this.where = "codes";
    this.sides = [new DrawsSide(this, 0), new DrawsSide(this, 1)];
    this.legend = new PlaneLegend(this.sides.map(({ plane }) => plane));
    this.whereSwitch = this.segments(tr("What of the planes is seen"), "where", [["codes", tr("all codes")], ["prior", "N(0, I)"]]);
    this.whereSwitch.addEventListener("click", () => this.look());
    const button = (drawn, words) => h("button", { type: "button", "data-drawn": drawn, onclick: () => { this.focus = drawn ? 0 : -1; this.changed(); } }, words);
    this.pixelSwitch = h("div", { class: "pg-segments", role: "group", "aria-label": tr("What the pictures show") }, button(0, tr("p(pixel = 1)")), button(1, tr("drawn pixels")));
    this.root.append(h("div", { class: "sides" }, ...this.sides.map((side) => side.root)),
      h("div", { class: "line-both" }, this.whereSwitch, this.pixelSwitch), this.buildTransport());
    this.root.querySelector(".line-both").prepend(this.legend.root);
  }

  destroy() {
    for (const side of this.sides) side.destroy();
    super.destroy();
  }

  open({ meta, arrays }) {
    this.steps = arrays.nearest0.length;
    this.stride = 10;
    this.sides.forEach((side, i) => side.open(meta.sides[i], arrays, meta.shape));
    if (meta.same) say(this.sides[1].source, tr`${meta.sides[1].source}: the same z`);
    this.looked = null;
  }

  // Focus is no place here: it says which pictures are shown.
  get pixels() { return this.focus === 0; }
  get current() { return this.hover >= 0 ? this.hover : this.step - 1; }
  get judged() { return this.pixels ? tr("drawn pixels") : "p > ½"; }
  get rate() { return 3; }
  get strideWords() { return [tr("One draw"), tr("ten")]; }
  get countText() { return tr`${this.step} of ${this.steps}`; }

  cursorKey([across, down]) {
    const next = this.current + across + down * this.sides[0].columns;
    if (next >= 0 && next < this.step) this.hover = next;
  }

  pin(draw) { this.goto(draw + 1); }

  point(draw) {
    if (draw === this.hover) return;
    this.hover = draw;
    this.schedule();
  }

  look() {
    for (const side of this.sides) side.look(this.where);
    this.looked = this.id;
  }

  fit(width) {
    const { theme, ratio } = this;
    const wide = width >= 780;
    this.root.dataset.wide = wide;
    this.greys = ramp(theme.paper, theme.ink, 256);
    const font = getComputedStyle(this.root).fontFamily;
    for (const side of this.sides) side.fit(wide ? (width - 22) / 2 : width, theme, ratio, font);
    if (this.looked !== this.id) this.look();
    this.legend.paint();
  }

  draw() {
    for (const side of this.sides) side.draw();
    for (const button of this.pixelSwitch.children) button.setAttribute("aria-pressed", String((button.dataset.drawn === "1") === this.pixels));
    this.root.dataset.drawn = String(this.pixels);
  }

  words() {
    const draw = this.current;
    if (draw < 0) return tr("No draw yet.");
    const told = this.sides.map((side) => {
      const far = (side.of_distance[draw] / side.meta.limit).toFixed(2);
      return side.verdict(draw) === "hole" ? tr`${side.meta.name}: ${far} times the limit, in a hole` : tr`${side.meta.name}: ${far} times the limit, among the codes`;
    });
    return tr`Draw ${draw + 1}. ${told.join(". ")}.`;
  }
}
