/** The text of a JSON array, an entry at a time. */
export async function* jsonArray(entries: Iterable<object> | AsyncIterable<object>): AsyncGenerator<string> {
  let lead = '[\n';
  for await (const entry of entries) {
    yield `${lead}${JSON.stringify(entry)}`;
    lead = ',\n';
  }
  yield lead === '[\n' ? '[]\n' : '\n]\n';
}
