// The moves of the game and their frames. `wanted` is what was asked for, one letter a step; `frameMoves` are the moves
// whose frames are here. As far as they begin alike, the game can be played, scrubbed and stepped back without a message;
// what is missing is asked for, a hundred steps at once, and what the server sends begins where the canvas ends.

const AT_ONCE = 100; // steps asked for beyond those that are here
const UNDOS = 50;
const TRIES = 3; // an answer that brings nothing new is asked for again so often

/** "b2d1" → "bbd". */
const spelled = (text) => text.replace(/([bdg])(\d*)/g, (_, letter, count) => letter.repeat(count === "" ? 1 : Number(count)));
/** "bbd" → "b2d1". */
const counted = (moves) => moves.replace(/(.)\1*/g, (run) => run[0] + run.length);

function alike(one, other) {
  const most = Math.min(one.length, other.length);
  for (let i = 0; i < most; i++) if (one[i] !== other[i]) return i;
  return most;
}

/** A stage that knows what was pressed; gangame.js plays it: run(until), showPlaying(). */
class GanGameMoves extends GanGameStage {
  /** The steps that can be gone to: asked for, and here. */
  get ready() { return Math.min(alike(this.frameMoves, this.wanted), this.seen); }

  open({ meta, arrays, shapes }) {
    const revision = this.edits.revision;
    this.edits.receive(meta);
    const moves = spelled(meta.moves);
    if (this.edits.revision !== revision) {
      Object.assign(this, { wanted: moves, asked: meta.moves, seen: moves.length, following: false, undos: revision === undefined ? [] : this.undos });
    }
    if (this.game !== meta.trace) {
      Object.assign(this, { game: meta.trace, frames: [], frameMoves: "", decoded: null });
      for (const name of CURVES) this.curves[name] = [];
    }
    this.take(meta.first, moves, arrays, shapes);
    this.wait(meta.edit < this.edits.edit);
    this.steps = this.ready;
    this.root.dataset.held = this.frameMoves.length;
    this.arrived();
  }

  /** Frames from `first` on; what is here of another future gives way. */
  take(first, moves, arrays, shapes) {
    const fresh = shapes.fake[0];
    const known = alike(this.frameMoves, moves);
    if (!fresh || first > known + 1 || (this.frames.length && known === moves.length)) return;
    if (arrays.real) {
      Object.assign(this, { real: arrays.real, pData: arrays.p_data, side: shapes.p_data[0], lattice: shapes.mesh[1] });
      this.field = new Field(this.side);
      this.scratch = new Float32Array(this.side ** 2);
    }
    this.frames.length = first;
    this.decoded = null;
    for (let n = 0; n < fresh; n++) {
      const frame = {};
      for (const name of HALVES) {
        const size = arrays[name].length / fresh;
        frame[name] = arrays[name].subarray(n * size, (n + 1) * size);
      }
      this.frames.push(frame);
    }
    for (const name of CURVES) {
      this.curves[name].length = first;
      for (const value of arrays[name]) this.curves[name].push(value);
    }
    this.frameMoves = moves;
    this.version += 1;
    this.tries = 0;
  }

  /** After an answer: ask for what is still missing, and go on to where the visitor wanted to be. */
  arrived() {
    this.limit();
    if (!this.pending && alike(this.frameMoves, this.wanted) < this.wanted.length && this.tries++ < TRIES) this.ask();
    if (this.goal !== null && this.ready >= this.goal) {
      const { goal } = this;
      this.goal = null;
      this.step = goal;
      this.changed();
    }
    if (this.following && !this.playing) this.follow();
  }

  /** Show what a press has brought: one step at once or in its phases, more of them played. */
  follow() {
    if (this.step >= this.ready) return;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (this.focus < 0 && (still || this.seen - this.step === 1)) {
      this.step = this.ready;
      if (this.step >= this.seen) this.following = false;
      this.changed();
    } else this.run(this.seen);
  }

  limit() {
    if (this.step > this.ready) this.step = this.ready;
    this.steps = this.ready;
    this.scrub.max = Math.max(1, this.steps);
    this.root.dataset.steps = this.steps;
    this.undoButton.disabled = !this.undos.length;
  }

  resize() { this.recolour(); super.resize(); }

  receive(component) {
    super.receive(component);
    this.shades = muted(this.colours, this.theme);
    const context = this.scale.getContext("2d");
    const image = context.createImageData(96, 8);
    const pixels = new Uint32Array(image.data.buffer);
    for (let i = 0; i < pixels.length; i++) pixels[i] = this.shades[Math.round(((i % 96) / 95) * 510)];
    context.putImageData(image, 0, 0);
    this.report();
  }

