// One side of "Is it generative?": the plane of codes with the draws, the marginals along its edges, the draw in hand with
// its distance and its judgement, the distances of many draws, and the pictures so far.

const SIDE_PLANE = 226; // CSS pixels
const SIDE_MARGIN = 34; // of a marginal
const SIDE_FAR = 60;

class DrawsSide {
  constructor(owner, place) {
    Object.assign(this, { owner, place });
    const canvas = (words, more = {}) => h("canvas", { role: "img", "aria-label": words, ...more });
    this.planeCanvas = canvas(tr("The plane: codes of real digits and the draws; wheel or + and − zoom, drag pans"), { class: "pg-plane" });
    this.plane = new Plane(this.planeCanvas, { onView: () => owner.schedule(), onChoose: (z) => this.choose(z) });
    this.plane.layers.push((context) => this.drawSource(context), (context) => this.drawPoints(context));
    this.across = canvas(tr("The codes along the first coordinate against p(z)"), { class: "across" });
    this.upwards = canvas(tr("The codes along the second coordinate against p(z)"));
    this.picture = new Cells(tr("What the draw decodes to"));
    this.far = canvas(tr("How far draws are from the nearest code"));
    this.sheet = canvas(tr("All draws so far; point at one"), { class: "tiles", tabindex: "0",
      onpointermove: (event) => owner.point(this.tileAt(event)), onpointerleave: () => owner.point(-1),
      onclick: (event) => { const tile = this.tileAt(event); if (tile >= 0) owner.goto(tile + 1); } });
    [this.name, this.source] = [h("b"), h("span", { class: "source" })];
    this.facts = Array.from({ length: 5 }, (_, i) => h("div", { class: i === 2 ? "verdict" : "" }));
    this.shares = h("div", { class: "shares" }, h("div"), h("div"));
    this.root = h("section", { class: "side", "data-side": place },
      h("div", { class: "caption" }, this.name, this.source),
      h("div", { class: "joint" },
        h("div", { class: "field" }, this.across, h("div", {}, this.planeCanvas, this.upwards)),
        h("div", { class: "facts" }, this.picture.canvas, ...this.facts)),
      this.far, this.shares, this.sheet);
    this.small = document.createElement("canvas");
  }

  destroy() { this.plane.destroy(); }

  open(meta, arrays, [height, width]) {
    Object.assign(this, { meta, height, width, cells: height * width });
    for (const [name, array] of Object.entries(arrays)) if (name.endsWith(String(this.place))) this[`of_${name.slice(0, -1)}`] = array;
    this.picture.shape(height, width);
    this.count = this.of_nearest.length;
    this.bins = this.of_bars.length / 2;
    this.plane.show({ codes: Float32Array.from(this.of_codes), labels: this.of_labels, window: meta.window });
    say(this.name, meta.name);
    const [first, second] = meta.axes.map((axis) => `z${String(axis).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[digit])}`);
    this.plane.axes = [first, second];
    say(this.source, meta.latent > 2 ? tr`${meta.source}; ${first} and ${second} of ${meta.latent} vary most` : meta.source);
  }

  verdict(draw) { return this.of_distance[draw] > this.meta.limit ? "hole" : "among"; }

  /** See all codes, or the prior's three standard deviations. */
  look(where) {
    this.plane.home();
    if (where === "prior") {
      this.plane.view = { x: 0, y: 0, zoom: 1 };
      this.plane.zoom(Math.min(this.plane.box.width, this.plane.box.height) / (7.2 * this.plane.least), ...this.plane.toScreen([0, 0]));
    }
  }

  choose(z) {
    this.plane.setPoint(null);
    let [best, least] = [-1, 14 / this.plane.scale];
    for (let i = 0; i < this.owner.step; i++) {
      const away = Math.hypot(this.of_z[2 * i] - z[0], this.of_z[2 * i + 1] - z[1]);
      if (away < least) [best, least] = [i, away];
    }
    if (best >= 0) this.owner.goto(best + 1);
  }

  // --------------------------------------------------------------------------------------------------------- drawing

