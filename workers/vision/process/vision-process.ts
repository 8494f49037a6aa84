// The entry of the vision process: its worker is at the other end of descriptor 3.

import { openWire } from './open-wire.ts'
import { serveVision } from './serve-vision.ts'

serveVision(openWire(3))
