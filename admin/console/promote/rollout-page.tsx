// A rollout while it goes on: where it is, what it waits for, how its devices do, and the ways to hold it, let it pass
// and send it back. Two people may look at it at once: a step that somebody else took meanwhile is told.

import { Alert, Anchor, Breadcrumbs, Text, Timeline, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useSession } from '../app/session.tsx'
import { type Answers, client, queries, trpc } from '../app/trpc.ts'
import { AskFirst } from '../parts/ask-first.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { Page } from '../parts/page.tsx'
import { StateBadge } from '../parts/state-badge.tsx'
import { When } from '../parts/when.tsx'
import { StageCard } from './stage-card.tsx'

type View = Answers['rollouts']['get']

const EVERY_MS = 1_500

export function RolloutPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const rollout = useQuery(
    trpc.rollouts.get.queryOptions(
      { id },
      { refetchInterval: ({ state }) => (state.data && state.data.endedAt !== null ? false : EVERY_MS) },
    ),
  )
  const version = rollout.data?.deployment.version
  return (
    <Page
      title={version === undefined ? 'Rollout' : `Rollout of deployment ${version}`}
      actions={rollout.data && <Steps view={rollout.data} />}
    >
      <Breadcrumbs>
        <Anchor component={Link} to="/rollouts">
          Deployments
        </Anchor>
        <Text>{id}</Text>
      </Breadcrumbs>
      <Loaded query={rollout}>{(view) => <Whole view={view} />}</Loaded>
    </Page>
  )
}

function Whole({ view }: { readonly view: View }) {
  const isBad = view.state === 'rolled-back'
  return (
    <>
      <Alert
        color={isBad ? 'orange' : 'blue'}
        variant="light"
        title={<StateBadge state={view.state} />}
        aria-live="polite"
      >
        <Text size="sm">{view.reason}</Text>
        {view.waitsFor !== '' && <Text size="sm">Waits: {view.waitsFor}</Text>}
        {isBad && (
          <Text size="sm">
            All devices are on their way back. Find the cause under the devices that failed below, mend it,
            and promote again.
          </Text>
        )}
      </Alert>
      {view.stages.map((stage, i) => (
        <StageCard key={JSON.stringify(stage.stage)} number={i + 1} view={stage} />
      ))}
      <Title order={2} size="h4">
        Steps
      </Title>
      <Timeline bulletSize={14} active={view.events.length}>
        {[...view.events].reverse().map((event) => (
          <Timeline.Item key={event.id} title={event.event}>
            <Text size="sm">{event.reason}</Text>
            <Text size="xs" c="dimmed">
              {event.actor}, <When at={event.at} />
            </Text>
          </Timeline.Item>
        ))}
      </Timeline>
    </>
  )
}

function Steps({ view }: { readonly view: View }) {
  const { may } = useSession()
  const { id, state, revision } = view
  const step = (name: 'pause' | 'resume' | 'approve' | 'abort') => async (reason: string | undefined) => {
    await client.rollouts[name].mutate({
      id,
      expectedRevision: revision,
      ...(reason === undefined ? {} : { reason }),
    })
    await queries.invalidateQueries()
  }
  if (view.endedAt !== null || view.alias === null) return null
  return (
    <>
      {state === 'running' && may('rollouts.pause') && (
        <AskFirst
          label="Pause"
          color="yellow"
          title="Pause it?"
          consequence="It goes neither forward nor back until somebody resumes it."
          act={step('pause')}
        />
      )}
      {state === 'paused' && may('rollouts.resume') && (
        <AskFirst
          label="Resume"
          color="blue"
          title="Resume it?"
          consequence="It goes on from where it is; its timeouts begin anew."
          act={step('resume')}
        />
      )}
      {state === 'awaiting-approval' && may('rollouts.approve') && (
        <AskFirst
          label="Approve"
          color="teal"
          title="Let it pass?"
          consequence={view.waitsFor || view.reason}
          needsReason
          act={step('approve')}
        />
      )}
      {may('rollouts.abort') && (
        <AskFirst
          label="Send back"
          title="Send it back?"
          consequence="All of its devices go back to what their group ran before."
          needsReason
          act={step('abort')}
        />
      )}
    </>
  )
}
