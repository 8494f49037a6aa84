// Precision, recall and F1 of the offload decision (the paper's measures for its pre-classifier), where a hit
// is an image that was offloaded and needed it. Each is 0 where its denominator is: a router that never
// offloads has found nothing.

export function offloadQuality(offloaded: Uint8Array, needsEdge: Uint8Array) {
  let hits = 0
  let sent = 0
  let needed = 0
  for (let row = 0; row < offloaded.length; row++) {
    hits += offloaded[row]! & needsEdge[row]!
    sent += offloaded[row]!
    needed += needsEdge[row]!
  }
  const ratio = (part: number, whole: number) => (whole === 0 ? 0 : part / whole)
  return {
    precision: ratio(hits, sent),
    recall: ratio(hits, needed),
    f1: ratio(2 * hits, sent + needed),
  }
}
