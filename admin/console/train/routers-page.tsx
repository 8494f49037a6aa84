// All routers, newest first, with the verdict of their evaluation in a word.

import { Anchor, Badge } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { trpc } from '../app/trpc.ts'
import { DataTable } from '../parts/data-table.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { interval, percent } from '../parts/format.ts'
import { byCursor, More } from '../parts/more.tsx'
import { Page } from '../parts/page.tsx'
import { When } from '../parts/when.tsx'
import { Train } from './train.tsx'
import { WorksUnderWay } from './works-under-way.tsx'

export function RoutersPage() {
  const routers = useInfiniteQuery(trpc.routers.list.infiniteQueryOptions({ limit: 50 }, byCursor))
  return (
    <Page
      title="Routers"
      about="A router says which images go to the edge. Whether it does so better than lots is measured on images that it has not seen."
      actions={<Train />}
    >
      <WorksUnderWay kinds={['training', 'forest-import']} />
      <More
        query={routers}
        empty={
          <EmptyState title="No router is trained yet" command="npx tandem train --kind confidence">
            Select a pair, then train. The local model’s own confidence is the router to beat.
          </EmptyState>
        }
      >
        {(items) => (
          <DataTable
            label="Routers"
            rows={items}
            keyOf={(router) => router.id}
            minWidth={760}
            columns={[
              {
                name: 'Version',
                cell: ({ version }) => (
                  <Anchor
                    component={Link}
                    to="/routers/$version"
                    params={{ version: String(version) } as never}
                    inherit
                  >
                    {version}
                  </Anchor>
                ),
              },
              { name: 'Kind', cell: ({ kind }) => kind },
              {
                name: 'Verdict',
                cell: ({ evaluation: { verdict } }) => (
                  <Badge
                    variant="light"
                    color={
                      !verdict.beatsChance ? 'red' : verdict.beatsConfidence === false ? 'yellow' : 'teal'
                    }
                    tt="none"
                  >
                    {!verdict.beatsChance
                      ? 'no better than lots'
                      : verdict.beatsConfidence === false
                        ? 'better than lots, not than confidence'
                        : 'better than lots'}
                  </Badge>
                ),
              },
              { name: 'DGC, 95 %', isFigure: true, cell: ({ evaluation }) => interval(evaluation.dgc) },
              { name: 'AUC, 95 %', isFigure: true, cell: ({ evaluation }) => interval(evaluation.auc) },
              {
                name: 'Top-1 / sent',
                isFigure: true,
                cell: ({ evaluation: { strategies } }) => {
                  const own = strategies.find((s) => s.name === 'router')
                  return own ? `${percent(own.top1.value)} / ${percent(own.offloadShare)}` : '–'
                },
              },
              { name: 'Trained', cell: ({ createdAt }) => <When at={createdAt} /> },
            ]}
          />
        )}
      </More>
    </Page>
  )
}
