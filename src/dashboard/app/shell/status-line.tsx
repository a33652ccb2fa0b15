import { openSession, session, tell } from '../api.ts';

/** Whether what is shown is of now, and of which fleet. */
export function StatusLine({ isLive, problem }: { isLive: boolean; problem: string | null }) {
  const known = session.value;
  if (known === null || known === 'sign-in') return null;
  return (
    <div class="status-line">
      <p role="status" class={problem === null && isLive ? 'live' : 'not-live'}>
        {problem ?? (isLive ? 'Live' : 'The dashboard does not answer: what is shown may be old. Trying again.')}
      </p>
      <p class="muted place">
        {known.redis} · Gradline {known.version}
        {known.readOnly && ' · read-only'}
      </p>
      <a href="queue" target="_blank" rel="noreferrer">
        The queue itself
      </a>
      {known.hasToken && (
        <button type="button" class="quiet" onClick={() => void tell('sign-out', {}).finally(openSession)}>
          Sign out
        </button>
      )}
    </div>
  );
}
