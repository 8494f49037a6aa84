// Labelled images that models are measured on.

import { Anchor } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { trpc } from '../app/trpc.ts'
import { DataTable } from '../parts/data-table.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { whole } from '../parts/format.ts'
import { byCursor, More } from '../parts/more.tsx'
import { Page } from '../parts/page.tsx'
import { When } from '../parts/when.tsx'

export function DatasetsPage() {
  const datasets = useInfiniteQuery(trpc.datasets.list.infiniteQueryOptions({ limit: 100 }, byCursor))
  return (
    <Page
      title="Data sets"
      about="Labelled images. Everything about a pair is measured on them, so they should look like what the devices will see."
    >
      <More
        query={datasets}
        empty={
          <EmptyState
            title="There is no data set yet"
            command="npx tandem datasets add my-data --csv labels.csv --labels classes.txt"
          >
            A CSV of files and labels, or a folder for each class.
          </EmptyState>
        }
      >
        {(items) => (
          <DataTable
            label="Data sets"
            rows={items}
            keyOf={(set) => set.id}
            columns={[
              {
                name: 'Data set',
                cell: ({ name }) => (
                  <Anchor component={Link} to="/data-sets/$name" params={{ name } as never}>
                    {name}
                  </Anchor>
                ),
              },
              { name: 'Images', isFigure: true, cell: ({ imageCount }) => whole(imageCount) },
              { name: 'Made', cell: ({ createdAt }) => <When at={createdAt} /> },
            ]}
          />
        )}
      </More>
    </Page>
  )
}
