/** Calls `make` at the first call only: for nodes that the gradients of several inputs share. */
export function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
