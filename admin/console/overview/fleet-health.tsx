// How many devices do what they should, and how many do not, with the way to those.

import { Anchor, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { Answers } from '../app/trpc.ts'
import { FigureCard } from '../parts/figure-card.tsx'
import { whole } from '../parts/format.ts'

type Totals = Answers['devices']['totals']

const UNWELL = ['failed', 'installing', 'enrolled'] as const

export function FleetHealth({ totals: { states, silent } }: { readonly totals: Totals }) {
  const { revoked: _, ...here } = states
  const all = Object.values(here).reduce((sum, count) => sum + count, 0)
  const unwell = UNWELL.filter((state) => states[state])
  return (
    <FigureCard
      name="Devices that serve"
      value={`${whole(states.serving ?? 0)} of ${whole(all)}`}
      note={
        <>
          {unwell.map((state) => (
            <span key={state}>
              <Anchor component={Link} to="/devices" search={{ states: state } as never} inherit>
                {whole(states[state] ?? 0)} {state}
              </Anchor>
              {', '}
            </span>
          ))}
          <Text span inherit>
            {silent === 0 ? 'all were heard of in the last 2 min' : `${whole(silent)} silent for over 2 min`}
          </Text>
        </>
      }
    />
  )
}
