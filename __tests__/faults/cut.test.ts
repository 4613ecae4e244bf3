import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { derivedForms } from '../../simulator/runner/leak-detector.ts';
import { quoteApiError } from '../../src/launchdarkly/diagnose.ts';
import { Log } from '../../src/report/log.ts';
import { Markdown } from '../../src/report/markdown.ts';
import { Secrets } from '../../src/secrets.ts';

const TOKEN = 'api-5f0c1a2b-3c4d-4e6f-8081-92a3b4c5d6e7';
const FORMS = [TOKEN, Buffer.from(TOKEN).toString('base64')];

/** Around every length at which a sink truncates. */
const LENGTHS = [1_000, 1_200, 2_000, 3_000, 4_096];

let printed = '';

beforeEach(() => {
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    printed += String(chunk);
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

test.each(LENGTHS)('a secret across the cut at %i characters shows no part of itself', (length) => {
  const secrets = new Secrets(() => {});
  secrets.add(TOKEN);
  const log = new Log(secrets);
  const markdown = new Markdown(secrets);
  const pieces = derivedForms(TOKEN)
    .slice(0, 8)
    .flatMap((form) => [form.slice(0, 12), form.slice(-12)]);
  for (const form of FORMS) {
    for (let offset = length - 120; offset < length + 10; offset += 1) {
      printed = '';
      const message = `${'. '.repeat(length).slice(0, offset)}${form}${' .'.repeat(2_000)}`;
      const said = quoteApiError({ status: 400, message, text: '', errors: [] });
      log.info(said);
      log.failure('Title', ['It failed.', said, 'Next: read on.']);
      const shown = `${printed}${markdown.text(said)}`;
      for (const piece of pieces) {
        expect(shown.includes(piece), `${piece} at ${offset}`).toBe(false);
      }
    }
  }
});
