// All candidates side by side: what each costs on each device and how often it is right, as points and as rows; what
// devices measure just now; and the ways to bring a model and to have it measured.

import { Stack } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { lazy } from 'react'
import { useSession } from '../app/session.tsx'
import { trpc } from '../app/trpc.ts'
import { ComparedModels } from '../compare/compared-models.tsx'
import { AddressDialog } from '../dialogs/address-dialog.tsx'
import { Measure } from '../measure/measure.tsx'
import { UnderWay } from '../measure/under-way.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { byCursor, More } from '../parts/more.tsx'
import { Page } from '../parts/page.tsx'

const AddModel = lazy(async () => ({ default: (await import('../add/add-model.tsx')).AddModel }))

const LIMIT = 200

export function ModelsPage() {
  const { may } = useSession()
  const models = useInfiniteQuery(trpc.models.list.infiniteQueryOptions({ limit: LIMIT }, byCursor))
  return (
    <Page
      title="Models"
      about="Candidates for both tiers. Each is run over a data set on each device; what is measured there is what selection goes by."
      actions={
        <>
          {may('profiles.create') && models.data?.pages[0]?.items.length !== 0 && <Measure />}
          {may('models.create') && (
            <AddressDialog name="add" label="Add a model" title="Add a model">
              {() => <AddModel />}
            </AddressDialog>
          )}
        </>
      }
    >
      <UnderWay />
      <More
        query={models}
        empty={
          <EmptyState
            title="No model is registered yet"
            command="npx tandem models add model.onnx --name my-model --labels classes.txt"
          >
            Add ONNX classifiers that share one list of classes: a light one, a heavy one, and what lies
            between.
          </EmptyState>
        }
      >
        {(items) => (
          <Stack>
            <ComparedModels models={items} />
          </Stack>
        )}
      </More>
    </Page>
  )
}
