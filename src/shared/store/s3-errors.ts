/** What the AWS SDK throws, as the store's own errors. */

import { UserError } from '../../explain/user-error.ts';
import { StoreError } from './store.ts';

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ERR_STREAM_PREMATURE_CLOSE',
]);
const networkNames = new Set(['TimeoutError', 'NetworkingError', 'RequestTimeout', 'AbortError']);
const keyErrors = new Set(['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'ExpiredToken', 'InvalidToken']);

/** @param name the object or prefix as an s3:// address, for the message */
export function s3StoreError(error: unknown, verb: string, name: string): unknown {
  if (!(error instanceof Error) || error instanceof StoreError || error instanceof UserError) return error;
  const lead = `Cannot ${verb} ${name}:`;
  const cause = { cause: error };
  const status = httpStatus(error);
  if (error.name === 'NoSuchBucket') {
    return new StoreError(
      'no-such-bucket',
      `${lead} the bucket does not exist. Check its name and the endpoint.`,
      cause,
    );
  }
  if (error.name === 'NoSuchKey' || error.name === 'NotFound' || status === 404) {
    return new StoreError('not-found', `${lead} it does not exist.`, cause);
  }
  if (error.name === 'CredentialsProviderError') {
    const next = 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.';
    return new StoreError('access-denied', `${lead} no AWS credentials were found. ${next}`, cause);
  }
  if (keyErrors.has(error.name)) {
    return new StoreError('access-denied', `${lead} the server refused the AWS credentials (${error.name}).`, cause);
  }
  if (status === 401 || status === 403) {
    return new StoreError(
      'access-denied',
      `${lead} access denied. Check the bucket policy and the credentials.`,
      cause,
    );
  }
  if (error.message.includes('Region is missing')) {
    return new UserError('no-region', `${lead} no AWS region is known. Set AWS_REGION.`, cause);
  }
  if (status === 507 || error.name === 'XMinioStorageFull') {
    return new StoreError('no-space', `${lead} the server has no space left.`, cause);
  }
  if (isNetworkError(error)) {
    return new StoreError('unavailable', `${lead} the server did not answer (${reasonOf(error)}).`, cause);
  }
  const transient = status === undefined || status >= 500 || status === 429;
  return new StoreError('unavailable', `${lead} ${reasonOf(error)}.`, { ...cause, transient });
}

function isNetworkError(error: Error): boolean {
  const code = errorCode(error);
  return networkNames.has(error.name) || (code !== undefined && networkCodes.has(code));
}

function reasonOf(error: Error): string {
  // A refused connection to a name with several addresses has an empty message and its reasons inside.
  const text = error.message || (errorCode(error) ?? error.name);
  return text.replace(/\.$/, '');
}

function errorCode(error: Error): string | undefined {
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.cause instanceof Error ? errorCode(error.cause) : undefined;
}

function httpStatus(error: Error): number | undefined {
  if (!('$metadata' in error) || typeof error.$metadata !== 'object' || error.$metadata === null) return undefined;
  const metadata = error.$metadata;
  return 'httpStatusCode' in metadata && typeof metadata.httpStatusCode === 'number'
    ? metadata.httpStatusCode
    : undefined;
}
