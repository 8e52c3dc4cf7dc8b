// Beside the digit: every layer and head as a small map, and the pixel at work with its patch's states.

const STRONGEST = 5; // patches that are listed

class LookbackSide extends HeadStepper {
  buildHeads() {
    this.headGrid = h("div", { class: "heads", role: "group", "aria-label": tr("All layers and heads; click one") });
    return this.headGrid;
  }

  openHeads() {
    this.maps = [];
    const cells = [h("span")];
    for (let head = 0; head < this.heads; head++) cells.push(h("span", {}, tr`head ${head + 1}`));
    cells.push(h("span", {}, tr("mean")));
    for (let layer = 0; layer < this.layers; layer++) {
      cells.push(h("span", { title: tr`layer ${layer + 1}` }, `L${layer + 1}`));
      for (let head = 0; head <= this.heads; head++) {
        const name = head === this.heads ? tr`Layer ${layer + 1}, mean of heads` : tr`Layer ${layer + 1}, head ${head + 1}`;
        const map = new Cells(name);
        map.shape(this.down, this.across);
        const button = h("button", { type: "button", title: name, "aria-label": name, onclick: () => this.choose({ layer, head }) }, map.canvas);
        this.maps.push({ map, button, layer, head });
        cells.push(button);
      }
    }
    this.headGrid.replaceChildren(...cells);
    this.headGrid.style.setProperty("--columns", this.heads + 1);
  }

  drawHeads(token) {
    const blank = packed(this.theme.blank);
    for (const { map, button, layer, head } of this.maps) {
      const weights = this.row(token, layer, head);
      const most = largestOf(weights);
      map.pixels.fill(blank);
      for (let patch = 0; patch < token; patch++) map.pixels[patch] = this.shades[Math.round((255 * weights[patch + 1]) / most)];
      map.show();
      map.outline(token, css(this.theme.accent), css(this.theme.paper, 0.9), 1);
      button.setAttribute("aria-pressed", String(layer === this.layer && head === this.head));
    }
  }

  buildWork() {
    [this.pixelTitle, this.pixelNote] = [h("b", { class: "place" }), h("span", { class: "pg-muted" })];
    this.result = Array.from({ length: 3 }, () => h("div", { class: "formula" }));
    this.bar = h("canvas", { role: "img", "aria-label": tr("p and the uniform number") });
    this.stateTitle = h("div", { class: "title" });
    this.stateBars = h("canvas", { role: "img", "aria-label": tr("p of every state of this patch") });
    this.lookTitle = h("div", { class: "title" });
    this.looks = h("div", { class: "looks" });
    this.lookRows = Array.from({ length: STRONGEST + 1 }, () => {
      const [name, fill, value] = [h("span"), h("span", { class: "fill" }), h("span", { class: "value" })];
      this.looks.append(name, h("span", { class: "track" }, fill), value);
      return { name, fill, value };
    });
    return h("div", { class: "work" },
      h("div", { class: "line" }, this.pixelTitle, this.pixelNote), ...this.result, this.bar,
      this.stateTitle, this.stateBars, this.lookTitle, this.looks);
  }

  fitWork() {
    const room = Math.floor(this.bar.parentElement.clientWidth * this.ratio);
    fitCanvas(this.bar, room, Math.round(40 * this.ratio), this.ratio);
    fitCanvas(this.stateBars, room, Math.round(64 * this.ratio), this.ratio);
  }

  /** The conditional of the next pixel (or the last one), and the uniform number that settled it. */
  tellPixel(k) {
    const { temperature } = this.meta;
    const [row, column] = [Math.floor(this.order[k] / this.width) + 1, (this.order[k] % this.width) + 1];
    say(this.pixelTitle, tr`row ${row}, col ${column}`);
    say(this.pixelNote, this.step < this.steps ? tr("next") : tr("last"));
    const logit = this.logits[k];
    const p = 1 / (1 + Math.exp(-logit / temperature));
    const value = this.drawn[k];
    say(this.result[0], `logit = ${signed(logit, 3)}${temperature === 1 ? "" : ` / ${temperature}`}`);
    say(this.result[1], `p(${tr("ink")}) = ${probabilityText(p)}`);
    say(this.result[2], this.given[k] ? tr`given: ${value ? tr("ink") : tr("paper")}` : `u = ${this.noise[k].toFixed(4)} ${value ? "<" : "≥"} p: ${value ? tr("ink") : tr("paper")}`);
    drawBar(this.bar, { p, u: this.noise[k], given: this.given[k], theme: this.theme, ratio: this.ratio });
  }

