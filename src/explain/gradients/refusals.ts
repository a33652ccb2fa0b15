/** Operators through which no useful gradient passes, each with the reason that an error gives. */

const flat = 'its result moves in steps, so its derivative is zero everywhere';
const control = 'which nodes run is decided during the run';

export const refusals: Record<string, string> = {
  ArgMax: flat,
  ArgMin: flat,
  Ceil: flat,
  Floor: flat,
  Hardmax: flat,
  If: control,
  Loop: control,
  NonMaxSuppression: flat,
  Round: flat,
  Scan: control,
  Sign: flat,
};
