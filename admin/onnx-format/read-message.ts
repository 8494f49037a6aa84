// Walks a file by the table of the ONNX format, a message at a time, and tells a visitor of each when it begins and
// when it ends. Kept of a message are its single numbers, names and counts, never its bytes, so that memory is bounded by
// the depth and not by the file. What two readers might take differently is refused here: fields of other formats,
// single fields given twice, groups, wire types that do not fit.

import { OnnxRefused } from './onnx-refused.ts'
import { type FieldRow, type MessageType, ONNX_SCHEMA, type Scalar } from './onnx-schema.ts'
import { WIRE, type WireCursor } from './wire-cursor.ts'

/** What was seen of a message so far; whole when the visitor leaves it. */
export interface Seen {
  readonly type: MessageType
  readonly parent: Seen | undefined
  /** Messages around it. */
  readonly depth: number
  /** Single integers; those of 64 bits beyond 2^53 rounded. */
  readonly numbers: Map<string, number>
  /** Single texts that are names. */
  readonly texts: Map<string, string>
  /** How often a field came, for bytes how many, for packed numbers how many of them. */
  readonly counts: Map<string, number>
  readonly dims: number[]
}

export interface Visitor {
  enter(seen: Seen): void
  leave(seen: Seen): void
}

export interface FormatLimits {
  /** Messages within each other. */
  readonly depthMax: number
  readonly messagesMax: number
  /** Fields of all kinds: each takes at least two bytes of a file, and time. */
  readonly fieldsMax: number
  readonly nameMaxBytes: number
  /** Of a comment, a note or a byte string. */
  readonly textMaxBytes: number
  readonly rankMax: number
}

const LONG_TEXTS = new Set(['docString', 'value'])
/** Those bytes that may be as large as the file. */
const WEIGHTS = 'rawData'
const KNOWN_WIRES = new Set<number>(Object.values(WIRE))
const WIDTH: Partial<Record<Scalar, number>> = { float: 4, double: 8 }
const SCALARS = new Set<string>(['int32', 'int64', 'uint64', 'float', 'double', 'string', 'bytes'])
const isScalar = (type: FieldRow[1]): type is Scalar => SCALARS.has(type)

interface Field {
  readonly id: number
  readonly name: string
  readonly type: FieldRow[1]
  readonly isRepeated: boolean
}

const FIELDS = new Map(
  Object.entries(ONNX_SCHEMA).map(([type, rows]) => [
    type,
    new Map(
      Object.entries(rows).map(([name, [id, of, rule]]): [number, Field] => [
        id,
        { id, name, type: of, isRepeated: rule === 'repeated' },
      ]),
    ),
  ]),
)

export function readModelFile(cursor: WireCursor, visitor: Visitor, limits: FormatLimits): void {
  const reader = new MessageReader(cursor, visitor, limits)
  try {
    reader.read('ModelProto', cursor.sizeBytes, undefined)
  } catch (cause) {
    // What is wrong with the first field of a picture helps nobody.
    if (!(cause instanceof OnnxRefused) || reader.fields > 1) throw cause
    throw new OnnxRefused('not-onnx', 'does not begin as an ONNX file', 'one', { cause })
  }
}

class MessageReader {
  readonly #cursor: WireCursor
  readonly #visitor: Visitor
  readonly #limits: FormatLimits
  #messages = 0
  /** So far. */
  fields = 0

  constructor(cursor: WireCursor, visitor: Visitor, limits: FormatLimits) {
    this.#cursor = cursor
    this.#visitor = visitor
    this.#limits = limits
  }

