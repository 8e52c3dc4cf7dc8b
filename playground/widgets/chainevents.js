// One kernel's chains on their landscape at one moment: visited states, trails, rejected proposals that fade, and the
// step under way as events: 1 propose, 2 log α, 3 u, then the verdict, with which the step is done.

const EVENTS = 4; // moments of a step: 0 the verdict of the step before, 1 propose, 2 log α, 3 u
const FADE = 10; // steps for which a rejected proposal stays visible
const TRAIL = 30; // states behind the focused chain

class ChainScene {
  constructor(map) {
    this.map = map;
    this.visits = document.createElement("canvas");
  }

  show(walk) {
    this.walk = walk;
    this.drawn = null;
  }

  /** view: {tick, share: of the moment under way, focus, chain: −1 for all, labels, hidden: chains wait for an answer}. */
  draw(view) {
    const { map, walk } = this;
    const { context, box } = map;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(map.sheet, 0, 0);
    if (!map.land || !walk) return;
    const step = Math.floor(view.tick / EVENTS);
    const event = view.tick % EVENTS;
    if (!view.hidden) {
      const { histograms, number } = walk.counts(step, view.chain);
      map.drawMarginals(context, histograms, BINS, number);
    } else map.drawMarginals(context, [[], []], 0, 0);
    context.save();
    context.beginPath();
    context.rect(box.left, box.top, box.side, box.side);
    context.clip();
    if (!view.hidden) {
      this.drawVisits(step, view.chain);
      this.drawTrail(view.focus, step);
      for (let c = 0; c < walk.chains; c++) if (view.chain < 0 || c === view.focus) this.drawFading(c, step, event ? 0 : 1);
      for (let c = 0; c < walk.chains; c++) if (c !== view.focus) this.drawChain(c, step, event, view, false);
      this.drawChain(view.focus, step, event, view, true);
    }
    context.restore();
  }

  place([x, y]) { return [this.map.x(x), this.map.y(y)]; }

  /** All states so far, on a sheet that only grows while a walk goes forward; written pixel by pixel, as they are many. */
  drawVisits(step, chain) {
    const { map, walk, visits } = this;
    const { box: { side }, theme, ratio } = map;
    const key = `${side}:${theme.dark}:${chain}`;
    if (this.drawn?.key !== key) this.placeVisits(side);
    else if (this.drawn.step > step) this.coverage.fill(0);
    if (this.drawn?.key !== key || this.drawn.step > step) this.drawn = { key, step: -1 };
    if (this.drawn.step < step) {
      const size = Math.max(1, Math.round((walk.chains * walk.steps > 4000 ? 1.5 : 2) * ratio));
      const { coverage, offsets, image } = this;
      const [first, last] = chain < 0 ? [0, walk.chains - 1] : [chain, chain];
      for (let c = first; c <= last; c++) {
        const base = c * (walk.steps + 1);
        for (let k = this.drawn.step + 1; k <= step; k++) {
          const alpha = k <= walk.warmup && walk.warmup ? 0.16 : 0.38;
          const corner = offsets[base + k];
          if (corner < 0) continue;
          for (let dy = 0; dy < size; dy++) {
            for (let dx = 0; dx < size; dx++) {
              const at = corner + dy * side + dx;
              coverage[at] += (1 - coverage[at]) * alpha;
            }
          }
        }
      }
      const pixels = new Uint32Array(image.data.buffer);
      const ink = packed(theme.ink) & 0xffffff;
      for (let i = 0; i < pixels.length; i++) pixels[i] = coverage[i] ? ((coverage[i] * 255) << 24) | ink : 0;
      visits.getContext("2d").putImageData(image, 0, 0);
      this.drawn.step = step;
    }
    map.context.drawImage(visits, map.box.left, map.box.top);
  }

  /** Where on the sheet each state lies, −1 beside it. */
  placeVisits(side) {
    const { map, walk, visits } = this;
    [visits.width, visits.height] = [side, side];
    this.image = visits.getContext("2d").createImageData(side, side);
    this.coverage = new Float32Array(side * side);
    const [x0, x1, y0, y1] = map.land.window;
    this.offsets = new Int32Array(walk.chains * (walk.steps + 1));
    for (let i = 0; i < this.offsets.length; i++) {
      const column = Math.round(((walk.positions[2 * i] - x0) / (x1 - x0)) * side) - 1;
      const row = Math.round(((y1 - walk.positions[2 * i + 1]) / (y1 - y0)) * side) - 1;
      this.offsets[i] = column >= 0 && row >= 0 && column < side - 4 && row < side - 4 ? row * side + column : -1;
    }
  }

