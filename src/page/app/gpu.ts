/** Whether this browser has a GPU for the model. */

type Gpu = { device: string } | { missing: string };

/** @param isAsked for by the visitor: then one of software will do, which is a processor and slower than WebAssembly on it */
export async function findGpu(isAsked: boolean): Promise<Gpu> {
  if (!isSecureContext) return { missing: 'browsers give it to pages on https:// and on this machine alone' };
  if (!('gpu' in navigator)) return { missing: 'this browser has none' };
  if (!('Suspending' in WebAssembly)) return { missing: "this browser's WebAssembly cannot wait for it (JSPI)" };
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null);
  if (adapter === null) return { missing: 'the browser finds no GPU that it may use' };
  const { vendor, architecture, description, isFallbackAdapter } = adapter.info;
  if (isFallbackAdapter && !isAsked) return { missing: 'its GPU is software' };
  return { device: description || [vendor, architecture].filter(Boolean).join(' ') || 'a GPU without a name' };
}
