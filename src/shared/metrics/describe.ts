/** How a metric is described: once, for the registry and for the reference page. */

import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export interface DescribedMetric<Kind = unknown> {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly name: string;
  /** One sentence, with the unit. */
  readonly help: string;
  /** What each label says, by its name. */
  readonly labels: Readonly<Record<string, string>>;
  /** Upper bounds, of a histogram. */
  readonly buckets?: readonly number[];
  /** Makes the metric in a registry, which has each once. */
  open(registry: Registry): Kind;
}

type Labels<Name extends string> = Readonly<Record<Name, string>>;

function namesOf<Name extends string>(labels: Labels<Name>): Name[] {
  const names: Name[] = [];
  for (const name in labels) names.push(name);
  return names;
}

/** Only grows; its name ends in `_total`. */
export function counter<Name extends string = never>(
  name: `${string}_total`,
  help: string,
  labels: Labels<Name>,
): DescribedMetric<Counter<Name>> {
  const open = (registry: Registry) => new Counter({ name, help, labelNames: namesOf(labels), registers: [registry] });
  return { type: 'counter', name, help, labels, open };
}

export function gauge<Name extends string = never>(
  name: string,
  help: string,
  labels: Labels<Name>,
): DescribedMetric<Gauge<Name>> {
  const open = (registry: Registry) => new Gauge({ name, help, labelNames: namesOf(labels), registers: [registry] });
  return { type: 'gauge', name, help, labels, open };
}

export function histogram<Name extends string = never>(
  name: string,
  help: string,
  labels: Labels<Name>,
  buckets: readonly number[],
): DescribedMetric<Histogram<Name>> {
  const open = (registry: Registry) =>
    new Histogram({ name, help, labelNames: namesOf(labels), buckets: [...buckets], registers: [registry] });
  return { type: 'histogram', name, help, labels, buckets, open };
}
