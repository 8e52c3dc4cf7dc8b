// Shared by all canvas components, and prepended to each: read the payload, find colours, make elements.

const TYPED_ARRAYS = {
  uint8: Uint8Array, int8: Int8Array, uint16: Uint16Array, int16: Int16Array,
  uint32: Uint32Array, int32: Int32Array, float32: Float32Array, float64: Float64Array,
};

let halves; // float16 bits → number, made when first needed

/** float16 has no typed array everywhere: its bits → Float32Array. */
function fromHalves(bits) {
  halves ??= Float32Array.from({ length: 65536 }, (_, i) => {
    const [exponent, fraction] = [(i >> 10) & 31, i & 1023];
    if (exponent === 31) return fraction ? NaN : i >> 15 ? -Infinity : Infinity;
    const size = exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : fraction * 2 ** -24;
    return i >> 15 ? -size : size;
  });
  return Float32Array.from(bits, (i) => halves[i]);
}

/** The reader of what `payload.pack` wrote: {meta, arrays: {name: typed array}, shapes: {name: [..]}}. */
function unpack(bytes) {
  const own = bytes.slice(); // the message's buffer has another alignment and a longer life
  const length = new DataView(own.buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(own.subarray(4, 4 + length)));
  const arrays = {};
  const shapes = {};
  for (const { name, dtype, shape, offset } of header.arrays) {
    const count = shape.reduce((product, side) => product * side, 1);
    const half = dtype === "float16";
    const found = new TYPED_ARRAYS[half ? "uint16" : dtype](own.buffer, 4 + length + offset, count);
    arrays[name] = half ? fromHalves(found) : found;
    shapes[name] = shape;
  }
  return { meta: header.meta, arrays, shapes };
}

/** An element with attributes, listeners (`onclick: f`) and children; text never passes through a parser. */
function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** Write text only when it changed: an equal text would still cost a layout. */
function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

let language; // of the visitor: the frame of the page says it, and another one comes with a new document
const templates = new WeakMap(); // a template's parts → its text, made when first needed

/** A text in the visitor's language: tr("Play"), or tr`Step ${step} of ${steps}`, known as "Step {0} of {1}". */
function tr(text, ...values) {
  language ??= document.querySelector("[data-pg-lang]")?.dataset.pgLang ?? "en";
  if (typeof text === "string") return WORDS[language]?.[text] ?? text;
  if (!templates.has(text)) templates.set(text, text.reduce((all, part, i) => `${all}{${i - 1}}${part}`));
  const known = templates.get(text);
  return (WORDS[language]?.[known] ?? known).replace(/\{(\d+)\}/g, (_, i) => values[i]);
}

/** The letter of a key event, small, whatever alphabet the keyboard writes: "p" for ㅔ too. */
function letterOf(event) {
  return event.key.charCodeAt(0) > 127 && event.code.startsWith("Key") ? event.code[3].toLowerCase() : event.key.toLowerCase();
}

/** Whether a key event goes into a field in which one types. */
function typing(event) {
  const target = event.composedPath()[0];
  const boxes = ["checkbox", "radio", "range", "button", "submit"];
  return target.isContentEditable || target.tagName === "TEXTAREA" || target.tagName === "SELECT" || (target.tagName === "INPUT" && !boxes.includes(target.type));
}

