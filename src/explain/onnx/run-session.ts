/** Running a session, with its failures in words. */

import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { UserError } from '../user-error.ts';

/** How ONNX Runtime says that a node cannot compute what it is given. */
const failedNode = /Non-zero status code returned while running (\S+) node\. Name:'([^']*)' Status Message: (.*)/s;

/** What the inputs beside the picture are given, by name; undefined where it is too much to say. */
export type OtherInputs = ReadonlyMap<string, readonly number[] | undefined>;

const mostShown = 8;

/**
 * @param others with values that may be the reason for a failure
 * @throws UserError `wrong-input-value` where a node fails and there are others, else `session-failed`
 */
export async function runSession(
  session: InferenceSession,
  feeds: Readonly<Record<string, Tensor>>,
  others: OtherInputs = new Map(),
): Promise<InferenceSession.OnnxValueMapType> {
  try {
    return await session.run(feeds);
  } catch (cause) {
    throw runError(cause, others);
  }
}

/** What a session threw, as an error that names the node and, where they may be at fault, the inputs. */
export function runError(cause: unknown, others: OtherInputs): UserError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const [, operator, name = '', status = ''] = failedNode.exec(reason) ?? [];
  const node = name === '' ? `a node ${operator}` : `node '${name}' (${operator})`;
  const what = operator === undefined ? reason : `${node} fails: ${status.trim()}`;
  if (operator === undefined || others.size === 0) {
    return new UserError('session-failed', `ONNX Runtime could not run the model: ${what}`, { cause });
  }
  return new UserError(
    'wrong-input-value',
    `The model cannot be computed with what ${given(others)} given: ${what}. Give other values there.`,
    { cause },
  );
}

/** That the reason for a failure may lie with the values of other inputs. */
export function doubtOf(others: OtherInputs): string {
  return `What ${given(others)} given may be the reason.`;
}

/** `its input 'site' (99) is`. */
function given(others: OtherInputs): string {
  const inputs = [...others].map(([name, values]) => `'${name}'${values === undefined ? '' : ` (${shown(values)})`}`);
  return `its input${inputs.length === 1 ? '' : 's'} ${inputs.join(', ')} ${inputs.length === 1 ? 'is' : 'are'}`;
}

function shown(values: readonly number[]): string {
  return values.length <= mostShown ? values.join(', ') : `${values.slice(0, mostShown).join(', ')}, ...`;
}
