// Who calls: a person by session or a robot by API key, and what they may do by the table of permissions.

import type { Role } from '#db/queries/access.ts'
import { Refusal } from '../refusal.ts'
import { isAtLeast, PERMISSIONS } from './permissions.ts'

export interface Actor {
  readonly kind: 'user' | 'key'
  readonly id: string
  readonly name: string
  readonly role: Role
  /** Of a key: paths, or beginnings of paths, that it may call. Null: all that the role may. */
  readonly scopes: readonly string[] | null
}

/** What scopes call a path: procedures by their path, `PUT /artifacts/:digest` as `artifacts.put`. */
export function scopeNameOf(path: string): string {
  const route = /^([A-Z]+) \/([^/]*)/.exec(path)
  return route ? `${route[2]}.${route[1]!.toLowerCase()}` : path
}

/** Scope `models` holds `models.list` and all other `models.*`; scope `models.create` itself alone. */
export function isInScope(path: string, scope: string): boolean {
  const name = scopeNameOf(path)
  return name === scope || name.startsWith(`${scope}.`)
}

export function mayCall(actor: Actor | undefined, path: string): boolean {
  const permission = Object.hasOwn(PERMISSIONS, path) ? PERMISSIONS[path]! : undefined
  if (!permission) return false
  if (permission.least === 'anyone') return true
  if (!actor || !isAtLeast(actor.role, permission.least)) return false
  return actor.scopes === null || actor.scopes.some((scope) => isInScope(path, scope))
}

/** Passes, or throws why not: `unauthorised` for strangers, `forbidden` for those who may less. */
export function requireMay(actor: Actor | undefined, path: string): void {
  if (mayCall(actor, path)) return
  if (!actor)
    throw new Refusal(
      'unauthorised',
      `Cannot call "${path}": there is no session, and an API key is missing or not valid`,
    )
  const least = PERMISSIONS[path]?.least
  if (least === undefined || least === 'anyone' || isAtLeast(actor.role, least))
    throw new Refusal('forbidden', `Cannot call "${path}": is not in the scopes of key "${actor.name}"`)
  throw new Refusal('forbidden', `Cannot call "${path}": role ${actor.role} may not, expected ${least}`)
}

/** How the actor is written into rows for a reader. */
export const signatureOf = (actor: Actor | undefined): string =>
  actor ? `${actor.name} (${actor.id})` : 'nobody'
