// Interpolation: one t, three ways. A path plays frame by frame, a surface of tiles is walked. Nothing is asked of the server
// while it plays; what goes there is where the picture rests, and ends that were moved on the plane.

const SECONDS_OF_PATH = 3; // at speed 1, where the frames suffice for sixty a second
const FASTEST = 60; // frames a second
const TILES_A_SECOND = 6;
const FAR = 10; // frames that an arrow key goes with Shift
const pathNames = () => [tr("Linear"), tr("Spherical"), tr("Cross-fade")];
const pathIdeas = () => [tr("(1 − t) a + t b, in codes"), tr("along a great circle, in codes"), tr("(1 − t) x + t y, in pixels")];
const MEASURES = {
  iwae: { short: "IWAE ≈", unit: "nats", digits: 1, title: (draws) => `log p(x) ≥ IWAE(${draws}), nats` },
  reconstruction: { short: "log p(x|z) =", unit: "nats", digits: 1, title: () => "log p(x|z = encode x), nats" },
  discriminator: { short: "D(x) =", unit: "", digits: 3, title: () => tr("D(x): real, says the discriminator") },
};

export default function (component) {
  return mount(component, ".pg-interpolate", Interpolation);
}

class Interpolation extends Stepper {
  constructor(root) {
    super(root, "__interpolate");
  }

  get rate() { return this.tiled ? TILES_A_SECOND : Math.min(FASTEST, this.steps / SECONDS_OF_PATH); }
  get speedChoices() { return [[0.25, "¼×"], [0.5, "½×"], [1, "1×"], [2, "2×"]]; }
  get strideWords() { return [tr("One frame"), tr("ten")]; }
  get countText() { return this.tiled ? `↓ ${decimals(this.place[0])}  → ${decimals(this.place[1])}` : `t = ${decimals(this.place[1], 3)}`; }

  /** The frame in sight, row by row: the one under the pointer, else that of the step. A surface is walked to and fro. */
  get frameNow() {
    if (this.tiled && this.hover >= 0) return this.hover;
    return this.frameOf(this.step);
  }

  frameOf(step) {
    const [row, column] = [Math.floor(step / this.columns), step % this.columns];
    return row * this.columns + (row % 2 ? this.columns - 1 - column : column);
  }

  /** Down and across, 0 … 1. */
  get place() {
    const [row, column] = [Math.floor(this.frameNow / this.columns), this.frameNow % this.columns];
    return [this.rows > 1 ? row / (this.rows - 1) : 0, column / (this.columns - 1)];
  }

  // ---------------------------------------------------------------------------------------------------- data in and out

  open({ meta, arrays, shapes }) {
    Object.assign(this, arrays);
    [, this.rows, this.columns, this.size] = shapes.codes;
    [this.height, this.width] = meta.shape;
    [this.tiled, this.steps, this.stride] = [this.rows > 1, this.rows * this.columns - 1, FAR];
    this.pixel = -1;
    const planar = this.size === 2;
    if (planar && !this.plane) this.buildPlane();
    const fresh = planar && this.cloud !== String([arrays.cloudCodes.length, arrays.cloudCodes[0], meta.window]);
    this.ends.points.length = Math.min(this.ends.points.length, meta.kinds.length);
    const points = Array.from({ length: meta.kinds.length }, (_, n) => Array.from(arrays.endCodes.subarray(n * this.size, (n + 1) * this.size)));
    this.answered = this.ends.receive(meta, points);
    if (fresh) {
      this.cloud = String([arrays.cloudCodes.length, arrays.cloudCodes[0], meta.window]);
      this.plane.show({ codes: arrays.cloudCodes, labels: arrays.labels, window: meta.window });
    }
    this.moving = null;
    if (this.ends.waiting) this.preview();
    this.ends.place();
    const { root } = this;
    root.dataset.layout = `${this.tiled ? "tiles" : "path"}${planar ? "-plane" : ""}`;
    root.dataset.edit = meta.edit;
    for (const { cells } of this.panels) cells.shape(this.height, this.width);
    this.lines = planar ? this.linesNow() : null;
    this.reach = Math.max(1, ...Array.from(this.codes, Math.abs));
    this.buildEnds();
    this.measure = MEASURES[meta.measure];
    say(this.scoreTitle, this.measure.title(meta.draws));
    const binary = tr("Of one binary picture of each frame, 1 where u < p with the same uniform numbers u in all.");
    this.scoreTitle.title = meta.measure === "discriminator" ? tr("Of the grey picture. Dotted: the mean of real digits")
      : `${binary} ${meta.measure === "iwae" ? tr("Dotted: the mean ELBO of real digits") : tr("It bounds no log p(x). Dotted: the mean of real digits")}`;
    this.shades = null;
  }

