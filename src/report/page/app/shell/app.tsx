import { useLayoutEffect, useRef } from 'preact/hooks';
import { useReport } from '../report-context.ts';
import { linkToView, route } from '../route.ts';
import { helpOpen, KeyHelp } from './key-help.tsx';
import { useKeys } from './keys.ts';
import { useScrollMemory } from './scroll-memory.ts';
import { ThemeSwitch } from './theme.tsx';
import { changesView, imageView, views } from './views.ts';

export function App() {
  const { findings, changes } = useReport();
  const inBar = changes ? [...views, changesView] : views;
  const { view, item, params } = route.value;
  const shown = [...views, changesView, imageView].find(({ path }) => path === view) ?? views[0];
  const main = useRef<HTMLElement>(null);
  const place = `${view}/${item}`;
  const isFirst = useRef(true);

  useScrollMemory();
  useLayoutEffect(() => {
    const title = main.current?.querySelector('h1');
    document.title = `${title?.textContent ?? shown?.name}: ${findings.run}, Gradline`;
    // A reader with a screen reader hears the new view; at the start the browser reads the page itself.
    if (!isFirst.current && !main.current?.contains(document.activeElement)) title?.focus({ preventScroll: true });
    isFirst.current = false;
    showCurrentLink();
  }, [place, params.get('key')]);

  const numbered = inBar.slice(0, 9).map(({ path }, at): [string, () => void] => [
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
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <header class="site-head">
        <a class="brand" href={linkToView('overview')}>
          Gradline
        </a>
        <nav aria-label="Views">
          <ul>
            {inBar.map(({ path, name }) => (
              <li key={path}>
                <a href={linkToView(path)} aria-current={isCurrent(path, view) ? 'page' : undefined}>
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
      <main id="main" ref={main} tabIndex={-1}>
        <Shown key={place} />
      </main>
      <KeyHelp />
    </>
  );
}

/** An opened image belongs to the gallery. */
function isCurrent(path: string, view: string): boolean {
  return path === view || (path === 'images' && view === imageView.path);
}

/** On a narrow screen the bar of views is wider than its place. */
function showCurrentLink(): void {
  const link = document.querySelector<HTMLElement>('.site-head nav [aria-current]');
  const bar = link?.closest('nav');
  if (!link || !bar) return;
  const [outer, inner] = [bar.getBoundingClientRect(), link.getBoundingClientRect()];
  bar.scrollLeft += Math.max(0, inner.right - outer.right) - Math.max(0, outer.left - inner.left);
}
