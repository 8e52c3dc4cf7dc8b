// Parts of a chart over steps, which canvases put together. `box`: {left, right, top, bottom}, CSS pixels.

/** About `count` round numbers between two ends. */
function roundTicks(low, high, count) {
  const rough = (high - low) / count || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((width) => width >= rough * 0.999);
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9; i++) ticks.push(i * step);
  return ticks;
}

const tick = (value) => (Math.abs(value) >= 1e4 ? value.toExponential(0).replace("e+", "e") : String(Number(value.toPrecision(4)))).replace("-", "−");

/** Lines and numbers of round values from `low` to `high`, toY(value) → y; below them the first step and the last. */
function chartAxes(context, box, low, high, toY, last, theme) {
  context.font = "11px system-ui, sans-serif";
  context.lineWidth = 1;
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (const value of roundTicks(low, high, 3)) {
    context.strokeStyle = css(theme.text, 0.12);
    context.beginPath();
    context.moveTo(box.left, toY(value));
    context.lineTo(box.right, toY(value));
    context.stroke();
    context.fillStyle = css(theme.text, 0.7);
    context.fillText(tick(value), box.left - 5, toY(value));
  }
  context.textBaseline = "alphabetic";
  context.textAlign = "left";
  context.fillText(tr("step 0"), box.left, box.bottom + 13);
  context.textAlign = "right";
  context.fillText(String(last), box.right, box.bottom + 13);
}

/** A value to compare with, dotted from side to side. */
function dottedLevel(context, box, y, theme) {
  context.setLineDash([2, 3]);
  context.strokeStyle = css(theme.text, 0.6);
  context.beginPath();
  context.moveTo(box.left, y);
  context.lineTo(box.right, y);
  context.stroke();
  context.setLineDash([]);
}

/** Where the step on stage is. */
function stepLine(context, box, x, theme) {
  context.strokeStyle = css(theme.accent, 0.8);
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(x, box.top);
  context.lineTo(x, box.bottom);
  context.stroke();
}
