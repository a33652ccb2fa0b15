import { useEffect, useState } from 'preact/hooks';
import type { RunOutput, RunRow } from '../../contract.ts';
import { get, hasFields } from '../api.ts';

/** Where the run wrote, and its report once there is one. */
export function Output({ row: { run, state, output } }: { row: RunRow }) {
  const [found, setFound] = useState<RunOutput | null>(null);
  useEffect(() => {
    let isCurrent = true;
    get(`api/runs/${encodeURIComponent(run)}/output`, isRunOutput).then(
      (answer) => isCurrent && setFound(answer),
      (error: Error) => isCurrent && setFound({ report: null, problem: error.message }),
    );
    return () => {
      isCurrent = false;
    };
  }, [run, state]);
  return (
    <section aria-label="Results">
      <h2>Results</h2>
      <p class="key">
        <code>{output}</code>
      </p>
      {found?.report && (
        <p>
          <a class="button primary" href={found.report} target="_blank" rel="noreferrer">
            Open the report
          </a>
        </p>
      )}
      {found !== null && found.report === null && found.problem === null && (
        <p class="muted">
          {state === 'complete' ? 'There is no report: gradline report makes one.' : 'The report is made at the end.'}
        </p>
      )}
      {found?.problem && <p class="muted key">{found.problem}</p>}
    </section>
  );
}

function isRunOutput(answer: unknown): answer is RunOutput {
  return hasFields(answer, 'report', 'problem');
}
