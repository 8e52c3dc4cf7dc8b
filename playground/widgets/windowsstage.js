// The drawing of windows and summaries: the chart, the table, a strip for each model, the text with its colours.

const PART = { label: 143, letters: 17, row: 15, cell: 11 };
const MOST_NATS = 6; // where the colours of −log p end
const MOST_GAIN = 3; // where those of a difference end
const GAPS = { longest: 5.2, summary: 6.7, apart: 1.35 }; // places of the chart: powers of 2 up to 16, then what is longer

/** A Stepper with the elements that windows.js builds. */
class WindowsStage extends Stepper {
  fit(width) {
    const { ratio } = this;
    const wide = width >= 780;
    this.root.dataset.wide = wide;
    const chart = Math.floor(wide ? Math.min(344, width * 0.37) : width);
    fitCanvas(this.chart, Math.round(chart * ratio), Math.round(196 * ratio), ratio);
    fitCanvas(this.strips, Math.floor(width * ratio), Math.round((PART.letters + this.models * PART.row + 1) * ratio), ratio);
    this.columns = Math.max(1, Math.floor((width - PART.label) / PART.cell));
    this.heats = heatRamp(this.theme);
    this.shadesOf = this.meta.tints.map((tint) => shadeOf(this.root, COLOURS[tint] ?? "--pg-model"));
    this.shadesOf.forEach((colour, m) => this.rows[m].swatch.style.setProperty("background", css(colour)));
    this.text.style.setProperty("--window", `var(${COLOURS.window})`);
    this.textKey = null;
    this.drawChart();
  }

  context(canvas) {
    const context = canvas.getContext("2d");
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.font = `12px ${getComputedStyle(this.root).fontFamily}`;
    context.textBaseline = "middle";
    return context;
  }

  draw() {
    const { at } = this;
    this.root.dataset.at = at;
    this.root.dataset.model = this.model;
    this.scroll(at);
    this.drawStrips(at);
    this.tellTable(at);
    this.drawText(at);
    say(this.said, this.sentence(at));
  }

  // ---------------------------------------------------------------------------------------------- chart and table

  drawChart() {
    const { meta, theme, chart } = this;
    const context = this.context(chart);
    const [width, height] = [chart.clientWidth, chart.clientHeight];
    const values = [...meta.held, ...meta.means].filter(Number.isFinite);
    if (!values.length) return;
    const [low, high] = [Math.min(...values) - 0.12, Math.max(...values) + 0.12];
    const box = { left: 34, right: width - 6, top: 6, bottom: height - 32 };
    const summaries = meta.kinds.map((kind, m) => (kind === "recurrent" ? m : -1)).filter((m) => m >= 0);
    const far = GAPS.summary + GAPS.apart * Math.max(0, summaries.length - 1) + 0.6;
    const x = (place) => box.left + 10 + ((box.right - box.left - 10) * place) / far;
    const y = (value) => box.bottom - ((box.bottom - box.top) * (value - low)) / (high - low);
    const span = (window) => (window > 16 ? GAPS.longest : Math.log2(Math.max(1, window)));
    const place = (m) => (meta.kinds[m] === "recurrent" ? GAPS.summary + GAPS.apart * summaries.indexOf(m) : span(meta.windows[m]));
    const gap = roundGap(high - low, 5);
    context.textAlign = "right";
    for (let value = Math.ceil(low / gap) * gap; value <= high; value += gap) {
      context.fillStyle = css(theme.text, 0.1);
      context.fillRect(box.left, Math.round(y(value)), box.right - box.left, 1);
      context.fillStyle = css(theme.text, 0.7);
      context.fillText(value.toFixed(gap < 0.1 ? 2 : 1), box.left - 5, y(value));
    }
    context.fillStyle = css(theme.text, 0.05);
    context.fillRect(x(GAPS.summary - 0.7), box.top, box.right - x(GAPS.summary - 0.7), box.bottom - box.top);
    context.fillStyle = css(theme.text, 0.7);
    context.textAlign = "center";
    const windows = [...new Set(meta.windows.filter((window) => window > 0))];
    for (const window of windows) context.fillText(window, x(span(window)), box.bottom + 10);
    summaries.forEach((m) => context.fillText(meta.labels[m], x(place(m)), box.bottom + 10));
    context.fillText(tr("τ, characters that are seen"), (x(0) + x(GAPS.longest)) / 2, box.bottom + 25);
    context.fillText(tr("a summary"), (x(GAPS.summary - 0.7) + box.right) / 2, box.bottom + 25);
    const ars = meta.kinds.map((kind, m) => (kind === "window" ? m : -1)).filter((m) => m >= 0);
    for (const [figures, held] of [[meta.means, false], [meta.held, true]]) {
      const line = ars.filter((m) => Number.isFinite(figures[m]));
      if (line.length) {
        context.strokeStyle = css(this.shadesOf[line[0]], held ? 0.9 : 0.6);
        context.lineWidth = held ? 2 : 1.25;
        context.setLineDash(held ? [] : [4, 3]);
        context.beginPath();
        line.forEach((m, i) => context[i ? "lineTo" : "moveTo"](x(place(m)), y(figures[m])));
        context.stroke();
        context.setLineDash([]);
      }
      figures.forEach((value, m) => {
        if (!Number.isFinite(value)) return;
        context.beginPath();
        context.arc(x(place(m)), y(value), held ? 4.5 : 3.8, 0, 7);
        context.fillStyle = css(held ? this.shadesOf[m] : theme.background);
        context.strokeStyle = css(this.shadesOf[m]);
        context.lineWidth = 1.75;
        context.fill();
        context.stroke();
      });
    }
  }

