// A model of one's own: files first, since the file itself says most of the contract; then what it does not say; then the
// gate, whose refusal is shown in its own words.

import { Alert, Button, Group, List, SimpleGrid, Stack, Text, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { declaredContract } from '#admin/client/model/declared-contract.ts'
import { type ModelContract, ModelName } from '#contract/model.ts'
import { client, queries, trpc } from '../app/trpc.ts'
import { DropZone } from '../dialogs/drop-zone.tsx'
import { UploadBar } from '../dialogs/upload-bar.tsx'
import { useCallKey } from '../dialogs/use-call-key.ts'
import { Failure } from '../parts/failure.tsx'
import { bytes } from '../parts/format.ts'
import { sendFile, sendJson } from '../upload/send-files.ts'
import { useUpload } from '../upload/use-upload.ts'
import { ContractFields } from './contract-fields.tsx'
import { FROM_FILE, LabelChoice } from './label-choice.tsx'
import { type ModelFiles, nameOf, takeFiles } from './model-files.ts'

interface Uploaded {
  readonly file: string
  readonly labels: string
}

export function AddModel() {
  const navigate = useNavigate()
  const keyed = useCallKey()
  const [files, setFiles] = useState<ModelFiles>({ problems: [] })
  const [said, setSaid] = useState<{ name?: string; family?: string }>({})
  const [labels, setLabels] = useState<string | null>(null)
  const [uploaded, setUploaded] = useState<Uploaded>()
  const [contract, setContract] = useState<ModelContract>()
  const [isUnsaid, setUnsaid] = useState(false)
  const { sent, error, run, cancel } = useUpload()
  const create = useMutation(
    trpc.models.create.mutationOptions({
      async onSuccess({ name }) {
        await queries.invalidateQueries()
        await navigate({ to: '/models/$name', params: { name } as never })
      },
    }),
  )
  const name = said.name ?? files.document?.name ?? (files.model ? nameOf(files.model.name) : '')
  const family = said.family ?? files.document?.family ?? ''
  const chosen = labels ?? (files.labels ? FROM_FILE : null)
  const isNamed = ModelName.safeParse(name).success
  const send = () =>
    run(async (options) => {
      const { model, labels: list, document } = files
      const digest = chosen === FROM_FILE ? await sendJson(list!.names, options) : chosen!
      const file = await sendFile(model!, options)
      const declared =
        document?.contract ??
        declaredContract(name, await client.models.inspect.mutate({ file }, { signal: options.signal }), {})
      setUploaded({ file, labels: digest })
      setContract(declared)
      setUnsaid(document?.contract === undefined && declared.input.dtype === 'float32')
    })
  const register = () => {
    const { params, layers } = files.document ?? {}
    const draft = { name, ...uploaded!, contract: contract!, ...(family === '' ? {} : { family }) }
    create.mutate(
      keyed({
        ...draft,
        ...(params === undefined ? {} : { params }),
        ...(layers === undefined ? {} : { layers }),
      }),
    )
  }
  const again = () => {
    setUploaded(undefined)
    create.reset()
  }
  return (
    <Stack>
      {!uploaded && (
        <DropZone
          label="Files of the model"
          button="Choose files"
          accept=".onnx,.txt,.json"
          isDisabled={sent !== undefined}
          onFiles={(given) => void takeFiles(files, given).then(setFiles)}
          hint="or drop them here: the model (.onnx), its classes (.txt, one a line) and, if you have one, its contract (.json)"
        />
      )}
      <Given files={files} />
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <TextInput
          label="Name"
          value={name}
          error={name !== '' && !isNamed && 'expected lower-case letters, digits, “.”, “_” or “-”'}
          onChange={(event) => setSaid({ ...said, name: event.currentTarget.value })}
        />
        <TextInput
          label="Family"
          placeholder="mobilenet_v1"
          value={family}
          onChange={(event) => setSaid({ ...said, family: event.currentTarget.value })}
        />
      </SimpleGrid>
      {!uploaded && <LabelChoice value={chosen} onChange={setLabels} file={files.labels?.file} />}
      {uploaded && contract && (
        <ContractFields
          isUnsaid={isUnsaid}
          contract={contract}
          onChange={(said) => {
            setContract(said)
            setUnsaid(false)
          }}
        />
      )}
      {sent && <UploadBar sent={sent} onCancel={cancel} />}
      {error !== undefined && <Failure error={error} />}
      {create.isError && <Failure error={create.error} />}
      <Group justify="flex-end">
        {uploaded && (
          <Button variant="default" onClick={again} disabled={create.isPending}>
            Other files
          </Button>
        )}
        {uploaded ? (
          <Button loading={create.isPending} disabled={!isNamed || isUnsaid} onClick={register}>
            Register
          </Button>
        ) : (
          <Button
            loading={sent !== undefined}
            disabled={!files.model || chosen === null || !isNamed}
            onClick={send}
          >
            Upload
          </Button>
        )}
      </Group>
    </Stack>
  )
}

/** What was taken, and what was not. */
function Given({ files: { model, labels, document, problems } }: { readonly files: ModelFiles }) {
  const taken = [
    model && `${model.name}, ${bytes(model.size)}`,
    labels && `${labels.file}, ${labels.names.length} classes`,
    document && `a contract${document.name === undefined ? '' : ` of ${document.name}`}`,
  ].filter((line) => line !== undefined)
  return (
    <>
      {taken.length > 0 && <Text size="sm">{taken.join(' · ')}</Text>}
      {problems.length > 0 && (
        <Alert color="red" variant="light" title="Not taken" role="alert">
          <List size="sm">
            {problems.map((problem) => (
              <List.Item key={problem}>{problem}</List.Item>
            ))}
          </List>
        </Alert>
      )}
    </>
  )
}
