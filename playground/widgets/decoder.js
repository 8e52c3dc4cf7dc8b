// The decoder of a small latent-variable model, evaluated in the browser, so that a picture can follow the pointer without
// asking the server: linear layers with SiLU, x · sigmoid(x), between them, and a sigmoid at the end.
//
//   const decoder = new Decoder([{ weight, bias }, …]);   weight: Float32Array (outputs · inputs) row by row, as torch's
//                                                         nn.Linear keeps it; bias: Float32Array (outputs).
//   const decoder = decoderOf(arrays.decoder, arrays.sizes);  of what `traces.decoder_weights(model)` gives: each layer's
//                                                         weights and biases in one row, and Z, hidden units …, H·W.
//   decoder.decode([z1, z2]) → Float32Array (outputs) of p(pixel = 1 | z), a new one; decoder.decode(z, out) fills `out`.
//   decoder.inputs, decoder.outputs                       Z and H·W.
//
// Sums are kept in double precision: equal to torch's float32 to 1e-5.

const logistic = (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

class Decoder {
  constructor(layers) {
    if (!layers.length) throw new Error("Decoder: no layers");
    this.layers = layers.map(({ weight, bias }) => ({ weight, bias, inputs: weight.length / bias.length, outputs: bias.length }));
    this.layers.forEach(({ inputs }, i) => {
      const wanted = i ? this.layers[i - 1].outputs : inputs;
      if (!Number.isInteger(inputs) || inputs !== wanted) throw new Error(`Decoder: layer ${i} takes ${inputs} numbers, it gets ${wanted}`);
    });
    this.inputs = this.layers[0].inputs;
    this.outputs = this.layers[this.layers.length - 1].outputs;
    this.between = this.layers.map(({ outputs }) => new Float64Array(outputs));
  }

  decode(z, out = new Float32Array(this.outputs)) {
    let x = Float64Array.from(z, Math.fround);
    if (x.length !== this.inputs) throw new Error(`Decoder: a code of ${x.length} numbers, it takes ${this.inputs}`);
    const last = this.layers.length - 1;
    this.layers.forEach((layer, i) => {
      const y = this.between[i];
      affine(layer, x, y);
      if (i < last) for (let j = 0; j < y.length; j++) y[j] *= logistic(y[j]);
      x = y;
    });
    for (let j = 0; j < out.length; j++) out[j] = logistic(x[j]);
    return out;
  }
}

/** y = W x + b. Four sums at once: each addition need not wait for the one before. */
function affine({ weight, bias, inputs, outputs }, x, y) {
  const whole = inputs - (inputs % 4);
  for (let o = 0, w = 0; o < outputs; o++) {
    let [a, b, c, d] = [bias[o], 0, 0, 0];
    let i = 0;
    for (; i < whole; i += 4, w += 4) {
      a += weight[w] * x[i];
      b += weight[w + 1] * x[i + 1];
      c += weight[w + 2] * x[i + 2];
      d += weight[w + 3] * x[i + 3];
    }
    for (; i < inputs; i++, w++) a += weight[w] * x[i];
    y[o] = a + b + c + d;
  }
}

function decoderOf(values, sizes) {
  const layers = [];
  let place = 0;
  const next = (count) => values.subarray(place, (place += count));
  for (let i = 1; i < sizes.length; i++) layers.push({ weight: next(sizes[i - 1] * sizes[i]), bias: next(sizes[i]) });
  return new Decoder(layers);
}

/** Draw H·W values of 0 … 1 into a canvas's pixels, paper to ink, one pixel each; scale it up with `image-rendering: pixelated`. */
function paintPicture(canvas, values, width, theme) {
  const height = values.length / width;
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext("2d", { alpha: false });
  if (canvas.inkOf !== `${theme.paper},${theme.ink}`) {
    canvas.inkOf = `${theme.paper},${theme.ink}`;
    canvas.shades = ramp(theme.paper, theme.ink, 256);
    canvas.image = context.createImageData(width, height);
  }
  const pixels = new Uint32Array(canvas.image.data.buffer);
  for (let i = 0; i < values.length; i++) pixels[i] = canvas.shades[Math.round(255 * clamp(values[i], 0, 1))];
  context.putImageData(canvas.image, 0, 0);
}
