// Energy where no meter is: active power times the time that one image takes. `activeWatts` is what the device
// draws while it works above what it draws idle; its source is told next to the figure, because a modelled
// joule is only as good as its watts.

/** Joules per image. */
export function modelEnergyJ(activeWatts: number, meanLatencyMs: number): number {
  return (activeWatts * meanLatencyMs) / 1000
}
