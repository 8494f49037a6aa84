// Where a rollout is, in words; and where it was sent back, why, and what to do about it.

import { Alert, Anchor, Group, List, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { Answers } from '../app/trpc.ts'
import { percentInterval } from '../parts/format.ts'
import { RowLink } from '../parts/row-link.tsx'
import { draftOf } from './plan-draft.ts'
import { PromoteForm } from './promote-form.tsx'
import { figureOf, nameOf } from './quality-table.tsx'

type View = Answers['rollouts']['get']
type Document = Answers['rollouts']['deployment']['document']

const COLOURS: Readonly<Record<string, string>> = {
  'rolled-back': 'orange',
  paused: 'yellow',
  'awaiting-approval': 'yellow',
  completed: 'teal',
}

const TITLES: Readonly<Record<string, string>> = {
  running: 'Under way',
  paused: 'Paused',
  'awaiting-approval': 'Waits for approval',
  completed: 'Completed',
  'rolled-back': 'Sent back',
  superseded: 'Superseded by a newer one',
}

export function RolloutState({ view }: { readonly view: View }) {
  return (
    <Alert
      color={COLOURS[view.state] ?? 'blue'}
      variant="light"
      title={TITLES[view.state] ?? view.state}
      aria-live="polite"
    >
      <Text size="sm">{view.reason}.</Text>
      {view.waitsFor !== '' && <Text size="sm">Now: {view.waitsFor}.</Text>}
      {view.state === 'paused' && (
        <Text size="sm">It goes neither forward nor back: resume it, or send it back.</Text>
      )}
    </Alert>
  )
}

/** What each broken bound mostly comes from. */
const ADVICE: Readonly<Record<string, string>> = {
  'offload share':
    'The images that came are not those the router was trained on, or its threshold is set too low. Train one with a threshold for your offload target, or raise the bound.',
  'fallback share':
    'The function failed for these images. Try it by npm run functions:dev, then register a new version.',
  'edge failure share':
    'The edge did not answer, or too late. See that the edge devices of the group serve, and how busy they are, before you promote again.',
  'latency p95 in ms':
    'Answers took too long. Mostly too much is sent, or the edge is busy: compare how much was sent with the deployment before.',
  disagreement:
    'On images that stayed, the edge said something else too often. Train a router that sends more of them.',
}

/** After a rollout that was sent back. */
export function WhatToDo({
  view,
  document,
}: {
  readonly view: View
  readonly document: Document | undefined
}) {
  const newest = view.stages.findLast(({ is }) => is !== 'to come')
  const failed = newest?.devices.filter(({ state }) => state === 'failed') ?? []
  const broken = newest?.bounds.filter(({ verdict }) => verdict === 'broken') ?? []
  const group = view.plan.stages[0]?.group ?? 'default'
  const intervalOf = (what: string) => newest?.measured.find((line) => line.what === what)?.interval
  return (
    <Alert color="blue" variant="light" title="What to do">
      <List size="sm" spacing="xs" type="ordered">
        <List.Item>
          Nothing is urgent: its devices went back to what they ran before.{' '}
          <Anchor component={Link} to="/devices" search={{ group } as never} inherit>
            See that they serve
          </Anchor>
          .
        </List.Item>
        {broken.map(({ what, value, is, bound }) => {
          const interval = intervalOf(what)
          return (
            <List.Item key={`${what} ${is}`}>
              {nameOf(what)}: {interval ? percentInterval(interval) : figureOf(what, value ?? 0)}, expected{' '}
              {is} {figureOf(what, bound)}. {ADVICE[what]}
            </List.Item>
          )
        })}
        {failed.slice(0, 5).map(({ name, message }) => (
          <List.Item key={name}>
            <RowLink to="/devices/$name" params={{ name }} label={name} /> could not run it:{' '}
            {message || 'it did not say why'}. Its log tells more.
          </List.Item>
        ))}
        {broken.length + failed.length === 0 && (
          <List.Item>The steps below say who sent it back, and why.</List.Item>
        )}
        <List.Item>Mend it, then promote again with the same plan or another.</List.Item>
      </List>
      {document && (
        <Group mt="sm">
          <PromoteForm
            groups={[group]}
            before={{
              ...{ router: document.router.version, function: document.function.name },
              ...{ group, plan: draftOf(view.plan) },
            }}
          />
        </Group>
      )}
    </Alert>
  )
}