  fit(width, theme, ratio, font) {
    Object.assign(this, { theme, ratio, font, wide: width, drawnAs: "" });
    const colour = (name) => rgb(getComputedStyle(this.owner.root).getPropertyValue(name).trim());
    this.ink = { data: colour("--pg-data"), hole: theme.rejected, among: colour("--pg-accepted"), drawn: colour("--pg-proposal"), source: theme.model };
    const side = clamp(width - SIDE_MARGIN - 150, 180, SIDE_PLANE);
    this.plane.fit(side, side, ratio, theme, this.owner.root);
    const { width: across, height: up } = this.plane;
    fitCanvas(this.across, Math.round(across * ratio), Math.round(SIDE_MARGIN * ratio), ratio);
    fitCanvas(this.upwards, Math.round(SIDE_MARGIN * ratio), Math.round(up * ratio), ratio);
    this.picture.fit(Math.min(140, width - across - SIDE_MARGIN - 12), ratio);
    fitCanvas(this.far, Math.floor(width * ratio), Math.round(SIDE_FAR * ratio), ratio);
    this.edge = Math.max(1, Math.floor(ratio)) * (this.height > 20 ? 1 : 2); // device pixels of a picture's pixel
    this.frame = Math.max(1, Math.round(ratio)); // device pixels of the line around a picture
    this.cell = [this.width * this.edge + 2 * this.frame, this.height * this.edge + 2 * this.frame];
    this.columns = Math.max(1, Math.floor((width * ratio) / this.cell[0]));
    fitCanvas(this.sheet, this.columns * this.cell[0], Math.ceil(this.count / this.columns) * this.cell[1], ratio);
  }

  draw() {
    const { owner, plane: { view } } = this;
    const now = [owner.id, owner.step, owner.current, owner.pixels, view.x, view.y, view.zoom].join(); // while playing most frames are alike
    if (now === this.drawnAs) return;
    this.drawnAs = now;
    this.plane.draw();
    this.drawMarginal(0);
    this.drawMarginal(1);
    this.drawPicture();
    this.drawFar();
    this.drawSheet();
    this.tell();
  }

  /** One, two and three standard deviations of each Gaussian that codes are drawn from. */
  drawSource(context) {
    const { plane, of_means: means, of_covariances: covariances, of_weights: weights } = this;
    const alone = weights.length === 1;
    const most = Math.max(...weights);
    weights.forEach((weight, g) => {
      const [a, b, , d] = covariances.subarray(4 * g, 4 * g + 4);
      const [middle, apart] = [(a + d) / 2, Math.hypot((a - d) / 2, b)];
      const [long, short] = [Math.sqrt(middle + apart), Math.sqrt(Math.max(middle - apart, 1e-12))];
      const turn = -Math.atan2(2 * b, a - d) / 2; // rows go downwards on a screen
      const [x, y] = plane.toScreen([means[2 * g], means[2 * g + 1]]);
      for (const reach of alone ? [1, 2, 3] : [1, 2]) {
        for (const [stroke, width] of [[css(this.theme.paper, 0.7), 3], [css(this.ink.source, alone ? 1 : 0.35 + 0.65 * (weight / most)), 1.5]]) {
          Object.assign(context, { strokeStyle: stroke, lineWidth: width });
          context.beginPath();
          context.ellipse(x, y, reach * long * plane.scale, reach * short * plane.scale, turn, 0, 2 * Math.PI);
          context.stroke();
        }
      }
    });
  }

  drawPoints(context) {
    const { plane, theme, owner } = this;
    for (let i = 0; i < owner.step; i++) {
      const [x, y] = plane.toScreen([this.of_z[2 * i], this.of_z[2 * i + 1]]);
      for (const [fill, radius] of [[css(theme.paper), 3.6], [css(this.ink[this.verdict(i)]), 2.6]]) {
        context.fillStyle = fill;
        context.beginPath();
        context.arc(x, y, radius, 0, 7);
        context.fill();
      }
    }
    const draw = owner.current;
    if (draw < 0) return;
    const near = this.of_nearest[draw];
    const [from, to] = [plane.toScreen([this.of_z[2 * draw], this.of_z[2 * draw + 1]]), plane.toScreen([this.of_codes[2 * near], this.of_codes[2 * near + 1]])];
    for (const [stroke, width] of [[css(theme.paper), 4.5], [css(theme.ink), 1.8]]) {
      Object.assign(context, { strokeStyle: stroke, lineWidth: width });
      context.beginPath();
      context.moveTo(...from);
      context.lineTo(...to);
      context.stroke();
      context.beginPath();
      context.arc(...from, 6.5, 0, 7);
      context.stroke();
    }
  }

