// The objects a scene may show; the order is the label. To add a class, append a row: earlier labels
// stay what they were (models must be trained anew). How each is drawn lies in objects/, by likeness:
// many are alike on purpose, so that from afar only a model that sees enough pixels tells them apart.
// Colour never belongs to a class.

import {
  drawButterfly,
  drawDrop,
  drawFish,
  drawHeart,
  drawLeaf,
  drawMushroom,
} from './objects/grown-objects.ts'
import {
  drawBottle,
  drawHourglass,
  drawKey,
  drawMug,
  drawPadlock,
  drawUmbrella,
} from './objects/made-objects.ts'
import { drawArrow, drawCross, drawHouse, drawSailboat, drawTree } from './objects/pointed-objects.ts'
import {
  drawCrescent,
  drawFlower,
  drawGear,
  drawNut,
  drawRing,
  drawStar,
  drawSun,
} from './objects/round-objects.ts'
import type { Shape } from './shape.ts'

const OBJECTS: readonly (readonly [name: string, draw: Shape])[] = [
  ['arrow', drawArrow],
  ['crescent', drawCrescent],
  ['cross', drawCross],
  ['drop', drawDrop],
  ['fish', drawFish],
  ['flower', drawFlower],
  ['gear', drawGear],
  ['heart', drawHeart],
  ['house', drawHouse],
  ['mug', drawMug],
  ['ring', drawRing],
  ['star', drawStar],
  ['bottle', drawBottle],
  ['butterfly', drawButterfly],
  ['hourglass', drawHourglass],
  ['key', drawKey],
  ['leaf', drawLeaf],
  ['mushroom', drawMushroom],
  ['nut', drawNut],
  ['padlock', drawPadlock],
  ['sailboat', drawSailboat],
  ['sun', drawSun],
  ['tree', drawTree],
  ['umbrella', drawUmbrella],
]

/** Class names; a scene's label is an index into them. */
export const SCENE_CLASSES: readonly string[] = OBJECTS.map(([name]) => name)

export function shapeOf(label: number): Shape {
  const object = OBJECTS[label]
  if (!object) throw new RangeError(`Cannot draw class ${label}: expected 0 to ${OBJECTS.length - 1}`)
  return object[1]
}
