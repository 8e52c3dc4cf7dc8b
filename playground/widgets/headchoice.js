// What the canvases of attention share: which layer, which head (or the mean of all heads) and which thing is pinned,
// as one number that the stepper reports; and the colours of weights.

// From little to much, as figures/style.py has it: towards dark on a light page, towards light on a dark one.
const STRENGTH = [["#cfe2f2", "#74b3dd", "#0072b2", "#06345c"], ["#12314d", "#0f649c", "#4fa3e3", "#dcf0ff"]];

/** 256 packed colours for weights from 0, paper, to the largest. */
function strengths(theme) {
  const stops = [theme.paper, ...STRENGTH[theme.dark ? 1 : 0].map((colour) => rgb(colour))];
  return Uint32Array.from({ length: 256 }, (_, i) => {
    const at = (i / 255) * (stops.length - 1);
    const low = Math.min(stops.length - 2, Math.floor(at));
    return packed(mix(stops[low], stops[low + 1], at - low));
  });
}

/** A strip from 0 to the largest weight. */
class WeightScale {
  constructor() {
    this.strip = h("canvas", { width: 72, height: 8, "aria-hidden": "true" });
    [this.low, this.high] = [h("span", {}, tr("weight 0")), h("span")];
    this.box = h("div", { class: "scale" }, this.low, this.strip, this.high);
  }

  show(colours, largest) {
    const context = this.strip.getContext("2d");
    const image = context.createImageData(72, 8);
    const pixels = new Uint32Array(image.data.buffer);
    for (let i = 0; i < pixels.length; i++) pixels[i] = colours[Math.round(((i % 72) / 71) * 255)];
    context.putImageData(image, 0, 0);
    say(this.high, largest.toPrecision(2));
  }
}

class HeadStepper extends Stepper {
  /** A subclass sets `layers`, `heads` and `things` (how many can be pinned) when it opens a trace. */
  get place() { return this.focus < 0 ? this.meta.choice : this.focus; }
  get pinned() { return (this.place % (this.things + 1)) - 1; }
  get head() { return Math.floor(this.place / (this.things + 1)) % (this.heads + 1); } // `heads`: the mean over heads
  get layer() { return Math.floor(this.place / ((this.things + 1) * (this.heads + 1))); }
  get isMean() { return this.head === this.heads; }
  get headWords() { return this.isMean ? tr`layer ${this.layer + 1}, mean of heads` : tr`layer ${this.layer + 1}, head ${this.head + 1}`; }

  choose({ layer = this.layer, head = this.head, pinned = this.pinned }) {
    this.focus = (layer * (this.heads + 1) + head) * (this.things + 1) + pinned + 1;
    this.changed();
  }

  pin(thing) { this.choose({ pinned: thing === this.pinned ? -1 : thing }); }

  onKey(event) {
    if (event.key !== "Escape" || !this.id) { super.onKey(event); return; }
    this.hover = -1;
    this.choose({ pinned: -1 });
    event.preventDefault();
    event.stopPropagation();
  }

  /** Buttons for layers and heads; they are made when a trace says how many there are. */
  buildChoice() {
    this.layerButtons = h("div", { class: "pg-segments", role: "group", "aria-label": tr("Layer") });
    this.headButtons = h("div", { class: "pg-segments", role: "group", "aria-label": tr("Head") });
    return [h("span", { class: "pg-muted" }, tr("Layer")), this.layerButtons, h("span", { class: "pg-muted" }, tr("Head")), this.headButtons];
  }

  openChoice() {
    const button = (words, value, onclick) => h("button", { type: "button", "data-value": value, onclick }, words);
    this.layerButtons.replaceChildren(...Array.from({ length: this.layers }, (_, layer) => button(String(layer + 1), layer, () => this.choose({ layer }))));
    this.headButtons.replaceChildren(...Array.from({ length: this.heads + 1 }, (_, head) =>
      button(head === this.heads ? tr("mean") : String(head + 1), head, () => this.choose({ head }))));
  }

  showChoice() {
    for (const [group, chosen] of [[this.layerButtons, this.layer], [this.headButtons, this.head]]) {
      for (const button of group.children) button.setAttribute("aria-pressed", String(Number(button.dataset.value) === chosen));
    }
    this.root.dataset.at = `${this.layer + 1}.${this.isMean ? "mean" : this.head + 1}`;
  }
}
