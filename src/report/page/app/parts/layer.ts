/** `seen`: the image as the model saw it. Otherwise a map's place in the report. */
export type Layer = 'seen' | number;
