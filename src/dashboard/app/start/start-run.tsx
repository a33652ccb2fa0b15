import { useEffect, useRef, useState } from 'preact/hooks';
import { linkToView } from '../../../shared/page/route.ts';
import type { FormGroup, Started } from '../../contract.ts';
import { get, hasFields, post, RefusedError, session } from '../api.ts';
import { SettingField } from './setting-field.tsx';

type Values = Readonly<Record<string, string>>;

interface Refusal {
  message: string;
  setting: string | null;
}

/** A form with every setting that a run of the fleet can have. */
export function StartRun() {
  const [groups, setGroups] = useState<readonly FormGroup[] | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  useEffect(() => {
    get('api/form', isFormGroups).then(setGroups, (error: Error) =>
      setRefusal({ message: error.message, setting: null }),
    );
  }, []);
  const known = session.value;
  const readOnly = known === null || known === 'sign-in' || known.readOnly;
  return (
    <>
      <header class="view-head">
        <h1 tabIndex={-1}>Start a run</h1>
        <p class="muted">
          As gradline enqueue does: the model is opened and the places are tried first. Paths are of the machine that
          the dashboard runs on, and have to mean the same to every worker; s3:// addresses do.
        </p>
      </header>
      {readOnly ? (
        <p class="nothing">This dashboard only shows: it was started with --read-only.</p>
      ) : groups === null ? (
        <p class="loading">{refusal?.message ?? 'Loading the form.'}</p>
      ) : (
        <RunForm groups={groups} />
      )}
    </>
  );
}

function RunForm({ groups }: { groups: readonly FormGroup[] }) {
  const [values, setValues] = useState<Values>({});
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);

  useEffect(() => {
    const field = refusal?.setting ? form.current?.querySelector(`[name="${CSS.escape(refusal.setting)}"]`) : null;
    if (!(field instanceof HTMLElement)) return;
    const folded = field.closest('details');
    if (folded) folded.open = true;
    field.focus();
  }, [refusal]);

  const start = async () => {
    setBusy(true);
    setRefusal(null);
    const { run = '', ...settings } = values;
    try {
      const started = await post('api/runs', { settings: given(groups, settings), run: run.trim() || null }, isStarted);
      location.hash = linkToView(`run/${encodeURIComponent(started.run)}`);
    } catch (error) {
      const setting = error instanceof RefusedError ? (error.setting ?? null) : null;
      setRefusal({ message: error instanceof Error ? error.message : String(error), setting });
      setBusy(false);
    }
  };
  const set = (name: string) => (value: string) => setValues((before) => ({ ...before, [name]: value }));
  const refusalOf = (name: string) => (refusal?.setting === name ? refusal.message : null);
  const [first, ...others] = groups;
  const fieldsOf = (group: FormGroup) =>
    group.settings.map((setting) => (
      <SettingField
        key={setting.name}
        setting={setting}
        value={values[setting.name] ?? ''}
        refusal={refusalOf(setting.name)}
        onChange={set(setting.name)}
      />
    ));
  return (
    <form
      ref={form}
      class="start"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void start();
      }}
    >
      {refusal !== null && (
        <p class="refusal" role="alert">
          {refusal.message}
        </p>
      )}
      <section class="card" aria-label={first?.name}>
        <div class="setting-grid">
          {first && fieldsOf(first)}
          <SettingField
            setting={{
              name: 'run',
              help: 'name of the run',
              usual: 'that of the run in the output, else a new one',
              ...{ value: '<id>', on: null, choices: null, required: false },
            }}
            value={values.run ?? ''}
            refusal={refusalOf('run')}
            onChange={set('run')}
          />
        </div>
      </section>
      {others.map((group) => (
        <details class="card" key={group.name}>
          <summary>
            <h2>{group.name}</h2> <span class="muted">{changedText(group, values)}</span>
          </summary>
          <div class="setting-grid">{fieldsOf(group)}</div>
        </details>
      ))}
      <div class="buttons">
        <button type="submit" class="primary" disabled={busy}>
          {busy ? 'Trying the model and the places…' : 'Start the run'}
        </button>
      </div>
    </form>
  );
}

/** What was filled in; a switch as true or false. */
function given(groups: readonly FormGroup[], values: Values): Record<string, string | boolean> {
  const switches = new Set(
    groups.flatMap(({ settings }) => settings.filter(({ on }) => on !== null).map(({ name }) => name)),
  );
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value.trim() !== '')
      .map(([name, value]) => [name, switches.has(name) ? value === 'on' : value.trim()]),
  );
}

function changedText({ settings }: FormGroup, values: Values): string {
  const changed = settings.filter(({ name }) => (values[name] ?? '') !== '');
  return changed.map(({ name }) => name).join(', ');
}

function isFormGroups(answer: unknown): answer is FormGroup[] {
  return Array.isArray(answer) && answer.every((group) => hasFields(group, 'name', 'settings'));
}

function isStarted(answer: unknown): answer is Started {
  return hasFields(answer, 'run', 'resumed');
}
