/** What the server that explains on demand and the report's page agree on, without the code of either. */

/** Where the server is asked, below its root. */
export const modelPath = 'explore/model';
export const explanationPath = 'explore/explanation';

/**
 * What a covered region is filled with: `grey`, the colour that the model sees as nearly nothing; `blur`, the picture out of focus; `inpaint`,
 * what its surroundings suggest.
 */
export const fills = ['grey', 'blur', 'inpaint'] as const;
export type Fill = (typeof fills)[number];

/** Regions that can be covered at one time. */
export const mostRegions = 16;
