/**
 * Options that npm keeps for itself: `npm run admin stop --port 9512` runs `stop` without its port. npm passes on only
 * what follows `--`. It exports the others as variables, by rules that differ between its versions: npm 10 takes the
 * word after an unknown option as the option's value, npm 11 leaves the word among the arguments, and both complete
 * `--replace` to `--replace-registry-host`. So the command line cannot be put together again, and the script refuses.
 */

/** The options of the programs behind `npm run`, without those of the CDK. */
const ownOptions = new Set(
  `assembly clients contention data days default dry-run dynamodb endpoint follow fresh host hours invite json log
  megabytes messages notify password-fd port profile reconnect repair replace rounds samples seconds seed seen
  since slice speed stack take-over talkers url user users uses with-files write yes`.split(/\s+/),
);

/** The CDK's usual options, and npm's names for their short forms. */
const cdkOptions = new Set(
  `all app call ci concurrency context exclusively force hotswap method output outputs-file parameters profile
  qualifier region require-approval role-arn rollback tags toolkit-stack-name trust verbose`.split(/\s+/),
);

const cdkScripts = new Set(['bootstrap', 'deploy', 'destroy', 'synth']);

/**
 * Names that are also settings of npm, or were, and that environments export: whether a value is such a setting.
 *
 * @type {Readonly<Record<string, (value: string, script: string | undefined) => boolean>>}
 */
const settingsOfNpm = {
  yes: (_value, script) => script !== 'smoke',
  user: (value) => value === 'root' || value === '0',
};

/**
 * The sentence that refuses a script whose options npm kept. Undefined if npm kept none.
 *
 * @param {Readonly<Record<string, string | undefined>>} env
 */
export function refusalOfKeptOptions(env) {
  const script = env['npm_lifecycle_event'];
  if (script === undefined) return undefined;
  const kept = keptOptions(env, cdkScripts.has(script) ? cdkOptions : ownOptions);
  if (kept.length === 0) return undefined;
  const options = kept.map((name) => `--${name}`).join(', ');
  const command = ['start', 'test'].includes(script) ? `npm ${script}` : `npm run ${script}`;
  return `npm kept ${options} for itself, so nothing was done. Write "--" before the options: ${command} -- ...`;
}

/**
 * @param {Readonly<Record<string, string | undefined>>} env
 * @param {ReadonlySet<string>} options
 */
function keptOptions(env, options) {
  const kept = [...options].filter((name) => {
    const value = env[`npm_config_${name.replaceAll('-', '_')}`];
    return value && !settingsOfNpm[name]?.(value, env['npm_lifecycle_event']);
  });
  const completed = env['npm_config_replace_registry_host'] ?? '';
  // Any other value may be the user's setting of npm.
  if (options.has('replace') && (completed === 'true' || completed.endsWith('.gz'))) kept.push('replace');
  return kept;
}
