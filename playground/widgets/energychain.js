// Chains of pictures under an energy. No mathematics but a lookup and x − σ²∇E: every number comes from the trace.

const LOW = -0.5; // what a byte of a picture means: 0 is LOW, 255 is LOW + SPAN
const SPAN = 2;
const GRID = { width: 352, height: 350 };
const CURVE = 138;

/** What stands in the row of a denoising, in words. */
const named = (name) => ({
  original: tr("the original"), corrupted: tr("corrupted"), "gradient descent": tr("gradient descent"), "cold Langevin": tr("cold Langevin"),
  "one Tweedie step": tr("one Tweedie step"),
})[name] ?? name;

export default function (component) {
  return mount(component, ".pg-energy", EnergyChain);
}

class EnergyChain extends Stepper {
  constructor(root) {
    super(root, "__energy");
  }

  get strideWords() { return [tr("One step"), tr("ten")]; }

  // -------------------------------------------------------------------------------------------------------- elements

  build() {
    this.show = "x";
    this.pixel = -1;
    this.grid = new Cells(tr("The chains; point at one for its numbers, click pins it"), { tabindex: "0" });
    this.grid.canvas.addEventListener("pointermove", (event) => this.point(this.chainAt(event)));
    this.grid.canvas.addEventListener("pointerleave", () => this.point(-1));
    this.grid.canvas.addEventListener("click", (event) => { const chain = this.chainAt(event); if (chain >= 0) this.pin(chain); });
    this.readout = h("div", { class: "readout" });
    const detail = (label) => {
      const cells = new Cells(label);
      cells.canvas.addEventListener("pointermove", (event) => { this.pixel = cells.at(event); this.schedule(); });
      cells.canvas.addEventListener("pointerleave", () => { this.pixel = -1; this.schedule(); });
      pointable(cells.canvas, () => cells, this.readout);
      return cells;
    };
    this.now = detail(tr("x, the picture of the chain in focus"));
    this.force = detail(tr("Minus the gradient of the energy of that picture"));
    this.mean = detail(tr("The denoised mean of that picture"));
    this.proposal = detail(tr("What the last step proposed"));
    this.scale = new Scale();
    this.switch = this.segments(tr("What the grid shows"), "show", [["x", tr("the chain x")], ["mean", tr("denoised x − σ²∇E")]]);
    this.switch.addEventListener("click", () => { this.lines = null; this.schedule(); });
    this.row = h("div", { class: "methods" });
    this.left = h("div", { class: "left" },
      h("div", { class: "caption" }, (this.title = h("b")), this.switch), this.grid.canvas);
    this.headline = h("div", { class: "place" });
    this.facts = Array.from({ length: 4 }, () => h("div", { class: "fact" }));
    const figure = (cells, words) => h("figure", {}, cells.canvas, h("figcaption", {}, words));
    this.forceWords = h("span", {}, tr("−∇E, where E falls"));
    this.proposalWords = h("span");
    this.proposalFigure = figure(this.proposal, this.proposalWords);
    this.right = h("div", { class: "middle" },
      h("div", { class: "caption" }, (this.subjectName = h("b")), (this.looked = h("span", { class: "pg-muted" }))),
      h("div", { class: "details" },
        (this.nowFigure = figure(this.now, tr("x, the chain"))), figure(this.force, this.forceWords),
        (this.meanFigure = figure(this.mean, tr("x − σ²∇E, denoised"))), this.proposalFigure),
      this.scale.box, this.headline, ...this.facts, this.readout);
    this.curves = [0, 1].map((number) => {
      const canvas = h("canvas", { role: "img", class: "curve",
        "aria-label": number ? tr("The distance to the original over the steps; drag to scrub") : tr("The energy of every chain over the steps; drag to scrub"),
        onpointerdown: (event) => this.scrubOn(event, number),
        onpointermove: (event) => { if (event.buttons & 1) this.scrubOn(event, number); } });
      const [name, value] = [h("b"), h("span", { class: "pg-muted" })];
      return { canvas, name, value, box: h("div", { class: "plot" }, h("div", { class: "caption" }, name, value), canvas) };
    });
    this.body = h("div", { class: "frame" }, this.left, this.right);
    this.root.append(this.row, this.body, h("div", { class: "curves" }, ...this.curves.map(({ box }) => box)), this.buildTransport());
  }

  // ------------------------------------------------------------------------------------------------------- the trace

