/** What was planted in a set of pictures: what the evaluation knows and the report does not. */

export interface PlantedFault {
  kind: string;
  /** The class whose training pictures are at fault: other pictures are taken for it, or its own are mistaken where some were never shown. */
  subject: string;
  /** Whether the training pictures lack a part of the class. Otherwise most of them carry a cue that no other class carries. */
  missing: boolean;
}

interface PlantedPicture {
  key: string;
  /** Its true class. */
  subject: string;
  /** Index of the fault whose trap the picture is: a cue of another class, or what training lacks of its own. Null for none. */
  fault: number | null;
  /** Index of the fault whose cue it carries, be it of the cue's own class or not. Null for none. */
  carries: number | null;
}

export interface PlantedSet {
  name: string;
  /** What the network was before it was trained on the set. */
  backbone: string;
  classes: readonly string[];
  faults: readonly PlantedFault[];
  pictures: readonly PlantedPicture[];
}
