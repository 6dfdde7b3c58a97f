// BullMQ as a rival: this process enqueues, a child works.
// Arguments: redis or postgres, the server's URL. Orders on standard input: "run COUNT"; answered with seconds.
'use strict';
const { fork } = require('node:child_process');
const { createInterface } = require('node:readline');
const { Queue, Worker, createPostgresBackend } = require('bullmq');

const [kind, url, role] = process.argv.slice(2);
const NAME = 'bench';
const BATCH = 1000;
const PAYLOAD = { at: '', text: 'x'.repeat(180) };

function options() {
  if (kind === 'postgres') {
    return [{ connection: { connectionString: url, migrate: true } }, createPostgresBackend];
  }
  const { hostname, port } = new URL(url);
  return [{ connection: { host: hostname, port: Number(port), maxRetriesPerRequest: null } }, undefined];
}

async function work() {
  const [connection, backend] = options();
  let wanted = 0;
  let done = 0;
  const check = () => {
    if (wanted > 0 && done >= wanted) {
      wanted = 0;
      process.send('done');
    }
  };
  process.on('message', (count) => {
    wanted = count;
    done = 0;
    process.send('counting');
  });
  process.on('disconnect', () => process.exit(0));
  const worker = new Worker(NAME, async () => {}, { ...connection, concurrency: 100 }, backend);
  worker.on('completed', () => {
    done++;
    check();
  });
  worker.on('error', (error) => console.error(error));
  await worker.waitUntilReady();
  process.send('ready');
}

function next(child) {
  return new Promise((resolve) => child.once('message', resolve));
}

async function run(queue, child, count) {
  const counting = next(child);
  child.send(count);
  await counting;
  const done = next(child);
  const begin = process.hrtime.bigint();
  for (let from = 0; from < count; from += BATCH) {
    const size = Math.min(BATCH, count - from);
    await queue.addBulk(
      Array.from({ length: size }, () => ({
        name: 'noop',
        data: PAYLOAD,
        opts: { removeOnComplete: true, removeOnFail: true },
      })));
  }
  await done;
  return Number(process.hrtime.bigint() - begin) / 1e9;
}

async function lead() {
  const [connection, backend] = options();
  const queue = new Queue(NAME, connection, backend);
  queue.on('error', (error) => console.error(error));
  await queue.waitUntilReady();
  const child = fork(__filename, [kind, url, 'worker']);
  child.on('exit', () => process.exit(1));
  await next(child);
  console.log('ready');
  const orders = createInterface({ input: process.stdin });
  orders.on('close', () => process.exit(0)); // in the middle of a run, too
  for await (const line of orders) {
    const [, count] = line.split(' ');
    console.log(await run(queue, child, Number(count)));
  }
  process.exit(0);
}

(role === 'worker' ? work() : lead()).catch((error) => {
  console.error(error);
  process.exit(1);
});
