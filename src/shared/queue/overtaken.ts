/**
 * Whether BullMQ complains of a job that others have taken over, after a process that was frozen or starved let its lock go. The job is theirs then,
 * and its key is gone once they have done it.
 */
export function isOvertaken({ message }: Error): boolean {
  return /missing (lock|key) for job|lock mismatch|could not renew lock|not in the active state/i.test(message);
}
