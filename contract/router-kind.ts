// The names of the router kinds apart from their documents, for readers that only pass a router on.

import { z } from 'zod'

export const RouterKind = z.enum([
  'always-local',
  'always-edge',
  'random',
  'forest',
  'confidence',
  'margin',
  'entropy',
  'logistic',
  'hybrid',
  'two-stage',
])
export type RouterKind = z.infer<typeof RouterKind>
