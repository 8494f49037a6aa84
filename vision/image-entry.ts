// One image on its way through a device: the bytes as they came (offloading sends those on), and its pixels,
// decoded at most once however many readers ask. It is all that a handle stands for.

import { type DecodedImage, decodeImage } from './decode.ts'
import { workingImage } from './working-image.ts'

export interface ImageEntry {
  readonly bytes: Uint8Array
  /** Rejects with an `ImageRefused`. */
  decoded(): Promise<DecodedImage>
  /** Long side 256 px: what the features see. */
  working(): Promise<DecodedImage>
}

export function imageEntry(bytes: Uint8Array): ImageEntry {
  let decoded: Promise<DecodedImage> | undefined
  let working: Promise<DecodedImage> | undefined
  const entry: ImageEntry = {
    bytes,
    decoded() {
      decoded ??= decodeImage(bytes)
      return decoded
    },
    working() {
      working ??= entry.decoded().then(workingImage)
      return working
    },
  }
  return entry
}
