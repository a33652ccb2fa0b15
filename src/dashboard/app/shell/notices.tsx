import { linkToView } from '../../../shared/page/route.ts';
import { tell } from '../api.ts';
import { notices } from '../live.ts';

const kinds = { notice: 'Note', warning: 'Warning', problem: 'Problem' } as const;

/** What happened to runs that were started from here. */
export function Notices() {
  if (notices.value.length === 0) return null;
  return (
    <section class="told" aria-label="Messages about runs that were started here">
      <ul>
        {notices.value.map(({ id, run, kind, message }) => (
          <li key={id} class={`told-${kind}`}>
            <p>
              <b>{kinds[kind]}</b>
              {run !== null && (
                <>
                  {', '}
                  <a href={linkToView(`run/${encodeURIComponent(run)}`)}>{run}</a>
                </>
              )}
              : {message}
            </p>
            <button
              type="button"
              class="quiet"
              aria-label={`Remove this message: ${message}`}
              onClick={() => void tell('api/notices', { id }).catch(() => undefined)}
            >
              Remove
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
