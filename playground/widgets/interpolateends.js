// The ends of a path on the latent plane: a click sets the active one, dragging or arrow keys move any. Python hears of
// all that were moved since its last answer, so that none is lost; until it answers, what was wanted is shown.

const LETTERS = "ABCD";
const KEYS_REST = 300; // ms after the last arrow key
const MOST_PAST = 100;

class PathEnds {
  /** owner: {component, root, plane, moved()}: `plane` a Plane, or null where codes have more than two numbers. */
  constructor(owner) {
    Object.assign(this, { owner, edits: new Edits(), points: [], wanted: new Map(), past: [], active: 0, dragged: null, waiting: false });
    this.sender = reporting(() => this.send(), KEYS_REST);
    this.nudging = false;
  }

  destroy() { this.sender.cancel(); }

  /** What the server shows; true if it is the answer to the newest edit, or news. */
  receive(meta, points) {
    const answered = this.edits.receive(meta);
    if (!answered || this.dragged !== null || this.nudging) return answered;
    if (points.length !== this.points.length) this.past = [];
    this.points = points;
    this.wanted.clear();
    this.waiting = false;
    this.active = Math.min(this.active, points.length - 1);
    return true;
  }

  /** The active end is the plane's chosen point, the others are handles. */
  place() {
    const { plane, root } = this.owner;
    root.dataset.active = LETTERS[this.active];
    root.dataset.waiting = String(this.waiting);
    if (!plane) return;
    const others = this.points.map((z, n) => ({ z, n, onMove: (to, done) => this.drag(n, to, done) }));
    plane.handles = others.filter(({ n }) => n !== this.active);
    plane.setPoint(this.points[this.active] ?? null);
  }

  // ------------------------------------------------------------------------------------------------------------ editing

  /** What the plane says of the active end: `place` is that of a click, {dragging} in a drag, null at its end and of keys. */
  chosen(z, place) {
    if (place?.dragging || this.dragged !== null) { this.drag(this.active, z, !place?.dragging); return; }
    if (!this.nudging) this.remember();
    this.move(this.active, z);
    if (place) this.send();
    else { this.nudging = true; this.sender.later(); }
  }

  drag(n, z, done) {
    if (this.dragged === null) this.remember();
    this.dragged = done ? null : n;
    this.move(n, z);
    if (!done) return;
    this.active = n;
    this.send();
  }

  move(n, z) {
    this.points = this.points.map((point, i) => (i === n ? [...z] : point));
    this.wanted.set(n, this.points[n]);
    this.waiting = true;
    this.owner.moved();
  }

  choose(n) {
    if (this.nudging) this.send();
    this.active = n;
    this.place();
  }

  remember() {
    this.past.push(this.points);
    if (this.past.length > MOST_PAST) this.past.shift();
  }

  undo() {
    const before = this.past.pop();
    if (!before) return;
    before.forEach((point, n) => { if (point !== this.points[n]) this.wanted.set(n, point); });
    this.points = before;
    this.waiting = true;
    this.owner.moved();
    this.send();
  }

  send() {
    this.sender.cancel();
    this.nudging = false;
    const ends = this.points.map((_, n) => this.wanted.get(n) ?? null);
    this.owner.component.setStateValue("wanted", this.edits.next({ ends }));
    this.owner.root.dataset.wanted = this.edits.edit;
    this.place();
  }
}
