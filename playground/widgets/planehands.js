// What hands do to a plane: mouse, pen, touch, wheel, keyboard. Mouse: hover, click to choose, drag to pan, wheel to zoom.
// Touch: one finger explores and chooses where it leaves, two pan and zoom. Keys: arrows move the chosen point (Shift: ten
// times as far), + and − zoom, Home shows all.

const PLANE_SLIP = 4; // CSS pixels that a click may move
const PLANE_GRIP = { mouse: 9, touch: 22 }; // CSS pixels around a handle that take hold of it

class PlaneHands {
  constructor(plane) {
    Object.assign(this, { plane, down: new Map(), press: null, pinch: null, off: new AbortController() });
    const { canvas } = plane;
    const on = (type, action, options = {}) => canvas.addEventListener(type, action.bind(this), { signal: this.off.signal, ...options });
    on("pointerdown", this.begin);
    on("pointermove", this.move);
    on("pointerup", this.end);
    on("pointercancel", this.cancel);
    on("pointerleave", () => { if (!this.down.size) this.plane.hovered(null); });
    on("wheel", this.wheel, { passive: false });
    on("keydown", this.key);
    on("blur", () => this.plane.redraw());
    on("focus", () => this.plane.redraw());
  }

  destroy() { this.off.abort(); }

  at(event) {
    const [x, y] = within(event, this.plane.canvas);
    return { x, y };
  }

  /** The handle under a place: of several the nearest. */
  handle({ x, y }, kind) {
    const grip = PLANE_GRIP[kind === "mouse" ? "mouse" : "touch"];
    let [found, best] = [null, grip];
    for (const handle of this.plane.handles) {
      const [hx, hy] = this.plane.toScreen(handle.z);
      const away = Math.hypot(x - hx, y - hy);
      if (away <= best) [found, best] = [handle, away];
    }
    return found;
  }

  begin(event) {
    if (event.pointerType === "mouse" && event.button !== 0) return;
    const { plane } = this;
    const place = this.at(event);
    if (!plane.within(place.x, place.y)) return;
    plane.canvas.setPointerCapture(event.pointerId);
    this.down.set(event.pointerId, place);
    if (this.down.size === 2) {
      this.press = null;
      this.pinch = this.spread();
      plane.hovered(null);
      return;
    }
    if (this.down.size > 2) return;
    this.press = { start: place, last: place, moved: false, kind: event.pointerType, handle: this.handle(place, event.pointerType) };
    if (event.pointerType !== "mouse" && !this.press.handle) plane.hovered(plane.toCode(place.x, place.y));
  }

  move(event) {
    const { plane, press } = this;
    const place = this.at(event);
    if (!this.down.has(event.pointerId)) {
      if (!this.down.size) plane.hovered(plane.within(place.x, place.y) ? plane.toCode(place.x, place.y) : null);
      plane.canvas.style.cursor = this.handle(place, "mouse") ? "grab" : "";
      return;
    }
    this.down.set(event.pointerId, place);
    if (this.pinch && this.down.size === 2) {
      const now = this.spread();
      plane.zoom(now.size / this.pinch.size, this.pinch.x, this.pinch.y);
      plane.pan(now.x - this.pinch.x, now.y - this.pinch.y);
      this.pinch = now;
      return;
    }
    if (!press) return;
    if (!press.moved && Math.hypot(place.x - press.start.x, place.y - press.start.y) < PLANE_SLIP) return;
    const z = plane.toCode(place.x, place.y);
    if (press.handle) plane.dragged(press.handle, z, false);
    else if (press.kind !== "mouse") plane.hovered(z);
    else plane.pan(place.x - press.last.x, place.y - press.last.y);
    press.moved = true;
    press.last = place;
  }

  end(event) {
    const { plane, press } = this;
    if (!this.down.delete(event.pointerId)) return;
    if (this.down.size) { this.press = this.pinch = null; return; } // a finger that is left over does nothing
    this.press = this.pinch = null;
    if (!press) return;
    const place = this.at(event);
    const z = plane.toCode(place.x, place.y);
    if (press.handle && press.moved) plane.dragged(press.handle, z, true);
    else if (!press.moved || press.kind !== "mouse") plane.chosen(press.moved ? z : plane.toCode(press.start.x, press.start.y), { x: place.x, y: place.y });
    if (press.kind !== "mouse") plane.hovered(null);
  }

  cancel(event) {
    this.down.delete(event.pointerId);
    this.press = this.pinch = null;
    this.plane.hovered(null);
  }

  /** The middle of two fingers and how far they are apart. */
  spread() {
    const [a, b] = this.down.values();
    return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, size: Math.max(8, Math.hypot(a.x - b.x, a.y - b.y)) };
  }

  wheel(event) {
    const { x, y } = this.at(event);
    if (!this.plane.within(x, y)) return;
    const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1;
    const factor = 2 ** clamp((-event.deltaY * unit) / (event.ctrlKey ? 60 : 300), -1, 1);
    if (this.plane.zoom(factor, x, y)) event.preventDefault(); // at the widest the page scrolls on
  }

  key(event) {
    const { plane } = this;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    if (ways[event.key]) {
      const far = plane.keyStep() * (event.shiftKey ? 10 : 1);
      const from = plane.point ?? [plane.view.x, plane.view.y];
      plane.hovered(null);
      plane.chosen(from.map((value, i) => value + far * ways[event.key][i]), null);
      plane.reveal(plane.point);
    } else if (event.key === "+" || event.key === "=") plane.zoom(1.25);
    else if (event.key === "-" || event.key === "_") plane.zoom(0.8);
    else if (event.key === "Home") plane.home();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
