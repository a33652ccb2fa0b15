/** Numbers that say what they are. */

import type { ComponentChildren } from 'preact';

interface StatProps {
  name: string;
  /** What the number means, in a sentence or two. */
  meaning: string;
  children: ComponentChildren;
  tone?: 'wrong' | 'right' | 'suspected' | undefined;
}

/** A number with its name; opening the name explains it. */
export function Stat({ name, meaning, children, tone }: StatProps) {
  return (
    <div class={`stat ${tone ?? ''}`}>
      <div class="stat-value">{children}</div>
      <Explained name={name} meaning={meaning} />
    </div>
  );
}

/** A term that opens to its explanation; the explanation is a tooltip as well. */
export function Explained({ name, meaning }: { name: string; meaning: string }) {
  return (
    <details class="explained">
      <summary title={meaning}>{name}</summary>
      <p>{meaning}</p>
    </details>
  );
}

/** Explains the columns of a table, below it. */
export function Legend({ terms }: { terms: readonly { name: string; meaning: string }[] }) {
  return (
    <details class="legend">
      <summary>What the numbers mean</summary>
      <dl>
        {terms.map(({ name, meaning }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
