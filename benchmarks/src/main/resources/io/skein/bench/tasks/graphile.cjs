// Graphile Worker as a rival: this process enqueues, a child works, with a local queue of 500 and batched completion.
// Argument: the database's URL. Orders on standard input: "run COUNT" from enqueue to completion, "add COUNT" only
// enqueues; answered with seconds.
'use strict';
const { fork } = require('node:child_process');
const { createInterface } = require('node:readline');
const { Logger, makeWorkerUtils, run: startWorker } = require('graphile-worker');
const { Pool } = require('pg');

const [url, role] = process.argv.slice(2);
const BATCH = 1000;
const PAYLOAD = { at: '', text: 'x'.repeat(180) };
const logger = new Logger(() => (level, message) => {
  if (level === 'error') {
    console.error(message);
  }
});

async function work() {
  let wanted = 0;
  let begun = 0;
  process.on('message', (count) => {
    wanted = count;
    begun = 0;
    process.send('counting');
  });
  process.on('disconnect', () => process.exit(0));
  await startWorker({
    logger,
    noHandleSignals: true,
    taskList: {
      noop: async () => {
        if (++begun === wanted) {
          process.send('begun');
        }
      },
    },
    preset: {
      worker: {
        connectionString: url,
        concurrentJobs: 24,
        maxPoolSize: 25,
        localQueue: { size: 500 },
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
      },
    },
  });
  process.send('ready');
}

function next(child) {
  return new Promise((resolve) => child.once('message', resolve));
}

async function add(utils, task, count) {
  for (let from = 0; from < count; from += BATCH) {
    const size = Math.min(BATCH, count - from);
    await utils.addJobs(Array.from({ length: size }, () => ({ identifier: task, payload: PAYLOAD })));
  }
}

// A job is deleted when it is completed; all have begun before this is asked.
async function awaitEmpty(pool) {
  for (;;) {
    const { rows } = await pool.query('select exists (select from graphile_worker._private_jobs) as some');
    if (!rows[0].some) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

const seconds = (begin) => Number(process.hrtime.bigint() - begin) / 1e9;

async function enqueueAndWork(utils, pool, child, count) {
  const counting = next(child);
  child.send(count);
  await counting;
  const begun = next(child);
  const begin = process.hrtime.bigint();
  await add(utils, 'noop', count);
  await begun;
  await awaitEmpty(pool);
  return seconds(begin);
}

async function enqueueOnly(utils, pool, count) {
  const begin = process.hrtime.bigint();
  await add(utils, 'nobody', count);
  const took = seconds(begin);
  await pool.query('delete from graphile_worker._private_jobs');
  await pool.query('vacuum graphile_worker._private_jobs');
  return took;
}

async function lead() {
  const pool = new Pool({ connectionString: url });
  const utils = await makeWorkerUtils({ connectionString: url, logger });
  await utils.migrate();
  const child = fork(__filename, [url, 'worker']);
  child.on('exit', () => process.exit(1));
  await next(child);
  console.log('ready');
  const orders = createInterface({ input: process.stdin });
  orders.on('close', () => process.exit(0)); // in the middle of a run, too
  for await (const line of orders) {
    const [order, count] = line.split(' ');
    console.log(
      order === 'add'
        ? await enqueueOnly(utils, pool, Number(count))
        : await enqueueAndWork(utils, pool, child, Number(count)));
  }
  process.exit(0);
}

(role === 'worker' ? work() : lead()).catch((error) => {
  console.error(error);
  process.exit(1);
});
