// Ways to an image: a file, a drop, the clipboard, or one of a data set for whoever has none at hand.

import { Card, Group, Image, Stack, Text, UnstyledButton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect } from 'react'
import { useSession } from '../app/session.tsx'
import { client } from '../app/trpc.ts'
import { DropZone } from '../dialogs/drop-zone.tsx'

const SAMPLES = 8
/** Data sets are in the order of their classes as a rule: drawn from as many. */
const DRAWN_FROM = 1_000

interface ChooseProps {
  readonly isDisabled: boolean
  readonly onImage: (image: File) => void
  readonly children: ReactNode
}

export function ChooseImage({ isDisabled, onImage, children }: ChooseProps) {
  useEffect(() => {
    const paste = ({ clipboardData }: ClipboardEvent) => {
      const [file] = [...(clipboardData?.files ?? [])].filter(({ type }) => type.startsWith('image/'))
      if (file && !isDisabled) onImage(file)
    }
    document.addEventListener('paste', paste)
    return () => document.removeEventListener('paste', paste)
  }, [isDisabled, onImage])
  return (
    <Card withBorder>
      <Stack>
        {children}
        <DropZone
          label="Image"
          button="Choose an image"
          accept="image/jpeg,image/png,image/webp"
          isDisabled={isDisabled}
          hint="or drop one here, or paste one: JPEG, PNG or WebP"
          onFiles={([first]) => first && onImage(first.file)}
        />
        <Samples isDisabled={isDisabled} onImage={onImage} />
      </Stack>
    </Card>
  )
}

interface Sample {
  readonly digest: string
  readonly path: string
}

async function drawSamples(): Promise<{ name: string; samples: Sample[] } | null> {
  const [dataset] = (await client.datasets.list.query({ limit: 1 })).items
  if (!dataset) return null
  const { items } = await client.datasets.images.query({ name: dataset.name, limit: DRAWN_FROM })
  const drawn = items.map((item) => ({ item, lot: Math.random() })).sort((a, b) => a.lot - b.lot)
  return { name: dataset.name, samples: drawn.slice(0, SAMPLES).map(({ item }) => item) }
}

function Samples({ isDisabled, onImage }: Omit<ChooseProps, 'children'>) {
  const { may } = useSession()
  const drawn = useQuery({
    queryKey: ['samples to try'],
    queryFn: drawSamples,
    staleTime: Number.POSITIVE_INFINITY,
    // Whoever may not see images of data sets may still try their own.
    enabled: may('datasets.create'),
  })
  if (!drawn.data) return null
  const take = async ({ digest, path }: Sample) => {
    const bytes = await (await fetch(`/artifacts/${digest}`)).blob()
    onImage(new File([bytes], path, { type: bytes.type }))
  }
  return (
    <Group gap="xs">
      <Text size="sm" c="dimmed">
        or one of {drawn.data.name}:
      </Text>
      {drawn.data.samples.map((sample) => (
        <UnstyledButton
          key={sample.digest}
          disabled={isDisabled}
          onClick={() => void take(sample)}
          aria-label={`Try ${sample.path}`}
        >
          <Image src={`/artifacts/${sample.digest}`} alt="" w={56} h={56} radius="sm" fit="cover" />
        </UnstyledButton>
      ))}
    </Group>
  )
}
