// What the console makes of files that people choose: which is the model, how a folder is labelled, and what is told of
// those that do not fit; and that the digest it computes is the one that the control plane will.

import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { takeFiles } from '#admin/console/add/model-files.ts'
import { foldersOf, labelFolder, pathsIn, readFolder } from '#admin/console/add/read-dataset.ts'
import { wilson } from '#admin/console/train/curve-points.ts'
import { sourceOfFile } from '#admin/console/upload/file-source.ts'
import { isImage } from '#admin/console/upload/is-image.ts'

const file = (path: string, text: string | Uint8Array = 'x') => ({
  path,
  file: new File([text as string], path.split('/').at(-1)!),
})
const CLASSES = ['cat', 'dog']

describe('a folder', () => {
  test('for each class is labelled by their names; litter and others are left aside', async () => {
    const folder = await readFolder(
      ['pets/dog/b.JPG', 'pets/cat/a.png', 'pets/.DS_Store', 'pets/notes.md'].map((path) => file(path)),
    )
    expect(folder.others).toEqual(['pets/notes.md'])
    expect(foldersOf(folder)).toEqual(CLASSES)
    const { images, problems } = await labelFolder(folder, CLASSES)
    expect(problems).toEqual([])
    expect(images.map(({ path, label }) => [pathsIn(folder)(path), label])).toEqual([
      ['cat/a.png', 0],
      ['dog/b.JPG', 1],
    ])
  })

  test('of a class that the models do not know is named', async () => {
    const folder = await readFolder([file('pets/cat/a.png'), file('pets/bird/b.png')])
    const { images, problems } = await labelFolder(folder, CLASSES)
    expect(images).toHaveLength(1)
    expect(problems).toEqual(['Folder “bird” is none of the 2 classes, expected such as “cat”'])
  })

  test('with a CSV goes by it, relative to it, and names what it misses', async () => {
    const folder = await readFolder([
      file('set/images/a.png'),
      file('set/labels.csv', 'file,label\nimages/a.png,dog\nimages/gone.png,0\n'),
      file('set/classes.txt', 'cat\ndog\n'),
    ])
    expect(folder.classes).toEqual(CLASSES)
    const { images, problems } = await labelFolder(folder, folder.classes!)
    expect(images.map(({ path, label }) => [path, label])).toEqual([['set/images/a.png', 1]])
    expect(problems).toEqual(['“images/gone.png” is in labels.csv, but not among the images of the folder'])
  })

  test('with a CSV that names no class is told by its line', async () => {
    const folder = await readFolder([file('s/a.png'), file('s/labels.csv', 'file,label\na.png,fish\n')])
    await expect(labelFolder(folder, CLASSES)).rejects.toThrow(
      'Cannot read data set "s/labels.csv": line 2: label "fish" is unknown',
    )
  })
})

test('files of a model are told apart by their ends; what fits nowhere is named and the rest is kept', async () => {
  const before = await takeFiles({ problems: [] }, [file('net.onnx'), file('classes.txt', 'cat\ncat\n')])
  expect(before.model?.name).toBe('net.onnx')
  expect(before.problems).toEqual(['Cannot read labels "classes.txt": line 2 repeats "cat"'])
  const after = await takeFiles(before, [
    file('classes.txt', 'cat\ndog\n'),
    file('net.json', '{"name":"net","contract":{"input":{}}}'),
    file('net.pt'),
  ])
  expect(after).toMatchObject({ model: before.model, labels: { names: CLASSES } })
  expect(after.problems).toEqual([
    expect.stringMatching(/^Cannot read contract "net.json": contract\.input\.name: /),
    'Cannot take "net.pt": expected a model .onnx, its classes .txt or a contract .json',
  ])
})

test('a file is hashed piece by piece as a whole, and read where it is asked for', async () => {
  const bytes = new Uint8Array(5_000_000).map((_, i) => i % 251)
  const source = await sourceOfFile(new Blob([bytes]))
  expect(source.ref).toEqual({
    digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
    sizeBytes: bytes.length,
  })
  expect(await source.slice(4_999_998, 5_000_000)).toEqual(bytes.slice(4_999_998))
})

test.each([
  ['JPEG', [0xff, 0xd8, 0xff, 0xe0], true],
  ['PNG', [0x89, 0x50, 0x4e, 0x47], true],
  ['a name alone', [0x25, 0x50, 0x44, 0x46], false],
  ['nothing', [], false],
])('%s is an image by its first bytes: %j %s', async (_, head, is) => {
  expect(await isImage(new Blob([new Uint8Array(head)]))).toBe(is)
})

test('the interval of a share is Wilson’s, also at its ends', () => {
  // Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
  const cases = [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ] as const
  for (const [k, n, low, high] of cases) {
    const limits = wilson(k / n, n)
    expect(limits.low).toBeCloseTo(low, 4)
    expect(limits.high).toBeCloseTo(high, 4)
  }
})
