// Which pair, and why: the newest selection or the one in the address, its pairs with their front, the candidates with
// what speaks against each, and a what-if with other limits.

import { Alert, Card, List, Select, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { type Answers, trpc } from '../app/trpc.ts'
import { EmptyState } from '../parts/empty-state.tsx'
import { moment } from '../parts/format.ts'
import { Loaded } from '../parts/loaded.tsx'
import { Page } from '../parts/page.tsx'
import { CandidatePlot } from './candidate-plot.tsx'
import { CandidateTable } from './candidate-table.tsx'
import { expectationsInWords } from './limits.ts'
import { nameOf, pairInWords } from './pair-names.ts'
import { PairPlot } from './pair-plot.tsx'
import { PairShares } from './pair-shares.tsx'
import { WhatIf } from './what-if.tsx'

export type Selection = Answers['selections']['get']

export function SelectionPage() {
  const { id } = useSearch({ strict: false }) as { id?: string }
  const list = useQuery(trpc.selections.list.queryOptions({ limit: 50 }))
  const chosenId = id ?? list.data?.items[0]?.id
  const chosen = useQuery(
    trpc.selections.get.queryOptions({ id: chosenId ?? '' }, { enabled: chosenId !== undefined }),
  )
  return (
    <Page
      title="Selection"
      about="Which light and which heavy model ride together: algorithm 1 takes the fastest light one within your limits, algorithm 2 the heavy one that is right most often where the light one fails."
      actions={<WhatIf key={chosen.data?.id} before={chosen.data?.result.expectations} />}
    >
      <Loaded query={list}>
        {({ items }) =>
          chosenId === undefined ? (
            <EmptyState title="No pair was selected yet" command="npx tandem select --dataset my-data">
              Measure the candidates on one local and one edge device (“Models”), then select.
            </EmptyState>
          ) : (
            <Stack>
              {items.length > 1 && <Choice items={items} id={chosenId} />}
              <Loaded query={chosen}>{({ result }) => <Chosen result={result} />}</Loaded>
            </Stack>
          )
        }
      </Loaded>
    </Page>
  )
}

type Row = Answers['selections']['list']['items'][number]

function Choice({ items, id }: { readonly items: readonly Row[]; readonly id: string }) {
  const navigate = useNavigate()
  return (
    <Select
      label="Selection"
      maw={420}
      value={id}
      allowDeselect={false}
      data={items.map((row) => ({
        value: row.id,
        label: `${moment(row.createdAt)}: ${pairInWords(row.result)}`,
      }))}
      onChange={(value) => void navigate({ to: '/selection', search: { id: value } as never })}
    />
  )
}

function Chosen({ result }: { readonly result: Result }) {
  return (
    <Stack>
      <Why result={result} />
      {result.ok && <PairShares shares={result.shares} images={result.images} />}
      <SimpleGrid cols={{ base: 1, xl: 2 }}>
        <CandidatePlot result={result} />
        {result.front && <PairPlot result={result} />}
      </SimpleGrid>
      <CandidateTable result={result} />
    </Stack>
  )
}

export type Result = Selection['result']

/** The reasons of a choice, or why there is none. */
function Why({ result }: { readonly result: Result }) {
  const reasons = (
    <List size="sm">
      {result.reasons.map((reason) => (
        <List.Item key={reason}>{reason}</List.Item>
      ))}
    </List>
  )
  const expected = expectationsInWords(result.expectations ?? {})
  const limits = (
    <Text size="sm" c="dimmed" mt="xs">
      {expected.length === 0 ? 'Without limits.' : `Limits: ${expected.join('; ')}.`}
    </Text>
  )
  if (!result.ok)
    return (
      <Alert color="yellow" variant="light" title="No pair keeps these limits">
        {reasons}
        {limits}
      </Alert>
    )
  return (
    <Card withBorder>
      <Title order={2} size="h4" mb="xs">
        {nameOf(result, result.localModelId)} → {nameOf(result, result.edgeModelId)}
      </Title>
      {reasons}
      {limits}
    </Card>
  )
}
