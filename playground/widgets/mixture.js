// One-dimensional mixtures as curves. The parameters are those of the trace; nothing is estimated here.

/** The complementary error function, relative error below 1.2e-7 (Press et al., Numerical Recipes, section 6.2). */
function erfc(x) {
  const z = Math.abs(x);
  const t = 1 / (1 + 0.5 * z);
  const terms = [-1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277];
  const sum = terms.reduceRight((rest, term) => term + t * rest, 0);
  const value = t * Math.exp(-z * z + sum);
  return x >= 0 ? value : 2 - value;
}

class Mixture {
  /** weights, means, scales: K numbers each; laplace: Laplacians in place of Gaussians. */
  constructor(weights, means, scales, laplace) {
    Object.assign(this, { weights, means, scales, laplace, count: weights.length });
  }

  part(k, x) {
    const z = (x - this.means[k]) / this.scales[k];
    const shape = this.laplace ? 0.5 * Math.exp(-Math.abs(z)) : Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
    return (this.weights[k] * shape) / this.scales[k];
  }

  density(x) {
    let total = 0;
    for (let k = 0; k < this.count; k++) total += this.part(k, x);
    return total;
  }

  below(x) {
    let total = 0;
    for (let k = 0; k < this.count; k++) {
      const z = (x - this.means[k]) / this.scales[k];
      const tail = 0.5 * Math.exp(-Math.abs(z));
      total += this.weights[k] * (this.laplace ? (z < 0 ? tail : 1 - tail) : 0.5 * erfc(-z * Math.SQRT1_2));
    }
    return total;
  }

  /** The x with below(x) = u, found between two ends by halving. */
  quantile(u, low, high) {
    for (let i = 0; i < 50; i++) {
      const middle = (low + high) / 2;
      if (this.below(middle) < u) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  }

  /** The component that most likely made x. */
  likeliest(x) {
    let best = 0;
    for (let k = 1; k < this.count; k++) if (this.part(k, x) > this.part(best, x)) best = k;
    return best;
  }
}
