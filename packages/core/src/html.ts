// HTML as values: whatever is put into a template is escaped, unless it is HTML already.

export interface Html {
  readonly html: string;
}

type Piece = Html | string | number | readonly Html[] | null;

/** html`<td>${text}</td>`. Null leaves nothing behind, a list is joined. */
export function html(texts: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  return { html: texts.map((text, index) => text + render(pieces[index] ?? null)).join('') };
}

function render(piece: Piece): string {
  if (piece === null) return '';
  if (typeof piece === 'string' || typeof piece === 'number') return escapeText(String(piece));
  if ('html' in piece) return piece.html;
  return piece.map((one) => one.html).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A number and its unit stay on one line. */
function escapeText(text: string): string {
  return text
    .replace(/(?<=\d) (?=(%|ms|s|min|[kMGT]?B)(?!\w))/g, '\u00a0')
    .replace(/[&<>"']/g, (character) => entities[character]!);
}
