// Beside the landscape of a kernel: the step of the chosen chain in numbers, event by event; what the chains have come
// to so far; and their traces.

const SPAN = 200; // steps that a trace strip shows at once
const LOWEST = -6; // log u and log α on their bar

const HUGE = 1e6; // from here on numbers are written as powers of ten: what diverges is far away

const number = (value, digits = 3) => {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : value < 0 ? "−∞" : "–";
  return Math.abs(value) < HUGE ? signed(value, digits) : value.toExponential(1).replace("e+", "e").replace("-", "−");
};
const pair = (point) => `(${number(point[0], 2)}, ${number(point[1], 2)})`;
const rate = (part, whole) => (whole ? (part / whole).toFixed(3) : "–");

class ChainPanel {
  /** ongoto(step) hears of a click on the traces. compact: the bar stands in the row of u. */
  constructor(ongoto, compact) {
    this.rows = [[tr("propose"), 1], ["log α", 2], ["u", 3], [tr("verdict"), 4]].map(([name, event]) => {
      const value = h("span", { class: "value" });
      return { event, value, row: h("div", { class: "event", "data-event": event }, h("span", { class: "number" }, event), h("span", { class: "name" }, name), value) };
    });
    this.bar = h("canvas", { class: "odds", role: "img", "aria-label": tr("log u against log α") });
    this.title = h("div", { class: "which" });
    this.warm = h("span", { class: "warm" }, tr("warm-up"));
    this.figures = h("div", { class: "figures" });
    this.cells = {};
    for (const [name, words] of [["accepted", tr("accepted")], ["rhat", "R-hat x · y"], ["ess", "ESS x · y"]]) {
      this.cells[name] = h("b");
      this.cells[`${name}Note`] = h("small");
      this.figures.append(h("div", { "data-figure": name }, h("span", {}, words), this.cells[name], this.cells[`${name}Note`]));
    }
    this.strip = h("canvas", { class: "strip pg-conceal", role: "img", "aria-label": tr("Traces of x and y over the steps; click to go to a step"),
      onpointerdown: (event) => { this.scrubbing = true; this.strip.setPointerCapture(event.pointerId); ongoto(this.stepAt(event)); },
      onpointermove: (event) => { if (this.scrubbing) ongoto(this.stepAt(event)); },
      onpointerup: () => { this.scrubbing = false; }, onpointercancel: () => { this.scrubbing = false; } });
    this.events = h("div", { class: "events pg-conceal" }, h("div", { class: "line" }, this.title, this.warm), ...this.rows.map(({ row }) => row));
    this.compact = compact;
    (compact ? this.rows[2].row : this.events).append(this.bar);
    this.box = h("div", { class: "info" }, this.events, this.figures, this.strip);
  }

  fit(width, [barWidth, barHeight], stripHeight, ratio, theme, font) {
    Object.assign(this, { ratio, theme, font });
    fitCanvas(this.bar, Math.round(barWidth * ratio), Math.round(barHeight * ratio), ratio);
    fitCanvas(this.strip, Math.round(width * ratio), Math.round(stripHeight * ratio), ratio);
  }

  draw(walk, view) {
    this.walk = walk;
    const step = Math.floor(view.tick / EVENTS);
    const event = view.tick % EVENTS;
    this.drawEvents(step, event, view);
    this.drawFigures(step, view);
    this.drawStrip(step, view);
  }

  // ------------------------------------------------------------------------------------------------------------ events

  drawEvents(step, event, view) {
    const { walk } = this;
    const shown = event ? step + 1 : step; // the step whose events are told
    const reached = event || EVENTS;
    this.box.classList.toggle("pg-waiting", view.hidden);
    const moment = view.hidden || !shown ? null : walk.move(view.focus, shown - 1);
    say(this.title, moment ? tr`Chain ${view.focus + 1} · step ${shown.toLocaleString("en")}` : tr`Chain ${view.focus + 1} · its starting point`);
    this.warm.classList.toggle("pg-hidden", !moment?.warming);
    if (moment?.warming) say(this.warm, tr`warm-up, ε = ${moment.size.toPrecision(3)}`);
    const words = moment ? this.words(moment) : this.opening(view);
    this.rows.forEach(({ event: n, value, row }, i) => {
      say(value, moment && n > reached ? "…" : words[i]);
      value.title = value.textContent;
      row.dataset.now = String(moment !== null && n === reached);
      row.dataset.verdict = n === 4 && moment && reached === 4 ? (moment.accepted ? "accepted" : "rejected") : "";
    });
    this.box.dataset.verdict = moment && reached === 4 ? (moment.accepted ? "accepted" : "rejected") : "";
    this.drawBar(walk.tested ? moment : null, reached);
  }

