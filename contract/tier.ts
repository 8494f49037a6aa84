// The two places where a model can run: `local` is the weak device that owns the camera (Raspberry Pi class),
// `edge` the strong machine nearby (Jetson TX2 class).

import { z } from 'zod'

export const Tier = z.enum(['local', 'edge'])
export type Tier = z.infer<typeof Tier>
