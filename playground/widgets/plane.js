// A latent plane: thousands of codes as dots of their class's colour and mark, and a point that is chosen.
//
//   const plane = new Plane(canvas, { codes, labels, window, onHover, onChoose, onView });
//     codes: Float32Array (N·2), labels: Uint8Array (N), window: [x0, x1, y0, y1] in units of z, all of it visible at first.
//     onHover(z | null)           the pointer (or a finger) is over z; null: it left. z = [z1, z2], rounded as a link holds it.
//     onChoose(z, place)          a click, the end of a touch, an arrow key or a dragged point. place: {x, y} in CSS pixels
//                                 for a click, null for keys, {dragging: true} while the chosen point is dragged.
//     onView()                    panned, zoomed or refitted; the next frame shows it.
//   plane.fit(width, height, ratio, theme, root)   in CSS pixels, with readTheme(root); again after a resize or a new theme.
//   plane.show({ codes, labels, window })          other codes.
//   plane.draw()  now · plane.redraw()  in the next animation frame · plane.refresh()  the dots too (after a change of
//                                 `under`, `dots` or `shown`).
//   plane.toScreen(z) → [x, y]  and  plane.toCode(x, y) → z, in CSS pixels of the canvas; exact inverses of one another.
//   plane.setPoint(z | null)      the chosen point, without a call of onChoose.
//   plane.under, plane.layers     lists of functions (context, plane), drawn beneath the dots (kept until refresh) and over
//                                 them (in every frame), in CSS pixels: context.moveTo(...plane.toScreen(z)).
//   plane.handles                 list of {z, onMove(z, done)}: points that can be dragged; draw them in a layer. The chosen
//                                 point is one too.
//   plane.nearest(z, but?) → {index, distance, count}    among the codes whose class is shown; index −1 where none is.
//   plane.usualGap()              the median distance of a code to its nearest neighbour.
//   plane.dots = false, plane.shown = Uint8Array(10), plane.scale (CSS pixels per unit), plane.box, plane.view = {x, y, zoom}
//   plane.home(), plane.atHome, plane.zoom(factor, x?, y?), plane.pan(dx, dy), plane.reveal(z), plane.destroy()
//   new PlaneLegend([plane, …]).root               the legend (planemarks.js).
//
// The component's script is `script(*PLANE, "mine")`, its style `style("plane", "mine")` (widgets/assets.py). One unit of
// z1 is as long as one of z2, so that circles are circles. Every drawn frame says where it stands: canvas.dataset.point
// ("0.500,-1.250" or ""), .hover, .view ("x,y,zoom").

const PLANE_EDGE = { left: 34, right: 6, top: 6, bottom: 20 };
const PLANE_FARTHEST = 100; // as traces/codes.py: coordinates are −100 to 100 with three decimals
const PLANE_ZOOM = [0.5, 400];

/** A point as a link holds it: three decimals, a tie to the even one as Python rounds it, within ±100, and no −0. */
const heldCode = (z) => Array.from(z, (value) => {
  const scaled = clamp(value, -PLANE_FARTHEST, PLANE_FARTHEST) * 1000;
  const near = Math.round(scaled);
  return (near - scaled === 0.5 && near % 2 ? near - 1 : near) / 1000 + 0;
});
/** A point as a link writes it. */
const codeText = (z) => (z ? heldCode(z).map((value) => value.toFixed(3)).join(",") : "");

class Plane extends PlaneCodes {
  constructor(canvas, { onHover, onChoose, onView, ...content } = {}) {
    super();
    Object.assign(this, { canvas, onHover, onChoose, onView, point: null, hover: null, layers: [], under: [], handles: [] });
    Object.assign(this, { dots: true, shown: new Uint8Array(CLASSES).fill(1), theme: null, stale: true, request: 0 });
    this.context = canvas.getContext("2d", { alpha: false });
    this.sheet = document.createElement("canvas"); // what does not change with the pointer
    if (!canvas.hasAttribute("tabindex")) canvas.tabIndex = 0;
    this.ownHandle = { onMove: (z, done) => { this.point = z; this.onChoose?.(z, done ? null : { dragging: true }); } };
    this.show(content);
    this.hands = new PlaneHands(this);
  }

  destroy() {
    this.hands.destroy();
    cancelAnimationFrame(this.request);
  }

  // ---------------------------------------------------------------------------------------------------- what is shown

