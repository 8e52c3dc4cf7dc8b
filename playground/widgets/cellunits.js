// The drawing of a recurrent cell: units as rows, characters as columns of a heatmap, and beside it, on the same rows,
// the gates and states of one step as bars.

const HEAD = 18; // CSS pixels above the rows: names
const FOOT = 16; // and below: letters
const GUTTER = 40; // left of the rows: numbers of units
const BAR_GAP = 8;

/** What stands over the bars of a gate or a state. */
const shortName = (name) => ({
  input: tr`input ${SIGNS.input}`, forget: tr`forget ${SIGNS.forget}`, output: tr`output ${SIGNS.output}`, candidate: tr`cand. ${SIGNS.candidate}`,
  reset: tr`reset ${SIGNS.reset}`, update: tr`update ${SIGNS.update}`,
})[name] ?? SIGNS[name];

/** A Stepper with the canvas that cell.js builds. */
class CellUnits extends Stepper {
  fit(width) {
    const wide = width >= 700;
    const side = wide ? 196 : 0;
    this.width = Math.max(280, Math.floor(width - side - (wide ? 16 : 0)));
    this.height = 286;
    fitCanvas(this.canvas, Math.round(this.width * this.ratio), Math.round(this.height * this.ratio), this.ratio);
    this.barWidth = clamp(Math.floor((this.width * 0.42) / this.bars.length) - BAR_GAP, 26, 64);
    this.heat = { left: GUTTER, top: HEAD, width: this.width - GUTTER - this.bars.length * (this.barWidth + BAR_GAP) - 6, height: this.height - HEAD - FOOT };
    this.columns = Math.min(this.steps + 1, Math.floor(this.heat.width / 5)); // characters in sight
    this.cell = Math.min(26, this.heat.width / this.columns);
    this.picture = null;
  }

  get rows() { return Math.min(this.shown === "all" ? this.kept : Number(this.shown), this.kept); }

  get rowHeight() { return this.heat.height / this.rows; }

  /** The first column in sight: the current step stays inside. */
  get firstColumn() { return clamp(this.step - Math.floor(this.columns * 0.7), 0, this.steps + 1 - this.columns); }

  // ------------------------------------------------------------------------------------------------------- drawing

  draw() {
    const context = this.canvas.getContext("2d");
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    this.top = clamp(this.top, 0, this.kept - this.rows);
    this.drawHeat(context);
    this.drawLetters(context);
    this.drawBars(context);
    this.drawRow(context, this.followed, css(this.theme.text, 0.95), 1.5);
    if (this.hover >= 0) this.drawRow(context, this.columnOf(this.hover), css(this.theme.text, 0.55), 1);
    this.drawText();
    this.drawNext();
    this.formulas.show(this.lookup(this.step, this.followed));
    say(this.readout, this.pointed());
    this.root.dataset.unit = this.unitOf(this.followed);
  }

  /** The packed colour of a value of a field: gates from nothing to their colour, states from orange over 0 to blue. */
  shadeOf(field, value, limit = this.heatLimits[field]) {
    if (this.ramps[field]) return this.ramps[field][Math.round(clamp(value, 0, 1) * 255)];
    return this.colours[shade(value, limit)];
  }

  drawHeat(context) {
    const { heat, rows, columns, firstColumn, field } = this;
    const key = [this.id, firstColumn, this.top, rows, field, this.sort, this.theme.dark].join();
    if (this.picture !== key) {
      this.picture = key;
      [this.small.width, this.small.height] = [columns, rows];
      const image = this.small.getContext("2d").createImageData(columns, rows);
      const pixels = new Uint32Array(image.data.buffer);
      for (let row = 0; row < rows; row++) {
        const unit = this.order[this.top + row];
        for (let column = 0; column < columns; column++) pixels[row * columns + column] = this.shadeOf(field, this.value(field, firstColumn + column, unit));
      }
      this.small.getContext("2d").putImageData(image, 0, 0);
    }
    context.imageSmoothingEnabled = rows > heat.height * this.ratio; // more units than pixels: neighbours are averaged
    context.imageSmoothingQuality = "high";
    context.drawImage(this.small, heat.left, heat.top, columns * this.cell, heat.height);
    context.imageSmoothingEnabled = false;
    const x = heat.left + (this.step - firstColumn) * this.cell;
    for (const [colour, line] of [[css(this.theme.background), 3.5], [css(this.theme.accent), 1.8]]) {
      context.strokeStyle = colour;
      context.lineWidth = line;
      context.strokeRect(x, heat.top, this.cell, heat.height);
    }
    context.font = "600 11.5px system-ui, sans-serif";
    context.textAlign = "left";
    context.fillStyle = this.colour(`--pg-gate-${field}`) || css(this.theme.text);
    const shown = `${nameOf(field)} ${SIGNS[field]}`;
    const words = this.rows < this.kept ? tr`${shown} of ${this.rows} of ${this.kept} units, over the text` : tr`${shown} of ${this.kept} units, over the text`;
    const fits = [words, shown].find((text) => context.measureText(text).width <= this.barLeft(0) - heat.left);
    context.fillText(fits ?? SIGNS[field], heat.left, 12);
  }

