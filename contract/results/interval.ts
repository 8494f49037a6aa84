// A measured figure and how far it may be off: the figure of all rows, and the 95 % limits of the bootstrap. Apart
// from the evaluation, because what the evaluation is made of has intervals too.

import { z } from 'zod'

export const Interval = z.object({ value: z.number(), low: z.number(), high: z.number() })
export type Interval = z.infer<typeof Interval>
