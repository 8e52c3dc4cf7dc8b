// The feature maps of one block while a digit grows. No mathematics: maps and shares come from the trace.

const REPORT_AFTER = 250;
const GAP = 2; // CSS pixels between maps
const SECONDS = 9; // to play a whole digit
const PARTS = { output: "x + f(x)", added: "f(x)", carried: "x" };

export default function (component) {
  return mount(component, ".pg-maps", FeatureMaps);
}

class FeatureMaps {
  constructor(root) {
    Object.assign(this, {
      root, step: 0, part: "output", scale: "shared", sort: "number", playing: false, request: 0, hover: null,
    });
    this.build();
    this.reporter = reporting(() => this.report(), REPORT_AFTER);
    this.resizes = new ResizeObserver(() => this.fit());
    this.resizes.observe(root);
    this.controller = new AbortController();
    const { signal } = this.controller;
    root.addEventListener("keydown", (event) => this.onKey(event), { signal });
    document.addEventListener("keydown", (event) => {
      if (event.target === document.body && !event.defaultPrevented) this.onKey(event);
    }, { signal });
    root.__maps = { step: () => this.step, goto: (step) => this.goto(step) };
  }

  destroy() {
    cancelAnimationFrame(this.request);
    this.reporter.cancel();
    this.resizes.disconnect();
    this.controller.abort();
    this.root.replaceChildren();
    delete this.root.__maps;
  }

  // -------------------------------------------------------------------------------------------------------- elements

  build() {
    this.playButton = iconButton(ICONS.play, tr("Play"), () => (this.playing ? this.pause() : this.play()));
    this.scrub = h("input", {
      type: "range", min: 0, max: 1, value: 0, "aria-label": tr("Pixels written"),
      oninput: () => { this.pause(); this.goto(Number(this.scrub.value)); },
    });
    this.where = h("span", { class: "pg-maps-where" });
    this.partButtons = this.segments(tr("What is shown"), "part", [["output", tr("output")], ["added", tr("added")], ["carried", tr("input")]]);
    this.scaleButtons = this.segments(tr("Scale"), "scale", [["shared", tr("one scale")], ["own", tr("own scales")]]);
    this.sortButtons = this.segments(tr("Order"), "sort", [["number", tr("numbered")], ["activity", tr("by activity")]]);
    this.digit = h("canvas", { "aria-label": tr("The digit at this step"), role: "img" });
    this.grid = h("canvas", {
      "aria-label": tr("Feature maps, one per channel"), role: "img",
      onpointermove: (event) => this.point(event), onpointerleave: () => this.leave(),
    });
    this.legend = h("canvas", { width: 72, height: 8, "aria-hidden": "true" });
    this.readout = h("span", { class: "pg-maps-readout" });
    pointable(this.grid, () => this.places, this.readout);
    this.low = h("span");
    this.high = h("span");
    this.blocks = h("div", { class: "pg-maps-blocks" });
    this.root.append(
      h("div", { class: "pg-maps-bar" }, this.playButton, this.scrub, this.where),
      h("div", { class: "pg-maps-body" },
        h("div", { class: "pg-maps-side" }, this.digit, this.blocks),
        h("div", { class: "pg-maps-main" },
          h("div", { class: "pg-maps-options" }, this.partButtons, this.scaleButtons, this.sortButtons,
            h("div", { class: "pg-maps-legend" }, this.low, this.legend, this.high)),
          this.grid,
          this.readout)),
    );
    this.native = document.createElement("canvas");
  }

  segments(label, field, choices) {
    const group = h("div", { class: "pg-segments", role: "group", "aria-label": label });
    for (const [value, words] of choices) {
      group.append(h("button", {
        type: "button", "data-value": value, "aria-pressed": String(this[field] === value),
        onclick: () => {
          this[field] = value;
          for (const button of group.children) button.setAttribute("aria-pressed", String(button.dataset.value === value));
          this.prepare();
        },
      }, words));
    }
    return group;
  }

  // ---------------------------------------------------------------------------------------------------- data in and out

