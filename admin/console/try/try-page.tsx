// An image of one's own through a device: which tier answered and why, what the router saw, what each model says, and how
// long every step took. The image goes to the device by way of the control plane and is kept nowhere.

import { Image, Select, SimpleGrid, Stack } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useEffect, useState } from 'react'
import { trpc } from '../app/trpc.ts'
import { EmptyState } from '../parts/empty-state.tsx'
import { Failure } from '../parts/failure.tsx'
import { Page } from '../parts/page.tsx'
import { BothModels } from './both-models.tsx'
import { ChooseImage } from './choose-image.tsx'
import { SeenFeatures } from './seen-features.tsx'
import { ServedAnswer } from './served-answer.tsx'
import { tryImage } from './try-image.ts'

export function TryPage() {
  const navigate = useNavigate()
  const { device } = useSearch({ strict: false }) as { device?: string }
  const devices = useQuery(trpc.devices.list.queryOptions({ tier: 'local', states: ['serving'], limit: 200 }))
  const [image, setImage] = useState<File>()
  const url = useUrlOf(image)
  const chosen = device ?? devices.data?.items[0]?.name ?? null
  const { mutate, ...answers } = useMutation({ mutationFn: (file: File) => tryImage(chosen ?? '', file) })
  const take = useCallback(
    (file: File) => {
      setImage(file)
      mutate(file)
    },
    [mutate],
  )
  if (devices.data?.items.length === 0)
    return (
      <Page title="Try it">
        <EmptyState title="No local device serves anything yet" command="npx tandem promote --router 1">
          Promote a router to a group that has a local device, under “Deployments”.
        </EmptyState>
      </Page>
    )
  return (
    <Page title="Try it" about="Send an image through a device, and see who answers it and why.">
      <ChooseImage isDisabled={chosen === null || answers.isPending} onImage={take}>
        <Select
          label="Device"
          maw={280}
          data={(devices.data?.items ?? []).map(({ name }) => name)}
          value={chosen}
          onChange={(name) => void navigate({ to: '/try', search: { device: name } as never, replace: true })}
          allowDeselect={false}
        />
      </ChooseImage>
      {answers.isError && <Failure error={answers.error} retry={() => image && mutate(image)} />}
      <Stack aria-live="polite" aria-busy={answers.isPending}>
        <SimpleGrid cols={{ base: 1, md: 2 }}>
          {url !== undefined && (
            <Image src={url} alt={image?.name ?? ''} fit="contain" mah={420} radius="md" />
          )}
          {answers.data && <ServedAnswer answer={answers.data.routed} />}
        </SimpleGrid>
        {answers.data && (
          <>
            <SeenFeatures answer={answers.data.routed} />
            <BothModels tried={answers.data} />
          </>
        )}
      </Stack>
    </Page>
  )
}

function useUrlOf(image: File | undefined): string | undefined {
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    if (!image) return
    const made = URL.createObjectURL(image)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [image])
  return url
}
