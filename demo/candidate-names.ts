// The demo's candidates: miniatures of the twelve families that the paper chooses its pair among. Which of them
// `npm start` registers may be narrowed by name, since each costs a profile on every device.

import { z } from 'zod'

/** By family and depth. Their cards (models/<name>.json) tell what they cost and how often they are right. */
export const CANDIDATE_NAMES = [
  'inception_v1',
  'inception_v2',
  'inception_v4',
  'resnet_v1_50',
  'resnet_v1_101',
  'resnet_v1_152',
  'resnet_v2_50',
  'resnet_v2_101',
  'resnet_v2_152',
  'mobilenet_v1',
  'mobilenet_v2',
  'shufflenet_v2',
] as const

export type CandidateName = (typeof CANDIDATE_NAMES)[number]

/** Names with commas between them; a pair takes two at least. */
export const CandidateNames = z
  .string()
  .default(CANDIDATE_NAMES.join(','))
  .transform((text) => [...new Set(text.split(',').map((name) => name.trim()))])
  .pipe(
    z
      .array(
        z.enum(CANDIDATE_NAMES, {
          error: ({ input }) => `"${input}" is no candidate, expected some of ${CANDIDATE_NAMES.join(', ')}`,
        }),
      )
      .min(2, 'one candidate is no pair, expected at least two'),
  )