  receive(component) {
    this.component = component;
    if (component.data !== this.bytes) {
      this.bytes = component.data;
      const { meta, arrays, shapes } = unpack(component.data);
      const fresh = !this.meta || this.meta.digit !== meta.digit;
      Object.assign(this, { meta, arrays, channels: shapes.carried[0], steps: arrays.values.length });
      [this.rows, this.columns] = meta.shape;
      this.arrays.output = arrays.carried.map((x, i) => x + arrays.added[i]);
      this.rank = new Int32Array(this.steps); // when each position is written
      arrays.order.forEach((position, k) => { this.rank[position] = k; });
      this.scrub.max = this.steps;
      if (fresh) { this.pause(); this.step = this.reported = meta.start; }
      this.listBlocks();
    }
    this.theme = readTheme(this.root);
    this.colours();
    this.fit();
  }

  report() {
    if (this.playing || this.reported === this.step) return;
    this.reported = this.step;
    this.component.setStateValue("view", { digit: this.meta.digit, step: this.step });
  }

  listBlocks() {
    const { share, without } = this.arrays;
    const { block, nats } = this.meta;
    this.bars = [];
    const rows = Array.from(without, (_, index) => {
      const fill = h("span", { class: "pg-maps-fill" });
      const percent = h("span", { class: "pg-maps-number" });
      const lost = without[index] - nats;
      this.bars.push({ fill, percent, share: share.subarray(index * (this.steps + 1), (index + 1) * (this.steps + 1)) });
      return h("button", {
        type: "button", class: "pg-maps-row", "aria-pressed": String(index + 1 === block),
        title: tr`Open ${this.called(index + 1)}. Without its f(x) the digit costs ${without[index].toFixed(3)} nats instead of ${nats.toFixed(3)}.`,
        onclick: () => this.component.setTriggerValue("block", { digit: this.meta.digit, block: index + 1 }),
      }, h("span", {}, String(index + 1)), h("span", { class: "pg-maps-track" }, fill), percent,
      h("span", { class: "pg-maps-number" }, `${lost < 0 ? "−" : "+"}${Math.abs(lost).toFixed(1)}`));
    });
    this.blocks.replaceChildren(
      h("div", { class: "pg-maps-row pg-maps-head" }, h("span", {}, this.meta.unit === "layer" ? tr("layer") : tr("block")), h("span", {}, tr("skip share")), h("span"),
        h("span", { class: "pg-maps-number", title: tr("change of −log p, in nats, when f(x) = 0 in that one") }, tr("nats if off"))),
      ...rows);
  }

  called(number) { return this.meta.unit === "layer" ? tr`layer ${number}` : tr`block ${number}`; }

  // ------------------------------------------------------------------------------------------------------------ layout

  colours() {
    const { theme } = this;
    const middle = theme.dark ? [22, 26, 33] : [247, 247, 245];
    const [negative, positive] = theme.dark ? [[255, 150, 70], [96, 178, 242]] : [[196, 82, 0], [0, 96, 160]];
    this.lut = new Uint32Array(511);
    for (let i = -255; i <= 255; i++) {
      this.lut[i + 255] = packed(mix(middle, i < 0 ? negative : positive, Math.abs(i) / 255));
    }
    this.unseen = packed(theme.blank);
    const context = this.legend.getContext("2d");
    const strip = context.createImageData(72, 8);
    const pixels = new Uint32Array(strip.data.buffer);
    for (let i = 0; i < pixels.length; i++) pixels[i] = this.lut[Math.round((i % 72) / 71 * 510)];
    context.putImageData(strip, 0, 0);
  }

  /** The columns and the whole factor that make the maps largest within the width and the height. */
  fit() {
    if (!this.meta || !this.root.clientWidth) return;
    const ratio = deviceRatio(this.root);
    const width = Math.floor(this.grid.parentElement.clientWidth * ratio);
    const height = Math.floor(this.meta.height * ratio);
    const gap = Math.round(GAP * ratio);
    let best = { factor: 0 };
    for (let columns = 1; columns <= this.channels; columns++) {
      const rows = Math.ceil(this.channels / columns);
      const factor = Math.floor(Math.min(
        (width - gap * (columns - 1)) / columns / this.columns, (height - gap * (rows - 1)) / rows / this.rows));
      if (factor > best.factor) best = { factor, columns, rows };
    }
    if (!best.factor) best = { factor: 1, columns: Math.max(1, Math.floor(width / (this.columns + gap))), rows: 1 };
    best.rows = Math.ceil(this.channels / best.columns);
    this.plan = { ...best, gap, ratio };
    fitCanvas(this.grid, best.columns * (this.columns * best.factor + gap) - gap,
      best.rows * (this.rows * best.factor + gap) - gap, ratio);
    this.native.width = best.columns * this.columns;
    this.native.height = best.rows * this.rows;
    this.image = this.native.getContext("2d").createImageData(this.native.width, this.native.height);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.digitFactor = Math.max(1, Math.floor(196 * ratio / this.columns));
    fitCanvas(this.digit, this.columns * this.digitFactor, this.rows * this.digitFactor, ratio);
    this.prepare();
  }

