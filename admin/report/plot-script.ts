// The page's own script, as text: draws each element with data-plot by uPlot, in the colours of the page's theme.
// It draws again when the theme changes and before printing, which is always in the light theme.

export const PLOT_SCRIPT = `
(() => {
  const root = document.documentElement
  const colour = (name) => getComputedStyle(root).getPropertyValue('--' + name).trim()
  const show = {
    percent: (v) => (v * 100).toFixed(1) + ' %',
    joules: (v) => Number(v.toPrecision(3)) + ' J',
  }
  const dashes = { dashed: [8, 4], dotted: [2, 4] }
  const FONT = '12px system-ui, sans-serif'
  const sizeOf = (div) => ({
    width: div.clientWidth,
    height: Math.round(Math.max(280, Math.min(440, div.clientWidth * 0.55))),
  })
  const axis = ({ label, unit }, size) => ({
    label,
    labelFont: FONT,
    font: FONT,
    size,
    stroke: colour('muted'),
    grid: { stroke: colour('line'), width: 1 },
    ticks: { stroke: colour('line'), width: 1 },
    values: (_, ticks) => ticks.map((v) => (unit === 'percent' ? Math.round(v * 1000) / 10 + ' %' : String(v))),
  })
  // In the order of its points: by energy a curve may turn back.
  const pathOf = (points) => (u) => {
    const stroke = new Path2D()
    for (const [x, y] of points) stroke.lineTo(u.valToPos(x, 'x', true), u.valToPos(y, 'y', true))
    return { stroke, fill: null, clip: null, band: null, gaps: null, flags: 0 }
  }
  const seriesOf = (s, unit) => ({
    label: s.label,
    stroke: colour('c-' + s.colour),
    width: s.style === 'marks' ? 0 : 2,
    dash: dashes[s.style],
    ...(s.style === 'marks' ? {} : { paths: pathOf(s.points) }),
    points:
      s.style === 'marks'
        ? { show: true, size: 11, fill: colour('c-' + s.colour), stroke: colour('card') }
        : { show: false },
    value: (_, v) => (v == null ? '–' : show[unit](v)),
  })
  const draw = (div) => {
    const { x, y, xs, series } = JSON.parse(div.dataset.plot)
    return new uPlot(
      {
        ...sizeOf(div),
        scales: { x: { time: false } },
        cursor: { drag: { x: false, y: false }, focus: { prox: 24 } },
        focus: { alpha: 0.35 },
        legend: { markers: { width: 0, fill: (u, i) => (i === 0 ? null : colour('c-' + series[i - 1].colour)) } },
        axes: [axis(x, 42), axis(y, 62)],
        series: [
          { label: x.label, value: (_, v) => (v == null ? '–' : show[x.unit](v)) },
          ...series.map((s) => seriesOf(s, y.unit)),
        ],
      },
      [xs, ...series.map((s) => s.values)],
      div,
    )
  }
  const plots = new Map()
  const drawAll = () => {
    for (const [div, old] of plots) {
      old?.destroy()
      plots.set(div, draw(div))
    }
  }
  const fit = new ResizeObserver((entries) => {
    for (const { target } of entries) plots.get(target)?.setSize(sizeOf(target))
  })
  for (const div of document.querySelectorAll('[data-plot]')) plots.set(div, undefined)
  drawAll()
  for (const div of plots.keys()) fit.observe(div)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll)
  const inPrint = (isOn) => () => {
    root.toggleAttribute('data-print', isOn)
    for (const fold of document.querySelectorAll('details:not(.screen)')) fold.toggleAttribute('open', isOn)
    drawAll()
  }
  addEventListener('beforeprint', inPrint(true))
  addEventListener('afterprint', inPrint(false))
})()
`
