// A transformer writes a digit. A step is a pixel; its patch is a token, whose query looks at the start and at all
// patches before it. Weights come as bytes, each row with its largest; nothing else is computed than means over heads.

export default function (component) {
  return mount(component, ".pg-lookback", Lookback);
}

class Lookback extends LookbackSide {
  constructor(root) {
    super(root, "__lookback");
  }

  // ------------------------------------------------------------------------------------------------------- elements

  build() {
    this.overlay = "on";
    this.digit = new Cells(tr("The digit; point at a patch for its own attention, click to pin it"), { tabindex: "0" });
    this.digit.canvas.addEventListener("pointermove", (event) => this.point(this.patchAt(event)));
    this.digit.canvas.addEventListener("pointerleave", () => this.point(-1));
    this.digit.canvas.addEventListener("click", (event) => {
      const patch = this.patchAt(event);
      if (patch >= 0) { if (this.begun(patch)) this.pin(patch); else this.goto(patch * this.patch ** 2); }
    });
    this.scale = new WeightScale();
    [this.title, this.total] = [h("b"), h("span", { class: "pg-muted" })];
    this.startTile = h("i");
    this.startText = h("span");
    this.readout = h("div", { class: "readout" });
    this.root.append(
      this.buildTransport(),
      h("div", { class: "frame" },
        h("div", { class: "digit" },
          h("div", { class: "caption" }, this.title, h("span", { class: "start" }, this.startTile, this.startText)),
          this.digit.canvas,
          h("div", { class: "caption" }, this.segments(tr("Overlay"), "overlay", [["on", tr("attention")], ["off", tr("digit alone")]]), this.total)),
        h("div", { class: "all" },
          h("div", { class: "caption" }, ...this.buildChoice()), this.buildHeads(),
          h("div", { class: "small" }, tr("Each map has a scale of its own: its largest weight is strongest."))),
        this.buildWork()),
      h("div", { class: "under" }, this.readout, this.scale.box));
  }

  // ------------------------------------------------------------------------------------------------------- the trace

  open({ meta, arrays, shapes }) {
    const { levels, ...others } = arrays;
    Object.assign(this, others, { bytes8: levels });
    [this.height, this.width] = meta.shape;
    [this.layers, this.heads, this.tokens] = shapes.largest;
    [this.steps, this.things, this.triangle] = [shapes.order[0], this.tokens, shapes.levels[2]];
    [this.patch, this.stateCount] = [meta.patch, shapes.states[1]];
    [this.down, this.across] = [this.height / this.patch, this.width / this.patch];
    this.stride = this.patch ** 2;
    this.patchOf = Int32Array.from({ length: this.height * this.width }, (_, i) =>
      Math.floor(Math.floor(i / this.width) / this.patch) * this.across + Math.floor((i % this.width) / this.patch));
    this.stepOf = new Int32Array(this.height * this.width);
    this.order.forEach((position, k) => { this.stepOf[position] = k; });
    this.digit.shape(this.height, this.width);
    this.openChoice();
    this.openHeads();
  }

  get strideWords() { return [tr("One pixel"), tr("a patch")]; }
  stepFrom(direction, far) {
    if (!far) return this.step + direction;
    const patch = this.step / this.stride;
    return (direction > 0 ? Math.floor(patch) + 1 : Math.ceil(patch) - 1) * this.stride;
  }

  /** The weights of a token's query: of the start, then of the patches before it. */
  row(token, layer, head) {
    const [begun, count] = [(token * (token + 1)) / 2, token + 1];
    const out = new Float32Array(count);
    const heads = head === this.heads ? Array.from({ length: head }, (_, one) => one) : [head];
    for (const one of heads) {
      const which = layer * this.heads + one;
      const unit = this.largest[which * this.tokens + token] / 255 / heads.length;
      for (let s = 0, from = which * this.triangle + begun; s < count; s++) out[s] += this.bytes8[from + s] * unit;
    }
    return out;
  }

  patchName(patch) { return tr`patch ${Math.floor(patch / this.across) + 1}, ${(patch % this.across) + 1}`; }

  get pixelNow() { return Math.min(this.step, this.steps - 1); }
  get tokenNow() { return Math.floor(this.pixelNow / this.stride); }
  begun(patch) { return patch <= this.tokenNow; }

  /** The patch whose attention is shown: under the pointer, else pinned, else the one at work. */
  get token() {
    if (this.hover >= 0 && this.begun(this.hover)) return this.hover;
    return this.pinned >= 0 && this.begun(this.pinned) ? this.pinned : this.tokenNow;
  }

  // --------------------------------------------------------------------------------------------------------- drawing

  fit(width) {
    const wide = width >= 780;
    this.digit.fit(wide ? Math.min(364, width * 0.4) : Math.min(364, width), this.ratio);
    const room = wide ? Math.min(357, width - 364 - 32 - 178) : Math.min(360, width);
    const side = Math.min(72, (room - 18) / (this.heads + 1) - 11, 330 / this.layers - 11);
    for (const { map } of this.maps) map.fit(Math.max(side, 22), this.ratio);
    this.fitWork();
  }

