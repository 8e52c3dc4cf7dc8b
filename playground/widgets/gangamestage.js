// The drawing of one moment of the game: the plane with D, D* and the points; the curves; the words.

const HEIGHTS = [0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9]; // of D*, beside the ½ line
const SHARES = [0.5, 0.1, 0.02]; // of the highest density: where contours of p_data and p_g are drawn
const LOG2 = Math.log(2);
const ARROW = 26; // CSS pixels of a gradient of 1, before `magnify`
const CURVES = ["loss_d", "loss_g", "value", "value_optimal", "js", "modes", "steepness"];
const HALVES = ["fake", "gradient", "push", "discriminator", "p_generator", "mesh"];

/** A Stepper with the elements that gangame.js builds, and with `frames` and `curves`. */
class GanGameStage extends Stepper {
  fit(width) {
    const wide = width >= 780;
    this.size = Math.max(220, Math.floor(wide ? Math.min(436, width * 0.47) : Math.min(width, 440)));
    const right = wide ? width - this.size - 20 : width;
    this.main.parentElement.style.width = `${this.size}px`;
    fitCanvas(this.main, Math.round(this.size * this.ratio), Math.round(this.size * this.ratio), this.ratio);
    const across = right < 480 ? right : Math.floor((right - 18) / 2); // as the style sheet has it
    for (const { chart } of Object.values(this.charts)) chart.fit(across, wide ? (this.size - 82) / 2 : 130, this.ratio);
  }

  context(canvas) {
    const context = canvas.getContext("2d");
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    return context;
  }

  /** The theme's colours, read once: to ask for a style while playing costs a layout. */
  recolour() {
    const of = (name) => getComputedStyle(this.root).getPropertyValue(name).trim();
    const { theme } = this;
    const halo = css(theme.background, 0.85);
    this.paint = { data: of("--pg-data"), model: of("--pg-model"), ink: css(theme.ink), halo, none: packed(theme.background) };
    this.paint.mesh = css(rgb(this.paint.model), theme.dark ? 0.55 : 0.5);
    this.marks = {};
  }

  markOf(shape, radius, colour) {
    return (this.marks[`${shape}:${radius}:${this.ratio}`] ??= mark(shape, radius, colour, this.paint.halo, this.ratio));
  }

  /** A field of frame t as numbers; the last few are kept. */
  numbers(name, t) {
    const key = `${name}:${t}`;
    this.decoded ??= new Map();
    if (!this.decoded.has(key)) {
      if (this.decoded.size > 40) this.decoded.delete(this.decoded.keys().next().value);
      this.decoded.set(key, fromHalves(this.frames[t][name]));
    }
    return this.decoded.get(key);
  }

  /** Between two frames: `share` 0 is the one before step t, 1 the one after. */
  between(name, t, share) {
    if (share >= 1) return this.numbers(name, t);
    const from = this.numbers(name, t - 1);
    if (share <= 0) return from;
    const to = this.numbers(name, t);
    return from.map((value, i) => value + share * (to[i] - value));
  }

  /** What is to be seen of step t: how far D and G have moved, and what is stressed. */
  get moment() {
    const { step: t, focus, clock } = this;
    if (focus < 0 || !t) return { d: 1, g: 1, from: t, arrows: this.shows.gradients ? 1 : 0, stressed: false };
    const ease = clock * clock * (3 - 2 * clock);
    return {
      d: focus === 0 ? 0 : focus === 1 ? ease : 1,
      g: focus === 3 ? ease : 0,
      arrows: focus === 2 ? Math.min(1, 1.6 * clock) : focus === 3 ? 1 - ease : 0,
      from: t - 1,
      stressed: focus === 0,
    };
  }

  draw() {
    const { step: t } = this;
    if (!this.frames[t]) return;
    const moment = this.moment;
    this.now = {
      discriminator: this.between("discriminator", t, moment.d),
      pGenerator: this.between("p_generator", t, moment.g),
    };
    this.now.optimal = optimal(this.pData, this.now.pGenerator, this.scratch);
    this.drawPlane(t, moment);
    this.drawCharts();
    this.wholeButton.setAttribute("aria-pressed", String(this.focus < 0));
    this.phaseButtons.forEach((button, phase) => button.setAttribute("aria-pressed", String(phase === this.focus)));
    this.root.dataset.phase = this.focus;
    say(this.said, this.words());
    say(this.readout, this.note || this.pointed());
  }

