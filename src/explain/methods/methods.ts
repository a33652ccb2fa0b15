/** The map methods by the names that users write. */

import { didYouMean } from '../nearest-names.ts';
import { type GraphMethodName, type MethodName, methodNames, type RepeatedMethodName } from '../options.ts';
import { UserError } from '../user-error.ts';
import { cam } from './cam.ts';
import { eigenCam } from './eigen-cam.ts';
import { eigenGradCam } from './eigen-grad-cam.ts';
import { elementwiseGradCam } from './elementwise-grad-cam.ts';
import { finerCam } from './finer-cam.ts';
import { fullGrad } from './fullgrad.ts';
import { gradCam } from './grad-cam.ts';
import { gradCamPlusPlus } from './grad-cam-plus-plus.ts';
import { guidedBackprop } from './guided-backprop.ts';
import { guidedGradCam } from './guided-grad-cam.ts';
import { hiResCam } from './hirescam.ts';
import { inputGradients } from './input-gradients.ts';
import { layerCam } from './layercam.ts';
import type { Method } from './method.ts';
import { ablationCam } from './repeated/ablation-cam.ts';
import { integratedGradients } from './repeated/integrated-gradients.ts';
import type { RepeatedMethod } from './repeated/probe.ts';
import { reciproCam } from './repeated/reciprocam.ts';
import { scoreCam } from './repeated/score-cam.ts';
import { smoothGrad } from './repeated/smoothgrad.ts';
import { xGradCam } from './xgrad-cam.ts';

/** Methods that are part of the graph. */
export const graphMethods: Record<GraphMethodName, Method> = {
  cam,
  'grad-cam': gradCam,
  'grad-cam++': gradCamPlusPlus,
  'xgrad-cam': xGradCam,
  hirescam: hiResCam,
  layercam: layerCam,
  'elementwise-grad-cam': elementwiseGradCam,
  'eigen-cam': eigenCam,
  'eigen-grad-cam': eigenGradCam,
  'finer-cam': finerCam,
  'input-gradients': inputGradients,
  'guided-backprop': guidedBackprop,
  'guided-grad-cam': guidedGradCam,
  fullgrad: fullGrad,
};

/** Methods that run the model several times. */
export const repeatedMethods: Record<RepeatedMethodName, RepeatedMethod> = {
  'score-cam': scoreCam,
  'ablation-cam': ablationCam,
  reciprocam: reciproCam,
  'integrated-gradients': integratedGradients,
  smoothgrad: smoothGrad,
};

/**
 * The methods of either kind, in the order given.
 * @throws UserError `unknown-method`
 */
export function sortMethods(names: readonly MethodName[]): {
  graph: GraphMethodName[];
  repeated: RepeatedMethodName[];
} {
  for (const name of names) {
    if (methodNames.includes(name)) continue;
    throw new UserError(
      'unknown-method',
      `There is no method '${name}'.${didYouMean(name, methodNames)} Known: ${methodNames.join(', ')}.`,
    );
  }
  const isGraph = (name: MethodName): name is GraphMethodName => name in graphMethods;
  const isRepeated = (name: MethodName): name is RepeatedMethodName => name in repeatedMethods;
  return { graph: names.filter(isGraph), repeated: names.filter(isRepeated) };
}
