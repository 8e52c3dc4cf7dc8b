// A path between ends that are still being moved, on a plane of two latent numbers: decoded in the browser until the trace
// comes, as samplers/paths.py has it.

/** Along the circle around the origin, the radius growing evenly: as `slerp` of the sampler, in two dimensions. */
function slerpPlane(a, b, t) {
  const [from, to] = [Math.hypot(...a), Math.hypot(...b)];
  const straight = [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
  if (!from || !to) return straight;
  const cross = (a[0] * b[1] - a[1] * b[0]) / (from * to);
  const dot = (a[0] * b[0] + a[1] * b[1]) / (from * to);
  if (Math.abs(cross) < 1e-5 && dot > 0) return straight;
  const u = [a[0] / from, a[1] / from];
  const opposite = Math.abs(u[0]) <= Math.abs(u[1]) ? -u[1] : u[0]; // the side on which the farthest axis lies
  const angle = Math.abs(cross) < 1e-5 ? Math.sign(opposite) * Math.PI : Math.atan2(cross, dot);
  const [cos, sin] = [Math.cos(t * angle), Math.sin(t * angle)];
  const radius = from + t * (to - from);
  return [radius * (u[0] * cos - u[1] * sin), radius * (u[1] * cos + u[0] * sin)];
}

const lerpPlane = (a, b, t) => [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];

class LivePath {
  /** points: two or four ends; drawn: for each the bytes of its drawing, or false. */
  constructor(decoder, points, drawn, rows, columns) {
    Object.assign(this, { decoder, points, drawn, rows, columns, made: new Map(), ends: null });
    this.codes = [lerpPlane, slerpPlane].map((way) => {
      const codes = new Float32Array(rows * columns * 2);
      for (let frame = 0; frame < rows * columns; frame++) codes.set(this.between(way, ...this.place(frame)), 2 * frame);
      return codes;
    });
  }

  place(frame) {
    const row = Math.floor(frame / this.columns);
    return [this.rows > 1 ? row / (this.rows - 1) : 0, (frame % this.columns) / (this.columns - 1)];
  }

  between(way, down, across) {
    const [a, b, c, d] = this.points;
    if (!c) return way(a, b, across);
    return way(way(way(a, c, down), way(b, d, down), across), way(way(a, b, across), way(c, d, across), down), 0.5);
  }

  /** Bytes, as those of a trace. */
  picture(way, frame) {
    const key = way * this.rows * this.columns + frame;
    if (!this.made.has(key)) this.made.set(key, way < 2 ? this.decoded(this.codes[way].subarray(2 * frame, 2 * frame + 2)) : this.faded(...this.place(frame)));
    return this.made.get(key);
  }

  decoded(z) { return Uint8Array.from(this.decoder.decode(z), (p) => Math.round(255 * p)); }

  faded(down, across) {
    this.ends ??= this.points.map((z, n) => this.drawn[n] || this.decoded(z));
    const shares = this.points.length > 2 ? [(1 - down) * (1 - across), (1 - down) * across, down * (1 - across), down * across] : [1 - across, across];
    return Uint8Array.from(this.ends[0], (_, i) => Math.round(shares.reduce((sum, share, n) => sum + share * this.ends[n][i], 0)));
  }
}
