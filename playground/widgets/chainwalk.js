// The numbers of one kernel's chains, looked up by chain and step; nothing here is computed but sums of what was sent.

const BINS = 60; // of a marginal's histogram

class Walk {
  constructor(side, meta, arrays, shapes, window) {
    Object.assign(this, meta, { window });
    const of = (name) => arrays[`${side}:${name}`];
    for (const name of ["proposals", "logRatio", "uniform", "accepted", "diverged", "gradients", "path", "stepSizes", "at", "ess", "rhat", "swaps"]) this[name] = of(name) ?? [];
    this.points = this.path.length ? shapes[`${side}:path`][2] : 0;
    [this.chains, this.steps] = shapes[`${side}:uniform`];
    this.positions = of("positions") ?? this.rebuilt(of("origin"), this.proposals, 2);
    this.energies = of("energies") ?? this.rebuilt(of("originEnergies"), of("proposalEnergies"), 1);
    this.proposalEnergies = of("proposalEnergies");
    this.prepare();
  }

  /** States from the start and the proposals: an accepted proposal is the next state, else the state is kept. */
  rebuilt(origin, proposals, width) {
    const { chains, steps, accepted } = this;
    const found = new Float32Array(chains * (steps + 1) * width);
    for (let c = 0; c < chains; c++) {
      for (let w = 0; w < width; w++) {
        let value = origin[c * width + w];
        found[c * (steps + 1) * width + w] = value;
        for (let k = 0; k < steps; k++) {
          if (accepted[c * steps + k]) value = proposals[(c * steps + k) * width + w];
          found[(c * (steps + 1) + k + 1) * width + w] = value;
        }
      }
    }
    return found;
  }

  prepare() {
    const { chains, steps, window } = this;
    const count = chains * (steps + 1);
    this.bins = [new Uint8Array(count), new Uint8Array(count)]; // BINS where the state lies beside the window
    for (let i = 0; i < count; i++) {
      for (const axis of [0, 1]) {
        const share = (this.positions[2 * i + axis] - window[2 * axis]) / (window[2 * axis + 1] - window[2 * axis]);
        this.bins[axis][i] = share >= 0 && share < 1 ? Math.floor(share * BINS) : BINS;
      }
    }
    this.kept = new Uint32Array(count); // accepted so far
    this.broken = new Uint32Array(count); // divergences so far
    for (let c = 0; c < chains; c++) {
      for (let k = 0; k < steps; k++) {
        const [from, i] = [c * (steps + 1) + k, c * steps + k];
        this.kept[from + 1] = this.kept[from] + this.accepted[i];
        this.broken[from + 1] = this.broken[from] + (this.diverged[i] ?? 0);
      }
    }
    this.histograms = [new Float64Array(BINS + 1), new Float64Array(BINS + 1)];
    this.counted = { from: 0, to: 0, chain: -2 }; // which states the histograms hold: from … to − 1
  }

  state(c, k) { const i = 2 * (c * (this.steps + 1) + k); return [this.positions[i], this.positions[i + 1]]; }
  energy(c, k) { return this.energies[c * (this.steps + 1) + k]; }

  /** Everything about the step from state k to state k + 1 of chain c. */
  move(c, k) {
    const i = c * this.steps + k;
    const pair = (array) => (array.length ? [array[2 * i], array[2 * i + 1]] : null);
    return {
      from: this.state(c, k), to: this.state(c, k + 1), proposal: pair(this.proposals), gradient: pair(this.gradients),
      energy: this.energy(c, k), proposalEnergy: this.proposalEnergies[i], logRatio: this.logRatio[i], uniform: this.uniform[i],
      accepted: this.accepted[i] === 1, diverged: this.diverged[i] === 1, size: this.stepSizes[k], warming: k < this.warmup,
      swapped: this.swaps[i] === 1,
    };
  }

  /** The leapfrog positions of a step, [x, y, …], or an empty array. */
  pathOf(c, k) {
    const from = (c * this.steps + k) * this.points * 2;
    return this.points ? this.path.subarray(from, from + this.points * 2) : [];
  }

  /** Histograms of the states of one chain (−1: of all) from the end of the warm-up to state `step`. */
  counts(step, chain) {
    const to = step + 1;
    const from = step > this.warmup ? this.warmup + 1 : Math.min(to, 1);
    const { counted, histograms, bins } = this;
    const add = (first, end, sign) => {
      for (let c = chain < 0 ? 0 : chain; c <= (chain < 0 ? this.chains - 1 : chain); c++) {
        const base = c * (this.steps + 1);
        for (let k = first; k < end; k++) for (const axis of [0, 1]) histograms[axis][bins[axis][base + k]] += sign;
      }
    };
    if (counted.chain !== chain || counted.from !== from) {
      for (const histogram of histograms) histogram.fill(0);
      add(from, to, 1);
    } else if (to > counted.to) add(counted.to, to, 1);
    else add(to, counted.to, -1);
    this.counted = { from, to, chain };
    return { histograms, number: Math.max(0, to - from) * (chain < 0 ? this.chains : 1), warming: to > 1 && step <= this.warmup };
  }

  /** Accepted and divergent proposals of one chain (−1: of all) in the first `step` steps, after the warm-up. */
  tally(step, chain) {
    const from = step > this.warmup ? this.warmup : 0;
    const found = { steps: step - from, accepted: 0, diverged: 0, proposed: 0 };
    for (let c = chain < 0 ? 0 : chain; c <= (chain < 0 ? this.chains - 1 : chain); c++) {
      const base = c * (this.steps + 1);
      found.accepted += this.kept[base + step] - this.kept[base + from];
      found.diverged += this.broken[base + step] - this.broken[base + from];
      found.proposed += step - from;
    }
    return found;
  }

  /** R-hat and effective sample size at the last computed number of draws that is not greater, or null. */
  diagnostics(draws) {
    let found = -1;
    for (let i = 0; i < this.at.length && this.at[i] <= draws; i++) found = i;
    if (found < 0) return null;
    const two = (array) => [array[2 * found], array[2 * found + 1]];
    return { at: this.at[found], ess: two(this.ess), rhat: two(this.rhat) };
  }
}
