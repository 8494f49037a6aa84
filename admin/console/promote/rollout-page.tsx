// A rollout while it goes on, as a stream of what is so: where it is, what it waits for, how its devices do, what their
// decisions show, what it changes, and the ways to hold it, let it pass and send it back. Where no stream comes through,
// it is asked for every few seconds.

import { Anchor, Breadcrumbs, Card, Text, Timeline, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { type Answers, queries, trpc } from '../app/trpc.ts'
import { LiveBadge } from '../live/live-badge.tsx'
import { useLive } from '../live/use-live.ts'
import { Loaded } from '../parts/loaded.tsx'
import { Page } from '../parts/page.tsx'
import { When } from '../parts/when.tsx'
import { DeploymentDiff } from './compare-page.tsx'
import { RolloutState, WhatToDo } from './rollout-state.tsx'
import { RolloutSteps } from './rollout-steps.tsx'
import { StageCard } from './stage-card.tsx'

type View = Answers['rollouts']['get']

const EVERY_MS = 3_000

const STEPS: Readonly<Record<string, string>> = {
  begin: 'Begun',
  activate: 'A stage began',
  soak: 'Its devices serve it, and are watched',
  ask: 'Asked for approval',
  pause: 'Paused',
  paused: 'Paused',
  resume: 'Resumed',
  resumed: 'Resumed',
  approve: 'Approved',
  approved: 'Approved',
  completed: 'Completed',
  'rolled-back': 'Sent back',
  superseded: 'Superseded',
}

export function RolloutPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const key = trpc.rollouts.get.queryKey({ id })
  const isOver = queries.getQueryData(key)?.endedAt != null
  const live = useLive(
    trpc.live.rollout.subscriptionOptions(
      { id },
      { enabled: !isOver, onData: ({ data }) => queries.setQueryData(key, data) },
    ),
  )
  const rollout = useQuery(
    trpc.rollouts.get.queryOptions(
      { id },
      { refetchInterval: isOver || live === 'live' || live === 'paused' ? false : EVERY_MS },
    ),
  )
  const version = rollout.data?.deployment.version
  return (
    <Page
      title={version === undefined ? 'Rollout' : `Rollout of deployment ${version}`}
      actions={
        rollout.data && (
          <>
            {rollout.data.endedAt === null && <LiveBadge state={live} />}
            <RolloutSteps view={rollout.data} />
          </>
        )
      }
    >
      <Breadcrumbs>
        <Anchor component={Link} to="/rollouts">
          Deployments
        </Anchor>
        <Text>Rollout of deployment {version}</Text>
      </Breadcrumbs>
      <Loaded query={rollout}>{(view) => <Whole view={view} />}</Loaded>
    </Page>
  )
}

function Whole({ view }: { readonly view: View }) {
  const group = view.plan.stages[0]?.group ?? 'default'
  const deployment = useQuery(trpc.rollouts.deployment.queryOptions({ id: view.deployment.id }))
  const history = useQuery(trpc.rollouts.history.queryOptions({ group, limit: 50 }))
  const before = history.data?.items.find(
    ({ rollout, deployment: { id } }) => rollout.createdAt < view.createdAt && id !== view.deployment.id,
  )?.deployment
  return (
    <>
      <RolloutState view={view} />
      {view.state === 'rolled-back' && <WhatToDo view={view} document={deployment.data?.document} />}
      {view.stages.map((stage, i) => (
        <StageCard
          key={JSON.stringify(stage.stage)}
          number={i + 1}
          view={stage}
          isOver={view.endedAt !== null}
        />
      ))}
      {before && (
        <Card withBorder>
          <Title order={2} size="h4" mb="xs">
            What it changes
          </Title>
          <DeploymentDiff from={String(before.version)} to={String(view.deployment.version)} isBrief />
        </Card>
      )}
      {view.events.length > 0 && <Steps view={view} />}
    </>
  )
}

const Steps = ({ view }: { readonly view: View }) => (
  <Card withBorder>
    <Title order={2} size="h4" mb="sm">
      Steps
    </Title>
    <Timeline bulletSize={14} active={view.events.length}>
      {[...view.events].reverse().map((event) => (
        <Timeline.Item key={event.id} title={STEPS[event.event] ?? event.event}>
          <Text size="sm">{event.reason}</Text>
          <Text size="xs" c="dimmed">
            {event.actor}, <When at={event.at} />
          </Text>
        </Timeline.Item>
      ))}
    </Timeline>
  </Card>
)
