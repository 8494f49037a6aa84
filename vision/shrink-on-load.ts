// How much smaller than it is an image may be decoded. A camera's 12 megapixels cost a board a tenth of a second and
// 36 MB, and no reader wants them: the features see a long side of 256 px, a model its input. JPEG and WebP can be
// decoded at a half, a quarter or an eighth, in half the time and a sixteenth of the memory.
//
// The rule: the largest of 8, 4, 2 at which the short side keeps at least 512 px; nothing where it would not. 512 px
// feed every usual model (224 px over a crop of 0.875 are 256, 380 over 0.95 are 400) and twice the working image, so
// that what comes after still averages. It depends on the image alone, so that profiles, training and serving see
// the same pixels. A reader that needs more than 512 px (a larger model, a view of a part) has the image decoded once
// more at the scale of its own need. Images with a short side under 1024 px are decoded as they always were.

import type { Crop } from '#contract/function-bindings.ts'
import type { ModelInput } from '#contract/model.ts'

export interface ImageSize {
  readonly width: number
  readonly height: number
}

export type Shrink = 1 | 2 | 4 | 8

export const SHORT_SIDE_MIN_PX = 512

const SHRINKS: readonly Shrink[] = [8, 4, 2]

export function shrinkFor({ width, height }: ImageSize, shortSideMinPx: number): Shrink {
  const shortPx = Math.min(width, height)
  return SHRINKS.find((shrink) => shortPx / shrink >= Math.max(shortSideMinPx, SHORT_SIDE_MIN_PX)) ?? 1
}

/** With so long a short side nothing is enlarged on the way into the model, of which `view` is shown. */
export function shortSideFor({ width, height, crop, shortSide }: ModelInput, view: Crop | undefined): number {
  if (view === undefined && shortSide !== undefined) return shortSide
  const part = view ?? { width: crop, height: crop }
  return Math.ceil(Math.max(width / part.width, height / part.height))
}