/** Put a text on the clipboard, also where a page without TLS is refused the clipboard's own interface. */
async function copied(text) {
  if (navigator.clipboard && window.isSecureContext) { await navigator.clipboard.writeText(text); return; }
  const field = h("textarea", { style: "position: fixed; opacity: 0" }, text);
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

const SVG = "http://www.w3.org/2000/svg";

/** A 20 × 20 line icon from path data. */
function icon(path) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

function iconButton(path, label, onclick, extra = {}) {
  return h("button", { type: "button", class: "pg-icon", "aria-label": label, title: label, onclick, ...extra }, icon(path));
}

const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

/** Any CSS colour → [r, g, b]. */
function rgb(colour) {
  probe.clearRect(0, 0, 1, 1);
  probe.fillStyle = "#808080";
  probe.fillStyle = colour;
  probe.fillRect(0, 0, 1, 1);
  return Array.from(probe.getImageData(0, 0, 1, 1).data.subarray(0, 3));
}

const mix = (a, b, share) => a.map((channel, i) => Math.round(channel + (b[i] - channel) * share));
const css = ([r, g, b], alpha = 1) => `rgb(${r} ${g} ${b} / ${alpha})`;
const packed = ([r, g, b]) => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0; // ImageData is little-endian RGBA

/** The theme's colours, read anew whenever Streamlit's theme changes; also tells the style sheet light from dark. */
function readTheme(root) {
  const style = () => getComputedStyle(root);
  const background = rgb(style().getPropertyValue("--st-background-color").trim() || "#ffffff");
  const dark = background[0] * 0.3 + background[1] * 0.59 + background[2] * 0.11 < 128;
  root.dataset.scheme = dark ? "dark" : "light";
  const of = (name, fallback) => rgb(style().getPropertyValue(name).trim() || fallback);
  return {
    dark,
    background,
    text: of("--st-text-color", dark ? "#fafafa" : "#31333f"),
    accent: of("--st-primary-color", "#ff4b4b"),
    paper: of("--pg-paper", dark ? "#11151c" : "#ffffff"),
    ink: of("--pg-generated", dark ? "#f2efe8" : "#1d2733"),
    blank: mix(background, of("--st-text-color", dark ? "#fafafa" : "#31333f"), dark ? 0.2 : 0.12), // neither 0 nor 1
    given: of("--pg-given", "#56b4e9"),
    model: of("--pg-model", "#cc79a7"),
    rejected: of("--pg-rejected", "#b84f00"),
  };
}

/** A packed colour → [r, g, b]. */
const channels = (colour) => [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255];

/** Black or white: the letters that are read better on a colour. */
function inkOn(colour) {
  const [r, g, b] = colour.map((channel) => (channel <= 10 ? channel / 3295 : ((channel / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000000" : "#ffffff";
}

/** n colours from a to b, packed for ImageData. */
function ramp(a, b, n) {
  return Uint32Array.from({ length: n }, (_, i) => packed(mix(a, b, n > 1 ? i / (n - 1) : 0)));
}

/** How much present mode enlarges an element: 1 elsewhere. */
const zoomOf = (element) => element.currentCSSZoom ?? 1;

/** Device pixels for one CSS pixel of an element. */
const deviceRatio = (element) => (devicePixelRatio || 1) * zoomOf(element);

/** Where a pointer event is in an element, in the element's own CSS pixels: [x, y]. */
function within(event, element = event.target) {
  const box = element.getBoundingClientRect();
  const zoom = zoomOf(element);
  return [(event.clientX - box.left) / zoom, (event.clientY - box.top) / zoom];
}

/** Give a canvas a backing store of whole device pixels, so that nothing is resampled: size in device pixels. */
function fitCanvas(canvas, widthDevice, heightDevice, ratio) {
  if (canvas.width !== widthDevice) canvas.width = widthDevice;
  if (canvas.height !== heightDevice) canvas.height = heightDevice;
  canvas.style.width = `${widthDevice / ratio}px`;
  canvas.style.height = `${heightDevice / ratio}px`;
}

/** Call `later()` to run `action` once, `delay` ms after the last call, or as many as it says; `now()` runs a pending
 * one; `cancel()`. */
function debounced(action, delay) {
  let timer = 0;
  const cancel = () => { clearTimeout(timer); timer = 0; };
  const run = () => { timer = 0; action(); };
  return {
    later(wait = delay) { cancel(); timer = setTimeout(run, wait); },
    now() { if (timer) { cancel(); action(); } },
    cancel,
  };
}

const HEARD = 60; // ms after which Streamlit has sent what it was told
const unsaid = new Set(); // what Python is still to hear
let said = -HEARD; // when it last was told something

/** `debounced` for what Python is to hear: it is told before the visitor leaves by a link. */
function reporting(action, delay) {
  const waiting = debounced(() => { said = performance.now(); action(); }, delay);
  return { ...waiting, later(wait) { unsaid.add(waiting); waiting.later(wait); } };
}

// Told after the click, Python would take it for a word from the page that was left, and call the visitor back to it.
window.addEventListener("click", (event) => {
  const link = event.composedPath().find((element) => element.href);
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  for (const waiting of unsaid) waiting.now();
  unsaid.clear();
  if (performance.now() - said >= HEARD) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  setTimeout(() => link.click(), HEARD);
}, { capture: true });

/** ms until Python hears of a step that a lecturer took: not of all who follow at the same moment. */
function unhurried() { return 1500 + 3000 * Math.random(); }

const stages = new Set(); // the instances that step through a trace: they answer the room of a lecture
document.addEventListener("pg-stages", ({ detail }) => detail.push(...stages));

const mounted = new WeakMap(); // parentElement → the instance: each script has its own, as it is its own module
const components = new WeakMap(); // root → what Streamlit gave it last
const listening = new WeakMap(); // root → what ends its listening to the lecturer's keys
const presses = new WeakMap(); // root → what waits for the end of a press, by name; no entry: nothing is pressed

/** What a component's default export does: one `Kind` per parentElement; a rerun finds the one that is already there. */
function mount(component, selector, Kind) {
  const { parentElement } = component;
  let instance = mounted.get(parentElement);
  if (!instance) {
    const root = parentElement.querySelector(selector);
    if (!root) throw new Error(`${selector}: the component's root element is missing`);
    root.addEventListener("pointerdown", () => press(root), { capture: true });
    if (root.ariaLabel) root.ariaLabel = tr(root.ariaLabel);
    instance = new Kind(root);
    mounted.set(parentElement, instance);
    listen(root, instance);
    if (instance.standing) stages.add(instance);
  }
  const root = parentElement.querySelector(selector);
  components.set(root, component);
  unpressed(root, "receive", () => instance.receive(component));
  return () => {
    presses.delete(root);
    listening.get(root).abort();
    instance.destroy();
    mounted.delete(parentElement);
    stages.delete(instance);
  };
}

/** What the lecturer's keys ask of every canvas: its keys, and to draw anew when the stage is enlarged. */
function listen(root, instance) {
  const { signal } = listening.set(root, new AbortController()).get(root);
  window.addEventListener("pg-enlarged", () => {
    const last = components.get(root);
    if (last && root.clientWidth) instance.receive(last);
  }, { signal });
  window.addEventListener("pg-keys", ({ detail }) => {
    if (!instance.keySheet || !root.ariaLabel || !root.checkVisibility()) return;
    const points = [...root.querySelectorAll("[data-pointable]")].some((canvas) => canvas.checkVisibility());
    const keys = points ? [...instance.keySheet, ["W A S D", tr("point, in a picture or chart that has the focus (Tab); Enter clicks there")]] : instance.keySheet;
    detail.push({ title: root.ariaLabel, keys });
  }, { signal });
}

/**
 * Run `action` now or, while a pointer is down inside `root`, after the click that ends the press; of several actions
 * of one name, the last. An element that is replaced between press and release would never hear its click.
 */
function unpressed(root, name, action) {
  const waiting = presses.get(root);
  if (waiting) waiting.set(name, action);
  else action();
}

function press(root) {
  if (presses.has(root)) return;
  const waiting = new Map();
  presses.set(root, waiting);
  const released = new AbortController();
  const release = () => {
    released.abort();
    setTimeout(() => { // the click comes first
      if (presses.get(root) !== waiting) return;
      presses.delete(root);
      for (const action of waiting.values()) action();
    });
  };
  for (const type of ["pointerup", "pointercancel", "blur"]) window.addEventListener(type, release, { capture: true, signal: released.signal });
}

const KEYS_AROUND = { a: [-1, 0], d: [1, 0], w: [0, -1], s: [0, 1] };

/**
 * What a pointer does on a canvas, by keyboard: with the focus there W A S D point at the next place (with Shift at the
 * tenth), Enter clicks, Esc lets go. places(): {columns, rows, box}; box, in CSS pixels of the canvas, is [left, top,
 * width, height] of all places, the whole canvas where it is not said. told: the element that says what is pointed at,
 * read aloud. press(event): what Enter does instead of a click.
 */
function pointable(canvas, places, told, press = (event) => canvas.dispatchEvent(event)) {
  let at = null;
  const mark = h("i", { class: "pg-here", "aria-hidden": "true" });
  const live = h("span", { class: "pg-unseen", "aria-live": "polite" });
  const reader = debounced(() => say(live, told.textContent), 300);
  const spot = () => {
    const { columns, rows, box: [left, top, width, height] = [0, 0, canvas.clientWidth, canvas.clientHeight] } = places();
    return { left: left + (at[0] * width) / columns, top: top + (at[1] * height) / rows, width: width / columns, height: height / rows };
  };
  const eventAt = (type) => {
    const [box, zoom, { left, top, width, height }] = [canvas.getBoundingClientRect(), zoomOf(canvas), spot()];
    const [clientX, clientY] = [box.left + zoom * (left + width / 2), box.top + zoom * (top + height / 2)];
    return new PointerEvent(type, { clientX, clientY, pointerType: "mouse", bubbles: true, composed: true });
  };
  const show = () => {
    const root = canvas.closest(".pg");
    const [box, frame, zoom, { left, top, width, height }] = [canvas.getBoundingClientRect(), root.getBoundingClientRect(), zoomOf(root), spot()];
    root.append(mark, live);
    Object.assign(mark.style, {
      left: `${(box.left - frame.left) / zoom + left}px`, top: `${(box.top - frame.top) / zoom + top}px`, width: `${width}px`, height: `${height}px`,
    });
  };
  const forget = () => { at = null; mark.remove(); reader.cancel(); };
  const leave = () => { if (at) { forget(); canvas.dispatchEvent(new PointerEvent("pointerleave")); } };
  canvas.tabIndex = 0;
  canvas.dataset.pointable = "";
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const by = KEYS_AROUND[letterOf(event)];
    if (by) {
      const most = [places().columns - 1, places().rows - 1];
      at = at ? at.map((value, axis) => clamp(value + by[axis] * (event.shiftKey ? 10 : 1), 0, most[axis])) : most.map((last) => last >> 1);
      canvas.dispatchEvent(eventAt("pointermove"));
      show();
      if (told) reader.later();
    } else if (event.key === "Enter" && at) press(eventAt("click"));
    else if (event.key === "Escape" && at) leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  canvas.addEventListener("blur", leave);
  canvas.addEventListener("pointermove", (event) => { if (event.isTrusted) forget(); });
}

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

const ICONS = {
  play: "M6 4 L16 10 L6 16 Z",
  pause: "M6 4 H8.5 V16 H6 Z M11.5 4 H14 V16 H11.5 Z",
  first: "M5 4 V16 M16 4 L8 10 L16 16 Z",
  last: "M15 4 V16 M4 4 L12 10 L4 16 Z",
  back: "M13 4 L6 10 L13 16 Z",
  forward: "M7 4 L14 10 L7 16 Z",
  undo: "M4 8 H12 A4 4 0 0 1 12 16 H8 M4 8 L8 4 M4 8 L8 12",
  redo: "M16 8 H8 A4 4 0 0 0 8 16 H12 M16 8 L12 4 M16 8 L12 12",
  pen: "M4 16 L5 12 L13 4 L16 7 L8 15 Z",
  eraser: "M7 16 L3 12 L11 4 L16 9 L9 16 Z M6.5 8.5 L11.5 13.5",
  clear: "M5 6 H15 M8 6 V4 H12 V6 M6 6 L7 16 H13 L14 6",
  centre: "M10 3 V7 M10 13 V17 M3 10 H7 M13 10 H17 M10 9 A1 1 0 1 1 9.99 9",
  keep: "M6 9 V7 A4 4 0 0 1 14 7 V9 M5 9 H15 V16 H5 Z",
  release: "M6 9 V6.5 A4 4 0 0 1 13.5 5.5 M5 9 H15 V16 H5 Z",
  rectangle: "M4 7 V4 H7 M13 4 H16 V7 M16 13 V16 H13 M7 16 H4 V13",
};