  open({ meta, arrays, shapes }) {
    Object.assign(this, arrays);
    [this.frames, this.count, this.cells] = shapes.pictures;
    [this.height, this.width] = meta.shape;
    this.steps = shapes.energies[1] - 1;
    this.stride = 10;
    this.rejects = this.accepted.length > 0;
    this.taken = this.rejects ? this.runningSums(this.accepted) : null;
    this.lined = meta.layout === "row";
    this.columns = this.lined ? 1 : this.bestColumns();
    this.lines = null;
    this.pixel = -1;
    this.root.dataset.chains = this.count;
    this.left.classList.toggle("pg-hidden", this.lined);
    this.row.classList.toggle("pg-hidden", !this.lined);
    this.nowFigure.classList.toggle("pg-hidden", this.lined);
    this.proposalFigure.classList.toggle("pg-hidden", !this.rejects);
    this.meanFigure.classList.toggle("pg-hidden", this.lined);
    this.curves[1].box.classList.toggle("pg-hidden", !this.lined);
    this.body.classList.toggle("lined", this.lined);
    for (const cells of [this.now, this.force, this.mean, this.proposal]) cells.shape(this.height, this.width);
    if (this.lined) this.buildRow();
    else {
      const rows = Math.ceil(this.count / this.columns);
      this.grid.shape(rows * (this.height + 1) - 1, this.columns * (this.width + 1) - 1);
    }
    say(this.title, this.count === 1 ? tr("One chain") : tr`${this.count} chains`);
  }

  /** As many columns as let the pictures be as large as possible. */
  bestColumns() {
    const cell = (columns) => Math.floor(Math.min(GRID.width / (columns * (this.width + 1) - 1), GRID.height / (Math.ceil(this.count / columns) * (this.height + 1) - 1)));
    let best = 1;
    for (let columns = 2; columns <= this.count; columns++) if (cell(columns) >= cell(best)) best = columns;
    return best;
  }

  /** (C, S) zeros and ones → (C, S + 1) sums. */
  runningSums(flags) {
    const sums = new Uint16Array(this.count * (this.steps + 1));
    for (let chain = 0; chain < this.count; chain++) {
      for (let step = 0; step < this.steps; step++) {
        sums[chain * (this.steps + 1) + step + 1] = sums[chain * (this.steps + 1) + step] + flags[chain * this.steps + step];
      }
    }
    return sums;
  }

  /** The pictures of the row layout: those that stand still, then one for each chain. */
  buildRow() {
    const { stills, names } = this.meta;
    this.row.replaceChildren();
    const add = (name, still, chain) => {
      const cells = new Cells(name, chain >= 0 ? { tabindex: "0" } : {});
      cells.shape(this.height, this.width);
      cells.canvas.addEventListener("pointermove", (event) => { this.pixel = cells.at(event); this.point(chain); });
      cells.canvas.addEventListener("pointerleave", () => { this.pixel = -1; this.point(-1); });
      if (chain >= 0) cells.canvas.addEventListener("click", () => this.pin(chain));
      else pointable(cells.canvas, () => cells, this.readout);
      const [title, words, far] = [h("b", {}, name), h("figcaption", { class: "pg-muted" }), h("figcaption", { class: "pg-muted" })];
      this.row.append(h("figure", { "data-chain": chain }, h("figcaption", {}, chain >= 0 ? h("i", { class: `swatch line-${chain}` }) : "", title), cells.canvas, words, far));
      return { cells, still, chain, words, far };
    };
    this.panels = [...stills.map((name, still) => add(named(name), still, -1)), ...names.map((name, chain) => add(named(name), -1, chain))];
  }

