/** Environment variable with the path of the file that `preload-usage.ts` writes. */
export const usageFileVariable = 'GRADLINE_BENCH_USAGE_FILE';