  read(type: MessageType, end: number, parent: Seen | undefined): void {
    const seen = begin(type, parent)
    const { depthMax, messagesMax } = this.#limits
    if (seen.depth > depthMax)
      throw new OnnxRefused('too-deep', `holds parts within parts ${seen.depth} deep`, `at most ${depthMax}`)
    if (++this.#messages > messagesMax)
      throw new OnnxRefused('too-many', `has over ${messagesMax} parts`, 'fewer')
    this.#visitor.enter(seen)
    while (this.#cursor.position < end) this.#field(seen, end)
    if (this.#cursor.position > end)
      throw new OnnxRefused('truncated', `a field of ${type} runs beyond it`, 'it to end within')
    this.#visitor.leave(seen)
  }

  #field(seen: Seen, end: number): void {
    if (++this.fields > this.#limits.fieldsMax)
      throw new OnnxRefused('too-many', `has over ${this.#limits.fieldsMax} fields`, 'fewer')
    const tag = this.#cursor.varint()
    const wire = tag & 7
    const field = FIELDS.get(seen.type)!.get(Math.floor(tag / 8))
    if (!field || tag < 0) refuseField(seen, tag)
    if (!KNOWN_WIRES.has(wire)) refuseWire(seen, field.name, wire)
    const before = seen.counts.get(field.name)
    if (before !== undefined && !field.isRepeated)
      throw new OnnxRefused('duplicate-field', `${seen.type} has its field ${field.name} twice`, 'once')
    const count = this.#value(seen, field, { wire, end })
    seen.counts.set(field.name, (before ?? 0) + count)
  }

  /** How many elements came, for bytes how many bytes. */
  #value(seen: Seen, field: Field, { wire, end }: { wire: number; end: number }): number {
    const { type, name } = field
    if (isScalar(type) && type !== 'string' && type !== 'bytes')
      return this.#numbers(seen, field, { wire, end })
    if (wire !== WIRE.bytes) refuseWire(seen, name, wire)
    const length = this.#cursor.length(end)
    if (type === 'string') {
      this.#text(seen, field, length)
      return 1
    }
    if (type === 'bytes') {
      if (name !== WEIGHTS) this.#boundText(length, name)
      this.#cursor.skip(length)
      return field.isRepeated ? 1 : length
    }
    this.read(type, this.#cursor.position + length, seen)
    return 1
  }

  #text(seen: Seen, field: Field, length: number): void {
    const isLong = LONG_TEXTS.has(field.name)
    this.#boundText(length, field.name, isLong ? this.#limits.textMaxBytes : this.#limits.nameMaxBytes)
    const text = this.#cursor.text(length)
    if (!isLong && !field.isRepeated) seen.texts.set(field.name, text)
  }

  #boundText(length: number, field: string, max = this.#limits.textMaxBytes): void {
    if (length > max)
      throw new OnnxRefused('too-long', `a text "${field}" is ${length} bytes`, `at most ${max}`)
  }

  #numbers(seen: Seen, field: Field, { wire, end }: { wire: number; end: number }): number {
    const width = WIDTH[field.type as Scalar]
    if (wire === WIRE.bytes && field.isRepeated) {
      const length = this.#cursor.length(end)
      return width === undefined ? this.#packed(seen, field, length) : this.#fixed(length, width)
    }
    const expected = width === undefined ? WIRE.varint : width === 4 ? WIRE.fixed32 : WIRE.fixed64
    if (wire !== expected) refuseWire(seen, field.name, wire)
    if (width === undefined) this.#keep(seen, field, this.#cursor.varint())
    else this.#skipWithin(width, end)
    return 1
  }

  #fixed(length: number, width: number): number {
    if (length % width !== 0)
      throw new OnnxRefused('malformed', `a list of numbers is ${length} bytes`, `a multiple of ${width}`)
    this.#cursor.skip(length)
    return length / width
  }

  #skipWithin(width: number, end: number): void {
    if (this.#cursor.position + width > end)
      throw new OnnxRefused('truncated', 'a number runs beyond its message', 'it to end within')
    this.#cursor.skip(width)
  }

  #packed(seen: Seen, field: Field, length: number): number {
    const end = this.#cursor.position + length
    let count = 0
    for (; this.#cursor.position < end; count++) this.#keep(seen, field, this.#cursor.varint())
    if (this.#cursor.position > end)
      throw new OnnxRefused('truncated', 'a number runs beyond its list', 'it to end within')
    return count
  }

  #keep(seen: Seen, field: Field, value: number): void {
    if (!field.isRepeated) seen.numbers.set(field.name, value)
    else if (field.name === 'dims' && seen.dims.push(value) > this.#limits.rankMax)
      throw new OnnxRefused(
        'dimensions',
        `a tensor has over ${this.#limits.rankMax} dimensions`,
        'as many at most',
      )
  }
}

const begin = (type: MessageType, parent: Seen | undefined): Seen => ({
  type,
  parent,
  depth: parent === undefined ? 0 : parent.depth + 1,
  numbers: new Map(),
  texts: new Map(),
  counts: new Map(),
  dims: [],
})

function refuseField({ type }: Seen, tag: number): never {
  const id = Math.floor(tag / 8)
  if (tag < 0 || id === 0 || id >= 2 ** 29)
    throw new OnnxRefused('malformed', `${type} has a field without a number`, 'an ONNX file')
  throw new OnnxRefused('unknown-field', `${type} has a field ${id}`, 'those of the ONNX format alone')
}

function refuseWire({ type }: Seen, field: string, wire: number): never {
  const how = wire === 3 || wire === 4 ? 'a group' : `of wire type ${wire}`
  throw new OnnxRefused('malformed', `the field ${field} of ${type} is ${how}`, 'its own type')
}
