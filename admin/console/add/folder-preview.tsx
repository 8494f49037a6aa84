// What was understood of a folder: how many images of which classes, some of them to look at, what is left aside, and what
// is wrong.

import { Alert, Image, List, SimpleGrid, Text } from '@mantine/core'
import { useEffect, useState } from 'react'
import { whole } from '../parts/format.ts'
import type { Dataset, Folder, LabelledFile } from './read-dataset.ts'

const SAMPLES = 6
/** More names than these nobody reads. */
const NAMED_MAX = 5

interface PreviewProps {
  readonly folder: Folder
  readonly dataset: Dataset
  readonly classes: readonly string[]
}

export function FolderPreview({ folder, dataset: { images, problems }, classes }: PreviewProps) {
  const counts = new Map<number, number>()
  for (const { label } of images) counts.set(label, (counts.get(label) ?? 0) + 1)
  const each = [...counts.values()]
  const without = classes.filter((_, i) => !counts.has(i))
  const step = Math.max(1, Math.floor(images.length / SAMPLES))
  const samples = images.filter((_, i) => i % step === 0).slice(0, SAMPLES)
  return (
    <>
      <Text size="sm">
        {whole(images.length)} images of {counts.size} classes
        {each.length > 0 && `, ${Math.min(...each)} to ${Math.max(...each)} each`}.
        {without.length > 0 && ` No image is of ${named(without)}.`}
        {folder.others.length > 0 && ` Left aside, since they are no images: ${named(folder.others)}.`}
      </Text>
      {problems.length > 0 && (
        <Alert color="red" variant="light" title="The folder does not fit the classes" role="alert">
          <List size="sm">
            {problems.slice(0, NAMED_MAX).map((problem) => (
              <List.Item key={problem}>{problem}</List.Item>
            ))}
            {problems.length > NAMED_MAX && <List.Item>and {problems.length - NAMED_MAX} more</List.Item>}
          </List>
        </Alert>
      )}
      <SimpleGrid cols={{ base: 3, xs: SAMPLES }} spacing="xs">
        {samples.map((image) => (
          <Sample key={image.path} image={image} name={classes[image.label] ?? ''} />
        ))}
      </SimpleGrid>
    </>
  )
}

const named = (names: readonly string[]): string =>
  names.length <= NAMED_MAX
    ? names.join(', ')
    : `${names.slice(0, NAMED_MAX).join(', ')} and ${names.length - NAMED_MAX} more`

function Sample({ image: { file, path }, name }: { readonly image: LabelledFile; readonly name: string }) {
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    const made = URL.createObjectURL(file)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [file])
  return (
    <figure style={{ margin: 0 }}>
      {url !== undefined && <Image src={url} alt={`${name}, ${path}`} h={72} fit="cover" radius="sm" />}
      <Text component="figcaption" size="xs" truncate>
        {name}
      </Text>
    </figure>
  )
}
