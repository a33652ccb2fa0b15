// node where-it-looked.mjs <model.onnx> <layer> <image>: the predicted class, and the place in the image that speaks for it most.
import { Explainer } from 'gradline';
import sharp from 'sharp';

const [model, layer, image] = process.argv.slice(2);
if (image === undefined) {
  console.error(
    'Usage: node where-it-looked.mjs <model.onnx> <layer> <image>. `gradline layers <model.onnx>` lists the layers.',
  );
  process.exit(2);
}

const explainer = await Explainer.open({ model, layers: [layer], methods: ['grad-cam'], batchSize: 1 });
const { width, height } = explainer.input;

// As torchvision's models want their input: [3, height, width], normalised by the means and deviations of ImageNet.
const mean = [0.485, 0.456, 0.406];
const deviation = [0.229, 0.224, 0.225];
const rgb = await sharp(image)
  .resize(width, height, { fit: 'fill' })
  .removeAlpha()
  .toColourspace('srgb')
  .raw()
  .toBuffer();
const cells = width * height;
const pixels = new Float32Array(3 * cells);
for (let channel = 0; channel < 3; channel++) {
  for (let cell = 0; cell < cells; cell++) {
    pixels[channel * cells + cell] = (rgb[cell * 3 + channel] / 255 - mean[channel]) / deviation[channel];
  }
}

const { scores, maps } = await explainer.explain(pixels, { count: 1 });
const [map] = maps;
const predicted = scores.indexOf(Math.max(...scores));
const peak = map.values.indexOf(Math.max(...map.values));
const [row, column] = [Math.floor(peak / map.width), peak % map.width];
console.log(`class ${predicted}, score ${scores[predicted].toFixed(3)}`);
console.log(`${layer} looked most at row ${row + 1} of ${map.height}, column ${column + 1} of ${map.width}`);
await explainer.close();
