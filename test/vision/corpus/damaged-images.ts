// The corpus of damaged images, at least 5,000 of them, all made here from a seed (none copied): what devices in the
// field and strangers on the network send. Recipes, not bytes: each is made when it is needed, since the bombs
// together take gigabytes while they are built. Left out: what is wrong with the request and not with the image.

import { createRandom, randomInteger } from '#core/random.ts'
import { bombs } from './bombs.ts'
import { bitFlips, noise, overwritten, shuffledParts, truncations } from './byte-damage.ts'
import type { Damage } from './damage.ts'
import { lies } from './lies.ts'
import { polyglots } from './polyglots.ts'
import type { WholeImage } from './whole-images.ts'
import { wrongTypes } from './wrong-types.ts'

const FLIPS_EACH = 60
const OVERWRITTEN_EACH = 36
const SHUFFLES_EACH = 24
const NOISES_EACH = 30

/** The same list for the same seed and images. */
export function damagedImages(images: readonly WholeImage[], seed: number): Damage[] {
  return [
    ...images.flatMap(truncations),
    ...images.flatMap((image, i) => bitFlips(image, seed + i, FLIPS_EACH)),
    ...images.flatMap((image, i) => overwritten(image, seed + i, OVERWRITTEN_EACH)),
    ...images.flatMap((image, i) =>
      shuffledParts(image, images[(i + 1) % images.length]!, seed + i, SHUFFLES_EACH),
    ),
    ...images.flatMap(lies),
    ...wrongTypes(),
    ...bombs(images),
    ...polyglots(images),
    ...noise(seed, NOISES_EACH),
  ]
}

/** As many of each kind as of every other, or all that there are. */
export function sampleOf(damages: readonly Damage[], count: number, seed: number): Damage[] {
  const random = createRandom(seed)
  const kinds = [...new Set(damages.map(({ kind }) => kind))]
  const each = Math.ceil(count / kinds.length)
  return kinds.flatMap((wanted) => {
    const left = damages.filter(({ kind }) => kind === wanted)
    return Array.from(
      { length: Math.min(each, left.length) },
      () => left.splice(randomInteger(random, left.length), 1)[0]!,
    )
  })
}
