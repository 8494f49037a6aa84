// An image of one's own through a device: which tier answered and why, what each model says, what the router saw, and
// how long every step took. The image goes to the device by way of the control plane and is kept nowhere.

import {
  Badge,
  Button,
  Card,
  FileButton,
  Group,
  Image,
  Select,
  SimpleGrid,
  Stack,
  Text,
  Title,
} from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type DragEvent, useEffect, useState } from 'react'
import { trpc } from '../app/trpc.ts'
import { EmptyState } from '../parts/empty-state.tsx'
import { Failure } from '../parts/failure.tsx'
import { Page } from '../parts/page.tsx'
import { AnswerCard } from './answer-card.tsx'
import { tryImage } from './try-image.ts'

export function TryPage() {
  const devices = useQuery(trpc.devices.list.queryOptions({ tier: 'local', states: ['serving'], limit: 200 }))
  const [device, setDevice] = useState<string | null>(null)
  const [image, setImage] = useState<File>()
  const [url, setUrl] = useState<string>()
  const chosen = device ?? devices.data?.items[0]?.name ?? null
  const answers = useMutation({ mutationFn: (file: File) => tryImage(chosen ?? '', file) })
  useEffect(() => {
    if (!image) return
    const made = URL.createObjectURL(image)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [image])
  const take = (file: File | null | undefined) => {
    if (!file) return
    setImage(file)
    answers.mutate(file)
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    take(event.dataTransfer.files[0])
  }
  if (devices.data?.items.length === 0)
    return (
      <Page title="Try it">
        <EmptyState title="No local device serves anything yet" command="npx tandem promote --router 1">
          Promote a router to a group that has a local device.
        </EmptyState>
      </Page>
    )
  return (
    <Page title="Try it" about="Choose or drop an image, and see who answers it and why.">
      <Card withBorder onDragOver={(e) => e.preventDefault()} onDrop={drop}>
        <Group align="flex-end">
          <Select
            label="Device"
            data={(devices.data?.items ?? []).map(({ name }) => name)}
            value={chosen}
            onChange={setDevice}
            allowDeselect={false}
          />
          <FileButton accept="image/jpeg,image/png,image/webp" onChange={take}>
            {(props) => (
              <Button {...props} loading={answers.isPending} disabled={chosen === null}>
                Choose an image
              </Button>
            )}
          </FileButton>
          <Text size="sm" c="dimmed">
            or drop one here: JPEG, PNG or WebP
          </Text>
        </Group>
      </Card>
      {answers.isError && <Failure error={answers.error} retry={() => image && answers.mutate(image)} />}
      <SimpleGrid cols={{ base: 1, md: 2 }} aria-live="polite">
        {url !== undefined && <Image src={url} alt={image?.name ?? ''} fit="contain" mah={420} radius="md" />}
        {answers.data && (
          <Stack>
            <AnswerCard title="As it is served" answer={answers.data.routed} isMain />
          </Stack>
        )}
      </SimpleGrid>
      {answers.data && (
        <>
          <Group gap="xs">
            <Title order={2} size="h4">
              Both models
            </Title>
            {answers.data.edge && !('error' in answers.data.edge) && !('error' in answers.data.local) && (
              <Badge
                tt="none"
                color={
                  answers.data.local.labels[0]?.index === answers.data.edge.labels[0]?.index
                    ? 'teal'
                    : 'orange'
                }
              >
                {answers.data.local.labels[0]?.index === answers.data.edge.labels[0]?.index
                  ? 'they agree'
                  : 'they disagree'}
              </Badge>
            )}
          </Group>
          <SimpleGrid cols={{ base: 1, md: 2 }}>
            <AnswerCard title="Local model" answer={answers.data.local} />
            <AnswerCard title="Edge model" answer={answers.data.edge} />
          </SimpleGrid>
        </>
      )}
    </Page>
  )
}
