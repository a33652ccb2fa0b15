import { useState } from 'preact/hooks';
import { Choice } from '../../../shared/page/parts/choice.tsx';
import { Progressive } from '../../../shared/page/parts/progressive.tsx';
import { count, counted } from '../../../shared/page/text.ts';
import type { Failure, RunRow } from '../../contract.ts';

interface FailuresProps {
  row: RunRow;
  /** Newest first. */
  latest: readonly Failure[];
}

/** Why images failed, and which were the latest. */
export function Failures({ row, latest }: FailuresProps) {
  const [code, setCode] = useState('');
  const codes = Object.entries(row.failures).sort(([, a], [, b]) => b - a);
  const total = row.quarantined + row.missing;
  if (total === 0) return null;
  const shown = latest.filter((failure) => code === '' || failure.code === code);
  return (
    <section aria-label="Failures">
      <h2>Failures</h2>
      <ul class="code-counts">
        {codes.map(([name, images]) => (
          <li key={name}>
            <code>{name}</code> {counted(images, 'image')}
          </li>
        ))}
        {row.missing > 0 && (
          <li>
            <code>given up</code> {counted(row.missing, 'image')} in {counted(row.givenUpShards, 'shard')}
          </li>
        )}
      </ul>
      <div class="toolbar">
        <Choice
          name="Reason"
          value={code}
          options={[
            { value: '', text: 'any' },
            ...codes.map(([value, images]) => ({ value, text: `${value} (${count(images)})` })),
          ]}
          onChange={setCode}
        />
        <p class="muted">
          The latest {count(shown.length)}
          {total > latest.length && `; the records have all ${count(total)}`}
        </p>
      </div>
      <Progressive items={shown} step={20} key={code}>
        {(failures) => (
          <ul class="failures">
            {failures.map((failure) => (
              <FailureCard
                run={row.run}
                failure={failure}
                key={`${failure.shard} ${failure.place} ${failure.code} ${failure.key}`}
              />
            ))}
          </ul>
        )}
      </Progressive>
    </section>
  );
}

function FailureCard({ run, failure }: { run: string; failure: Failure }) {
  const { key, shard, code, message } = failure;
  return (
    <li class="card failure">
      {key === null ? <div class="failed-picture none">shard {shard}</div> : <FailedPicture run={run} name={key} />}
      <div class="failure-text">
        <p class="key">
          <b>{key ?? `Shard ${shard}`}</b>
        </p>
        <p>
          <code>{code}</code>
        </p>
        <p class="muted key">{message}</p>
      </div>
    </li>
  );
}

/** As the browser shows it; many that failed cannot be shown. */
function FailedPicture({ run, name }: { run: string; name: string }) {
  const [isBroken, setBroken] = useState(false);
  if (isBroken) return <div class="failed-picture none">cannot be shown</div>;
  const address = `api/runs/${encodeURIComponent(run)}/picture?${new URLSearchParams({ key: name })}`;
  return <img class="failed-picture" src={address} alt="" loading="lazy" onError={() => setBroken(true)} />;
}
