// What the router saw of the image: each feature with its value, and where that lies among the images that the router was
// trained on. What lies outside of them it has learnt nothing about.

import { Box, Card, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ClassifyAnswer } from '#contract/classify.ts'
import type { FeatureName } from '#contract/features.ts'
import type { RouterDocument } from '#contract/router.ts'
import { client } from '../app/trpc.ts'
import { featureInWords } from '../features/feature-names.ts'
import { DataTable } from '../parts/data-table.tsx'

interface Range {
  readonly min: number
  readonly max: number
}

/** Of a document that its own control plane made. */
function rangesOf(document: RouterDocument): Map<FeatureName, Range> {
  const forest =
    document.kind === 'two-stage'
      ? document.forest
      : document.kind === 'forest' || document.kind === 'hybrid'
        ? document
        : undefined
  return new Map(
    (forest?.features ?? []).map((name, i) => [
      name,
      { min: forest!.scaler.min[i]!, max: forest!.scaler.max[i]! },
    ]),
  )
}

async function fetchRanges(version: number): Promise<Map<FeatureName, Range>> {
  const { documentDigest } = await client.routers.get.query({ id: String(version) })
  return rangesOf((await (await fetch(`/artifacts/${documentDigest}`)).json()) as RouterDocument)
}

export function SeenFeatures({ answer }: { readonly answer: ClassifyAnswer }) {
  const { features, decision } = answer
  const ranges = useQuery({
    queryKey: ['training ranges', decision.version],
    queryFn: () => fetchRanges(decision.version),
    staleTime: Number.POSITIVE_INFINITY,
    enabled: features !== undefined,
  })
  return (
    <Card withBorder>
      <Title order={2} size="h5" mb="xs">
        What the router saw
      </Title>
      {features === undefined ? (
        <Text size="sm">{unseen(decision.router)}</Text>
      ) : (
        <DataTable
          label="What the router saw"
          minWidth={420}
          rows={features}
          keyOf={({ name }) => name}
          columns={[
            { name: 'Feature', cell: ({ name }) => <span title={name}>{featureInWords(name)}</span> },
            { name: 'Value', isFigure: true, cell: ({ value }) => short(value) },
            {
              name: 'Among the training images',
              cell: ({ name, value }) => <Place value={value} range={ranges.data?.get(name)} />,
            },
          ]}
        />
      )}
    </Card>
  )
}

const unseen = (router: string): string =>
  router === 'none'
    ? 'Nothing: no router was asked.'
    : ['always-local', 'always-edge', 'random'].includes(router)
      ? 'Nothing: it decides without looking at the image.'
      : 'No feature of the image: it goes by how sure the local model is of its answer, below.'

/** Three digits that count. */
const short = (value: number): string => (Number.isInteger(value) ? String(value) : value.toPrecision(3))

function Place({ value, range }: { readonly value: number; readonly range: Range | undefined }) {
  if (!range) return '–'
  const { min, max } = range
  const at = max > min ? (value - min) / (max - min) : 0.5
  const beyond = value < min ? 'below all of them' : value > max ? 'above all of them' : undefined
  const words = `${short(value)}, of ${short(min)} to ${short(max)}${beyond ? `: ${beyond}` : ''}`
  return (
    <div>
      <Box className="scale scale-small" role="img" aria-label={words} title={words}>
        <Box className="scale-mark" style={{ left: `${Math.min(1, Math.max(0, at)) * 100}%` }} />
      </Box>
      <Text size="xs" fw={beyond ? 650 : 400}>
        {beyond ?? `${short(min)} to ${short(max)}`}
      </Text>
    </div>
  )
}
