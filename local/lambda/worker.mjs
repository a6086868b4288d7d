// @ts-check
// Lambda's Node.js runtime: runs the handler in a worker thread. Plain JavaScript, because a worker thread of Node 20
// cannot load TypeScript.
import { existsSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import timers from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';
import { getHeapStatistics } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';

/** @import { InvokeMessage, LambdaError, WorkerData, WorkerMessage } from './messages.ts' */

const { taskRoot, handler: handlerName, clock, context } = /** @type {WorkerData} */ (workerData);
const machineNow = Date.now;
let requestId = '';

/** @param {WorkerMessage} message */
const tell = (message) => parentPort?.postMessage(message);

followClock();
captureOutput();

try {
  const handler = await loadHandler();
  parentPort?.on('message', (/** @type {InvokeMessage} */ message) => void run(handler, message));
  tell({ type: 'ready' });
} catch (error) {
  tell({ type: 'init-error', error: describe(error) });
}

/** @returns {Promise<(event: unknown, context: unknown) => unknown>} */
async function loadHandler() {
  const dot = handlerName.lastIndexOf('.');
  const [file, name] = [handlerName.slice(0, dot), handlerName.slice(dot + 1)];
  const path = ['.mjs', '.js', '.cjs'].map((extension) => join(taskRoot, file + extension)).find(existsSync);
  if (path === undefined) throw named('Runtime.ImportModuleError', `Cannot find module '${file}'`);
  const module = await import(pathToFileURL(path).href);
  const handler = module[name] ?? module.default?.[name];
  if (typeof handler !== 'function') {
    throw named('Runtime.HandlerNotFound', `${handlerName} is undefined or not exported`);
  }
  return handler;
}

/**
 * @param {(event: unknown, context: unknown) => unknown} handler
 * @param {InvokeMessage} message
 */
async function run(handler, message) {
  requestId = message.requestId;
  const deadline = machineNow() + message.timeoutMs;
  const memory = watchMemory();
  try {
    const result = await handler(JSON.parse(message.event), {
      ...context,
      awsRequestId: requestId,
      callbackWaitsForEmptyEventLoop: true,
      // On the room's clock, like every time that the function can see.
      getRemainingTimeInMillis: () => Math.max(0, deadline - machineNow()) * clock.speed,
    });
    const payload = JSON.stringify(result) ?? 'null';
    tell({ type: 'result', payload, mostMemory: memory.most() });
  } catch (error) {
    const described = describe(error);
    log('ERROR', 'Invoke Error', JSON.stringify(described));
    tell({ type: 'error', error: described });
  } finally {
    memory.stop();
  }
}

/** Samples the heap and external memory of this environment; `most` is the peak in bytes. */
function watchMemory() {
  let most = 0;
  const look = () => {
    const { used_heap_size: heap, external_memory: outside } = getHeapStatistics();
    most = Math.max(most, heap + outside);
    return most;
  };
  const watch = setInterval(look, 50).unref();
  return { most: look, stop: () => clearInterval(watch) };
}

/** Sends output through the same port as the results, so that their order is kept. */
function captureOutput() {
  process.stdout.write = write;
  process.stderr.write = write;
  console.trace = (...parts) => log('TRACE', ...parts);
  console.debug = (...parts) => log('DEBUG', ...parts);
  console.log = (...parts) => log('INFO', ...parts);
  console.info = (...parts) => log('INFO', ...parts);
  console.warn = (...parts) => log('WARN', ...parts);
  console.error = (...parts) => log('ERROR', ...parts);
  // The SDK warns about this machine's Node.js version. On AWS, functions run on Lambda's version, so drop the warning.
  process.removeAllListeners('warning').on('warning', (warning) => {
    if (!warning.message.startsWith('NodeVersionSupportWarning')) log('WARN', warning.stack);
  });
}

/**
 * @param {string | Uint8Array} chunk
 * @param {(() => void) | string} [encoding]
 * @param {() => void} [callback]
 */
function write(chunk, encoding, callback) {
  tell({ type: 'log', text: typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString() });
  const done = typeof encoding === 'function' ? encoding : callback;
  if (done) queueMicrotask(done);
  return true;
}

/**
 * Writes a line in the format of Lambda's runtime.
 *
 * @param {string} level
 * @param {unknown[]} parts
 */
function log(level, ...parts) {
  write(`${new Date().toISOString()}\t${requestId}\t${level}\t${format(...parts)}\n`);
}

/** Puts the handler on the room's clock: dates and promise-based timers. */
function followClock() {
  const { speed, origin, forwarded } = clock;
  const now = () => Math.floor(origin + (machineNow() - origin) * speed) + Number(Atomics.load(forwarded, 0));
  /** @param {number} delay */
  const wait = async (delay) => {
    const dueAt = now() + delay;
    // `forward` of the room's clock ends the wait early.
    for (let rest = delay; rest > 0; rest = dueAt - now()) {
      await Atomics.waitAsync(forwarded, 0, Atomics.load(forwarded, 0), rest / speed).value;
    }
  };
  globalThis.Date = new Proxy(Date, {
    construct: (target, parameters, newTarget) =>
      Reflect.construct(target, parameters.length === 0 ? [now()] : parameters, newTarget),
    apply: () => new Date(now()).toString(),
    get: (target, property, receiver) => (property === 'now' ? now : Reflect.get(target, property, receiver)),
  });
  // Plain setTimeout stays in real time: the SDK uses it for its timeouts, and the services answer in real time.
  timers.setTimeout = async (delay, value, options) => {
    await wait(delay ?? 1);
    return timers.setImmediate(value, options);
  };
  timers.scheduler.wait = wait;
  syncBuiltinESMExports();
}

/**
 * @param {unknown} thrown
 * @returns {LambdaError}
 */
function describe(thrown) {
  if (!(thrown instanceof Error)) return { errorType: typeof thrown, errorMessage: format(thrown) };
  return { errorType: thrown.name, errorMessage: thrown.message, trace: (thrown.stack ?? '').split('\n') };
}

/**
 * @param {string} name
 * @param {string} message
 */
function named(name, message) {
  return Object.assign(new Error(message), { name });
}
