// Two latent planes of the same digits side by side, and what each decoder makes of the place under the pointer. Decoding
// happens here: hovering asks no server. The browser owns the points, the digit, the classes and what is shown; Python
// hears of them at rest.

const PLANES_SNAP = 7; // CSS pixels: a click this near to a code takes the digit
const PLANES_REST = 250; // ms at rest before Python hears
const PLANES_PLUS = "M10 4 V16 M4 10 H16";
const PLANES_MINUS = "M4 10 H16";

export default function (component) {
  return mount(component, ".pg-planes", LatentPlanes);
}

const number = (value, digits = 3) => value.toFixed(digits).replace("-", "−");
const pair = ([a, b], digits = 3) => `(${number(a, digits)}, ${number(b, digits)})`;

class LatentPlanes {
  constructor(root) {
    Object.assign(this, { root, edits: new Edits(), digit: null, shown: "dots", dirty: false });
    this.sides = [0, 1].map((n) => new PlaneSide(this, n));
    this.active = this.sides[1];
    this.legend = new PlaneLegend(this.sides.map((side) => side.plane));
    const told = this.legend.set.bind(this.legend);
    this.legend.set = (shown) => { told(shown); this.sides.forEach((side) => side.say()); this.changed(); };
    this.pixel = h("span", { class: "pg-muted pixel" });
    this.live = h("div", { class: "pg-unseen", "aria-live": "polite" });
    this.modes = chosen(tr("Shown"), [["dots", tr("Codes")], ["tiles", tr("Decoded tiles")], ["both", tr("Both")]], this.shown, (mode) => { this.mode(mode); this.changed(); });
    const [left, right] = this.sides;
    root.append(
      h("div", { class: "bar" }, this.legend.root, this.modes),
      h("div", { class: "frame" }, left.figure, h("div", { class: "middle" }, left.shownBox, right.shownBox, this.pixel), right.figure),
      this.live,
    );
    this.reporter = reporting(() => this.report(), PLANES_REST);
    this.announcer = debounced(() => say(this.live, this.sides.map((side) => side.words()).join(". ")), 600);
    this.resizes = new ResizeObserver(() => { if (this.id) this.resize(); });
    this.resizes.observe(root);
    this.controller = new AbortController();
    const { signal } = this.controller;
    root.tabIndex = -1;
    root.addEventListener("keydown", (event) => this.key(event), { signal });
    document.addEventListener("keydown", (event) => {
      // Nothing has the focus (a lecturer just opened the link): the plane that was used last takes the keys.
      if (event.target === document.body && !event.defaultPrevented && this.onScreen()) this.key(event);
    }, { signal });
    root.__planes = this;
  }

  destroy() {
    this.reporter.cancel();
    this.announcer.cancel();
    this.resizes.disconnect();
    this.controller.abort();
    for (const side of this.sides) side.destroy();
    this.root.replaceChildren();
    delete this.root.__planes;
  }

  // ------------------------------------------------------------------------------------------------ data in and out

  receive(component) {
    this.component = component;
    this.theme = readTheme(this.root);
    if (component.data !== this.bytes) {
      this.bytes = component.data;
      const { meta, arrays, shapes } = unpack(component.data);
      const renewed = meta.revision !== this.edits.revision;
      if (meta.trace !== this.id) {
        this.linked = meta.linked;
        this.sides.forEach((side, n) => side.open(meta.sides[n], (name) => arrays[`${n}_${name}`], shapes[`${n}_tiles`]));
        this.id = meta.trace;
      }
      if (this.edits.receive(meta) && (renewed || !this.dirty)) this.adopt(meta.state);
    }
    this.resize();
    this.root.dataset.trace = this.id;
    this.root.dataset.firstPaint ??= performance.now();
  }

