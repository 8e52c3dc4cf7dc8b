// The starting points: a click places one, dragging or arrow keys move it, Delete or a double click removes it. Python
// hears of all of them at once, so that fast clicks lose nothing; until it answers, what was wanted is shown.

const NEAR = 9; // CSS pixels around a chain's state that a click takes for the chain
const NUDGE = 80; // arrow keys move a point by a share of the window
const PAST = 100;

class StartPoints {
  /** owner: {sides, component, focus, chosen(chain), edited(), said(words), states(): of chains that are shown, or null}. */
  constructor(owner) {
    Object.assign(this, { owner, edits: new Edits(), points: [], past: [], waiting: false, most: 16 });
    this.sender = reporting(() => this.send(), 250);
  }

  destroy() { this.sender.cancel(); }

  /** What the server shows; true if it is the answer to the newest edit, or news. */
  receive(meta, points) {
    this.most = meta.most;
    const answered = this.edits.receive(meta);
    if (answered && !this.drag) {
      this.points = points;
      this.waiting = false;
    }
    return answered;
  }

  // ----------------------------------------------------------------------------------------------------------- editing

  remember() {
    this.past.push(this.points.map((point) => [...point]));
    if (this.past.length > PAST) this.past.shift();
  }

  /** Other points; they are sent `later` (while something still moves), now, or never (nothing is left to send). */
  change(points, later = false) {
    this.points = points;
    this.waiting = true;
    this.owner.edited();
    if (later) this.sender.later();
    else { this.sender.cancel(); this.send(); }
    this.place();
  }

  send() {
    if (!this.points.length) return; // an empty landscape waits for the first click
    const starts = this.points.map((point) => point.map((value) => Number(value.toPrecision(7))));
    this.owner.component.setStateValue("wanted", this.edits.next({ starts }));
    this.owner.root.dataset.wanted = this.edits.edit;
  }

  add(point, later) {
    if (this.points.length >= this.most) { this.owner.said(tr`At most ${this.most} chains: remove a starting point first (double click).`); return false; }
    this.remember();
    this.change([...this.points, point], later);
    this.owner.chosen(this.points.length - 1);
    return true;
  }

  remove(n) {
    this.remember();
    this.change(this.points.filter((_, i) => i !== n));
    this.owner.chosen(Math.max(0, Math.min(n, this.points.length - 1)));
  }

  clear() {
    if (!this.points.length) return;
    this.remember();
    this.change([]);
  }

  undo() {
    if (this.past.length) this.change(this.past.pop());
  }

  moved(n, point, later) {
    const { window: [x0, x1, y0, y1] } = this.owner.land;
    this.change(this.points.map((old, i) => (i === n ? [clamp(point[0], x0, x1), clamp(point[1], y0, y1)] : old)), later);
  }

  // ----------------------------------------------------------------------------------------------------------- pointing

  /** Listen on a side's canvas; its buttons lie in `layer`. */
  listen(side) {
    const { map, layer } = side;
    map.canvas.addEventListener("pointerdown", (event) => this.down(event, side));
    for (const target of [map.canvas, layer]) {
      target.addEventListener("pointermove", (event) => this.move(event));
      target.addEventListener("pointerup", (event) => this.up(event));
      target.addEventListener("pointercancel", (event) => this.up(event));
    }
  }

  down(event, side) {
    if (event.button !== 0 || this.drag) return;
    side.map.canvas.focus({ preventScroll: true }); // the arrow keys are the canvas's own from now on
    if (!this.put(event, side, true)) return;
    this.sender.cancel(); // it goes with the release
    side.map.canvas.setPointerCapture(event.pointerId);
    this.drag = { side, n: this.points.length - 1, pointer: event.pointerId, far: true };
  }

  /** Choose the chain at a place, or let one start there; whether one was added. */
  put(event, side, later = false) {
    const point = this.under(event, side);
    if (!point) return false;
    const chain = this.chainUnder(event, side);
    if (chain >= 0) this.owner.chosen(chain);
    return chain < 0 && Boolean(this.add(point, later));
  }

  grab(event, side, n) {
    if (event.button !== 0 || this.drag) return;
    side.layer.children[n].setPointerCapture(event.pointerId);
    this.drag = { side, n, pointer: event.pointerId, far: false, from: [event.clientX, event.clientY] };
  }

  move(event) {
    const { drag } = this;
    if (!drag || event.pointerId !== drag.pointer) return;
    if (!drag.far) {
      if (Math.hypot(event.clientX - drag.from[0], event.clientY - drag.from[1]) < 4) return;
      drag.far = true;
      this.remember();
    }
    const point = this.under(event, drag.side);
    if (!point) return;
    this.moved(drag.n, point, true);
    this.sender.cancel();
  }

  up(event) {
    const { drag } = this;
    if (!drag || event.pointerId !== drag.pointer) return;
    this.drag = null;
    if (drag.far) this.send();
    else this.owner.chosen(drag.n);
  }

  under(event, { map }) {
    return map.point(...within(event, map.canvas));
  }

  chainUnder(event, side) {
    const states = this.owner.states(side);
    if (!states) return -1;
    const [left, top] = within(event, side.map.canvas);
    const { ratio } = side.map;
    let [best, least] = [-1, NEAR];
    states.forEach(([x, y], c) => {
      const far = Math.hypot(side.map.x(x) / ratio - left, side.map.y(y) / ratio - top);
      if (far < least) [best, least] = [c, far];
    });
    return best;
  }

  onKey(event, n) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (by) {
      const { window } = this.owner.land;
      const share = event.shiftKey ? 5 : 1;
      if (this.nudged !== n || !this.waiting) this.remember();
      this.nudged = n;
      this.moved(n, this.points[n].map((value, axis) => value + (share * by[axis] * (window[2 * axis + 1] - window[2 * axis])) / NUDGE), true);
    } else if (event.key === "Delete" || event.key === "Backspace") this.remove(n);
    else if (event.key === "Enter" || event.key === " ") this.owner.chosen(n);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // ------------------------------------------------------------------------------------------------------------ buttons

  /** One button a point and side, at its place. */
  place() {
    this.owner.sides.forEach((side, s) => {
      const { layer, map } = side;
      while (layer.children.length > this.points.length) layer.lastChild.remove();
      while (layer.children.length < this.points.length) layer.append(this.button(side, s, layer.children.length));
      if (!map.land || !map.box) return;
      this.points.forEach(([x, y], n) => {
        const button = layer.children[n];
        button.style.left = `${clamp(map.x(x), map.box.left, map.box.left + map.box.side) / map.ratio}px`;
        button.style.top = `${clamp(map.y(y), map.box.top, map.box.top + map.box.side) / map.ratio}px`;
        button.setAttribute("aria-label", tr`Start of chain ${n + 1} at ${signed(x, 2)}, ${signed(y, 2)}: arrow keys move it, Delete removes it`);
        button.dataset.chosen = String(n === this.owner.focus);
      });
    });
    this.owner.root.dataset.starts = this.points.length;
  }

  button(side, s, n) {
    const made = performance.now();
    return h("button", {
      type: "button", class: "start", tabindex: s ? -1 : 0, title: tr`Start of chain ${n + 1}: drag it, double click removes it`,
      onpointerdown: (event) => this.grab(event, side, n), onkeydown: (event) => this.onKey(event, n),
      ondblclick: () => { if (performance.now() - made > 500) this.remove(n); },
    }, String(n + 1));
  }
}
