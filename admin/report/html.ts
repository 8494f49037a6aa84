// Text that is known to be HTML, apart from text that is not: whatever a template is given is escaped unless it came
// out of a template itself. Names of models and data sets are a stranger's, so nobody may have to remember to escape.

export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export type Content = Html | string | number | readonly Content[]

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function textOf(content: Content): string {
  if (content instanceof Html) return content.text
  if (typeof content === 'object') return content.map(textOf).join('')
  return String(content).replace(/[&<>"']/g, (c) => ENTITIES[c]!)
}

/** For element content and for attribute values in double quotes. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Html {
  return new Html(strings.map((text, i) => (i === 0 ? text : textOf(values[i - 1]!) + text)).join(''))
}

export const NOTHING = html``
