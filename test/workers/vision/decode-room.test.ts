// Room for decoded images: bounded, in order, and never a wait of those for each other who hold some.

import { expect, test } from 'vitest'
import { DecodeRoom } from '#workers/vision/process/decode-room.ts'

const settled = () => new Promise((resolve) => setImmediate(resolve))

function ask(room: DecodeRoom, entered: string[]) {
  return (name: string, bytes: number, isHolder = () => false) =>
    void room.take(bytes, isHolder).then(() => entered.push(name))
}

test('who comes when it is full waits, in the order of coming, until room is given back', async () => {
  const [room, entered] = [new DecodeRoom(100), [] as string[]]
  const take = ask(room, entered)
  take('a', 60)
  take('b', 60)
  take('c', 10)
  await settled()
  expect(entered).toEqual(['a'])
  room.giveBack(60)
  await settled()
  expect(entered).toEqual(['a', 'b', 'c'])
})

test('one alone has room, however large', async () => {
  const [room, entered] = [new DecodeRoom(100), [] as string[]]
  ask(room, entered)('a', 1_000)
  await settled()
  expect(entered).toEqual(['a'])
})

test('holders that want more get it: each would wait for what the others hold', async () => {
  const [room, entered] = [new DecodeRoom(100), [] as string[]]
  const take = ask(room, entered)
  take('a', 50)
  take('b', 50)
  take('c', 10)
  await settled()
  take('a again', 40, () => true)
  take('b again', 40, () => true)
  await settled()
  expect(entered).toEqual(['a', 'b', 'a again', 'b again'])
  room.giveBack(90)
  room.giveBack(90)
  await settled()
  expect(entered.at(-1)).toBe('c')
})
