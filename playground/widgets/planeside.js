// One of two planes: its dots, what is drawn over them, the picture that its decoder makes, and the numbers below.

const TILE_SHARE = 0.42; // how much of the tiles' contrast is left under dots
const TILES_REST = 160; // ms after panning or zooming before the tiles are decoded for the new view
const TILES_SLICE = 7; // ms of decoding at once
const TARGET = "M10 5 A5 5 0 1 0 10.01 5 M10 2 V7 M10 13 V18 M2 10 H7 M13 10 H18";
const FULL_TURN = 2 * Math.PI;

class PlaneSide {
  constructor(owner, n) {
    Object.assign(this, { owner, n, twin: null });
    this.canvas = h("canvas", { class: "pg-plane", role: "application" });
    this.picture = h("canvas", {
      class: "picture", role: "img",
      onpointermove: (event) => this.pixel(event), onpointerleave: () => say(owner.pixel, ""),
    });
    pointable(this.picture, () => { const [rows, columns] = this.shape; return { columns, rows }; }, owner.pixel);
    this.title = h("b");
    const tools = h("span", { class: "tools" },
      iconButton(PLANES_PLUS, tr("Zoom in (+)"), () => this.plane.zoom(1.5)), iconButton(PLANES_MINUS, tr("Zoom out (−)"), () => this.plane.zoom(1 / 1.5)),
      iconButton(TARGET, tr("Zoom to the chosen point"), () => this.approach()), iconButton(ICONS.rectangle, tr("Show all (Home)"), () => this.plane.home()));
    this.lines = [0, 1, 2, 3].map(() => h("div", { class: "line" }));
    this.figure = h("figure", {}, h("figcaption", {}, this.title, tools), this.canvas, ...this.lines);
    this.eyebrow = h("div", { class: "pg-eyebrow" });
    this.shownBox = h("div", { class: "shown" }, this.eyebrow, this.picture);
    this.plane = new Plane(this.canvas, {
      onHover: (z) => { this.owner.link(this, z ? this.plane.nearest(z).index : -1); this.show(); },
      onChoose: (z, place) => owner.choose(this, z, place),
      onView: () => this.finer(),
    });
    this.decoding = debounced(() => this.decodeTiles(), TILES_REST);
    this.plane.under.push((context) => this.drawTiles(context));
    this.plane.layers.push((context) => this.drawPrior(context), (context) => this.drawDigit(context), (context) => this.drawTwin(context));
  }

  destroy() {
    this.decoding.cancel();
    cancelAnimationFrame(this.slice);
    this.plane.destroy();
  }

  /** One side of a payload: its description, a lookup of its arrays, the shape of its tiles. */
  open(meta, array, [count]) {
    const { plane } = this;
    const view = this.meta && String(this.meta.window) === String(meta.window) ? plane.view : null;
    Object.assign(this, { meta, shape: meta.shape, count, tiles: array("tiles"), deviation: array("deviation"), sheet: null, fine: null });
    this.decoder = decoderOf(array("decoder"), array("sizes"));
    this.values = new Float32Array(this.decoder.outputs);
    plane.show({ codes: array("codes"), labels: array("labels"), window: meta.window });
    if (view) plane.view = view;
    say(this.title, meta.title);
    say(this.eyebrow, tr`${meta.title}: decoded`);
    this.canvas.setAttribute("aria-label", tr`The plane of the ${meta.title}: ${plane.labels.length} codes. Arrow keys move the chosen point, plus and minus zoom.`);
  }

  fit(width, height, picture, ratio, theme) {
    Object.assign(this, { sheet: null, fine: null }); // the theme may be another
    [this.picture.style.width, this.picture.style.height] = [`${picture}px`, `${(picture / this.shape[1]) * this.shape[0]}px`];
    this.figure.style.width = `${width}px`;
    this.plane.fit(width, height, ratio, theme, this.owner.root);
    this.show();
  }

  code(index) { return [this.plane.codes[2 * index], this.plane.codes[2 * index + 1]]; }

  /** Close to the chosen point: so that a posterior's ellipse fills a quarter of the plane. */
  approach() {
    const { plane, owner: { digit } } = this;
    if (!plane.point) return;
    const sigma = digit !== null && this.deviation ? Math.max(this.deviation[2 * digit], this.deviation[2 * digit + 1]) : 0;
    const zoom = sigma ? plane.box.width / (12 * sigma * plane.least) : 12;
    plane.look({ x: plane.point[0], y: plane.point[1], zoom: clamp(zoom, ...PLANE_ZOOM) });
  }

