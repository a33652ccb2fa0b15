/** What the dashboard's server tells its page. Times are milliseconds since 1970, by the clock of Redis. */

import type { Failure, LedgerState } from '../shared/ledger/contract.ts';

export type { Failure, LedgerState };

/** One run in the list. */
export interface RunRow {
  run: string;
  state: LedgerState;
  /** Why a `failed` run stopped. */
  reason: { code: string; message: string } | null;
  output: string;
  created: number;
  /** Null while it goes. */
  finished: number | null;
  /** Images; null while the input is being listed. */
  expected: number | null;
  done: number;
  quarantined: number;
  /** In shards that were given up. */
  missing: number;
  labelled: number;
  correct: number;
  /** Null while the input is being listed. */
  shards: number | null;
  settledShards: number;
  shardsUnderWay: number;
  shardsWaiting: number;
  givenUpShards: number;
  /** Of workers that died in a shard. */
  crashes: number;
  /** Quarantined images by code. */
  failures: Record<string, number>;
  /** Workers that committed images of it or said that they are alive. */
  workers: number;
  imagesPerSecond: number;
  secondsLeft: number | null;
}

export interface WorkerRow {
  name: string;
  run: string;
  /** Images that it committed in that run. */
  images: number;
  imagesPerSecond: number;
  lastSeen: number;
  /** Execution provider; null where it has not said so. */
  provider: string | null;
  /** Longest time that its event loop was held up, in milliseconds; null where it has not said so. */
  longestLoopDelay: number | null;
}

/** When a span of time began, and images a second in it. */
export type RatePoint = readonly [time: number, imagesPerSecond: number];

/** All that the page shows of one run beyond its row. */
export interface RunDetail {
  run: string;
  workers: WorkerRow[];
  /** Newest first. */
  latestFailures: Failure[];
  throughput: RatePoint[];
}

/** Something that happened to a run that was started here. */
export interface Notice {
  id: number;
  run: string | null;
  kind: 'notice' | 'warning' | 'problem';
  message: string;
}

/** Events of `/api/events`, by name. Each but `tick` is sent at the start, and again when it has changed. */
export interface DashboardEvents {
  /** Runs that are new or have changed since the last event, and those that are gone. */
  runs: { changed: RunRow[]; gone: string[] };
  /** Of all runs, over the last hour. */
  fleet: { throughput: RatePoint[] };
  /** Of runs that have not ended; only for clients that asked for workers. */
  workers: WorkerRow[];
  /** Of the run that the client asked for; null when Redis does not know it. */
  detail: RunDetail | null;
  notices: Notice[];
  /** Why what is shown may be old; null when it is not. */
  problem: string | null;
  /** With each look at Redis: its time. */
  tick: number;
}

/** Answer of `/api/session`. */
export interface Session {
  /** Goes with every request that changes something, in the header `X-Gradline-CSRF`. */
  csrf: string;
  /** Whether nothing can be changed here. */
  readOnly: boolean;
  /** Whether there is a token, so that one can sign out. */
  hasToken: boolean;
  /** Address of Redis without user and password. */
  redis: string;
  version: string;
}

export interface RunOutput {
  /** Address of the report's page below this server; null when there is no report yet. */
  report: string | null;
  /** Why the output cannot be read from here. */
  problem: string | null;
}

/** What an action did, in a sentence. */
export interface Acted {
  message: string;
  warning: string | null;
}

/** A setting of a run, for the form. */
export interface FormSetting {
  name: string;
  help: string;
  /** What is done where nothing is given; empty when the help says it. */
  usual: string;
  /** What its value is called, such as `<n>`; null where it is on or off. */
  value: string | null;
  /** Whether it is on where nothing is given; null where it has a value. */
  on: boolean | null;
  /** All values that it can have; null where there are others. */
  choices: string[] | null;
  required: boolean;
}

export interface FormGroup {
  name: string;
  settings: FormSetting[];
}

export interface Started {
  run: string;
  /** Whether an earlier start had begun it. */
  resumed: boolean;
}

export interface ScheduleRow {
  name: string;
  cron: string;
  timeZone: string;
  missed: 'catch-up' | 'skip';
  overlap: 'skip' | 'wait';
  output: string;
  next: number | null;
  latest: { run: string; state: LedgerState | null } | null;
  /** Newest first. */
  history: { event: string; run: string; due: number; at: number; reason: string | null }[];
}
