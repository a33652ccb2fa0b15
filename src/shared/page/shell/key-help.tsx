import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { setSingleKeys, singleKeys } from './keys.ts';

export const helpOpen = signal(false);

/** Keys of one place, and what each does. */
export interface KeyGroup {
  name: string;
  keys: readonly (readonly [key: string, what: string])[];
}

const everywhere: KeyGroup = {
  name: 'Everywhere',
  keys: [
    ['1, 2, 3, …', 'the views, in the order of the bar'],
    ['/', 'to the search field'],
    ['?', 'these keys'],
  ],
};

/** @param groups the page's own, after those of every page */
export function KeyHelp({ groups }: { groups: readonly KeyGroup[] }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (helpOpen.value) dialog.current?.showModal();
  }, [helpOpen.value]);
  return (
    <dialog ref={dialog} aria-labelledby="keys-title" onClose={() => (helpOpen.value = false)}>
      <h2 id="keys-title">Keys</h2>
      {[everywhere, ...groups].map(({ name, keys }) => (
        <section key={name}>
          <h3>{name}</h3>
          <dl class="keys">
            {keys.map(([key, what]) => (
              <div key={key}>
                <dt>
                  <kbd>{key}</kbd>
                </dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      <label class="check">
        <input
          type="checkbox"
          checked={singleKeys.value}
          onChange={(event) => setSingleKeys(event.currentTarget.checked)}
        />
        Single letters and signs work as keys
      </label>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}
