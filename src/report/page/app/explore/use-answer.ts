import { useEffect, useState } from 'preact/hooks';
import type { ExplanationAnswer, ExplanationRequest } from '../../../../explore/contract.ts';
import { explain } from './server.ts';

interface Asked {
  /** The latest answer, which stays while the next one is waited for. */
  answer: ExplanationAnswer | null;
  /** What the answer is for. */
  request: ExplanationRequest | null;
  problem: string | null;
  waiting: boolean;
}

/** Keys that are held down change a request many times a second. */
const pause = 150;

/** The server's answer to a request, asked for again when it changes; null: nothing is to be asked. */
export function useAnswer(request: ExplanationRequest | null): Asked {
  const [asked, setAsked] = useState<Asked>({ answer: null, request: null, problem: null, waiting: true });
  const text = JSON.stringify(request);
  useEffect(() => {
    if (request === null) return;
    const gone = new AbortController();
    setAsked((before) => ({ ...before, waiting: true }));
    const timer = setTimeout(() => {
      explain(request, gone.signal).then(
        (answer) => setAsked({ answer, request, problem: null, waiting: false }),
        (error: Error) => {
          if (gone.signal.aborted) return;
          setAsked((before) => ({ ...before, problem: error.message, waiting: false }));
        },
      );
    }, pause);
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  }, [text]);
  return asked;
}
