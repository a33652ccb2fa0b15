/** Faithfulness over a run, from its records: what a user chooses a method by. */

import { type Mean, MeanOf } from './mean.ts';
import {
  type BaselineRecord,
  baseline,
  type FaithfulnessRecord,
  faithfulness,
  mapRecord,
  type PerturbationRecord,
  type SimilarityRecord,
} from './record.ts';

interface PerturbationSummary {
  /** That were measured: sampled, and with a map that shows something. */
  images: number;
  deletion: Mean;
  insertion: Mean;
  drop: Mean;
  /** Share of the images whose score rises when only the map's part is left. */
  increase: number;
  /** ROAD's difference. */
  road: Mean;
}

/** Means over the images where both maps vary; null where none does. */
interface SimilaritySummary {
  rankCorrelation: number | null;
  structuralSimilarity: number | null;
}

export interface MapSummary extends PerturbationSummary {
  layer: string;
  method: string;
  target: string;
  randomised?: { images: number; lastLayer: SimilaritySummary; allLayers: SimilaritySummary };
}

interface BaselineSummary extends PerturbationSummary {
  baseline: string;
  target: string;
}

export interface FaithfulnessSummary {
  maps: MapSummary[];
  /** Maps that know nothing, for the classes of each target. */
  baselines: BaselineSummary[];
}

const measuredMap = mapRecord
  .pick({ layer: true, method: true, target: true, class: true })
  .extend({ faithfulness })
  .strip();

/** Collects records in the order of the run. */
export class FaithfulnessTally {
  readonly #maps = new Map<string, MapTally>();
  readonly #baselines = new Map<string, { baseline: string; target: string; tally: PerturbationTally }>();

  /** @throws z.ZodError for a record that holds something else under these names */
  add({ maps, baselines = [] }: { maps: readonly unknown[]; baselines?: readonly unknown[] | undefined }): void {
    const measured = maps.filter(isMeasured).map((map) => measuredMap.parse(map));
    const targets = new Map<string, number>();
    for (const map of measured) {
      targets.set(map.target, map.class);
      const key = JSON.stringify([map.layer, map.method, map.target]);
      const tally = this.#maps.get(key) ?? new MapTally(map);
      this.#maps.set(key, tally);
      tally.add(map.faithfulness);
    }
    for (const measured of baselines.map((each) => baseline.parse(each))) {
      for (const [target, explained] of targets) if (explained === measured.class) this.#addBaseline(measured, target);
    }
  }

  #addBaseline(measured: BaselineRecord, target: string): void {
    const { baseline } = measured;
    const key = JSON.stringify([baseline, target]);
    const known = this.#baselines.get(key) ?? { baseline, target, tally: new PerturbationTally() };
    this.#baselines.set(key, known);
    known.tally.add(measured);
  }

  /** Null when no image was measured. */
  get summary(): FaithfulnessSummary | null {
    if (this.#maps.size === 0) return null;
    return {
      maps: [...this.#maps.values()].map((tally) => tally.summary),
      baselines: [...this.#baselines.values()].map(({ baseline, target, tally }) => ({
        baseline,
        target,
        ...tally.summary,
      })),
    };
  }
}

function isMeasured(map: unknown): boolean {
  return typeof map === 'object' && map !== null && 'faithfulness' in map;
}

class PerturbationTally {
  readonly #deletion = new MeanOf();
  readonly #insertion = new MeanOf();
  readonly #drop = new MeanOf();
  readonly #road = new MeanOf();
  readonly #increase = new MeanOf();

  add({ deletion, insertion, drop, increase, road }: PerturbationRecord): void {
    this.#deletion.add(deletion);
    this.#insertion.add(insertion);
    this.#drop.add(drop);
    this.#increase.add(increase ? 1 : 0);
    this.#road.add(road.difference);
  }

  get summary(): PerturbationSummary {
    return {
      images: this.#deletion.count,
      deletion: this.#deletion.result,
      insertion: this.#insertion.result,
      drop: this.#drop.result,
      increase: this.#increase.result.mean,
      road: this.#road.result,
    };
  }
}

class SimilarityTally {
  readonly #rank = new MeanOf();
  readonly #structure = new MeanOf();

  add({ rankCorrelation, structuralSimilarity }: SimilarityRecord): void {
    if (rankCorrelation !== null) this.#rank.add(rankCorrelation);
    if (structuralSimilarity !== null) this.#structure.add(structuralSimilarity);
  }

  get summary(): SimilaritySummary {
    return { rankCorrelation: this.#rank.mean, structuralSimilarity: this.#structure.mean };
  }
}

class MapTally {
  readonly #id: { layer: string; method: string; target: string };
  readonly #perturbation = new PerturbationTally();
  readonly #lastLayer = new SimilarityTally();
  readonly #allLayers = new SimilarityTally();
  #randomised = 0;

  constructor({ layer, method, target }: { layer: string; method: string; target: string }) {
    this.#id = { layer, method, target };
  }

  add(measured: FaithfulnessRecord): void {
    this.#perturbation.add(measured);
    const { randomised } = measured;
    if (randomised === undefined) return;
    this.#randomised += 1;
    this.#lastLayer.add(randomised.lastLayer);
    this.#allLayers.add(randomised.allLayers);
  }

  get summary(): MapSummary {
    const base = { ...this.#id, ...this.#perturbation.summary };
    if (this.#randomised === 0) return base;
    const [lastLayer, allLayers] = [this.#lastLayer.summary, this.#allLayers.summary];
    return { ...base, randomised: { images: this.#randomised, lastLayer, allLayers } };
  }
}
