import { inputName, TinyModel } from '../explain/tiny-model.ts';

/**
 * A quick network with the names and sizes that the pages' examples use of a ResNet-34: `layer1`, `layer4` of three blocks, an input of
 * `[N, 3, 224, 224]` and 1000 classes.
 */
export function resnetLike(): TinyModel {
  const model = new TinyModel();
  let x = model.input(['batch', 3, 224, 224], inputName);
  const block = (name: string, from: number, stride: number) => {
    x = model.conv(x, `/${name}/conv1/Conv`, from, 8, { strides: [stride, stride] });
    x = model.node('Relu', [x], { name: `/${name}/relu/Relu` });
  };
  block('layer1/layer1.0', 3, 8);
  block('layer4/layer4.0', 8, 4);
  block('layer4/layer4.1', 8, 1);
  block('layer4/layer4.2', 8, 1);
  return model.output(model.pooledHead(x, 8, 1000));
}