  drawPlane(t, moment) {
    const { size, theme, side, shows, meta: { window: [x0, x1, y0, y1] } } = this;
    const context = this.context(this.main);
    const place = (x, y) => [((x - x0) / (x1 - x0)) * size, size - ((y - y0) / (y1 - y0)) * size];
    const heat = this.heat === "optimal" ? this.now.optimal : this.now.discriminator;
    const { data, model, ink, halo, none, mesh } = this.paint;
    spread(context, this.field.paint(heat, (value) => (value >= 0 ? this.shades[Math.round(clamp(value, 0, 1) * 510)] : none)), size);
    const line = (values, level, colour, width) => {
      context.strokeStyle = colour;
      context.lineWidth = width;
      contour(context, values, side, level, size);
    };
    for (const [name, values, colour] of [["pData", this.pData, data], ["pModel", this.now.pGenerator, model]]) {
      if (!shows[name]) continue;
      const most = values.reduce((a, b) => Math.max(a, b), 0);
      for (const share of SHARES) line(values, share * most, colour, 1.2);
    }
    if (shows.optimal) {
      for (const level of HEIGHTS) line(this.now.optimal, level, css(theme.text, 0.42), 0.9);
      line(this.now.optimal, 0.5, css(theme.background, 0.8), 4);
      line(this.now.optimal, 0.5, css(theme.text, 0.95), 2);
    }
    if (shows.mesh) warped(context, this.between("mesh", t, moment.g), this.lattice, place, mesh);
    const radius = moment.stressed ? 2.9 : 2.1;
    const fakes = this.between("fake", t, moment.g);
    if (shows.real) points(context, this.real, place, this.markOf("disc", radius, data));
    if (shows.fake) points(context, fakes, place, this.markOf("diamond", radius, model));
    if (moment.arrows) {
      const length = ARROW * this.magnify * moment.arrows;
      pushes(context, fakes, this.gradientOf(t), place, { length, most: size / 5, stride: Math.ceil(fakes.length / 260), colour: ink, halo });
    }
    context.strokeStyle = css(theme.text, 0.25);
    context.lineWidth = 1;
    context.strokeRect(0.5, 0.5, size - 1, size - 1);
    if (moment.arrows) this.drawArrowKey(context);
    if (this.pointer?.keyed) {
      const [x, y, cell] = [this.pointer.x * size, (1 - this.pointer.y) * size, size / side];
      context.strokeStyle = css(theme.accent);
      context.lineWidth = 2;
      context.strokeRect(x - cell / 2, y - cell / 2, cell, cell);
    }
    context.font = "11px system-ui, sans-serif";
    context.fillStyle = css(theme.text, 0.8);
    context.textAlign = "right";
    context.fillText(`x₁ ${brief(x0, 1)} … ${brief(x1, 1)}, x₂ ${brief(y0, 1)} … ${brief(y1, 1)}`, size - 6, size - 6);
  }

  /** −∂L_G/∂x at the fakes: in slow motion at those before G's move, for D after its own. */
  gradientOf(t) {
    return this.numbers(this.focus >= 0 && t ? "push" : "gradient", t);
  }

  /** The scale of the arrows. */
  drawArrowKey(context) {
    const { size, theme } = this;
    const per = 1 / this.magnify;
    const y = size - 10;
    context.font = "11px system-ui, sans-serif";
    const words = tr`= ${per >= 1 ? per : per.toPrecision(1)} nats per unit`;
    context.fillStyle = css(theme.background, 0.8);
    context.fillRect(3, y - 9, ARROW + 16 + context.measureText(words).width, 18);
    pushes(context, [0, 0], [1, 0], () => [8, y], { length: ARROW, most: size, stride: 1, colour: this.paint.ink, halo: this.paint.halo });
    context.fillStyle = css(theme.text, 0.9);
    context.textAlign = "left";
    context.fillText(words, ARROW + 14, y + 4);
  }

  // --------------------------------------------------------------------------------------------------------- curves

