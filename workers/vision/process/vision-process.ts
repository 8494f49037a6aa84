// The entry of the vision process: its worker is at the other end of descriptor 3.

import { Socket } from 'node:net'
import { serveVision } from './serve-vision.ts'

serveVision(new Socket({ fd: 3 }))