  /** The rows, which the frames fill. */
  drawTable() {
    const { meta } = this;
    const cell = (words, kind = "") => h("span", { class: kind }, words);
    const number = (value) => (Number.isFinite(value) ? value.toFixed(3) : "–");
    this.rows = meta.labels.map((label, m) => {
      const row = { swatch: h("i", { class: "swatch" }), p: h("b"), bar: h("i", { class: "bar" }), nats: cell("", "number"), chips: [] };
      row.chips = Array.from({ length: this.kept }, () => h("span", { class: "chip" }));
      row.box = h("button", { type: "button", class: "row", "data-model": m, onclick: () => this.choose(m) },
        h("span", { class: "name" }, row.swatch, label), cell(meta.parameters[m].toLocaleString("en"), "number"),
        cell(number(meta.held[m]), "number"), cell(number(meta.means[m]), "number"),
        h("span", { class: "chance" }, row.bar, row.p), row.nats, h("span", { class: "chips" }, ...row.chips));
      return row;
    });
    this.asked = h("span", { class: "asked" });
    this.table.replaceChildren(
      h("div", { class: "row head" }, cell(tr("model")), cell(tr("weights"), "number"), cell(tr("held out"), "number"), cell(tr("this text"), "number"),
        this.asked, cell("−log p", "number"), cell(tr("the likeliest there"))),
      ...this.rows.map((row) => row.box));
  }

  tellTable(at) {
    say(this.asked, at < 0 ? "p" : `p(${sign(this.letters[at])})`);
    this.rows.forEach((row, m) => {
      row.box.setAttribute("aria-pressed", String(m === this.model));
      const nats = at < 0 ? NaN : this.nats(m, at);
      const p = Math.exp(-nats);
      row.bar.style.width = at < 0 ? "0" : `${100 * p}%`;
      say(row.p, at < 0 ? "" : probability(p));
      say(row.nats, at < 0 ? "" : nats.toFixed(3));
      row.chips.forEach((chip, k) => {
        const from = (m * this.steps + at) * this.kept + k;
        const code = at < 0 ? -1 : this.arrays.likely[from];
        const share = at < 0 ? 0 : this.arrays.likely_p[from];
        const letter = code < 0 ? "" : this.meta.symbols[code];
        say(chip, sign(letter));
        chip.title = code < 0 ? "" : `p(${sign(letter)}) = ${share.toPrecision(4)}`;
        chip.dataset.share = code < 0 ? "" : share.toFixed(4);
        chip.style.setProperty("--share", `${Math.round(8 + 62 * share)}%`);
        chip.classList.toggle("right", code >= 0 && code === this.arrays.codes[at]);
      });
    });
  }

