// Labelled images that models are measured on, and the way to bring some.

import { Anchor } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { lazy } from 'react'
import { useSession } from '../app/session.tsx'
import { trpc } from '../app/trpc.ts'
import { AddressDialog } from '../dialogs/address-dialog.tsx'
import { DataTable } from '../parts/data-table.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { whole } from '../parts/format.ts'
import { byCursor, More } from '../parts/more.tsx'
import { Page } from '../parts/page.tsx'
import { When } from '../parts/when.tsx'

const AddDataset = lazy(async () => ({ default: (await import('../add/add-dataset.tsx')).AddDataset }))

export function DatasetsPage() {
  const { may } = useSession()
  const datasets = useInfiniteQuery(trpc.datasets.list.infiniteQueryOptions({ limit: 100 }, byCursor))
  return (
    <Page
      title="Data sets"
      about="Labelled images. Everything about a pair is measured on them, so they should look like what the devices will see."
      actions={
        may('datasets.create') && (
          <AddressDialog name="add" label="Add a data set" title="Add a data set">
            {() => <AddDataset />}
          </AddressDialog>
        )
      }
    >
      <More
        query={datasets}
        empty={
          <EmptyState
            title="There is no data set yet"
            command="npx tandem datasets add my-folder --name my-data --labels classes.txt"
          >
            Add a folder: one of images for each class, or images with a CSV of files and labels.
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
                  <Anchor component={Link} to="/data-sets/$name" params={{ name } as never} inherit>
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
