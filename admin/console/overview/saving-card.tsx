// Does routing pay? One deployment against both ways that need no router, in energy at the device and in accuracy, each
// with its interval; and in words, also where the answer is no.

import { Alert, Badge, Card, Group, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Answers } from '../app/trpc.ts'
import { DataTable } from '../parts/data-table.tsx'
import { joules, joulesInterval, percent, percentInterval, whole } from '../parts/format.ts'
import { HOURS } from './last-day.ts'
import { against, summary } from './saving-words.ts'

type Answer = Answers['decisions']['saving']
type Saving = NonNullable<Answer['saving']>
type Line = Answer['expected'][number]

export function SavingCard({ answer }: { readonly answer: Answer }) {
  const { saving, images, expected, verdict } = answer
  return (
    <Card withBorder>
      <Title order={2} size="h4">
        Does routing pay?
      </Title>
      <Text mt={4} maw={860}>
        {saving
          ? summary(answer, saving)
          : `${images === 0 ? 'No image was' : `Only ${whole(images)} images were`} answered in ${HOURS} h: too few to say. Below is what the router’s evaluation expects.`}
      </Text>
      {!verdict.beatsChance && (
        <Alert color="orange" variant="light" mt="xs">
          <Text size="sm">
            By its evaluation this router is no better than drawing lots: {verdict.words} Train another one
            under Routers.
          </Text>
        </Alert>
      )}
      <DataTable
        label="Routing against the ways that need no router"
        rows={expected}
        keyOf={({ name }) => name}
        minWidth={720}
        columns={[
          { name: 'Way', cell: (line) => <Way line={line} answer={answer} /> },
          { name: 'Sent to the edge', isFigure: true, cell: (line) => sent(line, saving) },
          { name: 'Top-1, 95 % interval', isFigure: true, cell: ({ top1 }) => percentInterval(top1) },
          { name: 'Energy of an image at the device', isFigure: true, cell: (line) => energy(line, saving) },
          { name: 'With the router instead', cell: (line) => <Compared line={line} saving={saving} /> },
        ]}
      />
      <Text size="xs" c="dimmed" mt="xs">
        {saving
          ? `From the newest ${whole(saving.images)} answers of the last ${HOURS} h. `
          : 'From measured profiles. '}
        Energy is that of the local device by its power model, not by a meter; uploads: {answer.uploadSource}.
        Top-1 is that of images which the router had not seen, from its evaluation.
      </Text>
    </Card>
  )
}

function Way({ line, answer }: { readonly line: Line; readonly answer: Answer }) {
  if (line.name === 'local-only') return `All on the device: ${answer.pair.local}`
  if (line.name === 'edge-only') return `All to the edge: ${answer.pair.edge}`
  return <Text fw={650} inherit>{`Router ${answer.router.version}, ${answer.router.kind}`}</Text>
}

function sent({ name, offloadShare }: Line, saving: Saving | null): string {
  if (name !== 'router') return percent(offloadShare, 0)
  return saving ? percentInterval(saving.offloadShare) : percent(offloadShare)
}

function energy({ name, deviceEnergyJ }: Line, saving: Saving | null): string {
  if (!saving) return joules(deviceEnergyJ)
  if (name === 'router') return joulesInterval(saving.deviceJ)
  return joulesInterval((name === 'edge-only' ? saving.edgeOnly : saving.localOnly).baselineJ)
}

const COLOURS = { saves: 'teal', costs: 'orange', unsure: 'gray' } as const
const WORDS = { saves: 'saves', costs: 'costs more', unsure: 'not sure' } as const

function Compared({ line, saving }: { readonly line: Line; readonly saving: Saving | null }): ReactNode {
  if (line.name === 'router' || !saving) return '–'
  const { verdict, saved } = line.name === 'edge-only' ? saving.edgeOnly : saving.localOnly
  return (
    <Group gap="xs" wrap="nowrap">
      <Badge color={COLOURS[verdict]} variant="light" tt="none">
        {WORDS[verdict]}
      </Badge>
      <Text span inherit>
        {against(saved)}
      </Text>
    </Group>
  )
}
