import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { addModel } from '@flightdeck/onnx/fixtures';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fillRegistry, testCli } from '../context.fixture.ts';

/** Something that answers HTTP, and what it was asked. The real server is asked by the demo, which CI runs. */
async function answering(status: number, answer: string) {
  const asked: { url: string | undefined; authorization: string | undefined; body: unknown }[] = [];
  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    const { url, headers } = request;
    asked.push({ url, authorization: headers.authorization, body: await json(request) });
    response.writeHead(status, { 'content-type': 'application/json' }).end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const prediction = { probability: 0.25, positive: false, defaulted: ['weight'], unknown: [] };
const answer = JSON.stringify({ model: 'toy', version: 2, requestId: 'x', prediction });

describe('what is refused', () => {
  it('no server there: says how to start one', async () => {
    const { url } = await answering(200, '');
    const nobody = url.replace(/\d+$/, '9');
    const { exitCode, errors } = await (await testCli()).run(
      'predict',
      'toy',
      '--url',
      nobody,
      '--input',
      '{}',
    );
    expect(exitCode).toBe(1);
    expect(errors).toMatch(/^error SERVER_UNREACHABLE: No server at .*npm start/);
  });

  it.each([
    ['--input', '{"size":', /--input is not valid JSON/],
    ['--input', '7', /--input is neither a JSON object nor a list/],
    ['--file', '/no/such/file.json', /Cannot read \/no\/such\/file\.json/],
  ])('%s %s is a usage error', async (option, value, message) => {
    const { exitCode, errors } = await (await testCli()).run('predict', 'toy', option, value);
    expect(exitCode).toBe(2);
    expect(errors).toMatch(message);
  });

  it('input given twice', async () => {
    const { exitCode } = await (await testCli()).run('predict', 'toy', '--input', '{}', '--file', 'x.json');
    expect(exitCode).toBe(2);
  });

  it("the server's refusal, in its own code and words", async () => {
    const refusal = {
      error: { code: 'UNKNOWN_FIELD', message: 'the model has no field "sise"', requestId: 'x' },
    };
    const { url } = await answering(400, JSON.stringify(refusal));
    const { exitCode, errors } = await (await testCli()).run('predict', 'toy', '--url', url, '--input', '{}');
    expect({ exitCode, errors }).toEqual({
      exitCode: 1,
      errors: 'error UNKNOWN_FIELD: the model has no field "sise"\n',
    });
  });

  it('an answer of something that is no Flightdeck', async () => {
    const { url } = await answering(200, '<html>');
    const { errors } = await (await testCli()).run('predict', 'toy', '--url', url, '--input', '{}');
    expect(errors).toMatch(/^error SERVER_UNKNOWN: .*--url/);
  });

  it('no input, and no champion to take an example from', async () => {
    const { errors } = await (await testCli()).run('predict', 'toy');
    expect(errors).toMatch(/^error MODEL_NOT_FOUND/);
  });
});

describe('what is asked', () => {
  it('an object is an instance, a list are instances, a whole body stays as it is', async () => {
    const { url, asked } = await answering(200, answer);
    const cli = await testCli();
    for (const input of ['{"size":1}', '[{"size":1},{"size":2}]', '{"instances":[{"size":3}]}']) {
      await cli.run('predict', 'toy', '--url', url, '--input', input);
    }
    expect(asked.map(({ body }) => body)).toEqual([
      { instance: { size: 1 } },
      { instances: [{ size: 1 }, { size: 2 }] },
      { instances: [{ size: 3 }] },
    ]);
    expect(asked[0]!.url).toBe('/v1/models/toy/predict');
  });

  it('with SERVING_KEY, at SERVING_URL', async () => {
    const { url, asked } = await answering(200, answer);
    const cli = await testCli({ SERVING_URL: url, SERVING_KEY: 'secret' });
    await cli.run('predict', 'toy', '--input', '{"size":1}');
    expect(asked).toMatchObject([{ authorization: 'Bearer secret' }]);
  });

  it('the content of a file', async () => {
    const { url, asked } = await answering(200, answer);
    const cli = await testCli();
    const path = join(cli.home, 'input.json');
    await writeFile(path, '{"size":4}');
    await cli.run('predict', 'toy', '--url', url, '--file', path);
    expect(asked[0]!.body).toEqual({ instance: { size: 4 } });
  });

  it("without input, the champion's golden row, and it says so", async () => {
    const { url, asked } = await answering(200, answer);
    const cli = await testCli();
    await fillRegistry(cli);
    const { output, errors } = await cli.run('predict', 'toy', '--url', url);
    expect(asked[0]!.body).toEqual({ instance: { size: 2 } });
    expect(errors).toContain('golden row');
    expect(output).toBe('toy v2\nno   25.00 %  (defaulted: weight)\n');
  });

  it('an imported model, with a golden row of its own, and every output is printed', async () => {
    const outputs = { label: 'stays', probabilities: [0.25, 0.75] };
    const { url, asked } = await answering(
      200,
      JSON.stringify({ model: 'add', version: 1, requestId: 'x', prediction: { outputs } }),
    );
    const cli = await testCli();
    const file = join(cli.home, 'add.onnx');
    await writeFile(file, addModel());
    await cli.run('models', 'import', file, '--name', 'add');
    const { output } = await cli.run('predict', 'add', '--url', url);
    expect(asked[0]!.body).toEqual({ instance: { a: [0, 0, 0], b: [0, 0, 0] } });
    expect(output).toBe('add v1\n  label          "stays"\n  probabilities  [0.25,0.75]\n');
  });
});
