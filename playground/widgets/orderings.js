// One picture under several orderings, in step: a panel each, with the ordering as a map. A position has one uniform
// number, whatever the ordering, so looking at a pixel in one panel looks at it in all of them.

export default function (component) {
  return mount(component, ".pg-orderings", Orderings);
}

class Orderings extends Stepper {
  constructor(root) {
    super(root, "__orderings");
  }

  build() {
    this.panels = [];
    this.grid = h("div", { class: "panels" });
    this.readout = h("div", { class: "readout" });
    this.root.append(this.grid, this.readout, this.buildTransport());
  }

  open({ meta, arrays, shapes }) {
    Object.assign(this, arrays);
    [this.height, this.width] = meta.shape;
    [, this.steps] = shapes.order;
    this.stride = this.width;
    this.ranks = new Int32Array(this.order.length); // panel by panel: position → step
    meta.names.forEach((_, m) => { for (let k = 0; k < this.steps; k++) this.ranks[m * this.steps + this.order[m * this.steps + k]] = k; });
    this.panels = meta.names.map((name, m) => this.makePanel(name, m));
    this.grid.replaceChildren(...this.panels.map((panel) => panel.box));
  }

  makePanel(name, m) {
    const digit = new Cells(tr`The picture under the ordering ${name}`, { tabindex: "0" });
    const map = new Cells(tr`The ordering ${name}: colour is the step`, { tabindex: "0" });
    for (const cells of [digit, map]) {
      cells.shape(this.height, this.width);
      cells.canvas.addEventListener("pointermove", (event) => this.point(cells.at(event)));
      cells.canvas.addEventListener("pointerleave", () => this.point(-1));
      cells.canvas.addEventListener("click", (event) => { if (cells.at(event) >= 0) this.pin(cells.at(event)); });
    }
    const lines = Array.from({ length: 4 }, () => h("div"));
    const nats = h("span", { class: "pg-muted" });
    const box = h("figure", { class: "panel" },
      h("figcaption", { class: "caption" }, h("b", {}, this.called(name)), nats),
      h("div", { class: "row" }, digit.canvas, h("div", { class: "beside" }, map.canvas, h("div", { class: "facts" }, ...lines))));
    return { m, name, digit, map, lines, nats, box };
  }

  /** The name of an ordering; one that is drawn at random keeps its number. */
  called(name) {
    const [kind, seed] = name.split("-");
    const names = { raster: tr("raster"), column: tr("column"), spiral: tr("spiral"), drawn: tr("drawn") };
    return kind === "random" && seed ? tr`random-${seed}` : names[name] ?? name;
  }

  // ---------------------------------------------------------------------------------------------------------- drawing

  fit(width) {
    const columns = width >= 480 && this.panels.length > 1 ? 2 : 1;
    this.grid.style.setProperty("--columns", columns);
    const room = (width - 22 * (columns - 1)) / columns;
    const few = columns === 1 || this.panels.length < 3;
    const side = Math.min(few ? 280 : 196, room - 8 - Math.min(112, room * 0.32));
    for (const { digit, map } of this.panels) {
      digit.fit(side, this.ratio);
      map.fit(Math.min(112, room - side - 8), this.ratio);
    }
    const { theme } = this;
    const [early, late] = theme.dark ? [[220, 240, 255], [18, 49, 77]] : [[6, 52, 92], [207, 226, 242]];
    this.steppes = ramp(early, late, this.steps);
  }

  draw() {
    const { theme, step, steps, width, noise } = this;
    const looked = this.hover >= 0 ? this.hover : this.focus;
    const ink = [packed(theme.paper), packed(theme.ink)];
    const given = [mix(theme.paper, theme.given, 0.22), theme.given];
    const later = given.map((colour) => packed(mix(theme.blank, colour, 0.4)));
    const halo = css(theme.paper, 0.9);
    const agree = new Map();
    for (const panel of this.panels) {
      const { m, digit, map } = panel;
      const base = m * steps;
      digit.pixels.fill(packed(theme.blank));
      for (let k = 0; k < steps; k++) {
        const [position, value] = [this.order[base + k], this.values[base + k]];
        const fixed = this.given[position];
        if (k < step) digit.pixels[position] = fixed ? packed(given[value]) : ink[value];
        else if (fixed) digit.pixels[position] = later[value]; // given, but this ordering has not come to it yet
        map.pixels[position] = this.steppes[k];
      }
      digit.show();
      map.show();
      const next = this.order[base + Math.min(step, steps - 1)];
      if (step < steps) { digit.outline(next, css(theme.accent), halo); map.outline(next, css(theme.rejected), halo, 1.5); }
      if (looked >= 0) { digit.outline(looked, css(theme.text), halo, 2); map.outline(looked, css(theme.text), halo, 1); }
      this.tell(panel, looked >= 0 ? looked : next, agree);
    }
    if (looked < 0) say(this.readout, theme.dark ? tr("point at a pixel: it is looked up in every panel · the map's bright pixels come first")
      : tr("point at a pixel: it is looked up in every panel · the map's dark pixels come first"));
    else {
      const place = tr`row ${Math.floor(looked / width) + 1}, col ${(looked % width) + 1}`;
      const shown = this.given[looked] ? tr("given, not drawn") : tr`u = ${noise[looked].toFixed(4)} in every ordering`;
      say(this.readout, `${place}: ${shown}`);
    }
  }

  tell({ m, lines, nats }, position) {
    const { step, steps, width, meta, noise } = this;
    const k = this.ranks[m * steps + position];
    const at = m * steps + k;
    say(nats, step ? tr`log p = ${signed(this.nats[m * steps + step - 1], 2)} nats` : "");
    say(lines[0], tr`row ${Math.floor(position / width) + 1}, col ${(position % width) + 1}`);
    say(lines[1], tr`step ${k + 1}`);
    const value = this.values[at];
    const p = 1 / (1 + Math.exp(-this.logits[at] / meta.temperature));
    if (this.given[position]) { say(lines[2], tr("given")); say(lines[3], `→ ${value}`); }
    else if (k > step || (k === step && step >= steps)) { say(lines[2], tr("not yet")); say(lines[3], ""); }
    else { say(lines[2], `p = ${probabilityText(p)}`); say(lines[3], `u ${noise[position] < p ? "<" : "≥"} p → ${value}`); }
  }

  words() { return `${tr`Step ${this.step} of ${this.steps}`}. ${this.panels.map(({ name, nats }) => `${this.called(name)}: ${nats.textContent}`).join(". ")}. ${this.readout.textContent}`; }

  point(position) {
    if (position === this.hover) return;
    this.hover = position;
    this.schedule();
  }

  cursorKey([right, down]) {
    const from = this.hover >= 0 ? this.hover : Math.max(0, this.focus);
    const x = clamp((from % this.width) + right, 0, this.width - 1);
    const y = clamp(Math.floor(from / this.width) + down, 0, this.height - 1);
    this.point(y * this.width + x);
  }
}