  show({ codes = new Float32Array(0), labels = new Uint8Array(codes.length / 2), window: bounds = [-4, 4, -4, 4] }) {
    this.take(codes, labels, bounds);
    this.view = this.middle;
    if (this.theme) this.measure();
    this.refresh();
  }

  fit(width, height, ratio, theme, root) {
    Object.assign(this, { width, height, ratio, theme, colours: classColours(root), font: getComputedStyle(root).fontFamily });
    fitCanvas(this.canvas, Math.round(width * ratio), Math.round(height * ratio), ratio);
    [this.sheet.width, this.sheet.height] = [this.canvas.width, this.canvas.height];
    const { left, right, top, bottom } = PLANE_EDGE;
    this.box = { left, top, width: width - left - right, height: height - top - bottom };
    this.sprites = new Map();
    this.measure();
    this.stale = true;
    this.draw();
    this.onView?.();
  }

  /** The scale at which the whole window is just seen. */
  measure() {
    const [x0, x1, y0, y1] = this.window;
    this.least = Math.min(this.box.width / (x1 - x0), this.box.height / (y1 - y0));
  }

  setPoint(z) {
    this.point = z ? heldCode(z) : null;
    this.redraw();
  }

  // ------------------------------------------------------------------------------------------------------- the view

  get scale() { return this.least * this.view.zoom; }

  toScreen([x, y]) {
    const { box, view, scale } = this;
    return [box.left + box.width / 2 + (x - view.x) * scale, box.top + box.height / 2 - (y - view.y) * scale];
  }

  toCode(x, y) {
    const { box, view, scale } = this;
    return [view.x + (x - box.left - box.width / 2) / scale, view.y - (y - box.top - box.height / 2) / scale];
  }

  within(x, y) {
    const { left, top, width, height } = this.box;
    return x >= left && x <= left + width && y >= top && y <= top + height;
  }

  get middle() { return { x: (this.window[0] + this.window[1]) / 2, y: (this.window[2] + this.window[3]) / 2, zoom: 1 }; }

  get atHome() { return Object.entries(this.middle).every(([name, value]) => this.view[name] === value); }

  home() { this.look(this.middle); }

  pan(dx, dy) { this.look({ ...this.view, x: this.view.x - dx / this.scale, y: this.view.y + dy / this.scale }); }

  /** Magnify about a place of the canvas, without one about the chosen point or the middle. False at an end. */
  zoom(factor, x, y) {
    const middle = this.point && this.within(...this.toScreen(this.point)) ? this.point : [this.view.x, this.view.y];
    const [sx, sy] = x === undefined ? this.toScreen(middle) : [x, y];
    const zoom = clamp(this.view.zoom * factor, ...PLANE_ZOOM);
    if (zoom === this.view.zoom) return false;
    const [ax, ay] = this.toCode(sx, sy);
    const share = this.view.zoom / zoom;
    this.look({ x: ax + (this.view.x - ax) * share, y: ay + (this.view.y - ay) * share, zoom });
    return true;
  }

  look({ x, y, zoom }) {
    const reach = (value) => clamp(value, -2 * PLANE_FARTHEST, 2 * PLANE_FARTHEST);
    this.view = { x: reach(x), y: reach(y), zoom };
    this.refresh();
    this.onView?.();
  }

  /** Move the view, if need be, so that a point is in it. */
  reveal(z) {
    if (!z || this.within(...this.toScreen(z))) return;
    this.look({ ...this.view, x: z[0], y: z[1] });
  }

  /** How far an arrow key goes: 1, 2 or 5 times a power of ten, about a hundredth of the view; never below a thousandth. */
  keyStep() {
    const rough = Math.max(this.box.width / this.scale / 120, 0.001);
    const power = 10 ** Math.floor(Math.log10(rough) + 1e-9);
    return power * [1, 2, 5, 10].find((factor) => factor * power >= rough - 1e-12);
  }

  // ---------------------------------------------------------------------------------------- what the hands have done

  hovered(z) {
    const held = z && heldCode(z);
    if (codeText(held) === codeText(this.hover)) return;
    this.hover = held;
    this.onHover?.(held);
    this.redraw();
  }

  chosen(z, place) {
    this.hover = null; // until the pointer moves on, the chosen point is what is seen
    this.setPoint(z);
    this.onChoose?.(this.point, place);
  }

  dragged(handle, z, done) {
    const held = heldCode(z);
    handle.onMove(held, done);
    this.redraw();
  }

  // --------------------------------------------------------------------------------------------------------- drawing

  refresh() {
    this.stale = true;
    this.redraw();
  }

