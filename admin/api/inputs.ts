// Inputs that several stages share.

import { z } from 'zod'

export const ByName = z.object({ name: z.string().min(1).max(200) })
export const ById = z.object({ id: z.string().min(1).max(100) })
export const GroupName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'expected lower-case letters, digits or "-", at most 40')
  .default('default')