  // ---------------------------------------------------------------------------------------------- picture and numbers

  /** What is decoded now: the place under the pointer, else the chosen point. */
  get z() { return this.plane.hover ?? this.plane.point; }

  show() {
    const { z, owner } = this;
    if (!z || !this.decoder || !owner.theme) return;
    this.decoder.decode(z, this.values);
    paintPicture(this.picture, this.values, this.shape[1], owner.theme);
    owner.root.dataset[`picture${this.n}`] = codeText(z);
    owner.root.dataset.digit = owner.digit ?? "";
    this.say();
  }

  say() {
    const { z, plane, lines, owner: { digit } } = this;
    if (!z) return;
    const own = digit !== null && codeText(this.code(digit)) === codeText(z);
    const what = plane.hover ? tr("under the pointer") : own ? tr`digit ${digit}, a ${plane.labels[digit]}` : tr("the chosen point");
    say(lines[0], `z = ${pair(z)} · ${what}`);
    const { index, distance, count } = plane.nearest(z, own ? digit : -1);
    const gaps = distance / plane.usualGap();
    const [many, label, away] = [count.toLocaleString("en"), plane.labels[index], number(distance)];
    if (index < 0) say(lines[1], own ? tr("no other codes are shown") : tr("no codes are shown"));
    else say(lines[1], own ? tr`nearest of ${many} other codes: a ${label}, ${away} away` : tr`nearest of ${many} codes: a ${label}, ${away} away`);
    say(lines[2], Number.isFinite(gaps) ? tr`${number(gaps, gaps < 10 ? 1 : 0)} × the usual gap between codes` : "");
    say(lines[3], this.meta.generative ? this.probable(z) : tr("no prior: nothing says which z to draw"));
    this.picture.setAttribute("aria-label", tr`${this.meta.title}: the picture decoded from z = ${pair(z)}`);
  }

  /** What the prior and the chosen digit's posterior say. */
  probable(z) {
    const { digit } = this.owner;
    const norm = Math.hypot(...z);
    const prior = `log p(z) = ${number(-(norm ** 2) / 2 - Math.log(FULL_TURN), 2)} nats`;
    if (digit === null || !this.deviation) return prior;
    return tr`${prior} · σ of q(z|x) = ${pair([this.deviation[2 * digit], this.deviation[2 * digit + 1]])}`;
  }

  words() { return `${this.meta.title}: ${this.lines.map((line) => line.textContent).filter(Boolean).join(", ")}`; }

  pixel(event) {
    const [height, width] = this.shape;
    const [x, y] = within(event, this.picture);
    const [column, row] = [[x, width, "clientWidth"], [y, height, "clientHeight"]]
      .map(([at, count, side]) => clamp(Math.floor((at / this.picture[side]) * count), 0, count - 1));
    say(this.owner.pixel, `row ${row}, column ${column}: p(ink) = ${number(this.values[row * width + column])}`);
  }

  // ---------------------------------------------------------------------------------------------------- what is drawn

  drawTiles(context) {
    if (!this.tiles || this.owner.shown === "dots") return;
    this.sheet ??= this.tileSheet();
    this.drawSheet(context, this.sheet, this.meta.window);
    if (this.fine) this.drawSheet(context, this.fine.sheet, this.fine.window);
  }

  drawSheet(context, sheet, [x0, x1, y0, y1]) {
    const { plane } = this;
    const [[left, top], [right, bottom]] = [plane.toScreen([x0, y1]), plane.toScreen([x1, y0])];
    context.globalAlpha = 1;
    context.fillStyle = css(this.owner.theme.paper);
    context.fillRect(left, top, right - left, bottom - top);
    context.globalAlpha = this.owner.shown === "both" ? TILE_SHARE : 1;
    context.imageSmoothingEnabled = (right - left) * plane.ratio < sheet.width; // smaller than it is: no pixel is left out
    context.imageSmoothingQuality = "high";
    context.drawImage(sheet, left, top, right - left, bottom - top);
  }

  /** All tiles as one picture, a pixel for each of theirs; rows go upwards along z2. */
  tileSheet() {
    const { count, tiles, shape: [height, width] } = this;
    const sheet = this.emptySheet(count, count);
    for (let tile = 0; tile < count * count; tile++) {
      const part = tiles.subarray(tile * height * width, (tile + 1) * height * width);
      this.putTile(sheet, tile % count, count - 1 - Math.floor(tile / count), part, 1);
    }
    return sheet;
  }

