// One image on its way through a device: the bytes as they came (offloading sends those on), and its pixels,
// decoded at most once a scale however many readers ask. It is all that a handle stands for.

import type { ModelInput } from '#contract/model.ts'
import { type DecodedImage, decodeImage } from './decode.ts'
import { SHORT_SIDE_MIN_PX, shortSideFor, shrinkFor } from './shrink-on-load.ts'
import { workingImage } from './working-image.ts'

export interface ImageEntry {
  readonly bytes: Uint8Array
  /** Large enough for a reader that needs such a short side. Rejects with an `ImageRefused`. */
  decoded(shortSideMinPx?: number): Promise<DecodedImage>
  /** As `decoded`, for a reader that wants a model's input and nothing else; may come as just that (`isInput`). */
  shown(input: ModelInput): Promise<DecodedImage>
  /** Long side 256 px: what the features see. */
  working(): Promise<DecodedImage>
}

/** `decode` is for who keeps an eye on the decoder. */
export function imageEntry(bytes: Uint8Array, decode: typeof decodeImage = decodeImage): ImageEntry {
  const atScale = new Map<number, Promise<DecodedImage>>()
  let base: Promise<DecodedImage> | undefined
  let direct: Promise<DecodedImage> | undefined
  let working: Promise<DecodedImage> | undefined
  const first = () => {
    base ??= decode(bytes)
    return base
  }
  async function larger(shortSideMinPx: number): Promise<DecodedImage> {
    const image = await first()
    if (image.whole === undefined) return image
    const shrink = shrinkFor(image.whole, shortSideMinPx)
    if (shrink === shrinkFor(image.whole, SHORT_SIDE_MIN_PX)) return image
    const again = atScale.get(shrink) ?? decode(bytes, { shortSideMinPx })
    atScale.set(shrink, again)
    return again
  }
  const decoded = (shortSideMinPx = SHORT_SIDE_MIN_PX) =>
    shortSideMinPx <= SHORT_SIDE_MIN_PX ? first() : larger(shortSideMinPx)
  /** What was decoded whole is read by everybody. */
  async function show(input: ModelInput): Promise<DecodedImage> {
    const image = await decode(bytes, { shownTo: input })
    if (image.isInput) return image
    base ??= Promise.resolve(image)
    return decoded(shortSideFor(input, undefined))
  }
  return {
    bytes,
    decoded,
    shown(input) {
      if (direct === undefined && base !== undefined) return decoded(shortSideFor(input, undefined))
      direct ??= show(input)
      return direct
    },
    working() {
      // Of the first scale whoever asked before, so that features depend on the bytes alone.
      working ??= first().then(workingImage)
      return working
    },
  }
}
