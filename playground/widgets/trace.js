// What a trace says, by lookup: no layout, no drawing. The only arithmetic is turning stored logits into
// probabilities at a temperature, so that the slider answers without asking the server.

class Trace {
  constructor({ meta, arrays, shapes }) {
    Object.assign(this, arrays, { meta, id: meta.trace, levels: meta.levels, temperature: meta.temperature });
    [this.height, this.width] = meta.shape;
    [this.samples, this.steps, this.parametersPerPixel] = shapes.parameters;
    this.bernoulli = this.parametersPerPixel === 1;
    this.stepOf = new Int32Array(this.width * this.height).fill(-1); // flat position → step
    this.order.forEach((position, step) => { this.stepOf[position] = step; });
    this.scratch = new Float64Array(this.levels);
  }

  value(n, k) { return this.values[n * this.steps + k]; }
  isGiven(n, k) { return this.given[n * this.steps + k] === 1; }
  uniform(n, k) { return this.noise[n * this.steps + k]; }
  logit(n, k) { return this.parameters[n * this.steps + k]; }
  logLikelihood(n, step) { return step > 0 ? this.log_likelihood[n * this.steps + step - 1] : 0; }
  row(k) { return Math.floor(this.order[k] / this.width); }
  column(k) { return this.order[k] % this.width; }

  /** p(x_k = level | past) at a temperature, for every level. The array is reused by the next call. */
  conditional(n, k, temperature) {
    const out = this.scratch;
    if (this.bernoulli) {
      out[1] = 1 / (1 + Math.exp(-this.logit(n, k) / temperature));
      out[0] = 1 / (1 + Math.exp(this.logit(n, k) / temperature)); // not 1 − p: that loses small numbers
      return out;
    }
    const base = (n * this.steps + k) * this.levels;
    let largest = -Infinity;
    for (let level = 0; level < this.levels; level++) largest = Math.max(largest, this.parameters[base + level]);
    let total = 0;
    for (let level = 0; level < this.levels; level++) {
      out[level] = Math.exp((this.parameters[base + level] - largest) / temperature);
      total += out[level];
    }
    for (let level = 0; level < this.levels; level++) out[level] /= total;
    return out;
  }

  /** The value that the step's own uniform number picks at a temperature, by the sampler's rule. */
  drawn(n, k, temperature) {
    if (temperature === this.temperature || this.isGiven(n, k)) return this.value(n, k);
    const p = this.conditional(n, k, temperature);
    const u = this.uniform(n, k);
    if (this.bernoulli) return u < p[1] ? 1 : 0;
    let value = 0;
    for (let sum = p[0]; sum <= u && value < this.levels - 1; sum += p[value]) value++;
    return value;
  }

  /** First step whose value would differ at this temperature, else −1. Exact: up to it the pasts agree. */
  firstDifference(n, temperature) {
    if (temperature === this.temperature) return -1;
    for (let k = 0; k < this.steps; k++) if (this.drawn(n, k, temperature) !== this.value(n, k)) return k;
    return -1;
  }

  /** −log2 p of the value that stands there, under the model itself (temperature 1), in bits. */
  surprise(n, k) { return Math.max(0, -Math.log2(this.conditional(n, k, 1)[this.value(n, k)])); }

  /** Expected level on a 0 … 1 scale; for two levels it is p(x = 1). */
  expected(n, k, temperature) {
    const p = this.conditional(n, k, temperature);
    if (this.bernoulli) return p[1];
    let mean = 0;
    for (let level = 1; level < this.levels; level++) mean += level * p[level];
    return mean / (this.levels - 1);
  }
}
