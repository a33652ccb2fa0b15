/** Loading data files, which hand over their content by a call. */

import { registrar } from '../page-data.ts';

const received = new Map<string, object>();

/** What the data files call. @param onReport gets the content of `report.js` */
export function registerDataFiles(onReport: (content: object) => void): void {
  Object.assign(globalThis, {
    [registrar](name: string, content: object) {
      if (name === 'report') onReport(content);
      else received.set(name, content);
    },
  });
}

/**
 * By a classic script, because a page opened from disk may not fetch.
 * @param isContent tells whether it is what the name promises
 * @throws Error when the file is missing or holds something else
 */
export function loadDataFile<Content extends object>(
  name: string,
  isContent: (content: object) => content is Content,
): Promise<Content> {
  const script = document.createElement('script');
  script.src = `data/${name}.js`;
  return new Promise<Content>((resolve, reject) => {
    script.onload = () => {
      const content = received.get(name);
      received.delete(name);
      if (content && isContent(content)) resolve(content);
      else reject(new Error(`data/${name}.js is not a data file of this report.`));
    };
    script.onerror = () => reject(new Error(`data/${name}.js could not be loaded. Is the report's folder complete?`));
    document.head.append(script);
  }).finally(() => script.remove());
}