  drawTrail(c, step) {
    const { map, walk } = this;
    const { context, ratio, theme } = map;
    context.strokeStyle = css(theme.ink, 0.5);
    context.lineWidth = ratio;
    context.beginPath();
    for (let k = Math.max(0, step - TRAIL); k <= step; k++) context.lineTo(...this.place(walk.state(c, k)));
    context.stroke();
  }

  /** The rejected proposals of the last steps, the older the fainter; the newest is drawn with its verdict. */
  drawFading(c, step, skip) {
    const { walk } = this;
    for (let age = skip; age < FADE && step - 1 - age >= 0; age++) {
      const i = c * walk.steps + step - 1 - age;
      if (!walk.accepted[i]) this.hollow([walk.proposals[2 * i], walk.proposals[2 * i + 1]], 3.5, 0.75 * (1 - age / FADE), walk.diverged[i]);
    }
  }

  hollow(point, radius, alpha, diverged) {
    const { context, ratio, theme } = this.map;
    const [x, y] = this.place(point);
    context.strokeStyle = css(theme.rejected, alpha);
    context.lineWidth = 1.75 * ratio;
    context.beginPath();
    if (diverged) {
      const far = radius * 1.2 * ratio;
      for (const sign of [1, -1]) { context.moveTo(x - far, y - sign * far); context.lineTo(x + far, y + sign * far); }
    } else context.arc(x, y, radius * ratio, 0, 2 * Math.PI);
    context.stroke();
  }

  dot(point, radius, fill, ring, dashed) {
    const { context, ratio } = this.map;
    const [x, y] = this.place(point);
    context.beginPath();
    context.arc(x, y, radius * ratio, 0, 2 * Math.PI);
    context.fillStyle = fill;
    context.fill();
    context.setLineDash(dashed ? [3 * ratio, 2.5 * ratio] : []);
    context.strokeStyle = ring;
    context.lineWidth = 1.75 * ratio;
    context.stroke();
    context.setLineDash([]);
  }

  /** A line from a to b, as far as `share` of it, with a head where it ends. */
  arrow(a, b, colour, width, share = 1, dash = []) {
    const { context, ratio } = this.map;
    const [from, goal] = [this.place(a), this.place(b)];
    const to = [from[0] + (goal[0] - from[0]) * share, from[1] + (goal[1] - from[1]) * share];
    const long = Math.hypot(to[0] - from[0], to[1] - from[1]);
    if (long < 0.5) return;
    context.strokeStyle = context.fillStyle = colour;
    context.lineWidth = width * ratio;
    context.setLineDash(dash.map((d) => d * ratio));
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(...to);
    context.stroke();
    context.setLineDash([]);
    const head = Math.min(7 * ratio, long * 0.6) * (width < 1.5 ? 0.7 : 1);
    const [ux, uy] = [(to[0] - from[0]) / long, (to[1] - from[1]) / long];
    context.beginPath();
    context.moveTo(...to);
    context.lineTo(to[0] - head * ux + head * 0.5 * uy, to[1] - head * uy - head * 0.5 * ux);
    context.lineTo(to[0] - head * ux - head * 0.5 * uy, to[1] - head * uy + head * 0.5 * ux);
    context.fill();
  }

  path(points, colour, width, share) {
    const { context, ratio } = this.map;
    const count = Math.max(1, Math.round((points.length / 2 - 1) * share));
    const at = (n) => this.place([points[2 * n], points[2 * n + 1]]);
    context.strokeStyle = context.fillStyle = colour;
    context.lineWidth = width * ratio;
    context.beginPath();
    for (let n = 0; n <= count; n++) context.lineTo(...at(n));
    context.stroke();
    if (width < 1.2) return;
    for (let n = 1; n <= count; n++) {
      const [x, y] = at(n);
      context.beginPath();
      context.arc(x, y, 2.2 * ratio, 0, 2 * Math.PI);
      context.fill();
    }
  }

