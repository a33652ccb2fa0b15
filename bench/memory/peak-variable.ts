/** Environment variable with the path of the file that `preload-peak.ts` writes. */
export const peakFileVariable = 'GRADLINE_BENCH_PEAK_FILE';