  codesOf(way) { return this.codes.subarray(way * this.rows * this.columns * this.size, (way + 1) * this.rows * this.columns * this.size); }
  codeAt(way, frame) { return (this.moving?.codes[way] ?? this.codesOf(way)).subarray(frame * this.size, (frame + 1) * this.size); }
  normAt(way, frame) { return this.moving ? Math.hypot(...this.codeAt(way, frame)) : this.norms[way * (this.steps + 1) + frame]; }

  picture(way, frame) {
    if (this.moving) return this.moving.picture(way, frame);
    const cells = this.height * this.width;
    const from = (way * (this.steps + 1) + frame) * cells;
    return this.pictures.subarray(from, from + cells);
  }

  /** The first trace opens where the link says; later ones stay where the visitor is. */
  start({ step, opening }) {
    this.scrub.max = this.steps;
    delete this.root.dataset.firstPaint;
    if (this.opening !== opening || this.was !== this.tiled) {
      const anew = this.opening === opening;
      [this.opening, this.was] = [opening, this.tiled];
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      this.pause();
      this.hover = -1;
      this.step = anew ? Math.floor(this.steps / 2) : clamp(step ?? (still || this.tiled ? Math.floor(this.steps / 2) : 0), 0, this.steps);
      this.reported = step ?? 0;
      if (step == null && !still && !this.tiled && !anew) { this.play(); return; }
    } else {
      this.step = clamp(this.tiled || !this.before ? this.step : Math.round((this.step / this.before) * this.steps), 0, this.steps);
      this.progress = this.step;
    }
    this.before = this.steps;
    this.changed();
  }

  report() {
    if (this.playing || this.reported === this.step) return;
    this.reported = this.step;
    this.component.setStateValue("view", { step: this.step });
  }

  destroy() { this.ends.destroy(); this.plane?.destroy(); super.destroy(); }

  // ------------------------------------------------------------------------------------------------------------- playing

  play() {
    this.way = 1;
    [this.counted, this.since] = [0, 0];
    this.before = this.steps;
    super.play();
  }

  /** A loop goes to the end and back, again and again. */
  frame(now) {
    if (this.playing) this.count(now);
    if (this.playing && this.loop) {
      if (this.last) this.progress += this.way * (Math.min(now - this.last, 250) / 1000) * this.rate * this.speed;
      if (this.progress >= this.steps) [this.progress, this.way] = [this.steps, -1];
      if (this.progress <= 0 && this.way < 0) [this.progress, this.way] = [0, 1];
      this.step = Math.round(this.progress);
      this.lastFrame = 0; // the steps do not run by themselves
    }
    this.last = this.playing ? now : 0;
    super.frame(now);
  }

  /** How many frames a second are drawn. */
  count(now) {
    if (this.counted % 30 === 0) {
      if (this.since) this.root.dataset.fps = (30_000 / (now - this.since)).toFixed(1);
      this.since = now;
    }
    this.counted += 1;
  }

  // ------------------------------------------------------------------------------------------------------------ keyboard

  onKey(event) {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !event.altKey && this.plane) {
      this.ends.undo();
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    const by = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    const target = event.composedPath()[0];
    if (!this.tiled || !by || event.ctrlKey || event.metaKey || event.altKey || target.tagName === "SELECT" || target.type === "range") { super.onKey(event); return; }
    this.hover = -1;
    const frame = this.frameOf(this.step);
    const [row, column] = [Math.floor(frame / this.columns) + by[0], (frame % this.columns) + by[1]];
    this.goto(this.stepOf(clamp(row, 0, this.rows - 1), clamp(column, 0, this.columns - 1)));
    event.preventDefault();
    event.stopPropagation();
  }

  stepOf(row, column) { return row * this.columns + (row % 2 ? this.columns - 1 - column : column); }
  cursorKey() { }

