// Candidates with known answers, for the tests of this folder.

import fc from 'fast-check'
import type { FrontAssumption } from '#contract/results/selection.ts'
import type { PairCandidate } from '#core/select/pair-candidate.ts'

/** `bits` such as '1011': one digit an image; the local profile is the same unless given. */
export function candidate(
  name: string,
  localMs: number,
  bits: string,
  more: Partial<PairCandidate> = {},
): PairCandidate {
  const right = Uint8Array.from(bits, Number)
  return {
    modelId: `id-${name}`,
    name,
    localLatencyMeanMs: localMs,
    localEnergyJ: localMs / 100,
    edgeLatencyMeanMs: localMs / 10,
    edgeEnergyJ: localMs / 50,
    localPeakMemoryBytes: localMs * 1_000_000,
    sizeBytes: localMs * 100_000,
    right,
    localRight: right,
    localTopProbability: Float64Array.from(right, (hit) => (hit === 1 ? 0.9 : 0.4)),
    ...more,
  }
}

export const assume = (
  router: FrontAssumption['router'],
  offloadShare = 0.5,
  upload: { uploadMs: number; uploadJ: number } = { uploadMs: 2, uploadJ: 0.05 },
): FrontAssumption => ({ router, offloadShare, ...upload, uploadSource: 'made up' })

const bit = fc.constantFrom(0, 1)
const figure = fc.integer({ min: 1, max: 20 })
const answers = (images: number, of: fc.Arbitrary<number>) =>
  fc.array(of, { minLength: images, maxLength: images })

/** Two to six candidates on the same images, with figures so coarse that ties are common. */
export const someCandidates: fc.Arbitrary<PairCandidate[]> = fc
  .tuple(fc.integer({ min: 2, max: 6 }), fc.integer({ min: 1, max: 24 }))
  .chain(([count, images]) =>
    fc.tuple(
      ...Array.from({ length: count }, (_, i) =>
        fc
          .record({
            localMs: figure,
            edgeMs: figure,
            localJ: figure,
            edgeJ: figure,
            right: answers(images, bit),
            localRight: answers(images, bit),
            sure: answers(images, fc.constantFrom(0.2, 0.4, 0.6, 0.8)),
          })
          .map((c) =>
            candidate(`m${i}`, c.localMs, '', {
              localEnergyJ: c.localJ / 10,
              edgeLatencyMeanMs: c.edgeMs,
              edgeEnergyJ: c.edgeJ / 10,
              right: Uint8Array.from(c.right),
              localRight: Uint8Array.from(c.localRight),
              localTopProbability: Float64Array.from(c.sure),
            }),
          ),
      ),
    ),
  )

/** The same candidates with their images in another order. */
export function reordered(candidates: readonly PairCandidate[], order: readonly number[]): PairCandidate[] {
  const bytes = (values: Uint8Array) => Uint8Array.from(order, (image) => values[image]!)
  return candidates.map((c) => ({
    ...c,
    right: bytes(c.right),
    localRight: bytes(c.localRight),
    localTopProbability: Float64Array.from(order, (image) => c.localTopProbability[image]!),
  }))
}
