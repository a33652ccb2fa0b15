import { type RetryPolicy, retryTransient } from '../../../shared/store/retry.ts';
import type { Store } from '../../../shared/store/store.ts';

export interface OutputFile {
  /** Key relative to the output root. */
  key: string;
  body: Buffer | string;
  contentType: string;
}

export async function putFile(file: OutputFile, output: Store, retries: RetryPolicy): Promise<void> {
  await retryTransient(() => output.put(file.key, file.body, file.contentType), retries);
}
