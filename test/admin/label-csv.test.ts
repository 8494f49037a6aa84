// Columns, names and numbers of a label file as people write them, and the line of what cannot be read.

import { expect, test } from 'vitest'
import { readLabelCsv } from '#admin/client/add-dataset.ts'

const LABELS = ['cat', 'dog', '7', 'tench, Tinca tinca']
const read = (text: string) => readLabelCsv(text, '/data/list.csv', LABELS)

test.each<[string, string, [string, number][]]>([
  [
    'class names',
    'file,label\na.jpg,cat\nb.jpg,dog\n',
    [
      ['/data/a.jpg', 0],
      ['/data/b.jpg', 1],
    ],
  ],
  [
    'class numbers',
    'file,label\na.jpg,0\nb.jpg,3\n',
    [
      ['/data/a.jpg', 0],
      ['/data/b.jpg', 3],
    ],
  ],
  ['a name that looks like a number, first as a name', 'file,label\na.jpg,7\n', [['/data/a.jpg', 2]]],
  ['quoted names with commas', 'file,label\na.jpg,"tench, Tinca tinca"\n', [['/data/a.jpg', 3]]],
  ['other columns and another order', 'label,size,file\ndog,9,a.jpg\n', [['/data/a.jpg', 1]]],
  ['Windows line ends and a byte order mark', '\ufefffile,label\r\na.jpg,dog\r\n', [['/data/a.jpg', 1]]],
  ['blank lines and spaces', 'file, label\n\na.jpg , dog\n\n', [['/data/a.jpg', 1]]],
  ['no line end at the end', 'file,label\na.jpg,dog', [['/data/a.jpg', 1]]],
  [
    'folders',
    'file,label\nin/a.jpg,dog\n../b.jpg,cat\n',
    [
      ['/data/in/a.jpg', 1],
      ['/b.jpg', 0],
    ],
  ],
  ['absolute paths', 'file,label\n/photos/a.jpg,dog\n', [['/photos/a.jpg', 1]]],
])('readLabelCsv() takes %s', (_, text, images) => {
  expect(read(text)).toEqual(images.map(([path, label]) => ({ path, label })))
})

test.each<[string, string, string]>([
  ['an empty file', '', 'has no rows, expected "file,label"'],
  ['a head alone', 'file,label\n', 'has no rows, expected "file,label"'],
  ['other columns', 'image,class\na.jpg,cat\n', 'line 2: expected columns "file" and "label"'],
  ['a line without a file', 'file,label\na.jpg,cat\n,dog\n', 'line 3: expected columns "file" and "label"'],
  [
    'an unknown class',
    'file,label\na.jpg,cat\n\nb.jpg,mauve\n',
    'line 4: label "mauve" is unknown, expected a class name or a number below 4',
  ],
  ['a number too large', 'file,label\na.jpg,4\n', 'line 2: label "4" is unknown'],
  ['a negative number', 'file,label\na.jpg,-1\n', 'line 2: label "-1" is unknown'],
  ['no label', 'file,label\na.jpg,\n', 'line 2: label "" is unknown'],
  ['a line with too many columns', 'file,label\na.jpg,cat\nb.jpg,dog,3\n', 'line 3'],
  ['an open quote', 'file,label\na.jpg,"cat\n', 'Cannot read data set "/data/list.csv": '],
])('readLabelCsv() refuses %s, naming the line', (_, text, words) => {
  expect(() => read(text)).toThrow(
    expect.objectContaining({ name: 'CommandFailed', message: expect.stringContaining(words) }),
  )
})
