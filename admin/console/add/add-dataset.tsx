// A data set from a folder of one's own: what was understood of it is shown before anything goes up, then the images go up
// as the CLI sends them. What was sent already stays when one cancels: the same folder goes on from there.

import { Button, Group, Stack, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { ModelName } from '#contract/model.ts'
import { queries, trpc } from '../app/trpc.ts'
import { DropZone } from '../dialogs/drop-zone.tsx'
import { UploadBar } from '../dialogs/upload-bar.tsx'
import { useCallKey } from '../dialogs/use-call-key.ts'
import { Failure } from '../parts/failure.tsx'
import { isImage } from '../upload/is-image.ts'
import { type NamedFile, readAll, type SendOptions, sendJson, sendMissing } from '../upload/send-files.ts'
import { useUpload } from '../upload/use-upload.ts'
import { FolderPreview } from './folder-preview.tsx'
import { FROM_FILE, LabelChoice, useLabelLists } from './label-choice.tsx'
import { nameOf } from './model-files.ts'
import {
  type Folder,
  foldersOf,
  type LabelledFile,
  labelFolder,
  pathsIn,
  readFolder,
} from './read-dataset.ts'

interface Taken {
  readonly folder: Folder | undefined
  /** Tells folders of the same names apart. */
  readonly takenAtMs: number
}

export function AddDataset() {
  const navigate = useNavigate()
  const keyed = useCallKey()
  const [{ folder, takenAtMs }, setTaken] = useState<Taken>({ folder: undefined, takenAtMs: 0 })
  const [unread, setUnread] = useState<unknown>()
  const [said, setSaid] = useState<string>()
  const [list, setList] = useState<string | null>(null)
  const { sent, error, run, cancel } = useUpload()
  const create = useMutation(trpc.datasets.create.mutationOptions())
  const name = said ?? nameOf(`${folder?.name ?? ''}.`)
  const usual = useUsualList(folder)
  const chosen = list ?? (folder?.classes ? FROM_FILE : (usual ?? (folder && !folder.csv ? FROM_FILE : null)))
  const classes = useClasses(folder, chosen)
  const labelled = useQuery({
    queryKey: ['folder', takenAtMs, classes],
    queryFn: () => labelFolder(folder!, classes!),
    enabled: folder !== undefined && classes !== undefined,
    retry: false,
  })
  const take = (files: NamedFile[]) => {
    setUnread(undefined)
    setTaken({ folder: undefined, takenAtMs: 0 })
    setList(null)
    create.reset()
    readFolder(files).then((read) => setTaken({ folder: read, takenAtMs: Date.now() }), setUnread)
  }
  const go = () =>
    run(async (options) => {
      const { images } = labelled.data!
      const read = await sendImages(images, options)
      const pathOf = pathsIn(folder!)
      const listed = read.map((image) => ({ ...image, path: pathOf(image.path) }))
      const labels = chosen === FROM_FILE ? await sendJson(classes, options) : chosen!
      const made = await create.mutateAsync(keyed({ name, labels, images: listed }))
      await queries.invalidateQueries()
      await navigate({ to: '/data-sets/$name', params: { name: made.name } as never })
    })
  const isNamed = ModelName.safeParse(name).success
  const isReady = labelled.data && labelled.data.problems.length === 0 && labelled.data.images.length > 0
  return (
    <Stack>
      <DropZone
        label="Folder of images"
        button="Choose a folder"
        isFolder
        isDisabled={sent !== undefined}
        onFiles={take}
        hint="or drop one here: a folder for each class, or images with a labels.csv (file,label). JPEG, PNG or WebP; a classes.txt in it gives the order of the classes."
      />
      {unread !== undefined && <Failure error={unread} />}
      {folder && (
        <>
          <TextInput
            label="Name"
            value={name}
            error={name !== '' && !isNamed && 'expected lower-case letters, digits, “.”, “_” or “-”'}
            onChange={(event) => setSaid(event.currentTarget.value)}
          />
          <LabelChoice value={chosen} onChange={setList} file={ownList(folder)} />
          {labelled.isError && <Failure error={labelled.error} />}
          {labelled.data && classes && (
            <FolderPreview folder={folder} dataset={labelled.data} classes={classes} />
          )}
        </>
      )}
      {sent && <UploadBar sent={sent} onCancel={cancel} />}
      {error !== undefined && <Failure error={error} />}
      <Group justify="flex-end">
        <Button loading={sent !== undefined} disabled={!isReady || !isNamed} onClick={go}>
          Upload
        </Button>
      </Group>
    </Stack>
  )
}

const ownList = (folder: Folder): string | undefined =>
  folder.classes
    ? `classes.txt of the folder (${folder.classes.length})`
    : folder.csv
      ? undefined
      : `the folders’ names (${foldersOf(folder).length})`

const useList = (digest: string | undefined) =>
  useQuery({
    queryKey: ['labels', digest],
    queryFn: async () => (await (await fetch(`/artifacts/${digest}`)).json()) as string[],
    enabled: digest !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  })

/** Of the folder, or of a list that is registered. */
function useClasses(folder: Folder | undefined, chosen: string | null): readonly string[] | undefined {
  const other = useList(chosen === null || chosen === FROM_FILE ? undefined : chosen)
  const own = folder && (folder.classes ?? foldersOf(folder))
  return chosen === FROM_FILE ? own : other.data
}

/** The list that most models have, where it has all of the folder's classes: only so can they be measured on it. */
function useUsualList(folder: Folder | undefined): string | undefined {
  const [most] = useLabelLists()
  const { data } = useList(folder && most?.digest)
  if (!folder || !most || !data) return undefined
  return folder.csv || foldersOf(folder).every((name) => data.includes(name)) ? most.digest : undefined
}

/** Rejects with the names of what is no image or is there twice, before anything goes up. */
async function sendImages(images: readonly LabelledFile[], options: SendOptions) {
  for (const { path, file } of images)
    if (!(await isImage(file)))
      throw new Error(`Cannot take image "${path}": is neither JPEG, PNG nor WebP by its first bytes`)
  const read = await readAll(images, options)
  const first = new Map<string, string>()
  for (const { path, source } of read) {
    const earlier = first.get(source.ref.digest)
    if (earlier !== undefined)
      throw new Error(`Cannot take image "${path}": is the same file as "${earlier}", expected each once`)
    first.set(source.ref.digest, path)
  }
  await sendMissing(read, options)
  return read.map(({ path, source }, i) => ({ digest: source.ref.digest, path, label: images[i]!.label }))
}
