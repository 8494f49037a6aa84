// An edge half at somebody else's server, as an admin declares it.

import { z } from 'zod'
import { GroupOfDevices } from '../../rollout.ts'
import { GroupName } from '../names.ts'
import { PageQuery } from '../page.ts'

/** Without a slash at its end, so that one server is one row. */
const ServerUrl = z
  .url({
    protocol: /^https?$/,
    error: 'expected an address that begins with http:// or https://',
    abort: true,
  })
  .max(500)
  .refine((text) => {
    const { username, password, search, hash } = new URL(text)
    return `${username}${password}${search}${hash}` === ''
  }, 'expected an address without user, query and fragment')
  .transform((text) => new URL(text).href.replace(/\/+$/, ''))

export const ExternalEdge = z.object({
  url: ServerUrl,
  /** What the deployment's edge model is called there; by default as it is called here. */
  model: z.string().min(1).max(200).optional(),
})
export type ExternalEdge = z.infer<typeof ExternalEdge>

export const EdgeDeclaration = ExternalEdge.extend({
  group: GroupName,
  /** Id, version or alias; what is current in the group, else the newest, where it is left out. */
  deployment: z.string().min(1).max(100).optional(),
})

/** Newest first. */
export const EdgeList = PageQuery.extend({
  group: GroupOfDevices.optional(),
  /** Revoked ones too. */
  all: z.boolean().default(false),
})