  /** Limits and order of the channels; both are of the finished digit, so that nothing jumps while scrubbing. */
  prepare() {
    if (!this.meta) return;
    const map = this.arrays[this.part];
    const area = this.rows * this.columns;
    const sizes = map.map(Math.abs);
    const most = new Float32Array(this.channels);
    const mean = new Float32Array(this.channels);
    for (let c = 0; c < this.channels; c++) {
      for (let i = c * area; i < (c + 1) * area; i++) {
        most[c] = Math.max(most[c], sizes[i]);
        mean[c] += sizes[i] / area;
      }
    }
    const sorted = Float32Array.from(sizes).sort();
    const shared = sorted[Math.floor((sorted.length - 1) * 0.998)] || 1; // a single outlier must not dim all maps
    this.limits = this.scale === "shared" ? new Float32Array(this.channels).fill(shared) : most;
    this.mean = mean;
    this.listing = Array.from(mean.keys());
    if (this.sort === "activity") this.listing.sort((a, b) => mean[b] - mean[a]);
    say(this.low, this.scale === "shared" ? `−${shared.toPrecision(2)}` : "−max");
    say(this.high, this.scale === "shared" ? `+${shared.toPrecision(2)}` : "+max");
    this.draw();
  }

  // ----------------------------------------------------------------------------------------------------------- drawing

  /** Where it stands, and to stand elsewhere, as the room of a lecture has it. */
  standing() { return this.meta ? { trace: `maps-${this.steps}`, step: this.step, focus: null } : null; }

  stand({ step }) {
    this.pause();
    this.goto(step);
    this.reporter.later(unhurried());
  }

  goto(step) {
    const next = clamp(step, 0, this.steps);
    if (next !== this.step) { this.step = next; this.draw(); }
    if (!this.playing) this.reporter.later();
  }

  draw() {
    if (!this.plan || !this.meta) return;
    const { columns, factor, gap } = this.plan;
    const { rank, pixels, lut, unseen, step } = this;
    const width = columns * this.columns;
    const area = this.rows * this.columns;
    const map = this.arrays[this.part];
    this.listing.forEach((channel, place) => {
      const left = (place % columns) * this.columns;
      const top = Math.floor(place / columns) * this.rows;
      const gain = 255 / (this.limits[channel] || 1);
      for (let p = 0; p < area; p++) {
        const at = (top + Math.floor(p / this.columns)) * width + left + (p % this.columns);
        pixels[at] = rank[p] > step ? unseen : lut[255 + Math.round(clamp(map[channel * area + p] * gain, -255, 255))];
      }
    });
    this.native.getContext("2d").putImageData(this.image, 0, 0);
    const context = this.grid.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.clearRect(0, 0, this.grid.width, this.grid.height);
    for (let place = 0; place < this.channels; place++) {
      const [x, y] = [place % columns, Math.floor(place / columns)];
      context.drawImage(this.native, x * this.columns, y * this.rows, this.columns, this.rows,
        x * (this.columns * factor + gap), y * (this.rows * factor + gap), this.columns * factor, this.rows * factor);
    }
    this.drawDigit();
    for (const { fill, percent, share } of this.bars) {
      fill.style.width = `${share[step] * 100}%`;
      say(percent, `${(share[step] * 100).toFixed(1)} %`);
    }
    this.scrub.value = step;
    this.scrub.style.setProperty("--fill", `${step / this.steps * 100}%`);
    this.scrub.setAttribute("aria-valuetext", tr`${step} of ${this.steps} pixels written`);
    say(this.where, tr`${step} of ${this.steps} pixels`);
    this.tell();
  }

