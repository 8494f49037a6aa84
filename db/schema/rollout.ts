// Stage promote: which deployment is current in which group, the staged rollouts that lead there, and the aliases
// that name deployments.
//
// What is current and what is on its way are apart: a staged rollout moves no current before it completes, so that
// sending it back needs nothing but its end. A group is on its way to one deployment at most (the primary key of
// rolling_groups) and has one current at most (a partial unique index), whatever crashes.

import { sql } from 'drizzle-orm'
import {
  bigserial,
  boolean,
  check,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import type { RolloutObservation, RolloutPlan } from '#contract/rollout.ts'
import { createdAt, id, instant } from './columns.ts'
import { deployments } from './promote.ts'

const deploymentId = () =>
  text('deployment_id')
    .notNull()
    .references(() => deployments.id)

export const stagedRollouts = pgTable(
  'staged_rollouts',
  {
    id: id(),
    deploymentId: deploymentId(),
    plan: jsonb('plan').$type<RolloutPlan>().notNull(),
    state: text('state', {
      enum: ['running', 'paused', 'awaiting-approval', 'completed', 'rolled-back', 'superseded'],
    }).notNull(),
    /** Why it is in this state, for a person. */
    reason: text('reason').notNull(),
    /** One for each stage that has begun: the largest place that it holds. */
    cuts: doublePrecision('cuts').array().notNull(),
    /** When the newest stage began; decisions count from here. */
    activatedAt: instant('activated_at'),
    /** The same, or when it was last resumed; timeouts count from here. */
    clockFrom: instant('clock_from').notNull().defaultNow(),
    /** When enough devices of the newest stage served it. */
    soakFrom: instant('soak_from'),
    approvedStages: integer('approved_stages').notNull().default(0),
    approvalReason: text('approval_reason'),
    /** The alias that moves in each group when it completes. */
    alias: text('alias').notNull(),
    overrideReason: text('override_reason'),
    startedBy: text('started_by').notNull(),
    createdAt: createdAt(),
    endedAt: instant('ended_at'),
  },
  (t) => [
    check(
      'staged_rollouts_state',
      sql`${t.state} in ('running', 'paused', 'awaiting-approval', 'completed', 'rolled-back', 'superseded')`,
    ),
    check(
      'staged_rollouts_end',
      sql`(${t.state} in ('running', 'paused', 'awaiting-approval')) = (${t.endedAt} is null)`,
    ),
    check('staged_rollouts_stages', sql`cardinality(${t.cuts}) <= jsonb_array_length(${t.plan} -> 'stages')`),
    index('staged_rollouts_newest').on(t.createdAt),
  ],
)

/** The groups of the staged rollouts that have not ended. */
export const rollingGroups = pgTable(
  'rolling_groups',
  {
    groupName: text('group_name').primaryKey(),
    rolloutId: text('rollout_id')
      .notNull()
      .references(() => stagedRollouts.id),
  },
  (t) => [index('rolling_groups_of_rollout').on(t.rolloutId)],
)

/** Every step of a staged rollout: who or what took it, why, and what the devices reported then. */
export const rolloutEvents = pgTable(
  'rollout_events',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    rolloutId: text('rollout_id')
      .notNull()
      .references(() => stagedRollouts.id),
    at: createdAt(),
    actor: text('actor').notNull(),
    event: text('event').notNull(),
    reason: text('reason').notNull(),
    observation: jsonb('observation').$type<RolloutObservation>(),
  },
  (t) => [index('rollout_events_of_rollout').on(t.rolloutId, t.id)],
)

/** The history of what each group was told to run. */
export const rollouts = pgTable(
  'rollouts',
  {
    id: id(),
    groupName: text('group_name').notNull(),
    deploymentId: deploymentId(),
    kind: text('kind', { enum: ['promote', 'rollback'] }).notNull(),
    state: text('state', { enum: ['current', 'superseded'] }).notNull(),
    /** Why an admin promoted a router that the gate refused. */
    overrideReason: text('override_reason'),
    startedBy: text('started_by').notNull(),
    createdAt: createdAt(),
    endedAt: instant('ended_at'),
    /** The staged rollout that ended in this; null where it was made current at once. */
    stagedId: text('staged_id').references(() => stagedRollouts.id),
    /** Why it was rolled back. */
    reason: text('reason'),
  },
  (t) => [
    check('rollouts_kind', sql`${t.kind} in ('promote', 'rollback')`),
    check('rollouts_known_state', sql`${t.state} in ('current', 'superseded')`),
    check('rollouts_state', sql`(${t.state} = 'current') = (${t.endedAt} is null)`),
    // Exactly one current deployment per group, whatever crashes.
    uniqueIndex('rollouts_one_current').on(t.groupName).where(sql`${t.state} = 'current'`),
    index('rollouts_history').on(t.groupName, t.createdAt),
  ],
)

export const aliases = pgTable(
  'aliases',
  {
    groupName: text('group_name').notNull(),
    name: text('name').notNull(),
    /** Null while it is protected before it names anything. */
    deploymentId: text('deployment_id').references(() => deployments.id),
    isProtected: boolean('is_protected').notNull().default(false),
    /** Where a person wants a protected one to go; it moves when it is approved. */
    proposedId: text('proposed_id').references(() => deployments.id),
    proposedBy: text('proposed_by'),
  },
  (t) => [
    primaryKey({ columns: [t.groupName, t.name] }),
    check('aliases_proposal', sql`(${t.proposedId} is null) = (${t.proposedBy} is null)`),
  ],
)

export const aliasMoves = pgTable(
  'alias_moves',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    groupName: text('group_name').notNull(),
    name: text('name').notNull(),
    deploymentId: deploymentId(),
    actor: text('actor').notNull(),
    reason: text('reason').notNull(),
    at: createdAt(),
  },
  (t) => [index('alias_moves_of_alias').on(t.groupName, t.name, t.id)],
)