  emptySheet(columns, rows) {
    const { shape: [height, width], owner: { theme } } = this;
    this.shades = ramp(theme.paper, theme.ink, 256);
    return new OffscreenCanvas(columns * width, rows * height);
  }

  /** One tile, in column and row counted from the upper left; a value times `unit` is a shade, 0 … 255. */
  putTile(sheet, column, row, values, unit) {
    const [height, width] = this.shape;
    const image = new ImageData(width, height);
    const pixels = new Uint32Array(image.data.buffer);
    for (let i = 0; i < values.length; i++) pixels[i] = this.shades[Math.round(values[i] * unit)];
    sheet.getContext("2d").putImageData(image, column * width, row * height);
  }

  /** The view has changed: the tiles that are there move along, and are decoded anew when it rests. */
  finer() {
    cancelAnimationFrame(this.slice);
    if (!this.decoder || this.owner.shown === "dots") return;
    if (this.plane.atHome) { this.fine = null; this.decoding.cancel(); } else this.decoding.later();
  }

  /** As many tiles along the view as there are along the window, each its middle decoded; a few in every frame. */
  decodeTiles() {
    const { plane, count } = this;
    const { box, scale, view } = plane;
    const side = box.width / count / scale;
    const rows = Math.ceil(box.height / box.width * count - 1e-6);
    const [left, top] = [view.x - (count / 2) * side, view.y + (rows / 2) * side];
    const sheet = this.emptySheet(count, rows);
    const values = new Float32Array(this.decoder.outputs);
    let tile = 0;
    const work = () => {
      const end = performance.now() + TILES_SLICE;
      for (; tile < count * rows && performance.now() < end; tile++) {
        const [column, row] = [tile % count, Math.floor(tile / count)];
        this.decoder.decode([left + (column + 0.5) * side, top - (row + 0.5) * side], values);
        this.putTile(sheet, column, row, values, 255);
      }
      if (tile < count * rows) { this.slice = requestAnimationFrame(work); return; }
      this.fine = { sheet, window: [left, left + count * side, top - rows * side, top] };
      this.canvas.dataset.tiles = this.fine.window.map((value) => value.toFixed(4)).join(",");
      plane.refresh();
    };
    work();
  }

  drawPrior(context) {
    if (!this.meta?.generative) return;
    const { plane, owner: { theme } } = this;
    const [x, y] = plane.toScreen([0, 0]);
    Object.assign(context, { font: `600 11px ${plane.font}`, textAlign: "center", textBaseline: "middle", lineJoin: "round" });
    for (const sigma of [1, 2, 3]) {
      context.setLineDash([5, 4]);
      context.lineWidth = 1.5;
      context.strokeStyle = css(theme.ink, 0.75);
      context.beginPath();
      context.arc(x, y, sigma * plane.scale, 0, FULL_TURN);
      context.stroke();
      context.setLineDash([]);
      context.lineWidth = 4;
      context.strokeStyle = css(theme.paper, 0.9);
      context.strokeText(`${sigma}σ`, x, y - sigma * plane.scale);
      context.fillStyle = css(theme.ink);
      context.fillText(`${sigma}σ`, x, y - sigma * plane.scale);
    }
  }

  /** The chosen digit: its mark in a ring, and its posterior as ellipses of one and two σ. */
  drawDigit(context) {
    const { plane, owner: { digit, theme } } = this;
    if (digit === null || digit >= plane.labels.length) return;
    const [x, y] = plane.toScreen(this.code(digit));
    if (this.deviation) {
      context.strokeStyle = css(theme.model);
      context.fillStyle = css(theme.model, 0.16);
      context.lineWidth = 2;
      for (const sigmas of [1, 2]) {
        context.beginPath();
        context.ellipse(x, y, ...[0, 1].map((axis) => sigmas * this.deviation[2 * digit + axis] * plane.scale), 0, 0, FULL_TURN);
        context.fill();
        context.stroke();
      }
    }
    drawMark(context, plane.labels[digit], x, y, 4.5, plane.colours[plane.labels[digit]]);
    this.ring(context, x, y, 10, css(theme.accent));
  }

  drawTwin(context) {
    if (this.twin === null) return;
    this.ring(context, ...this.plane.toScreen(this.code(this.twin)), 7, css(this.owner.theme.ink));
  }

  ring(context, x, y, radius, colour) {
    for (const [width, style] of [[5, css(this.owner.theme.paper, 0.9)], [2, colour]]) {
      context.lineWidth = width;
      context.strokeStyle = style;
      context.beginPath();
      context.arc(x, y, radius, 0, FULL_TURN);
      context.stroke();
    }
  }
}