  /** p(patch | patches before) of all its states; those that its written pixels still allow stand out. */
  drawStates(token, k) {
    const { stateBars, theme, ratio, patch, stateCount } = this;
    const cells = patch * patch;
    const context = stateBars.getContext("2d");
    const [wide, tall] = [stateBars.width / stateCount, 40 * ratio];
    const dot = Math.max(1, Math.floor(Math.min((wide - 2 * ratio) / patch, 5 * ratio)));
    const done = clamp(this.step - token * cells, 0, cells);
    context.clearRect(0, 0, stateBars.width, stateBars.height);
    for (let state = 0; state < stateCount; state++) {
      const bit = (cell) => (state >> (cells - 1 - cell)) & 1;
      let open = true;
      for (let cell = 0; cell < done; cell++) open &&= bit(cell) === this.drawn[token * cells + cell];
      const p = this.states[token * stateCount + state];
      const x = state * wide;
      context.fillStyle = css(theme.model, open ? 1 : 0.28);
      context.fillRect(x + ratio, tall - Math.max(p * tall, ratio), wide - 2 * ratio, Math.max(p * tall, ratio));
      for (let cell = 0; cell < cells; cell++) {
        context.fillStyle = css(bit(cell) ? theme.ink : theme.paper, open ? 1 : 0.3);
        const left = x + (wide - patch * dot) / 2;
        context.fillRect(Math.round(left + (cell % patch) * dot), tall + 5 * ratio + Math.floor(cell / patch) * dot, dot, dot);
      }
      context.strokeStyle = css(theme.text, 0.35);
      context.lineWidth = ratio;
      context.strokeRect(Math.round(x + (wide - patch * dot) / 2) - 0.5, tall + 5 * ratio - 0.5, patch * dot + 1, patch * dot + 1);
    }
    const now = this.stateOf(token);
    const sure = this.states[token * stateCount + now];
    say(this.stateTitle, done === cells ? tr`its patch: p = ${probabilityText(sure)}` : tr`p of its patch's ${stateCount} states`);
    stateBars.title = tr`p of the ${stateCount} states of patch ${this.patchName(token)}; pixel ${k + 1} of ${this.steps}`;
  }

  stateOf(token) {
    const cells = this.patch * this.patch;
    let state = 0;
    for (let cell = 0; cell < cells; cell++) state = state * 2 + this.drawn[token * cells + cell];
    return state;
  }

  tellLooks(token, weights) {
    const order = Array.from({ length: token }, (_, patch) => patch).sort((a, b) => weights[b + 1] - weights[a + 1]).slice(0, STRONGEST);
    const most = Math.max(weights[0], order.length ? weights[order[0] + 1] : 0, 1e-9);
    say(this.lookTitle, tr`${this.patchName(token)} looks at`);
    const colour = unpacked(this.shades[170]);
    this.lookRows.forEach(({ name, fill, value }, i) => {
      const patch = i ? order[i - 1] : -1;
      const there = i === 0 || patch !== undefined;
      const weight = i ? weights[patch + 1] : weights[0];
      say(name, !there ? "" : i ? this.patchName(patch) : tr("the start"));
      say(value, there ? weight.toFixed(4) : "");
      fill.style.width = there ? `${(100 * weight) / most}%` : "0";
      fill.style.background = colour;
    });
  }
}

/** The largest weight on a patch: the start, where little else is looked at, has a tile of its own. */
function largestOf(weights) {
  let most = 1e-9;
  for (let s = 1; s < weights.length; s++) most = Math.max(most, weights[s]);
  return most;
}
