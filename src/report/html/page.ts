/** The frame of every HTML report: one file, no script, nothing loaded from anywhere. */
import { html, type Html, styleSheet } from './markup.ts';
import { css } from './style.ts';

export interface Page {
  readonly title: string;
  /** Small line above the verdict. */
  readonly over: string;
  /** The verdict sentence. */
  readonly headline: string;
  /** Shown under the headline. */
  readonly lead: Html;
  readonly sections: readonly Section[];
  /** Shown at the end. */
  readonly foot: Html;
}

export interface Section {
  /** Unique on the page; the link of the navigation. */
  readonly id: string;
  readonly title: string;
  readonly body: Html;
}

/** The page as text. Its policy forbids scripts and every request, should anything ever slip through. */
export function writePage({ title, over, headline, lead, sections, foot }: Page): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
        />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        ${styleSheet(css)}
      </head>
      <body>
        <a class="skip" href="#content">Skip to the content</a>
        <header class="top">
          <p class="over">${over}</p>
          <h1>${headline}</h1>
          ${lead}
          <nav aria-label="Sections">
            <ul>
              ${sections.map(({ id, title: name }) => html`<li><a href="#${id}">${name}</a></li> `)}
            </ul>
          </nav>
        </header>
        <main id="content">
          ${sections.map(
            ({ id, title: name, body }) =>
              html`<section id="${id}" aria-labelledby="${id}-title">
                <h2 id="${id}-title">${name}</h2>
                ${body}
              </section> `,
          )}
        </main>
        <footer>${foot}</footer>
      </body>
    </html> `;
  return page.markup;
}
