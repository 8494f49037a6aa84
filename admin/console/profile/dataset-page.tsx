// One data set: how its classes are balanced, and its images, of all classes or of one.

import { Anchor, Card, Image, Progress, Select, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { type Answers, trpc } from '../app/trpc.ts'
import { UnderWay } from '../measure/under-way.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { whole } from '../parts/format.ts'
import { Loaded } from '../parts/loaded.tsx'
import { byCursor, More } from '../parts/more.tsx'
import { Page } from '../parts/page.tsx'

type Class = Answers['datasets']['classes'][number]

/** Of a thousand classes the largest and the smallest tell enough. */
const SHOWN_MAX = 40

export function DatasetPage() {
  const { name } = useParams({ strict: false }) as { name: string }
  const [label, setLabel] = useState<string | null>(null)
  const classes = useQuery(trpc.datasets.classes.queryOptions({ name }))
  const images = useInfiniteQuery(
    trpc.datasets.images.infiniteQueryOptions(
      { name, limit: 48, ...(label === null ? {} : { label: Number(label) }) },
      byCursor,
    ),
  )
  const nameOf = (of: number) => classes.data?.[of]?.name ?? String(of)
  return (
    <Page
      title={name}
      about={
        <Anchor component={Link} to="/data-sets" inherit>
          All data sets
        </Anchor>
      }
    >
      <UnderWay of={{ dataset: name }} />
      <Loaded query={classes}>{(list) => <Balance classes={list} />}</Loaded>
      <Stack>
        <Title order={2} size="h4">
          Images
        </Title>
        <Select
          label="Class"
          placeholder="All"
          clearable
          searchable
          maw={320}
          value={label}
          onChange={setLabel}
          data={(classes.data ?? []).map((c) => ({ value: String(c.label), label: c.name }))}
        />
        <More query={images} empty={<EmptyState title="No image has this class">Choose another.</EmptyState>}>
          {(items) => (
            <SimpleGrid cols={{ base: 3, xs: 4, sm: 6, lg: 8 }} spacing="xs">
              {items.map((image) => (
                <figure key={image.index} style={{ margin: 0 }}>
                  <Image
                    src={`/artifacts/${image.digest}`}
                    alt={`${nameOf(image.label)}, ${image.path}`}
                    loading="lazy"
                    radius="sm"
                    fit="cover"
                    h={96}
                  />
                  <Text component="figcaption" size="xs" truncate>
                    {nameOf(image.label)}
                  </Text>
                </figure>
              ))}
            </SimpleGrid>
          )}
        </More>
      </Stack>
    </Page>
  )
}

function Balance({ classes }: { readonly classes: readonly Class[] }) {
  const sorted = [...classes].sort((a, b) => b.images - a.images)
  const most = sorted[0]?.images ?? 0
  const shown =
    sorted.length <= SHOWN_MAX ? sorted : [...sorted.slice(0, SHOWN_MAX / 2), ...sorted.slice(-SHOWN_MAX / 2)]
  const total = classes.reduce((sum, c) => sum + c.images, 0)
  return (
    <Card withBorder>
      <Title order={2} size="h4">
        Classes
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        {whole(total)} images of {classes.length} classes: {sorted.at(-1)?.images ?? 0} to {most} each.
        {shown.length < sorted.length && ` The ${SHOWN_MAX / 2} largest and smallest:`}
      </Text>
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="xs" verticalSpacing={4}>
        {shown.map((c) => (
          <div key={c.label}>
            <Text size="xs">
              {c.name}: {c.images}
            </Text>
            <Progress
              value={most === 0 ? 0 : (c.images / most) * 100}
              aria-label={`${c.name}: ${c.images} images`}
            />
          </div>
        ))}
      </SimpleGrid>
    </Card>
  )
}