  drawLetters(context) {
    const { heat, cell, columns, firstColumn } = this;
    context.textAlign = "center";
    context.font = `${clamp(Math.floor(cell * 1.35), 8, 12)}px ${this.mono}`;
    for (let column = 0; column < columns; column++) {
      const step = firstColumn + column;
      const here = step === this.step;
      if (!here && cell < 5) continue;
      context.fillStyle = css(here ? this.theme.accent : this.theme.text, here ? 1 : 0.7);
      const letter = step === 0 ? "▸" : visible(this.symbol(step - 1));
      context.fillText(letter === "␣" ? "·" : letter, heat.left + (column + 0.5) * cell, heat.top + heat.height + 12);
    }
    context.textAlign = "right";
    context.font = "10px system-ui, sans-serif";
    context.fillStyle = css(this.theme.text, 0.6);
    const every = Math.max(1, Math.ceil(12 / this.rowHeight));
    for (let row = 0; row < this.rows; row += every) {
      context.fillText(`${this.unitOf(this.order[this.top + row])}`, GUTTER - 5, heat.top + (row + 0.5) * this.rowHeight + 3.5);
    }
    context.fillText(tr("unit"), GUTTER - 5, 12);
  }

  drawBars(context) {
    const { heat, rows, rowHeight, barWidth } = this;
    this.bars.forEach((name, n) => {
      const left = this.barLeft(n);
      const gate = Boolean(this.ramps[name]);
      const limit = gate ? 1 : this.limits[name];
      const zero = gate ? left : left + barWidth / 2;
      const long = gate ? barWidth : barWidth / 2;
      const colour = this.colour(`--pg-gate-${name}`);
      context.fillStyle = css(this.theme.text, 0.05);
      context.fillRect(left, heat.top, barWidth, heat.height);
      for (let row = 0; row < rows; row++) {
        const value = this.value(name, this.step, this.order[this.top + row]);
        const size = clamp(value / limit, -1, 1) * long;
        context.fillStyle = colour || unpacked(this.colours[value < 0 ? 20 : 490]);
        context.fillRect(size < 0 ? zero + size : zero, heat.top + row * rowHeight + 0.1 * rowHeight, Math.abs(size), Math.max(0.8 * rowHeight, 0.5));
      }
      context.fillStyle = css(this.theme.text, 0.3);
      context.fillRect(zero - 0.5, heat.top, 1, heat.height);
      context.textAlign = "center";
      context.font = `${name === this.field ? "700" : "600"} 11.5px system-ui, sans-serif`;
      context.fillStyle = colour || css(this.theme.text);
      context.fillText(barWidth > 46 ? shortName(name) : SIGNS[name], left + barWidth / 2, 12);
      context.font = "10px system-ui, sans-serif";
      context.fillStyle = css(this.theme.text, 0.6);
      const ends = gate ? [["left", "0", left], ["right", "1", left + barWidth]] : [["center", `±${limit.toPrecision(2).replace(/\.0$/, "")}`, zero]];
      for (const [align, words, x] of ends) {
        context.textAlign = align;
        context.fillText(words, x, heat.top + heat.height + 12);
      }
    });
  }

  barLeft(n) { return this.heat.left + this.heat.width + 6 + BAR_GAP + n * (this.barWidth + BAR_GAP); }

  /** A frame around a unit's row, through heatmap and bars. */
  drawRow(context, column, colour, line) {
    const row = this.place[column] - this.top;
    if (column < 0 || !(row >= 0 && row < this.rows)) return;
    const { heat, rowHeight } = this;
    const y = heat.top + row * rowHeight - 1.5;
    const right = this.barLeft(this.bars.length - 1) + this.barWidth;
    context.strokeStyle = colour;
    context.lineWidth = line;
    context.strokeRect(heat.left - 2, y, right - heat.left + 4, Math.max(rowHeight, 1) + 3);
  }

  colour(name) { return this.variables[name] ??= getComputedStyle(this.root).getPropertyValue(name).trim(); }

  // ------------------------------------------------------------------------------------------------------- pointing

  /** What is under a pointer event: {row's column of the arrays, step, field}, or null. */
  under(event) {
    const { heat } = this;
    const [x, y] = within(event);
    const row = Math.floor((y - heat.top) / this.rowHeight);
    if (row < 0 || row >= this.rows) return null;
    const column = this.order[this.top + row];
    if (x < heat.left + this.columns * this.cell && x >= heat.left) return { column, step: this.firstColumn + Math.floor((x - heat.left) / this.cell), field: this.field };
    const n = this.bars.findIndex((_, i) => x >= this.barLeft(i) && x < this.barLeft(i) + this.barWidth);
    return n < 0 ? { column, step: this.step, field: this.field } : { column, step: this.step, field: this.bars[n] };
  }
}
