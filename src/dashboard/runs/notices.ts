import type { Notice } from '../contract.ts';

const kept = 20;

/** The latest things that happened to runs which were started here. */
export class Notices {
  #list: readonly Notice[] = [];
  #next = 1;

  /** Newest first. */
  get list(): readonly Notice[] {
    return this.#list;
  }

  add(run: string | null, kind: Notice['kind'], message: string): void {
    if (this.#list.some((notice) => notice.run === run && notice.message === message)) return;
    this.#list = [{ id: this.#next, run, kind, message }, ...this.#list].slice(0, kept);
    this.#next += 1;
  }

  dismiss(id: number): void {
    this.#list = this.#list.filter((notice) => notice.id !== id);
  }
}