  drawDigit() {
    const context = this.digit.getContext("2d");
    const f = this.digitFactor;
    const { paper, ink, blank, rejected } = this.theme;
    for (let p = 0; p < this.rank.length; p++) {
      const k = this.rank[p];
      const share = this.arrays.values[k] / (this.meta.levels - 1);
      context.fillStyle = css(k < this.step ? mix(paper, ink, share) : blank);
      context.fillRect((p % this.columns) * f, Math.floor(p / this.columns) * f, f, f);
    }
    const marks = [];
    if (this.step < this.steps) marks.push([this.arrays.order[this.step], css(rejected)]);
    if (this.hover) marks.push([this.hover.position, css(this.theme.given)]);
    for (const [position, colour] of marks) {
      context.strokeStyle = colour;
      context.lineWidth = Math.max(2, f / 4);
      context.strokeRect((position % this.columns) * f, Math.floor(position / this.columns) * f, f, f);
    }
  }

  // ---------------------------------------------------------------------------------------------------------- pointing

  point(event) {
    const { columns, factor, gap, ratio } = this.plan;
    const [x, y] = within(event).map((at) => at * ratio);
    const [wide, tall] = [this.columns * factor + gap, this.rows * factor + gap];
    const place = Math.floor(y / tall) * columns + Math.floor(x / wide);
    const [column, row] = [Math.floor((x % wide) / factor), Math.floor((y % tall) / factor)];
    const inside = column < this.columns && row < this.rows && place < this.channels;
    this.hover = inside ? { channel: this.listing[place], row, column, position: row * this.columns + column } : null;
    this.drawDigit();
    this.tell();
  }

  /** Every position of every map, the maps as they lie; the gaps between them count as a position. */
  get places() {
    const { columns, factor, gap, ratio } = this.plan;
    const [wide, tall] = [this.columns + gap / factor, this.rows + gap / factor];
    const rows = Math.ceil(this.channels / columns);
    return { columns: Math.floor(columns * wide), rows: Math.floor(rows * tall), box: [0, 0, (Math.floor(columns * wide) * factor) / ratio, (Math.floor(rows * tall) * factor) / ratio] };
  }

  leave() {
    this.hover = null;
    this.drawDigit();
    this.tell();
  }

  tell() {
    if (!this.hover) {
      say(this.readout, tr`${this.channels} channels of ${this.called(this.meta.block)} · point at a map for its values`);
      return;
    }
    const { channel, row, column, position } = this.hover;
    const value = this.arrays[this.part][channel * this.rows * this.columns + position];
    const known = this.rank[position] <= this.step;
    const words = known ? `${PARTS[this.part]} = ${value.toPrecision(5)}` : tr("not computed yet");
    say(this.readout, tr`channel ${channel} · row ${row}, column ${column} · ${words} · mean |·| ${this.mean[channel].toPrecision(3)}`);
  }

  // ----------------------------------------------------------------------------------------------------------- playing

  play() {
    if (this.step >= this.steps) this.goto(0);
    this.playing = true;
    this.playButton.replaceChildren(icon(ICONS.pause));
    this.playButton.setAttribute("aria-label", tr("Pause"));
    let last = performance.now();
    let exact = this.step;
    const frame = (now) => {
      exact += (now - last) / 1000 * this.steps / SECONDS;
      last = now;
      this.goto(Math.floor(exact));
      if (this.step >= this.steps) this.pause();
      else this.request = requestAnimationFrame(frame);
    };
    this.request = requestAnimationFrame(frame);
  }

  pause() {
    cancelAnimationFrame(this.request);
    const was = this.playing;
    this.playing = false;
    this.playButton.replaceChildren(icon(ICONS.play));
    this.playButton.setAttribute("aria-label", tr("Play"));
    if (was) this.reporter.later();
  }

  /** [keys, what they do], for the sheet of keys. */
  get keySheet() { return [["← →", tr("one step back, on")], ["Shift+← Shift+→", tr("as many as a row has")], ["Home End", tr("to the start, to the end")], ["Space", tr("play, pause")]]; }

  onKey(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
    const stride = event.shiftKey ? this.columns : 1;
    const jumps = {
      ArrowRight: this.step + stride, ArrowLeft: this.step - stride, Home: 0, End: this.steps,
    };
    if (event.key in jumps) { this.pause(); this.goto(jumps[event.key]); }
    else if (event.key === " " && event.target.tagName !== "BUTTON") this.playing ? this.pause() : this.play();
    else return;
    event.preventDefault();
  }
}
