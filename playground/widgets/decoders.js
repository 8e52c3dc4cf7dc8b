// Keeps the decoder of a small model for the canvases of this page: it is sent once, however often they are sent a trace.

export default function (component) {
  const { meta, arrays } = unpack(component.data);
  globalThis.pgDecoders ??= new Map();
  globalThis.pgDecoders.set(meta.decoder, decoderOf(arrays.weights, arrays.sizes));
  component.parentElement.querySelector(".pg-decoder").dataset.decoder = meta.decoder;
}
