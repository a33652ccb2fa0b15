export type ImageErrorCode =
  /** No bytes at all. */
  | 'empty-file'
  /** No image format that we know, whatever the name ends with. */
  | 'not-an-image'
  /** A known format that is refused: vector graphics, documents, camera formats. */
  | 'unsupported-format'
  /** The file ends before the picture does. */
  | 'truncated'
  /** The header announces more pixels than the limit. */
  | 'too-large'
  /** The model's size and the picture's differ, and the fit is `none`. */
  | 'wrong-size'
  /** Other bands than the model takes. */
  | 'wrong-bands'
  /** The bytes are damaged. */
  | 'corrupt';

/** One image cannot be used; the run goes on without it. The message does not name the image: its reader knows the key. */
export class ImageError extends Error {
  readonly code: ImageErrorCode;

  constructor(code: ImageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ImageError';
    this.code = code;
  }
}
