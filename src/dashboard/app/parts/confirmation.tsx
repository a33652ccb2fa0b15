/** Asks before something is done, and says what became of it. */

import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

interface ConfirmationProps {
  title: string;
  /** What the button says that does it. */
  verb: string;
  /** What it will do, and further choices. */
  children: ComponentChildren;
  /** Resolves with what was done. */
  onConfirm: () => Promise<string>;
  onClose: (done: string | null) => void;
}

export function Confirmation({ title, verb, children, onConfirm, onClose }: ConfirmationProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const done = useRef<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const confirm = async () => {
    setBusy(true);
    setRefusal(null);
    try {
      done.current = await onConfirm();
      dialog.current?.close();
    } catch (error) {
      setRefusal(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  };
  return (
    <dialog ref={dialog} aria-labelledby="confirmation-title" onClose={() => onClose(done.current)}>
      <h2 id="confirmation-title">{title}</h2>
      <div class="confirmation-text">{children}</div>
      {refusal !== null && (
        <p class="refusal" role="alert">
          {refusal}
        </p>
      )}
      <div class="buttons">
        <button type="button" class="primary" disabled={busy} onClick={() => void confirm()}>
          {busy ? 'Working…' : verb}
        </button>
        <button type="button" onClick={() => dialog.current?.close()}>
          Keep it as it is
        </button>
      </div>
    </dialog>
  );
}