  drawCharts() {
    const { curves, step, charts, theme, paint: { ink, model, data } } = this;
    const seen = Math.max(this.steps, step);
    const line = (name, colour, words, dashed = false) => ({ values: curves[name], colour, words, dashed });
    const many = this.meta.modes;
    const covered = many > 0 && this.fourth === "modes";
    this.fourthChoice.classList.toggle("pg-hidden", !many);
    this.charts.last.title.classList.toggle("pg-hidden", many > 0);
    const sets = {
      loss: { lines: [line("loss_d", ink, "D"), line("loss_g", model, "G", true)], levels: [] },
      value: { lines: [line("value", ink, "D"), line("value_optimal", data, "D*", true)], levels: [[-2 * LOG2, "−log 4", true], [0, ""]], floor: -1.66 },
      js: { lines: [line("js", model, "JS")], levels: [[LOG2, "log 2 = 0.693"], [0, ""]], range: [-0.05, LOG2 + 0.1] },
      last: covered ? { lines: [line("modes", model, "")], levels: [[many, tr`all ${many}`]], range: [-0.05 * many, 1.2 * many] }
        : { lines: [line("steepness", ink, tr("mean"))], levels: [[0, ""]] },
    };
    for (const [name, { chart, values }] of Object.entries(charts)) {
      const { lines, levels, range, floor } = sets[name];
      chart.draw({ lines, levels, range, floor, seen, step, theme, key: `${this.version}:${covered}` });
      lines.forEach(({ values: all, words }, n) => say(values[n].lastChild, covered && name === "last" ? tr`${all[step]} of ${many}` : `${words} ${brief(all[step])}`));
      if (name === "last") values[0].firstChild.className = covered ? "model" : "ink";
    }
  }

  // ---------------------------------------------------------------------------------------------------------- words

  words() {
    const { step: t, focus, curves, meta } = this;
    const at = (name, i = t) => brief(curves[name][i]);
    if (!t) return tr`Before the first step: both networks as the seed drew them. JS ${at("js")} of at most log 2 = 0.693 nats.`;
    const move = { b: tr("both"), d: tr("D step"), g: tr("G step") }[this.frameMoves[t - 1]];
    const many = meta.dSteps > 1 && this.frameMoves[t - 1] === "b";
    if (focus === 0) return tr`Step ${t} (${move}) · 1 Shown: D sees real points (●) and the generator's (◆); V(D, G) = ${at("value", t - 1)} nats.`;
    if (focus === 1 && many) return tr`Step ${t} (${move}) · 2 D moves: ${meta.dSteps} updates: downhill in its own loss, ${at("loss_d", t - 1)} nats before the step.`;
    if (focus === 1) return tr`Step ${t} (${move}) · 2 D moves: downhill in its own loss, ${at("loss_d", t - 1)} nats before the step.`;
    if (focus === 2 && meta.unrolled) return tr`Step ${t} (${move}) · 3 Gradients: −∂L_G/∂x at the fakes: where each would go to make G’s loss smaller (G itself looks ${meta.unrolled} steps of D ahead).`;
    if (focus === 2) return tr`Step ${t} (${move}) · 3 Gradients: −∂L_G/∂x at the fakes: where each would go to make G’s loss smaller.`;
    if (focus === 3) return tr`Step ${t} (${move}) · 4 G moves: one set of weights moves all points. JS ${at("js", t - 1)} → ${at("js")} nats.`;
    if (meta.modes) return tr`Step ${t} (${move}): V(D, G) = ${at("value")}, at best V(D*, G) = ${at("value_optimal")} = 2 JS − log 4; JS ${at("js")} nats, ${Math.round(curves.modes[t])} of ${meta.modes} modes.`;
    return tr`Step ${t} (${move}): V(D, G) = ${at("value")}, at best V(D*, G) = ${at("value_optimal")} = 2 JS − log 4; JS ${at("js")} nats.`;
  }

  /** The numbers under the pointer. */
  pointed() {
    if (!this.pointer) return tr("point at the plane for D, D*, p_data, p_g");
    const { side, pointer, now, meta: { window: [x0, x1, y0, y1] } } = this;
    const [column, row] = [pointer.x, pointer.y].map((share) => clamp(Math.floor(share * side), 0, side - 1));
    const i = row * side + column;
    const [x, y] = [x0 + ((column + 0.5) / side) * (x1 - x0), y0 + ((row + 0.5) / side) * (y1 - y0)];
    const best = Number.isFinite(now.optimal[i]) ? brief(now.optimal[i]) : "–";
    return `(${brief(x, 2)}, ${brief(y, 2)}): D ${brief(now.discriminator[i])}, D* ${best}, p_data ${brief(this.pData[i])}, p_g ${brief(now.pGenerator[i])}`;
  }
}
