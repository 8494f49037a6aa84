// Why a scene is hard. One number, the difficulty, is drawn first; two of the six causes then take it
// in full and the others up to 0.6 of it, so that hard scenes are hard for different reasons: a far
// object on a plain ground, a near one in clutter, a dim and noisy one. 0 is a clean, near,
// high-contrast object; 1 is the worst the renderer makes, where even a good model often fails.

import type { Random } from './random.ts'

/** Each in 0..1, 0 where it does no harm. */
export type Causes = {
  distance: number
  clutter: number
  dimness: number
  noise: number
  blur: number
  occlusion: number
}

export const CAUSE_NAMES = ['distance', 'clutter', 'dimness', 'noise', 'blur', 'occlusion'] as const

/** How many causes take the scene's whole difficulty. */
const LEADING_COUNT = 2
/** Most that a cause takes of it which does not lead. */
const FOLLOWING_SHARE = 0.6

export function drawDifficulty(random: Random): { difficulty: number; causes: Causes } {
  const difficulty = random.unit()
  const causes: Causes = { distance: 0, clutter: 0, dimness: 0, noise: 0, blur: 0, occlusion: 0 }
  for (const name of CAUSE_NAMES) causes[name] = difficulty * FOLLOWING_SHARE * random.unit()
  for (let i = 0; i < LEADING_COUNT; i++) causes[CAUSE_NAMES[random.below(CAUSE_NAMES.length)]!] = difficulty
  return { difficulty, causes }
}