  // ------------------------------------------------------------------------------------------------------------ elements

  build() {
    Object.assign(this, { loop: false, plane: null, speed: 1, pixel: -1, looked: -1, moving: null });
    this.ends = new PathEnds(this);
    this.said = h("div", { class: "said" });
    this.panels = pathNames().map((name, way) => this.buildPanel(name, way, pathIdeas()[way]));
    this.map = h("div", { class: "map" });
    this.endBar = h("div", { class: "pg-segments", role: "group", "aria-label": tr("A click on the plane sets") });
    this.normTitle = h("span", { class: "title" });
    this.scoreTitle = h("span", { class: "title" });
    [this.normLevel, this.level] = [h("span", { class: "pg-muted" }), h("span", { class: "pg-muted" })];
    const chart = (label) => h("canvas", { class: "chart", role: "img", "aria-label": label });
    this.normChart = chart(tr("The norms of the codes along the path; drag to scrub"));
    this.scoreChart = chart(tr("How plausible the frames are along the path; drag to scrub"));
    this.normCurves = new PathChart(this.normChart);
    this.scoreCurves = new PathChart(this.scoreChart);
    for (const curves of [this.normCurves, this.scoreCurves]) this.scrubOn(curves.canvas, (x) => curves.share(x));
    this.charts = h("div", { class: "charts" },
      h("div", { class: "norms" }, h("div", { class: "line" }, this.normTitle, this.normLevel), this.normChart),
      h("div", { class: "scores" }, h("div", { class: "line" }, this.scoreTitle, this.level), this.scoreChart));
    this.root.append(
      h("div", { class: "grids" }, ...this.panels.map(({ grid }) => grid)),
      h("div", { class: "body" }, this.map, h("div", { class: "right" }, h("div", { class: "pictures" }, ...this.panels.map(({ box }) => box)), this.charts)),
      this.said, this.buildTransport());
    this.root.querySelector(".transport select").before(this.segments(tr("At the end"), "loop", [[false, tr("once")], [true, tr("to and fro")]]));
  }

  buildPanel(name, way, idea) {
    const label = `${name}: ${idea}`;
    const cells = new Cells(label);
    cells.canvas.addEventListener("pointermove", (event) => { [this.pixel, this.looked] = [cells.at(event), way]; this.schedule(); });
    cells.canvas.addEventListener("pointerleave", () => { this.pixel = -1; this.schedule(); });
    pointable(cells.canvas, () => cells, this.said);
    const film = h("canvas", { class: "film", role: "img", "aria-label": tr`${name}: the whole path; drag to scrub` });
    const mark = h("div", { class: "mark" });
    const strip = h("div", { class: "strip" }, film, mark);
    this.scrubOn(strip, (x) => x / strip.clientWidth);
    const grid = h("canvas", { class: "tiles", tabindex: way ? "-1" : "0", role: "img", "aria-label": tr`${name}: the surface between four ends; point at a tile, arrow keys walk` });
    const code = h("canvas", { class: "code", role: "img", "aria-label": way ? tr("The code on the spherical path: a bar for each of its numbers") : tr("The code on the linear path: a bar for each of its numbers") });
    const facts = { norm: h("b"), code: h("b"), score: h("b"), when: h("span", { class: "pg-muted" }), scoreName: h("span") };
    const panel = { way, cells, film, mark, strip, code, facts, canvas: grid, sheet: null };
    const swatch = () => h("i", { class: `swatch ${WAYS[way]}` });
    const lines = way < 2
      ? [h("div", { class: "fact" }, h("span", {}, "‖z‖ ="), facts.norm, facts.code), code]
      : [h("div", { class: "fact" }, h("span", {}, tr("no code")))];
    panel.grid = h("figure", { class: "grid", "data-way": WAYS[way] }, h("figcaption", {}, swatch(), h("b", {}, name), h("span", { class: "pg-muted" }, idea)), grid);
    panel.box = h("figure", { class: "picture", "data-way": WAYS[way] },
      h("figcaption", {}, swatch(), h("b", {}, name), h("span", { class: "pg-muted idea", title: idea }, idea)),
      h("div", { class: "look" }, h("div", {}, cells.canvas, strip),
        h("div", { class: "facts" }, ...lines.slice(0, 1), h("div", { class: "fact" }, facts.scoreName, facts.score, facts.when), ...lines.slice(1))));
    this.walkOn(panel);
    return panel;
  }

