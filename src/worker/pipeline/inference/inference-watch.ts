/** What is told of inference threads, for metrics and for whoever has to see that one is stuck. */

export interface WatchedThread {
  /** Seconds since its last sign of life while it has work; null: it waits for work. */
  silence(): number | null;
}

export interface InferenceWatch {
  /** @returns to be called when the thread ends */
  onThread(thread: WatchedThread): () => void;
  /** A batch of `images` in `places` was explained. */
  onBatch(batch: { images: number; places: number; seconds: number }): void;
}