  draw() {
    const { token } = this;
    this.shades = strengths(this.theme);
    this.showChoice();
    const weights = this.row(token, this.layer, this.head);
    this.drawDigit(token, weights);
    this.drawHeads(token);
    this.tellPixel(this.pixelNow);
    this.drawStates(this.tokenNow, this.pixelNow);
    this.tellLooks(token, weights);
    this.tell(token, weights);
    this.root.dataset.token = token;
  }

  drawDigit(token, weights) {
    const { digit, theme } = this;
    const strong = rgb(STRENGTH[theme.dark ? 1 : 0][2]);
    const most = largestOf(weights);
    for (let i = 0; i < this.stepOf.length; i++) {
      const base = this.stepOf[i] < this.step ? (this.drawn[this.stepOf[i]] ? theme.ink : theme.paper) : theme.blank;
      const patch = this.patchOf[i];
      const share = this.overlay === "on" && patch < token ? weights[patch + 1] / most : 0;
      digit.pixels[i] = packed(share ? mix(base, strong, 0.82 * share) : base);
    }
    digit.show();
    this.frameGiven();
    this.framePatch(token, css(token === this.pinned ? theme.rejected : theme.accent), 2);
    if (this.step < this.steps) digit.outline(this.order[this.pixelNow], css(theme.text), css(theme.paper, 0.9), 1);
    say(this.title, token === this.tokenNow ? tr`${this.patchName(token)}, at work` : this.patchName(token));
    say(this.startText, tr`start ${weights[0].toFixed(3)}`);
    this.startTile.style.background = unpacked(this.shades[Math.round(255 * Math.min(1, weights[0] / most))]);
    say(this.total, this.step ? `log p = ${signed(this.nats[this.step - 1], 2)} nats` : tr("nothing written yet"));
    this.scale.show(this.shades, most);
  }

  framePatch(patch, colour, line) {
    const { context, cell, ratio } = this.digit;
    const side = this.patch * cell;
    const [x, y] = [(patch % this.across) * side, Math.floor(patch / this.across) * side];
    for (const [stroke, wide] of [[css(this.theme.paper, 0.9), line + 2], [colour, line]]) {
      Object.assign(context, { strokeStyle: stroke, lineWidth: wide * ratio });
      context.strokeRect(x, y, side, side);
    }
  }

  /** Given pixels keep their ink; a line in the colour of what is given runs around them. */
  frameGiven() {
    const { context, cell, ratio } = this.digit;
    const kept = (row, column) => row >= 0 && column >= 0 && row < this.height && column < this.width && this.given[this.stepOf[row * this.width + column]];
    Object.assign(context, { strokeStyle: css(this.theme.given), lineWidth: 2 * ratio });
    context.beginPath();
    for (let row = 0; row < this.height; row++) {
      for (let column = 0; column < this.width; column++) {
        if (!kept(row, column)) continue;
        const [x, y] = [column * cell, row * cell];
        for (const [dr, dc, from, to] of [[-1, 0, [0, 0], [1, 0]], [1, 0, [0, 1], [1, 1]], [0, -1, [0, 0], [0, 1]], [0, 1, [1, 0], [1, 1]]]) {
          if (kept(row + dr, column + dc)) continue;
          context.moveTo(x + from[0] * cell, y + from[1] * cell);
          context.lineTo(x + to[0] * cell, y + to[1] * cell);
        }
      }
    }
    context.stroke();
  }

  // ----------------------------------------------------------------------------------------------------------- words

  tell(token, weights) {
    if (this.hover >= 0 && !this.begun(this.hover)) {
      say(this.readout, tr`${this.patchName(this.hover)} is not begun yet; click to go there`);
      return;
    }
    const whose = token === this.tokenNow ? tr("the patch at work") : token === this.pinned ? tr`${this.patchName(token)}, pinned,` : this.patchName(token);
    const mass = weights.reduce((sum, weight) => sum + weight, 0) - weights[0];
    say(this.readout, tr`${this.headWords}: ${whose} looks at ${token} patches before it (weights ${mass.toFixed(3)} in all) and at the start (${weights[0].toFixed(3)})`);
  }

  words() { return tr`Pixel ${this.step} of ${this.steps}. ${this.readout.textContent}. ${this.pixelTitle.textContent}: ${this.result.map((line) => line.textContent).join(", ")}`; }

  // -------------------------------------------------------------------------------------------------------- pointing

  patchAt(event) {
    const pixel = this.digit.at(event);
    return pixel < 0 ? -1 : this.patchOf[pixel];
  }

  point(patch) {
    if (patch === this.hover) return;
    this.hover = patch;
    this.schedule();
  }

  cursorKey([right, down]) { this.point(clamp((this.hover >= 0 ? this.hover : this.token) + right + down * this.across, 0, this.tokens - 1)); }
}
