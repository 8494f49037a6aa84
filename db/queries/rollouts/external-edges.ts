// Servers of the Open Inference Protocol that stand in for edge devices. They report nothing, so each counts for the one
// deployment that it was declared for, until it is revoked; a rollback to that deployment finds it again.

import { and, asc, eq, isNull, sql } from 'drizzle-orm'
import type { EdgePlace } from '#contract/manifest.ts'
import { type Db, newId } from '../../db.ts'
import { externalEdges } from '../../schema/promote.ts'

export type ExternalEdgeRow = typeof externalEdges.$inferSelect
export type ExternalEdgeDraft = Pick<
  ExternalEdgeRow,
  'groupName' | 'url' | 'model' | 'deploymentId' | 'createdBy'
>

const isActive = isNull(externalEdges.revokedAt)

/** The active one of the same place where there is one, under whatever model it was declared. */
export async function ensureExternalEdge(db: Db, draft: ExternalEdgeDraft): Promise<ExternalEdgeRow> {
  for (;;) {
    const [made] = await db
      .insert(externalEdges)
      .values({ id: newId('edg'), protocol: 'oip-v2', ...draft })
      .onConflictDoNothing()
      .returning()
    const there = made ?? (await findActive(db, draft))
    // None of both: it was revoked between the two.
    if (there) return there
  }
}

async function findActive(
  db: Db,
  { groupName, deploymentId, url }: ExternalEdgeDraft,
): Promise<ExternalEdgeRow | undefined> {
  const [row] = await db
    .select()
    .from(externalEdges)
    .where(
      and(
        eq(externalEdges.groupName, groupName),
        eq(externalEdges.deploymentId, deploymentId),
        eq(externalEdges.url, url),
        isActive,
      ),
    )
  return row
}

/** Oldest first. */
export async function activeExternalEdges(
  db: Db,
  groupName: string,
  deploymentId: string,
): Promise<ExternalEdgeRow[]> {
  return db
    .select()
    .from(externalEdges)
    .where(
      and(eq(externalEdges.groupName, groupName), eq(externalEdges.deploymentId, deploymentId), isActive),
    )
    .orderBy(asc(externalEdges.createdAt), asc(externalEdges.id))
}

export const placeOf = ({ url, protocol, model }: ExternalEdgeRow): EdgePlace => ({ url, protocol, model })

export async function findExternalEdge(db: Db, id: string): Promise<ExternalEdgeRow | undefined> {
  const [row] = await db.select().from(externalEdges).where(eq(externalEdges.id, id))
  return row
}

/** False where it was revoked before. */
export async function revokeExternalEdge(db: Db, id: string): Promise<boolean> {
  const rows = await db
    .update(externalEdges)
    .set({ revokedAt: sql`now()` })
    .where(and(eq(externalEdges.id, id), isActive))
    .returning({ id: externalEdges.id })
  return rows.length > 0
}
