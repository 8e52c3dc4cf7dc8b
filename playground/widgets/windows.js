// A text read by models with a window and by models with a summary: what each character costs each, and what each of
// them sees of the text before it. Everything shown is in the trace; here is no model.

const COLOURS = { window: "--pg-class-4", "rnn-tanh": "--pg-class-1", lstm: "--pg-class-0", gru: "--pg-class-2", attention: "--pg-class-8" };
const SIGNS = { " ": "␣", "\n": "⏎" };

export default function (component) {
  return mount(component, ".pg-windows", Windows);
}

/** A character as it is written in a table. */
function sign(character) { return SIGNS[character] ?? character; }

class Windows extends WindowsStage {
  constructor(root) {
    super(root, "__windows");
  }

  get strideWords() { return [tr("One character"), tr("ten")]; }
  get rate() { return 10; }
  get countText() { return this.steps ? `${this.step} / ${this.steps}` : tr("no character"); }

  build() {
    Object.assign(this, { shown: "gain", base: 0, first: 0 });
    this.chart = h("canvas", { role: "img", "aria-label": tr("Nats per character against the window; the numbers are in the table") });
    this.table = h("div", { class: "table", role: "group", "aria-label": tr("The models, and what they say of the character in question") });
    this.said = h("div", { class: "said" });
    this.strips = h("canvas", {
      class: "strips", role: "img", tabindex: "0", "aria-label": tr("−log p of each character under each model; point at a cell for its numbers, click to stay there"),
      onpointermove: (event) => this.point(this.cellAt(event)), onpointerleave: () => this.point(null),
      onclick: (event) => { const cell = this.cellAt(event); if (cell) this.stay(cell); },
    });
    this.baseSelect = h("select", { "aria-label": tr("Compared with"), onchange: () => { this.base = Number(this.baseSelect.value); this.schedule(); } });
    this.focusName = h("b");
    this.legend = h("canvas", { width: 96, height: 10, "aria-hidden": "true" });
    this.ends = [h("span"), h("span")];
    this.text = h("div", {
      class: "text", role: "img", tabindex: "0", "aria-label": tr("The text; point at a character, click to stay there"),
      onpointermove: (event) => this.point(this.letterAt(event)), onpointerleave: () => this.point(null),
      onclick: (event) => { const cell = this.letterAt(event); if (cell) this.stay(cell); },
    });
    this.root.append(
      h("div", { class: "top" },
        h("figure", {}, h("figcaption", {}, tr("−log p, nats a character:"), h("i", { class: "mark held" }), tr("held out"), h("i", { class: "mark here" }), tr("this text")), this.chart),
        this.table),
      this.said,
      this.strips,
      h("div", { class: "under" }, this.segments(tr("Colour of the text"), "shown", [["gain", tr("what it saves")], ["cost", "−log p"]]),
        this.focusName, h("span", { class: "against" }, tr("against"), this.baseSelect),
        h("div", { class: "scale" }, this.ends[0], this.legend, this.ends[1]),
        h("span", { class: "pg-muted key" }, h("i", { class: "mark ruled" }), tr("seen by AR(τ), thicker: by more"))),
      this.text,
      this.buildTransport(),
    );
    this.scrub.setAttribute("aria-label", tr("Character"));
  }

  open({ meta, arrays, shapes }) {
    this.arrays = arrays;
    [this.models, this.steps] = shapes.nats;
    this.kept = shapes.likely[2];
    this.stride = 10;
    this.first = 0;
    this.letters = Array.from(arrays.codes, (code) => meta.symbols[code]);
    this.hovered = null;
    this.base = meta.base;
    this.baseSelect.replaceChildren(...meta.labels.map((label, m) => h("option", { value: m, selected: m === meta.base }, label)));
    this.spans = this.letters.map((letter, i) => h("span", { "data-i": i }, letter === "\n" ? "⏎\n" : letter));
    this.text.replaceChildren(...(this.spans.length ? this.spans : [tr("Nothing to read yet: type a text.")]));
    this.textKey = null;
    this.drawTable();
    this.root.dataset.models = this.models;
  }

  start(opened) {
    super.start(opened);
    if (this.focus < 0) this.focus = this.meta.focus;
    this.reported[1] = opened.focus ?? this.focus;
  }

  /** The character that is spoken of: under the pointer, else the one that the step has reached; −1 before the first. */
  get at() { return this.hovered ? this.hovered.at : this.step - 1; }
  get model() { return this.focus < 0 ? this.meta.focus : this.focus; }

  point(cell) {
    if (JSON.stringify(cell) === JSON.stringify(this.hovered)) return;
    this.hovered = cell;
    this.schedule();
  }

  stay({ at, model }) {
    this.hovered = null;
    if (model != null) this.focus = model;
    this.goto(at + 1);
  }

  choose(model) {
    this.focus = model;
    this.changed();
  }

  cursorKey([across, down]) {
    this.hovered = null;
    this.focus = clamp(this.model + down, 0, this.models - 1);
    if (across) this.goto(this.step + across);
    else this.changed();
  }

  letterAt(event) {
    const i = event.target.dataset?.i;
    return i == null ? null : { at: Number(i), model: null };
  }

  nats(model, at) { return this.arrays.nats[model * this.steps + at]; }
  seen(model, at) { return this.arrays.seen[model * this.steps + at]; }

  /** What was read before, as far as it helps to find the place. */
  before(at, count = 18) {
    const text = this.letters.slice(Math.max(0, at - count), at).join("").replaceAll("\n", "⏎");
    return `${at > count ? "…" : ""}${text}`;
  }

  words() {
    if (this.at < 0) return tr("Before the first character.");
    return this.said.textContent;
  }
}