  adopt({ points, digit, classes, show }) {
    this.dirty = false;
    this.digit = digit;
    this.sides.forEach((side, n) => side.plane.setPoint(points[n].split(",").map(Number)));
    for (const { plane } of this.sides) plane.shown = Uint8Array.from({ length: CLASSES }, (_, label) => (classes.includes(label) ? 1 : 0));
    this.mode(show);
  }

  changed() {
    this.dirty = true;
    this.reporter.later();
    this.announcer.later();
  }

  report() {
    const [{ plane }] = this.sides;
    this.dirty = false;
    this.component.setStateValue("view", this.edits.next({
      points: this.sides.map((side) => codeText(side.plane.point)),
      digit: this.digit,
      classes: Array.from(plane.shown, (on, label) => (on ? label : "")).join(""),
      show: this.shown,
    }));
  }

  // ------------------------------------------------------------------------------------------------------ what is done

  /** [keys, what they do], for the sheet of keys. */
  get keySheet() {
    return [["← → ↑ ↓", tr("move the code")], ["+ −", tr("enlarge, reduce the plane")], ["Home", tr("the whole plane")],
      ["Enter", tr("take the nearest real digit")], ["Shift+Enter", tr("show a class alone, on its button")], ["Esc", tr("let go of it")]];
  }

  key(event) {
    const free = event.target === this.root || event.target === document.body;
    const side = free ? this.active : this.sides.find(({ canvas }) => canvas === event.target);
    if (event.key === "Escape" && this.digit !== null) { this.take(null); this.changed(); }
    else if (event.key === "Enter" && side?.plane.point) this.settle(side, side.plane.nearest(side.plane.point).index);
    else if (free) this.active.plane.hands.key(event);
  }

  onScreen() {
    const { top, bottom } = this.root.getBoundingClientRect();
    return bottom > 0 && top < window.innerHeight && this.id !== undefined;
  }

  mode(mode) {
    this.shown = mode;
    [...this.modes.children].forEach((button, i) => button.setAttribute("aria-pressed", String(["dots", "tiles", "both"][i] === mode)));
    for (const side of this.sides) { side.plane.dots = mode !== "tiles"; side.plane.refresh(); side.finer(); }
  }

  /** The real digit with this number, in both planes; null: none. */
  take(index) {
    this.digit = index;
    for (const side of this.sides) {
      if (index !== null && index < side.plane.labels.length) side.plane.setPoint(side.code(index));
      side.plane.redraw();
      side.show();
    }
  }

  choose(side, z, place) {
    this.active = side;
    const near = place?.x === undefined ? null : side.plane.nearest(side.plane.toCode(place.x, place.y));
    const close = near && near.index >= 0 && side.plane.dots && near.distance * side.plane.scale <= PLANES_SNAP;
    this.settle(side, close ? near.index : -1);
  }

  /** A point was chosen, or the code with this number: of a real digit, in both planes where they are of the same digits. */
  settle(side, index) {
    if (index >= 0 && this.linked) this.take(index);
    else if (index >= 0) side.plane.setPoint(side.code(index));
    side.show();
    this.changed();
  }

  /** The code next to the pointer on one plane is marked on the other. */
  link(from, index) {
    for (const side of this.sides) {
      const mark = side === from || !this.linked || index < 0 ? null : index;
      if (mark !== side.twin) { side.twin = mark; side.plane.redraw(); }
    }
  }

  resize() {
    const width = this.root.clientWidth;
    if (!width) return;
    const ratio = deviceRatio(this.root);
    const [, columns] = this.sides[0].shape;
    const picture = Math.max(1, Math.floor((width < 780 ? 112 : 196) / columns)) * columns;
    const room = width < 780 ? width : Math.floor((width - 196 - 28) / 2);
    const side = Math.min(room, Math.max(300, window.innerHeight - 330));
    const edges = PLANE_EDGE.top + PLANE_EDGE.bottom - PLANE_EDGE.left - PLANE_EDGE.right;
    for (const each of this.sides) each.fit(side, side + edges, picture, ratio, this.theme);
    this.legend.paint();
  }
}
