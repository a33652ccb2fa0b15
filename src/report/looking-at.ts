/** Where a network looks, in a sentence. @param place as `placeOf` says it */
export function lookingAt(place: string): string {
  if (place === 'nowhere') return 'with no place in common';
  return place === 'all over' ? 'looking all over the picture' : `looking at the ${place}`;
}