  /** The codes as bars, the density they are drawn from as a line; the aggregate of the posteriors as a thin one. */
  drawMarginal(axis) {
    const { ratio, plane, bins, ink } = this;
    const canvas = axis ? this.upwards : this.across;
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, canvas.width / ratio, canvas.height / ratio);
    const row = (array) => array.subarray((axis * array.length) / 2, ((axis + 1) * array.length) / 2);
    const [edges, bars, places] = [row(this.of_edges), row(this.of_bars), row(this.of_places)];
    const top = 1.25 * bars.reduce((a, b) => Math.max(a, b), 1e-9);
    const along = (value) => plane.toScreen([value, value])[axis];
    const high = (density) => (SIDE_MARGIN - 2) * Math.min(density / top, 1.04);
    const { left, width, top: above, height } = plane.box;
    context.save();
    context.beginPath();
    if (axis) context.rect(0, above, SIDE_MARGIN, height); else context.rect(left, 0, width, SIDE_MARGIN);
    context.clip();
    context.fillStyle = css(ink.data, 0.5);
    for (let i = 0; i < bins; i++) {
      const [a, b] = [along(edges[i]), along(edges[i + 1])];
      if (axis) context.fillRect(0, b, high(bars[i]), Math.max(1, a - b - 0.5));
      else context.fillRect(a, SIDE_MARGIN - high(bars[i]), Math.max(1, b - a - 0.5), high(bars[i]));
    }
    const line = (values, stroke, thickness) => {
      Object.assign(context, { strokeStyle: stroke, lineWidth: thickness });
      context.beginPath();
      values.forEach((value, i) => {
        const [place, size] = [along(places[i]), high(value)];
        if (axis) context.lineTo(size, place); else context.lineTo(place, SIDE_MARGIN - size);
      });
      context.stroke();
    };
    if (this.of_aggregate.length) line(row(this.of_aggregate), css(ink.data), 1.2);
    line(row(this.of_density), css(ink.source), 1.8);
    context.restore();
  }

  shade(draw, i) {
    return this.owner.pixels ? 255 * this.of_pixels[draw * this.cells + i] : this.of_probability[draw * this.cells + i];
  }

  drawPicture() {
    const draw = this.owner.current;
    for (let i = 0; i < this.cells; i++) this.picture.pixels[i] = draw < 0 ? packed(this.theme.background) : this.owner.greys[this.shade(draw, i)];
    this.picture.show();
  }

  /** Distances to the nearest code, in units of the limit: of many draws as bars, of the codes themselves as a line. */
  drawFar() {
    const { ratio, theme, ink, of_far: far, of_apart: apart, meta } = this;
    const context = this.far.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const [width, height] = [this.far.width / ratio, SIDE_FAR];
    context.clearRect(0, 0, width, height);
    const { farthest } = this.owner.meta;
    const [left, right, bottom] = [2, width - 8, height - 17];
    const x = (share) => left + ((right - left) * share) / farthest;
    const top = Math.max(...far, 0.02) * 1.15;
    const up = (share) => (bottom - 4) * Math.min(share / top, 1);
    const wide = (right - left) / far.length;
    far.forEach((share, i) => {
      context.fillStyle = css(((i + 0.5) * farthest) / far.length > 1 ? ink.hole : ink.among, 0.6);
      context.fillRect(left + i * wide, bottom - up(share), Math.max(1, wide - 1), up(share));
    });
    Object.assign(context, { strokeStyle: css(ink.data), lineWidth: 1.6 });
    context.beginPath();
    apart.forEach((share, i) => { context.lineTo(left + i * wide, bottom - up(share)); context.lineTo(left + (i + 1) * wide, bottom - up(share)); });
    context.stroke();
    context.fillStyle = css(theme.text, 0.55);
    context.fillRect(left, bottom, right - left, 1);
    context.fillRect(x(1), 2, 1.2, bottom - 2);
    Object.assign(context, { font: `11px ${this.font}`, textBaseline: "top", textAlign: "left", fillStyle: css(theme.text, 0.75) });
    context.fillText("0", left, bottom + 4);
    context.textAlign = "center";
    context.fillText("d₉₉", x(1), bottom + 4);
    for (let unit = 2; unit < farthest; unit++) context.fillText(`${unit} d₉₉`, x(unit), bottom + 4);
    context.textAlign = "right";
    context.fillText(`≥ ${farthest} d₉₉`, right, bottom + 4);
    context.fillText(tr("distance to the nearest code: bars draws, line codes"), right, 0);
    const draw = this.owner.current;
    if (draw < 0) return;
    const at = x(Math.min(this.of_distance[draw] / meta.limit, farthest));
    context.fillStyle = css(theme.text);
    context.beginPath();
    for (const [dx, dy] of [[0, 0], [-5, -8], [5, -8]]) context.lineTo(at + dx, bottom - 1 + dy);
    context.fill();
  }

  drawSheet() {
    const { sheet, theme, cell: [across, down], columns, edge, frame, owner, width, height } = this;
    const context = sheet.getContext("2d");
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = css(theme.background);
    context.fillRect(0, 0, sheet.width, sheet.height);
    context.imageSmoothingEnabled = false;
    [this.small.width, this.small.height] = [width, height];
    const tiny = this.small.getContext("2d");
    const image = tiny.createImageData(width, height);
    const pixels = new Uint32Array(image.data.buffer);
    for (let draw = 0; draw < this.count; draw++) {
      const [x, y] = [(draw % columns) * across, Math.floor(draw / columns) * down];
      if (draw >= owner.step) {
        context.fillStyle = css(theme.text, 0.06);
        context.fillRect(x + frame, y + frame, across - 2 * frame, down - 2 * frame);
        continue;
      }
      context.fillStyle = css(draw === owner.current ? theme.text : this.ink[this.verdict(draw)]);
      context.fillRect(x, y, across, down);
      for (let i = 0; i < this.cells; i++) pixels[i] = owner.greys[this.shade(draw, i)];
      tiny.putImageData(image, 0, 0);
      context.drawImage(this.small, x + frame, y + frame, width * edge, height * edge);
    }
  }

  tileAt(event) {
    const [column, row] = within(event, this.sheet).map((at, axis) => Math.floor((at * this.ratio) / this.cell[axis]));
    const tile = row * this.columns + column;
    return column >= 0 && column < this.columns && row >= 0 && tile < this.owner.step ? tile : -1;
  }

  // ----------------------------------------------------------------------------------------------------------- words

  tell() {
    const { meta, owner } = this;
    const draw = owner.current;
    const verdict = draw < 0 ? "" : this.verdict(draw);
    const nats = owner.pixels ? this.of_drawn : this.of_likely;
    const ranks = owner.pixels ? this.of_drawnRank : this.of_likelyRank;
    const lines = draw < 0 ? [tr("no draw yet: play, or →")] : [
      `${meta.latent > 2 ? this.plane.axes.join(", ") : "z"} = (${signed(this.of_z[2 * draw], 2)}, ${signed(this.of_z[2 * draw + 1], 2)})`,
      tr`nearest code: ${this.of_labels[this.of_nearest[draw]]}, ${this.of_distance[draw].toFixed(3)} away`,
      `${(this.of_distance[draw] / meta.limit).toFixed(2)} d₉₉: ${verdict === "hole" ? tr("in a hole") : tr("among the codes")}`,
      !nats.length ? "" : owner.pixels ? tr`−log p = ${nats[draw].toFixed(1)} nats (drawn)` : `−log p = ${nats[draw].toFixed(1)} nats (p > ½)`,
      ranks.length ? tr`above ${(100 * ranks[draw]).toFixed(1)} % of real digits` : "",
    ];
    this.facts.forEach((fact, i) => { say(fact, lines[i] ?? ""); fact.dataset.verdict = i === 2 ? verdict : ""; fact.title = i > 2 && lines[i] ? tr`${lines[i]}, under ${owner.meta.judge}` : lines[i] ?? ""; });
    const percent = (share) => `${(100 * share).toFixed(1)} %`;
    let holes = 0;
    for (let i = 0; i < owner.step; i++) holes += this.verdict(i) === "hole" ? 1 : 0;
    say(this.shares.firstChild, tr`${percent(meta.holes)} ± ${(100 * meta.error).toFixed(1)} of draws in holes (${holes} of ${owner.step} here), ${percent(meta.missed)} of codes missed`);
    say(this.shares.lastChild, this.typical(nats));
  }

  /** The median judgement of the draws so far. */
  typical(nats) {
    const { step, meta: { middle } } = this.owner;
    if (!nats.length || !step) return "";
    const sorted = Array.from(nats.subarray(0, step)).sort((a, b) => a - b);
    const median = (sorted[Math.floor((step - 1) / 2)] + sorted[Math.floor(step / 2)]) / 2;
    const [found, judged] = [median.toFixed(1), this.owner.judged];
    return middle === null ? tr`median −log p ${found} nats (${judged})` : tr`median −log p ${found} nats (${judged}), real digits ${middle.toFixed(1)}`;
  }
}
