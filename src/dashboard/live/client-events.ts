/** What one client has to be told, beyond what it was told before. */

import type { DashboardEvents, Notice, RunRow } from '../contract.ts';
import type { Snapshot } from './poller.ts';

export interface ClientEvent {
  event: keyof DashboardEvents;
  data: string;
}

interface Wanted {
  /** The run whose details are shown. */
  run: string | null;
  workers: boolean;
}

export class ClientEvents {
  readonly #wanted: Wanted;
  #rows: ReadonlyMap<string, RunRow> = new Map();
  readonly #told = new Map<keyof DashboardEvents, string>();

  constructor(wanted: Wanted) {
    this.#wanted = wanted;
  }

  of(snapshot: Snapshot, notices: readonly Notice[]): ClientEvent[] {
    const { run, workers } = this.#wanted;
    const changed = [...snapshot.rows.values()].filter((row) => this.#rows.get(row.run) !== row);
    const gone = [...this.#rows.keys()].filter((id) => !snapshot.rows.has(id));
    const isFirst = this.#told.size === 0;
    this.#rows = snapshot.rows;
    return [
      ...(isFirst || changed.length + gone.length > 0 ? [event('runs', { changed, gone })] : []),
      ...this.#ifNew('fleet', { throughput: [...snapshot.throughput] }),
      ...(workers ? this.#ifNew('workers', [...snapshot.workers]) : []),
      ...(run === null ? [] : this.#ifNew('detail', snapshot.details.get(run) ?? null)),
      ...this.#ifNew('notices', [...notices]),
      ...this.#ifNew('problem', snapshot.problem),
      event('tick', snapshot.time),
    ];
  }

  #ifNew<Name extends keyof DashboardEvents>(name: Name, content: DashboardEvents[Name]): ClientEvent[] {
    const made = event(name, content);
    if (this.#told.get(name) === made.data) return [];
    this.#told.set(name, made.data);
    return [made];
  }
}

function event<Name extends keyof DashboardEvents>(name: Name, content: DashboardEvents[Name]): ClientEvent {
  return { event: name, data: JSON.stringify(content) };
}
