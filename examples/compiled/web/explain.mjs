/** The class of pictures and their map, with onnxruntime-web, in a browser and in Node. */

/**
 * @param {typeof import('onnxruntime-web')} ort
 * @param {ArrayBuffer | Uint8Array} model the compiled file
 * @param {Uint8Array} pixels `[N, height, width, 3]`
 * @param {string} provider `wasm` or `webgpu`
 */
export async function explain(ort, model, pixels, provider) {
  const session = await ort.InferenceSession.create(new Uint8Array(model), { executionProviders: [provider] });
  const [, height, width] = session.inputMetadata[0].shape;
  const pictures = new ort.Tensor('uint8', pixels, [pixels.length / (height * width * 3), height, width, 3]);
  const name = session.outputNames.find((each) => each.startsWith('map/'));
  const results = await session.run({ pixels: pictures });
  const scores = results.scores.data.subarray(0, results.scores.dims[1]);
  const score = Math.max(...scores);
  return { class: scores.indexOf(score), score, maps: results[name].data };
}
