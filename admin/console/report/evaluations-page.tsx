// Reports on a pair: every kind of router judged on the same folds and resamples.

import { Anchor, Button } from '@mantine/core'
import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useSession } from '../app/session.tsx'
import { queries, trpc } from '../app/trpc.ts'
import { DataTable } from '../parts/data-table.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { Failure } from '../parts/failure.tsx'
import { byCursor, More } from '../parts/more.tsx'
import { Page } from '../parts/page.tsx'
import { StateBadge } from '../parts/state-badge.tsx'
import { When } from '../parts/when.tsx'
import { usePairNames } from '../select/use-pair-names.ts'

const EVERY_MS = 10_000

export function EvaluationsPage() {
  const { may } = useSession()
  const navigate = useNavigate()
  const list = useInfiniteQuery(
    trpc.evaluations.list.infiniteQueryOptions({ limit: 50 }, { ...byCursor, refetchInterval: EVERY_MS }),
  )
  const pairOf = usePairNames()
  const start = useMutation(
    trpc.evaluations.start.mutationOptions({
      async onSuccess({ id }) {
        await queries.invalidateQueries()
        await navigate({ to: '/evaluations/$id', params: { id } as never })
      },
    }),
  )
  return (
    <Page
      title="Evaluations"
      about="All kinds of routers for one pair, side by side, on images that none of them has seen."
      actions={
        may('evaluations.start') && (
          <Button loading={start.isPending} onClick={() => start.mutate({})}>
            Evaluate the newest selection
          </Button>
        )
      }
    >
      {start.isError && <Failure error={start.error} />}
      <More
        query={list}
        empty={
          <EmptyState title="There is no report yet" command="npx tandem evaluate">
            A report takes a minute for a thousand images.
          </EmptyState>
        }
      >
        {(items) => (
          <DataTable
            label="Evaluations"
            rows={items}
            keyOf={({ id }) => id}
            columns={[
              {
                name: 'Pair',
                cell: ({ id, selectionId }) => (
                  <Anchor component={Link} to="/evaluations/$id" params={{ id } as never} inherit>
                    {pairOf(selectionId)}
                  </Anchor>
                ),
              },
              { name: 'State', cell: ({ state }) => <StateBadge state={state} /> },
              { name: 'Begun', cell: ({ createdAt }) => <When at={createdAt} /> },
              {
                name: 'Ended',
                cell: ({ finishedAt }) => (finishedAt === null ? 'not yet' : <When at={finishedAt} />),
              },
            ]}
          />
        )}
      </More>
    </Page>
  )
}
