/** Images a second over time, from counts that are looked at again and again: the ledger itself knows two minutes. */

import type { RatePoint } from '../contract.ts';
import type { KeptSpans, KeptThroughput } from './kept-throughput.ts';

const shortestSpan = 10_000;
const mostSpans = 360;
const mostRuns = 200;
/** Of these what is kept stays below some 60 kB. */
const runsKept = 20;

/** Images in spans of equal length, one after the other. */
class Spans {
  /** Milliseconds. */
  #length = shortestSpan;
  /** Number of the first one: its beginning divided by the length. */
  #first: number | null = null;
  #images: number[] = [];
  readonly #whenFull: 'merge' | 'drop';

  /** @param whenFull pairs of spans become one, which keeps all of the time; or the oldest one goes */
  constructor(whenFull: 'merge' | 'drop', kept?: KeptSpans) {
    this.#whenFull = whenFull;
    if (kept === undefined) return;
    this.#length = Math.max(shortestSpan, kept.length);
    this.#first = kept.first;
    this.#images = kept.images.slice(-mostSpans);
  }

  kept(): KeptSpans {
    const images = this.#images.map((count) => Number(count.toPrecision(4)));
    return { length: this.#length, first: this.#first, images };
  }

  /** Spreads images evenly over the time in which they were done. */
  add(images: number, from: number, to: number): void {
    const whole = Math.max(1, to - from);
    for (let start = from; start < to; ) {
      const end = Math.min(to, (Math.floor(start / this.#length) + 1) * this.#length);
      this.#put(Math.floor(start / this.#length), (images * (end - start)) / whole);
      start = end;
    }
  }

  /** Those that are over at `now`. */
  points(now: number): RatePoint[] {
    const first = this.#first;
    if (first === null) return [];
    return this.#images.flatMap((images, place) => {
      const start = (first + place) * this.#length;
      const over = start + this.#length <= now;
      return over ? [[start, Number(((images * 1000) / this.#length).toPrecision(4))] as const] : [];
    });
  }

  #put(span: number, images: number): void {
    this.#first ??= span;
    if (this.#whenFull === 'drop' && span - this.#first >= 2 * mostSpans) {
      // After a time in which nobody looked, and of which nothing would stay.
      this.#first = span;
      this.#images = [];
    }
    const place = span - this.#first;
    if (place < 0) return;
    while (this.#images.length <= place) this.#images.push(0);
    this.#images[place] = (this.#images[place] ?? 0) + images;
    while (this.#images.length > mostSpans) this.#shorten(this.#first);
  }

  #shorten(first: number): void {
    if (this.#whenFull === 'drop') {
      this.#first = (this.#first ?? first) + 1;
      this.#images.shift();
      return;
    }
    const merged: number[] = [];
    this.#images.forEach((images, place) => {
      const at = Math.floor((first + place) / 2) - Math.floor(first / 2);
      merged[at] = (merged[at] ?? 0) + images;
    });
    this.#first = Math.floor(first / 2);
    this.#images = merged;
    this.#length *= 2;
  }
}

interface Seen {
  images: number;
  time: number;
  spans: Spans;
}

export class Throughput {
  readonly #fleet: Spans;
  /** The one looked at last at the end. */
  readonly #runs = new Map<string, Seen>();

  /** @param kept by a dashboard before this one: images done since are spread over the time until now */
  constructor(kept: KeptThroughput | null = null) {
    this.#fleet = new Spans('drop', kept?.fleet);
    for (const { run, images, time, spans } of kept?.runs ?? []) {
      this.#runs.set(run, { images, time, spans: new Spans('merge', spans) });
    }
  }

  kept(): KeptThroughput {
    const runs = [...this.#runs].slice(-runsKept);
    return {
      fleet: this.#fleet.kept(),
      runs: runs.map(([run, { images, time, spans }]) => ({ run, images, time, spans: spans.kept() })),
    };
  }

  /**
   * @param images that the run has settled
   * @param time milliseconds since 1970
   */
  see(run: string, images: number, time: number): void {
    const seen = this.#runs.get(run) ?? { images, time, spans: new Spans('merge') };
    // Images that are tried again count as not done until then.
    const more = Math.max(0, images - seen.images);
    if (time > seen.time) {
      seen.spans.add(more, seen.time, time);
      this.#fleet.add(more, seen.time, time);
    }
    this.#runs.delete(run);
    this.#runs.set(run, { ...seen, images, time: Math.max(time, seen.time) });
    const [oldest] = this.#runs.keys();
    if (this.#runs.size > mostRuns && oldest !== undefined) this.#runs.delete(oldest);
  }

  ofFleet(now: number): RatePoint[] {
    // Time in which no run goes is shown as well.
    this.#fleet.add(0, now - 1, now);
    return this.#fleet.points(now);
  }

  ofRun(run: string, now: number): RatePoint[] {
    return this.#runs.get(run)?.spans.points(now) ?? [];
  }
}
