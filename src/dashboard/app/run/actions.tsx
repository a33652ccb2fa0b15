/** What can be done to a run, each after a question. */

import { useState } from 'preact/hooks';
import { counted } from '../../../shared/page/text.ts';
import type { Acted, LedgerState, RunRow } from '../../contract.ts';
import { hasFields, post, session } from '../api.ts';
import { Confirmation } from '../parts/confirmation.tsx';

type ActionName = 'pause' | 'resume' | 'cancel' | 'retry-failed';

interface ActionTexts {
  verb: string;
  title: string;
  text: string;
  from: readonly LedgerState[];
}

const actions: Readonly<Record<ActionName, ActionTexts>> = {
  pause: {
    verb: 'Pause',
    title: 'Pause this run?',
    text: 'No further shard is begun. Shards under way are finished and kept; it goes on with Resume.',
    from: ['planning', 'running'],
  },
  resume: {
    verb: 'Resume',
    title: 'Go on with this run?',
    text: 'Workers take its shards again.',
    from: ['paused', 'failed'],
  },
  cancel: {
    verb: 'Cancel the run',
    title: 'Cancel this run for good?',
    text: 'Its shards leave the queue, and it cannot be resumed. What it has written stays.',
    from: ['planning', 'running', 'paused', 'failed'],
  },
  'retry-failed': {
    verb: 'Retry failed images',
    title: 'Do failed images again?',
    text: 'The shards that hold them are done again as a whole, and shards that were given up as well.',
    from: ['running', 'failed', 'complete', 'paused'],
  },
};

export function Actions({ row }: { row: RunRow }) {
  const [asked, setAsked] = useState<ActionName | null>(null);
  const [done, setDone] = useState<string | null>(null);
  const known = session.value;
  if (known === null || known === 'sign-in' || known.readOnly) return null;
  const possible = Object.entries(actions).filter(
    ([name, { from }]) => from.includes(row.state) && (name !== 'retry-failed' || row.quarantined + row.missing > 0),
  );
  return (
    <>
      {possible.length > 0 && (
        <div class="buttons">
          {possible.map(([name, { verb }]) => (
            <button key={name} type="button" onClick={() => isAction(name) && setAsked(name)}>
              {verb}
            </button>
          ))}
        </div>
      )}
      {done !== null && (
        <p class="done" role="status">
          {done}
        </p>
      )}
      {asked !== null && (
        <ActionDialog
          name={asked}
          row={row}
          onClose={(result) => {
            setAsked(null);
            if (result !== null) setDone(result);
          }}
        />
      )}
    </>
  );
}

interface ActionDialogProps {
  name: ActionName;
  row: RunRow;
  onClose: (done: string | null) => void;
}

function ActionDialog({ name, row, onClose }: ActionDialogProps) {
  const { title, text, verb } = actions[name];
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const act = async () => {
    const path = `api/runs/${encodeURIComponent(row.run)}/${name}`;
    const { message, warning } = await post(path, name === 'retry-failed' ? { codes } : {}, isActed);
    return warning === null ? message : `${message} ${warning}`;
  };
  return (
    <Confirmation title={title} verb={verb} onConfirm={act} onClose={onClose}>
      <p class="key">
        <b>{row.run}</b>
      </p>
      <p>{text}</p>
      {name === 'retry-failed' && <CodeChoice failures={row.failures} codes={codes} onChange={setCodes} />}
    </Confirmation>
  );
}

interface CodeChoiceProps {
  failures: RunRow['failures'];
  /** Null: those that can be gone although the file is the same. */
  codes: readonly string[] | null;
  onChange: (codes: readonly string[] | null) => void;
}

function CodeChoice({ failures, codes, onChange }: CodeChoiceProps) {
  const toggled = (code: string, on: boolean) => [
    ...(codes ?? []).filter((name) => name !== code),
    ...(on ? [code] : []),
  ];
  return (
    <fieldset class="code-choice">
      <legend>Which</legend>
      <label class="check">
        <input type="radio" name="codes" checked={codes === null} onChange={() => onChange(null)} />
        those whose reason lies outside the file
      </label>
      <label class="check">
        <input type="radio" name="codes" checked={codes !== null} onChange={() => onChange(Object.keys(failures))} />
        these reasons, once the files are replaced
      </label>
      {codes !== null &&
        Object.entries(failures).map(([code, images]) => (
          <label class="check inner" key={code}>
            <input
              type="checkbox"
              checked={codes.includes(code)}
              onChange={({ currentTarget }) => onChange(toggled(code, currentTarget.checked))}
            />
            <span>
              <code>{code}</code> {counted(images, 'image')}
            </span>
          </label>
        ))}
    </fieldset>
  );
}

function isAction(name: string): name is ActionName {
  return Object.hasOwn(actions, name);
}

function isActed(answer: unknown): answer is Acted {
  return hasFields(answer, 'message', 'warning');
}
