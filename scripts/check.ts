import { checks, runSteps } from './checks.ts';

if (runSteps(checks).failed > 0) process.exitCode = 1;
