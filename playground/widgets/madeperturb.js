// Change one input and see which outputs move, beside what the masks say. Every figure comes with the trace: the
// network was run at x and at x with each single bit flipped.

export default function (component) {
  return mount(component, ".pg-perturb", Perturb);
}

class Perturb {
  constructor(root) {
    Object.assign(this, { root, edits: new Edits(), selected: null });
    this.table = h("table");
    this.verdict = h("div", { "aria-live": "polite", style: "flex:1 1 0" });
    this.keep = h("button", { type: "button", class: "pg-button", onclick: () => this.keepIt() });
    root.append(h("div", { class: "pg-perturb-bar" }, this.verdict, this.keep), this.table);
  }

  destroy() { this.root.replaceChildren(); }

  receive(component) {
    this.component = component;
    if (component.data !== this.bytes) {
      this.bytes = component.data;
      const { meta, arrays } = unpack(component.data);
      Object.assign(this, arrays, { meta, inputs: arrays.x.length });
      this.edits.receive(meta);
      if (this.selected === null || this.selected >= this.inputs) this.selected = meta.selected;
    }
    readTheme(this.root);
    this.draw();
  }

  select(position) {
    this.selected = position;
    this.component.setStateValue("selected", position);
    this.draw();
    this.table.querySelector(`[data-input="${position}"]`).focus();
  }

  keepIt() {
    const bits = Array.from(this.x, (bit, position) => (position === this.selected ? 1 - bit : bit)).join("");
    this.component.setStateValue("wanted", this.edits.next({ x: bits }));
  }

  onKey(event) {
    const at = this.meta.order.indexOf(this.selected);
    const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: this.inputs - 1 }[event.key];
    if (next === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    this.select(this.meta.order[clamp(next, 0, this.inputs - 1)]);
    event.preventDefault();
  }

  draw() {
    const { meta, inputs, selected, x, conditional, change, count } = this;
    const row = (words, cell) => h("tr", {}, h("th", { scope: "row" }, words), ...meta.order.map(cell));
    const delta = (i) => change[i * inputs + selected];
    const paths = (i) => count[i * inputs + selected];
    const agree = (i) => (delta(i) !== 0) === paths(i) > 0;
    const rank = (i) => meta.order.indexOf(i);
    const wrong = (i) => rank(i) <= rank(selected) && delta(i) !== 0;
    const kind = (i) => (wrong(i) ? "wrong" : delta(i) !== 0 ? "moved" : "none");
    const bit = (i) => h("td", {}, h("button", {
      type: "button", class: "pg-perturb-bit", "data-input": i, "aria-pressed": String(i === selected), tabindex: i === selected ? 0 : -1,
      "aria-label": i === selected ? tr`input x${i}, ${x[i]}, flipped to ${1 - x[i]}` : tr`input x${i}, ${x[i]}`,
      onclick: () => this.select(i), onkeydown: (event) => this.onKey(event),
    }, `x${i}: ${i === selected ? `${x[i]}→${1 - x[i]}` : x[i]}`));
    const bars = (i) => h("td", {}, h("div", { class: "bar" },
      h("i", { style: `width:${conditional[i] * 100}%` }), h("i", { class: "after", style: `width:${(conditional[i] + delta(i)) * 100}%` })));
    this.table.replaceChildren(
      row(tr("input, by step"), bit),
      row("p(x = 1 | …)", bars),
      row(tr("before"), (i) => h("td", {}, conditional[i].toFixed(4))),
      row(tr("after"), (i) => h("td", { class: kind(i) }, (conditional[i] + delta(i)).toFixed(4))),
      row(tr("network: |Δp|"), (i) => h("td", { class: kind(i), "data-change": i, title: String(Math.abs(delta(i))) },
        delta(i) === 0 ? "0" : `${wrong(i) ? "! " : delta(i) > 0 ? "▲ " : "▼ "}${figure(Math.abs(delta(i)))}`)),
      row(tr`masks: from x${selected}`, (i) => h("td", { class: kind(i) }, paths(i) > 1 ? tr`${paths(i)} paths` : paths(i) ? tr("1 path") : tr("no path"))),
      row(tr("the two agree"), (i) => h("td", { class: agree(i) ? "none" : "wrong" }, agree(i) ? "✓" : "✗")));
    this.table.classList.toggle("narrow", inputs > 8);
    const moved = meta.order.filter((i) => delta(i) !== 0);
    const reached = meta.order.filter((i) => paths(i) > 0);
    const broken = moved.filter(wrong);
    const flip = moved.length === 0 ? tr`Flip x${selected}: no output moves.` : moved.length === 1 ? tr`Flip x${selected}: output ${names(moved)} moves.`
      : tr`Flip x${selected}: outputs ${names(moved)} move.`;
    const to = names(reached) || tr("none");
    const verdict = meta.order.every(agree) ? tr`The masks leave a path to ${to}: they agree.` : tr`The masks leave a path to ${to}: they differ.`;
    const wrongly = broken.length === 1 ? tr`But ${names(broken)} must not depend on x${selected}, which does not come before it.`
      : tr`But ${names(broken)} must not depend on x${selected}, which does not come before them.`;
    say(this.verdict, `${flip} ${verdict}${broken.length ? ` ${wrongly}` : ""}`);
    say(this.keep, tr`Keep x${selected} = ${1 - x[selected]}`);
    this.root.dataset.selected = selected;
  }
}

const figure = (value) => (value >= 0.0001 ? value.toFixed(4) : value.toExponential(1));
