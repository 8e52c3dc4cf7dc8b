// What could stand at one place of a written text: the model's probabilities, re-normalised under a temperature and a
// top-k that are chosen here, and the uniform number that falls on one of them.

/** Probabilities of V characters from log p: divided by the temperature, all but the k likeliest cut, summing to 1. */
function renormalised(log, temperature, k) {
  const order = Array.from(log.keys()).sort((a, b) => log[b] - log[a] || a - b); // of equals the first ones stay
  const kept = k > 0 && k < log.length ? order.slice(0, k) : order;
  const p = new Float64Array(log.length);
  const most = log[order[0]];
  let sum = 0;
  for (const code of kept) sum += p[code] = Math.exp((log[code] - most) / temperature);
  for (const code of kept) p[code] /= sum;
  return { p, order };
}

/** The place on which u falls: how many cumulative probabilities are ≤ u. */
function fallsOn(p, u) {
  let [sum, last] = [0, 0];
  for (let code = 0; code < p.length; code++) {
    if (p[code] > 0) last = code;
    sum += p[code];
    if (u < sum) return code;
  }
  return last;
}

class Choices {
  /** owner: {theme, ratio, schedule(), choose(code), drawWith(temperature, k)}. */
  constructor(owner) {
    Object.assign(this, { owner, temperature: 1, k: 0, rows: [] });
    const knob = (label, attributes, oninput) => {
      const value = h("b", {});
      const input = h("input", { type: "range", "aria-label": label, oninput: () => { oninput(Number(input.value)); owner.schedule(); }, ...attributes });
      return { input, value, box: h("label", {}, h("span", {}, label), input, value) };
    };
    this.heat = knob(tr("Temperature"), { min: "0.05", max: "2", step: "0.05" }, (value) => { this.temperature = value; });
    this.cut = knob(tr("Top-k"), { min: "0", max: "1", step: "1" }, (value) => { this.k = value; });
    this.knobs = h("div", { class: "knobs", onkeydown: (event) => { if (event.key.startsWith("Arrow") || event.key === "Home" || event.key === "End") event.stopPropagation(); } }, this.heat.box, this.cut.box);
    this.asDrawn = h("button", { type: "button", class: "pg-button", onclick: () => { this.reset(); owner.schedule(); } }, tr("As drawn"));
    this.drawWith = h("button", { type: "button", class: "pg-button", onclick: () => owner.drawWith(this.temperature, this.k) }, tr("Write with these"));
    this.title = h("div", { class: "head" });
    this.line = h("canvas", { role: "img", "aria-label": tr("Probabilities side by side from 0 to 1, and where the uniform number falls") });
    this.fell = h("div", { class: "fell" });
    this.list = h("div", { class: "list", role: "group", "aria-label": tr("Characters that could stand here; press one to go on from it") });
    this.box = h("div", { class: "choices pg-conceal" }, this.title, this.knobs, h("div", { class: "both" }, this.asDrawn, this.drawWith), this.line, this.fell,
      h("div", { class: "next titles" }, h("span"), h("span", {}, tr("filled now, frame own")), h("span", { class: "value" }, tr("now")), h("span", { class: "value", title: tr("The model's own probability: T = 1, nothing cut") }, tr("own, T = 1"))),
      this.list);
  }

  open(alphabet, drawn) {
    this.alphabet = alphabet;
    this.drawn = drawn;
    this.cut.input.max = alphabet.length;
    this.rows = alphabet.map(() => {
      const parts = { letter: h("span", { class: "letter" }), own: h("span", { class: "own" }), fill: h("span", { class: "fill" }), value: h("span", { class: "value" }), base: h("span", { class: "value base" }) };
      parts.row = h("button", { type: "button", class: "next", onclick: () => this.owner.choose(parts.code) }, parts.letter, h("span", { class: "track" }, parts.own, parts.fill), parts.value, parts.base);
      return parts;
    });
    this.list.replaceChildren(...this.rows.map(({ row }) => row));
  }

  reset() {
    [this.temperature, this.k] = [this.drawn.temperature, this.drawn.k];
    this.list.scrollTop = 0;
  }

  fit(width, ratio) {
    [this.width, this.ratio] = [width, ratio];
    fitCanvas(this.line, Math.round(width * ratio), Math.round(34 * ratio), ratio);
  }