  opening(view) {
    const { walk } = this;
    if (view.hidden) return [tr("waiting for the new walk"), "", "", ""];
    return [`x = ${pair(walk.state(view.focus, 0))}   E(x) = ${number(walk.energy(view.focus, 0))} nats`, "", "", tr("nothing has been proposed yet")];
  }

  words(move) {
    const { walk } = this;
    const verdict = walk.kernel === "ula" ? tr("kept without a test: so the chain's limit is not quite p")
      : !walk.tested ? tr("kept without a test: drawn from the conditional itself")
        : move.diverged ? tr("rejected: a divergence, the energy error is too large")
          : move.accepted ? tr("accepted: log u < log α, the state moves to x′") : tr("rejected: log u ≥ log α, the state stays at x");
    const swapped = move.accepted ? tr("accepted, then swapped with the next hotter chain") : tr("rejected, then swapped with the next hotter chain");
    return [
      `${pair(move.from)} → ${pair(move.proposal)}   E ${number(move.energy)} → ${number(move.proposalEnergy)}`,
      walk.tested ? `${number(Math.min(0, move.logRatio), 4)} = min(0, ${number(move.logRatio, 4)} = ${walk.formula})` : tr("not asked for"),
      walk.tested ? tr`${move.uniform.toFixed(4)}, so log u = ${number(Math.log(move.uniform), 4)}` : tr("not drawn"),
      move.swapped ? swapped : verdict,
    ];
  }

  /** From LOWEST to 0: a log u left of log α accepts. */
  drawBar(move, reached) {
    const { bar, theme, ratio, font } = this;
    const context = bar.getContext("2d");
    context.clearRect(0, 0, bar.width, bar.height);
    this.bar.style.visibility = this.walk.tested ? "visible" : "hidden";
    const [top, tall, pad] = [1 * ratio, 11 * ratio, 4 * ratio];
    const at = (log) => pad + (1 - clamp(log, LOWEST, 0) / LOWEST) * (bar.width - 2 * pad);
    context.font = `${10.5 * ratio}px ${font}`;
    context.textBaseline = "alphabetic";
    if (move && reached >= 2) {
      const cut = at(Math.min(0, Number.isFinite(move.logRatio) ? move.logRatio : LOWEST));
      context.fillStyle = css(theme.accepted, 0.55);
      context.fillRect(at(LOWEST), top, cut - at(LOWEST), tall);
      context.fillStyle = css(theme.rejected, 0.4);
      context.fillRect(cut, top, at(0) - cut, tall);
      context.fillStyle = css(theme.text);
      context.fillRect(cut - ratio, top - ratio, 2 * ratio, tall + 2 * ratio);
    }
    context.strokeStyle = css(theme.text, 0.35);
    context.lineWidth = ratio;
    context.strokeRect(at(LOWEST), top, at(0) - at(LOWEST), tall);
    context.fillStyle = css(theme.text, 0.7);
    if (bar.height > 20 * ratio) {
      for (const [words, place, align] of [[`≤ ${number(LOWEST, 0)}`, at(LOWEST), "left"], ["0", at(0), "right"], [tr("log u left of log α: accepted"), bar.width / 2, "center"]]) {
        context.textAlign = align;
        context.fillText(words, place, bar.height - 3 * ratio);
      }
    }
    if (!move || reached < 3) return;
    const u = at(Math.log(move.uniform));
    context.fillStyle = css(theme.accent);
    context.beginPath();
    context.arc(u, top + tall / 2, 4.5 * ratio, 0, 2 * Math.PI);
    context.fill();
    context.strokeStyle = css(theme.background);
    context.lineWidth = 1.5 * ratio;
    context.stroke();
  }

