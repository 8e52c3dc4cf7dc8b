// The codes on a plane: how many of each class, where a class is densest, which code is nearest, what is near at all.

class PlaneCodes {
  take(codes, labels, bounds) {
    Object.assign(this, { codes, labels, window: bounds, counts: new Array(CLASSES).fill(0), gap: undefined });
    for (const label of labels) this.counts[label] += 1;
    this.names = this.namePlaces();
  }

  /** For each class the densest place among its codes: its name stands there. */
  namePlaces() {
    const [side, [x0, x1, y0, y1]] = [24, this.window];
    const cells = new Map();
    this.labels.forEach((label, i) => {
      const column = Math.floor(((this.codes[2 * i] - x0) / (x1 - x0)) * side);
      const row = Math.floor(((this.codes[2 * i + 1] - y0) / (y1 - y0)) * side);
      const key = `${label},${column},${row}`;
      const cell = cells.get(key) ?? cells.set(key, { label, count: 0, x: 0, y: 0 }).get(key);
      cell.count += 1;
      cell.x += this.codes[2 * i];
      cell.y += this.codes[2 * i + 1];
    });
    const best = new Array(CLASSES).fill(null);
    for (const cell of cells.values()) if (cell.count > (best[cell.label]?.count ?? 0)) best[cell.label] = cell;
    return best.map((cell) => cell && [cell.x / cell.count, cell.y / cell.count]);
  }

  /** The nearest code of a class that is shown; `but`: the number of one that does not count. */
  nearest([x, y], but = -1) {
    const { codes, labels, shown } = this;
    let [index, best, count] = [-1, Infinity, 0];
    for (let i = 0; i < labels.length; i++) {
      if (!shown[labels[i]] || i === but) continue;
      count += 1;
      const away = (codes[2 * i] - x) ** 2 + (codes[2 * i + 1] - y) ** 2;
      if (away < best) [index, best] = [i, away];
    }
    return { index, distance: Math.sqrt(best), count };
  }

  /** The median distance of a code to its nearest neighbour: what is near on this plane. */
  usualGap() {
    if (this.gap !== undefined) return this.gap;
    const { codes } = this;
    const order = Array.from(this.labels.keys()).sort((a, b) => codes[2 * a] - codes[2 * b]);
    const found = order.map((a, place) => {
      let best = Infinity;
      for (const way of [1, -1]) {
        for (let other = place + way; other >= 0 && other < order.length; other += way) {
          const dx = codes[2 * order[other]] - codes[2 * a];
          if (dx * dx >= best) break;
          best = Math.min(best, dx * dx + (codes[2 * order[other] + 1] - codes[2 * a + 1]) ** 2);
        }
      }
      return Math.sqrt(best);
    }).sort((a, b) => a - b);
    this.gap = found.length > 1 ? found[found.length >> 1] : NaN;
    return this.gap;
  }
}