  /** log: (V,) at one place; u: its uniform number; stands: what is written there; forced: whether it was chosen. */
  show({ log, u, stands, forced, place, busy }) {
    const { temperature, k, alphabet } = this;
    const same = temperature === this.drawn.temperature && k === this.drawn.k;
    const { p, order } = renormalised(log, temperature, k);
    const falls = same && !forced ? stands : fallsOn(p, u);
    say(this.title, place);
    say(this.heat.value, temperature.toFixed(2));
    say(this.cut.value, k > 0 && k < alphabet.length ? String(k) : tr("all"));
    [this.heat.input.value, this.cut.input.value] = [temperature, k];
    for (const { input } of [this.heat, this.cut]) input.style.setProperty("--fill", `${(100 * (input.value - input.min)) / (input.max - input.min)}%`);
    this.asDrawn.disabled = this.drawWith.disabled = same;
    const own = (code) => Math.exp(log[code]);
    const most = Math.max(p[order[0]], own(order[0]));
    this.rows.forEach((parts, n) => {
      const code = order[n];
      parts.code = code;
      say(parts.letter, visible(alphabet[code]));
      parts.own.style.width = `${(100 * own(code)) / most}%`;
      parts.fill.style.width = `${(100 * p[code]) / most}%`;
      say(parts.value, p[code] === 0 ? "0" : probabilityText(p[code]));
      say(parts.base, probabilityText(own(code)));
      parts.row.classList.toggle("stands", code === stands);
      parts.row.classList.toggle("falls", code === falls && code !== stands);
      parts.row.classList.toggle("cut", p[code] === 0);
      parts.row.disabled = busy;
      const words = code === stands ? tr("stands here") : tr("press to go on from it");
      parts.row.setAttribute("aria-label", tr`${quoted(alphabet[code])}: p = ${p[code].toPrecision(3)}, model's own ${own(code).toPrecision(3)}; ${words}`);
      parts.row.title = tr`${quoted(alphabet[code])}, rank ${n + 1}: ${words}`;
    });
    this.drawLine(p, u, stands, falls);
    say(this.fell, forced ? tr`You chose ${quoted(alphabet[stands])}; u = ${u.toFixed(4)} falls on ${quoted(alphabet[falls])}.`
      : this.fellWords(u.toFixed(4), same, quoted(alphabet[falls]), falls === stands ? "" : quoted(alphabet[stands])));
    this.box.dataset.falls = alphabet[falls];
  }

  /** Where u falls, and what stands there instead, if anything. */
  fellWords(u, same, falls, stands) {
    if (stands) return same ? tr`u = ${u} fell on ${falls}, not on ${stands}.` : tr`u = ${u} would fall on ${falls}, not on ${stands}.`;
    return same ? tr`u = ${u} fell on ${falls}.` : tr`u = ${u} would fall on ${falls}.`;
  }

  /** The line from 0 to 1, one stretch for each character in the order of the alphabet, and u on it. */
  drawLine(p, u, stands, falls) {
    const { owner, ratio, width, alphabet } = this;
    const { theme } = owner;
    const context = this.line.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, 34);
    const [pad, span] = [6, width - 12];
    let left = 0;
    context.font = "600 11px system-ui, sans-serif";
    context.textAlign = "center";
    for (let code = 0; code < p.length; code++) {
      if (p[code] === 0) continue;
      context.fillStyle = code === falls ? css(theme.accent, 0.85) : css(theme.model, code === stands ? 0.75 : code % 2 ? 0.42 : 0.28);
      context.fillRect(pad + left * span, 12, p[code] * span, 14);
      if (p[code] * span > 11) {
        context.fillStyle = code === falls ? "#fff" : css(theme.text);
        context.fillText(visible(alphabet[code]), pad + (left + p[code] / 2) * span, 23);
      }
      left += p[code];
    }
    context.fillStyle = css(theme.text);
    const x = pad + u * span;
    context.fillRect(x - 0.9, 9, 1.8, 20);
    context.fillText("u", clamp(x, pad + 4, width - pad - 4), 8);
    context.fillStyle = css(theme.text, 0.6);
    context.font = "10px system-ui, sans-serif";
    context.fillText("0", pad, 34);
    context.fillText("1", pad + span, 34);
  }
}
