/** What stands around the view of every page: the bar, its tools, and the keys that lead from view to view. */

import type { ComponentChildren, ComponentType } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { linkToView, route } from '../route.ts';
import { helpOpen, type KeyGroup, KeyHelp } from './key-help.tsx';
import { useKeys } from './keys.ts';
import { useScrollMemory } from './scroll-memory.ts';
import { ThemeSwitch } from './theme.tsx';

export interface View {
  path: string;
  name: string;
  component: ComponentType;
  /** The view of the bar that one outside the bar belongs to. */
  within?: string;
}

interface ShellProps {
  /** In the order of the bar. The first is shown where the address names none. */
  bar: readonly View[];
  /** Further views that an address may name. */
  others?: readonly View[];
  /** Stands in the window's title behind that of the view. */
  title: string;
  /** The page's own keys. */
  keys?: readonly KeyGroup[];
  /** Stands between the bar and the view. */
  children?: ComponentChildren;
}

export function Shell({ bar, others = [], title, keys = [], children }: ShellProps) {
  const { view, item, params } = route.value;
  const shown = [...bar, ...others].find(({ path }) => path === view) ?? bar[0];
  const main = useRef<HTMLElement>(null);
  const place = `${shown?.path}/${item}`;
  const isFirst = useRef(true);

  useScrollMemory();
  useLayoutEffect(() => {
    const heading = main.current?.querySelector('h1');
    document.title = `${heading?.textContent ?? shown?.name}: ${title}`;
    // A reader with a screen reader hears the new view; at the start the browser reads the page itself.
    if (!isFirst.current && !main.current?.contains(document.activeElement)) heading?.focus({ preventScroll: true });
    isFirst.current = false;
    showCurrentLink();
  }, [place, params.get('key'), title]);

  const numbered = bar.slice(0, 9).map(({ path }, at): [string, () => void] => [
    String(at + 1),
    () => {
      location.hash = linkToView(path);
    },
  ]);
  useKeys({
    ...Object.fromEntries(numbered),
    '?': () => {
      helpOpen.value = true;
    },
    '/': () => main.current?.querySelector<HTMLElement>('[data-search]')?.focus(),
  });

  if (!shown) return null;
  const Shown = shown.component;
  const current = shown.within ?? shown.path;
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <header class="site-head">
        <a class="brand" href={linkToView(bar[0]?.path ?? '')}>
          Gradline
        </a>
        <nav aria-label="Views">
          <ul>
            {bar.map(({ path, name }) => (
              <li key={path}>
                <a href={linkToView(path)} aria-current={path === current ? 'page' : undefined}>
                  {name}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <div class="site-tools">
          <ThemeSwitch />
          <button
            type="button"
            class="help"
            aria-label="Keys"
            title="Keys (?)"
            onClick={() => {
              helpOpen.value = true;
            }}
          >
            ?
          </button>
        </div>
      </header>
      {children}
      <main id="main" ref={main} tabIndex={-1}>
        <Shown key={place} />
      </main>
      <KeyHelp groups={keys} />
    </>
  );
}

/** On a narrow screen the bar of views is wider than its place. */
function showCurrentLink(): void {
  const link = document.querySelector<HTMLElement>('.site-head nav [aria-current]');
  const bar = link?.closest('nav');
  if (!link || !bar) return;
  const [outer, inner] = [bar.getBoundingClientRect(), link.getBoundingClientRect()];
  bar.scrollLeft += Math.max(0, inner.right - outer.right) - Math.max(0, outer.left - inner.left);
}
