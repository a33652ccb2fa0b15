import { readModel } from '../onnx/model-file.ts';
import type { CompiledDescription } from './description.ts';

/**
 * What a file that `compileModel` wrote says of itself.
 * @throws UserError `not-compiled` for a file that Gradline did not write, or in a form that this version does not know; and as for any model
 */
export async function readCompiledModel(file: string): Promise<CompiledDescription> {
  const [{ descriptionIn }, model] = await Promise.all([import('./description.ts'), readModel(file)]);
  return descriptionIn(model, file);
}