  /** How a proposal came about, in one colour: a leapfrog path, a drift and a noise, or one arrow. */
  way(c, k, move, colour, focused, share) {
    const { walk, map } = this;
    const width = focused ? 2 : 1;
    const points = walk.pathOf(c, k);
    if (points.length && Number.isFinite(points[points.length - 1])) { this.path(points, colour, width, share); return; }
    if (move.gradient && focused && (walk.kernel === "ula" || walk.kernel === "mala")) {
      const half = (move.size * move.size) / 2;
      const drift = [move.from[0] - half * move.gradient[0], move.from[1] - half * move.gradient[1]];
      this.arrow(move.from, drift, css(map.theme.data), 2, Math.min(1, 2 * share));
      if (share > 0.5) this.arrow(drift, move.proposal, colour, width, 2 * share - 1, [4, 3]);
      return;
    }
    this.arrow(move.from, move.proposal, colour, width, share);
  }

  drawChain(c, step, event, view, focused) {
    const { walk, map } = this;
    const { theme } = map;
    const fill = css(theme.ink, focused ? 1 : 0.85);
    const warming = (event ? step : step - 1) < walk.warmup;
    const ring = warming ? css(theme.text, 0.45) : css(focused ? theme.accent : theme.paper);
    const radius = focused ? 5.5 : 4;
    const state = walk.state(c, step);
    if (event) {
      const move = walk.move(c, step);
      const colour = css(theme.proposal, focused ? 1 : 0.55);
      this.way(c, step, move, colour, focused, event === 1 ? view.share : 1);
      this.dot(state, radius, fill, ring, warming);
      if (event > 1 || view.share >= 1) this.dot(move.proposal, focused ? 5 : 3, colour, css(theme.paper, 0.9), false);
      if (focused && view.labels) this.label(move.proposal, this.words(move, event), theme.proposal, state);
      return;
    }
    if (!step) { this.dot(state, radius, fill, ring, warming); return; }
    const move = walk.move(c, step - 1);
    if (view.brief && !focused) { // too fast to read: the states alone
      this.dot(state, radius, fill, ring, warming);
      if (!move.accepted) this.hollow(move.proposal, 3.5, 0.75, move.diverged);
      return;
    }
    const colour = css(move.accepted ? theme.accepted : theme.rejected, focused ? 0.95 : 0.5);
    this.way(c, step - 1, move, colour, focused, 1);
    const share = move.accepted || move.swapped ? Math.min(1, view.share * 2.2) : 1;
    if (move.swapped && focused) this.arrow(move.accepted ? move.proposal : move.from, state, css(theme.model), 2, share, [5, 3]);
    this.dot([0, 1].map((axis) => move.from[axis] + (state[axis] - move.from[axis]) * share), radius, fill, ring, warming);
    if (!move.accepted) this.hollow(move.proposal, focused ? 6 : 4, focused ? 1 : 0.75, move.diverged);
    if (focused && view.labels) this.label(move.accepted || move.swapped ? state : move.proposal, this.words(move, 0), move.accepted ? theme.accepted : theme.rejected, move.accepted ? move.from : state);
  }

  words(move, event) {
    if (event === 1) return tr("proposal x′");
    if (!this.walk.tested) return event ? tr("no test") : tr("kept as proposed");
    if (event === 2) return `log α = ${signed(Math.min(0, move.logRatio), 3)}`;
    if (event === 3) return `log u = ${signed(Math.log(move.uniform), 3)}`;
    if (move.diverged) return tr("diverged: rejected");
    if (move.swapped) return move.accepted ? tr("accepted, then swapped") : tr("rejected, then swapped");
    return move.accepted ? tr("accepted") : tr("rejected");
  }

  /** Words beside a point, on the side that is farther from `other`. */
  label(point, text, colour, other) {
    const { context, ratio, theme, box, font } = this.map;
    const [x, y] = this.place(point);
    context.font = `600 ${12.5 * ratio}px ${font}`;
    const width = context.measureText(text).width + 10 * ratio;
    const left = clamp(x + 10 * ratio, box.left + 2, box.left + box.side - width - 2);
    const above = this.map.y(other[1]) >= y;
    const top = clamp(above ? y - 26 * ratio : y + 8 * ratio, box.top + 2, box.top + box.side - 20 * ratio);
    context.fillStyle = css(theme.background, 0.9);
    context.strokeStyle = css(colour);
    context.lineWidth = ratio;
    context.beginPath();
    context.roundRect(left, top, width, 18 * ratio, 4 * ratio);
    context.fill();
    context.stroke();
    context.fillStyle = css(theme.dark ? mix(colour, [255, 255, 255], 0.25) : mix(colour, [0, 0, 0], 0.3));
    context.textAlign = "left";
    context.textBaseline = "middle";
    context.fillText(text, left + 5 * ratio, top + 9.5 * ratio);
  }
}