  // -------------------------------------------------------------------------------------------------- strips, text

  /** Keep the character in sight, with some of what comes after it where it is not under the pointer. */
  scroll(at) {
    const { columns, steps } = this;
    const margin = this.hovered ? 0 : Math.floor(columns * 0.2);
    if (at > this.first + columns - 1 - margin) this.first = at - columns + 1 + margin;
    if (at < this.first + margin) this.first = at - margin;
    this.first = clamp(this.first, 0, Math.max(0, steps - columns));
    this.root.dataset.first = this.first;
  }

  cellAt(event) {
    const [x, y] = within(event);
    const column = Math.floor((x - PART.label) / PART.cell);
    const row = Math.floor((y - PART.letters) / PART.row);
    const at = this.first + column;
    if (column < 0 || column >= this.columns || at >= this.steps) return null;
    return { at, model: row >= 0 && row < this.models ? row : null };
  }

  drawStrips(at) {
    const { theme, meta, first, heats } = this;
    const context = this.context(this.strips);
    const shown = Math.min(this.columns, this.steps - first);
    const { cell, row, letters, label } = PART;
    const mono = getComputedStyle(this.root).getPropertyValue("--st-code-font") || "monospace";
    context.textAlign = "center";
    context.font = `13px ${mono}`;
    for (let i = 0; i < shown; i++) {
      context.fillStyle = css(theme.text, first + i === at ? 1 : 0.75);
      context.fillText(sign(this.letters[first + i]), label + (i + 0.5) * cell, letters / 2);
    }
    context.font = `12.5px ${getComputedStyle(this.root).fontFamily}`;
    meta.labels.forEach((name, m) => {
      const top = letters + m * row;
      for (let i = 0; i < shown; i++) {
        context.fillStyle = heats[Math.round(clamp(this.nats(m, first + i) / MOST_NATS, 0, 1) * 255)];
        context.fillRect(label + i * cell, top, cell - 1, row - 1);
      }
      context.textAlign = "left";
      context.fillStyle = css(this.shadesOf[m]);
      context.fillRect(0, top + 2, 4, row - 5);
      context.fillStyle = css(theme.text, m === this.model ? 1 : 0.75);
      context.font = `${m === this.model ? 600 : 400} 12.5px ${getComputedStyle(this.root).fontFamily}`;
      context.fillText(name, 9, top + row / 2);
      context.textAlign = "right";
      if (at >= 0) context.fillText(this.nats(m, at).toFixed(2), label - 8, top + row / 2);
    });
    if (at < 0 || at < first) return;
    meta.labels.forEach((_, m) => { // what each sees, and the cell in question
      const top = letters + m * row;
      const from = at - this.seen(m, at);
      const left = label + Math.max(0, from - first) * cell - 1;
      const right = label + (at - first) * cell - 1;
      context.lineWidth = 1.5;
      context.strokeStyle = css(theme.text, 0.9);
      context.setLineDash(meta.kinds[m] === "recurrent" ? [5, 3] : []);
      context.beginPath();
      if (from < first) { context.moveTo(left, top); context.lineTo(right, top); context.moveTo(left, top + row - 1); context.lineTo(right, top + row - 1); }
      else if (right > left) context.rect(left + 0.5, top + 0.5, right - left - 1, row - 2);
      context.stroke();
      context.setLineDash([]);
    });
    context.lineWidth = 2;
    context.strokeStyle = css(theme.text);
    context.strokeRect(label + (at - first) * cell - 1, letters - 1, cell + 1, this.models * row + 1);
  }

