// How attention weights are drawn: a ramp of one hue, matrices far larger than their place, strips of a vector.

/** 256 packed colours from no weight to the whole of it; small weights are lifted, as most are small. */
function attentionRamp(root, theme) {
  const blue = rgb(getComputedStyle(root).getPropertyValue("--pg-data").trim());
  const strong = theme.dark ? mix(blue, [255, 255, 255], 0.55) : mix(blue, [0, 0, 0], 0.45);
  const paper = mix(theme.background, blue, 0.04);
  return Uint32Array.from({ length: 256 }, (_, i) => {
    const share = Math.sqrt(i / 255);
    return packed(share < 0.7 ? mix(paper, blue, share / 0.7) : mix(blue, strong, (share - 0.7) / 0.3));
  });
}

const weightShade = (weight) => Math.round(255 * clamp(weight, 0, 1));

/** One T × T matrix, from `from` on, as an image of a pixel a weight. */
function weightsImage(weights, from, count, ramped, blank) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = count;
  const context = canvas.getContext("2d");
  const image = context.createImageData(count, count);
  const pixels = new Uint32Array(image.data.buffer);
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < count; column++) {
      const i = row * count + column;
      pixels[i] = column > row ? blank : ramped[weightShade(weights[from + i])];
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

/** An image in a place of `side` device pixels: whole factors up without blurring, down by averaging. */
function drawImageIn(canvas, image, side) {
  const context = canvas.getContext("2d");
  context.imageSmoothingEnabled = image.width > side;
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
}

/** A vector as a strip of cells with a gap after every `group`: blue above 0, orange below, full at ± limit. */
function drawStrip(canvas, values, from, length, group, limit, colours, ratio) {
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, canvas.width, canvas.height);
  const gap = 5 * ratio;
  const groups = Math.ceil(length / group);
  const wide = (canvas.width - gap * (groups - 1)) / length;
  for (let i = 0; i < length; i++) {
    const left = i * wide + Math.floor(i / group) * gap;
    context.fillStyle = unpacked(colours[shade(values[from + i], limit)]);
    context.fillRect(Math.round(left), 0, Math.max(1, Math.round(left + wide) - Math.round(left)), canvas.height);
  }
}

/** The cell of such a strip under a pointer event, −1 outside. */
function stripAt(event, canvas, length, group, ratio) {
  const gap = 5 * ratio;
  const wide = (canvas.width - gap * (Math.ceil(length / group) - 1)) / length;
  const x = within(event, canvas)[0] * ratio;
  for (let i = 0; i < length; i++) {
    const left = i * wide + Math.floor(i / group) * gap;
    if (x >= left && x < left + wide) return i;
  }
  return -1;
}

/** A character that can be seen. */
function seen(symbol) { return symbol === "\n" ? "↵" : symbol === " " ? "␣" : symbol; }