  /** Drag along an element to scrub: `shareOf(x)` is t at x CSS pixels. */
  scrubOn(element, shareOf) {
    const to = (event) => {
      const share = shareOf(within(event, element)[0]);
      if (share === undefined || Number.isNaN(share)) return;
      const column = Math.round(clamp(share, 0, 1) * (this.columns - 1));
      this.hover = -1;
      this.goto(this.tiled ? this.stepOf(Math.floor(this.frameOf(this.step) / this.columns), column) : column);
    };
    element.tabIndex = -1; // so that the arrow keys are the canvas's own from here on
    element.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      element.focus({ preventScroll: true });
      element.setPointerCapture(event.pointerId);
      to(event);
    });
    element.addEventListener("pointermove", (event) => { if (event.buttons & 1 && element.hasPointerCapture(event.pointerId)) to(event); });
  }

  /** The tiles follow the pointer; a click or a finger stays. */
  walkOn(panel) {
    const { canvas } = panel;
    const tile = (event) => {
      const box = canvas.getBoundingClientRect();
      const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
      if (x < 0 || y < 0 || x >= 1 || y >= 1) return -1;
      return Math.floor(y * this.rows) * this.columns + Math.floor(x * this.columns);
    };
    const stay = (event) => {
      const frame = tile(event);
      if (frame < 0) return;
      this.hover = -1;
      this.goto(this.stepOf(Math.floor(frame / this.columns), frame % this.columns));
    };
    canvas.addEventListener("pointermove", (event) => {
      if (event.pointerType !== "mouse") { if (event.buttons & 1) stay(event); return; }
      const frame = tile(event);
      if (this.playing && frame >= 0) this.pause();
      if (frame !== this.hover) { this.hover = frame; this.schedule(); }
    });
    canvas.addEventListener("pointerleave", () => { this.hover = -1; this.schedule(); });
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      canvas.focus({ preventScroll: true });
      canvas.setPointerCapture(event.pointerId);
      stay(event);
    });
  }

  buildPlane() {
    this.canvas = h("canvas", { class: "pg-plane", tabindex: "0", role: "application", "aria-label": tr("The latent plane: a click sets the end that is chosen, arrow keys move it, plus and minus zoom") });
    this.plane = new Plane(this.canvas, { onChoose: (z, place) => this.ends.chosen(z, place) });
    this.plane.layers.push((context, plane) => this.drawPaths(context, plane));
    const undo = iconButton(ICONS.undo, tr("Undo the last move of an end (Ctrl+Z)"), () => this.ends.undo(), { "data-action": "undo" });
    this.map.append(h("div", { class: "bar" }, h("span", {}, tr("a click sets")), this.endBar, undo), this.canvas);
  }

  buildEnds() {
    this.endBar.replaceChildren(...this.ends.points.map((_, n) => h("button", {
      type: "button", "data-end": LETTERS[n], "aria-pressed": "false", onclick: () => { this.ends.choose(n); this.schedule(); },
    }, LETTERS[n])));
  }

  /** An end is being moved: until the answer comes the browser decodes by itself, where it has the decoder. */
  moved() {
    this.root.dataset.waiting = "true";
    this.preview();
    this.schedule();
  }

  preview() {
    const decoder = globalThis.pgDecoders?.get(this.meta.decoder);
    this.root.dataset.live = String(Boolean(decoder));
    if (!decoder || this.size !== 2) return;
    const drawn = this.meta.kinds.map((kind, n) => kind === "drawing" && !this.ends.wanted.has(n) && this.endPicture(n));
    this.moving = new LivePath(decoder, this.ends.points, drawn, this.rows, this.columns);
    this.lines = this.linesNow();
    this.drawnRow = null;
    if (!this.tiled && this.shades) for (const panel of this.panels) this.fitFilm(panel, this.edge);
  }

  endPicture(n) { const cells = this.height * this.width; return this.endPictures.subarray(n * cells, (n + 1) * cells); }
  linesNow() { return [0, 1].map((way) => planeLines(this.moving?.codes[way] ?? this.codesOf(way), this.rows, this.columns)); }

  // ------------------------------------------------------------------------------------------------------------- drawing

  fit(width) {
    const { ratio, theme, root, tiled } = this;
    const style = getComputedStyle(root);
    const colour = (name) => style.getPropertyValue(name).trim();
    this.colours = { ways: ["--way-linear", "--way-spherical", "--way-fade"].map(colour), band: theme.model, positive: colour("--pg-data"), negative: colour("--pg-rejected") };
    this.font = style.fontFamily;
    const planar = Boolean(this.lines);
    const wide = width >= 700;
    const side = !wide ? Math.min(width, 380) : tiled ? 210 : Math.min(Math.round(width * 0.4), 460);
    const right = wide && planar ? width - side - 18 : wide && tiled ? width - 228 : width;
    const share = wide || tiled ? Math.floor((right - 32) / 3) : Math.floor((width - 16) / 3);
    const facts = tiled && wide ? 100 : 0;
    const scale = (space, count, gaps) => Math.floor((space * ratio - gaps) / count);
    this.shades = ramp(theme.paper, theme.ink, 256);
    const line = (this.edge = css(mix(theme.background, theme.text, 0.3)));
    for (const panel of this.panels) {
      panel.cells.fit(Math.max(28, Math.min(share - facts, tiled ? 150 : 256)), ratio);
      if (tiled) this.fitTiles(panel, wide ? Math.floor((width - 32) / 3) : width, scale, line);
      else this.fitFilm(panel, line);
      if (panel.way < 2) {
        const across = tiled && wide ? facts - 8 : panel.cells.canvas.width / ratio;
        fitCanvas(panel.code, Math.round(across * ratio), Math.round(26 * ratio), ratio);
        panel.codeSize = [across, 26];
        panel.code.classList.toggle("pg-hidden", planar);
      }
    }
    if (planar) this.plane.fit(side, tiled && wide ? 186 : side, ratio, theme, root);
    const chartHeight = tiled ? 160 : planar ? 134 : 108;
    this.drawnRow = null;
    for (const curves of [this.normCurves, this.scoreCurves]) {
      curves.hidden = tiled && (planar || curves === this.scoreCurves);
      curves.canvas.parentElement.classList.toggle("pg-hidden", curves.hidden);
      if (!curves.hidden) curves.fit(tiled && wide ? 210 : wide ? Math.floor((right - 24) / 2) : width, chartHeight, ratio);
    }
    root.style.setProperty("--side", `${side}px`);
  }

  fitTiles(panel, space, scale, line) {
    const { rows, columns, ratio, height, width } = this;
    const gap = Math.max(1, Math.round(ratio));
    const each = scale(Math.min(space, 320 * Math.max(1, ratio)), columns, (columns - 1) * gap) / width;
    panel.sheet = new Tiles(height, width);
    const all = Array.from({ length: rows * columns }, (_, frame) => this.picture(panel.way, frame));
    panel.sheet.paint(all, columns, Math.max(1, Math.floor(each)), gap, this.shades, line);
    const shrink = each < 1 ? Math.min(1, (space * ratio) / panel.sheet.canvas.width) : 1; // only where not even one pixel a pixel fits
    fitCanvas(panel.canvas, Math.round(panel.sheet.canvas.width * shrink), Math.round(panel.sheet.canvas.height * shrink), ratio);
  }

  /** As many frames of the path as fit below the picture, as large as whole pixels allow. */
  fitFilm(panel, line) {
    const { ratio, height, width } = this;
    const space = panel.cells.canvas.width;
    const scale = Math.max(1, Math.round(ratio));
    const count = clamp(Math.floor(space / (width * scale)), 2, Math.min(12, this.columns));
    panel.sheet = new Tiles(height, width);
    const frames = Array.from({ length: count }, (_, i) => this.picture(panel.way, Math.round((i / (count - 1)) * this.steps)));
    panel.sheet.paint(frames, count, scale, 0, this.shades, line);
    fitCanvas(panel.film, panel.sheet.canvas.width, panel.sheet.canvas.height, ratio);
    panel.strip.style.width = panel.film.style.width;
    panel.film.getContext("2d").drawImage(panel.sheet.canvas, 0, 0);
  }

  draw() {
    const { root, tiled } = this;
    const frame = this.frameNow;
    const [down, across] = this.place;
    for (const panel of this.panels) this.drawPanel(panel, frame, across);
    if (this.lines) this.plane.draw();
    this.drawCharts(frame, across);
    for (const button of this.endBar.children) button.setAttribute("aria-pressed", String(button.dataset.end === LETTERS[this.ends.active]));
    this.scrub.setAttribute("aria-valuetext", this.countText);
    say(this.said, this.pointed());
    root.dataset.at = frame;
    root.dataset.t = across.toFixed(4);
    if (tiled) root.dataset.down = down.toFixed(4);
  }

  drawPanel({ way, cells, mark, strip, code, codeSize, facts, canvas, sheet }, frame, t) {
    const { shades, theme, ratio } = this;
    const picture = this.picture(way, frame);
    for (let i = 0; i < picture.length; i++) cells.pixels[i] = shades[picture[i]];
    cells.show();
    if (this.tiled) this.drawTiles(canvas, sheet, frame);
    else mark.style.transform = `translateX(${(t * (parseFloat(strip.style.width) - 2)).toFixed(1)}px)`;
    if (way < 2) {
      say(facts.norm, decimals(this.normAt(way, frame), 3));
      const z = this.codeAt(way, frame);
      say(facts.code, this.lines ? `z = (${decimals(z[0], 3)}, ${decimals(z[1], 3)})` : "");
      if (!this.lines) {
        const context = this.context(code, ratio);
        drawCode(context, { width: codeSize[0], height: codeSize[1], code: z, reach: this.reach, colours: this.colours, theme });
      }
    }
    const [score, at] = this.scoreAt(way, frame);
    say(facts.scoreName, this.measure.short);
    if (this.moving) { say(facts.score, "…"); say(facts.when, ""); return; }
    say(facts.score, `${decimals(score, this.measure.digits)}${this.measure.unit && ` ${this.measure.unit}`}`);
    say(facts.when, at === frame ? "" : this.tiled ? tr("nearest judged tile") : tr`at t = ${decimals(at / this.steps, 2)}`);
  }

  context(canvas, ratio = this.ratio) {
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    return context;
  }

  drawTiles(canvas, sheet, frame) {
    const context = canvas.getContext("2d");
    const shrink = canvas.width / sheet.canvas.width;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.imageSmoothingEnabled = shrink < 1;
    context.drawImage(sheet.canvas, 0, 0, canvas.width, canvas.height);
    const [row, column] = [Math.floor(frame / this.columns), frame % this.columns];
    const [wide, tall] = [this.width * sheet.scale + sheet.gap, this.height * sheet.scale + sheet.gap];
    const box = [column * wide, row * tall, wide - sheet.gap, tall - sheet.gap].map((value) => value * shrink);
    for (const [colour, line] of [[css(this.theme.background), 4], [css(this.theme.accent), 2]]) {
      context.strokeStyle = colour;
      context.lineWidth = line * this.ratio;
      context.strokeRect(...box);
    }
  }

  /** The score of the nearest frame that was judged, and which that is. */
  scoreAt(way, frame) {
    const { stations, columns } = this;
    let [best, least] = [0, Infinity];
    for (let s = 0; s < stations.length; s++) {
      const away = Math.abs(Math.floor(stations[s] / columns) - Math.floor(frame / columns)) + Math.abs((stations[s] % columns) - (frame % columns));
      if (away < least) [best, least] = [s, away];
    }
    return [this.scores[way * stations.length + best], stations[best]];
  }

  drawCharts(frame, t) {
    const row = Math.floor(frame / this.columns);
    if (this.drawnRow !== row) this.prepareCharts(row);
    this.drawnRow = row;
    for (const curves of [this.normCurves, this.scoreCurves]) if (!curves.hidden) curves.draw(t);
  }

  /** The curves of the path, or of one row of a surface. */
  prepareCharts(row) {
    const { columns, theme, colours, font, meta, steps } = this;
    const same = { theme, colours, font };
    const typical = meta.typical.length > 0;
    if (!this.normCurves.hidden) {
      const x = Array.from({ length: columns }, (_, i) => i / (columns - 1));
      const norms = (way) => x.map((_, column) => this.normAt(way, row * columns + column));
      const lines = [0, 1].map((way) => ({ x, y: norms(way), colour: colours.ways[way], dash: DASHES[way] }));
      this.normCurves.prepare({ lines, band: typical ? meta.typical : null, level: null, ...same });
    }
    say(this.normTitle, this.tiled ? tr("‖z‖ in this row") : typical ? tr("‖z‖; band: 90 % of the prior") : tr("‖z‖; no prior to compare with"));
    say(this.normLevel, typical ? tr`mean ${decimals(meta.typical[1])}` : "");
    if (this.scoreCurves.hidden) return;
    const count = this.stations.length;
    const x = Array.from(this.stations, (station) => station / steps);
    const lines = WAYS.map((_, way) => ({ x, y: this.scores.subarray(way * count, (way + 1) * count), colour: colours.ways[way], dash: DASHES[way], dots: count < 40 }));
    this.scoreCurves.prepare({ lines, band: null, level: meta.reference, ...same });
    say(this.level, meta.reference == null ? "" : tr`digits: ${decimals(meta.reference, this.measure.digits)}`);
  }

  drawPaths(context, plane) {
    if (!this.lines || !this.colours) return;
    const { ends, colours, theme } = this;
    if (this.meta.typical.length) this.drawTypical(context, plane);
    if (ends.waiting && !this.moving) {
      const ring = ends.points.length > 2 ? [0, 1, 3, 2, 0] : [0, 1];
      drawOnPlane(context, plane, [ring.map((n) => ends.points[n])], css(theme.text, 0.8), 1.5, [3, 4]);
    } else {
      for (const way of [0, 1]) drawOnPlane(context, plane, this.lines[way], colours.ways[way], this.tiled ? 1 : 2.4, []);
      for (const way of [0, 1]) {
        const [x, y] = plane.toScreen(this.codeAt(way, this.frameNow));
        context.fillStyle = css(theme.paper);
        disc(context, x, y, 7);
        context.fillStyle = colours.ways[way];
        disc(context, x, y, 5);
      }
    }
    ends.points.forEach((z, n) => drawEnd(context, plane, z, LETTERS[n], n === ends.active));
  }

  /** The ring that holds 90 % of the prior's draws. */
  drawTypical(context, plane) {
    const [x, y] = plane.toScreen([0, 0]);
    const [low, middle, high] = this.meta.typical.map((radius) => radius * plane.scale);
    context.fillStyle = css(this.theme.model, this.theme.dark ? 0.16 : 0.1);
    context.beginPath();
    context.arc(x, y, high, 0, 2 * Math.PI);
    context.arc(x, y, low, 0, 2 * Math.PI, true);
    context.fill();
    context.setLineDash([2, 4]);
    context.strokeStyle = css(this.theme.model, 0.7);
    context.lineWidth = 1;
    context.beginPath();
    context.arc(x, y, middle, 0, 2 * Math.PI);
    context.stroke();
    context.setLineDash([]);
  }

  /** The number under the pointer, else what the ends are. */
  pointed() {
    if (this.pixel >= 0 && this.looked >= 0) {
      const value = this.picture(this.looked, this.frameNow)[this.pixel] / 255;
      const what = this.meta.family === "gan" ? tr("grey") : tr("p(pixel = 1)");
      return tr`${pathNames()[this.looked]}, row ${Math.floor(this.pixel / this.width) + 1}, column ${(this.pixel % this.width) + 1}: ${what} = ${value.toFixed(2)}`;
    }
    if (this.ends.waiting) return this.moving ? tr("Decoded here while the end moves; the model's judgement is on its way …") : tr("The new path is on its way …");
    const angle = this.meta.kinds.length === 2 ? tr`; Ω = ${decimals((this.angles[1] * 180) / Math.PI, 1)}° between them` : "";
    return `${this.meta.ends.map((words, n) => `${LETTERS[n]}: ${words}`).join(" · ")}${angle}`;
  }

  words() {
    const names = pathNames();
    const told = this.panels.map(({ facts }, way) => {
      const score = `${facts.scoreName.textContent} ${facts.score.textContent}`;
      return way < 2 ? tr`${names[way]}: norm ${facts.norm.textContent}, ${score}` : `${names[way]}: ${score}`;
    });
    return `${this.countText}. ${told.join("; ")}`;
  }
}