  /** A game that is new to this canvas: as the link says; where only the settings changed, at the step that was seen. */
  start({ step, focus, opening }) {
    delete this.root.dataset.firstPaint;
    if (this.opening === opening) {
      this.step = clamp(this.step, 0, this.steps);
      this.progress = this.step;
      this.changed();
      return;
    }
    this.opening = opening;
    Object.assign(this, { playing: false, following: false, clock: 1, focus: focus ?? WHOLE, undos: [], goal: null });
    this.showPlaying();
    this.limit();
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.step = clamp(step ?? (still ? this.steps : 0), 0, this.steps);
    this.reported = `${step ?? 0}:${this.focus}`;
    if (step === null && !still && this.steps) this.run(this.steps);
    else this.changed();
  }

  report() {
    const here = `${this.step}:${this.focus}`;
    if (this.playing || this.pending || this.reported === here) return;
    this.reported = here;
    this.send({ revision: this.edits.revision, edit: this.edits.edit });
  }

  send(numbered) {
    const { step, focus, asked, frameMoves } = this;
    this.component.setStateValue("view", { ...numbered, moves: asked, held: counted(frameMoves), trace: this.game, step, focus });
  }

  wait(pending) {
    this.pending = pending;
    this.root.dataset.pending = String(pending);
  }

  /** Ask for the next of the steps that are wanted. */
  ask() {
    const here = alike(this.frameMoves, this.wanted);
    const text = counted(this.wanted.slice(0, here + AT_ONCE));
    if (this.pending && text === this.asked) return;
    this.asked = text;
    this.wait(true);
    this.reporter.cancel();
    this.reported = `${this.step}:${this.focus}`;
    this.root.dataset.asked = performance.now().toFixed(1);
    this.send(this.edits.next({}));
  }

  // ---------------------------------------------------------------------------------------------------------- moves

  press(move, count) {
    if (!this.frames.length) return;
    const going = this.following || (this.playing && this.step >= this.ready);
    const base = going ? this.seen : this.step;
    const more = Math.min(count, this.meta.most - base);
    if (more < 1) { this.remark(tr`${this.meta.most.toLocaleString("en")} steps are the most: go back and press, or reset.`); return; }
    const moves = this.wanted.slice(0, base) + move.repeat(more);
    this.note = "";
    if (base < this.seen) {
      this.remember();
      this.remark(tr`A new future from step ${base}: ${(this.seen - base).toLocaleString("en")} steps dropped; undo brings them back.`);
    }
    if (base < this.seen || !this.wanted.startsWith(moves)) this.wanted = moves; // else they were asked for while it played
    this.seen = moves.length;
    this.playing = false;
    this.following = true;
    this.goal = null;
    this.tries = 0;
    this.showPlaying();
    this.limit();
    if (counted(this.wanted) !== this.asked || this.ready < this.seen) this.ask();
    this.follow();
    this.schedule();
  }

  remember() {
    this.undos.push([this.wanted.slice(0, this.seen), this.step]);
    if (this.undos.length > UNDOS) this.undos.shift();
  }

  undo() {
    if (!this.undos.length) return;
    const [moves, step] = this.undos.pop();
    Object.assign(this, { wanted: moves, seen: moves.length, following: false, playing: false, tries: 0 });
    this.showPlaying();
    this.limit();
    this.goal = step <= this.ready ? null : step;
    this.step = Math.min(step, this.ready);
    this.remark(tr`Back to the game of ${moves.length.toLocaleString("en")} steps.`);
    this.ask();
    this.schedule();
  }

  /** Step 0 again: the frames are dropped, the moves can be brought back. */
  reset() {
    if (!this.seen) return;
    this.remember();
    Object.assign(this, { wanted: "", seen: 0, step: 0, focus: WHOLE, following: false, playing: false, goal: null, frameMoves: "", decoded: null });
    this.frames.length = 1;
    for (const name of HALVES) this.frames[0][name] = this.frames[0][name].slice(); // a view would keep the whole block
    for (const name of CURVES) this.curves[name].length = 1;
    this.version += 1;
    this.root.dataset.held = 0;
    this.showPlaying();
    this.limit();
    this.ask();
    this.schedule();
  }

  remark(words) {
    this.note = words;
    say(this.live, words);
    this.schedule();
  }
}
