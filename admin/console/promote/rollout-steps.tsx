// What a person may do to a rollout that is under way. Two may look at it at once: each step carries the revision that was
// seen, so that whoever comes second is told what the first has done.

import { useSession } from '../app/session.tsx'
import { type Answers, client, queries } from '../app/trpc.ts'
import { AskFirst } from '../parts/ask-first.tsx'

type View = Answers['rollouts']['get']
type Step = 'pause' | 'resume' | 'approve' | 'abort'

interface StepWords {
  readonly step: Step
  readonly label: string
  readonly color: string
  readonly title: string
  readonly consequence: string
  readonly needsReason?: boolean
}

const stepsOf = ({ state, waitsFor, reason }: View): StepWords[] => [
  ...(state === 'running'
    ? [
        {
          ...{ step: 'pause' as const, label: 'Pause', color: 'yellow', title: 'Pause it?' },
          consequence: 'It goes neither forward nor back until somebody resumes it.',
        },
      ]
    : []),
  ...(state === 'paused'
    ? [
        {
          ...{ step: 'resume' as const, label: 'Resume', color: 'blue', title: 'Resume it?' },
          consequence: 'It goes on from where it is; its timeouts begin anew.',
        },
      ]
    : []),
  ...(state === 'awaiting-approval'
    ? [
        {
          ...{ step: 'approve' as const, label: 'Approve', color: 'teal', title: 'Let it pass?' },
          ...{ consequence: waitsFor || reason, needsReason: true },
        },
      ]
    : []),
  {
    ...{ step: 'abort', label: 'Send back', color: 'red', title: 'Send it back?', needsReason: true },
    consequence: 'All of its devices go back to what their group ran before.',
  },
]

export function RolloutSteps({ view }: { readonly view: View }) {
  const { may } = useSession()
  // What was made current at once has no steps: it is rolled back under Deployments.
  if (view.endedAt !== null || view.alias === null) return null
  const act = (step: Step) => async (reason: string | undefined) => {
    await client.rollouts[step].mutate({
      ...{ id: view.id, expectedRevision: view.revision },
      ...(reason === undefined ? {} : { reason }),
    })
    await queries.invalidateQueries()
  }
  return stepsOf(view)
    .filter(({ step }) => may(`rollouts.${step}`))
    .map(({ step, ...words }) => <AskFirst key={step} {...words} act={act(step)} />)
}
