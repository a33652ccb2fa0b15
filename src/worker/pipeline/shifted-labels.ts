/** Labels that are counted from another number than the model's classes. */

/** Labelled images that are looked at, and of them those of one label: a model may well take a single class for its neighbour. */
const looked = 12;
const ofOneLabel = 2;
/** Of them, so many must be answered with the neighbour of their label, and so few rightly. */
const least = 9;
const mostRight = 1;

/** Watches whether answers are the label's neighbours, always on the same side. */
export class ShiftedLabels {
  readonly #ofLabel = new Map<number, number>();
  #seen = 0;
  #right = 0;
  #below = 0;
  #above = 0;

  /** Whether an image of the label is still looked at: of few labels, few images are. */
  wants(label: number): boolean {
    return this.#seen < looked && (this.#ofLabel.get(label) ?? 0) < ofOneLabel;
  }

  /** @returns what a user has to know, once; undefined while nothing is known */
  see(label: number, predicted: number): string | undefined {
    if (!this.wants(label)) return undefined;
    this.#ofLabel.set(label, (this.#ofLabel.get(label) ?? 0) + 1);
    this.#seen += 1;
    if (predicted === label) this.#right += 1;
    if (predicted === label - 1) this.#below += 1;
    if (predicted === label + 1) this.#above += 1;
    const most = Math.max(this.#below, this.#above);
    if (this.#seen < looked || most < least || this.#right > mostRight) return undefined;
    const [side, cause] =
      this.#below > this.#above
        ? ['before', 'labels that are counted from 1']
        : ['behind', 'a model with a class for the background in front, as TensorFlow has 1,001 for ImageNet'];
    return (
      `Of ${looked} labelled images of several classes, the model answers ${most} with the class just ${side} their label, and ${this.#right} rightly: ` +
      `the numbers are probably shifted by one (${cause}). Accuracy, findings and maps for target label are then wrong. Check --labels and --classes.`
    );
  }
}