  /** Colours by the models compared; then the windows that end at the character. */
  drawText(at) {
    const key = `${this.id} ${this.shown} ${this.model} ${this.base} ${this.theme.dark}`;
    if (key !== this.textKey) { this.textKey = key; this.tint(); }
    for (const span of this.marked ?? []) { span.removeAttribute("data-window"); span.classList.remove("current"); }
    this.marked = [];
    if (at < 0) return;
    const windows = this.meta.windows.filter((_, m) => this.meta.kinds[m] === "window").sort((a, b) => b - a);
    for (let back = 1; back <= Math.min(at, windows[0] ?? 0); back++) {
      const span = this.spans[at - back];
      span.dataset.window = windows.filter((window) => window >= back).length;
      this.marked.push(span);
    }
    this.spans[at].classList.add("current");
    this.marked.push(this.spans[at]);
    if (!this.hovered) keepInSight(this.text, this.spans[at]);
  }

  tint() {
    const gain = this.shown === "gain";
    const [low, high] = gain ? [tr("worse"), tr`saves ${MOST_GAIN} nats`] : ["0", tr`${MOST_NATS} nats`];
    say(this.ends[0], low);
    say(this.ends[1], high);
    say(this.focusName, this.meta.labels[this.model]);
    this.baseSelect.parentElement.classList.toggle("pg-hidden", !gain);
    this.baseSelect.value = this.base;
    const colour = (share) => (gain ? unpacked(this.colours[255 + Math.round(clamp(share, -1, 1) * 255)]) : this.heats[Math.round(clamp(share, 0, 1) * 255)]);
    this.spans.forEach((span, i) => {
      const share = gain ? (this.nats(this.base, i) - this.nats(this.model, i)) / MOST_GAIN : this.nats(this.model, i) / MOST_NATS;
      span.style.background = colour(share);
      span.style.color = inkOn(rgb(colour(share)));
    });
    const context = this.legend.getContext("2d");
    for (let i = 0; i < 96; i++) {
      context.fillStyle = colour(gain ? i / 47.5 - 1 : i / 95);
      context.fillRect(i, 0, 1, 10);
    }
  }

  sentence(at) {
    const { meta, model, base } = this;
    if (!this.steps) return tr("No character of the text is in the alphabet: only the held-out figures can be shown.");
    if (at < 0) return tr("Nothing is read yet. Each step reads one more character.");
    const [mine, other] = [this.nats(model, at), this.nats(base, at)];
    const verdict = mine < other ? tr`it saves ${(other - mine).toFixed(3)} nats` : tr`it costs ${(mine - other).toFixed(3)} nats more`;
    return tr`Character ${at + 1}, ${sign(this.letters[at])}, after “${this.before(at)}”: −log p is ${mine.toFixed(3)} nats for ${meta.labels[model]}, ${
      other.toFixed(3)} for ${meta.labels[base]}, which sees ${this.seen(base, at)}: ${verdict}.`;
  }
}

/** A probability in as many figures as are worth reading. */
function probability(p) { return p >= 0.001 ? p.toFixed(3) : p.toExponential(1).replace("-", "−"); }

/** 256 CSS colours from no surprise to much. */
function heatRamp(theme) {
  const stops = theme.dark ? [[30, 27, 26], [138, 63, 8], [232, 118, 28], [255, 224, 194]] : [[247, 244, 240], [243, 198, 160], [213, 94, 0], [107, 37, 0]];
  return Array.from({ length: 256 }, (_, i) => {
    const place = (i / 255) * 3;
    const part = Math.min(2, Math.floor(place));
    return css(mix(stops[part], stops[part + 1], place - part));
  });
}

/** Scroll the text, never the page. */
function keepInSight(box, span) {
  const [low, high] = [span.offsetTop, span.offsetTop + 24]; // the box is what they are placed in
  if (low < box.scrollTop || high > box.scrollTop + box.clientHeight) box.scrollTop = low - 48;
}