  redraw() {
    this.request ||= requestAnimationFrame(() => { this.request = 0; this.draw(); });
  }

  draw() {
    if (!this.theme) return;
    const { context, canvas, ratio, box } = this;
    if (this.stale) this.drawSheet();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(this.sheet, 0, 0);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.save();
    context.beginPath();
    context.rect(box.left, box.top, box.width, box.height);
    context.clip();
    for (const layer of this.layers) { context.save(); layer(context, this); context.restore(); }
    if (this.hover) this.drawRing(this.hover, 4, false);
    if (this.point) this.drawRing(this.point, 6.5, true);
    context.restore();
    this.handles = [...this.handles.filter((handle) => handle !== this.ownHandle), ...(this.point ? [this.ownHandle] : [])];
    this.ownHandle.z = this.point;
    canvas.dataset.point = codeText(this.point);
    canvas.dataset.hover = codeText(this.hover);
    canvas.dataset.view = [this.view.x, this.view.y, this.view.zoom].map((value) => value.toFixed(4)).join(",");
  }

  /** A ring around a point, dark on light and light on dark at once; the chosen one with a cross. */
  drawRing(z, radius, cross) {
    const { context, theme } = this;
    const [x, y] = this.toScreen(z);
    const line = (width, colour) => {
      context.lineWidth = width;
      context.strokeStyle = colour;
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      if (cross) for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
        context.moveTo(x + dx * (radius - 3), y + dy * (radius - 3));
        context.lineTo(x + dx * (radius + 5), y + dy * (radius + 5));
      }
      context.stroke();
    };
    line(4.5, css(theme.paper, 0.9));
    line(2, css(theme.ink));
  }

  drawSheet() {
    const { sheet, box, ratio, theme } = this;
    const context = sheet.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = css(theme.background);
    context.fillRect(0, 0, this.width, this.height);
    context.save();
    context.beginPath();
    context.rect(box.left, box.top, box.width, box.height);
    context.clip();
    context.fillStyle = css(theme.paper);
    context.fillRect(box.left, box.top, box.width, box.height);
    for (const layer of this.under) { context.save(); layer(context, this); context.restore(); }
    if (this.dots) this.drawDots(context);
    context.restore();
    drawPlaneAxes(context, this);
    this.stale = false;
  }

  drawDots(context) {
    const { codes, labels, shown, ratio, view: { zoom } } = this;
    const digits = zoom >= DIGITS_FROM;
    const size = Math.round(ratio * clamp(digits ? 4.2 * zoom ** 0.25 : 2.1 * zoom ** 0.3, 1.6, 8) * 4) / 4;
    const sprites = Array.from({ length: CLASSES }, (_, label) => this.sprite(label, size, digits));
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalAlpha = 0.9;
    for (let i = 0; i < labels.length; i++) {
      const label = labels[i];
      if (!shown[label]) continue;
      const [x, y] = this.toScreen([codes[2 * i], codes[2 * i + 1]]);
      if (!this.within(x, y)) continue;
      const { width } = sprites[label];
      context.drawImage(sprites[label], Math.round(x * ratio - width / 2), Math.round(y * ratio - width / 2));
    }
    context.restore();
    if (!digits) this.drawNames(context);
  }

  sprite(label, size, digits) {
    const key = `${label},${size},${digits}`;
    return this.sprites.get(key) ?? this.sprites.set(key, markSprite(label, size, this.colours[label], digits ? this.font : "")).get(key);
  }

  drawNames(context) {
    Object.assign(context, { font: `700 17px ${this.font}`, textAlign: "center", textBaseline: "middle", lineJoin: "round", lineWidth: 4 });
    const put = [];
    this.names.forEach((place, label) => {
      if (!place || !this.shown[label]) return;
      const at = this.toScreen(place);
      for (let tries = 0; tries < 12; tries++) { // not on top of another
        const near = put.find((other) => Math.hypot(other[0] - at[0], other[1] - at[1]) < 17);
        if (!near) break;
        const turn = Math.atan2(at[1] - near[1], at[0] - near[0]) || 0;
        [at[0], at[1]] = [near[0] + 17.5 * Math.cos(turn), near[1] + 17.5 * Math.sin(turn)];
      }
      put.push(at);
      context.strokeStyle = css(this.theme.paper, 0.92);
      context.strokeText(String(label), at[0], at[1] + 1);
      context.fillStyle = css(this.theme.ink);
      context.fillText(String(label), at[0], at[1] + 1);
    });
  }
}