  // ------------------------------------------------------------------------------------------------- so far, and traces

  drawFigures(step, view) {
    const { walk, cells } = this;
    const { accepted, proposed, diverged } = walk.tally(view.hidden ? 0 : step, view.chain);
    const [part, whole] = [accepted.toLocaleString("en"), proposed.toLocaleString("en")];
    const counted = walk.warmup && step > walk.warmup ? tr`${part} of ${whole} after warm-up` : tr`${part} of ${whole}`;
    say(cells.accepted, walk.tested ? rate(accepted, proposed) : tr("no test"));
    say(cells.acceptedNote, diverged ? tr`${counted}, ${diverged} diverged` : counted);
    cells.acceptedNote.title = cells.acceptedNote.textContent;
    const found = view.hidden ? null : walk.diagnostics(step - walk.warmup);
    const both = (values, digits) => (found ? values.map((value) => number(value, digits)).join(" · ") : "–");
    say(cells.rhat, both(found?.rhat, 3));
    say(cells.ess, both(found?.ess, 0));
    const first = walk.at[0];
    const at = (count) => (walk.warmup + count).toLocaleString("en");
    const note = found ? tr`all chains, at step ${at(found.at)}` : first === undefined ? tr("not computed") : tr`first at step ${at(first)}`;
    say(cells.rhatNote, walk.chains < 2 && found ? tr`one chain in halves, at step ${at(found.at)}` : note);
    say(cells.essNote, this.compact && found ? tr`at step ${at(found.at)}` : note);
  }

  get range() {
    const { walk } = this;
    return Math.min(SPAN, walk.steps);
  }

  stepAt(event) {
    const box = this.strip.getBoundingClientRect();
    return Math.round(clamp(this.first + ((event.clientX - box.left) / box.width) * this.range, 0, this.walk.steps));
  }

  drawStrip(step, view) {
    const { strip, walk, theme, ratio, font } = this;
    const context = strip.getContext("2d");
    context.clearRect(0, 0, strip.width, strip.height);
    if (!this.scrubbing) this.first = Math.max(0, step - this.range);
    const { first } = this;
    const half = strip.height / 2;
    const across = (k) => ((k - first) / this.range) * strip.width;
    if (first < walk.warmup) {
      context.fillStyle = css(theme.text, 0.07);
      context.fillRect(0, 0, across(Math.min(walk.warmup, first + this.range)), strip.height);
    }
    const last = Math.min(step, first + this.range);
    for (const axis of [0, 1]) {
      const [low, high] = walk.window.slice(2 * axis, 2 * axis + 2);
      const top = axis * half;
      context.save();
      context.beginPath();
      context.rect(0, top + ratio, strip.width, half - 2 * ratio);
      context.clip();
      const line = (c) => {
        context.beginPath();
        for (let k = first, i = 2 * (c * (walk.steps + 1) + first) + axis; k <= last; k++, i += 2) {
          context.lineTo(across(k), top + half - ((walk.positions[i] - low) / (high - low)) * half);
        }
        context.stroke();
      };
      if (!view.hidden) {
        context.lineWidth = ratio;
        context.strokeStyle = css(theme.text, 0.16);
        if (view.chain < 0) for (let c = 0; c < walk.chains; c++) if (c !== view.focus) line(c);
        context.strokeStyle = css(theme.ink);
        context.lineWidth = 1.4 * ratio;
        line(view.focus);
      }
      context.restore();
      context.fillStyle = css(theme.text, 0.7);
      context.font = `italic ${11 * ratio}px ${font}`;
      context.textAlign = "left";
      context.textBaseline = "top";
      context.fillText(axis ? "y" : "x", 3 * ratio, top + 2 * ratio);
      context.strokeStyle = css(theme.text, 0.25);
      context.lineWidth = ratio;
      context.strokeRect(ratio / 2, top + ratio / 2, strip.width - ratio, half - ratio);
    }
    context.fillStyle = css(theme.accent);
    context.fillRect(clamp(across(step) - ratio, 0, strip.width - 2 * ratio), 0, 2 * ratio, strip.height);
  }
}