  /** The newest kept frame at a step. */
  frameAt(step) {
    let [low, high] = [0, this.frames - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.kept[middle] <= step) low = middle; else high = middle - 1;
    }
    return low;
  }

  subject() { return this.hover >= 0 ? this.hover : this.focus >= 0 ? this.focus : 0; }
  offset(frame, chain) { return (frame * this.count + chain) * this.cells; }
  energy(chain, step = this.step) { return this.energies[chain * (this.steps + 1) + step]; }
  value(byte) { return LOW + (byte / 255) * SPAN; }
  slope(frame, chain, i) { return (this.forces[this.offset(frame, chain) + i] / 127) * this.forceScale[frame * this.count + chain]; }
  meanValue(frame, chain, i) { return this.value(this.pictures[this.offset(frame, chain) + i]) + this.meta.noise ** 2 * this.slope(frame, chain, i); }

  chainAt(event) {
    const cell = this.grid.at(event);
    if (cell < 0) return -1;
    const [row, column] = [Math.floor(cell / this.grid.columns), cell % this.grid.columns];
    const chain = Math.floor(row / (this.height + 1)) * this.columns + Math.floor(column / (this.width + 1));
    return chain < this.count ? chain : -1;
  }

  point(chain) {
    if (chain === this.hover && this.pixel < 0) return;
    this.hover = chain;
    this.schedule();
  }

  cursorKey([across, down]) {
    const next = this.subject() + across + down * (this.lined ? 1 : this.columns);
    if (next >= 0 && next < this.count) this.hover = next;
  }

  scrubOn(event, number) {
    const { canvas } = this.curves[number];
    const [left, right] = canvas.span.map((x) => x / this.ratio);
    this.goto(((within(event, canvas)[0] - left) / (right - left)) * this.steps);
  }

  // --------------------------------------------------------------------------------------------------------- drawing

  fit(width) {
    const wide = width >= 780;
    this.root.dataset.wide = wide;
    this.greys = Uint32Array.from({ length: 256 }, (_, byte) => packed(mix(this.theme.paper, this.theme.ink, clamp(this.value(byte), 0, 1))));
    const { ratio } = this;
    if (this.lined) {
      const side = wide ? Math.min(168, (width - 14 * this.panels.length) / (this.panels.length + 1)) : 140;
      for (const { cells } of this.panels) cells.fit(side, ratio);
      this.force.fit(side, ratio);
      if (this.force.canvas.parentElement.parentElement !== this.row) {
        this.row.append(this.force.canvas.parentElement);
        this.force.canvas.parentElement.append(this.scale.box);
      }
    } else {
      const details = this.root.querySelector(".details");
      if (this.force.canvas.parentElement.parentElement !== details) {
        details.insertBefore(this.force.canvas.parentElement, this.meanFigure);
        this.headline.before(this.scale.box);
      }
      const space = { width: wide ? GRID.width : width, height: GRID.height };
      const cell = Math.max(1, Math.floor(Math.min((space.width * ratio) / this.grid.columns, (space.height * ratio) / this.grid.rows)));
      this.grid.fit((cell * Math.max(this.grid.rows, this.grid.columns)) / ratio, ratio);
      const shown = this.rejects ? 4 : 3;
      const room = (wide ? width - this.grid.canvas.width / ratio - 24 : width) - 12 * (shown - 1);
      for (const cells of [this.now, this.force, this.mean, this.proposal]) cells.fit(Math.min(room / shown, 196), ratio);
    }
    for (const { canvas } of this.curves) {
      fitCanvas(canvas, Math.max(60, Math.floor(canvas.parentElement.clientWidth * ratio)), Math.floor((this.lined ? CURVE + 46 : CURVE) * ratio), ratio);
    }
    this.lines = null;
    this.scale.show(this.colours, 1);
  }

  draw() {
    const frame = this.frameAt(this.step);
    const chain = this.subject();
    if (this.lined) this.drawRow(frame, chain);
    else this.drawGrid(frame, chain);
    this.drawDetail(frame, chain);
    this.drawCurves(chain);
    this.tell(frame, chain);
  }

  fill(cells, frame, chain) {
    const from = this.offset(frame, chain);
    for (let i = 0; i < this.cells; i++) cells.pixels[i] = this.greys[this.pictures[from + i]];
    cells.show();
  }

  byte(value) { return clamp(Math.round(((value - LOW) / SPAN) * 255), 0, 255); }

  drawGrid(frame, chosen) {
    const { grid, height, width } = this;
    grid.pixels.fill(packed(this.theme.background));
    for (let chain = 0; chain < this.count; chain++) {
      const from = this.offset(frame, chain);
      const top = Math.floor(chain / this.columns) * (height + 1);
      const left = (chain % this.columns) * (width + 1);
      for (let row = 0, i = 0; row < height; row++) {
        for (let column = 0, at = (top + row) * grid.columns + left; column < width; column++, i++, at++) {
          grid.pixels[at] = this.greys[this.show === "x" ? this.pictures[from + i] : this.byte(this.meanValue(frame, chain, i))];
        }
      }
    }
    grid.show();
    const { context, cell, ratio } = grid;
    const line = 2 * ratio;
    context.lineWidth = line;
    context.strokeStyle = css(this.theme.model);
    context.strokeRect((chosen % this.columns) * (width + 1) * cell + line / 2, Math.floor(chosen / this.columns) * (height + 1) * cell + line / 2,
      width * cell - line, height * cell - line);
  }

  drawRow(frame, chosen) {
    for (const { cells, still, chain, words, far } of this.panels) {
      if (still >= 0) {
        for (let i = 0; i < this.cells; i++) cells.pixels[i] = this.greys[this.stills[still * this.cells + i]];
        cells.show();
        const [energy, distance] = this.meta.stillNumbers[still];
        say(words, `E = ${signed(energy, 1)} nats`);
        say(far, `RMSE ${distance.toFixed(4)}`);
      } else {
        this.fill(cells, frame, chain);
        say(words, `E = ${signed(this.energy(chain), 1)} nats`);
        say(far, `RMSE ${this.distances[chain * (this.steps + 1) + this.step].toFixed(4)}`);
      }
      cells.canvas.parentElement.dataset.chosen = String(chain >= 0 && chain === chosen);
    }
  }

  drawDetail(frame, chain) {
    const from = this.offset(frame, chain);
    for (let i = 0; i < this.cells; i++) this.force.pixels[i] = this.colours[255 + Math.round((this.forces[from + i] / 127) * 255)];
    this.force.show();
    const limit = this.forceScale[frame * this.count + chain];
    say(this.scale.low, `−${limit.toPrecision(2)}`);
    say(this.scale.high, `+${limit.toPrecision(2)}`);
    if (!this.lined) {
      this.fill(this.now, frame, chain);
      for (let i = 0; i < this.cells; i++) this.mean.pixels[i] = this.greys[this.byte(this.meanValue(frame, chain, i))];
      this.mean.show();
      if (this.rejects) {
        for (let i = 0; i < this.cells; i++) this.proposal.pixels[i] = this.greys[this.proposals[from + i]];
        this.proposal.show();
      }
    }
    if (this.pixel < 0) return;
    for (const cells of this.lined ? [this.force] : [this.now, this.force, this.mean]) cells.outline(this.pixel, css(this.theme.text), css(this.theme.paper, 0.9), 1.5);
  }

  // ---------------------------------------------------------------------------------------------------------- curves

  colourOf(chain, chosen) {
    if (this.lined) return [this.theme.text, this.theme.model, this.theme.given][chain];
    return chain === chosen ? this.theme.model : mix(this.theme.background, this.theme.text, 0.34);
  }

  drawCurves(chosen) {
    const after = this.show === "mean" && !this.lined;
    const energy = after
      ? { values: this.denoisedEnergies, points: this.kept, name: tr("E of the denoised picture, nats"), band: this.meta.band }
      : { values: this.energies, points: null, name: tr("E(x) along the way, nats"), band: this.lined ? this.meta.band : null };
    const key = `${this.show} ${chosen} ${this.theme.dark}`;
    if (this.lines !== key) {
      this.lines = key;
      this.plots = [this.plot(this.curves[0].canvas, energy, chosen)];
      if (this.lined) this.plots.push(this.plot(this.curves[1].canvas, { values: this.distances, points: null, name: "", band: null }, chosen));
    }
    say(this.curves[0].name, energy.name);
    say(this.curves[1].name, tr("RMSE: distance to the original, per pixel"));
    say(this.curves[0].value, this.plots[0].words);
    for (const plot of this.plots) this.mark(plot, chosen);
  }

  /** The lines once, on a canvas of their own: while playing only the marker moves. */
  plot(canvas, { values, points, band }, chosen) {
    const { theme, ratio, count, steps } = this;
    const sheet = document.createElement("canvas");
    [sheet.width, sheet.height] = [canvas.width, canvas.height];
    const context = sheet.getContext("2d");
    const length = points ? points.length : steps + 1;
    const stepAt = (i) => (points ? points[i] : i);
    const settled = steps > 20 ? Math.ceil(steps * 0.12) : 0; // the first steps fall from far above
    let [low, high, top] = [Infinity, -Infinity, -Infinity];
    for (let chain = 0; chain < count; chain++) {
      for (let i = 0; i < length; i++) {
        const value = values[chain * length + i];
        if (!Number.isFinite(value)) continue;
        top = Math.max(top, value);
        if (stepAt(i) >= settled) { low = Math.min(low, value); high = Math.max(high, value); }
      }
    }
    if (low > high) [low, high] = [0, 1];
    if (band) [low, high] = [Math.min(low, band[0]), Math.max(high, band[2])];
    const pad = Math.max((high - low) * 0.06, 1e-3);
    [low, high] = [low - pad, high + pad];
    const box = { left: 50 * ratio, right: sheet.width - 10 * ratio, top: 5 * ratio, bottom: sheet.height - 18 * ratio };
    const x = (step) => box.left + ((box.right - box.left) * step) / steps;
    const y = (value) => box.bottom - ((box.bottom - box.top) * (value - low)) / (high - low);
    canvas.span = [box.left, box.right];
    context.font = `${11 * ratio}px ${getComputedStyle(this.root).fontFamily}`;
    this.axes(context, box, low, high, y);
    if (band) this.drawBand(context, box, band, y);
    context.save();
    context.beginPath();
    context.rect(box.left, box.top, box.right - box.left, box.bottom - box.top);
    context.clip();
    for (const chain of [...Array(count).keys()].filter((c) => c !== chosen).concat(chosen)) {
      context.strokeStyle = css(this.colourOf(chain, chosen));
      context.lineWidth = (chain === chosen ? 2 : 1) * ratio;
      context.setLineDash(this.lined && chain === 2 ? [5 * ratio, 3 * ratio] : []);
      context.beginPath();
      let open = false;
      for (let i = 0; i < length; i++) {
        const value = values[chain * length + i];
        if (!Number.isFinite(value)) { open = false; continue; }
        if (open) context.lineTo(x(stepAt(i)), y(value)); else context.moveTo(x(stepAt(i)), y(value));
        open = true;
      }
      context.stroke();
    }
    context.restore();
    return { canvas, sheet, values, length, points, x, y, box, words: [band ? tr`band: real digits, ${this.meta.share} %` : "", top > high && sheet.width > 600 * ratio ? tr`from ${signed(top, 0)} in the first steps` : ""].filter(Boolean).join(" · ") };
  }

  axes(context, box, low, high, y) {
    const { theme, ratio, steps } = this;
    const raw = (high - low) / 5;
    const unit = 10 ** Math.floor(Math.log10(raw));
    const gap = [1, 2, 5, 10].map((m) => m * unit).find((m) => m >= raw);
    const digits = Math.max(0, -Math.floor(Math.log10(gap) + 1e-9));
    context.textBaseline = "middle";
    context.textAlign = "right";
    for (let value = Math.ceil(low / gap) * gap; value <= high; value += gap) {
      context.fillStyle = css(theme.text, 0.1);
      context.fillRect(box.left, Math.round(y(value)), box.right - box.left, ratio);
      context.fillStyle = css(theme.text, 0.7);
      context.fillText(signed(value, digits), box.left - 6 * ratio, y(value));
    }
    context.textBaseline = "alphabetic";
    for (const share of [0, 0.5, 1]) {
      context.textAlign = share === 0 ? "left" : share === 1 ? "right" : "center";
      context.fillText(share ? String(Math.round(steps * share)) : tr("step 0"), box.left + share * (box.right - box.left), box.bottom + 14 * ratio);
    }
  }

  drawBand(context, box, [low, middle, high], y) {
    const { ratio } = this;
    const colour = rgb(getComputedStyle(this.root).getPropertyValue("--pg-data").trim());
    context.fillStyle = css(colour, 0.13);
    context.fillRect(box.left, y(high), box.right - box.left, y(low) - y(high));
    context.fillStyle = css(colour, 0.75);
    context.fillRect(box.left, Math.round(y(middle)), box.right - box.left, ratio);
  }

  mark({ canvas, sheet, values, length, points, x, y, box }, chosen) {
    const { ratio, theme } = this;
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.drawImage(sheet, 0, 0);
    context.fillStyle = css(theme.text, 0.45);
    context.fillRect(Math.round(x(this.step)), box.top, ratio, box.bottom - box.top);
    for (const chain of this.lined ? Array(this.count).keys() : [chosen]) {
      const i = points ? this.frameAt(this.step) : this.step;
      const value = values[chain * length + i];
      if (!Number.isFinite(value)) continue;
      context.fillStyle = css(this.colourOf(chain, chosen));
      context.beginPath();
      context.arc(x(points ? points[i] : i), clamp(y(value), box.top, box.bottom), 4 * ratio, 0, 7);
      context.fill();
    }
  }

  // ----------------------------------------------------------------------------------------------------------- words

  name(chain) { return this.meta.names.length ? named(this.meta.names[chain]) : tr`Chain ${chain + 1}`; }

  tell(frame, chain) {
    const { meta, step } = this;
    say(this.subjectName, this.name(chain));
    say(this.looked, this.hover >= 0 ? tr("under the pointer") : this.focus >= 0 ? tr("pinned; Esc lets go") : tr("point at another, click pins it"));
    say(this.headline, `E(x) = ${signed(this.energy(chain), 2)} nats`);
    const facts = [];
    if (!this.lined) {
      const denoised = tr`E(x − σ²∇E) = ${signed(this.denoisedEnergies[chain * this.frames + frame], 2)} nats, σ = ${meta.noise}`;
      facts.push(this.kept[frame] === step ? denoised : tr`${denoised} · pictures of step ${this.kept[frame]}, the last one kept`);
    }
    const judged = this.rejects && step ? facts.length : -1; // the line of the verdict
    if (this.rejects) facts.push(...this.verdict(chain));
    else if (!this.lined) facts.push(tr`E falls by ${signed(this.energy(chain, 0) - this.energy(chain), 1)} nats since step 0`, tr("Unadjusted Langevin takes every step: nothing is rejected,"), tr("so its stationary distribution is a little wider than exp(−E/T)/Z."));
    if (this.failed[chain] >= 0 && this.failed[chain] <= step) facts.push(tr`Stood still from step ${this.failed[chain]}: the next picture had no finite energy. Take a smaller step.`);
    this.facts.forEach((line, i) => {
      say(line, facts[i] ?? "");
      line.dataset.verdict = i !== judged ? "" : this.accepted[chain * this.steps + step - 1] ? "accepted" : "rejected";
    });
    this.proposalWords.replaceChildren(this.rejects && step ? tr`x′ of step ${this.kept[frame]}` : tr("x′, the proposal"));
    if (this.rejects) {
      const kept = this.kept[frame];
      this.proposalFigure.dataset.verdict = !kept ? "" : this.accepted[chain * this.steps + kept - 1] ? "accepted" : "rejected";
    }
    say(this.readout, this.pixel < 0 ? tr("Point at a pixel for its numbers.") : this.pixelWords(frame, chain));
  }

  verdict(chain) {
    const { step, steps } = this;
    if (!step) return [tr("step 0: nothing proposed yet")];
    const at = chain * steps + step - 1;
    const [ratio, accepted] = [this.logRatio[at], this.accepted[at]];
    const log = Number.isFinite(ratio) ? signed(ratio, 3) : "−∞";
    const logU = this.uniform[at] > 0 ? signed(Math.log(this.uniform[at]), 3) : "−∞";
    let all = 0;
    for (let c = 0; c < this.count; c++) all += this.taken[c * (steps + 1) + step];
    return [
      accepted ? tr`accepted: log α = ${log}, log u = ${logU}` : tr`rejected, the chain stays: log α = ${log}, log u = ${logU}`,
      `E(x′) = ${Number.isFinite(this.proposalEnergies[at]) ? signed(this.proposalEnergies[at], 2) : "∞"} nats`,
      tr`accepted so far: ${((100 * this.taken[chain * (steps + 1) + step]) / step).toFixed(1)} % here, ${((100 * all) / (step * this.count)).toFixed(1)} % of all`,
    ];
  }

  pixelWords(frame, chain) {
    const i = this.pixel;
    const place = tr`row ${Math.floor(i / this.width) + 1}, col ${(i % this.width) + 1}`;
    const x = signed(this.value(this.pictures[this.offset(frame, chain) + i]), 2);
    const mean = this.lined ? "" : `, x − σ²∇E = ${signed(this.meanValue(frame, chain, i), 2)}`;
    return tr`${place}: x = ${x}, −∂E/∂x = ${signed(this.slope(frame, chain, i), 2)} nats${mean}`;
  }

  words() {
    const chain = this.subject();
    return tr`Step ${this.step} of ${this.steps}. ${this.name(chain)}: E(x) = ${signed(this.energy(chain), 1)} nats.`;
  }
}
