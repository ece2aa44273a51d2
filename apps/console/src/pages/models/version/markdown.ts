// So much of Markdown as model cards use: headings, paragraphs, lists, tables, and within a line bold, code and links.

export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | {
      readonly kind: 'table';
      readonly head: readonly string[];
      readonly rows: readonly (readonly string[])[];
    };

export type Inline =
  | { readonly kind: 'text' | 'bold' | 'italic' | 'code'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly to: string };

/** Blocks are what empty lines and headings part. */
export function blocksOf(markdown: string): readonly Block[] {
  const parts = markdown
    .replaceAll('\r\n', '\n')
    .replaceAll(/^(#{1,6} .*)$/gm, '\n$1\n')
    .split(/\n\s*\n/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return parts.map(blockOf);
}

function blockOf(part: string): Block {
  const lines = part.split('\n');
  const [, marks, title] = /^(#{1,6}) (.*)$/.exec(part) ?? [];
  if (marks !== undefined && title !== undefined)
    return { kind: 'heading', level: marks.length, text: title };
  if (lines.every((line) => line.startsWith('|')) && isRule(lines[1]))
    return { kind: 'table', head: cellsOf(lines[0]!), rows: lines.slice(2).map(cellsOf) };
  if (/^[-*] /.test(part))
    return {
      kind: 'list',
      items: part
        .split(/^[-*] /m)
        .slice(1)
        .map(asOneLine),
    };
  return { kind: 'paragraph', text: asOneLine(part) };
}

function isRule(line: string | undefined): boolean {
  return line !== undefined && /^[|\s:-]+$/.test(line);
}

function cellsOf(line: string): string[] {
  return line
    .replace(/^\|/, '')
    .replace(/\|\s*$/, '')
    .split('|')
    .map((cell) => cell.trim());
}

function asOneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, ' ');
}

const marked =
  /\*\*(?<bold>[^*]+)\*\*|`(?<code>[^`]+)`|\[(?<text>[^\]]+)\]\((?<to>[^)\s]+)\)|\*(?<italic>[^*\s][^*]*)\*/g;

export function inlinesOf(text: string): readonly Inline[] {
  const found: Inline[] = [];
  let at = 0;
  for (const match of text.matchAll(marked)) {
    if (match.index > at) found.push({ kind: 'text', text: text.slice(at, match.index) });
    found.push(inlineOf(match.groups!));
    at = match.index + match[0].length;
  }
  if (at < text.length) found.push({ kind: 'text', text: text.slice(at) });
  return found;
}

function inlineOf(groups: Readonly<Record<string, string | undefined>>): Inline {
  const { bold, code, text, to, italic } = groups;
  if (bold !== undefined) return { kind: 'bold', text: bold };
  if (code !== undefined) return { kind: 'code', text: code };
  if (text !== undefined && to !== undefined) return { kind: 'link', text, to };
  return { kind: 'italic', text: italic ?? '' };
}
